/* Energies, objectives, gradients and normalisers of interventional factor models: against the numbers of an
 * independent implementation in double precision (test/golden/ifm_numeric.json), and against finite differences.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <jansson.h>

#include "ifm/gibbs.h"
#include "ifm/normalise.h"
#include "ifm/objective.h"
#include "math/vec.h"
#include "testing.h"

static gim_allocator allocator;
static json_t *golden;

static double number(const json_t *value)
{
    return json_number_value(value);
}

static const json_t *at(const json_t *value, size_t i)
{
    return json_array_get(value, i);
}

static const json_t *get(const json_t *value, const char *key)
{
    const json_t *found = json_object_get(value, key);
    ck_assert_msg(found != NULL, "%s", key);
    return found;
}

/* ---- the golden model -------------------------------------------------------------------------------------------- */

typedef struct model {
    gim__ifm_graph graph;
    gim__ifm_nets nets;
    real *values;
    gim__ifm_problem problem;
    gim__ifm_work work;
    real low[3], high[3];
    size_t levels[16];
} model;

static void read_graph(gim__ifm_graph *graph, const json_t *json)
{
    size_t levels[8], m = json_array_size(get(json, "levels"));
    for (size_t j = 0; j < m; j++)
        levels[j] = (size_t)number(at(get(json, "levels"), j));
    ck_assert_int_eq(gim__ifm_graph_init(graph, (size_t)number(get(json, "d")), m, levels, &allocator), GIM_OK);
    for (size_t k = 0; k < json_array_size(get(json, "factors")); k++) {
        const json_t *factor = at(get(json, "factors"), k), *S = get(factor, "S"), *F = get(factor, "F");
        unsigned char variables[8] = {0}, interventions[8] = {0};
        for (size_t i = 0; i < json_array_size(S); i++)
            variables[(size_t)number(at(S, i))] = 1;
        for (size_t i = 0; i < json_array_size(F); i++)
            interventions[(size_t)number(at(F, i))] = 1;
        ck_assert_int_eq(gim__ifm_graph_add(graph, variables, interventions, &allocator), GIM_OK);
    }
}

/* What is in the flat vector where the file has factor k's member "W", "b", "w", "e" or "o" at row r, unit h. The
 * file's rows of W are in the order of its own scope. */
static real *entry(const model *m, real *values, size_t k, const char *member, size_t r, size_t h)
{
    const gim__ifm_factor *factor = &m->graph.factors[k];
    size_t s = factor->n_variables, width = m->nets.width;
    real *base = values + m->nets.offset[k];
    if (member[0] == 'W') {
        size_t variable = (size_t)number(at(get(at(get(get(golden, "graph"), "factors"), k), "S"), r)), place = 0;
        while (factor->variables[place] != variable)
            place++;
        return base + place * width + h;
    }
    base += member[0] == 'b'   ? s * width
            : member[0] == 'w' ? (s + 1) * width
            : member[0] == 'e' ? (s + 2) * width
                               : (s + 2 + m->nets.levels[k]) * width;
    return base + r * width + h;
}

static const char *const members[] = {"W", "b", "w", "e", "o"};
typedef void (*visit)(real *here, double there);

static void walk(const model *m, real *values, const json_t *params, visit each)
{
    for (size_t k = 0; k < m->graph.n_factors; k++)
        for (size_t member = 0; member < 5; member++) {
            const json_t *rows = get(at(params, k), members[member]);
            if (member == 0)
                rows = at(rows, 0); /* one network */
            for (size_t r = 0; r < json_array_size(rows); r++)
                for (size_t h = 0; h < json_array_size(at(rows, r)); h++)
                    each(entry(m, values, k, members[member], r, h), number(at(at(rows, r), h)));
        }
}

static void set(real *here, double there)
{
    *here = (real)there;
}

static double largest_gap;

static void compare(real *here, double there)
{
    largest_gap = fmax(largest_gap, t_error((double)*here, there));
}

