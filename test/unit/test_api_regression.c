/* Regressions by the public header: what they learn, what weights do, units, threads, and what is refused.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <pthread.h>

#include "testing.h"

enum { P = 4, Q = 3, ROWS = 1500, NEW = 500 };

typedef struct table {
    double x[ROWS * P], y[ROWS * Q], weights[ROWS], new[NEW * P], truth[NEW * Q], predicted[NEW * Q];
} table;

static void truth(double *y, const double *x)
{
    y[0] = 5 + sin(2 * x[0]) + x[1] * x[2];
    y[1] = 1000 * tanh(x[0] + x[1] - x[3]);
    y[2] = exp(-x[2] * x[2]) + fabs(x[3]) / 2;
}

/* Column 3 of x in another unit; noise of a tenth of each outcome's range. */
static table *table_new(uint64_t seed)
{
    static const double noise[] = {0.2, 100, 0.1};
    table *made = calloc(1, sizeof *made);
    uint64_t state = seed;
    ck_assert_ptr_nonnull(made);
    for (size_t i = 0; i < ROWS + NEW; i++) {
        double x[P], y[Q];
        for (size_t j = 0; j < P; j++)
            x[j] = t_normal(&state);
        truth(y, x);
        x[3] = 1e-3 * x[3] + 7;
        memcpy(i < ROWS ? made->x + i * P : made->new + (i - ROWS) * P, x, sizeof x);
        if (i >= ROWS)
            memcpy(made->truth + (i - ROWS) * Q, y, sizeof y);
        for (size_t k = 0; i < ROWS && k < Q; k++)
            made->y[i * Q + k] = y[k] + noise[k] * t_normal(&state);
    }
    return made;
}

static gim_outcomes outcomes_of(const table *of)
{
    return (gim_outcomes){sizeof(gim_outcomes), ROWS, P, Q, of->x, of->y, NULL};
}

static gim_regression_settings standard(void)
{
    gim_regression_settings settings = {.struct_size = sizeof settings};
    ck_assert_int_eq(gim_regression_settings_init(&settings), GIM_OK);
    return settings;
}

static gim_regression *made(const gim_outcomes *outcomes, const gim_regression_settings *settings)
{
    gim_regression *regression;
    char text[300];
    gim_status status = gim_regression_new(&regression, outcomes, settings, NULL);
    gim_regression_message(regression, text, sizeof text);
    ck_assert_msg(status == GIM_OK, "%s", text);
    return regression;
}

/* predicted (NEW, Q) */
static void predict(double *predicted, const gim_outcomes *outcomes, const gim_regression_settings *settings,
                    const double *x)
{
    gim_regression *regression = made(outcomes, settings);
    ck_assert_int_eq(gim_regression_predict(regression, x, NEW, predicted), GIM_OK);
    gim_regression_free(regression);
}

/* What is not explained of outcome k, as a share of its variance over the new rows. */
static double unexplained(const table *of, size_t k)
{
    double mean = 0, squares = 0, errors = 0;
    for (size_t i = 0; i < NEW; i++)
        mean += of->truth[i * Q + k] / NEW;
    for (size_t i = 0; i < NEW; i++) {
        squares += pow(of->truth[i * Q + k] - mean, 2);
        errors += pow(of->truth[i * Q + k] - of->predicted[i * Q + k], 2);
    }
    return errors / squares;
}

START_TEST(smooth_functions_are_learned)
{
    table *of = table_new(1 + (uint64_t)_i);
    gim_outcomes outcomes = outcomes_of(of);
    predict(of->predicted, &outcomes, NULL, of->new);
    ck_assert_double_lt(unexplained(of, 0), 0.05);
    ck_assert_double_lt(unexplained(of, 1), 0.02);
    ck_assert_double_lt(unexplained(of, 2), 0.06);
    free(of);
}
END_TEST

static gim_regression_settings quick(void)
{
    gim_regression_settings settings = standard();
    settings.steps = 60;
    settings.networks = 2;
    settings.width = 20;
    return settings;
}

