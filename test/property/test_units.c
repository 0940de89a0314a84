/* Callers' units: other scales and origins of variables and features change what a model says by just that much.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "property/systems.h"

enum { D = 4, K = 8, N = 500, FORMS = 6 };

/* Powers of two, by which nothing is rounded. */
static const double factor[D] = {1024, 0x1p-20, 1, 0x1p+30}, feature_factor[D] = {0x1p-10, 0x1p+16, 4, 1};

typedef struct pair {
    source *from[2];
    gim_model *model[2];
    int log_units; /* zero-inflated: effects are of logarithms */
} pair;

static gim_model *model_of(int form, source *from, int64_t steps)
{
    gim_model *model = quick_model(D, D, form % 3, form / 3, steps);
    set_real(model, GIM_LEARNING_RATE, 0.02);
    set_real(model, GIM_GRAPH_SPARSITY, 0);
    set_real(model, GIM_TARGET_SPARSITY, 0);
    fit(model, from);
    return model;
}

/* Data, the same with other scales, and a model of each. */
static void open_pair(pair *both, int form)
{
    made_system system = {.mechanism = form % 3, .intervention = form / 3};
    both->from[0] = random_source(&system, D, K, 200, 40, 1, 1);
    both->from[1] = source_copy(both->from[0]);
    both->log_units = form % 3 == GIM_ZERO_INFLATED;
    for (size_t k = 0; k < K; k++) {
        for (size_t i = 0; i < both->from[1]->n_rows[k] * D; i++)
            both->from[1]->x[k][i] *= factor[i % D];
        for (size_t f = 0; f < D; f++)
            both->from[1]->features[k][f] *= feature_factor[f];
    }
    for (int i = 0; i < 2; i++)
        both->model[i] = model_of(form, both->from[i], 60);
}

static void close_pair(pair *both)
{
    for (int i = 0; i < 2; i++) {
        source_free(both->from[i]);
        gim_model_free(both->model[i]);
    }
}

static const double asked[2][D] = {{1, 0, 0.5, 0}, {0, 0, 2, 1}};

/* The same perturbations in each one's units. */
static void ask_in_units(double (*features)[D], int scaled)
{
    for (size_t q = 0; q < 2; q++)
        for (size_t f = 0; f < D; f++)
            features[q][f] = asked[q][f] * (scaled ? feature_factor[f] : 1);
}

START_TEST(graph_targets_and_history_have_no_unit)
{
    pair both;
    double probability[2][D * D], target[2][D], distance[2], history[2][16 * GIM_HISTORY_COLUMNS], sum = 0;
    unsigned char edge[2][D * D];
    size_t rows[2];
    int outside[2];
    open_pair(&both, _i);
    for (int i = 0; i < 2; i++) {
        double features[2][D];
        ask_in_units(features, i);
        CHECK_OK(gim_graph(both.model[i], probability[i], edge[i]));
        CHECK_OK(gim_targets(both.model[i], features[0], target[i]));
        CHECK_OK(gim_feature_distance(both.model[i], features[1], &distance[i], &outside[i]));
        CHECK_OK(gim_history(both.model[i], &rows[i], history[i], 16));
    }
    ck_assert_mem_eq(probability[0], probability[1], sizeof probability[0]);
    ck_assert_mem_eq(edge[0], edge[1], sizeof edge[0]);
    ck_assert_mem_eq(target[0], target[1], sizeof target[0]);
    ck_assert(distance[0] == distance[1] && outside[0] == outside[1] && distance[0] > 0);
    ck_assert_uint_eq(rows[0], rows[1]);
    ck_assert_mem_eq(history[0], history[1], rows[0] * GIM_HISTORY_COLUMNS * sizeof(double));
    for (size_t e = 0; e < D * D; e++)
        sum += edge[0][e];
    ck_assert_double_gt(sum, 0);
    close_pair(&both);
}
END_TEST

START_TEST(samples_are_rescaled)
{
    static double x[2][N][D];
    pair both;
    open_pair(&both, _i);
    for (size_t Q = 0; Q <= 2; Q++) {
        for (int i = 0; i < 2; i++) {
            double features[2][D];
            ask_in_units(features, i);
            CHECK_OK(gim_sample(both.model[i], features[0], Q, N, 3, x[i][0]));
        }
        for (size_t r = 0; r < N; r++)
            for (size_t j = 0; j < D; j++)
                ck_assert_msg(x[1][r][j] == factor[j] * x[0][r][j], "%.17g and %.17g", x[1][r][j],
                              factor[j] * x[0][r][j]);
    }
    close_pair(&both);
}
END_TEST

