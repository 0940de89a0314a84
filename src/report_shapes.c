/* Predicted beside observed: all shifts of means, and the distributions of what moves most.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "commands.h"
#include "distribution.h"
#include "memory.h"
#include "report.h"

enum { PANELS = 12, OF_ONE = 3, SPECKS = 6000, POINTS = 97, WHO = 3 };

/* Shifts of the means from the control's, in its standard deviations. */
struct shifts {
    double *observed, *predicted; /* (n, d): of contest's environments; NaN where a variable does not vary */
    double *observed_spread, *predicted_spread;
    size_t n;
};

/* Standard deviations of the observed rows. */
static void find_spread(const struct report *report, size_t environment, const double *mean, double *spread)
{
    size_t n = frame_count(&report->observed, environment);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < report->d; j++) {
            double off = frame_row(&report->observed, environment, i)[j] - mean[j];
            spread[j] += off * off / (double)n;
        }
    for (size_t j = 0; j < report->d; j++)
        spread[j] = sqrt(spread[j]);
}

static struct shifts find_shifts(const struct report *report)
{
    size_t n = report->contest.n, d = report->d;
    struct shifts shifts = {memory_new(n, d * sizeof(double)), memory_new(n, d * sizeof(double)),
                            memory_new(n, d * sizeof(double)), memory_new(n, d * sizeof(double)), n};
    double *mean = memory_new(d, sizeof *mean);
    for (size_t e = 0; e < n; e++) {
        report_observed_mean(report, report_find(report, report->contest.environments[e].name), mean);
        find_spread(report, report->contest.environments[e].observed, mean, shifts.observed_spread + e * d);
        for (size_t j = 0; j < d; j++) {
            double unit = report->deviation[j] > 0 ? report->deviation[j] : NAN;
            shifts.observed[e * d + j] = (mean[j] - report->mean[j]) / unit;
            shifts.predicted[e * d + j] = (report->predicted_mean[e * d + j] - report->mean[j]) / unit;
            shifts.observed_spread[e * d + j] /= unit;
            shifts.predicted_spread[e * d + j] = report->predicted_deviation[e * d + j] / unit;
        }
    }
    free(mean);
    return shifts;
}

/* ---- all means --------------------------------------------------------------------------------------------------- */

static void print_scatter(struct page *page, const char *title, const char *what, const double *observed,
                          const double *predicted, size_t n)
{
    size_t stride = (n + SPECKS - 1) / SPECKS, shown = 0;
    double *x = memory_new(2 * n, sizeof *x), *y = x + n, range[2] = {NAN, NAN};
    struct chart chart;
    for (size_t i = 0; i < n; i += stride, shown++) {
        x[shown] = observed[i];
        y[shown] = predicted[i];
    }
    chart_range(range, x, shown);
    chart_range(range, y, shown);
    double room = 0.04 * (range[1] - range[0]);
    range[0] -= room;
    range[1] += room;
    page_print(page, "<div><h4>%s</h4>", title);
    chart_open(&chart, page, 300, range, range, title,
               "A dot for each perturbation and variable, observed across, predicted up; on the diagonal, both are the "
               "same.");
    chart_axes(&chart, what, "predicted");
    chart_line(&chart, "dash grey", range, range, 2);
    chart_dots(&chart, shown < 300 ? "specks large blue" : "specks blue", x, y, shown);
    chart_close(&chart);
    page_print(page, "</div>\n");
    free(x);
}

static void print_moments(struct page *page, const struct report *report, const struct shifts *shifts)
{
    size_t n = shifts->n * report->d;
    page_grid(page);
    print_scatter(page, "Shift of every mean", "observed shift, standard deviations", shifts->observed,
                  shifts->predicted, n);
    print_scatter(page, "Spread of every variable", "observed spread, standard deviations", shifts->observed_spread,
                  shifts->predicted_spread, n);
    page_end(page, "figure");
    page_print(
        page,
        "<p class=\"soft\">Shifts from the control's mean, and standard deviations, both in the control's standard "
        "deviations. A dot for each of %zu perturbations and %zu variables%s; the dashed diagonal is a perfect "
        "prediction.</p>\n",
        shifts->n, report->d, n > SPECKS ? " (every so many, as they are too many)" : "");
}

