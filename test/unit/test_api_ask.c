/* The contract of the questions that a fitted model is asked: arguments, states, what a refused one leaves alone.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "property/systems.h"

enum { ROWS = 5, UNTOUCHED = -77 };

/* Room for any answer, filled with what no answer is. */
typedef struct room {
    double a[600 * 3], b[16];
    unsigned char edge[16];
    int outside;
} room;

static void room_clear(room *out)
{
    for (size_t i = 0; i < sizeof out->a / sizeof *out->a; i++)
        out->a[i] = UNTOUCHED;
    for (size_t i = 0; i < 16; i++)
        out->b[i] = UNTOUCHED;
    memset(out->edge, 77, sizeof out->edge);
    out->outside = UNTOUCHED;
}

static void check_untouched(const room *out)
{
    for (size_t i = 0; i < sizeof out->a / sizeof *out->a; i++)
        ck_assert_msg(out->a[i] == UNTOUCHED, "a[%zu] is %g", i, out->a[i]);
    for (size_t i = 0; i < 16; i++)
        ck_assert(out->b[i] == UNTOUCHED && out->edge[i] == 77);
    ck_assert_int_eq(out->outside, UNTOUCHED);
}

static gim_model *fitted(gim_mechanism mechanism, gim_intervention intervention)
{
    source *from = small_source(mechanism, intervention, 1);
    gim_model *model = quick_model(3, 2, mechanism, intervention, 20);
    CHECK_OK(gim_set_variable_name(model, 1, "middle"));
    CHECK_OK(gim_set_feature_name(model, 1, "dose"));
    fit(model, from);
    source_free(from);
    return model;
}

/* ---- no fit ---- */

START_TEST(a_model_without_a_fit_answers_nothing)
{
    gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 10);
    double features[4] = {0, 0, 1, 1}, x[ROWS * 3] = {0};
    room out;
    room_clear(&out);
    CHECK_FAILS(model, gim_sample(model, features, 2, ROWS, 1, out.a), GIM_ERR_STATE, "gim_fit");
    CHECK_FAILS(model, gim_targets(model, features, out.a), GIM_ERR_STATE, "gim_fit");
    CHECK_FAILS(model, gim_effects(model, features, GIM_EFFECT_MEAN, out.a, out.b), GIM_ERR_STATE, "gim_fit");
    CHECK_FAILS(model, gim_graph(model, out.a, out.edge), GIM_ERR_STATE, "gim_fit");
    CHECK_FAILS(model, gim_weights(model, out.a), GIM_ERR_STATE, "gim_fit");
    CHECK_FAILS(model, gim_log_density(model, features, 2, x, ROWS, out.a), GIM_ERR_STATE, "gim_fit");
    CHECK_FAILS(model, gim_feature_distance(model, features, out.a, &out.outside), GIM_ERR_STATE, "gim_fit");
    check_untouched(&out);
    gim_model_free(model);
}
END_TEST

/* ---- arguments ---- */

START_TEST(null_is_refused_where_an_answer_must_go)
{
    gim_model *model = fitted(GIM_LINEAR, GIM_HARD);
    double features[4] = {0, 0, 1, 1}, x[ROWS * 3] = {0};
    room out;
    room_clear(&out);
    CHECK_FAILS(model, gim_sample(model, features, 1, ROWS, 1, NULL), GIM_ERR_ARGUMENT, "NULL");
    CHECK_FAILS(model, gim_sample(model, NULL, 1, ROWS, 1, out.a), GIM_ERR_ARGUMENT, "NULL");
    CHECK_FAILS(model, gim_sample(model, features, 1, 0, 1, out.a), GIM_ERR_ARGUMENT, "n_rows");
    CHECK_FAILS(model, gim_sample(model, features, 1, SIZE_MAX, 1, out.a), GIM_ERR_ARGUMENT, "n_rows");
    CHECK_FAILS(model, gim_sample(model, features, 1, SIZE_MAX / 16, 1, out.a), GIM_ERR_ARGUMENT, "n_rows");
    CHECK_FAILS(model, gim_targets(model, NULL, out.a), GIM_ERR_ARGUMENT, "NULL");
    CHECK_FAILS(model, gim_targets(model, features, NULL), GIM_ERR_ARGUMENT, "NULL");
    CHECK_FAILS(model, gim_effects(model, NULL, GIM_EFFECT_MEAN, out.a, out.b), GIM_ERR_ARGUMENT, "NULL");
    CHECK_FAILS(model, gim_weights(model, NULL), GIM_ERR_ARGUMENT, "NULL");
    CHECK_FAILS(model, gim_log_density(model, features, 1, NULL, ROWS, out.a), GIM_ERR_ARGUMENT, "NULL");
    CHECK_FAILS(model, gim_log_density(model, features, 1, x, ROWS, NULL), GIM_ERR_ARGUMENT, "NULL");
    CHECK_FAILS(model, gim_log_density(model, NULL, 1, x, ROWS, out.a), GIM_ERR_ARGUMENT, "NULL");
    CHECK_FAILS(model, gim_log_density(model, features, 1, x, 0, out.a), GIM_ERR_ARGUMENT, "n_rows");
    CHECK_FAILS(model, gim_feature_distance(model, NULL, out.a, &out.outside), GIM_ERR_ARGUMENT, "NULL");
    check_untouched(&out);
    gim_model_free(model);
}
END_TEST

