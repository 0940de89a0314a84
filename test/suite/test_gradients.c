/* Every gradient of the objective against central differences, block by block, for every mechanism, intervention and
 * marginal. In single precision the differences are coarse; the double build is the one that proves.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "model/graph.h"
#include "model/prior.h"
#include "property/systems.h"

/* One problem, and which of its functions is meant. */
typedef struct setting {
    t_problem problem;
    const real *fixed; /* the graph, where it is fixed */
    int relaxed;
    real *scratch; /* gradients that nobody looks at */
} setting;

static setting *setting_new(int i)
{
    setting *at = calloc(1, sizeof *at);
    t_form form = t_form_at(i);
    t_problem_open(&at->problem, &form, 4 + (uint64_t)i);
    at->scratch = t_zeros(at->problem.params.size);
    return at;
}

static void setting_free(setting *at)
{
    t_problem_close(&at->problem);
    free(at->scratch);
    free(at);
}

/* Of all blocks of parameters but the latents, or of these alone. */
static void check_blocks(setting *at, const real *gradient, t_function f, int latents)
{
    const gim__params *params = &at->problem.params;
    for (size_t b = 0; b < params->n_blocks; b++) {
        const gim__block *block = &params->block[b];
        if ((block->prior == GIM__LATENT) != latents)
            continue;
        real *x = at->problem.values + block->offset;
        double gap = t_gradient_gap(gradient + block->offset, x, block->size, f, at);
        ck_assert_msg(gap < T_DIFFERENCE, "%s, %s: the gradient is off by %g", t_form_name(&at->problem.form),
                      block->name, gap);
    }
}

static void clear(gim__objective *objective)
{
    size_t d = objective->spec->d, kd = objective->interv.K * d;
    memset(objective->ds, 0, d * d * sizeof(real));
    memset(objective->interv.dlogit, 0, kd * sizeof(real));
    memset(objective->interv.deffect, 0, objective->spec->n_effects * kd * sizeof(real));
}

static void logits_backward(setting *at, real *gradient)
{
    const gim__params *params = &at->problem.params;
    const gim__spec *spec = &at->problem.spec;
    const real *U = at->problem.values + params->U, *V = at->problem.values + params->V;
    gim__graph_logits_backward(gradient + params->U, gradient + params->V, at->problem.objective.ds, U, V, spec->alpha,
                               spec->d, spec->rank);
}

/* ---- the log-likelihood ---- */

static gim__graphs graphs_of(const setting *at)
{
    const gim__draws *draws = &at->problem.objective.draws;
    return (gim__graphs){at->fixed != NULL ? at->fixed
                         : at->relaxed     ? draws->relaxed
                                           : draws->discrete,
                         at->fixed != NULL, at->fixed == NULL && at->relaxed};
}

/* x is part of the problem's values, which are put together anew each time. */
static double log_likelihood(const real *x, void *user)
{
    setting *at = user;
    t_problem *problem = &at->problem;
    (void)x;
    gim__objective_draw(&problem->objective, problem->values);
    gim__likelihood_rows(&problem->objective.likelihood, &problem->rows, problem->spec.marginal);
    return gim__likelihood_forward(&problem->objective.likelihood, problem->values, &problem->params,
                                   &problem->objective.draws, graphs_of(at), &problem->spec);
}

/* All of the gradient through one sort of graphs; with respect to U and V where they are relaxed. */
static real *likelihood_gradient(setting *at)
{
    t_problem *problem = &at->problem;
    gim__objective *objective = &problem->objective;
    gim__likelihood *work = &objective->likelihood;
    real *gradient = t_zeros(problem->params.size);
    clear(objective);
    log_likelihood(NULL, at);
    gim__likelihood_backward(work, gradient, at->relaxed ? objective->ds : NULL, problem->values, &problem->params,
                             &objective->draws, graphs_of(at), &problem->spec);
    gim__draws_backward(&objective->interv, &objective->draws, work->dtarget, work->deffect, &problem->spec,
                        problem->pool);
    gim__interv_backward(gradient, &objective->interv, problem->values, &problem->params, &problem->spec,
                         problem->pool);
    logits_backward(at, gradient);
    return gradient;
}

START_TEST(the_log_likelihood_through_relaxed_graphs)
{
    setting *at = setting_new(_i);
    at->relaxed = 1;
    real *gradient = likelihood_gradient(at);
    check_blocks(at, gradient, log_likelihood, 1);
    check_blocks(at, gradient, log_likelihood, 0);
    free(gradient);
    setting_free(at);
}
END_TEST

START_TEST(the_log_likelihood_through_discrete_graphs)
{
    setting *at = setting_new(_i);
    real *gradient = likelihood_gradient(at);
    check_blocks(at, gradient, log_likelihood, 0);
    free(gradient);
    setting_free(at);
}
END_TEST

