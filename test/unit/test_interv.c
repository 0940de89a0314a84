/* Intervention networks, and draws of targets and effects with their gradients.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "testing.h"

static void open_family(t_problem *problem, int i, size_t threads)
{
    t_form form = t_form_at(i);
    form.threads = threads;
    form.K = 4;
    t_problem_open(problem, &form, 1);
    problem->observational[2] = 1; /* two observational environments, neither all at the front */
}

/* ---- networks ---- */

static size_t block_of(const gim__params *params, const char *group)
{
    char name[64] = "";
    strcat(strcat(name, group), ".0.weight");
    for (size_t b = 0; b < params->n_blocks; b++)
        if (strcmp(params->block[b].name, name) == 0)
            return params->block[b].offset;
    ck_abort_msg("no block %s", name);
}

/* Each network has weights of its own, found by name. */
static double network_gap(const t_problem *problem, const char *group, const real *got)
{
    size_t K = problem->form.K, n = K * problem->spec.d;
    real *wanted = t_zeros(n), *hidden = t_zeros(2 * K * problem->spec.net.width);
    gim__mlp_forward(wanted, hidden, problem->features, problem->values + block_of(&problem->params, group), K,
                     problem->spec.net);
    double gap = t_gap(got, wanted, n);
    free(wanted), free(hidden);
    return gap;
}

START_TEST(every_network_speaks_for_itself)
{
    t_problem problem;
    open_family(&problem, _i, 2);
    gim__interv *at = &problem.objective.interv;
    gim__interv_forward(at, problem.values, &problem.params, &problem.spec, problem.pool);
    ck_assert_double_lt(network_gap(&problem, "target", at->logit), T_ROUNDING);
    for (size_t e = 0; e < problem.spec.n_effects; e++)
        ck_assert_double_lt(network_gap(&problem, gim_effect_name(problem.spec.effect[e]),
                                        at->effect + e * at->K * problem.spec.d),
                            T_ROUNDING);
    t_problem_close(&problem);
}
END_TEST

static double highest_logit(const t_problem *problem, size_t j)
{
    const gim__interv *at = &problem->objective.interv;
    double highest = -INFINITY;
    for (size_t k = 0; k < at->K; k++)
        if (!problem->observational[k])
            highest = fmax(highest, (double)at->logit[k * problem->spec.d + j]);
    return highest;
}

/* Biases from -4 to 2: some variables are without hope, others are not. What an observational environment would have
 * says nothing. */
START_TEST(a_variable_without_hope_is_raised_to_a_fair_chance)
{
    t_problem problem;
    open_family(&problem, _i, 1);
    gim__interv *at = &problem.objective.interv;
    size_t d = problem.spec.d, n = problem.params.size, raised = 0;
    real *bias = problem.values + problem.params.target + gim__mlp_size(problem.spec.net) - d, *before = t_zeros(n);
    for (size_t j = 0; j < d; j++)
        bias[j] = (real)(2 * (double)j - 4);
    memcpy(before, problem.values, n * sizeof *before);
    double highest[16];
    gim__interv_forward(at, problem.values, &problem.params, &problem.spec, problem.pool);
    for (size_t j = 0; j < d; j++)
        highest[j] = highest_logit(&problem, j);
    gim__interv_wake(problem.values, at, &problem.params, &problem.spec, problem.pool);
    gim__interv_forward(at, problem.values, &problem.params, &problem.spec, problem.pool);
    for (size_t j = 0; j < d; j++) {
        ck_assert_double_lt(t_error(highest_logit(&problem, j), fmax(highest[j], -1)), 10 * T_ROUNDING);
        raised += highest[j] < -1;
        bias[j] = before[&bias[j] - problem.values];
    }
    ck_assert(raised > 0 && raised < d);
    ck_assert_mem_eq(before, problem.values, n * sizeof *before); /* nothing but biases moved */
    free(before);
    t_problem_close(&problem);
}
END_TEST

