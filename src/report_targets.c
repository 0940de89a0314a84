/* Which variables perturbations hit, beside what is known; and which perturbations resemble none of the fit.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "commands.h"
#include "heatmap.h"
#include "memory.h"
#include "model.h"
#include "report.h"

enum { ROWS = 60, COLUMNS = 60, LISTED = 1000, DISTANCES = 40, NAME = 24 };

/* Subjects in the order of the page: those that were not in the fit first. Returns how many there are. */
static size_t order_subjects(const struct report *report, const struct subject **order, bool trained)
{
    size_t n = 0;
    for (int pass = 0; pass < (trained ? 2 : 1); pass++)
        for (size_t i = 0; i < report->n; i++) {
            const struct subject *subject = &report->subjects[i];
            if (!subject->control && subject->trained == (pass == 1))
                order[n++] = subject;
        }
    return n;
}

/* ---- the heat map ------------------------------------------------------------------------------------------------ */

/* How likely a variable is a target anywhere, known ones first. */
static double interest(const struct report *report, const struct subject **rows, size_t n, size_t j)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, rows[i]->target[j]);
        if (rows[i]->truth != NULL && rows[i]->truth[j])
            most = fmax(most, 1 + rows[i]->target[j]);
    }
    return most + 1e-9 * (double)(report->d - j); /* of equal ones the first */
}

static size_t *choose_columns(const struct report *report, const struct subject **rows, size_t n, size_t *shown)
{
    size_t d = report->d, *chosen = memory_new(d, sizeof *chosen);
    double *score = memory_new(d, sizeof *score);
    for (size_t j = 0; j < d; j++)
        score[j] = interest(report, rows, n, j);
    *shown = d < COLUMNS ? d : COLUMNS;
    for (size_t j = 0, k = 0; j < d; j++) {
        size_t above = 0;
        for (size_t i = 0; i < d; i++)
            above += score[i] > score[j];
        if (above < *shown)
            chosen[k++] = j;
    }
    free(score);
    return chosen;
}

static void print_map(struct page *page, const struct report *report, const struct subject **rows, size_t n)
{
    size_t m, *chosen = choose_columns(report, rows, n, &m);
    double *value = memory_new(n, m * sizeof *value);
    unsigned char *mark = memory_new(n, m);
    const char **row_names = memory_new(n, sizeof *row_names), **column_names = memory_new(m, sizeof *column_names);
    for (size_t i = 0; i < n; i++) {
        row_names[i] = rows[i]->name;
        for (size_t j = 0; j < m; j++) {
            value[i * m + j] = rows[i]->target[chosen[j]];
            mark[i * m + j] = rows[i]->truth != NULL && rows[i]->truth[chosen[j]];
        }
    }
    for (size_t j = 0; j < m; j++)
        column_names[j] = gim_variable_name(report->model, chosen[j]);
    struct heatmap map = {n, m, value, report->truth ? mark : NULL, row_names, column_names, 15};
    heatmap_key(page, report->truth ? "known target" : NULL);
    page_print(page, "<figure>\n");
    heatmap_draw(page, &map, "Probability that a perturbation targets a variable",
                 "A square for each perturbation, by row, and variable, by column. The table below has the same.");
    page_print(page, "</figure>\n");
    if (m < report->d)
        page_print(page, "<p class=\"soft\">Shown are the %zu of %zu variables most probably a target anywhere.</p>\n",
                   m, report->d);
    free(value);
    free(mark);
    free(row_names);
    free(column_names);
    free(chosen);
}

/* ---- against known targets --------------------------------------------------------------------------------------- */

static void print_fact(struct page *page, const char *what, double value)
{
    page_print(page, "<div><dt>%s</dt><dd>", what);
    page_number(page, value);
    page_print(page, "</dd></div>\n");
}

