/* Log-densities of rows against the formulas, and their gradients, by family. SPDX-License-Identifier: BSD-3-Clause */
#include "testing.h"

/* One draw of a problem with everything a density needs. */
typedef struct setting {
    t_problem problem;
    size_t m, n, d, kd, E;
    real *G, *mean, *ell, *dell;
    real *law; /* (3, d) */
} setting;

static void make_law(setting *at, const real *values)
{
    const gim__params *params = &at->problem.params;
    for (size_t j = 0; j < at->d; j++) {
        at->law[j] = (real)exp(-(double)values[params->logvar + j]);
        double logit = at->problem.spec.zero_inflated ? (double)values[params->logit_pi + j] : 0;
        at->law[at->d + j] = (real)-log1p(exp(-logit));
        at->law[2 * at->d + j] = (real)-log1p(exp(logit));
    }
}

static setting *setting_new(int i)
{
    setting *at = calloc(1, sizeof *at);
    t_form form = t_form_at(i);
    t_problem_open(&at->problem, &form, 1);
    gim__objective_draw(&at->problem.objective, at->problem.values);
    at->m = 1, at->n = at->problem.rows.n, at->d = form.d, at->kd = form.K * form.d, at->E = at->problem.spec.n_effects;
    at->G = at->problem.objective.draws.relaxed + at->m * form.d * form.d;
    at->mean = t_zeros(at->n * at->d);
    at->ell = t_zeros(at->n);
    at->dell = t_normals(at->n, 1, 9);
    at->law = t_zeros(3 * at->d);
    make_law(at, at->problem.values);
    for (size_t r = 0; r < at->n; r++)
        for (size_t j = 0; j < at->d; j++)
            at->mean[r * at->d + j] = (real)t_mean(&at->problem.spec, &at->problem.params, at->problem.values, at->G,
                                                   at->problem.rows.x + r * at->d, j);
    return at;
}

static void setting_free(setting *at)
{
    t_problem_close(&at->problem);
    free(at->mean), free(at->ell), free(at->dell), free(at->law);
    free(at);
}

static void forward(setting *at, const real *values)
{
    gim__noise_law law = {values + at->problem.params.logvar, at->law, at->law + at->d, at->law + 2 * at->d};
    gim__density_forward(at->ell, &at->problem.rows, at->mean, &law, &at->problem.objective.draws, at->m,
                         &at->problem.spec);
}

START_TEST(forward_is_the_formula)
{
    setting *at = setting_new(_i);
    real *wanted = t_zeros(at->n);
    for (size_t r = 0; r < at->n; r++)
        wanted[r] = (real)t_log_density(&at->problem, at->problem.values, at->G, at->m, r);
    forward(at, at->problem.values);
    ck_assert_double_lt(t_gap(at->ell, wanted, at->n), T_ROUNDING);
    free(wanted);
    setting_free(at);
}
END_TEST

/* A zero, and nothing else, of a variable that is not targeted: log pi. A positive value: log(1 - pi) + log N(log x) -
 * log x. */
START_TEST(zeros_have_the_mass_of_their_probability)
{
    setting *at = setting_new(2);
    double wanted = 0;
    for (size_t j = 0; j < at->d; j++) {
        double pi = 1 / (1 + exp(-(double)at->problem.values[at->problem.params.logit_pi + j]));
        at->problem.rows.x[j] = 0;
        wanted += log(pi);
    }
    gim__rows_respond(&at->problem.rows, 0, at->d, 1);
    ck_assert_uint_eq(at->problem.rows.env[0], 0); /* observational */
    forward(at, at->problem.values);
    ck_assert_double_lt(t_error((double)at->ell[0], wanted), T_ROUNDING);
    setting_free(at);
}
END_TEST

/* ---- rows that stand for several ---- */

/* A row of a triangular factor: `one` multiplies the shift or the hard mean, `count` the log-variance. */
static double counted_density(const setting *at, size_t r)
{
    const gim__rows *rows = &at->problem.rows;
    const gim__draws *draws = &at->problem.objective.draws;
    size_t at_env = rows->env[r] * at->d;
    const real *psi = draws->effect + at->m * at->E * at->kd + at_env;
    double one = (double)rows->one[r], count = (double)rows->count[r], sum = 0;
    for (size_t j = 0; j < at->d; j++) {
        double y = (double)rows->x[r * at->d + j], mean = (double)at->mean[r * at->d + j];
        double I = (double)draws->target[at->m * at->kd + at_env + j], effect = (double)psi[j];
        double logvar = (double)at->problem.values[at->problem.params.logvar + j];
        int shift = at->problem.spec.shift;
        double mixed = shift ? (double)draws->mixed : 1, spread = shift ? logvar : 2 * (double)psi[at->kd + j];
        double plain = y - mean, scaled = plain - one * I * effect, moved = y - one * effect - (shift ? mean : 0);
        double squares = mixed * ((1 - I) * plain * plain / exp(logvar) + I * moved * moved / exp(spread)) +
                         (1 - mixed) * scaled * scaled / exp(logvar);
        sum -= 0.5 * (squares + count * ((1 - I) * logvar + I * spread + log(2 * M_PI)));
    }
    return sum;
}

