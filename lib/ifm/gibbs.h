/* Rows of an interventional factor model, by Gibbs sampling: each variable in turn from its density given the others at
 * the points of a grid, whose place is random. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__IFM_GIBBS_H
#define GIM__IFM_GIBBS_H

#include "base/threads.h"
#include "ifm/network.h"

/* What a model knows of densities: networks of standardised variables, and where these lie. */
typedef struct gim__ifm_density {
    const gim__ifm_nets *nets;
    const real *values;
    const real *low, *high;       /* (d), standardised */
    const double *center, *scale; /* (d) */
} gim__ifm_density;

typedef struct gim__ifm_chains {
    uint64_t seed;
    size_t chains, burn, thin, grid;
} gim__ifm_chains;

/* x (n, d) <- rows in callers' units under levels s (m): row i is of chain i % chains. A chain is one task, with random
 * numbers of its own. Returns GIM_OK or GIM_ERR_NOMEM.
 * cost  rows / chains x thin + burn sweeps a chain; each grid x width x terms, in tanh */
gim_status gim__ifm_gibbs(double *x, const gim__ifm_density *density, const size_t *s, const gim__ifm_chains *plan,
                          size_t n, gim__pool *pool, const gim_allocator *allocator);

#endif