START_TEST(effects_and_weights_are_rescaled)
{
    pair both;
    double mean[2][D], spread[2][D], weight[2][D * D], features[2][2][D];
    open_pair(&both, _i);
    for (int i = 0; i < 2; i++)
        ask_in_units(features[i], i);
    for (size_t e = 0; e < gim_effect_count(both.model[0]); e++) {
        gim_effect effect = gim_effect_at(both.model[0], e);
        for (int i = 0; i < 2; i++)
            CHECK_OK(gim_effects(both.model[i], features[i][0], effect, mean[i], spread[i]));
        for (size_t j = 0; j < D; j++) {
            int scales = effect == GIM_EFFECT_MEAN && !both.log_units, shifts = _i / 3 == GIM_HARD;
            double wanted = scales ? factor[j] * mean[0][j] : mean[0][j];
            if (shifts &&
                ((effect == GIM_EFFECT_MEAN && both.log_units) || (effect == GIM_EFFECT_LOG_SCALE && !both.log_units)))
                wanted += log(factor[j]);
            ck_assert_double_eq_tol(mean[1][j], wanted, 1e-12 * (1 + fabs(wanted)));
            ck_assert_double_eq_tol(spread[1][j], scales ? factor[j] * spread[0][j] : spread[0][j],
                                    1e-12 * spread[1][j]);
        }
    }
    if (_i % 3 == GIM_LINEAR) {
        for (int i = 0; i < 2; i++)
            CHECK_OK(gim_weights(both.model[i], weight[i]));
        for (size_t e = 0; e < D * D; e++)
            ck_assert_double_eq_tol(weight[1][e], weight[0][e] * factor[e % D] / factor[e / D],
                                    1e-12 * fabs(weight[1][e]) + 1e-300);
    }
    close_pair(&both);
}
END_TEST

/* Of the density, one factor 1/f for each variable scaled by f; none where a zero-inflated variable is zero. */
START_TEST(densities_are_rescaled)
{
    static double x[2][N][D], log_density[2][N];
    pair both;
    open_pair(&both, _i);
    for (int i = 0; i < 2; i++) {
        double features[2][D];
        ask_in_units(features, i);
        CHECK_OK(gim_sample(both.model[i], features[0], 2, N, 3, x[i][0]));
        CHECK_OK(gim_log_density(both.model[i], features[0], 2, x[i][0], N, log_density[i]));
    }
    for (size_t r = 0; r < N; r++) {
        double wanted = log_density[0][r];
        for (size_t j = 0; j < D; j++)
            wanted -= both.log_units && x[0][r][j] == 0 ? 0 : log(factor[j]);
        ck_assert_double_eq_tol(log_density[1][r], wanted, 1e-9 * (1 + fabs(wanted)));
    }
    close_pair(&both);
}
END_TEST

/* ---- other origins: the same but for rounding ---- */

START_TEST(origins_do_not_matter)
{
    static const double to[D] = {1e4, -300, 7, -1e6};
    static double x[2][N][D];
    made_system system = {.mechanism = _i % 2, .intervention = _i / 2};
    source *from[2] = {random_source(&system, D, K, 200, 40, 1, 9), NULL};
    gim_model *model[2];
    double target[2][D], probability[2][D * D], effect[2][D], log_density[2][N];
    from[1] = source_copy(from[0]);
    for (size_t k = 0; k < K; k++) {
        for (size_t i = 0; i < from[1]->n_rows[k] * D; i++)
            from[1]->x[k][i] += to[i % D];
        for (size_t f = 0; f < D; f++)
            from[1]->features[k][f] += 50;
    }
    for (int i = 0; i < 2; i++) {
        double features[D] = {1 + 50 * i, 50 * i, 0.5 + 50 * i, 50 * i};
        model[i] = model_of(_i % 2 + 3 * (_i / 2), from[i], 40);
        CHECK_OK(gim_graph(model[i], probability[i], NULL));
        CHECK_OK(gim_targets(model[i], features, target[i]));
        CHECK_OK(gim_effects(model[i], features, GIM_EFFECT_MEAN, effect[i], NULL));
        CHECK_OK(gim_sample(model[i], features, 1, N, 3, x[i][0]));
        CHECK_OK(gim_log_density(model[i], features, 1, x[i][0], N, log_density[i]));
    }
    for (size_t e = 0; e < D * D; e++)
        ck_assert_double_eq_tol(probability[1][e], probability[0][e], 1e-3);
    for (size_t j = 0; j < D; j++) {
        ck_assert_double_eq_tol(target[1][j], target[0][j], 1e-3);
        ck_assert_double_eq_tol(effect[1][j], effect[0][j] + (_i / 2 == GIM_HARD ? to[j] : 0), 3e-3);
    }
    size_t apart = 0;
    for (size_t r = 0; r < N; r++) {
        int near = 1;
        for (size_t j = 0; j < D; j++)
            near &= fabs(x[1][r][j] - to[j] - x[0][r][j]) < 0.01;
        near &= fabs(log_density[1][r] - log_density[0][r]) < 0.02;
        apart += !near;
    }
    ck_assert_uint_le(apart, N / 100); /* where a target fell the other way */
    for (int i = 0; i < 2; i++) {
        gim_model_free(model[i]);
        source_free(from[i]);
    }
}
END_TEST

