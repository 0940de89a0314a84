/* What a model remembers of its environments: copies, comparison, scaling. SPDX-License-Identifier: BSD-3-Clause */
#include "testing.h"
#include "train/training.h"

enum { K = 4, D = 3, P = 2 };

static void fill(gim__training *training, const gim_allocator *allocator)
{
    static const char *const names[K] = {"control", "red", "", "a longer name, with \xc3\xa9"};
    ck_assert_int_eq(gim__training_new(training, allocator, K, D, P), GIM_OK);
    for (size_t k = 0; k < K; k++) {
        training->name[k] = gim__clone_text(allocator, names[k]);
        training->n_rows[k] = 10 + k;
        training->observational[k] = k == 0;
        for (size_t f = 0; f < P; f++)
            training->features[k * P + f] = (double)k + 0.5 * (double)f;
    }
    for (size_t j = 0; j < D; j++) {
        training->scaling.center[j] = (double)j;
        training->scaling.scale[j] = 1 + (double)j;
    }
    for (size_t f = 0; f < P; f++) {
        training->scaling.feature_center[f] = 0.25 + (double)f;
        training->scaling.feature_scale[f] = 2 + (double)f;
    }
    gim__training_scale_features(training, P);
}

START_TEST(features_are_centred_and_scaled)
{
    t_memory memory;
    gim__training training;
    t_memory_open(&memory, 0);
    fill(&training, &memory.allocator);
    for (size_t k = 0; k < K; k++)
        for (size_t f = 0; f < P; f++) {
            double wanted = ((double)k + 0.5 * (double)f - 0.25 - (double)f) / (2 + (double)f);
            ck_assert_double_lt(fabs((double)training.scaled[k * P + f] - wanted), T_ROUNDING);
        }
    gim__training_free(&training, &memory.allocator);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

START_TEST(a_copy_is_equal_and_independent)
{
    t_memory memory;
    gim__training training, copy;
    t_memory_open(&memory, 0);
    fill(&training, &memory.allocator);
    ck_assert_int_eq(gim__training_copy(&copy, &training, &memory.allocator, D, P), GIM_OK);
    gim__training_free(&training, &memory.allocator);
    fill(&training, &memory.allocator);
    ck_assert(gim__training_equal(&copy, &training, D, P));
    for (size_t k = 0; k < K; k++)
        ck_assert_str_eq(copy.name[k], training.name[k]);
    ck_assert_mem_eq(copy.scaled, training.scaled, K * P * sizeof(real));
    ck_assert_mem_eq(copy.scaling.feature_center, training.scaling.feature_center, P * sizeof(double));
    ck_assert_mem_eq(copy.scaling.feature_scale, training.scaling.feature_scale, P * sizeof(double));
    gim__training_free(&training, &memory.allocator);
    gim__training_free(&copy, &memory.allocator);
    ck_assert_uint_eq(memory.blocks, 0);
    ck_assert(!memory.wrong);
}
END_TEST

/* One difference after another makes two unequal, each by itself. */
/* On a line at 0, 1, 3 and -2, scaled as they are: the nearest others are 1, 1, 2 and 2 away. */
START_TEST(distances)
{
    static const double at[] = {0, 1, 3, -2}, moved[] = {0, 1, 7, -2};
    gim_allocator allocator;
    gim__training training;
    real asked = (real)1.75, far = -5;
    gim__allocator_init(&allocator, NULL);
    ck_assert_int_eq(gim__training_new(&training, &allocator, 4, 2, 1), GIM_OK);
    training.scaling.feature_scale[0] = 1;
    memcpy(training.features, at, sizeof at);
    gim__training_scale_features(&training, 1);
    ck_assert_double_eq_tol(gim__training_nearest(&training, &asked, 1), 0.75 * 0.75, 1e-6);
    ck_assert_double_eq_tol(gim__training_nearest(&training, &far, 1), 9, 1e-6);
    for (int turn = 0; turn < 2; turn++)
        ck_assert_double_eq_tol(gim__training_gap(&training, 1), 4, 1e-6);
    memcpy(training.features, moved, sizeof moved);
    gim__training_scale_features(&training, 1);
    ck_assert_double_eq_tol(gim__training_gap(&training, 1), 36, 1e-5);
    gim__training_free(&training, &allocator);
}
END_TEST

START_TEST(one_environment_has_no_other)
{
    gim_allocator allocator;
    gim__training training;
    gim__allocator_init(&allocator, NULL);
    ck_assert_int_eq(gim__training_new(&training, &allocator, 1, 2, 1), GIM_OK);
    ck_assert_double_eq(gim__training_gap(&training, 1), 0);
    gim__training_free(&training, &allocator);
}
END_TEST

START_TEST(one_difference_is_enough)
{
    t_memory memory;
    gim__training a, b;
    t_memory_open(&memory, 0);
    fill(&a, &memory.allocator);
    fill(&b, &memory.allocator);
    ck_assert(gim__training_equal(&a, &b, D, P));
    b.n_rows[K - 1]++;
    ck_assert(!gim__training_equal(&a, &b, D, P));
    b.n_rows[K - 1]--;
    b.observational[K - 1] ^= 1;
    ck_assert(!gim__training_equal(&a, &b, D, P));
    b.observational[K - 1] ^= 1;
    double *numbers[3] = {b.features + K * P - 1, b.scaling.center + D - 1, b.scaling.scale + D - 1};
    for (size_t i = 0; i < 3; i++) {
        double before = *numbers[i];
        *numbers[i] = nextafter(before, INFINITY);
        ck_assert(!gim__training_equal(&a, &b, D, P));
        *numbers[i] = before;
    }
    ck_assert(gim__training_equal(&a, &b, D, P));
    b.K--;
    ck_assert(!gim__training_equal(&a, &b, D, P));
    b.K++;
    gim__training_free(&a, &memory.allocator);
    gim__training_free(&b, &memory.allocator);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

START_TEST(memory_that_is_out_leaves_nothing_behind)
{
    t_memory good, memory;
    gim__training from, to;
    gim_status status = GIM_ERR_NOMEM;
    size_t fail_at = 1;
    t_memory_open(&good, 0);
    fill(&from, &good.allocator);
    for (; status != GIM_OK; fail_at++) {
        t_memory_open(&memory, fail_at);
        status = gim__training_copy(&to, &from, &memory.allocator, D, P);
        ck_assert_int_eq(status, memory.calls < fail_at ? GIM_OK : GIM_ERR_NOMEM);
        gim__training_free(&to, &memory.allocator);
        ck_assert_uint_eq(memory.blocks, 0);
        ck_assert(!memory.wrong);
    }
    ck_assert_uint_gt(fail_at, 9 + K);
    gim__training_free(&from, &good.allocator);
    ck_assert_uint_eq(good.blocks, 0);
}
END_TEST

int main(void)
{
    t_case cases[] = {{features_are_centred_and_scaled, 1},
                      {a_copy_is_equal_and_independent, 1},
                      {one_difference_is_enough, 1},
                      {memory_that_is_out_leaves_nothing_behind, 1},
                      {distances, 1},
                      {one_environment_has_no_other, 1}};
    return T_RUN("training", cases);
}
