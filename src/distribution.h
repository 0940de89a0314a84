/* What a sample of one variable looks like: quantiles and a density. SPDX-License-Identifier: BSD-3-Clause */
#ifndef DISTRIBUTION_H
#define DISTRIBUTION_H

#include <stddef.h>

/* Quantiles of n values, which are sorted: type 7 of Hyndman and Fan (1996). */
double quantile(const double *sorted, size_t n, double p);
void sort_values(double *values, size_t n);
/* A Gaussian kernel density of sorted values at x (m); bandwidth after Silverman (1986). */
void kernel_density(double *density, const double *x, size_t m, const double *sorted, size_t n);

#endif
