/* Interventional factor models: the factor graph, and what observed regimes determine.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "api/ifm.h"
#include "base/alloc.h"
#include "ifm/identify.h"
#include "ifm/suggest.h"

enum { MOST_VARIABLES = 100000, MOST_INTERVENTIONS = 1000, MOST_LEVELS = 1000000 };

struct gim_ifm_verdict {
    gim_allocator allocator;
    gim__ifm_verdict verdict;
};

/* ---- the graph --------------------------------------------------------------------------------------------------- */

static gim_status check_sizes(size_t d, size_t m, const size_t *levels, gim__message *message)
{
    if (d == 0 || d > MOST_VARIABLES)
        return gim__fail(message, GIM_ERR_ARGUMENT, "%zu variables; there must be 1 to %d", d, MOST_VARIABLES);
    if (m > MOST_INTERVENTIONS)
        return gim__fail(message, GIM_ERR_ARGUMENT, "%zu interventions; there may be %d", m, MOST_INTERVENTIONS);
    if (levels == NULL && m > 0)
        return gim__fail(message, GIM_ERR_ARGUMENT, "levels must not be NULL");
    for (size_t j = 0; j < m; j++)
        if (levels[j] == 0 || levels[j] > MOST_LEVELS)
            return gim__fail(message, GIM_ERR_ARGUMENT, "intervention %zu has %zu levels; it must have 1 to %d", j,
                             levels[j], MOST_LEVELS);
    return GIM_OK;
}

gim_status gim_ifm_graph_new(gim_ifm_graph **graph, size_t n_variables, size_t n_interventions, const size_t *levels,
                             const gim_allocator *allocator)
{
    gim_allocator mine;
    if (graph == NULL)
        return GIM_ERR_ARGUMENT;
    *graph = NULL;
    if (gim__allocator_init(&mine, allocator) != GIM_OK)
        return GIM_ERR_ARGUMENT;
    gim_ifm_graph *made = gim__new(&mine, 1, sizeof *made);
    gim__message *message = gim__new(&mine, 1, sizeof *message);
    if (made == NULL || message == NULL) {
        gim__delete(&mine, made);
        gim__delete(&mine, message);
        return GIM_ERR_NOMEM;
    }
    gim__message_init(message);
    made->allocator = mine;
    made->message = message;
    *graph = made;
    gim_status status = check_sizes(n_variables, n_interventions, levels, message);
    if (status != GIM_OK)
        return status;
    status = gim__ifm_graph_init(&made->graph, n_variables, n_interventions, levels, &mine);
    if (status == GIM_OK)
        return GIM_OK;
    made->graph.d = 0;
    return gim__fail(message, status, "out of memory for a graph of %zu interventions", n_interventions);
}

void gim_ifm_graph_free(gim_ifm_graph *graph)
{
    if (graph == NULL)
        return;
    gim_allocator allocator = graph->allocator;
    gim__ifm_graph_free(&graph->graph, &allocator);
    gim__message_destroy(graph->message);
    gim__delete(&allocator, graph->message);
    gim__delete(&allocator, graph);
}

size_t gim_ifm_graph_message(const gim_ifm_graph *graph, char *text, size_t size)
{
    if (graph != NULL)
        return gim__message_copy(graph->message, text, size);
    if (text != NULL && size > 0)
        text[0] = '\0';
    return 0;
}

static gim_status made(const gim_ifm_graph *graph)
{
    if (graph == NULL)
        return GIM_ERR_ARGUMENT;
    return graph->graph.d > 0 ? GIM_OK : gim__fail(graph->message, GIM_ERR_STATE, "the graph could not be made");
}

static gim_status out_of_memory(const gim_ifm_graph *graph, const char *what)
{
    return gim__fail(graph->message, GIM_ERR_NOMEM, "out of memory for %s", what);
}

gim_status gim_ifm_graph_add_factor(gim_ifm_graph *graph, const unsigned char *variables,
                                    const unsigned char *interventions)
{
    gim_status status = made(graph);
    if (status != GIM_OK)
        return status;
    gim__ifm_graph *mine = &graph->graph;
    unsigned char *none = NULL;
    size_t i = 0;
    while (variables != NULL && i < mine->d && variables[i] == 0)
        i++;
    if (variables == NULL || i == mine->d)
        return gim__fail(graph->message, GIM_ERR_ARGUMENT, "factor %zu has no variable; it must have one at least",
                         mine->n_factors);
    if (interventions == NULL && (none = gim__new(&graph->allocator, mine->m, 1)) == NULL)
        return out_of_memory(graph, "a factor");
    status = gim__ifm_graph_add(mine, variables, interventions != NULL ? interventions : none, &graph->allocator);
    gim__delete(&graph->allocator, none);
    return status == GIM_OK ? GIM_OK : out_of_memory(graph, "a factor");
}