/* ---- distributions ----------------------------------------------------------------------------------------------- */

/* One variable of one perturbation; who: observed, predicted, control. */
struct panel {
    const char *environment, *variable;
    double *sorted[WHO];
    size_t n[WHO], zeros[WHO]; /* zeros: where they are many, or else 0 */
};
static const char *const who[WHO] = {"observed", "predicted", "control"};

static double *take(const struct frame *frame, size_t environment, size_t j, double *to)
{
    size_t n = frame_count(frame, environment);
    for (size_t i = 0; i < n; i++)
        *to++ = frame_row(frame, environment, i)[j];
    return to;
}

static void fill_observed(struct panel *panel, const struct report *report, const struct subject *subject, size_t j)
{
    const struct frame *observed = &report->observed;
    panel->sorted[0] = memory_new(frame_count(observed, subject->observed), sizeof(double));
    panel->n[0] = (size_t)(take(observed, subject->observed, j, panel->sorted[0]) - panel->sorted[0]);
    double *end = panel->sorted[2] = memory_new(observed->n_rows, sizeof(double));
    for (size_t i = 0; i < report->n; i++)
        if (report->subjects[i].control && report->subjects[i].observed != REPORT_NONE)
            end = take(observed, report->subjects[i].observed, j, end);
    panel->n[2] = (size_t)(end - panel->sorted[2]);
}

/* A variable that is often exactly 0 has that said in words, and a density of its other values. */
static void find_zeros(struct panel *panel)
{
    double most = 0;
    for (size_t w = 0; w < WHO; w++) {
        for (size_t i = 0; i < panel->n[w]; i++)
            panel->zeros[w] += panel->sorted[w][i] == 0;
        if (panel->n[w] > 0)
            most = fmax(most, (double)panel->zeros[w] / (double)panel->n[w]);
    }
    if (most < 0.05)
        memset(panel->zeros, 0, sizeof panel->zeros);
}

static int fill(struct panel *panel, const struct report *report, size_t e, size_t j)
{
    const struct subject *subject = report_find(report, report->contest.environments[e].name);
    size_t n = (size_t)report->rows, d = report->d;
    double *x = memory_new(n, d * sizeof *x);
    int code = report_draw(report, subject, x, n);
    panel->environment = subject->name;
    panel->variable = gim_variable_name(report->model, j);
    fill_observed(panel, report, subject, j);
    panel->sorted[1] = memory_new(n, sizeof(double));
    panel->n[1] = n;
    for (size_t i = 0; i < n; i++)
        panel->sorted[1][i] = x[i * d + j];
    free(x);
    find_zeros(panel);
    for (size_t w = 0; w < WHO; w++)
        sort_values(panel->sorted[w], panel->n[w]);
    return code;
}

/* Values that are not counted as zeros: the sorted ones without those. */
static double *without_zeros(const struct panel *panel, size_t w, size_t *n)
{
    double *rest = memory_new(panel->n[w], sizeof *rest);
    *n = 0;
    for (size_t i = 0; i < panel->n[w]; i++)
        if (panel->zeros[w] == 0 || panel->sorted[w][i] != 0)
            rest[(*n)++] = panel->sorted[w][i];
    return rest;
}

static void densities(const struct panel *panel, double *x, double density[WHO][POINTS])
{
    double range[2] = {NAN, NAN}, *rest[WHO];
    size_t n[WHO];
    for (size_t w = 0; w < WHO; w++) {
        rest[w] = without_zeros(panel, w, &n[w]);
        double ends[2] = {quantile(rest[w], n[w], 0.005), quantile(rest[w], n[w], 0.995)};
        chart_range(range, ends, 2);
    }
    double room = fmax(0.08 * (range[1] - range[0]), 1e-9);
    for (size_t k = 0; k < POINTS; k++)
        x[k] = range[0] - room + (range[1] - range[0] + 2 * room) * (double)k / (POINTS - 1);
    for (size_t w = 0; w < WHO; w++) {
        double share = panel->n[w] > 0 ? (double)n[w] / (double)panel->n[w] : 0;
        for (size_t k = 0; k < POINTS; k++)
            density[w][k] = NAN;
        if (n[w] > 1)
            kernel_density(density[w], x, POINTS, rest[w], n[w]);
        for (size_t k = 0; k < POINTS; k++)
            density[w][k] *= share;
        free(rest[w]);
    }
}

