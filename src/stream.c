/* Cells as bytes. SPDX-License-Identifier: BSD-3-Clause */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* ---- columns and rows -------------------------------------------------------------------------------------------- */

void annotation_add(struct annotation *column, const char *text)
{
    column->code = memory_grow(column->code, &column->capacity, column->n + 1, sizeof *column->code);
    column->code[column->n++] = text == NULL ? -1 : (int32_t)names_add(&column->values, text);
}

const char *annotation_at(const struct annotation *column, size_t row)
{
    int32_t code = column->code[row];
    return code < 0 ? NULL : names_at(&column->values, (size_t)code);
}

void annotation_free(struct annotation *column)
{
    free(column->name);
    free(column->code);
    names_free(&column->values);
    memset(column, 0, sizeof *column);
}

static void make_room(struct row *row, size_t n)
{
    row->index = memory_grow(row->index, &row->index_capacity, n, sizeof *row->index);
    row->value = memory_grow(row->value, &row->value_capacity, n, sizeof *row->value);
}

void row_add(struct row *row, size_t index, double value)
{
    make_room(row, row->n + 1);
    row->index[row->n] = (uint32_t)index;
    row->value[row->n++] = value;
}

void row_free(struct row *row)
{
    free(row->index);
    free(row->value);
    memset(row, 0, sizeof *row);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

void stream_put_count(FILE *stream, uint64_t count)
{
    fwrite(&count, sizeof count, 1, stream);
}

void stream_put_text(FILE *stream, const char *text)
{
    size_t length = strlen(text);
    stream_put_count(stream, length);
    fwrite(text, 1, length, stream);
}

void stream_put_names(FILE *stream, const struct names *names)
{
    stream_put_count(stream, names->n);
    for (size_t i = 0; i < names->n; i++)
        stream_put_text(stream, names_at(names, i));
}

void stream_put_annotation(FILE *stream, const struct annotation *column)
{
    stream_put_text(stream, column->name);
    stream_put_names(stream, &column->values);
    fwrite(column->code, sizeof *column->code, column->n, stream);
}

void stream_put_row(FILE *stream, const struct row *row)
{
    stream_put_count(stream, row->n);
    fwrite(row->index, sizeof *row->index, row->n, stream);
    fwrite(row->value, sizeof *row->value, row->n, stream);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

bool stream_get_count(FILE *stream, uint64_t *count)
{
    return fread(count, sizeof *count, 1, stream) == 1;
}

char *stream_get_text(FILE *stream)
{
    uint64_t length;
    if (!stream_get_count(stream, &length) || length > STREAM_MOST_TEXT)
        return NULL;
    char *text = memory_new(length + 1, 1);
    if (fread(text, 1, length, stream) == length)
        return text;
    free(text);
    return NULL;
}

bool stream_get_names(FILE *stream, struct names *names)
{
    uint64_t n;
    if (!stream_get_count(stream, &n))
        return false;
    for (uint64_t i = 0; i < n; i++) {
        char *text = stream_get_text(stream);
        bool is_new = text != NULL && names_add(names, text) == i;
        free(text);
        if (!is_new)
            return false;
    }
    return true;
}

bool stream_get_annotation(FILE *stream, struct annotation *column, size_t rows)
{
    column->name = stream_get_text(stream);
    if (column->name == NULL || !stream_get_names(stream, &column->values))
        return false;
    column->code = memory_new(rows, sizeof *column->code);
    column->n = column->capacity = rows;
    if (fread(column->code, sizeof *column->code, rows, stream) != rows)
        return false;
    for (size_t r = 0; r < rows; r++)
        if (column->code[r] < -1 || (column->code[r] >= 0 && (size_t)column->code[r] >= column->values.n))
            return false;
    return true;
}

bool stream_get_row(FILE *stream, struct row *row, size_t genes)
{
    uint64_t n;
    if (!stream_get_count(stream, &n) || n > genes)
        return false;
    make_room(row, n);
    row->n = n;
    if (fread(row->index, sizeof *row->index, n, stream) != n || fread(row->value, sizeof *row->value, n, stream) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (row->index[i] >= genes)
            return false;
    return true;
}
