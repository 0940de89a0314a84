/* A search in order. Two things rule most regimes out at once: an added regime must have every level of the target that
 * no observed one has; and it must not be orthogonal to what is left of the target, which would then be left still.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "ifm/suggest.h"

#include <math.h>
#include <string.h>

typedef struct search {
    const gim__ifm_graph *graph;
    const gim_allocator *allocator;
    const size_t *target;
    gim_ifm_criterion criterion;
    size_t T, *observed;      /* (T + 1, m): the candidate is the last */
    unsigned char *loose;     /* (m): 1 where a candidate may have any level */
    gim__ifm_verdict verdict; /* of the target without it */
    size_t *found, n, capacity, looks, asked;
    gim_status status;
} search;

static size_t *candidate_of(search *at)
{
    return at->observed + at->T * at->graph->m;
}

static int same_on(const gim__ifm_factor *factor, const size_t *a, const size_t *b)
{
    for (size_t i = 0; i < factor->n_interventions; i++)
        if (a[factor->interventions[i]] != b[factor->interventions[i]])
            return 0;
    return 1;
}

/* The product of the certificate and the candidate's levels; the former has each level of a factor once. */
static double along_certificate(search *at)
{
    double sum = 0;
    for (size_t i = 0; i < at->verdict.n_certificate; i++) {
        const gim__ifm_weight *w = &at->verdict.certificate[i];
        const size_t *regime = w->regime == at->T ? at->target : at->observed + w->regime * at->graph->m;
        if (same_on(&at->graph->factors[w->factor], regime, candidate_of(at)))
            sum += w->weight;
    }
    return sum;
}

/* No factor tells the candidate from the target. */
static int is_target(search *at)
{
    for (size_t k = 0; k < at->graph->n_factors; k++)
        if (!same_on(&at->graph->factors[k], at->target, candidate_of(at)))
            return 0;
    return 1;
}

static void look(search *at)
{
    size_t m = at->graph->m;
    gim__ifm_verdict verdict;
    at->looks++;
    if (fabs(along_certificate(at)) < 1e-9 || is_target(at) ||
        gim__ifm_find(at->observed, at->T, candidate_of(at), m) < at->T)
        return;
    at->asked++;
    at->status =
        gim__ifm_identify(&verdict, at->graph, at->observed, at->T + 1, at->target, at->criterion, at->allocator);
    if (at->status != GIM_OK)
        return;
    if (verdict.method != GIM_IFM_NOT_IDENTIFIED)
        memcpy(at->found + at->n++ * m, candidate_of(at), m * sizeof *at->found);
    gim__ifm_verdict_close(&verdict, at->allocator);
}

static int done(const search *at)
{
    return at->status != GIM_OK || at->n == at->capacity || at->looks >= GIM__IFM_MOST_LOOKS ||
           at->asked >= GIM__IFM_MOST_ASKED;
}

/* Free interventions from j on; so many of them are to leave level 0. */
static void walk(search *at, size_t j, size_t left)
{
    size_t rest = 0;
    for (size_t i = j; i < at->graph->m; i++)
        rest += at->loose[i] && at->graph->levels[i] > 1;
    if (left > rest || done(at))
        return;
    while (j < at->graph->m && !at->loose[j])
        j++;
    if (j == at->graph->m) {
        look(at);
        return;
    }
    for (size_t level = 0; level < at->graph->levels[j] && !done(at); level++) {
        if (level > 0 && left == 0)
            break;
        candidate_of(at)[j] = level;
        walk(at, j + 1, left - (level > 0));
    }
    candidate_of(at)[j] = 0;
}

static void set_free(search *at)
{
    const gim__ifm_graph *graph = at->graph;
    for (size_t k = 0; k < graph->n_factors; k++)
        for (size_t i = 0; i < graph->factors[k].n_interventions; i++)
            at->loose[graph->factors[k].interventions[i]] = 1;
    for (size_t u = 0; u < at->verdict.n_unseen; u++) {
        const gim__ifm_factor *factor = &graph->factors[at->verdict.unseen[u]];
        for (size_t i = 0; i < factor->n_interventions; i++) {
            at->loose[factor->interventions[i]] = 0;
            candidate_of(at)[factor->interventions[i]] = at->target[factor->interventions[i]];
        }
    }
}

/* Message passing needs these regimes and no others. */
static void the_missing_one(search *at)
{
    const gim__ifm_terms *terms = &at->verdict.terms;
    size_t m = at->graph->m, missing = 0, which = 0;
    for (size_t i = 0; i < terms->n; i++)
        if (!at->verdict.known[i])
            missing++, which = i;
    if (missing == 1 && memcmp(terms->regime + which * m, at->target, m * sizeof *at->target) != 0)
        memcpy(at->found + at->n++ * m, terms->regime + which * m, m * sizeof *at->found);
}

static gim_status search_all(search *at)
{
    at->loose = gim__new(at->allocator, at->graph->m, 1);
    if (at->loose == NULL)
        return GIM_ERR_NOMEM;
    set_free(at);
    for (size_t changed = 0; changed <= at->graph->m && !done(at); changed++)
        walk(at, 0, changed);
    return at->status;
}

gim_status gim__ifm_suggest(size_t *regimes, size_t *n, size_t capacity, const gim__ifm_graph *graph,
                            const size_t *observed, size_t T, const size_t *target, gim_ifm_criterion criterion,
                            const gim_allocator *allocator)
{
    search at = {.graph = graph, .allocator = allocator, .target = target, .criterion = criterion, .T = T};
    at.found = regimes, at.capacity = capacity;
    at.observed = gim__new(allocator, T + 1, graph->m * sizeof *at.observed);
    gim_status status = GIM_ERR_NOMEM;
    if (at.observed != NULL) {
        if (graph->m > 0)
            memcpy(at.observed, observed, T * graph->m * sizeof *at.observed);
        status = gim__ifm_identify(&at.verdict, graph, observed, T, target, criterion, allocator);
    }
    if (status == GIM_OK && at.verdict.method == GIM_IFM_NOT_IDENTIFIED && criterion == GIM_IFM_MESSAGE_PASSING)
        the_missing_one(&at);
    else if (status == GIM_OK && at.verdict.method == GIM_IFM_NOT_IDENTIFIED)
        status = search_all(&at);
    if (status == GIM_OK)
        *n = at.n;
    gim__ifm_verdict_close(&at.verdict, allocator);
    gim__delete(allocator, at.observed);
    gim__delete(allocator, at.loose);
    return status;
}
