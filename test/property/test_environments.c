/* Environments of all kinds: no control, one, several; of one row; features that never change; and how far a
 * perturbation lies from them. SPDX-License-Identifier: BSD-3-Clause */
#include "property/systems.h"

enum { D = 3, P = 2, N = 20000 };

/* ---- which rows set the units ---- */

/* Six environments of different means and spreads; which[k]: observational. */
static source *data_of(const int *which, gim_mechanism mechanism, uint64_t seed)
{
    made_system system = {
        .d = D, .mechanism = mechanism, .intervention = GIM_SHIFT, .noise = {1, 0.5, 2}, .zero = {0.2, 0.3, 0.1}};
    source *made = source_new(D, P, 6);
    system.weight[0][1] = 1;
    for (size_t k = 0; k < 6; k++) {
        made_action action = {.target = {1, 0, 1}, .effect = {(double)k, 0, -0.5 * (double)k}};
        made->observational[k] = which[k];
        made->features[k][0] = (double)k;
        made->features[k][1] = k % 2 == 0 ? 1 : -2;
        source_draw(made, k, 30 + 10 * k, &system, &action, &seed);
    }
    return made;
}

/* Mean and standard deviation of the rows that set the scale, straight from the data. */
static void scale_of(double *mean, double *sd, const source *from, const int *which)
{
    double n = 0, square[D] = {0};
    int any = 0;
    memset(mean, 0, D * sizeof *mean);
    for (size_t k = 0; k < from->K; k++)
        any |= which[k];
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < from->K; k++)
            for (size_t r = 0; r < from->n_rows[k] && (which[k] || !any); r++)
                for (size_t j = 0; j < D; j++) {
                    double x = from->x[k][r * D + j];
                    n += pass == 0 && j == 0;
                    mean[j] += pass == 0 ? x : 0;
                    square[j] += pass == 0 ? 0 : pow(x - mean[j] / n, 2);
                }
    for (size_t j = 0; j < D; j++) {
        mean[j] /= n;
        sd[j] = sqrt(square[j] / n);
    }
}

static const int kinds[][6] = {
    {0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0}, {0, 0, 0, 1, 0, 0}, {1, 1, 0, 0, 1, 0}, {0, 1, 1, 1, 1, 1}};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* A shift's spread is effect-noise standard deviations of the variable, in the caller's units: it shows the scale. */
START_TEST(the_scale_is_that_of_the_controls)
{
    for (int mechanism = GIM_LINEAR; mechanism <= GIM_NONLINEAR; mechanism++) {
        source *from = data_of(kinds[_i], mechanism, 1);
        gim_model *model = quick_model(D, P, mechanism, GIM_SHIFT, 20);
        double mean[D], sd[D], spread[D];
        set_real(model, GIM_EFFECT_NOISE, 0.25);
        fit(model, from);
        scale_of(mean, sd, from, kinds[_i]);
        CHECK_OK(gim_effects(model, from->features[1], GIM_EFFECT_MEAN, NULL, spread));
        for (size_t j = 0; j < D; j++)
            ck_assert_double_eq_tol(spread[j], 0.25 * sd[j], 1e-9 * sd[j]);
        gim_model_free(model);
        source_free(from);
    }
}
END_TEST

/* A linear mechanism has no constant: unperturbed means are those of the controls (of all rows where there are
 * none). */
