/* What a mechanism family supplies: the mean of every variable given its parents. The noise around it is density.h's.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__MECH_H
#define GIM__MECH_H

#include <stddef.h>

#include "base/real.h"
#include "base/rng.h"

enum { GIM__MECH_BLOCKS = 4 };

/* One table a family; the same for every model, never changed. d variables, h hidden units. G (d, d), G[i][j] the edge
 * i -> j, relaxed or 0/1. "masked" parameters are a draw's: the parameters theta with the graph multiplied in, in the
 * order in which the products want them, as many as theta has. */
typedef struct gim__mech {
    /* Parameter blocks in their order in theta; shape is spelt in d and h: "ddh" is (d, d, h). */
    struct {
        const char *name, *shape;
    } block[GIM__MECH_BLOCKS];
    /* Starting values. */
    void (*start)(real *theta, gim__rng *rng, size_t d, size_t h);
    void (*mask)(real *masked, const real *theta, const real *G, size_t d, size_t h);
    /* Backward of mask(): dtheta += and dG +=; either may be NULL. */
    void (*unmask)(real *dtheta, real *dG, const real *dmasked, const real *theta, const real *G, size_t d, size_t h);
    /* Values a row keeps for the backward pass. */
    size_t (*kept)(size_t d, size_t h);
    /* mean (n, d) given x (n, d); kept (n, kept(d, h)). */
    void (*forward)(real *mean, real *kept, const real *x, const real *masked, size_t n, size_t d, size_t h);
    /* dmasked += given dmean (n, d); kept is used up. */
    void (*backward)(real *dmasked, const real *dmean, real *kept, const real *x, const real *masked, size_t n,
                     size_t d, size_t h);
    /* mean (n) of variable j alone, given its parents' columns of x (n, d). */
    void (*variable)(real *mean, const real *theta, size_t j, const size_t *parents, size_t n_parents, const real *x,
                     size_t n, size_t d, size_t h);
} gim__mech;

extern const gim__mech gim__mech_linear;  /* sum_i G_ij W_ij x_i */
extern const gim__mech gim__mech_network; /* one tanh network a variable */

#endif
