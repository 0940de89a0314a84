/* Distinct families of graphs against plain comparison of every two columns. SPDX-License-Identifier: BSD-3-Clause */
#include "model/family.h"
#include "testing.h"

static gim_allocator plain_allocator(void)
{
    gim_allocator allocator;
    ck_assert_int_eq(gim__allocator_init(&allocator, NULL), GIM_OK);
    return allocator;
}

/* M graphs of d variables: the first drawn anew, the others with this share of their edges turned over. */
static real *graphs_of(size_t M, size_t d, double density, double turned, uint64_t seed)
{
    real *G = t_zeros(M * d * d), *first = t_graph(d, density, 0, seed);
    for (size_t m = 0; m < M; m++)
        for (size_t e = 0; e < d * d; e++) {
            int turn = e / d != e % d && m > 0 && t_uniform(&seed) < turned;
            G[m * d * d + e] = turn ? 1 - first[e] : first[e];
        }
    free(first);
    return G;
}

static int same_column(const real *G, const real *H, size_t d, size_t j)
{
    for (size_t i = 0; i < d; i++)
        if (G[i * d + j] != H[i * d + j])
            return 0;
    return 1;
}

/* How many columns no earlier graph has. */
static size_t count_columns(const real *G, size_t M, size_t d)
{
    size_t n = 0;
    for (size_t j = 0; j < d; j++)
        for (size_t m = 0; m < M; m++) {
            size_t other = 0;
            while (other < m && !same_column(G + other * d * d, G + m * d * d, d, j))
                other++;
            n += other == m;
        }
    return n;
}

/* Whether family f is variable j's in graph G. */
static int is_family(const gim__families *families, size_t f, const real *G, size_t j)
{
    const gim__family *family = &families->family[f];
    size_t d = families->d, n = 0;
    if (f >= families->n || family->variable != j)
        return 0;
    for (size_t i = 0; i < d; i++) {
        if (G[i * d + j] == 0)
            continue;
        if (n == family->n_parents || family->parent[n] != i || family->gain[n] != G[i * d + j])
            return 0;
        n++;
    }
    return family->n_parents == n;
}

/* Everybody's family is the right one, every family somebody's, and they are ordered by variable. */
static void check_all(const gim__families *families, const real *G, size_t M)
{
    size_t d = families->d, used = 0;
    char *seen = calloc(families->n + 1, 1);
    ck_assert_ptr_nonnull(seen);
    for (size_t m = 0; m < M; m++)
        for (size_t j = 0; j < d; j++) {
            size_t f = families->of[m * d + j];
            if (!is_family(families, f, G + m * d * d, j))
                ck_abort_msg("variable %zu of graph %zu", j, m);
            used += !seen[f];
            seen[f] = 1;
        }
    ck_assert_uint_eq(used, families->n);
    for (size_t f = 1; f < families->n; f++)
        if (families->family[f - 1].variable > families->family[f].variable)
            ck_abort_msg("family %zu is out of order", f);
    free(seen);
}

static void check_discrete(gim__families *families, const real *G, size_t M)
{
    gim__families_find(families, G, M, 0);
    ck_assert_uint_eq(families->n, count_columns(G, M, families->d));
    check_all(families, G, M);
}

START_TEST(each_family_is_found_once)
{
    static const size_t variables[] = {1, 2, 5, 12, 33}, draws[] = {1, 2, 9, 40};
    static const double densities[] = {0, 0.1, 0.5, 1}, turned[] = {0, 0.01, 0.1, 0.5};
    size_t d = variables[_i];
    gim_allocator allocator = plain_allocator();
    gim__families families;
    ck_assert_int_eq(gim__families_new(&families, &allocator, 40, d), GIM_OK);
    for (size_t i = 0; i < 64; i++) {
        size_t M = draws[i % 4];
        real *G = graphs_of(M, d, densities[i / 4 % 4], turned[i / 16], i);
        check_discrete(&families, G, M);
        free(G);
    }
    gim__families_free(&families);
}
END_TEST

