/* gim info of an interventional factor model. SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "ifm_model.h"
#include "ifm_settings.h"
#include "info.h"
#include "number.h"

/* ---- as a page --------------------------------------------------------------------------------------------------- */

static void print_fit(struct output *out, const gim_ifm *model)
{
    gim_ifm_report r = ifm_model_report(model);
    char time[NUMBER_SIZE];
    output_print(out, "\nFit\n");
    if (r.status == GIM_STOPPED)
        output_print(out, "  stopped before its end\n");
    output_print(out, "  steps           %lld, in %s; kept is step %lld\n", (long long)r.step,
                 number_duration(r.seconds, time), (long long)r.best);
    output_print(out, "  objective       %.6g a row, penalties included\n", r.objective);
    if (!isnan(r.held_out))
        output_print(out, "  held-out        %.6g a row\n", r.held_out);
}

static void print_data(struct output *out, const struct ifm_study *study, const gim_ifm *model)
{
    gim_ifm_report r = ifm_model_report(model);
    output_print(out, "\nTrained on\n");
    output_print(out, "  rows            %zu, of them %zu held out for the checks; %s\n", r.rows, r.rows_held_out,
                 r.rows_in_memory ? "kept in memory" : "read batch by batch");
    output_print(out, "  regimes         %zu\n", study->observed.environments.n);
    output_print(out, "  variables       %zu\n", study->graph.variables.n);
    output_print(out, "  interventions   %zu\n", study->graph.interventions.n);
}

static void print_graph(struct output *out, const struct ifm_graph *graph)
{
    output_print(out, "\nInterventions, and their levels\n");
    for (size_t j = 0; j < graph->interventions.n; j++) {
        char *levels = names_list(&graph->levels[j]);
        output_print(out, "  %s: %s\n", names_at(&graph->interventions, j), levels);
        free(levels);
    }
    output_print(out, "\nFactors\n");
    for (size_t k = 0; k < graph->factors.n; k++) {
        char *variables = names_list(&graph->in_variables[k]), *interventions = names_list(&graph->in_interventions[k]);
        output_print(out, "  %s: %s%s%s\n", names_at(&graph->factors, k), variables,
                     interventions[0] != '\0' ? " under " : "", interventions);
        free(variables);
        free(interventions);
    }
}

static size_t rows_of(const gim_ifm *model, size_t regime)
{
    gim_environment about = {.struct_size = sizeof about};
    gim_ifm_regime(model, regime, &about, NULL);
    return about.n_rows;
}

static void print_regimes(struct output *out, const struct ifm_study *study, const gim_ifm *model)
{
    size_t n = study->observed.environments.n, shown = n <= INFO_ENVIRONMENTS ? n : INFO_ENVIRONMENTS;
    int width = 0;
    output_print(out, "\nRegimes\n");
    for (size_t t = 0; t < shown; t++) {
        int length = (int)strlen(names_at(&study->observed.environments, t));
        width = length > width ? length : width;
    }
    for (size_t t = 0; t < shown; t++) {
        char *levels = ifm_regimes_text(&study->observed, &study->graph, t);
        output_print(out, "  %-*s %9zu rows, %s\n", width, names_at(&study->observed.environments, t),
                     rows_of(model, t), levels);
        free(levels);
    }
    if (shown < n)
        output_print(out, "  ... and %zu more; --json lists them all\n", n - shown);
}

static void print_settings(struct output *out, const gim_ifm *model)
{
    gim_ifm_settings settings = {.struct_size = sizeof settings};
    gim_ifm_get_settings(model, &settings);
    json_t *all = ifm_settings_json(&settings), *value;
    const char *name;
    output_print(out, "\nSettings\n");
    json_object_foreach(all, name, value)
    {
        char number[NUMBER_SIZE];
        output_print(out, "  %-18s %s\n", name,
                     json_is_string(value) ? json_string_value(value)
                                           : number_format(json_number_value(value), number));
    }
    json_decref(all);
}

/* ---- as JSON ----------------------------------------------------------------------------------------------------- */

static json_t *factors_json(const struct ifm_graph *graph)
{
    json_t *list = json_array();
    for (size_t k = 0; k < graph->factors.n; k++)
        json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "factor", names_at(&graph->factors, k), "variables",
                                              info_names_json(&graph->in_variables[k]), "interventions",
                                              info_names_json(&graph->in_interventions[k])));
    return list;
}

static json_t *levels_json(const struct ifm_graph *graph)
{
    json_t *object = json_object();
    for (size_t j = 0; j < graph->interventions.n; j++)
        json_object_set_new(object, names_at(&graph->interventions, j), info_names_json(&graph->levels[j]));
    return object;
}

static json_t *regimes_json(const struct ifm_study *study, const gim_ifm *model)
{
    size_t m = study->graph.interventions.n;
    json_t *list = json_array();
    for (size_t t = 0; t < study->observed.environments.n; t++)
        json_array_append_new(list,
                              json_pack("{s:s, s:I, s:o}", "environment", names_at(&study->observed.environments, t),
                                        "rows", (json_int_t)rows_of(model, t), "levels",
                                        ifm_graph_levels(&study->graph, study->observed.levels + t * m, NULL)));
    return list;
}

static json_t *info_json(const struct ifm_study *study, const gim_ifm *model)
{
    gim_ifm_settings settings = {.struct_size = sizeof settings};
    gim_ifm_get_settings(model, &settings);
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "kind", "interventional factor model", "variables",
                     info_names_json(&study->graph.variables), "interventions", levels_json(&study->graph), "factors",
                     factors_json(&study->graph), "regimes", regimes_json(study, model), "settings",
                     ifm_settings_json(&settings), "fit", ifm_model_report_json(model));
}

int info_ifm(struct output *out, const gim_ifm *model, const char *path)
{
    struct ifm_study study = {.ui = out->ui};
    int code = ifm_model_study(&study, model, path);
    if (code == EXIT_OK && out->ui->json) {
        output_json(out, info_json(&study, model));
    } else if (code == EXIT_OK) {
        output_print(out, "%s: an interventional factor model\n", path);
        print_data(out, &study, model);
        print_fit(out, model);
        info_print_names(out, "Variables", &study.graph.variables);
        print_graph(out, &study.graph);
        print_regimes(out, &study, model);
        print_settings(out, model);
    }
    ifm_study_free(&study);
    return code;
}
