/* Vectors of reals: eight rows at once, in whatever registers the CPU has. The compiler knows the type; arithmetic on
 * it is element by element. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__VEC_H
#define GIM__VEC_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "base/real.h"

enum { GIM__LANES = 8 };

/* May point into any array of reals. */
typedef real gim__vec __attribute__((vector_size(GIM__LANES * sizeof(real)), aligned(sizeof(real)), may_alias));

/* Functions on vectors take pointers: how a vector is passed depends on the CPU. */
#define GIM__INLINE __attribute__((always_inline)) static inline

typedef real gim__half __attribute__((vector_size(GIM__LANES / 2 * sizeof(real))));

/* By halves, so that additions need not wait for each other. */
GIM__INLINE real gim__vec_sum(const gim__vec *x)
{
    const gim__vec all = *x;
    gim__half four = __builtin_shufflevector(all, all, 0, 1, 2, 3) + __builtin_shufflevector(all, all, 4, 5, 6, 7);
    gim__half two = four + __builtin_shufflevector(four, four, 2, 3, 0, 1);
    return two[0] + two[1];
}

/* Dot product of a and b (n), n a multiple of GIM__LANES. */
GIM__INLINE real gim__vec_dot(const real *a, const real *b, size_t n)
{
    gim__vec even = {0}, odd = {0};
    size_t r = 0;
    for (; r + GIM__LANES < n; r += 2 * GIM__LANES) {
        even += *(const gim__vec *)(a + r) * *(const gim__vec *)(b + r);
        odd += *(const gim__vec *)(a + r + GIM__LANES) * *(const gim__vec *)(b + r + GIM__LANES);
    }
    if (r < n)
        even += *(const gim__vec *)(a + r) * *(const gim__vec *)(b + r);
    even += odd;
    return gim__vec_sum(&even);
}

#ifdef GIM_DOUBLE
GIM__INLINE void gim__vec_tanh(gim__vec *x)
{
    for (int l = 0; l < GIM__LANES; l++)
        (*x)[l] = tanh((*x)[l]);
}
#else
typedef int32_t gim__mask __attribute__((vector_size(GIM__LANES * sizeof(int32_t)), may_alias));

/* yes where mask, else no */
#define GIM__VEC_CHOOSE(mask, yes, no) ((gim__vec)(((mask) & (gim__mask)(yes)) | (~(mask) & (gim__mask)(no))))

/* x <- tanh(x), relative error below 4e-7: x clamped to [-9, 9], then x P(x^2) / Q(x^2), a minimax fit of relative
 * error 2.1e-8 to which rounding adds the rest; all coefficients are positive, so nothing cancels. NaN stays NaN. In
 * double the C library's. */
GIM__INLINE void gim__vec_tanh(gim__vec *x)
{
    const gim__vec highest = (gim__vec){0} + 9.0f, lowest = -highest;
    gim__vec y = *x;
    y = GIM__VEC_CHOOSE(y > highest, highest, y);
    y = GIM__VEC_CHOOSE(y < lowest, lowest, y);
    gim__vec z = y * y, p = z * 1.33546532e-08f + 2.06090754e-05f, q = z * 7.77655464e-07f + 3.28563408e-04f;
    p = p * z + 3.49558765e-03f;
    p = p * z + 1.33810252e-01f;
    p = p * z + 9.99999979e-01f;
    q = q * z + 2.58769803e-02f;
    q = q * z + 4.67143408e-01f;
    q = q * z + 1.0f;
    *x = y * p / q;
}
#endif

#endif
