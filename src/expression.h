/* Counts of cells on one scale: filters, normalisation, and what is known of each gene.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef EXPRESSION_H
#define EXPRESSION_H

#include "cells.h"

#define NO_ENVIRONMENT UINT32_MAX

/* Starts as {0} but for what the caller gives. */
struct expression {
    /* the caller's */
    const struct ui *ui;
    struct cells *cells;
    uint32_t *environment; /* (n_rows); filters set it to NO_ENVIRONMENT */
    size_t n_environments; /* number 0 is the control */
    const bool *held;      /* (n_environments) that have no say in which genes are taken */
    bool by_total, log1p;  /* what is done to values */
    double target;         /* total that cells are scaled to; 0: the control's median */
    size_t budget;         /* bytes for sums of genes by environments */

    double *total;                   /* (n_rows) of the genes that are kept */
    bool *kept;                      /* (genes) */
    size_t *count;                   /* (n_environments) cells that are kept */
    size_t n_cells, n_genes, n_seen; /* seen: cells of the environments that are not held */
};

/* Keeps cells of min_counts in all, then genes that are not 0 in min_cells of these; finds the target. */
int expression_filter(struct expression *e, double min_counts, size_t min_cells);
/* A value on the common scale, with and without the logarithm. */
double expression_value(const struct expression *e, size_t row, double value);
double expression_linear(const struct expression *e, size_t row, double value);

/* Calls visit() with each cell that is kept, those of held environments too. */
int expression_each(const struct expression *e, int (*visit)(void *user, size_t row, const struct row *values),
                    void *user);

/* Dispersion of each gene (genes), normalised among genes of like mean, as scanpy's flavour "seurat"; NaN where a gene
 * has none. */
int expression_dispersion(const struct expression *e, double *dispersion);
/* For each gene (genes) the largest |t| of Welch's test of an environment against the control, as scanpy's
 * rank_genes_groups with "t-test". Environments of one cell have none. */
int expression_markers(const struct expression *e, double *score);
void expression_free(struct expression *e);

#endif