/* Variable j with its parents, and what acts on it. */
static void family(unsigned char *variables, unsigned char *interventions, const gim__ifm_graph *graph,
                   const unsigned char *edges, const unsigned char *targets, size_t j)
{
    for (size_t i = 0; i < graph->d; i++)
        variables[i] = i == j || edges[i * graph->d + j] != 0;
    for (size_t a = 0; a < graph->m; a++)
        interventions[a] = targets[a * graph->d + j] != 0;
}

gim_status gim_ifm_graph_add_edges(gim_ifm_graph *graph, const unsigned char *edges, const unsigned char *targets)
{
    gim_status status = made(graph);
    if (status != GIM_OK)
        return status;
    gim__ifm_graph *mine = &graph->graph;
    if (edges == NULL || (targets == NULL && mine->m > 0))
        return gim__fail(graph->message, GIM_ERR_ARGUMENT, "edges and targets must not be NULL");
    size_t before = mine->n_factors;
    unsigned char *variables = gim__new(&graph->allocator, mine->d, 1);
    unsigned char *interventions = gim__new(&graph->allocator, mine->m, 1);
    status = variables != NULL && interventions != NULL ? GIM_OK : GIM_ERR_NOMEM;
    for (size_t j = 0; status == GIM_OK && j < mine->d; j++) {
        family(variables, interventions, mine, edges, targets, j);
        status = gim__ifm_graph_add(mine, variables, interventions, &graph->allocator);
    }
    gim__delete(&graph->allocator, variables);
    gim__delete(&graph->allocator, interventions);
    if (status == GIM_OK)
        return GIM_OK;
    gim__ifm_graph_cut(mine, before, &graph->allocator);
    return out_of_memory(graph, "the factors");
}

size_t gim_ifm_factor_count(const gim_ifm_graph *graph)
{
    return graph == NULL ? 0 : graph->graph.n_factors;
}

size_t gim_ifm_variable_count(const gim_ifm_graph *graph)
{
    return graph == NULL ? 0 : graph->graph.d;
}

size_t gim_ifm_intervention_count(const gim_ifm_graph *graph)
{
    return graph == NULL ? 0 : graph->graph.m;
}

size_t gim_ifm_level_count(const gim_ifm_graph *graph, size_t intervention)
{
    return graph != NULL && graph->graph.levels != NULL && intervention < graph->graph.m
               ? graph->graph.levels[intervention]
               : 0;
}

gim_status gim_ifm_factor(const gim_ifm_graph *graph, size_t factor, unsigned char *variables,
                          unsigned char *interventions)
{
    gim_status status = made(graph);
    if (status != GIM_OK)
        return status;
    if (factor >= graph->graph.n_factors)
        return gim__fail(graph->message, GIM_ERR_ARGUMENT, "there is no factor %zu; there are %zu, from 0", factor,
                         graph->graph.n_factors);
    const gim__ifm_factor *of = &graph->graph.factors[factor];
    if (variables != NULL)
        memset(variables, 0, graph->graph.d);
    for (size_t i = 0; variables != NULL && i < of->n_variables; i++)
        variables[of->variables[i]] = 1;
    if (interventions != NULL)
        memset(interventions, 0, graph->graph.m);
    for (size_t i = 0; interventions != NULL && i < of->n_interventions; i++)
        interventions[of->interventions[i]] = 1;
    return GIM_OK;
}

/* ---- the question ------------------------------------------------------------------------------------------------ */

gim_status gim__ifm_graph_whole(const gim_ifm_graph *graph)
{
    gim_status status = made(graph);
    if (status != GIM_OK)
        return status;
    size_t bare = gim__ifm_graph_bare(&graph->graph);
    if (graph->graph.n_factors == 0)
        return gim__fail(graph->message, GIM_ERR_STATE, "the graph has no factor");
    if (bare < graph->graph.d)
        return gim__fail(graph->message, GIM_ERR_STATE, "variable %zu is in no factor; each must be in one at least",
                         bare);
    return GIM_OK;
}