/* A zero of a zero-inflated variable is a zero in any unit; its unit moves its logarithm alone. */
START_TEST(a_zero_stays_a_zero)
{
    pair both;
    static double x[2][N][D];
    size_t zeros = 0;
    open_pair(&both, 2 + 3 * _i);
    for (int i = 0; i < 2; i++)
        CHECK_OK(gim_sample(both.model[i], NULL, 0, N, 3, x[i][0]));
    for (size_t r = 0; r < N; r++)
        for (size_t j = 0; j < D; j++) {
            ck_assert_int_eq(x[0][r][j] == 0, x[1][r][j] == 0);
            zeros += x[0][r][j] == 0;
        }
    ck_assert(zeros > N / 4 && zeros < 3 * N);
    close_pair(&both);
}
END_TEST

/* Data of the size of atoms, or of stars, are data. */
START_TEST(extreme_units)
{
    static const double sizes[] = {1e-30, 1e-42, 1e-100, 1e+30, 1e+45, 1e+100};
    static double x[N][D];
    made_system system = {.mechanism = GIM_NONLINEAR, .intervention = GIM_HARD};
    source *from = random_source(&system, D, K, 200, 40, 1, 9), *other = source_copy(from);
    gim_model *model = model_of(GIM_NONLINEAR, from, 40), *extreme;
    double target[2][D];
    for (size_t k = 0; k < K; k++)
        for (size_t i = 0; i < from->n_rows[k] * D; i++)
            other->x[k][i] *= sizes[_i];
    gim_data data = source_data(other);
    extreme = quick_model(D, D, GIM_NONLINEAR, GIM_HARD, 40);
    set_real(extreme, GIM_LEARNING_RATE, 0.02);
    set_real(extreme, GIM_GRAPH_SPARSITY, 0);
    set_real(extreme, GIM_TARGET_SPARSITY, 0);
    gim_status status = gim_fit(extreme, &data, NULL, NULL);
    ck_assert_msg(status >= 0, "in units of %g: %s: %s", sizes[_i], gim_status_name(status), message_of(extreme));
    CHECK_OK(gim_targets(model, asked[0], target[0]));
    CHECK_OK(gim_targets(extreme, asked[0], target[1]));
    for (size_t j = 0; j < D; j++)
        ck_assert_double_eq_tol(target[0][j], target[1][j], 1e-3);
    CHECK_OK(gim_sample(extreme, asked[0], 1, N, 1, x[0]));
    for (size_t r = 0; r < N; r++)
        for (size_t j = 0; j < D; j++)
            ck_assert(isfinite(x[r][j]) && fabs(x[r][j]) < 100 * sizes[_i]);
    gim_model_free(model);
    gim_model_free(extreme);
    source_free(from);
    source_free(other);
}
END_TEST

int main(void)
{
    t_case cases[] = {{graph_targets_and_history_have_no_unit, FORMS},
                      {samples_are_rescaled, FORMS},
                      {effects_and_weights_are_rescaled, FORMS},
                      {densities_are_rescaled, FORMS},
                      {origins_do_not_matter, 4},
                      {a_zero_stays_a_zero, 2},
                      {extreme_units, 6}};
    return T_RUN("units", cases);
}
