/* Products against plain loops, at sizes around those of their tiles; and whatever number of threads OpenBLAS has, the
 * same bits. SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "math/mat.h"
#include "testing.h"

/* rows, columns, depth of the result: every side meets 1, the limits of a tile and more than three tiles */
static const struct {
    size_t rows, columns, depth;
} sizes[] = {{1, 1, 1},    {63, 64, 65},   {64, 65, 63},  {65, 63, 64},  {1000, 3, 5},   {3, 1000, 5},
             {5, 3, 1000}, {65, 257, 9},   {257, 65, 33}, {64, 16, 256}, {64, 17, 256},  {65, 16, 257},
             {2, 70, 513}, {1, 300000, 1}, {300, 1, 300}, {1, 1, 1000},  {10, 1500, 20}, {129, 33, 300}};
enum { SIZES = sizeof sizes / sizeof *sizes, PAD = 64 };

typedef enum layout { PLAIN, FIRST_TRANSPOSED, SECOND_TRANSPOSED, KINDS } layout;

typedef struct product {
    layout kind;
    size_t rows, columns, depth;
    real *a, *b, *c;
} product;

static product product_new(layout kind, size_t i)
{
    size_t rows = sizes[i].rows, columns = sizes[i].columns, depth = sizes[i].depth;
    return (product){kind,
                     rows,
                     columns,
                     depth,
                     t_normals(rows * depth, 1, i),
                     t_normals(depth * columns, 1, i + 1000),
                     t_normals(rows * columns + 2 * PAD, 1, i + 2000)};
}

static void product_free(product *p)
{
    free(p->a), free(p->b), free(p->c);
}

static void multiply(product *p, real keep)
{
    real *c = p->c + PAD;
    if (p->kind == PLAIN)
        gim__mat_mul(c, p->a, p->b, p->rows, p->depth, p->columns, keep);
    if (p->kind == FIRST_TRANSPOSED)
        gim__mat_mul_ta(c, p->a, p->b, p->depth, p->rows, p->columns, keep);
    if (p->kind == SECOND_TRANSPOSED)
        gim__mat_mul_tb(c, p->a, p->b, p->rows, p->columns, p->depth, keep);
}

static double entry(const product *p, size_t i, size_t j)
{
    double sum = 0;
    for (size_t k = 0; k < p->depth; k++) {
        real a = p->kind == FIRST_TRANSPOSED ? p->a[k * p->rows + i] : p->a[i * p->depth + k];
        real b = p->kind == SECOND_TRANSPOSED ? p->b[j * p->depth + k] : p->b[k * p->columns + j];
        sum += (double)a * (double)b;
    }
    return sum;
}

static void check_product(layout kind, size_t i, real keep)
{
    product p = product_new(kind, i);
    size_t n = p.rows * p.columns;
    real *before = t_zeros(n + 2 * PAD), *wanted = t_zeros(n);
    if (keep == 0)
        for (size_t e = 0; e < n; e++)
            p.c[PAD + e] = (real)NAN; /* overwritten, not multiplied by 0 */
    memcpy(before, p.c, (n + 2 * PAD) * sizeof *before);
    for (size_t e = 0; e < n; e++)
        wanted[e] = (real)(entry(&p, e / p.columns, e % p.columns) + (keep != 0 ? (double)before[PAD + e] : 0));
    multiply(&p, keep);
    double gap = t_gap(p.c + PAD, wanted, n);
    ck_assert_msg(gap < T_ROUNDING, "kind %d, %zu x %zu x %zu, keep %g: %g", (int)kind, p.rows, p.columns, p.depth,
                  (double)keep, gap);
    ck_assert_mem_eq(p.c, before, PAD * sizeof *before);
    ck_assert_mem_eq(p.c + PAD + n, before + PAD + n, PAD * sizeof *before);
    product_free(&p);
    free(before), free(wanted);
}

START_TEST(products_are_those_of_plain_loops)
{
    for (layout kind = 0; kind < KINDS; kind++)
        for (int keep = 0; keep <= 1; keep++)
            check_product(kind, (size_t)_i, (real)keep);
}
END_TEST

/* FNV-1a over the bits of all products. */
static uint64_t bits(void)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (layout kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < SIZES; i++) {
            product p = product_new(kind, i);
            multiply(&p, 1);
            const unsigned char *at = (const unsigned char *)(p.c + PAD);
            for (size_t byte = 0; byte < p.rows * p.columns * sizeof(real); byte++)
                hash = (hash ^ at[byte]) * UINT64_C(0x100000001b3);
            product_free(&p);
        }
    return hash;
}

START_TEST(no_number_depends_on_the_threads_of_blas)
{
    char *one = t_child("OPENBLAS_NUM_THREADS=1", "bits");
    static const char *const settings[] = {"OPENBLAS_NUM_THREADS=2", "OPENBLAS_NUM_THREADS=3",
                                           "OPENBLAS_NUM_THREADS=8"};
    for (size_t i = 0; i < 3; i++) {
        char *several = t_child(settings[i], "bits");
        ck_assert_str_eq(several, one);
        free(several);
    }
    free(one);
}
END_TEST

int main(void)
{
    if (getenv("GIM_TEST_CHILD") != NULL)
        return printf("%016llx\n", (unsigned long long)bits()) < 0;
    t_case cases[] = {{products_are_those_of_plain_loops, SIZES}, {no_number_depends_on_the_threads_of_blas, 1}};
    return T_RUN("mat", cases);
}
