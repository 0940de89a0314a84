/* Who predicts what was observed, and how well. SPDX-License-Identifier: BSD-3-Clause */
#include "contest.h"

#include <gim/gim.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "memory.h"
#include "random.h"

enum { SPLITS = 4 };

/* ---- units ------------------------------------------------------------------------------------------------------- */

static void moments(const struct sample *sample, double *mean, double *deviation)
{
    size_t n = sample->n, d = sample->d;
    sample_mean(mean, sample);
    memset(deviation, 0, d * sizeof *deviation);
    for (size_t i = 0; i < n * d; i++)
        deviation[i % d] += (sample->x[i] - mean[i % d]) * (sample->x[i] - mean[i % d]);
    for (size_t j = 0; j < d; j++)
        deviation[j] = sqrt(deviation[j] / (double)n);
}

/* The observed rows of the controls, in the table's units. */
static struct sample control_rows(const struct contest *contest)
{
    const struct frame *observed = contest->observed;
    size_t d = observed->columns.n;
    struct sample rows = {0, d, memory_new(observed->n_rows, d * sizeof(double))};
    for (size_t r = 0; r < observed->n_rows; r++)
        if (names_have(contest->controls, names_at(&observed->environments, observed->environment[r])))
            memcpy(rows.x + rows.n++ * d, observed->values + r * d, d * sizeof *rows.x);
    return rows;
}

/* A variable that is constant in the controls is measured by its spread in all rows; one that is constant there too
 * counts for nothing. */
static void choose_units(struct contest *contest)
{
    const struct frame *observed = contest->observed;
    size_t d = observed->columns.n;
    struct sample all = {observed->n_rows, d, observed->values};
    double *scale = memory_new(d, sizeof *scale);
    contest->centre = memory_new(d, sizeof *contest->centre);
    contest->scale = memory_new(d, sizeof *contest->scale);
    moments(&all, contest->centre, contest->scale);
    if (contest->controls->n > 0) {
        struct sample controls = control_rows(contest);
        moments(&controls, contest->centre, scale);
        free(controls.x);
    }
    for (size_t j = 0; j < d; j++) {
        if (scale[j] > 0)
            contest->scale[j] = scale[j];
        contest->d += contest->scale[j] > 0;
        if (contest->scale[j] <= 0)
            ui_warn(contest->ui, "%s: \"%s\" never varies, and is left out", observed->path,
                    names_at(&observed->columns, j));
    }
    free(scale);
}

/* Appends a row in these units, less the variables that do not vary. */
static void add_row(struct sample *sample, const struct contest *contest, const double *row)
{
    double *to = sample->x + sample->n++ * contest->d;
    for (size_t j = 0; j < contest->observed->columns.n; j++)
        if (contest->scale[j] > 0)
            *to++ = (row[j] - contest->centre[j]) / contest->scale[j];
}

static struct sample sample_new(const struct contest *contest, size_t n)
{
    return (struct sample){0, contest->d, memory_new(n, contest->d * sizeof(double))};
}

static struct sample rows_of(const struct contest *contest, const struct frame *frame, size_t environment)
{
    size_t n = frame_count(frame, environment);
    struct sample sample = sample_new(contest, n);
    for (size_t i = 0; i < n; i++)
        add_row(&sample, contest, frame_row(frame, environment, i));
    return sample;
}

static struct sample scaled_controls(const struct contest *contest)
{
    struct sample rows = control_rows(contest), sample = sample_new(contest, rows.n);
    for (size_t i = 0; i < rows.n; i++)
        add_row(&sample, contest, rows.x + i * rows.d);
    free(rows.x);
    return sample;
}

/* As the mean of a sample is computed: the controls' own shift is then 0 and not its rounding. */
static void find_reference(struct contest *contest)
{
    if (contest->controls->n == 0)
        return;
    struct sample controls = scaled_controls(contest);
    contest->reference = memory_new(contest->d, sizeof *contest->reference);
    sample_mean(contest->reference, &controls);
    free(controls.x);
}

/* ---- environments ------------------------------------------------------------------------------------------------ */

static int find_environments(struct contest *contest, const struct frame *predicted)
{
    struct names missing = {0};
    contest->environments = memory_new(predicted->environments.n, sizeof *contest->environments);
    for (size_t e = 0; e < predicted->environments.n; e++) {
        struct environment found = {.name = names_at(&predicted->environments, e)};
        if (!names_find(&contest->observed->environments, found.name, &found.observed)) {
            names_add(&missing, found.name);
            continue;
        }
        found.control = names_have(contest->controls, found.name);
        contest->environments[contest->n++] = found;
    }
    char *list = names_list(&missing);
    if (missing.n > 0)
        ui_note(contest->ui, "not scored, having no row in %s: %s", contest->observed->path, list);
    free(list);
    names_free(&missing);
    if (contest->n == 0)
        return ui_fail(contest->ui, "%s and %s have no environment in common", predicted->path,
                       contest->observed->path);
    return EXIT_OK;
}

