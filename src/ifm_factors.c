/* gim ifm factors: the factor table of a causal graph. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "ifm_graph.h"
#include "memory.h"
#include "model.h"
#include "output.h"
#include "table.h"

struct factors_options {
    struct args_common common;
    char **edges, **targets;
};

static const struct args_page page = {
    NULL,
    "Writes the table of factors that gim ifm identify reads, from a causal graph: a factor\n"
    "for each variable, which holds the variable, its parents, and the interventions on it.\n"
    "Edges are a table with the columns source and target, as gim graph writes it, or a model\n"
    "(.gim), for its final graph; targets a table with the columns intervention and targets, a\n"
    "list with commas.",
    "  gim ifm factors --edges edges.tsv --targets acts.tsv -o factors.tsv\n",
};

/* Pairs of a table: of edges source and target, of targets intervention and variable. */
struct pairs {
    size_t (*all)[2];
    size_t n, capacity;
};

struct derivation {
    const struct ui *ui;
    struct names variables, interventions;
    struct pairs edges, targets;
    bool fixed; /* the variables are a model's */
};

static void add_pair(struct pairs *pairs, size_t from, size_t to)
{
    pairs->all = memory_grow(pairs->all, &pairs->capacity, pairs->n + 1, sizeof *pairs->all);
    pairs->all[pairs->n][0] = from;
    pairs->all[pairs->n++][1] = to;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static int read_edges(struct derivation *to, const char *path, char delimiter)
{
    struct table table = {0};
    size_t source, target;
    bool more = true;
    int code = table_open(&table, to->ui, path, delimiter);
    if (code == EXIT_OK && (code = table_column(&table, "source", &source)) == EXIT_OK)
        code = table_column(&table, "target", &target);
    while (code == EXIT_OK && (code = table_next(&table, &more)) == EXIT_OK && more) {
        const char *from = table_field(&table, source), *into = table_field(&table, target);
        if (from[0] == '\0' || into[0] == '\0')
            code = table_fail(&table, "an edge without a name at one end");
        else if (strcmp(from, into) == 0)
            code = table_fail(&table, "an edge from \"%s\" to itself", from);
        else {
            size_t i = names_add(&to->variables, from);
            add_pair(&to->edges, i, names_add(&to->variables, into));
        }
    }
    table_close(&table);
    return code;
}

static int read_model(struct derivation *to, const char *path)
{
    gim_model *model = NULL;
    int code = model_load(to->ui, path, &model);
    size_t d = code == EXIT_OK ? gim_variable_count(model) : 0;
    unsigned char *edges = memory_new(d, d);
    gim_status status = code == EXIT_OK ? gim_graph(model, NULL, edges) : GIM_OK;
    if (status < 0)
        code = model_fail(to->ui, model, status, path);
    if (code == EXIT_OK)
        model_variables(model, &to->variables);
    for (size_t i = 0; code == EXIT_OK && i < d * d; i++)
        if (edges[i])
            add_pair(&to->edges, i / d, i % d);
    to->fixed = true;
    free(edges);
    gim_model_free(model);
    return code;
}

static int read_target(struct derivation *to, const struct table *table, const char *name, size_t column)
{
    struct names targets = {0};
    size_t before = to->interventions.n, a = names_add(&to->interventions, name), j;
    int code = EXIT_OK;
    if (name[0] == '\0' || a < before)
        code =
            table_fail(table, name[0] == '\0' ? "an intervention without a name" : "intervention \"%s\" again", name);
    else
        code = ifm_names(&targets, table, column);
    if (code == EXIT_OK && targets.n == 0)
        code = table_fail(table, "column \"targets\": nothing, where an intervention acts on one variable at least");
    for (size_t i = 0; code == EXIT_OK && i < targets.n; i++) {
        const char *variable = names_at(&targets, i);
        if (to->fixed && !names_find(&to->variables, variable, &j)) {
            char *near = names_near(&to->variables, variable);
            code = table_fail(table, "\"%s\" is no variable of the model%s%s", variable, near != NULL ? "; near: " : "",
                              near != NULL ? near : "");
            free(near);
        } else
            add_pair(&to->targets, a, names_add(&to->variables, variable));
    }
    names_free(&targets);
    return code;
}

static int read_targets(struct derivation *to, const char *path, char delimiter)
{
    struct table table = {0};
    size_t intervention, targets;
    bool more = true;
    int code = table_open(&table, to->ui, path, delimiter);
    if (code == EXIT_OK && (code = table_column(&table, "intervention", &intervention)) == EXIT_OK)
        code = table_column(&table, "targets", &targets);
    while (code == EXIT_OK && (code = table_next(&table, &more)) == EXIT_OK && more)
        code = read_target(to, &table, table_field(&table, intervention), targets);
    table_close(&table);
    return code;
}

/* ---- deriving and writing ---------------------------------------------------------------------------------------- */

/* The names as a list for names_split(), which takes those with a comma in quotes; that of first comes first. */
static char *list_text(const unsigned char *flags, const struct names *names, size_t first)
{
    char *text = memory_text("");
    for (size_t i = 0; i < names->n; i++) {
        size_t at = first >= names->n ? i : i == 0 ? first : i <= first ? i - 1 : i;
        const char *name = names_at(names, at), *quote = strchr(name, ',') != NULL ? "\"" : "";
        if (!flags[at])
            continue;
        char *longer = memory_format("%s%s%s%s%s", text, text[0] != '\0' ? "," : "", quote, name, quote);
        free(text);
        text = longer;
    }
    return text;
}

static void write_factors(struct output *output, const struct derivation *from, const gim_ifm_graph *graph,
                          char delimiter)
{
    static const char *const columns[] = {"factor", "variables", "interventions"};
    unsigned char *variables = memory_new(from->variables.n, 1), *interventions = memory_new(from->interventions.n, 1);
    struct table_writer writer = table_write(output, delimiter);
    for (size_t c = 0; c < 3; c++)
        table_write_text(&writer, columns[c]);
    table_write_end(&writer);
    for (size_t k = 0; k < gim_ifm_factor_count(graph); k++) {
        gim_ifm_factor(graph, k, variables, interventions);
        char *lists[] = {list_text(variables, &from->variables, k),
                         list_text(interventions, &from->interventions, from->interventions.n)};
        table_write_text(&writer, names_at(&from->variables, k));
        for (size_t c = 0; c < 2; c++) {
            table_write_text(&writer, lists[c]);
            free(lists[c]);
        }
        table_write_end(&writer);
    }
    free(variables);
    free(interventions);
}

static unsigned char *matrix(const struct pairs *pairs, size_t rows, size_t columns)
{
    unsigned char *flags = memory_new(rows, columns);
    for (size_t i = 0; i < pairs->n; i++)
        flags[pairs->all[i][0] * columns + pairs->all[i][1]] = 1;
    return flags;
}

static int derive(const struct derivation *from, gim_ifm_graph **graph)
{
    size_t d = from->variables.n, m = from->interventions.n, *levels = memory_new(m, sizeof *levels);
    unsigned char *edges = matrix(&from->edges, d, d), *targets = matrix(&from->targets, m, d);
    for (size_t a = 0; a < m; a++)
        levels[a] = 2; /* how many there are, these factors do not depend on */
    gim_status status = gim_ifm_graph_new(graph, d, m, levels, NULL);
    if (status == GIM_OK)
        status = gim_ifm_graph_add_edges(*graph, edges, targets);
    char text[512] = "";
    gim_ifm_graph_message(*graph, text, sizeof text);
    free(levels);
    free(edges);
    free(targets);
    return status == GIM_OK ? EXIT_OK : ui_fail(from->ui, "%s", text[0] != '\0' ? text : gim_status_text(status));
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int run(void *options)
{
    const struct factors_options *o = options;
    const struct ui *ui = &o->common.ui;
    struct derivation from = {.ui = ui};
    struct output output = {0};
    gim_ifm_graph *graph = NULL;
    char delimiter = 0;
    int code;
    if ((code = args_need(ui, "--edges", o->edges)) != EXIT_OK ||
        (code = args_need(ui, "--targets", o->targets)) != EXIT_OK ||
        (code = args_delimiter(ui, o->common.delimiter, &delimiter)) != EXIT_OK)
        return code;
    const char *edges = args_text(o->edges), *targets = args_text(o->targets), *end = strrchr(edges, '.');
    if (strcmp(edges, "-") == 0 && strcmp(targets, "-") == 0)
        return ui_usage(ui, "only one table can be standard input");
    code = end != NULL && strcmp(end, ".gim") == 0 ? read_model(&from, edges) : read_edges(&from, edges, delimiter);
    if (code == EXIT_OK && (code = read_targets(&from, targets, delimiter)) == EXIT_OK &&
        (code = derive(&from, &graph)) == EXIT_OK &&
        (code = output_open(&output, ui, args_text(o->common.output))) == EXIT_OK)
        write_factors(&output, &from, graph, delimiter);
    code = output_close(&output, code);
    gim_ifm_graph_free(graph);
    free(from.edges.all);
    free(from.targets.all);
    names_free(&from.variables);
    names_free(&from.interventions);
    return code;
}

int command_ifm_factors(int argc, const char **argv)
{
    struct factors_options o = {.common.ui.command = "gim ifm factors"};
    struct poptOption options[] = {
        ARGS_VALUE("edges", 'e', ARGS_ONCE, &o.edges, "the table of edges, or a model (.gim)", "FILE"),
        ARGS_VALUE("targets", 't', ARGS_ONCE, &o.targets, "the table of interventions and what they act on", "FILE"),
        ARGS_OUTPUT(&o.common, "write to FILE, compressed if it ends in .gz"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
