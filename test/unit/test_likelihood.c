/* The log-likelihood against plain loops; the same bits whatever the threads; nothing lost by what it leaves out.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "testing.h"

/* Several chunks of environments, blocks and lanes. */
static t_form large_form(int i, size_t threads)
{
    t_form form = t_form_at(i);
    form.d = 5, form.K = 9, form.rows = 70, form.M = 6, form.threads = threads;
    return form;
}

static gim__graphs graphs_of(const t_problem *problem, int relaxed)
{
    const gim__draws *draws = &problem->objective.draws;
    return (gim__graphs){relaxed ? draws->relaxed : draws->discrete, 0};
}

static double forward(t_problem *problem, gim__graphs graphs)
{
    return gim__likelihood_forward(&problem->objective.likelihood, problem->values, &problem->params, &problem->rows,
                                   &problem->objective.draws, graphs, &problem->spec);
}

static void backward(t_problem *problem, real *grad, real *ds, gim__graphs graphs)
{
    gim__likelihood_backward(&problem->objective.likelihood, grad, ds, problem->values, &problem->params,
                             &problem->rows, &problem->objective.draws, graphs, &problem->spec);
}

/* ---- value ---- */

static void check_value(const t_form *form, int relaxed)
{
    t_problem problem;
    t_problem_open(&problem, form, 2);
    gim__objective_draw(&problem.objective, problem.values);
    gim__graphs graphs = graphs_of(&problem, relaxed);
    double gap = t_error(forward(&problem, graphs), t_log_likelihood(&problem, problem.values, graphs.G));
    ck_assert_msg(gap < T_ROUNDING, "%s: %g", t_form_name(form), gap);
    t_problem_close(&problem);
}

START_TEST(the_value_is_that_of_plain_loops)
{
    t_form small = t_form_at(_i), large = large_form(_i, 2);
    check_value(&small, 0);
    check_value(&small, 1);
    check_value(&large, 0);
    check_value(&large, 1);
}
END_TEST

/* ---- gradients ---- */

/* All that a backward pass gives. */
typedef struct gradients {
    size_t n, dd, targets, effects;
    real *grad, *ds, *dtarget, *deffect;
} gradients;

static gradients gradients_new(const t_problem *problem)
{
    size_t d = problem->spec.d, targets = problem->form.M * problem->form.K * d;
    gradients all = {problem->params.size, d * d, targets, targets * problem->spec.n_effects, NULL, NULL, NULL, NULL};
    all.grad = t_zeros(all.n), all.ds = t_zeros(all.dd);
    all.dtarget = t_zeros(all.targets), all.deffect = t_zeros(all.effects);
    return all;
}

static void gradients_free(gradients *all)
{
    free(all->grad), free(all->ds), free(all->dtarget), free(all->deffect);
}

static gradients gradients_of(t_problem *problem, gim__graphs graphs, int want_graph)
{
    gradients all = gradients_new(problem);
    const gim__likelihood *work = &problem->objective.likelihood;
    backward(problem, all.grad, want_graph ? all.ds : NULL, graphs);
    memcpy(all.dtarget, work->dtarget, all.targets * sizeof(real));
    memcpy(all.deffect, work->deffect, all.effects * sizeof(real));
    return all;
}

static int same_bits(const gradients *a, const gradients *b)
{
    return memcmp(a->grad, b->grad, a->n * sizeof(real)) == 0 && memcmp(a->ds, b->ds, a->dd * sizeof(real)) == 0 &&
           memcmp(a->dtarget, b->dtarget, a->targets * sizeof(real)) == 0 &&
           memcmp(a->deffect, b->deffect, a->effects * sizeof(real)) == 0;
}

START_TEST(no_bit_depends_on_the_threads)
{
    static const size_t threads[] = {1, 2, 3, 4};
    gradients wanted = {0};
    double wanted_value = 0;
    for (size_t i = 0; i < 4; i++) {
        t_form form = large_form(_i, threads[i]);
        t_problem problem;
        t_problem_open(&problem, &form, 2);
        gim__objective_draw(&problem.objective, problem.values);
        gim__graphs graphs = graphs_of(&problem, 1);
        double value = forward(&problem, graphs);
        gradients all = gradients_of(&problem, graphs, 1);
        if (i == 0) {
            wanted = all;
            wanted_value = value;
        } else {
            ck_assert(value == wanted_value);
            ck_assert_msg(same_bits(&all, &wanted), "%s: %zu threads", t_form_name(&form), threads[i]);
            gradients_free(&all);
        }
        t_problem_close(&problem);
    }
    gradients_free(&wanted);
}
END_TEST

