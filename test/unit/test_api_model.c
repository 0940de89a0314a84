/* The contract of handles, names, messages, codes and copies. SPDX-License-Identifier: BSD-3-Clause */
#include "property/systems.h"

static void *plain_allocate(size_t size, void *user)
{
    (void)user;
    return malloc(size);
}

static void plain_release(void *memory, size_t size, void *user)
{
    (void)size;
    (void)user;
    free(memory);
}

/* ---- handles ---- */

static void check_refused(size_t d, size_t p, const gim_allocator *allocator)
{
    gim_model *model = (gim_model *)&d;
    CHECK_STATUS(gim_model_new(&model, d, p, allocator), GIM_ERR_ARGUMENT);
    ck_assert_ptr_null(model);
}

START_TEST(a_model_needs_two_variables_and_a_feature)
{
    gim_model *model;
    CHECK_STATUS(gim_model_new(NULL, 2, 1, NULL), GIM_ERR_ARGUMENT);
    check_refused(0, 1, NULL);
    check_refused(1, 1, NULL);
    check_refused(2, 0, NULL);
    check_refused(SIZE_MAX, 1, NULL);
    check_refused(2, SIZE_MAX, NULL);
    check_refused(SIZE_MAX / 2 + 2, 1, NULL); /* times two, 2 */
    CHECK_OK(gim_model_new(&model, 2, 1, NULL));
    ck_assert_uint_eq(gim_variable_count(model), 2);
    ck_assert_uint_eq(gim_feature_count(model), 1);
    gim_model_free(model);
    CHECK_OK(gim_model_new(&model, 7, 30, NULL));
    ck_assert_uint_eq(gim_variable_count(model), 7);
    ck_assert_uint_eq(gim_feature_count(model), 30);
    gim_model_free(model);
    gim_model_free(NULL);
}
END_TEST

START_TEST(an_incomplete_allocator_is_refused)
{
    gim_allocator whole = {sizeof whole, plain_allocate, plain_release, NULL}, part = whole;
    gim_model *model;
    CHECK_OK(gim_model_new(&model, 2, 1, &whole));
    gim_model_free(model);
    part.struct_size = sizeof part - 1;
    check_refused(2, 1, &part);
    part.struct_size = 0;
    check_refused(2, 1, &part);
    part = whole;
    part.allocate = NULL;
    check_refused(2, 1, &part);
    part = whole;
    part.release = NULL;
    check_refused(2, 1, &part);
    part = whole;
    part.struct_size += 64; /* from a program built against a later header */
    CHECK_OK(gim_model_new(&model, 2, 1, &part));
    gim_model_free(model);
}
END_TEST

START_TEST(the_allocator_is_copied)
{
    gim_allocator mine = {sizeof mine, plain_allocate, plain_release, NULL};
    gim_model *model;
    CHECK_OK(gim_model_new(&model, 2, 1, &mine));
    memset(&mine, 0, sizeof mine);
    CHECK_OK(gim_set_variable_name(model, 0, "still works"));
    gim_model_free(model);
}
END_TEST

