/* An interventional factor model, as the subcommands of gim ifm use it. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "memory.h"
#include "model.h"
#include "number.h"

int ifm_model_fail(const struct ui *ui, const gim_ifm *model, gim_status status, const char *where)
{
    size_t length = gim_ifm_message(model, NULL, 0);
    char *text = memory_new(length + 1, 1);
    if (length > 0)
        gim_ifm_message(model, text, length + 1);
    ui_fail(ui, "%s%s%s", where, where[0] != '\0' ? ": " : "", length > 0 ? text : gim_status_text(status));
    free(text);
    return EXIT_FAILED;
}

bool ifm_model_is(const char *path)
{
    gim_ifm *model = NULL;
    bool is = gim_ifm_load(&model, path, NULL) == GIM_OK;
    gim_ifm_free(model);
    return is;
}

static bool is_other_kind(const char *path)
{
    gim_model *model = NULL;
    bool is = gim_model_load(&model, path, NULL) == GIM_OK;
    gim_model_free(model);
    return is;
}

int ifm_model_load(const struct ui *ui, const char *path, gim_ifm **model)
{
    gim_status status = gim_ifm_load(model, path, NULL);
    if (status < 0 && is_other_kind(path))
        return ui_fail(ui, "%s: is a generative intervention model: gim sample and gim targets ask it", path);
    if (status < 0)
        return ifm_model_fail(ui, *model, status, path);
    if (gim_ifm_regime_count(*model) == 0)
        return ui_fail(ui, "%s: this model was never fitted", path);
    return EXIT_OK;
}

/* ---- names of factors and levels, which the library does not know ------------------------------------------------ */

static const char NOTE_FORMAT[] = "gim-ifm";

static json_t *texts_json(const struct names *names)
{
    json_t *list = json_array();
    for (size_t i = 0; i < names->n; i++)
        json_array_append_new(list, ui_text(names_at(names, i)));
    return list;
}

/* {"format": "gim-ifm", "factors": ["ab", ...], "levels": [["0", "high"], ...]} */
static char *note_text(const struct ifm_graph *graph)
{
    json_t *levels = json_array();
    for (size_t j = 0; j < graph->interventions.n; j++)
        json_array_append_new(levels, texts_json(&graph->levels[j]));
    json_t *note =
        json_pack("{s:s, s:o, s:o}", "format", NOTE_FORMAT, "factors", texts_json(&graph->factors), "levels", levels);
    char *text = json_dumps(note, JSON_COMPACT);
    json_decref(note);
    return text;
}

/* The names of a list of n different texts, or else the numbers from first on. */
static void take_names(struct names *names, const json_t *list, size_t n, size_t first)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        names_add(names, text != NULL ? text : "");
    }
    if (names->n == n && json_array_size(list) == n)
        return;
    names_free(names);
    for (size_t i = 0; i < n; i++) {
        char *text = memory_format("%zu", first + i);
        names_add(names, text);
        free(text);
    }
}

/* ---- a new model ------------------------------------------------------------------------------------------------- */

static gim_status set_variable(void *model, size_t index, const char *name)
{
    return gim_ifm_set_variable_name(model, index, name);
}

static gim_status set_intervention(void *model, size_t index, const char *name)
{
    return gim_ifm_set_intervention_name(model, index, name);
}

int ifm_model_new(const struct ifm_study *study, gim_ifm **model)
{
    char *note = note_text(&study->graph);
    gim_status status = gim_ifm_new(model, study->made, NULL);
    if (status >= 0)
        status = model_name_all(*model, set_variable, &study->graph.variables);
    if (status >= 0)
        status = model_name_all(*model, set_intervention, &study->graph.interventions);
    if (status >= 0)
        status = gim_ifm_set_note(*model, note);
    free(note);
    return status < 0 ? ifm_model_fail(study->ui, *model, status, study->graph.path) : EXIT_OK;
}

