/* What a model was trained on, how that went, and what deserves doubt. SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "memory.h"
#include "model.h"
#include "number.h"
#include "report.h"

enum { ENVIRONMENTS = 300, CHECKS = 200 }; /* rows of a table, at most */

static const char *choice(const struct report *report, gim_option option)
{
    return gim_option_choice(option, (int64_t)model_option(report->model, option));
}

/* ---- the head of the page ---------------------------------------------------------------------------------------- */

static void print_links(struct page *page, const struct report *report)
{
    bool asked = false;
    for (size_t i = 0; i < report->n; i++)
        asked |= !report->subjects[i].trained && !report->subjects[i].control;
    const struct {
        const char *id, *text;
        bool there;
    } links[] = {{"training", "Trained on", true},
                 {"fit", "The fit", !report->baseline},
                 {"graph", "Graph", !report->baseline},
                 {"targets", "Targets", !report->baseline},
                 {"distances", "Seen and unseen", asked},
                 {"scores", "Scores", report->contested},
                 {"shapes", "Predicted and observed", report->contested},
                 {"doses", "Dose response", !report->baseline},
                 {"options", "Options", true}};
    page_print(page, "<nav aria-label=\"Sections\">");
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (links[i].there)
            page_print(page, "<a href=\"#%s\">%s</a>", links[i].id, links[i].text);
    page_print(page, "</nav>\n");
}

void report_summary(struct page *page, const struct report *report)
{
    static const char *const classes[] = {"good", "doubt", "bad"}, *const words[] = {"", "Note: ", "Warning: "};
    page_print(page, "<header>\n<h1>");
    page_text(page, report->title != NULL ? report->title : report->path);
    page_print(page, "</h1>\n<p class=\"soft\">");
    if (report->baseline)
        page_print(page, "The baseline %s", choice(report, GIM_METHOD));
    else
        page_print(page, "A generative intervention model with %s mechanisms and %s interventions",
                   choice(report, GIM_MECHANISM), choice(report, GIM_INTERVENTION));
    page_print(page, ", read from ");
    page_text(page, report->path);
    page_print(page, " by gim %s.</p>\n", gim_version());
    print_links(page, report);
    page_print(page, "</header>\n<main>\n<ul class=\"remarks\" id=\"remarks\">\n");
    for (int kind = REMARK_BAD; kind >= REMARK_GOOD; kind--) /* the worst first */
        for (size_t i = 0; i < report->n_remarks; i++)
            if ((int)report->remarks[i].kind == kind) {
                page_print(page, "<li class=\"%s\">%s", classes[kind], words[kind]);
                page_text(page, report->remarks[i].text);
                page_print(page, "</li>\n");
            }
    page_print(page, "</ul>\n");
}

/* ---- data -------------------------------------------------------------------------------------------------------- */

static void print_fact(struct page *page, const char *what, double value)
{
    page_print(page, "<div><dt>%s</dt><dd>", what);
    page_number(page, value);
    page_print(page, "</dd></div>\n");
}

static void print_names(struct page *page, const char *summary, const char *(*name)(const gim_model *, size_t),
                        const struct report *report, size_t n)
{
    page_details(page, summary);
    page_print(page, "<p>");
    for (size_t i = 0; i < n; i++) {
        page_text(page, name(report->model, i));
        page_print(page, "%s", i + 1 < n ? ", " : "");
    }
    page_print(page, "</p>");
    page_end(page, "details");
}

static const char *role(const struct subject *subject)
{
    return subject->control ? "control" : subject->trained ? "in the fit" : "not in the fit";
}

