/* Where results go: standard output, or a file that is whole or not there. SPDX-License-Identifier: BSD-3-Clause */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <zlib.h>

#include "ui.h"

/* Starts as {0}. */
struct output {
    const struct ui *ui;
    char *path;      /* NULL: standard output */
    char *temporary; /* beside path, renamed to it at the end; NULL where path is no ordinary file */
    gzFile file;     /* transparent unless the name ends in .gz */
    int error;       /* errno of the first write that failed */
};

/* NULL and "-" are standard output. */
bool output_is_standard(const char *path);
int output_open(struct output *output, const struct ui *ui, const char *path);
/* Goes on with a file that is open for appending, line by line as output_flush() is called. Takes over fd, unless it
 * fails. */
int output_append(struct output *output, const struct ui *ui, const char *path, int fd);
int output_flush(struct output *output);
/* A failed write is remembered, and reported by output_close(). */
void output_write(struct output *output, const char *text, size_t length);
__attribute__((format(printf, 2, 3))) void output_print(struct output *output, const char *format, ...);
/* Writes a JSON value and a newline; takes over the value. */
void output_json(struct output *output, json_t *value);
/* The same to standard output, and that alone: returns the exit code. */
int output_value(const struct ui *ui, json_t *value);
/* Finishes the file where code is EXIT_OK, or else drops it; returns the code after that. Takes {0}. */
int output_close(struct output *output, int code);

#endif
