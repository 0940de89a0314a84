/* Regimes that are asked about. SPDX-License-Identifier: BSD-3-Clause */
#include "ifm_study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "memory.h"
#include "number.h"

const char *const ifm_criteria[] = {"per-variable", "product-ratio", "message-passing", NULL};
static const char *const methods[] = {"none", "observed", "product-ratio", "per-variable", "message-passing"};

/* ---- what was observed ------------------------------------------------------------------------------------------- */

int ifm_tables_check(const struct ifm_tables *tables, const struct ui *ui, char **other)
{
    char **values[] = {tables->factors, tables->observed, other};
    size_t standard = 0;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        standard += values[i] != NULL && strcmp(args_text(values[i]), "-") == 0;
    int code = args_need(ui, "--factors", tables->factors);
    if (code == EXIT_OK)
        code = args_need(ui, "--observed", tables->observed);
    if (code != EXIT_OK)
        return code;
    return standard > 1 ? ui_usage(ui, "only one table can be standard input") : EXIT_OK;
}

static void warn_of_baseline(const struct ifm_study *study)
{
    size_t m = study->graph.interventions.n;
    for (size_t j = 0; j < m; j++) {
        size_t t = 0;
        while (t < study->observed.environments.n && study->observed.levels[t * m + j] != 0)
            t++;
        if (t == study->observed.environments.n)
            ui_warn(study->ui, "%s: no regime has \"%s\" at the baseline \"%s\"; --baseline names another",
                    study->observed.path, names_at(&study->graph.interventions, j),
                    names_at(&study->graph.levels[j], 0));
    }
}

int ifm_study_observe(struct ifm_study *study, const struct ifm_tables *tables, char delimiter)
{
    const char *baseline = tables->baseline != NULL ? args_text(tables->baseline) : "0";
    int code = ifm_graph_read(&study->graph, study->ui, args_text(tables->factors), delimiter, baseline);
    if (code == EXIT_OK)
        code = ifm_regimes_read(&study->observed, &study->graph, args_text(tables->observed), delimiter);
    if (code == EXIT_OK)
        code = ifm_regimes_distinct(&study->observed, &study->graph);
    if (code == EXIT_OK)
        warn_of_baseline(study);
    return code;
}

/* ---- what is asked ----------------------------------------------------------------------------------------------- */

/* Levels that only the unseen regimes have: a slip, perhaps. */
static void warn_of_levels(const struct ifm_study *study, const struct names *tried)
{
    for (size_t j = 0; j < study->graph.interventions.n; j++)
        for (size_t l = tried[j].n; l < study->graph.levels[j].n; l++) {
            const char *level = names_at(&study->graph.levels[j], l);
            char *near = names_near(&tried[j], level), *list = names_list(&tried[j]);
            ui_warn(study->ui, "%s: no observed regime has \"%s\" of \"%s\"; %s%s", study->unseen.path, level,
                    names_at(&study->graph.interventions, j),
                    near != NULL ? "near: " : "there are: ", near != NULL ? near : list);
            free(near);
            free(list);
        }
}

int ifm_study_ask(struct ifm_study *study, const char *path, char delimiter)
{
    size_t m = study->graph.interventions.n;
    struct names *tried = memory_new(m, sizeof *tried);
    for (size_t j = 0; j < m; j++)
        for (size_t l = 0; l < study->graph.levels[j].n; l++)
            names_add(&tried[j], names_at(&study->graph.levels[j], l));
    int code = path == NULL ? ifm_regimes_all(&study->unseen, &study->graph, &study->observed)
                            : ifm_regimes_read(&study->unseen, &study->graph, path, delimiter);
    if (code == EXIT_OK)
        warn_of_levels(study, tried);
    for (size_t j = 0; j < m; j++)
        names_free(&tried[j]);
    free(tried);
    return code == EXIT_OK ? ifm_graph_make(&study->graph, &study->made) : code;
}

int ifm_study_decide(const struct ifm_study *study, const size_t *regimes, size_t n, const size_t *target,
                     bool *identified)
{
    gim_ifm_summary s = {.struct_size = sizeof s};
    gim_ifm_verdict *verdict = NULL;
    gim_status status = gim_ifm_identify(study->made, regimes, n, target, study->criterion, &verdict);
    if (status == GIM_OK)
        status = gim_ifm_verdict_summary(verdict, &s);
    *identified = status == GIM_OK && s.method != GIM_IFM_NOT_IDENTIFIED;
    gim_ifm_verdict_free(verdict);
    return status == GIM_OK ? EXIT_OK : ifm_graph_fail(&study->graph, study->made, status);
}

/* ---- an answer as JSON, from which the table is made too --------------------------------------------------------- */

