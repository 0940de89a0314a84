/* gim score: how close predicted samples are to observed ones. SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "frame.h"
#include "memory.h"
#include "metrics.h"
#include "number.h"
#include "output.h"
#include "table.h"

struct score_options {
    struct args_common common;
    char **predicted, **observed, **controls, **variables, **ignore;
};

static const struct args_page page = {
    NULL,
    "Compares predicted samples with observed ones, environment by environment:\n"
    "  mean_distance  Euclidean distance of the means\n"
    "  pearson        correlation, over the variables, of the predicted with the\n"
    "                 observed shift of the mean from the control's (needs --control)\n"
    "  kde_nll        mean negative log-density of the observed rows under a Gaussian\n"
    "                 product kernel density of the predicted ones, bandwidths by\n"
    "                 Scott's rule\n"
    "all in units of the standard deviation of the observed rows of the control, or of\n"
    "all observed rows where no control is named. The last row, overall, is the mean\n"
    "over all environments but controls.",
    "  gim score --predicted samples.tsv --observed cells.tsv --control DMSO\n",
};

struct score {
    const char *environment;
    size_t n_predicted, n_observed;
    double mean_distance, pearson, kde_nll;
    bool control;
};

/* The two tables on the same variables, and what to measure in. */
struct comparison {
    struct frame predicted, observed;
    struct names controls;
    double *centre, *scale; /* (d): mean of the controls, or of all rows; standard deviation, 0 where nothing varies */
    struct score *scores;
    size_t n;
};

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static int check_ignored(const struct frame *predicted, const struct ui *ui, const struct names *ignore)
{
    for (size_t i = 0; i < ignore->n; i++)
        if (!names_have(&predicted->header, names_at(ignore, i)))
            return ui_fail(ui, "--ignore: %s has no column \"%s\"", predicted->path, names_at(ignore, i));
    return EXIT_OK;
}

/* The observed table may have more variables than the predicted one. */
static int read_tables(struct comparison *c, const struct score_options *o, char delimiter)
{
    const struct ui *ui = &o->common.ui;
    struct names only = {0}, ignore = {0};
    int code = args_names(ui, "--variables", o->variables, true, &only);
    if (code == EXIT_OK)
        code = args_names(ui, "--ignore", o->ignore, true, &ignore);
    struct frame_choice predicted = {&only, &ignore, "variable", ", which --variables names", false};
    if (code == EXIT_OK)
        code = frame_read(&c->predicted, ui, args_text(o->predicted), delimiter, &predicted);
    if (code == EXIT_OK)
        code = check_ignored(&c->predicted, ui, &ignore);
    struct frame_choice observed = {&c->predicted.columns, NULL, "variable", ", which the predicted table has", false};
    if (code == EXIT_OK)
        code = frame_read(&c->observed, ui, args_text(o->observed), delimiter, &observed);
    names_free(&only);
    names_free(&ignore);
    return code;
}

static int check_controls(const struct comparison *c, const struct ui *ui)
{
    for (size_t i = 0; i < c->controls.n; i++)
        if (!names_have(&c->observed.environments, names_at(&c->controls, i)))
            return ui_fail(ui, "--control: %s has no environment \"%s\"", c->observed.path, names_at(&c->controls, i));
    return EXIT_OK;
}

/* ---- units ------------------------------------------------------------------------------------------------------- */

/* The observed rows of the controls. */
static double *control_rows(const struct comparison *c, size_t *n)
{
    size_t d = c->observed.columns.n;
    double *rows = memory_new(c->observed.n_rows, d * sizeof *rows);
    *n = 0;
    for (size_t r = 0; r < c->observed.n_rows; r++)
        if (names_have(&c->controls, names_at(&c->observed.environments, c->observed.environment[r])))
            memcpy(rows + (*n)++ * d, c->observed.values + r * d, d * sizeof *rows);
    return rows;
}

/* A variable that is constant in the controls is measured by its spread in all rows; one that is constant there too
 * counts for nothing. */
