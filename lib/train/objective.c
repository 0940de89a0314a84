/* The objective of a fit and its gradient: the model on a page. SPDX-License-Identifier: BSD-3-Clause */
#include "train/objective.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "math/spectral.h"
#include "model/graph.h"
#include "model/prior.h"

static gim_status new_draws(gim__draws *draws, const gim_allocator *allocator, size_t M, size_t K, size_t d, size_t E)
{
    draws->M = M;
    draws->K = K;
    draws->graph_noise = gim__new(allocator, M * d * d, sizeof(real));
    draws->target_noise = gim__new(allocator, M * K * d, sizeof(real));
    draws->effect_noise = gim__new(allocator, M * E * K * d, sizeof(real));
    draws->relaxed = gim__new(allocator, M * d * d, sizeof(real));
    draws->discrete = gim__new(allocator, M * d * d, sizeof(real));
    draws->target = gim__new(allocator, M * K * d, sizeof(real));
    draws->effect = gim__new(allocator, M * E * K * d, sizeof(real));
    draws->derived = gim__new(allocator, M * 3 * K * d, sizeof(real));
    return draws->graph_noise && draws->target_noise && draws->effect_noise && draws->relaxed && draws->discrete &&
                   draws->target && draws->effect && draws->derived
               ? GIM_OK
               : GIM_ERR_NOMEM;
}

static gim_status new_interv(gim__interv *interv, const gim_allocator *allocator, const gim__spec *spec, size_t K)
{
    size_t d = spec->d, E = spec->n_effects, width = spec->net.width;
    interv->K = K;
    interv->logit = gim__new(allocator, K * d, sizeof(real));
    interv->effect = gim__new(allocator, E * K * d, sizeof(real));
    interv->hidden = gim__new(allocator, (1 + E) * 2 * K * width, sizeof(real));
    interv->scratch = gim__new(allocator, (1 + E) * K * width, sizeof(real));
    interv->dlogit = gim__new(allocator, K * d, sizeof(real));
    interv->deffect = gim__new(allocator, E * K * d, sizeof(real));
    return interv->logit && interv->effect && interv->hidden && interv->scratch && interv->dlogit && interv->deffect
               ? GIM_OK
               : GIM_ERR_NOMEM;
}

static gim_status new_acyclicity(gim__objective *objective, size_t M, size_t d)
{
    const gim_allocator *allocator = objective->allocator;
    objective->s = gim__new(allocator, d * d, sizeof(real));
    objective->ds = gim__new(allocator, d * d, sizeof(real));
    objective->radius = gim__new(allocator, M, sizeof(real));
    objective->radius_scratch = gim__new(allocator, M * gim__spectral_scratch(d, objective->power_steps), sizeof(real));
    objective->dradius = gim__new(allocator, M * d * d, sizeof(real));
    objective->start = gim__new(allocator, d, sizeof(real));
    if (!objective->s || !objective->ds || !objective->radius || !objective->radius_scratch || !objective->dradius ||
        !objective->start)
        return GIM_ERR_NOMEM;
    for (size_t j = 0; j < d; j++)
        objective->start[j] = 1;
    return GIM_OK;
}

gim_status gim__objective_new(gim__objective *objective, const gim_allocator *allocator, const gim__spec *spec,
                              const gim__params *params, const real *features, const unsigned char *observational,
                              size_t K, size_t M, size_t most_rows, size_t power_steps, uint64_t seed, gim__pool *pool)
{
    *objective = (gim__objective){
        .allocator = allocator, .spec = spec, .params = params, .power_steps = power_steps, .pool = pool, .seed = seed};
    objective->interv.features = features;
    objective->interv.observational = observational;
    gim_status status = gim__likelihood_new(&objective->likelihood, allocator, spec, M, K, most_rows, pool);
    if (status == GIM_OK)
        status = gim__volume_new(&objective->volume, allocator, spec, M, pool);
    if (status == GIM_OK)
        status = new_interv(&objective->interv, allocator, spec, K);
    if (status == GIM_OK)
        status = new_draws(&objective->draws, allocator, M, K, spec->d, spec->n_effects);
    if (status == GIM_OK)
        status = new_acyclicity(objective, M, spec->d);
    return status;
}

