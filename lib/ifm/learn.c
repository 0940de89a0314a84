/* The fit of an interventional factor model. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm/learn.h"

#include <math.h>
#include <string.h>

#include "ifm/identify.h"
#include "ifm/normalise.h"
#include "ifm/objective.h"
#include "train/adam.h"
#include "train/fit.h"

enum { MOST_ENERGIES = 1 << 22 }; /* doubles by which the normalisers are found: 32 MiB */
#define MARGIN 0.05

/* ---- what a fit leaves behind ------------------------------------------------------------------------------------ */

gim_status gim__ifm_fit_new(gim__ifm_fit *fit, size_t T, const gim_allocator *allocator)
{
    const gim__ifm_graph *graph = fit->nets.graph;
    fit->T = T;
    fit->levels = gim__new(allocator, T, graph->m * sizeof(size_t));
    fit->values = gim__new(allocator, gim__ifm_nets_size(&fit->nets), sizeof(real));
    fit->low = gim__new(allocator, graph->d, sizeof(real));
    fit->high = gim__new(allocator, graph->d, sizeof(real));
    fit->log_normaliser = gim__new(allocator, T, sizeof(double));
    fit->share = gim__new(allocator, T, sizeof(double));
    return fit->levels && fit->values && fit->low && fit->high && fit->log_normaliser && fit->share ? GIM_OK
                                                                                                    : GIM_ERR_NOMEM;
}

void gim__ifm_fit_free(gim__ifm_fit *fit, const gim_allocator *allocator)
{
    void *all[] = {fit->levels, fit->values, fit->low, fit->high, fit->log_normaliser, fit->share};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        gim__delete(allocator, all[i]);
    gim__ifm_nets_close(&fit->nets, allocator);
    gim__training_free(&fit->training, allocator);
    *fit = (gim__ifm_fit){.T = 0};
}

gim__ifm_density gim__ifm_fit_density(const gim__ifm_fit *fit)
{
    const gim__scaling *scaling = &fit->training.scaling;
    return (gim__ifm_density){&fit->nets, fit->values, fit->low, fit->high, scaling->center, scaling->scale};
}

void gim__ifm_fit_share(gim__ifm_fit *fit)
{
    fit->n_rows = 0;
    for (size_t t = 0; t < fit->T; t++)
        fit->n_rows += fit->training.n_rows[t];
    for (size_t t = 0; t < fit->T; t++)
        fit->share[t] = (double)fit->training.n_rows[t] / (double)fit->n_rows;
}

/* ---- intake ------------------------------------------------------------------------------------------------------ */

static gim_status take_regime(const gim__ifm_intake *intake, const gim__training *training, size_t t)
{
    gim__ifm_fit *fit = intake->fit;
    const gim__ifm_graph *graph = fit->nets.graph;
    size_t *levels = fit->levels + t * graph->m;
    for (size_t j = 0; j < graph->m; j++) {
        double level = training->features[t * graph->m + j];
        if (!(level >= 0 && level < (double)graph->levels[j] && level == floor(level)))
            return gim__fail(intake->message, GIM_ERR_DATA,
                             "environment \"%s\": level %g of intervention \"%s\", which has levels 0 to %zu",
                             training->name[t], level, intake->intervention[j], graph->levels[j] - 1);
        levels[j] = (size_t)level;
    }
    size_t same = gim__ifm_find(fit->levels, t, levels, graph->m);
    if (same < t)
        return gim__fail(intake->message, GIM_ERR_DATA,
                         "environments \"%s\" and \"%s\" are the same regime; their rows belong together",
                         training->name[same], training->name[t]);
    if (training->n_rows[t] < 2)
        return gim__fail(intake->message, GIM_ERR_DATA, "environment \"%s\" has one row; each needs two at least",
                         training->name[t]);
    return GIM_OK;
}

static gim_status begin(const gim__training *training, void *user)
{
    const gim__ifm_intake *intake = user;
    gim_status status = GIM_OK;
    for (size_t t = 0; t < training->K && status == GIM_OK; t++)
        status = take_regime(intake, training, t);
    for (size_t i = 0; i < intake->fit->nets.graph->d; i++) {
        intake->lowest[i] = INFINITY;
        intake->highest[i] = -INFINITY;
    }
    return status;
}

static void take_row(size_t k, size_t r, const double *x, void *user)
{
    const gim__ifm_intake *intake = user;
    (void)k;
    (void)r;
    for (size_t i = 0; i < intake->fit->nets.graph->d; i++) {
        intake->lowest[i] = fmin(intake->lowest[i], x[i]);
        intake->highest[i] = fmax(intake->highest[i], x[i]);
    }
}