START_TEST(the_origin_is_that_of_the_controls)
{
    static double x[N * D];
    source *from = data_of(kinds[_i], GIM_LINEAR, 1);
    gim_model *model = quick_model(D, P, GIM_LINEAR, GIM_SHIFT, 20);
    double mean[D], sd[D];
    moments drawn;
    fit(model, from);
    scale_of(mean, sd, from, kinds[_i]);
    CHECK_OK(gim_sample(model, NULL, 0, N, 1, x));
    moments_of(&drawn, x, N, D);
    for (size_t j = 0; j < D; j++)
        ck_assert_double_eq_tol(drawn.mean[j], mean[j], 5 * drawn.sd[j] / sqrt(N));
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* Zero-inflated variables are scaled and never shifted: a spread of a logarithm has no unit, a weight of none. */
START_TEST(zero_inflated_data_of_all_kinds)
{
    source *from = data_of(kinds[_i], GIM_ZERO_INFLATED, 1);
    gim_model *model = quick_model(D, P, GIM_ZERO_INFLATED, GIM_SHIFT, 20);
    double spread[D];
    fit(model, from);
    CHECK_OK(gim_effects(model, from->features[1], GIM_EFFECT_MEAN, NULL, spread));
    for (size_t j = 0; j < D; j++)
        ck_assert_double_eq_tol(spread[j], 0.1, 1e-12);
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* ---- few rows ---- */

START_TEST(environments_of_one_row)
{
    for (int budget = 0; budget <= 1; budget++) {
        source *from = data_of(kinds[_i / 6 ? 1 : 0], _i % 3, 2);
        gim_model *model = quick_model(D, P, _i % 3, _i / 3 % 2, 20);
        static answers said;
        double held_out;
        for (size_t k = 1; k < 6; k++)
            from->n_rows[k] = 1;
        set_int(model, GIM_MEMORY_BUDGET, budget);
        set_real(model, GIM_HELD_OUT, 0.5);
        fit(model, from);
        CHECK_OK(gim_report(model, GIM_REPORT_ROWS_HELD_OUT, &held_out));
        ck_assert_double_eq(held_out, 15); /* half of the first, none of the others */
        answers_of(&said, model);
        for (size_t i = 0; i < 3 * ANSWER_ROWS * D; i++)
            ck_assert(isfinite(said.value[i]));
        gim_model_free(model);
        source_free(from);
    }
}
END_TEST

/* Two rows are the least that has a scale. */
START_TEST(the_least_data_there_can_be)
{
    source *from = source_new(2, 1, 1);
    gim_model *model = quick_model(2, 1, GIM_LINEAR, _i, 20);
    double features = 0, distance = 5, x[2];
    int outside = 5;
    source_rows(from, 0, 2);
    from->x[0][0] = from->x[0][1] = 1;
    from->x[0][2] = from->x[0][3] = 2;
    fit(model, from);
    CHECK_OK(gim_sample(model, &features, 1, 1, 1, x));
    ck_assert(isfinite(x[0]) && isfinite(x[1]));
    CHECK_OK(gim_feature_distance(model, &features, &distance, &outside));
    ck_assert(distance == 0 && outside == 0);
    features = 1; /* all else is beyond a single environment */
    CHECK_OK(gim_feature_distance(model, &features, &distance, &outside));
    ck_assert(distance > 0 && outside == 1);
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* What an observational environment's features say is of no account: nothing is targeted there, so that the perturbed
 * environment of equal features is not explained by it. */
START_TEST(the_features_of_controls_are_not_looked_at)
{
    source *from = data_of(kinds[1], GIM_LINEAR, 3);
    gim_model *model = quick_model(D, P, GIM_LINEAR, GIM_SHIFT, 1500);
    double target[D];
    memcpy(from->features[0], from->features[5], sizeof from->features[0]);
    set_int(model, GIM_CHECK_EVERY, 100);
    set_real(model, GIM_TARGET_SPARSITY, 0);
    set_real(model, GIM_LEARNING_RATE, 0.02);
    fit(model, from);
    CHECK_OK(gim_targets(model, from->features[5], target));
    ck_assert_msg(target[0] > 0.9, "%g", target[0]); /* it was moved by five standard deviations */
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* ---- distances ---- */

/* As docs/model.md has it, from the features alone: to the nearest environment, each feature by the root mean square of
 * those that differ from the controls' mean. */
static double distance_of(const source *from, const double *asked, size_t p, size_t except)
{
    double least = INFINITY;
    for (size_t k = 0; k < from->K; k++) {
        double sum = 0;
        for (size_t f = 0; f < p; f++) {
            double center = 0, controls = 0, square = 0, differ = 0;
            for (size_t i = 0; i < from->K; i++) {
                center += from->observational[i] ? from->features[i][f] : 0;
                controls += from->observational[i];
            }
            center /= controls;
            for (size_t i = 0; i < from->K; i++) {
                square += pow(from->features[i][f] - center, 2);
                differ += from->features[i][f] != center;
            }
            sum += pow(asked[f] - from->features[k][f], 2) / (square > 0 ? square / differ : 1);
        }
        least = k == except ? least : fmin(least, sum);
    }
    return sqrt(least);
}

static gim_model *any_fit(source *from, size_t p)
{
    gim_model *model = quick_model(D, p, GIM_LINEAR, GIM_HARD, 10);
    fit(model, from);
    return model;
}

START_TEST(distances_are_to_the_nearest_environment)
{
    source *from = data_of(kinds[1], GIM_LINEAR, 4);
    uint64_t seed = 7;
    for (size_t k = 0; k < 6; k++)
        for (size_t f = 0; f < P; f++)
            from->features[k][f] = (f == 0 ? 1000 : 0.01) * t_normal(&seed);
    gim_model *model = any_fit(from, P);
    double widest = 0, low[P], high[P];
    for (size_t k = 0; k < 6; k++) {
        double distance = 5;
        int outside = 5;
        CHECK_OK(gim_feature_distance(model, from->features[k], &distance, &outside));
        ck_assert_msg(distance == 0 && outside == 0, "environment %zu itself: %g, %d", k, distance, outside);
        widest = fmax(widest, distance_of(from, from->features[k], P, k));
    }
    for (size_t f = 0; f < P; f++) {
        low[f] = high[f] = from->features[0][f];
        for (size_t k = 1; k < 6; k++) {
            low[f] = fmin(low[f], from->features[k][f]);
            high[f] = fmax(high[f], from->features[k][f]);
        }
    }
    int counts[2] = {0, 0};
    for (int i = 0; i < 2000; i++) {
        double asked[P] = {1700 * t_normal(&seed), 0.017 * t_normal(&seed)}, distance;
        double wanted = distance_of(from, asked, P, 6), edge = fabs(wanted / widest - 1);
        int outside, beyond = wanted > widest;
        for (size_t f = 0; f < P; f++) {
            beyond |= asked[f] < low[f] || asked[f] > high[f];
            edge = fmin(edge, fmin(fabs(asked[f] - low[f]), fabs(asked[f] - high[f])) / (high[f] - low[f]));
        }
        CHECK_OK(gim_feature_distance(model, asked, &distance, &outside));
        ck_assert_double_eq_tol(distance, wanted, 1e-5 * (1 + wanted));
        ck_assert_msg(edge < 1e-3 || outside == beyond, "(%g, %g), at %g of %g: %d", asked[0], asked[1], wanted, widest,
                      outside);
        counts[beyond]++;
    }
    ck_assert(counts[0] > 100 && counts[1] > 100);
    gim_model_free(model);
    source_free(from);
}
END_TEST

START_TEST(beyond_the_range_is_outside)
{
    source *from = data_of(kinds[1], GIM_LINEAR, 4);
    gim_model *model = any_fit(from, P);
    static const double inside[][P] = {{0, 1}, {5, -2}, {2.5, 1}, {3, -2}},
                        beyond[][P] = {{5.1, -2}, {-0.1, 1}, {0, 1.2}, {3, -2.1}, {100, 0}};
    int outside;
    for (size_t i = 0; i < 4; i++) {
        CHECK_OK(gim_feature_distance(model, inside[i], NULL, &outside));
        ck_assert_msg(outside == 0, "(%g, %g)", inside[i][0], inside[i][1]);
    }
    for (size_t i = 0; i < 5; i++) {
        CHECK_OK(gim_feature_distance(model, beyond[i], NULL, &outside));
        ck_assert_msg(outside == 1, "(%g, %g)", beyond[i][0], beyond[i][1]);
    }
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* Within every range, but in a gap wider than any between training environments. */
START_TEST(a_hole_in_the_middle_is_outside)
{
    source *from = data_of(kinds[1], GIM_LINEAR, 4);
    static const double at[6][P] = {{0, 0}, {1, 0}, {0, 1}, {20, 20}, {21, 20}, {20, 21}};
    double middle[P] = {10, 10}, near[P] = {0.5, 0.5};
    int outside;
    for (size_t k = 0; k < 6; k++)
        memcpy(from->features[k], at[k], sizeof at[k]);
    gim_model *model = any_fit(from, P);
    CHECK_OK(gim_feature_distance(model, middle, NULL, &outside));
    ck_assert_int_eq(outside, 1);
    CHECK_OK(gim_feature_distance(model, near, NULL, &outside));
    ck_assert_int_eq(outside, 0);
    gim_model_free(model);
    source_free(from);
}
END_TEST

/* A feature that never changes has no scale of its own: it counts in its own units. 0.1 thrice does not add up to 0.3
 * in a double, which must not pass for a change. */
static void check_constant(double value, size_t K, const int *which)
{
    source *from = data_of(which, GIM_LINEAR, 4);
    double distance, target[2][D], same[P] = {1, value}, other[P] = {1, value + 1};
    int outside;
    from->K = K;
    for (size_t k = 0; k < K; k++)
        from->features[k][1] = value;
    gim_model *model = any_fit(from, P);
    CHECK_OK(gim_feature_distance(model, same, &distance, &outside));
    ck_assert_msg(distance == 0 && outside == 0, "constant %.17g in %zu: %g, %d", value, K, distance, outside);
    CHECK_OK(gim_feature_distance(model, other, &distance, &outside));
    ck_assert_msg(fabs(distance - 1) < 1e-3 && outside == 1, "constant %.17g in %zu, plus 1: %g, %d", value, K,
                  distance, outside);
    other[1] = nextafter(value, INFINITY); /* what rounding on the way makes of it */
    CHECK_OK(gim_targets(model, same, target[0]));
    CHECK_OK(gim_targets(model, other, target[1]));
    for (size_t j = 0; j < D; j++)
        ck_assert_msg(fabs(target[0][j] - target[1][j]) < 1e-3, "constant %.17g in %zu", value, K);
    gim_model_free(model);
    from->K = 6;
    source_free(from);
}

START_TEST(constant_features)
{
    static const double constants[] = {0, 1, 0.1, -1.0 / 3, 1e-8, 12345.678, 1e9 / 3};
    for (size_t c = 0; c < sizeof constants / sizeof *constants; c++)
        for (size_t K = 2; K <= 6; K++)
            check_constant(constants[c], K, kinds[_i]);
}
END_TEST

int main(void)
{
    t_case cases[] = {{the_scale_is_that_of_the_controls, KINDS},
                      {the_origin_is_that_of_the_controls, KINDS},
                      {zero_inflated_data_of_all_kinds, KINDS},
                      {environments_of_one_row, 12},
                      {the_least_data_there_can_be, 2},
                      {the_features_of_controls_are_not_looked_at, 1},
                      {distances_are_to_the_nearest_environment, 1},
                      {beyond_the_range_is_outside, 1},
                      {a_hole_in_the_middle_is_outside, 1},
                      {constant_features, 3}};
    return T_RUN("environments", cases);
}
