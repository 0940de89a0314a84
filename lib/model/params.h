/* All parameters are one flat vector, described by one table: optimiser, files, priors and gradient checks walk it.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__PARAMS_H
#define GIM__PARAMS_H

#include "model/spec.h"

enum { GIM__BLOCKS = 2 + GIM__MECH_BLOCKS + 2 + 6 * (1 + GIM__EFFECTS) };

typedef enum gim__block_prior { GIM__FREE, GIM__LATENT, GIM__THETA, GIM__PHI } gim__block_prior;

typedef struct gim__block {
    char name[32]; /* "graph.U", "mechanism.W1", "target.0.weight", "mean.2.bias" */
    size_t n_dims, dims[3];
    size_t offset, size;
    gim__block_prior prior; /* which normal prior it has */
} gim__block;

typedef struct gim__params {
    gim__block block[GIM__BLOCKS];
    size_t n_blocks, size;
    /* offsets of what the kernels want */
    size_t U, V, theta, theta_size, logvar, logit_pi, target, effect[GIM__EFFECTS];
} gim__params;

void gim__params_layout(gim__params *params, const gim__spec *spec);
/* Starting values: Z ~ N(0, 1), mechanisms their own, networks Glorot normal, targets rare (logit -3), the rest 0.
 * values (params->size), zeroed. */
void gim__params_start(real *values, const gim__params *params, const gim__spec *spec, uint64_t seed);

#endif
