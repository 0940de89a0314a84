/* Samples and log-densities of a fitted model, against the laws they are meant to have.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "model/predict.h"
#include "testing.h"

enum { FAMILIES = 6, MOST_Q = 3, MOST = 6 };

/* A system with a graph of its own, and Q perturbations. */
typedef struct setting {
    t_problem problem;
    size_t d, Q, E;
    unsigned char edge[MOST * MOST];
    real G[MOST * MOST];
    size_t order[MOST];
    double target[MOST_Q * MOST], effect[MOST_Q * 3 * MOST];
    gim__system system;
} setting;

/* Edges follow a shuffled order; targets are certain or impossible. */
static setting *setting_new(int family, size_t d, size_t Q, double sigma_psi)
{
    setting *at = calloc(1, sizeof *at);
    t_form form = t_form_at(family);
    uint64_t state = 11;
    form.d = d;
    t_problem_open(&at->problem, &form, 5);
    at->problem.spec.sigma_psi = sigma_psi;
    at->d = d, at->Q = Q, at->E = at->problem.spec.n_effects;
    t_shuffle(at->order, d, 3);
    for (size_t i = 0; i < d; i++)
        for (size_t j = i + 1; j < d; j++) {
            size_t e = at->order[i] * d + at->order[j];
            at->edge[e] = t_uniform(&state) < 0.8;
            at->G[e] = at->edge[e];
        }
    for (size_t i = 0; i < Q * d; i++)
        at->target[i] = t_uniform(&state) < 0.5;
    for (size_t i = 0; i < Q * at->E * d; i++)
        at->effect[i] = 0.7 * t_normal(&state);
    at->system = (gim__system){.spec = &at->problem.spec,
                               .params = &at->problem.params,
                               .values = at->problem.values,
                               .edge = at->edge,
                               .order = at->order,
                               .Q = Q,
                               .target = at->target,
                               .effect = at->effect};
    return at;
}

static void setting_free(setting *at)
{
    t_problem_close(&at->problem);
    free(at);
}

static void sample(real *x, const setting *at, uint64_t seed, uint64_t block, size_t n)
{
    double *scratch = calloc(gim__sample_scratch(&at->system), sizeof *scratch);
    real *means = t_zeros(gim__means_scratch(&at->system));
    size_t parents[MOST];
    gim__sample_block(x, &at->system, seed, block, n, scratch, means, parents);
    free(scratch), free(means);
}

static real *sample_blocks(const setting *at, size_t blocks)
{
    real *x = t_zeros(blocks * GIM__SAMPLE_ROWS * at->d);
    for (size_t b = 0; b < blocks; b++)
        sample(x + b * GIM__SAMPLE_ROWS * at->d, at, 7, b, GIM__SAMPLE_ROWS);
    return x;
}

/* ---- one variable's law given its parents: model.md in plain words ---- */

typedef struct law {
    double mean, sd, logit_pi;
} law;

/* Perturbation q hits where hit says so; its effect is psi (E). Of hard ones the last that hits wins, shifts add up. */
static law law_of(const setting *at, const real *x, size_t j, const int *hit, const double psi[][3])
{
    const gim__params *params = &at->problem.params;
    const real *values = at->problem.values;
    int zeros = at->problem.spec.zero_inflated;
    law own = {t_mean(&at->problem.spec, params, values, at->G, x, j), exp(0.5 * (double)values[params->logvar + j]),
               zeros ? (double)values[params->logit_pi + j] : -INFINITY};
    for (size_t q = 0; q < at->Q; q++) {
        if (hit[q] && at->problem.spec.shift)
            own.mean += psi[q][0];
        else if (hit[q])
            own = (law){psi[q][0], exp(psi[q][1]), zeros ? psi[q][2] : -INFINITY};
    }
    return own;
}

/* The same where targets are certain and effects have no spread. */
static law certain_law(const setting *at, const real *x, size_t j)
{
    int hit[MOST_Q] = {0};
    double psi[MOST_Q][3] = {{0}};
    for (size_t q = 0; q < at->Q; q++) {
        hit[q] = at->target[q * at->d + j] == 1;
        for (size_t e = 0; e < at->E; e++)
            psi[q][e] = at->effect[(q * at->E + e) * at->d + j];
    }
    return law_of(at, x, j, hit, psi);
}