static void count_rows(setting *at)
{
    uint64_t state = 4;
    for (size_t r = 0; r < at->n; r++) {
        at->problem.rows.one[r] = (real)(3 * t_uniform(&state) - 1);
        at->problem.rows.count[r] = (real)(20 * t_uniform(&state));
    }
}

static int family_of_factors(int i)
{
    static const int gaussian[] = {0, 1, 3, 4, 6, 7};
    return gaussian[i];
}

START_TEST(rows_of_a_factor_stand_for_several)
{
    setting *at = setting_new(family_of_factors(_i));
    real *wanted = t_zeros(at->n);
    count_rows(at);
    for (size_t r = 0; r < at->n; r++)
        wanted[r] = (real)counted_density(at, r);
    forward(at, at->problem.values);
    ck_assert_double_lt(t_gap(at->ell, wanted, at->n), T_ROUNDING);
    free(wanted);
    setting_free(at);
}
END_TEST

/* ---- gradients ---- */

static double along_dell(setting *at, const real *values)
{
    double sum = 0;
    forward(at, values);
    for (size_t r = 0; r < at->n; r++)
        sum += (double)at->ell[r] * (double)at->dell[r];
    return sum;
}

/* The variable that is differentiated lies in the setting itself. */
static double of_setting(const real *unused, void *user)
{
    setting *at = user;
    (void)unused;
    return along_dell(at, at->problem.values);
}

static double of_noise(const real *unused, void *user)
{
    setting *at = user;
    (void)unused;
    make_law(at, at->problem.values);
    return along_dell(at, at->problem.values);
}

/* Effects move what is derived from them too. */
static double of_effects(const real *unused, void *user)
{
    setting *at = user;
    gim__draws *draws = &at->problem.objective.draws;
    const real *effect = draws->effect + at->m * at->E * at->kd;
    real *derived = draws->derived + at->m * 3 * at->kd;
    (void)unused;
    for (size_t i = 0; i < at->kd && !at->problem.spec.shift; i++) {
        derived[i] = (real)exp(-2 * (double)effect[at->kd + i]);
        if (at->E < 3)
            continue;
        derived[at->kd + i] = (real)-log1p(exp(-(double)effect[2 * at->kd + i]));
        derived[2 * at->kd + i] = (real)-log1p(exp((double)effect[2 * at->kd + i]));
    }
    return along_dell(at, at->problem.values);
}

static void subtract(real *x, uint64_t seed, size_t n)
{
    real *before = t_normals(n, 1, seed);
    for (size_t i = 0; i < n; i++)
        x[i] -= before[i];
    free(before);
}

/* Everything the backward pass gives; it adds to what is there, but for dmean. */
static void check_gradients(setting *at)
{
    t_problem *problem = &at->problem;
    gim__draws *draws = &problem->objective.draws;
    size_t d = at->d, kd = at->kd, n = at->n * d;
    real *logvar = t_normals(d, 1, 1), *logit_pi = t_normals(d, 1, 2), *target = t_normals(kd, 1, 3);
    real *effect = t_normals(at->E * kd, 1, 4), *mean = t_zeros(n);
    gim__density_grad grad = {logvar, logit_pi, target, effect};
    gim__noise_law law = {problem->values + problem->params.logvar, at->law, at->law + d, at->law + 2 * d};
    memcpy(mean, at->mean, n * sizeof *mean);
    gim__density_backward(&grad, mean, at->dell, &problem->rows, &law, draws, at->m, &problem->spec);
    subtract(logvar, 1, d), subtract(logit_pi, 2, d), subtract(target, 3, kd), subtract(effect, 4, at->E * kd);
    ck_assert_double_lt(t_gradient_gap(mean, at->mean, n, of_setting, at), T_DIFFERENCE);
    ck_assert_double_lt(t_gradient_gap(target, draws->target + at->m * kd, kd, of_setting, at), T_DIFFERENCE);
    ck_assert_double_lt(t_gradient_gap(effect, draws->effect + at->m * at->E * kd, at->E * kd, of_effects, at),
                        T_DIFFERENCE);
    ck_assert_double_lt(t_gradient_gap(logvar, problem->values + problem->params.logvar, d, of_noise, at),
                        T_DIFFERENCE);
    if (problem->spec.zero_inflated)
        ck_assert_double_lt(t_gradient_gap(logit_pi, problem->values + problem->params.logit_pi, d, of_noise, at),
                            T_DIFFERENCE);
    free(logvar), free(logit_pi), free(target), free(effect), free(mean);
}

START_TEST(backward_is_the_gradient)
{
    setting *at = setting_new(_i);
    check_gradients(at);
    setting_free(at);
}
END_TEST

START_TEST(backward_is_the_gradient_of_a_factors_rows_too)
{
    setting *at = setting_new(family_of_factors(_i));
    count_rows(at);
    check_gradients(at);
    setting_free(at);
}
END_TEST

int main(void)
{
    t_case cases[] = {{forward_is_the_formula, T_FAMILIES},
                      {zeros_have_the_mass_of_their_probability, 1},
                      {rows_of_a_factor_stand_for_several, 6},
                      {backward_is_the_gradient, T_FAMILIES},
                      {backward_is_the_gradient_of_a_factors_rows_too, 6}};
    return T_RUN("density", cases);
}