START_TEST(threads_change_no_number_and_seeds_do)
{
    table *of = table_new(5);
    double other[NEW * Q];
    gim_outcomes outcomes = outcomes_of(of);
    gim_regression_settings settings = quick();
    predict(of->predicted, &outcomes, &settings, of->new);
    for (settings.threads = 1; settings.threads <= 3; settings.threads++) {
        predict(other, &outcomes, &settings, of->new);
        ck_assert_mem_eq(other, of->predicted, sizeof other);
    }
    settings.seed = 2;
    predict(other, &outcomes, &settings, of->new);
    for (size_t i = 0; i < NEW * Q; i++)
        ck_assert(other[i] != of->predicted[i]);
    free(of);
}
END_TEST

/* Other units of variables and outcomes, powers of two, give the same predictions in those. */
START_TEST(units)
{
    table *of = table_new(6);
    double other[NEW * Q];
    gim_outcomes outcomes = outcomes_of(of);
    gim_regression_settings settings = quick();
    predict(of->predicted, &outcomes, &settings, of->new);
    for (size_t i = 0; i < ROWS * P; i++)
        of->x[i] *= 1024;
    for (size_t i = 0; i < ROWS * Q; i++)
        of->y[i] *= 0.25;
    for (size_t i = 0; i < NEW * P; i++)
        of->new[i] *= 1024;
    predict(other, &outcomes, &settings, of->new);
    for (size_t i = 0; i < NEW * Q; i++)
        ck_assert_double_eq(other[i], 0.25 * of->predicted[i]);
    free(of);
}
END_TEST

/* Rows of weight 0 are as if they were not there, and only the ratios of weights count. */
START_TEST(no_weight)
{
    table *of = table_new(7), *part = table_new(7);
    gim_outcomes outcomes = outcomes_of(of), kept = outcomes_of(part);
    gim_regression_settings settings = quick();
    outcomes.weights = of->weights;
    kept.n_rows = 0;
    for (size_t i = 0; i < ROWS; i++) {
        of->weights[i] = i % 3 != 0 ? 64 : 0;
        if (i % 3 == 0) {
            of->x[i * P] = 1e30; /* no matter */
            of->y[i * Q] = -1e30;
            continue;
        }
        memcpy(part->x + kept.n_rows * P, of->x + i * P, P * sizeof(double));
        memcpy(part->y + kept.n_rows * Q, of->y + i * Q, Q * sizeof(double));
        kept.n_rows++;
    }
    predict(of->predicted, &outcomes, &settings, of->new);
    predict(part->predicted, &kept, &settings, of->new);
    ck_assert_mem_eq(part->predicted, of->predicted, sizeof of->predicted);
    free(of), free(part);
}
END_TEST

/* Variables that say nothing: what is predicted is the weighted mean. */
START_TEST(weighted_means)
{
    table *of = table_new(8);
    gim_outcomes outcomes = outcomes_of(of);
    double mean[Q] = {0}, total = 0;
    uint64_t state = 3;
    outcomes.weights = of->weights;
    for (size_t i = 0; i < ROWS; i++) {
        of->weights[i] = exp(2 * of->x[i * P] - (i % 2 == 0 ? 0 : 2)); /* moves all outcomes */
        total += of->weights[i];
        for (size_t k = 0; k < Q; k++)
            mean[k] += of->weights[i] * of->y[i * Q + k];
        for (size_t j = 0; j < P; j++)
            of->x[i * P + j] = j == 0 ? t_normal(&state) : 1e9;
    }
    gim_regression *regression = made(&outcomes, NULL);
    const double nothing[P] = {0, 1e9, 5, -1e12}; /* of constants, other values are not looked at */
    double got[Q], spread[Q] = {1, 800, 0.5};
    ck_assert_int_eq(gim_regression_predict(regression, nothing, 1, got), GIM_OK);
    for (size_t k = 0; k < Q; k++)
        ck_assert_double_eq_tol(got[k], mean[k] / total, 0.2 * spread[k]);
    gim_regression_free(regression);
    free(of);
}
END_TEST

/* The same variables, two laws: the weights tell which is learned. */
START_TEST(weights_choose)
{
    table *of = table_new(9);
    gim_outcomes outcomes = outcomes_of(of);
    gim_regression_settings settings = standard();
    settings.networks = 1;
    outcomes.weights = of->weights;
    for (size_t i = 0; i < ROWS; i++) {
        of->weights[i] = i % 2 == 0 ? 1 : 1e-3;
        of->y[i * Q] += i % 2 == 0 ? 0 : 20;
    }
    predict(of->predicted, &outcomes, &settings, of->new);
    ck_assert_double_lt(unexplained(of, 0), 0.15);
    free(of);
}
END_TEST

