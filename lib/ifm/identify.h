/* Whether observed regimes determine a target's distribution. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__IFM_IDENTIFY_H
#define GIM__IFM_IDENTIFY_H

#include "ifm/design.h"
#include "ifm/messages.h"

/* A factor level, by a factor and a regime that has it: of the observed ones 0 .. T - 1, or T for the target. */
typedef struct gim__ifm_weight {
    size_t factor, regime;
    double weight;
} gim__ifm_weight;

/* Starts as {0}. */
typedef struct gim__ifm_verdict {
    gim_ifm_method method;
    size_t T, d, m;
    int unique;
    double residual;   /* of what failed */
    double *q;         /* (T), or per variable (d, T); NULL where nothing is identified */
    double difficulty; /* sum_t q_t^2 / rows_t, the largest of any variable; NaN where nothing is identified */
    size_t n_unseen, n_failed, n_certificate;
    size_t *unseen, *failed;      /* (n): factors, variables */
    gim__ifm_weight *certificate; /* (n) */
    gim__ifm_terms terms;         /* of message passing */
    unsigned char *known;         /* (terms.n): 1 where the regime was observed */
} gim__ifm_verdict;

/* observed (T, m), distinct, T at least 1; target (m); rows (T), above 0, for which the exponents are of least
 * difficulty, NULL: 1 each. The graph has all variables in factors. */
gim_status gim__ifm_identify_rows(gim__ifm_verdict *verdict, const gim__ifm_graph *graph, const size_t *observed,
                                  const size_t *rows, size_t T, const size_t *target, gim_ifm_criterion criterion,
                                  const gim_allocator *allocator);
/* The same with 1 each. */
gim_status gim__ifm_identify(gim__ifm_verdict *verdict, const gim__ifm_graph *graph, const size_t *observed, size_t T,
                             const size_t *target, gim_ifm_criterion criterion, const gim_allocator *allocator);
void gim__ifm_verdict_close(gim__ifm_verdict *verdict, const gim_allocator *allocator);
/* The observed regime that this is, or T. */
size_t gim__ifm_find(const size_t *observed, size_t T, const size_t *regime, size_t m);

#endif
