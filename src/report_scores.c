/* Scores beside those of baselines and of a replicate. SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>

#include "memory.h"
#include "report.h"

enum { LISTED = 300 };

static const struct {
    const char *name, *better;
} words[FIGURES] = {
    [MEAN_DISTANCE] = {"distance of the means", "lower"},
    [PEARSON] = {"correlation of the shifts", "higher"},
    [KDE_NLL] = {"−log density of observed rows, nats", "lower"},
    [WASSERSTEIN] = {"2-Wasserstein distance", "lower"},
    [ENERGY] = {"energy distance", "lower"},
    [MMD] = {"maximum mean discrepancy", "lower"},
    [WASSERSTEIN_1] = {"1-Wasserstein distance of one variable", "lower"},
    [DISCRIMINATION] = {"share of others nearer than the right one", "lower"},
    [COVERAGE_90] = {"coverage of the central 90 %", "0.9"},
    [LOG_DENSITY] = {"log-density under the model, nats", "higher"},
};

static bool wanted(const struct report *report, enum figure figure)
{
    return report->contest.choice.wanted[figure] || (figure == LOG_DENSITY && !report->baseline);
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

static void print_table(struct page *page, const struct report *report)
{
    const char *columns[REPORT_RIVALS + 5] = {"figure", "better", "model"};
    size_t n = 3;
    for (size_t i = 0; i < report->n_rivals; i++)
        columns[n++] = report->rivals[i].name;
    columns[n++] = "a replicate";
    columns[n++] = "fraction";
    page_table(page, columns, n, 2);
    for (enum figure figure = 0; figure < FIGURES; figure++) {
        if (!wanted(report, figure))
            continue;
        page_row(page);
        page_print(page, "<td class=\"t\" data-figure=\"%s\">%s</td>", figure_name(figure), words[figure].name);
        page_cell(page, words[figure].better);
        page_print(page, "<td class=\"own\">");
        page_number(page, report->overall.figures[figure]);
        page_print(page, "</td>");
        for (size_t i = 0; i < report->n_rivals; i++)
            page_cell_number(page, report->rivals[i].overall.figures[figure]);
        page_cell_number(page, figure == LOG_DENSITY ? NAN : report->ceiling.figures[figure]);
        page_cell_number(page, figure == LOG_DENSITY ? NAN : report->fraction.figures[figure]);
        page_row_end(page);
    }
    page_table_end(page);
}

/* ---- the picture: from the worst to the best, each figure on a line of its own ----------------------------------- */

static const char *const rival_colours[REPORT_RIVALS] = {"grey", "orange", "purple", "red"};

static void print_shape(struct page *page, size_t rival, double x, double y)
{
    static const char *const shapes[REPORT_RIVALS] = {"m0,-6l6,11h-12z", "m-5,-5h10v10h-10z", "m0,-6l6,6l-6,6l-6,-6z",
                                                      "m-5,-5l10,10m0,-10l-10,10"};
    page_print(page, "<path class=\"ring %s\" d=\"M%.1f,%.1f%s\"/>", rival_colours[rival], x, y, shapes[rival]);
}

static void print_line(struct page *page, const struct report *report, enum figure figure, double y)
{
    const double left = 12, right = 328;
    double worst = figure_loss(figure, report->ceiling.figures[figure]), best = worst;
    double own = figure_loss(figure, report->overall.figures[figure]);
    worst = fmax(worst, own);
    best = fmin(best, own);
    for (size_t i = 0; i < report->n_rivals; i++) {
        worst = fmax(worst, figure_loss(figure, report->rivals[i].overall.figures[figure]));
        best = fmin(best, figure_loss(figure, report->rivals[i].overall.figures[figure]));
    }
    double scale = worst > best ? (right - left) / (worst - best) : 0;
    page_print(page, "<text x=\"%.0f\" y=\"%.1f\">%s</text><path class=\"rule\" d=\"M%.0f,%.1fH%.0f\"/>", left - 8,
               y - 12, words[figure].name, left, y, right);
    double ceiling = left + (worst - figure_loss(figure, report->ceiling.figures[figure])) * scale;
    if (isfinite(ceiling))
        page_print(page, "<path class=\"thin green\" d=\"M%.1f,%.1fv14\"/>", ceiling, y - 7);
    for (size_t i = 0; i < report->n_rivals; i++) {
        double at = left + (worst - figure_loss(figure, report->rivals[i].overall.figures[figure])) * scale;
        if (isfinite(at))
            print_shape(page, i, at, y);
    }
    if (isfinite(own))
        page_print(page, "<circle class=\"fblue\" cx=\"%.1f\" cy=\"%.1f\" r=\"5.5\"/>\n", left + (worst - own) * scale,
                   y);
}

