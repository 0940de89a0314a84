/* Densities are densities: they integrate to one, and are those of gim_sample().
 * SPDX-License-Identifier: BSD-3-Clause */
#include "property/systems.h"

enum { D = 2, GRID = 480, ROWS = 120000, CELLS = 12, FORMS = 6, MOST_Q = 3 };

/* Two variables in odd units (where they may be shifted), two features. */
static const double unit[D] = {3, 50}, offset[D] = {10, -200};

static source *data_of(gim_mechanism mechanism, gim_intervention intervention)
{
    made_system system = {.d = D,
                          .mechanism = mechanism,
                          .intervention = intervention,
                          .noise = {0.8, 0.5},
                          .zero = {0.3, 0.15},
                          .base = {0.5, 0.2}};
    source *made = source_new(D, 2, 5);
    uint64_t seed = 4;
    system.weight[0][1] = 0.9;
    for (size_t k = 0; k < 5; k++) {
        made_action action = {.target = {k == 1 || k == 2, k >= 3},
                              .effect = {0.8 * (double)k, -0.5 * (double)k},
                              .scale = {0.3, 0.6}};
        made->observational[k] = k == 0;
        made->features[k][0] = k == 1 || k == 2 ? (double)k : 0;
        made->features[k][1] = k >= 3 ? (double)k - 2 : 0;
        source_draw(made, k, 150, &system, &action, &seed);
        for (size_t i = 0; i < 150 * D; i++)
            made->x[k][i] = unit[i % D] * made->x[k][i] + (mechanism == GIM_ZERO_INFLATED ? 0 : offset[i % D]);
    }
    return made;
}

/* A short fit: targets in doubt give mixtures. Of the first seeds, one whose graph has an edge. */
static gim_model *model_of(int form, source *from)
{
    for (int64_t seed = 1; seed <= 10; seed++) {
        gim_model *model = quick_model(D, 2, form % 3, form / 3, 60);
        unsigned char edge[D * D];
        set_int(model, GIM_SEED, seed);
        set_int(model, GIM_HIDDEN, 3);
        set_real(model, GIM_EFFECT_NOISE, 0.3); /* wide, so that its integral counts */
        set_real(model, GIM_LEARNING_RATE, 0.02);
        set_real(model, GIM_GRAPH_SPARSITY, 0);
        set_real(model, GIM_TARGET_SPARSITY, 0);
        fit(model, from);
        CHECK_OK(gim_graph(model, NULL, edge));
        if (edge[1] || edge[2])
            return model;
        gim_model_free(model);
    }
    ck_abort_msg("none of ten fits has an edge");
    return NULL;
}

static const double features[MOST_Q * 2] = {1, 0.5, 0.3, 1, 2, 0};

/* ---- where the mass is ---- */

typedef struct axis {
    double low, high;
} axis;

/* Six standard deviations of each variable about its mean, on the scale on which it is normal (a logarithm if
 * zero-inflated). */
static void find_axes(axis *axes, const gim_model *model, size_t Q, int logarithm)
{
    static double x[ROWS][D];
    CHECK_OK(gim_sample(model, features, Q, 20000, 77, x[0]));
    for (size_t j = 0; j < D; j++) {
        double lowest = INFINITY, highest = -INFINITY;
        for (size_t r = 0; r < 20000; r++) {
            double value = logarithm ? log(x[r][j]) : x[r][j];
            if (!isfinite(value))
                continue;
            lowest = fmin(lowest, value);
            highest = fmax(highest, value);
        }
        double margin = 0.5 * (highest - lowest); /* 20000 draws reach four standard deviations */
        axes[j] = (axis){lowest - margin, highest + margin};
    }
}

static double at(axis a, double share)
{
    return a.low + (a.high - a.low) * share;
}

/* Middles of GRID equal parts: exact far beyond need for functions that vanish at both ends. */
static double middle(axis a, size_t i)
{
    return at(a, ((double)i + 0.5) / GRID);
}

/* Mass of the part in which the variables with a bit in positive are positive, the others at zero; all of it if they
 * are not zero-inflated. */
