/* gim compare-graphs: how far an estimated graph is from the true one. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "memory.h"
#include "model.h"
#include "number.h"
#include "output.h"
#include "table.h"

struct compare_options {
    struct args_common common;
    char **estimate, **truth, **variables, **threshold;
};

static const struct args_page page = {
    NULL,
    "Compares an estimated graph with the true one: edges found and missed, structural\n"
    "Hamming distance (a reversed edge counts once in shd, twice in shd_entries),\n"
    "structural intervention distance, precision, recall, F1, and where probabilities\n"
    "are known the area under the precision-recall curve. A table has the columns source\n"
    "and target, and may have probability.",
    "  gim compare-graphs --estimate model.gim --truth edges.tsv\n",
};

struct link {
    size_t source, target;
    double probability;
    bool edge; /* probable enough, or listed without a probability */
};

/* Starts as {0}. */
struct graph {
    struct link *links;
    size_t n, capacity;
    bool probable; /* probabilities are known; of pairs that are not listed they are 0 */
};

/* Both graphs over the same variables. */
struct comparison {
    const struct ui *ui;
    struct names variables;
    bool fixed; /* by --variables or a model: tables may name no others */
    struct graph estimate, truth;
    double threshold; /* negative: not given */
    gim_graph_scores scores;
    double auprc;
};

