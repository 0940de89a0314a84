/* The data of a fit, from two tables. SPDX-License-Identifier: BSD-3-Clause */
#ifndef TRAINING_H
#define TRAINING_H

#include <gim/gim.h>

#include "args.h"
#include "frame.h"
#include "names.h"
#include "ui.h"

/* The options that tell which data. Starts as {0}. */
struct training_options {
    char **prepared, **data, **perturbations, **controls, **hold_outs, **variables, **features, **ignore;
};

#define TRAINING_TABLES(o)                                                                   \
    ARGS_VALUE("prepared", 0, ARGS_ONCE, &(o)->prepared,                                     \
               "samples, perturbations and control from a folder of gim prepare", "FOLDER"), \
        ARGS_VALUE("data", 'd', ARGS_ONCE, &(o)->data, "the samples", "FILE"),               \
        ARGS_VALUE("perturbations", 'p', ARGS_ONCE, &(o)->perturbations, "the features of each environment", "FILE")
#define TRAINING_COLUMNS(o)                                                                     \
    ARGS_VALUE("variables", 0, ARGS_MANY, &(o)->variables, "only these variables", "A,B,..."),  \
        ARGS_VALUE("features", 0, ARGS_MANY, &(o)->features, "only these features", "A,B,..."), \
        ARGS_VALUE("ignore", 0, ARGS_MANY, &(o)->ignore, "columns that are neither", "A,B,...")

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

/* Reads no file; checks that the tables were given. */
int training_choose(struct training_choice *choice, const struct args_common *common,
                    const struct training_options *options);
/* The environments of the fit, of the two tables that training has. */
int training_pair(struct training *training, const struct ui *ui, const struct training_choice *choice);
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
