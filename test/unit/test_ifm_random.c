/* Identification on random graphs, against the densities themselves: what is identified has the exponents that give it,
 * what is refused has a counterexample, and the criteria are nested. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>

#include "testing.h"

enum { MOST_D = 4, MOST_M = 4, MOST_K = 9, MOST_T = 10, MOST_ALL = 81, GRAPHS = 1500 };

typedef struct problem {
    size_t d, m, K, T, all, levels[MOST_M];
    unsigned char S[MOST_K][MOST_D], F[MOST_K][MOST_M];
    size_t regimes[MOST_ALL][MOST_M]; /* all there are, shuffled; the first T are observed */
    size_t observed[MOST_T * MOST_M];
    const size_t *target;
    uint64_t seed;
    gim_ifm_graph *graph;
} problem;

static size_t below(size_t n, uint64_t *state)
{
    return (size_t)(t_uniform(state) * (double)n);
}

static void make_factors(problem *p, uint64_t *state)
{
    unsigned char bare[MOST_D];
    memset(bare, 1, sizeof bare);
    for (size_t k = 0; k < p->K; k++) {
        size_t i = below(p->d, state);
        for (size_t j = 0; j < p->d; j++)
            p->S[k][j] = j == i || t_uniform(state) < 0.3, bare[j] &= !p->S[k][j];
        for (size_t j = 0; j < p->m; j++)
            p->F[k][j] = t_uniform(state) < 0.4;
    }
    for (size_t j = 0; j < p->d; j++)
        if (bare[j])
            p->S[p->K++][j] = 1;
}

static void make_regimes(problem *p, uint64_t *state)
{
    size_t order[MOST_ALL];
    p->all = 1;
    for (size_t j = 0; j < p->m; j++)
        p->all *= p->levels[j];
    t_shuffle(order, p->all, p->seed);
    for (size_t r = 0; r < p->all; r++)
        for (size_t j = 0, left = order[r]; j < p->m; left /= p->levels[j++])
            p->regimes[r][j] = left % p->levels[j];
    p->T = 1 + below(p->all < MOST_T ? p->all : MOST_T, state);
    for (size_t t = 0; t < p->T; t++)
        memcpy(p->observed + t * p->m, p->regimes[t], p->m * sizeof(size_t));
    p->target = p->regimes[p->T < p->all ? p->T : 0];
}

static void problem_open(problem *p, uint64_t seed)
{
    uint64_t state = seed;
    *p = (problem){.d = 1 + below(MOST_D, &state), .m = 1 + below(MOST_M, &state), .seed = seed};
    p->K = 1 + below(5, &state);
    for (size_t j = 0; j < p->m; j++)
        p->levels[j] = 1 + below(3, &state);
    make_factors(p, &state);
    make_regimes(p, &state);
    ck_assert_int_eq(gim_ifm_graph_new(&p->graph, p->d, p->m, p->levels, NULL), GIM_OK);
    for (size_t k = 0; k < p->K; k++)
        ck_assert_int_eq(gim_ifm_graph_add_factor(p->graph, p->S[k], p->F[k]), GIM_OK);
}

/* log f_k of two-valued variables (bits of x): a number of its own for each of its arguments. */
static double factor(const problem *p, size_t k, size_t x, const size_t *regime)
{
    uint64_t state = p->seed * 1000 + k;
    for (size_t i = 0; i < p->d; i++)
        if (p->S[k][i])
            state = state * 31 + (x >> i & 1) + 1;
    for (size_t j = 0; j < p->m; j++)
        if (p->F[k][j])
            state = state * 37 + regime[j] + 1;
    return t_normal(&state);
}

static double energy(const problem *p, size_t x, const size_t *regime)
{
    double sum = 0;
    for (size_t k = 0; k < p->K; k++)
        sum += factor(p, k, x, regime);
    return sum;
}

/* What is left of log p(x; target) by the exponents: it may not depend on x. */
static double left_over(const problem *p, size_t x, const double *q)
{
    double sum = energy(p, x, p->target);
    for (size_t t = 0; t < p->T; t++)
        sum -= q[t] * energy(p, x, p->regimes[t]);
    return sum;
}

static void check_exponents(const problem *p, const gim_ifm_verdict *verdict, gim_ifm_method method)
{
    double q[MOST_T];
    for (size_t i = 0; i < p->d; i++) {
        ck_assert_int_eq(gim_ifm_exponents(verdict, i, q), GIM_OK);
        for (size_t x = 0; x < (size_t)1 << p->d; x++) {
            size_t other = method == GIM_IFM_BY_VARIABLES ? x ^ (size_t)1 << i : 0;
            ck_assert_double_eq_tol(left_over(p, x, q), left_over(p, other, q), 1e-8);
        }
    }
}

static int same_level(const problem *p, size_t k, const size_t *a, const size_t *b)
{
    for (size_t j = 0; j < p->m; j++)
        if (p->F[k][j] && a[j] != b[j])
            return 0;
    return 1;
}

/* What the certificate adds to log p(x; regime), but for the function of the variable. */
static double added(const problem *p, const size_t *regime, const size_t *factors, const size_t *at,
                    const double *weights, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        if (same_level(p, factors[i], regime, at[i] == p->T ? p->target : p->regimes[at[i]]))
            sum += weights[i];
    return sum;
}

