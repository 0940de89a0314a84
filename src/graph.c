/* gim graph: the causal graph, as a table or a drawing. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "drawing.h"
#include "memory.h"
#include "model.h"
#include "number.h"
#include "output.h"
#include "table.h"

struct graph_options {
    struct args_common common;
    char **format, **threshold;
};

static const struct args_page page = {
    "MODEL",
    "Prints the graph: which variable acts on which, how probable each edge is, and\n"
    "its weight where mechanisms are linear. Without --threshold, the edges of the\n"
    "final graph, which has no cycle; with it, all pairs that are probable enough.",
    "  gim graph model.gim --format svg -o graph.svg\n",
};

/* The edges that are shown. Starts as {0}. */
struct graph {
    struct edge *edges;
    size_t n, capacity;
    bool weighted; /* mechanisms are linear */
};

/* threshold < 0: the final graph. */
static void choose(struct graph *graph, size_t d, const double *probability, const unsigned char *final,
                   const double *weight, double threshold)
{
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++) {
            size_t at = i * d + j;
            if (i == j || (threshold < 0 ? !final[at] : probability[at] < threshold))
                continue;
            graph->edges = memory_grow(graph->edges, &graph->capacity, graph->n + 1, sizeof *graph->edges);
            graph->edges[graph->n++] =
                (struct edge){i, j, probability[at], graph->weighted && final[at] ? weight[at] : NAN};
        }
}

static int read_graph(struct graph *graph, const struct ui *ui, const gim_model *model, const char *path,
                      double threshold)
{
    size_t d = gim_variable_count(model);
    double *probability = memory_new(d, d * sizeof *probability), *weight = memory_new(d, d * sizeof *weight);
    unsigned char *final = memory_new(d, d);
    graph->weighted = model_option(model, GIM_MECHANISM) == GIM_LINEAR;
    gim_status status = gim_graph(model, probability, final);
    if (status >= 0 && graph->weighted)
        status = gim_weights(model, weight);
    if (status >= 0)
        choose(graph, d, probability, final, weight, threshold);
    free(probability);
    free(weight);
    free(final);
    return status < 0 ? model_fail(ui, model, status, path) : EXIT_OK;
}

static void write_table(struct output *output, const gim_model *model, const struct graph *graph, char delimiter)
{
    static const char *const columns[] = {"source", "target", "probability", "weight"};
    struct table_writer writer = table_write(output, delimiter);
    for (size_t i = 0; i < (graph->weighted ? 4 : 3); i++)
        table_write_text(&writer, columns[i]);
    table_write_end(&writer);
    for (size_t i = 0; i < graph->n; i++) {
        const struct edge *edge = &graph->edges[i];
        table_write_text(&writer, gim_variable_name(model, edge->source));
        table_write_text(&writer, gim_variable_name(model, edge->target));
        table_write_number(&writer, edge->probability);
        if (graph->weighted)
            table_write_number(&writer, edge->weight);
        table_write_end(&writer);
    }
}

static json_t *graph_json(const gim_model *model, const struct graph *graph)
{
    json_t *variables = json_array(), *edges = json_array();
    for (size_t i = 0; i < gim_variable_count(model); i++)
        json_array_append_new(variables, json_string(gim_variable_name(model, i)));
    for (size_t i = 0; i < graph->n; i++) {
        const struct edge *e = &graph->edges[i];
        json_t *edge = json_pack("{s:s, s:s, s:o}", "source", gim_variable_name(model, e->source), "target",
                                 gim_variable_name(model, e->target), "probability", number_json(e->probability));
        if (graph->weighted)
            json_object_set_new(edge, "weight", number_json(e->weight));
        json_array_append_new(edges, edge);
    }
    return json_pack("{s:o, s:o}", "variables", variables, "edges", edges);
}

static int write_graph(struct output *output, const struct ui *ui, const gim_model *model, const struct graph *graph,
                       const char *format, char delimiter)
{
    if (ui->json)
        output_json(output, graph_json(model, graph));
    else if (strcmp(format, "svg") == 0)
        return drawing_svg(output, ui, model, graph->edges, graph->n);
    else if (strcmp(format, "dot") == 0)
        drawing_dot(output, model, graph->edges, graph->n);
    else
        write_table(output, model, graph, delimiter);
    return EXIT_OK;
}

/* As --format says, or else the name of the output. */
static int check_format(const struct graph_options *o, const char **format)
{
    static const char *const formats[] = {"tsv", "dot", "svg"};
    const char *text = args_text(o->format), *output = args_text(o->common.output);
    const char *wanted = text != NULL                                     ? text
                         : output != NULL && strrchr(output, '.') != NULL ? strrchr(output, '.') + 1
                                                                          : "";
    if (text != NULL && o->common.ui.json)
        return ui_usage(&o->common.ui, "--format and --json exclude each other");
    *format = NULL;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(wanted, formats[i]) == 0)
            *format = formats[i];
    if (*format == NULL && text != NULL)
        return ui_usage(&o->common.ui, "--format: \"%s\" is none of tsv, dot and svg", text);
    if (*format == NULL)
        *format = formats[0];
    return EXIT_OK;
}

static int run(void *options)
{
    const struct graph_options *o = options;
    const char *path = o->common.operands[0];
    const struct ui *ui = &o->common.ui;
    gim_model *model = NULL;
    struct graph graph = {0};
    struct output output = {0};
    const char *format;
    double threshold = -1;
    char delimiter = 0;
    int code;
    if ((code = check_format(o, &format)) != EXIT_OK ||
        (code = args_real(ui, "--threshold", o->threshold, 0, 1, &threshold)) != EXIT_OK ||
        (code = args_delimiter(ui, o->common.delimiter, &delimiter)) != EXIT_OK ||
        (code = model_load(ui, path, &model)) != EXIT_OK ||
        (code = read_graph(&graph, ui, model, path, threshold)) != EXIT_OK ||
        (code = output_open(&output, ui, args_text(o->common.output))) != EXIT_OK)
        goto out;
    code = write_graph(&output, ui, model, &graph, format, delimiter);
out:
    code = output_close(&output, code);
    free(graph.edges);
    gim_model_free(model);
    return code;
}

int command_graph(int argc, const char **argv)
{
    struct graph_options o = {.common.ui.command = "gim graph"};
    struct poptOption options[] = {
        ARGS_VALUE("format", 'f', ARGS_ONCE, &o.format,
                   "tsv, dot, or svg, which Graphviz draws (by the name of the output, else tsv)", "FORMAT"),
        ARGS_VALUE("threshold", 't', ARGS_ONCE, &o.threshold, "all pairs of this probability or more", "P"),
        ARGS_OUTPUT(&o.common, "write to FILE, compressed if it ends in .gz"),
        ARGS_JSON(&o.common, "JSON in place of a table"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
