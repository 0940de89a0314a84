/* What gim prepare left: the folder that a fit reads, and in the model how its data were made.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef PREPARED_H
#define PREPARED_H

#include <gim/gim.h>

#include "recipe.h"
#include "training.h"

/* Takes the two tables of a folder, its control, and its JSON as the model's note. */
int prepared_choose(struct training_choice *choice, const struct ui *ui, const char *folder);

/* How a model's data were made. Starts as {0}. */
struct prepared {
    struct recipe recipe;
    bool log1p;
    double total; /* that cells were scaled to; NaN: none */
};

/* From the model's note; a model without one is an error, which names what needs it. */
int prepared_read(struct prepared *prepared, const struct ui *ui, const gim_model *model, const char *needed_by);
void prepared_free(struct prepared *prepared);

/* --units: values as the model has them, or counts. */
enum units { UNITS_MODEL, UNITS_COUNTS };
extern const char *const prepared_units[];
/* n values of the model as counts of a cell of the common total: exp(x) - 1, where the logarithm was taken, and no less
 * than 0. */
void prepared_counts(const struct prepared *prepared, double *x, size_t n);

#endif
