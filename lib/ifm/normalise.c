/* Normalising constants of regimes. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm/normalise.h"

#include <math.h>

#include "base/real.h"
#include "math/fn.h"

enum { MOST_ITERATIONS = 5000 };
#define STILL 1e-9

/* energy <- exp(energy - offset_t - largest of the row), so that iterations need no exp; offset_t is the regime's mean,
 * so that rows and regimes of quite different constants keep their digits. */
static void exponentiate(double *energy, double *offset, size_t n, size_t T)
{
    for (size_t t = 0; t < T; t++)
        offset[t] = 0;
    for (size_t i = 0; i < n * T; i++)
        offset[i % T] += energy[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        double largest = -INFINITY, *row = energy + i * T;
        for (size_t t = 0; t < T; t++)
            largest = fmax(largest, row[t] - offset[t]);
        for (size_t t = 0; t < T; t++)
            row[t] = exp(row[t] - offset[t] - largest);
    }
}

/* sums_t <- sum_i E_it / sum_s weight_s E_is */
GIM__CLONES static void sum_shares(double *restrict sums, const double *restrict E, const double *restrict weight,
                                   size_t n, size_t T)
{
    for (size_t t = 0; t < T; t++)
        sums[t] = 0;
    for (size_t i = 0; i < n; i++) {
        const double *row = E + i * T;
        double all = 0;
        for (size_t t = 0; t < T; t++)
            all += weight[t] * row[t];
        all = 1 / all;
        for (size_t t = 0; t < T; t++)
            sums[t] += row[t] * all;
    }
}

void gim__ifm_normalise(double *f, double *energy, const double *count, size_t n, size_t T, double *scratch)
{
    double *weight = scratch, *sums = scratch + T, *offset = f, move = INFINITY;
    exponentiate(energy, offset, n, T);
    for (size_t t = 0; t < T; t++)
        weight[t] = count[t];
    for (int iteration = 0; iteration < MOST_ITERATIONS && move > STILL; iteration++) {
        sum_shares(sums, energy, weight, n, T);
        move = 0;
        for (size_t t = 0; t < T; t++) {
            double next = count[t] * sums[0] / sums[t];
            move = fmax(move, fabs(log(next / weight[t])));
            weight[t] = next;
        }
    }
    for (size_t t = T; t-- > 0;)
        f[t] = log(weight[t] / count[t]) - offset[t] + offset[0];
}

double gim__ifm_mixture(double *energy, const double *f, const double *share, size_t T)
{
    for (size_t t = 0; t < T; t++)
        energy[t] += f[t] + log(share[t]);
    return gim__log_sum_exp(energy, T);
}
