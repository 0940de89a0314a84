/* A small system, the data that it gives, and models of it: for the tests that need a fitted model, whichever it is.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef SMALL_MODEL_H
#define SMALL_MODEL_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gim/gim.h"

enum { SMALL_D = 3, SMALL_P = 2, SMALL_K = 4, SMALL_ROWS = 9 };

static inline int small_describe(size_t env, gim_environment *environment, double *features, void *user)
{
    static const char *const names[] = {"control", "dose \"1\"", "Dosis \xc3\xa4", "3"};
    (void)user;
    environment->n_rows = SMALL_ROWS + env;
    environment->observational = env == 0;
    environment->name = names[env];
    for (size_t f = 0; f < SMALL_P; f++)
        features[f] = (double)((env * (f + 2)) % 4) - 0.1 * (double)f;
    return 0;
}

/* Numbers that look random, and are the same everywhere; not negative, and some 0. */
static inline int small_read(size_t env, const size_t *rows, size_t n_rows, double *x, void *user)
{
    (void)user;
    for (size_t r = 0; r < n_rows; r++)
        for (size_t j = 0; j < SMALL_D; j++) {
            size_t n = (rows[r] + 1) * 7919 + (env + 1) * 104729 + (j + 1) * 1299709;
            x[r * SMALL_D + j] = n % 5 == 0 ? 0 : (double)(n * n % 1009) / 100 + (double)(env * j);
        }
    return 0;
}

static const gim_data small_data = {sizeof(gim_data), SMALL_K, small_describe, small_read, NULL};

/* As small as a model can be, and a fit of 20 steps with a check after every fifth. */
static inline void small_options(gim_model *model, gim_mechanism mechanism, gim_intervention intervention,
                                 gim_marginal marginal)
{
    gim_set_int(model, GIM_MECHANISM, mechanism);
    gim_set_int(model, GIM_INTERVENTION, intervention);
    gim_set_int(model, GIM_MARGINAL, marginal);
    gim_set_int(model, GIM_HIDDEN, 1);
    gim_set_int(model, GIM_WIDTH, 1);
    gim_set_int(model, GIM_RANK, 1);
    gim_set_int(model, GIM_STEPS, 20);
    gim_set_int(model, GIM_CHECK_EVERY, 5);
    gim_set_int(model, GIM_DRAWS, 2);
    gim_set_int(model, GIM_SEED, 9007199254740992);
    gim_set_real(model, GIM_HELD_OUT, 0.3);
}

static inline gim_model *small_model(gim_mechanism mechanism, gim_intervention intervention, gim_marginal marginal)
{
    gim_model *model = NULL;
    if (gim_model_new(&model, SMALL_D, SMALL_P, NULL) == GIM_OK)
        small_options(model, mechanism, intervention, marginal);
    return model;
}

/* Stops at a step, *(int64_t *)user. */
static inline int small_stop(const gim_progress *progress, void *user)
{
    return progress->step >= *(const int64_t *)user;
}

#endif