gim_status gim__ifm_graph_levels(const gim__ifm_graph *graph, const size_t *levels, const char *what, size_t number,
                                 gim__message *message)
{
    for (size_t j = 0; j < graph->m; j++)
        if (levels[j] >= graph->levels[j])
            return gim__fail(message, GIM_ERR_ARGUMENT,
                             "%s %zu: level %zu of intervention %zu, which has levels 0 to %zu", what, number,
                             levels[j], j, graph->levels[j] - 1);
    return GIM_OK;
}

static gim_status check_observed(const gim_ifm_graph *graph, const size_t *observed, size_t T)
{
    size_t m = graph->graph.m;
    if (T == 0 || T > GIM__IFM_MOST_REGIMES)
        return gim__fail(graph->message, GIM_ERR_ARGUMENT, "%zu observed regimes; there must be 1 to %d", T,
                         GIM__IFM_MOST_REGIMES);
    for (size_t t = 0; t < T; t++) {
        gim_status status =
            gim__ifm_graph_levels(&graph->graph, observed + t * m, "observed regime", t, graph->message);
        if (status != GIM_OK)
            return status;
        size_t same = gim__ifm_find(observed, t, observed + t * m, m);
        if (same < t)
            return gim__fail(graph->message, GIM_ERR_DATA,
                             "observed regimes %zu and %zu are the same; their rows belong together", same, t);
    }
    return GIM_OK;
}

static gim_status check_question(const gim_ifm_graph *graph, const size_t *observed, size_t T, const size_t *target,
                                 gim_ifm_criterion criterion)
{
    gim_status status = gim__ifm_graph_whole(graph);
    if (status != GIM_OK)
        return status;
    if ((observed == NULL || target == NULL) && graph->graph.m > 0)
        return gim__fail(graph->message, GIM_ERR_ARGUMENT, "observed and target must not be NULL");
    if ((int)criterion < GIM_IFM_PER_VARIABLE || (int)criterion > GIM_IFM_MESSAGE_PASSING)
        return gim__fail(graph->message, GIM_ERR_ARGUMENT, "there is no criterion %d", (int)criterion);
    status = check_observed(graph, observed, T);
    return status == GIM_OK ? gim__ifm_graph_levels(&graph->graph, target, "target", 0, graph->message) : status;
}

static gim_status check_rows(const gim_ifm_graph *graph, const size_t *rows, size_t n)
{
    for (size_t t = 0; rows != NULL && t < n; t++)
        if (rows[t] == 0)
            return gim__fail(graph->message, GIM_ERR_ARGUMENT, "observed regime %zu has 0 rows; it must have 1 or more",
                             t);
    return GIM_OK;
}

gim_status gim_ifm_identify_rows(const gim_ifm_graph *graph, const size_t *observed, const size_t *rows,
                                 size_t n_observed, const size_t *target, gim_ifm_criterion criterion,
                                 gim_ifm_verdict **verdict)
{
    if (verdict == NULL)
        return GIM_ERR_ARGUMENT;
    *verdict = NULL;
    gim_status status = check_question(graph, observed, n_observed, target, criterion);
    if (status == GIM_OK)
        status = check_rows(graph, rows, n_observed);
    if (status != GIM_OK)
        return status;
    gim_ifm_verdict *answer = gim__new(&graph->allocator, 1, sizeof *answer);
    if (answer == NULL)
        return out_of_memory(graph, "a verdict");
    answer->allocator = graph->allocator;
    status = gim__ifm_identify_rows(&answer->verdict, &graph->graph, observed, rows, n_observed, target, criterion,
                                    &graph->allocator);
    if (status != GIM_OK) {
        gim__delete(&graph->allocator, answer);
        return out_of_memory(graph, "a verdict");
    }
    *verdict = answer;
    return GIM_OK;
}

gim_status gim_ifm_identify(const gim_ifm_graph *graph, const size_t *observed, size_t n_observed, const size_t *target,
                            gim_ifm_criterion criterion, gim_ifm_verdict **verdict)
{
    return gim_ifm_identify_rows(graph, observed, NULL, n_observed, target, criterion, verdict);
}

