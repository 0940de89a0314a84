/* What deserves doubt, or trust, in plain words. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "model.h"
#include "report.h"

enum { FEW_ROWS = 20, FEW_ENVIRONMENTS = 5 };

__attribute__((format(printf, 3, 4))) static void remark(struct report *report, enum remark_kind kind,
                                                         const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = memory_text("...");
    va_end(arguments);
    report->remarks =
        memory_grow(report->remarks, &report->remarks_capacity, report->n_remarks + 1, sizeof *report->remarks);
    report->remarks[report->n_remarks++] = (struct remark){kind, text};
}

/* ---- the fit ----------------------------------------------------------------------------------------------------- */

static void remark_cyclic(struct report *report)
{
    double removed = model_report(report->model, GIM_REPORT_EDGES_REMOVED);
    char *why = removed > 0
                    ? memory_format("%.0f edge%s removed to break cycles", removed, removed == 1 ? " was" : "s were")
                    : memory_format("its acyclicity ended at %.2g, where %.2g counts as acyclic",
                                    model_report(report->model, GIM_REPORT_ACYCLICITY),
                                    model_option(report->model, GIM_TOLERANCE));
    remark(report, REMARK_BAD,
           "The fit did not converge: its graph was not acyclic by itself (%s). Do not trust edges, and predictions "
           "that run along them, before a fit with more steps (--set steps=%.0f) or another seed agrees.",
           why, 2 * model_option(report->model, GIM_STEPS));
    free(why);
}

static void remark_fit(struct report *report)
{
    const gim_model *model = report->model;
    double status = model_report(model, GIM_REPORT_STATUS);
    if (report->baseline)
        remark(report, REMARK_DOUBT, "This is a baseline (%s), which has no graph, targets or effects.",
               gim_option_choice(GIM_METHOD, (int64_t)model_option(model, GIM_METHOD)));
    else if (status == GIM_STOPPED)
        remark(report, REMARK_BAD,
               "The fit was stopped at step %.0f of %.0f and is not finished: gim fit --resume continues it.",
               model_report(model, GIM_REPORT_STEP), model_option(model, GIM_STEPS));
    else if (status == GIM_CYCLIC)
        remark_cyclic(report);
}

static void remark_graph(struct report *report)
{
    size_t d = report->d, edges = 0, undecided = 0;
    for (size_t i = 0; i < d * d && !report->baseline; i++) {
        edges += report->edges[i] != 0;
        undecided += report->probability[i] > 0.2 && report->probability[i] < 0.8;
    }
    if (!report->baseline && edges == 0)
        remark(report, REMARK_DOUBT,
               "The graph has no edge: the model takes all variables as independent but for what perturbations do.");
    if (undecided > 0)
        remark(report, REMARK_DOUBT,
               "%zu possible edge%s neither in nor out: a probability between 0.2 and 0.8. Another seed may decide "
               "otherwise.",
               undecided, undecided == 1 ? " is" : "s are");
}

/* ---- the data ---------------------------------------------------------------------------------------------------- */

static void remark_rows(struct report *report)
{
    size_t few = 0, perturbed = 0, least = (size_t)-1;
    const char *name = "";
    for (size_t i = 0; i < report->n_trained; i++) {
        const struct subject *subject = &report->subjects[i];
        perturbed += !subject->control;
        few += subject->rows < FEW_ROWS;
        if (subject->rows < least) {
            least = subject->rows;
            name = subject->name;
        }
    }
    if (few > 0)
        remark(report, REMARK_DOUBT,
               "%zu of %zu environments of the fit have fewer than %d rows (fewest: %s with %zu). What is said of "
               "them rests on little.",
               few, report->n_trained, FEW_ROWS, name, least);
    if (report->resting == NULL)
        remark(report, REMARK_DOUBT,
               "No environment of the fit is a control (gim fit --control): nothing told the model what the system "
               "does when it is left alone.");
    if (perturbed < FEW_ENVIRONMENTS)
        remark(report, REMARK_DOUBT,
               "Only %zu perturbation%s in the fit: too few to learn how features become effects.", perturbed,
               perturbed == 1 ? " was" : "s were");
    else if (perturbed < report->p)
        remark(report, REMARK_DOUBT,
               "There are fewer perturbations in the fit (%zu) than features (%zu): which feature does what cannot "
               "be told apart from them alone.",
               perturbed, report->p);
}

static void remark_outside(struct report *report)
{
    size_t outside = 0, asked = 0, furthest = 0;
    for (size_t i = 0; i < report->n; i++) {
        const struct subject *subject = &report->subjects[i];
        if (subject->trained || subject->control)
            continue;
        asked++;
        if (subject->outside && (outside++ == 0 || subject->distance > report->subjects[furthest].distance))
            furthest = i;
    }
    if (outside > 0)
        remark(report, REMARK_DOUBT,
               "%zu of %zu perturbations that are asked about lie%s outside the training features, the furthest %s "
               "(distance %.3g): their predictions are extrapolations.",
               outside, asked, outside == 1 ? "s" : "", report->subjects[furthest].name,
               report->subjects[furthest].distance);
}

static void remark_tables(struct report *report)
{
    if (report->observed_any && !report->same_data)
        remark(report, REMARK_DOUBT,
               "The tables do not hold all rows of the fit, so that no baselines were fitted to them%s.",
               report->controls.n > 0 ? "; the controls as a prediction are the only one" : "");
    if (report->changed > 0)
        remark(
            report, REMARK_DOUBT,
            "The table of perturbations gives %zu environment%s of the fit other features than the fit had; those of "
            "the table are taken.",
            report->changed, report->changed == 1 ? "" : "s");
    char *list = names_list(&report->foreign);
    if (report->foreign.n > 0)
        remark(report, REMARK_DOUBT,
               "Known targets that are no variables of this model are left out of all that is said of targets: %s.",
               list);
    free(list);
}

