/* Weighted split-conformal quantiles. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__CONFORMAL_H
#define GIM__CONFORMAL_H

#include <stddef.h>

#include "gim/gim.h"

/* Starts as {0}. Weights are relative to the largest, exp(largest). */
typedef struct gim__conformal {
    size_t n;
    double *score; /* (n), ascending */
    double *sum;   /* (n): the weights of all scores up to this one */
    double squares, largest;
} gim__conformal;

/* scores (n), finite; log_weights (n), one of them finite and none +INFINITY or NaN, or NULL: all alike.
 * errors: GIM_ERR_NOMEM. */
gim_status gim__conformal_open(gim__conformal *conformal, const double *scores, const double *log_weights, size_t n,
                               const gim_allocator *allocator);
void gim__conformal_close(gim__conformal *conformal, const gim_allocator *allocator);

/* (sum w)^2 / sum w^2 */
double gim__conformal_effective(const gim__conformal *conformal);
/* The smallest s with sum_{scores <= s} w >= (1 - alpha) (sum w + exp(log_weight)); INFINITY where there is none. */
double gim__conformal_quantile(const gim__conformal *conformal, double log_weight, double alpha);
/* The same with the log of sum w^2 / sum w. */
double gim__conformal_unseen(const gim__conformal *conformal, double alpha);

#endif
