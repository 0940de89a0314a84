/* What a fitted model is asked: samples, targets, effects, graph, densities, distances.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "api/model.h"
#include "base/alloc.h"
#include "base/threads.h"
#include "math/fn.h"
#include "model/graph.h"
#include "model/predict.h"

#define FAR 1e6

/* Perturbations applied together, and the networks' answer to them. */
typedef struct question {
    const gim_model *model;
    size_t Q;
    real *scaled;         /* (Q, p) */
    real *logit, *effect; /* (Q, d), (n_effects, Q, d) */
    real *hidden;
    double *target, *means; /* (Q, d), (Q, n_effects, d), as gim__system wants them */
} question;

static gim_status check_features(const gim_model *model, const double *features, size_t Q)
{
    if (features == NULL && Q > 0)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "features must not be NULL");
    for (size_t i = 0; i < Q * model->p; i++)
        if (!isfinite(features[i]))
            return gim__fail(model->message, GIM_ERR_ARGUMENT,
                             "perturbation %zu, feature \"%s\" is %g; features must be finite", i / model->p,
                             model->feature[i % model->p], features[i]);
    return GIM_OK;
}

/* Beyond FAR, where every unit of the networks is long saturated, features are cut off, so that all sums stay
 * finite. */
static void scale_features(real *scaled, const double *features, size_t Q, const gim_model *model)
{
    const gim__scaling *scaling = &model->training.scaling;
    for (size_t i = 0; i < Q * model->p; i++) {
        size_t f = i % model->p;
        double value = (features[i] - scaling->feature_center[f]) / scaling->feature_scale[f];
        scaled[i] = (real)(value > FAR ? FAR : value < -FAR ? -FAR : value);
    }
}

static void question_free(question *asked)
{
    void *all[] = {asked->scaled, asked->logit, asked->effect, asked->hidden, asked->target, asked->means};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        gim__delete(&asked->model->allocator, all[i]);
}

static void answer(question *asked)
{
    const gim_model *model = asked->model;
    const gim__spec *spec = &model->spec;
    const gim__params *params = &model->params;
    size_t d = spec->d, Q = asked->Q, E = spec->n_effects;
    gim__mlp_forward(asked->logit, asked->hidden, asked->scaled, model->fit.values + params->target, Q, spec->net);
    for (size_t e = 0; e < E; e++)
        gim__mlp_forward(asked->effect + e * Q * d, asked->hidden, asked->scaled, model->fit.values + params->effect[e],
                         Q, spec->net);
    for (size_t q = 0; q < Q; q++)
        for (size_t j = 0; j < d; j++) {
            asked->target[q * d + j] = 1 / (1 + exp(-(double)asked->logit[q * d + j]));
            for (size_t e = 0; e < E; e++)
                asked->means[(q * E + e) * d + j] = (double)asked->effect[(e * Q + q) * d + j];
        }
}

/* Checks, allocates, and runs the networks. Free in any case. */
static gim_status question_open(question *asked, const gim_model *model, const double *features, size_t Q)
{
    const gim_allocator *allocator = &model->allocator;
    size_t d = model->d, E = model->spec.n_effects, width = model->spec.net.width;
    *asked = (question){.model = model, .Q = Q};
    gim_status status = check_features(model, features, Q);
    if (status != GIM_OK)
        return status;
    asked->scaled = gim__new(allocator, Q * model->p, sizeof(real));
    asked->logit = gim__new(allocator, Q * d, sizeof(real));
    asked->effect = gim__new(allocator, E * Q * d, sizeof(real));
    asked->hidden = gim__new(allocator, 2 * Q * width, sizeof(real));
    asked->target = gim__new(allocator, Q * d, sizeof(double));
    asked->means = gim__new(allocator, Q * E * d, sizeof(double));
    if (!asked->scaled || !asked->logit || !asked->effect || !asked->hidden || !asked->target || !asked->means)
        return gim__fail(model->message, GIM_ERR_NOMEM, "out of memory for %zu perturbations", Q);
    if (Q > 0) {
        scale_features(asked->scaled, features, Q, model);
        answer(asked);
    }
    return GIM_OK;
}

static gim__system system_of(const question *asked)
{
    const gim_model *model = asked->model;
    return (gim__system){&model->spec,     &model->params, model->fit.values, model->fit.edge,
                         model->fit.order, asked->Q,       asked->target,     asked->means};
}

/* ---- samples ---- */

static void unscale(double *x, const real *scaled, size_t n, const gim_model *model)
{
    const gim__scaling *scaling = &model->training.scaling;
    for (size_t i = 0; i < n * model->d; i++)
        x[i] = scaling->center[i % model->d] + scaling->scale[i % model->d] * (double)scaled[i];
}