static void check_refusal(const problem *p, const gim_ifm_verdict *verdict, const gim_ifm_summary *summary)
{
    size_t factors[MOST_K * (MOST_T + 1)], at[MOST_K * (MOST_T + 1)], failed[MOST_D];
    double weights[MOST_K * (MOST_T + 1)];
    ck_assert_int_eq(gim_ifm_certificate(verdict, factors, at, weights), GIM_OK);
    ck_assert_int_eq(gim_ifm_failed(verdict, failed), GIM_OK);
    for (size_t i = 0; i < summary->n_certificate && summary->n_failed > 0; i++)
        ck_assert(p->S[factors[i]][failed[0]]);
    for (size_t t = 0; t < p->T; t++)
        ck_assert_double_eq_tol(added(p, p->regimes[t], factors, at, weights, summary->n_certificate), 0, 1e-8);
    double gain = added(p, p->target, factors, at, weights, summary->n_certificate);
    ck_assert_double_eq_tol(gain, summary->residual, 1e-8);
    ck_assert(gain > 1e-6);
}

static int check_criterion(const problem *p, gim_ifm_criterion criterion)
{
    gim_ifm_verdict *verdict;
    gim_ifm_summary summary = {.struct_size = sizeof summary};
    ck_assert_int_eq(gim_ifm_identify(p->graph, p->observed, p->T, p->target, criterion, &verdict), GIM_OK);
    ck_assert_int_eq(gim_ifm_verdict_summary(verdict, &summary), GIM_OK);
    if (summary.method != GIM_IFM_NOT_IDENTIFIED)
        check_exponents(p, verdict, summary.method);
    else if (criterion != GIM_IFM_MESSAGE_PASSING)
        check_refusal(p, verdict, &summary);
    ck_assert(criterion == GIM_IFM_PER_VARIABLE || summary.n_failed == 0 || summary.method == 0);
    gim_ifm_verdict_free(verdict);
    return summary.method != GIM_IFM_NOT_IDENTIFIED;
}

START_TEST(criteria)
{
    size_t passed[3] = {0};
    for (uint64_t seed = 1; seed <= GRAPHS; seed++) {
        problem p;
        problem_open(&p, seed);
        if (p.T < p.all) {
            int each = check_criterion(&p, GIM_IFM_PER_VARIABLE), ratio = check_criterion(&p, GIM_IFM_PRODUCT_RATIO),
                messages = check_criterion(&p, GIM_IFM_MESSAGE_PASSING);
            ck_assert(messages <= ratio && ratio <= each);
            passed[0] += (size_t)each, passed[1] += (size_t)ratio, passed[2] += (size_t)messages;
        }
        gim_ifm_graph_free(p.graph);
    }
    ck_assert_msg(passed[2] > 20 && passed[1] > passed[2] && passed[0] > passed[1], "%zu, %zu, %zu passed", passed[0],
                  passed[1], passed[2]);
}
END_TEST

/* ---- suggestions ---- */

static int is_suggested(const problem *p, const size_t *regimes, size_t n, const size_t *regime)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(regimes + i * p->m, regime, p->m * sizeof *regime) == 0)
            return 1;
    return 0;
}

static int would_do(const problem *p, const size_t *regime, gim_ifm_criterion criterion)
{
    problem more = *p;
    gim_ifm_verdict *verdict;
    gim_ifm_summary summary = {.struct_size = sizeof summary};
    memcpy(more.observed + p->T * p->m, regime, p->m * sizeof *regime);
    ck_assert_int_eq(gim_ifm_identify(p->graph, more.observed, p->T + 1, p->target, criterion, &verdict), GIM_OK);
    gim_ifm_verdict_summary(verdict, &summary);
    gim_ifm_verdict_free(verdict);
    return summary.method != 0;
}

/* It is the target to all factors, or moves interventions that are in none. */
static int left_out(const problem *p, const size_t *regime)
{
    int same = 1, idle = 0;
    for (size_t k = 0; k < p->K; k++)
        same &= same_level(p, k, regime, p->target);
    for (size_t j = 0; j < p->m; j++) {
        int used = 0;
        for (size_t k = 0; k < p->K; k++)
            used |= p->F[k][j];
        idle |= !used && regime[j] > 0;
    }
    return same || idle;
}

static size_t active(const problem *p, const size_t *regime)
{
    size_t sum = 0;
    for (size_t j = 0; j < p->m; j++)
        sum += regime[j] > 0;
    return sum;
}

START_TEST(suggestions)
{
    gim_ifm_criterion criterion = (gim_ifm_criterion)_i;
    size_t found = 0;
    for (uint64_t seed = 1; seed <= GRAPHS; seed++) {
        problem p;
        size_t regimes[MOST_ALL * MOST_M], n;
        problem_open(&p, seed);
        if (p.T < MOST_T && p.T < p.all && !check_criterion(&p, criterion)) {
            ck_assert_int_eq(gim_ifm_suggest(p.graph, p.observed, p.T, p.target, criterion, regimes, MOST_ALL, &n), 0);
            for (size_t r = p.T + 1; r < p.all; r++)
                if (!left_out(&p, p.regimes[r]))
                    ck_assert(is_suggested(&p, regimes, n, p.regimes[r]) == would_do(&p, p.regimes[r], criterion));
            for (size_t i = 1; i < n; i++)
                ck_assert(active(&p, regimes + (i - 1) * p.m) <= active(&p, regimes + i * p.m));
            found += n;
            size_t one;
            ck_assert_int_eq(gim_ifm_suggest(p.graph, p.observed, p.T, p.target, criterion, regimes, 1, &one), 0);
            ck_assert_uint_eq(one, n > 0);
        }
        gim_ifm_graph_free(p.graph);
    }
    ck_assert_uint_gt(found, 20);
}
END_TEST

int main(void)
{
    t_case cases[] = {{criteria, 1}, {suggestions, 3}};
    return T_RUN("ifm_random", cases);
}
