/* What the command says to its user, on standard error. SPDX-License-Identifier: BSD-3-Clause */
#ifndef UI_H
#define UI_H

#include <jansson.h>

struct ui {
    const char *command; /* "gim fit" */
    int quiet;           /* errors only */
    int json;            /* one JSON object a line in place of text */
};

/* In passing; and what deserves a second look. Neither with --quiet. */
__attribute__((format(printf, 2, 3))) void ui_note(const struct ui *ui, const char *format, ...);
__attribute__((format(printf, 2, 3))) void ui_warn(const struct ui *ui, const char *format, ...);
/* Why the command fails: returns EXIT_FAILED. */
__attribute__((format(printf, 2, 3))) int ui_fail(const struct ui *ui, const char *format, ...);
/* What is wrong with the command line: returns EXIT_USAGE. */
__attribute__((format(printf, 2, 3))) int ui_usage(const struct ui *ui, const char *format, ...);

/* Text as JSON; where it is not UTF-8, its bytes past ASCII become question marks. */
json_t *ui_text(const char *text);
/* One event of --json: takes over the object. */
void ui_event(json_t *event);

#endif