START_TEST(one_graph_that_all_share_is_that_graph_repeated)
{
    t_form form = large_form(_i, 2);
    t_problem problem;
    t_problem_open(&problem, &form, 2);
    gim__objective_draw(&problem.objective, problem.values);
    size_t dd = form.d * form.d;
    real *one = t_graph(form.d, 0.6, 1, 5), *many = t_zeros(form.M * dd);
    for (size_t m = 0; m < form.M; m++)
        memcpy(many + m * dd, one, dd * sizeof *one);
    gim__graphs shared = {one, 1}, repeated = {many, 0};
    double value = forward(&problem, shared);
    gradients got = gradients_of(&problem, shared, 0);
    ck_assert_double_lt(t_error(value, forward(&problem, repeated)), T_ROUNDING);
    gradients wanted = gradients_of(&problem, repeated, 0);
    ck_assert_double_lt(t_gap(got.grad, wanted.grad, got.n), 10 * T_ROUNDING);
    ck_assert_double_lt(t_gap(got.dtarget, wanted.dtarget, got.targets), 10 * T_ROUNDING);
    ck_assert_double_lt(t_gap(got.deffect, wanted.deffect, got.effects), 10 * T_ROUNDING);
    gradients_free(&got), gradients_free(&wanted);
    free(one), free(many);
    t_problem_close(&problem);
}
END_TEST

/* ---- rows that are left out ---- */

/* The part of draw m in the whole's gradient, from a problem of that draw alone. There every weight is multiplied by a
 * power of two, so that none is small enough to be left out, and the gradient divided by it. */
static void add_draw(gradients *sum, const t_problem *whole, const real *dell, size_t m)
{
    const real scale = (real)0x1p60;
    t_form form = whole->form;
    t_problem problem;
    form.M = 1;
    t_problem_open(&problem, &form, 2);
    const gim__draws *from = &whole->objective.draws;
    gim__draws *draws = &problem.objective.draws;
    size_t dd = form.d * form.d, kd = form.K * form.d, effects = problem.spec.n_effects * kd, n = whole->rows.n;
    memcpy(draws->graph_noise, from->graph_noise + m * dd, dd * sizeof(real));
    memcpy(draws->target_noise, from->target_noise + m * kd, kd * sizeof(real));
    memcpy(draws->effect_noise, from->effect_noise + m * effects, effects * sizeof(real));
    gim__objective_draw(&problem.objective, problem.values);
    forward(&problem, graphs_of(&problem, 1));
    for (size_t r = 0; r < n; r++)
        problem.objective.likelihood.ell[r] = scale * dell[m * n + r];
    gradients one = gradients_of(&problem, graphs_of(&problem, 1), 1);
    for (size_t i = 0; i < one.n; i++)
        sum->grad[i] += one.grad[i] / scale;
    for (size_t i = 0; i < dd; i++)
        sum->ds[i] += one.ds[i] / scale;
    for (size_t i = 0; i < kd; i++)
        sum->dtarget[m * kd + i] = one.dtarget[i] / scale;
    for (size_t i = 0; i < effects; i++)
        sum->deffect[m * effects + i] = one.deffect[i] / scale;
    gradients_free(&one);
    t_problem_close(&problem);
}

/* Weights of all sizes, from that of the row to what is far below rounding, as a softmax over draws gives them. */
static real *weights_of_all_sizes(const t_problem *problem)
{
    size_t n = problem->rows.n, left_out = 0;
    real *dell = t_zeros(problem->form.M * n);
    uint64_t state = 8;
    for (size_t i = 0; i < problem->form.M * n; i++) {
        double share = pow(REAL_EPSILON, 2 * t_uniform(&state));
        dell[i] = (real)(share * (double)problem->rows.weight[i % n]);
        left_out += share < REAL_EPSILON;
    }
    ck_assert_uint_gt(left_out, n);
    return dell;
}

