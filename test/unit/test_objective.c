/* A step and a check, put together from their parts. Gradients of the whole are test/suite's.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "math/spectral.h"
#include "testing.h"

static gim__phase phase_at(uint64_t step, const real *graph)
{
    return (gim__phase){
        .step = step, .rows = 40, .beta_target = 0.6, .mixed = 0.3, .lambda = 0.5, .mu = 1.7, .graph = graph};
}

static double sigma(double x)
{
    return 1 / (1 + exp(-x));
}

/* model.md's log-prior; without the graph's sparsity once the graph is fixed. */
static double plain_prior(const t_problem *problem, double beta_target, int fixed)
{
    const gim__spec *spec = &problem->spec;
    const gim__objective *objective = &problem->objective;
    double sum = 0;
    for (size_t e = 0; e < spec->d * spec->d && !fixed; e++)
        sum -= e % (spec->d + 1) == 0 ? 0 : spec->beta_graph * sigma((double)objective->s[e]);
    for (size_t i = 0; i < problem->form.K * spec->d; i++)
        sum -= problem->observational[i / spec->d] ? 0 : beta_target * sigma((double)objective->interv.logit[i]);
    for (size_t b = 0; b < problem->params.n_blocks; b++) {
        const gim__block *block = &problem->params.block[b];
        double spread = block->prior == GIM__LATENT  ? spec->sigma_z
                        : block->prior == GIM__THETA ? spec->sigma_theta
                                                     : spec->sigma_phi;
        for (size_t i = block->offset; block->prior != GIM__FREE && i < block->offset + block->size; i++)
            sum -= (double)problem->values[i] * (double)problem->values[i] / (2 * spread * spread);
    }
    return sum;
}

static double plain_acyclicity(const t_problem *problem)
{
    size_t d = problem->spec.d, steps = problem->objective.power_steps, M = problem->form.M;
    real *scratch = t_zeros(gim__spectral_scratch(d, steps)), ones[16];
    double sum = 0;
    for (size_t j = 0; j < d; j++)
        ones[j] = 1;
    for (size_t m = 0; m < M; m++)
        sum +=
            (double)gim__spectral_forward(scratch, problem->objective.draws.relaxed + m * d * d, ones, ones, d, steps);
    free(scratch);
    return sum / (double)M;
}

/* At the rows that the step or check took. */
static double plain_volume(t_problem *problem)
{
    gim__objective *objective = &problem->objective;
    gim__graphs graphs = {objective->draws.discrete, 0, 0};
    return gim__volume_forward(&objective->volume, problem->values, &problem->params, graphs, &problem->spec);
}

static real *repeated(const real *G, size_t M, size_t dd)
{
    real *many = t_zeros(M * dd);
    for (size_t m = 0; m < M; m++)
        memcpy(many + m * dd, G, dd * sizeof *G);
    return many;
}

/* The draws that a step was made of stay in the objective. */
static void check_step(int i, const real *fixed)
{
    t_form form = t_form_at(i);
    t_problem problem;
    t_problem_open(&problem, &form, 4);
    problem.spec.volume = 0.6;
    gim__phase phase = phase_at(3, fixed);
    real *grad = t_zeros(problem.params.size);
    gim__value value = gim__objective_step(&problem.objective, grad, problem.values, &problem.rows, &phase);
    size_t dd = form.d * form.d;
    real *graphs =
        fixed != NULL ? repeated(fixed, form.M, dd) : repeated(problem.objective.draws.discrete, 1, form.M * dd);
    double likelihood = t_log_likelihood(&problem, problem.values, graphs);
    if (fixed == NULL)
        likelihood += phase.rows * 0.6 * plain_volume(&problem);
    double h = fixed != NULL ? 0 : plain_acyclicity(&problem);
    double wanted = (likelihood + plain_prior(&problem, phase.beta_target, fixed != NULL)) / phase.rows -
                    phase.lambda * h - 0.5 * phase.mu * h * h;
    ck_assert_double_lt(t_error(value.log_likelihood, likelihood / phase.rows), T_ROUNDING);
    ck_assert_double_lt(t_error(value.acyclicity, h), T_ROUNDING);
    ck_assert_double_lt(t_error(value.objective, wanted), T_ROUNDING);
    free(grad), free(graphs);
    t_problem_close(&problem);
}

