/* The data of a fit, from two tables. SPDX-License-Identifier: BSD-3-Clause */
#ifndef TRAINING_H
#define TRAINING_H

#include <gim/gim.h>

#include "frame.h"
#include "names.h"
#include "ui.h"

/* What to read, and what to make of it. Starts as {0}. */
struct training_choice {
    const char *cells, *perturbations;
    char delimiter;
    struct names controls, hold_outs, variables, features, ignore;
    char *note;     /* for the model; NULL: none */
    char *owned[2]; /* paths that are freed with the choice */
};

void training_choice_free(struct training_choice *choice);

/* Starts as {0}. */
struct training {
    struct frame cells, perturbations;
    const struct training_choice *choice;
    size_t *cells_of, *features_of; /* (n): each environment of the fit, as one of cells and one of perturbations */
    size_t n;
};

int training_read(struct training *training, const struct ui *ui, const struct training_choice *choice);
/* The data as gim_fit() wants them, as long as training lives. The callbacks stop the fit when stop_wanted(). */
gim_data training_data(struct training *training);
/* A new model of these variables and features, with their names. */
int training_model(const struct training *training, const struct ui *ui, gim_model **model);
/* Sets the feature of --dose, by its name; NULL: none. */
int training_set_dose(const struct training *training, const struct ui *ui, gim_model *model, const char *dose);
/* The environments whose fold_of (n) is not fold; fold 0: all of them. The tables stay those of whole. */
void training_without(struct training *part, const struct training *whole, const size_t *fold_of, size_t fold);
void training_without_free(struct training *part);
void training_free(struct training *training);

#endif
