/* The table of parameters: shapes, order, starting values. And the families' effects.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "testing.h"

static void open_family(t_problem *problem, int i)
{
    t_form form = t_form_at(i);
    form.d = 4, form.p = 3, form.rank = 2, form.hidden = 5, form.width = 6;
    t_problem_open(problem, &form, 1);
}

/* ---- families ---- */

START_TEST(families_have_their_effects)
{
    static const gim_effect effect[] = {GIM_EFFECT_MEAN, GIM_EFFECT_LOG_SCALE, GIM_EFFECT_LOGIT_PI};
    static const size_t n_effects[3][2] = {{2, 1}, {2, 1}, {3, 1}};
    for (int mechanism = 0; mechanism < 3; mechanism++)
        for (int intervention = 0; intervention < 2; intervention++) {
            gim__spec spec;
            memset(&spec, 0xa5, sizeof spec);
            gim__spec_families(&spec, mechanism, intervention);
            ck_assert_ptr_eq(spec.mech, mechanism == GIM_LINEAR ? &gim__mech_linear : &gim__mech_network);
            ck_assert_int_eq(spec.zero_inflated, mechanism == GIM_ZERO_INFLATED);
            ck_assert_int_eq(spec.shift, intervention == GIM_SHIFT);
            ck_assert_uint_eq(spec.n_effects, n_effects[mechanism][intervention]);
            ck_assert_mem_eq(spec.effect, effect, spec.n_effects * sizeof *effect);
        }
    ck_assert_str_eq(gim_effect_name(GIM_EFFECT_MEAN), "mean");
    ck_assert_str_eq(gim_effect_name(GIM_EFFECT_LOG_SCALE), "log_scale");
    ck_assert_str_eq(gim_effect_name(GIM_EFFECT_LOGIT_PI), "logit_pi");
    ck_assert_ptr_null(gim_effect_name(3));
    ck_assert_ptr_null(gim_effect_name((gim_effect)-1));
}
END_TEST

/* ---- layout ---- */

/* name, dimensions, prior: the files of all models name their tensors so */
typedef struct row {
    const char *name;
    size_t dims[3];
    gim__block_prior prior;
} row;

static size_t compare_rows(const gim__params *params, size_t at, const row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const gim__block *block = &params->block[at + i];
        size_t size = 1, n_dims = 0;
        ck_assert_str_eq(block->name, rows[i].name);
        for (; n_dims < 3 && rows[i].dims[n_dims] > 0; n_dims++)
            size *= rows[i].dims[n_dims];
        ck_assert_uint_eq(block->n_dims, n_dims);
        ck_assert_mem_eq(block->dims, rows[i].dims, n_dims * sizeof(size_t));
        ck_assert_uint_eq(block->size, size);
        ck_assert_int_eq(block->prior, rows[i].prior);
    }
    return at + n;
}

static size_t compare_network(const gim__params *params, size_t at, const char *group, size_t offset)
{
    static const char *const parts[] = {"0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias"};
    static const size_t dims[6][3] = {{3, 6}, {6}, {6, 6}, {6}, {6, 4}, {4}};
    ck_assert_uint_eq(params->block[at].offset, offset);
    for (size_t i = 0; i < 6; i++) {
        char name[64] = "";
        strcat(strcat(strcat(name, group), "."), parts[i]);
        row wanted = {name, {dims[i][0], dims[i][1], dims[i][2]}, GIM__PHI};
        compare_rows(params, at + i, &wanted, 1);
    }
    return at + 6;
}

static size_t compare_mechanism(const t_problem *problem, size_t at)
{
    const row linear = {"mechanism.W", {4, 4}, GIM__THETA}, logvar = {"noise.logvar", {4}, GIM__FREE};
    const row logit_pi = {"noise.logit_pi", {4}, GIM__FREE};
    const row network[] = {{"mechanism.W1", {4, 4, 5}, GIM__THETA},
                           {"mechanism.b1", {4, 5}, GIM__THETA},
                           {"mechanism.W2", {4, 5}, GIM__THETA},
                           {"mechanism.b2", {4}, GIM__THETA}};
    int is_linear = problem->form.mechanism == GIM_LINEAR;
    const gim__params *params = &problem->params;
    ck_assert_uint_eq(params->theta, params->block[at].offset);
    at = compare_rows(params, at, is_linear ? &linear : network, is_linear ? 1 : 4);
    ck_assert_uint_eq(params->theta + params->theta_size, params->block[at].offset);
    ck_assert_uint_eq(params->logvar, params->block[at].offset);
    at = compare_rows(params, at, &logvar, 1);
    if (!problem->spec.zero_inflated)
        return at;
    ck_assert_uint_eq(params->logit_pi, params->block[at].offset);
    return compare_rows(params, at, &logit_pi, 1);
}