START_TEST(no_function_minds_a_null_model)
{
    double value[4] = {1, 2, 3, 4};
    int64_t number = 5;
    size_t rows = 6;
    int outside = 7;
    char text[8] = "garbage";
    gim_environment environment = {.n_rows = 8};
    gim_model *copy = (gim_model *)value;
    gim_data data = {sizeof data, 1, source_describe, source_read, NULL};
    ck_assert_uint_eq(gim_variable_count(NULL), 0);
    ck_assert_uint_eq(gim_feature_count(NULL), 0);
    ck_assert_uint_eq(gim_environment_count(NULL), 0);
    ck_assert_uint_eq(gim_effect_count(NULL), 0);
    ck_assert_ptr_null(gim_variable_name(NULL, 0));
    ck_assert_ptr_null(gim_feature_name(NULL, 0));
    CHECK_STATUS(gim_set_variable_name(NULL, 0, "a"), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_set_feature_name(NULL, 0, "a"), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_set_int(NULL, GIM_SEED, 1), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_set_real(NULL, GIM_HELD_OUT, 0.1), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_get_int(NULL, GIM_SEED, &number), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_get_real(NULL, GIM_HELD_OUT, value), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_fit(NULL, &data, NULL, NULL), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_resume(NULL, &data, NULL, NULL), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_report(NULL, GIM_REPORT_STEP, value), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_history(NULL, &rows, NULL, 0), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_environment_get(NULL, 0, &environment, value), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_sample(NULL, value, 1, 1, 1, value), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_targets(NULL, value, value), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_effects(NULL, value, GIM_EFFECT_MEAN, value, value), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_graph(NULL, value, NULL), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_weights(NULL, value), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_log_density(NULL, value, 1, value, 1, value), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_feature_distance(NULL, value, value, &outside), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_model_copy(&copy, NULL), GIM_ERR_ARGUMENT);
    ck_assert_ptr_null(copy);
    CHECK_STATUS(gim_model_save(NULL, "nowhere/at/all"), GIM_ERR_ARGUMENT);
    CHECK_STATUS(gim_model_load(NULL, "nowhere/at/all", NULL), GIM_ERR_ARGUMENT);
    for (int i = 0; i < 4; i++)
        ck_assert_double_eq(value[i], i + 1);
    ck_assert_int_eq(number, 5);
    ck_assert_uint_eq(rows, 6);
    ck_assert_int_eq(outside, 7);
    ck_assert_uint_eq(environment.n_rows, 8);
    ck_assert_uint_eq(gim_message(NULL, NULL, 0), 0);
    ck_assert_uint_eq(gim_message(NULL, text, sizeof text), 0);
    ck_assert_str_eq(text, ""); /* "always terminated; "" after none" */
}
END_TEST

/* ---- names ---- */

START_TEST(names_are_numbers_until_set)
{
    gim_model *model = quick_model(3, 11, GIM_LINEAR, GIM_HARD, 10);
    ck_assert_str_eq(gim_variable_name(model, 0), "x0");
    ck_assert_str_eq(gim_variable_name(model, 2), "x2");
    ck_assert_str_eq(gim_feature_name(model, 10), "f10");
    ck_assert_ptr_null(gim_variable_name(model, 3));
    ck_assert_ptr_null(gim_feature_name(model, 11));
    ck_assert_ptr_null(gim_feature_name(model, SIZE_MAX));
    CHECK_OK(gim_set_variable_name(model, 1, "light"));
    CHECK_OK(gim_set_feature_name(model, 10, "dose"));
    ck_assert_str_eq(gim_variable_name(model, 1), "light");
    ck_assert_str_eq(gim_feature_name(model, 10), "dose");
    ck_assert_str_eq(gim_variable_name(model, 0), "x0");
    ck_assert_str_eq(gim_variable_name(model, 2), "x2");
    gim_model_free(model);
}
END_TEST

START_TEST(names_are_copied)
{
    char name[] = "first";
    gim_model *model = quick_model(2, 1, GIM_LINEAR, GIM_HARD, 10);
    CHECK_OK(gim_set_variable_name(model, 0, name));
    name[0] = 'F';
    ck_assert_str_eq(gim_variable_name(model, 0), "first");
    gim_model_free(model);
}
END_TEST

