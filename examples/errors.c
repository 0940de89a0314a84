/* What failure looks like: every call returns a status, and the model keeps a message that says which value was wrong,
 * where, and what would be right. Nothing here ends the program, and no failed call changes the model.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 100, MY_OWN_FAILURE = -2001 };

/* What is wrong with the data. */
typedef enum trouble { NONE, NOT_A_NUMBER, UNREADABLE } trouble;

static void say(const gim_model *model, const char *what, gim_status status)
{
    char message[512] = "";
    if (status < 0)
        gim_message(model, message, sizeof message);
    printf("%-28s %-17s %s%s%s\n", what, gim_status_name(status), gim_status_text(status), *message ? ":\n    " : "",
           message);
}

static int describe(size_t env, gim_environment *environment, double *features, void *user)
{
    (void)user;
    environment->n_rows = ROWS;
    environment->observational = env == 0;
    environment->name = env == 0 ? "control" : "treated";
    features[0] = (double)env;
    return 0;
}

static int read_rows(size_t env, const size_t *rows, size_t n_rows, double *x, void *user)
{
    trouble what = *(const trouble *)user;
    if (what == UNREADABLE)
        return MY_OWN_FAILURE; /* negative: gim_fit() fails, and returns it */
    for (size_t r = 0; r < n_rows; r++) {
        x[2 * r] = (double)env + rand() / (RAND_MAX + 1.0);
        x[2 * r + 1] = what == NOT_A_NUMBER && rows[r] == 17 ? NAN : x[2 * r] + rand() / (RAND_MAX + 1.0);
    }
    return 0;
}

static int stop_at_100(const gim_progress *progress, void *user)
{
    (void)user;
    return progress->step >= 100; /* positive: the fit stops, and leaves a usable model */
}

int main(void)
{
    double features = 1, x[2];
    trouble what = NONE;
    gim_data data = {sizeof data, 2, describe, read_rows, &what};
    gim_option option = GIM_SEED;
    gim_model *model = NULL;
    say(NULL, "a model of one variable", gim_model_new(&model, 1, 1, NULL));
    if (gim_model_new(&model, 2, 1, NULL) != GIM_OK)
        return 1;
    gim_set_int(model, GIM_STEPS, 200);
    gim_set_int(model, GIM_CHECK_EVERY, 50);

    say(model, "asked before it is fitted", gim_sample(model, &features, 1, 1, 1, x));
    say(model, "an option out of its range", gim_set_real(model, GIM_HELD_OUT, 2));
    say(model, "an option of another kind", gim_set_real(model, GIM_SEED, 1));
    say(NULL, "an option that is none", gim_option_find("sneed", &option));
    what = NOT_A_NUMBER;
    say(model, "data with a hole", gim_fit(model, &data, NULL, NULL));
    what = UNREADABLE;
    gim_status status = gim_fit(model, &data, NULL, NULL);
    printf("%-28s %-17d %s\n", "a callback's own failure", status, "is given back as it is");

    what = NONE;
    srand(1);
    say(model, "a fit that is stopped", gim_fit(model, &data, stop_at_100, NULL));
    say(model, "asked then", gim_sample(model, &features, 1, 1, 1, x));
    features = NAN;
    say(model, "asked with a hole", gim_sample(model, &features, 1, 1, 1, x));
    say(model, "resumed with other data", gim_resume(model, &data, NULL, NULL));
    srand(1);
    say(model, "resumed", gim_resume(model, &data, NULL, NULL));
    gim_model_free(model);
    return 0;
}
