/* The log-determinant of systems with cycles against cases worked by hand and slopes taken by differences; its
 * gradient. SPDX-License-Identifier: BSD-3-Clause */
#include "model/graph.h"
#include "testing.h"

/* A problem, with the graphs that are meant. */
typedef struct setting {
    t_problem problem;
    gim__volume *volume;
    gim__graphs graphs;
    real *G; /* owned, or NULL */
} setting;

static void take_rows(setting *at)
{
    gim__rng rng;
    gim__rng_open(&rng, 5, GIM__RNG_SLOPES, 0, 0);
    gim__volume_rows(at->volume, &at->problem.rows, &at->problem.spec, &rng);
}

/* The draws' own graphs, relaxed or discrete. */
static setting *setting_new(int i, int relaxed)
{
    setting *at = calloc(1, sizeof *at);
    t_form form = t_form_at(i);
    t_problem_open(&at->problem, &form, 7);
    at->volume = &at->problem.objective.volume;
    gim__objective_draw(&at->problem.objective, at->problem.values);
    const gim__draws *draws = &at->problem.objective.draws;
    at->graphs = (gim__graphs){relaxed ? draws->relaxed : draws->discrete, 0, relaxed};
    take_rows(at);
    return at;
}

static void setting_free(setting *at)
{
    t_problem_close(&at->problem);
    free(at->G), free(at);
}

/* One graph for all draws. */
static void share(setting *at, real *G)
{
    at->G = G;
    at->graphs = (gim__graphs){G, 1, 0};
}

static double value(setting *at)
{
    return gim__volume_forward(at->volume, at->problem.values, &at->problem.params, at->graphs, &at->problem.spec);
}

/* ---- by hand ---- */

/* Two variables that cause each other with weights a and b: |1 - ab|. */
START_TEST(a_loop_of_two)
{
    static const double a[] = {0.5, -0.5, 0.9, 2, 0.5}, b[] = {0.5, -0.5, 0.8, 2, -0.5};
    static const double wanted[] = {0.75, 0.75, 0.28, 3, 1.25};
    setting *at = setting_new(0, 0);
    size_t d = at->problem.spec.d;
    real *G = t_zeros(d * d), *W = at->problem.values + at->problem.params.theta;
    G[0 * d + 1] = G[1 * d + 0] = 1;
    W[0 * d + 1] = (real)a[_i], W[1 * d + 0] = (real)b[_i];
    share(at, G);
    ck_assert_double_lt(fabs(value(at) - log(wanted[_i])), T_ROUNDING);
    setting_free(at);
}
END_TEST

START_TEST(a_graph_without_cycles_has_none_and_no_gradient)
{
    setting *at = setting_new(_i, 0);
    const gim__params *params = &at->problem.params;
    share(at, t_graph(at->problem.spec.d, 0.8, 1, 3));
    real *grad = t_zeros(params->size);
    ck_assert_double_lt(fabs(value(at)), T_ROUNDING);
    gim__volume_backward(at->volume, grad, NULL, 3, at->problem.values, params, at->graphs, &at->problem.spec);
    for (size_t i = 0; i < params->size; i++)
        ck_assert_double_lt(fabs((double)grad[i]), T_ROUNDING);
    free(grad);
    setting_free(at);
}
END_TEST

/* ---- against slopes by differences ---- */

/* Gaussian elimination, without a thought for speed. */
static double plain_log_det(double *A, size_t d)
{
    double log_det = 0;
    for (size_t k = 0; k < d; k++) {
        size_t p = k;
        for (size_t i = k; i < d; i++)
            p = fabs(A[i * d + k]) > fabs(A[p * d + k]) ? i : p;
        for (size_t j = 0; j < d; j++) {
            double kept = A[k * d + j];
            A[k * d + j] = A[p * d + j], A[p * d + j] = kept;
        }
        log_det += log(fabs(A[k * d + k]));
        for (size_t i = k + 1; i < d; i++) {
            double factor = A[i * d + k] / A[k * d + k];
            for (size_t j = 0; j < d; j++)
                A[i * d + j] -= factor * A[k * d + j];
        }
    }
    return log_det;
}

