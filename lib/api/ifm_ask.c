/* Interventional factor models: samples, weights. SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "api/ifm.h"
#include "base/alloc.h"
#include "ifm/identify.h"
#include "ifm/normalise.h"
#include "math/fn.h"

gim_status gim_ifm_sampling_init(gim_ifm_sampling *sampling)
{
    if (sampling == NULL || sampling->struct_size < sizeof *sampling)
        return GIM_ERR_ARGUMENT;
    *sampling = (gim_ifm_sampling){.struct_size = sampling->struct_size,
                                   .seed = 1,
                                   .chains = 256,
                                   .burn = 100,
                                   .thin = 3,
                                   .grid = 32,
                                   .threads = 1};
    return GIM_OK;
}

/* ---- what may be asked ------------------------------------------------------------------------------------------- */

static gim_status refuse(const gim_ifm *model, const gim__ifm_verdict *verdict)
{
    if (verdict->n_unseen > 0)
        return gim__fail(model->message, GIM_ERR_REFUSED,
                         "the observed regimes do not determine this one: %zu of its factors' levels were never seen, "
                         "the first of factor %zu; gim_ifm_identify() says more",
                         verdict->n_unseen, verdict->unseen[0]);
    return gim__fail(model->message, GIM_ERR_REFUSED,
                     "the observed regimes do not determine this one: its factors' levels were seen only in "
                     "combinations that do not tell them apart; variable \"%s\" is not determined",
                     model->variable[verdict->failed[0]]);
}

/* GIM_OK where the model may answer about these levels. */
static gim_status check_levels(const gim_ifm *model, const size_t *levels, int force)
{
    gim_status status = gim__ifm_ready(model);
    if (status != GIM_OK)
        return status;
    const gim__ifm_fit *fit = &model->fit;
    if (levels == NULL && fit->nets.graph->m > 0)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "levels must not be NULL");
    status = gim__ifm_graph_levels(fit->nets.graph, levels, "levels", 0, model->message);
    if (status != GIM_OK || force)
        return status;
    gim__ifm_verdict verdict = {.method = GIM_IFM_NOT_IDENTIFIED};
    status = gim__ifm_identify(&verdict, fit->nets.graph, fit->levels, fit->T, levels, GIM_IFM_PER_VARIABLE,
                               &model->allocator);
    if (status != GIM_OK)
        status = gim__fail(model->message, status, "out of memory for a verdict");
    else if (verdict.method == GIM_IFM_NOT_IDENTIFIED)
        status = refuse(model, &verdict);
    gim__ifm_verdict_close(&verdict, &model->allocator);
    return status;
}

/* ---- samples ----------------------------------------------------------------------------------------------------- */

static gim_status check_sampling(const gim_ifm *model, const gim_ifm_sampling *sampling)
{
    if (sampling->struct_size < sizeof *sampling)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "sampling must have struct_size = sizeof(gim_ifm_sampling)");
    if (sampling->chains < 1 || sampling->chains > 1000000 || sampling->thin < 1 || sampling->grid < 2 ||
        sampling->grid > 1024 || sampling->threads < 1 || sampling->threads > 1024)
        return gim__fail(model->message, GIM_ERR_ARGUMENT,
                         "sampling has %zu chains, thin %zu, grid %zu, %zu threads; chains must lie in [1, 1000000], "
                         "thin be 1 or more, grid lie in [2, 1024] and threads in [1, 1024]",
                         sampling->chains, sampling->thin, sampling->grid, sampling->threads);
    return GIM_OK;
}

gim_status gim_ifm_sample(const gim_ifm *model, const size_t *levels, const gim_ifm_sampling *sampling, size_t n_rows,
                          double *x)
{
    gim_ifm_sampling preset = {.struct_size = sizeof preset};
    gim_ifm_sampling_init(&preset);
    if (sampling == NULL)
        sampling = &preset;
    gim_status status = check_levels(model, levels, sampling->force);
    if (status == GIM_OK)
        status = check_sampling(model, sampling);
    if (status != GIM_OK)
        return status;
    if (x == NULL && n_rows > 0)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "x must not be NULL");
    gim__pool *pool = NULL;
    gim__ifm_density density = gim__ifm_fit_density(&model->fit);
    gim__ifm_chains plan = {sampling->seed, sampling->chains, sampling->burn, sampling->thin, sampling->grid};
    status = gim__pool_new(&pool, &model->allocator, sampling->threads);
    if (status == GIM_OK)
        status = gim__ifm_gibbs(x, &density, levels, &plan, n_rows, pool, &model->allocator);
    gim__pool_free(pool);
    return status == GIM_OK
               ? GIM_OK
               : gim__fail(model->message, status, "out of memory for chains of %zu variables", model->graph->graph.d);
}

