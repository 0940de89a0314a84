/* Variables have no order: with all that belongs to them permuted, densities, objectives and gradients are permuted and
 * nothing else. Starting values and noise are drawn by number, so the parameters and noise of a problem are permuted
 * here, exactly. SPDX-License-Identifier: BSD-3-Clause */
#include "model/graph.h"
#include "model/predict.h"
#include "property/systems.h"

/* ---- arrays permuted: entry order[j] becomes entry j ---- */

/* along dimension `which` of an array (outer, d, inner) */
static void permute(real *x, const size_t *order, size_t outer, size_t d, size_t inner)
{
    real *was = t_zeros(d * inner);
    for (size_t o = 0; o < outer; o++, x += d * inner) {
        memcpy(was, x, d * inner * sizeof *x);
        for (size_t j = 0; j < d; j++)
            memcpy(x + j * inner, was + order[j] * inner, inner * sizeof *x);
    }
    free(was);
}

static void permute_square(real *x, const size_t *order, size_t outer, size_t d, size_t inner)
{
    permute(x, order, outer, d, d * inner);
    permute(x, order, outer * d, d, inner);
}

static int ends_in(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n >= m && strcmp(name + n - m, end) == 0;
}

/* Parameters, or a gradient, by what their blocks are called. */
static void permute_values(real *values, const size_t *order, const gim__params *params, size_t d)
{
    size_t moved = 0;
    for (size_t b = 0; b < params->n_blocks; b++) {
        const gim__block *block = &params->block[b];
        real *x = values + block->offset;
        if (strncmp(block->name, "mechanism.", 10) == 0 && (ends_in(block->name, ".W") || ends_in(block->name, ".W1")))
            permute_square(x, order, 1, d, block->size / (d * d));
        else if (strncmp(block->name, "graph.", 6) == 0 || strncmp(block->name, "mechanism.", 10) == 0 ||
                 strncmp(block->name, "noise.", 6) == 0)
            permute(x, order, 1, d, block->size / d);
        else if (ends_in(block->name, ".2.weight"))
            permute(x, order, block->dims[0], d, 1);
        else if (ends_in(block->name, ".2.bias"))
            permute(x, order, 1, d, 1);
        else
            continue;
        moved++;
    }
    ck_assert_uint_ge(moved, 2 + 1 + 1 + 4);
}

/* A problem, and the same one with its variables in another order. */
typedef struct twins {
    t_problem one, other;
    size_t order[MOST_D];
} twins;

static void open_twins(twins *both, int form_number)
{
    t_form form = t_form_at(form_number);
    ck_assert_uint_le(form.d, MOST_D);
    t_problem_open(&both->one, &form, 31);
    t_problem_open(&both->other, &form, 31);
    t_shuffle(both->order, form.d, 5);
    size_t fixed = 0, d = form.d, M = form.M, K = form.K, n = both->one.rows.n;
    for (size_t j = 0; j < d; j++)
        fixed += both->order[j] == j;
    ck_assert_uint_lt(fixed, d - 1);
    t_problem *other = &both->other;
    gim__draws *draws = &other->objective.draws;
    permute_values(other->values, both->order, &other->params, d);
    permute(other->rows.x, both->order, n, d, 1);
    permute(other->rows.y, both->order, n, d, 1);
    permute(other->rows.positive, both->order, n, d, 1);
    permute_square(draws->graph_noise, both->order, M, d, 1);
    permute(draws->target_noise, both->order, M * K, d, 1);
    permute(draws->effect_noise, both->order, M * other->spec.n_effects * K, d, 1);
}

static void close_twins(twins *both)
{
    t_problem_close(&both->one);
    t_problem_close(&both->other);
}

/* ---- the objective and its gradient ---- */

typedef struct result {
    double relaxed, discrete, acyclicity;
    real *grad;
} result;

static result evaluate(t_problem *problem)
{
    gim__objective *at = &problem->objective;
    const gim__spec *spec = &problem->spec;
    const gim__params *params = &problem->params;
    gim__interv *interv = &at->interv;
    gim__graphs relaxed = {at->draws.relaxed, 0, 1}, discrete = {at->draws.discrete, 0, 0};
    const real *values = problem->values;
    size_t kd = interv->K * spec->d;
    result found = {.grad = t_zeros(params->size)};
    memset(at->ds, 0, spec->d * spec->d * sizeof(real));
    memset(interv->dlogit, 0, kd * sizeof(real));
    memset(interv->deffect, 0, spec->n_effects * kd * sizeof(real));
    gim__objective_draw(at, values);
    gim__likelihood_rows(&at->likelihood, &problem->rows, spec->marginal);
    found.relaxed = gim__likelihood_forward(&at->likelihood, values, params, &at->draws, relaxed, spec);
    gim__likelihood_backward(&at->likelihood, NULL, at->ds, values, params, &at->draws, relaxed, spec);
    found.discrete = gim__likelihood_forward(&at->likelihood, values, params, &at->draws, discrete, spec);
    gim__likelihood_backward(&at->likelihood, found.grad, NULL, values, params, &at->draws, discrete, spec);
    gim__draws_backward(interv, &at->draws, at->likelihood.dtarget, at->likelihood.deffect, spec, at->pool);
    gim__interv_backward(found.grad, interv, values, params, spec, at->pool);
    found.acyclicity = gim__objective_acyclicity(at, at->start, at->start);
    gim__objective_acyclicity_backward(at, at->ds, 3);
    gim__graph_logits_backward(found.grad + params->U, found.grad + params->V, at->ds, values + params->U,
                               values + params->V, spec->alpha, spec->d, spec->rank);
    return found;
}

