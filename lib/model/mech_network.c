/* Nonlinear mechanisms, one tanh network a variable: mean_j = w2_j . tanh(W1_j' (G_:j o x) + b1_j) + b2_j.
 *
 * theta:  W1 (d, d, h) [j][i][q], b1 (d, h) [j][q], W2 (d, h) [j][q], b2 (d).
 * masked: B (d, h d) with column q d + j holding G_ij W1_jiq, then b1 and W2 in the same order of columns, then b2. All
 *         networks of a draw are so one product x B, and sums over the units q run over vectors of variables j.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "math/fn.h"
#include "math/mat.h"
#include "model/mech.h"

/* Glorot: normal with variance 2 / (inputs + outputs); biases 0. */
static void start(real *theta, gim__rng *rng, size_t d, size_t h)
{
    real *W1 = theta, *W2 = theta + (d + 1) * d * h;
    real scale1 = (real)sqrt(2.0 / (double)(d + h)), scale2 = (real)sqrt(2.0 / (double)(h + 1));
    gim__rng_normals(rng, W1, d * d * h);
    for (size_t e = 0; e < d * d * h; e++)
        W1[e] *= scale1;
    gim__rng_normals(rng, W2, d * h);
    for (size_t e = 0; e < d * h; e++)
        W2[e] *= scale2;
}

static void mask(real *masked, const real *theta, const real *G, size_t d, size_t h)
{
    const real *W1 = theta, *b1 = W1 + d * d * h, *W2 = b1 + d * h, *b2 = W2 + d * h;
    real *B = masked, *c1 = B + d * d * h, *c2 = c1 + d * h;
    for (size_t j = 0; j < d; j++)
        for (size_t i = 0; i < d; i++)
            for (size_t q = 0; q < h; q++)
                B[(i * h + q) * d + j] = G[i * d + j] * W1[(j * d + i) * h + q];
    for (size_t j = 0; j < d; j++)
        for (size_t q = 0; q < h; q++) {
            c1[q * d + j] = b1[j * h + q];
            c2[q * d + j] = W2[j * h + q];
        }
    memcpy(c2 + d * h, b2, d * sizeof *b2);
}

static void unmask_theta(real *dtheta, const real *dmasked, const real *G, size_t d, size_t h)
{
    const real *dB = dmasked, *dc1 = dB + d * d * h, *dc2 = dc1 + d * h, *dc3 = dc2 + d * h;
    real *dW1 = dtheta, *db1 = dW1 + d * d * h, *dW2 = db1 + d * h, *db2 = dW2 + d * h;
    for (size_t j = 0; j < d; j++)
        for (size_t i = 0; i < d; i++) {
            real g = G[i * d + j];
            for (size_t q = 0; g != 0 && q < h; q++)
                dW1[(j * d + i) * h + q] += g * dB[(i * h + q) * d + j];
        }
    for (size_t j = 0; j < d; j++) {
        for (size_t q = 0; q < h; q++) {
            db1[j * h + q] += dc1[q * d + j];
            dW2[j * h + q] += dc2[q * d + j];
        }
        db2[j] += dc3[j];
    }
}

static void unmask(real *dtheta, real *dG, const real *dmasked, const real *theta, const real *G, size_t d, size_t h)
{
    if (dtheta != NULL)
        unmask_theta(dtheta, dmasked, G, d, h);
    for (size_t j = 0; dG != NULL && j < d; j++)
        for (size_t i = 0; i < d; i++) {
            real sum = 0;
            for (size_t q = 0; q < h; q++)
                sum += dmasked[(i * h + q) * d + j] * theta[(j * d + i) * h + q];
            dG[i * d + j] += sum;
        }
}

static size_t kept_values(size_t d, size_t h)
{
    return d * h;
}

/* kept <- tanh(kept + c1), mean = b2 + sum_q kept_q o c2_q, one row at a time */
GIM__CLONES static void units_forward(real *restrict mean, real *restrict kept, const real *restrict c1,
                                      const real *restrict c2, const real *restrict b2, size_t n, size_t d, size_t h)
{
    for (size_t r = 0; r < n; r++, mean += d, kept += d * h) {
        for (size_t c = 0; c < d * h; c++)
            kept[c] = gim__tanh(kept[c] + c1[c]);
        for (size_t j = 0; j < d; j++)
            mean[j] = b2[j];
        for (size_t q = 0; q < h; q++)
            for (size_t j = 0; j < d; j++)
                mean[j] += kept[q * d + j] * c2[q * d + j];
    }
}

/* Forward, with t for kept: mean_j = b2_j + sum_q c2_qj t_qj, t = tanh(a + c1).
 * Now: db2 += dmean; dc2 += dmean t; da = dmean c2 (1 - t^2), written over t; dc1 += da. */
GIM__CLONES static void units_backward(real *restrict dc1, real *restrict dc2, real *restrict db2, real *restrict kept,
                                       const real *restrict dmean, const real *restrict c2, size_t n, size_t d,
                                       size_t h)
{
    for (size_t r = 0; r < n; r++, dmean += d, kept += d * h) {
        for (size_t j = 0; j < d; j++)
            db2[j] += dmean[j];
        for (size_t q = 0; q < h; q++)
            for (size_t j = 0; j < d; j++) {
                size_t c = q * d + j;
                real t = kept[c];
                dc2[c] += dmean[j] * t;
                kept[c] = dmean[j] * c2[c] * (1 - t * t);
                dc1[c] += kept[c];
            }
    }
}

static void forward(real *mean, real *kept, const real *x, const real *masked, size_t n, size_t d, size_t h)
{
    const real *c1 = masked + d * d * h, *c2 = c1 + d * h;
    gim__mat_mul(kept, x, masked, n, d, d * h, 0);
    units_forward(mean, kept, c1, c2, c2 + d * h, n, d, h);
}

static void backward(real *dmasked, const real *dmean, real *kept, const real *x, const real *masked, size_t n,
                     size_t d, size_t h)
{
    real *dc1 = dmasked + d * d * h, *dc2 = dc1 + d * h;
    units_backward(dc1, dc2, dc2 + d * h, kept, dmean, masked + (d + 1) * d * h, n, d, h);
    gim__mat_mul_ta(dmasked, x, kept, n, d, d * h, 1);
}

static void variable(real *mean, const real *theta, size_t j, const size_t *parents, size_t n_parents, const real *x,
                     size_t n, size_t d, size_t h)
{
    const real *W1 = theta + j * d * h, *b1 = theta + d * d * h, *W2 = b1 + d * h, *b2 = W2 + d * h;
    for (size_t r = 0; r < n; r++) {
        mean[r] = b2[j];
        for (size_t q = 0; q < h; q++) {
            real a = b1[j * h + q];
            for (size_t k = 0; k < n_parents; k++)
                a += W1[parents[k] * h + q] * x[r * d + parents[k]];
            mean[r] += W2[j * h + q] * gim__tanh(a);
        }
    }
}

const gim__mech gim__mech_network = {{{"W1", "ddh"}, {"b1", "dh"}, {"W2", "dh"}, {"b2", "d"}},
                                     start,
                                     mask,
                                     unmask,
                                     kept_values,
                                     forward,
                                     backward,
                                     variable};
