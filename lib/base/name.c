/* Names of variables, features and environments. SPDX-License-Identifier: BSD-3-Clause */
#include "base/name.h"

/* Bytes of the UTF-8 sequence at text, 0 where there is none (RFC 3629). */
static size_t utf8_length(const unsigned char *text)
{
    size_t n = text[0] < 0x80 ? 1 : text[0] >= 0xc2 && text[0] < 0xe0 ? 2 : (text[0] & 0xf0) == 0xe0 ? 3 : 4;
    if (text[0] >= 0xf5 || (text[0] >= 0x80 && text[0] < 0xc2))
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] >= 0xa0) ||
        (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] >= 0x90))
        return 0;
    return n;
}

int gim__text_valid(const char *text, size_t most)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t length = 0;
    while (at[length] != '\0' && length <= most) {
        size_t n = utf8_length(at + length);
        if (n == 0)
            return 0;
        length += n;
    }
    return length <= most;
}

int gim__name_valid(const char *name)
{
    return name[0] != '\0' && gim__text_valid(name, GIM__MOST_NAME);
}
