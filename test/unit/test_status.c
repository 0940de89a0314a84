/* Status codes in words, and messages. SPDX-License-Identifier: BSD-3-Clause */
#include "base/status.h"

#include <stdatomic.h>

#include "base/threads.h"
#include "testing.h"

/* Numbers as they were published: a change breaks every binding. */
static const struct {
    int number;
    const char *name;
} published[] = {{0, "GIM_OK"},
                 {1, "GIM_STOPPED"},
                 {2, "GIM_CYCLIC"},
                 {-1, "GIM_ERR_NOMEM"},
                 {-2, "GIM_ERR_ARGUMENT"},
                 {-3, "GIM_ERR_STATE"},
                 {-4, "GIM_ERR_OPTION"},
                 {-5, "GIM_ERR_DATA"},
                 {-6, "GIM_ERR_BUSY"},
                 {-7, "GIM_ERR_IO"},
                 {-8, "GIM_ERR_FORMAT"},
                 {-9, "GIM_ERR_VERSION"},
                 {-10, "GIM_ERR_NUMERIC"},
                 {3, "GIM_LOW_OVERLAP"},
                 {-11, "GIM_ERR_REFUSED"}};
enum { PUBLISHED = sizeof published / sizeof *published };

START_TEST(codes_have_their_published_numbers_and_a_text_of_their_own)
{
    for (size_t i = 0; i < PUBLISHED; i++) {
        ck_assert_str_eq(gim_status_name(published[i].number), published[i].name);
        ck_assert_uint_gt(strlen(gim_status_text(published[i].number)), 4);
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(gim_status_text(published[i].number), gim_status_text(published[k].number));
    }
}
END_TEST

START_TEST(other_numbers_are_unknown)
{
    static const int other[] = {4, 100, -12, -1001, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        ck_assert_str_eq(gim_status_name(other[i]), "unknown status");
        ck_assert_str_eq(gim_status_text(other[i]), "unknown status");
    }
}
END_TEST

START_TEST(the_newest_failure_is_told)
{
    gim__message message;
    char text[64] = "garbage";
    gim__message_init(&message);
    ck_assert_uint_eq(gim__message_copy(&message, text, sizeof text), 0);
    ck_assert_str_eq(text, "");
    ck_assert_int_eq(gim__fail(&message, GIM_ERR_DATA, "row %d is %g", 3, 0.5), GIM_ERR_DATA);
    ck_assert_int_eq(gim__fail(&message, -1234, "row %d", 4), -1234);
    ck_assert_uint_eq(gim__message_copy(&message, text, sizeof text), 5);
    ck_assert_str_eq(text, "row 4");
    gim__message_destroy(&message);
}
END_TEST

START_TEST(text_is_cut_to_the_callers_size_and_its_length_told)
{
    gim__message message;
    gim__message_init(&message);
    gim__fail(&message, GIM_ERR_DATA, "0123456789");
    for (size_t size = 0; size < 14; size++) {
        char text[16], wanted[16] = "0123456789";
        memset(text, '#', sizeof text);
        ck_assert_uint_eq(gim__message_copy(&message, size > 0 ? text : NULL, size), 10);
        if (size > 0) {
            wanted[size - 1] = '\0';
            ck_assert_str_eq(text, wanted);
        }
        ck_assert_int_eq(text[size], '#');
    }
    gim__message_destroy(&message);
}
END_TEST

START_TEST(a_text_too_long_is_cut_not_overrun)
{
    gim__message message;
    char longest[3000], text[4000];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    gim__message_init(&message);
    gim__fail(&message, GIM_ERR_DATA, "%s", longest);
    size_t length = gim__message_copy(&message, text, sizeof text);
    ck_assert_uint_eq(length, sizeof message.text - 1);
    ck_assert_uint_eq(strspn(text, "x"), length);
    gim__fail(&message, GIM_ERR_DATA, "short"); /* nothing of the long one is left */
    gim__message_copy(&message, text, sizeof text);
    ck_assert_str_eq(text, "short");
    gim__message_destroy(&message);
}
END_TEST

/* Of letters of several bytes none is left in part, wherever the end falls. */
START_TEST(a_text_too_long_is_cut_between_letters)
{
    static const char *const letters[] = {"x", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    const char *letter = letters[_i];
    size_t size = strlen(letter);
    gim__message message;
    gim__message_init(&message);
    for (size_t before = 0; before < 8; before++) {
        char longest[4000] = "", text[4000];
        memset(longest, '.', before);
        for (size_t n = before; n + size < sizeof longest; n += size)
            memcpy(longest + n, letter, size + 1);
        gim__fail(&message, GIM_ERR_DATA, "%s", longest);
        size_t length = gim__message_copy(&message, text, sizeof text);
        ck_assert_uint_eq(length, before + (sizeof message.text - 1 - before) / size * size);
        ck_assert_mem_eq(text, longest, length);
    }
    gim__message_destroy(&message);
}
END_TEST

typedef struct shared {
    gim__message message;
    atomic_int torn;
} shared;

static void fail_and_ask(void *context, size_t task, size_t thread)
{
    shared *mine = context;
    char text[256];
    int length = 1 + (int)task % 90;
    (void)thread;
    gim__fail(&mine->message, GIM_ERR_DATA, "%0*zu %0*zu", length, task, length, task);
    gim__message_copy(&mine->message, text, sizeof text);
    size_t half = strlen(text) / 2;
    if (text[half] != ' ' || memcmp(text, text + half + 1, half) != 0)
        mine->torn = 1;
}

/* Threads fail and ask at once: a text is always the whole of one failure. */
START_TEST(threads_never_see_half_a_message)
{
    gim_allocator allocator;
    gim__pool *pool;
    shared all = {.torn = 0};
    gim__allocator_init(&allocator, NULL);
    ck_assert_int_eq(gim__pool_new(&pool, &allocator, 4), GIM_OK);
    gim__message_init(&all.message);
    gim__pool_run(pool, 4000, fail_and_ask, &all);
    ck_assert_int_eq(all.torn, 0);
    gim__message_destroy(&all.message);
    gim__pool_free(pool);
}
END_TEST

int main(void)
{
    t_case cases[] = {{codes_have_their_published_numbers_and_a_text_of_their_own, 1},
                      {other_numbers_are_unknown, 1},
                      {the_newest_failure_is_told, 1},
                      {text_is_cut_to_the_callers_size_and_its_length_told, 1},
                      {a_text_too_long_is_cut_not_overrun, 1},
                      {a_text_too_long_is_cut_between_letters, 4},
                      {threads_never_see_half_a_message, 1}};
    return T_RUN("status", cases);
}
