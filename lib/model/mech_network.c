/* Nonlinear mechanisms, one tanh network a variable: mean_j = w2_j . tanh(W1_j' (G_:j o x) + b1_j) + b2_j.
 *
 * theta: W1 (d, d, h) [j][i][q], b1 (d, h) [j][q], W2 (d, h) [j][q], b2 (d).
 * SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "math/fn.h"
#include "math/strip.h"
#include "math/vec.h"
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

static size_t kept_columns(size_t h)
{
    return h;
}

static size_t scratch_size(size_t d, size_t h)
{
    return (d + 3) * h;
}

/* Units and vectors of rows whose sums stay in registers together: ten of sixteen. */
enum { UNITS = 5, VECS = 2, ROWS = VECS * GIM__LANES };

/* `units` units, from the one that the pointers show on, in ROWS rows: t = tanh(b1 + sum_k weight_k x_k), kept where
 * wanted, and mean += w2 . t. With a constant number of units the loops over them become straight code. */
GIM__INLINE void units_forward(gim__vec *restrict mean, real *restrict kept, const real *restrict x,
                               const real *restrict weight, const gim__family *family, const real *restrict b1,
                               const real *restrict w2, size_t h, const size_t units)
{
    gim__vec t[UNITS][VECS];
#pragma GCC unroll 8
    for (size_t u = 0; u < units; u++)
#pragma GCC unroll 8
        for (size_t v = 0; v < VECS; v++)
            t[u][v] = (gim__vec){0} + b1[u];
    for (size_t k = 0; k < family->n_parents; k++) {
        const gim__vec *column = (const gim__vec *)(x + family->parent[k] * GIM__STRIP);
#pragma GCC unroll 8
        for (size_t u = 0; u < units; u++)
#pragma GCC unroll 8
            for (size_t v = 0; v < VECS; v++)
                t[u][v] += weight[k * h + u] * column[v];
    }
#pragma GCC unroll 8
    for (size_t u = 0; u < units; u++)
#pragma GCC unroll 8
        for (size_t v = 0; v < VECS; v++) {
            gim__vec_tanh(&t[u][v]);
            mean[v] += w2[u] * t[u][v];
            if (kept != NULL)
                ((gim__vec *)(kept + u * GIM__STRIP))[v] = t[u][v];
        }
}

GIM__CLONES static void forward(real *restrict mean, real *restrict kept, const real *restrict x,
                                const real *restrict theta, const gim__family *family, size_t n, size_t d, size_t h,
                                real *restrict weight)
{
    size_t j = family->variable;
    const real *W1 = theta + j * d * h, *b1 = theta + d * d * h + j * h, *w2 = b1 + d * h;
    real b2 = theta[(d + 2) * d * h + j];
    for (size_t k = 0; k < family->n_parents; k++)
        for (size_t q = 0; q < h; q++)
            weight[k * h + q] = family->gain[k] * W1[family->parent[k] * h + q];
    for (size_t r = 0; r < n; r += ROWS) {
        gim__vec *to = (gim__vec *)(mean + r);
        size_t q = 0;
        for (size_t v = 0; v < VECS; v++)
            to[v] = (gim__vec){0} + b2;
        for (; q + UNITS <= h; q += UNITS)
            units_forward(to, kept == NULL ? NULL : kept + q * GIM__STRIP + r, x + r, weight + q, family, b1 + q,
                          w2 + q, h, UNITS);
        for (; q < h; q++)
            units_forward(to, kept == NULL ? NULL : kept + q * GIM__STRIP + r, x + r, weight + q, family, b1 + q,
                          w2 + q, h, 1);
    }
}

/* Forward, for one unit: mean += w2 t, t = tanh(a). Now: dw2 += dmean t; da = dmean w2 (1 - t^2), written over t;
 * db1 += da. n a multiple of GIM__LANES. */
GIM__INLINE void unit_backward(real *db1, real *dw2, real *restrict kept, const real *restrict dmean, real w2, size_t n)
{
    gim__vec sum_b1 = {0}, sum_w2 = {0};
    for (size_t r = 0; r < n; r += GIM__LANES) {
        gim__vec g = *(const gim__vec *)(dmean + r), t = *(gim__vec *)(kept + r), da = w2 * g * (1 - t * t);
        sum_w2 += g * t;
        sum_b1 += da;
        *(gim__vec *)(kept + r) = da;
    }
    *db1 += gim__vec_sum(&sum_b1);
    *dw2 += gim__vec_sum(&sum_w2);
}

/* Forward: a = sum_k weight_k x_k. Now dweight (units) = da . x_k for one k. */
GIM__INLINE void weights_backward(real *restrict dweight, const real *restrict da, const real *restrict column,
                                  size_t n, const size_t units)
{
    gim__vec sum[UNITS];
#pragma GCC unroll 8
    for (size_t u = 0; u < units; u++)
        sum[u] = (gim__vec){0};
    for (size_t r = 0; r < n; r += GIM__LANES)
#pragma GCC unroll 8
        for (size_t u = 0; u < units; u++)
            sum[u] += *(const gim__vec *)(column + r) * *(const gim__vec *)(da + u * GIM__STRIP + r);
#pragma GCC unroll 8
    for (size_t u = 0; u < units; u++)
        dweight[u] = gim__vec_sum(&sum[u]);
}

/* Forward: weight = gain W1. Now dW1 += gain dweight, dgain += W1 . dweight. */
static void gain_backward(real *restrict dW1, real *restrict dgain, const real *restrict dweight,
                          const real *restrict W1, real gain, size_t h)
{
    real sum = 0;
    for (size_t q = 0; q < h; q++)
        sum += dweight[q] * W1[q];
    if (dgain != NULL)
        *dgain += sum;
    for (size_t q = 0; dW1 != NULL && q < h; q++)
        dW1[q] += gain * dweight[q];
}

