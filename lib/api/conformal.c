/* Conformal quantiles of scores. No model is needed, so there is no message: a status alone.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "judge/conformal.h"

#include <math.h>

#include "base/alloc.h"
#include "gim/gim.h"

struct gim_conformal {
    gim_allocator allocator;
    gim__conformal conformal;
};

static gim_status check(const double *scores, const double *log_weights, size_t n)
{
    size_t positive = 0, bytes;
    if (scores == NULL || n == 0 || __builtin_mul_overflow(n, sizeof *scores, &bytes))
        return GIM_ERR_ARGUMENT;
    for (size_t i = 0; i < n; i++) {
        double weight = log_weights != NULL ? log_weights[i] : 0;
        if (!isfinite(scores[i]) || isnan(weight) || weight == INFINITY)
            return GIM_ERR_DATA;
        positive += isfinite(weight) != 0;
    }
    return positive > 0 ? GIM_OK : GIM_ERR_DATA;
}

gim_status gim_conformal_new(gim_conformal **conformal, const double *scores, const double *log_weights, size_t n,
                             const gim_allocator *allocator)
{
    gim_allocator mine;
    if (conformal == NULL)
        return GIM_ERR_ARGUMENT;
    *conformal = NULL;
    gim_status status = check(scores, log_weights, n);
    if (status != GIM_OK || (status = gim__allocator_init(&mine, allocator)) != GIM_OK)
        return status;
    gim_conformal *made = gim__new(&mine, 1, sizeof *made);
    if (made == NULL)
        return GIM_ERR_NOMEM;
    made->allocator = mine;
    status = gim__conformal_open(&made->conformal, scores, log_weights, n, &mine);
    if (status == GIM_OK)
        *conformal = made;
    else
        gim__delete(&mine, made);
    return status;
}

void gim_conformal_free(gim_conformal *conformal)
{
    if (conformal == NULL)
        return;
    gim_allocator allocator = conformal->allocator;
    gim__conformal_close(&conformal->conformal, &allocator);
    gim__delete(&allocator, conformal);
}

double gim_conformal_effective(const gim_conformal *conformal)
{
    return conformal != NULL ? gim__conformal_effective(&conformal->conformal) : NAN;
}

static int asked_well(const gim_conformal *conformal, double alpha, const double *quantile)
{
    return conformal != NULL && quantile != NULL && alpha > 0 && alpha < 1;
}

static gim_status finite_or_not(double quantile)
{
    return quantile < INFINITY ? GIM_OK : GIM_LOW_OVERLAP;
}

gim_status gim_conformal_quantile(const gim_conformal *conformal, double log_weight, double alpha, double *quantile)
{
    if (!asked_well(conformal, alpha, quantile) || isnan(log_weight))
        return GIM_ERR_ARGUMENT;
    *quantile = gim__conformal_quantile(&conformal->conformal, log_weight, alpha);
    return finite_or_not(*quantile);
}

gim_status gim_conformal_unseen_quantile(const gim_conformal *conformal, double alpha, double *quantile)
{
    if (!asked_well(conformal, alpha, quantile))
        return GIM_ERR_ARGUMENT;
    *quantile = gim__conformal_unseen(&conformal->conformal, alpha);
    return finite_or_not(*quantile);
}