START_TEST(names_differ)
{
    gim_model *model = quick_model(3, 3, GIM_LINEAR, GIM_HARD, 10);
    CHECK_FAILS(model, gim_set_variable_name(model, 0, "x2"), GIM_ERR_ARGUMENT, "\"x2\"");
    CHECK_FAILS(model, gim_set_feature_name(model, 2, "f0"), GIM_ERR_ARGUMENT, "\"f0\"");
    ck_assert_str_eq(gim_variable_name(model, 0), "x0");
    ck_assert_str_eq(gim_feature_name(model, 2), "f2");
    CHECK_OK(gim_set_variable_name(model, 2, "z"));
    CHECK_OK(gim_set_variable_name(model, 0, "x2")); /* now free */
    CHECK_OK(gim_set_variable_name(model, 0, "x2")); /* its own */
    CHECK_OK(gim_set_feature_name(model, 0, "x2"));  /* a feature is not a variable */
    ck_assert_str_eq(gim_feature_name(model, 0), "x2");
    gim_model_free(model);
}
END_TEST

START_TEST(there_is_no_variable_past_the_end)
{
    gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 10);
    CHECK_FAILS(model, gim_set_variable_name(model, 3, "a"), GIM_ERR_ARGUMENT, "variable 3");
    CHECK_FAILS(model, gim_set_feature_name(model, 2, "a"), GIM_ERR_ARGUMENT, "feature 2");
    CHECK_FAILS(model, gim_set_feature_name(model, SIZE_MAX, "a"), GIM_ERR_ARGUMENT, "feature");
    CHECK_FAILS(model, gim_set_variable_name(model, 1, NULL), GIM_ERR_ARGUMENT, "variable 1");
    ck_assert_str_eq(gim_variable_name(model, 1), "x1");
    gim_model_free(model);
}
END_TEST

static const char *const good_names[] = {"a",
                                         " ",
                                         "caf\xc3\xa9",
                                         "\xc2\x80",
                                         "\xdf\xbf",
                                         "\xe0\xa0\x80",
                                         "\xe2\x82\xac",
                                         "\xed\x9f\xbf",
                                         "\xee\x80\x80",
                                         "\xef\xbf\xbf",
                                         "\xf0\x90\x80\x80",
                                         "\xf0\x9f\x98\x80",
                                         "\xf4\x8f\xbf\xbf",
                                         "quote \" and \\ and / and \n",
                                         "\x7f",
                                         "\x01"};

START_TEST(utf8_is_taken)
{
    gim_model *model = quick_model(2, 1, GIM_LINEAR, GIM_HARD, 10);
    CHECK_OK(gim_set_variable_name(model, 0, good_names[_i]));
    CHECK_OK(gim_set_feature_name(model, 0, good_names[_i]));
    ck_assert_str_eq(gim_variable_name(model, 0), good_names[_i]);
    gim_model_free(model);
}
END_TEST

static const char *const bad_names[] = {"",
                                        "\x80",             /* a continuation alone */
                                        "a\xbf",            /* ... after a letter */
                                        "\xc3",             /* cut short */
                                        "\xe2\x82",         /* ... */
                                        "\xf0\x9f\x98",     /* ... */
                                        "\xc3(",            /* not a continuation */
                                        "\xe2\x82(",        /* ... */
                                        "\xc0\x80",         /* more bytes than needed */
                                        "\xc1\xbf",         /* ... */
                                        "\xe0\x9f\xbf",     /* ... */
                                        "\xf0\x8f\xbf\xbf", /* ... */
                                        "\xed\xa0\x80",     /* surrogates */
                                        "\xed\xbf\xbf",     /* ... */
                                        "\xf4\x90\x80\x80", /* past U+10FFFF */
                                        "\xf5\x80\x80\x80", /* ... */
                                        "\xfe",
                                        "\xff",
                                        "good\xff"};

START_TEST(what_is_not_utf8_is_refused)
{
    gim_model *model = quick_model(2, 1, GIM_LINEAR, GIM_HARD, 10);
    CHECK_FAILS(model, gim_set_variable_name(model, 1, bad_names[_i]), GIM_ERR_ARGUMENT, "variable 1");
    CHECK_FAILS(model, gim_set_feature_name(model, 0, bad_names[_i]), GIM_ERR_ARGUMENT, "feature 0");
    ck_assert_str_eq(gim_variable_name(model, 1), "x1");
    ck_assert_str_eq(gim_feature_name(model, 0), "f0");
    gim_model_free(model);
}
END_TEST