gim_status gim_ifm_suggest(const gim_ifm_graph *graph, const size_t *observed, size_t n_observed, const size_t *target,
                           gim_ifm_criterion criterion, size_t *regimes, size_t capacity, size_t *n)
{
    gim_status status = check_question(graph, observed, n_observed, target, criterion);
    if (status != GIM_OK)
        return status;
    if (n == NULL || (regimes == NULL && capacity > 0))
        return gim__fail(graph->message, GIM_ERR_ARGUMENT, "regimes and n must not be NULL");
    status = gim__ifm_suggest(regimes, n, capacity, &graph->graph, observed, n_observed, target, criterion,
                              &graph->allocator);
    return status == GIM_OK ? GIM_OK : out_of_memory(graph, "suggestions");
}

/* ---- the verdict ------------------------------------------------------------------------------------------------- */

void gim_ifm_verdict_free(gim_ifm_verdict *verdict)
{
    if (verdict == NULL)
        return;
    gim_allocator allocator = verdict->allocator;
    gim__ifm_verdict_close(&verdict->verdict, &allocator);
    gim__delete(&allocator, verdict);
}

gim_status gim_ifm_verdict_summary(const gim_ifm_verdict *verdict, gim_ifm_summary *summary)
{
    if (verdict == NULL || summary == NULL || summary->struct_size < sizeof *summary)
        return GIM_ERR_ARGUMENT;
    const gim__ifm_verdict *mine = &verdict->verdict;
    *summary =
        (gim_ifm_summary){summary->struct_size, mine->method,        mine->unique,  mine->residual,   mine->n_unseen,
                          mine->n_failed,       mine->n_certificate, mine->terms.n, mine->terms.fill, mine->difficulty};
    return GIM_OK;
}

gim_status gim_ifm_exponents(const gim_ifm_verdict *verdict, size_t variable, double *exponents)
{
    if (verdict == NULL || exponents == NULL || variable >= verdict->verdict.d)
        return GIM_ERR_ARGUMENT;
    const gim__ifm_verdict *mine = &verdict->verdict;
    if (mine->method == GIM_IFM_NOT_IDENTIFIED)
        return GIM_ERR_STATE;
    size_t row = mine->method == GIM_IFM_BY_VARIABLES ? variable : 0;
    memcpy(exponents, mine->q + row * mine->T, mine->T * sizeof *exponents);
    return GIM_OK;
}

gim_status gim_ifm_unseen(const gim_ifm_verdict *verdict, size_t *factors)
{
    if (verdict == NULL || factors == NULL)
        return GIM_ERR_ARGUMENT;
    for (size_t i = 0; i < verdict->verdict.n_unseen; i++)
        factors[i] = verdict->verdict.unseen[i];
    return GIM_OK;
}

gim_status gim_ifm_failed(const gim_ifm_verdict *verdict, size_t *variables)
{
    if (verdict == NULL || variables == NULL)
        return GIM_ERR_ARGUMENT;
    for (size_t i = 0; i < verdict->verdict.n_failed; i++)
        variables[i] = verdict->verdict.failed[i];
    return GIM_OK;
}

gim_status gim_ifm_certificate(const gim_ifm_verdict *verdict, size_t *factors, size_t *regimes, double *weights)
{
    if (verdict == NULL || factors == NULL || regimes == NULL || weights == NULL)
        return GIM_ERR_ARGUMENT;
    for (size_t i = 0; i < verdict->verdict.n_certificate; i++) {
        factors[i] = verdict->verdict.certificate[i].factor;
        regimes[i] = verdict->verdict.certificate[i].regime;
        weights[i] = verdict->verdict.certificate[i].weight;
    }
    return GIM_OK;
}

gim_status gim_ifm_terms(const gim_ifm_verdict *verdict, size_t *regimes, int64_t *exponents, unsigned char *observed)
{
    if (verdict == NULL)
        return GIM_ERR_ARGUMENT;
    const gim__ifm_terms *terms = &verdict->verdict.terms;
    for (size_t i = 0; regimes != NULL && i < terms->n * verdict->verdict.m; i++)
        regimes[i] = terms->regime[i];
    for (size_t i = 0; i < terms->n; i++) {
        if (exponents != NULL)
            exponents[i] = terms->exponent[i];
        if (observed != NULL)
            observed[i] = verdict->verdict.known[i];
    }
    return GIM_OK;
}
