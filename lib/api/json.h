/* JSON, by jansson, from files that nobody vouches for. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__JSON_H
#define GIM__JSON_H

#include <jansson.h>
#include <locale.h>
#include <stddef.h>

#include "gim/gim.h"

/* jansson formats and parses numbers by the locale of the thread, and ends the process where a decimal point is longer
 * than a byte. Between these two the thread has the C locale. */
typedef struct gim__c_locale {
    locale_t mine, before;
} gim__c_locale;

/* Returns 0 where memory is out. */
int gim__c_locale_enter(gim__c_locale *locale);
void gim__c_locale_leave(gim__c_locale *locale);

typedef struct gim__json_fault {
    gim_status status; /* GIM_ERR_NOMEM or GIM_ERR_FORMAT */
    char text[128];    /* "is not JSON: ..."; plain ASCII */
} gim__json_fault;

/* Parses an object or array: at most most_values values, no deeper than most_depth, no key twice, no NUL in a string.
 * Memory is jansson's, that is malloc's: at most about 4 length + 256 bytes a value. NULL and the fault on failure. */
json_t *gim__json_parse(const char *text, size_t length, size_t most_values, size_t most_depth, gim__json_fault *fault);

/* value as compact text, terminated; NULL when memory is out. */
char *gim__json_text(const json_t *value, const gim_allocator *allocator, size_t *length);

/* JSON has no infinity and no NaN; they are the strings "inf", "-inf", "nan". */
json_t *gim__json_real(double number);
/* Returns 0 where value is no number in that sense. */
int gim__json_get_real(const json_t *value, double *number);
/* A whole number in [0, most]. Returns 0 where value is something else. */
int gim__json_get_count(const json_t *value, uint64_t most, uint64_t *number);

/* Text for a message, from a file: what is not printable ASCII becomes '?', what does not fit "...". size >= 4. */
const char *gim__plain(char *to, size_t size, const char *from);

#endif
