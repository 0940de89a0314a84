/* Identification by message passing on the graph of interventions. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__IFM_MESSAGES_H
#define GIM__IFM_MESSAGES_H

#include <stdint.h>

#include "ifm/graph.h"

/* p(x; target) is proportional to the product of p(x; regime) ^ exponent over these. Starts as {0}. */
typedef struct gim__ifm_terms {
    size_t n;
    size_t *regime;    /* (n, m), distinct */
    int64_t *exponent; /* (n), none of them 0 */
    size_t fill;       /* edges that were added to make the graph of interventions chordal */
} gim__ifm_terms;

gim_status gim__ifm_terms_open(gim__ifm_terms *terms, const gim__ifm_graph *graph, const size_t *target,
                               const gim_allocator *allocator);
void gim__ifm_terms_close(gim__ifm_terms *terms, const gim_allocator *allocator);

#endif
