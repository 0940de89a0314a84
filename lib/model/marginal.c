/* The expectation over draws. SPDX-License-Identifier: BSD-3-Clause */
#include "model/marginal.h"

#include <math.h>

#include "math/fn.h"

/* Rows first .. end-1 have one expectation between them: its value; ell becomes weight x share. */
static double together(real *ell, double *total, const real *weight, size_t first, size_t end, size_t M, size_t n)
{
    for (size_t m = 0; m < M; m++) {
        total[m] = 0;
        for (size_t r = first; r < end; r++)
            total[m] += (double)weight[r] * (double)ell[m * n + r];
    }
    double all = gim__log_sum_exp(total, M);
    for (size_t m = 0; m < M; m++) {
        real share = (real)exp(total[m] - all);
        for (size_t r = first; r < end; r++)
            ell[m * n + r] = weight[r] * share;
    }
    return all - log((double)M);
}

/* One row by itself: its weight stands outside of the logarithm. */
static double alone(real *ell, double *each, real weight, size_t r, size_t M, size_t n)
{
    for (size_t m = 0; m < M; m++)
        each[m] = (double)ell[m * n + r];
    double all = gim__log_sum_exp(each, M);
    for (size_t m = 0; m < M; m++)
        ell[m * n + r] = weight * (real)exp(each[m] - all);
    return (double)weight * (all - log((double)M));
}

double gim__marginal(real *ell, double *scratch, const real *weight, const size_t *env, size_t M, size_t n,
                     gim_marginal marginal)
{
    double value = 0;
    if (marginal == GIM_PER_DATASET)
        return together(ell, scratch, weight, 0, n, M, n);
    if (marginal == GIM_PER_SAMPLE) {
        for (size_t r = 0; r < n; r++)
            value += alone(ell, scratch, weight[r], r, M, n);
        return value;
    }
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && env[end] == env[first];)
            end++;
        value += together(ell, scratch, weight, first, end, M, n);
    }
    return value;
}
