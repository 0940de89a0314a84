/* The handle behind gim_model. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__MODEL_H
#define GIM__MODEL_H

#include <stdatomic.h>

#include "api/options.h"
#include "train/fit.h"

struct gim_model {
    gim_allocator allocator;
    gim__message *message; /* by pointer: queries of a const model may fail too */
    atomic_int busy;       /* 1 while it is being fitted */
    size_t d, p;
    char **variable, **feature; /* (d), (p) names */
    gim__options options;
    /* from the first fit on */
    int fitted;
    gim__spec spec;
    gim__params params;
    gim__training training;
    gim__fit fit;
};

/* The form that the model's options ask for. */
void gim__model_spec(gim__spec *spec, const gim_model *model);
/* Options that fix a fit's course. */
gim__schedule gim__model_schedule(const gim_model *model);
/* Most rows that the fit's history can have. */
size_t gim__model_most_history(const gim_model *model);
/* GIM_OK where the model has a fit and is not being fitted. */
gim_status gim__model_ready(const gim_model *model);

#endif
