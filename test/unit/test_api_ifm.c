/* Factor graphs by the public header: what is refused and why, graphs of edges, and several who ask at once.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <pthread.h>

#include "testing.h"

static const size_t two_levels[] = {2, 2};
static const unsigned char both[] = {1, 1}, first[] = {1, 0}, second[] = {0, 1}, neither[] = {0, 0};

/* x0 under s0, x1 under s1, and x0 with x1. */
static gim_ifm_graph *chain(void)
{
    gim_ifm_graph *graph;
    ck_assert_int_eq(gim_ifm_graph_new(&graph, 2, 2, two_levels, NULL), GIM_OK);
    ck_assert_int_eq(gim_ifm_graph_add_factor(graph, first, first), GIM_OK);
    ck_assert_int_eq(gim_ifm_graph_add_factor(graph, second, second), GIM_OK);
    ck_assert_int_eq(gim_ifm_graph_add_factor(graph, both, NULL), GIM_OK);
    return graph;
}

static void says(const gim_ifm_graph *graph, const char *why)
{
    char text[300];
    gim_ifm_graph_message(graph, text, sizeof text);
    ck_assert_msg(strstr(text, why) != NULL, "\"%s\" lacks \"%s\"", text, why);
}

static void refuse_new(size_t d, size_t m, const size_t *levels, const char *why)
{
    gim_ifm_graph *graph;
    ck_assert_int_eq(gim_ifm_graph_new(&graph, d, m, levels, NULL), GIM_ERR_ARGUMENT);
    says(graph, why);
    ck_assert_int_eq(gim_ifm_graph_add_factor(graph, both, both), GIM_ERR_STATE);
    ck_assert_int_eq(gim_ifm_graph_add_edges(graph, both, both), GIM_ERR_STATE);
    gim_ifm_graph_free(graph);
}

START_TEST(bad_graphs)
{
    static const size_t none[] = {2, 0}, many[] = {2, 1000001};
    refuse_new(0, 2, two_levels, "0 variables");
    refuse_new(100001, 2, two_levels, "100001 variables; there must be 1 to 100000");
    refuse_new(2, 1001, two_levels, "1001 interventions; there may be 1000");
    refuse_new(2, 2, NULL, "levels must not be NULL");
    refuse_new(2, 2, none, "intervention 1 has 0 levels; it must have 1");
    refuse_new(2, 2, many, "intervention 1 has 1000001 levels");
    ck_assert_int_eq(gim_ifm_graph_new(NULL, 2, 2, two_levels, NULL), GIM_ERR_ARGUMENT);
}
END_TEST

START_TEST(sizes)
{
    static const size_t levels[] = {2, 3};
    gim_ifm_graph *graph;
    ck_assert_int_eq(gim_ifm_graph_new(&graph, 4, 2, levels, NULL), GIM_OK);
    ck_assert_uint_eq(gim_ifm_variable_count(graph), 4);
    ck_assert_uint_eq(gim_ifm_intervention_count(graph), 2);
    ck_assert_uint_eq(gim_ifm_level_count(graph, 0), 2);
    ck_assert_uint_eq(gim_ifm_level_count(graph, 1), 3);
    ck_assert_uint_eq(gim_ifm_level_count(graph, 2), 0);
    gim_ifm_graph_free(graph);
    ck_assert_int_eq(gim_ifm_graph_new(&graph, 0, 2, levels, NULL), GIM_ERR_ARGUMENT);
    ck_assert_uint_eq(gim_ifm_level_count(graph, 0), 0);
    gim_ifm_graph_free(graph);
}
END_TEST

START_TEST(bad_factors)
{
    gim_ifm_graph *graph = chain();
    unsigned char got[2];
    ck_assert_int_eq(gim_ifm_graph_add_factor(graph, neither, both), GIM_ERR_ARGUMENT);
    says(graph, "factor 3 has no variable");
    ck_assert_int_eq(gim_ifm_graph_add_factor(graph, NULL, both), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_ifm_graph_add_edges(graph, NULL, both), GIM_ERR_ARGUMENT);
    ck_assert_uint_eq(gim_ifm_factor_count(graph), 3);
    ck_assert_int_eq(gim_ifm_factor(graph, 3, got, got), GIM_ERR_ARGUMENT);
    says(graph, "no factor 3; there are 3");
    gim_ifm_graph_free(graph);
}
END_TEST

