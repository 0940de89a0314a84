/* Numbers as text. SPDX-License-Identifier: BSD-3-Clause */
#include "number.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_missing(const char *text, size_t length)
{
    static const char *const words[] = {"", "NA", "NaN", "N/A", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (length == strlen(words[i]) && strncasecmp(text, words[i], length) == 0)
            return true;
    return false;
}

enum number_kind number_parse(const char *text, double *value)
{
    text += strspn(text, " ");
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (is_missing(text, length))
        return NUMBER_MISSING;
    if (memchr(text, 'x', length) != NULL || memchr(text, 'X', length) != NULL) /* hexadecimal, to strtod() */
        return NUMBER_NOT;
    char *end;
    *value = strtod(text, &end);
    if (end != text + length || isnan(*value))
        return NUMBER_NOT;
    return isfinite(*value) ? NUMBER_FINITE : NUMBER_INFINITE;
}

bool number_parse_integer(const char *text, int64_t *value)
{
    char *end;
    errno = 0;
    *value = strtoll(text, &end, 10);
    if (end != text && *end == '\0')
        return errno == 0;
    double real;
    if (number_parse(text, &real) != NUMBER_FINITE || fabs(real) > 0x1p53 || real != trunc(real))
        return false;
    *value = (int64_t)real;
    return true;
}

const char *number_format(double value, char text[NUMBER_SIZE])
{
    if (isnan(value))
        return "NA";
    snprintf(text, NUMBER_SIZE, "%.*g", NUMBER_DIGITS, value);
    return text;
}

json_t *number_json(double value)
{
    if (value == trunc(value) && fabs(value) < 0x1p53)
        return json_integer((json_int_t)value);
    return isfinite(value) ? json_real(value) : json_null();
}

const char *number_duration(double seconds, char text[NUMBER_SIZE])
{
    long long whole = llround(seconds);
    if (seconds < 59.95)
        snprintf(text, NUMBER_SIZE, "%.1f s", seconds);
    else if (whole < 3600)
        snprintf(text, NUMBER_SIZE, "%lld min %02lld s", whole / 60, whole % 60);
    else
        snprintf(text, NUMBER_SIZE, "%lld h %02lld min", whole / 3600, whole % 3600 / 60);
    return text;
}

const char *number_clock(double seconds, char text[NUMBER_SIZE])
{
    long long whole = llround(seconds);
    if (whole < 3600)
        snprintf(text, NUMBER_SIZE, "%lld:%02lld", whole / 60, whole % 60);
    else
        snprintf(text, NUMBER_SIZE, "%lld:%02lld:%02lld", whole / 3600, whole % 3600 / 60, whole % 60);
    return text;
}