static double integral(const gim_model *model, size_t Q, const axis *axes, int logarithm, unsigned positive)
{
    static double x[GRID][D], log_density[GRID];
    double sum = 0, step[D];
    size_t n[D];
    for (size_t j = 0; j < D; j++) {
        n[j] = positive >> j & 1 ? GRID : 1;
        step[j] = positive >> j & 1 ? (axes[j].high - axes[j].low) / GRID : 1;
    }
    for (size_t a = 0; a < n[0]; a++) {
        double jacobian[D] = {0};
        for (size_t b = 0; b < n[1]; b++) {
            double y[D] = {middle(axes[0], a), middle(axes[1], b)};
            for (size_t j = 0; j < D; j++)
                x[b][j] = !(positive >> j & 1) ? 0 : logarithm ? exp(y[j]) : y[j];
        }
        jacobian[0] = logarithm && positive & 1 ? middle(axes[0], a) : 0;
        CHECK_OK(gim_log_density(model, features, Q, x[0], n[1], log_density));
        for (size_t b = 0; b < n[1]; b++) {
            jacobian[1] = logarithm && positive & 2 ? middle(axes[1], b) : 0;
            sum += exp(log_density[b] + jacobian[0] + jacobian[1]) * step[0] * step[1];
        }
    }
    return sum;
}