/* One thread's memory for a block of rows. */
typedef struct block_memory {
    real *x, *means;
    double *noise;
    size_t *parents;
} block_memory;

static int block_open(block_memory *memory, const gim__system *system, const gim_allocator *allocator, int sampling)
{
    size_t d = system->spec->d;
    memory->x = gim__new(allocator, GIM__SAMPLE_ROWS * d, sizeof(real));
    memory->parents = gim__new(allocator, d, sizeof(size_t));
    memory->means = gim__new(allocator, gim__means_scratch(system), sizeof(real));
    memory->noise = gim__new(allocator, sampling ? gim__sample_scratch(system) : 0, sizeof(double));
    return memory->x && memory->parents && memory->means && memory->noise;
}

static void block_close(block_memory *memory, const gim_allocator *allocator)
{
    gim__delete(allocator, memory->x);
    gim__delete(allocator, memory->parents);
    gim__delete(allocator, memory->means);
    gim__delete(allocator, memory->noise);
}

static size_t rows_of_block(size_t block, size_t n_rows)
{
    size_t left = n_rows - block * GIM__SAMPLE_ROWS;
    return left < GIM__SAMPLE_ROWS ? left : GIM__SAMPLE_ROWS;
}

typedef struct sampling {
    const gim_model *model;
    gim__system system;
    block_memory *memory; /* one a thread */
    uint64_t seed;
    size_t n_rows;
    double *x;
} sampling;

static void sample_block(void *context, size_t block, size_t thread)
{
    const sampling *all = context;
    const block_memory *mine = &all->memory[thread];
    size_t n = rows_of_block(block, all->n_rows);
    gim__sample_block(mine->x, &all->system, all->seed, block, n, mine->noise, mine->means, mine->parents);
    unscale(all->x + block * GIM__SAMPLE_ROWS * all->model->d, mine->x, n, all->model);
}

/* Memory for each thread is made before they start: the allocator is called on the caller's thread alone. */
static gim_status sample(const question *asked, size_t n_rows, uint64_t seed, double *x)
{
    const gim_model *model = asked->model;
    const gim_allocator *allocator = &model->allocator;
    sampling all = {model, system_of(asked), NULL, seed, n_rows, x};
    size_t n_blocks = (n_rows + GIM__SAMPLE_ROWS - 1) / GIM__SAMPLE_ROWS, made = 0;
    size_t threads = (size_t)gim__option(&model->options, GIM_THREADS);
    gim__pool *pool = NULL;
    gim_status status = gim__pool_new(&pool, allocator, threads < n_blocks ? threads : n_blocks);
    threads = gim__pool_threads(pool);
    all.memory = gim__new(allocator, threads, sizeof *all.memory);
    while (all.memory != NULL && made < threads && block_open(&all.memory[made], &all.system, allocator, 1))
        made++;
    if (status == GIM_OK && made == threads)
        gim__pool_run(pool, n_blocks, sample_block, &all);
    else
        status = gim__fail(model->message, GIM_ERR_NOMEM, "out of memory for sampling");
    for (size_t t = 0; all.memory != NULL && t < threads; t++)
        block_close(&all.memory[t], allocator);
    gim__delete(allocator, all.memory);
    gim__pool_free(pool);
    return status;
}

static gim_status sample_baseline(const gim_model *model, const double *features, size_t Q, size_t n_rows,
                                  uint64_t seed, double *x)
{
    const gim__baseline *baseline = &model->baseline;
    gim_status status = check_features(model, features, Q);
    if (status != GIM_OK)
        return status;
    if (!gim__baseline_can_answer(baseline, &model->training, Q))
        return gim__fail(model->message, GIM_ERR_STATE,
                         "the fit had no observational environment, so the method %s can answer for one perturbation "
                         "at a time, not for %zu",
                         gim__model_method(model), Q);
    double *shift = gim__new(&model->allocator, model->d, sizeof *shift);
    real *scratch = gim__new(&model->allocator, gim__baseline_scratch(baseline), sizeof *scratch);
    if (shift != NULL && scratch != NULL)
        gim__baseline_sample(x, baseline, &model->training, features, Q, n_rows, seed, shift, scratch);
    else
        status = gim__fail(model->message, GIM_ERR_NOMEM, "out of memory for sampling");
    gim__delete(&model->allocator, scratch);
    gim__delete(&model->allocator, shift);
    return status;
}

gim_status gim_sample(const gim_model *model, const double *features, size_t n_perturbations, size_t n_rows,
                      uint64_t seed, double *x)
{
    question asked;
    size_t size;
    gim_status status = gim__model_ready(model);
    if (status != GIM_OK)
        return status;
    if (x == NULL || n_rows == 0 || __builtin_mul_overflow(n_rows, model->d * sizeof *x, &size))
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "n_rows is %zu; it must be at least 1, and x not NULL",
                         n_rows);
    if (model->baseline.method != NULL)
        return sample_baseline(model, features, n_perturbations, n_rows, seed, x);
    status = question_open(&asked, model, features, n_perturbations);
    if (status == GIM_OK)
        status = sample(&asked, n_rows, seed, x);
    question_free(&asked);
    return status;
}

