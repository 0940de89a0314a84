/* How effects grow with the dose: predictions along a line in the features, beside what was observed on it.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "commands.h"
#include "memory.h"
#include "model.h"
#include "report.h"

enum { CURVES = 9, STEPS = 13, DRAWN = 400, SHOWN = 3, LOOKED_AT = 2000 };

/* A line from base in a direction of the features, and the environments on it. */
struct series {
    double *base, *direction; /* (p): features at dose t are base + t direction */
    const struct subject **members;
    double *dose; /* (n): of each member */
    size_t n;
    double largest;     /* dose */
    double reach;       /* of the largest dose from the base, in ranges of the features */
    size_t feature;     /* the only one that changes; REPORT_NONE */
    bool known, unseen; /* has several doses; has one that was not in the fit */
};

/* ---- which lines there are --------------------------------------------------------------------------------------- */

/* Ranges of the features in the fit, so that all count alike. */
static double *feature_ranges(const struct report *report)
{
    double *range = memory_new(report->p, sizeof *range);
    for (size_t k = 0; k < report->p; k++) {
        double ends[2] = {NAN, NAN};
        for (size_t i = 0; i < report->n_trained; i++)
            chart_range(ends, &report->subjects[i].features[k], 1);
        range[k] = ends[1] > ends[0] ? ends[1] - ends[0] : 1;
    }
    return range;
}

static size_t only_feature(const struct report *report, const double *direction)
{
    size_t only = REPORT_NONE, n = 0;
    for (size_t k = 0; k < report->p; k++)
        if (direction[k] != 0) {
            only = k;
            n++;
        }
    return n == 1 ? only : REPORT_NONE;
}

/* The dose of features on a line: false where they lie beside it. */
static bool dose_on(const struct report *report, const struct series *series, const double *features,
                    const double *range, double *dose)
{
    double along = 0, square = 0, off = 0, whole = 0;
    for (size_t k = 0; k < report->p; k++) {
        double v = (features[k] - series->base[k]) / range[k], u = series->direction[k] / range[k];
        along += u * v;
        square += u * u;
        whole += v * v;
    }
    *dose = along / square;
    for (size_t k = 0; k < report->p; k++) {
        double v = features[k] - series->base[k] - *dose * series->direction[k];
        off += v * v / (range[k] * range[k]);
    }
    return off <= 1e-10 * whole + 1e-20 && *dose > 1e-9;
}

static void add_member(struct series *series, const struct subject *subject, double dose)
{
    for (size_t i = 0; i < series->n; i++)
        series->known |= fabs(series->dose[i] - dose) > 1e-6 * dose;
    series->members[series->n] = subject;
    series->dose[series->n++] = dose;
    series->largest = fmax(series->largest, dose);
    series->unseen |= !subject->trained;
}

static struct series series_new(const struct report *report)
{
    return (struct series){.base = memory_new(report->p, sizeof(double)),
                           .direction = memory_new(report->p, sizeof(double)),
                           .members = memory_new(report->n, sizeof(struct subject *)),
                           .dose = memory_new(report->n, sizeof(double)),
                           .feature = REPORT_NONE};
}

static void series_free(struct series *series)
{
    free(series->base);
    free(series->direction);
    free(series->members);
    free(series->dose);
}

/* From the controls' features through those of a subject; or, where a feature is the dose, along that one from its
 * lowest value. */
static struct series series_through(const struct report *report, const struct subject *subject, size_t dose)
{
    struct series series = series_new(report);
    memcpy(series.base, dose != REPORT_NONE ? subject->features : report->resting, report->p * sizeof *series.base);
    if (dose != REPORT_NONE) {
        double ends[2] = {NAN, NAN};
        for (size_t i = 0; i < report->n; i++)
            chart_range(ends, &report->subjects[i].features[dose], 1);
        series.base[dose] = ends[0];
        series.direction[dose] = 1;
    } else {
        for (size_t k = 0; k < report->p; k++)
            series.direction[k] = subject->features[k] - series.base[k];
    }
    series.feature = only_feature(report, series.direction);
    return series;
}