void gim__objective_free(gim__objective *objective)
{
    const gim__interv *interv = &objective->interv;
    const gim__draws *draws = &objective->draws;
    void *all[] = {interv->logit,      interv->effect,      interv->hidden,
                   interv->scratch,    interv->dlogit,      interv->deffect,
                   draws->graph_noise, draws->target_noise, draws->effect_noise,
                   draws->relaxed,     draws->discrete,     draws->target,
                   draws->effect,      draws->derived,      objective->s,
                   objective->ds,      objective->radius,   objective->radius_scratch,
                   objective->dradius, objective->start};
    gim__likelihood_free(&objective->likelihood);
    gim__volume_free(&objective->volume);
    for (size_t i = 0; i < sizeof all / sizeof *all && objective->allocator != NULL; i++)
        gim__delete(objective->allocator, all[i]);
}

static void make_draw(void *context, size_t m, size_t thread)
{
    gim__objective *objective = context;
    (void)thread;
    gim__draws_make(&objective->draws, m, objective->s, &objective->interv, objective->spec);
}

static void make_draws(gim__objective *objective, const real *values)
{
    const gim__spec *spec = objective->spec;
    const gim__params *params = objective->params;
    gim__graph_logits(objective->s, values + params->U, values + params->V, spec->alpha, spec->d, spec->rank);
    gim__pool_run(objective->pool, objective->draws.M, make_draw, objective);
}

void gim__objective_draw(gim__objective *objective, const real *values)
{
    gim__interv_forward(&objective->interv, values, objective->params, objective->spec, objective->pool);
    make_draws(objective, values);
}

/* What the tasks at the beginning and the end of a step share: first one a network, as these take longest, then one a
 * draw. */
typedef struct ends {
    gim__objective *objective;
    const real *values;
    real *grad;
    gim__purpose purpose;
    uint64_t step;
    size_t networks;
} ends;

/* A network, or the noise of a draw, from a stream of its own. */
static void begin(void *context, size_t task, size_t thread)
{
    const ends *all = context;
    gim__objective *objective = all->objective;
    size_t m = task - all->networks;
    gim__rng rng;
    (void)thread;
    if (task < all->networks) {
        gim__interv_network(&objective->interv, task, all->values, objective->params, objective->spec);
    } else {
        gim__rng_open(&rng, objective->seed, all->purpose, all->step, m);
        gim__draws_noise(&objective->draws, m, objective->spec, &rng);
    }
}

/* Networks, noise, and the draws that they give. */
static void draw(gim__objective *objective, const real *values, gim__purpose purpose, uint64_t step)
{
    ends all = {objective, values, NULL, purpose, step, 1 + objective->spec->n_effects};
    gim__pool_run(objective->pool, all.networks + objective->draws.M, begin, &all);
    make_draws(objective, values);
}

/* ---- acyclicity ---- */

static real *radius_scratch(const gim__objective *objective, size_t m)
{
    return objective->radius_scratch + m * gim__spectral_scratch(objective->spec->d, objective->power_steps);
}

static void radius_forward(gim__objective *objective, size_t m, const real *u, const real *v)
{
    size_t d = objective->spec->d;
    objective->radius[m] = gim__spectral_forward(radius_scratch(objective, m), objective->draws.relaxed + m * d * d, u,
                                                 v, d, objective->power_steps);
}