/* sum over all outputs times random numbers, which stand in dlogit and deffect */
static double along_outputs(const real *values, void *user)
{
    t_problem *problem = user;
    gim__interv *at = &problem->objective.interv;
    size_t kd = at->K * problem->spec.d;
    double sum = 0;
    gim__interv_forward(at, values, &problem->params, &problem->spec, problem->pool);
    for (size_t i = 0; i < kd; i++)
        sum += (double)at->logit[i] * (double)at->dlogit[i];
    for (size_t i = 0; i < problem->spec.n_effects * kd; i++)
        sum += (double)at->effect[i] * (double)at->deffect[i];
    return sum;
}

static void fill_normals(real *to, size_t n, uint64_t seed)
{
    real *x = t_normals(n, 1, seed);
    memcpy(to, x, n * sizeof *x);
    free(x);
}

START_TEST(the_gradient_of_the_networks)
{
    t_problem problem;
    open_family(&problem, _i, 2);
    gim__interv *at = &problem.objective.interv;
    size_t kd = at->K * problem.spec.d, n = problem.params.size, first = problem.params.target;
    real *gradient = t_normals(n, 1, 5), *before = t_normals(n, 1, 5);
    fill_normals(at->dlogit, kd, 6);
    fill_normals(at->deffect, problem.spec.n_effects * kd, 7);
    along_outputs(problem.values, &problem);
    gim__interv_backward(gradient, at, problem.values, &problem.params, &problem.spec, problem.pool);
    ck_assert_mem_eq(gradient, before, first * sizeof *gradient); /* nothing before the networks is touched */
    for (size_t i = 0; i < n; i++)
        gradient[i] -= before[i];
    ck_assert_double_lt(t_gradient_gap(gradient, problem.values, n, along_outputs, &problem), T_DIFFERENCE);
    free(gradient), free(before);
    t_problem_close(&problem);
}
END_TEST

/* ---- draws ---- */

static void draw_all(t_problem *problem)
{
    gim__objective_draw(&problem->objective, problem->values);
}

START_TEST(targets_are_relaxed_and_never_observational)
{
    t_problem problem;
    open_family(&problem, _i, 1);
    draw_all(&problem);
    const gim__draws *draws = &problem.objective.draws;
    size_t d = problem.spec.d, kd = draws->K * d;
    double worst = 0;
    for (size_t i = 0; i < draws->M * kd; i++) {
        double t = (double)problem.objective.interv.logit[i % kd] + (double)draws->target_noise[i];
        int observational = problem.observational[i % kd / d];
        worst =
            fmax(worst, fabs((double)draws->target[i] - (observational ? 0 : 1 / (1 + exp(-t / problem.spec.tau)))));
        ck_assert(!observational || draws->target[i] == 0);
    }
    ck_assert_double_lt(worst, 10 * T_ROUNDING);
    t_problem_close(&problem);
}
END_TEST

START_TEST(effects_are_their_networks_with_noise)
{
    t_problem problem;
    open_family(&problem, _i, 1);
    draw_all(&problem);
    const gim__draws *draws = &problem.objective.draws;
    size_t n = problem.spec.n_effects * draws->K * problem.spec.d;
    real *wanted = t_zeros(draws->M * n);
    for (size_t i = 0; i < draws->M * n; i++)
        wanted[i] = (real)((double)problem.objective.interv.effect[i % n] +
                           problem.spec.sigma_psi * (double)draws->effect_noise[i]);
    ck_assert_double_lt(t_gap(draws->effect, wanted, draws->M * n), T_ROUNDING);
    free(wanted);
    t_problem_close(&problem);
}
END_TEST