START_TEST(an_objective_and_its_gradient_are_permuted)
{
    twins both;
    open_twins(&both, _i);
    result one = evaluate(&both.one), other = evaluate(&both.other);
    ck_assert(isfinite(one.relaxed) && isfinite(one.discrete) && one.acyclicity > 0);
    ck_assert_double_le(t_error(other.relaxed, one.relaxed), 10 * T_ROUNDING);
    ck_assert_double_le(t_error(other.discrete, one.discrete), 10 * T_ROUNDING);
    ck_assert_double_le(t_error(other.acyclicity, one.acyclicity), T_ROUNDING);
    size_t n = both.one.params.size;
    ck_assert_double_gt(t_gap(other.grad, one.grad, n), 1e-2); /* the order matters ... */
    permute_values(one.grad, both.order, &both.one.params, both.one.spec.d);
    double gap = t_gap(other.grad, one.grad, n); /* ... and is all that does */
    ck_assert_msg(gap < 50 * T_ROUNDING, "%s: the gradient differs by %g", t_form_name(&both.one.form), gap);
    free(one.grad);
    free(other.grad);
    close_twins(&both);
}
END_TEST

/* ---- densities of a fitted system ---- */

/* Log-densities of the problem's rows under two perturbations together, through graph G (d, d), of which `order` is a
 * causal order. */
static double *densities(const t_problem *problem, const real *G, const size_t *order, const double *target,
                         const double *effect)
{
    size_t d = problem->spec.d, n = problem->rows.n < GIM__SAMPLE_ROWS ? problem->rows.n : GIM__SAMPLE_ROWS;
    unsigned char edge[MOST_D * MOST_D];
    for (size_t e = 0; e < d * d; e++)
        edge[e] = G[e] > 0;
    gim__system system = {&problem->spec, &problem->params, problem->values, edge, order, 2, target, effect};
    real *scratch = t_zeros(gim__means_scratch(&system));
    size_t *parents = calloc(system.spec->d, sizeof *parents);
    double *found = calloc(n, sizeof *found);
    ck_assert_ptr_nonnull(found);
    gim__log_densities(found, &system, problem->rows.x, n, scratch, parents);
    free(scratch);
    free(parents);
    return found;
}

START_TEST(a_log_density_is_the_same)
{
    twins both;
    open_twins(&both, _i % 6);
    size_t d = both.one.spec.d, E = both.one.spec.n_effects, n = both.one.rows.n, place[MOST_D], causal[2][MOST_D];
    double target[2][2 * MOST_D], effect[2][2 * 3 * MOST_D];
    uint64_t seed = 3;
    real *G = t_graph(d, 0.6, 1, 4), *H = t_zeros(d * d);
    n = n < GIM__SAMPLE_ROWS ? n : GIM__SAMPLE_ROWS;
    memcpy(H, G, d * d * sizeof *H);
    permute_square(H, both.order, 1, d, 1);
    for (size_t j = 0; j < d; j++)
        place[both.order[j]] = j;
    for (size_t j = 0; j < d; j++) {
        causal[0][j] = j;
        causal[1][j] = place[j];
        for (size_t q = 0; q < 2; q++) {
            target[0][q * d + j] = target[1][q * d + place[j]] = t_uniform(&seed);
            for (size_t e = 0; e < E; e++)
                effect[0][(q * E + e) * d + j] = effect[1][(q * E + e) * d + place[j]] = t_normal(&seed);
        }
    }
    double *one = densities(&both.one, G, causal[0], target[0], effect[0]);
    double *other = densities(&both.other, H, causal[1], target[1], effect[1]), spread = 0;
    for (size_t r = 0; r < n; r++) {
        ck_assert(isfinite(one[r]));
        ck_assert_double_le(t_error(other[r], one[r]), 10 * T_ROUNDING);
        spread += fabs(one[r] - one[0]);
    }
    ck_assert_double_gt(spread, 0.1);
    free(one);
    free(other);
    free(G);
    free(H);
    close_twins(&both);
}
END_TEST

int main(void)
{
    t_case cases[] = {{an_objective_and_its_gradient_are_permuted, T_FORMS}, {a_log_density_is_the_same, 6}};
    return T_RUN("permutation", cases);
}