static double normal_cdf(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

/* ---- samples ---- */

enum { BLOCKS = 40, ROWS = BLOCKS * GIM__SAMPLE_ROWS };

/* Given its parents' values in the same row, each variable has its law: all of the joint distribution. The log where
 * zero-inflated; the number of zeros, less what is expected, in standard errors. */
static void check_variable(const setting *at, const real *x, size_t j)
{
    double *residual = calloc(ROWS, sizeof *residual), excess = 0, variance = 0;
    size_t n = 0;
    for (size_t r = 0; r < ROWS; r++) {
        law own = certain_law(at, x + r * at->d, j);
        double value = (double)x[r * at->d + j], pi = 1 / (1 + exp(-own.logit_pi));
        excess += (at->problem.spec.zero_inflated && value == 0) - pi;
        variance += pi * (1 - pi);
        if (!at->problem.spec.zero_inflated)
            residual[n++] = (value - own.mean) / own.sd;
        else if (value > 0)
            residual[n++] = (log(value) - own.mean) / own.sd;
    }
    ck_assert_double_lt(t_kolmogorov(residual, n, normal_cdf), 1.95);
    ck_assert_double_le(fabs(excess), 3.3 * sqrt(variance));
    free(residual);
}

START_TEST(samples_have_the_law_of_their_parents_and_interventions)
{
    setting *at = setting_new(_i % FAMILIES, 5, (size_t)(_i / FAMILIES), 0);
    real *x = sample_blocks(at, BLOCKS);
    for (size_t j = 0; j < at->d; j++)
        check_variable(at, x, j);
    free(x);
    setting_free(at);
}
END_TEST

/* Mean and covariance of the linear system in its causal order, one perturbation of uncertain targets. */
static void closed_form(double *mean, double *covariance, const setting *at)
{
    size_t d = at->d;
    const real *W = at->problem.values + at->problem.params.theta;
    for (size_t k = 0; k < d; k++) {
        size_t j = at->order[k];
        double p = at->target[j], effect = at->effect[j], sigma = at->problem.spec.sigma_psi;
        mean[j] = p * effect;
        double variance = exp((double)at->problem.values[at->problem.params.logvar + j]) +
                          p * (effect * effect + sigma * sigma) - p * p * effect * effect;
        for (size_t before = 0; before < k; before++) {
            size_t i = at->order[before];
            covariance[i * d + j] = 0;
            for (size_t other = 0; other < k; other++) {
                size_t l = at->order[other];
                covariance[i * d + j] += covariance[i * d + l] * (double)(at->G[l * d + j] * W[l * d + j]);
            }
            covariance[j * d + i] = covariance[i * d + j];
        }
        for (size_t i = 0; i < d; i++) {
            double weight = (double)(at->G[i * d + j] * W[i * d + j]);
            mean[j] += weight * mean[i];
            variance += weight * covariance[i * d + j]; /* 0 for those that come later */
        }
        covariance[j * d + j] = variance;
    }
}

/* Difference between the sample's mean of f and its expectation, in standard errors. */
static double standard_errors(const double *f, size_t n, double expected)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        sum += f[i];
        squares += f[i] * f[i];
    }
    double mean = sum / (double)n;
    return fabs(mean - expected) / sqrt((squares / (double)n - mean * mean) / (double)n);
}

START_TEST(a_linear_system_has_its_closed_form)
{
    setting *at = setting_new(3, 5, 1, 0.4);
    double mean[MOST] = {0}, covariance[MOST * MOST] = {0}, *f = calloc(ROWS, sizeof *f);
    for (size_t j = 0; j < at->d; j++)
        at->target[j] = 0.2 * (double)j;
    real *x = sample_blocks(at, BLOCKS);
    closed_form(mean, covariance, at);
    for (size_t i = 0; i < at->d; i++)
        for (size_t j = 0; j <= i; j++) {
            for (size_t r = 0; r < ROWS; r++)
                f[r] = ((double)x[r * at->d + i] - mean[i]) * ((double)x[r * at->d + j] - mean[j]);
            ck_assert_double_lt(standard_errors(f, ROWS, covariance[i * at->d + j]), 3.5);
        }
    for (size_t j = 0; j < at->d; j++) {
        for (size_t r = 0; r < ROWS; r++)
            f[r] = (double)x[r * at->d + j];
        ck_assert_double_lt(standard_errors(f, ROWS, mean[j]), 3.5);
    }
    free(x), free(f);
    setting_free(at);
}
END_TEST