START_TEST(names_have_1023_bytes_at_most)
{
    char name[1030];
    gim_model *model = quick_model(2, 1, GIM_LINEAR, GIM_HARD, 10);
    memset(name, 'n', sizeof name);
    name[1023] = '\0';
    CHECK_OK(gim_set_variable_name(model, 0, name));
    ck_assert_str_eq(gim_variable_name(model, 0), name);
    strcpy(name + 1021, "\xc3\xa9"); /* the last two of 1023 */
    CHECK_OK(gim_set_variable_name(model, 0, name));
    ck_assert_uint_eq(strlen(gim_variable_name(model, 0)), 1023);
    strcpy(name + 1021, "nnn");
    CHECK_FAILS(model, gim_set_variable_name(model, 1, name), GIM_ERR_ARGUMENT, "1023");
    strcpy(name + 1022, "\xc3\xa9"); /* across the limit */
    CHECK_FAILS(model, gim_set_variable_name(model, 1, name), GIM_ERR_ARGUMENT, "1023");
    strcpy(name + 1022, "\xf0\x9f\x98\x80");
    CHECK_FAILS(model, gim_set_variable_name(model, 1, name), GIM_ERR_ARGUMENT, "1023");
    ck_assert_str_eq(gim_variable_name(model, 1), "x1");
    gim_model_free(model);
}
END_TEST

/* ---- messages and codes ---- */

START_TEST(a_message_is_copied_as_far_as_it_goes)
{
    char text[2048];
    gim_model *model = quick_model(2, 1, GIM_LINEAR, GIM_HARD, 10);
    ck_assert_uint_eq(gim_message(model, text, sizeof text), 0);
    ck_assert_str_eq(text, "");
    ck_assert_uint_eq(gim_message(model, NULL, 0), 0);
    CHECK_STATUS(gim_set_real(model, GIM_HELD_OUT, 3), GIM_ERR_OPTION);
    size_t length = gim_message(model, NULL, 0);
    ck_assert_uint_gt(length, 10);
    ck_assert_uint_eq(gim_message(model, text, sizeof text), length);
    ck_assert_uint_eq(strlen(text), length);
    char start[12] = "###########";
    ck_assert_uint_eq(gim_message(model, start, 6), length);
    ck_assert_int_eq(strncmp(start, text, 5), 0);
    ck_assert_int_eq(start[5], '\0');
    ck_assert_int_eq(start[6], '#');
    ck_assert_uint_eq(gim_message(model, start, 1), length);
    ck_assert_str_eq(start, "");
    start[0] = '#';
    ck_assert_uint_eq(gim_message(model, start, 0), length);
    ck_assert_int_eq(start[0], '#');
    gim_message(model, NULL, 10); /* no crash */
    gim_model_free(model);
}
END_TEST

START_TEST(a_message_is_of_the_newest_failure)
{
    gim_model *model = quick_model(2, 1, GIM_LINEAR, GIM_HARD, 10);
    CHECK_FAILS(model, gim_set_real(model, GIM_HELD_OUT, 3), GIM_ERR_OPTION, "held-out");
    CHECK_OK(gim_set_int(model, GIM_SEED, 3));
    ck_assert_ptr_nonnull(strstr(message_of(model), "held-out")); /* a success leaves it */
    CHECK_FAILS(model, gim_set_int(model, GIM_THREADS, 0), GIM_ERR_OPTION, "threads");
    ck_assert_ptr_null(strstr(message_of(model), "held-out"));
    gim_model_free(model);
}
END_TEST

