/* The fit of an interventional factor model: what it leaves behind, the intake of its data, the loop.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__IFM_LEARN_H
#define GIM__IFM_LEARN_H

#include "ifm/gibbs.h"
#include "train/data.h"

/* Starts as {0}. */
typedef struct gim__ifm_fit {
    gim__ifm_nets nets;
    size_t T;
    gim__training training; /* names, rows, scaling; its features are the levels, once more */
    size_t *levels;         /* (T, m) of the regimes */
    real *values;           /* of the networks */
    real *low, *high;       /* (d): the range of all rows and a twentieth more at each end, standardised */
    double *log_normaliser; /* (T): -log Z up to a constant */
    double *share;          /* (T): of all rows */
    uint64_t step, best;    /* steps done; that of values */
    gim_status status;
    double objective, held_out, seconds;
    size_t n_rows, n_held;
    int in_memory;
} gim__ifm_fit;

/* Memory for T regimes, once nets are open; the training is the caller's to fill. On failure it can be freed. */
gim_status gim__ifm_fit_new(gim__ifm_fit *fit, size_t T, const gim_allocator *allocator);
void gim__ifm_fit_free(gim__ifm_fit *fit, const gim_allocator *allocator);
gim__ifm_density gim__ifm_fit_density(const gim__ifm_fit *fit);
/* share, n_rows from training. */
void gim__ifm_fit_share(gim__ifm_fit *fit);

/* Takes in the rows as they are read: checks the regimes, and keeps the range of each variable. */
typedef struct gim__ifm_intake {
    gim__ifm_fit *fit;
    gim__message *message;
    char *const *intervention; /* (m) names */
    double *lowest, *highest;  /* (d) */
} gim__ifm_intake;

gim__visitor gim__ifm_intake_visitor(gim__ifm_intake *intake);

typedef struct gim__ifm_plan {
    const gim_allocator *allocator;
    gim__message *message;
    const gim_ifm_settings *settings;
    const double *lowest, *highest; /* (d) of the intake */
    gim_progress_fn progress;
    void *user;
} gim__ifm_plan;

/* Fits to data that are open and in fit->training. Returns GIM_OK, GIM_STOPPED, or a failure. */
gim_status gim__ifm_learn(gim__ifm_fit *fit, gim__data *data, const gim__ifm_plan *plan);

#endif
