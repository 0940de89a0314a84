/* The contract of options: numbers, names, kinds, ranges, choices. SPDX-License-Identifier: BSD-3-Clause */
#include "property/systems.h"

/* Numbers and names that programs and model files out there rely on: never to be changed. */
static const struct {
    int number;
    gim_option_kind kind;
    const char *name;
} pinned[] = {
    {100, GIM_CHOICE, "mechanism"},
    {101, GIM_CHOICE, "intervention"},
    {102, GIM_CHOICE, "marginal"},
    {103, GIM_INT, "hidden"},
    {104, GIM_INT, "rank"},
    {105, GIM_INT, "width"},
    {106, GIM_REAL, "edge-scale"},
    {107, GIM_REAL, "temperature"},
    {108, GIM_REAL, "effect-noise"},
    {109, GIM_CHOICE, "relaxed-shift"},
    {110, GIM_CHOICE, "method"},
    {111, GIM_INT, "dose-feature"},
    {112, GIM_REAL, "log-determinant"},
    {200, GIM_REAL, "graph-sparsity"},
    {201, GIM_REAL, "target-sparsity"},
    {202, GIM_REAL, "sigma-latent"},
    {203, GIM_REAL, "sigma-mechanism"},
    {204, GIM_REAL, "sigma-network"},
    {300, GIM_INT, "seed"},
    {301, GIM_INT, "steps"},
    {302, GIM_INT, "draws"},
    {303, GIM_INT, "batch-rows"},
    {304, GIM_REAL, "learning-rate"},
    {305, GIM_INT, "check-every"},
    {306, GIM_REAL, "held-out"},
    {307, GIM_REAL, "penalty-start"},
    {308, GIM_REAL, "penalty-growth"},
    {309, GIM_REAL, "tolerance"},
    {310, GIM_INT, "power-steps"},
    {311, GIM_INT, "threads"},
    {312, GIM_INT, "memory-budget"},
};

static gim_model *model;

static void setup(void)
{
    CHECK_OK(gim_model_new(&model, 3, 2, NULL));
}

static void teardown(void)
{
    gim_model_free(model);
}

static gim_option option_at(size_t i)
{
    gim_option option;
    CHECK_OK(gim_option_at(i, &option));
    return option;
}

static gim_option_kind kind_of(gim_option option)
{
    gim_option_kind kind;
    CHECK_OK(gim_option_type(option, &kind));
    return kind;
}

static double value_of(gim_option option)
{
    double value;
    int64_t number;
    if (kind_of(option) == GIM_REAL) {
        CHECK_OK(gim_get_real(model, option, &value));
        return value;
    }
    CHECK_OK(gim_get_int(model, option, &number));
    return (double)number;
}

/* By the function that the option's kind asks for. */
static gim_status set(gim_option option, double value)
{
    return kind_of(option) == GIM_REAL ? gim_set_real(model, option, value)
                                       : gim_set_int(model, option, (int64_t)value);
}

START_TEST(numbers_names_and_kinds_are_pinned)
{
    gim_option option;
    for (size_t i = 0; i < sizeof pinned / sizeof *pinned; i++) {
        ck_assert_str_eq(gim_option_name((gim_option)pinned[i].number), pinned[i].name);
        CHECK_OK(gim_option_find(pinned[i].name, &option));
        ck_assert_int_eq((int)option, pinned[i].number);
        ck_assert_int_eq(kind_of(option), pinned[i].kind);
    }
    ck_assert_uint_ge(gim_option_count(), sizeof pinned / sizeof *pinned);
}
END_TEST