/* Hard interventions with spread: mean, variance and fourth moment of N(psi, exp(2 log_scale)) over both spreads. */
START_TEST(each_row_draws_its_own_effects)
{
    setting *at = setting_new(0, 5, 1, 0.3);
    double *f = calloc(ROWS, sizeof *f);
    for (size_t j = 0; j < at->d; j++)
        at->target[j] = 1;
    real *x = sample_blocks(at, BLOCKS);
    for (size_t j = 0; j < at->d; j++) {
        double effect = at->effect[j], s = exp(2 * at->effect[at->d + j]), v = 0.3 * 0.3;
        double fourth = 3 * s * s * exp(8 * v) + 6 * v * s * exp(2 * v) + 3 * v * v;
        for (size_t r = 0; r < ROWS; r++)
            f[r] = pow((double)x[r * at->d + j] - effect, 2);
        ck_assert_double_lt(standard_errors(f, ROWS, v + s * exp(2 * v)), 3.5);
        for (size_t r = 0; r < ROWS; r++)
            f[r] = f[r] * f[r];
        ck_assert_double_lt(standard_errors(f, ROWS, fourth), 3.5);
        for (size_t r = 0; r < ROWS; r++) /* without its parents: of all variables alike */
            f[r] = ((double)x[r * at->d + j] - effect) * ((double)x[r * at->d + (j + 1) % at->d]);
        ck_assert_double_lt(standard_errors(f, ROWS, 0), 3.5);
    }
    free(x), free(f);
    setting_free(at);
}
END_TEST

/* Effects far away tell which perturbation had the last word. */
START_TEST(each_row_draws_its_own_targets)
{
    setting *at = setting_new(_i * 3, 4, 2, 0);
    double first = 0.3, second = 0.6, *f = calloc(ROWS, sizeof *f);
    double share[4] = {(1 - first) * (1 - second), first * (1 - second), 0, second};
    if (at->problem.spec.shift) {
        share[2] = (1 - first) * second;
        share[3] = first * second;
    }
    for (size_t j = 0; j < at->d; j++) {
        at->target[j] = first, at->target[at->d + j] = second;
        at->effect[j] = 1e4;
        at->effect[at->E * at->d + j] = at->problem.spec.shift ? 2e4 : 3e4; /* sums: 0, 1, 2, 3 */
        for (size_t i = 0; i < at->d; i++)
            at->edge[i * at->d + j] = 0;
    }
    real *x = sample_blocks(at, BLOCKS);
    for (size_t j = 0; j < at->d; j++)
        for (int k = 0; k < 4; k++) {
            for (size_t r = 0; r < ROWS; r++)
                f[r] = (int)lround((double)x[r * at->d + j] / 1e4) == k;
            if (share[k] > 0)
                ck_assert_double_lt(standard_errors(f, ROWS, share[k]), 3.5);
        }
    free(x), free(f);
    setting_free(at);
}
END_TEST

START_TEST(rows_depend_on_seed_and_block_alone)
{
    setting *at = setting_new(_i, 5, 2, 0.3);
    size_t n = GIM__SAMPLE_ROWS * at->d, few = 10 * at->d;
    real *x = t_zeros(n), *y = t_zeros(n);
    sample(x, at, 1, 4, GIM__SAMPLE_ROWS);
    sample(y, at, 1, 4, GIM__SAMPLE_ROWS);
    ck_assert_mem_eq(x, y, n * sizeof *x);
    memset(y, 0, n * sizeof *y);
    sample(y, at, 1, 4, 10);
    ck_assert_mem_eq(x, y, few * sizeof *x); /* the first of many are the few */
    ck_assert(y[few] == 0);
    sample(y, at, 1, 5, GIM__SAMPLE_ROWS);
    ck_assert(memcmp(x, y, few * sizeof *x) != 0);
    sample(y, at, 2, 4, GIM__SAMPLE_ROWS);
    ck_assert(memcmp(x, y, few * sizeof *x) != 0);
    free(x), free(y);
    setting_free(at);
}
END_TEST

