/* Exponents for regimes of different numbers of rows: by hand, and against the kernel form of the same problem, solved
 * in long double: q of least sum q^2 / n with M'q = m is the limit of (G + e / n) q = g, where G and g count the
 * factors that have the same level in two regimes. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>

#include "testing.h"

enum { MOST = 24 };

static double difficulty_of(const gim_ifm_verdict *verdict)
{
    gim_ifm_summary summary = {.struct_size = sizeof summary};
    ck_assert_int_eq(gim_ifm_verdict_summary(verdict, &summary), GIM_OK);
    return summary.difficulty;
}

static gim_ifm_verdict *identify(const gim_ifm_graph *graph, const size_t *observed, const size_t *rows, size_t T,
                                 const size_t *target, gim_ifm_criterion criterion)
{
    gim_ifm_verdict *verdict;
    ck_assert_int_eq(gim_ifm_identify_rows(graph, observed, rows, T, target, criterion, &verdict), GIM_OK);
    return verdict;
}

/* ---- by hand ----------------------------------------------------------------------------------------------------- */

/* A variable under each of two interventions; levels 2 and 3. */
static gim_ifm_graph *two_alone(void)
{
    static const size_t levels[] = {2, 3};
    static const unsigned char first[] = {1, 0}, second[] = {0, 1}, both[] = {1, 1};
    gim_ifm_graph *graph;
    ck_assert_int_eq(gim_ifm_graph_new(&graph, 2, 2, levels, NULL), GIM_OK);
    ck_assert_int_eq(gim_ifm_graph_add_factor(graph, both, first), GIM_OK);
    ck_assert_int_eq(gim_ifm_graph_add_factor(graph, both, second), GIM_OK);
    return graph;
}

/* 12 is 02 with the first intervention's contrast, which was measured twice: 10 over 00, and 11 over 01. */
START_TEST(two_contrasts)
{
    static const size_t observed[] = {0, 0, 1, 0, 0, 1, 1, 1, 0, 2}, target[] = {1, 2};
    static const size_t rows[] = {1000, 10, 100, 50, 20};
    gim_ifm_graph *graph = two_alone();
    double q[5], a = 1.0 / 1000 + 1.0 / 10, b = 1.0 / 100 + 1.0 / 50, share = b / (a + b);
    const double wanted[] = {-share, share, share - 1, 1 - share, 1};
    gim_ifm_verdict *verdict = identify(graph, observed, rows, 5, target, GIM_IFM_PER_VARIABLE);
    ck_assert_int_eq(gim_ifm_exponents(verdict, 0, q), GIM_OK);
    for (size_t t = 0; t < 5; t++)
        ck_assert_double_eq_tol(q[t], wanted[t], 1e-12);
    ck_assert_double_eq_tol(difficulty_of(verdict), 1.0 / 20 + a * b / (a + b), 1e-12);
    gim_ifm_verdict_free(verdict);
    verdict = identify(graph, observed, NULL, 5, target, GIM_IFM_PER_VARIABLE);
    ck_assert_int_eq(gim_ifm_exponents(verdict, 1, q), GIM_OK);
    ck_assert_double_eq_tol(q[1], 0.5, 1e-12);
    ck_assert_double_eq_tol(difficulty_of(verdict), 2, 1e-12);
    gim_ifm_verdict_free(verdict);
    verdict = identify(graph, observed, rows, 5, observed + 2, GIM_IFM_PER_VARIABLE); /* that was observed */
    ck_assert_double_eq_tol(difficulty_of(verdict), 1.0 / 10, 1e-15);
    gim_ifm_verdict_free(verdict);
    verdict = identify(graph, observed, rows, 5, target, GIM_IFM_MESSAGE_PASSING); /* 10, 02 over 00 */
    ck_assert_double_eq_tol(difficulty_of(verdict), 1.0 / 10 + 1.0 / 20 + 1.0 / 1000, 1e-15);
    gim_ifm_verdict_free(verdict);
    verdict = identify(graph, observed, rows, 4, target, GIM_IFM_PER_VARIABLE); /* level 2 was not seen */
    ck_assert(isnan(difficulty_of(verdict)));
    gim_ifm_verdict_free(verdict);
    gim_ifm_graph_free(graph);
}
END_TEST

