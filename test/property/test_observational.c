/* Without a perturbation, samples have the law of the observational rows that the model was fitted to.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "property/systems.h"

enum { D = 3, K = 3, N = 30000 };

/* Mostly observational rows: the law is to be learned from them. Linear: both earlier variables are parents of the
 * third; else a chain. */
static source *data_of(gim_mechanism mechanism, gim_intervention intervention, uint64_t seed)
{
    made_system system = {
        .d = D, .mechanism = mechanism, .intervention = intervention, .noise = {1, 0.5, 0.5}, .zero = {0.25, 0.2, 0.3}};
    source *made = source_new(D, D, K);
    system.weight[0][1] = t_uniform(&seed) < 0.5 ? 1 : -1;
    system.weight[1][2] = t_uniform(&seed) < 0.5 ? 1 : -1;
    system.weight[0][2] = mechanism != GIM_LINEAR ? 0 : t_uniform(&seed) < 0.5 ? 0.8 : -0.8;
    for (size_t k = 0; k < K; k++) {
        made_action action = {.target = {k == 1, 0, k == 2}, .effect = {1, 0, 1}, .scale = {0.5, 0.5, 0.5}};
        made->observational[k] = k == 0;
        made->features[k][k] = k > 0;
        source_draw(made, k, k == 0 ? 900 : 50, &system, &action, &seed);
    }
    return made;
}

/* The best of six fits, by their objective: it is not asked here that each finds the optimum, nor that
 * edges point the right way. */
static gim_model *model_of(source *from, gim_mechanism mechanism, gim_intervention intervention)
{
    gim_model *best = NULL;
    double most = -INFINITY, objective;
    for (int64_t seed = 1; seed <= 6; seed++) {
        gim_model *model = quick_model(D, D, mechanism, intervention, mechanism == GIM_LINEAR ? 3000 : 2500);
        set_int(model, GIM_SEED, seed);
        set_int(model, GIM_CHECK_EVERY, 100);
        set_int(model, GIM_HIDDEN, 8);
        set_int(model, GIM_DRAWS, 8);
        set_real(model, GIM_GRAPH_SPARSITY, 0);
        fit(model, from);
        CHECK_OK(gim_report(model, GIM_REPORT_OBJECTIVE, &objective));
        gim_model *worse = objective > most ? best : model;
        best = objective > most ? model : best;
        most = fmax(most, objective);
        gim_model_free(worse);
    }
    return best;
}

static double sampled[N * D];