static void open_model(model *m, gim_ifm_objective objective)
{
    *m = (model){.problem = {.objective = objective}};
    read_graph(&m->graph, get(golden, "graph"));
    ck_assert_int_eq(gim__ifm_nets_open(&m->nets, &m->graph, GIM_IFM_SHARED, (size_t)number(get(golden, "H")),
                                        &allocator),
                     GIM_OK);
    m->values = t_zeros(gim__ifm_nets_size(&m->nets));
    walk(m, m->values, get(golden, "params"), set);
    for (size_t i = 0; i < 3; i++) {
        m->low[i] = (real)number(get(get(golden, "pl"), "lo"));
        m->high[i] = (real)number(get(get(golden, "pl"), "hi"));
    }
    m->problem.nets = &m->nets;
    m->problem.grid = (size_t)number(get(get(golden, "pl"), "L"));
    m->problem.low = m->low;
    m->problem.high = m->high;
    m->problem.levels = m->levels;
    ck_assert_int_eq(gim__ifm_work_open(&m->work, &m->problem, &allocator), GIM_OK);
}

static void close_model(model *m)
{
    gim__ifm_work_close(&m->work);
    gim__ifm_nets_close(&m->nets, &allocator);
    gim__ifm_graph_free(&m->graph, &allocator);
    free(m->values);
}

/* Row r of the file into x, its regime into the first chunk. */
static void take_row(model *m, real *x, size_t r)
{
    size_t s[8];
    for (size_t i = 0; i < m->graph.d; i++)
        x[i] = (real)number(at(at(get(golden, "x"), r), i));
    for (size_t j = 0; j < m->graph.m; j++)
        s[j] = (size_t)number(at(at(get(golden, "sigma"), r), j));
    gim__ifm_regime_set(&m->work.chunk[0].regime, &m->nets, m->values, s);
}

START_TEST(energies)
{
    model m;
    open_model(&m, GIM_IFM_QUADRATURE);
    for (size_t r = 0; r < 4; r++) {
        real x[3];
        take_row(&m, x, r);
        for (size_t k = 0; k < 3; k++)
            ck_assert_uint_eq(m.work.chunk[0].regime.level[k], (size_t)number(at(at(get(golden, "configs"), r), k)));
        double got = gim__ifm_energy(m.work.chunk[0].a, &m.nets, &m.work.chunk[0].regime, x);
        ck_assert_double_le(t_error(got, number(at(get(golden, "energy"), r))), T_ROUNDING);
    }
    close_model(&m);
}
END_TEST

/* Loss and gradient of quadrature (0) and score matching (1); the file's are of losses summed over the rows. */
START_TEST(losses_and_gradients)
{
    const json_t *wanted = get(golden, _i == 0 ? "pl" : "sm");
    model m;
    open_model(&m, _i == 0 ? GIM_IFM_QUADRATURE : GIM_IFM_SCORE_MATCHING);
    gim__ifm_chunk *chunk = &m.work.chunk[0];
    real *grad = t_zeros(gim__ifm_nets_size(&m.nets));
    for (size_t r = 0; r < 4; r++) {
        real x[3], shift[3];
        take_row(&m, x, r);
        for (size_t i = 0; i < 3; i++)
            shift[i] = _i == 0 ? (real)number(at(get(wanted, "shift"), r)) : 0;
        memset(chunk->slope, 0, gim__ifm_slope_size(&m.nets) * sizeof(real));
        double value = gim__ifm_row(chunk, &m.problem, x, shift, -1, 1);
        gim__ifm_slope_add(grad, gim__ifm_slope_at(chunk->slope, &m.nets), &m.nets, &chunk->regime);
        ck_assert_double_le(t_error(-value, number(at(get(wanted, "loss"), r))), T_ROUNDING);
    }
    largest_gap = 0;
    walk(&m, grad, get(wanted, "grad"), compare);
    ck_assert_double_le(largest_gap, T_ROUNDING);
    free(grad);
    close_model(&m);
}
END_TEST

