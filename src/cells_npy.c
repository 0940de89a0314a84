/* Cells from a NumPy array, cells by genes. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "commands.h"
#include "memory.h"
#include "scatter.h"
#include "table.h"

enum { MOST_HEADER = 1 << 16 };

struct array {
    const struct ui *ui;
    const char *path;
    FILE *file;
    uint64_t rows, columns;
    char kind; /* f, i, u, b */
    size_t size;
    bool by_columns;
};

static int bad(const struct array *array, const char *why)
{
    return ui_fail(array->ui, "%s: %s", array->path, why);
}

/* What follows 'key': in the dictionary of the header; NULL where it is not there. */
static const char *value_of(const char *header, const char *key)
{
    char *quoted = memory_format("'%s':", key);
    const char *at = strstr(header, quoted);
    at = at == NULL ? NULL : at + strlen(quoted);
    free(quoted);
    return at == NULL ? NULL : at + strspn(at, " ");
}

static int parse_header(struct array *array, const char *header)
{
    const char *descr = value_of(header, "descr"), *order = value_of(header, "fortran_order"),
               *shape = value_of(header, "shape");
    char end;
    int read = 0;
    if (descr == NULL || order == NULL || shape == NULL)
        return bad(array, "the header of the array is not understood");
    if (sscanf(descr, "'%*1[<|=]%c%zu%c", &array->kind, &array->size, &end) != 3 || end != '\'')
        return bad(array, "is not of plain little-endian numbers");
    bool real = array->kind == 'f' && (array->size == 4 || array->size == 8);
    bool whole = (array->kind == 'i' || array->kind == 'u') &&
                 (array->size == 1 || array->size == 2 || array->size == 4 || array->size == 8);
    if (!real && !whole && !(array->kind == 'b' && array->size == 1))
        return bad(array, "is of numbers that are not known here: float32, float64, and integers are");
    if (sscanf(shape, "(%" SCNu64 ", %" SCNu64 ")%n", &array->rows, &array->columns, &read) != 2 || read == 0)
        return bad(array, "is not of two dimensions, cells by genes");
    array->by_columns = strncmp(order, "True", 4) == 0;
    return EXIT_OK;
}

static int open_array(struct array *array)
{
    unsigned char start[12];
    array->file = fopen(array->path, "rbe");
    if (array->file == NULL)
        return bad(array, "cannot be read");
    if (fread(start, 1, 10, array->file) != 10 || memcmp(start, "\x93NUMPY", 6) != 0)
        return bad(array, "is not a NumPy array");
    size_t length = start[8] | (size_t)start[9] << 8;
    if (start[6] > 1) {
        if (fread(start + 10, 1, 2, array->file) != 2)
            return bad(array, "is cut short");
        length |= (size_t)start[10] << 16 | (size_t)start[11] << 24;
    }
    if (length > MOST_HEADER)
        return bad(array, "has a header that is too long");
    char *header = memory_new(length + 1, 1);
    int code =
        fread(header, 1, length, array->file) == length ? parse_header(array, header) : bad(array, "is cut short");
    free(header);
    return code;
}

static double number_at(const struct array *array, const unsigned char *bytes)
{
    union {
        float f4;
        double f8;
        int8_t i1;
        int16_t i2;
        int32_t i4;
        int64_t i8;
        uint8_t u1;
        uint16_t u2;
        uint32_t u4;
        uint64_t u8;
    } value;
    memcpy(&value, bytes, array->size);
    if (array->kind == 'f')
        return array->size == 4 ? (double)value.f4 : value.f8;
    if (array->kind == 'i')
        return array->size == 1   ? value.i1
               : array->size == 2 ? value.i2
               : array->size == 4 ? value.i4
                                  : (double)value.i8;
    return array->size == 1 ? value.u1 : array->size == 2 ? value.u2 : array->size == 4 ? value.u4 : (double)value.u8;
}