/* 5, 25, 50, 75 and 95 %: a thin line, a thick one, a ring. */
static void print_quantiles(const struct chart *chart, const struct panel *panel, size_t w, const char *colour,
                            double y)
{
    struct page *page = chart->page;
    double at[5];
    static const double levels[5] = {0.05, 0.25, 0.5, 0.75, 0.95};
    for (size_t i = 0; i < 5; i++) {
        at[i] = axis_at(&chart->x, quantile(panel->sorted[w], panel->n[w], levels[i]));
        at[i] = fmin(fmax(at[i], chart->x.from), chart->x.to);
    }
    page_print(page,
               "<path class=\"thin %s\" d=\"M%.1f,%.1fH%.1f\"/><path class=\"bar %s\" d=\"M%.1f,%.1fH%.1f\"/>"
               "<circle class=\"ring %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>\n",
               colour, at[0], y, at[4], colour, at[1], y, at[3], colour, at[2], y);
}

static void print_panel(struct page *page, const struct panel *panel)
{
    double x[POINTS], density[WHO][POINTS], up[2] = {0, NAN};
    struct chart chart;
    densities(panel, x, density);
    for (size_t w = 0; w < 2; w++)
        chart_range(up, density[w], POINTS);
    chart_range(up, density[2], panel->n[2] > 0 ? POINTS : 0);
    up[1] *= 1.05;
    up[0] = -0.42 * up[1]; /* room for the quantiles */
    page_print(page, "<div><h4>");
    page_text(page, panel->variable);
    page_print(page, " under ");
    page_text(page, panel->environment);
    page_print(page, "</h4>");
    char *title = memory_format("%s under %s", panel->variable, panel->environment);
    chart_open(&chart, page, 220, (double[]){x[0], x[POINTS - 1]}, up, title,
               "Densities of observed, predicted and control values; below them their quantiles, which the table has.");
    free(title);
    chart.y.quiet = true;
    chart_axes(&chart, panel->variable, "density");
    double base = axis_at(&chart.y, 0);
    struct chart upper = chart;
    upper.y.from = base;
    upper.y.lowest = 0;
    chart_area(&upper, "area", x, density[0], POINTS);
    if (panel->n[2] > 1)
        chart_line(&chart, "dash grey", x, density[2], POINTS);
    chart_line(&chart, "blue", x, density[1], POINTS);
    print_quantiles(&chart, panel, 0, "ink", base + 13);
    print_quantiles(&chart, panel, 1, "blue", base + 26);
    if (panel->n[2] > 0)
        print_quantiles(&chart, panel, 2, "grey", base + 39);
    chart_close(&chart);
    if (panel->zeros[0] + panel->zeros[1] + panel->zeros[2] > 0) {
        page_print(page, "<p class=\"soft\">Zeros, which the curves leave out:");
        for (size_t w = 0; w < WHO; w++)
            if (panel->n[w] > 0)
                page_print(page, "%s %s %.0f %%", w > 0 ? "," : "", who[w],
                           100 * (double)panel->zeros[w] / (double)panel->n[w]);
        page_print(page, ".</p>");
    }
    page_print(page, "</div>\n");
}

