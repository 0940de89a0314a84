/* Weighted split-conformal quantiles (Tibshirani, Foygel Barber, Candes & Ramdas 2019).
 * SPDX-License-Identifier: BSD-3-Clause */
#include "judge/conformal.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "judge/order.h"
#include "math/fn.h"

/* Each weight to the first place of its score, then added up. */
static void add_weights(gim__conformal *conformal, const double *scores, const double *log_weights)
{
    memset(conformal->sum, 0, conformal->n * sizeof *conformal->sum);
    for (size_t i = 0; i < conformal->n; i++) {
        double weight = log_weights != NULL ? exp(log_weights[i] - conformal->largest) : 1;
        conformal->sum[gim__first_from(conformal->score, conformal->n, scores[i])] += weight;
        conformal->squares += weight * weight;
    }
    for (size_t i = 1; i < conformal->n; i++)
        conformal->sum[i] += conformal->sum[i - 1];
}

gim_status gim__conformal_open(gim__conformal *conformal, const double *scores, const double *log_weights, size_t n,
                               const gim_allocator *allocator)
{
    *conformal = (gim__conformal){.n = n, .largest = log_weights != NULL ? -INFINITY : 0};
    conformal->score = gim__clone(allocator, scores, n, sizeof *scores);
    conformal->sum = gim__new(allocator, n, sizeof *conformal->sum);
    if (conformal->score == NULL || conformal->sum == NULL) {
        gim__conformal_close(conformal, allocator);
        return GIM_ERR_NOMEM;
    }
    gim__sort(conformal->score, n, conformal->sum);
    for (size_t i = 0; log_weights != NULL && i < n; i++)
        conformal->largest = fmax(conformal->largest, log_weights[i]);
    add_weights(conformal, scores, log_weights);
    return GIM_OK;
}

void gim__conformal_close(gim__conformal *conformal, const gim_allocator *allocator)
{
    gim__delete(allocator, conformal->score);
    gim__delete(allocator, conformal->sum);
    *conformal = (gim__conformal){0};
}

double gim__conformal_effective(const gim__conformal *conformal)
{
    double total = conformal->sum[conformal->n - 1];
    return total * total / conformal->squares;
}

/* weight: of the new row, relative to the largest. */
static double quantile(const gim__conformal *conformal, double weight, double alpha)
{
    const double rounding = 1e-12; /* of the sums: nine scores of weight 1 are 90 in 100 of ten */
    double needed = (1 - alpha) * (conformal->sum[conformal->n - 1] + weight) * (1 - rounding);
    size_t at = gim__first_from(conformal->sum, conformal->n, needed);
    return at < conformal->n ? conformal->score[at] : INFINITY;
}

double gim__conformal_quantile(const gim__conformal *conformal, double log_weight, double alpha)
{
    return quantile(conformal, exp(log_weight - conformal->largest), alpha);
}

double gim__conformal_unseen(const gim__conformal *conformal, double alpha)
{
    return quantile(conformal, conformal->squares / conformal->sum[conformal->n - 1], alpha);
}
