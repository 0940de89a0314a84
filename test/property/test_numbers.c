/* Same seed, same numbers: whatever the threads, the memory budget, the size of a request, or what OpenBLAS is told.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "property/systems.h"

enum { D = 5, K = 9, LONG = 1000, FORMS = 18 };

/* Environments of unequal size, of which some end in the middle of a block of rows. */
static source *data_of(gim_mechanism mechanism, gim_intervention intervention)
{
    made_system system = {.mechanism = mechanism, .intervention = intervention};
    source *from = random_source(&system, D, K, 300, 40, 1, 3);
    from->n_rows[3] = 1;
    from->n_rows[4] = 23;
    return from;
}

static gim_model *model_of(int form)
{
    gim_model *model = quick_model(D, D, form % 3, form / 3 % 2, 25);
    set_int(model, GIM_MARGINAL, form / 6);
    set_int(model, GIM_DRAWS, 6);
    set_int(model, GIM_WIDTH, 20);
    return model;
}

static double *long_sample(const gim_model *model, size_t n_rows, uint64_t seed)
{
    double *x = calloc(n_rows * D, sizeof *x), features[2 * D] = {1, 0, 0, 0, 0, 0, 0, 1.5, 0, 0};
    ck_assert_ptr_nonnull(x);
    CHECK_OK(gim_sample(model, features, 2, n_rows, seed, x));
    return x;
}

/* The whole way: data, fit, sample. */
static void check_same(const gim_model *a, const gim_model *b)
{
    double *from_a = long_sample(a, LONG, 11), *from_b = long_sample(b, LONG, 11);
    check_same_answers(a, b);
    for (size_t i = 0; i < LONG * D; i++)
        ck_assert_msg(from_a[i] == from_b[i], "sample %zu: %.17g and %.17g", i, from_a[i], from_b[i]);
    free(from_a);
    free(from_b);
}

START_TEST(threads_change_no_number)
{
    source *from = data_of(_i % 3, _i / 3 % 2);
    gim_model *one = model_of(_i);
    fit(one, from);
    for (int threads = 2; threads <= 4; threads += 2) {
        gim_model *many = model_of(_i);
        set_int(many, GIM_THREADS, threads);
        fit(many, from);
        check_same(one, many);
        gim_model_free(many);
    }
    gim_model_free(one);
    source_free(from);
}
END_TEST

START_TEST(the_memory_budget_changes_no_number)
{
    source *from = data_of(_i % 3, _i / 3 % 2);
    gim_model *one = model_of(_i), *other = model_of(_i);
    set_int(one, GIM_BATCH_ROWS, 13);
    set_int(other, GIM_BATCH_ROWS, 13);
    set_int(other, GIM_MEMORY_BUDGET, 0);
    fit(one, from);
    fit(other, from);
    check_same(one, other);
    gim_model_free(one);
    gim_model_free(other);
    source_free(from);
}
END_TEST

/* A model that was fitted before has nothing left of it. */
START_TEST(a_second_fit_is_as_the_first)
{
    source *from = data_of(_i % 3, _i / 3 % 2), *other = data_of(_i % 3, 1 - _i / 3 % 2);
    gim_model *one = model_of(_i), *again = model_of(_i);
    fit(one, from);
    set_int(again, GIM_SEED, 77);
    set_int(again, GIM_STEPS, 40);
    fit(again, other);
    set_int(again, GIM_SEED, 1);
    set_int(again, GIM_STEPS, 25);
    fit(again, from);
    check_same(one, again);
    gim_model_free(one);
    gim_model_free(again);
    source_free(from);
    source_free(other);
}
END_TEST

START_TEST(seeds_of_a_fit_differ)
{
    static answers all[3];
    static const int64_t seeds[3] = {1, 2, INT64_C(1) << 40};
    source *from = data_of(_i, GIM_HARD);
    for (size_t s = 0; s < 3; s++) {
        gim_model *model = model_of(_i);
        set_int(model, GIM_SEED, seeds[s]);
        fit(model, from);
        answers_of(&all[s], model);
        gim_model_free(model);
    }
    for (size_t s = 0; s < 3; s++) {
        const answers *a = &all[s], *b = &all[(s + 1) % 3];
        size_t same = 0;
        for (size_t i = 0; i < a->n && i < b->n; i++)
            same += a->value[i] == b->value[i];
        ck_assert_uint_lt(same, a->n * 2 / 3); /* zeros of the graph, the report; the zero-inflated mechanism's zeros */
    }
    source_free(from);
}
END_TEST

