/* A user's program, built against the installed library: fits a made-up system of three variables and asks it
 * something. Compiled as C and as C++. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <stdio.h>
#include <string.h>

enum { VARIABLES = 3, FEATURES = 2, ENVIRONMENTS = 3, ROWS = 60 };

static int fails(const gim_model *model, const char *what, gim_status status)
{
    char text[512];
    if (status >= 0)
        return 0;
    gim_message(model, text, sizeof text);
    fprintf(stderr, "%s: %s: %s\n", what, gim_status_name(status), text);
    return 1;
}

/* Environment 0 is observational; 1 and 2 are doses of one perturbation. */
static int describe(size_t env, gim_environment *environment, double *features, void *user)
{
    static const char *const names[ENVIRONMENTS] = {"control", "low", "high"};
    (void)user;
    environment->n_rows = ROWS;
    environment->observational = env == 0;
    environment->name = names[env];
    features[0] = (double)env;
    features[1] = env == 2 ? 1 : 0;
    return 0;
}

/* A number in (-1, 1) that depends on i alone. */
static double noise(size_t i)
{
    unsigned long bits = (unsigned long)i * 2654435761ul;
    bits ^= bits >> 15;
    return (double)(bits * 2246822519ul >> 8 & 0xffff) / 32768 - 1;
}

/* x0 -> x1 -> x2; the perturbation shifts x1. */
static int rows(size_t env, const size_t *indices, size_t n_rows, double *x, void *user)
{
    (void)user;
    for (size_t r = 0; r < n_rows; r++) {
        size_t at = 3 * (env * ROWS + indices[r]);
        double *row = x + r * VARIABLES;
        row[0] = noise(at);
        row[1] = 2 * row[0] + 0.3 * noise(at + 1) + (double)env;
        row[2] = -row[1] + 0.3 * noise(at + 2);
    }
    return 0;
}

static int count_calls(const gim_progress *progress, void *user)
{
    int *calls = (int *)user;
    *calls += progress->struct_size >= sizeof *progress;
    return 0;
}

static int use(gim_model *model)
{
    gim_data data;
    double features[FEATURES] = {3, 1}, x[5 * VARIABLES], probability[VARIABLES];
    int calls = 0, outside = 0;
    memset(&data, 0, sizeof data);
    data.struct_size = sizeof data;
    data.n_environments = ENVIRONMENTS;
    data.describe = describe;
    data.read = rows;
    if (fails(model, "set", gim_set_int(model, GIM_STEPS, 40)) ||
        fails(model, "fit", gim_fit(model, &data, count_calls, &calls)) ||
        fails(model, "sample", gim_sample(model, features, 1, 5, 7, x)) ||
        fails(model, "targets", gim_targets(model, features, probability)) ||
        fails(model, "distance", gim_feature_distance(model, features, NULL, &outside)))
        return 1;
    for (size_t i = 0; i < 5 * VARIABLES; i++)
        if (x[i] - x[i] != 0)
            return fails(model, "sample: not finite", GIM_ERR_NUMERIC);
    printf("libgim %s: %d calls, x1 %.2f, target %.2f, outside %d\n", gim_version(), calls, x[1], probability[1],
           outside);
    return calls == 0 || !outside || strcmp(gim_version(), GIM_VERSION_STRING) != 0;
}

int main(void)
{
    gim_model *model = NULL;
    int bad = fails(model, "new", gim_model_new(&model, VARIABLES, FEATURES, NULL)) || use(model);
    gim_model_free(model);
    return bad;
}