START_TEST(a_step_is_its_parts)
{
    check_step(_i, NULL);
}
END_TEST

START_TEST(a_step_with_the_graph_fixed_is_its_parts)
{
    real *fixed = t_graph(4, 0.6, 1, 3);
    check_step(_i, fixed);
    free(fixed);
}
END_TEST

START_TEST(a_check_is_its_parts)
{
    t_form form = t_form_at(_i);
    t_problem problem;
    t_problem_open(&problem, &form, 4);
    problem.spec.volume = 0.6;
    gim__phase phase = phase_at(3, NULL);
    gim__value value = gim__objective_check(&problem.objective, problem.values, &problem.rows, &phase);
    double likelihood = t_log_likelihood(&problem, problem.values, problem.objective.draws.discrete);
    double wanted = likelihood / (double)problem.rows.n + 0.6 * plain_volume(&problem);
    ck_assert_double_lt(t_error(value.log_likelihood, wanted), T_ROUNDING);
    ck_assert_double_lt(t_error(value.acyclicity, plain_acyclicity(&problem)), T_ROUNDING);
    real *fixed = t_graph(form.d, 0.6, 1, 3), *many = repeated(fixed, form.M, form.d * form.d);
    phase.graph = fixed;
    value = gim__objective_check(&problem.objective, problem.values, &problem.rows, &phase);
    likelihood = t_log_likelihood(&problem, problem.values, many);
    ck_assert_double_lt(t_error(value.log_likelihood, likelihood / (double)problem.rows.n), T_ROUNDING);
    free(fixed), free(many);
    t_problem_close(&problem);
}
END_TEST

START_TEST(a_check_without_rows_has_no_likelihood)
{
    t_form form = t_form_at(0);
    t_problem problem;
    gim__rows none = {0};
    t_problem_open(&problem, &form, 4);
    gim__phase phase = phase_at(3, NULL);
    gim__value value = gim__objective_check(&problem.objective, problem.values, &none, &phase);
    ck_assert(isnan(value.log_likelihood));
    ck_assert(value.acyclicity > 0);
    t_problem_close(&problem);
}
END_TEST

/* ---- noise ---- */

static real *noise_after(t_problem *problem, uint64_t step, int check)
{
    gim__phase phase = phase_at(step, NULL);
    real *grad = t_zeros(problem->params.size);
    if (check)
        gim__objective_check(&problem->objective, problem->values, &problem->rows, &phase);
    else
        gim__objective_step(&problem->objective, grad, problem->values, &problem->rows, &phase);
    free(grad);
    size_t n = problem->form.M * problem->spec.d * problem->spec.d;
    return repeated(problem->objective.draws.graph_noise, 1, n);
}

START_TEST(every_step_check_and_draw_has_noise_of_its_own)
{
    t_form form = t_form_at(0);
    t_problem problem;
    t_problem_open(&problem, &form, 4);
    size_t dd = form.d * form.d, all = form.M * dd;
    real *noise[6] = {noise_after(&problem, 3, 0),
                      noise_after(&problem, 4, 0),
                      noise_after(&problem, 3, 1),
                      noise_after(&problem, 4, 1),
                      NULL,
                      noise_after(&problem, 3, 0)};
    problem.objective.seed++;
    noise[4] = noise_after(&problem, 3, 0);
    ck_assert_mem_eq(noise[0], noise[5], all * sizeof(real)); /* the same once more */
    for (size_t a = 0; a < 5 * form.M; a++)
        for (size_t b = 0; b < a; b++)
            ck_assert(noise[a / form.M][a % form.M * dd] != noise[b / form.M][b % form.M * dd]);
    for (size_t i = 0; i < 6; i++)
        free(noise[i]);
    t_problem_close(&problem);
}
END_TEST

/* Draw m is the same draw, however many there are. */
START_TEST(more_draws_begin_with_the_fewer)
{
    t_form few = t_form_at(0), many = t_form_at(0);
    t_problem a, b;
    many.M = 5;
    t_problem_open(&a, &few, 4);
    t_problem_open(&b, &many, 4);
    real *from_few = noise_after(&a, 3, 0), *from_many = noise_after(&b, 3, 0);
    ck_assert_mem_eq(from_few, from_many, few.M * few.d * few.d * sizeof(real));
    free(from_few), free(from_many);
    t_problem_close(&a), t_problem_close(&b);
}
END_TEST

