/* The factor graph: variables, interventions with their levels, factors. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm/graph.h"

#include <string.h>

gim_status gim__ifm_graph_init(gim__ifm_graph *graph, size_t d, size_t m, const size_t *levels,
                               const gim_allocator *allocator)
{
    *graph = (gim__ifm_graph){.d = d, .m = m};
    graph->levels = gim__clone(allocator, levels, m, sizeof *levels);
    return graph->levels == NULL ? GIM_ERR_NOMEM : GIM_OK;
}

void gim__ifm_graph_cut(gim__ifm_graph *graph, size_t n, const gim_allocator *allocator)
{
    while (graph->n_factors > n)
        gim__delete(allocator, graph->factors[--graph->n_factors].variables);
}

void gim__ifm_graph_free(gim__ifm_graph *graph, const gim_allocator *allocator)
{
    gim__ifm_graph_cut(graph, 0, allocator);
    gim__delete(allocator, graph->factors);
    gim__delete(allocator, graph->levels);
    *graph = (gim__ifm_graph){0};
}

static gim_status grow(gim__ifm_graph *graph, const gim_allocator *allocator)
{
    size_t capacity = graph->capacity > 0 ? 2 * graph->capacity : 8;
    if (graph->n_factors < graph->capacity)
        return GIM_OK;
    gim__ifm_factor *factors = gim__new(allocator, capacity, sizeof *factors);
    if (factors == NULL)
        return GIM_ERR_NOMEM;
    if (graph->n_factors > 0)
        memcpy(factors, graph->factors, graph->n_factors * sizeof *factors);
    gim__delete(allocator, graph->factors);
    graph->factors = factors;
    graph->capacity = capacity;
    return GIM_OK;
}

static size_t count(const unsigned char *flags, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += flags[i] != 0;
    return sum;
}

static void list(size_t *indices, const unsigned char *flags, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (flags[i])
            *indices++ = i;
}

gim_status gim__ifm_graph_add(gim__ifm_graph *graph, const unsigned char *variables, const unsigned char *interventions,
                              const gim_allocator *allocator)
{
    gim__ifm_factor factor = {count(variables, graph->d), count(interventions, graph->m), NULL, NULL};
    if (grow(graph, allocator) != GIM_OK)
        return GIM_ERR_NOMEM;
    factor.variables = gim__new(allocator, factor.n_variables + factor.n_interventions, sizeof *factor.variables);
    if (factor.variables == NULL)
        return GIM_ERR_NOMEM;
    factor.interventions = factor.variables + factor.n_variables;
    list(factor.variables, variables, graph->d);
    list(factor.interventions, interventions, graph->m);
    graph->factors[graph->n_factors++] = factor;
    return GIM_OK;
}

int gim__ifm_has(const gim__ifm_factor *factor, size_t variable)
{
    for (size_t i = 0; i < factor->n_variables && factor->variables[i] <= variable; i++)
        if (factor->variables[i] == variable)
            return 1;
    return 0;
}

int gim__ifm_same_scope(const gim__ifm_factor *a, const gim__ifm_factor *b)
{
    return a->n_interventions == b->n_interventions &&
           memcmp(a->interventions, b->interventions, a->n_interventions * sizeof *a->interventions) == 0;
}

size_t gim__ifm_graph_bare(const gim__ifm_graph *graph)
{
    for (size_t i = 0; i < graph->d; i++) {
        size_t k = 0;
        while (k < graph->n_factors && !gim__ifm_has(&graph->factors[k], i))
            k++;
        if (k == graph->n_factors)
            return i;
    }
    return graph->d;
}
