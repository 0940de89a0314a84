/* Random numbers, without hidden state: a stream is named by the seed, what it is for, and two counters, so that any
 * part of a fit can be drawn again, in any order, on any thread. Generator (MT19937) and distributions are GSL's.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__RNG_H
#define GIM__RNG_H

#include <stddef.h>
#include <stdint.h>

#include "base/real.h"

typedef enum gim__purpose {
    GIM__RNG_START = 1, /* starting values */
    GIM__RNG_DRAW,      /* draws of a step: step, draw */
    GIM__RNG_BATCH,     /* rows of a step: step, environment */
    GIM__RNG_CHECK,     /* draws of a convergence check: step, draw */
    GIM__RNG_HELD_OUT,  /* rows held out: environment */
    GIM__RNG_SAMPLE,    /* gim_sample(): block of rows */
    /* of a simulated system */
    GIM__RNG_GRAPH,        /* 0: order and edges; 1 + h: children of hidden variable h */
    GIM__RNG_MECHANISM,    /* variable */
    GIM__RNG_PERTURBATION, /* 0 training, 1 new; number */
    GIM__RNG_REFERENCE,    /* rows that give the variables' units */
    GIM__RNG_ROWS,         /* part and dose, perturbation */
    /* of an interventional factor model */
    GIM__RNG_CHAIN, /* chain */
    /* of a fit again */
    GIM__RNG_SLOPES /* rows at which slopes are taken: 0 of a step, 1 of a check; step */
} gim__purpose;

typedef struct gim__rng {
    unsigned long state[640];
} gim__rng;

void gim__rng_open(gim__rng *rng, uint64_t seed, gim__purpose purpose, uint64_t first, uint64_t second);

double gim__rng_uniform(gim__rng *rng); /* in (0, 1) */
double gim__rng_normal(gim__rng *rng);
void gim__rng_logistics(gim__rng *rng, real *x, size_t n);
void gim__rng_normals(gim__rng *rng, real *x, size_t n);
/* k of 0 .. n-1, without repetition, ascending; all subsets equally likely. k <= n; cost O(k^2) moves, O(k log k)
 * compares. */
void gim__rng_choose(gim__rng *rng, size_t *chosen, size_t k, size_t n);

#endif
