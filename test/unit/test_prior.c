/* The terms of the log-prior from their formulas, and their gradients. SPDX-License-Identifier: BSD-3-Clause */
#include "model/prior.h"
#include "testing.h"

static void open_family(t_problem *problem, int i)
{
    t_form form = t_form_at(i);
    t_problem_open(problem, &form, 1);
}

static double sigma(double x)
{
    return 1 / (1 + exp(-x));
}

/* ---- sparsity of the graph ---- */

typedef struct logits {
    t_problem *problem;
    real *ds;
} logits;

static double graph_prior(const real *s, void *user)
{
    logits *mine = user;
    memset(mine->ds, 0, mine->problem->spec.d * mine->problem->spec.d * sizeof(real));
    return gim__prior_graph(mine->ds, s, &mine->problem->spec);
}

START_TEST(edges_cost_their_probability)
{
    t_problem problem;
    open_family(&problem, 0);
    size_t d = problem.spec.d, dd = d * d;
    real *s = t_normals(dd, 2, 3), *ds = t_normals(dd, 1, 4), *before = t_normals(dd, 1, 4);
    logits mine = {&problem, t_zeros(dd)};
    double wanted = 0;
    for (size_t e = 0; e < dd; e++)
        wanted -= e % (d + 1) == 0 ? 0 : problem.spec.beta_graph * sigma((double)s[e]);
    ck_assert_double_lt(t_error(gim__prior_graph(ds, s, &problem.spec), wanted), T_ROUNDING);
    for (size_t e = 0; e < dd; e++)
        ds[e] -= before[e];
    ck_assert_double_lt(t_gradient_gap(ds, s, dd, graph_prior, &mine), T_DIFFERENCE);
    for (size_t i = 0; i < d; i++)
        ck_assert(ds[i * (d + 1)] == 0);
    free(s), free(ds), free(before), free(mine.ds);
    t_problem_close(&problem);
}
END_TEST

/* ---- sparsity of targets ---- */

static double target_prior(const real *unused, void *user)
{
    t_problem *problem = user;
    (void)unused;
    return gim__prior_targets(&problem->objective.interv, 0.7, &problem->spec);
}

START_TEST(targets_cost_their_probability_where_there_is_a_perturbation)
{
    t_problem problem;
    open_family(&problem, 0);
    gim__interv *at = &problem.objective.interv;
    size_t d = problem.spec.d, kd = at->K * d;
    real *dlogit = t_zeros(kd), *before = t_normals(kd, 1, 4), *logit = t_normals(kd, 2, 3);
    double wanted = 0;
    memcpy(at->logit, logit, kd * sizeof *logit);
    memcpy(at->dlogit, before, kd * sizeof *before);
    for (size_t i = 0; i < kd; i++)
        wanted -= problem.observational[i / d] ? 0 : 0.7 * sigma((double)logit[i]);
    ck_assert_double_lt(t_error(target_prior(NULL, &problem), wanted), T_ROUNDING);
    for (size_t i = 0; i < kd; i++)
        dlogit[i] = at->dlogit[i] - before[i];
    ck_assert_double_lt(t_gradient_gap(dlogit, at->logit, kd, target_prior, &problem), T_DIFFERENCE);
    for (size_t i = 0; i < kd; i++)
        ck_assert(!problem.observational[i / d] || dlogit[i] == 0);
    free(dlogit), free(before), free(logit);
    t_problem_close(&problem);
}
END_TEST

/* ---- weights ---- */

/* The spread of the block's prior by its name; 0 where it has none. */
static double spread_of(const char *name, const gim__spec *spec)
{
    return strncmp(name, "graph.", 6) == 0        ? spec->sigma_z
           : strncmp(name, "mechanism.", 10) == 0 ? spec->sigma_theta
           : strncmp(name, "noise.", 6) == 0      ? 0
                                                  : spec->sigma_phi;
}

START_TEST(weights_are_normal_by_block)
{
    t_problem problem;
    open_family(&problem, _i);
    size_t n = problem.params.size;
    real *grad = t_normals(n, 1, 4), *before = t_normals(n, 1, 4), *wanted = t_zeros(n);
    double value = gim__prior_weights(grad, problem.values, &problem.params, &problem.spec), sum = 0;
    for (size_t b = 0; b < problem.params.n_blocks; b++) {
        const gim__block *block = &problem.params.block[b];
        double spread = spread_of(block->name, &problem.spec);
        for (size_t i = block->offset; spread > 0 && i < block->offset + block->size; i++) {
            sum -= (double)problem.values[i] * (double)problem.values[i] / (2 * spread * spread);
            wanted[i] = (real)(-(double)problem.values[i] / (spread * spread));
        }
    }
    for (size_t i = 0; i < n; i++)
        grad[i] -= before[i];
    ck_assert_double_lt(t_error(value, sum), T_ROUNDING);
    ck_assert_double_lt(t_gap(grad, wanted, n), T_ROUNDING);
    free(grad), free(before), free(wanted);
    t_problem_close(&problem);
}
END_TEST

int main(void)
{
    t_case cases[] = {{edges_cost_their_probability, 1},
                      {targets_cost_their_probability_where_there_is_a_perturbation, 1},
                      {weights_are_normal_by_block, T_FAMILIES}};
    return T_RUN("prior", cases);
}
