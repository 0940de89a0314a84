/* gim ifm identify: which untried combinations the observed ones determine. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "ifm_graph.h"
#include "memory.h"
#include "number.h"
#include "output.h"
#include "table.h"

struct identify_options {
    struct args_common common;
    char **factors, **observed, **unseen, **baseline, **criterion, **suggest;
};

static const struct args_page page = {
    NULL,
    "Says, before any data are looked at, which combinations of interventions that were\n"
    "not tried are determined by those that were, given which factors there are: a table\n"
    "with the columns variables and interventions, each a list with commas, and perhaps\n"
    "factor, a name. Regimes are tables with the column environment and one for every\n"
    "intervention, which holds its level; the observed ones may have a column rows, how\n"
    "many each has, by which exponents and difficulty then go.",
    "  gim ifm identify --factors factors.tsv --observed tried.tsv --unseen wanted.tsv\n",
};

static const char *const criteria[] = {"per-variable", "product-ratio", "message-passing", NULL};
static const char *const methods[] = {"none", "observed", "product-ratio", "per-variable", "message-passing"};

struct study {
    const struct ui *ui;
    struct ifm_graph graph;
    struct ifm_regimes observed, unseen;
    gim_ifm_graph *made;
    int criterion;
    int64_t suggest;
};

/* ---- an answer as JSON, from which the table is made too --------------------------------------------------------- */

/* {"A": "high", ...}: the levels of a regime, of all interventions or those of a factor */
static json_t *levels_json(const struct study *study, const size_t *levels, const struct names *only)
{
    json_t *object = json_object();
    for (size_t j = 0; j < study->graph.interventions.n; j++) {
        const char *name = names_at(&study->graph.interventions, j);
        if (only == NULL || names_have(only, name))
            json_object_set_new(object, name, json_string(names_at(&study->graph.levels[j], levels[j])));
    }
    return object;
}

static json_t *factor_json(const struct study *study, size_t factor, const size_t *levels)
{
    return json_pack("{s:s, s:o}", "factor", names_at(&study->graph.factors, factor), "levels",
                     levels_json(study, levels, &study->graph.in_interventions[factor]));
}

static json_t *exponents_json(const struct study *study, const gim_ifm_verdict *verdict, size_t variable)
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