START_TEST(blocks_have_their_names_and_shapes)
{
    const row latents[] = {{"graph.U", {4, 2}, GIM__LATENT}, {"graph.V", {4, 2}, GIM__LATENT}};
    t_problem problem;
    open_family(&problem, _i);
    const gim__params *params = &problem.params;
    size_t at = compare_rows(params, 0, latents, 2);
    at = compare_mechanism(&problem, at);
    at = compare_network(params, at, "target", params->target);
    for (size_t e = 0; e < problem.spec.n_effects; e++)
        at = compare_network(params, at, gim_effect_name(problem.spec.effect[e]), params->effect[e]);
    ck_assert_uint_eq(at, params->n_blocks);
    ck_assert_uint_le(params->n_blocks, GIM__BLOCKS);
    ck_assert_uint_eq(params->U, 0);
    ck_assert_uint_eq(params->V, params->block[1].offset);
    t_problem_close(&problem);
}
END_TEST

START_TEST(blocks_fill_the_vector_without_a_gap)
{
    t_problem problem;
    open_family(&problem, _i);
    size_t end = 0;
    for (size_t b = 0; b < problem.params.n_blocks; b++) {
        ck_assert_uint_eq(problem.params.block[b].offset, end);
        end += problem.params.block[b].size;
    }
    ck_assert_uint_eq(end, problem.params.size);
    t_problem_close(&problem);
}
END_TEST

/* ---- starting values ---- */

static void spread(const real *x, size_t n, double *mean, double *sd)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i];
    *mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += ((double)x[i] - *mean) * ((double)x[i] - *mean);
    *sd = sqrt(squares / (double)n);
}

static int constant(const real *x, size_t n, double value)
{
    for (size_t i = 0; i < n; i++)
        if ((double)x[i] != value)
            return 0;
    return 1;
}

/* Normal around 0 with this standard deviation, within 4 standard errors. */
static void check_normal(const real *values, const gim__block *block, double sd)
{
    double mean, found, root = sqrt((double)block->size);
    spread(values + block->offset, block->size, &mean, &found);
    ck_assert_msg(fabs(mean) * root < 4 * sd && fabs(found / sd - 1) * root < 4 / sqrt(2),
                  "%s: mean %g, sd %g, not 0, %g", block->name, mean, found, sd);
}

static void check_start(const real *values, const gim__block *block, const gim__spec *spec)
{
    const char *part = strrchr(block->name, '.');
    const real *at = values + block->offset;
    if (block->prior == GIM__LATENT)
        check_normal(values, block, 1);
    else if (strcmp(block->name, "target.2.bias") == 0)
        ck_assert_msg(constant(at, block->size, -3), "targets are not rare at the start");
    else if (block->prior == GIM__PHI && block->n_dims == 2)
        check_normal(values, block, sqrt(2.0 / (double)(block->dims[0] + block->dims[1])));
    else if (strcmp(part, ".W1") == 0)
        check_normal(values, block, sqrt(2.0 / (double)(spec->d + spec->hidden)));
    else if (strcmp(part, ".W2") == 0)
        check_normal(values, block, sqrt(2.0 / (double)(spec->hidden + 1)));
    else if (strcmp(part, ".W") == 0)
        check_normal(values, block, spec->d > 20 ? 0.1 * sqrt(20 / (double)spec->d) : 0.1);
    else
        ck_assert_msg(constant(at, block->size, 0), "%s does not start at 0", block->name);
}

static void check_values(int i, size_t d)
{
    t_form form = t_form_at(i);
    t_problem problem;
    form.d = d, form.p = 20, form.rank = 25, form.hidden = 12, form.width = 40, form.K = 2, form.rows = 1, form.M = 1;
    t_problem_open(&problem, &form, 1);
    real *values = t_zeros(problem.params.size);
    gim__params_start(values, &problem.params, &problem.spec, 5);
    for (size_t b = 0; b < problem.params.n_blocks; b++)
        check_start(values, &problem.params.block[b], &problem.spec);
    free(values);
    t_problem_close(&problem);
}

START_TEST(values_start_as_the_model_says)
{
    check_values(_i, 30);
    check_values(_i, 12);
}
END_TEST

START_TEST(the_seed_alone_decides_the_start)
{
    t_problem problem;
    open_family(&problem, _i);
    size_t n = problem.params.size;
    real *one = t_zeros(n), *again = t_zeros(n), *other = t_zeros(n);
    gim__params_start(one, &problem.params, &problem.spec, 5);
    gim__params_start(again, &problem.params, &problem.spec, 5);
    gim__params_start(other, &problem.params, &problem.spec, 6);
    ck_assert_mem_eq(one, again, n * sizeof *one);
    for (size_t b = 0; b < problem.params.n_blocks; b++) {
        const gim__block *block = &problem.params.block[b];
        const real *at = one + block->offset;
        if (!constant(at, block->size, (double)at[0]))
            ck_assert_msg(memcmp(at, other + block->offset, block->size * sizeof *at) != 0, "%s", block->name);
    }
    free(one), free(again), free(other);
    t_problem_close(&problem);
}
END_TEST

int main(void)
{
    t_case cases[] = {{families_have_their_effects, 1},
                      {blocks_have_their_names_and_shapes, T_FAMILIES},
                      {blocks_fill_the_vector_without_a_gap, T_FAMILIES},
                      {values_start_as_the_model_says, T_FAMILIES},
                      {the_seed_alone_decides_the_start, T_FAMILIES}};
    return T_RUN("params", cases);
}