/* All pairs of a perturbation whose targets are known, and a variable; at probability 1/2, as gim compare-targets. */
static void print_agreement(struct page *page, const struct report *report, bool trained)
{
    size_t n = 0, known = 0, named = 0, both = 0, d = report->d;
    double *probability = memory_new(report->n, d * sizeof *probability), area = NAN;
    unsigned char *truth = memory_new(report->n, d);
    for (size_t i = 0; i < report->n; i++) {
        const struct subject *subject = &report->subjects[i];
        for (size_t j = 0; j < d && subject->truth != NULL && subject->trained == trained; j++, n++) {
            probability[n] = subject->target[j];
            truth[n] = subject->truth[j];
            known += truth[n];
            named += probability[n] >= 0.5;
            both += truth[n] && probability[n] >= 0.5;
        }
    }
    if (n > 0 && gim_average_precision(probability, truth, n, NULL, &area) < 0)
        area = NAN;
    if (n > 0) {
        page_print(page, "<p>Known targets of perturbations %s:</p>\n<dl class=\"facts\">\n",
                   trained ? "in the fit" : "that were not in the fit");
        print_fact(page, "known targets", (double)known);
        print_fact(page, "of them found", (double)both);
        print_fact(page, "named beside them", (double)(named - both));
        print_fact(page, "precision", named > 0 ? (double)both / (double)named : NAN);
        print_fact(page, "recall", known > 0 ? (double)both / (double)known : NAN);
        print_fact(page, "area under precision-recall", area);
        page_print(page, "</dl>\n");
    }
    free(probability);
    free(truth);
}

/* ---- as a table -------------------------------------------------------------------------------------------------- */

/* Probable targets, with the effects that they have; and known ones that were missed. */
static int print_rows(struct page *page, const struct report *report, const struct subject **rows, size_t n)
{
    double *mean = memory_new(report->d, sizeof *mean), *spread = memory_new(report->d, sizeof *spread);
    size_t listed = 0;
    int code = EXIT_OK;
    for (size_t i = 0; i < n && code == EXIT_OK && listed < LISTED; i++) {
        gim_status status =
            gim_effects(report->model, rows[i]->features, gim_effect_at(report->model, 0), mean, spread);
        if (status < 0)
            code = model_fail(report->ui, report->model, status, rows[i]->name);
        for (size_t j = 0; j < report->d && code == EXIT_OK && listed < LISTED; j++) {
            bool known = rows[i]->truth != NULL && rows[i]->truth[j];
            if (rows[i]->target[j] < 0.5 && !known)
                continue;
            listed++;
            page_row(page);
            page_cell(page, rows[i]->name);
            page_cell(page, gim_variable_name(report->model, j));
            if (report->truth)
                page_cell(page, rows[i]->truth == NULL ? "" : known ? "known" : "not known");
            page_cell_number(page, rows[i]->target[j]);
            page_cell_number(page, mean[j]);
            page_cell_number(page, spread[j]);
            page_row_end(page);
        }
    }
    free(mean);
    free(spread);
    return code;
}

static int print_table(struct page *page, const struct report *report, const struct subject **rows, size_t n)
{
    static const char *const plain[] = {"perturbation", "variable", "probability", "effect", "spread"},
                             *const beside[] = {"perturbation", "variable", "truth", "probability", "effect", "spread"};
    page_details(page, report->truth ? "Probable and known targets as a table" : "Probable targets as a table");
    page_print(page,
               "<p class=\"soft\">Variables of probability 1/2 or more. The effect is %s, in its own unit; the "
               "spread is its standard deviation between rows. <code>gim targets</code> lists all.</p>\n",
               (int)model_option(report->model, GIM_INTERVENTION) == GIM_SHIFT
                   ? "what is added to the variable's mean"
                   : "the mean to which the variable is set");
    page_table(page, report->truth ? beside : plain, report->truth ? 6 : 5, report->truth ? 3 : 2);
    int code = print_rows(page, report, rows, n);
    page_table_end(page);
    page_end(page, "details");
    return code;
}

