/* The handle behind gim_model. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__MODEL_H
#define GIM__MODEL_H

#include <stdatomic.h>

#include "api/options.h"
#include "baseline/baseline.h"
#include "train/fit.h"

struct gim_model {
    gim_allocator allocator;
    gim__message *message; /* by pointer: queries of a const model may fail too */
    atomic_int busy;       /* 1 while it is being fitted */
    size_t d, p;
    char **variable, **feature; /* (d), (p) names */
    char *note;                 /* the caller's; NULL: none */
    gim__options options;
    /* from the first fit on */
    int fitted;
    gim__spec spec;
    gim__params params;
    gim__training training;
    gim__fit fit;           /* of a baseline its numbers alone, without an array */
    gim__baseline baseline; /* method is NULL where the model is none */
};

/* The form that the model's options ask for. */
void gim__model_spec(gim__spec *spec, const gim_model *model);
/* The baseline, without memory, that the model's options ask for over K environments; method is NULL for none. */
gim__baseline gim__model_baseline(const gim_model *model, size_t K);
/* The name of the method that the options ask for. */
const char *gim__model_method(const gim_model *model);
/* Options that fix a fit's course. */
gim__schedule gim__model_schedule(const gim_model *model);
/* Most rows that the fit's history can have. */
size_t gim__model_most_history(const gim_model *model);
/* GIM_OK where the model has a fit and is not being fitted. */
gim_status gim__model_ready(const gim_model *model);
/* The same, and that it is no baseline, which has none of what is asked for ("graph"). */
gim_status gim__model_causal(const gim_model *model, const char *what);

#endif
