/* The log-density of observed rows under the model itself. SPDX-License-Identifier: BSD-3-Clause */
#include "density.h"

#include <gim/gim.h>
#include <math.h>
#include <stdlib.h>

#include "commands.h"
#include "conditions.h"
#include "memory.h"
#include "model.h"

/* Where the table of observed rows has the model's variables. */
static int find_columns(size_t *column, const struct contest *contest, const gim_model *model, const char *path)
{
    for (size_t j = 0; j < gim_variable_count(model); j++)
        if (!names_find(&contest->observed->columns, gim_variable_name(model, j), &column[j]))
            return ui_fail(contest->ui, "--model: \"%s\", a variable of %s, is not among those that are scored",
                           gim_variable_name(model, j), path);
    return EXIT_OK;
}

int density_mean(double *mean, const struct contest *contest, const gim_model *model, const size_t *column,
                 const struct environment *environment, const double *features, size_t n_perturbations)
{
    size_t n = frame_count(contest->observed, environment->observed), d = gim_variable_count(model);
    double *x = memory_new(n, d * sizeof *x), *density = memory_new(n, sizeof *density);
    for (size_t i = 0; i < n * d; i++)
        x[i] = frame_row(contest->observed, environment->observed, i / d)[column[i % d]];
    gim_status status = gim_log_density(model, features, environment->control ? 0 : n_perturbations, x, n, density);
    *mean = 0;
    for (size_t i = 0; i < n; i++)
        *mean += density[i] / (double)n;
    free(x);
    free(density);
    return status < 0 ? model_fail(contest->ui, model, status, environment->name) : EXIT_OK;
}

int density_score(struct score *scores, const struct contest *contest, const char *path, const char *perturbations,
                  char delimiter)
{
    gim_model *model = NULL;
    struct conditions conditions = {0};
    struct names none = {0};
    size_t *column = NULL, at;
    int code;
    if ((code = model_load(contest->ui, path, &model)) != EXIT_OK ||
        (code = conditions_read(&conditions, contest->ui, model,
                                &(struct conditions_choice){perturbations, delimiter, &none, NULL, NULL})) != EXIT_OK)
        goto out;
    column = memory_new(gim_variable_count(model), sizeof *column);
    code = find_columns(column, contest, model, path);
    for (size_t e = 0; e < contest->n && code == EXIT_OK; e++)
        if (names_find(&conditions.table.environments, contest->environments[e].name, &at))
            code = density_mean(&scores[e].figures[LOG_DENSITY], contest, model, column, &contest->environments[e],
                                conditions.all[at].features, conditions.all[at].n);
out:
    free(column);
    conditions_free(&conditions);
    gim_model_free(model);
    return code;
}
