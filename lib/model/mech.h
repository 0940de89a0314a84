/* What a kind of mechanism supplies: the mean of every variable given its parents. The noise around it is density.h's.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__MECH_H
#define GIM__MECH_H

#include <stddef.h>

#include "base/real.h"
#include "base/rng.h"
#include "model/family.h"

enum { GIM__MECH_BLOCKS = 4 };

/* One table a kind; the same for every model, never changed. d variables, h hidden units, theta the parameters. Rows
 * come in strips: x (d, GIM__STRIP), of which the first n count and the others are finite. */
typedef struct gim__mech {
    /* Parameter blocks in their order in theta; shape is spelt in d and h: "ddh" is (d, d, h). */
    struct {
        const char *name, *shape;
    } block[GIM__MECH_BLOCKS];
    /* Starting values. */
    void (*start)(real *theta, gim__rng *rng, size_t d, size_t h);
    /* Columns that a variable keeps for the backward pass; elements of scratch that both passes need. */
    size_t (*kept)(size_t h);
    size_t (*scratch)(size_t d, size_t h);
    /* mean (GIM__STRIP) of the family's variable; kept (kept(h), GIM__STRIP), NULL where no backward pass follows. */
    void (*forward)(real *mean, real *kept, const real *x, const real *theta, const gim__family *family, size_t n,
                    size_t d, size_t h, real *scratch);
    /* After forward(), given dmean (GIM__STRIP), 0 past n: dtheta += and dgain (n_parents) +=; either may be NULL. kept
     * is used up. dtheta is touched at the variable's own parameters only. */
    void (*backward)(real *dtheta, real *dgain, const real *dmean, real *kept, const real *x, const real *theta,
                     const gim__family *family, size_t n, size_t d, size_t h, real *scratch);
    /* Whether the mean's slopes differ between rows; x may be anything below where they do not. */
    int curved;
    /* At one row x (d), slope (n_parents): slope_k = dmean / dx_i, i the parent k. */
    void (*slope)(real *slope, const real *x, const real *theta, const gim__family *family, size_t d, size_t h,
                  real *scratch);
    /* Given dslope (n_parents), dtheta += and dgain += as of backward(). */
    void (*slope_backward)(real *dtheta, real *dgain, const real *dslope, const real *x, const real *theta,
                           const gim__family *family, size_t d, size_t h, real *scratch);
} gim__mech;

extern const gim__mech gim__mech_linear;  /* sum_i G_ij W_ij x_i */
extern const gim__mech gim__mech_network; /* one tanh network a variable */

#endif