/* Every perturbation is on one line, of those that are looked at. */
static size_t find_series(const struct report *report, size_t dose, struct series *all)
{
    double *range = feature_ranges(report), t;
    bool *placed = memory_new(report->n, sizeof *placed);
    size_t n = 0, most = report->n < LOOKED_AT ? report->n : LOOKED_AT;
    for (size_t i = 0; i < most; i++) {
        const struct subject *subject = &report->subjects[i];
        if (placed[i] || subject->control)
            continue;
        struct series series = series_through(report, subject, dose);
        for (size_t k = i; k < most; k++)
            if (!placed[k] && !report->subjects[k].control &&
                dose_on(report, &series, report->subjects[k].features, range, &t)) {
                placed[k] = true;
                add_member(&series, &report->subjects[k], t);
            }
        for (size_t k = 0; k < report->p; k++)
            series.reach = hypot(series.reach, series.largest * series.direction[k] / range[k]);
        if (series.n > 0)
            all[n++] = series;
        else
            series_free(&series);
    }
    free(placed);
    free(range);
    return n;
}

/* Whether features are more than switches: one has three values or more. */
static bool graded(const struct report *report)
{
    for (size_t k = 0; k < report->p; k++) {
        double first = report->subjects[0].features[k], second = first;
        for (size_t i = 1; i < report->n; i++) {
            double value = report->subjects[i].features[k];
            if (value != first && second == first)
                second = value;
            else if (value != first && value != second)
                return true;
        }
    }
    return false;
}

static int by_interest(const void *a, const void *b)
{
    const struct series *x = a, *y = b;
    int known = y->known - x->known, unseen = y->unseen - x->unseen;
    return known != 0 ? known : unseen != 0 ? unseen : (y->reach > x->reach) - (y->reach < x->reach);
}

/* ---- one line ---------------------------------------------------------------------------------------------------- */

/* Doses, and the predicted mean shift of every variable at each. */
struct curve_set {
    double dose[STEPS], *shift; /* (STEPS, d) */
    size_t shown[SHOWN], n_shown;
};

/* The same seed at every dose, so that curves are smooth. */
static int predict(struct curve_set *set, const struct report *report, const struct series *series)
{
    size_t d = report->d, p = report->p;
    double *x = memory_new(DRAWN, d * sizeof *x), *features = memory_new(p, sizeof *features);
    int code = EXIT_OK;
    for (size_t s = 0; s < STEPS && code == EXIT_OK; s++) {
        set->dose[s] = series->largest * (double)s / (STEPS - 1);
        for (size_t k = 0; k < p; k++)
            features[k] = series->base[k] + set->dose[s] * series->direction[k];
        gim_status status = gim_sample(report->model, features, 1, DRAWN, (uint64_t)report->seed, x);
        if (status < 0)
            code = model_fail(report->ui, report->model, status, series->members[0]->name);
        for (size_t i = 0; i < DRAWN * d; i++)
            set->shift[s * d + i % d] += x[i] / DRAWN;
        for (size_t j = 0; j < d; j++)
            set->shift[s * d + j] =
                report->deviation[j] > 0 ? (set->shift[s * d + j] - report->mean[j]) / report->deviation[j] : NAN;
    }
    free(x);
    free(features);
    return code;
}

static double largest_shift(const struct curve_set *set, size_t d, size_t j)
{
    double most = 0;
    for (size_t s = 0; s < STEPS; s++)
        most = fmax(most, fabs(set->shift[s * d + j])); /* of NaN and a number, the number */
    return most;
}

static void choose(struct curve_set *set, size_t d)
{
    for (set->n_shown = 0; set->n_shown < SHOWN && set->n_shown < d; set->n_shown++) {
        size_t best = REPORT_NONE;
        for (size_t j = 0; j < d; j++) {
            bool taken = false;
            for (size_t k = 0; k < set->n_shown; k++)
                taken |= set->shown[k] == j;
            if (!taken && (best == REPORT_NONE || largest_shift(set, d, j) > largest_shift(set, d, best)))
                best = j;
        }
        set->shown[set->n_shown] = best;
    }
}