/* ---- what a model knows ------------------------------------------------------------------------------------------ */

static void take_factor(struct ifm_graph *graph, const gim_ifm_graph *from, size_t k)
{
    unsigned char *variables = memory_new(graph->variables.n, 1),
                  *interventions = memory_new(graph->interventions.n, 1);
    gim_ifm_factor(from, k, variables, interventions);
    for (size_t i = 0; i < graph->variables.n; i++)
        if (variables[i])
            names_add(&graph->in_variables[k], names_at(&graph->variables, i));
    for (size_t j = 0; j < graph->interventions.n; j++)
        if (interventions[j])
            names_add(&graph->in_interventions[k], names_at(&graph->interventions, j));
    free(variables);
    free(interventions);
}

static void take_graph(struct ifm_graph *graph, const gim_ifm *model)
{
    const gim_ifm_graph *from = gim_ifm_graph_of(model);
    const char *text = gim_ifm_note(model);
    json_t *note = text != NULL ? json_loads(text, 0, NULL) : NULL, *levels = json_object_get(note, "levels");
    size_t m = gim_ifm_intervention_count(from), K = gim_ifm_factor_count(from);
    for (size_t i = 0; i < gim_ifm_variable_count(from); i++)
        names_add(&graph->variables, gim_ifm_variable_name(model, i));
    for (size_t j = 0; j < m; j++)
        names_add(&graph->interventions, gim_ifm_intervention_name(model, j));
    graph->levels = memory_new(m, sizeof *graph->levels);
    for (size_t j = 0; j < m; j++)
        take_names(&graph->levels[j], json_array_get(levels, j), gim_ifm_level_count(from, j), 0);
    take_names(&graph->factors, json_object_get(note, "factors"), K, 1);
    graph->in_variables = memory_grow(NULL, &graph->variables_capacity, K, sizeof *graph->in_variables);
    graph->in_interventions = memory_grow(NULL, &graph->interventions_capacity, K, sizeof *graph->in_interventions);
    for (size_t k = 0; k < K; k++) {
        graph->in_variables[k] = graph->in_interventions[k] = (struct names){0};
        take_factor(graph, from, k);
    }
    json_decref(note);
}

int ifm_model_study(struct ifm_study *study, const gim_ifm *model, const char *path)
{
    study->graph.ui = study->ui;
    study->graph.path = study->observed.path = path;
    take_graph(&study->graph, model);
    for (size_t t = 0; t < gim_ifm_regime_count(model); t++) {
        gim_environment regime = {.struct_size = sizeof regime};
        size_t *levels = memory_new(study->graph.interventions.n, sizeof *levels);
        gim_status status = gim_ifm_regime(model, t, &regime, levels);
        if (status == GIM_OK)
            ifm_regimes_add(&study->observed, regime.name, levels, study->graph.interventions.n);
        free(levels);
        if (status != GIM_OK)
            return ifm_model_fail(study->ui, model, status, path);
    }
    return EXIT_OK;
}

/* ---- the report -------------------------------------------------------------------------------------------------- */

gim_ifm_report ifm_model_report(const gim_ifm *model)
{
    gim_ifm_report report = {.struct_size = sizeof report, .objective = NAN, .held_out = NAN, .seconds = NAN};
    gim_ifm_get_report(model, &report);
    return report;
}

json_t *ifm_model_report_json(const gim_ifm *model)
{
    gim_ifm_report r = ifm_model_report(model);
    return json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:I, s:I, s:b}", "status",
                     r.status == GIM_STOPPED ? "stopped" : "done", "step", (json_int_t)r.step, "best",
                     (json_int_t)r.best, "objective", number_json(r.objective), "held-out", number_json(r.held_out),
                     "seconds", number_json(r.seconds), "rows", (json_int_t)r.rows, "rows-held-out",
                     (json_int_t)r.rows_held_out, "rows-in-memory", r.rows_in_memory != 0);
}
