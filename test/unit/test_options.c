/* The table of options: complete, consistent, and strict. SPDX-License-Identifier: BSD-3-Clause */
#include "api/options.h"

#include <stdio.h>

#include "testing.h"

/* Numbers and names as they were published. */
static const struct {
    int number;
    const char *name;
    gim_option_kind kind;
} published[] = {{100, "mechanism", GIM_CHOICE},
                 {101, "intervention", GIM_CHOICE},
                 {102, "marginal", GIM_CHOICE},
                 {103, "hidden", GIM_INT},
                 {104, "rank", GIM_INT},
                 {105, "width", GIM_INT},
                 {106, "edge-scale", GIM_REAL},
                 {107, "temperature", GIM_REAL},
                 {108, "effect-noise", GIM_REAL},
                 {109, "relaxed-shift", GIM_CHOICE},
                 {110, "method", GIM_CHOICE},
                 {111, "dose-feature", GIM_INT},
                 {112, "log-determinant", GIM_REAL},
                 {200, "graph-sparsity", GIM_REAL},
                 {201, "target-sparsity", GIM_REAL},
                 {202, "sigma-latent", GIM_REAL},
                 {203, "sigma-mechanism", GIM_REAL},
                 {204, "sigma-network", GIM_REAL},
                 {205, "target-relief", GIM_REAL},
                 {300, "seed", GIM_INT},
                 {301, "steps", GIM_INT},
                 {302, "draws", GIM_INT},
                 {303, "batch-rows", GIM_INT},
                 {304, "learning-rate", GIM_REAL},
                 {305, "check-every", GIM_INT},
                 {306, "held-out", GIM_REAL},
                 {307, "penalty-start", GIM_REAL},
                 {308, "penalty-growth", GIM_REAL},
                 {309, "tolerance", GIM_REAL},
                 {310, "power-steps", GIM_INT},
                 {311, "threads", GIM_INT},
                 {312, "memory-budget", GIM_INT},
                 {313, "anneal", GIM_REAL},
                 {314, "refine", GIM_REAL},
                 {315, "patience", GIM_REAL}};
enum { PUBLISHED = sizeof published / sizeof *published };

START_TEST(every_option_has_its_published_number_name_and_kind)
{
    ck_assert_uint_ge(gim_option_count(), PUBLISHED);
    for (size_t i = 0; i < PUBLISHED; i++) {
        gim_option option = 0;
        gim_option_kind kind = 99;
        ck_assert_int_eq(gim_option_find(published[i].name, &option), GIM_OK);
        ck_assert_int_eq(option, published[i].number);
        ck_assert_str_eq(gim_option_name(option), published[i].name);
        ck_assert_int_eq(gim_option_type(option, &kind), GIM_OK);
        ck_assert_int_eq(kind, published[i].kind);
    }
}
END_TEST

static gim_option option_at(size_t i)
{
    gim_option option = 0;
    ck_assert_int_eq(gim_option_at(i, &option), GIM_OK);
    return option;
}

START_TEST(names_are_unique_and_found)
{
    for (size_t i = 0; i < gim_option_count(); i++) {
        gim_option option = option_at(i), found = 0;
        ck_assert_int_eq(gim_option_find(gim_option_name(option), &found), GIM_OK);
        ck_assert_int_eq(found, option);
        ck_assert_uint_gt(strlen(gim_option_help(option)), 5);
        for (size_t k = 0; k < i; k++)
            ck_assert_int_lt(option_at(k), option); /* ascending: no number twice */
    }
}
END_TEST

START_TEST(presets_lie_in_their_ranges)
{
    gim__options options;
    gim__options_init(&options);
    for (size_t i = 0; i < gim_option_count(); i++) {
        gim_option option = option_at(i);
        gim_option_kind kind = 99;
        double lowest = NAN, highest = NAN, preset = NAN;
        ck_assert_int_eq(gim_option_range(option, &lowest, &highest, &preset), GIM_OK);
        ck_assert_int_eq(gim_option_type(option, &kind), GIM_OK);
        ck_assert(isfinite(lowest) && isfinite(highest) && lowest < highest);
        ck_assert(lowest <= preset && preset <= highest);
        ck_assert(kind == GIM_REAL || (rint(lowest) == lowest && rint(highest) == highest && rint(preset) == preset));
        ck_assert(gim__option(&options, option) == preset);
    }
}
END_TEST

