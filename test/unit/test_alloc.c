/* Memory of a model: zeroed, aligned, of checked size, from the caller's allocator.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "testing.h"

static const size_t sizes[] = {0, 1, 7, 8, 63, 64, 65, 1000, 100000};
enum { SIZES = sizeof sizes / sizeof *sizes };

static int all_zero(const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != 0)
            return 0;
    return 1;
}

START_TEST(blocks_are_zeroed_aligned_and_released_at_their_size)
{
    t_memory memory;
    void *block[SIZES];
    t_memory_open(&memory, 0);
    for (size_t i = 0; i < SIZES; i++) {
        block[i] = gim__new(&memory.allocator, sizes[i], 3);
        ck_assert_ptr_nonnull(block[i]);
        ck_assert_uint_eq((uintptr_t)block[i] % 64, 0);
        ck_assert(all_zero(block[i], 3 * sizes[i]));
        memset(block[i], 0xff, 3 * sizes[i]); /* all of it is ours: an overlap or a short block shows here or below */
    }
    ck_assert_uint_eq(memory.blocks, SIZES);
    for (size_t i = 0; i < SIZES; i++)
        gim__delete(&memory.allocator, block[i]);
    ck_assert_uint_eq(memory.blocks, 0);
    ck_assert_uint_eq(memory.bytes, 0);
    ck_assert(!memory.wrong);
}
END_TEST

START_TEST(sizes_that_overflow_are_never_asked_for)
{
    static const size_t bad[][2] = {{SIZE_MAX, 2},         {2, SIZE_MAX},
                                    {SIZE_MAX / 2 + 1, 2}, {(size_t)1 << 32, (size_t)1 << 32},
                                    {SIZE_MAX, 1},         {1, SIZE_MAX},
                                    {SIZE_MAX - 16, 1},    {SIZE_MAX / 8, 8}};
    t_memory memory;
    t_memory_open(&memory, 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_ptr_null(gim__new(&memory.allocator, bad[i][0], bad[i][1]));
        ck_assert_ptr_null(gim__clone(&memory.allocator, &memory, bad[i][0], bad[i][1]));
    }
    ck_assert_uint_eq(memory.calls, 0);
}
END_TEST

START_TEST(a_failed_allocation_is_a_null)
{
    t_memory memory;
    t_memory_open(&memory, 1);
    ck_assert_ptr_null(gim__new(&memory.allocator, 10, 8));
    t_memory_open(&memory, 1);
    ck_assert_ptr_null(gim__clone(&memory.allocator, "text", 5, 1));
    t_memory_open(&memory, 1);
    ck_assert_ptr_null(gim__clone_text(&memory.allocator, "text"));
    gim__delete(&memory.allocator, NULL);
    ck_assert_uint_eq(memory.calls, 1);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

START_TEST(clones_are_copies)
{
    t_memory memory;
    double numbers[3] = {1, -2, 0.5};
    t_memory_open(&memory, 0);
    double *copy = gim__clone(&memory.allocator, numbers, 3, sizeof *numbers);
    char *text = gim__clone_text(&memory.allocator, "a name"), *empty = gim__clone_text(&memory.allocator, "");
    void *nothing = gim__clone(&memory.allocator, NULL, 0, 8);
    ck_assert_mem_eq(copy, numbers, sizeof numbers);
    ck_assert_str_eq(text, "a name");
    ck_assert_str_eq(empty, "");
    ck_assert_ptr_nonnull(nothing);
    numbers[0] = 7;
    ck_assert(copy[0] == 1);
    void *all[] = {copy, text, empty, nothing};
    for (size_t i = 0; i < 4; i++)
        gim__delete(&memory.allocator, all[i]);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

START_TEST(the_default_is_malloc)
{
    gim_allocator mine;
    memset(&mine, 0xa5, sizeof mine);
    ck_assert_int_eq(gim__allocator_init(&mine, NULL), GIM_OK);
    ck_assert_uint_eq(mine.struct_size, sizeof mine);
    unsigned char *block = gim__new(&mine, 1000, 1);
    ck_assert_ptr_nonnull(block);
    ck_assert(all_zero(block, 1000));
    gim__delete(&mine, block);
}
END_TEST

START_TEST(an_incomplete_allocator_is_refused_and_not_taken)
{
    t_memory memory;
    gim_allocator mine = {0}, theirs;
    t_memory_open(&memory, 0);
    theirs = memory.allocator;
    theirs.struct_size = sizeof theirs - 1;
    ck_assert_int_eq(gim__allocator_init(&mine, &theirs), GIM_ERR_ARGUMENT);
    theirs = memory.allocator;
    theirs.allocate = NULL;
    ck_assert_int_eq(gim__allocator_init(&mine, &theirs), GIM_ERR_ARGUMENT);
    theirs = memory.allocator;
    theirs.release = NULL;
    ck_assert_int_eq(gim__allocator_init(&mine, &theirs), GIM_ERR_ARGUMENT);
    ck_assert_ptr_null(mine.user);
    theirs = memory.allocator;
    theirs.struct_size += 8; /* a later header's */
    ck_assert_int_eq(gim__allocator_init(&mine, &theirs), GIM_OK);
    ck_assert_ptr_eq(mine.user, &memory);
}
END_TEST

int main(void)
{
    t_case cases[] = {{blocks_are_zeroed_aligned_and_released_at_their_size, 1},
                      {sizes_that_overflow_are_never_asked_for, 1},
                      {a_failed_allocation_is_a_null, 1},
                      {clones_are_copies, 1},
                      {the_default_is_malloc, 1},
                      {an_incomplete_allocator_is_refused_and_not_taken, 1}};
    return T_RUN("alloc", cases);
}
