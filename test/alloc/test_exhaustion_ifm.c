/* Memory runs out while a factor graph, or a model over one, is made and asked: each call is made with its first,
 * second, ... allocation failing, until it needs no more. It says so and keeps nothing.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <unistd.h>

#include "unit/ifm_system.h"

static const size_t three[] = {2, 2, 2};
static const unsigned char edges[] = {0, 1, 0, 0, 0, 1, 0, 0, 0}, targets[] = {1, 0, 0, 0, 1, 0, 0, 1, 1};
static const size_t observed[] = {0, 0, 0, 1, 0, 0, 0, 1, 0}, refused[] = {1, 1, 1}, accepted[] = {1, 1, 0};

typedef gim_status (*call)(gim_ifm_graph *graph);

static gim_status add_factor(gim_ifm_graph *graph)
{
    return gim_ifm_graph_add_factor(graph, edges + 3, NULL);
}

static gim_status add_edges(gim_ifm_graph *graph)
{
    return gim_ifm_graph_add_edges(graph, edges, targets);
}

static gim_status identify(const gim_ifm_graph *graph, const size_t *target, gim_ifm_criterion criterion)
{
    gim_ifm_verdict *verdict;
    gim_status status = gim_ifm_identify(graph, observed, 3, target, criterion, &verdict);
    ck_assert_int_eq(verdict == NULL, status != GIM_OK);
    gim_ifm_verdict_free(verdict);
    return status;
}

static gim_status accept(gim_ifm_graph *graph)
{
    return identify(graph, accepted, GIM_IFM_PER_VARIABLE);
}

static gim_status refuse(gim_ifm_graph *graph)
{
    return identify(graph, refused, GIM_IFM_PER_VARIABLE);
}

static gim_status find(gim_ifm_graph *graph)
{
    return identify(graph, observed, GIM_IFM_PRODUCT_RATIO);
}

static gim_status pass(gim_ifm_graph *graph)
{
    return identify(graph, refused, GIM_IFM_MESSAGE_PASSING);
}

static gim_status suggest(gim_ifm_graph *graph)
{
    size_t found[24], n;
    return gim_ifm_suggest(graph, observed, 3, refused, GIM_IFM_PER_VARIABLE, found, 8, &n);
}

START_TEST(a_new_graph)
{
    for (size_t k = 1;; k++) {
        gim_ifm_graph *graph;
        t_memory memory;
        t_memory_open(&memory, k);
        gim_status status = gim_ifm_graph_new(&graph, 3, 3, three, &memory.allocator);
        ck_assert_int_eq(status, memory.calls < k ? GIM_OK : GIM_ERR_NOMEM);
        gim_ifm_graph_free(graph);
        ck_assert(memory.blocks == 0 && !memory.wrong);
        if (status == GIM_OK)
            break;
    }
}
END_TEST

START_TEST(calls)
{
    static const call all[] = {add_factor, add_edges, accept, refuse, find, pass, suggest};
    gim_ifm_graph *graph;
    t_memory memory;
    t_memory_open(&memory, 0);
    ck_assert_int_eq(gim_ifm_graph_new(&graph, 3, 3, three, &memory.allocator), GIM_OK);
    for (int i = 0; i < 2; i++) /* the next factors find no room */
        ck_assert_int_eq(add_edges(graph), GIM_OK);
    ck_assert_int_eq(add_factor(graph), GIM_OK);
    ck_assert_int_eq(add_factor(graph), GIM_OK);
    for (size_t k = 1;; k++) {
        size_t blocks = memory.blocks, factors = gim_ifm_factor_count(graph);
        memory.calls = 0, memory.fail_at = k;
        gim_status status = all[_i](graph);
        memory.fail_at = 0;
        if (memory.calls < k) {
            ck_assert(status == GIM_OK && k > 1);
            break;
        }
        char text[300];
        ck_assert_int_eq(status, GIM_ERR_NOMEM);
        ck_assert_uint_eq(gim_ifm_factor_count(graph), factors);
        ck_assert(memory.blocks == blocks && !memory.wrong);
        gim_ifm_graph_message(graph, text, sizeof text);
        ck_assert_msg(strstr(text, "memory") != NULL, "the message is \"%s\"", text);
    }
    gim_ifm_graph_free(graph);
    ck_assert(memory.blocks == 0 && memory.bytes == 0 && !memory.wrong);
}
END_TEST