static void print_environments(struct page *page, const struct report *report)
{
    static const char *const columns[] = {"environment", "role", "rows of the fit", "rows observed", "distance"};
    char *summary = memory_format("All %zu environments", report->n);
    page_details(page, summary);
    free(summary);
    page_table(page, columns, sizeof columns / sizeof *columns, 2);
    for (size_t i = 0; i < report->n && i < ENVIRONMENTS; i++) {
        const struct subject *subject = &report->subjects[i];
        page_row(page);
        page_cell(page, subject->name);
        page_cell(page, role(subject));
        page_cell_number(page, subject->trained ? (double)subject->rows : NAN);
        page_cell_number(page, subject->observed != REPORT_NONE
                                   ? (double)frame_count(&report->observed, subject->observed)
                                   : NAN);
        page_cell_number(page, subject->distance);
        page_row_end(page);
    }
    page_table_end(page);
    if (report->n > ENVIRONMENTS)
        page_print(page, "<p class=\"soft\">... and %zu more; <code>gim info --json</code> lists all.</p>\n",
                   report->n - ENVIRONMENTS);
    page_end(page, "details");
}

void report_training(struct page *page, const struct report *report)
{
    const gim_model *model = report->model;
    size_t controls = 0, least = (size_t)-1, most = 0;
    char time[NUMBER_SIZE];
    for (size_t i = 0; i < report->n_trained; i++) {
        size_t rows = report->subjects[i].rows;
        controls += report->subjects[i].control;
        least = rows < least ? rows : least;
        most = rows > most ? rows : most;
    }
    page_section(page, "training", "What it was trained on");
    page_print(page, "<dl class=\"facts\">\n");
    print_fact(page, "rows", model_report(model, GIM_REPORT_ROWS));
    print_fact(page, "of them held out for checks", model_report(model, GIM_REPORT_ROWS_HELD_OUT));
    print_fact(page, "variables", (double)report->d);
    print_fact(page, "features", (double)report->p);
    print_fact(page, "environments", (double)report->n_trained);
    print_fact(page, "of them controls", (double)controls);
    print_fact(page, "fewest rows of one", (double)least);
    print_fact(page, "most rows of one", (double)most);
    page_print(page, "<div><dt>time of the fit</dt><dd>%s</dd></div>\n",
               number_duration(model_report(model, GIM_REPORT_SECONDS), time));
    page_print(page, "</dl>\n");
    print_environments(page, report);
    print_names(page, "Names of the variables", gim_variable_name, report, report->d);
    print_names(page, "Names of the features", gim_feature_name, report, report->p);
    page_end(page, "section");
}

/* ---- the fit ----------------------------------------------------------------------------------------------------- */

static const struct {
    const char *title, *label, *description;
    bool logarithmic, whole;
} curves[GIM_HISTORY_COLUMNS] = {
    [1] = {"Objective", "a row",
           "What the fit maximises, at each check: higher is better, but what is asked changes "
           "as penalties rise.",
           false, false},
    [2] = {"Log-likelihood of rows that were held out", "nats a row",
           "How well rows that the fit did not use are explained, at each check: higher is better.", false, false},
    [3] = {"Acyclicity", "spectral radius",
           "How far the relaxed graph is from having no cycle, at each check: 0 is "
           "acyclic.",
           true, false},
    [5] = {"Edges", "of probability above 1/2", "How many edges are more probable than not, at each check.", false,
           true},
};

static void column(double *to, const double *history, size_t n, size_t at)
{
    for (size_t i = 0; i < n; i++)
        to[i] = history[i * GIM_HISTORY_COLUMNS + at];
}

static void print_curve(struct page *page, const double *history, size_t n, size_t which)
{
    double *x = memory_new(2 * n, sizeof *x), *y = x + n;
    double across[2] = {NAN, NAN}, up[2] = {NAN, NAN};
    struct chart chart;
    column(x, history, n, 0);
    column(y, history, n, which);
    size_t there = 0;
    for (size_t i = 0; i < n; i++) {
        if (curves[which].logarithmic && y[i] <= 0)
            y[i] = 1e-6; /* acyclic */
        there += isfinite(y[i]);
    }
    chart_range(across, x, n);
    chart_range(up, y, n);
    if (curves[which].whole)
        up[0] = 0;
    if (there > 0) {
        page_print(page, "<div><h4>%s</h4>", curves[which].title);
        chart_open(&chart, page, 190, across, up, curves[which].title, curves[which].description);
        if (curves[which].logarithmic)
            chart_logarithmic(&chart.y);
        chart.y.whole = curves[which].whole;
        chart_axes(&chart, "step", curves[which].label);
        chart_line(&chart, "blue", x, y, n);
        chart_close(&chart);
        page_print(page, "</div>\n");
    }
    free(x);
}