/* One line of the file: a row, or a column where it is in Fortran's order. */
static int read_line(const struct array *array, unsigned char *bytes, double *values, size_t n, uint64_t line)
{
    if (fread(bytes, array->size, n, array->file) != n)
        return bad(array, "is cut short");
    for (size_t i = 0; i < n; i++) {
        values[i] = number_at(array, bytes + i * array->size);
        if (!isfinite(values[i]))
            return ui_fail(array->ui, "%s: the value of row %" PRIu64 ", column %" PRIu64 " is not finite", array->path,
                           array->by_columns ? (uint64_t)i : line, array->by_columns ? line : (uint64_t)i);
    }
    return EXIT_OK;
}

static int read_lines(struct array *array, FILE *rows, struct scatter *scatter)
{
    size_t lines = array->by_columns ? array->columns : array->rows;
    size_t n = array->by_columns ? array->rows : array->columns;
    unsigned char *bytes = memory_new(n, array->size);
    double *values = memory_new(n, sizeof *values);
    struct row row = {0};
    int code = EXIT_OK;
    for (size_t line = 0; line < lines && code == EXIT_OK; line++) {
        row.n = 0;
        code = read_line(array, bytes, values, n, line);
        for (size_t i = 0; i < n && code == EXIT_OK; i++)
            if (values[i] != 0 && scatter != NULL)
                scatter_add(scatter, i, (uint32_t)line, values[i]);
            else if (values[i] != 0)
                row_add(&row, i, values[i]);
        if (code == EXIT_OK && scatter == NULL)
            stream_put_row(rows, &row);
    }
    row_free(&row);
    free(bytes);
    free(values);
    return code;
}

static int each_column(void *user, struct scatter *scatter)
{
    struct array *array = user;
    if (array->file != NULL)
        fclose(array->file);
    int code = open_array(array);
    return code == EXIT_OK ? read_lines(array, NULL, scatter) : code;
}

/* The names of genes: the first column of a table. */
static int read_genes(struct cells *cells, const struct array *array, const struct cells_choice *choice)
{
    char text[32];
    if (choice->genes == NULL) {
        for (uint64_t g = 0; g < array->columns; g++) {
            snprintf(text, sizeof text, "x%" PRIu64, g);
            cells_add_gene(cells, text);
        }
        return EXIT_OK;
    }
    FILE *file = fopen(choice->genes, "re");
    char *line = NULL;
    size_t size = 0;
    if (file == NULL)
        return ui_fail(array->ui, "%s: cannot be read", choice->genes);
    for (bool header = true; getline(&line, &size, file) > 0; header = false) {
        line[strcspn(line, "\t,\r\n")] = '\0';
        if (!header && line[0] != '\0')
            cells_add_gene(cells, line);
    }
    free(line);
    fclose(file);
    if (cells->genes.n != array->columns)
        return ui_fail(array->ui, "%s: names %zu genes below its header, where the array has %" PRIu64 " columns",
                       choice->genes, cells->genes.n, array->columns);
    return EXIT_OK;
}

int cells_read_npy(struct cells *cells, const struct ui *ui, const char *path, const struct cells_choice *choice)
{
    struct array array = {.ui = ui, .path = path};
    cells_begin_columns(cells, choice);
    int code = open_array(&array);
    if (code == EXIT_OK && (array.rows > UINT32_MAX || array.columns > UINT32_MAX))
        code = bad(&array, "is too large");
    cells->n_rows = code == EXIT_OK ? array.rows : 0;
    if (code == EXIT_OK)
        code = read_genes(cells, &array, choice);
    if (code == EXIT_OK && choice->columns.n > 0 && choice->cells == NULL)
        code = ui_usage(ui, "%s: has no annotations of cells; --cells names a table of them, a row each", path);
    if (code == EXIT_OK && choice->columns.n > 0)
        code = cells_annotate(cells, ui, choice, NULL);
    if (code == EXIT_OK)
        code = array.by_columns ? scatter_rows(cells->rows, array.rows, choice->budget, each_column, &array)
                                : read_lines(&array, cells->rows, NULL);
    if (array.file != NULL)
        fclose(array.file);
    return code;
}
