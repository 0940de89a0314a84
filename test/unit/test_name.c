/* Names are UTF-8 of 1 to 1023 bytes, and nothing else. SPDX-License-Identifier: BSD-3-Clause */
#include "base/name.h"

#include "testing.h"

/* One letter in UTF-8, by RFC 3629's table: n bytes, whether or not so many are needed. */
static void encode(char *to, unsigned long letter, size_t n)
{
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n; i-- > 1; letter >>= 6)
        to[i] = (char)(0x80 | (letter & 0x3f));
    to[0] = (char)(lead[n] | letter);
    to[n] = '\0';
}

static size_t needed(unsigned long letter)
{
    return letter < 0x80 ? 1 : letter < 0x800 ? 2 : letter < 0x10000 ? 3 : 4;
}

START_TEST(every_letter_is_a_name_and_no_half_of_a_pair)
{
    size_t wrong = 0;
    for (unsigned long letter = 1; letter < 0x200000; letter++) {
        char text[8];
        encode(text, letter, needed(letter));
        int wanted = letter <= 0x10ffff && !(letter >= 0xd800 && letter < 0xe000);
        wrong += gim__name_valid(text) != wanted;
    }
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(no_letter_is_longer_than_it_needs)
{
    size_t wrong = 0;
    for (unsigned long letter = 0; letter < 0x10000; letter++)
        for (size_t n = needed(letter) + 1; n <= 4; n++) {
            char text[8];
            encode(text, letter, n);
            wrong += gim__name_valid(text) != 0;
        }
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

/* All strings of one and two bytes: right are two ASCII letters or one letter of two bytes. */
START_TEST(two_bytes_are_two_letters_or_one)
{
    size_t wrong = 0;
    for (unsigned first = 1; first < 256; first++)
        for (unsigned second = 0; second < 256; second++) {
            char text[3] = {(char)first, (char)second, '\0'};
            int plain = first < 0x80 && second < 0x80, pair = first >= 0xc2 && first < 0xe0 && second >> 6 == 2;
            wrong += gim__name_valid(text) != (plain || pair);
        }
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

START_TEST(a_letter_cut_short_is_none)
{
    static const unsigned long letters[] = {0xe9, 0x20ac, 0x1f600};
    for (size_t i = 0; i < 3; i++)
        for (size_t n = 1; n < i + 2; n++) {
            char text[16] = "dose ";
            encode(text + 5, letters[i], i + 2);
            ck_assert(gim__name_valid(text));
            text[5 + n] = '\0';
            ck_assert(!gim__name_valid(text));
            text[5 + n] = 'x';
            ck_assert(!gim__name_valid(text));
        }
}
END_TEST

START_TEST(names_have_1_to_1023_bytes)
{
    char text[1100];
    memset(text, 'x', sizeof text);
    ck_assert(!gim__name_valid(""));
    for (size_t n = 1; n < sizeof text; n++) {
        text[n] = '\0';
        ck_assert_msg(gim__name_valid(text) == (n <= 1023), "%zu bytes", n);
        text[n] = 'x';
    }
    for (size_t n = 1018; n < 1024; n++) { /* a letter of four bytes that ends before, at and past the limit */
        memset(text, 'x', sizeof text);
        encode(text + n, 0x1f600, 4);
        ck_assert_msg(gim__name_valid(text) == (n + 4 <= 1023), "%zu + 4 bytes", n);
    }
}
END_TEST

int main(void)
{
    t_case cases[] = {{every_letter_is_a_name_and_no_half_of_a_pair, 1},
                      {no_letter_is_longer_than_it_needs, 1},
                      {two_bytes_are_two_letters_or_one, 1},
                      {a_letter_cut_short_is_none, 1},
                      {names_have_1_to_1023_bytes, 1}};
    return T_RUN("name", cases);
}
