/* The spectral radius of matrices whose radius is known, and its gradient. SPDX-License-Identifier: BSD-3-Clause */
#include "math/spectral.h"
#include "testing.h"

typedef struct setting {
    size_t d, steps;
    real *A, *u, *v, *scratch;
} setting;

/* A positive A; starting vectors as a fit has them, all ones, or not. */
static setting setting_new(size_t d, size_t steps, int ones)
{
    setting at = {d,
                  steps,
                  t_logistics(d * d, d),
                  t_normals(d, 1, 2),
                  t_normals(d, 1, 3),
                  t_zeros(gim__spectral_scratch(d, steps))};
    for (size_t i = 0; i < d * d; i++)
        at.A[i] = (real)(1 / (1 + exp(-(double)at.A[i])));
    for (size_t i = 0; i < d; i++) {
        at.u[i] = ones ? 1 : (real)exp(0.5 * (double)at.u[i]);
        at.v[i] = ones ? 1 : (real)exp(0.5 * (double)at.v[i]);
    }
    return at;
}

static void setting_free(setting *at)
{
    free(at->A), free(at->u), free(at->v), free(at->scratch);
}

static double radius(const setting *at)
{
    return (double)gim__spectral_forward(at->scratch, at->A, at->u, at->v, at->d, at->steps);
}

START_TEST(a_constant_matrix)
{
    setting at = setting_new((size_t)_i + 1, 1, 0);
    for (size_t i = 0; i < at.d * at.d; i++)
        at.A[i] = (real)0.3;
    ck_assert_double_lt(t_error(radius(&at), 0.3 * (double)at.d), T_ROUNDING);
    setting_free(&at);
}
END_TEST

/* A = a b' has the radius a'b, found at the first step. */
START_TEST(a_matrix_of_rank_one)
{
    setting at = setting_new(6, 1, 0);
    double wanted = 0;
    for (size_t i = 0; i < 6; i++) {
        double a = 0.2 + 0.1 * (double)i, b = 1.5 - 0.2 * (double)i;
        wanted += a * b;
        for (size_t j = 0; j < 6; j++)
            at.A[i * 6 + j] = (real)(a * (1.5 - 0.2 * (double)j));
    }
    ck_assert_double_lt(t_error(radius(&at), wanted), T_ROUNDING);
    setting_free(&at);
}
END_TEST

/* D S D^-1 with rows of S that sum to 0.7: similar to S, whose radius is 0.7. */
START_TEST(a_scaled_stochastic_matrix)
{
    setting at = setting_new(8, 200, 0);
    for (size_t i = 0; i < 8; i++) {
        double sum = 0;
        for (size_t j = 0; j < 8; j++)
            sum += (double)at.A[i * 8 + j];
        for (size_t j = 0; j < 8; j++)
            at.A[i * 8 + j] = (real)(0.7 * (double)at.A[i * 8 + j] / sum * exp(0.3 * ((double)i - (double)j)));
    }
    ck_assert_double_lt(t_error(radius(&at), 0.7), 10 * T_ROUNDING);
    setting_free(&at);
}
END_TEST

START_TEST(two_variables_that_cause_each_other)
{
    setting at = setting_new(2, 10, 1);
    real both[4] = {0, (real)0.5, (real)0.5, 0};
    memcpy(at.A, both, sizeof both);
    ck_assert_double_lt(t_error(radius(&at), 0.5), T_ROUNDING);
    setting_free(&at);
}
END_TEST

/* Of an acyclic graph A^d = 0: the radius is 0 from d steps on, and nothing is divided by 0. */
START_TEST(an_acyclic_graph_has_none)
{
    size_t d = 2 + (size_t)_i;
    setting at = setting_new(d, d, 1);
    real *acyclic = t_graph(d, 0.7, 1, (uint64_t)_i), *gradient = t_zeros(d * d);
    memcpy(at.A, acyclic, d * d * sizeof(real));
    ck_assert(radius(&at) == 0);
    gim__spectral_backward(gradient, 1, 0, at.scratch, at.A, d, d);
    for (size_t i = 0; i < d * d; i++)
        ck_assert(isfinite(gradient[i]));
    setting_free(&at);
    free(acyclic), free(gradient);
}
END_TEST

static void step(double *to, const setting *at, const double *x, int transposed)
{
    double norm = 0;
    for (size_t i = 0; i < at->d; i++) {
        to[i] = 0;
        for (size_t j = 0; j < at->d; j++)
            to[i] += (double)(transposed ? at->A[j * at->d + i] : at->A[i * at->d + j]) * x[j];
        norm += to[i] * to[i];
    }
    for (size_t i = 0; i < at->d; i++)
        to[i] /= sqrt(norm);
}

/* model.md's iteration in plain double. */
static double plain_radius(const setting *at)
{
    double u[16], v[16], next[16], numerator = 0, denominator = 0;
    for (size_t i = 0; i < at->d; i++) {
        u[i] = (double)at->u[i];
        v[i] = (double)at->v[i];
    }
    for (size_t t = 0; t < at->steps; t++) {
        step(next, at, u, 1);
        memcpy(u, next, sizeof u);
        step(next, at, v, 0);
        memcpy(v, next, sizeof v);
    }
    for (size_t i = 0; i < at->d; i++) {
        denominator += u[i] * v[i];
        for (size_t j = 0; j < at->d; j++)
            numerator += u[i] * (double)at->A[i * at->d + j] * v[j];
    }
    return numerator / denominator;
}

START_TEST(every_step_counts)
{
    setting at = setting_new(5, (size_t)_i, 0);
    ck_assert_double_lt(t_error(radius(&at), plain_radius(&at)), T_ROUNDING);
    setting_free(&at);
}
END_TEST

static double radius_of(const real *A, void *user)
{
    setting *at = user;
    return (double)gim__spectral_forward(at->scratch, A, at->u, at->v, at->d, at->steps);
}

START_TEST(backward_is_the_gradient_through_all_steps)
{
    static const size_t steps[] = {0, 1, 2, 3, 10};
    setting at = setting_new(5, steps[_i], 0);
    size_t n = at.d * at.d;
    real *gradient = t_normals(n, 1, 7), *before = t_normals(n, 1, 7), h = (real)radius(&at), weight = (real)-1.7;
    gim__spectral_backward(gradient, weight, h, at.scratch, at.A, at.d, at.steps);
    for (size_t i = 0; i < n; i++)
        gradient[i] = (gradient[i] - before[i]) / weight;
    double gap = t_gradient_gap(gradient, at.A, n, radius_of, &at);
    ck_assert_double_lt(gap, T_DIFFERENCE);
    setting_free(&at);
    free(gradient), free(before);
}
END_TEST

int main(void)
{
    t_case cases[] = {{a_constant_matrix, 5},
                      {a_matrix_of_rank_one, 1},
                      {a_scaled_stochastic_matrix, 1},
                      {two_variables_that_cause_each_other, 1},
                      {an_acyclic_graph_has_none, 8},
                      {every_step_counts, 7},
                      {backward_is_the_gradient_through_all_steps, 5}};
    return T_RUN("spectral", cases);
}
