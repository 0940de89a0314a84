/* Products of row-major matrices, by CBLAS. SPDX-License-Identifier: BSD-3-Clause */
#include "math/mat.h"

#include <cblas.h>

#ifdef GIM_DOUBLE
#define GEMM cblas_dgemm
#else
#define GEMM cblas_sgemm
#endif

/* OpenBLAS stays on the calling thread up to 2^18 multiplications a product (its SMP_THRESHOLD_MIN *
 * GEMM_MULTITHREAD_THRESHOLD). */
enum { TILE_PRODUCTS = 1 << 18, TILE_ROWS = 64, TILE_DEPTH = 256 };

typedef struct operand {
    const real *at;
    size_t stride;
    CBLAS_TRANSPOSE transpose;
} operand;

/* The operand from its row i and column j on (rows and columns after transposition). */
static const real *from(operand a, size_t i, size_t j)
{
    return a.transpose == CblasNoTrans ? a.at + i * a.stride + j : a.at + j * a.stride + i;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* c (rows, columns) = keep c + a (rows, depth) b (depth, columns) */
static void product(real *c, operand a, operand b, size_t rows, size_t depth, size_t columns, real keep)
{
    size_t dk = least(depth, TILE_DEPTH), di = least(rows, TILE_ROWS), dj = TILE_PRODUCTS / (dk * di);
    for (size_t k = 0; k < depth; k += dk)
        for (size_t i = 0; i < rows; i += di)
            for (size_t j = 0; j < columns; j += dj)
                GEMM(CblasRowMajor, a.transpose, b.transpose, (int)least(di, rows - i), (int)least(dj, columns - j),
                     (int)least(dk, depth - k), 1, from(a, i, k), (int)a.stride, from(b, k, j), (int)b.stride,
                     k == 0 ? keep : 1, c + i * columns + j, (int)columns);
}

void gim__mat_mul(real *c, const real *a, const real *b, size_t n, size_t k, size_t m, real keep)
{
    product(c, (operand){a, k, CblasNoTrans}, (operand){b, m, CblasNoTrans}, n, k, m, keep);
}

void gim__mat_mul_ta(real *c, const real *a, const real *b, size_t n, size_t k, size_t m, real keep)
{
    product(c, (operand){a, k, CblasTrans}, (operand){b, m, CblasNoTrans}, k, n, m, keep);
}

void gim__mat_mul_tb(real *c, const real *a, const real *b, size_t n, size_t k, size_t m, real keep)
{
    product(c, (operand){a, m, CblasNoTrans}, (operand){b, m, CblasTrans}, n, m, k, keep);
}
