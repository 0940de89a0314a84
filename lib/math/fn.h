/* Elementary functions that the compiler can vectorise: no call, no branch. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__FN_H
#define GIM__FN_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "base/real.h"

#define GIM__LOG_2PI 1.8378770664093454836

/* exp(x). float: x clamped to [-87, 88], relative error below 2e-7: x = n log 2 + r, |r| <= log(2)/2; Taylor to r^7
 * (remainder r^8/8! < 6e-9 of it), times 2^n put into the exponent bits. double: the C library's. */
static inline real gim__exp(real x)
{
#ifdef GIM_DOUBLE
    return exp(x);
#else
    union {
        float f;
        int32_t i;
    } power;
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    float number = x == x ? x : 0;                                /* a NaN comes out as one, by r */
    float n = (number * 1.44269504f + 12582912.0f) - 12582912.0f; /* rounds to the nearest integer: 1.5 * 2^23 */
    float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;        /* log 2 in two parts, the first exact in n */
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    power.i = ((int32_t)n + 127) << 23;
    return p * power.f;
#endif
}

/* exp(x) in double, as vectors too: x clamped to [-708, 709], relative error below 1e-15. x = n log 2 + r, |r| <=
 * log(2)/2; Taylor to r^12 (remainder r^13/13! < 2e-16). Adding 1.5 * 2^52 rounds x / log 2 to the integer n, which the
 * lowest bits then hold; they become the exponent of 2^n. */
static inline double gim__exp_double(double x)
{
    union {
        double f;
        int64_t i;
    } power;
    x = x < -708.0 ? -708.0 : x;
    x = x > 709.0 ? 709.0 : x;
    power.f = x * 1.4426950408889634 + 6755399441055744.0;
    double n = power.f - 6755399441055744.0;
    double r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10; /* log 2 in two parts */
    double p = 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    power.i = (int64_t)(((uint64_t)power.i + 1023) << 52);
    return p * power.f;
}

/* sigma(x) = 1 / (1 + exp(-x)). */
static inline real gim__sigmoid(real x)
{
    return 1 / (1 + gim__exp(-x));
}

/* log(1 + exp(x)), scalar and without overflow. */
static inline double gim__softplus(double x)
{
    return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
}

/* x <- tanh(x), as in vec.h; y <- exp(scale x). */
void gim__tanh_all(real *x, size_t n);
void gim__exp_all(real *y, const real *x, real scale, size_t n);

/* log(sum_i exp(x_i)), in double. n >= 1. */
double gim__log_sum_exp(const double *x, size_t n);
/* w (n) <- exp(log_w - the largest of them); w may be log_w, or NULL. Returns the effective number of weights,
 * (sum w)^2 / sum w^2. */
double gim__weights(double *w, const double *log_w, size_t n);
/* The index of the first of the ascending x (n) that is not below value; n where there is none. */
size_t gim__first_from(const double *x, size_t n, double value);

#endif