/* ---- targets ----------------------------------------------------------------------------------------------------- */

static void remark_targets(struct report *report)
{
    size_t none = 0, many = 0, n = 0;
    for (size_t i = 0; i < report->n && !report->baseline; i++) {
        const struct subject *subject = &report->subjects[i];
        size_t hit = 0;
        for (size_t j = 0; j < report->d; j++)
            hit += subject->target[j] > 0.5;
        n += !subject->control;
        none += !subject->control && hit == 0;
        many += !subject->control && 2 * hit > report->d;
    }
    if (none > 0)
        remark(report, REMARK_DOUBT,
               "%zu of %zu perturbations have no variable that is a target with probability "
               "above 1/2: the model expects little of them.",
               none, n);
    if (many > 0)
        remark(report, REMARK_DOUBT,
               "%zu of %zu perturbations are said to target more than half of all variables: more a sign of a poor "
               "fit than of such perturbations. A larger --set target-sparsity names fewer.",
               many, n);
}

/* ---- scores ------------------------------------------------------------------------------------------------------ */

/* Of the baselines, by a figure. */
static const struct rival *best_rival(const struct report *report, enum figure figure)
{
    const struct rival *best = NULL;
    for (size_t i = 0; i < report->n_rivals; i++) {
        const struct rival *rival = &report->rivals[i];
        if (!isnan(rival->overall.figures[figure]) &&
            (best == NULL ||
             figure_loss(figure, rival->overall.figures[figure]) < figure_loss(figure, best->overall.figures[figure])))
            best = rival;
    }
    return best;
}

static void remark_figure(struct report *report, enum figure figure, const char *what)
{
    const struct rival *best = best_rival(report, figure);
    double own = report->overall.figures[figure];
    if (best == NULL || isnan(own))
        return;
    double other = best->overall.figures[figure], fraction = report->fraction.figures[figure];
    char *way = isnan(fraction) ? memory_text("")
                                : memory_format(" That is %.0f %% of the way from it to what repeating the experiment "
                                                "gets (%.3g).",
                                                100 * fraction, report->ceiling.figures[figure]);
    if (figure_loss(figure, own) >= figure_loss(figure, other))
        remark(report, REMARK_BAD,
               "By the %s, the model is no better than a trivial answer: %.3g, and the baseline \"%s\" gets %.3g "
               "(lower is better).",
               what, own, best->name, other);
    else
        remark(report, REMARK_GOOD,
               "By the %s, the model is better than every baseline tried: %.3g, and the best of them, \"%s\", gets "
               "%.3g.%s",
               what, own, best->name, other, way);
    free(way);
}

/* By which of the other figures a baseline is nearer to what was observed. */
static void remark_others(struct report *report)
{
    static const enum figure others[] = {PEARSON, KDE_NLL, WASSERSTEIN_1};
    static const char *const names[] = {"the correlation of shifts", "the log-density of observed rows",
                                        "the distributions of single variables"};
    char *list = memory_text("");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct rival *best = best_rival(report, others[i]);
        if (best == NULL || figure_loss(others[i], best->overall.figures[others[i]]) >=
                                figure_loss(others[i], report->overall.figures[others[i]]))
            continue;
        char *longer = memory_format("%s%s%s (%s)", list, list[0] != '\0' ? ", " : "", names[i], best->name);
        free(list);
        list = longer;
    }
    if (list[0] != '\0')
        remark(report, REMARK_DOUBT, "A baseline is better than the model by %s.", list);
    free(list);
}

static void remark_scores(struct report *report)
{
    if (!report->contested)
        return;
    if (!report->unseen)
        remark(report, REMARK_DOUBT,
               "Everything the model is compared with here was part of its fit. That shows how well it describes, not "
               "how well it predicts: hold environments out (gim fit --hold-out), or give unseen ones by --observed.");
    remark_figure(report, MEAN_DISTANCE, "distance of the means");
    remark_figure(report, ENERGY, "energy distance of whole distributions");
    remark_others(report);
    double coverage = report->overall.figures[COVERAGE_90];
    if (coverage < 0.8)
        remark(report, REMARK_DOUBT,
               "Predicted distributions are off or too narrow: their central 90 %% hold only %.0f %% of what was "
               "observed.",
               100 * coverage);
    else if (coverage > 0.97)
        remark(report, REMARK_DOUBT,
               "Predicted distributions are too wide: their central 90 %% hold %.0f %% of what was observed.",
               100 * coverage);
    double rank = report->overall.figures[DISCRIMINATION];
    if (rank >= 0.4 && report->contest.n >= FEW_ENVIRONMENTS)
        remark(report, REMARK_BAD,
               "Predictions hardly tell the perturbations apart: %.0f %% of the others lie nearer to a prediction "
               "than the right one does; chance is 50 %%.",
               100 * rank);
}

void report_remark(struct report *report)
{
    remark_fit(report);
    remark_scores(report);
    remark_outside(report);
    remark_graph(report);
    remark_targets(report);
    remark_rows(report);
    remark_tables(report);
    if (!report->observed_any)
        remark(report, REMARK_DOUBT,
               "No observed rows were given (--data, --observed), so that nothing here says whether predictions come "
               "true.");
}