/* In the feature's own values where one alone changes, else as a part of the largest dose. */
static double shown_dose(const struct series *series, double dose)
{
    return series->feature != REPORT_NONE ? series->base[series->feature] + dose * series->direction[series->feature]
                                          : dose / series->largest;
}

static const char *const colours[SHOWN] = {"blue", "red", "green"}, *const dashes[SHOWN] = {"", "dash", "dot"};

static void print_observed(const struct chart *chart, const struct report *report, const struct series *series,
                           size_t j, size_t k)
{
    double *mean = memory_new(report->d, sizeof *mean);
    for (size_t i = 0; i < series->n; i++) {
        if (!report_observed_mean(report, series->members[i], mean))
            continue;
        double x = shown_dose(series, series->dose[i]), y = (mean[j] - report->mean[j]) / report->deviation[j];
        char *dots = memory_format("dots %s", colours[k]);
        if (series->members[i]->trained)
            chart_dots(chart, dots, &x, &y, 1);
        else
            chart_diamond(chart, colours[k], x, y);
        free(dots);
    }
    free(mean);
}

static void print_names(struct page *page, const struct report *report, const struct curve_set *set)
{
    page_print(page, "<p class=\"key\">");
    for (size_t k = 0; k < set->n_shown; k++) {
        page_print(page, "<span><svg viewBox=\"0 0 26 12\"><path class=\"line %s %s\" d=\"M0,6h26\"/></svg>",
                   colours[k], dashes[k]);
        page_label(page, gim_variable_name(report->model, set->shown[k]), 24);
        page_print(page, "</span>");
    }
    page_print(page, "</p>");
}

/* The widest range of what is drawn: predictions, and means that were observed. */
static void find_range(double up[2], const struct report *report, const struct series *series,
                       const struct curve_set *set, double y[SHOWN][STEPS])
{
    double *mean = memory_new(report->d, sizeof *mean);
    for (size_t k = 0; k < set->n_shown; k++)
        chart_range(up, y[k], STEPS);
    for (size_t i = 0; i < series->n; i++) {
        if (!report_observed_mean(report, series->members[i], mean))
            continue;
        for (size_t k = 0; k < set->n_shown; k++) {
            size_t j = set->shown[k];
            double shift = (mean[j] - report->mean[j]) / report->deviation[j];
            chart_range(up, &shift, 1);
        }
    }
    free(mean);
}

static void print_curves(struct page *page, const struct report *report, const struct series *series,
                         const struct curve_set *set)
{
    double x[STEPS], y[SHOWN][STEPS], across[2] = {NAN, NAN}, up[2] = {0, 0};
    struct chart chart;
    const struct subject *last = series->members[0];
    for (size_t i = 0; i < series->n; i++)
        if (series->dose[i] == series->largest)
            last = series->members[i];
    for (size_t s = 0; s < STEPS; s++) {
        x[s] = shown_dose(series, set->dose[s]);
        for (size_t k = 0; k < set->n_shown; k++)
            y[k][s] = set->shift[s * report->d + set->shown[k]];
    }
    chart_range(across, x, STEPS);
    find_range(up, report, series, set, y);
    page_print(page, "<div><h4>");
    page_text(page, series->feature != REPORT_NONE ? "Up to " : "Towards ");
    page_text(page, last->name);
    page_print(page, "</h4>");
    print_names(page, report, set);
    chart_open(&chart, page, 210, across, up, last->name,
               "Predicted shifts of the means of the variables that move most, as the dose grows; dots and diamonds: "
               "observed ones. The table has the predictions.");
    chart_axes(&chart,
               series->feature != REPORT_NONE ? gim_feature_name(report->model, series->feature) : "part of the dose",
               "shift of the mean, sd");
    for (size_t k = 0; k < set->n_shown; k++) {
        char *classes = memory_format("%s %s", colours[k], dashes[k]);
        chart_line(&chart, classes, x, y[k], STEPS);
        print_observed(&chart, report, series, set->shown[k], k);
        free(classes);
    }
    chart_close(&chart);
    page_print(page, "</div>\n");
}

