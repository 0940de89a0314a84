/* What the command says to its user, on standard error. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "ui.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

void ui_event(json_t *event)
{
    char *line = event == NULL ? NULL : json_dumps(event, JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (line != NULL)
        fprintf(stderr, "%s\n", line);
    free(line);
    json_decref(event);
}

json_t *ui_text(const char *text)
{
    json_t *string = json_string(text);
    if (string != NULL)
        return string;
    char *ascii = strdup(text);
    for (char *c = ascii; c != NULL && *c != '\0'; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    string = ascii == NULL ? NULL : json_string(ascii);
    free(ascii);
    return string;
}

/* "gim fit: warning: ..." or {"event": "warning", ...} */
static void say(const struct ui *ui, const char *event, const char *label, const char *format, va_list arguments)
{
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        return;
    if (ui->json)
        ui_event(json_pack("{s:s, s:o}", "event", event, "message", ui_text(text)));
    else
        fprintf(stderr, "%s: %s%s\n", ui->command, label, text);
    free(text);
}

void ui_note(const struct ui *ui, const char *format, ...)
{
    if (ui->quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    say(ui, "note", "", format, arguments);
    va_end(arguments);
}

void ui_warn(const struct ui *ui, const char *format, ...)
{
    if (ui->quiet)
        return;
    va_list arguments;
    va_start(arguments, format);
    say(ui, "warning", "warning: ", format, arguments);
    va_end(arguments);
}

int ui_fail(const struct ui *ui, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(ui, "error", "", format, arguments);
    va_end(arguments);
    return EXIT_FAILED;
}

int ui_usage(const struct ui *ui, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(ui, "error", "", format, arguments);
    va_end(arguments);
    if (!ui->json)
        fprintf(stderr, "try: %s --help\n", ui->command);
    return EXIT_USAGE;
}
