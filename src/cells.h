/* Cells by genes from a lab's files, whatever their size: annotations in memory, counts in a scratch file that is gone
 * with the program, row after row. SPDX-License-Identifier: BSD-3-Clause */
#ifndef CELLS_H
#define CELLS_H

#include "stream.h"
#include "ui.h"

/* What to read. */
struct cells_choice {
    struct names columns;      /* annotations that are wanted */
    const char *matrix;        /* of .h5ad: "X", "raw", "layers/counts"; NULL: X */
    const char *gene_names;    /* of .h5ad: a column of var; NULL: its index */
    const char *cells, *genes; /* tables that go with .npy and Matrix Market; NULL: none */
    const char *scratch;       /* folder for the scratch file */
    char delimiter;
    size_t budget; /* bytes, where an order of values needs them in memory */
};

/* Starts as {0}. */
struct cells {
    struct names genes;
    size_t n_genes_renamed;     /* that had the name of another */
    struct annotation *columns; /* (n_columns): as cells_choice.columns */
    size_t n_columns, n_rows;
    FILE *rows; /* the scratch file */
};

/* Reads files, one below the other: the same genes in any order. */
int cells_read(struct cells *cells, const struct ui *ui, char *const *paths, const struct cells_choice *choice);
/* Begins again with the first row; the next row, EXIT_FAILED where the scratch file cannot be read. */
void cells_rewind(struct cells *cells);
int cells_next(struct cells *cells, const struct ui *ui, struct row *row);
/* NULL where there is none. */
const struct annotation *cells_column(const struct cells *cells, const char *name);
void cells_free(struct cells *cells);

/* ---- one kind of file each: cells.genes, cells.columns, cells.n_rows, and rows into cells.rows ---- */

int cells_read_h5ad(struct cells *cells, const struct ui *ui, const char *path, const struct cells_choice *choice);
int cells_read_mtx(struct cells *cells, const struct ui *ui, const char *path, const struct cells_choice *choice);
int cells_read_npy(struct cells *cells, const struct ui *ui, const char *path, const struct cells_choice *choice);
int cells_read_table(struct cells *cells, const struct ui *ui, const char *path, const struct cells_choice *choice);

/* For them: a gene, whose name gets "-1", "-2", ... where it is taken. */
void cells_add_gene(struct cells *cells, const char *name);
/* Empty columns for all annotations that are wanted. */
void cells_begin_columns(struct cells *cells, const struct cells_choice *choice);
/* Annotations from the table choice->cells: of barcodes, by its column "barcode" or its first; NULL: rows in order. */
int cells_annotate(struct cells *cells, const struct ui *ui, const struct cells_choice *choice,
                   const struct names *barcodes);
/* "has no X; near: Y; it has: ...": fails. */
int cells_unknown(const struct ui *ui, const char *path, const char *what, const char *name, const struct names *known);

#endif
