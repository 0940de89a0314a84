/* Where samples go: a table, a NumPy array or an AnnData file, by the name of the output.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef SAMPLES_H
#define SAMPLES_H

#include "conditions.h"
#include "helper.h"
#include "output.h"
#include "stream.h"
#include "table.h"

/* What is to be written. */
struct samples {
    const struct ui *ui;
    const struct names *variables;
    const struct conditions *conditions;
    size_t rows; /* of each condition */
    const char *path;
    char delimiter;
};

/* Starts as {0}. */
struct samples_writer {
    const struct samples *samples;
    enum { SAMPLES_TABLE, SAMPLES_NPY, SAMPLES_H5AD } kind;
    struct output output;
    struct table_writer table;
    struct helper helper;
    struct row row;
};

int samples_open(struct samples_writer *writer, const struct samples *samples);
/* All rows of a condition, one condition after the other: x (rows, variables). */
void samples_write(struct samples_writer *writer, const char *name, const double *x);
/* False where writing has failed, so that there is no use in going on. */
bool samples_good(const struct samples_writer *writer);
int samples_close(struct samples_writer *writer, int code);

#endif