/* Names may be longer than a message: it still ends on a whole letter, and says what is wrong. */
START_TEST(a_message_with_a_long_name_is_whole)
{
    char name[1024];
    gim_model *model = quick_model(2, 1, GIM_LINEAR, GIM_HARD, 10);
    memset(name, 'n', sizeof name);
    for (int i = _i; i + 3 <= 1023; i += 3)
        memcpy(name + i, "\xe2\x82\xac", 3);
    name[1020 + _i] = '\0';
    CHECK_OK(gim_set_variable_name(model, 0, name));
    CHECK_STATUS(gim_set_variable_name(model, 1, name), GIM_ERR_ARGUMENT);
    const char *text = message_of(model);
    size_t at = 0, length = strlen(text);
    while (at < length)
        at += (unsigned char)text[at] >= 0xe0 ? 3 : 1;
    ck_assert_msg(at == length, "cut within a letter: %zu bytes of a last letter are missing", at - length);
    gim_model_free(model);
}
END_TEST

START_TEST(codes_have_names_and_texts)
{
#define ROW(name, value, text) {name, value, #name, text},
    static const struct {
        int code, value;
        const char *name, *text;
    } all[] = {GIM_STATUS_LIST(ROW)};
#undef ROW
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        ck_assert_int_eq(all[i].code, all[i].value);
        ck_assert_str_eq(gim_status_name(all[i].value), all[i].name);
        ck_assert_str_eq(gim_status_text(all[i].value), all[i].text);
        for (size_t j = 0; j < i; j++)
            ck_assert_int_ne(all[i].value, all[j].value);
    }
    ck_assert_int_eq(GIM_OK, 0);
    for (int code = -3000; code <= 3000; code++) {
        int known = 0;
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            known |= all[i].value == code;
        if (!known) {
            ck_assert_str_eq(gim_status_name(code), "unknown status");
            ck_assert_str_eq(gim_status_text(code), "unknown status");
        }
    }
}
END_TEST

/* What is written into files and bindings: never to be changed. */
START_TEST(codes_are_pinned)
{
    static const int pinned[][2] = {{GIM_OK, 0},           {GIM_STOPPED, 1},       {GIM_CYCLIC, 2},
                                    {GIM_ERR_NOMEM, -1},   {GIM_ERR_ARGUMENT, -2}, {GIM_ERR_STATE, -3},
                                    {GIM_ERR_OPTION, -4},  {GIM_ERR_DATA, -5},     {GIM_ERR_BUSY, -6},
                                    {GIM_ERR_IO, -7},      {GIM_ERR_FORMAT, -8},   {GIM_ERR_VERSION, -9},
                                    {GIM_ERR_NUMERIC, -10}};
    for (size_t i = 0; i < sizeof pinned / sizeof *pinned; i++)
        ck_assert_int_eq(pinned[i][0], pinned[i][1]);
}
END_TEST

START_TEST(the_version_is_the_headers)
{
    char text[64];
    snprintf(text, sizeof text, "%d.%d.%d", GIM_VERSION_MAJOR, GIM_VERSION_MINOR, GIM_VERSION_PATCH);
    ck_assert_str_eq(gim_version(), text);
    ck_assert_str_eq(gim_version(), GIM_VERSION_STRING);
}
END_TEST

/* ---- effects ---- */

START_TEST(effects_follow_mechanism_and_intervention)
{
    for (int mechanism = GIM_LINEAR; mechanism <= GIM_ZERO_INFLATED; mechanism++)
        for (int intervention = GIM_HARD; intervention <= GIM_SHIFT; intervention++) {
            gim_model *model = quick_model(2, 1, mechanism, intervention, 10);
            size_t wanted = intervention == GIM_SHIFT ? 1 : mechanism == GIM_ZERO_INFLATED ? 3 : 2;
            ck_assert_uint_eq(gim_effect_count(model), wanted);
            for (size_t e = 0; e < wanted; e++)
                ck_assert_int_eq(gim_effect_at(model, e), (int)e);
            gim_model_free(model);
        }
    ck_assert_str_eq(gim_effect_name(GIM_EFFECT_MEAN), "mean");
    ck_assert_str_eq(gim_effect_name(GIM_EFFECT_LOG_SCALE), "log_scale");
    ck_assert_str_eq(gim_effect_name(GIM_EFFECT_LOGIT_PI), "logit_pi");
    ck_assert_ptr_null(gim_effect_name((gim_effect)3));
    ck_assert_ptr_null(gim_effect_name((gim_effect)-1));
}
END_TEST