static void refuse(const gim_ifm_graph *graph, const size_t *observed, size_t T, const size_t *target, int criterion,
                   gim_status status, const char *why)
{
    gim_ifm_verdict *verdict = (gim_ifm_verdict *)1;
    size_t regimes[2], n;
    ck_assert_int_eq(gim_ifm_identify(graph, observed, T, target, (gim_ifm_criterion)criterion, &verdict), status);
    ck_assert_ptr_null(verdict);
    says(graph, why);
    ck_assert_int_eq(gim_ifm_suggest(graph, observed, T, target, (gim_ifm_criterion)criterion, regimes, 1, &n), status);
    says(graph, why);
}

START_TEST(bad_questions)
{
    static const size_t observed[] = {0, 0, 1, 0, 0, 1}, twice[] = {0, 0, 1, 0, 0, 0}, high[] = {0, 0, 2, 0};
    static const size_t target[] = {1, 1}, beyond[] = {1, 2};
    gim_ifm_graph *graph = chain(), *bare;
    refuse(graph, observed, 0, target, 0, GIM_ERR_ARGUMENT, "0 observed regimes");
    refuse(graph, observed, 10001, target, 0, GIM_ERR_ARGUMENT, "10001 observed regimes; there must be 1 to 10000");
    refuse(graph, NULL, 3, target, 0, GIM_ERR_ARGUMENT, "must not be NULL");
    refuse(graph, observed, 3, NULL, 0, GIM_ERR_ARGUMENT, "must not be NULL");
    refuse(graph, observed, 3, target, 3, GIM_ERR_ARGUMENT, "no criterion 3");
    refuse(graph, twice, 3, target, 0, GIM_ERR_DATA, "observed regimes 0 and 2 are the same");
    refuse(graph, high, 2, target, 0, GIM_ERR_ARGUMENT, "observed regime 1: level 2 of intervention 0");
    refuse(graph, observed, 3, beyond, 0, GIM_ERR_ARGUMENT,
           "target 0: level 2 of intervention 1, which has levels 0 to 1");
    ck_assert_int_eq(gim_ifm_identify(graph, observed, 3, target, GIM_IFM_PER_VARIABLE, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_ifm_graph_new(&bare, 2, 2, two_levels, NULL), GIM_OK);
    refuse(bare, observed, 3, target, 0, GIM_ERR_STATE, "no factor");
    ck_assert_int_eq(gim_ifm_graph_add_factor(bare, first, both), GIM_OK);
    refuse(bare, observed, 3, target, 0, GIM_ERR_STATE, "variable 1 is in no factor");
    gim_ifm_graph_free(bare);
    gim_ifm_graph_free(graph);
}
END_TEST

START_TEST(bad_queries)
{
    static const size_t observed[] = {0, 0, 1, 0, 0, 1}, target[] = {1, 1};
    gim_ifm_graph *graph = chain();
    gim_ifm_verdict *verdict;
    gim_ifm_summary summary = {.struct_size = sizeof summary - 1};
    double q[3];
    ck_assert_int_eq(gim_ifm_identify(graph, observed, 3, target, GIM_IFM_PER_VARIABLE, &verdict), GIM_OK);
    ck_assert_int_eq(gim_ifm_verdict_summary(verdict, &summary), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_ifm_verdict_summary(verdict, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_ifm_verdict_summary(NULL, &summary), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_ifm_exponents(verdict, 2, q), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_ifm_exponents(verdict, 0, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_ifm_unseen(verdict, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_ifm_failed(NULL, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_ifm_certificate(verdict, NULL, NULL, q), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_ifm_terms(NULL, NULL, NULL, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_ifm_exponents(verdict, 1, q), GIM_OK); /* outlives its graph, too */
    gim_ifm_graph_free(graph);
    ck_assert_int_eq(gim_ifm_exponents(verdict, 1, q), GIM_OK);
    ck_assert_double_eq_tol(q[0], -1, 1e-12);
    gim_ifm_verdict_free(verdict);
    gim_ifm_verdict_free(NULL);
    gim_ifm_graph_free(NULL);
    ck_assert_uint_eq(gim_ifm_graph_message(NULL, NULL, 0), 0);
    ck_assert_uint_eq(gim_ifm_factor_count(NULL), 0);
    ck_assert_uint_eq(gim_ifm_variable_count(NULL) + gim_ifm_intervention_count(NULL), 0);
    ck_assert_uint_eq(gim_ifm_level_count(NULL, 0), 0);
}
END_TEST

/* a -> b, c -> b and b -> c, a cycle; what acts on b acts on its factor. */
START_TEST(factors_of_edges)
{
    static const unsigned char edges[] = {1, 1, 0, 0, 0, 1, 0, 1, 0}, targets[] = {0, 1, 0, 1, 0, 1};
    static const unsigned char S[][3] = {{1, 0, 0}, {1, 1, 1}, {0, 1, 1}}, F[][2] = {{0, 1}, {1, 0}, {0, 1}};
    gim_ifm_graph *graph;
    ck_assert_int_eq(gim_ifm_graph_new(&graph, 3, 2, two_levels, NULL), GIM_OK);
    ck_assert_int_eq(gim_ifm_graph_add_edges(graph, edges, NULL), GIM_ERR_ARGUMENT);
    ck_assert_int_eq(gim_ifm_graph_add_edges(graph, edges, targets), GIM_OK);
    ck_assert_uint_eq(gim_ifm_factor_count(graph), 3);
    for (size_t k = 0; k < 3; k++) {
        unsigned char variables[3], interventions[2];
        ck_assert_int_eq(gim_ifm_factor(graph, k, variables, interventions), GIM_OK);
        ck_assert(memcmp(variables, S[k], 3) == 0 && memcmp(interventions, F[k], 2) == 0);
    }
    gim_ifm_graph_free(graph);
}
END_TEST

START_TEST(no_interventions)
{
    gim_ifm_graph *graph;
    gim_ifm_verdict *verdict;
    gim_ifm_summary summary = {.struct_size = sizeof summary};
    ck_assert_int_eq(gim_ifm_graph_new(&graph, 2, 0, NULL, NULL), GIM_OK);
    ck_assert_int_eq(gim_ifm_graph_add_factor(graph, both, NULL), GIM_OK);
    ck_assert_int_eq(gim_ifm_identify(graph, NULL, 1, NULL, GIM_IFM_PER_VARIABLE, &verdict), GIM_OK);
    ck_assert_int_eq(gim_ifm_verdict_summary(verdict, &summary), GIM_OK);
    ck_assert_int_eq(summary.method, GIM_IFM_BY_OBSERVATION);
    size_t n = 1;
    ck_assert_int_eq(gim_ifm_suggest(graph, NULL, 1, NULL, GIM_IFM_PER_VARIABLE, NULL, 0, &n), GIM_OK);
    ck_assert_uint_eq(n, 0);
    gim_ifm_verdict_free(verdict);
    gim_ifm_graph_free(graph);
}
END_TEST

static void *ask(void *graph)
{
    static const size_t observed[] = {0, 0, 1, 0}, target[] = {1, 1};
    size_t refused = 0;
    for (int i = 0; i < 200; i++) {
        gim_ifm_verdict *verdict;
        gim_ifm_summary summary = {.struct_size = sizeof summary};
        gim_ifm_identify(graph, observed, 2, target, (gim_ifm_criterion)(i % 4), &verdict);
        refused += gim_ifm_verdict_summary(verdict, &summary) == GIM_OK && summary.n_unseen == 1;
        gim_ifm_verdict_free(verdict);
    }
    return refused == 150 ? NULL : graph;
}

START_TEST(several_ask_at_once)
{
    gim_ifm_graph *graph = chain();
    pthread_t thread[4];
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, ask, graph), 0);
    for (int i = 0; i < 4; i++) {
        void *wrong;
        pthread_join(thread[i], &wrong);
        ck_assert_ptr_null(wrong);
    }
    gim_ifm_graph_free(graph);
}
END_TEST

int main(void)
{
    t_case cases[] = {{bad_graphs, 1},       {sizes, 1},
                      {bad_factors, 1},      {bad_questions, 1},
                      {bad_queries, 1},      {factors_of_edges, 1},
                      {no_interventions, 1}, {several_ask_at_once, 1}};
    return T_RUN("api_ifm", cases);
}