static void print_table(struct page *page, const struct panel *panels, size_t n)
{
    static const char *const columns[] = {"perturbation", "variable", "whose", "rows", "mean",
                                          "5 %",          "25 %",     "50 %",  "75 %", "95 %"};
    static const double levels[] = {0.05, 0.25, 0.5, 0.75, 0.95};
    page_details(page, "These distributions as numbers");
    page_table(page, columns, sizeof columns / sizeof *columns, 3);
    for (size_t i = 0; i < n * WHO; i++) {
        const struct panel *panel = &panels[i / WHO];
        size_t w = i % WHO;
        double mean = 0;
        for (size_t k = 0; k < panel->n[w]; k++)
            mean += panel->sorted[w][k] / (double)panel->n[w];
        if (panel->n[w] == 0)
            continue;
        page_row(page);
        page_cell(page, panel->environment);
        page_cell(page, panel->variable);
        page_cell(page, who[w]);
        page_cell_number(page, (double)panel->n[w]);
        page_cell_number(page, mean);
        for (size_t k = 0; k < sizeof levels / sizeof *levels; k++)
            page_cell_number(page, quantile(panel->sorted[w], panel->n[w], levels[k]));
        page_row_end(page);
    }
    page_table_end(page);
    page_end(page, "details");
}

/* The largest observed shifts, of which one perturbation and one variable have a few at most. */
static size_t choose(const struct report *report, const struct shifts *shifts, size_t chosen[PANELS])
{
    size_t d = report->d, n = 0, *of_environment = memory_new(shifts->n, sizeof *of_environment);
    size_t *of_variable = memory_new(d, sizeof *of_variable);
    unsigned char *taken = memory_new(shifts->n, d);
    while (n < PANELS) {
        size_t best = REPORT_NONE;
        for (size_t at = 0; at < shifts->n * d; at++)
            if (!taken[at] && isfinite(shifts->observed[at]) && of_environment[at / d] < OF_ONE &&
                of_variable[at % d] < OF_ONE &&
                (best == REPORT_NONE || fabs(shifts->observed[at]) > fabs(shifts->observed[best])))
                best = at;
        if (best == REPORT_NONE)
            break;
        taken[best] = 1;
        of_environment[best / d]++;
        of_variable[best % d]++;
        chosen[n++] = best;
    }
    free(taken);
    free(of_environment);
    free(of_variable);
    return n;
}

static void print_key(struct page *page)
{
    page_print(page,
               "<p class=\"key\"><span><svg viewBox=\"0 0 26 12\"><rect class=\"area\" width=\"26\" "
               "height=\"12\"/></svg>observed</span>"
               "<span><svg viewBox=\"0 0 26 12\"><path class=\"line blue\" d=\"M0,6h26\"/></svg>predicted</span>"
               "<span><svg viewBox=\"0 0 26 12\"><path class=\"line dash grey\" d=\"M0,6h26\"/></svg>control</span>"
               "<span><svg viewBox=\"0 0 26 12\"><path class=\"thin ink\" d=\"M0,6h26\"/><path class=\"bar ink\" "
               "d=\"M7,6h12\"/><circle class=\"ring ink\" cx=\"13\" cy=\"6\" r=\"3\"/></svg>quantiles: 5 to 95 %%, 25 "
               "to 75 %%, the median; in the order observed, predicted, control</span></p>\n");
}

int report_shapes(struct page *page, const struct report *report)
{
    if (!report->contested)
        return EXIT_OK;
    struct shifts shifts = find_shifts(report);
    struct panel panels[PANELS] = {0};
    size_t chosen[PANELS], n = choose(report, &shifts, chosen);
    int code = EXIT_OK;
    page_section(page, "shapes", "Predicted and observed");
    print_moments(page, report, &shifts);
    page_heading(page, "Distributions of what moved most");
    print_key(page);
    page_grid(page);
    for (size_t i = 0; i < n && code == EXIT_OK; i++)
        if ((code = fill(&panels[i], report, chosen[i] / report->d, chosen[i] % report->d)) == EXIT_OK)
            print_panel(page, &panels[i]);
    page_end(page, "figure");
    if (code == EXIT_OK)
        print_table(page, panels, n);
    page_end(page, "section");
    for (size_t i = 0; i < n; i++)
        for (size_t w = 0; w < WHO; w++)
            free(panels[i].sorted[w]);
    free(shifts.observed);
    free(shifts.predicted);
    free(shifts.observed_spread);
    free(shifts.predicted_spread);
    return code;
}
