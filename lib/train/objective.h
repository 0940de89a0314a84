/* The objective of a fit and its gradient: log-likelihood, priors, acyclicity. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__OBJECTIVE_H
#define GIM__OBJECTIVE_H

#include "train/likelihood.h"
#include "train/volume.h"

/* Everything a step works in. The gradient of the edge logits goes through the relaxed graph, the others through the
 * discrete one. */
typedef struct gim__objective {
    const gim_allocator *allocator;
    const gim__spec *spec;
    const gim__params *params;
    size_t power_steps;
    gim__pool *pool; /* borrowed */
    uint64_t seed;
    gim__likelihood likelihood;
    gim__volume volume;
    gim__interv interv;
    gim__draws draws;
    real *s, *ds;                                    /* (d, d) edge logits */
    real *radius, *radius_scratch, *dradius, *start; /* (M), (M, scratch), (M, d, d), (d): acyclicity */
} gim__objective;

/* features (K, p) and observational (K) are borrowed. */
gim_status gim__objective_new(gim__objective *objective, const gim_allocator *allocator, const gim__spec *spec,
                              const gim__params *params, const real *features, const unsigned char *observational,
                              size_t K, size_t M, size_t most_rows, size_t power_steps, uint64_t seed, gim__pool *pool);
void gim__objective_free(gim__objective *objective);

/* What a step knows of its time in the fit. */
typedef struct gim__phase {
    uint64_t step;
    double rows;        /* N, training rows */
    double beta_target; /* of now */
    double mixed;       /* of relaxed shifts, 0 to 1; see gim__draws */
    double lambda, mu;  /* augmented Lagrangian */
    const real *graph;  /* (d, d): the final graph, once it is fixed; NULL before */
} gim__phase;

typedef struct gim__value {
    double objective;      /* L: (log-likelihood + log-prior) / N - lambda h - mu h^2 / 2 */
    double log_likelihood; /* of the rows, through the discrete graphs, / N */
    double acyclicity;     /* h; 0 once the graph is fixed */
} gim__value;

/* grad (params->size) is set to the gradient of L. */
gim__value gim__objective_step(gim__objective *objective, real *grad, const real *values, const gim__rows *rows,
                               const gim__phase *phase);
/* The log-likelihood of rows (NaN where there are none) and the acyclicity, by draws of their own. */
gim__value gim__objective_check(gim__objective *objective, const real *values, const gim__rows *rows,
                                const gim__phase *phase);

/* The parts, for the tests that supply the noise of all draws themselves: everything that follows from it, ... */
void gim__objective_draw(gim__objective *objective, const real *values);
/* ... mean over draws of the relaxed graphs' spectral radius from positive u, v; ds += weight x gradient where ds is
 * not NULL. */
double gim__objective_acyclicity(gim__objective *objective, const real *u, const real *v);
void gim__objective_acyclicity_backward(gim__objective *objective, real *ds, double weight);

#endif