/* Constant outcomes and variables, a single row, values far from those of the fit. */
START_TEST(edges)
{
    table *of = table_new(10);
    gim_outcomes outcomes = outcomes_of(of);
    gim_regression_settings settings = quick();
    for (size_t i = 0; i < ROWS; i++) {
        of->x[i * P + 1] = 0.1;
        of->y[i * Q + 1] = 0.3;
    }
    for (size_t i = 0; i < NEW; i++)
        of->new[i * P + i % P] = i % 2 == 0 ? 1e300 : -1e300;
    predict(of->predicted, &outcomes, &settings, of->new);
    for (size_t i = 0; i < NEW; i++) {
        ck_assert(of->predicted[i * Q + 1] == 0.3);
        ck_assert(fabs(of->predicted[i * Q]) < 1e3);
    }
    outcomes.n_rows = 1;
    predict(of->predicted, &outcomes, &settings, of->new);
    for (size_t i = 0; i < NEW * Q; i++)
        ck_assert_double_eq(of->predicted[i], of->y[i % Q]);
    outcomes.n_rows = 2;
    settings.held_out = 0;
    settings.batch_rows = 100000;
    predict(of->predicted, &outcomes, &settings, of->new);
    ck_assert(isfinite(of->predicted[0]));
    free(of);
}
END_TEST

static void says(const gim_regression *regression, const char *why)
{
    char text[300];
    gim_regression_message(regression, text, sizeof text);
    ck_assert_msg(strstr(text, why) != NULL, "\"%s\" lacks \"%s\"", text, why);
}

static void refused(const gim_outcomes *outcomes, const gim_regression_settings *settings, gim_status status,
                    const char *why)
{
    gim_regression *regression;
    double x = 0, y;
    ck_assert_int_eq(gim_regression_new(&regression, outcomes, settings, NULL), status);
    says(regression, why);
    ck_assert_int_eq(gim_regression_predict(regression, &x, 1, &y), GIM_ERR_STATE);
    says(regression, "could not be made");
    gim_regression_free(regression);
}

