/* Memory runs out while outcomes are learned, predicted and put into intervals: each call is made with its first,
 * second, ... allocation failing, until it needs no more. It says so and keeps nothing.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "unit/ifm_system.h"

enum { N = 12 };
static const double scores[N] = {3, 1, 2, 5, 4, 8, 7, 6, 9, 10, 11, 12};
static double x[N * D], y[N];
static const gim_outcomes outcomes = {sizeof outcomes, N, D, 1, x, y, NULL};

static gim_regression_settings short_fit(void)
{
    gim_regression_settings settings = {.struct_size = sizeof settings};
    ck_assert_int_eq(gim_regression_settings_init(&settings), GIM_OK);
    settings.steps = 2;
    settings.threads = 2;
    return settings;
}

static void fill(void)
{
    uint64_t state = 3;
    for (size_t i = 0; i < N; i++) {
        draw(x + i * D, regimes[i % T], &state);
        y[i] = t_normal(&state);
    }
}

START_TEST(new_intervals)
{
    for (size_t k = 1;; k++) {
        gim_conformal *conformal;
        t_memory memory;
        t_memory_open(&memory, k);
        gim_status status = gim_conformal_new(&conformal, scores, scores, N, &memory.allocator);
        ck_assert_int_eq(status, memory.calls < k ? GIM_OK : GIM_ERR_NOMEM);
        ck_assert_int_eq(conformal == NULL, status != GIM_OK);
        gim_conformal_free(conformal);
        ck_assert(memory.blocks == 0 && memory.bytes == 0 && !memory.wrong);
        if (status == GIM_OK)
            break;
    }
}
END_TEST

/* And what it predicts: the last call that fails is gim_regression_predict()'s. */
START_TEST(new_regressions)
{
    gim_regression_settings settings = short_fit();
    size_t told = 0;
    fill();
    for (size_t k = 1;; k++) {
        gim_regression *regression;
        double got[N];
        char text[300] = "";
        t_memory memory;
        t_memory_open(&memory, k);
        gim_status status = gim_regression_new(&regression, &outcomes, &settings, &memory.allocator);
        if (status == GIM_OK)
            status = gim_regression_predict(regression, x, N, got);
        ck_assert_int_eq(status, memory.calls < k ? GIM_OK : GIM_ERR_NOMEM);
        gim_regression_message(regression, text, sizeof text);
        told += strstr(text, "memory") != NULL;
        ck_assert(status == GIM_OK || regression == NULL || strstr(text, "memory") != NULL);
        gim_regression_free(regression);
        ck_assert(memory.blocks == 0 && memory.bytes == 0 && !memory.wrong);
        if (status == GIM_OK)
            break;
    }
    ck_assert_uint_gt(told, 10);
}
END_TEST

static gim_ifm *small_model(source *from, t_memory *memory)
{
    static const size_t levels[M] = {2, 2};
    gim_ifm_settings settings = settings_of(2);
    gim_ifm_graph *graph = graph_of(levels);
    gim_data data = data_of(from);
    gim_ifm *model;
    ck_assert_int_eq(gim_ifm_new(&model, graph, &memory->allocator), GIM_OK);
    gim_ifm_graph_free(graph);
    ck_assert_int_eq(gim_ifm_fit(model, &settings, &data, NULL, NULL), GIM_OK);
    return model;
}

/* By each estimator; the model is as it was. */
START_TEST(predictions)
{
    gim_regression_settings settings = short_fit();
    gim_ifm_sampling sampling = {.struct_size = sizeof sampling};
    gim_ifm_asking asking = {sizeof asking, (gim_ifm_estimator)_i, N, NULL, &outcomes, &settings, &sampling};
    gim_regression *regression;
    source from;
    t_memory memory;
    t_memory_open(&memory, 0);
    fill();
    open_source(&from, FEW);
    gim_ifm *model = small_model(&from, &memory);
    ck_assert_int_eq(gim_regression_new(&regression, &outcomes, &settings, NULL), GIM_OK);
    ck_assert_int_eq(gim_ifm_sampling_init(&sampling), GIM_OK);
    sampling.chains = 4, sampling.burn = 1;
    asking.regression = regression;
    for (size_t k = 1;; k++) {
        size_t blocks = memory.blocks;
        double mean[D];
        memory.calls = 0, memory.fail_at = k;
        gim_status status = gim_ifm_predict(model, regimes[T], &asking, mean, NULL);
        memory.fail_at = 0;
        ck_assert(memory.blocks == blocks && !memory.wrong);
        if (memory.calls < k) {
            ck_assert(status == GIM_OK && k > 5);
            break;
        }
        ck_assert_int_eq(status, GIM_ERR_NOMEM);
        ck_says(model, "memory");
    }
    gim_regression_free(regression);
    gim_ifm_free(model);
    ck_assert(memory.blocks == 0 && memory.bytes == 0);
    free(from.x);
}
END_TEST

int main(void)
{
    t_case cases[] = {{new_intervals, 1}, {new_regressions, 1}, {predictions, 3}};
    return T_RUN("exhaustion_outcomes", cases);
}
