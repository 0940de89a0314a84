/* What gim prepare makes of cells: environments, features, variables; written as a folder that gim fit reads.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef PREPARATION_H
#define PREPARATION_H

#include <jansson.h>

#include "expression.h"
#include "recipe.h"

/* Files of the folder; the first, JSON, marks it. */
#define PREPARATION_FILE "preparation.json"
extern const char *const preparation_files[];

struct preparation_choice {
    char *const *inputs;
    const char *folder, *targets; /* targets: a column, NULL: none */
    struct cells_choice cells;
    struct conditions_on where;
    struct names named, hold_outs;    /* variables by name; environments that have no say in which they are */
    int64_t highly_variable, markers; /* how many beside; 0: none */
    double min_counts, target_total;  /* target_total 0: the control's median */
    int64_t min_cells, min_rows;
    bool by_total, log1p, drop_missing;
};

/* Starts as {0}, but for the recipe, which the caller begins. */
struct preparation {
    const struct ui *ui;
    const struct preparation_choice *choice;
    struct recipe recipe;
    struct cells cells;
    struct expression expression;
    struct names environments;                           /* the control first */
    bool *held;                                          /* (environments.n) */
    size_t *first;                                       /* (environments.n) a cell of each */
    size_t *variables;                                   /* (n_variables) genes, in the order of the file */
    size_t n_variables, n_asked_for, n_missing, n_small; /* cells that --where takes; without a value; environments that
                                                            are too small */
    double *features;                                    /* (environments.n, recipe.features.n) */
};

int preparation_make(struct preparation *preparation);
int preparation_write(const struct preparation *preparation);
json_t *preparation_json(const struct preparation *preparation);
void preparation_free(struct preparation *preparation);

#endif
