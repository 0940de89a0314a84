/* Cells from an AnnData file, by gim-h5ad. SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "commands.h"
#include "helper.h"
#include "memory.h"

static void take_names(struct names *names, const json_t *about, const char *key)
{
    size_t i;
    json_t *value;
    json_array_foreach(json_object_get(about, key), i, value)
    {
        if (json_string_value(value) != NULL)
            names_add(names, json_string_value(value));
    }
}

static int check_member(const struct ui *ui, const char *path, const json_t *about, const char *key, const char *what,
                        const char *name)
{
    struct names known = {0};
    take_names(&known, about, key);
    int code = names_have(&known, name) ? EXIT_OK : cells_unknown(ui, path, what, name, &known);
    names_free(&known);
    return code;
}

static const char *matrix_path(const struct cells_choice *choice)
{
    if (choice->matrix == NULL)
        return "X";
    return strcmp(choice->matrix, "raw") == 0 ? "raw/X" : choice->matrix;
}

/* The file has what is asked for, or it is said what it has. */
static int check(const struct ui *ui, const char *path, const struct cells_choice *choice)
{
    json_t *about = NULL;
    int code = helper_describe(ui, path, &about);
    if (code == EXIT_OK)
        code = check_member(ui, path, about, "matrices", "matrix", matrix_path(choice));
    if (code == EXIT_OK && choice->gene_names != NULL)
        code = check_member(ui, path, about, "var", "column of var", choice->gene_names);
    for (size_t i = 0; i < choice->columns.n && code == EXIT_OK; i++)
        code = check_member(ui, path, about, "obs", "column of obs", names_at(&choice->columns, i));
    json_decref(about);
    return code;
}

static int read_head(struct cells *cells, struct helper *helper, size_t columns)
{
    uint64_t rows, genes, n;
    if (!stream_get_count(helper->from, &rows) || !stream_get_count(helper->from, &genes) ||
        !stream_get_count(helper->from, &n) || n != columns || genes > UINT32_MAX || rows > UINT32_MAX)
        return EXIT_BROKEN;
    for (uint64_t g = 0; g < genes; g++) {
        char *name = stream_get_text(helper->from);
        if (name == NULL)
            return EXIT_BROKEN;
        if (name[0] == '\0') {
            free(name);
            return ui_fail(helper->ui, "%s: gene number %llu has no name", helper->path, (unsigned long long)g + 1);
        }
        cells_add_gene(cells, name);
        free(name);
    }
    cells->n_rows = rows;
    for (size_t i = 0; i < columns; i++) {
        free(cells->columns[i].name);
        cells->columns[i].name = NULL;
        if (!stream_get_annotation(helper->from, &cells->columns[i], rows))
            return EXIT_BROKEN;
    }
    return EXIT_OK;
}

/* A gene twice in a row would be counted once or twice, as it happens. */
static int read_rows(struct cells *cells, struct helper *helper)
{
    struct row row = {0};
    size_t *last = memory_new(cells->genes.n, sizeof *last);
    int code = EXIT_OK;
    for (size_t r = 0; r < cells->n_rows && code == EXIT_OK; r++) {
        if (!stream_get_row(helper->from, &row, cells->genes.n))
            code = EXIT_BROKEN;
        for (size_t i = 0; i < row.n && code == EXIT_OK; i++) {
            if (last[row.index[i]] == r + 1)
                code = ui_fail(helper->ui, "%s: row %zu has the gene \"%s\" twice", helper->path, r,
                               names_at(&cells->genes, row.index[i]));
            last[row.index[i]] = r + 1;
        }
        if (code == EXIT_OK)
            stream_put_row(cells->rows, &row);
    }
    free(last);
    row_free(&row);
    return code;
}

int cells_read_h5ad(struct cells *cells, const struct ui *ui, const char *path, const struct cells_choice *choice)
{
    int code = check(ui, path, choice);
    if (code != EXIT_OK)
        return code;
    struct helper helper = {0};
    size_t n = choice->columns.n;
    char *budget = memory_format("%zu", choice->budget >> 20);
    const char **arguments = memory_new(n + 6, sizeof *arguments);
    const char *const fixed[] = {"read", path, matrix_path(choice),
                                 choice->gene_names != NULL ? choice->gene_names : "", budget};
    memcpy(arguments, fixed, sizeof fixed);
    for (size_t i = 0; i < n; i++)
        arguments[5 + i] = names_at(&choice->columns, i);
    cells_begin_columns(cells, choice);
    code = helper_start(&helper, ui, path, arguments);
    if (code == EXIT_OK)
        code = read_head(cells, &helper, n);
    if (code == EXIT_OK)
        code = read_rows(cells, &helper);
    code = helper_end(&helper, code);
    free(arguments);
    free(budget);
    return code;
}
