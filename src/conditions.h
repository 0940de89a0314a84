/* What a model is asked about: the rows of a table of perturbations, alone or several together.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef CONDITIONS_H
#define CONDITIONS_H

#include <gim/gim.h>
#include <stdbool.h>

#include "frame.h"
#include "ui.h"

struct condition {
    char *name;
    double *features; /* (n, features of the model) */
    size_t n;         /* perturbations applied together; 0: none, the unperturbed system */
    double distance;  /* from the training features, the largest where there are several; NaN where there is none */
    bool outside;     /* of the training features */
    char **asked;     /* (columns): what --ask said; NULL where it is of the table */
};

/* Starts as {0}. */
struct conditions {
    const struct ui *ui;
    const gim_model *model;
    struct frame table;
    struct names controls;
    struct names columns; /* of the lab's files, that --ask speaks of */
    struct condition *all;
    size_t n;
};

struct conditions_choice {
    const char *path; /* NULL: no table, asks alone */
    char delimiter;
    const struct names *controls; /* unperturbed, beside the environments that the model knows as such */
    char **joints;                /* "A,B": applied together, beside each alone; NULL: none */
    char **asks;                  /* "drug=A,dose=300", for a model that knows how it was prepared; NULL: none */
};

/* The features of one, even of a control. */
const double *condition_features(const struct conditions *conditions, size_t index);
/* Reads a table whose feature columns are matched to the model's by name. */
int conditions_read(struct conditions *conditions, const struct ui *ui, const gim_model *model,
                    const struct conditions_choice *choice);
/* Warns of those that lie outside the training features. */
void conditions_warn(const struct conditions *conditions);
void conditions_free(struct conditions *conditions);

#endif