/* Every set of parents of one variable among d, twice. */
START_TEST(every_set_of_parents_is_a_family_of_its_own)
{
    enum { D = 7, SETS = 1 << (D - 1) };
    gim_allocator allocator = plain_allocator();
    gim__families families;
    real *G = t_zeros((size_t)2 * SETS * D * D);
    for (size_t m = 0; m < (size_t)2 * SETS; m++)
        for (size_t i = 1; i < D; i++)
            G[m * D * D + i * D] = m % SETS >> (i - 1) & 1;
    ck_assert_int_eq(gim__families_new(&families, &allocator, (size_t)2 * SETS, D), GIM_OK);
    check_discrete(&families, G, (size_t)2 * SETS);
    ck_assert_uint_eq(families.n, SETS + D - 1);
    gim__families_free(&families);
    free(G);
}
END_TEST

/* The same relaxed graph, once more at the end: not even that is looked for. */
START_TEST(relaxed_graphs_share_none)
{
    enum { M = 5, D = 6 };
    gim_allocator allocator = plain_allocator();
    gim__families families;
    real *G = t_logistics((size_t)M * D * D, 3);
    for (size_t e = 0; e < (size_t)M * D * D; e++)
        G[e] = e / D % D == e % D || e % 5 == 0 ? 0 : (real)(1 / (1 + exp(-(double)G[e])));
    memcpy(G + (size_t)(M - 1) * D * D, G, D * D * sizeof *G);
    ck_assert_int_eq(gim__families_new(&families, &allocator, M, D), GIM_OK);
    gim__families_find(&families, G, M, 1);
    ck_assert_uint_eq(families.n, (size_t)M * D);
    check_all(&families, G, M);
    gim__families_free(&families);
    free(G);
}
END_TEST

START_TEST(nothing_is_left_from_the_graphs_before)
{
    enum { D = 6, MOST = 12 };
    gim_allocator allocator = plain_allocator();
    gim__families families;
    real *many = graphs_of(MOST, D, 0.5, 0.3, 1), *few = graphs_of(4, D, 0.4, 0.1, 2);
    ck_assert_int_eq(gim__families_new(&families, &allocator, MOST, D), GIM_OK);
    for (int round = 0; round < 3; round++) {
        check_discrete(&families, many, MOST);
        check_discrete(&families, few, 4);
        gim__families_find(&families, few, 4, 1);
        ck_assert_uint_eq(families.n, 4 * D);
        check_all(&families, few, 4);
        check_discrete(&families, few + D * D, 1);
        ck_assert_uint_eq(families.n, D);
    }
    gim__families_free(&families);
    free(many), free(few);
}
END_TEST

START_TEST(memory_that_is_out_is_said_and_given_back)
{
    gim_status status = GIM_ERR_NOMEM;
    size_t fail_at = 1;
    for (; status != GIM_OK; fail_at++) {
        t_memory memory;
        gim__families families;
        t_memory_open(&memory, fail_at);
        status = gim__families_new(&families, &memory.allocator, 5, 3);
        ck_assert_int_eq(status, memory.calls < fail_at ? GIM_OK : GIM_ERR_NOMEM);
        gim__families_free(&families);
        ck_assert_uint_eq(memory.blocks, 0);
        ck_assert(!memory.wrong);
    }
    ck_assert_uint_gt(fail_at, 5);
    gim__families_free(&(gim__families){0});
}
END_TEST

int main(void)
{
    t_case cases[] = {{each_family_is_found_once, 5},
                      {every_set_of_parents_is_a_family_of_its_own, 1},
                      {relaxed_graphs_share_none, 1},
                      {nothing_is_left_from_the_graphs_before, 1},
                      {memory_that_is_out_is_said_and_given_back, 1}};
    return T_RUN("family", cases);
}
