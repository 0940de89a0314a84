/* Cells from a table: annotations are the columns asked for, genes all other columns of numbers.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "cells.h"
#include "commands.h"
#include "memory.h"
#include "number.h"
#include "table.h"

struct reading {
    struct table table;
    size_t *annotation; /* (choice->columns.n) where they lie */
    size_t *gene;       /* (n_genes) */
    size_t n_genes;
};

static const char *known(const char *text)
{
    double value;
    return number_parse(text, &value) == NUMBER_MISSING ? NULL : text;
}

static int find_annotations(struct reading *reading, const struct cells_choice *choice)
{
    const struct names *columns = &reading->table.columns;
    reading->annotation = memory_new(choice->columns.n, sizeof *reading->annotation);
    for (size_t i = 0; i < choice->columns.n; i++)
        if (!names_find(columns, names_at(&choice->columns, i), &reading->annotation[i]))
            return cells_unknown(reading->table.ui, reading->table.name, "column", names_at(&choice->columns, i),
                                 columns);
    return EXIT_OK;
}

/* Of the first row: a column is one of numbers or of text by its first value. */
static void find_genes(struct reading *reading, struct cells *cells, const struct cells_choice *choice)
{
    const struct names *columns = &reading->table.columns;
    double value;
    reading->gene = memory_new(columns->n, sizeof *reading->gene);
    for (size_t at = 0; at < columns->n; at++)
        if (!names_have(&choice->columns, names_at(columns, at)) &&
            number_parse(table_field(&reading->table, at), &value) != NUMBER_NOT) {
            cells_add_gene(cells, names_at(columns, at));
            reading->gene[reading->n_genes++] = at;
        }
}

static int read_row(struct reading *reading, struct cells *cells, struct row *row)
{
    row->n = 0;
    for (size_t g = 0; g < reading->n_genes; g++) {
        const char *text = table_field(&reading->table, reading->gene[g]);
        double value;
        if (number_parse(text, &value) != NUMBER_FINITE)
            return table_fail(&reading->table, "column \"%s\": \"%.40s\" is not a finite number",
                              names_at(&cells->genes, g), text);
        if (value != 0)
            row_add(row, g, value);
    }
    for (size_t i = 0; i < cells->n_columns; i++)
        annotation_add(&cells->columns[i], known(table_field(&reading->table, reading->annotation[i])));
    stream_put_row(cells->rows, row);
    cells->n_rows++;
    return EXIT_OK;
}

int cells_read_table(struct cells *cells, const struct ui *ui, const char *path, const struct cells_choice *choice)
{
    struct reading reading = {0};
    struct row row = {0};
    bool more = true;
    cells_begin_columns(cells, choice);
    int code = table_open(&reading.table, ui, path, choice->delimiter);
    if (code == EXIT_OK)
        code = find_annotations(&reading, choice);
    while (code == EXIT_OK && (code = table_next(&reading.table, &more)) == EXIT_OK && more) {
        if (reading.gene == NULL)
            find_genes(&reading, cells, choice);
        code = read_row(&reading, cells, &row);
    }
    table_close(&reading.table);
    row_free(&row);
    free(reading.annotation);
    free(reading.gene);
    return code;
}