static void add_link(struct graph *graph, struct link link)
{
    graph->links = memory_grow(graph->links, &graph->capacity, graph->n + 1, sizeof *graph->links);
    graph->links[graph->n++] = link;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static int find_variable(struct comparison *c, const struct table *table, size_t column, size_t *variable)
{
    const char *name = table_field(table, column);
    if (name[0] == '\0')
        return table_fail(table, "column \"%s\": nothing, where every edge needs a name",
                          names_at(&table->columns, column));
    if (c->fixed && !names_find(&c->variables, name, variable))
        return table_fail(table, "\"%s\" is none of the variables that are compared", name);
    *variable = names_add(&c->variables, name);
    return EXIT_OK;
}

static int read_rows(struct comparison *c, struct graph *graph, struct table *table)
{
    size_t source, target, probability;
    int code = table_column(table, "source", &source);
    if (code == EXIT_OK)
        code = table_column(table, "target", &target);
    graph->probable = names_find(&table->columns, "probability", &probability);
    double least = c->threshold < 0 ? 0.5 : c->threshold;
    for (bool more = true; code == EXIT_OK;) {
        struct link link = {.probability = 1, .edge = true};
        if ((code = table_next(table, &more)) != EXIT_OK || !more)
            break;
        if ((code = find_variable(c, table, source, &link.source)) != EXIT_OK ||
            (code = find_variable(c, table, target, &link.target)) != EXIT_OK ||
            (graph->probable && (code = table_probability(table, probability, &link.probability)) != EXIT_OK))
            break;
        if (link.source == link.target)
            code = table_fail(table, "an edge from \"%s\" to itself", names_at(&c->variables, link.source));
        link.edge = !graph->probable || link.probability >= least;
        add_link(graph, link);
    }
    return code;
}

static int read_table(struct comparison *c, struct graph *graph, const char *path, char delimiter)
{
    struct table table = {0};
    int code = table_open(&table, c->ui, path, delimiter);
    if (code == EXIT_OK)
        code = read_rows(c, graph, &table);
    table_close(&table);
    return code;
}

/* The final graph, or with --threshold all pairs that are probable enough. */
static int read_model(struct comparison *c, struct graph *graph, const char *path)
{
    gim_model *model = NULL;
    int code = model_load(c->ui, path, &model);
    size_t d = code == EXIT_OK ? gim_variable_count(model) : 0;
    double *probability = memory_new(d, d * sizeof *probability);
    unsigned char *final = memory_new(d, d);
    gim_status status = code == EXIT_OK ? gim_graph(model, probability, final) : GIM_OK;
    if (status < 0)
        code = model_fail(c->ui, model, status, path);
    if (code == EXIT_OK && c->variables.n > 0)
        code = ui_usage(c->ui, "--variables: a model has its own");
    graph->probable = c->fixed = true;
    for (size_t i = 0; code == EXIT_OK && i < d * d; i++)
        if (i / d != i % d)
            add_link(graph, (struct link){i / d, i % d, probability[i],
                                          c->threshold < 0 ? final[i] : probability[i] >= c->threshold});
    if (code == EXIT_OK)
        model_variables(model, &c->variables);
    free(probability);
    free(final);
    gim_model_free(model);
    return code;
}

static int read_estimate(struct comparison *c, const char *path, char delimiter)
{
    const char *end = strrchr(path, '.');
    return end != NULL && strcmp(end, ".gim") == 0 ? read_model(c, &c->estimate, path)
                                                   : read_table(c, &c->estimate, path, delimiter);
}

/* ---- comparing --------------------------------------------------------------------------------------------------- */

/* The graph as a matrix; a pair that is listed twice is an error. */
static int fill(unsigned char *edge, double *probability, const struct comparison *c, const struct graph *graph,
                const char *path)
{
    size_t n = c->variables.n;
    unsigned char *seen = memory_new(n, n);
    int code = EXIT_OK;
    for (size_t i = 0; i < graph->n && code == EXIT_OK; i++) {
        const struct link *link = &graph->links[i];
        size_t at = link->source * n + link->target;
        if (seen[at]++)
            code = ui_fail(c->ui, "%s: the edge from \"%s\" to \"%s\" is there twice", path,
                           names_at(&c->variables, link->source), names_at(&c->variables, link->target));
        edge[at] = link->edge;
        probability[at] = link->probability;
    }
    free(seen);
    return code;
}

/* Over all ordered pairs of two variables, which take the place of the matrices. */
static gim_status average_precision(struct comparison *c, double *probability, unsigned char *truth)
{
    size_t n = c->variables.n, pairs = 0;
    for (size_t i = 0; i < n * n; i++)
        if (i / n != i % n) {
            probability[pairs] = probability[i];
            truth[pairs++] = truth[i];
        }
    return pairs > 0 ? gim_average_precision(probability, truth, pairs, NULL, &c->auprc) : GIM_OK;
}

static int compare(struct comparison *c, const char *estimate_path, const char *truth_path)
{
    size_t n = c->variables.n;
    if (n == 0)
        return ui_fail(c->ui, "%s and %s have no edge, so no variables; --variables names them", estimate_path,
                       truth_path);
    unsigned char *estimate = memory_new(n, n), *truth = memory_new(n, n);
    double *probability = memory_new(n, n * sizeof *probability), *unused = memory_new(n, n * sizeof *unused);
    gim_status status = GIM_OK;
    int code = fill(estimate, probability, c, &c->estimate, estimate_path);
    if (code == EXIT_OK)
        code = fill(truth, unused, c, &c->truth, truth_path);
    c->scores.struct_size = sizeof c->scores;
    c->auprc = NAN;
    if (code == EXIT_OK)
        status = gim_compare_graphs(estimate, truth, n, NULL, &c->scores);
    if (code == EXIT_OK && status >= 0 && c->estimate.probable)
        status = average_precision(c, probability, truth);
    if (status < 0)
        code = ui_fail(c->ui, "%zu variables: %s", n, gim_status_text(status));
    free(estimate);
    free(truth);
    free(probability);
    free(unused);
    return code;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

struct cell {
    const char *name;
    double value;
};

enum { CELLS = 14 };

static void list_cells(struct cell cells[CELLS], const struct comparison *c)
{
    const gim_graph_scores *s = &c->scores;
    const struct cell all[CELLS] = {
        {"variables", (double)c->variables.n},
        {"edges_estimate", (double)(s->true_positives + s->false_positives)},
        {"edges_truth", (double)(s->true_positives + s->false_negatives)},
        {"true_positives", (double)s->true_positives},
        {"false_positives", (double)s->false_positives},
        {"false_negatives", (double)s->false_negatives},
        {"reversed", (double)s->reversed},
        {"shd", (double)s->shd},
        {"shd_entries", (double)s->shd_entries},
        {"sid", s->sid},
        {"precision", s->precision},
        {"recall", s->recall},
        {"f1", s->f1},
        {"auprc", c->auprc},
    };
    memcpy(cells, all, sizeof all);
}

static void write_scores(struct output *output, const struct comparison *c, char delimiter)
{
    struct cell cells[CELLS];
    list_cells(cells, c);
    if (c->ui->json) {
        json_t *object = json_object();
        for (size_t i = 0; i < CELLS; i++)
            json_object_set_new(object, cells[i].name, number_json(cells[i].value));
        output_json(output, object);
        return;
    }
    struct table_writer writer = table_write(output, delimiter);
    for (size_t i = 0; i < CELLS; i++)
        table_write_text(&writer, cells[i].name);
    table_write_end(&writer);
    for (size_t i = 0; i < CELLS; i++)
        table_write_number(&writer, cells[i].value);
    table_write_end(&writer);
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int check_options(struct comparison *c, const struct compare_options *o, char *delimiter)
{
    const struct ui *ui = &o->common.ui;
    int code;
    if ((code = args_need(ui, "--estimate", o->estimate)) != EXIT_OK ||
        (code = args_need(ui, "--truth", o->truth)) != EXIT_OK ||
        (code = args_delimiter(ui, o->common.delimiter, delimiter)) != EXIT_OK ||
        (code = args_real(ui, "--threshold", o->threshold, 0, 1, &c->threshold)) != EXIT_OK ||
        (code = args_names(ui, "--variables", o->variables, true, &c->variables)) != EXIT_OK)
        return code;
    c->fixed = c->variables.n > 0;
    if (strcmp(args_text(o->estimate), "-") == 0 && strcmp(args_text(o->truth), "-") == 0)
        return ui_usage(ui, "only one table can be standard input");
    return EXIT_OK;
}

static int run(void *options)
{
    const struct compare_options *o = options;
    const struct ui *ui = &o->common.ui;
    struct comparison c = {.ui = ui, .threshold = -1};
    struct output output = {0};
    const char *estimate = args_text(o->estimate), *truth = args_text(o->truth);
    char delimiter = 0;
    int code;
    if ((code = check_options(&c, o, &delimiter)) != EXIT_OK ||
        (code = read_estimate(&c, estimate, delimiter)) != EXIT_OK ||
        (code = read_table(&c, &c.truth, truth, delimiter)) != EXIT_OK ||
        (code = compare(&c, estimate, truth)) != EXIT_OK ||
        (code = output_open(&output, ui, args_text(o->common.output))) != EXIT_OK)
        goto out;
    write_scores(&output, &c, delimiter);
out:
    code = output_close(&output, code);
    free(c.estimate.links);
    free(c.truth.links);
    names_free(&c.variables);
    return code;
}

int command_compare_graphs(int argc, const char **argv)
{
    struct compare_options o = {.common.ui.command = "gim compare-graphs"};
    struct poptOption options[] = {
        ARGS_VALUE("estimate", 'e', ARGS_ONCE, &o.estimate, "a table of edges, as of gim graph, or a model (.gim)",
                   "FILE"),
        ARGS_VALUE("truth", 't', ARGS_ONCE, &o.truth, "the table of the true edges", "FILE"),
        ARGS_VALUE("threshold", 0, ARGS_ONCE, &o.threshold,
                   "pairs of this probability or more are edges (0.5; of a model: its final graph)", "P"),
        ARGS_VALUE("variables", 0, ARGS_MANY, &o.variables, "the variables (all that the tables name)", "A,B,..."),
        ARGS_OUTPUT(&o.common, "write to FILE, compressed if it ends in .gz"),
        ARGS_JSON(&o.common, "JSON in place of a table"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