/* Of draw m at a row: A = I - dmean/dx. */
static double one(const setting *at, size_t m, const real *row)
{
    const t_problem *problem = &at->problem;
    size_t d = problem->spec.d;
    const real *G = at->graphs.G + (at->graphs.shared ? 0 : m * d * d);
    const double step = REAL_EPSILON < 1e-10 ? 1e-6 : 1e-2;
    real x[16];
    double A[256];
    for (size_t j = 0; j < d; j++)
        for (size_t i = 0; i < d; i++) {
            double high, low;
            memcpy(x, row, d * sizeof *x);
            x[i] = (real)((double)row[i] + step);
            high = t_mean(&problem->spec, &problem->params, problem->values, G, x, j);
            x[i] = (real)((double)row[i] - step);
            low = t_mean(&problem->spec, &problem->params, problem->values, G, x, j);
            A[j * d + i] = (i == j) - (high - low) / (2 * step);
        }
    return fmin(plain_log_det(A, d), problem->spec.mech->curved ? 0 : INFINITY);
}

START_TEST(it_is_the_mean_over_draws_and_rows)
{
    setting *at = setting_new(_i % T_FAMILIES, _i / T_FAMILIES);
    const gim__volume *volume = at->volume;
    size_t d = at->problem.spec.d, n = volume->M * volume->rows;
    double sum = 0;
    for (size_t r = 0; r < n; r++) {
        const real *x = at->problem.spec.mech->curved ? volume->x + r * d : at->problem.rows.x;
        sum += one(at, r / volume->rows, x);
    }
    ck_assert_double_lt(t_error(value(at), sum / (double)n), REAL_EPSILON < 1e-10 ? 1e-7 : 1e-2);
    setting_free(at);
}
END_TEST

/* ---- gradients ---- */

static double of_values(const real *x, void *user)
{
    setting *at = user;
    (void)x; /* part of the problem's values */
    gim__objective_draw(&at->problem.objective, at->problem.values);
    return value(at);
}

static void check_gradient(setting *at, const real *grad, gim__block_prior prior)
{
    const gim__params *params = &at->problem.params;
    for (size_t b = 0; b < params->n_blocks; b++) {
        const gim__block *block = &params->block[b];
        if (block->prior != prior)
            continue;
        double gap =
            t_gradient_gap(grad + block->offset, at->problem.values + block->offset, block->size, of_values, at);
        ck_assert_msg(!(gap >= (REAL_EPSILON < 1e-10 ? T_DIFFERENCE : 0.1)), "%s, %s: off by %g",
                      t_form_name(&at->problem.form), block->name, gap);
    }
}

START_TEST(backward_is_the_gradient)
{
    setting *at = setting_new(_i % T_FAMILIES, 1);
    const gim__spec *spec = &at->problem.spec;
    const gim__params *params = &at->problem.params;
    const real *U = at->problem.values + params->U, *V = at->problem.values + params->V;
    size_t dd = spec->d * spec->d;
    real *grad = t_zeros(params->size), *ds = t_zeros(dd);
    for (size_t e = params->theta; e < params->theta + dd && !spec->mech->curved; e++)
        at->problem.values[e] = (real)(0.3 * fabs((double)at->problem.values[e])); /* loops that lessen, not add */
    ck_assert_double_lt(value(at), -0.001);
    gim__volume_backward(at->volume, grad, ds, 1, at->problem.values, params, at->graphs, spec);
    gim__graph_logits_backward(grad + params->U, grad + params->V, ds, U, V, spec->alpha, spec->d, spec->rank);
    check_gradient(at, grad, GIM__LATENT);
    check_gradient(at, grad, GIM__THETA);
    free(grad), free(ds);
    setting_free(at);
}
END_TEST

START_TEST(backward_adds_its_weight_and_takes_null)
{
    setting *at = setting_new(_i, 1);
    const gim__params *params = &at->problem.params;
    size_t n = params->size, dd = at->problem.spec.d * at->problem.spec.d;
    real *grad = t_zeros(n), *ds = t_zeros(dd), *grad3 = t_normals(n, 1, 2), *ds3 = t_normals(dd, 1, 3);
    real *grad0 = t_normals(n, 1, 2), *ds0 = t_normals(dd, 1, 3);
    value(at);
    gim__volume_backward(at->volume, grad, ds, 1, at->problem.values, params, at->graphs, &at->problem.spec);
    gim__volume_backward(at->volume, grad3, NULL, 3, at->problem.values, params, at->graphs, &at->problem.spec);
    gim__volume_backward(at->volume, NULL, ds3, 3, at->problem.values, params, at->graphs, &at->problem.spec);
    for (size_t i = 0; i < n; i++)
        ck_assert_double_lt(fabs((double)(grad3[i] - grad0[i] - 3 * grad[i])), 100 * T_ROUNDING);
    for (size_t e = 0; e < dd; e++)
        ck_assert_double_lt(fabs((double)(ds3[e] - ds0[e] - 3 * ds[e])), 100 * T_ROUNDING);
    free(grad), free(ds), free(grad3), free(ds3), free(grad0), free(ds0);
    setting_free(at);
}
END_TEST