START_TEST(each_option_can_be_listed_found_and_described)
{
    double lowest, highest, preset;
    for (size_t i = 0; i < gim_option_count(); i++) {
        gim_option option = option_at(i), found;
        const char *name = gim_option_name(option), *help = gim_option_help(option);
        ck_assert(name != NULL && help != NULL && strlen(help) > 3);
        ck_assert_msg(name[strspn(name, "abcdefghijklmnopqrstuvwxyz-")] == '\0', "%s", name);
        CHECK_OK(gim_option_find(name, &found));
        ck_assert_int_eq(found, option);
        ck_assert_int_ge((int)option, 100);
        for (size_t j = 0; j < i; j++)
            ck_assert(option_at(j) != option && strcmp(gim_option_name(option_at(j)), name) != 0);
        CHECK_OK(gim_option_range(option, &lowest, &highest, &preset));
        ck_assert_msg(lowest <= preset && preset <= highest && lowest < highest, "%s", name);
        ck_assert_msg(value_of(option) == preset, "%s starts at %g, not at %g", name, value_of(option), preset);
        if (kind_of(option) != GIM_REAL)
            ck_assert(lowest == floor(lowest) && highest == floor(highest) && preset == floor(preset));
    }
}
END_TEST

START_TEST(there_is_no_other_option)
{
    static const int none[] = {-1, 0, 1, 99, 199, 299, 399, 1000, INT32_MAX};
    static const char *const no_names[] = {"",    "Seed", "seed ", "learning_rate", "learning-rat", "learning-rates",
                                           "none"};
    gim_option option = GIM_SEED;
    gim_option_kind kind = GIM_REAL;
    double value = 1, high = 2, preset = 3;
    int64_t number = 4;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        gim_option not = (gim_option)none[i];
        ck_assert_ptr_null(gim_option_name(not ));
        ck_assert_ptr_null(gim_option_help(not ));
        ck_assert_ptr_null(gim_option_choice(not, 0));
        CHECK_STATUS(gim_option_type(not, &kind), GIM_ERR_OPTION);
        CHECK_STATUS(gim_option_range(not, &value, &high, &preset), GIM_ERR_OPTION);
        CHECK_FAILS(model, gim_set_int(model, not, 1), GIM_ERR_OPTION, "option");
        CHECK_FAILS(model, gim_set_real(model, not, 1), GIM_ERR_OPTION, "option");
        CHECK_FAILS(model, gim_get_int(model, not, &number), GIM_ERR_OPTION, "option");
        CHECK_FAILS(model, gim_get_real(model, not, &value), GIM_ERR_OPTION, "option");
    }
    for (size_t i = 0; i < sizeof no_names / sizeof *no_names; i++)
        CHECK_STATUS(gim_option_find(no_names[i], &option), GIM_ERR_OPTION);
    CHECK_STATUS(gim_option_find(NULL, &option), GIM_ERR_OPTION);
    CHECK_STATUS(gim_option_at(gim_option_count(), &option), GIM_ERR_OPTION);
    CHECK_STATUS(gim_option_at(SIZE_MAX, &option), GIM_ERR_OPTION);
    ck_assert(option == GIM_SEED && kind == GIM_REAL && value == 1 && high == 2 && preset == 3 && number == 4);
}
END_TEST

START_TEST(null_is_not_written_to)
{
    double value = 1;
    ck_assert_int_lt(gim_option_at(0, NULL), 0);
    ck_assert_int_lt(gim_option_find("seed", NULL), 0);
    ck_assert_int_lt(gim_option_type(GIM_SEED, NULL), 0);
    ck_assert_int_lt(gim_option_range(GIM_SEED, NULL, &value, &value), 0);
    ck_assert_int_lt(gim_option_range(GIM_SEED, &value, NULL, &value), 0);
    ck_assert_int_lt(gim_option_range(GIM_SEED, &value, &value, NULL), 0);
    ck_assert_double_eq(value, 1);
    CHECK_STATUS(gim_get_int(model, GIM_SEED, NULL), GIM_ERR_ARGUMENT);
    ck_assert_str_ne(message_of(model), "");
    CHECK_STATUS(gim_get_real(model, GIM_HELD_OUT, NULL), GIM_ERR_ARGUMENT);
    ck_assert_str_ne(message_of(model), "");
}
END_TEST

