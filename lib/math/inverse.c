/* Gauss-Jordan elimination in place, with partial pivoting (Golub & Van Loan, section 3.4): 2 d^3 operations over whole
 * rows. LAPACK's inverse would call BLAS functions that start threads of their own.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "math/inverse.h"

#include <math.h>

static void swap(real *a, real *b, size_t n, size_t stride)
{
    for (size_t i = 0; i < n * stride; i += stride) {
        real kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

static size_t largest(const real *a, size_t k, size_t d)
{
    size_t best = k;
    for (size_t i = k + 1; i < d; i++)
        if (fabs((double)a[i * d + k]) > fabs((double)a[best * d + k]))
            best = i;
    return best;
}

/* Column k becomes the unit vector k, and in its place stands what the elimination does to that unit vector. */
GIM__CLONES static void eliminate(real *restrict a, real *restrict pivot_row, size_t k, size_t d, real pivot)
{
    pivot_row[k] = 1;
    for (size_t j = 0; j < d; j++)
        pivot_row[j] /= pivot;
    for (size_t i = 0; i < d; i++) {
        real *restrict other = a + i * d;
        real factor = other[k];
        if (i == k || factor == 0)
            continue;
        other[k] = 0;
        for (size_t j = 0; j < d; j++)
            other[j] -= factor * pivot_row[j];
    }
}

double gim__inverse(real *a, size_t *row, size_t d)
{
    const real least = (real)1e-6;
    double log_det = 0;
    for (size_t k = 0; k < d; k++) {
        row[k] = largest(a, k, d);
        if (row[k] != k)
            swap(a + k * d, a + row[k] * d, d, 1);
        real pivot = a[k * d + k];
        if (pivot < least && pivot > -least)
            pivot = pivot < 0 ? -least : least;
        log_det += log(fabs((double)pivot));
        eliminate(a, a + k * d, k, d, pivot);
    }
    for (size_t k = d; k-- > 0;)
        if (row[k] != k)
            swap(a + k, a + row[k], d, d);
    return log_det;
}