/* exp(-2 log_scale), log pi and log(1 - pi) of hard effects */
START_TEST(what_follows_from_hard_effects)
{
    t_problem problem;
    open_family(&problem, _i, 1);
    draw_all(&problem);
    const gim__draws *draws = &problem.objective.draws;
    size_t kd = draws->K * problem.spec.d, n = problem.spec.n_effects * kd;
    double worst = 0;
    for (size_t i = 0; i < draws->M * kd && !problem.spec.shift; i++) {
        const real *effect = draws->effect + i / kd * n + i % kd, *derived = draws->derived + i / kd * 3 * kd + i % kd;
        worst = fmax(worst, fabs((double)derived[0] / exp(-2 * (double)effect[kd]) - 1));
        if (!problem.spec.zero_inflated)
            continue;
        double pi = 1 / (1 + exp(-(double)effect[2 * kd]));
        worst = fmax(worst, t_error((double)derived[kd], log(pi)));
        worst = fmax(worst, t_error((double)derived[2 * kd], log(1 - pi)));
    }
    ck_assert_double_lt(worst, 10 * T_ROUNDING);
    t_problem_close(&problem);
}
END_TEST

START_TEST(a_draw_has_the_graph_of_its_own_noise)
{
    t_problem problem;
    open_family(&problem, 0, 1);
    draw_all(&problem);
    const gim__draws *draws = &problem.objective.draws;
    size_t dd = problem.spec.d * problem.spec.d;
    for (size_t i = 0; i < draws->M * dd; i++) {
        int edge = problem.objective.s[i % dd] + draws->graph_noise[i] > 0 && i % dd % (problem.spec.d + 1) != 0;
        ck_assert(draws->discrete[i] == edge);
        ck_assert((draws->relaxed[i] > (real)0.5) == edge);
    }
    t_problem_close(&problem);
}
END_TEST

/* ---- gradients through the draws ---- */

typedef struct chain {
    t_problem problem;
    real *dtarget, *deffect; /* random, by draw */
} chain;

static double along_draws(const real *unused, void *user)
{
    chain *mine = user;
    const gim__draws *draws = &mine->problem.objective.draws;
    size_t kd = draws->K * mine->problem.spec.d;
    double sum = 0;
    (void)unused; /* it lies in the interv, where the draws are made from */
    for (size_t m = 0; m < draws->M; m++)
        gim__draws_make(&mine->problem.objective.draws, m, mine->problem.objective.s, &mine->problem.objective.interv,
                        &mine->problem.spec);
    for (size_t i = 0; i < draws->M * kd; i++)
        sum += (double)draws->target[i] * (double)mine->dtarget[i];
    for (size_t i = 0; i < draws->M * mine->problem.spec.n_effects * kd; i++)
        sum += (double)draws->effect[i] * (double)mine->deffect[i];
    return sum;
}

START_TEST(the_gradient_of_the_draws)
{
    chain mine;
    open_family(&mine.problem, _i, 2);
    draw_all(&mine.problem);
    gim__interv *at = &mine.problem.objective.interv;
    size_t M = mine.problem.form.M, kd = at->K * mine.problem.spec.d, n = mine.problem.spec.n_effects * kd;
    mine.dtarget = t_normals(M * kd, 1, 5);
    mine.deffect = t_normals(M * n, 1, 6);
    fill_normals(at->dlogit, kd, 7);
    fill_normals(at->deffect, n, 8);
    real *dlogit = t_normals(kd, -1, 7), *deffect = t_normals(n, -1, 8); /* less what was there before */
    gim__draws_backward(at, &mine.problem.objective.draws, mine.dtarget, mine.deffect, &mine.problem.spec,
                        mine.problem.pool);
    for (size_t i = 0; i < kd; i++)
        dlogit[i] += at->dlogit[i];
    for (size_t i = 0; i < n; i++)
        deffect[i] += at->deffect[i];
    ck_assert_double_lt(t_gradient_gap(dlogit, at->logit, kd, along_draws, &mine), T_DIFFERENCE);
    ck_assert_double_lt(t_gradient_gap(deffect, at->effect, n, along_draws, &mine), T_DIFFERENCE);
    free(mine.dtarget), free(mine.deffect), free(dlogit), free(deffect);
    t_problem_close(&mine.problem);
}
END_TEST