static void print_table(struct page *page, const struct report *report, const struct series *series,
                        const struct curve_set *sets, size_t n)
{
    static const char *const columns[] = {"perturbation", "variable", "dose", "predicted shift"};
    page_details(page, "These curves as numbers");
    page_table(page, columns, sizeof columns / sizeof *columns, 2);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sets[i].n_shown; k++)
            for (size_t s = 0; s < STEPS; s += 3) {
                page_row(page);
                page_cell(page, series[i].members[0]->name);
                page_cell(page, gim_variable_name(report->model, sets[i].shown[k]));
                page_cell_number(page, shown_dose(&series[i], sets[i].dose[s]));
                page_cell_number(page, sets[i].shift[s * report->d + sets[i].shown[k]]);
                page_row_end(page);
            }
    page_table_end(page);
    page_end(page, "details");
}

/* ---- the section ------------------------------------------------------------------------------------------------- */

static int print_all(struct page *page, const struct report *report, const struct series *series, size_t n)
{
    struct curve_set sets[CURVES] = {0};
    int code = EXIT_OK;
    page_grid(page);
    for (size_t i = 0; i < n && code == EXIT_OK; i++) {
        sets[i].shift = memory_new(STEPS, report->d * sizeof(double));
        if ((code = predict(&sets[i], report, &series[i])) == EXIT_OK) {
            choose(&sets[i], report->d);
            print_curves(page, report, &series[i], &sets[i]);
        }
    }
    page_end(page, "figure");
    if (code == EXIT_OK)
        print_table(page, report, series, sets, n);
    for (size_t i = 0; i < n; i++)
        free(sets[i].shift);
    return code;
}

/* The feature of --dose, or the one that the fit was told of. */
static size_t dose_feature(const struct report *report)
{
    double option = model_option(report->model, GIM_DOSE_FEATURE);
    for (size_t k = 0; k < report->p; k++)
        if (report->dose != NULL ? strcmp(gim_feature_name(report->model, k), report->dose) == 0 : option == (double)k)
            return k;
    return REPORT_NONE;
}

int report_doses(struct page *page, const struct report *report)
{
    size_t dose = dose_feature(report), n = 0;
    if (report->baseline || report->n == 0)
        return EXIT_OK;
    struct series *all = memory_new(report->n, sizeof *all);
    if (dose != REPORT_NONE || (report->resting != NULL && graded(report)))
        n = find_series(report, dose, all);
    qsort(all, n, sizeof *all, by_interest);
    size_t shown = n < CURVES ? n : CURVES;
    int code = EXIT_OK;
    page_section(page, "doses", "Dose response");
    if (n == 0) {
        page_caption(page, "There is no dose to follow: no feature has more than two values, or no environment is a "
                           "control to begin from. --dose names a feature that is one.");
    } else {
        page_print(page,
                   "<p class=\"soft\">Predicted shift of the mean from the %s, in its standard deviations, of the "
                   "variables that move most, as features go from %s to those of the perturbation. Dots are observed "
                   "means of perturbations in the fit, empty diamonds of those that were not. Between and beyond doses "
                   "of the fit, curves are what the model believes.%s</p>\n",
                   report->resting != NULL ? "control" : "unperturbed system",
                   dose != REPORT_NONE ? "the lowest dose" : "the control's",
                   shown < n ? " Shown are those with several doses, or not in the fit, first." : "");
        code = print_all(page, report, all, shown);
    }
    page_end(page, "section");
    for (size_t i = 0; i < n; i++)
        series_free(&all[i]);
    free(all);
    return code;
}