START_TEST(seeds_of_a_sample_differ)
{
    source *from = data_of(GIM_LINEAR, GIM_HARD);
    gim_model *model = model_of(GIM_LINEAR);
    static const uint64_t seeds[] = {0, 1, 2, UINT64_C(1) << 32, UINT64_MAX};
    double *x[5];
    fit(model, from);
    for (size_t s = 0; s < 5; s++)
        x[s] = long_sample(model, LONG, seeds[s]);
    for (size_t s = 0; s < 5; s++)
        for (size_t t = 0; t < s; t++)
            for (size_t i = 0; i < LONG * D; i++)
                ck_assert(x[s][i] != x[t][i]);
    for (size_t s = 0; s < 5; s++)
        free(x[s]);
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* Rows do not repeat: blocks have streams of their own. */
START_TEST(rows_of_a_sample_differ)
{
    source *from = data_of(GIM_LINEAR, GIM_HARD);
    gim_model *model = model_of(GIM_LINEAR);
    fit(model, from);
    double *x = long_sample(model, 3 * LONG, 1);
    size_t repeated = 0;
    for (size_t r = 0; r < 3 * LONG; r++)
        for (size_t t = 0; t < r; t++)
            repeated += x[r * D] == x[t * D] && memcmp(x + r * D, x + t * D, D * sizeof *x) == 0;
    ck_assert_uint_eq(repeated, 0);
    free(x);
    gim_model_free(model);
    source_free(from);
}
END_TEST

START_TEST(a_longer_sample_begins_with_a_shorter_one)
{
    static const size_t sizes[] = {1, 2, 7, 255, 256, 257, 511, 512, 513, 999};
    source *from = data_of(_i, GIM_HARD);
    gim_model *model = model_of(_i);
    fit(model, from);
    double *longest = long_sample(model, LONG, 5);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int threads = 1; threads <= 2; threads++) {
            set_int(model, GIM_THREADS, threads);
            double *x = long_sample(model, sizes[s], 5);
            ck_assert_mem_eq(x, longest, sizes[s] * D * sizeof *x);
            free(x);
        }
    free(longest);
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* ---- OpenBLAS's threads, which are the process's own ---- */

/* The child's only test: prints a sum that any changed bit changes. */
START_TEST(print_sum)
{
    made_system system = {.mechanism = GIM_NONLINEAR};
    source *from = random_source(&system, 8, 60, 300, 60, 1, 3);
    gim_model *model = quick_model(8, 8, GIM_NONLINEAR, GIM_HARD, 8);
    static double x[400 * 8];
    double features[8] = {1};
    uint64_t sum = 0;
    set_int(model, GIM_WIDTH, 128);
    set_int(model, GIM_HIDDEN, 64);
    set_int(model, GIM_BATCH_ROWS, 12);
    fit(model, from);
    CHECK_OK(gim_sample(model, features, 1, 400, 1, x));
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        uint64_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        sum = (sum ^ bits) * UINT64_C(0x100000001b3);
    }
    printf("%016llx\n", (unsigned long long)sum);
    fflush(stdout);
    gim_model_free(model);
    source_free(from);
}
END_TEST

START_TEST(openblas_threads_change_no_number)
{
    char *one = t_child("OPENBLAS_NUM_THREADS=1", "fit"), *two = t_child("OPENBLAS_NUM_THREADS=2", "fit");
    char *four = t_child("OPENBLAS_NUM_THREADS=4 OMP_NUM_THREADS=3", "fit");
    ck_assert_msg(strstr(one, "Failures: 0, Errors: 0") != NULL, "%s", one);
    ck_assert_str_eq(one, two);
    ck_assert_str_eq(one, four);
    free(one);
    free(two);
    free(four);
}
END_TEST

int main(void)
{
    t_case childs[] = {{print_sum, 1}}, cases[] = {{threads_change_no_number, FORMS},
                                                   {the_memory_budget_changes_no_number, FORMS},
                                                   {a_second_fit_is_as_the_first, 6},
                                                   {seeds_of_a_fit_differ, 3},
                                                   {seeds_of_a_sample_differ, 1},
                                                   {rows_of_a_sample_differ, 1},
                                                   {a_longer_sample_begins_with_a_shorter_one, 3},
                                                   {openblas_threads_change_no_number, 1}};
    return getenv("GIM_TEST_CHILD") != NULL ? T_RUN("child", childs) : T_RUN("numbers", cases);
}