static void print_key(struct page *page, const struct report *report)
{
    page_print(page, "<p class=\"key\"><span><svg viewBox=\"0 0 26 12\"><circle class=\"fblue\" cx=\"13\" cy=\"6\" "
                     "r=\"5\"/></svg>model</span>");
    for (size_t i = 0; i < report->n_rivals; i++) {
        page_print(page, "<span><svg viewBox=\"0 0 26 12\">");
        print_shape(page, i, 13, 6);
        page_print(page, "</svg>%s</span>", report->rivals[i].name);
    }
    page_print(page, "<span><svg viewBox=\"0 0 26 12\"><path class=\"thin green\" d=\"M13,0v12\"/></svg>a "
                     "replicate</span></p>\n");
}

static void print_picture(struct page *page, const struct report *report)
{
    size_t n = 0;
    for (enum figure figure = 0; figure < FIGURES; figure++)
        n += report->contest.choice.wanted[figure];
    print_key(page, report);
    page_print(page, "<figure class=\"narrow\">\n");
    page_picture(page, 340, 12 + 42 * (double)n, false, "Scores of the model, of baselines and of a replicate",
                 "For each figure a line from the worst, at the left, to the best, at the right. The table has the "
                 "numbers.");
    n = 0;
    for (enum figure figure = 0; figure < FIGURES; figure++)
        if (report->contest.choice.wanted[figure])
            print_line(page, report, figure, 30 + 42 * (double)n++);
    page_picture_end(page);
    page_print(page, "</figure>\n");
    page_caption(page, "Each line runs from the worst (left) to the best (right) of them.");
}

/* ---- environment by environment ---------------------------------------------------------------------------------- */

static void print_environments(struct page *page, const struct report *report)
{
    const struct contest *contest = &report->contest;
    const char *columns[FIGURES + 2] = {"perturbation", "rows"};
    size_t n = 2;
    for (enum figure figure = 0; figure < FIGURES; figure++)
        if (wanted(report, figure))
            columns[n++] = figure_name(figure);
    page_details(page, "The model's scores, perturbation by perturbation");
    page_table(page, columns, n, 1);
    for (size_t e = 0; e < contest->n && e < LISTED; e++) {
        page_row(page);
        page_cell(page, contest->environments[e].name);
        page_cell_number(page, (double)report->scores[e].n_observed);
        for (enum figure figure = 0; figure < FIGURES; figure++)
            if (wanted(report, figure))
                page_cell_number(page, report->scores[e].figures[figure]);
        page_row_end(page);
    }
    page_table_end(page);
    if (contest->n > LISTED)
        page_print(page, "<p class=\"soft\">The first %d of %zu.</p>\n", LISTED, contest->n);
    page_end(page, "details");
}

void report_scores(struct page *page, const struct report *report)
{
    if (!report->contested)
        return;
    page_section(page, "scores", "Scores");
    page_print(page,
               "<p>%s %zu perturbation%s, %zu rows each against those observed, in units of the standard deviation of "
               "%s. The fraction is 1 for what repeating the experiment would get (one half of the observed rows as a "
               "prediction of the other), 0 for the best baseline, and negative below it.</p>\n",
               report->unseen ? "Over" : "Over the fit's own", report->contest.n, report->contest.n == 1 ? "" : "s",
               (size_t)report->rows, report->controls.n > 0 ? "the control" : "all observed rows");
    print_picture(page, report);
    print_table(page, report);
    if (report->n_rivals > 0)
        page_caption(page, "Baselines: no change, the control's rows; train mean, these moved by the mean shift of all "
                           "perturbations of the fit; nearest, the rows of the perturbation with the nearest features; "
                           "ridge, a linear regression from features to shifts.");
    print_environments(page, report);
    page_end(page, "section");
}
