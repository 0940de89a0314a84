/* Least squares: the conditions that define the solution. SPDX-License-Identifier: BSD-3-Clause */
#include "math/least.h"
#include "testing.h"

enum { MOST = 12 };

/* a = left (m, rank) right (rank, n), by columns. */
static void fill(double *a, size_t m, size_t n, size_t rank, uint64_t *state)
{
    double left[MOST * MOST], right[MOST * MOST];
    for (size_t i = 0; i < MOST * MOST; i++)
        left[i] = t_normal(state), right[i] = t_normal(state);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            a[j * m + i] = 0;
            for (size_t r = 0; r < rank; r++)
                a[j * m + i] += left[r * MOST + i] * right[r * MOST + j];
        }
}

/* The residual is orthogonal to a's columns, and x has no part in a's null space: it is no shorter with what another
 * solution, found from a changed start, differs by. */
static void check(size_t m, size_t n, size_t rank, uint64_t seed)
{
    double a[MOST * MOST], copy[MOST * MOST], b[MOST], x[MOST], y[MOST], image[MOST], scratch[2048];
    uint64_t state = seed;
    fill(a, m, n, rank, &state);
    memcpy(copy, a, sizeof a);
    for (size_t i = 0; i < m; i++)
        b[i] = t_normal(&state);
    ck_assert_uint_le(gim__least_scratch(m, n), 2048);
    ck_assert_uint_eq(gim__least(x, copy, b, m, n, scratch), rank);
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t i = 0; i < m; i++) {
            double rest = b[i];
            for (size_t k = 0; k < n; k++)
                rest -= a[k * m + i] * x[k];
            sum += a[j * m + i] * rest;
        }
        ck_assert_double_eq_tol(sum, 0, 1e-9);
    }
    for (size_t j = 0; j < n; j++)
        y[j] = t_normal(&state);
    for (size_t i = 0; i < m; i++) {
        image[i] = 0;
        for (size_t j = 0; j < n; j++)
            image[i] += a[j * m + i] * y[j];
    }
    double row[MOST], along = 0;
    memcpy(copy, a, sizeof a);
    gim__least(row, copy, image, m, n, scratch);
    for (size_t j = 0; j < n; j++)
        along += (y[j] - row[j]) * x[j]; /* y - row is in the null space */
    ck_assert_double_eq_tol(along, 0, 1e-9);
}

START_TEST(solutions)
{
    for (size_t m = 1; m <= MOST; m += 2)
        for (size_t n = 1; n <= MOST; n += 3)
            for (size_t rank = 1; rank <= m && rank <= n; rank++)
                check(m, n, rank, 100 * m + 10 * n + rank);
}
END_TEST

START_TEST(a_matrix_of_zeros)
{
    double a[4] = {0}, b[2] = {1, 2}, x[2] = {5, 5}, scratch[512];
    ck_assert_uint_eq(gim__least(x, a, b, 2, 2, scratch), 0);
    ck_assert(x[0] == 0 && x[1] == 0);
}
END_TEST

int main(void)
{
    t_case cases[] = {{solutions, 1}, {a_matrix_of_zeros, 1}};
    return T_RUN("least", cases);
}
