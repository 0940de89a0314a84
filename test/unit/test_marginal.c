/* The three readings of the expectation over draws, from their formulas. SPDX-License-Identifier: BSD-3-Clause */
#include "model/marginal.h"
#include "testing.h"

enum { M = 4, N = 11, MARGINALS = 3 };
static const size_t env[N] = {0, 0, 0, 1, 2, 2, 2, 2, 2, 3, 3};

typedef struct setting {
    real *ell, *weight;
    gim_marginal marginal;
} setting;

static setting setting_new(int marginal, double scale)
{
    setting at = {t_normals(M * N, scale, 1), t_normals(N, 0.3, 2), marginal};
    for (size_t r = 0; r < N; r++)
        at.weight[r] = (real)exp((double)at.weight[r]);
    return at;
}

static void setting_free(setting *at)
{
    free(at->ell), free(at->weight);
}

static double evaluate(const real *ell, void *user)
{
    const setting *at = user;
    real copy[M * N];
    double scratch[M];
    memcpy(copy, ell, sizeof copy);
    return gim__marginal(copy, scratch, at->weight, env, M, N, at->marginal);
}

/* log of the mean over draws of exp(sum of w ell over the rows first .. end-1), without any care for the range */
static double log_mean(const setting *at, size_t first, size_t end, int weighted)
{
    double mean = 0;
    for (size_t m = 0; m < M; m++) {
        double sum = 0;
        for (size_t r = first; r < end; r++)
            sum += (weighted ? (double)at->weight[r] : 1) * (double)at->ell[m * N + r];
        mean += exp(sum) / M;
    }
    return log(mean);
}

static double plain(const setting *at)
{
    double value = 0;
    if (at->marginal == GIM_PER_DATASET)
        return log_mean(at, 0, N, 1);
    if (at->marginal == GIM_PER_ENVIRONMENT)
        return log_mean(at, 0, 3, 1) + log_mean(at, 3, 4, 1) + log_mean(at, 4, 9, 1) + log_mean(at, 9, N, 1);
    for (size_t r = 0; r < N; r++)
        value += (double)at->weight[r] * log_mean(at, r, r + 1, 0);
    return value;
}

START_TEST(the_value_is_the_formula)
{
    setting at = setting_new(_i, 2);
    ck_assert_double_lt(t_error(evaluate(at.ell, &at), plain(&at)), 1e-13);
    setting_free(&at);
}
END_TEST

START_TEST(what_is_left_is_the_gradient)
{
    setting at = setting_new(_i, 1);
    real gradient[M * N];
    double scratch[M];
    memcpy(gradient, at.ell, sizeof gradient);
    gim__marginal(gradient, scratch, at.weight, env, M, N, at.marginal);
    ck_assert_double_lt(t_gradient_gap(gradient, at.ell, M * N, evaluate, &at), T_DIFFERENCE);
    setting_free(&at);
}
END_TEST

/* Of each row the gradients of all draws sum to its weight. */
START_TEST(shares_sum_to_one)
{
    setting at = setting_new(_i, 5);
    double scratch[M], worst = 0;
    gim__marginal(at.ell, scratch, at.weight, env, M, N, at.marginal);
    for (size_t r = 0; r < N; r++) {
        double sum = 0;
        for (size_t m = 0; m < M; m++)
            sum += (double)at.ell[m * N + r];
        worst = fmax(worst, fabs(sum / (double)at.weight[r] - 1));
    }
    ck_assert_double_lt(worst, T_ROUNDING);
    setting_free(&at);
}
END_TEST

START_TEST(one_draw_is_no_expectation)
{
    setting at = setting_new(_i, 3);
    double scratch[1], wanted = 0;
    for (size_t r = 0; r < N; r++)
        wanted += (double)at.weight[r] * (double)at.ell[r];
    ck_assert_double_lt(t_error(gim__marginal(at.ell, scratch, at.weight, env, 1, N, at.marginal), wanted), 1e-13);
    ck_assert_mem_eq(at.ell, at.weight, N * sizeof(real));
    setting_free(&at);
}
END_TEST

/* Log-densities of long rows: exp() of them is 0, and a sum over rows is beyond all range. The best draw takes all. */
START_TEST(no_log_density_is_too_low)
{
    setting at = setting_new(_i, 1);
    double scratch[M];
    for (size_t m = 0; m < M; m++)
        for (size_t r = 0; r < N; r++)
            at.ell[m * N + r] = m == 2 ? -20000 : -(real)(30000 + 1000 * m);
    double wanted = 0;
    for (size_t r = 0; r < N; r++)
        wanted += (double)at.weight[r] * -20000;
    double parts = at.marginal == GIM_PER_DATASET ? 1 : at.marginal == GIM_PER_ENVIRONMENT ? 4 : 0;
    for (size_t r = 0; r < N && at.marginal == GIM_PER_SAMPLE; r++)
        parts += (double)at.weight[r];
    double value = gim__marginal(at.ell, scratch, at.weight, env, M, N, at.marginal);
    ck_assert_double_lt(t_error(value, wanted - parts * log(M)), 1e-12);
    for (size_t i = 0; i < M * N; i++)
        ck_assert(at.ell[i] == (i / N == 2 ? at.weight[i % N] : 0));
    setting_free(&at);
}
END_TEST

/* Many rows of one environment: sums are made in double. */
START_TEST(long_sums_keep_their_digits)
{
    enum { MANY = 200000 };
    real *ell = t_zeros(MANY), *weight = t_zeros(MANY);
    size_t *where = calloc(MANY, sizeof *where);
    double scratch[1];
    for (size_t r = 0; r < MANY; r++) {
        ell[r] = (real)0.1;
        weight[r] = 1;
    }
    ck_assert_double_lt(t_error(gim__marginal(ell, scratch, weight, where, 1, MANY, _i), MANY * (double)(real)0.1),
                        1e-11);
    free(ell), free(weight), free(where);
}
END_TEST

START_TEST(a_single_environment_is_the_dataset)
{
    setting at = setting_new(GIM_PER_ENVIRONMENT, 1);
    size_t all[N] = {0};
    real copy[M * N];
    double scratch[M], one, other;
    memcpy(copy, at.ell, sizeof copy);
    one = gim__marginal(copy, scratch, at.weight, all, M, N, GIM_PER_ENVIRONMENT);
    other = gim__marginal(at.ell, scratch, at.weight, all, M, N, GIM_PER_DATASET);
    ck_assert(one == other);
    ck_assert_mem_eq(copy, at.ell, sizeof copy);
    setting_free(&at);
}
END_TEST

int main(void)
{
    t_case cases[] = {{the_value_is_the_formula, MARGINALS},   {what_is_left_is_the_gradient, MARGINALS},
                      {shares_sum_to_one, MARGINALS},          {one_draw_is_no_expectation, MARGINALS},
                      {no_log_density_is_too_low, MARGINALS},  {long_sums_keep_their_digits, MARGINALS},
                      {a_single_environment_is_the_dataset, 1}};
    return T_RUN("marginal", cases);
}