/* ---- targets and effects ---- */

gim_status gim_targets(const gim_model *model, const double *features, double *probability)
{
    question asked;
    gim_status status = gim__model_causal(model, "targets");
    if (status != GIM_OK)
        return status;
    if (probability == NULL)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "probability must not be NULL");
    status = question_open(&asked, model, features, 1);
    if (status == GIM_OK)
        memcpy(probability, asked.target, model->d * sizeof *probability);
    question_free(&asked);
    return status;
}

/* The families of a model that has no fit yet are those its options ask for. */
size_t gim_effect_count(const gim_model *model)
{
    gim__spec spec;
    if (model == NULL || gim__option(&model->options, GIM_METHOD) != GIM_METHOD_MODEL)
        return 0;
    gim__model_spec(&spec, model);
    return spec.n_effects;
}

gim_effect gim_effect_at(const gim_model *model, size_t index)
{
    gim__spec spec;
    if (index >= gim_effect_count(model))
        return GIM_EFFECT_MEAN;
    gim__model_spec(&spec, model);
    return spec.effect[index];
}

/* An effect of variable j in the caller's units: factor and offset of the scaled one. Zero-inflated variables are only
 * scaled, which adds to their logarithm. */
static void effect_units(double *factor, double *offset, const gim_model *model, gim_effect effect, size_t j)
{
    const gim__scaling *scaling = &model->training.scaling;
    int logarithm = model->spec.zero_inflated;
    *factor = effect == GIM_EFFECT_MEAN && !logarithm ? scaling->scale[j] : 1;
    *offset = 0;
    if (effect == GIM_EFFECT_MEAN && !model->spec.shift)
        *offset = logarithm ? log(scaling->scale[j]) : scaling->center[j];
    if (effect == GIM_EFFECT_LOG_SCALE && !logarithm)
        *offset = log(scaling->scale[j]);
}

gim_status gim_effects(const gim_model *model, const double *features, gim_effect effect, double *mean, double *spread)
{
    question asked;
    gim_status status = gim__model_causal(model, "effects");
    if (status != GIM_OK)
        return status;
    size_t e = 0;
    while (e < model->spec.n_effects && model->spec.effect[e] != effect)
        e++;
    if (e == model->spec.n_effects)
        return gim__fail(model->message, GIM_ERR_ARGUMENT,
                         "this model's interventions have no effect parameter %d; gim_effect_at() lists them",
                         (int)effect);
    status = question_open(&asked, model, features, 1);
    for (size_t j = 0; status == GIM_OK && j < model->d; j++) {
        double factor, offset;
        effect_units(&factor, &offset, model, effect, j);
        if (mean != NULL)
            mean[j] = offset + factor * asked.means[e * model->d + j];
        if (spread != NULL)
            spread[j] = factor * model->spec.sigma_psi;
    }
    question_free(&asked);
    return status;
}

/* ---- graph ---- */

gim_status gim_graph(const gim_model *model, double *probability, unsigned char *edges)
{
    gim_status status = gim__model_causal(model, "graph");
    if (status != GIM_OK)
        return status;
    size_t d = model->d;
    const gim__params *params = &model->params;
    real *s = gim__new(&model->allocator, d * d, sizeof(real));
    if (s == NULL)
        return gim__fail(model->message, GIM_ERR_NOMEM, "out of memory for the graph");
    gim__graph_logits(s, model->fit.values + params->U, model->fit.values + params->V, model->spec.alpha, d,
                      model->spec.rank);
    for (size_t e = 0; probability != NULL && e < d * d; e++)
        probability[e] = e % (d + 1) == 0 ? 0 : 1 / (1 + exp(-(double)s[e]));
    if (edges != NULL)
        memcpy(edges, model->fit.edge, d * d);
    gim__delete(&model->allocator, s);
    return GIM_OK;
}

gim_status gim_weights(const gim_model *model, double *weight)
{
    gim_status status = gim__model_causal(model, "weights");
    if (status != GIM_OK)
        return status;
    if (weight == NULL)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "weight must not be NULL");
    if (model->spec.mech != &gim__mech_linear)
        return gim__fail(model->message, GIM_ERR_STATE, "only linear mechanisms have weights");
    const double *scale = model->training.scaling.scale;
    const real *W = model->fit.values + model->params.theta;
    for (size_t i = 0; i < model->d; i++)
        for (size_t j = 0; j < model->d; j++) {
            size_t e = i * model->d + j;
            weight[e] = model->fit.edge[e] ? (double)W[e] * scale[j] / scale[i] : 0;
        }
    return GIM_OK;
}

