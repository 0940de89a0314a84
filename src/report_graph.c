/* The causal graph: drawn in layers, as a matrix, as a table. SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "heatmap.h"
#include "layout.h"
#include "memory.h"
#include "report.h"

enum { DRAWN_EDGES = 300, DRAWN_NODES = 120, READABLE = 50, MATRIX = 150, LISTED = 1000, NAME = 18, MARGIN = 8 };

struct edges {
    struct edge *all;
    double *strength; /* (n): weight in standard deviations of both ends; NaN where there is none */
    size_t n, n_linked;
    bool *linked; /* (d): has an edge */
};

static struct edges list_edges(const struct report *report)
{
    size_t d = report->d, capacity = 0, n = 0;
    struct edges edges = {.linked = memory_new(d, sizeof(bool))};
    for (size_t at = 0; at < d * d; at++) {
        if (!report->edges[at])
            continue;
        size_t i = at / d, j = at % d;
        edges.all = memory_grow(edges.all, &capacity, n + 1, sizeof *edges.all);
        edges.all[n++] =
            (struct edge){i, j, report->probability[at], report->weight != NULL ? report->weight[at] : NAN};
        edges.linked[i] = edges.linked[j] = true;
    }
    edges.n = n;
    edges.strength = memory_new(n, sizeof *edges.strength);
    for (size_t k = 0; k < n; k++) {
        const struct edge *edge = &edges.all[k];
        double scale = report->deviation[edge->source] / report->deviation[edge->target];
        edges.strength[k] = isfinite(scale) ? edge->weight * scale : NAN;
    }
    for (size_t i = 0; i < d; i++)
        edges.n_linked += edges.linked[i];
    return edges;
}

static void edges_free(struct edges *edges)
{
    free(edges->all);
    free(edges->strength);
    free(edges->linked);
}

/* ---- drawn ------------------------------------------------------------------------------------------------------- */

static double line_width(double probability, double strength)
{
    return isnan(strength) ? 0.7 + 1.5 * probability : 0.8 + 2.8 * fmin(fabs(strength), 1);
}

/* An arrow, or, where a source lowers its target, a bar: to be told apart without colour too. */
static void print_head(struct page *page, const struct curve *curve, const char *colour, bool negative)
{
    const double *end = curve->points + 2 * (curve->n - 1), *before = end - 2;
    double dx = end[0] - before[0], dy = end[1] - before[1], length = hypot(dx, dy);
    for (size_t back = 2; length < 0.5 && back < curve->n; back++) {
        before -= 2;
        dx = end[0] - before[0];
        dy = end[1] - before[1];
        length = hypot(dx, dy);
    }
    if (length == 0)
        return;
    dx /= length;
    dy /= length;
    if (negative)
        page_print(
            page,
            "<path class=\"%s\" stroke-width=\"2.4\" fill=\"none\" d=\"M%.1f,%.1fL%.1f,%.1fM%.1f,%.1fL%.1f,%.1f\"/>",
            colour, end[0] + 5 * dx - 4.5 * dy, end[1] + 5 * dy + 4.5 * dx, end[0] + 5 * dx + 4.5 * dy,
            end[1] + 5 * dy - 4.5 * dx, end[0], end[1], end[0] + 5 * dx, end[1] + 5 * dy);
    else
        page_print(page, "<path class=\"f%s\" d=\"M%.1f,%.1fL%.1f,%.1fL%.1f,%.1fZ\"/>", colour, end[0] + 7 * dx,
                   end[1] + 7 * dy, end[0] - 3.2 * dy, end[1] + 3.2 * dx, end[0] + 3.2 * dy, end[1] - 3.2 * dx);
}

static void print_edge(struct page *page, const struct report *report, const struct edge *edge, double strength,
                       const struct curve *curve)
{
    const char *colour = isnan(edge->weight) ? "grey" : edge->weight < 0 ? "red" : "blue";
    page_print(page, "<g opacity=\"%.2f\"><title>", 0.35 + 0.65 * edge->probability);
    page_text(page, gim_variable_name(report->model, edge->source));
    page_print(page, " → ");
    page_text(page, gim_variable_name(report->model, edge->target));
    page_print(page, ": probability %.3g", edge->probability);
    if (!isnan(edge->weight))
        page_print(page, ", weight %.3g", edge->weight);
    page_print(page, "</title><path class=\"%s\" fill=\"none\" stroke-width=\"%.1f\"%s d=\"M%.1f,%.1fC", colour,
               line_width(edge->probability, strength), edge->probability < 0.8 ? " stroke-dasharray=\"6 4\"" : "",
               curve->points[0], curve->points[1]);
    for (size_t i = 1; i < curve->n; i++)
        page_print(page, "%s%.1f,%.1f", i > 1 ? " " : "", curve->points[2 * i], curve->points[2 * i + 1]);
    page_print(page, "\"/>");
    print_head(page, curve, colour, edge->weight < 0);
    page_print(page, "</g>\n");
}

