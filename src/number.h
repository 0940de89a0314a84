/* Numbers as text. SPDX-License-Identifier: BSD-3-Clause */
#ifndef NUMBER_H
#define NUMBER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* The program never calls setlocale(), so a decimal point is a point whatever the user's locale. */

enum number_kind {
    NUMBER_FINITE,   /* 1, -2.5, 1e-3 */
    NUMBER_INFINITE, /* inf, 1e999 */
    NUMBER_MISSING,  /* an empty cell, NA, NaN */
    NUMBER_NOT       /* anything else */
};

enum number_kind number_parse(const char *text, double *value);
/* A whole number: digits, or 1e6. */
bool number_parse_integer(const char *text, int64_t *value);

/* Nine significant digits: all that single precision, in which models compute, can tell apart; "NA" for NaN. */
enum { NUMBER_SIZE = 32, NUMBER_DIGITS = 9 };
const char *number_format(double value, char text[NUMBER_SIZE]);
/* null where JSON has no number for it. */
json_t *number_json(double value);

/* "53.2 s", "4 min 10 s", "2 h 05 min" */
const char *number_duration(double seconds, char text[NUMBER_SIZE]);
/* "0:53", "4:10", "2:05:31" */
const char *number_clock(double seconds, char text[NUMBER_SIZE]);

#endif