START_TEST(means_deviations_and_correlations)
{
    gim_mechanism mechanism = _i % 2;
    source *from = data_of(mechanism, _i / 2 % 2, 5 + (uint64_t)_i);
    gim_model *model = model_of(from, mechanism, _i / 2 % 2);
    moments seen, drawn;
    double strongest = 0;
    CHECK_OK(gim_sample(model, NULL, 0, N, 1, sampled));
    moments_of(&seen, from->x[0], from->n_rows[0], D);
    moments_of(&drawn, sampled, N, D);
    for (size_t j = 0; j < D; j++) {
        /* linear mechanisms have no constant: their mean is the data's, but for the sample's chance */
        double little = mechanism == GIM_LINEAR ? 5 / sqrt(N) : 0.1;
        ck_assert_msg(fabs(drawn.mean[j] - seen.mean[j]) < little * seen.sd[j], "mean of x%zu: %g, not %g +- %g", j,
                      drawn.mean[j], seen.mean[j], seen.sd[j]);
        ck_assert_msg(fabs(drawn.sd[j] / seen.sd[j] - 1) < 0.1, "standard deviation of x%zu: %g, not %g", j,
                      drawn.sd[j], seen.sd[j]);
        for (size_t i = 0; i < j; i++) {
            double gap = fabs(drawn.correlation[i][j] - seen.correlation[i][j]);
            ck_assert_msg(gap < 0.08, "correlation of x%zu and x%zu: %g, not %g", i, j, drawn.correlation[i][j],
                          seen.correlation[i][j]);
            strongest = fmax(strongest, fabs(seen.correlation[i][j]));
        }
    }
    ck_assert_double_gt(strongest, 0.6);
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* ---- zero-inflated ---- */

typedef struct inflated {
    double zeros[D], both[D][D], mean[D],
        sd[D]; /* rates of zeros, alone and together; moments of log x where positive */
} inflated;

/* Correlations of log(1 + x), which sees zeros and values at once. x is used up. */
static void check_dependence(double *seen, size_t n_seen, double *drawn, size_t n_drawn)
{
    moments of_seen, of_drawn;
    for (size_t i = 0; i < n_seen * D; i++)
        seen[i] = log1p(seen[i]);
    for (size_t i = 0; i < n_drawn * D; i++)
        drawn[i] = log1p(drawn[i]);
    moments_of(&of_seen, seen, n_seen, D);
    moments_of(&of_drawn, drawn, n_drawn, D);
    for (size_t j = 0; j < D; j++)
        for (size_t i = 0; i < j; i++)
            ck_assert_msg(fabs(of_drawn.correlation[i][j] - of_seen.correlation[i][j]) < 0.1,
                          "correlation of log(1 + x%zu) and log(1 + x%zu): %g, not %g", i, j,
                          of_drawn.correlation[i][j], of_seen.correlation[i][j]);
}

static void inflated_of(inflated *of, const double *x, size_t n)
{
    memset(of, 0, sizeof *of);
    for (size_t j = 0; j < D; j++) {
        double sum = 0, squares = 0, positive = 0;
        for (size_t r = 0; r < n; r++) {
            double value = x[r * D + j];
            for (size_t i = 0; i < D; i++)
                of->both[i][j] += (value == 0 && x[r * D + i] == 0) / (double)n;
            if (value == 0)
                continue;
            positive++;
            sum += log(value);
            squares += log(value) * log(value);
        }
        of->zeros[j] = 1 - positive / (double)n;
        of->mean[j] = sum / positive;
        of->sd[j] = sqrt(squares / positive - of->mean[j] * of->mean[j]);
    }
}

START_TEST(zeros_and_logarithms)
{
    source *from = data_of(GIM_ZERO_INFLATED, _i % 2, 5 + (uint64_t)_i);
    gim_model *model = model_of(from, GIM_ZERO_INFLATED, _i % 2);
    inflated seen, drawn;
    CHECK_OK(gim_sample(model, NULL, 0, N, 1, sampled));
    inflated_of(&seen, from->x[0], from->n_rows[0]);
    inflated_of(&drawn, sampled, N);
    for (size_t j = 0; j < D; j++) {
        ck_assert_double_gt(seen.zeros[j], 0.15);
        ck_assert_msg(fabs(drawn.zeros[j] - seen.zeros[j]) < 0.03, "rate of zeros of x%zu: %g, not %g", j,
                      drawn.zeros[j], seen.zeros[j]);
        ck_assert_msg(fabs(drawn.mean[j] - seen.mean[j]) < 0.15 * seen.sd[j], "log x%zu: mean %g, not %g", j,
                      drawn.mean[j], seen.mean[j]);
        ck_assert_msg(fabs(drawn.sd[j] / seen.sd[j] - 1) < 0.15, "log x%zu: standard deviation %g, not %g", j,
                      drawn.sd[j], seen.sd[j]);
        for (size_t i = 0; i < j; i++)
            ck_assert_msg(fabs(drawn.both[i][j] - seen.both[i][j]) < 0.04, "zeros of x%zu and x%zu: %g, not %g", i, j,
                          drawn.both[i][j], seen.both[i][j]);
    }
    check_dependence(from->x[0], from->n_rows[0], sampled, N);
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* Whatever is asked for, and however little was learned, no value is below zero, and some are zero. */
START_TEST(zero_inflated_samples_are_never_negative)
{
    source *from = data_of(GIM_ZERO_INFLATED, _i % 2, 5);
    gim_model *model = quick_model(D, D, GIM_ZERO_INFLATED, _i % 2, 20);
    double features[2 * D] = {5, -3, 2, 0, 1, 9};
    size_t zeros = 0, bad = 0;
    set_int(model, GIM_SEED, _i);
    set_real(model, GIM_LEARNING_RATE, 0.1);
    fit(model, from);
    for (size_t Q = 0; Q <= 2; Q++) {
        CHECK_OK(gim_sample(model, features, Q, 5000, 1, sampled));
        for (size_t i = 0; i < 5000 * D; i++) {
            bad += !(sampled[i] >= 0 && isfinite(sampled[i]));
            zeros += sampled[i] == 0;
        }
    }
    ck_assert_uint_eq(bad, 0);
    ck_assert(zeros > 0 && zeros < 3 * 5000 * D);
    gim_model_free(model);
    source_free(from);
}
END_TEST

int main(void)
{
    t_case cases[] = {{means_deviations_and_correlations, 4},
                      {zeros_and_logarithms, 2},
                      {zero_inflated_samples_are_never_negative, 4}};
    return T_RUN("observational", cases);
}
