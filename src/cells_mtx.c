/* Cells from a folder of 10x Genomics: matrix.mtx, genes by cells, with barcodes and features, plain or gzip.
 * SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "cells.h"
#include "commands.h"
#include "memory.h"
#include "number.h"
#include "scatter.h"

enum { LINE = 1 << 16 };

/* A text file by lines. Starts as {0}. */
struct lines {
    const struct ui *ui;
    char *path;
    gzFile file;
    size_t number;
    char *text; /* the present line, without its end */
};

/* The first of the names that is there, below the folder, as it is or with .gz. */
static int open_lines(struct lines *lines, const struct ui *ui, const char *folder, const char *const *names)
{
    lines->ui = ui;
    for (size_t i = 0; names[i] != NULL && lines->path == NULL; i++)
        for (int gzip = 0; gzip < 2 && lines->path == NULL; gzip++) {
            char *path = memory_format("%s/%s%s", folder, names[i], gzip ? ".gz" : "");
            if (access(path, F_OK) == 0)
                lines->path = path;
            else
                free(path);
        }
    if (lines->path == NULL)
        return ui_fail(ui, "%s: has no %s or %s.gz", folder, names[0], names[0]);
    lines->file = gzopen(lines->path, "rbe");
    if (lines->file == NULL)
        return ui_fail(ui, "%s: cannot be read", lines->path);
    gzbuffer(lines->file, LINE);
    lines->text = memory_new(LINE, 1);
    return EXIT_OK;
}

static int next_line(struct lines *lines, bool *more)
{
    int error = Z_OK;
    *more = gzgets(lines->file, lines->text, LINE) != NULL;
    lines->number++;
    if (!*more) {
        const char *message = gzerror(lines->file, &error);
        if (error != Z_OK && error != Z_STREAM_END)
            return ui_fail(lines->ui, "%s: cannot be read: %s", lines->path,
                           error == Z_BUF_ERROR ? "the gzip file is cut short" : message);
        return EXIT_OK;
    }
    size_t n = strlen(lines->text);
    if (n == LINE - 1)
        return ui_fail(lines->ui, "%s:%zu: a line of more than %d bytes", lines->path, lines->number, LINE - 2);
    while (n > 0 && (lines->text[n - 1] == '\n' || lines->text[n - 1] == '\r'))
        lines->text[--n] = '\0';
    return EXIT_OK;
}

static void close_lines(struct lines *lines)
{
    if (lines->file != NULL)
        gzclose(lines->file);
    free(lines->path);
    free(lines->text);
    memset(lines, 0, sizeof *lines);
}

/* ---- barcodes and features --------------------------------------------------------------------------------------- */

static int read_barcodes(struct names *barcodes, const struct ui *ui, const char *folder)
{
    static const char *const names[] = {"barcodes.tsv", NULL};
    struct lines lines = {0};
    bool more = true;
    int code = open_lines(&lines, ui, folder, names);
    while (code == EXIT_OK && (code = next_line(&lines, &more)) == EXIT_OK && more) {
        lines.text[strcspn(lines.text, "\t")] = '\0';
        size_t before = barcodes->n;
        if (names_add(barcodes, lines.text) != before)
            code = ui_fail(ui, "%s:%zu: barcode \"%s\" again", lines.path, lines.number, lines.text);
    }
    close_lines(&lines);
    return code;
}

/* Columns: id, symbol, type. Only those of gene expression are genes; the others get no place. */
struct features {
    uint32_t *gene; /* (n): of cells.genes, or NOT_A_GENE */
    size_t n, capacity;
};
#define NOT_A_GENE UINT32_MAX

static int read_features(struct features *features, struct cells *cells, const struct ui *ui, const char *folder)
{
    static const char *const names[] = {"features.tsv", "genes.tsv", NULL};
    struct lines lines = {0};
    bool more = true;
    int code = open_lines(&lines, ui, folder, names);
    while (code == EXIT_OK && (code = next_line(&lines, &more)) == EXIT_OK && more) {
        char *rest = lines.text, *id = strsep(&rest, "\t"), *symbol = strsep(&rest, "\t"), *type = strsep(&rest, "\t");
        bool is_gene = type == NULL || strcmp(type, "Gene Expression") == 0;
        const char *name = symbol != NULL && symbol[0] != '\0' ? symbol : id;
        if (name[0] == '\0')
            code = ui_fail(ui, "%s:%zu: a feature without a name", lines.path, lines.number);
        features->gene = memory_grow(features->gene, &features->capacity, features->n + 1, sizeof *features->gene);
        features->gene[features->n++] = is_gene ? (uint32_t)cells->genes.n : NOT_A_GENE;
        if (is_gene && code == EXIT_OK)
            cells_add_gene(cells, name);
    }
    if (code == EXIT_OK && features->n > cells->genes.n)
        ui_note(ui, "%s: %zu features are not of gene expression, and left out", lines.path,
                features->n - cells->genes.n);
    close_lines(&lines);
    return code;
}

