/* The fitted model asked forwards: samples and log-densities under perturbations, in scaled units.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__PREDICT_H
#define GIM__PREDICT_H

#include <stdint.h>

#include "model/params.h"

enum { GIM__SAMPLE_ROWS = 256, GIM__MOST_JOINT = 12 };

/* A fitted model and Q perturbations applied together, as the networks see them. */
typedef struct gim__system {
    const gim__spec *spec;
    const gim__params *params;
    const real *values;
    const unsigned char *edge; /* (d, d), acyclic */
    const size_t *order;       /* (d), parents first */
    size_t Q;
    const double *target; /* (Q, d), probabilities */
    const double *effect; /* (Q, n_effects, d), means; all have spread sigma_psi */
} gim__system;

/* Elements of the scratch memories below. */
size_t gim__sample_scratch(const gim__system *system);
size_t gim__means_scratch(const gim__system *system);

/* Rows block * GIM__SAMPLE_ROWS + 0 .. n-1 of the sample with this seed: x (n, d), n <= GIM__SAMPLE_ROWS. parents
 * (d). */
void gim__sample_block(real *x, const gim__system *system, uint64_t seed, uint64_t block, size_t n, double *scratch,
                       real *means_scratch, size_t *parents);
/* x (n, d) -> log_density (n); Q <= GIM__MOST_JOINT; parents (d). */
void gim__log_densities(double *log_density, const gim__system *system, const real *x, size_t n, real *means_scratch,
                        size_t *parents);

#endif