/* ---- the note ---- */

START_TEST(a_note_goes_with_the_model)
{
    gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_SHIFT, 10), *copy;
    ck_assert_ptr_null(gim_note(NULL));
    CHECK_STATUS(gim_set_note(NULL, "a"), GIM_ERR_ARGUMENT);
    ck_assert_str_eq(gim_note(model), "");
    CHECK_OK(gim_set_note(model, "{\"scale\": \"log1p\"}"));
    CHECK_OK(gim_model_copy(&copy, model));
    CHECK_FAILS(model, gim_set_note(model, "\xff"), GIM_ERR_ARGUMENT, "UTF-8");
    char *longest = calloc((1 << 24) + 2, 1);
    memset(longest, 'a', (1 << 24) + 1);
    CHECK_FAILS(model, gim_set_note(model, longest), GIM_ERR_ARGUMENT, "16777216 bytes");
    ck_assert_str_eq(gim_note(model), "{\"scale\": \"log1p\"}");
    longest[1 << 24] = '\0';
    CHECK_OK(gim_set_note(model, longest));
    ck_assert_str_eq(gim_note(model), longest);
    CHECK_OK(gim_set_note(model, NULL));
    ck_assert_str_eq(gim_note(model), "");
    gim_model_free(model);
    ck_assert_str_eq(gim_note(copy), "{\"scale\": \"log1p\"}");
    CHECK_OK(gim_set_note(copy, ""));
    ck_assert_str_eq(gim_note(copy), "");
    gim_model_free(copy);
    free(longest);
}
END_TEST

/* ---- copies ---- */

START_TEST(a_copy_without_a_fit)
{
    int64_t seed;
    gim_model *model = quick_model(3, 2, GIM_NONLINEAR, GIM_SHIFT, 10), *copy;
    CHECK_OK(gim_set_variable_name(model, 1, "middle"));
    CHECK_OK(gim_set_feature_name(model, 0, "dose"));
    set_int(model, GIM_SEED, 99);
    CHECK_OK(gim_model_copy(&copy, model));
    ck_assert_ptr_ne(copy, model);
    ck_assert_uint_eq(gim_variable_count(copy), 3);
    ck_assert_uint_eq(gim_feature_count(copy), 2);
    for (size_t i = 0; i < gim_option_count(); i++) {
        gim_option option;
        gim_option_kind kind;
        int64_t number[2] = {0, 1};
        double value[2] = {0, 1};
        CHECK_OK(gim_option_at(i, &option));
        CHECK_OK(gim_option_type(option, &kind));
        if (kind == GIM_REAL) {
            CHECK_OK(gim_get_real(model, option, &value[0]));
            CHECK_OK(gim_get_real(copy, option, &value[1]));
            ck_assert_double_eq(value[0], value[1]);
        } else {
            CHECK_OK(gim_get_int(model, option, &number[0]));
            CHECK_OK(gim_get_int(copy, option, &number[1]));
            ck_assert_int_eq(number[0], number[1]);
        }
    }
    CHECK_OK(gim_set_variable_name(model, 1, "changed"));
    set_int(model, GIM_SEED, 100);
    gim_model_free(model);
    ck_assert_str_eq(gim_variable_name(copy, 1), "middle");
    ck_assert_str_eq(gim_feature_name(copy, 0), "dose");
    CHECK_OK(gim_get_int(copy, GIM_SEED, &seed));
    ck_assert_int_eq(seed, 99);
    gim_model_free(copy);
}
END_TEST