/* 1 - ab near 0 has a slope of 1/(1 - ab): cut at 10 for each of the draws, which all are this one. */
START_TEST(what_is_nearly_singular_is_cut)
{
    setting *at = setting_new(0, 0);
    const gim__params *params = &at->problem.params;
    size_t d = at->problem.spec.d, ab = 0 * d + 1, ba = 1 * d + 0;
    real *G = t_zeros(d * d), *W = at->problem.values + params->theta, *grad = t_zeros(params->size);
    G[ab] = G[ba] = 1;
    W[ab] = 1, W[ba] = (real)0.99999;
    share(at, G);
    value(at);
    gim__volume_backward(at->volume, grad, NULL, 2, at->problem.values, params, at->graphs, &at->problem.spec);
    ck_assert_double_lt(t_error((double)grad[params->theta + ab], -20), T_ROUNDING);
    free(grad);
    setting_free(at);
}
END_TEST

/* ---- rows ---- */

/* Rows stand as often as their weights say: here row r of n has weight r, and value r. */
START_TEST(rows_are_taken_by_their_weights)
{
    setting *at = setting_new(1, 0); /* nonlinear */
    gim__rows *rows = &at->problem.rows;
    size_t d = at->problem.spec.d, n = at->volume->M * at->volume->rows, turns = 4000;
    double *times = calloc(rows->n, sizeof *times), total = (double)(rows->n * (rows->n - 1)) / 2;
    ck_assert(at->problem.spec.mech->curved);
    for (size_t r = 0; r < rows->n; r++) {
        rows->weight[r] = (real)r;
        rows->x[r * d] = (real)r;
    }
    for (size_t t = 0; t < turns; t++) {
        gim__rng rng;
        gim__rng_open(&rng, 1, GIM__RNG_SLOPES, 0, t);
        gim__volume_rows(at->volume, rows, &at->problem.spec, &rng);
        for (size_t s = 0; s < n; s++)
            times[(size_t)at->volume->x[s * d]]++;
    }
    for (size_t r = 0; r < rows->n; r++)
        ck_assert_double_lt(fabs(times[r] / (double)(turns * n) - (double)r / total), 0.01);
    free(times);
    setting_free(at);
}
END_TEST

START_TEST(the_number_of_threads_changes_nothing)
{
    t_form form = t_form_at(_i);
    double values[2];
    real *grads[2];
    for (size_t t = 0; t < 2; t++) {
        setting at = {0};
        form.threads = 1 + 2 * t;
        t_problem_open(&at.problem, &form, 7);
        at.volume = &at.problem.objective.volume;
        gim__objective_draw(&at.problem.objective, at.problem.values);
        at.graphs = (gim__graphs){at.problem.objective.draws.relaxed, 0, 1};
        take_rows(&at);
        values[t] = value(&at);
        grads[t] = t_zeros(at.problem.params.size);
        gim__volume_backward(at.volume, grads[t], NULL, 1, at.problem.values, &at.problem.params, at.graphs,
                             &at.problem.spec);
        if (t == 1)
            ck_assert_mem_eq(grads[0], grads[1], at.problem.params.size * sizeof(real));
        t_problem_close(&at.problem);
    }
    ck_assert(values[0] == values[1]);
    free(grads[0]), free(grads[1]);
}
END_TEST

int main(void)
{
    t_case cases[] = {{a_loop_of_two, 5},
                      {a_graph_without_cycles_has_none_and_no_gradient, T_FAMILIES},
                      {it_is_the_mean_over_draws_and_rows, 2 * T_FAMILIES},
                      {backward_is_the_gradient, T_FAMILIES},
                      {backward_adds_its_weight_and_takes_null, T_FAMILIES},
                      {what_is_nearly_singular_is_cut, 1},
                      {rows_are_taken_by_their_weights, 1},
                      {the_number_of_threads_changes_nothing, T_FAMILIES}};
    return T_RUN("volume", cases);
}