START_TEST(either_answer_may_be_left_out)
{
    gim_model *model = fitted(GIM_LINEAR, GIM_HARD);
    double features[2] = {1, 0}, both[2][9], one[9], distance[2];
    unsigned char edge[2][9];
    int outside[2] = {5, 6};
    CHECK_OK(gim_effects(model, features, GIM_EFFECT_MEAN, both[0], both[1]));
    CHECK_OK(gim_effects(model, features, GIM_EFFECT_MEAN, one, NULL));
    ck_assert_mem_eq(one, both[0], 3 * sizeof *one);
    CHECK_OK(gim_effects(model, features, GIM_EFFECT_MEAN, NULL, one));
    ck_assert_mem_eq(one, both[1], 3 * sizeof *one);
    CHECK_OK(gim_graph(model, both[0], edge[0]));
    CHECK_OK(gim_graph(model, one, NULL));
    CHECK_OK(gim_graph(model, NULL, edge[1]));
    CHECK_OK(gim_graph(model, NULL, NULL));
    ck_assert_mem_eq(one, both[0], sizeof one);
    ck_assert_mem_eq(edge[0], edge[1], 9);
    CHECK_OK(gim_feature_distance(model, features, &distance[0], &outside[0]));
    CHECK_OK(gim_feature_distance(model, features, &distance[1], NULL));
    CHECK_OK(gim_feature_distance(model, features, NULL, &outside[1]));
    ck_assert(distance[0] == distance[1] && outside[0] == outside[1]);
    gim_model_free(model);
}
END_TEST

START_TEST(features_must_be_finite)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    gim_model *model = fitted(GIM_LINEAR, GIM_HARD);
    double x[ROWS * 3] = {0};
    room out;
    room_clear(&out);
    for (size_t i = 0; i < 3; i++) {
        double joint[6] = {0, 0, 0, bad[i], 0, 0}, alone[2] = {0, bad[i]};
        CHECK_FAILS(model, gim_sample(model, joint, 3, ROWS, 1, out.a), GIM_ERR_ARGUMENT,
                    "perturbation 1, feature \"dose\"");
        CHECK_FAILS(model, gim_log_density(model, joint, 2, x, ROWS, out.a), GIM_ERR_ARGUMENT, "feature \"dose\"");
        CHECK_FAILS(model, gim_targets(model, alone, out.a), GIM_ERR_ARGUMENT, "feature \"dose\"");
        CHECK_FAILS(model, gim_effects(model, alone, GIM_EFFECT_MEAN, out.a, out.b), GIM_ERR_ARGUMENT,
                    "feature \"dose\"");
        CHECK_FAILS(model, gim_feature_distance(model, alone, out.a, &out.outside), GIM_ERR_ARGUMENT,
                    "feature \"dose\"");
    }
    check_untouched(&out);
    gim_model_free(model);
}
END_TEST