START_TEST(a_log_normal_beyond_all_range_stays_finite)
{
    setting *at = setting_new(5, 5, 1, 0);
    for (size_t j = 0; j < at->d; j++) {
        at->target[j] = 1;
        at->effect[j] = 1e6;
    }
    real *x = sample_blocks(at, 1);
    for (size_t i = 0; i < GIM__SAMPLE_ROWS * at->d; i++)
        ck_assert(isfinite(x[i]) && x[i] >= 0);
    free(x);
    setting_free(at);
}
END_TEST

/* ---- log-densities ---- */

static void log_densities(double *value, const setting *at, const real *x, size_t n)
{
    real *scratch = t_zeros(gim__means_scratch(&at->system));
    size_t parents[MOST];
    for (size_t first = 0; first < n; first += GIM__SAMPLE_ROWS) {
        size_t rows = n - first < GIM__SAMPLE_ROWS ? n - first : GIM__SAMPLE_ROWS;
        gim__log_densities(value + first, &at->system, x + first * at->d, rows, scratch, parents);
    }
    free(scratch);
}

static void uncertain(setting *at)
{
    uint64_t state = 12;
    for (size_t i = 0; i < at->Q * at->d; i++)
        at->target[i] = 0.1 + 0.8 * t_uniform(&state);
}

/* Points of one axis and what each stands for: length, and for zero-inflated variables a mass of 1 at 0. */
static size_t axis(double *point, double *measure, int zeros)
{
    enum { HALF = 48 };
    const double step = 0.25;
    size_t n = 0;
    if (zeros)
        point[n] = 0, measure[n++] = 1;
    for (int i = -HALF; i <= HALF; i++, n++) {
        point[n] = zeros ? exp(step * i) : step * i;
        measure[n] = zeros ? step * point[n] : step;
    }
    return n;
}

START_TEST(the_density_of_two_variables_integrates_to_one)
{
    setting *at = setting_new(_i % FAMILIES, 2, (size_t)(_i / FAMILIES), 0.2);
    double point[128], measure[128], sum = 0;
    uncertain(at);
    for (size_t i = 0; i < at->Q * at->E * 2; i++)
        at->effect[i] *= 0.5; /* scales that the grid resolves */
    size_t n = axis(point, measure, at->problem.spec.zero_inflated);
    real *x = t_zeros(2 * n * n);
    double *value = calloc(n * n, sizeof *value);
    for (size_t i = 0; i < n * n; i++) {
        x[2 * i] = (real)point[i / n];
        x[2 * i + 1] = (real)point[i % n];
    }
    log_densities(value, at, x, n * n);
    for (size_t i = 0; i < n * n; i++)
        sum += exp(value[i]) * measure[i / n] * measure[i % n];
    ck_assert_double_lt(fabs(sum - 1), 1e-5);
    free(x), free(value);
    setting_free(at);
}
END_TEST

static double density(double x, const law *own, int zeros)
{
    double pi = 1 / (1 + exp(-own->logit_pi)), y = zeros ? log(x) : x, z = (y - own->mean) / own->sd;
    if (zeros && x == 0)
        return pi;
    return (1 - pi) * exp(-0.5 * z * z) / (own->sd * sqrt(2 * M_PI)) / (zeros ? x : 1);
}

/* log of the mean over draws of targets and effects; error: its variance is added */
static double drawn_density(const setting *at, const real *x, size_t j, uint64_t *state, double *error)
{
    enum { DRAWS = 4000 };
    double sum = 0, squares = 0;
    for (int i = 0; i < DRAWS; i++) {
        int hit[MOST_Q];
        double psi[MOST_Q][3];
        for (size_t q = 0; q < at->Q; q++) {
            hit[q] = t_uniform(state) < at->target[q * at->d + j];
            for (size_t e = 0; e < at->E; e++)
                psi[q][e] = at->effect[(q * at->E + e) * at->d + j] + at->problem.spec.sigma_psi * t_normal(state);
        }
        law own = law_of(at, x, j, hit, psi);
        double p = density((double)x[j], &own, at->problem.spec.zero_inflated);
        sum += p / DRAWS;
        squares += p * p / DRAWS;
    }
    *error += fmax(squares / (sum * sum) - 1, 0) / DRAWS;
    return log(sum);
}

