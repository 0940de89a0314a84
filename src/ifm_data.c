/* What gim ifm fit and gim ifm check read. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm_data.h"

#include <stdlib.h>

#include "commands.h"
#include "memory.h"

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
    if (code == EXIT_OK)
        code = ifm_graph_make(&study->graph, &study->made);
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