/* ---- weights ----------------------------------------------------------------------------------------------------- */

enum { BLOCK = 512 }; /* rows whose energies are kept at once */

typedef struct weighing {
    const gim_ifm *model;
    gim__ifm_regime regime;
    real *x, *a;    /* (BLOCK, d) standardised; (factors, width) */
    double *energy; /* (BLOCK, T + 1): of the training regimes, then of the one that is asked about */
} weighing;

static gim_status weighing_new(weighing *mine, const gim_ifm *model)
{
    const gim__ifm_fit *fit = &model->fit;
    const gim__ifm_graph *graph = fit->nets.graph;
    *mine = (weighing){.model = model};
    mine->x = gim__new(&model->allocator, BLOCK, graph->d * sizeof(real));
    mine->a = gim__new(&model->allocator, graph->n_factors, fit->nets.width * sizeof(real));
    mine->energy = gim__new(&model->allocator, BLOCK, (fit->T + 1) * sizeof(double));
    gim_status status = gim__ifm_regime_new(&mine->regime, &fit->nets, &model->allocator);
    return mine->x && mine->a && mine->energy ? status : GIM_ERR_NOMEM;
}

static void weighing_free(weighing *mine)
{
    gim__delete(&mine->model->allocator, mine->x);
    gim__delete(&mine->model->allocator, mine->a);
    gim__delete(&mine->model->allocator, mine->energy);
    gim__ifm_regime_free(&mine->regime, &mine->model->allocator);
}

static gim_status standardise(const weighing *mine, const double *x, size_t first, size_t n)
{
    const gim__scaling *scaling = &mine->model->fit.training.scaling;
    size_t d = mine->model->graph->graph.d;
    for (size_t i = 0; i < n * d; i++) {
        double value = x[first * d + i];
        if (!isfinite(value))
            return gim__fail(mine->model->message, GIM_ERR_ARGUMENT,
                             "row %zu, variable \"%s\" is %g; values must be finite", first + i / d,
                             mine->model->variable[i % d], value);
        mine->x[i] = (real)((value - scaling->center[i % d]) / scaling->scale[i % d]);
    }
    return GIM_OK;
}

static void weigh(const weighing *mine, const size_t *levels, size_t n, double *log_weights)
{
    const gim__ifm_fit *fit = &mine->model->fit;
    size_t T = fit->T, m = fit->nets.graph->m, d = fit->nets.graph->d;
    for (size_t t = 0; t <= T; t++) {
        gim__ifm_regime *regime = (gim__ifm_regime *)&mine->regime;
        gim__ifm_regime_set(regime, &fit->nets, fit->values, t < T ? fit->levels + t * m : levels);
        for (size_t i = 0; i < n; i++)
            mine->energy[i * (T + 1) + t] = gim__ifm_energy(mine->a, &fit->nets, regime, mine->x + i * d);
    }
    for (size_t i = 0; i < n; i++) {
        double *row = mine->energy + i * (T + 1);
        log_weights[i] = row[T] - gim__ifm_mixture(row, fit->log_normaliser, fit->share, T);
    }
}

gim_status gim_ifm_log_weights(const gim_ifm *model, const size_t *levels, int force, const double *x, size_t n_rows,
                               double *log_weights, double *effective)
{
    weighing mine;
    gim_status status = check_levels(model, levels, force);
    if (status != GIM_OK)
        return status;
    if (n_rows == 0 || x == NULL || log_weights == NULL)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "x and log_weights must not be NULL, nor n_rows 0");
    status = weighing_new(&mine, model);
    if (status != GIM_OK)
        gim__fail(model->message, status, "out of memory for the weights of %zu rows", n_rows);
    for (size_t first = 0; first < n_rows && status == GIM_OK; first += BLOCK) {
        size_t n = n_rows - first < BLOCK ? n_rows - first : BLOCK;
        status = standardise(&mine, x, first, n);
        if (status == GIM_OK)
            weigh(&mine, levels, n, log_weights + first);
    }
    if (status == GIM_OK && effective != NULL)
        *effective = gim__weights(NULL, log_weights, n_rows);
    weighing_free(&mine);
    return status;
}