/* x under A, z under B, x with y, z with y: from the control and both, A alone. x goes by both, z by the control, y by
 * either: the largest of 1 / n. */
START_TEST(variable_by_variable)
{
    static const size_t levels[] = {2, 2}, observed[] = {0, 0, 1, 1}, target[] = {1, 0}, rows[] = {400, 50};
    static const unsigned char S[][3] = {{1, 0, 0}, {0, 0, 1}, {1, 1, 0}, {0, 1, 1}};
    static const unsigned char F[][2] = {{1, 0}, {0, 1}, {0, 0}, {0, 0}};
    static const double wanted[3][2] = {{0, 1}, {400.0 / 450, 50.0 / 450}, {1, 0}};
    gim_ifm_graph *graph;
    double q[2];
    ck_assert_int_eq(gim_ifm_graph_new(&graph, 3, 2, levels, NULL), GIM_OK);
    for (size_t k = 0; k < 4; k++)
        ck_assert_int_eq(gim_ifm_graph_add_factor(graph, S[k], F[k]), GIM_OK);
    gim_ifm_verdict *verdict = identify(graph, observed, rows, 2, target, GIM_IFM_PER_VARIABLE);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(gim_ifm_exponents(verdict, i, q), GIM_OK);
        ck_assert(fabs(q[0] - wanted[i][0]) < 1e-12 && fabs(q[1] - wanted[i][1]) < 1e-12);
    }
    ck_assert_double_eq_tol(difficulty_of(verdict), 1.0 / 50, 1e-15);
    gim_ifm_verdict_free(verdict);
    gim_ifm_graph_free(graph);
}
END_TEST

START_TEST(regimes_without_rows)
{
    static const size_t observed[] = {0, 0, 1, 0}, target[] = {1, 1}, rows[] = {5, 0};
    gim_ifm_graph *graph = two_alone();
    gim_ifm_verdict *verdict = (gim_ifm_verdict *)1;
    char text[200];
    ck_assert_int_eq(gim_ifm_identify_rows(graph, observed, rows, 2, target, GIM_IFM_PER_VARIABLE, &verdict),
                     GIM_ERR_ARGUMENT);
    gim_ifm_graph_message(graph, text, sizeof text);
    ck_assert_ptr_nonnull(strstr(text, "observed regime 1 has 0 rows"));
    ck_assert_ptr_null(verdict);
    ck_assert_int_eq(gim_ifm_identify_rows(graph, observed, rows, 1, target, GIM_IFM_PER_VARIABLE, NULL),
                     GIM_ERR_ARGUMENT);
    gim_ifm_graph_free(graph);
}
END_TEST

/* ---- against the kernel form ------------------------------------------------------------------------------------- */

enum { D = 4, M = 4, K = 4 };

typedef struct design {
    unsigned char S[K][D], F[K][M];
    size_t T, observed[MOST][M], target[M], rows[MOST];
} design;

/* Half the regimes of four interventions of two levels; factors of two interventions at most. */
static void random_design(design *made, uint64_t *state)
{
    *made = (design){0};
    for (size_t k = 0; k < K; k++) {
        made->S[k][k] = 1;
        made->S[k][(size_t)(t_uniform(state) * D)] = 1;
        made->F[k][(size_t)(t_uniform(state) * M)] = 1;
        made->F[k][(size_t)(t_uniform(state) * M)] |= t_uniform(state) < 0.5;
    }
    size_t target = (size_t)(t_uniform(state) * 16);
    for (size_t s = 0; s < 16; s++) {
        for (size_t j = 0; j < M; j++)
            made->observed[made->T][j] = s >> j & 1;
        if (s == target)
            memcpy(made->target, made->observed[made->T], sizeof made->target);
        else if (t_uniform(state) < 0.6)
            made->rows[made->T++] = 1 + (size_t)exp(9 * t_uniform(state));
    }
}

