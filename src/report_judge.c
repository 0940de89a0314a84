/* What the model's predictions are worth, beside baselines and replicates. SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "density.h"
#include "memory.h"
#include "model.h"
#include "random.h"
#include "report.h"

/* ---- baselines, fitted to the environments of the model ---------------------------------------------------------- */

static int describe(size_t env, gim_environment *environment, double *features, void *user)
{
    const struct report *report = user;
    const struct subject *subject = &report->subjects[env];
    environment->name = subject->name;
    environment->n_rows = subject->rows;
    environment->observational = subject->control;
    memcpy(features, subject->features, report->p * sizeof *features);
    return 0;
}

static int read_rows(size_t env, const size_t *rows, size_t n_rows, double *x, void *user)
{
    const struct report *report = user;
    for (size_t i = 0; i < n_rows; i++)
        memcpy(x + i * report->d, frame_row(&report->observed, report->subjects[env].observed, rows[i]),
               report->d * sizeof *x);
    return 0;
}

/* One that cannot be fitted to these data is no rival, and no failure. */
static bool fit_rival(gim_model **rival, struct report *report, gim_method method)
{
    gim_data data = {sizeof data, report->n_trained, describe, read_rows, report};
    return gim_model_new(rival, report->d, report->p, NULL) >= 0 && gim_set_int(*rival, GIM_METHOD, method) >= 0 &&
           gim_fit(*rival, &data, NULL, NULL) >= 0;
}

struct predictor {
    const struct report *report;
    const gim_model *model;
    double *mean, *deviation; /* (contest.n, d): filled; NULL: not wanted */
};

static void take_moments(const struct predictor *predictor, size_t e, const double *rows, size_t n)
{
    size_t d = predictor->report->d;
    double *mean = predictor->mean + e * d, *deviation = predictor->deviation + e * d;
    for (size_t i = 0; i < n * d; i++)
        mean[i % d] += rows[i] / (double)n;
    for (size_t i = 0; i < n * d; i++)
        deviation[i % d] += (rows[i] - mean[i % d]) * (rows[i] - mean[i % d]) / (double)n;
    for (size_t j = 0; j < d; j++)
        deviation[j] = sqrt(deviation[j]);
}

static int draw(double *rows, size_t n, size_t e, void *user)
{
    const struct predictor *predictor = user;
    const struct report *report = predictor->report;
    const struct subject *subject = report_find(report, report->contest.environments[e].name);
    uint64_t seed = random_seed((uint64_t)report->seed, subject->name);
    gim_status status = gim_sample(predictor->model, subject->features, 1, n, seed, rows);
    if (status < 0)
        return model_fail(report->ui, predictor->model, status, subject->name);
    if (predictor->mean != NULL)
        take_moments(predictor, e, rows, n);
    return EXIT_OK;
}

static int score_rival(struct report *report, const char *name, gim_method method)
{
    gim_model *rival = NULL;
    int code = EXIT_OK;
    struct score *scores = memory_new(report->contest.n, sizeof *scores);
    if (fit_rival(&rival, report, method)) {
        struct predictor predictor = {report, rival, NULL, NULL};
        code = contest_drawn(scores, &report->contest, draw, (size_t)report->rows, &predictor);
        report->rivals[report->n_rivals++] = (struct rival){name, contest_overall(&report->contest, scores)};
    }
    gim_model_free(rival);
    free(scores);
    return code;
}

static int score_rivals(struct report *report)
{
    static const struct {
        const char *name;
        gim_method method;
    } methods[] = {{"train mean", GIM_METHOD_TRAIN_MEAN}, {"nearest", GIM_METHOD_NEAREST}, {"ridge", GIM_METHOD_RIDGE}};
    int code = EXIT_OK;
    if (report->controls.n > 0) {
        struct score *scores = memory_new(report->contest.n, sizeof *scores);
        code = contest_controls(scores, &report->contest);
        report->rivals[report->n_rivals++] = (struct rival){"no change", contest_overall(&report->contest, scores)};
        free(scores);
    }
    for (size_t i = 0; i < sizeof methods / sizeof *methods && code == EXIT_OK && report->same_data; i++)
        code = score_rival(report, methods[i].name, methods[i].method);
    return code;
}

/* ---- the model --------------------------------------------------------------------------------------------------- */

/* Columns of the observed table are the model's variables, in its order. */
static int score_densities(struct report *report)
{
    size_t *column = memory_new(report->d, sizeof *column);
    int code = EXIT_OK;
    for (size_t j = 0; j < report->d; j++)
        column[j] = j;
    for (size_t e = 0; e < report->contest.n && code == EXIT_OK; e++) {
        const struct environment *environment = &report->contest.environments[e];
        code = density_mean(&report->scores[e].figures[LOG_DENSITY], &report->contest, report->model, column,
                            environment, report_find(report, environment->name)->features, 1);
    }
    free(column);
    return code;
}

static int score_model(struct report *report)
{
    struct predictor predictor = {report, report->model, NULL, NULL};
    report->scores = memory_new(report->contest.n, sizeof *report->scores);
    report->predicted_mean = memory_new(report->contest.n, report->d * sizeof *report->predicted_mean);
    report->predicted_deviation = memory_new(report->contest.n, report->d * sizeof *report->predicted_deviation);
    predictor.mean = report->predicted_mean;
    predictor.deviation = report->predicted_deviation;
    int code = contest_drawn(report->scores, &report->contest, draw, (size_t)report->rows, &predictor);
    if (code == EXIT_OK && !report->baseline)
        code = score_densities(report);
    return code;
}

int report_score(struct report *report)
{
    struct contest *contest = &report->contest;
    static const enum figure figures[] = {MEAN_DISTANCE, PEARSON,        KDE_NLL,    ENERGY,
                                          WASSERSTEIN_1, DISCRIMINATION, COVERAGE_90};
    int code;
    for (size_t i = 0; i < report->n; i++)
        if (report->subjects[i].judged)
            names_add(&report->asked.environments, report->subjects[i].name);
    if (!report->observed_any || report->asked.environments.n == 0)
        return EXIT_OK;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        contest->choice.wanted[figures[i]] = true;
    contest->choice.rows = 1000; /* as gim score */
    if ((code = contest_open(contest, report->ui, &report->asked, &report->observed, &report->controls)) != EXIT_OK ||
        (code = score_model(report)) != EXIT_OK || (code = score_rivals(report)) != EXIT_OK ||
        (code = contest_replicates(&report->ceiling, contest)) != EXIT_OK)
        return code;
    struct score rivals[REPORT_RIVALS];
    for (size_t i = 0; i < report->n_rivals; i++)
        rivals[i] = report->rivals[i].overall;
    report->overall = contest_overall(contest, report->scores);
    report->fraction = contest_fraction(&report->overall, rivals, report->n_rivals, &report->ceiling);
    report->contested = true;
    return EXIT_OK;
}
