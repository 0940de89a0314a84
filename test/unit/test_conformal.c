/* Conformal quantiles: by hand, by test/golden/ifm_numeric.json, by the definition on random scores, and what is
 * refused. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <jansson.h>

#include "testing.h"

enum { MOST = 400 };

static gim_conformal *made(const double *scores, const double *log_weights, size_t n)
{
    gim_conformal *conformal;
    ck_assert_int_eq(gim_conformal_new(&conformal, scores, log_weights, n, NULL), GIM_OK);
    return conformal;
}

/* Infinite just where the status says so. */
static double quantile(const gim_conformal *conformal, double log_weight, double alpha)
{
    double got;
    gim_status status = gim_conformal_quantile(conformal, log_weight, alpha, &got);
    ck_assert_int_eq(status, isinf(got) ? GIM_LOW_OVERLAP : GIM_OK);
    return got;
}

static double unseen(const gim_conformal *conformal, double alpha)
{
    double got;
    gim_status status = gim_conformal_unseen_quantile(conformal, alpha, &got);
    ck_assert_int_eq(status, isinf(got) ? GIM_LOW_OVERLAP : GIM_OK);
    return got;
}

static size_t numbers(double *list, const json_t *array)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        list[i] = json_number_value(json_array_get(array, i));
    return json_array_size(array);
}

START_TEST(golden_quantiles)
{
    json_t *file = json_load_file("test/golden/ifm_numeric.json", 0, NULL);
    const json_t *cases = json_object_get(file, "weighted_quantile"), *one;
    size_t i;
    ck_assert_uint_gt(json_array_size(cases), 5);
    json_array_foreach(cases, i, one)
    {
        double scores[MOST], weights[MOST], by_sum[MOST];
        double new = json_number_value(json_object_get(one, "w_test")), tau = INFINITY;
        size_t n = numbers(scores, json_object_get(one, "scores"));
        ck_assert_uint_eq(numbers(weights, json_object_get(one, "w")), n);
        if (json_is_number(json_object_get(one, "tau")))
            tau = json_number_value(json_object_get(one, "tau"));
        for (size_t k = 0; k < n; k++)
            by_sum[k] = log(weights[k]) + (i % 2 == 0 ? 0 : 700); /* any constant will do */
        gim_conformal *conformal = made(scores, by_sum, n);
        double alpha = json_number_value(json_object_get(one, "alpha"));
        ck_assert_msg(quantile(conformal, log(new) + (i % 2 == 0 ? 0 : 700), alpha) == tau, "case %zu", i);
        gim_conformal_free(conformal);
    }
    json_decref(file);
}
END_TEST

START_TEST(golden_effective_number)
{
    json_t *file = json_load_file("test/golden/ifm_numeric.json", 0, NULL), *mbar = json_object_get(file, "mbar");
    double weights[MOST], zeros[MOST] = {0};
    size_t n = numbers(weights, json_object_get(mbar, "log_weight"));
    gim_conformal *conformal = made(zeros, weights, n);
    ck_assert_uint_gt(n, 3);
    ck_assert_double_eq_tol(gim_conformal_effective(conformal), json_number_value(json_object_get(mbar, "ess")), 1e-9);
    gim_conformal_free(conformal);
    json_decref(file);
}
END_TEST

/* The definition, score by score. */
static double defined(const double *scores, const double *weights, size_t n, double new, double alpha)
{
    double total = 0, best = INFINITY;
    for (size_t i = 0; i < n; i++)
        total += weights[i];
    for (size_t k = 0; k < n; k++) {
        double below = 0;
        for (size_t i = 0; i < n; i++)
            below += scores[i] <= scores[k] ? weights[i] : 0;
        if (below >= (1 - alpha) * (total + new) * (1 - 1e-12) && scores[k] < best)
            best = scores[k];
    }
    return best;
}

START_TEST(as_defined)
{
    uint64_t state = 40 + (uint64_t)_i;
    double scores[MOST], weights[MOST], logs[MOST], total = 0, squares = 0;
    size_t n = 1 + (size_t)(t_uniform(&state) * (MOST - 1));
    for (size_t i = 0; i < n; i++) {
        scores[i] = _i % 2 == 0 ? t_normal(&state) : round(3 * t_normal(&state)); /* with ties */
        logs[i] = t_uniform(&state) < 0.1 ? -INFINITY : 2 * t_normal(&state);
        weights[i] = exp(logs[i]);
        total += weights[i];
        squares += weights[i] * weights[i];
    }
    logs[0] = 1, total += exp(1) - weights[0], squares += exp(2) - weights[0] * weights[0], weights[0] = exp(1);
    gim_conformal *conformal = made(scores, logs, n);
    ck_assert_double_eq_tol(gim_conformal_effective(conformal), total * total / squares, 1e-9 * (double)n);
    for (double alpha = 0.013; alpha < 1; alpha += 0.0437) {
        ck_assert(quantile(conformal, 0.5, alpha) == defined(scores, weights, n, exp(0.5), alpha));
        ck_assert(quantile(conformal, -INFINITY, alpha) == defined(scores, weights, n, 0, alpha));
        ck_assert(unseen(conformal, alpha) == defined(scores, weights, n, squares / total, alpha));
    }
    ck_assert(isinf(quantile(conformal, INFINITY, 0.1)));
    gim_conformal_free(conformal);
}
END_TEST