/* ---- the matrix -------------------------------------------------------------------------------------------------- */

struct matrix {
    const struct ui *ui;
    const char *folder;
    const struct features *features;
    size_t n_cells;
};

static int bad_line(const struct lines *lines, const char *why)
{
    return ui_fail(lines->ui, "%s:%zu: %s", lines->path, lines->number, why);
}

/* The banner, comments, and the sizes, which have to be those of features and barcodes. */
static int read_sizes(struct lines *lines, const struct matrix *matrix, uint64_t *entries)
{
    uint64_t rows, columns;
    bool more;
    int code = next_line(lines, &more), read;
    if (code != EXIT_OK)
        return code;
    if (!more || strncasecmp(lines->text, "%%MatrixMarket matrix coordinate ", 33) != 0 ||
        strcasestr(lines->text, " general") == NULL || strcasestr(lines->text, " complex") != NULL ||
        strcasestr(lines->text, " pattern") != NULL)
        return bad_line(lines, "is not \"%%MatrixMarket matrix coordinate integer general\", or real");
    do
        if ((code = next_line(lines, &more)) != EXIT_OK)
            return code;
    while (more && (lines->text[0] == '%' || lines->text[0] == '\0'));
    if (!more || sscanf(lines->text, "%" SCNu64 " %" SCNu64 " %" SCNu64 "%n", &rows, &columns, entries, &read) != 3)
        return bad_line(lines, "is not the numbers of rows, columns and entries");
    if (rows != matrix->features->n || columns != matrix->n_cells)
        return ui_fail(lines->ui, "%s: is %" PRIu64 " x %" PRIu64 ", where there are %zu features and %zu barcodes",
                       lines->path, rows, columns, matrix->features->n, matrix->n_cells);
    return EXIT_OK;
}

static int read_entry(struct lines *lines, const struct matrix *matrix, struct scatter *scatter)
{
    char *end;
    uint64_t feature = strtoull(lines->text, &end, 10), cell = strtoull(end, &end, 10);
    double value = strtod(end, &end);
    if (*end != '\0' || !isfinite(value))
        return bad_line(lines, "is not a row, a column and a finite value");
    if (feature < 1 || feature > matrix->features->n || cell < 1 || cell > matrix->n_cells)
        return bad_line(lines, "lies outside the matrix");
    uint32_t gene = matrix->features->gene[feature - 1];
    if (gene != NOT_A_GENE && value != 0)
        scatter_add(scatter, cell - 1, gene, value);
    return EXIT_OK;
}

static int each_entry(void *user, struct scatter *scatter)
{
    static const char *const names[] = {"matrix.mtx", NULL};
    const struct matrix *matrix = user;
    struct lines lines = {0};
    uint64_t entries = 0, n = 0;
    bool more = true;
    int code = open_lines(&lines, matrix->ui, matrix->folder, names);
    if (code == EXIT_OK)
        code = read_sizes(&lines, matrix, &entries);
    while (code == EXIT_OK && (code = next_line(&lines, &more)) == EXIT_OK && more)
        if (lines.text[0] != '\0') {
            code = read_entry(&lines, matrix, scatter);
            n++;
        }
    if (code == EXIT_OK && n != entries)
        code = ui_fail(matrix->ui, "%s: has %" PRIu64 " entries, and says %" PRIu64, lines.path, n, entries);
    close_lines(&lines);
    return code;
}

int cells_read_mtx(struct cells *cells, const struct ui *ui, const char *path, const struct cells_choice *choice)
{
    struct names barcodes = {0};
    struct features features = {0};
    cells_begin_columns(cells, choice);
    int code = read_barcodes(&barcodes, ui, path);
    if (code == EXIT_OK)
        code = read_features(&features, cells, ui, path);
    cells->n_rows = barcodes.n;
    if (code == EXIT_OK && choice->columns.n > 0 && choice->cells == NULL)
        code = ui_usage(ui, "%s: has no annotations of cells; --cells names a table of them, by barcode", path);
    if (code == EXIT_OK && choice->columns.n > 0)
        code = cells_annotate(cells, ui, choice, &barcodes);
    struct matrix matrix = {ui, path, &features, barcodes.n};
    if (code == EXIT_OK)
        code = scatter_rows(cells->rows, barcodes.n, choice->budget, each_entry, &matrix);
    free(features.gene);
    names_free(&barcodes);
    return code;
}