/* ---- a model ----------------------------------------------------------------------------------------------------- */

typedef gim_status (*model_call)(gim_ifm *model);
static source rows;
static char path[] = "/tmp/test_exhaustion_ifm.XXXXXX";

static gim_status fit(gim_ifm *model)
{
    gim_ifm_settings settings = settings_of(2);
    gim_data data = data_of(&rows);
    settings.hidden = 2;
    settings.grid = 2;
    settings.memory_budget = 0;
    return gim_ifm_fit(model, &settings, &data, NULL, NULL);
}

static gim_status name(gim_ifm *model)
{
    return gim_ifm_set_variable_name(model, 0, "a");
}

static gim_status note(gim_ifm *model)
{
    return gim_ifm_set_note(model, "a note");
}

static gim_status sample(gim_ifm *model)
{
    double x[4 * D];
    gim_ifm_sampling sampling = {.struct_size = sizeof sampling};
    gim_ifm_sampling_init(&sampling);
    sampling.burn = 1;
    return gim_ifm_sample(model, regimes[3], &sampling, 4, x);
}

static gim_status weigh(gim_ifm *model)
{
    double log_weights[4];
    return gim_ifm_log_weights(model, regimes[3], 0, rows.x, 4, log_weights, NULL);
}

static gim_status save(gim_ifm *model)
{
    return gim_ifm_save(model, path);
}

START_TEST(calls_on_a_model)
{
    static const model_call all[] = {fit, name, note, sample, weigh, save};
    static const size_t two[] = {2, 2};
    gim_ifm_graph *graph = graph_of(two);
    gim_ifm *model;
    t_memory memory;
    t_memory_open(&memory, 0);
    ck_assert_int_eq(gim_ifm_new(&model, graph, &memory.allocator), GIM_OK);
    gim_ifm_graph_free(graph);
    ck_assert_int_eq(fit(model), GIM_OK);
    for (size_t k = 1;; k++) {
        size_t blocks = memory.blocks;
        memory.calls = 0, memory.fail_at = k;
        gim_status status = all[_i](model);
        memory.fail_at = 0;
        if (memory.calls < k) {
            ck_assert(status == GIM_OK && k > 1);
            break;
        }
        ck_assert_int_eq(status, GIM_ERR_NOMEM);
        ck_assert(memory.blocks == blocks && !memory.wrong);
        ck_assert_msg(strstr(message(model), "memory") != NULL, "the message is \"%s\"", message(model));
    }
    gim_ifm_free(model);
    ck_assert(memory.blocks == 0 && memory.bytes == 0 && !memory.wrong);
}
END_TEST

/* gim_ifm_new() and gim_ifm_load(). */
START_TEST(a_new_model)
{
    static const size_t two[] = {2, 2};
    gim_ifm_graph *graph = graph_of(two);
    gim_ifm_settings settings = settings_of(1);
    gim_ifm *model = fitted(&settings, &rows);
    ck_assert_int_eq(gim_ifm_save(model, path), GIM_OK);
    gim_ifm_free(model);
    for (size_t k = 1;; k++) {
        t_memory memory;
        t_memory_open(&memory, k);
        gim_status status =
            _i == 0 ? gim_ifm_new(&model, graph, &memory.allocator) : gim_ifm_load(&model, path, &memory.allocator);
        ck_assert_int_eq(status, memory.calls < k ? GIM_OK : GIM_ERR_NOMEM);
        gim_ifm_free(model);
        ck_assert(memory.blocks == 0 && !memory.wrong);
        if (status == GIM_OK)
            break;
    }
    gim_ifm_graph_free(graph);
}
END_TEST

int main(void)
{
    int file = mkstemp(path);
    if (file < 0)
        return 1;
    close(file);
    open_source(&rows, 10);
    t_case cases[] = {{a_new_graph, 1}, {calls, 7}, {calls_on_a_model, 6}, {a_new_model, 2}};
    int code = T_RUN("exhaustion_ifm", cases);
    free(rows.x);
    unlink(path);
    return code;
}