START_TEST(choices_have_a_name_for_every_value)
{
    static const char *const names[4][4] = {{"linear", "nonlinear", "zero-inflated"},
                                            {"hard", "shift"},
                                            {"sample", "environment", "dataset"},
                                            {"scaled", "mixed"}};
    static const gim_option options[] = {GIM_MECHANISM, GIM_INTERVENTION, GIM_MARGINAL, GIM_RELAXED_SHIFT};
    for (size_t i = 0; i < 4; i++) {
        double lowest, highest, preset;
        int64_t value = 0;
        for (; names[i][value] != NULL; value++)
            ck_assert_str_eq(gim_option_choice(options[i], value), names[i][value]);
        gim_option_range(options[i], &lowest, &highest, &preset);
        ck_assert(lowest == 0 && highest == (double)value - 1);
        ck_assert_ptr_null(gim_option_choice(options[i], value));
        ck_assert_ptr_null(gim_option_choice(options[i], -1));
        ck_assert_ptr_null(gim_option_choice(options[i], INT64_MAX));
        ck_assert_ptr_null(gim_option_choice(options[i], INT64_MIN));
    }
    ck_assert_ptr_null(gim_option_choice(GIM_STEPS, 0));
}
END_TEST

START_TEST(what_does_not_exist_is_said_not_to)
{
    static const int none[] = {0, -1, 99, 113, 206, 316, 1000, INT32_MAX};
    gim_option option = 42;
    gim_option_kind kind = 42;
    double a, b, c;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        ck_assert_ptr_null(gim_option_name((gim_option)none[i]));
        ck_assert_ptr_null(gim_option_help((gim_option)none[i]));
        ck_assert_ptr_null(gim_option_choice((gim_option)none[i], 0));
        ck_assert_int_eq(gim_option_type((gim_option)none[i], &kind), GIM_ERR_OPTION);
        ck_assert_int_eq(gim_option_range((gim_option)none[i], &a, &b, &c), GIM_ERR_OPTION);
    }
    ck_assert_int_eq(gim_option_at(gim_option_count(), &option), GIM_ERR_OPTION);
    ck_assert_int_eq(gim_option_at(SIZE_MAX, &option), GIM_ERR_OPTION);
    ck_assert_int_eq(gim_option_at(0, NULL), GIM_ERR_OPTION);
    static const char *const wrong[] = {"", "Seed", "seed ", "learning_rate", "steps\n", "see"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_int_eq(gim_option_find(wrong[i], &option), GIM_ERR_OPTION);
    ck_assert_int_eq(gim_option_find(NULL, &option), GIM_ERR_OPTION);
    ck_assert_int_eq(gim_option_find("seed", NULL), GIM_ERR_OPTION);
    ck_assert_int_eq(gim_option_type(GIM_SEED, NULL), GIM_ERR_OPTION);
    ck_assert_int_eq(gim_option_range(GIM_SEED, NULL, &b, &c), GIM_ERR_OPTION);
    ck_assert_int_eq(gim_option_range(GIM_SEED, &a, NULL, &c), GIM_ERR_OPTION);
    ck_assert_int_eq(gim_option_range(GIM_SEED, &a, &b, NULL), GIM_ERR_OPTION);
    ck_assert(option == 42 && kind == 42);
}
END_TEST

/* ---- setting ---- */

typedef struct setting {
    gim__options options, before;
    gim__message message;
} setting;

static void open_setting(setting *at)
{
    gim__options_init(&at->options);
    gim__options_init(&at->before);
    gim__message_init(&at->message);
}