static json_t *factor_json(const struct ifm_study *study, size_t factor, const size_t *levels)
{
    return json_pack("{s:s, s:o}", "factor", names_at(&study->graph.factors, factor), "levels",
                     ifm_graph_levels(&study->graph, levels, &study->graph.in_interventions[factor]));
}

static json_t *exponents_json(const struct ifm_study *study, const gim_ifm_verdict *verdict, size_t variable)
{
    json_t *object = json_object();
    double *q = memory_new(study->observed.environments.n, sizeof *q);
    gim_ifm_exponents(verdict, variable, q);
    for (size_t t = 0; t < study->observed.environments.n; t++)
        if (fabs(q[t]) > 1e-9)
            json_object_set_new(object, names_at(&study->observed.environments, t), number_json(q[t]));
    free(q);
    return object;
}

static void add_exponents(json_t *answer, const struct ifm_study *study, const gim_ifm_verdict *verdict,
                          gim_ifm_method method)
{
    json_t *object = json_object();
    if (method == GIM_IFM_NOT_IDENTIFIED || method == GIM_IFM_BY_VARIABLES)
        json_object_set_new(answer, "exponents", json_null());
    else
        json_object_set_new(answer, "exponents", exponents_json(study, verdict, 0));
    for (size_t i = 0; method == GIM_IFM_BY_VARIABLES && i < study->graph.variables.n; i++)
        json_object_set_new(object, names_at(&study->graph.variables, i), exponents_json(study, verdict, i));
    if (method == GIM_IFM_BY_VARIABLES)
        json_object_set(answer, "variable_exponents", object);
    json_decref(object);
}

static void add_lists(json_t *answer, const struct ifm_study *study, const gim_ifm_verdict *verdict,
                      const size_t *target, const gim_ifm_summary *s)
{
    json_t *unseen = json_array(), *failed = json_array();
    size_t *list = memory_new(s->n_unseen + s->n_failed, sizeof *list);
    gim_ifm_unseen(verdict, list);
    for (size_t i = 0; i < s->n_unseen; i++)
        json_array_append_new(unseen, factor_json(study, list[i], target));
    gim_ifm_failed(verdict, list);
    for (size_t i = 0; i < s->n_failed; i++)
        json_array_append_new(failed, json_string(names_at(&study->graph.variables, list[i])));
    json_object_set_new(answer, "unseen", unseen);
    json_object_set_new(answer, "failed", failed);
    free(list);
}

static void add_certificate(json_t *answer, const struct ifm_study *study, const gim_ifm_verdict *verdict,
                            const size_t *target, size_t n)
{
    size_t T = study->observed.environments.n, m = study->graph.interventions.n;
    json_t *certificate = json_array();
    size_t *factors = memory_new(n, sizeof *factors), *regimes = memory_new(n, sizeof *regimes);
    double *weights = memory_new(n, sizeof *weights);
    gim_ifm_certificate(verdict, factors, regimes, weights);
    for (size_t i = 0; i < n; i++) {
        json_t *entry =
            factor_json(study, factors[i], regimes[i] == T ? target : study->observed.levels + regimes[i] * m);
        json_object_set_new(entry, "weight", number_json(weights[i]));
        json_array_append_new(certificate, entry);
    }
    json_object_set_new(answer, "certificate", certificate);
    free(factors);
    free(regimes);
    free(weights);
}

static void add_missing(json_t *answer, const struct ifm_study *study, const gim_ifm_verdict *verdict, size_t n)
{
    size_t m = study->graph.interventions.n, *regimes = memory_new(n, m * sizeof *regimes);
    unsigned char *observed = memory_new(n, 1);
    json_t *missing = json_array();
    gim_ifm_terms(verdict, regimes, NULL, observed);
    for (size_t i = 0; i < n; i++)
        if (!observed[i])
            json_array_append_new(missing, ifm_graph_levels(&study->graph, regimes + i * m, NULL));
    json_object_set_new(answer, "missing", missing);
    free(regimes);
    free(observed);
}

static gim_status add_suggestions(json_t *answer, const struct ifm_study *study, const size_t *target)
{
    size_t m = study->graph.interventions.n, n = 0;
    size_t *regimes = memory_new(study->suggest, m * sizeof *regimes);
    json_t *suggestions = json_array();
    gim_status status = study->suggest == 0
                            ? GIM_OK
                            : gim_ifm_suggest(study->made, study->observed.levels, study->observed.environments.n,
                                              target, study->criterion, regimes, study->suggest, &n);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(suggestions, ifm_graph_levels(&study->graph, regimes + i * m, NULL));
    json_object_set_new(answer, "suggestions", suggestions);
    free(regimes);
    return status;
}