static size_t same_levels(const design *of, size_t variable, const size_t *a, const size_t *b)
{
    size_t count = 0;
    for (size_t k = 0; k < K; k++) {
        int same = variable == D || of->S[k][variable];
        for (size_t j = 0; j < M; j++)
            same &= !of->F[k][j] || a[j] == b[j];
        count += (size_t)same;
    }
    return count;
}

/* a (T, T) x = b by Gauss; a is positive definite. */
static void solve(long double a[MOST][MOST], long double *b, size_t T)
{
    for (size_t i = 0; i < T; i++)
        for (size_t r = i + 1; r < T; r++) {
            long double times = a[r][i] / a[i][i];
            for (size_t c = i; c < T; c++)
                a[r][c] -= times * a[i][c];
            b[r] -= times * b[i];
        }
    for (size_t i = T; i-- > 0;) {
        for (size_t c = i + 1; c < T; c++)
            b[i] -= a[i][c] * b[c];
        b[i] /= a[i][i];
    }
}

/* Checks the exponents of a variable, of all of p where it is D; returns the least sum of q^2 / n. */
static double check_exponents(const design *of, size_t variable, const double *q)
{
    long double a[MOST][MOST], b[MOST], least = 0;
    for (size_t t = 0; t < of->T; t++) {
        for (size_t s = 0; s < of->T; s++)
            a[t][s] = same_levels(of, variable, of->observed[t], of->observed[s]) +
                      (t == s ? 1e-8L / (long double)of->rows[t] : 0);
        b[t] = same_levels(of, variable, of->observed[t], of->target);
    }
    solve(a, b, of->T);
    for (size_t t = 0; t < of->T; t++) {
        least += b[t] * b[t] / (long double)of->rows[t];
        ck_assert_msg(fabsl(q[t] - b[t]) < 1e-5, "exponent %zu of %zu: %g, not %Lg", t, variable, q[t], b[t]);
    }
    return (double)least;
}

static int check_design(const design *of, const gim_ifm_graph *graph)
{
    gim_ifm_summary summary = {.struct_size = sizeof summary}, plain = summary;
    gim_ifm_verdict *verdict = identify(graph, of->observed[0], of->rows, of->T, of->target, GIM_IFM_PER_VARIABLE);
    gim_ifm_verdict *without = identify(graph, of->observed[0], NULL, of->T, of->target, GIM_IFM_PER_VARIABLE);
    double q[MOST], most = 0;
    gim_ifm_verdict_summary(verdict, &summary);
    gim_ifm_verdict_summary(without, &plain);
    ck_assert(summary.method == plain.method && summary.unique == plain.unique);
    int found = summary.method != GIM_IFM_NOT_IDENTIFIED;
    for (size_t i = 0; found && i < D; i++) {
        size_t factors_of = summary.method == GIM_IFM_BY_VARIABLES ? i : D;
        ck_assert_int_eq(gim_ifm_exponents(verdict, i, q), GIM_OK);
        most = fmax(most, check_exponents(of, factors_of, q));
    }
    ck_assert(found ? fabs(summary.difficulty / most - 1) < 1e-4 : isnan(summary.difficulty));
    gim_ifm_verdict_free(verdict);
    gim_ifm_verdict_free(without);
    return found && !summary.unique;
}

START_TEST(random_designs)
{
    static const size_t levels[M] = {2, 2, 2, 2};
    uint64_t state = 12;
    int free_ones = 0;
    for (int time = 0; time < 400; time++) {
        gim_ifm_graph *graph;
        design made;
        do
            random_design(&made, &state);
        while (made.T == 0);
        ck_assert_int_eq(gim_ifm_graph_new(&graph, D, M, levels, NULL), GIM_OK);
        for (size_t k = 0; k < K; k++)
            ck_assert_int_eq(gim_ifm_graph_add_factor(graph, made.S[k], made.F[k]), GIM_OK);
        free_ones += check_design(&made, graph);
        gim_ifm_graph_free(graph);
    }
    ck_assert_int_gt(free_ones, 100); /* those that had a choice of exponents */
}
END_TEST

int main(void)
{
    t_case cases[] = {{two_contrasts, 1}, {variable_by_variable, 1}, {regimes_without_rows, 1}, {random_designs, 1}};
    return T_RUN("ifm_rows", cases);
}
