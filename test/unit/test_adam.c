/* Adam against the paper's algorithm in plain double. SPDX-License-Identifier: BSD-3-Clause */
#include "testing.h"
#include "train/adam.h"

enum { N = 37, STEPS = 60 };

/* Kingma & Ba 2015, algorithm 1, uphill. */
static void plain_adam(double *x, double *m, double *v, double g, double rate, int step)
{
    *m = 0.9 * *m + 0.1 * g;
    *v = 0.999 * *v + 0.001 * g * g;
    double m_hat = *m / (1 - pow(0.9, step)), v_hat = *v / (1 - pow(0.999, step));
    *x += rate * m_hat / (sqrt(v_hat) + 1e-8);
}

START_TEST(steps_are_those_of_the_paper)
{
    real *x = t_normals(N, 1, 1), *first = t_zeros(N), *second = t_zeros(N), *gap = t_zeros(N);
    double wanted[N], m[N] = {0}, v[N] = {0};
    for (size_t i = 0; i < N; i++)
        wanted[i] = (double)x[i];
    for (int step = 1; step <= STEPS; step++) {
        double rate = 0.05 / step;
        real *grad = t_normals(N, pow(10, step % 7 - 4), (uint64_t)step); /* of very different sizes */
        for (size_t i = 0; i < N; i++)
            plain_adam(&wanted[i], &m[i], &v[i], (double)grad[i], rate, step);
        gim__adam(x, first, second, grad, N, rate, (uint64_t)step);
        free(grad);
    }
    for (size_t i = 0; i < N; i++)
        gap[i] = (real)wanted[i];
    ck_assert_double_lt(t_gap(x, gap, N), T_ROUNDING);
    free(x), free(first), free(second), free(gap);
}
END_TEST

/* Without the correction of the moments' bias it would be a third of the rate. */
START_TEST(the_first_step_is_the_rate_uphill)
{
    real grad[4] = {3, (real)-0.001, 2000, (real)-1e-3}, x[4] = {0}, first[4] = {0}, second[4] = {0};
    gim__adam(x, first, second, grad, 4, 0.01, 1);
    for (size_t i = 0; i < 4; i++)
        ck_assert_double_lt(fabs((double)x[i] - (grad[i] > 0 ? 0.01 : -0.01)), 1e-6);
}
END_TEST

START_TEST(no_gradient_no_move)
{
    real *x = t_normals(N, 1, 1), *before = t_normals(N, 1, 1), *first = t_zeros(N), *second = t_zeros(N);
    real *grad = t_zeros(N);
    for (uint64_t step = 1; step <= 3; step++)
        gim__adam(x, first, second, grad, N, 0.1, step);
    ck_assert_mem_eq(x, before, N * sizeof *x);
    free(x), free(before), free(first), free(second), free(grad);
}
END_TEST

START_TEST(what_lies_behind_the_vectors_is_left_alone)
{
    for (size_t n = 0; n < 35; n++) {
        real *x = t_normals(n + 1, 1, 1), *first = t_normals(n + 1, 1, 2), *second = t_zeros(n + 1);
        real *grad = t_normals(n + 1, 1, 3), after[2] = {x[n], first[n]};
        gim__adam(x, first, second, grad, n, 0.1, 1);
        ck_assert(x[n] == after[0] && first[n] == after[1] && second[n] == 0);
        free(x), free(first), free(second), free(grad);
    }
}
END_TEST

/* -(x - 1)^2 - 100 (y + 2)^2, from far off */
START_TEST(it_climbs)
{
    real x[2] = {-4, 7}, first[2] = {0}, second[2] = {0};
    for (uint64_t step = 1; step <= 4000; step++) {
        real grad[2] = {-2 * (x[0] - 1), -200 * (x[1] + 2)};
        gim__adam(x, first, second, grad, 2, 0.02, step);
    }
    ck_assert_double_lt(fabs((double)x[0] - 1) + fabs((double)x[1] + 2), 1e-3);
}
END_TEST

int main(void)
{
    t_case cases[] = {{steps_are_those_of_the_paper, 1},
                      {the_first_step_is_the_rate_uphill, 1},
                      {no_gradient_no_move, 1},
                      {what_lies_behind_the_vectors_is_left_alone, 1},
                      {it_climbs, 1}};
    return T_RUN("adam", cases);
}
