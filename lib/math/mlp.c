/* A network of two hidden tanh layers, forward and backward. SPDX-License-Identifier: BSD-3-Clause */
#include "math/mlp.h"

#include <string.h>

#include "math/fn.h"
#include "math/mat.h"

size_t gim__mlp_size(gim__mlp net)
{
    return (net.in + 1) * net.width + (net.width + 1) * net.width + (net.width + 1) * net.out;
}

/* y (n, q) = x (n, p) W (p, q) + b (q), where b follows W */
static void affine_forward(real *y, const real *x, const real *W, size_t n, size_t p, size_t q)
{
    for (size_t i = 0; i < n; i++)
        memcpy(y + i * q, W + p * q, q * sizeof *y);
    gim__mat_mul(y, x, W, n, p, q, 1);
}

/* dW += x' dy, db += sum_i dy_i */
static void affine_backward(real *dW, const real *dy, const real *x, size_t n, size_t p, size_t q)
{
    gim__mat_mul_ta(dW, x, dy, n, p, q, 1);
    real *db = dW + p * q;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < q; k++)
            db[k] += dy[i * q + k];
}

/* Given dh and h = tanh(a): da = dh (1 - h^2), written over dh. */
GIM__CLONES static void tanh_backward(real *dh, const real *h, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dh[i] *= 1 - h[i] * h[i];
}

void gim__mlp_forward(real *y, real *hidden, const real *x, const real *weights, size_t n, gim__mlp net)
{
    const real *W1 = weights + (net.in + 1) * net.width, *W2 = W1 + (net.width + 1) * net.width;
    real *h0 = hidden, *h1 = hidden + n * net.width;
    affine_forward(h0, x, weights, n, net.in, net.width);
    gim__tanh_all(h0, n * net.width);
    affine_forward(h1, h0, W1, n, net.width, net.width);
    gim__tanh_all(h1, n * net.width);
    affine_forward(y, h1, W2, n, net.width, net.out);
}

void gim__mlp_backward(real *dweights, const real *dy, real *hidden, real *scratch, const real *x, const real *weights,
                       size_t n, gim__mlp net)
{
    size_t to1 = (net.in + 1) * net.width, to2 = to1 + (net.width + 1) * net.width;
    real *h0 = hidden, *h1 = hidden + n * net.width;
    affine_backward(dweights + to2, dy, h1, n, net.width, net.out);
    gim__mat_mul_tb(scratch, dy, weights + to2, n, net.width, net.out, 0);
    tanh_backward(scratch, h1, n * net.width);
    affine_backward(dweights + to1, scratch, h0, n, net.width, net.width);
    gim__mat_mul_tb(h1, scratch, weights + to1, n, net.width, net.width, 0);
    tanh_backward(h1, h0, n * net.width);
    affine_backward(dweights, h1, x, n, net.in, net.width);
}
