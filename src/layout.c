/* Where the parts of a graph go. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "filter.h"
#include "memory.h"

static const double INCH = 72;

/* ---- asking ------------------------------------------------------------------------------------------------------ */

/* Numbers stand for names: no name can be mark-up there. */
static void print_graph(FILE *out, const double *widths, const struct edge *edges, size_t n_edges)
{
    fprintf(out,
            "digraph g {\n graph [rankdir=LR, nodesep=0.14, ranksep=%.2f, splines=true];\n"
            " node [shape=box, fixedsize=true, height=0.3, label=\"\"];\n edge [arrowsize=0.7];\n",
            n_edges <= 60 ? 0.75 : 1.6); /* where edges are many, they need room to part */
    for (size_t i = 0; i < n_edges; i++) {
        const size_t ends[] = {edges[i].source, edges[i].target};
        for (size_t k = 0; k < 2; k++)
            fprintf(out, " %zu [width=%.3f];\n", ends[k], widths[ends[k]] / INCH);
        fprintf(out, " %zu -> %zu;\n", ends[0], ends[1]);
    }
    fputs("}\n", out);
}

static char *ask(const struct ui *ui, const double *widths, const struct edge *edges, size_t n_edges)
{
    char *arguments[] = {"dot", "-Tplain", NULL}, *text = NULL;
    FILE *in = tmpfile();
    if (in == NULL)
        return NULL;
    print_graph(in, widths, edges, n_edges);
    bool good = fflush(in) == 0 && !ferror(in);
    rewind(in);
    good = good && filter_text(&text, ui, arguments, in) == EXIT_OK;
    fclose(in);
    if (!good) {
        free(text);
        text = NULL;
    }
    return text;
}

/* ---- reading the answer: https://graphviz.org/docs/outputs/plain ------------------------------------------------- */

static double next_number(char **text)
{
    return strtod(*text, text);
}

static bool read_node(struct layout *layout, char *line, size_t n_nodes)
{
    size_t node = strtoul(line, &line, 10);
    if (node >= n_nodes)
        return false;
    struct box *box = &layout->boxes[node];
    box->x = next_number(&line) * INCH;
    box->y = layout->height - next_number(&line) * INCH;
    box->width = next_number(&line) * INCH;
    box->height = next_number(&line) * INCH;
    return true;
}

/* Edges come in an order of dot's own. */
static bool read_edge(struct layout *layout, char *line, const struct edge *edges)
{
    size_t source = strtoul(line, &line, 10), target = strtoul(line, &line, 10), n = strtoul(line, &line, 10), at = 0;
    while (at < layout->n_curves && (edges[at].source != source || edges[at].target != target))
        at++;
    if (at == layout->n_curves || n < 4 || n > 10000)
        return false;
    struct curve *curve = &layout->curves[at];
    free(curve->points);
    curve->points = memory_new(n, 2 * sizeof *curve->points);
    curve->n = n;
    for (size_t i = 0; i < n; i++) {
        curve->points[2 * i] = next_number(&line) * INCH;
        curve->points[2 * i + 1] = layout->height - next_number(&line) * INCH;
    }
    return true;
}

static bool read_line(struct layout *layout, char *line, size_t n_nodes, const struct edge *edges)
{
    if (strncmp(line, "node ", 5) == 0)
        return read_node(layout, line + 5, n_nodes);
    if (strncmp(line, "edge ", 5) == 0)
        return read_edge(layout, line + 5, edges);
    if (strncmp(line, "graph ", 6) == 0) {
        line += 6;
        next_number(&line);
        layout->width = next_number(&line) * INCH;
        layout->height = next_number(&line) * INCH;
    }
    return true;
}

static bool read_all(struct layout *layout, char *text, size_t n_nodes, const struct edge *edges)
{
    bool good = true;
    for (char *line; good && (line = strsep(&text, "\n")) != NULL;)
        good = read_line(layout, line, n_nodes, edges);
    for (size_t i = 0; i < layout->n_curves && good; i++)
        good = layout->curves[i].n > 0;
    return good && layout->width > 0;
}

bool layout_make(struct layout *layout, const struct ui *ui, const double *widths, size_t n_nodes,
                 const struct edge *edges, size_t n_edges)
{
    layout->boxes = memory_new(n_nodes, sizeof *layout->boxes);
    layout->curves = memory_new(n_edges, sizeof *layout->curves);
    layout->n_curves = n_edges;
    char *text = ask(ui, widths, edges, n_edges);
    bool good = text != NULL && read_all(layout, text, n_nodes, edges);
    free(text);
    return good;
}

void layout_free(struct layout *layout)
{
    for (size_t i = 0; i < layout->n_curves; i++)
        free(layout->curves[i].points);
    free(layout->curves);
    free(layout->boxes);
    memset(layout, 0, sizeof *layout);
}
