/* Elementary functions over arrays. SPDX-License-Identifier: BSD-3-Clause */
#include "math/fn.h"

#include <string.h>

#include "math/vec.h"

GIM__CLONES void gim__tanh_all(real *x, size_t n)
{
    size_t whole = n / GIM__LANES * GIM__LANES;
    gim__vec rest = {0};
    for (size_t i = 0; i < whole; i += GIM__LANES)
        gim__vec_tanh((gim__vec *)(x + i));
    memcpy(&rest, x + whole, (n - whole) * sizeof *x);
    gim__vec_tanh(&rest);
    memcpy(x + whole, &rest, (n - whole) * sizeof *x);
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

size_t gim__first_from(const double *x, size_t n, double value)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (x[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

double gim__weights(double *w, const double *log_w, size_t n)
{
    double largest = -INFINITY, sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, log_w[i]);
    for (size_t i = 0; i < n; i++) {
        double weight = exp(log_w[i] - largest);
        sum += weight;
        squares += weight * weight;
        if (w != NULL)
            w[i] = weight;
    }
    return sum * sum / squares;
}