START_TEST(rows_of_no_weight_are_not_missed)
{
    t_form form = t_form_at(_i);
    t_problem problem;
    form.rows = 12, form.M = 8;
    t_problem_open(&problem, &form, 2);
    gim__objective_draw(&problem.objective, problem.values);
    gim__graphs graphs = graphs_of(&problem, 1);
    forward(&problem, graphs);
    real *dell = weights_of_all_sizes(&problem);
    memcpy(problem.objective.likelihood.ell, dell, form.M * problem.rows.n * sizeof *dell);
    gradients got = gradients_of(&problem, graphs, 1), wanted = gradients_new(&problem);
    for (size_t m = 0; m < form.M; m++)
        add_draw(&wanted, &problem, dell, m);
    ck_assert_double_lt(t_gap(got.grad, wanted.grad, got.n), 10 * T_ROUNDING);
    ck_assert_double_lt(t_gap(got.ds, wanted.ds, got.dd), 10 * T_ROUNDING);
    ck_assert_double_lt(t_gap(got.dtarget, wanted.dtarget, got.targets), 10 * T_ROUNDING);
    ck_assert_double_lt(t_gap(got.deffect, wanted.deffect, got.effects), 10 * T_ROUNDING);
    gradients_free(&got), gradients_free(&wanted);
    free(dell);
    t_problem_close(&problem);
}
END_TEST

START_TEST(gradients_are_added_and_may_be_unwanted)
{
    t_form form = t_form_at(_i);
    t_problem problem;
    t_problem_open(&problem, &form, 2);
    gim__objective_draw(&problem.objective, problem.values);
    gim__graphs graphs = graphs_of(&problem, 1);
    forward(&problem, graphs);
    gradients both = gradients_of(&problem, graphs, 1);
    real *grad = t_normals(both.n, 1, 1), *before = t_normals(both.n, 1, 1);
    real *ds = t_normals(both.dd, 1, 2), *ds_before = t_normals(both.dd, 1, 2);
    backward(&problem, grad, NULL, graphs);
    backward(&problem, NULL, ds, graphs);
    for (size_t i = 0; i < both.n; i++)
        before[i] += both.grad[i];
    for (size_t i = 0; i < both.dd; i++)
        ds_before[i] += both.ds[i];
    ck_assert_double_lt(t_gap(grad, before, both.n), T_ROUNDING);
    ck_assert_double_lt(t_gap(ds, ds_before, both.dd), T_ROUNDING);
    free(grad), free(before), free(ds), free(ds_before);
    gradients_free(&both);
    t_problem_close(&problem);
}
END_TEST

/* ---- memory ---- */

START_TEST(memory_that_is_out_is_said_and_given_back)
{
    t_form form = t_form_at(2);
    t_problem problem;
    t_memory memory;
    gim__likelihood work;
    t_problem_open(&problem, &form, 2);
    gim_status status = GIM_ERR_NOMEM;
    size_t fail_at = 1;
    for (; status != GIM_OK; fail_at++) {
        t_memory_open(&memory, fail_at);
        status = gim__likelihood_new(&work, &memory.allocator, &problem.spec, &problem.params, form.M, form.K, 10,
                                     problem.pool);
        ck_assert_int_eq(status, memory.calls < fail_at ? GIM_OK : GIM_ERR_NOMEM);
        gim__likelihood_free(&work);
        ck_assert_uint_eq(memory.blocks, 0);
        ck_assert(!memory.wrong);
    }
    ck_assert_uint_gt(fail_at, 5);
    t_problem_close(&problem);
}
END_TEST

int main(void)
{
    t_case cases[] = {{the_value_is_that_of_plain_loops, T_FORMS},
                      {no_bit_depends_on_the_threads, T_FORMS},
                      {one_graph_that_all_share_is_that_graph_repeated, T_FORMS},
                      {rows_of_no_weight_are_not_missed, T_FAMILIES},
                      {gradients_are_added_and_may_be_unwanted, T_FORMS},
                      {memory_that_is_out_is_said_and_given_back, 1}};
    return T_RUN("likelihood", cases);
}