static void add_exponents(json_t *answer, const struct study *study, const gim_ifm_verdict *verdict,
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

static void add_lists(json_t *answer, const struct study *study, const gim_ifm_verdict *verdict, const size_t *target,
                      const gim_ifm_summary *s)
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

static void add_certificate(json_t *answer, const struct study *study, const gim_ifm_verdict *verdict,
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

static void add_missing(json_t *answer, const struct study *study, const gim_ifm_verdict *verdict, size_t n)
{
    size_t m = study->graph.interventions.n, *regimes = memory_new(n, m * sizeof *regimes);
    unsigned char *observed = memory_new(n, 1);
    json_t *missing = json_array();
    gim_ifm_terms(verdict, regimes, NULL, observed);
    for (size_t i = 0; i < n; i++)
        if (!observed[i])
            json_array_append_new(missing, levels_json(study, regimes + i * m, NULL));
    json_object_set_new(answer, "missing", missing);
    free(regimes);
    free(observed);
}

static gim_status add_suggestions(json_t *answer, const struct study *study, const size_t *target)
{
    size_t m = study->graph.interventions.n, n = 0;
    size_t *regimes = memory_new((size_t)study->suggest, m * sizeof *regimes);
    json_t *suggestions = json_array();
    gim_status status =
        study->suggest == 0
            ? GIM_OK
            : gim_ifm_suggest(study->made, study->observed.levels, study->observed.environments.n, target,
                              (gim_ifm_criterion)study->criterion, regimes, (size_t)study->suggest, &n);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(suggestions, levels_json(study, regimes + i * m, NULL));
    json_object_set_new(answer, "suggestions", suggestions);
    free(regimes);
    return status;
}

static gim_status identify(json_t **answer, const struct study *study, size_t which)
{
    const size_t *target = study->unseen.levels + which * study->graph.interventions.n;
    gim_ifm_summary s = {.struct_size = sizeof s};
    gim_ifm_verdict *verdict;
    gim_status status =
        gim_ifm_identify_rows(study->made, study->observed.levels, study->observed.rows, study->observed.environments.n,
                              target, (gim_ifm_criterion)study->criterion, &verdict);
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

/* ---- the table --------------------------------------------------------------------------------------------------- */

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

static void write_cell(struct table_writer *writer, const json_t *value)
{
    char *text = json_is_object(value) ? object_text(value) : memory_text(""), number[NUMBER_SIZE];
    for (size_t i = 0; i < json_array_size(value); i++)
        text = join(text, "; ", entry_text(json_array_get(value, i)));
    if (json_is_boolean(value))
        text = join(text, "", memory_text(json_is_true(value) ? "yes" : "no"));
    if (json_is_number(value))
        text = join(text, "", memory_text(number_format(json_number_value(value), number)));
    table_write_text(writer, json_is_string(value) ? json_string_value(value) : text);
    free(text);
}

static void write_answers(struct output *output, const struct study *study, json_t *answers, char delimiter)
{
    static const char *const columns[] = {"environment", "identified", "method",      "exponents",   "unseen",
                                          "failed",      "missing",    "certificate", "suggestions", "difficulty"};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    if (study->ui->json) {
        output_json(output, json_pack("{s:s, s:O}", "criterion", criteria[study->criterion], "environments", answers));
        return;
    }
    struct table_writer writer = table_write(output, delimiter);
    for (size_t c = 0; c < COLUMNS; c++)
        table_write_text(&writer, columns[c]);
    table_write_end(&writer);
    for (size_t i = 0; i < json_array_size(answers); i++) {
        for (size_t c = 0; c < COLUMNS; c++)
            write_cell(&writer, json_object_get(json_array_get(answers, i), columns[c]));
        table_write_end(&writer);
    }
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int check_options(struct study *study, const struct identify_options *o, char *delimiter)
{
    const struct ui *ui = &o->common.ui;
    const char *paths[] = {args_text(o->factors), args_text(o->observed), args_text(o->unseen)};
    int code, standard = 0;
    if ((code = args_need(ui, "--factors", o->factors)) != EXIT_OK ||
        (code = args_need(ui, "--observed", o->observed)) != EXIT_OK ||
        (code = args_delimiter(ui, o->common.delimiter, delimiter)) != EXIT_OK ||
        (code = args_choice(ui, "--criterion", o->criterion, criteria, &study->criterion)) != EXIT_OK ||
        (code = args_integer(ui, "--suggest", o->suggest, 0, 1000, &study->suggest)) != EXIT_OK)
        return code;
    for (size_t i = 0; i < 3; i++)
        standard += paths[i] != NULL && strcmp(paths[i], "-") == 0;
    return standard > 1 ? ui_usage(ui, "only one table can be standard input") : EXIT_OK;
}

/* Levels that only the unseen regimes have: a slip, perhaps. */
static void warn_of_levels(const struct study *study, const struct names *tried)
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

static void warn_of_baseline(const struct study *study, const char *baseline)
{
    size_t m = study->graph.interventions.n;
    for (size_t j = 0; j < m; j++) {
        size_t t = 0;
        while (t < study->observed.environments.n && study->observed.levels[t * m + j] != 0)
            t++;
        if (t == study->observed.environments.n)
            ui_warn(study->ui, "%s: no regime has \"%s\" at the baseline \"%s\"; --baseline names another",
                    study->observed.path, names_at(&study->graph.interventions, j), baseline);
    }
}

static int read_unseen(struct study *study, const char *path, char delimiter)
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
    return code;
}

static int answer_all(const struct study *study, json_t *answers)
{
    for (size_t i = 0; i < study->unseen.environments.n; i++) {
        json_t *answer = NULL;
        gim_status status = identify(&answer, study, i);
        json_array_append_new(answers, answer);
        if (status != GIM_OK)
            return ifm_graph_fail(&study->graph, study->made, status);
    }
    return EXIT_OK;
}

static int run(const struct identify_options *o)
{
    struct study study = {.ui = &o->common.ui, .suggest = 3, .observed.counted = true};
    struct output output = {0};
    char delimiter = 0;
    const char *baseline = o->baseline != NULL ? args_text(o->baseline) : "0";
    json_t *answers = json_array();
    int code;
    if ((code = check_options(&study, o, &delimiter)) != EXIT_OK ||
        (code = ifm_graph_read(&study.graph, study.ui, args_text(o->factors), delimiter, baseline)) != EXIT_OK ||
        (code = ifm_regimes_read(&study.observed, &study.graph, args_text(o->observed), delimiter)) != EXIT_OK ||
        (code = ifm_regimes_distinct(&study.observed, &study.graph)) != EXIT_OK)
        goto out;
    warn_of_baseline(&study, baseline);
    if ((code = read_unseen(&study, args_text(o->unseen), delimiter)) != EXIT_OK ||
        (code = ifm_graph_make(&study.graph, &study.made)) != EXIT_OK ||
        (code = answer_all(&study, answers)) != EXIT_OK ||
        (code = output_open(&output, study.ui, args_text(o->common.output))) != EXIT_OK)
        goto out;
    write_answers(&output, &study, answers, delimiter);
out:
    code = output_close(&output, code);
    json_decref(answers);
    gim_ifm_graph_free(study.made);
    ifm_regimes_free(&study.observed);
    ifm_regimes_free(&study.unseen);
    ifm_graph_free(&study.graph);
    return code;
}

int command_ifm_identify(int argc, const char **argv)
{
    struct identify_options o = {.common.ui.command = "gim ifm identify"};
    struct poptOption options[] = {
        ARGS_VALUE("factors", 'f', ARGS_ONCE, &o.factors, "the table of factors", "FILE"),
        ARGS_VALUE("observed", 'd', ARGS_ONCE, &o.observed, "the regimes that were tried", "FILE"),
        ARGS_VALUE("unseen", 'p', ARGS_ONCE, &o.unseen,
                   "the regimes asked about (all combinations of levels that were not tried)", "FILE"),
        ARGS_VALUE("baseline", 0, ARGS_ONCE, &o.baseline, "the level at which nothing is done (0)", "LEVEL"),
        ARGS_VALUE("criterion", 'c', ARGS_ONCE, &o.criterion,
                   "per-variable, product-ratio or message-passing (per-variable)", "NAME"),
        ARGS_VALUE("suggest", 0, ARGS_ONCE, &o.suggest, "how many regimes to suggest for one that is refused (3)", "N"),
        ARGS_OUTPUT(&o.common, "write to FILE, compressed if it ends in .gz"),
        ARGS_JSON(&o.common, "JSON in place of a table"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    char *none = NULL;
    int code = args_parse(&o.common.ui, argc, argv, options, &page, &none);
    if (code == EXIT_OK)
        code = run(&o);
    args_free(options);
    return code == ARGS_HELPED ? EXIT_OK : code;
}