/* dradius of one draw: the gradient of its radius. */
static void radius_backward(gim__objective *objective, size_t m)
{
    size_t d = objective->spec->d;
    real *dradius = objective->dradius + m * d * d;
    memset(dradius, 0, d * d * sizeof(real));
    gim__spectral_backward(dradius, 1, objective->radius[m], radius_scratch(objective, m),
                           objective->draws.relaxed + m * d * d, d, objective->power_steps);
}

static double mean_radius(const gim__objective *objective)
{
    size_t M = objective->draws.M;
    double sum = 0;
    for (size_t m = 0; m < M; m++)
        sum += (double)objective->radius[m];
    return sum / (double)M;
}

/* Given dradius: ds += weight x gradient of the mean radius. */
static void add_dradius(gim__objective *objective, real *ds, double weight)
{
    size_t d = objective->spec->d, M = objective->draws.M;
    real scale = (real)(weight / (double)M);
    for (size_t m = 0; m < M; m++) {
        for (size_t e = m * d * d; e < (m + 1) * d * d; e++)
            objective->dradius[e] *= scale;
        gim__graph_draw_backward(ds, objective->dradius + m * d * d, objective->draws.relaxed + m * d * d,
                                 objective->spec->tau, d);
    }
}

double gim__objective_acyclicity(gim__objective *objective, const real *u, const real *v)
{
    for (size_t m = 0; m < objective->draws.M; m++)
        radius_forward(objective, m, u, v);
    return mean_radius(objective);
}

void gim__objective_acyclicity_backward(gim__objective *objective, real *ds, double weight)
{
    for (size_t m = 0; m < objective->draws.M; m++)
        radius_backward(objective, m);
    add_dradius(objective, ds, weight);
}

/* ---- the objective ---- */

/* log|det| of the draws' graphs for each of N rows, and its gradient. */
static double volume(gim__objective *objective, real *grad, real *ds, const real *values, gim__graphs graphs,
                     double rows)
{
    const gim__spec *spec = objective->spec;
    if (spec->volume == 0)
        return 0;
    double weight = spec->volume * rows;
    double value = gim__volume_forward(&objective->volume, values, objective->params, graphs, spec);
    gim__volume_backward(&objective->volume, grad, ds, weight, values, objective->params, graphs, spec);
    return weight * value;
}

static void volume_rows(gim__objective *objective, const gim__rows *rows, uint64_t of_check, uint64_t step)
{
    gim__rng rng;
    gim__rng_open(&rng, objective->seed, GIM__RNG_SLOPES, of_check, step);
    gim__volume_rows(&objective->volume, rows, objective->spec, &rng);
}

/* The log-likelihood and its gradient: ds through relaxed graphs, the rest through discrete ones, or the fixed one,
 * which has no cycles. */
static double likelihood(gim__objective *objective, real *grad, const real *values, const gim__phase *phase)
{
    const real *fixed = phase->graph;
    double value = 0;
    gim__likelihood *work = &objective->likelihood;
    const gim__params *params = objective->params;
    const gim__spec *spec = objective->spec;
    gim__draws *draws = &objective->draws;
    if (fixed == NULL) {
        gim__graphs relaxed = {draws->relaxed, 0, 1};
        gim__likelihood_forward(work, values, params, draws, relaxed, spec);
        gim__likelihood_backward(work, NULL, objective->ds, values, params, draws, relaxed, spec);
        volume(objective, NULL, objective->ds, values, relaxed, phase->rows);
    }
    gim__graphs discrete = {fixed != NULL ? fixed : draws->discrete, fixed != NULL, 0};
    if (fixed == NULL)
        value = volume(objective, grad, NULL, values, discrete, phase->rows);
    value += gim__likelihood_forward(work, values, params, draws, discrete, spec);
    gim__likelihood_backward(work, grad, NULL, values, params, draws, discrete, spec);
    gim__draws_backward(&objective->interv, draws, work->dtarget, work->deffect, spec, objective->pool);
    return value;
}