static void print_checks(struct page *page, const double *history, size_t n)
{
    static const char *const columns[] = {"step", "objective", "held-out", "acyclicity", "penalty", "edges"};
    size_t stride = (n + CHECKS - 1) / CHECKS;
    page_details(page, stride > 1 ? "Checks of the fit as numbers (some of them)" : "Checks of the fit as numbers");
    page_table(page, columns, GIM_HISTORY_COLUMNS, 0);
    for (size_t i = 0; i < n; i++) {
        if (i % stride != 0 && i + 1 < n)
            continue;
        page_row(page);
        for (size_t k = 0; k < GIM_HISTORY_COLUMNS; k++)
            page_cell_number(page, history[i * GIM_HISTORY_COLUMNS + k]);
        page_row_end(page);
    }
    page_table_end(page);
    page_end(page, "details");
}

static const char *state(const struct report *report)
{
    const char *state = model_state(report->model);
    return strcmp(state, "cyclic") == 0 ? "not converged" : state;
}

void report_history(struct page *page, const struct report *report)
{
    const gim_model *model = report->model;
    size_t n = 0;
    if (report->baseline || gim_history(model, &n, NULL, 0) < 0)
        return;
    double *history = memory_new(n, GIM_HISTORY_COLUMNS * sizeof *history);
    if (gim_history(model, &n, history, n) < 0)
        n = 0;
    page_section(page, "fit", "How the fit went");
    page_print(page, "<dl class=\"facts\">\n<div><dt>ended</dt><dd>%s</dd></div>\n", state(report));
    print_fact(page, "steps", model_report(model, GIM_REPORT_STEP));
    print_fact(page, "of at most", model_option(model, GIM_STEPS));
    print_fact(page, "held-out log-likelihood", model_report(model, GIM_REPORT_HELD_OUT));
    print_fact(page, "acyclicity", model_report(model, GIM_REPORT_ACYCLICITY));
    print_fact(page, "edges", model_report(model, GIM_REPORT_EDGES));
    print_fact(page, "removed to break cycles", model_report(model, GIM_REPORT_EDGES_REMOVED));
    page_print(page, "</dl>\n");
    page_grid(page);
    for (size_t which = 1; which < GIM_HISTORY_COLUMNS && n > 1; which++)
        if (curves[which].title != NULL)
            print_curve(page, history, n, which);
    page_end(page, "figure");
    page_caption(page,
                 "A fit that went well ends with flat lines, and an acyclicity near 0. "
                 "The log-likelihood is in scaled units; it may fall while penalties for cycles and targets rise.");
    print_checks(page, history, n);
    free(history);
    page_end(page, "section");
}

/* ---- options ----------------------------------------------------------------------------------------------------- */

void report_options(struct page *page, const struct report *report)
{
    static const char *const columns[] = {"option", "value", "default", "what it is"};
    page_section(page, "options", "Options");
    page_caption(page,
                 "With the same tables, options and seed, the same version of gim fits the same model on the same "
                 "machine. Values that are not the default stand in bold.");
    page_table(page, columns, sizeof columns / sizeof *columns, 4);
    for (size_t i = 0; i < gim_option_count(); i++) {
        gim_option option;
        char text[NUMBER_SIZE], usual[NUMBER_SIZE];
        double lowest = 0, highest = 0, preset = 0;
        if (gim_option_at(i, &option) != GIM_OK || gim_option_range(option, &lowest, &highest, &preset) != GIM_OK ||
            option == GIM_THREADS) /* those of this command, and no number depends on them */
            continue;
        double value = model_option(report->model, option);
        page_print(page, "<tr%s>", value != preset ? " class=\"own\"" : "");
        page_cell(page, gim_option_name(option));
        page_cell(page, model_option_text(option, value, text));
        page_cell(page, model_option_text(option, preset, usual));
        page_cell(page, gim_option_help(option));
        page_row_end(page);
    }
    page_table_end(page);
    page_end(page, "section");
}
