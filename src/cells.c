/* Cells by genes from a lab's files. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "cells.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "memory.h"
#include "table.h"

/* ---- for the readers --------------------------------------------------------------------------------------------- */

void cells_add_gene(struct cells *cells, const char *name)
{
    size_t before = cells->genes.n;
    if (names_add(&cells->genes, name) == before)
        return;
    cells->n_genes_renamed++;
    for (size_t i = 1; cells->genes.n == before; i++) {
        char *longer = memory_format("%s-%zu", name, i);
        names_add(&cells->genes, longer);
        free(longer);
    }
}

void cells_begin_columns(struct cells *cells, const struct cells_choice *choice)
{
    cells->n_columns = choice->columns.n;
    cells->columns = memory_new(cells->n_columns, sizeof *cells->columns);
    for (size_t i = 0; i < cells->n_columns; i++)
        cells->columns[i].name = memory_text(names_at(&choice->columns, i));
}

int cells_unknown(const struct ui *ui, const char *path, const char *what, const char *name, const struct names *known)
{
    char *list = names_list(known), *near = names_near(known, name);
    ui_fail(ui, "%s: has no %s \"%s\"%s%s; it has: %s", path, what, name, near != NULL ? "; near: " : "",
            near != NULL ? near : "", list);
    free(list);
    free(near);
    return EXIT_FAILED;
}

static const char *missing_is_null(const char *text)
{
    static const char *const missing[] = {"", "NA", "NaN", "nan", "<NA>", "N/A", "None"};
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        if (strcmp(text, missing[i]) == 0)
            return NULL;
    return text;
}

/* ---- a table of annotations -------------------------------------------------------------------------------------- */

/* Where the wanted columns lie in a table. */
static int find_columns(const struct cells *cells, const struct table *table, size_t *at)
{
    for (size_t i = 0; i < cells->n_columns; i++)
        if (!names_find(&table->columns, cells->columns[i].name, &at[i]))
            return cells_unknown(table->ui, table->name, "column", cells->columns[i].name, &table->columns);
    return EXIT_OK;
}

/* Goes through the table; barcodes NULL: in order. */
static int annotate_rows(struct cells *cells, struct table *table, const size_t *at, const struct names *barcodes,
                         bool *seen)
{
    size_t by = 0, n = 0, row;
    names_find(&table->columns, "barcode", &by);
    for (bool more;; n++) {
        int code = table_next(table, &more);
        if (code != EXIT_OK || !more)
            break;
        row = n;
        if (barcodes != NULL ? !names_find(barcodes, table_field(table, by), &row) : n >= cells->n_rows)
            continue;
        if (barcodes != NULL && seen[row])
            return table_fail(table, "barcode \"%s\" again", table_field(table, by));
        seen[row] = true;
        for (size_t i = 0; i < cells->n_columns; i++) {
            const char *text = missing_is_null(table_field(table, at[i]));
            cells->columns[i].code[row] = text == NULL ? -1 : (int32_t)names_add(&cells->columns[i].values, text);
        }
    }
    if (barcodes == NULL && n != cells->n_rows)
        return ui_fail(table->ui, "%s: has %zu rows, where there are %zu cells", table->name, n, cells->n_rows);
    return EXIT_OK;
}

/* A barcode without a row would be a cell of which nothing is known. */
static int check_seen(const struct table *table, const struct names *barcodes, const bool *seen)
{
    size_t n = 0, first = 0;
    for (size_t i = barcodes->n; i-- > 0;)
        if (!seen[i]) {
            n++;
            first = i;
        }
    if (n == barcodes->n && n > 0)
        return ui_fail(table->ui,
                       "%s: has none of the barcodes, such as \"%s\"; they are looked for in its column "
                       "\"barcode\", or else its first",
                       table->name, names_at(barcodes, 0));
    if (n > 0)
        ui_warn(table->ui, "%s: has no row for %zu of %zu cells, such as \"%s\": their annotations are missing",
                table->name, n, barcodes->n, names_at(barcodes, first));
    return EXIT_OK;
}

int cells_annotate(struct cells *cells, const struct ui *ui, const struct cells_choice *choice,
                   const struct names *barcodes)
{
    struct table table = {0};
    size_t *at = memory_new(cells->n_columns, sizeof *at);
    bool *seen = memory_new(cells->n_rows, sizeof *seen);
    int code = table_open(&table, ui, choice->cells, choice->delimiter);
    for (size_t i = 0; i < cells->n_columns; i++) {
        struct annotation *column = &cells->columns[i];
        column->code = memory_new(cells->n_rows, sizeof *column->code);
        memset(column->code, -1, cells->n_rows * sizeof *column->code);
        column->n = column->capacity = cells->n_rows;
    }
    if (code == EXIT_OK)
        code = find_columns(cells, &table, at);
    if (code == EXIT_OK)
        code = annotate_rows(cells, &table, at, barcodes, seen);
    if (code == EXIT_OK && barcodes != NULL)
        code = check_seen(&table, barcodes, seen);
    table_close(&table);
    free(at);
    free(seen);
    return code;
}

/* ---- the scratch file -------------------------------------------------------------------------------------------- */

