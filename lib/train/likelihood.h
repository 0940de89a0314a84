/* The log-likelihood of rows under M draws, and its gradient: threads over (graph x block of environments).
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__LIKELIHOOD_H
#define GIM__LIKELIHOOD_H

#include "model/density.h"

/* Working memory. */
typedef struct gim__likelihood {
    const gim_allocator *allocator;
    size_t M, most_rows;
    gim__pool *pool; /* borrowed */
    size_t lane_size, scratch_size;
    real *ell;               /* (M, rows): log-densities, then their gradient */
    double *share;           /* (M) */
    real *dtarget, *deffect; /* (M, K, d), (M, n_effects, K, d): gradient by draw */
    real *law;               /* (3, d) */
    real *lanes;             /* partial gradients: theta, logvar, logit_pi, edge logits */
    real *scratch;           /* (threads, scratch_size) */
    size_t *chunk;           /* (most_rows + 1) first rows of blocks of whole environments */
} gim__likelihood;

gim_status gim__likelihood_new(gim__likelihood *work, const gim_allocator *allocator, const gim__spec *spec,
                               const gim__params *params, size_t M, size_t K, size_t most_rows, gim__pool *pool);
void gim__likelihood_free(gim__likelihood *work);

/* Graphs of the draws: one each, (M, d, d), or one (d, d) that all share. */
typedef struct gim__graphs {
    const real *G;
    int shared;
} gim__graphs;

/* Returns the log-likelihood, and leaves in work->ell its gradient for the backward pass. */
double gim__likelihood_forward(gim__likelihood *work, const real *values, const gim__params *params,
                               const gim__rows *rows, const gim__draws *draws, gim__graphs graphs,
                               const gim__spec *spec);
/* After the forward pass at the same arguments. grad += for mechanisms and noise, and work->dtarget, work->deffect are
 * set, unless grad is NULL; ds += for the edge logits, through relaxed graphs, unless ds is NULL. A row whose weight
 * under a draw is below rounding is skipped. */
void gim__likelihood_backward(gim__likelihood *work, real *grad, real *ds, const real *values,
                              const gim__params *params, const gim__rows *rows, const gim__draws *draws,
                              gim__graphs graphs, const gim__spec *spec);

#endif
