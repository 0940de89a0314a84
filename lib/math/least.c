/* Least squares by LAPACK: a complete orthogonal factorisation with column pivoting (Golub & Van Loan, section 5.5).
 * OpenBLAS brings LAPACK without a header for it. SPDX-License-Identifier: BSD-3-Clause */
#include "math/least.h"

#include <string.h>

extern void dgelsy_(const int *m, const int *n, const int *nrhs, double *a, const int *lda, double *b, const int *ldb,
                    int *jpvt, const double *rcond, int *rank, double *work, const int *lwork, int *info);

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t work_size(size_t m, size_t n)
{
    return least(m, n) + 2 * n + 32 * (n + 1) + 2 * least(m, n);
}

size_t gim__least_scratch(size_t m, size_t n)
{
    return m + n + n + work_size(m, n); /* b, which becomes x; pivots; LAPACK's own */
}

size_t gim__least(double *x, double *a, const double *b, size_t m, size_t n, double *scratch)
{
    const double narrow = 1e-10; /* of the largest singular value: what is below counts as 0 */
    double *both = scratch, *work = both + m + n + n;
    int *pivot = (int *)(both + m + n);
    int rows = (int)m, columns = (int)n, one = 1, longest = (int)(m + n), size = (int)work_size(m, n), rank = 0, info;
    memset(pivot, 0, n * sizeof *pivot);
    memset(both, 0, (m + n) * sizeof *both);
    memcpy(both, b, m * sizeof *both);
    dgelsy_(&rows, &columns, &one, a, &rows, both, &longest, pivot, &narrow, &rank, work, &size, &info);
    memcpy(x, both, n * sizeof *x);
    return (size_t)rank;
}