/* Without weights: the ceil((n + 1)(1 - alpha))-th score. */
START_TEST(all_alike)
{
    double scores[MOST];
    for (size_t n = 1; n < 60; n++) {
        for (size_t i = 0; i < n; i++)
            scores[i] = (double)(i * 7 % n + (n % 7 == 0 ? i : 0)); /* each number once, unless there are sevens */
        gim_conformal *conformal = made(scores, NULL, n);
        ck_assert_double_eq_tol(gim_conformal_effective(conformal), (double)n, 1e-9);
        for (int percent = 1; n % 7 != 0 && percent < 100; percent++) {
            size_t rank = ((n + 1) * (size_t)(100 - percent) + 99) / 100;
            double want = rank <= n ? (double)(rank - 1) : INFINITY;
            ck_assert(quantile(conformal, 0, percent / 100.0) == want);
            ck_assert(unseen(conformal, percent / 100.0) == want);
        }
        gim_conformal_free(conformal);
    }
}
END_TEST

/* A share of 1 / (effective + 1) lies at infinity. */
START_TEST(low_overlap)
{
    static const double scores[] = {1, 2, 3, 4}, logs[] = {0, 0, 0, -900};
    gim_conformal *conformal = made(scores, logs, 4);
    ck_assert_double_eq_tol(gim_conformal_effective(conformal), 3, 1e-12);
    ck_assert(isinf(unseen(conformal, 0.249)));
    ck_assert(unseen(conformal, 0.251) == 3);
    gim_conformal_free(conformal);
}
END_TEST

START_TEST(refused)
{
    static const double scores[] = {1, 2}, infinite[] = {1, INFINITY}, not [] = {NAN, 1};
    static const double none[] = {-INFINITY, -INFINITY}, zero[] = {0, 0};
    gim_allocator empty = {0};
    gim_conformal *conformal = (gim_conformal *)1;
    double got;
    ck_assert_int_eq(gim_conformal_new(NULL, scores, NULL, 2, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_conformal_new(&conformal, NULL, NULL, 2, NULL), GIM_ERR_ARGUMENT);
    ck_assert_ptr_null(conformal);
    ck_assert_int_eq(gim_conformal_new(&conformal, scores, NULL, 0, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_conformal_new(&conformal, scores, NULL, SIZE_MAX, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_conformal_new(&conformal, scores, NULL, 2, &empty), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_conformal_new(&conformal, infinite, NULL, 2, NULL), GIM_ERR_DATA);
    ck_assert_int_eq(gim_conformal_new(&conformal, not, NULL, 2, NULL), GIM_ERR_DATA);
    ck_assert_int_eq(gim_conformal_new(&conformal, scores, infinite, 2, NULL), GIM_ERR_DATA);
    ck_assert_int_eq(gim_conformal_new(&conformal, scores, not, 2, NULL), GIM_ERR_DATA);
    ck_assert_int_eq(gim_conformal_new(&conformal, scores, none, 2, NULL), GIM_ERR_DATA);
    ck_assert_ptr_null(conformal);
    conformal = made(scores, zero, 2);
    ck_assert_int_eq(gim_conformal_quantile(NULL, 0, 0.1, &got), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_conformal_quantile(conformal, 0, 0.1, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_conformal_quantile(conformal, NAN, 0.1, &got), GIM_ERR_ARGUMENT);
    static const double levels[] = {0, 1, -0.1, 1.1, NAN};
    for (size_t i = 0; i < 5; i++) {
        ck_assert_int_eq(gim_conformal_quantile(conformal, 0, levels[i], &got), GIM_ERR_ARGUMENT);
        ck_assert_int_eq(gim_conformal_unseen_quantile(conformal, levels[i], &got), GIM_ERR_ARGUMENT);
    }
    ck_assert_int_eq(gim_conformal_unseen_quantile(NULL, 0.1, &got), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_conformal_unseen_quantile(conformal, 0.1, NULL), GIM_ERR_ARGUMENT);
    gim_conformal_free(conformal);
    gim_conformal_free(NULL);
    ck_assert(isnan(gim_conformal_effective(NULL)));
}
END_TEST

int main(void)
{
    t_case cases[] = {{golden_quantiles, 1}, {golden_effective_number, 1},
                      {as_defined, 30},      {all_alike, 1},
                      {low_overlap, 1},      {refused, 1}};
    return T_RUN("conformal", cases);
}