/* The next value outside, on either side. */
static double beyond(gim_option option, double end, double direction)
{
    return kind_of(option) == GIM_REAL ? nextafter(end, direction) : end + (direction > 0 ? 1 : -1);
}

START_TEST(a_range_holds_its_ends_and_nothing_past_them)
{
    for (size_t i = 0; i < gim_option_count(); i++) {
        gim_option option = option_at(i);
        double lowest, highest, preset;
        CHECK_OK(gim_option_range(option, &lowest, &highest, &preset));
        CHECK_OK(set(option, lowest));
        ck_assert_double_eq(value_of(option), lowest);
        CHECK_OK(set(option, highest));
        ck_assert_double_eq(value_of(option), highest);
        CHECK_OK(set(option, preset));
        CHECK_FAILS(model, set(option, beyond(option, lowest, -INFINITY)), GIM_ERR_OPTION, gim_option_name(option));
        if (highest < 9e15)
            CHECK_FAILS(model, set(option, beyond(option, highest, INFINITY)), GIM_ERR_OPTION, gim_option_name(option));
        ck_assert_double_eq(value_of(option), preset);
    }
}
END_TEST

/* Whole numbers are taken as they are, or not at all. */
START_TEST(large_whole_numbers)
{
    const int64_t large[] = {(INT64_C(1) << 53) - 1,
                             INT64_C(1) << 53,
                             (INT64_C(1) << 53) + 1,
                             (INT64_C(1) << 53) + 2,
                             INT64_MAX,
                             -1,
                             INT64_MIN};
    double lowest, highest, preset;
    CHECK_OK(gim_option_range(GIM_SEED, &lowest, &highest, &preset));
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        int64_t found;
        gim_status status = gim_set_int(model, GIM_SEED, large[i]);
        CHECK_OK(gim_get_int(model, GIM_SEED, &found));
        ck_assert_msg(status == GIM_OK ? found == large[i] : status == GIM_ERR_OPTION, "%lld became %lld",
                      (long long)large[i], (long long)found);
        if (status == GIM_OK)
            ck_assert(large[i] >= 0 && large[i] <= (int64_t)highest);
    }
    for (size_t i = 0; i < gim_option_count(); i++)
        if (kind_of(option_at(i)) != GIM_REAL && option_at(i) != GIM_SEED) {
            CHECK_STATUS(gim_set_int(model, option_at(i), INT64_MAX), GIM_ERR_OPTION);
            CHECK_STATUS(gim_set_int(model, option_at(i), INT64_MIN), GIM_ERR_OPTION);
        }
}
END_TEST

START_TEST(what_is_not_a_number_is_refused)
{
    for (size_t i = 0; i < gim_option_count(); i++)
        if (kind_of(option_at(i)) == GIM_REAL) {
            double before = value_of(option_at(i));
            CHECK_STATUS(gim_set_real(model, option_at(i), NAN), GIM_ERR_OPTION);
            CHECK_STATUS(gim_set_real(model, option_at(i), INFINITY), GIM_ERR_OPTION);
            CHECK_STATUS(gim_set_real(model, option_at(i), -INFINITY), GIM_ERR_OPTION);
            ck_assert_double_eq(value_of(option_at(i)), before);
        }
}
END_TEST

START_TEST(kinds_are_not_mixed)
{
    for (size_t i = 0; i < gim_option_count(); i++) {
        gim_option option = option_at(i);
        double lowest, highest, preset, value = -7;
        int64_t number = -7;
        CHECK_OK(gim_option_range(option, &lowest, &highest, &preset));
        if (kind_of(option) == GIM_REAL) {
            CHECK_FAILS(model, gim_set_int(model, option, (int64_t)highest), GIM_ERR_OPTION, "gim_set_real");
            CHECK_FAILS(model, gim_get_int(model, option, &number), GIM_ERR_OPTION, "gim_get_real");
        } else {
            CHECK_FAILS(model, gim_set_real(model, option, highest), GIM_ERR_OPTION, "gim_set_int");
            CHECK_FAILS(model, gim_get_real(model, option, &value), GIM_ERR_OPTION, "gim_get_int");
        }
        ck_assert(number == -7 && value == -7);
        ck_assert_double_eq(value_of(option), preset);
    }
}
END_TEST