/* Finite, but far beyond anything: an answer that is a number, or an error, but not a NaN. */
START_TEST(enormous_features)
{
    static const double huge[] = {1e30, -1e100, 1.7e308};
    for (int intervention = GIM_HARD; intervention <= GIM_SHIFT; intervention++) {
        gim_model *model = fitted(GIM_LINEAR, intervention);
        for (size_t i = 0; i < 3; i++) {
            double features[2] = {huge[i], -huge[i]}, x[ROWS * 3], distance;
            int outside = 0;
            if (gim_sample(model, features, 1, ROWS, 1, x) == GIM_OK)
                for (size_t r = 0; r < ROWS * 3; r++)
                    ck_assert_msg(isfinite(x[r]), "a sample at %g is %g", huge[i], x[r]);
            if (gim_targets(model, features, x) == GIM_OK)
                for (size_t j = 0; j < 3; j++)
                    ck_assert_msg(x[j] >= 0 && x[j] <= 1, "a probability at %g is %g", huge[i], x[j]);
            if (gim_feature_distance(model, features, &distance, &outside) == GIM_OK)
                ck_assert_msg(distance > 0 && outside == 1, "distance of %g: %g, outside %d", huge[i], distance,
                              outside);
        }
        gim_model_free(model);
    }
}
END_TEST

START_TEST(no_perturbation_needs_no_features)
{
    gim_model *model = fitted(GIM_LINEAR, GIM_SHIFT);
    double features[2] = {NAN, NAN}, with[ROWS * 3], without[ROWS * 3];
    CHECK_OK(gim_sample(model, NULL, 0, ROWS, 1, without));
    CHECK_OK(gim_sample(model, features, 0, ROWS, 1, with));
    ck_assert_mem_eq(with, without, sizeof with);
    CHECK_OK(gim_log_density(model, NULL, 0, with, ROWS, without));
    gim_model_free(model);
}
END_TEST

START_TEST(densities_take_twelve_perturbations)
{
    for (int intervention = GIM_HARD; intervention <= GIM_SHIFT; intervention++) {
        gim_model *model = fitted(GIM_LINEAR, intervention);
        double features[13 * 2] = {0}, x[ROWS * 3] = {0};
        room out;
        CHECK_OK(gim_log_density(model, features, 12, x, ROWS, out.a));
        for (size_t r = 0; r < ROWS; r++)
            ck_assert(isfinite(out.a[r]));
        room_clear(&out);
        CHECK_FAILS(model, gim_log_density(model, features, 13, x, ROWS, out.a), GIM_ERR_ARGUMENT, "12");
        CHECK_FAILS(model, gim_log_density(model, features, SIZE_MAX, x, ROWS, out.a), GIM_ERR_ARGUMENT, "12");
        check_untouched(&out);
        gim_model_free(model);
    }
}
END_TEST

/* 600 rows, of which one is bad, in any of the blocks that they are taken in. */
static void check_row_refused(gim_mechanism mechanism, size_t row, double value, const char *part)
{
    static double x[600 * 3], log_density[600];
    gim_model *model = fitted(mechanism, GIM_HARD);
    double features[2] = {1, 0};
    for (size_t i = 0; i < 1800; i++)
        x[i] = 1;
    CHECK_OK(gim_log_density(model, features, 1, x, 600, log_density));
    x[row * 3 + 1] = value;
    CHECK_FAILS(model, gim_log_density(model, features, 1, x, 600, log_density), GIM_ERR_DATA, part);
    gim_model_free(model);
}

START_TEST(rows_whose_density_cannot_be)
{
    check_row_refused(GIM_LINEAR, 0, NAN, "row 0, variable \"middle\" is nan");
    check_row_refused(GIM_LINEAR, 17, INFINITY, "row 17, variable \"middle\" is inf");
    check_row_refused(GIM_LINEAR, 599, -INFINITY, "row 599, variable \"middle\" is -inf");
    check_row_refused(GIM_ZERO_INFLATED, 303, -0.5, "row 303, variable \"middle\" is -0.5");
}
END_TEST