START_TEST(bad_outcomes)
{
    double x[] = {1, 2, 3, 4, 5, 6}, y[] = {1, 2, 4}, weights[] = {1, 0, 2};
    gim_outcomes good = {sizeof good, 3, 2, 1, x, y, weights}, bad = good;
    gim_regression *regression;
    gim_allocator empty = {0};
    ck_assert_int_eq(gim_regression_new(NULL, &good, NULL, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_regression_new(&regression, &good, NULL, &empty), GIM_ERR_ARGUMENT);
    ck_assert_ptr_null(regression);
    refused(NULL, NULL, GIM_ERR_ARGUMENT, "must not be NULL");
    bad.struct_size = 8, refused(&bad, NULL, GIM_ERR_ARGUMENT, "struct_size"), bad = good;
    bad.y = NULL, refused(&bad, NULL, GIM_ERR_ARGUMENT, "y must not be NULL"), bad = good;
    bad.n_rows = 0, refused(&bad, NULL, GIM_ERR_ARGUMENT, "0 rows of 2 variables"), bad = good;
    bad.n_outcomes = 0, refused(&bad, NULL, GIM_ERR_ARGUMENT, "0 outcomes"), bad = good;
    bad.n_rows = SIZE_MAX / 4, refused(&bad, NULL, GIM_ERR_ARGUMENT, "rows of"), bad = good;
    x[3] = NAN, refused(&good, NULL, GIM_ERR_DATA, "row 1, variable 1 is nan"), x[3] = 4;
    y[2] = INFINITY, refused(&good, NULL, GIM_ERR_DATA, "row 2, outcome 0 is inf"), y[2] = 4;
    weights[1] = -1, refused(&good, NULL, GIM_ERR_DATA, "row 1: the weight is -1"), weights[1] = 0;
    weights[0] = weights[2] = 0, refused(&good, NULL, GIM_ERR_DATA, "no row has a weight"), weights[0] = 1;
    weights[2] = 1, x[1] = 1e200, x[3] = 0;
    refused(&good, NULL, GIM_ERR_DATA, "variable 1 has values too large");
    x[1] = 2, y[0] = -1e308, y[2] = 1e308;
    refused(&good, NULL, GIM_ERR_DATA, "outcome 0 has values too large");
}
END_TEST

START_TEST(bad_settings)
{
    static const double x[] = {1, 2, 3}, y[] = {1, 2, 4};
    gim_outcomes outcomes = {sizeof outcomes, 3, 1, 1, x, y, NULL};
    gim_regression_settings good = standard(), s = good;
    ck_assert_int_eq(gim_regression_settings_init(NULL), GIM_ERR_ARGUMENT);
    s.struct_size = 8;
    ck_assert_int_eq(gim_regression_settings_init(&s), GIM_ERR_ARGUMENT);
    refused(&outcomes, &s, GIM_ERR_ARGUMENT, "struct_size"), s = good;
    s.width = 0, refused(&outcomes, &s, GIM_ERR_ARGUMENT, "width is 0"), s = good;
    s.width = 4097, refused(&outcomes, &s, GIM_ERR_ARGUMENT, "width is 4097"), s = good;
    s.steps = 0, refused(&outcomes, &s, GIM_ERR_ARGUMENT, "0 steps"), s = good;
    s.batch_rows = 0, refused(&outcomes, &s, GIM_ERR_ARGUMENT, "of 0 rows"), s = good;
    s.learning_rate = 0, refused(&outcomes, &s, GIM_ERR_ARGUMENT, "learning_rate is 0"), s = good;
    s.learning_rate = NAN, refused(&outcomes, &s, GIM_ERR_ARGUMENT, "learning_rate is nan"), s = good;
    s.decay = -1, refused(&outcomes, &s, GIM_ERR_ARGUMENT, "decay is -1"), s = good;
    s.held_out = 0.6, refused(&outcomes, &s, GIM_ERR_ARGUMENT, "held_out is 0.6"), s = good;
    s.threads = 0, refused(&outcomes, &s, GIM_ERR_ARGUMENT, "threads is 0"), s = good;
    s.networks = 0, refused(&outcomes, &s, GIM_ERR_ARGUMENT, "networks is 0"), s = good;
}
END_TEST

START_TEST(bad_questions)
{
    static const double x[] = {1, 2, 3}, y[] = {1, 2, 4}, wrong[] = {1, NAN};
    gim_outcomes outcomes = {sizeof outcomes, 3, 1, 1, x, y, NULL};
    gim_regression_settings settings = quick();
    double got[3];
    gim_regression *regression = made(&outcomes, &settings);
    char text[8] = "full";
    ck_assert_int_eq(gim_regression_predict(NULL, x, 3, got), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_regression_predict(regression, NULL, 3, got), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_regression_predict(regression, x, 3, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_regression_predict(regression, NULL, 0, NULL), GIM_OK);
    ck_assert_int_eq(gim_regression_predict(regression, wrong, 2, got), GIM_ERR_DATA);
    says(regression, "row 1, variable 0 is nan");
    gim_regression_free(regression);
    gim_regression_free(NULL);
    ck_assert_uint_eq(gim_regression_message(NULL, text, sizeof text), 0);
    ck_assert_str_eq(text, "");
}
END_TEST

static void *ask(void *regression)
{
    static const double x[] = {1, 2, 3};
    double *got = calloc(3, sizeof *got);
    for (int i = 0; i < 200; i++)
        ck_assert_int_eq(gim_regression_predict(regression, x, 3, got), GIM_OK);
    return got;
}

START_TEST(several_may_ask_at_once)
{
    static const double x[] = {1, 2, 3}, y[] = {1, 2, 4};
    gim_outcomes outcomes = {sizeof outcomes, 3, 1, 1, x, y, NULL};
    gim_regression_settings settings = quick();
    gim_regression *regression = made(&outcomes, &settings);
    pthread_t threads[3];
    double *got[3];
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, ask, regression), 0);
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], (void **)&got[i]);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_mem_eq(got[i], got[0], 3 * sizeof(double));
        if (i > 0)
            free(got[i]);
    }
    free(got[0]);
    gim_regression_free(regression);
}
END_TEST

int main(void)
{
    t_case cases[] = {{smooth_functions_are_learned, 2},
                      {threads_change_no_number_and_seeds_do, 1},
                      {units, 1},
                      {no_weight, 1},
                      {weighted_means, 1},
                      {weights_choose, 1},
                      {edges, 1},
                      {bad_outcomes, 1},
                      {bad_settings, 1},
                      {bad_questions, 1},
                      {several_may_ask_at_once, 1}};
    return T_RUN("api_regression", cases);
}