START_TEST(the_log_likelihood_through_one_fixed_graph)
{
    setting *at = setting_new(_i);
    real *fixed = t_graph(at->problem.spec.d, 0.6, 1, 8);
    at->fixed = fixed;
    real *gradient = likelihood_gradient(at);
    check_blocks(at, gradient, log_likelihood, 0);
    free(gradient), free(fixed);
    setting_free(at);
}
END_TEST

/* ---- acyclicity and priors ---- */

static double acyclicity(const real *x, void *user)
{
    setting *at = user;
    gim__objective *objective = &at->problem.objective;
    (void)x;
    gim__objective_draw(objective, at->problem.values);
    return gim__objective_acyclicity(objective, objective->start, objective->start);
}

START_TEST(the_acyclicity)
{
    setting *at = setting_new(_i);
    real *gradient = t_zeros(at->problem.params.size);
    clear(&at->problem.objective);
    acyclicity(NULL, at);
    gim__objective_acyclicity_backward(&at->problem.objective, at->problem.objective.ds, 1);
    logits_backward(at, gradient);
    check_blocks(at, gradient, acyclicity, 1);
    free(gradient);
    setting_free(at);
}
END_TEST

static double log_prior(const real *x, void *user)
{
    setting *at = user;
    t_problem *problem = &at->problem;
    gim__objective *objective = &problem->objective;
    (void)x;
    gim__objective_draw(objective, problem->values);
    return gim__prior_graph(objective->ds, objective->s, &problem->spec) +
           gim__prior_targets(&objective->interv, problem->spec.beta_target, &problem->spec) +
           gim__prior_weights(at->scratch, problem->values, &problem->params, &problem->spec);
}

START_TEST(the_log_prior)
{
    setting *at = setting_new(_i);
    t_problem *problem = &at->problem;
    clear(&problem->objective);
    log_prior(NULL, at);
    real *gradient = t_zeros(problem->params.size);
    memcpy(gradient, at->scratch, problem->params.size * sizeof *gradient);
    gim__interv_backward(gradient, &problem->objective.interv, problem->values, &problem->params, &problem->spec,
                         problem->pool);
    logits_backward(at, gradient);
    check_blocks(at, gradient, log_prior, 1);
    check_blocks(at, gradient, log_prior, 0);
    free(gradient);
    setting_free(at);
}
END_TEST

/* ---- a whole step ---- */

static gim__phase phase_of(const setting *at)
{
    return (gim__phase){
        .step = 5, .rows = 30, .beta_target = 0.8, .mixed = 0.4, .lambda = 0.6, .mu = 1.5, .graph = at->fixed};
}

static double objective_of(const real *x, void *user)
{
    setting *at = user;
    gim__phase phase = phase_of(at);
    (void)x;
    return gim__objective_step(&at->problem.objective, at->scratch, at->problem.values, &at->problem.rows, &phase)
        .objective;
}

/* The objective with the log-likelihood through relaxed graphs, as the latents see it. The noise is that of the last
 * step. */
static double relaxed_objective(const real *x, void *user)
{
    setting *at = user;
    gim__phase phase = phase_of(at);
    double h = acyclicity(x, at);
    at->relaxed = 1;
    double sum = log_likelihood(x, at) + log_prior(x, at);
    if (at->problem.spec.volume > 0)
        sum += at->problem.spec.volume * phase.rows *
               gim__volume_forward(&at->problem.objective.volume, at->problem.values, &at->problem.params,
                                   graphs_of(at), &at->problem.spec);
    return sum / phase.rows - phase.lambda * h - 0.5 * phase.mu * h * h;
}

static real *step_gradient(setting *at)
{
    real *gradient = t_zeros(at->problem.params.size);
    objective_of(NULL, at);
    memcpy(gradient, at->scratch, at->problem.params.size * sizeof *gradient);
    return gradient;
}

static void check_whole_step(int number, double volume)
{
    setting *at = setting_new(number);
    const gim__params *params = &at->problem.params;
    at->problem.spec.volume = volume;
    for (size_t i = params->theta; i < params->theta + params->theta_size && volume > 0; i++)
        at->problem.values[i] = (real)(0.2 * fabs((double)at->problem.values[i]));
    real *gradient = step_gradient(at);
    check_blocks(at, gradient, objective_of, 0);
    check_blocks(at, gradient, relaxed_objective, 1);
    free(gradient);
    setting_free(at);
}

START_TEST(a_whole_step)
{
    check_whole_step(_i, 0);
}
END_TEST

START_TEST(a_whole_step_with_the_log_determinant)
{
    check_whole_step(_i, 0.8);
}
END_TEST