/* ---- threads and memory ---- */

START_TEST(no_bit_of_a_step_depends_on_the_threads)
{
    static const size_t threads[] = {1, 2, 3, 4};
    real *wanted = NULL;
    gim__value value[4], check[4];
    for (size_t i = 0; i < 4; i++) {
        t_form form = t_form_at(_i);
        t_problem problem;
        form.d = 6, form.K = 8, form.rows = 60, form.M = 5, form.threads = threads[i];
        t_problem_open(&problem, &form, 4);
        gim__phase phase = phase_at(3, NULL);
        size_t n = problem.params.size;
        real *grad = t_normals(n, 1, i); /* it is set, not added to */
        value[i] = gim__objective_step(&problem.objective, grad, problem.values, &problem.rows, &phase);
        check[i] = gim__objective_check(&problem.objective, problem.values, &problem.rows, &phase);
        ck_assert_mem_eq(&value[i], &value[0], sizeof *value);
        ck_assert_mem_eq(&check[i], &check[0], sizeof *check);
        if (wanted == NULL)
            wanted = repeated(grad, 1, n);
        ck_assert_mem_eq(grad, wanted, n * sizeof *grad);
        free(grad);
        t_problem_close(&problem);
    }
    free(wanted);
}
END_TEST

START_TEST(memory_that_is_out_is_said_and_given_back)
{
    t_form form = t_form_at(2);
    t_problem problem;
    t_memory memory;
    gim__objective objective;
    t_problem_open(&problem, &form, 2);
    gim_status status = GIM_ERR_NOMEM;
    size_t fail_at = 1;
    for (; status != GIM_OK; fail_at++) {
        t_memory_open(&memory, fail_at);
        status = gim__objective_new(&objective, &memory.allocator, &problem.spec, &problem.params, problem.features,
                                    problem.observational, form.K, form.M, 10, 3, 1, problem.pool);
        ck_assert_int_eq(status, memory.calls < fail_at ? GIM_OK : GIM_ERR_NOMEM);
        gim__objective_free(&objective);
        ck_assert_uint_eq(memory.blocks, 0);
        ck_assert(!memory.wrong);
    }
    ck_assert_uint_gt(fail_at, 20);
    t_problem_close(&problem);
}
END_TEST

/* A step asks for no memory: it writes nothing past what it was given either, which the sanitizers see. */
START_TEST(a_step_allocates_nothing)
{
    t_form form = t_form_at(_i);
    t_problem problem;
    t_memory memory;
    gim__objective objective;
    t_problem_open(&problem, &form, 2);
    problem.spec.volume = _i % 2;
    t_memory_open(&memory, 0);
    ck_assert_int_eq(gim__objective_new(&objective, &memory.allocator, &problem.spec, &problem.params, problem.features,
                                        problem.observational, form.K, form.M, problem.rows.n, 3, 1, problem.pool),
                     GIM_OK);
    size_t calls = memory.calls;
    gim__phase phase = phase_at(0, NULL);
    real *grad = t_zeros(problem.params.size);
    gim__objective_step(&objective, grad, problem.values, &problem.rows, &phase);
    gim__objective_check(&objective, problem.values, &problem.rows, &phase);
    ck_assert_uint_eq(memory.calls, calls);
    gim__objective_free(&objective);
    ck_assert_uint_eq(memory.blocks, 0);
    free(grad);
    t_problem_close(&problem);
}
END_TEST

int main(void)
{
    t_case cases[] = {{a_step_is_its_parts, T_FORMS},
                      {a_step_with_the_graph_fixed_is_its_parts, T_FORMS},
                      {a_check_is_its_parts, T_FORMS},
                      {a_check_without_rows_has_no_likelihood, 1},
                      {every_step_check_and_draw_has_noise_of_its_own, 1},
                      {more_draws_begin_with_the_fewer, 1},
                      {no_bit_of_a_step_depends_on_the_threads, T_FORMS},
                      {memory_that_is_out_is_said_and_given_back, 1},
                      {a_step_allocates_nothing, T_FORMS}};
    return T_RUN("objective", cases);
}
