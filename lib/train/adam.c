/* Adam. SPDX-License-Identifier: BSD-3-Clause */
#include "train/adam.h"

#include <math.h>

GIM__CLONES static void update(real *restrict values, real *restrict first, real *restrict second,
                               const real *restrict grad, size_t n, real rate, real scale)
{
    const real beta1 = (real)0.9, beta2 = (real)0.999, epsilon = (real)1e-8;
    for (size_t i = 0; i < n; i++) {
        first[i] = beta1 * first[i] + (1 - beta1) * grad[i];
        second[i] = beta2 * second[i] + (1 - beta2) * grad[i] * grad[i];
#ifdef GIM_DOUBLE
        values[i] += rate * first[i] / (sqrt(second[i] * scale) + epsilon);
#else
        values[i] += rate * first[i] / (sqrtf(second[i] * scale) + epsilon);
#endif
    }
}

void gim__adam(real *values, real *first, real *second, const real *grad, size_t n, double rate, uint64_t step)
{
    double bias1 = 1 - pow(0.9, (double)step), bias2 = 1 - pow(0.999, (double)step);
    update(values, first, second, grad, n, (real)(rate / bias1), (real)(1 / bias2));
}