START_TEST(normalisers_and_weights)
{
    const json_t *wanted = get(golden, "mbar");
    size_t n = json_array_size(get(wanted, "U")), T = json_array_size(get(wanted, "n"));
    double energy[64], count[8], f[8], scratch[16], share[8], sums[2] = {0, 0}, row[8];
    for (size_t t = 0; t < T; t++) {
        count[t] = number(at(get(wanted, "n"), t));
        share[t] = count[t] / (double)n;
        for (size_t i = 0; i < n; i++)
            energy[i * T + t] = number(at(at(get(wanted, "U"), i), t));
    }
    gim__ifm_normalise(f, energy, count, n, T, scratch);
    for (size_t t = 0; t < T; t++)
        ck_assert_double_eq_tol(f[t], number(at(get(wanted, "f"), t)), 1e-8);
    for (size_t i = 0; i < n; i++) {
        for (size_t t = 0; t < T; t++)
            row[t] = number(at(at(get(wanted, "U"), i), t));
        double weight = number(at(get(wanted, "u_target"), i)) - gim__ifm_mixture(row, f, share, T);
        ck_assert_double_eq_tol(weight, number(at(get(wanted, "log_weight"), i)), 1e-8);
        sums[0] += exp(weight);
        sums[1] += exp(2 * weight);
    }
    ck_assert_double_eq_tol(sums[0] * sums[0] / sums[1], number(get(wanted, "ess")), 1e-7);
}
END_TEST

/* Regimes whose constants are far apart: f follows, exactly. */
START_TEST(normalisers_of_far_constants)
{
    enum { N = 60, T = 3 };
    double plain[N * T], moved[N * T], count[T] = {20, 20, 20}, f[T], g[T], scratch[2 * T];
    const double by[T] = {500, -900, 3000};
    uint64_t state = 5;
    for (size_t i = 0; i < N * T; i++) {
        plain[i] = 2 * t_normal(&state);
        moved[i] = plain[i] + by[i % T];
    }
    gim__ifm_normalise(f, plain, count, N, T, scratch);
    gim__ifm_normalise(g, moved, count, N, T, scratch);
    for (size_t t = 0; t < T; t++)
        ck_assert_double_eq_tol(g[t], f[t] - by[t] + by[0], 1e-6);
}
END_TEST

/* ---- made-up models ---------------------------------------------------------------------------------------------- */

/* Five variables in a cycle of factors with levels, one of three variables; 11 units do not fill their vectors. */
static void make_graph(gim__ifm_graph *graph)
{
    static const unsigned char variables[][5] = {{1, 1, 0, 0, 0}, {0, 1, 1, 1, 0}, {0, 0, 0, 1, 1}, {1, 0, 0, 0, 1}};
    static const unsigned char interventions[][2] = {{1, 0}, {1, 1}, {0, 0}, {0, 1}};
    const size_t levels[] = {2, 3};
    ck_assert_int_eq(gim__ifm_graph_init(graph, 5, 2, levels, &allocator), GIM_OK);
    for (size_t k = 0; k < 4; k++)
        ck_assert_int_eq(gim__ifm_graph_add(graph, variables[k], interventions[k], &allocator), GIM_OK);
}

enum { ROWS = 12, GRID = 7, HIDDEN = 11 };

typedef struct problem {
    gim__ifm_graph graph;
    gim__ifm_nets nets;
    gim__ifm_problem given;
    gim__ifm_work work;
    real low[5], high[5], *x, *values, weight[ROWS];
    size_t levels[3 * 2], regime[ROWS];
    gim__ifm_rows rows;
    real *pattern; /* 0 for units that only fill vectors */
} problem;

static void open_problem(problem *p, gim_ifm_networks kind, gim_ifm_objective objective)
{
    const size_t levels[] = {0, 0, 1, 0, 0, 2};
    *p = (problem){.given = {.objective = objective, .grid = GRID, .seed = 3}};
    make_graph(&p->graph);
    ck_assert_int_eq(gim__ifm_nets_open(&p->nets, &p->graph, kind, HIDDEN, &allocator), GIM_OK);
    memcpy(p->levels, levels, sizeof levels);
    p->x = t_normals((size_t)ROWS * 5, 1, 11);
    for (size_t r = 0; r < ROWS; r++) {
        p->regime[r] = r / 5;
        p->weight[r] = (real)(1 + 0.25 * (double)(r % 3));
    }
    for (size_t i = 0; i < 5; i++) {
        p->low[i] = -3;
        p->high[i] = (real)3.5;
    }
    size_t size = gim__ifm_nets_size(&p->nets);
    p->values = t_zeros(size);
    p->pattern = t_zeros(size);
    gim__ifm_nets_start(p->values, &p->nets, 2);
    real *more = t_normals(size, 0.7, 4); /* all units at work, levels unlike */
    for (size_t i = 0; i < size; i++) {
        p->pattern[i] = i % p->nets.width < HIDDEN;
        p->values[i] += p->pattern[i] * more[i];
    }
    free(more);
    p->rows = (gim__ifm_rows){ROWS, p->x, p->weight, p->regime};
    p->given.nets = &p->nets;
    p->given.low = p->low;
    p->given.high = p->high;
    p->given.levels = p->levels;
    ck_assert_int_eq(gim__ifm_work_open(&p->work, &p->given, &allocator), GIM_OK);
}

