/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Cells as bytes: between gim and gim-h5ad, and in the scratch file of gim prepare. Numbers are the machine's own, as
 * both ends are on it. A stream is
 *
 *   counts of rows, genes, columns;  the genes;  each column: its name, its distinct values, a code for each row;
 *   the rows: how many values are not 0, their genes, the values */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "names.h"

enum { STREAM_MOST_TEXT = 1 << 20 }; /* bytes of a name */

/* A column of texts about rows, such as drug: values[code[row]], or nothing where the code is -1. Starts as {0}. */
struct annotation {
    char *name;
    struct names values;
    int32_t *code;
    size_t n, capacity;
};

/* The values of a row that are not 0, by gene. Starts as {0}. */
struct row {
    size_t n, index_capacity, value_capacity;
    uint32_t *index;
    double *value;
};

/* text NULL: missing. */
void annotation_add(struct annotation *column, const char *text);
/* NULL where it is missing. */
const char *annotation_at(const struct annotation *column, size_t row);
void annotation_free(struct annotation *column);

void row_add(struct row *row, size_t index, double value);
void row_free(struct row *row);

/* What writes is seen by ferror(); what reads is false, or NULL, where the stream ends or makes no sense. */
void stream_put_count(FILE *stream, uint64_t count);
void stream_put_text(FILE *stream, const char *text);
void stream_put_names(FILE *stream, const struct names *names);
void stream_put_annotation(FILE *stream, const struct annotation *column);
void stream_put_row(FILE *stream, const struct row *row);
bool stream_get_count(FILE *stream, uint64_t *count);
char *stream_get_text(FILE *stream); /* to be freed */
/* Distinct names, as many as were put. */
bool stream_get_names(FILE *stream, struct names *names);
bool stream_get_annotation(FILE *stream, struct annotation *column, size_t rows);
bool stream_get_row(FILE *stream, struct row *row, size_t genes);

#endif