static void choose_units(struct comparison *c, const struct ui *ui)
{
    size_t d = c->observed.columns.n;
    struct sample all = {c->observed.n_rows, d, c->observed.values};
    double *scale = memory_new(d, sizeof *scale);
    c->centre = memory_new(d, sizeof *c->centre);
    c->scale = memory_new(d, sizeof *c->scale);
    metrics_moments(&all, c->centre, c->scale);
    if (c->controls.n > 0) {
        size_t n;
        double *rows = control_rows(c, &n);
        metrics_moments(&(struct sample){n, d, rows}, c->centre, scale);
        free(rows);
    }
    for (size_t j = 0; j < d; j++) {
        if (scale[j] > 0)
            c->scale[j] = scale[j];
        if (c->scale[j] <= 0)
            ui_warn(ui, "%s: \"%s\" never varies, and is left out", c->observed.path,
                    names_at(&c->observed.columns, j));
    }
    free(scale);
}

/* The rows of an environment in these units, (n, variables that vary). */
static struct sample scaled(const struct comparison *c, const struct frame *frame, size_t environment)
{
    size_t d = frame->columns.n, n = frame_count(frame, environment), n_used = 0;
    double *x = memory_new(n, d * sizeof *x), *to = x;
    for (size_t j = 0; j < d; j++)
        n_used += c->scale[j] > 0;
    for (size_t i = 0; i < n; i++) {
        const double *row = frame_row(frame, environment, i);
        for (size_t j = 0; j < d; j++)
            if (c->scale[j] > 0)
                *to++ = (row[j] - c->centre[j]) / c->scale[j];
    }
    return (struct sample){n, n_used, x};
}

/* ---- scores ------------------------------------------------------------------------------------------------------ */

static struct score score_one(const struct comparison *c, const char *name, size_t predicted, size_t observed)
{
    struct sample p = scaled(c, &c->predicted, predicted), q = scaled(c, &c->observed, observed);
    double *mean_p = memory_new(p.d, sizeof *mean_p), *mean_q = memory_new(p.d, sizeof *mean_q);
    metrics_moments(&p, mean_p, NULL);
    metrics_moments(&q, mean_q, NULL);
    bool control = names_have(&c->controls, name);
    struct score score = {
        .environment = name,
        .n_predicted = p.n,
        .n_observed = q.n,
        .control = control,
        .mean_distance = metrics_distance(mean_p, mean_q, p.d),
        .pearson = c->controls.n > 0 && !control ? metrics_pearson(mean_p, mean_q, p.d) : NAN,
        .kde_nll = metrics_kde_nll(&p, &q),
    };
    free(mean_p);
    free(mean_q);
    free((double *)p.x);
    free((double *)q.x);
    return score;
}

/* The mean of one figure over the environments that count and have it. */
static double overall(const struct comparison *c, size_t offset)
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        double value = *(const double *)((const char *)&c->scores[i] + offset);
        if (c->scores[i].control || isnan(value))
            continue;
        sum += value;
        n++;
    }
    return n > 0 ? sum / (double)n : NAN;
}

static struct score overall_score(const struct comparison *c)
{
    struct score score = {.environment = "overall"};
    for (size_t i = 0; i < c->n; i++) {
        score.n_predicted += c->scores[i].control ? 0 : c->scores[i].n_predicted;
        score.n_observed += c->scores[i].control ? 0 : c->scores[i].n_observed;
    }
    score.mean_distance = overall(c, offsetof(struct score, mean_distance));
    score.pearson = overall(c, offsetof(struct score, pearson));
    score.kde_nll = overall(c, offsetof(struct score, kde_nll));
    return score;
}