static void close_problem(problem *p)
{
    gim__ifm_work_close(&p->work);
    gim__ifm_nets_close(&p->nets, &allocator);
    gim__ifm_graph_free(&p->graph, &allocator);
    free(p->x);
    free(p->values);
    free(p->pattern);
}

static double objective_at(const real *values, void *user)
{
    problem *p = user;
    real *grad = t_zeros(gim__ifm_nets_size(&p->nets));
    double value = gim__ifm_objective(NULL, &p->work, &p->given, values, &p->rows, GIM__RNG_DRAW, 9, NULL);
    value += gim__ifm_decay(grad, &p->nets, values, 0.01, 0.03);
    free(grad);
    return value;
}

/* Both kinds of networks by the three objectives. */
START_TEST(gradients)
{
    problem p;
    open_problem(&p, _i % 2 == 0 ? GIM_IFM_SHARED : GIM_IFM_TABLE, (gim_ifm_objective)(_i / 2));
    size_t size = gim__ifm_nets_size(&p.nets);
    real *grad = t_zeros(size);
    gim__ifm_objective(grad, &p.work, &p.given, p.values, &p.rows, GIM__RNG_DRAW, 9, NULL);
    gim__ifm_decay(grad, &p.nets, p.values, 0.01, 0.03);
    for (size_t i = 0; i < size; i++)
        ck_assert_msg(p.pattern[i] != 0 || grad[i] == 0, "a unit that is not there has a gradient");
    /* units that are not there have no values to differ by: the rest alone */
    double largest = 0, gap = 0;
    for (size_t i = 0; i < size; i++) {
        if (p.pattern[i] == 0)
            continue;
        real before = p.values[i], h = (real)(sizeof(real) == 8 ? 1e-5 : 1e-2);
        p.values[i] = before + h;
        double up = objective_at(p.values, &p);
        p.values[i] = before - h;
        double slope = (up - objective_at(p.values, &p)) / (2 * (double)h);
        p.values[i] = before;
        largest = fmax(largest, fabs(slope));
        gap = fmax(gap, fabs(slope - (double)grad[i]));
    }
    ck_assert_double_le(gap / largest, T_DIFFERENCE);
    free(grad);
    close_problem(&p);
}
END_TEST

/* The conditional of a variable is the joint with that variable moved. */
START_TEST(conditionals_are_of_the_joint)
{
    problem p;
    open_problem(&p, _i == 0 ? GIM_IFM_SHARED : GIM_IFM_TABLE, GIM_IFM_QUADRATURE);
    gim__ifm_chunk *chunk = &p.work.chunk[0];
    const size_t s[] = {1, 2};
    real v[GRID + 1] = {-2, -1, 0, (real)0.25, 1, 2, 3, (real)-0.5}, x[5], *a = t_zeros(4 * p.nets.width);
    gim__ifm_regime_set(&chunk->regime, &p.nets, p.values, s);
    for (size_t i = 0; i < 5; i++) {
        memcpy(x, p.x, sizeof x);
        gim__ifm_activations(a, &p.nets, &chunk->regime, x);
        gim__ifm_conditional(chunk->u, chunk->units, chunk->sums, &p.nets, &chunk->regime, a, i, x[i], v, GRID + 1);
        double first = 0;
        for (size_t l = 0; l <= GRID; l++) {
            x[i] = v[l];
            double joint = gim__ifm_energy(chunk->a, &p.nets, &chunk->regime, x);
            first = l == 0 ? joint : first;
            ck_assert_double_eq_tol((double)chunk->u[l] - (double)chunk->u[0], joint - first, 20 * T_ROUNDING);
        }
    }
    free(a);
    close_problem(&p);
}
END_TEST

