/* The factor graph of an interventional factor model: p(x; s) = prod_k f_k(x on S_k; s on F_k) / Z(s), the variables
 * S_k and the interventions F_k of each factor being all that is known. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__IFM_GRAPH_H
#define GIM__IFM_GRAPH_H

#include <stddef.h>

#include "base/alloc.h"

/* Scopes are ascending. */
typedef struct gim__ifm_factor {
    size_t n_variables, n_interventions;
    size_t *variables, *interventions; /* one block of memory, at variables */
} gim__ifm_factor;

/* Starts as {0}. */
typedef struct gim__ifm_graph {
    size_t d, m;    /* variables, interventions */
    size_t *levels; /* (m) */
    size_t n_factors, capacity;
    gim__ifm_factor *factors;
} gim__ifm_graph;

gim_status gim__ifm_graph_init(gim__ifm_graph *graph, size_t d, size_t m, const size_t *levels,
                               const gim_allocator *allocator);
void gim__ifm_graph_free(gim__ifm_graph *graph, const gim_allocator *allocator);
/* variables (d), interventions (m): 1 for those in scope. Changes nothing where memory is out. */
gim_status gim__ifm_graph_add(gim__ifm_graph *graph, const unsigned char *variables, const unsigned char *interventions,
                              const gim_allocator *allocator);
/* Takes the newest factors away, down to n. */
void gim__ifm_graph_cut(gim__ifm_graph *graph, size_t n, const gim_allocator *allocator);
/* A variable that is in no factor, or d. */
size_t gim__ifm_graph_bare(const gim__ifm_graph *graph);
int gim__ifm_has(const gim__ifm_factor *factor, size_t variable);
int gim__ifm_same_scope(const gim__ifm_factor *a, const gim__ifm_factor *b);

#endif