START_TEST(a_copy_answers_as_its_original_and_outlives_it)
{
    static answers before, after;
    source *data = small_source(GIM_LINEAR, GIM_HARD, 1);
    gim_model *model = quick_model(3, 2, GIM_LINEAR, GIM_HARD, 40), *copy;
    gim_environment environment = {.struct_size = sizeof environment};
    double features[2];
    fit(model, data);
    CHECK_OK(gim_model_copy(&copy, model));
    check_same_answers(model, copy);
    answers_of(&before, copy);
    set_int(model, GIM_SEED, 2);
    fit(model, data); /* a new fit of the original ... */
    answers_of(&after, copy);
    ck_assert(answers_equal(&before, &after));
    answers_of(&after, model);
    ck_assert(!answers_equal(&before, &after));
    gim_model_free(model);
    answers_of(&after, copy);
    ck_assert(answers_equal(&before, &after));
    ck_assert_uint_eq(gim_environment_count(copy), 4);
    CHECK_OK(gim_environment_get(copy, 3, &environment, features));
    ck_assert_str_eq(environment.name, "both");
    ck_assert_uint_eq(environment.n_rows, 61);
    ck_assert_double_eq(features[1], 2);
    gim_model_free(copy);
    source_free(data);
}
END_TEST

/* The original is not changed by what happens to its copy. */
START_TEST(a_copy_may_be_fitted_anew)
{
    static answers before, after;
    source *data = small_source(GIM_NONLINEAR, GIM_SHIFT, 1), *other = small_source(GIM_NONLINEAR, GIM_SHIFT, 2);
    gim_model *model = quick_model(3, 2, GIM_NONLINEAR, GIM_SHIFT, 20), *copy;
    fit(model, data);
    answers_of(&before, model);
    CHECK_OK(gim_model_copy(&copy, model));
    CHECK_OK(gim_set_variable_name(copy, 0, "renamed"));
    set_int(copy, GIM_STEPS, 30);
    fit(copy, other);
    gim_model_free(copy);
    answers_of(&after, model);
    ck_assert(answers_equal(&before, &after));
    ck_assert_str_eq(gim_variable_name(model, 0), "x0");
    gim_model_free(model);
    source_free(data);
    source_free(other);
}
END_TEST

START_TEST(a_copy_needs_somewhere_to_go)
{
    gim_model *model = quick_model(2, 1, GIM_LINEAR, GIM_HARD, 10);
    CHECK_STATUS(gim_model_copy(NULL, model), GIM_ERR_ARGUMENT);
    gim_model_free(model);
}
END_TEST

int main(void)
{
    t_case cases[] = {{a_model_needs_two_variables_and_a_feature, 1},
                      {an_incomplete_allocator_is_refused, 1},
                      {the_allocator_is_copied, 1},
                      {no_function_minds_a_null_model, 1},
                      {names_are_numbers_until_set, 1},
                      {names_are_copied, 1},
                      {names_differ, 1},
                      {there_is_no_variable_past_the_end, 1},
                      {utf8_is_taken, sizeof good_names / sizeof *good_names},
                      {what_is_not_utf8_is_refused, sizeof bad_names / sizeof *bad_names},
                      {names_have_1023_bytes_at_most, 1},
                      {a_message_is_copied_as_far_as_it_goes, 1},
                      {a_message_is_of_the_newest_failure, 1},
                      {a_message_with_a_long_name_is_whole, 3},
                      {codes_have_names_and_texts, 1},
                      {codes_are_pinned, 1},
                      {the_version_is_the_headers, 1},
                      {effects_follow_mechanism_and_intervention, 1},
                      {a_note_goes_with_the_model, 1},
                      {a_copy_without_a_fit, 1},
                      {a_copy_answers_as_its_original_and_outlives_it, 1},
                      {a_copy_may_be_fitted_anew, 1},
                      {a_copy_needs_somewhere_to_go, 1}};
    return T_RUN("api_model", cases);
}
