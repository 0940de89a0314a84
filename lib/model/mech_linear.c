/* Linear mechanisms: mean_j = sum_i G_ij W_ij x_i. Masked: G o W. SPDX-License-Identifier: BSD-3-Clause */
#include "math/mat.h"
#include "model/mech.h"

/* Small weights, N(0, 0.1^2): a large wrong one would drive its edge out before it could be learned. */
static void start(real *theta, gim__rng *rng, size_t d, size_t h)
{
    (void)h;
    gim__rng_normals(rng, theta, d * d);
    for (size_t e = 0; e < d * d; e++)
        theta[e] *= (real)0.1;
}

static void mask(real *masked, const real *theta, const real *G, size_t d, size_t h)
{
    (void)h;
    for (size_t e = 0; e < d * d; e++)
        masked[e] = G[e] * theta[e];
}

static void unmask(real *dtheta, real *dG, const real *dmasked, const real *theta, const real *G, size_t d, size_t h)
{
    (void)h;
    for (size_t e = 0; dtheta != NULL && e < d * d; e++)
        dtheta[e] += dmasked[e] * G[e];
    for (size_t e = 0; dG != NULL && e < d * d; e++)
        dG[e] += dmasked[e] * theta[e];
}

static size_t kept_values(size_t d, size_t h)
{
    (void)d;
    (void)h;
    return 0;
}

static void forward(real *mean, real *kept, const real *x, const real *masked, size_t n, size_t d, size_t h)
{
    (void)kept;
    (void)h;
    gim__mat_mul(mean, x, masked, n, d, d, 0);
}

static void backward(real *dmasked, const real *dmean, real *kept, const real *x, const real *masked, size_t n,
                     size_t d, size_t h)
{
    (void)kept;
    (void)masked;
    (void)h;
    gim__mat_mul_ta(dmasked, x, dmean, n, d, d, 1);
}

static void variable(real *mean, const real *theta, size_t j, const size_t *parents, size_t n_parents, const real *x,
                     size_t n, size_t d, size_t h)
{
    (void)h;
    for (size_t r = 0; r < n; r++) {
        mean[r] = 0;
        for (size_t k = 0; k < n_parents; k++)
            mean[r] += theta[parents[k] * d + j] * x[r * d + parents[k]];
    }
}

const gim__mech gim__mech_linear = {{{"W", "dd"}}, start, mask, unmask, kept_values, forward, backward, variable};