START_TEST(only_the_models_own_effects)
{
    static const struct {
        gim_mechanism mechanism;
        gim_intervention intervention;
        int last; /* of the effects there are */
    } forms[] = {{GIM_LINEAR, GIM_HARD, 1},     {GIM_LINEAR, GIM_SHIFT, 0},       {GIM_NONLINEAR, GIM_HARD, 1},
                 {GIM_NONLINEAR, GIM_SHIFT, 0}, {GIM_ZERO_INFLATED, GIM_HARD, 2}, {GIM_ZERO_INFLATED, GIM_SHIFT, 0}};
    for (size_t i = 0; i < 6; i++) {
        gim_model *model = fitted(forms[i].mechanism, forms[i].intervention);
        double features[2] = {1, 0};
        room out;
        room_clear(&out);
        for (int effect = 0; effect <= 3; effect++)
            if (effect <= forms[i].last)
                CHECK_OK(gim_effects(model, features, (gim_effect)effect, NULL, NULL));
            else
                CHECK_FAILS(model, gim_effects(model, features, (gim_effect)effect, out.a, out.b), GIM_ERR_ARGUMENT,
                            "effect");
        CHECK_FAILS(model, gim_effects(model, features, (gim_effect)-1, out.a, out.b), GIM_ERR_ARGUMENT, "effect");
        check_untouched(&out);
        gim_model_free(model);
    }
}
END_TEST

START_TEST(only_linear_mechanisms_have_weights)
{
    for (int mechanism = GIM_LINEAR; mechanism <= GIM_ZERO_INFLATED; mechanism++) {
        gim_model *model = fitted(mechanism, GIM_SHIFT);
        room out;
        room_clear(&out);
        if (mechanism == GIM_LINEAR) {
            CHECK_OK(gim_weights(model, out.a));
        } else {
            CHECK_FAILS(model, gim_weights(model, out.a), GIM_ERR_STATE, "linear");
            check_untouched(&out);
        }
        gim_model_free(model);
    }
}
END_TEST

/* ---- answers are what their names say ---- */

START_TEST(answers_are_in_their_ranges)
{
    for (int i = 0; i < 6; i++) {
        gim_model *model = fitted(i % 3, i / 3);
        double features[2] = {1, 2}, value[9], weight[9], spread[3];
        unsigned char edge[9];
        CHECK_OK(gim_targets(model, features, value));
        for (size_t j = 0; j < 3; j++)
            ck_assert(value[j] >= 0 && value[j] <= 1);
        CHECK_OK(gim_graph(model, value, edge));
        for (size_t e = 0; e < 9; e++) {
            ck_assert(value[e] >= 0 && value[e] <= 1 && edge[e] <= 1);
            ck_assert(e % 4 != 0 || (value[e] == 0 && edge[e] == 0));
            ck_assert(!edge[e] || value[e] > 0.5);
        }
        for (size_t e = 0; e < gim_effect_count(model); e++) {
            CHECK_OK(gim_effects(model, features, gim_effect_at(model, e), value, spread));
            for (size_t j = 0; j < 3; j++)
                ck_assert(isfinite(value[j]) && spread[j] > 0 && isfinite(spread[j]));
        }
        if (i % 3 == GIM_LINEAR) {
            CHECK_OK(gim_weights(model, weight));
            for (size_t e = 0; e < 9; e++)
                ck_assert(isfinite(weight[e]) && (edge[e] || weight[e] == 0));
        }
        gim_model_free(model);
    }
}
END_TEST

/* A question changes no model: asked again, it answers the same, and the model says the same of itself. */
START_TEST(a_question_changes_nothing)
{
    static answers before, after;
    gim_model *model = fitted(GIM_NONLINEAR, GIM_HARD);
    double features[2] = {NAN, 0}, x[3];
    answers_of(&before, model);
    gim_sample(model, features, 1, 1, 1, x);
    gim_effects(model, features, (gim_effect)9, x, x);
    answers_of(&after, model);
    ck_assert(answers_equal(&before, &after));
    gim_model_free(model);
}
END_TEST

int main(void)
{
    t_case cases[] = {{a_model_without_a_fit_answers_nothing, 1},
                      {null_is_refused_where_an_answer_must_go, 1},
                      {either_answer_may_be_left_out, 1},
                      {features_must_be_finite, 1},
                      {enormous_features, 1},
                      {no_perturbation_needs_no_features, 1},
                      {densities_take_twelve_perturbations, 1},
                      {rows_whose_density_cannot_be, 1},
                      {only_the_models_own_effects, 1},
                      {only_linear_mechanisms_have_weights, 1},
                      {answers_are_in_their_ranges, 1},
                      {a_question_changes_nothing, 1}};
    return T_RUN("api_ask", cases);
}