gim__visitor gim__ifm_intake_visitor(gim__ifm_intake *intake)
{
    return (gim__visitor){begin, take_row, intake};
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

typedef struct run {
    gim__ifm_fit *fit;
    gim__data *data;
    const gim__ifm_plan *plan;
    gim__ifm_problem problem;
    gim__ifm_work work;
    gim__pool *pool;
    real *values, *first, *second, *grad; /* those of the newest step, Adam's moments */
    double started;
} run;

static gim_status run_new(run *mine)
{
    const gim__ifm_plan *plan = mine->plan;
    size_t size = gim__ifm_nets_size(&mine->fit->nets);
    mine->values = gim__new(plan->allocator, size, sizeof(real));
    mine->first = gim__new(plan->allocator, size, sizeof(real));
    mine->second = gim__new(plan->allocator, size, sizeof(real));
    mine->grad = gim__new(plan->allocator, size, sizeof(real));
    if (!mine->values || !mine->first || !mine->second || !mine->grad ||
        gim__pool_new(&mine->pool, plan->allocator, plan->settings->threads) != GIM_OK ||
        gim__ifm_work_open(&mine->work, &mine->problem, plan->allocator) != GIM_OK)
        return gim__fail(plan->message, GIM_ERR_NOMEM, "out of memory for %zu parameters", size);
    return GIM_OK;
}

static void run_free(run *mine)
{
    void *all[] = {mine->values, mine->first, mine->second, mine->grad};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        gim__delete(mine->plan->allocator, all[i]);
    gim__ifm_work_close(&mine->work);
    gim__pool_free(mine->pool);
}

/* Flat, then linear to almost 0 in the last quarter. */
static double rate_at(const gim_ifm_settings *settings, uint64_t step)
{
    return settings->learning_rate * (fmin(1, 4 * (1 - (double)step / (double)settings->steps)) + 0.002);
}

static gim_status step(run *mine)
{
    const gim_ifm_settings *settings = mine->plan->settings;
    gim__ifm_fit *fit = mine->fit;
    size_t size = gim__ifm_nets_size(&fit->nets);
    gim_status status = gim__data_batch(mine->data, fit->step);
    if (status != GIM_OK)
        return status;
    const gim__rows *batch = &mine->data->batch;
    gim__ifm_rows rows = {batch->n, batch->x, batch->weight, batch->env};
    memset(mine->grad, 0, size * sizeof *mine->grad);
    fit->objective = gim__ifm_objective(mine->grad, &mine->work, &mine->problem, mine->values, &rows, GIM__RNG_DRAW,
                                        fit->step, mine->pool);
    fit->objective += gim__ifm_decay(mine->grad, &fit->nets, mine->values, settings->decay, settings->level_decay);
    if (!isfinite(fit->objective))
        return gim__fail(mine->plan->message, GIM_ERR_NUMERIC,
                         "the objective is %g at step %llu; try a smaller learning rate, or look for outliers",
                         fit->objective, (unsigned long long)fit->step);
    gim__adam(mine->values, mine->first, mine->second, mine->grad, size, rate_at(settings, fit->step), fit->step + 1);
    fit->step++;
    return GIM_OK;
}

/* Keeps the newest step where it is the best so far on the held-out rows; without any, always. */
static gim_status check(run *mine)
{
    gim__ifm_fit *fit = mine->fit;
    const gim__rows *held = &mine->data->held_rows;
    gim__ifm_rows rows = {held->n, held->x, held->weight, held->env};
    double value = held->n == 0 ? NAN
                                : gim__ifm_objective(NULL, &mine->work, &mine->problem, mine->values, &rows,
                                                     GIM__RNG_CHECK, 0, mine->pool);
    fit->seconds = gim__now() - mine->started;
    if (held->n > 0 && !isfinite(value))
        return gim__fail(mine->plan->message, GIM_ERR_NUMERIC,
                         "diverged: the held-out score is %g at step %llu; try a smaller learning rate", value,
                         (unsigned long long)fit->step);
    if (value <= fit->held_out)
        return GIM_OK;
    fit->held_out = value;
    fit->best = fit->step;
    memcpy(fit->values, mine->values, gim__ifm_nets_size(&fit->nets) * sizeof *fit->values);
    return GIM_OK;
}

static gim_status report(const run *mine)
{
    const gim__ifm_fit *fit = mine->fit;
    const gim__ifm_plan *plan = mine->plan;
    double steps = (double)plan->settings->steps, done = (double)fit->step;
    if (plan->progress == NULL)
        return GIM_OK;
    gim_progress progress = {.struct_size = sizeof progress,
                             .step = (int64_t)fit->step,
                             .steps = (int64_t)plan->settings->steps,
                             .objective = fit->objective,
                             .held_out = fit->held_out,
                             .acyclicity = NAN,
                             .penalty = NAN,
                             .seconds_left = done > 0 ? (gim__now() - mine->started) / done * (steps - done) : NAN};
    int status = plan->progress(&progress, plan->user);
    if (status < 0)
        return gim__fail(plan->message, status, "the progress function failed with %d at step %llu", status,
                         (unsigned long long)fit->step);
    return status;
}

static gim_status advance(run *mine)
{
    const gim_ifm_settings *settings = mine->plan->settings;
    gim_status status = step(mine);
    if (status != GIM_OK || (mine->fit->step % settings->check_every != 0 && mine->fit->step != settings->steps))
        return status;
    status = check(mine);
    return status == GIM_OK ? report(mine) : status;
}

/* ---- normalisers ------------------------------------------------------------------------------------------------- */

typedef struct energies {
    const run *of;
    const real *x; /* (n, d) */
    size_t n;
    double *energy; /* (n, T) */
} energies;

/* The energies of all rows under every n_chunks-th regime. */
static void fill_energies(void *context, size_t c, size_t thread)
{
    const energies *mine = context;
    const gim__ifm_fit *fit = mine->of->fit;
    gim__ifm_chunk *chunk = (gim__ifm_chunk *)&mine->of->work.chunk[c];
    size_t d = fit->nets.graph->d, m = fit->nets.graph->m;
    (void)thread;
    for (size_t t = c; t < fit->T; t += mine->of->work.n_chunks) {
        gim__ifm_regime_set(&chunk->regime, &fit->nets, fit->values, fit->levels + t * m);
        for (size_t i = 0; i < mine->n; i++)
            mine->energy[i * fit->T + t] = gim__ifm_energy(chunk->a, &fit->nets, &chunk->regime, mine->x + i * d);
    }
}

/* How many training rows of regime t the normalisers see: all, or as many as memory is set apart for, two at least. */
static size_t rows_seen(const run *mine, size_t t)
{
    const gim__ifm_fit *fit = mine->fit;
    size_t n = fit->training.n_rows[t] - mine->data->n_held[t], most = MOST_ENERGIES / fit->T;
    double part = (double)most / ((double)fit->n_rows - (double)fit->n_held);
    size_t seen = part >= 1 ? n : (size_t)(part * (double)n);
    return seen >= 2 ? seen : n < 2 ? n : 2;
}

static gim_status normalise(const run *mine)
{
    const gim_allocator *allocator = mine->plan->allocator;
    gim__ifm_fit *fit = mine->fit;
    size_t T = fit->T, d = fit->nets.graph->d, n = 0;
    for (size_t t = 0; t < T; t++)
        n += rows_seen(mine, t);
    real *x = gim__new(allocator, n, d * sizeof *x);
    double *energy = gim__new(allocator, n, T * sizeof *energy), *count = gim__new(allocator, 3 * T, sizeof *count);
    gim_status status = x && energy && count
                            ? GIM_OK
                            : gim__fail(mine->plan->message, GIM_ERR_NOMEM, "out of memory for the normalisers");
    for (size_t t = 0, r = 0; status == GIM_OK && t < T; r += rows_seen(mine, t), t++) {
        count[t] = (double)rows_seen(mine, t);
        status = gim__data_spread(mine->data, t, rows_seen(mine, t), x + r * d);
    }
    if (status == GIM_OK) {
        energies of = {mine, x, n, energy};
        gim__pool_run(mine->pool, mine->work.n_chunks, fill_energies, &of);
        gim__ifm_normalise(fit->log_normaliser, energy, count, n, T, count + T);
    }
    gim__delete(allocator, x);
    gim__delete(allocator, energy);
    gim__delete(allocator, count);
    return status;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static void set_range(gim__ifm_fit *fit, const gim__ifm_plan *plan)
{
    const gim__scaling *scaling = &fit->training.scaling;
    for (size_t i = 0; i < fit->nets.graph->d; i++) {
        double margin = MARGIN * (plan->highest[i] - plan->lowest[i]);
        fit->low[i] = (real)((plan->lowest[i] - margin - scaling->center[i]) / scaling->scale[i]);
        fit->high[i] = (real)((plan->highest[i] + margin - scaling->center[i]) / scaling->scale[i]);
    }
}

static gim_status loop(run *mine)
{
    gim__ifm_fit *fit = mine->fit;
    gim__ifm_nets_start(mine->values, &fit->nets, mine->plan->settings->seed);
    fit->objective = NAN;
    fit->held_out = -INFINITY;
    gim_status status = check(mine);
    if (status == GIM_OK)
        status = report(mine);
    while (status == GIM_OK && fit->step < mine->plan->settings->steps)
        status = advance(mine);
    if (status <= 0)
        return status;
    gim_status checked = check(mine); /* what was done since the last check may be better */
    return checked == GIM_OK ? status : checked;
}

gim_status gim__ifm_learn(gim__ifm_fit *fit, gim__data *data, const gim__ifm_plan *plan)
{
    const gim_ifm_settings *settings = plan->settings;
    run mine = {.fit = fit,
                .data = data,
                .plan = plan,
                .problem = {&fit->nets, settings->objective, settings->grid, fit->low, fit->high, fit->levels,
                            settings->seed},
                .started = gim__now()};
    gim__ifm_fit_share(fit);
    fit->n_held = data->held_rows.n;
    fit->in_memory = gim__data_in_memory(data);
    set_range(fit, plan);
    gim_status status = run_new(&mine);
    if (status == GIM_OK)
        status = loop(&mine);
    if (status >= 0 && (fit->status = normalise(&mine)) != GIM_OK)
        status = fit->status;
    if (status >= 0)
        fit->status = status > 0 ? GIM_STOPPED : GIM_OK;
    fit->seconds = gim__now() - mine.started;
    run_free(&mine);
    return status > 0 ? GIM_STOPPED : status;
}
