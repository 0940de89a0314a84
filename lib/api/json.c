/* JSON. SPDX-License-Identifier: BSD-3-Clause */
#include "api/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

enum { BYTES_A_VALUE = 256 };

int gim__c_locale_enter(gim__c_locale *locale)
{
    locale->before = (locale_t)0;
    locale->mine = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (locale->mine != (locale_t)0)
        locale->before = uselocale(locale->mine);
    return locale->mine != (locale_t)0;
}

void gim__c_locale_leave(gim__c_locale *locale)
{
    if (locale->mine == (locale_t)0)
        return;
    uselocale(locale->before);
    freelocale(locale->mine);
}

const char *gim__plain(char *to, size_t size, const char *from)
{
    size_t n = strlen(from);
    int whole = n < size;
    n = whole ? n : size - 4;
    for (size_t i = 0; i < n; i++)
        to[i] = from[i] >= 0x20 && from[i] < 0x7f ? from[i] : '?';
    memcpy(to + n, whole ? "" : "...", whole ? 1 : 4);
    return to;
}

static json_t *refuse(gim__json_fault *fault, gim_status status, const char *what, const char *why)
{
    char plain[96];
    fault->status = status;
    snprintf(fault->text, sizeof fault->text, "%s%s", what, gim__plain(plain, sizeof plain, why));
    return NULL;
}

/* Counts values and depth before the text is taken apart, so that a small text cannot make many values. Returns NULL,
 * or what is wrong. */
static const char *scan(const char *text, size_t length, size_t most_values, size_t most_depth, size_t *values)
{
    size_t depth = 0;
    int string = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 && (string || (c != '\t' && c != '\n' && c != '\r')))
            return "a control character";
        if (c == '"')
            string = !string;
        else if (string)
            i += c == '\\';
        else if (c == '[' || c == '{')
            depth++;
        else if ((c == ']' || c == '}') && depth > 0)
            depth--;
        *values += !string && (c == '[' || c == '{' || c == ',' || c == ':');
        if (depth > most_depth)
            return "nested too deep";
        if (*values > most_values)
            return "too many values";
    }
    return NULL;
}

/* jansson's lexer goes on when its buffer cannot grow, and then ends the process or leaves the buffer. So what parsing
 * may take is asked for beforehand, from where jansson gets it, and given back. */
static int memory_for(const char *text, size_t length, size_t values)
{
    size_t copies = 4 + BYTES_A_VALUE * values / (length + 1);
    json_t *all = json_array();
    int enough = all != NULL;
    for (size_t i = 0; enough && i < copies; i++)
        enough = json_array_append_new(all, json_stringn_nocheck(text, length)) == 0;
    json_decref(all);
    return enough;
}

json_t *gim__json_parse(const char *text, size_t length, size_t most_values, size_t most_depth, gim__json_fault *fault)
{
    size_t values = 1;
    json_error_t error = {.text = ""};
    const char *wrong = scan(text, length, most_values, most_depth, &values);
    if (wrong != NULL)
        return refuse(fault, GIM_ERR_FORMAT, "is not as it should be: ", wrong);
    if (!memory_for(text, length, values))
        return refuse(fault, GIM_ERR_NOMEM, "out of memory", "");
    json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL)
        return refuse(fault, error.text[0] == '\0' ? GIM_ERR_NOMEM : GIM_ERR_FORMAT, "is not JSON: ", error.text);
    return value;
}

char *gim__json_text(const json_t *value, const gim_allocator *allocator, size_t *length)
{
    const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(17);
    size_t size = json_dumpb(value, NULL, 0, flags);
    char *text = size == 0 ? NULL : gim__new(allocator, size + 1, 1);
    *length = size;
    if (text != NULL && json_dumpb(value, text, size, flags) != size) {
        gim__delete(allocator, text);
        return NULL;
    }
    return text;
}

json_t *gim__json_real(double number)
{
    if (isfinite(number))
        return json_real(number);
    return json_string(isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
}

int gim__json_get_real(const json_t *value, double *number)
{
    static const char *const names[] = {"inf", "-inf", "nan"};
    const double numbers[] = {INFINITY, -INFINITY, NAN};
    *number = json_number_value(value);
    for (size_t i = 0; json_is_string(value) && i < sizeof names / sizeof *names; i++)
        if (strcmp(json_string_value(value), names[i]) == 0) {
            *number = numbers[i];
            return 1;
        }
    return json_is_number(value);
}

int gim__json_get_count(const json_t *value, uint64_t most, uint64_t *number)
{
    json_int_t found = json_integer_value(value); /* 0 where it is something else */
    *number = (uint64_t)found;
    return json_is_integer(value) && found >= 0 && *number <= most;
}