int report_targets(struct page *page, const struct report *report)
{
    if (report->baseline)
        return EXIT_OK;
    const struct subject **rows = memory_new(report->n, sizeof *rows);
    size_t n = order_subjects(report, rows, true), shown = n < ROWS ? n : ROWS;
    page_section(page, "targets", "Targets of the perturbations");
    print_agreement(page, report, false);
    print_agreement(page, report, true);
    print_map(page, report, rows, shown);
    if (shown < n)
        page_print(page,
                   "<p class=\"soft\">Shown are %zu of %zu perturbations, those that were not in the fit "
                   "first.</p>\n",
                   shown, n);
    int code = print_table(page, report, rows, shown);
    page_end(page, "section");
    free(rows);
    return code;
}

/* ---- how far from the training features -------------------------------------------------------------------------- */

static int further(const void *a, const void *b)
{
    double x = (*(const struct subject *const *)a)->distance, y = (*(const struct subject *const *)b)->distance;
    return (x < y) - (x > y);
}

static void print_distance(struct page *page, const struct subject *subject, double y, double left, double scale)
{
    double x = left + subject->distance * scale;
    page_print(page, "<text class=\"e\" x=\"%.0f\" y=\"%.1f\">", left - 8, y + 4);
    page_label(page, subject->name, NAME);
    page_print(page, "</text><path class=\"thin %s\" d=\"M%.1f,%.1fH%.1f\"/>", subject->outside ? "red" : "grey", left,
               y, x);
    if (subject->outside)
        page_print(page, "<path class=\"ring red\" d=\"M%.1f,%.1fl5,5l-5,5l-5,-5z\"/>", x, y - 5);
    else
        page_print(page, "<circle class=\"fgrey\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>", x, y);
    page_print(page, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\">%.3g%s</text>\n", x + 10, y + 4, subject->distance,
               subject->outside ? " outside" : "");
}

void report_distances(struct page *page, const struct report *report)
{
    const struct subject **rows = memory_new(report->n, sizeof *rows);
    size_t n = order_subjects(report, rows, false), shown = n < DISTANCES ? n : DISTANCES, outside = 0, longest = 4;
    qsort(rows, n, sizeof *rows, further);
    for (size_t i = 0; i < n; i++) {
        outside += rows[i]->outside;
        longest = strlen(rows[i]->name) > longest ? strlen(rows[i]->name) : longest;
    }
    double left = 14 + 6.4 * (double)(longest < NAME ? longest : NAME), width = 360;
    double scale = n > 0 && rows[0]->distance > 0 ? (width - left - 75) / rows[0]->distance : 0;
    if (left > 160)
        width = left + 200, scale = n > 0 && rows[0]->distance > 0 ? 125 / rows[0]->distance : 0;
    if (n > 0) {
        page_section(page, "distances", "How far from what was seen");
        page_print(page, "<p>%zu perturbation%s not in the fit; %zu of them lie%s outside the training features.</p>\n",
                   n, n == 1 ? " was" : "s were", outside, outside == 1 ? "s" : "");
        page_caption(page, "Distance to the nearest perturbation of the fit, in standardised features. Outside (empty "
                           "diamonds) lies what has a feature beyond its training range, or is further away than "
                           "training perturbations are from one another: an extrapolation.");
        page_print(page, "<figure class=\"narrow\">\n");
        page_picture(page, width, 10 + 17 * (double)shown, false, "Distance from the training features",
                     "A line for each perturbation that was not in the fit, the furthest first.");
        for (size_t i = 0; i < shown; i++)
            print_distance(page, rows[i], 12 + 17 * (double)i, left, scale);
        page_picture_end(page);
        page_print(page, "</figure>\n");
        if (shown < n)
            page_print(page, "<p class=\"soft\">The %zu furthest of %zu.</p>\n", shown, n);
        page_end(page, "section");
    }
    free(rows);
}
