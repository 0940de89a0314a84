/* Elementary functions over arrays. SPDX-License-Identifier: BSD-3-Clause */
#include "math/fn.h"

GIM__CLONES void gim__tanh_all(real *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = gim__tanh(x[i]);
}

GIM__CLONES void gim__exp_all(real *y, const real *x, real scale, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = gim__exp(scale * x[i]);
}

double gim__log_sum_exp(const double *x, size_t n)
{
    double largest = x[0], sum = 0;
    for (size_t i = 1; i < n; i++)
        largest = x[i] > largest ? x[i] : largest;
    if (!isfinite(largest))
        return largest;
    for (size_t i = 0; i < n; i++)
        sum += exp(x[i] - largest);
    return largest + log(sum);
}