static gim_status answer_one(json_t **answer, const struct ifm_study *study, size_t which)
{
    const size_t *target = study->unseen.levels + which * study->graph.interventions.n;
    gim_ifm_summary s = {.struct_size = sizeof s};
    gim_ifm_verdict *verdict;
    gim_status status = gim_ifm_identify_rows(study->made, study->observed.levels, study->observed.rows,
                                              study->observed.environments.n, target, study->criterion, &verdict);
    if (status != GIM_OK)
        return status;
    gim_ifm_verdict_summary(verdict, &s);
    *answer =
        json_pack("{s:s, s:b, s:s, s:b}", "environment", names_at(&study->unseen.environments, which), "identified",
                  s.method != GIM_IFM_NOT_IDENTIFIED, "method", methods[s.method], "unique", s.unique);
    add_exponents(*answer, study, verdict, s.method);
    json_object_set_new(*answer, "difficulty", number_json(s.difficulty));
    add_lists(*answer, study, verdict, target, &s);
    add_missing(*answer, study, verdict, s.n_terms);
    add_certificate(*answer, study, verdict, target, s.n_certificate);
    gim_ifm_verdict_free(verdict);
    return add_suggestions(*answer, study, target);
}

int ifm_study_answer(json_t **answer, const struct ifm_study *study, size_t which)
{
    gim_status status = answer_one(answer, study, which);
    return status == GIM_OK ? EXIT_OK : ifm_graph_fail(&study->graph, study->made, status);
}

/* ---- an answer as text ------------------------------------------------------------------------------------------- */

/* The text so far, a mark between where there is some, and more; both are freed. */
static char *join(char *text, const char *mark, char *more)
{
    char *longer = memory_format("%s%s%s", text, text[0] != '\0' ? mark : "", more);
    free(text);
    free(more);
    return longer;
}

/* {"A": "high", "B": "0"} as "A=high,B=0", {"ctrl": -1, "a": 1} as "ctrl:-1; a:1" */
static char *object_text(const json_t *object)
{
    char *text = memory_text(""), number[NUMBER_SIZE];
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        if (json_is_string(value))
            text = join(text, ",", memory_format("%s=%s", name, json_string_value(value)));
        else
            text = join(text, "; ", memory_format("%s:%s", name, number_format(json_number_value(value), number)));
    }
    return text;
}

/* "f(A=high,B=0):0.5" of a factor's level, with its weight if it has one */
static char *entry_text(const json_t *entry)
{
    const json_t *factor = json_object_get(entry, "factor"), *weight = json_object_get(entry, "weight");
    char number[NUMBER_SIZE];
    if (json_is_string(entry))
        return memory_text(json_string_value(entry));
    if (factor == NULL)
        return object_text(entry);
    char *levels = object_text(json_object_get(entry, "levels"));
    char *text = memory_format("%s(%s)%s%s", json_string_value(factor), levels, weight != NULL ? ":" : "",
                               weight != NULL ? number_format(json_number_value(weight), number) : "");
    free(levels);
    return text;
}

char *ifm_study_text(const json_t *value)
{
    char *text = json_is_object(value) ? object_text(value) : memory_text(""), number[NUMBER_SIZE];
    for (size_t i = 0; i < json_array_size(value); i++)
        text = join(text, "; ", entry_text(json_array_get(value, i)));
    if (json_is_number(value))
        text = join(text, "", memory_text(number_format(json_number_value(value), number)));
    if (json_is_boolean(value))
        text = join(text, "", memory_text(json_is_true(value) ? "yes" : "no"));
    if (json_is_string(value))
        text = join(text, "", memory_text(json_string_value(value)));
    return text;
}

/* Adds "before" and the list where the list has anything. */
static char *add_clause(char *text, const char *before, const json_t *list)
{
    char *items = ifm_study_text(list);
    if (items[0] != '\0')
        text = join(text, "; ", memory_format("%s%s", before, items));
    free(items);
    return text;
}

char *ifm_study_why(const json_t *answer)
{
    const json_t *unseen = json_object_get(answer, "unseen");
    if (json_is_true(json_object_get(answer, "identified")))
        return NULL;
    char *text = memory_text("");
    text = add_clause(text, "no observed regime has ", unseen);
    if (json_array_size(unseen) == 0)
        text = join(text, "", memory_text("its levels were seen only in combinations that do not tell them apart"));
    text = add_clause(text, "not determined are the variables ", json_object_get(answer, "failed"));
    text = add_clause(text, "one more regime would do: ", json_object_get(answer, "suggestions"));
    return text;
}

void ifm_study_free(struct ifm_study *study)
{
    gim_ifm_graph_free(study->made);
    ifm_regimes_free(&study->observed);
    ifm_regimes_free(&study->unseen);
    ifm_graph_free(&study->graph);
}