/* Networks that are 0 leave the standard normal: quadrature gives its density, the bins their share of its sum, score
 * matching 1 - x^2 / 2 a variable. */
START_TEST(objectives_of_the_normal)
{
    problem p;
    open_problem(&p, GIM_IFM_SHARED, (gim_ifm_objective)_i);
    gim__ifm_chunk *chunk = &p.work.chunk[0];
    const real shift[5] = {(real)0.5, (real)0.5, (real)0.5, (real)0.5, (real)0.5};
    memset(p.values, 0, gim__ifm_nets_size(&p.nets) * sizeof *p.values);
    gim__ifm_regime_set(&chunk->regime, &p.nets, p.values, p.levels);
    double wanted = 0, h = 6.5 / GRID;
    for (size_t i = 0; i < 5; i++) {
        double x = (double)p.x[i], sum = 0;
        for (size_t l = 0; l < GRID; l++)
            sum += exp(-0.5 * pow(-3 + h * ((double)l + 0.5), 2));
        double centre = -3 + h * (floor((x + 3) / h) + 0.5);
        wanted += _i == 0 ? -0.5 * x * x - log(h * sum) : _i == 1 ? -0.5 * centre * centre - log(sum) : 1 - 0.5 * x * x;
    }
    ck_assert_double_le(t_error(gim__ifm_row(chunk, &p.given, p.x, shift, 1, 0), wanted), T_ROUNDING);
    close_problem(&p);
}
END_TEST

/* Threads change no number. */
START_TEST(objective_by_threads)
{
    problem p;
    gim__pool *pool;
    open_problem(&p, GIM_IFM_SHARED, GIM_IFM_QUADRATURE);
    size_t size = gim__ifm_nets_size(&p.nets);
    real *one = t_zeros(size), *three = t_zeros(size);
    ck_assert_int_eq(gim__pool_new(&pool, &allocator, 3), GIM_OK);
    double a = gim__ifm_objective(one, &p.work, &p.given, p.values, &p.rows, GIM__RNG_DRAW, 1, NULL);
    double b = gim__ifm_objective(three, &p.work, &p.given, p.values, &p.rows, GIM__RNG_DRAW, 1, pool);
    ck_assert_double_eq(a, b);
    ck_assert(memcmp(one, three, size * sizeof *one) == 0);
    gim__pool_free(pool);
    free(one);
    free(three);
    close_problem(&p);
}
END_TEST

/* Too many levels to count, or to keep. */
START_TEST(too_many_parameters)
{
    gim__ifm_graph graph;
    gim__ifm_nets nets;
    const size_t levels[] = {1000000, 1000000, 1000000, 1000000};
    const unsigned char variables[] = {1}, interventions[] = {1, 1, 1, (unsigned char)(_i == 0)};
    ck_assert_int_eq(gim__ifm_graph_init(&graph, 1, 4, levels, &allocator), GIM_OK);
    ck_assert_int_eq(gim__ifm_graph_add(&graph, variables, interventions, &allocator), GIM_OK);
    ck_assert_int_eq(gim__ifm_nets_open(&nets, &graph, GIM_IFM_SHARED, 16, &allocator), GIM_ERR_ARGUMENT);
    gim__ifm_nets_close(&nets, &allocator);
    gim__ifm_graph_free(&graph, &allocator);
}
END_TEST

int main(void)
{
    json_error_t error;
    gim__allocator_init(&allocator, NULL);
    golden = json_load_file("test/golden/ifm_numeric.json", 0, &error);
    if (golden == NULL)
        return 1;
    t_case cases[] = {{energies, 1},
                      {losses_and_gradients, 2},
                      {normalisers_and_weights, 1},
                      {normalisers_of_far_constants, 1},
                      {gradients, 6},
                      {conditionals_are_of_the_joint, 2},
                      {objectives_of_the_normal, 3},
                      {objective_by_threads, 1},
                      {too_many_parameters, 2}};
    int code = T_RUN("ifm_numeric", cases);
    json_decref(golden);
    return code;
}
