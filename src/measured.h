/* Rows with outcomes, as the library takes them. SPDX-License-Identifier: BSD-3-Clause */
#ifndef MEASURED_H
#define MEASURED_H

#include <gim/gim.h>

#include "names.h"
#include "ui.h"

/* Starts as {0}. */
struct measured {
    char *path;
    size_t n, n_variables, n_outcomes;
    double *x, *y; /* (n, n_variables), (n, n_outcomes) */
};

/* Reads a table that has all these columns; of which environment a row is does not matter. */
int measured_read(struct measured *measured, const struct ui *ui, const char *path, char delimiter,
                  const struct names *variables, const struct names *outcomes);
gim_outcomes measured_outcomes(const struct measured *measured);
void measured_free(struct measured *measured);

#endif
