/* Linear mechanisms: mean_j = sum_i G_ij W_ij x_i. SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "math/strip.h"
#include "math/vec.h"
#include "model/mech.h"

/* Small weights, N(0, 0.1^2), and smaller where there are many, whose sum is noise: a large wrong one would drive its
 * edge out before it could be learned. */
static void start(real *theta, gim__rng *rng, size_t d, size_t h)
{
    (void)h;
    gim__rng_normals(rng, theta, d * d);
    real scale = (real)(d > 20 ? 0.1 * sqrt(20.0 / (double)d) : 0.1);
    for (size_t e = 0; e < d * d; e++)
        theta[e] *= scale;
}

static size_t kept_columns(size_t h)
{
    (void)h;
    return 0;
}

static size_t scratch_size(size_t d, size_t h)
{
    (void)d;
    (void)h;
    return 0;
}

enum { VECS = GIM__STRIP / GIM__LANES };

GIM__CLONES static void forward(real *restrict mean, real *kept, const real *restrict x, const real *restrict theta,
                                const gim__family *family, size_t n, size_t d, size_t h, real *scratch)
{
    (void)kept;
    (void)n;
    (void)h;
    (void)scratch;
    gim__vec sum[VECS] = {{0}};
    for (size_t k = 0; k < family->n_parents; k++) {
        size_t i = family->parent[k];
        real weight = family->gain[k] * theta[i * d + family->variable];
        const gim__vec *column = (const gim__vec *)(x + i * GIM__STRIP);
#pragma GCC unroll 8
        for (size_t v = 0; v < VECS; v++)
            sum[v] += weight * column[v];
    }
#pragma GCC unroll 8
    for (size_t v = 0; v < VECS; v++)
        ((gim__vec *)mean)[v] = sum[v];
}

/* Forward: mean = sum_k gain_k W_k x_k. Now, with g_k = dmean . x_k: dW_k += gain_k g_k, dgain_k += W_k g_k. */
GIM__CLONES static void backward(real *restrict dtheta, real *restrict dgain, const real *restrict dmean, real *kept,
                                 const real *restrict x, const real *restrict theta, const gim__family *family,
                                 size_t n, size_t d, size_t h, real *scratch)
{
    (void)kept;
    (void)n;
    (void)h;
    (void)scratch;
    for (size_t k = 0; k < family->n_parents; k++) {
        size_t edge = family->parent[k] * d + family->variable;
        real g = gim__vec_dot(dmean, x + family->parent[k] * GIM__STRIP, GIM__STRIP);
        if (dtheta != NULL)
            dtheta[edge] += family->gain[k] * g;
        if (dgain != NULL)
            dgain[k] += theta[edge] * g;
    }
}

static void slope(real *slope, const real *x, const real *theta, const gim__family *family, size_t d, size_t h,
                  real *scratch)
{
    (void)x;
    (void)h;
    (void)scratch;
    for (size_t k = 0; k < family->n_parents; k++)
        slope[k] = family->gain[k] * theta[family->parent[k] * d + family->variable];
}

/* Forward: slope_k = gain_k W_k. Now dW_k += gain_k dslope_k, dgain_k += W_k dslope_k. */
static void slope_backward(real *dtheta, real *dgain, const real *dslope, const real *x, const real *theta,
                           const gim__family *family, size_t d, size_t h, real *scratch)
{
    (void)x;
    (void)h;
    (void)scratch;
    for (size_t k = 0; k < family->n_parents; k++) {
        size_t weight = family->parent[k] * d + family->variable;
        if (dtheta != NULL)
            dtheta[weight] += family->gain[k] * dslope[k];
        if (dgain != NULL)
            dgain[k] += theta[weight] * dslope[k];
    }
}

const gim__mech gim__mech_linear = {{{"W", "dd"}}, start, kept_columns, scratch_size,  forward,
                                    backward,      0,     slope,        slope_backward};