/* ---- noise ---- */

START_TEST(noise_of_one_draw_is_that_draws_alone)
{
    t_problem problem;
    open_family(&problem, _i, 1);
    gim__draws *draws = &problem.objective.draws;
    size_t d = problem.spec.d, n[3] = {d * d, draws->K * d, problem.spec.n_effects * draws->K * d}, m = 1;
    real *noise[3] = {draws->graph_noise, draws->target_noise, draws->effect_noise}, *before[3];
    gim__rng rng;
    for (size_t i = 0; i < 3; i++) {
        before[i] = t_zeros(draws->M * n[i]);
        memcpy(before[i], noise[i], draws->M * n[i] * sizeof(real));
    }
    gim__rng_open(&rng, 1, GIM__RNG_DRAW, 0, m);
    gim__draws_noise(draws, m, &problem.spec, &rng);
    for (size_t i = 0; i < 3; i++) {
        size_t unchanged = 0;
        for (size_t k = 0; k < n[i]; k++)
            unchanged += noise[i][m * n[i] + k] == before[i][m * n[i] + k];
        ck_assert_uint_eq(unchanged, 0);
        ck_assert_mem_eq(noise[i], before[i], m * n[i] * sizeof(real));
        ck_assert_mem_eq(noise[i] + (m + 1) * n[i], before[i] + (m + 1) * n[i],
                         (draws->M - m - 1) * n[i] * sizeof(real));
        free(before[i]);
    }
    t_problem_close(&problem);
}
END_TEST

static double logistic_cdf(double x)
{
    return 1 / (1 + exp(-x));
}

static double normal_cdf(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

static double distribution_gap(const real *x, size_t n, double (*cdf)(double))
{
    double *sample = calloc(n, sizeof *sample);
    for (size_t i = 0; i < n; i++)
        sample[i] = (double)x[i];
    double distance = t_kolmogorov(sample, n, cdf);
    free(sample);
    return distance;
}

START_TEST(graphs_and_targets_have_logistic_noise_and_effects_normal)
{
    t_form form = t_form_at(0);
    t_problem problem;
    form.d = 60, form.K = 50, form.M = 1, form.rows = 1;
    t_problem_open(&problem, &form, 1);
    gim__draws *draws = &problem.objective.draws;
    gim__rng rng;
    gim__rng_open(&rng, 1, GIM__RNG_DRAW, 0, 0);
    gim__draws_noise(draws, 0, &problem.spec, &rng);
    ck_assert_double_lt(distribution_gap(draws->graph_noise, 60 * 60, logistic_cdf), 1.95);
    ck_assert_double_lt(distribution_gap(draws->target_noise, 50 * 60, logistic_cdf), 1.95);
    ck_assert_double_lt(distribution_gap(draws->effect_noise, 2 * 50 * 60, normal_cdf), 1.95);
    t_problem_close(&problem);
}
END_TEST

int main(void)
{
    t_case cases[] = {{every_network_speaks_for_itself, T_FAMILIES},
                      {a_variable_without_hope_is_raised_to_a_fair_chance, T_FAMILIES},
                      {the_gradient_of_the_networks, T_FAMILIES},
                      {targets_are_relaxed_and_never_observational, T_FAMILIES},
                      {effects_are_their_networks_with_noise, T_FAMILIES},
                      {what_follows_from_hard_effects, T_FAMILIES},
                      {a_draw_has_the_graph_of_its_own_noise, 1},
                      {the_gradient_of_the_draws, T_FAMILIES},
                      {noise_of_one_draw_is_that_draws_alone, T_FAMILIES},
                      {graphs_and_targets_have_logistic_noise_and_effects_normal, 1}};
    return T_RUN("interv", cases);
}