static void print_drawing(struct page *page, const struct report *report, const struct edges *edges,
                          const struct layout *layout)
{
    page_picture(page, layout->width + 2 * MARGIN, layout->height + 2 * MARGIN, true, "The causal graph",
                 "Variables as boxes in layers from left to right, causes before effects; edges as arrows. The table "
                 "of edges below has the same.");
    page_print(page, "<g transform=\"translate(%d,%d)\">\n", MARGIN, MARGIN);
    for (size_t k = 0; k < edges->n; k++)
        print_edge(page, report, &edges->all[k], edges->strength[k], &layout->curves[k]);
    for (size_t i = 0; i < report->d; i++) {
        const struct box *box = &layout->boxes[i];
        if (!edges->linked[i])
            continue;
        page_print(page, "<g><title>");
        page_text(page, gim_variable_name(report->model, i));
        page_print(page,
                   "</title><rect class=\"node\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"4\"/>"
                   "<text class=\"m\" x=\"%.1f\" y=\"%.1f\">",
                   box->x - box->width / 2, box->y - box->height / 2, box->width, box->height, box->x, box->y + 4);
        page_label(page, gim_variable_name(report->model, i), NAME);
        page_print(page, "</text></g>\n");
    }
    page_print(page, "</g>\n");
    page_picture_end(page);
}

static void print_key(struct page *page, const struct report *report)
{
    page_print(page, "<p class=\"key\">");
    if (report->weight != NULL)
        page_print(page,
                   "<span><svg viewBox=\"0 0 26 12\"><path class=\"line blue\" d=\"M0,6h20\"/><path class=\"fblue\" "
                   "d=\"M26,6l-7,-4v8z\"/></svg>raises its target</span>"
                   "<span><svg viewBox=\"0 0 26 12\"><path class=\"line red\" d=\"M0,6h24m0,-5v10\"/></svg>lowers "
                   "it</span><span>thicker: a larger weight, in standard deviations</span>");
    else
        page_print(page, "<span>thicker: more probable</span>");
    page_print(page, "<span>paler: less probable; <svg viewBox=\"0 0 26 12\"><path class=\"line dash grey\" "
                     "d=\"M0,6h26\"/></svg>below 0.8</span></p>\n");
}

/* False where there is no drawing that a person could read, or no dot. */
static bool draw(struct page *page, const struct report *report, const struct edges *edges)
{
    struct layout layout = {0};
    if (edges->n == 0 || edges->n > DRAWN_EDGES || edges->n_linked > DRAWN_NODES)
        return false;
    double *widths = memory_new(report->d, sizeof *widths);
    for (size_t i = 0; i < report->d; i++) {
        size_t length = strlen(gim_variable_name(report->model, i));
        widths[i] = 16 + 7 * (double)(length < 2 ? 2 : length < NAME ? length : NAME);
    }
    bool good = layout_make(&layout, report->ui, widths, report->d, edges->all, edges->n);
    if (good) {
        print_key(page, report);
        print_drawing(page, report, edges, &layout);
    }
    layout_free(&layout);
    free(widths);
    return good;
}

/* ---- as a matrix ------------------------------------------------------------------------------------------------- */

/* Causes before their effects, so that edges stand above the diagonal. */
static void order_variables(const struct report *report, size_t *chosen, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        size_t first = k;
        for (size_t i = k; i < n; i++) {
            bool caused = false;
            for (size_t j = k; j < n; j++)
                caused |= report->edges[chosen[j] * report->d + chosen[i]] != 0;
            if (!caused) {
                first = i;
                break;
            }
        }
        size_t variable = chosen[first];
        memmove(chosen + k + 1, chosen + k, (first - k) * sizeof *chosen);
        chosen[k] = variable;
    }
}