/* Refused, for a reason that names these; nothing changes. */
static void check_refused(setting *at, gim_option option, gim_option_kind kind, double value, const char *part)
{
    char text[600];
    ck_assert_int_eq(gim__option_set(&at->options, option, kind, value, &at->message), GIM_ERR_OPTION);
    gim__message_copy(&at->message, text, sizeof text);
    ck_assert_msg(strstr(text, part) != NULL, "\"%s\" does not say \"%s\"", text, part);
    ck_assert_mem_eq(&at->options, &at->before, sizeof at->options);
}

START_TEST(both_ends_of_a_range_are_in_it_and_nothing_beyond)
{
    setting at;
    open_setting(&at);
    for (size_t i = 0; i < gim_option_count(); i++) {
        gim_option option = option_at(i);
        gim_option_kind kind;
        double lowest, highest, preset, value;
        char range[100];
        gim_option_type(option, &kind);
        gim_option_range(option, &lowest, &highest, &preset);
        snprintf(range, sizeof range, "[%g, %g]", lowest, highest);
        double step = kind == GIM_REAL ? 1e-9 * (fabs(lowest) + 1e-3) : 1;
        check_refused(&at, option, kind, lowest - step, range);
        check_refused(&at, option, kind, nextafter(highest, INFINITY), gim_option_name(option));
        check_refused(&at, option, kind, NAN, range);
        check_refused(&at, option, kind, INFINITY, range);
        check_refused(&at, option, kind, -INFINITY, range);
        for (int end = 0; end < 2; end++) {
            ck_assert_int_eq(gim__option_set(&at.options, option, kind, end ? highest : lowest, &at.message), GIM_OK);
            ck_assert_int_eq(gim__option_get(&at.options, option, kind, &value, &at.message), GIM_OK);
            ck_assert(value == (end ? highest : lowest));
        }
        at.before = at.options;
    }
    gim__message_destroy(&at.message);
}
END_TEST

START_TEST(kinds_are_not_mixed)
{
    setting at;
    double value = 42;
    open_setting(&at);
    check_refused(&at, GIM_STEPS, GIM_REAL, 100, "gim_set_int");
    check_refused(&at, GIM_MECHANISM, GIM_REAL, 1, "gim_set_int");
    check_refused(&at, GIM_HELD_OUT, GIM_INT, 0, "gim_set_real");
    check_refused(&at, (gim_option)777, GIM_INT, 0, "777");
    ck_assert_int_eq(gim__option_get(&at.options, GIM_STEPS, GIM_REAL, &value, &at.message), GIM_ERR_OPTION);
    ck_assert_int_eq(gim__option_get(&at.options, (gim_option)1, GIM_INT, &value, &at.message), GIM_ERR_OPTION);
    ck_assert(value == 42);
    ck_assert_int_eq(gim__option_set(&at.options, GIM_MECHANISM, GIM_INT, 1, &at.message), GIM_OK); /* as a number */
    gim__message_destroy(&at.message);
}
END_TEST

START_TEST(setting_one_leaves_the_others)
{
    setting at;
    open_setting(&at);
    for (size_t i = 0; i < gim_option_count(); i++) {
        gim_option_kind kind;
        double lowest, highest, preset;
        gim__options_init(&at.options);
        gim_option_type(option_at(i), &kind);
        gim_option_range(option_at(i), &lowest, &highest, &preset);
        double other = preset == highest ? lowest : highest;
        ck_assert_int_eq(gim__option_set(&at.options, option_at(i), kind, other, &at.message), GIM_OK);
        for (size_t k = 0; k < gim_option_count(); k++) {
            double wanted = k == i ? other : gim__option(&at.before, option_at(k));
            ck_assert(gim__option(&at.options, option_at(k)) == wanted);
        }
    }
    gim__message_destroy(&at.message);
}
END_TEST

int main(void)
{
    t_case cases[] = {{every_option_has_its_published_number_name_and_kind, 1},
                      {names_are_unique_and_found, 1},
                      {presets_lie_in_their_ranges, 1},
                      {choices_have_a_name_for_every_value, 1},
                      {what_does_not_exist_is_said_not_to, 1},
                      {both_ends_of_a_range_are_in_it_and_nothing_beyond, 1},
                      {kinds_are_not_mixed, 1},
                      {setting_one_leaves_the_others, 1}};
    return T_RUN("options", cases);
}
