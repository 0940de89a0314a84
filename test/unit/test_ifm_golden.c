/* Identification against exact numbers: test/golden/ifm.json. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <jansson.h>

#include "testing.h"

enum { MOST = 64 };

typedef struct problem {
    json_t *json;
    const char *name;
    size_t d, m, T, observed[MOST * MOST], target[MOST];
    gim_ifm_graph *graph;
} problem;

static size_t numbers(size_t *list, const json_t *array)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        list[i] = (size_t)json_integer_value(json_array_get(array, i));
    return json_array_size(array);
}

static void flags(unsigned char *flag, const json_t *array)
{
    memset(flag, 0, MOST);
    for (size_t i = 0; i < json_array_size(array); i++)
        flag[json_integer_value(json_array_get(array, i))] = 1;
}

static void problem_open(problem *p, json_t *json)
{
    size_t levels[MOST];
    *p = (problem){.json = json, .name = json_string_value(json_object_get(json, "name"))};
    p->d = (size_t)json_integer_value(json_object_get(json, "d"));
    p->m = numbers(levels, json_object_get(json, "levels"));
    json_t *observed = json_object_get(json, "observed"), *factors = json_object_get(json, "factors");
    p->T = json_array_size(observed);
    for (size_t t = 0; t < p->T; t++)
        numbers(p->observed + t * p->m, json_array_get(observed, t));
    numbers(p->target, json_object_get(json, "target"));
    ck_assert_int_eq(gim_ifm_graph_new(&p->graph, p->d, p->m, levels, NULL), GIM_OK);
    for (size_t k = 0; k < json_array_size(factors); k++) {
        unsigned char variables[MOST], interventions[MOST];
        flags(variables, json_object_get(json_array_get(factors, k), "S"));
        flags(interventions, json_object_get(json_array_get(factors, k), "F"));
        ck_assert_int_eq(gim_ifm_graph_add_factor(p->graph, variables, interventions), GIM_OK);
    }
}

static gim_ifm_verdict *ask(const problem *p, gim_ifm_criterion criterion, gim_ifm_summary *summary)
{
    gim_ifm_verdict *verdict;
    summary->struct_size = sizeof *summary;
    ck_assert_int_eq(gim_ifm_identify(p->graph, p->observed, p->T, p->target, criterion, &verdict), GIM_OK);
    ck_assert_int_eq(gim_ifm_verdict_summary(verdict, summary), GIM_OK);
    return verdict;
}

static int yes(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

static void check_ratio(const problem *p)
{
    gim_ifm_summary summary;
    gim_ifm_verdict *verdict = ask(p, GIM_IFM_PRODUCT_RATIO, &summary);
    const json_t *wanted = json_object_get(p->json, "pr"), *q = json_object_get(wanted, "q");
    double got[MOST];
    ck_assert_msg((summary.method != 0) == yes(wanted, "identifiable"), "%s: method %d", p->name, summary.method);
    ck_assert_msg(summary.unique == yes(wanted, "unique"), "%s: unique", p->name);
    if (summary.method != 0) {
        ck_assert_int_eq(gim_ifm_exponents(verdict, 0, got), GIM_OK);
        for (size_t t = 0; t < p->T; t++)
            ck_assert_double_eq_tol(got[t], json_number_value(json_array_get(q, t)), 1e-9);
    } else
        ck_assert_int_eq(gim_ifm_exponents(verdict, 0, got), GIM_ERR_STATE);
    gim_ifm_verdict_free(verdict);
}

static double wanted_weight(const json_t *certificate, const json_t *factors, size_t factor, const size_t *regime)
{
    for (size_t i = 0; i < json_array_size(certificate); i++) {
        const json_t *entry = json_array_get(certificate, i);
        size_t levels[MOST], n = numbers(levels, json_object_get(entry, "levels")), same = 1;
        const json_t *F = json_object_get(json_array_get(factors, factor), "F");
        for (size_t j = 0; j < n; j++)
            same &= regime[json_integer_value(json_array_get(F, j))] == levels[j];
        if (same && (size_t)json_integer_value(json_object_get(entry, "factor")) == factor)
            return json_number_value(json_object_get(entry, "weight"));
    }
    return NAN;
}

static void check_variables(const problem *p)
{
    gim_ifm_summary summary;
    gim_ifm_verdict *verdict = ask(p, GIM_IFM_PER_VARIABLE, &summary);
    const json_t *wanted = json_object_get(p->json, "local"), *unseen = json_object_get(p->json, "unseen");
    size_t got[MOST], regimes[MOST], bad[MOST], n_bad = numbers(bad, json_object_get(wanted, "bad_variables"));
    double weights[MOST];
    static const char *const methods[] = {"none", "observed", "pr", "local"};
    ck_assert_str_eq(methods[summary.method], json_string_value(json_object_get(wanted, "method")));
    ck_assert_msg(summary.n_failed == n_bad, "%s: %zu failed", p->name, summary.n_failed);
    ck_assert_int_eq(gim_ifm_failed(verdict, got), GIM_OK);
    ck_assert(memcmp(got, bad, n_bad * sizeof *bad) == 0);
    if (summary.method == 0) {
        ck_assert_uint_eq(summary.n_unseen, json_array_size(unseen));
        ck_assert_int_eq(gim_ifm_unseen(verdict, got), GIM_OK);
        for (size_t i = 0; i < summary.n_unseen; i++)
            ck_assert_uint_eq(got[i], (size_t)json_integer_value(json_object_get(json_array_get(unseen, i), "factor")));
        const json_t *certificate = json_object_get(p->json, "certificate");
        ck_assert_uint_eq(summary.n_certificate, json_array_size(certificate));
        ck_assert_int_eq(gim_ifm_certificate(verdict, got, regimes, weights), GIM_OK);
        for (size_t i = 0; i < summary.n_certificate; i++) {
            const size_t *regime = regimes[i] == p->T ? p->target : p->observed + regimes[i] * p->m;
            ck_assert_double_eq_tol(weights[i],
                                    wanted_weight(certificate, json_object_get(p->json, "factors"), got[i], regime),
                                    1e-9);
        }
    }
    gim_ifm_verdict_free(verdict);
}

static int64_t wanted_exponent(const json_t *list, const size_t *regime, size_t m)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        size_t other[MOST];
        numbers(other, json_object_get(json_array_get(list, i), "regime"));
        if (memcmp(other, regime, m * sizeof *regime) == 0)
            return json_integer_value(json_object_get(json_array_get(list, i), "e"));
    }
    return 0;
}

static void check_messages(const problem *p)
{
    gim_ifm_summary summary;
    gim_ifm_verdict *verdict = ask(p, GIM_IFM_MESSAGE_PASSING, &summary);
    const json_t *wanted = json_object_get(p->json, "mp"), *exponents = json_object_get(wanted, "exponents");
    size_t regimes[MOST * MOST], missing = 0;
    int64_t got[MOST];
    unsigned char observed[MOST];
    if (summary.method != GIM_IFM_BY_OBSERVATION) {
        ck_assert_int_eq(gim_ifm_terms(verdict, regimes, got, observed), GIM_OK);
        ck_assert_msg((summary.method != 0) == yes(wanted, "identifiable"), "%s: messages", p->name);
        ck_assert_int_eq(summary.n_fill == 0, yes(wanted, "chordal"));
        ck_assert_uint_eq(summary.n_terms, json_array_size(exponents));
        for (size_t i = 0; i < summary.n_terms; i++) {
            ck_assert_int_eq(got[i], wanted_exponent(exponents, regimes + i * p->m, p->m));
            missing += !observed[i];
        }
        ck_assert_uint_eq(missing, json_array_size(json_object_get(wanted, "missing")));
    }
    gim_ifm_verdict_free(verdict);
}

START_TEST(golden_cases)
{
    json_error_t error;
    json_t *root = json_load_file("test/golden/ifm.json", 0, &error);
    ck_assert_msg(root != NULL, "test/golden/ifm.json: %s", error.text);
    json_t *cases = json_object_get(root, "cases");
    ck_assert_uint_eq(json_array_size(cases), 27);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        problem p;
        problem_open(&p, json_array_get(cases, i));
        check_ratio(&p);
        check_variables(&p);
        check_messages(&p);
        gim_ifm_graph_free(p.graph);
    }
    json_decref(root);
}
END_TEST

int main(void)
{
    t_case cases[] = {{golden_cases, 1}};
    return T_RUN("ifm_golden", cases);
}
