/* Which one more regime would make a target identified. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__IFM_SUGGEST_H
#define GIM__IFM_SUGGEST_H

#include "ifm/identify.h"

/* How far the search goes: regimes that are looked at, and those among them that are asked about. */
enum { GIM__IFM_MOST_LOOKS = 1000000, GIM__IFM_MOST_ASKED = 1000 };

/* Of a target that is refused: regimes (n, m) <- the first capacity of the regimes, fewest levels other than 0 first,
 * then in ascending order, any of which would be enough. Interventions in no factor stay at 0. */
gim_status gim__ifm_suggest(size_t *regimes, size_t *n, size_t capacity, const gim__ifm_graph *graph,
                            const size_t *observed, size_t T, const size_t *target, gim_ifm_criterion criterion,
                            const gim_allocator *allocator);

#endif
