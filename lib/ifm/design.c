/* Regimes as the factors see them, and which combination of them a target is. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm/design.h"

#include <math.h>
#include <string.h>

#include "math/least.h"

static int same_level(const gim__ifm_factor *factor, const size_t *a, const size_t *b)
{
    for (size_t i = 0; i < factor->n_interventions; i++)
        if (a[factor->interventions[i]] != b[factor->interventions[i]])
            return 0;
    return 1;
}

/* first (n_levels): a regime of each level that was seen so far. */
static size_t find_level(const gim__ifm_factor *factor, const size_t *regime, const size_t *observed, size_t m,
                         const size_t *first, size_t n_levels)
{
    size_t level = 0;
    while (level < n_levels && !same_level(factor, regime, observed + first[level] * m))
        level++;
    return level;
}

static void number_levels(gim__ifm_design *design, const gim__ifm_graph *graph, const size_t *observed,
                          const size_t *target, size_t *first)
{
    size_t T = design->T, m = graph->m;
    for (size_t s = 0; s < design->n_scopes; s++) {
        const gim__ifm_factor *factor = &graph->factors[design->factor[s]];
        size_t *level = design->level + s * (T + 1), n = 0;
        for (size_t t = 0; t < T; t++) {
            level[t] = find_level(factor, observed + t * m, observed, m, first, n);
            if (level[t] == n)
                first[n++] = t;
        }
        level[T] = find_level(factor, target, observed, m, first, n);
        design->n_levels[s] = n;
        design->offset[s + 1] = design->offset[s] + n + 1;
    }
}

static void number_scopes(gim__ifm_design *design, const gim__ifm_graph *graph)
{
    for (size_t k = 0; k < graph->n_factors; k++) {
        size_t s = 0;
        while (s < design->n_scopes && !gim__ifm_same_scope(&graph->factors[k], &graph->factors[design->factor[s]]))
            s++;
        if (s == design->n_scopes)
            design->factor[design->n_scopes++] = k;
        design->scope[k] = s;
    }
}

gim_status gim__ifm_design_open(gim__ifm_design *design, const gim__ifm_graph *graph, const size_t *observed, size_t T,
                                const size_t *target, const gim_allocator *allocator)
{
    *design = (gim__ifm_design){.T = T};
    size_t *first = gim__new(allocator, T, sizeof *first);
    design->scope = gim__new(allocator, graph->n_factors, sizeof *design->scope);
    design->factor = gim__new(allocator, graph->n_factors, sizeof *design->factor);
    if (first == NULL || design->scope == NULL || design->factor == NULL)
        goto out;
    number_scopes(design, graph);
    design->n_levels = gim__new(allocator, design->n_scopes, sizeof *design->n_levels);
    design->offset = gim__new(allocator, design->n_scopes + 1, sizeof *design->offset);
    design->level = gim__new(allocator, design->n_scopes, (T + 1) * sizeof *design->level);
    if (design->n_levels == NULL || design->offset == NULL || design->level == NULL)
        goto out;
    number_levels(design, graph, observed, target, first);
    gim__delete(allocator, first);
    return GIM_OK;
out:
    gim__delete(allocator, first);
    gim__ifm_design_close(design, allocator);
    return GIM_ERR_NOMEM;
}

void gim__ifm_design_close(gim__ifm_design *design, const gim_allocator *allocator)
{
    size_t *all[] = {design->scope, design->factor, design->n_levels, design->offset, design->level};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        gim__delete(allocator, all[i]);
    *design = (gim__ifm_design){0};
}

int gim__ifm_unseen(const gim__ifm_design *design, size_t scope)
{
    return design->level[scope * (design->T + 1) + design->T] == design->n_levels[scope];
}

/* ---- which combination of the observed regimes the target is ---- */

/* The system, a row for each level that was seen, by columns; factors of the same scope are one row of more weight; the
 * unknowns are q_t / ease_t. */
static void fill_system(double *a, double *b, const gim__ifm_design *design, const size_t *count, const double *ease,
                        size_t rows)
{
    size_t row = 0, T = design->T;
    for (size_t s = 0; s < design->n_scopes; s++) {
        const size_t *level = design->level + s * (T + 1);
        double weight = sqrt((double)count[s]);
        if (count[s] == 0)
            continue;
        for (size_t t = 0; t < T; t++)
            a[t * rows + row + level[t]] = weight * ease[t];
        if (!gim__ifm_unseen(design, s))
            b[row + level[T]] = weight;
        row += design->n_levels[s];
    }
}

static double take_rest(double *rest, const double *q, const gim__ifm_design *design, const size_t *count)
{
    size_t T = design->T;
    double residual = 0;
    memset(rest, 0, design->offset[design->n_scopes] * sizeof *rest);
    for (size_t s = 0; s < design->n_scopes; s++) {
        const size_t *level = design->level + s * (T + 1);
        double *mine = rest + design->offset[s];
        if (count[s] == 0)
            continue;
        mine[level[T]] = 1;
        for (size_t t = 0; t < T; t++)
            mine[level[t]] -= q[t];
        for (size_t l = 0; l <= design->n_levels[s]; l++)
            residual += (double)count[s] * mine[l] * mine[l];
    }
    return residual;
}

gim_status gim__ifm_span(double *q, double *rest, double *residual, int *unique, const gim__ifm_design *design,
                         const size_t *count, const double *ease, const gim_allocator *allocator)
{
    size_t rows = 0, T = design->T, rank = 0;
    for (size_t s = 0; s < design->n_scopes; s++)
        rows += count[s] > 0 ? design->n_levels[s] : 0;
    double *a = gim__new(allocator, rows, T * sizeof *a), *b = gim__new(allocator, rows, sizeof *b);
    double *scratch = gim__new(allocator, gim__least_scratch(rows, T), sizeof *scratch);
    gim_status status = a != NULL && b != NULL && scratch != NULL ? GIM_OK : GIM_ERR_NOMEM;
    if (status == GIM_OK) {
        fill_system(a, b, design, count, ease, rows);
        rank = gim__least(q, a, b, rows, T, scratch);
        for (size_t t = 0; t < T; t++)
            q[t] *= ease[t];
        *residual = take_rest(rest, q, design, count);
    }
    if (status == GIM_OK && unique != NULL)
        *unique = rank == T;
    gim__delete(allocator, a);
    gim__delete(allocator, b);
    gim__delete(allocator, scratch);
    return status;
}