int contest_open(struct contest *contest, const struct ui *ui, const struct frame *predicted,
                 const struct frame *observed, const struct names *controls)
{
    contest->ui = ui;
    contest->observed = observed;
    contest->controls = controls;
    int code = find_environments(contest, predicted);
    if (code != EXIT_OK)
        return code;
    choose_units(contest);
    find_reference(contest);
    return contest->d > 0 ? EXIT_OK : ui_fail(ui, "%s: no variable varies", observed->path);
}

void contest_close(struct contest *contest)
{
    free(contest->environments);
    free(contest->centre);
    free(contest->scale);
    free(contest->reference);
}

/* ---- scores ------------------------------------------------------------------------------------------------------ */

/* Means of the environments that can be told apart: those that are predicted, and no controls. */
struct means {
    double *predicted, *observed; /* (n, d) */
    size_t *environment;
    size_t n;
};

static struct means means_new(const struct contest *contest)
{
    return (struct means){memory_new(contest->n, contest->d * sizeof(double)),
                          memory_new(contest->n, contest->d * sizeof(double)), memory_new(contest->n, sizeof(size_t)),
                          0};
}

static void means_free(struct means *means)
{
    free(means->predicted);
    free(means->observed);
    free(means->environment);
}

/* Scores one environment; the samples are freed. */
static int score_one(struct score *score, const struct contest *contest, size_t e, struct sample *predicted,
                     struct sample *observed, struct means *means)
{
    const struct environment *environment = &contest->environments[e];
    int code = EXIT_OK;
    *score = (struct score){.n_predicted = predicted->n, .n_observed = observed->n};
    for (enum figure figure = 0; figure < FIGURES; figure++)
        score->figures[figure] = NAN;
    if (predicted->n > 0 && observed->n > 0) {
        code = figures_score(score->figures, contest->ui, environment->name, predicted, observed, &contest->choice,
                             environment->control ? NULL : contest->reference);
        if (!environment->control) {
            sample_mean(means->predicted + means->n * contest->d, predicted);
            sample_mean(means->observed + means->n * contest->d, observed);
            means->environment[means->n++] = e;
        }
    }
    free(predicted->x);
    free(observed->x);
    return code;
}

static void discriminate(struct score *scores, const struct contest *contest, const struct means *means)
{
    double *rank = memory_new(means->n, sizeof *rank);
    if (contest->choice.wanted[DISCRIMINATION] && means->n > 0 &&
        gim_discrimination(means->predicted, means->observed, means->n, contest->d, rank) >= 0)
        for (size_t i = 0; i < means->n; i++)
            scores[means->environment[i]].figures[DISCRIMINATION] = rank[i];
    free(rank);
}

/* Fills the predicted and the observed sample of an environment; no rows where it is not to be scored. */
typedef void (*draw_fn)(struct sample pair[2], const struct contest *contest, size_t e, const void *context);

static int score_all(struct score *scores, const struct contest *contest, draw_fn draw, const void *context)
{
    struct means means = means_new(contest);
    int code = EXIT_OK;
    for (size_t e = 0; e < contest->n && code == EXIT_OK; e++) {
        struct sample pair[2];
        draw(pair, contest, e, context);
        code = score_one(&scores[e], contest, e, &pair[0], &pair[1], &means);
    }
    discriminate(scores, contest, &means);
    means_free(&means);
    return code;
}

static void draw_table(struct sample pair[2], const struct contest *contest, size_t e, const void *context)
{
    const struct frame *predicted = context;
    size_t at;
    bool there = names_find(&predicted->environments, contest->environments[e].name, &at);
    pair[0] = there ? rows_of(contest, predicted, at) : sample_new(contest, 0);
    pair[1] = rows_of(contest, contest->observed, contest->environments[e].observed);
}

int contest_table(struct score *scores, const struct contest *contest, const struct frame *predicted)
{
    return score_all(scores, contest, draw_table, predicted);
}

int contest_rows(struct score *score, const struct contest *contest, size_t e, const double *rows, size_t n)
{
    size_t d = contest->observed->columns.n;
    struct sample predicted = sample_new(contest, n);
    struct sample observed = rows_of(contest, contest->observed, contest->environments[e].observed);
    struct means means = means_new(contest);
    for (size_t i = 0; i < n; i++)
        add_row(&predicted, contest, rows + i * d);
    int code = score_one(score, contest, e, &predicted, &observed, &means);
    means_free(&means);
    return code;
}

