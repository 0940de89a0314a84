/* gim info: what a model was trained on, and how that went. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "ifm_model.h"
#include "info.h"
#include "memory.h"
#include "model.h"
#include "number.h"
#include "output.h"

static const struct args_page page = {
    "MODEL",
    "Describes a model: the data it was trained on, how the fit went, its options.",
    "  gim info model.gim\n  gim info --json model.gim | jq .fit\n",
};

static gim_environment environment_at(const gim_model *model, size_t e, double *features)
{
    gim_environment environment = {.struct_size = sizeof environment};
    gim_environment_get(model, e, &environment, features);
    return environment;
}

/* ---- as a page --------------------------------------------------------------------------------------------------- */

static void print_status(struct output *out, const gim_model *model)
{
    double status = model_report(model, GIM_REPORT_STATUS);
    if (status == GIM_STOPPED)
        output_print(out, "  stopped before its end: `gim fit --resume` continues\n");
    else if (status == GIM_CYCLIC)
        output_print(out,
                     "  WARNING: not converged. The graph was not acyclic by itself: %.0f edges were removed to\n"
                     "  break cycles. More steps (--set steps=%.0f) may help.\n",
                     model_report(model, GIM_REPORT_EDGES_REMOVED), 2 * model_option(model, GIM_STEPS));
    else
        output_print(out, "  converged to an acyclic graph\n");
}

static void print_baseline(struct output *out, const gim_model *model)
{
    char time[NUMBER_SIZE];
    output_print(out, "\nFit\n");
    output_print(out, "  a baseline, without graph and targets; fitted in %s\n",
                 number_duration(model_report(model, GIM_REPORT_SECONDS), time));
}

static void print_fit(struct output *out, const gim_model *model)
{
    char time[NUMBER_SIZE];
    output_print(out, "\nFit\n");
    print_status(out, model);
    output_print(out, "  steps           %.0f of %.0f, in %s\n", model_report(model, GIM_REPORT_STEP),
                 model_option(model, GIM_STEPS), number_duration(model_report(model, GIM_REPORT_SECONDS), time));
    output_print(out, "  objective       %.6g a row\n", model_report(model, GIM_REPORT_OBJECTIVE));
    if (!isnan(model_report(model, GIM_REPORT_HELD_OUT)))
        output_print(out, "  held-out        %.6g nats a row (log-likelihood, scaled units)\n",
                     model_report(model, GIM_REPORT_HELD_OUT));
    output_print(out, "  acyclicity      %.3g\n", model_report(model, GIM_REPORT_ACYCLICITY));
    output_print(out, "  edges           %.0f (%.0f removed to break cycles)\n", model_report(model, GIM_REPORT_EDGES),
                 model_report(model, GIM_REPORT_EDGES_REMOVED));
}

static void print_data(struct output *out, const gim_model *model)
{
    size_t observational = 0, n = gim_environment_count(model);
    for (size_t e = 0; e < n; e++)
        observational += environment_at(model, e, NULL).observational != 0;
    output_print(out, "\nTrained on\n");
    if (model_is_baseline(model))
        output_print(out, "  rows            %.0f\n", model_report(model, GIM_REPORT_ROWS));
    else
        output_print(out, "  rows            %.0f, of them %.0f held out for the checks; %s\n",
                     model_report(model, GIM_REPORT_ROWS), model_report(model, GIM_REPORT_ROWS_HELD_OUT),
                     model_report(model, GIM_REPORT_ROWS_IN_MEMORY) != 0 ? "kept in memory" : "read batch by batch");
    output_print(out, "  environments    %zu, of them %zu observational\n", n, observational);
    output_print(out, "  variables       %zu\n", gim_variable_count(model));
    output_print(out, "  features        %zu\n", gim_feature_count(model));
}

void info_print_names(struct output *out, const char *title, const struct names *names)
{
    size_t width = INFO_WIDTH;
    output_print(out, "\n%s", title);
    for (size_t i = 0; i < names->n; i++) {
        const char *name = names_at(names, i);
        if (width + strlen(name) + 2 > INFO_WIDTH) {
            output_print(out, "\n ");
            width = 1;
        }
        output_print(out, " %s%s", name, i + 1 < names->n ? "," : "");
        width += strlen(name) + 2;
    }
    output_print(out, "\n");
}

static void print_environments(struct output *out, const gim_model *model)
{
    size_t n = gim_environment_count(model), shown = n <= INFO_ENVIRONMENTS ? n : INFO_ENVIRONMENTS;
    int width = 0;
    for (size_t e = 0; e < shown; e++) {
        size_t length = strlen(environment_at(model, e, NULL).name);
        width = (int)length > width ? (int)length : width;
    }
    output_print(out, "\nEnvironments\n");
    for (size_t e = 0; e < shown; e++) {
        gim_environment environment = environment_at(model, e, NULL);
        output_print(out, "  %-*s %9zu rows%s\n", width, environment.name, environment.n_rows,
                     environment.observational ? ", observational" : "");
    }
    if (shown < n)
        output_print(out, "  ... and %zu more; --json lists them all\n", n - shown);
}