START_TEST(the_density_is_the_mean_over_targets_and_effects)
{
    enum { FEW = 6 };
    setting *at = setting_new(_i % FAMILIES, 3, 1 + (size_t)(_i / FAMILIES), 0.3);
    uint64_t state = 5;
    double value[FEW];
    uncertain(at);
    real *x = sample_blocks(at, 1);
    log_densities(value, at, x, FEW);
    for (size_t r = 0; r < FEW; r++) {
        double drawn = 0, variance = 0;
        for (size_t j = 0; j < at->d; j++)
            drawn += drawn_density(at, x + r * at->d, j, &state, &variance);
        ck_assert_double_lt(fabs(value[r] - drawn), 3.5 * sqrt(variance) + 10 * T_ROUNDING);
    }
    free(x);
    setting_free(at);
}
END_TEST

/* Targets that are certain, effects without spread: no integral is left. */
START_TEST(a_certain_intervention_leaves_the_plain_density)
{
    enum { FEW = 20 };
    setting *at = setting_new(_i % FAMILIES, 4, (size_t)(_i / FAMILIES), 0);
    double value[FEW];
    real *x = sample_blocks(at, 1);
    log_densities(value, at, x, FEW);
    for (size_t r = 0; r < FEW; r++) {
        double wanted = 0;
        for (size_t j = 0; j < at->d; j++) {
            law own = certain_law(at, x + r * at->d, j);
            wanted += log(density((double)x[r * at->d + j], &own, at->problem.spec.zero_inflated));
        }
        ck_assert_double_lt(t_error(value[r], wanted), 3 * T_ROUNDING);
    }
    free(x);
    setting_free(at);
}
END_TEST

/* One hard variable's density at z standard deviations from its mean, by a fine sum over the spread of log_scale. */
static double fine_density(double z, double log_scale, double sigma)
{
    const double step = 0.02;
    double sum = 0, y = z * sqrt(exp(2 * log_scale) + sigma * sigma);
    for (double e = -9; e <= 9; e += step) {
        double variance = exp(2 * (log_scale + sigma * e)) + sigma * sigma;
        sum += step / (2 * M_PI) * exp(-0.5 * (y * y / variance + e * e)) / sqrt(variance);
    }
    return log(sum);
}

START_TEST(the_quadrature_is_as_exact_as_promised)
{
    static const struct {
        double sigma, deviations, bound;
    } promised[] = {{0.05, 4, 1e-11}, {0.1, 2, 1e-11}, {0.1, 4, 1e-8}, {0.1, 6, 1e-5}, {0.2, 4, 2e-5}, {0.3, 4, 5e-4}};
    setting *at = setting_new(0, 2, 1, promised[_i].sigma);
    double worst = 0;
    for (double log_scale = -3; log_scale <= 1; log_scale += 1)
        for (double z = -promised[_i].deviations; z <= promised[_i].deviations; z += 0.5) {
            real x[2];
            double value, wanted = 0;
            for (size_t j = 0; j < 2; j++) {
                at->target[j] = 1;
                at->effect[j] = 0;
                at->effect[2 + j] = log_scale;
                x[j] = (real)(z * sqrt(exp(2 * log_scale) + promised[_i].sigma * promised[_i].sigma));
                wanted += fine_density((double)x[j] / sqrt(exp(2 * log_scale) + pow(promised[_i].sigma, 2)), log_scale,
                                       promised[_i].sigma);
            }
            log_densities(&value, at, x, 1);
            worst = fmax(worst, fabs(value - wanted) / 2);
        }
    ck_assert_double_lt(worst, promised[_i].bound);
    setting_free(at);
}
END_TEST

int main(void)
{
    t_case cases[] = {{samples_have_the_law_of_their_parents_and_interventions, 3 * FAMILIES},
                      {a_linear_system_has_its_closed_form, 1},
                      {each_row_draws_its_own_effects, 1},
                      {each_row_draws_its_own_targets, 2},
                      {rows_depend_on_seed_and_block_alone, FAMILIES},
                      {a_log_normal_beyond_all_range_stays_finite, 1},
                      {the_density_of_two_variables_integrates_to_one, 3 * FAMILIES},
                      {the_density_is_the_mean_over_targets_and_effects, 2 * FAMILIES},
                      {a_certain_intervention_leaves_the_plain_density, 3 * FAMILIES},
                      {the_quadrature_is_as_exact_as_promised, 6}};
    return T_RUN("predict", cases);
}
