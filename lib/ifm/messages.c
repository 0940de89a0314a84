/* Message passing. Interventions that share a factor are neighbours. Over the cliques C and separators S of a junction
 * tree of that graph,
 *     p(x; s) ~ prod_C p(x; s on C, else 0) / prod_S p(x; s on S, else 0),
 * which telescopes along an elimination order, v with its neighbours of later elimination N(v):
 *     p(x; s) ~ p(x; 0) prod_v p(x; s on v and N(v)) / p(x; s on N(v)).
 * SPDX-License-Identifier: BSD-3-Clause */
#include "ifm/messages.h"

#include <string.h>

static void join_neighbours(unsigned char *adjacent, const gim__ifm_graph *graph)
{
    for (size_t k = 0; k < graph->n_factors; k++) {
        const gim__ifm_factor *factor = &graph->factors[k];
        for (size_t a = 0; a < factor->n_interventions; a++)
            for (size_t b = 0; b < factor->n_interventions; b++)
                if (a != b)
                    adjacent[factor->interventions[a] * graph->m + factor->interventions[b]] = 1;
    }
}

/* Pairs of neighbours of v that are no neighbours of each other; joined where asked for. */
static size_t missing_edges(unsigned char *adjacent, size_t v, size_t m, int join)
{
    size_t sum = 0;
    for (size_t a = 0; a < m; a++)
        for (size_t b = a + 1; adjacent[v * m + a] && b < m; b++)
            if (adjacent[v * m + b] && !adjacent[a * m + b]) {
                sum++;
                if (join)
                    adjacent[a * m + b] = adjacent[b * m + a] = 1;
            }
    return sum;
}

/* That whose elimination adds the fewest edges; the first of several. A chordal graph always has one that adds none. */
static size_t cheapest(unsigned char *adjacent, const unsigned char *gone, size_t m)
{
    size_t best = m, least = 0;
    for (size_t v = 0; v < m && (best == m || least > 0); v++) {
        size_t cost = gone[v] ? 0 : missing_edges(adjacent, v, m, 0);
        if (!gone[v] && (best == m || cost < least))
            best = v, least = cost;
    }
    return best;
}

static void add(gim__ifm_terms *terms, const size_t *regime, size_t m, int64_t exponent)
{
    size_t i = 0;
    while (i < terms->n && memcmp(terms->regime + i * m, regime, m * sizeof *regime) != 0)
        i++;
    if (i == terms->n)
        memcpy(terms->regime + terms->n++ * m, regime, m * sizeof *regime);
    terms->exponent[i] += exponent;
}

static void drop_zeros(gim__ifm_terms *terms, size_t m)
{
    size_t kept = 0;
    for (size_t i = 0; i < terms->n; i++)
        if (terms->exponent[i] != 0) {
            memmove(terms->regime + kept * m, terms->regime + i * m, m * sizeof *terms->regime);
            terms->exponent[kept++] = terms->exponent[i];
        }
    terms->n = kept;
}

static void eliminate(gim__ifm_terms *terms, unsigned char *adjacent, unsigned char *gone, size_t *regime,
                      const size_t *target, size_t m)
{
    memset(regime, 0, m * sizeof *regime);
    add(terms, regime, m, 1);
    for (size_t i = 0; i < m; i++) {
        size_t v = cheapest(adjacent, gone, m);
        terms->fill += missing_edges(adjacent, v, m, 1);
        for (size_t j = 0; j < m; j++)
            regime[j] = adjacent[v * m + j] ? target[j] : 0;
        add(terms, regime, m, -1);
        regime[v] = target[v];
        add(terms, regime, m, 1);
        gone[v] = 1;
        for (size_t j = 0; j < m; j++)
            adjacent[v * m + j] = adjacent[j * m + v] = 0;
    }
    drop_zeros(terms, m);
}

gim_status gim__ifm_terms_open(gim__ifm_terms *terms, const gim__ifm_graph *graph, const size_t *target,
                               const gim_allocator *allocator)
{
    size_t m = graph->m;
    *terms = (gim__ifm_terms){0};
    unsigned char *adjacent = gim__new(allocator, m, m), *gone = gim__new(allocator, m, 1);
    size_t *regime = gim__new(allocator, m, sizeof *regime);
    terms->regime = gim__new(allocator, 2 * m + 1, m * sizeof *terms->regime);
    terms->exponent = gim__new(allocator, 2 * m + 1, sizeof *terms->exponent);
    gim_status status = GIM_ERR_NOMEM;
    if (adjacent != NULL && gone != NULL && regime != NULL && terms->regime != NULL && terms->exponent != NULL) {
        join_neighbours(adjacent, graph);
        eliminate(terms, adjacent, gone, regime, target, m);
        status = GIM_OK;
    }
    gim__delete(allocator, adjacent);
    gim__delete(allocator, gone);
    gim__delete(allocator, regime);
    if (status != GIM_OK)
        gim__ifm_terms_close(terms, allocator);
    return status;
}

void gim__ifm_terms_close(gim__ifm_terms *terms, const gim_allocator *allocator)
{
    gim__delete(allocator, terms->regime);
    gim__delete(allocator, terms->exponent);
    *terms = (gim__ifm_terms){0};
}