START_TEST(a_density_integrates_to_one)
{
    int form = _i, logarithm = form % 3 == GIM_ZERO_INFLATED;
    source *from = data_of(form % 3, form / 3);
    gim_model *model = model_of(form, from);
    for (size_t Q = 0; Q <= MOST_Q; Q++) {
        axis axes[D];
        double total = 0;
        find_axes(axes, model, Q, logarithm);
        for (unsigned positive = logarithm ? 0 : 3; positive <= 3; positive++)
            total += integral(model, Q, axes, logarithm, positive);
        ck_assert_msg(fabs(total - 1) < 1e-4, "%zu perturbations: %.8f", Q, total);
    }
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* ---- the sample's own density ---- */

/* Counts of a sample in cells, against the density's integrals over them: Pearson's chi-square, for all cells that
 * should have some. A zero-inflated variable has one more cell, for its zeros. */
static double cell_mass(const gim_model *model, size_t Q, const axis *axes, int logarithm, size_t a, size_t b)
{
    enum { FINE = 40 };
    static double x[FINE * FINE][D], log_density[FINE * FINE];
    size_t cell[D] = {a, b}, n[D];
    double sum = 0, step[D], jacobian;
    for (size_t j = 0; j < D; j++) {
        n[j] = cell[j] == CELLS ? 1 : FINE;
        step[j] = cell[j] == CELLS ? 1 : (axes[j].high - axes[j].low) / CELLS / FINE;
    }
    for (size_t i = 0; i < n[0] * n[1]; i++) {
        size_t part[D] = {i / n[1], i % n[1]};
        for (size_t j = 0; j < D; j++) {
            double y = at(axes[j], ((double)cell[j] + ((double)part[j] + 0.5) / FINE) / CELLS);
            x[i][j] = cell[j] == CELLS ? 0 : logarithm ? exp(y) : y;
        }
    }
    CHECK_OK(gim_log_density(model, features, Q, x[0], n[0] * n[1], log_density));
    for (size_t i = 0; i < n[0] * n[1]; i++) {
        jacobian = 0;
        for (size_t j = 0; j < D; j++)
            jacobian += logarithm && cell[j] != CELLS ? log(x[i][j]) : 0;
        sum += exp(log_density[i] + jacobian) * step[0] * step[1];
    }
    return sum;
}

static size_t cell_of(double value, axis a, int logarithm)
{
    if (logarithm && value == 0)
        return CELLS;
    double share = ((logarithm ? log(value) : value) - a.low) / (a.high - a.low) * CELLS;
    return share <= 0 ? 0 : share >= CELLS ? CELLS - 1 : (size_t)share;
}

START_TEST(a_sample_has_the_density)
{
    int form = _i, logarithm = form % 3 == GIM_ZERO_INFLATED;
    source *from = data_of(form % 3, form / 3);
    gim_model *model = model_of(form, from);
    static double x[ROWS][D];
    for (size_t Q = 0; Q <= MOST_Q; Q++) {
        size_t count[CELLS + 1][CELLS + 1] = {{0}}, cells = 0;
        double square = 0, compared = 0;
        axis axes[D];
        find_axes(axes, model, Q, logarithm);
        for (size_t j = 0; j < D; j++) { /* the middle half, where the mass is, in finer cells */
            double width = axes[j].high - axes[j].low;
            axes[j] = (axis){axes[j].low + width / 4, axes[j].high - width / 4};
        }
        CHECK_OK(gim_sample(model, features, Q, ROWS, 5 + Q, x[0]));
        for (size_t r = 0; r < ROWS; r++)
            count[cell_of(x[r][0], axes[0], logarithm)][cell_of(x[r][1], axes[1], logarithm)]++;
        for (size_t a = 0; a <= CELLS; a++)
            for (size_t b = 0; b <= CELLS; b++) {
                int edge = a == 0 || b == 0 || a == CELLS - 1 || b == CELLS - 1; /* holds what lies beyond, too */
                if (edge || (!logarithm && (a == CELLS || b == CELLS)))
                    continue;
                double wanted = ROWS * cell_mass(model, Q, axes, logarithm, a, b);
                if (wanted < 20)
                    continue;
                cells++;
                compared += wanted;
                square += pow((double)count[a][b] - wanted, 2) / wanted;
            }
        ck_assert_msg(cells >= 10 && compared > 0.8 * ROWS, "%zu cells with %.0f rows are too few", cells, compared);
        ck_assert_msg(square < (double)cells + 5 * sqrt(2 * (double)cells),
                      "%zu perturbations: chi-square %.1f in %zu cells", Q, square, cells);
    }
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* ---- without a sample: what must hold exactly ---- */

/* In other words: rows of one call, of several, in any order, have the same densities. */
START_TEST(a_row_has_its_density_wherever_it_stands)
{
    source *from = data_of(_i % 3, _i / 3);
    gim_model *model = model_of(_i, from);
    static double x[700][D], together[700], turned[700];
    CHECK_OK(gim_sample(model, features, 2, 700, 3, x[0]));
    CHECK_OK(gim_log_density(model, features, 2, x[0], 700, together));
    for (size_t r = 0; r < 700; r += 23) {
        double alone;
        CHECK_OK(gim_log_density(model, features, 2, x[r], 1, &alone));
        ck_assert_double_eq_tol(alone, together[r], 1e-5 * (1 + fabs(alone)));
    }
    for (size_t r = 0; r < 350; r++)
        for (size_t j = 0; j < D; j++) {
            double value = x[r][j];
            x[r][j] = x[699 - r][j];
            x[699 - r][j] = value;
        }
    CHECK_OK(gim_log_density(model, features, 2, x[0], 700, turned));
    for (size_t r = 0; r < 700; r++)
        ck_assert_double_eq_tol(turned[r], together[699 - r], 1e-5 * (1 + fabs(turned[r])));
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* Twelve perturbations that target nothing much change nothing much; each adds a little doubt. Far rows stay finite. */
START_TEST(many_perturbations_and_far_rows)
{
    source *from = data_of(_i % 3, _i / 3);
    gim_model *model = model_of(_i, from);
    double joint[12 * 2], x[4][D] = {{10, 5}, {1e6, 1e6}, {0, 0}, {1e-3, 1e3}}, log_density[4];
    for (size_t i = 0; i < 24; i++)
        joint[i] = 0.1 * (double)(i % 5);
    CHECK_OK(gim_log_density(model, joint, 12, x[0], 4, log_density));
    for (size_t r = 0; r < 4; r++)
        ck_assert_msg(isfinite(log_density[r]) && log_density[r] < 20, "row %zu: %g", r, log_density[r]);
    ck_assert_double_lt(log_density[1], log_density[0]);
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* ---- hard interventions, from their effects by an integral of our own ---- */

/* A model without edges, so that a density is a product over variables. */
static gim_model *edgeless_model(gim_mechanism mechanism, source *from, double effect_noise)
{
    gim_model *model = quick_model(D, 2, mechanism, GIM_HARD, 200);
    unsigned char edge[D * D];
    set_real(model, GIM_EFFECT_NOISE, effect_noise);
    set_real(model, GIM_LEARNING_RATE, 0.05);
    set_real(model, GIM_GRAPH_SPARSITY, 1e5);
    set_real(model, GIM_TARGET_SPARSITY, 0);
    fit(model, from);
    CHECK_OK(gim_graph(model, NULL, edge));
    ck_assert(!edge[1] && !edge[2]);
    return model;
}

/* The unperturbed law of one variable: normal (its logarithm, if zero-inflated), and its odds of a zero. */
typedef struct plain {
    double mean, variance, pi;
} plain;

static double log_normal(double y, double mean, double variance)
{
    return -0.5 * ((y - mean) * (y - mean) / variance + log(2 * M_PI * variance));
}

/* From the parabola that the log-density is along variable j, the other one kept at one value. */
static plain find_plain(const gim_model *model, size_t j, int logarithm)
{
    double x[4][D], log_density[4], y[3], step = logarithm ? 2 : 4 * unit[j], middle_value = logarithm ? 0 : offset[j];
    for (size_t i = 0; i < 4; i++) {
        double value = middle_value + step * ((double)i - 1);
        x[i][j] = i == 3 ? 0 : logarithm ? exp(value) : value;
        x[i][1 - j] = logarithm ? 1 : offset[1 - j];
    }
    CHECK_OK(gim_log_density(model, NULL, 0, x[0], logarithm ? 4 : 3, log_density));
    for (size_t i = 0; i < 3; i++)
        y[i] = log_density[i] + (logarithm ? log(x[i][j]) : 0);
    plain found = {0, step * step / (2 * y[1] - y[0] - y[2]), 0};
    found.mean = middle_value + found.variance * (y[2] - y[0]) / (2 * step);
    if (logarithm) {
        double odds = exp(log_density[3] - y[1] + log_normal(middle_value, found.mean, found.variance));
        found.pi = odds / (1 + odds);
    }
    return found;
}

/* E over a standard normal z, by the trapezoidal rule: exact to rounding for what is smooth. */
static double expectation(double (*f)(double z, const double *a), const double *a)
{
    double sum = 0, step = 0.002;
    for (double z = -9; z <= 9; z += step)
        sum += step * exp(-0.5 * z * z) / sqrt(2 * M_PI) * f(z, a);
    return sum;
}

/* a: y, mean, its spread, log_scale, its spread */
static double normal_at(double z, const double *a)
{
    return exp(log_normal(a[0], a[1], a[2] * a[2] + exp(2 * (a[3] + a[4] * z))));
}

static double zero_at(double z, const double *a)
{
    return 1 / (1 + exp(-(a[0] + a[1] * z)));
}

static double hard_density(double x, size_t j, double (*effect)[D], double (*spread)[D], int logarithm)
{
    double odds[2] = {effect[2][j], spread[2][j]}, rest = 1, y = logarithm ? log(x) : x;
    if (logarithm) {
        double zero = expectation(zero_at, odds);
        if (x == 0)
            return zero;
        rest = (1 - zero) / x;
    }
    double a[5] = {y, effect[0][j], spread[0][j], effect[1][j], spread[1][j]};
    return rest * expectation(normal_at, a);
}

static double plain_density(double x, const plain *law, int logarithm)
{
    if (logarithm && x == 0)
        return law->pi;
    return (1 - law->pi) * exp(log_normal(logarithm ? log(x) : x, law->mean, law->variance)) / (logarithm ? x : 1);
}

/* Exact but for single precision and a quadrature, whose error docs/numerics.md gives for four standard deviations. */
START_TEST(hard_interventions_have_the_density_of_their_effects)
{
    static const double noises[] = {0.1, 0.3, 1}, errors[] = {2e-5, 1e-3, 0.25};
    int logarithm = _i % 3 == GIM_ZERO_INFLATED;
    source *from = data_of(_i % 3, GIM_HARD);
    gim_model *model = edgeless_model(_i % 3, from, noises[_i / 3]);
    double target[D], effect[3][D] = {{0}}, spread[3][D] = {{0}}, x[40][D], log_density[40], worst = 0, mass = 0;
    plain law[D] = {find_plain(model, 0, logarithm), find_plain(model, 1, logarithm)};
    const double *asked = from->features[1];
    for (size_t k = 1; k < from->K; k++) { /* the perturbation that targets most */
        CHECK_OK(gim_targets(model, from->features[k], target));
        asked = target[0] + target[1] > mass ? from->features[k] : asked;
        mass = fmax(mass, target[0] + target[1]);
    }
    ck_assert_msg(mass > 0.1, "nothing is targeted");
    CHECK_OK(gim_targets(model, asked, target));
    for (size_t e = 0; e < gim_effect_count(model); e++)
        CHECK_OK(gim_effects(model, asked, gim_effect_at(model, e), effect[e], spread[e]));
    CHECK_OK(gim_sample(model, asked, 1, 40, 8, x[0]));
    CHECK_OK(gim_log_density(model, asked, 1, x[0], 40, log_density));
    for (size_t r = 0; r < 40; r++) {
        double wanted = 0;
        for (size_t j = 0; j < D; j++)
            wanted += log((1 - target[j]) * plain_density(x[r][j], &law[j], logarithm) +
                          target[j] * hard_density(x[r][j], j, effect, spread, logarithm));
        worst = fmax(worst, fabs(log_density[r] - wanted));
    }
    ck_assert_msg(worst < errors[_i / 3], "effect-noise %g: a log-density is wrong by %g", noises[_i / 3], worst);
    gim_model_free(model);
    source_free(from);
}
END_TEST

int main(void)
{
    t_case cases[] = {{a_density_integrates_to_one, FORMS},
                      {a_sample_has_the_density, FORMS},
                      {a_row_has_its_density_wherever_it_stands, FORMS},
                      {many_perturbations_and_far_rows, FORMS},
                      {hard_interventions_have_the_density_of_their_effects, 9}};
    return T_RUN("log_density", cases);
}