/* Back through a network, or the radius of a draw and its gradient. */
static void end(void *context, size_t task, size_t thread)
{
    const ends *all = context;
    gim__objective *objective = all->objective;
    size_t m = task - all->networks;
    (void)thread;
    if (task < all->networks) {
        gim__interv_network_backward(all->grad, &objective->interv, task, all->values, objective->params,
                                     objective->spec);
    } else {
        radius_forward(objective, m, objective->start, objective->start);
        radius_backward(objective, m);
    }
}

/* Acyclicity and the graph's prior, N times too large, as the rest is divided by N later. */
static double graph_terms(gim__objective *objective, double h, const gim__phase *phase)
{
    add_dradius(objective, objective->ds, -phase->rows * (phase->lambda + phase->mu * h));
    return gim__prior_graph(objective->ds, objective->s, objective->spec) -
           phase->rows * (phase->lambda * h + 0.5 * phase->mu * h * h);
}

gim__value gim__objective_step(gim__objective *objective, real *grad, const real *values, const gim__rows *rows,
                               const gim__phase *phase)
{
    const gim__spec *spec = objective->spec;
    const gim__params *params = objective->params;
    gim__interv *interv = &objective->interv;
    size_t kd = interv->K * spec->d;
    gim__value value = {0, 0, 0};
    memset(grad, 0, params->size * sizeof *grad);
    memset(objective->ds, 0, spec->d * spec->d * sizeof(real));
    memset(interv->dlogit, 0, kd * sizeof(real));
    memset(interv->deffect, 0, spec->n_effects * kd * sizeof(real));

    objective->draws.mixed = (real)phase->mixed;
    draw(objective, values, GIM__RNG_DRAW, phase->step);
    gim__likelihood_rows(&objective->likelihood, rows, spec->marginal);
    volume_rows(objective, rows, 0, phase->step);
    value.log_likelihood = likelihood(objective, grad, values, phase);
    value.objective = value.log_likelihood + gim__prior_targets(interv, phase->beta_target, spec) +
                      gim__prior_weights(grad, values, params, spec);
    ends all = {objective, values, grad, GIM__RNG_DRAW, phase->step, 1 + spec->n_effects};
    gim__pool_run(objective->pool, all.networks + (phase->graph == NULL ? objective->draws.M : 0), end, &all);
    if (phase->graph == NULL) {
        value.acyclicity = mean_radius(objective);
        value.objective += graph_terms(objective, value.acyclicity, phase);
    }
    gim__graph_logits_backward(grad + params->U, grad + params->V, objective->ds, values + params->U,
                               values + params->V, spec->alpha, spec->d, spec->rank);

    for (size_t i = 0; i < params->size; i++)
        grad[i] /= (real)phase->rows;
    value.objective /= phase->rows;
    value.log_likelihood /= phase->rows;
    return value;
}

gim__value gim__objective_check(gim__objective *objective, const real *values, const gim__rows *rows,
                                const gim__phase *phase)
{
    gim__draws *draws = &objective->draws;
    gim__value value = {0, NAN, 0};
    gim__graphs graphs = {phase->graph != NULL ? phase->graph : draws->discrete, phase->graph != NULL, 0};
    draws->mixed = (real)phase->mixed;
    draw(objective, values, GIM__RNG_CHECK, phase->step);
    value.acyclicity = gim__objective_acyclicity(objective, objective->start, objective->start);
    if (rows->n > 0) {
        gim__likelihood_rows(&objective->likelihood, rows, objective->spec->marginal);
        value.log_likelihood =
            gim__likelihood_forward(&objective->likelihood, values, objective->params, draws, graphs, objective->spec) /
            (double)rows->n;
        if (objective->spec->volume > 0 && phase->graph == NULL) {
            volume_rows(objective, rows, 1, phase->step);
            value.log_likelihood +=
                objective->spec->volume *
                gim__volume_forward(&objective->volume, values, objective->params, graphs, objective->spec);
        }
    }
    return value;
}
