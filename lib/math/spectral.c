/* The spectral radius by power iteration, and its gradient.
 * scratch: u (steps+1, d), v (steps+1, d), the norms |A'u|, |Av| (steps each), then four vectors of d for the backward
 * pass. SPDX-License-Identifier: BSD-3-Clause */
#include "math/spectral.h"

#include <math.h>
#include <string.h>

size_t gim__spectral_scratch(size_t d, size_t steps)
{
    return 2 * (steps + 1) * d + 2 * steps + 4 * d;
}

static real dot(const real *a, const real *b, size_t d)
{
    double sum = 0;
    for (size_t i = 0; i < d; i++)
        sum += (double)a[i] * (double)b[i];
    return (real)sum;
}

/* y = A x */
GIM__CLONES static void times(real *restrict y, const real *restrict A, const real *restrict x, size_t d)
{
    for (size_t i = 0; i < d; i++) {
        real sum = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t j = 0; j < d; j++)
            sum += A[i * d + j] * x[j];
        y[i] = sum;
    }
}

/* y = A' x */
GIM__CLONES static void transposed_times(real *restrict y, const real *restrict A, const real *restrict x, size_t d)
{
    memset(y, 0, d * sizeof *y);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            y[j] += A[i * d + j] * x[i];
}

/* A += a b' */
GIM__CLONES static void add_outer(real *restrict A, const real *restrict a, const real *restrict b, size_t d)
{
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            A[i * d + j] += a[i] * b[j];
}

/* x <- x / |x|, returns |x|; a matrix whose entries underflow keeps x finite. */
static real normalise(real *x, size_t d)
{
    real norm = (real)sqrt((double)dot(x, x, d)) + (real)1e-30;
    for (size_t i = 0; i < d; i++)
        x[i] /= norm;
    return norm;
}

/* Forward: y = x / norm. Now: dx = (dy - y (y'dy)) / norm, written over dy. */
static void normalise_backward(real *dy, const real *y, real norm, size_t d)
{
    real along = dot(y, dy, d);
    for (size_t i = 0; i < d; i++)
        dy[i] = (dy[i] - y[i] * along) / norm;
}

real gim__spectral_forward(real *scratch, const real *A, const real *u0, const real *v0, size_t d, size_t steps)
{
    real *u = scratch, *v = u + (steps + 1) * d, *norms = v + (steps + 1) * d, *Av = norms + 2 * steps;
    memcpy(u, u0, d * sizeof *u);
    memcpy(v, v0, d * sizeof *v);
    for (size_t t = 0; t < steps; t++, u += d, v += d) {
        transposed_times(u + d, A, u, d);
        times(v + d, A, v, d);
        norms[2 * t] = normalise(u + d, d);
        norms[2 * t + 1] = normalise(v + d, d);
    }
    times(Av, A, v, d);
    return dot(u, Av, d) / (dot(u, v, d) + (real)1e-30);
}

/* Last line of the forward pass: h = u'Av / u'v. So dA = u v'/(u'v), du = (Av - h v)/(u'v), dv = (A'u - h u)/(u'v);
 * then, from the last step to the first, through u <- A'u/|A'u| and v <- Av/|Av|. */
void gim__spectral_backward(real *dA, real dh, real h, real *scratch, const real *A, size_t d, size_t steps)
{
    real *u = scratch + steps * d, *v = scratch + (2 * steps + 1) * d, *norms = scratch + 2 * (steps + 1) * d;
    real *du = norms + 2 * steps, *dv = du + d, *next_du = dv + d, *next_dv = next_du + d;
    real scale = dh / (dot(u, v, d) + (real)1e-30);
    times(du, A, v, d);
    transposed_times(dv, A, u, d);
    for (size_t i = 0; i < d; i++) {
        du[i] = scale * (du[i] - h * v[i]);
        dv[i] = scale * (dv[i] - h * u[i]);
        next_du[i] = scale * u[i];
    }
    add_outer(dA, next_du, v, d);
    for (size_t t = steps; t-- > 0; u -= d, v -= d) {
        normalise_backward(du, u, norms[2 * t], d);
        normalise_backward(dv, v, norms[2 * t + 1], d);
        add_outer(dA, u - d, du, d); /* (A'u)_j = sum_i A_ij u_i */
        add_outer(dA, dv, v - d, d); /* (Av)_i = sum_j A_ij v_j */
        times(next_du, A, du, d);
        transposed_times(next_dv, A, dv, d);
        memcpy(du, next_du, 2 * d * sizeof *du);
    }
}