struct drawing {
    contest_fn draw;
    size_t n;
    void *user;
    int *code; /* of the first that failed */
};

static void draw_rows(struct sample pair[2], const struct contest *contest, size_t e, const void *context)
{
    const struct drawing *drawing = context;
    size_t d = contest->observed->columns.n;
    double *rows = memory_new(drawing->n, d * sizeof *rows);
    if (*drawing->code == EXIT_OK)
        *drawing->code = drawing->draw(rows, drawing->n, e, drawing->user);
    pair[0] = sample_new(contest, drawing->n);
    pair[1] = rows_of(contest, contest->observed, contest->environments[e].observed);
    for (size_t i = 0; i < drawing->n && *drawing->code == EXIT_OK; i++)
        add_row(&pair[0], contest, rows + i * d);
    free(rows);
}

int contest_drawn(struct score *scores, const struct contest *contest, contest_fn draw, size_t n_rows, void *user)
{
    int failed = EXIT_OK;
    struct drawing drawing = {draw, n_rows, user, &failed};
    int code = score_all(scores, contest, draw_rows, &drawing);
    return failed != EXIT_OK ? failed : code;
}

static void draw_controls(struct sample pair[2], const struct contest *contest, size_t e, const void *unused)
{
    (void)unused;
    pair[0] = scaled_controls(contest);
    pair[1] = rows_of(contest, contest->observed, contest->environments[e].observed);
}

int contest_controls(struct score *scores, const struct contest *contest)
{
    return score_all(scores, contest, draw_controls, NULL);
}

/* ---- replicates -------------------------------------------------------------------------------------------------- */

/* The observed rows in two halves at random; the second has one more where they are odd. */
static void draw_halves(struct sample pair[2], const struct contest *contest, size_t e, const void *context)
{
    const struct environment *environment = &contest->environments[e];
    size_t n = environment->control ? 0 : frame_count(contest->observed, environment->observed);
    size_t *order = memory_new(n, sizeof *order);
    uint64_t state = *(const uint64_t *)context;
    random_order(order, n, &state);
    pair[0] = sample_new(contest, n / 2);
    pair[1] = sample_new(contest, n - n / 2);
    for (size_t i = 0; i < n; i++)
        add_row(&pair[i >= n / 2], contest, frame_row(contest->observed, environment->observed, order[i]));
    free(order);
}

int contest_replicates(struct score *score, const struct contest *contest)
{
    struct score *scores = memory_new(contest->n, sizeof *scores);
    int code = EXIT_OK;
    *score = (struct score){0};
    for (uint64_t seed = 1; seed <= SPLITS && code == EXIT_OK; seed++) {
        code = score_all(scores, contest, draw_halves, &seed);
        struct score overall = contest_overall(contest, scores);
        score->n_predicted = overall.n_predicted;
        score->n_observed = overall.n_observed;
        for (enum figure figure = 0; figure < FIGURES; figure++)
            score->figures[figure] += overall.figures[figure] / SPLITS;
    }
    free(scores);
    return code;
}

/* ---- overall ----------------------------------------------------------------------------------------------------- */

struct score contest_overall(const struct contest *contest, const struct score *scores)
{
    struct score overall = {0};
    size_t n[FIGURES] = {0};
    for (size_t e = 0; e < contest->n; e++) {
        if (contest->environments[e].control)
            continue;
        overall.n_predicted += scores[e].n_predicted;
        overall.n_observed += scores[e].n_observed;
        for (enum figure figure = 0; figure < FIGURES; figure++)
            if (!isnan(scores[e].figures[figure])) {
                overall.figures[figure] += scores[e].figures[figure];
                n[figure]++;
            }
    }
    for (enum figure figure = 0; figure < FIGURES; figure++)
        overall.figures[figure] = n[figure] > 0 ? overall.figures[figure] / (double)n[figure] : NAN;
    return overall;
}

struct score contest_fraction(const struct score *score, const struct score *baselines, size_t n_baselines,
                              const struct score *ceiling)
{
    struct score fraction = {0};
    for (enum figure figure = 0; figure < FIGURES; figure++) {
        double loss = figure_loss(figure, score->figures[figure]);
        double least = figure_loss(figure, ceiling->figures[figure]), best = NAN;
        for (size_t i = 0; i < n_baselines; i++)
            best = fmin(best, figure_loss(figure, baselines[i].figures[figure])); /* of NaN and a number, the number */
        fraction.figures[figure] = best > least ? (best - loss) / (best - least) : NAN;
    }
    return fraction;
}
