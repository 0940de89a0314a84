/* What every handle begins with. SPDX-License-Identifier: BSD-3-Clause */
#include "base/handle.h"

#include "testing.h"

typedef struct thing {
    gim_allocator allocator;
    gim__message *message;
    double values[3];
} thing;

START_TEST(made_asked_and_freed)
{
    t_memory memory;
    gim_status status = GIM_ERR_DATA;
    char text[16] = "before";
    t_memory_open(&memory, 0);
    thing *made = gim__handle_new(&status, sizeof *made, &memory.allocator);
    ck_assert(made != NULL && status == GIM_OK);
    ck_assert(made->allocator.user == memory.allocator.user && made->values[2] == 0);
    ck_assert_uint_eq(gim__handle_message(made, text, sizeof text), 0);
    ck_assert_str_eq(text, "");
    gim__fail(made->message, GIM_ERR_DATA, "row %d", 7);
    ck_assert_uint_eq(gim__handle_message(made, NULL, 0), 5);
    ck_assert_uint_eq(gim__handle_message(made, text, 4), 5);
    ck_assert_str_eq(text, "row");
    ck_assert_uint_eq(gim__handle_message(NULL, text, sizeof text), 0);
    ck_assert_str_eq(text, "");
    gim__handle_free(made);
    ck_assert(memory.blocks == 0 && !memory.wrong);
}
END_TEST

START_TEST(memory_that_is_out)
{
    t_memory memory;
    gim_status status = GIM_OK;
    t_memory_open(&memory, (size_t)_i + 1);
    ck_assert_ptr_null(gim__handle_new(&status, sizeof(thing), &memory.allocator));
    ck_assert_int_eq(status, GIM_ERR_NOMEM);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

START_TEST(an_allocator_without_functions)
{
    gim_status status = GIM_OK;
    const gim_allocator none = {.struct_size = sizeof none};
    ck_assert_ptr_null(gim__handle_new(&status, sizeof(thing), &none));
    ck_assert_int_eq(status, GIM_ERR_ARGUMENT);
}
END_TEST

int main(void)
{
    t_case cases[] = {{made_asked_and_freed, 1}, {memory_that_is_out, 2}, {an_allocator_without_functions, 1}};
    return T_RUN("handle", cases);
}