static int score_all(struct comparison *c, const struct ui *ui)
{
    struct names missing = {0};
    const struct names *environments = &c->predicted.environments;
    c->scores = memory_new(environments->n + 1, sizeof *c->scores);
    for (size_t e = 0; e < environments->n; e++) {
        size_t observed;
        if (names_find(&c->observed.environments, names_at(environments, e), &observed))
            c->scores[c->n++] = score_one(c, names_at(environments, e), e, observed);
        else
            names_add(&missing, names_at(environments, e));
    }
    char *list = names_list(&missing);
    if (missing.n > 0)
        ui_note(ui, "not scored, having no row in %s: %s", c->observed.path, list);
    free(list);
    names_free(&missing);
    if (c->n == 0)
        return ui_fail(ui, "%s and %s have no environment in common", c->predicted.path, c->observed.path);
    c->scores[c->n] = overall_score(c);
    return EXIT_OK;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void write_table(struct output *output, const struct comparison *c, char delimiter)
{
    static const char *const columns[] = {"environment",   "n_predicted", "n_observed",
                                          "mean_distance", "pearson",     "kde_nll"};
    struct table_writer writer = table_write(output, delimiter);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        table_write_text(&writer, columns[i]);
    table_write_end(&writer);
    for (size_t i = 0; i <= c->n; i++) {
        const struct score *score = &c->scores[i];
        table_write_text(&writer, score->environment);
        table_write_number(&writer, (double)score->n_predicted);
        table_write_number(&writer, (double)score->n_observed);
        table_write_number(&writer, score->mean_distance);
        table_write_number(&writer, score->pearson);
        table_write_number(&writer, score->kde_nll);
        table_write_end(&writer);
    }
}

static json_t *score_json(const struct score *score)
{
    return json_pack("{s:s, s:I, s:I, s:o, s:o, s:o}", "environment", score->environment, "n_predicted",
                     (json_int_t)score->n_predicted, "n_observed", (json_int_t)score->n_observed, "mean_distance",
                     number_json(score->mean_distance), "pearson", number_json(score->pearson), "kde_nll",
                     number_json(score->kde_nll));
}

static json_t *scores_json(const struct comparison *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->n; i++)
        json_array_append_new(list, score_json(&c->scores[i]));
    return json_pack("{s:o, s:o}", "environments", list, "overall", score_json(&c->scores[c->n]));
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int check_options(const struct score_options *o)
{
    const struct ui *ui = &o->common.ui;
    int code = args_need(ui, "--predicted", o->predicted);
    if (code == EXIT_OK)
        code = args_need(ui, "--observed", o->observed);
    if (code == EXIT_OK && strcmp(args_text(o->predicted), "-") == 0 && strcmp(args_text(o->observed), "-") == 0)
        code = ui_usage(ui, "--predicted and --observed cannot both be standard input");
    return code;
}

static int run(const struct score_options *o)
{
    const struct ui *ui = &o->common.ui;
    struct comparison c = {0};
    struct output output = {0};
    char delimiter = 0;
    int code;
    if ((code = check_options(o)) != EXIT_OK ||
        (code = args_delimiter(ui, o->common.delimiter, &delimiter)) != EXIT_OK ||
        (code = args_names(ui, "--control", o->controls, false, &c.controls)) != EXIT_OK ||
        (code = read_tables(&c, o, delimiter)) != EXIT_OK || (code = check_controls(&c, ui)) != EXIT_OK)
        goto out;
    choose_units(&c, ui);
    if ((code = score_all(&c, ui)) != EXIT_OK ||
        (code = output_open(&output, ui, args_text(o->common.output))) != EXIT_OK)
        goto out;
    if (ui->json)
        output_json(&output, scores_json(&c));
    else
        write_table(&output, &c, delimiter);
out:
    code = output_close(&output, code);
    free(c.scores);
    free(c.centre);
    free(c.scale);
    names_free(&c.controls);
    frame_free(&c.predicted);
    frame_free(&c.observed);
    return code;
}

int command_score(int argc, const char **argv)
{
    struct score_options o = {.common.ui.command = "gim score"};
    struct poptOption options[] = {
        ARGS_VALUE("predicted", 'p', ARGS_ONCE, &o.predicted, "predicted samples, as of gim sample", "FILE"),
        ARGS_VALUE("observed", 'd', ARGS_ONCE, &o.observed, "observed samples", "FILE"),
        ARGS_VALUE("control", 0, ARGS_MANY, &o.controls, "an observational environment of the observed table", "NAME"),
        ARGS_VALUE("variables", 0, ARGS_MANY, &o.variables, "only these variables", "A,B,..."),
        ARGS_VALUE("ignore", 0, ARGS_MANY, &o.ignore, "columns that are no variables", "A,B,..."),
        ARGS_OUTPUT(&o.common, "write to FILE, compressed if it ends in .gz"),
        ARGS_JSON(&o.common, "JSON in place of a table"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    char *none = NULL;
    int code = args_parse(&o.common.ui, argc, argv, options, &page, &none);
    if (code == EXIT_OK)
        code = run(&o);
    args_free(options);
    return code == ARGS_HELPED ? EXIT_OK : code;
}
