/* Memory runs out while a factor graph is made and asked: each call is made with its first, second, ... allocation
 * failing, until it needs no more. It says so and keeps nothing. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>

#include "testing.h"

static const size_t levels[] = {2, 2, 2};
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
    size_t regimes[24], n;
    return gim_ifm_suggest(graph, observed, 3, refused, GIM_IFM_PER_VARIABLE, regimes, 8, &n);
}

START_TEST(a_new_graph)
{
    for (size_t k = 1;; k++) {
        gim_ifm_graph *graph;
        t_memory memory;
        t_memory_open(&memory, k);
        gim_status status = gim_ifm_graph_new(&graph, 3, 3, levels, &memory.allocator);
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
    ck_assert_int_eq(gim_ifm_graph_new(&graph, 3, 3, levels, &memory.allocator), GIM_OK);
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

int main(void)
{
    t_case cases[] = {{a_new_graph, 1}, {calls, 7}};
    return T_RUN("exhaustion_ifm", cases);
}
