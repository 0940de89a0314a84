/* Regimes as the factors see them: which level of a factor each of them has. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__IFM_DESIGN_H
#define GIM__IFM_DESIGN_H

#include "ifm/graph.h"

/* Factors with the same interventions are one scope. Levels of a scope that observed regimes have are numbered in the
 * order of these; one that only the target has is the last, n_levels. Starts as {0}. */
typedef struct gim__ifm_design {
    size_t T, n_scopes;
    size_t *scope;    /* (factors): the scope of each */
    size_t *factor;   /* (n_scopes): a factor of each */
    size_t *n_levels; /* (n_scopes) */
    size_t *level;    /* (n_scopes, T + 1): of the observed regimes, then of the target */
    size_t *offset;   /* (n_scopes + 1): where the n_levels + 1 numbers of a scope begin in an array of all of them */
} gim__ifm_design;

/* observed (T, m), target (m). */
gim_status gim__ifm_design_open(gim__ifm_design *design, const gim__ifm_graph *graph, const size_t *observed, size_t T,
                                const size_t *target, const gim_allocator *allocator);
void gim__ifm_design_close(gim__ifm_design *design, const gim_allocator *allocator);
/* Whether the target has a level of this scope that no observed regime has. */
int gim__ifm_unseen(const gim__ifm_design *design, size_t scope);

/* Exponents with which the observed regimes give the target: of all q that make
 *     residual = sum_scopes count_s sum_levels (1{target} - sum_t q_t 1{t})^2
 * least that of the least sum_t (q_t / ease_t)^2. The target is a combination of observed regimes, on factors of which
 * count_s have the scope s, where the residual is 0.
 * ease (T), above 0
 * q (T)  out.   rest (offset[n_scopes])  out: the differences in brackets; 0 in scopes that count 0 times
 * unique out: whether q is the only one; may be NULL */
gim_status gim__ifm_span(double *q, double *rest, double *residual, int *unique, const gim__ifm_design *design,
                         const size_t *count, const double *ease, const gim_allocator *allocator);
#define GIM__IFM_NOTHING 1e-8 /* a residual below is rounding: entries are small whole numbers */

#endif
