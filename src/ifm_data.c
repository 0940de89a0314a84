/* What gim ifm fit and gim ifm check read. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "memory.h"
#include "number.h"

int ifm_data_check(struct ifm_data *data, const struct args_common *common, const struct ifm_data_options *options)
{
    const struct ui *ui = &common->ui;
    int code = args_need(ui, "--data", options->data);
    if (code == EXIT_OK)
        code = ifm_tables_check(&options->tables, ui, options->data);
    if (code == EXIT_OK)
        code = args_delimiter(ui, common->delimiter, &data->choice.delimiter);
    return code == EXIT_OK ? args_names(ui, "--hold-out", options->hold_outs, false, &data->choice.hold_outs) : code;
}

/* The regimes as the table of features that training pairs with the rows. */
static void make_features(struct ifm_data *data)
{
    const struct ifm_regimes *regimes = &data->study.observed;
    size_t n = regimes->environments.n * data->study.graph.interventions.n;
    double *levels = memory_new(n, sizeof *levels);
    for (size_t i = 0; i < n; i++)
        levels[i] = (double)regimes->levels[i];
    frame_make(&data->training.perturbations, regimes->path, &data->study.graph.interventions, &regimes->environments,
               levels);
    free(levels);
}

/* ---- values that the model's densities cannot have --------------------------------------------------------------- */

#define SPIKE 0.2  /* share of rows with one value */
#define FAR_OFF 10 /* standard deviations */

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

/* The share of the most frequent of n sorted values, and which that is. */
static double commonest(const double *sorted, size_t n, double *value)
{
    size_t most = 0;
    for (size_t i = 0, run = 0; i < n; i++) {
        run = i > 0 && sorted[i] == sorted[i - 1] ? run + 1 : 1;
        if (run > most) {
            most = run;
            *value = sorted[i];
        }
    }
    return (double)most / (double)n;
}

/* The end of n sorted values that is farther from their mean, in standard deviations. */
static double farthest(const double *sorted, size_t n, double *value)
{
    double mean = 0, variance = 0;
    for (size_t i = 0; i < n; i++)
        mean += sorted[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        variance += (sorted[i] - mean) * (sorted[i] - mean) / (double)n;
    *value = mean - sorted[0] > sorted[n - 1] - mean ? sorted[0] : sorted[n - 1];
    return fabs(*value - mean) / sqrt(variance);
}

typedef double (*trait)(const double *sorted, size_t n, double *value);

/* Warns of the variable in which it is worst, and says how many more there are. */
static void warn_of(const struct frame *cells, const struct ui *ui, trait of, double limit, const char *format)
{
    size_t d = cells->columns.n, n = cells->n_rows, worst = 0, count = 0;
    double *sorted = memory_new(n, sizeof *sorted), value = 0, most = limit, at = 0;
    char text[NUMBER_SIZE], more[64] = "";
    for (size_t j = 0; j < d; j++) {
        for (size_t r = 0; r < n; r++)
            sorted[r] = cells->values[r * d + j];
        qsort(sorted, n, sizeof *sorted, compare);
        double size = of(sorted, n, &value);
        count += size > limit;
        if (size > most) {
            most = size;
            worst = j;
            at = value;
        }
    }
    free(sorted);
    if (count > 1)
        snprintf(more, sizeof more, " (and %zu other variable%s)", count - 1, count > 2 ? "s" : "");
    if (count > 0)
        ui_warn(ui, format, cells->path, names_at(&cells->columns, worst), number_format(at, text),
                of == commonest ? 100 * most : most, more);
}

static void warn_of_values(const struct ifm_data *data)
{
    const struct frame *cells = &data->training.cells;
    warn_of(cells, data->study.ui, commonest, SPIKE,
            "%s: \"%s\" is exactly %s in %.0f %% of the rows%s; the model has smooth densities and cannot learn such "
            "spikes");
    warn_of(cells, data->study.ui, farthest, FAR_OFF,
            "%s: \"%s\" has a value, %s, that lies %.0f standard deviations from the mean%s; far values spoil the fit: "
            "look for outliers, or take logarithms");
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

int ifm_data_read(struct ifm_data *data, const struct ifm_data_options *options)
{
    struct ifm_study *study = &data->study;
    char *wanted = memory_format(", a variable of %s", args_text(options->tables.factors));
    struct frame_choice variables = {&study->graph.variables, NULL, "variable", wanted, FRAME_SAMPLES};
    int code = ifm_study_observe(study, &options->tables, data->choice.delimiter);
    if (code == EXIT_OK)
        code =
            frame_read(&data->training.cells, study->ui, args_text(options->data), data->choice.delimiter, &variables);
    if (code == EXIT_OK) {
        make_features(data);
        code = training_pair(&data->training, study->ui, &data->choice);
    }
    if (code == EXIT_OK) {
        warn_of_values(data);
        code = ifm_graph_make(&study->graph, &study->made);
    }
    free(wanted);
    return code;
}

const size_t *ifm_data_levels(const struct ifm_data *data, size_t environment)
{
    return data->study.observed.levels + data->training.features_of[environment] * data->study.graph.interventions.n;
}

const char *ifm_data_name(const struct ifm_data *data, size_t environment)
{
    return names_at(&data->training.cells.environments, data->training.cells_of[environment]);
}

void ifm_data_free(struct ifm_data *data)
{
    training_free(&data->training);
    training_choice_free(&data->choice);
    ifm_study_free(&data->study);
}