/* Which variables have room: those with the most probable edges. */
static size_t *choose_variables(const struct report *report, size_t *n)
{
    size_t d = report->d, *chosen = memory_new(d, sizeof *chosen);
    double *degree = memory_new(d, sizeof *degree);
    for (size_t at = 0; at < d * d; at++) {
        degree[at / d] += report->probability[at];
        degree[at % d] += report->probability[at];
    }
    *n = d < MATRIX ? d : MATRIX;
    for (size_t i = 0, k = 0; i < d; i++) {
        size_t above = 0;
        for (size_t j = 0; j < d; j++)
            above += degree[j] > degree[i] || (degree[j] == degree[i] && j < i);
        if (above < *n)
            chosen[k++] = i;
    }
    free(degree);
    order_variables(report, chosen, *n);
    return chosen;
}

static void print_matrix(struct page *page, const struct report *report)
{
    size_t n, *chosen = choose_variables(report, &n);
    double *value = memory_new(n, n * sizeof *value);
    unsigned char *mark = memory_new(n, n);
    const char **names = memory_new(n, sizeof *names);
    for (size_t i = 0; i < n; i++) {
        names[i] = gim_variable_name(report->model, chosen[i]);
        for (size_t j = 0; j < n; j++) {
            value[i * n + j] = report->probability[chosen[i] * report->d + chosen[j]];
            mark[i * n + j] = report->edges[chosen[i] * report->d + chosen[j]];
        }
    }
    struct heatmap map = {n, n, value, mark, names, names, n > 60 ? 12 : 15};
    heatmap_key(page, "edge of the final graph");
    heatmap_draw(page, &map, "Probability of each edge",
                 "A square for each pair of variables: the source by row, the target by column.");
    page_caption(page, "Rows are sources, columns their targets; causes stand before their effects.");
    if (n < report->d)
        page_print(page, "<p class=\"soft\">Shown are the %zu of %zu variables with the most probable edges.</p>\n", n,
                   report->d);
    free(value);
    free(mark);
    free(names);
    free(chosen);
}

static bool any_probable(const struct report *report)
{
    for (size_t at = 0; at < report->d * report->d; at++)
        if (report->edges[at] || report->probability[at] >= 0.05)
            return true;
    return false;
}

/* Of many variables it is the better picture. */
static void print_matrix_folded(struct page *page, const struct report *report, bool folded)
{
    if (!any_probable(report)) {
        page_caption(page, "No pair of variables has an edge of probability 0.05 or more.");
        return;
    }
    if (folded)
        page_details(page, "The same as a matrix of probabilities, edges that were left out included");
    page_print(page, "<figure>\n");
    print_matrix(page, report);
    page_print(page, "</figure>\n");
    if (folded)
        page_end(page, "details");
}

/* ---- as a table -------------------------------------------------------------------------------------------------- */

static void print_table(struct page *page, const struct report *report, const struct edges *edges)
{
    static const char *const columns[] = {"source", "target", "probability", "weight", "weight in standard deviations"};
    char *summary = memory_format("All %zu edges as a table", edges->n);
    bool weighted = report->weight != NULL;
    page_details(page, summary);
    free(summary);
    page_table(page, columns, weighted ? 5 : 3, 2);
    for (size_t k = 0; k < edges->n && k < LISTED; k++) {
        page_row(page);
        page_cell(page, gim_variable_name(report->model, edges->all[k].source));
        page_cell(page, gim_variable_name(report->model, edges->all[k].target));
        page_cell_number(page, edges->all[k].probability);
        if (weighted) {
            page_cell_number(page, edges->all[k].weight);
            page_cell_number(page, edges->strength[k]);
        }
        page_row_end(page);
    }
    page_table_end(page);
    if (edges->n > LISTED)
        page_print(page, "<p class=\"soft\">The first %d; <code>gim graph</code> has all.</p>\n", LISTED);
    page_end(page, "details");
}

void report_graph(struct page *page, const struct report *report)
{
    if (report->baseline)
        return;
    struct edges edges = list_edges(report);
    page_section(page, "graph", "The causal graph");
    page_print(page, "<p>%zu edge%s among %zu variables; %zu variable%s no edge.</p>\n", edges.n,
               edges.n == 1 ? "" : "s", report->d, report->d - edges.n_linked,
               report->d - edges.n_linked == 1 ? " has" : "s have");
    page_print(page, "<figure>\n");
    bool drawn = draw(page, report, &edges);
    page_print(page, "</figure>\n");
    print_matrix_folded(page, report, drawn && edges.n_linked <= READABLE);
    print_table(page, report, &edges);
    page_end(page, "section");
    edges_free(&edges);
}