START_TEST(choices_have_names)
{
    static const char *const wanted[][4] = {{"linear", "nonlinear", "zero-inflated", NULL},
                                            {"hard", "shift", NULL},
                                            {"sample", "environment", "dataset", NULL},
                                            {"scaled", "mixed", NULL}};
    static const gim_option option[] = {GIM_MECHANISM, GIM_INTERVENTION, GIM_MARGINAL, GIM_RELAXED_SHIFT};
    for (size_t i = 0; i < 4; i++) {
        int64_t n = 0;
        for (; wanted[i][n] != NULL; n++)
            ck_assert_str_eq(gim_option_choice(option[i], n), wanted[i][n]);
        ck_assert_ptr_null(gim_option_choice(option[i], n));
        ck_assert_ptr_null(gim_option_choice(option[i], -1));
        ck_assert_ptr_null(gim_option_choice(option[i], INT64_MAX));
        ck_assert_ptr_null(gim_option_choice(option[i], INT64_MIN));
    }
    for (size_t i = 0; i < gim_option_count(); i++)
        if (kind_of(option_at(i)) == GIM_CHOICE) {
            double lowest, highest, preset;
            CHECK_OK(gim_option_range(option_at(i), &lowest, &highest, &preset));
            ck_assert_double_eq(lowest, 0);
            ck_assert_ptr_nonnull(gim_option_choice(option_at(i), (int64_t)highest));
            ck_assert_ptr_null(gim_option_choice(option_at(i), (int64_t)highest + 1));
        } else {
            ck_assert_ptr_null(gim_option_choice(option_at(i), 0));
        }
    ck_assert(GIM_LINEAR == 0 && GIM_NONLINEAR == 1 && GIM_ZERO_INFLATED == 2 && GIM_HARD == 0 && GIM_SHIFT == 1);
    ck_assert(GIM_PER_SAMPLE == 0 && GIM_PER_ENVIRONMENT == 1 && GIM_PER_DATASET == 2);
}
END_TEST

/* Form and priors are fixed by a fit, its course is not. */
START_TEST(a_fitted_model_keeps_its_form)
{
    source *data = small_source(GIM_LINEAR, GIM_HARD, 1);
    gim_model_free(model);
    model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 10);
    fit(model, data);
    for (size_t i = 0; i < gim_option_count(); i++) {
        gim_option option = option_at(i);
        double before = value_of(option), lowest, highest, preset;
        CHECK_OK(gim_option_range(option, &lowest, &highest, &preset));
        double other = before == highest ? lowest : highest;
        if (option < GIM_SEED) {
            CHECK_FAILS(model, set(option, other), GIM_ERR_STATE, gim_option_name(option));
            ck_assert_double_eq(value_of(option), before);
        } else {
            CHECK_OK(set(option, other));
            ck_assert_double_eq(value_of(option), other);
        }
    }
    CHECK_STATUS(gim_set_int(model, (gim_option)150, 1), GIM_ERR_OPTION);
    source_free(data);
}
END_TEST

static void add(Suite *suite, const TTest *test)
{
    TCase *tcase = tcase_create(test->name);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    Suite *suite = suite_create("api_options");
    add(suite, numbers_names_and_kinds_are_pinned);
    add(suite, each_option_can_be_listed_found_and_described);
    add(suite, there_is_no_other_option);
    add(suite, null_is_not_written_to);
    add(suite, a_range_holds_its_ends_and_nothing_past_them);
    add(suite, large_whole_numbers);
    add(suite, what_is_not_a_number_is_refused);
    add(suite, kinds_are_not_mixed);
    add(suite, choices_have_names);
    add(suite, a_fitted_model_keeps_its_form);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