/* Once the graph is fixed, nothing but their prior moves the latents. */
START_TEST(a_whole_step_with_the_graph_fixed)
{
    setting *at = setting_new(_i);
    real *fixed = t_graph(at->problem.spec.d, 0.6, 1, 8);
    at->fixed = fixed;
    real *gradient = step_gradient(at);
    check_blocks(at, gradient, objective_of, 0);
    check_blocks(at, gradient, objective_of, 1);
    free(gradient), free(fixed);
    setting_free(at);
}
END_TEST

/* ---- sufficient statistics ---- */

/* The same data as rows and as triangular factors; environments of fewer rows than variables among them. */
typedef struct twins {
    source *source;
    gim__message message;
    gim__data rows, factors;
    t_problem problem; /* whose sizes are those of the data */
} twins;

static void open_data(gim__data *data, twins *at, int sufficient)
{
    static char *const names[] = {"a", "b", "c"};
    gim_data given = source_data(at->source);
    gim__data_plan plan = {
        .batch_rows = 1000, .sufficient = sufficient, .held_out = 0.1, .memory_budget = 1 << 20, .seed = 4};
    ck_assert_int_eq(gim__data_open(data, &at->problem.allocator, &at->message, &given, names, names, 3, 2, &plan),
                     GIM_OK);
    ck_assert_int_eq(gim__data_batch(data, 0), GIM_OK);
}

static twins *twins_new(int i)
{
    twins *at = calloc(1, sizeof *at);
    t_form form = t_form_at(3 * (i % 2) + T_FAMILIES * (1 + i / 2)); /* linear; per environment or dataset */
    at->source = small_source(GIM_LINEAR, form.intervention, 9);
    at->source->n_rows[2] = 2;
    at->source->n_rows[3] = 1;
    form.d = 3, form.p = 2, form.K = at->source->K;
    t_problem_open(&at->problem, &form, 6);
    gim__message_init(&at->message);
    open_data(&at->rows, at, 0);
    open_data(&at->factors, at, 1);
    gim__objective_free(&at->problem.objective); /* once more, with room for as many rows as there are */
    ck_assert_int_eq(gim__objective_new(&at->problem.objective, &at->problem.allocator, &at->problem.spec,
                                        &at->problem.params, at->rows.training.scaled, at->rows.training.observational,
                                        form.K, form.M, gim__data_most_rows(&at->rows), 3, 1, at->problem.pool),
                     GIM_OK);
    return at;
}

static void twins_free(twins *at)
{
    gim__data_close(&at->rows);
    gim__data_close(&at->factors);
    gim__message_destroy(&at->message);
    t_problem_close(&at->problem);
    source_free(at->source);
    free(at);
}

static gim__value step_on(twins *at, const gim__rows *rows, real *gradient)
{
    gim__phase phase = {.step = 3, .rows = 50, .beta_target = 1, .mixed = 0.4};
    return gim__objective_step(&at->problem.objective, gradient, at->problem.values, rows, &phase);
}

START_TEST(sufficient_statistics_stand_for_the_rows)
{
    twins *at = twins_new(_i);
    const gim__params *params = &at->problem.params;
    real *by_rows = t_zeros(params->size), *by_factors = t_zeros(params->size);
    ck_assert_uint_eq(at->rows.batch.n, (size_t)at->rows.n_train);
    ck_assert_uint_eq(at->factors.batch.n, 4 * 4);
    gim__value rows = step_on(at, &at->rows.batch, by_rows), factors = step_on(at, &at->factors.batch, by_factors);
    ck_assert_double_lt(t_error(factors.log_likelihood, rows.log_likelihood), 10 * T_ROUNDING);
    ck_assert_double_lt(t_error(factors.objective, rows.objective), 10 * T_ROUNDING);
    for (size_t b = 0; b < params->n_blocks; b++) {
        size_t offset = params->block[b].offset;
        double gap = t_gap(by_factors + offset, by_rows + offset, params->block[b].size);
        ck_assert_msg(gap < 100 * T_ROUNDING, "%s, %s: %g", t_form_name(&at->problem.form), params->block[b].name, gap);
    }
    free(by_rows), free(by_factors);
    twins_free(at);
}
END_TEST

int main(void)
{
    t_case cases[] = {{the_log_likelihood_through_relaxed_graphs, T_FORMS},
                      {the_log_likelihood_through_discrete_graphs, T_FORMS},
                      {the_log_likelihood_through_one_fixed_graph, T_FORMS},
                      {the_acyclicity, 1},
                      {the_log_prior, T_FORMS},
                      {a_whole_step, T_FORMS},
                      {a_whole_step_with_the_log_determinant, T_FORMS},
                      {a_whole_step_with_the_graph_fixed, T_FORMS},
                      {sufficient_statistics_stand_for_the_rows, 4}};
    return T_RUN("gradients", cases);
}
