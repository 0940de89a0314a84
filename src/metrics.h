/* How close predicted samples are to observed ones. SPDX-License-Identifier: BSD-3-Clause */
#ifndef METRICS_H
#define METRICS_H

#include <stddef.h>

/* n rows of d values, row-major. */
struct sample {
    size_t n, d;
    const double *x;
};

/* mean, sd  out, (d); the standard deviation divides by n. sd may be NULL. */
void metrics_moments(const struct sample *sample, double *mean, double *sd);
/* Of two vectors; NaN where one of them does not vary. */
double metrics_pearson(const double *a, const double *b, size_t d);
double metrics_distance(const double *a, const double *b, size_t d);
/* Mean of -log density of the observed rows under a Gaussian product kernel on the predicted ones. The bandwidth of a
 * variable is its predicted standard deviation times n^(-1/(d + 4)), Scott's rule, but not below a thousandth. */
double metrics_kde_nll(const struct sample *predicted, const struct sample *observed);

#endif