static int open_scratch(const struct ui *ui, const char *folder, FILE **file)
{
    char *path = memory_format("%s/.gim-scratch-XXXXXX", folder);
    int fd = mkostemp(path, O_CLOEXEC);
    *file = fd >= 0 ? fdopen(fd, "w+b") : NULL;
    int code = *file != NULL ? EXIT_OK : ui_fail(ui, "%s: no scratch file can be made: %s", folder, strerror(errno));
    if (fd >= 0)
        unlink(path); /* gone with the program, however that ends */
    if (*file != NULL)
        setvbuf(*file, NULL, _IOFBF, 1 << 20);
    free(path);
    return code;
}

void cells_rewind(struct cells *cells)
{
    fflush(cells->rows);
    rewind(cells->rows);
}

int cells_next(struct cells *cells, const struct ui *ui, struct row *row)
{
    if (stream_get_row(cells->rows, row, cells->genes.n))
        return EXIT_OK;
    return ui_fail(ui, "the scratch file cannot be read");
}

static bool ends_in(const char *path, const char *ending)
{
    size_t length = strlen(path), n = strlen(ending);
    return length >= n && strcasecmp(path + length - n, ending) == 0;
}

static int read_one(struct cells *cells, const struct ui *ui, const char *path, const struct cells_choice *choice)
{
    struct stat about;
    if (strcmp(path, "-") != 0 && stat(path, &about) != 0)
        return ui_fail(ui, "%s: cannot be read: %s", path, strerror(errno));
    bool folder = strcmp(path, "-") != 0 && S_ISDIR(about.st_mode);
    int code = open_scratch(ui, choice->scratch, &cells->rows);
    if (code != EXIT_OK)
        return code;
    code = folder                   ? cells_read_mtx(cells, ui, path, choice)
           : ends_in(path, ".h5ad") ? cells_read_h5ad(cells, ui, path, choice)
           : ends_in(path, ".npy")  ? cells_read_npy(cells, ui, path, choice)
                                    : cells_read_table(cells, ui, path, choice);
    if (code == EXIT_OK && (fflush(cells->rows) != 0 || ferror(cells->rows)))
        code = ui_fail(ui, "%s: the scratch file cannot be written: %s", choice->scratch, strerror(errno));
    if (code == EXIT_OK && (cells->n_rows == 0 || cells->genes.n == 0))
        code = ui_fail(ui, "%s: has %zu cells of %zu genes", path, cells->n_rows, cells->genes.n);
    if (code == EXIT_OK && cells->n_genes_renamed > 0)
        ui_note(ui, "%s: %zu genes have the name of another, and got \"-1\", \"-2\", ... behind it", path,
                cells->n_genes_renamed);
    return code;
}

/* ---- several files ----------------------------------------------------------------------------------------------- */

static int map_genes(const struct cells *all, const struct ui *ui, const struct cells *more, const char *path,
                     size_t *map)
{
    if (more->genes.n != all->genes.n)
        return ui_fail(ui, "%s: has %zu genes, where the first file has %zu", path, more->genes.n, all->genes.n);
    for (size_t g = 0; g < more->genes.n; g++)
        if (!names_find(&all->genes, names_at(&more->genes, g), &map[g]))
            return ui_fail(ui, "%s: has the gene \"%s\", which the first file has not", path,
                           names_at(&more->genes, g));
    return EXIT_OK;
}

/* The rows of more below those of all, whose file stands at its end. */
static int append(struct cells *all, const struct ui *ui, struct cells *more, const char *path)
{
    size_t *map = memory_new(more->genes.n, sizeof *map);
    struct row row = {0};
    int code = map_genes(all, ui, more, path, map);
    cells_rewind(more);
    for (size_t r = 0; r < more->n_rows && code == EXIT_OK; r++) {
        code = cells_next(more, ui, &row);
        for (size_t i = 0; i < row.n; i++)
            row.index[i] = (uint32_t)map[row.index[i]];
        if (code == EXIT_OK)
            stream_put_row(all->rows, &row);
    }
    for (size_t c = 0; c < all->n_columns && code == EXIT_OK; c++)
        for (size_t r = 0; r < more->n_rows; r++)
            annotation_add(&all->columns[c], annotation_at(&more->columns[c], r));
    all->n_rows += more->n_rows;
    row_free(&row);
    free(map);
    return code;
}

int cells_read(struct cells *cells, const struct ui *ui, char *const *paths, const struct cells_choice *choice)
{
    int code = read_one(cells, ui, paths[0], choice);
    if (code == EXIT_OK)
        fseek(cells->rows, 0, SEEK_END);
    for (size_t i = 1; paths[i] != NULL && code == EXIT_OK; i++) {
        struct cells more = {0};
        code = read_one(&more, ui, paths[i], choice);
        if (code == EXIT_OK)
            code = append(cells, ui, &more, paths[i]);
        cells_free(&more);
    }
    if (code == EXIT_OK && (fflush(cells->rows) != 0 || ferror(cells->rows)))
        code = ui_fail(ui, "%s: the scratch file cannot be written: %s", choice->scratch, strerror(errno));
    return code;
}

const struct annotation *cells_column(const struct cells *cells, const char *name)
{
    for (size_t i = 0; i < cells->n_columns; i++)
        if (strcmp(cells->columns[i].name, name) == 0)
            return &cells->columns[i];
    return NULL;
}

void cells_free(struct cells *cells)
{
    for (size_t i = 0; i < cells->n_columns; i++)
        annotation_free(&cells->columns[i]);
    free(cells->columns);
    names_free(&cells->genes);
    if (cells->rows != NULL)
        fclose(cells->rows);
    memset(cells, 0, sizeof *cells);
}
