/* The table of parameters, and their starting values. SPDX-License-Identifier: BSD-3-Clause */
#include "model/params.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Targets are rare at the start, so that edges are learned before targets explain everything. */
#define TARGET_START (-3)

/* Appends a block; returns its offset. A dimension of 0 ends the shape. */
static size_t add(gim__params *params, gim__block_prior prior, const char *group, const char *name, size_t a, size_t b,
                  size_t c)
{
    gim__block *block = &params->block[params->n_blocks++];
    size_t dims[3] = {a, b, c};
    snprintf(block->name, sizeof block->name, "%s.%s", group, name);
    block->n_dims = b == 0 ? 1 : c == 0 ? 2 : 3;
    block->size = 1;
    for (size_t i = 0; i < block->n_dims; i++) {
        block->dims[i] = dims[i];
        block->size *= dims[i];
    }
    block->offset = params->size;
    block->prior = prior;
    params->size += block->size;
    return block->offset;
}

static size_t extent(const char *shape, size_t i, const gim__spec *spec)
{
    if (i >= strlen(shape))
        return 0;
    return shape[i] == 'd' ? spec->d : spec->hidden;
}

static void add_mechanism(gim__params *params, const gim__spec *spec)
{
    params->theta = params->size;
    for (size_t b = 0; b < GIM__MECH_BLOCKS && spec->mech->block[b].name != NULL; b++) {
        const char *shape = spec->mech->block[b].shape;
        add(params, GIM__THETA, "mechanism", spec->mech->block[b].name, extent(shape, 0, spec), extent(shape, 1, spec),
            extent(shape, 2, spec));
    }
    params->theta_size = params->size - params->theta;
}

static size_t add_network(gim__params *params, const char *group, gim__mlp net)
{
    size_t offset = add(params, GIM__PHI, group, "0.weight", net.in, net.width, 0);
    add(params, GIM__PHI, group, "0.bias", net.width, 0, 0);
    add(params, GIM__PHI, group, "1.weight", net.width, net.width, 0);
    add(params, GIM__PHI, group, "1.bias", net.width, 0, 0);
    add(params, GIM__PHI, group, "2.weight", net.width, net.out, 0);
    add(params, GIM__PHI, group, "2.bias", net.out, 0, 0);
    return offset;
}

void gim__params_layout(gim__params *params, const gim__spec *spec)
{
    memset(params, 0, sizeof *params);
    params->U = add(params, GIM__LATENT, "graph", "U", spec->d, spec->rank, 0);
    params->V = add(params, GIM__LATENT, "graph", "V", spec->d, spec->rank, 0);
    add_mechanism(params, spec);
    params->logvar = add(params, GIM__FREE, "noise", "logvar", spec->d, 0, 0);
    if (spec->zero_inflated)
        params->logit_pi = add(params, GIM__FREE, "noise", "logit_pi", spec->d, 0, 0);
    params->target = add_network(params, "target", spec->net);
    for (size_t e = 0; e < spec->n_effects; e++)
        params->effect[e] = add_network(params, gim_effect_name(spec->effect[e]), spec->net);
}

static void glorot(real *weight, const gim__block *block, gim__rng *rng)
{
    real scale = (real)sqrt(2.0 / (double)(block->dims[0] + block->dims[1]));
    gim__rng_normals(rng, weight, block->size);
    for (size_t i = 0; i < block->size; i++)
        weight[i] *= scale;
}

void gim__params_start(real *values, const gim__params *params, const gim__spec *spec, uint64_t seed)
{
    gim__rng rng;
    gim__rng_open(&rng, seed, GIM__RNG_START, 0, 0);
    gim__rng_normals(&rng, values + params->U, spec->d * spec->rank);
    gim__rng_normals(&rng, values + params->V, spec->d * spec->rank);
    spec->mech->start(values + params->theta, &rng, spec->d, spec->hidden);
    for (size_t b = 0; b < params->n_blocks; b++)
        if (params->block[b].prior == GIM__PHI && params->block[b].n_dims == 2)
            glorot(values + params->block[b].offset, &params->block[b], &rng);
    real *bias = values + params->target + gim__mlp_size(spec->net) - spec->d;
    for (size_t j = 0; j < spec->d; j++)
        bias[j] = TARGET_START;
}