GIM__CLONES static void backward(real *restrict dtheta, real *restrict dgain, const real *restrict dmean,
                                 real *restrict kept, const real *restrict x, const real *restrict theta,
                                 const gim__family *family, size_t n, size_t d, size_t h, real *restrict scratch)
{
    size_t j = family->variable, W1 = j * d * h, b1 = d * d * h + j * h, w2 = b1 + d * h, b2 = (d + 2) * d * h + j;
    real *dweight = scratch, *db1 = scratch + h, *dw2 = scratch + 2 * h;
    n = (n + GIM__LANES - 1) / GIM__LANES * GIM__LANES;
    for (size_t q = 0; q < h; q++) {
        db1[q] = dw2[q] = 0;
        unit_backward(db1 + q, dw2 + q, kept + q * GIM__STRIP, dmean, theta[w2 + q], n);
    }
    for (size_t q = 0; dtheta != NULL && q < h; q++) {
        dtheta[b1 + q] += db1[q];
        dtheta[w2 + q] += dw2[q];
    }
    for (size_t r = 0; dtheta != NULL && r < n; r++)
        dtheta[b2] += dmean[r];
    for (size_t k = 0; k < family->n_parents; k++) {
        const real *column = x + family->parent[k] * GIM__STRIP;
        size_t at = W1 + family->parent[k] * h, q = 0;
        for (; q + UNITS <= h; q += UNITS)
            weights_backward(dweight + q, kept + q * GIM__STRIP, column, n, UNITS);
        for (; q < h; q++)
            weights_backward(dweight + q, kept + q * GIM__STRIP, column, n, 1);
        gain_backward(dtheta == NULL ? NULL : dtheta + at, dgain == NULL ? NULL : dgain + k, dweight, theta + at,
                      family->gain[k], h);
    }
}

/* The hidden units at one row: t (h). */
static void units_at(real *restrict t, const real *restrict x, const real *restrict theta, const gim__family *family,
                     size_t d, size_t h)
{
    size_t j = family->variable;
    const real *W1 = theta + j * d * h;
    memcpy(t, theta + d * d * h + j * h, h * sizeof *t);
    for (size_t k = 0; k < family->n_parents; k++) {
        size_t i = family->parent[k];
        real value = family->gain[k] * x[i];
        for (size_t q = 0; q < h; q++)
            t[q] += value * W1[i * h + q];
    }
    gim__tanh_all(t, h);
}

/* slope_k = gain_k W1_k . e, e = w2 (1 - t^2). */
GIM__CLONES static void slope(real *restrict slope, const real *restrict x, const real *restrict theta,
                              const gim__family *family, size_t d, size_t h, real *restrict scratch)
{
    const real *W1 = theta + family->variable * d * h, *w2 = theta + (d + 1) * d * h + family->variable * h;
    real *e = scratch;
    units_at(e, x, theta, family, d, h);
    for (size_t q = 0; q < h; q++)
        e[q] = w2[q] * (1 - e[q] * e[q]);
    for (size_t k = 0; k < family->n_parents; k++) {
        real sum = 0;
        for (size_t q = 0; q < h; q++)
            sum += W1[family->parent[k] * h + q] * e[q];
        slope[k] = family->gain[k] * sum;
    }
}

/* Forward: a = b1 + sum_k gain_k x_k W1_k, t = tanh(a), e = w2 (1 - t^2), slope_k = gain_k W1_k . e.
 * Now, with g_k = dslope_k: de = sum_k g_k gain_k W1_k; dw2 += de (1 - t^2); da = -2 de w2 t (1 - t^2); db1 += da;
 * dW1_k += gain_k (g_k e + x_k da); dgain_k += W1_k . (g_k e + x_k da). */
GIM__CLONES static void slope_backward(real *restrict dtheta, real *restrict dgain, const real *restrict dslope,
                                       const real *restrict x, const real *restrict theta, const gim__family *family,
                                       size_t d, size_t h, real *restrict scratch)
{
    size_t j = family->variable, W1 = j * d * h, b1 = d * d * h + j * h, w2 = b1 + d * h;
    real *e = scratch, *de = scratch + h, *da = scratch + 2 * h;
    units_at(e, x, theta, family, d, h);
    memset(de, 0, h * sizeof *de);
    for (size_t k = 0; k < family->n_parents; k++)
        for (size_t q = 0; q < h; q++)
            de[q] += dslope[k] * family->gain[k] * theta[W1 + family->parent[k] * h + q];
    for (size_t q = 0; q < h; q++) {
        real t = e[q], steep = 1 - t * t;
        da[q] = -2 * de[q] * theta[w2 + q] * t * steep;
        e[q] = theta[w2 + q] * steep;
        if (dtheta != NULL) {
            dtheta[w2 + q] += de[q] * steep;
            dtheta[b1 + q] += da[q];
        }
    }
    real *dweight = de; /* done with */
    for (size_t k = 0; k < family->n_parents; k++) {
        size_t i = family->parent[k], at = W1 + i * h;
        for (size_t q = 0; q < h; q++)
            dweight[q] = dslope[k] * e[q] + x[i] * da[q];
        gain_backward(dtheta == NULL ? NULL : dtheta + at, dgain == NULL ? NULL : dgain + k, dweight, theta + at,
                      family->gain[k], h);
    }
}

const gim__mech gim__mech_network = {{{"W1", "ddh"}, {"b1", "dh"}, {"W2", "dh"}, {"b2", "d"}},
                                     start,
                                     kept_columns,
                                     scratch_size,
                                     forward,
                                     backward,
                                     1,
                                     slope,
                                     slope_backward};