/* ---- densities ---- */

/* Rows in the model's units; what cannot be is refused. */
static gim_status scale_rows(real *scaled, const double *x, size_t first, size_t n, const gim_model *model)
{
    const gim__scaling *scaling = &model->training.scaling;
    for (size_t i = 0; i < n * model->d; i++) {
        size_t j = i % model->d;
        int negative = model->spec.zero_inflated && x[i] < 0;
        if (!isfinite(x[i]) || negative)
            return gim__fail(model->message, GIM_ERR_DATA, "row %zu, variable \"%s\" is %g; %s", first + i / model->d,
                             model->variable[j], x[i],
                             negative ? "the zero-inflated mechanism needs values >= 0" : "values must be finite");
        scaled[i] = (real)((x[i] - scaling->center[j]) / scaling->scale[j]);
    }
    return GIM_OK;
}

/* A density in scaled units times this is one in the caller's: 1 / scale of every variable that is not at its atom. */
static double log_jacobian(const double *x, const gim_model *model)
{
    double sum = 0;
    for (size_t j = 0; j < model->d; j++)
        if (!model->spec.zero_inflated || x[j] > 0)
            sum -= log(model->training.scaling.scale[j]);
    return sum;
}

static gim_status log_density(const question *asked, const double *x, size_t n_rows, double *out)
{
    const gim_model *model = asked->model;
    gim__system system = system_of(asked);
    block_memory memory = {0};
    gim_status status = GIM_OK;
    if (!block_open(&memory, &system, &model->allocator, 0))
        status = gim__fail(model->message, GIM_ERR_NOMEM, "out of memory for densities");
    for (size_t first = 0; status == GIM_OK && first < n_rows; first += GIM__SAMPLE_ROWS) {
        size_t n = rows_of_block(first / GIM__SAMPLE_ROWS, n_rows);
        status = scale_rows(memory.x, x + first * model->d, first, n, model);
        if (status != GIM_OK)
            break;
        gim__log_densities(out + first, &system, memory.x, n, memory.means, memory.parents);
        for (size_t r = 0; r < n; r++)
            out[first + r] += log_jacobian(x + (first + r) * model->d, model);
    }
    block_close(&memory, &model->allocator);
    return status;
}

gim_status gim_log_density(const gim_model *model, const double *features, size_t n_perturbations, const double *x,
                           size_t n_rows, double *log_density_out)
{
    question asked;
    gim_status status = gim__model_causal(model, "log-density");
    if (status != GIM_OK)
        return status;
    if (x == NULL || log_density_out == NULL || n_rows == 0)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "n_rows must be at least 1, x and log_density not NULL");
    if (n_perturbations > GIM__MOST_JOINT)
        return gim__fail(model->message, GIM_ERR_ARGUMENT, "%zu perturbations together; densities take %d at most",
                         n_perturbations, GIM__MOST_JOINT);
    status = question_open(&asked, model, features, n_perturbations);
    if (status == GIM_OK)
        status = log_density(&asked, x, n_rows, log_density_out);
    question_free(&asked);
    return status;
}

/* ---- distance ---- */

static int outside_range(const real *scaled, const gim__training *training, size_t p)
{
    for (size_t f = 0; f < p; f++) {
        real lowest = training->scaled[f], highest = lowest;
        for (size_t k = 1; k < training->K; k++) {
            real value = training->scaled[k * p + f];
            lowest = value < lowest ? value : lowest;
            highest = value > highest ? value : highest;
        }
        real slack = (real)1e-5 * (highest - lowest + 1);
        if (scaled[f] < lowest - slack || scaled[f] > highest + slack)
            return 1;
    }
    return 0;
}

gim_status gim_feature_distance(const gim_model *model, const double *features, double *distance, int *outside)
{
    gim_status status = gim__model_ready(model);
    if (status == GIM_OK)
        status = check_features(model, features, 1);
    if (status != GIM_OK)
        return status;
    real *scaled = gim__new(&model->allocator, model->p, sizeof(real));
    if (scaled == NULL)
        return gim__fail(model->message, GIM_ERR_NOMEM, "out of memory for a perturbation");
    scale_features(scaled, features, 1, model);
    double squared = gim__training_nearest(&model->training, scaled, model->p);
    if (distance != NULL)
        *distance = sqrt(squared);
    if (outside != NULL)
        *outside = outside_range(scaled, &model->training, model->p) ||
                   squared > 1.0001 * gim__training_gap(&model->training, model->p) + 1e-9;
    gim__delete(&model->allocator, scaled);
    return GIM_OK;
}
