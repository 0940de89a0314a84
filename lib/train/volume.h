/* What makes the density of a system with cycles integrate to one: for noise e = x - mean(x) it is p(e) |det de/dx|,
 * and de/dx = I - T with the slopes T_ji = dmean_j / dx_i. Where the graph has no cycle the determinant is 1; without
 * it every two variables that depend on each other gain from edges both ways, each being predicted from the other.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__VOLUME_H
#define GIM__VOLUME_H

#include "train/likelihood.h"

/* Working memory. Under each draw slopes are taken at `rows` rows; at any one where they are the same at all. */
typedef struct gim__volume {
    const gim_allocator *allocator;
    size_t M, rows;
    gim__pool *pool;     /* borrowed */
    real *x;             /* (M, rows, d): where slopes are taken */
    real *inverse;       /* (M, rows, d, d): of I - T */
    double *log_det;     /* (M, rows) */
    real *dgain;         /* (M, d, d) */
    size_t *pivot;       /* (M, rows, d) */
    size_t scratch_size; /* of a thread */
    real *scratch;
    size_t *parent; /* (threads, d) */
} gim__volume;

/* Where spec->volume is 0 there is nothing, and no pass may follow. errors: GIM_ERR_NOMEM. */
gim_status gim__volume_new(gim__volume *volume, const gim_allocator *allocator, const gim__spec *spec, size_t M,
                           gim__pool *pool);
void gim__volume_free(gim__volume *volume);

/* Takes in the rows of the passes that follow: some of `rows`, by their weights, spread over all. */
void gim__volume_rows(gim__volume *volume, const gim__rows *rows, const gim__spec *spec, gim__rng *rng);
/* Mean over draws and rows of log|det(I - T)|, or, of curved mechanisms, of what of it is below 0. */
double gim__volume_forward(gim__volume *volume, const real *values, const gim__params *params, gim__graphs graphs,
                           const gim__spec *spec);
/* After the forward pass at the same arguments, `weight` times the gradient of its result: grad += for mechanisms,
 * unless it is NULL; ds += for the edge logits, through relaxed graphs, unless it is NULL. The gradient with respect to
 * a slope is cut at 10 either way, so that a draw that is nearly singular does not outweigh all others. */
void gim__volume_backward(gim__volume *volume, real *grad, real *ds, double weight, const real *values,
                          const gim__params *params, gim__graphs graphs, const gim__spec *spec);

#endif