static void print_options(struct output *out, const gim_model *model)
{
    output_print(out, "\nOptions\n");
    for (size_t i = 0; i < gim_option_count(); i++) {
        gim_option option;
        char text[NUMBER_SIZE], usual[NUMBER_SIZE];
        double lowest = 0, highest = 0, preset = 0;
        if (gim_option_at(i, &option) != GIM_OK || gim_option_range(option, &lowest, &highest, &preset) != GIM_OK)
            continue;
        double value = model_option(model, option);
        output_print(out, "  %-18s %s", gim_option_name(option), model_option_text(option, value, text));
        if (value != preset)
            output_print(out, " (default %s)", model_option_text(option, preset, usual));
        output_print(out, "\n");
    }
}

static const char *choice(const gim_model *model, gim_option option)
{
    return gim_option_choice(option, (int64_t)model_option(model, option));
}

static void print_kind(struct output *out, const gim_model *model, const char *path)
{
    if (model_is_baseline(model))
        output_print(out, "%s: the method %s\n", path, choice(model, GIM_METHOD));
    else
        output_print(out, "%s: %s mechanisms, %s interventions\n", path, choice(model, GIM_MECHANISM),
                     choice(model, GIM_INTERVENTION));
}

static void print_page(struct output *out, const gim_model *model, const char *path)
{
    struct names variables = {0}, features = {0};
    model_variables(model, &variables);
    model_features(model, &features);
    print_kind(out, model, path);
    print_data(out, model);
    if (model_is_baseline(model))
        print_baseline(out, model);
    else
        print_fit(out, model);
    info_print_names(out, "Variables", &variables);
    info_print_names(out, "Features", &features);
    print_environments(out, model);
    print_options(out, model);
    names_free(&variables);
    names_free(&features);
}

/* ---- as JSON ----------------------------------------------------------------------------------------------------- */

json_t *info_names_json(const struct names *names)
{
    json_t *list = json_array();
    for (size_t i = 0; i < names->n; i++)
        json_array_append_new(list, json_string(names_at(names, i)));
    return list;
}

static json_t *environments_json(const gim_model *model, const struct names *feature_names)
{
    double *values = memory_new(feature_names->n, sizeof *values);
    json_t *list = json_array();
    for (size_t e = 0; e < gim_environment_count(model); e++) {
        gim_environment environment = environment_at(model, e, values);
        json_t *features = json_object();
        for (size_t i = 0; i < feature_names->n; i++)
            json_object_set_new(features, names_at(feature_names, i), number_json(values[i]));
        json_array_append_new(list, json_pack("{s:s, s:I, s:b, s:o}", "name", environment.name, "rows",
                                              (json_int_t)environment.n_rows, "observational",
                                              environment.observational != 0, "features", features));
    }
    free(values);
    return list;
}

static json_t *history_json(const gim_model *model)
{
    static const char *const columns[GIM_HISTORY_COLUMNS] = {"step",       "objective", "held-out",
                                                             "acyclicity", "penalty",   "edges"};
    size_t n = 0;
    if (gim_history(model, &n, NULL, 0) < 0)
        n = 0;
    double *history = memory_new(n, GIM_HISTORY_COLUMNS * sizeof *history);
    if (gim_history(model, &n, history, n) < 0)
        n = 0;
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *check = json_object();
        for (size_t j = 0; j < GIM_HISTORY_COLUMNS; j++)
            json_object_set_new(check, columns[j], number_json(history[i * GIM_HISTORY_COLUMNS + j]));
        json_array_append_new(list, check);
    }
    free(history);
    return list;
}

static json_t *info_json(const gim_model *model)
{
    struct names variables = {0}, features = {0};
    model_variables(model, &variables);
    model_features(model, &features);
    json_t *info =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "variables", info_names_json(&variables), "features",
                  info_names_json(&features), "environments", environments_json(model, &features), "options",
                  model_options_json(model), "fit", model_report_json(model), "history", history_json(model));
    names_free(&variables);
    names_free(&features);
    return info;
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int describe(struct output *output, const struct ui *ui, const char *path)
{
    gim_model *model = NULL;
    int code = model_load(ui, path, &model);
    if (code == EXIT_OK && ui->json)
        output_json(output, info_json(model));
    else if (code == EXIT_OK)
        print_page(output, model, path);
    gim_model_free(model);
    return code;
}

static int describe_ifm(struct output *output, const struct ui *ui, const char *path)
{
    gim_ifm *model = NULL;
    int code = ifm_model_load(ui, path, &model);
    if (code == EXIT_OK)
        code = info_ifm(output, model, path);
    gim_ifm_free(model);
    return code;
}

static int run(void *options)
{
    const struct args_common *common = options;
    const struct ui *ui = &common->ui;
    const char *path = common->operands[0];
    struct output output = {0};
    int code = output_open(&output, ui, args_text(common->output));
    if (code == EXIT_OK)
        code = ifm_model_is(path) ? describe_ifm(&output, ui, path) : describe(&output, ui, path);
    return output_close(&output, code);
}

int command_info(int argc, const char **argv)
{
    struct args_common common = {.ui.command = "gim info"};
    struct poptOption options[] = {
        ARGS_JSON(&common, "everything, as JSON"),
        ARGS_OUTPUT(&common, "write to FILE"),
        ARGS_QUIET(&common),
        ARGS_END,
    };
    return args_run(&common, argc, argv, options, &page, run, &common);
}
