/* gim score: how close predicted samples are to observed ones, and how close they could be.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "contest.h"
#include "density.h"
#include "frame.h"
#include "memory.h"
#include "model.h"
#include "number.h"
#include "output.h"
#include "prepared.h"
#include "table.h"

struct score_options {
    struct args_common common;
    char **predicted, **observed, **controls, **baselines, **model, **perturbations, **metrics, **rows, **variables,
        **ignore, **units;
};

static const struct args_page page = {
    NULL,
    "Compares predicted samples with observed ones, environment by environment:\n"
    "  mean_distance   Euclidean distance of the means\n"
    "  pearson         correlation, over the variables, of the predicted with the\n"
    "                  observed shift of the mean from the control's (needs --control)\n"
    "  kde_nll         mean negative log-density of the observed rows under a Gaussian\n"
    "                  kernel density of the predicted ones\n"
    "  wasserstein     2-Wasserstein distance, regularised (root of the Sinkhorn\n"
    "                  divergence)\n"
    "  energy          energy distance\n"
    "  mmd             squared maximum mean discrepancy\n"
    "  wasserstein_1   1-Wasserstein distance of each variable, on average\n"
    "  discrimination  share of the other environments whose observed mean is nearer to\n"
    "                  the predicted one than the right one: 0 best, 1/2 by chance\n"
    "  coverage_90     share of observed values inside the predicted central 90 %\n"
    "  log_density     mean log-density of the observed rows under --model\n"
    "all but log_density in units of the standard deviation of the observed rows of the\n"
    "control, or of all observed rows where no control is named. Below the environments:\n"
    "overall, the mean over all but controls; the same of each baseline; the ceiling,\n"
    "one half of the observed rows as a prediction of the other; and the fraction of the\n"
    "way from the best baseline (0) to the ceiling (1).",
    "  gim score --predicted samples.tsv --observed cells.tsv --control DMSO\n",
};

/* Something that predicts, beside the prediction: its rows are a file's, or the controls'. */
struct baseline {
    char *name, *path; /* path NULL: no_change */
    struct frame frame;
};

struct comparison {
    struct frame predicted, observed;
    struct names controls;
    struct baseline *baselines;
    size_t n_baselines;
    bool counts; /* values are turned into counts, as prepared says */
    struct prepared prepared;
    struct contest contest;
    struct score *scores; /* of the environments */
    struct score overall, *of_baselines, ceiling, fraction;
};

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* A prepared model tells what counts its values stand for. */
static int read_units(struct comparison *c, const struct score_options *o)
{
    const struct ui *ui = &o->common.ui;
    int units = UNITS_MODEL, code = args_choice(ui, "--units", o->units, prepared_units, &units);
    c->counts = units == UNITS_COUNTS;
    if (code != EXIT_OK || !c->counts)
        return code;
    if (o->model == NULL)
        return ui_usage(ui, "--units counts needs --model, which knows how its data were made");
    if (o->perturbations != NULL)
        return ui_usage(ui, "--units counts goes without --perturbations: log_density is in the model's units");
    gim_model *model = NULL;
    code = model_load(ui, args_text(o->model), &model);
    if (code == EXIT_OK)
        code = prepared_read(&c->prepared, ui, model, "--units counts");
    gim_model_free(model);
    return code;
}

static void to_units(const struct comparison *c, struct frame *frame)
{
    if (c->counts)
        prepared_counts(&c->prepared, frame->values, frame->n_rows * frame->columns.n);
}

static int check_ignored(const struct frame *predicted, const struct ui *ui, const struct names *ignore)
{
    for (size_t i = 0; i < ignore->n; i++)
        if (!names_have(&predicted->header, names_at(ignore, i)))
            return ui_fail(ui, "--ignore: %s has no column \"%s\"", predicted->path, names_at(ignore, i));
    return EXIT_OK;
}

/* The observed tables may have more variables than the predicted one. */
static int read_observed(struct comparison *c, const struct score_options *o, char delimiter)
{
    const struct ui *ui = &o->common.ui;
    struct frame_choice choice = {&c->predicted.columns, NULL, "variable", ", which the predicted table has",
                                  FRAME_SAMPLES};
    int code = frame_read(&c->observed, ui, o->observed[0], delimiter, &choice);
    for (size_t i = 1; o->observed[i] != NULL && code == EXIT_OK; i++) {
        struct frame more = {0};
        code = frame_read(&more, ui, o->observed[i], delimiter, &choice);
        if (code == EXIT_OK)
            code = frame_append(&c->observed, ui, &more);
        frame_free(&more);
    }
    return code;
}

static int read_tables(struct comparison *c, const struct score_options *o, char delimiter)
{
    const struct ui *ui = &o->common.ui;
    struct names only = {0}, ignore = {0};
    int code = args_names(ui, "--variables", o->variables, true, &only);
    if (code == EXIT_OK)
        code = args_names(ui, "--ignore", o->ignore, true, &ignore);
    struct frame_choice predicted = {&only, &ignore, "variable", ", which --variables names", FRAME_SAMPLES};
    if (code == EXIT_OK)
        code = frame_read(&c->predicted, ui, args_text(o->predicted), delimiter, &predicted);
    if (code == EXIT_OK)
        code = check_ignored(&c->predicted, ui, &ignore);
    if (code == EXIT_OK)
        code = read_observed(c, o, delimiter);
    to_units(c, &c->predicted);
    to_units(c, &c->observed);
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

/* "NAME=FILE" */
static int add_baseline(struct comparison *c, const struct ui *ui, const char *text)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text || equals[1] == '\0')
        return ui_usage(ui, "--baseline: \"%s\" is not NAME=FILE", text);
    struct baseline *baseline = &c->baselines[c->n_baselines++];
    baseline->name = memory_format("%.*s", (int)(equals - text), text);
    baseline->path = memory_text(equals + 1);
    for (size_t i = 0; i + 1 < c->n_baselines; i++)
        if (strcmp(c->baselines[i].name, baseline->name) == 0)
            return ui_usage(ui, "--baseline: there are two called \"%s\"", baseline->name);
    return EXIT_OK;
}

/* The controls first, where there are any. */
static int list_baselines(struct comparison *c, const struct score_options *o)
{
    size_t n = 0;
    int code = EXIT_OK;
    while (o->baselines != NULL && o->baselines[n] != NULL)
        n++;
    c->baselines = memory_new(n + 1, sizeof *c->baselines);
    if (c->controls.n > 0)
        c->baselines[c->n_baselines++].name = memory_text("no_change");
    for (size_t i = 0; i < n && code == EXIT_OK; i++)
        code = add_baseline(c, &o->common.ui, o->baselines[i]);
    return code;
}

/* The mean over fewer environments would be another one. */
static int check_complete(const struct comparison *c, const struct ui *ui, const struct baseline *baseline)
{
    for (size_t e = 0; e < c->contest.n; e++) {
        const struct environment *environment = &c->contest.environments[e];
        if (!environment->control && !names_have(&baseline->frame.environments, environment->name))
            return ui_fail(ui, "--baseline %s: %s has no environment \"%s\"", baseline->name, baseline->frame.path,
                           environment->name);
    }
    return EXIT_OK;
}

static int read_baselines(struct comparison *c, const struct ui *ui, char delimiter)
{
    struct frame_choice choice = {&c->predicted.columns, NULL, "variable", ", which the predicted table has",
                                  FRAME_SAMPLES};
    int code = EXIT_OK;
    for (size_t i = 0; i < c->n_baselines && code == EXIT_OK; i++) {
        struct baseline *baseline = &c->baselines[i];
        if (baseline->path == NULL)
            continue;
        code = frame_read(&baseline->frame, ui, baseline->path, delimiter, &choice);
        to_units(c, &baseline->frame);
        if (code == EXIT_OK)
            code = check_complete(c, ui, baseline);
    }
    return code;
}

/* ---- scores ------------------------------------------------------------------------------------------------------ */

static int score_baselines(struct comparison *c)
{
    const struct contest *contest = &c->contest;
    struct score *scores = memory_new(contest->n, sizeof *scores);
    int code = EXIT_OK;
    c->of_baselines = memory_new(c->n_baselines, sizeof *c->of_baselines);
    for (size_t i = 0; i < c->n_baselines && code == EXIT_OK; i++) {
        code = c->baselines[i].path != NULL ? contest_table(scores, contest, &c->baselines[i].frame)
                                            : contest_controls(scores, contest);
        c->of_baselines[i] = contest_overall(contest, scores);
    }
    free(scores);
    return code;
}

static int score_all(struct comparison *c, const struct score_options *o, char delimiter)
{
    struct contest *contest = &c->contest;
    int code;
    c->scores = memory_new(contest->n, sizeof *c->scores);
    if ((code = contest_table(c->scores, contest, &c->predicted)) != EXIT_OK ||
        (contest->choice.wanted[LOG_DENSITY] &&
         (code = density_score(c->scores, contest, args_text(o->model), args_text(o->perturbations), delimiter)) !=
             EXIT_OK) ||
        (code = score_baselines(c)) != EXIT_OK || (code = contest_replicates(&c->ceiling, contest)) != EXIT_OK)
        return code;
    c->overall = contest_overall(contest, c->scores);
    c->fraction = contest_fraction(&c->overall, c->of_baselines, c->n_baselines, &c->ceiling);
    return EXIT_OK;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void write_header(struct table_writer *writer, const struct figures_choice *choice)
{
    static const char *const columns[] = {"environment", "n_predicted", "n_observed"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        table_write_text(writer, columns[i]);
    for (enum figure figure = 0; figure < FIGURES; figure++)
        if (choice->wanted[figure])
            table_write_text(writer, figure_name(figure));
    table_write_end(writer);
}

/* A line without rows has no numbers of them. */
static void write_row(struct table_writer *writer, const struct figures_choice *choice, const char *name,
                      const struct score *score)
{
    table_write_text(writer, name);
    table_write_number(writer, score->n_observed > 0 ? (double)score->n_predicted : NAN);
    table_write_number(writer, score->n_observed > 0 ? (double)score->n_observed : NAN);
    for (enum figure figure = 0; figure < FIGURES; figure++)
        if (choice->wanted[figure])
            table_write_number(writer, score->figures[figure]);
    table_write_end(writer);
}

static void write_table(struct output *output, const struct comparison *c, char delimiter)
{
    const struct figures_choice *choice = &c->contest.choice;
    struct table_writer writer = table_write(output, delimiter);
    write_header(&writer, choice);
    for (size_t e = 0; e < c->contest.n; e++)
        write_row(&writer, choice, c->contest.environments[e].name, &c->scores[e]);
    write_row(&writer, choice, "overall", &c->overall);
    for (size_t i = 0; i < c->n_baselines; i++) {
        char *name = memory_format("baseline:%s", c->baselines[i].name);
        write_row(&writer, choice, name, &c->of_baselines[i]);
        free(name);
    }
    write_row(&writer, choice, "ceiling", &c->ceiling);
    write_row(&writer, choice, "fraction", &c->fraction);
}

/* name NULL: none. */
static json_t *score_json(const struct figures_choice *choice, const char *name, const struct score *score)
{
    json_t *object = json_object();
    if (name != NULL)
        json_object_set_new(object, "environment", json_string(name));
    if (score->n_observed > 0) {
        json_object_set_new(object, "n_predicted", json_integer((json_int_t)score->n_predicted));
        json_object_set_new(object, "n_observed", json_integer((json_int_t)score->n_observed));
    }
    for (enum figure figure = 0; figure < FIGURES; figure++)
        if (choice->wanted[figure])
            json_object_set_new(object, figure_name(figure), number_json(score->figures[figure]));
    return object;
}

static json_t *scores_json(const struct comparison *c)
{
    const struct figures_choice *choice = &c->contest.choice;
    json_t *environments = json_array(), *baselines = json_object();
    for (size_t e = 0; e < c->contest.n; e++)
        json_array_append_new(environments, score_json(choice, c->contest.environments[e].name, &c->scores[e]));
    for (size_t i = 0; i < c->n_baselines; i++)
        json_object_set_new(baselines, c->baselines[i].name, score_json(choice, NULL, &c->of_baselines[i]));
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "environments", environments, "overall",
                     score_json(choice, NULL, &c->overall), "baselines", baselines, "ceiling",
                     score_json(choice, NULL, &c->ceiling), "fraction", score_json(choice, NULL, &c->fraction));
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

/* Only one table can be standard input. */
static int check_inputs(const struct score_options *o, const struct comparison *c)
{
    const char *paths[] = {args_text(o->predicted), args_text(o->perturbations)};
    size_t standard = 0;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        standard += paths[i] != NULL && strcmp(paths[i], "-") == 0;
    for (size_t i = 0; o->observed[i] != NULL; i++)
        standard += strcmp(o->observed[i], "-") == 0;
    for (size_t i = 0; i < c->n_baselines; i++)
        standard += c->baselines[i].path != NULL && strcmp(c->baselines[i].path, "-") == 0;
    return standard < 2 ? EXIT_OK : ui_usage(&o->common.ui, "only one table can be standard input");
}

static int choose_figures(struct comparison *c, const struct score_options *o)
{
    const struct ui *ui = &o->common.ui;
    struct names named = {0};
    int64_t rows = 1000;
    int code = args_names(ui, "--metrics", o->metrics, true, &named);
    if (code == EXIT_OK)
        code = figures_choose(ui, &named, &c->contest.choice);
    if (code == EXIT_OK)
        code = args_integer(ui, "--rows", o->rows, 1, 1000000000, &rows);
    bool *density = &c->contest.choice.wanted[LOG_DENSITY];
    bool model = o->model != NULL && !c->counts;
    if (code == EXIT_OK && model != (o->perturbations != NULL))
        code = ui_usage(ui, "--model and --perturbations need each other");
    if (code == EXIT_OK && *density && !model)
        code = ui_usage(ui, "--metrics: log_density needs --model%s", c->counts ? ", and its units" : "");
    *density |= model && named.n == 0;
    c->contest.choice.rows = (size_t)rows;
    names_free(&named);
    return code;
}

static int check_options(struct comparison *c, const struct score_options *o, char *delimiter)
{
    const struct ui *ui = &o->common.ui;
    int code;
    if ((code = args_need(ui, "--predicted", o->predicted)) != EXIT_OK ||
        (code = args_need(ui, "--observed", o->observed)) != EXIT_OK ||
        (code = args_delimiter(ui, o->common.delimiter, delimiter)) != EXIT_OK ||
        (code = args_names(ui, "--control", o->controls, false, &c->controls)) != EXIT_OK ||
        (code = read_units(c, o)) != EXIT_OK || (code = choose_figures(c, o)) != EXIT_OK ||
        (code = list_baselines(c, o)) != EXIT_OK)
        return code;
    return check_inputs(o, c);
}

static void comparison_free(struct comparison *c)
{
    for (size_t i = 0; i < c->n_baselines; i++) {
        free(c->baselines[i].name);
        free(c->baselines[i].path);
        frame_free(&c->baselines[i].frame);
    }
    free(c->baselines);
    free(c->of_baselines);
    free(c->scores);
    contest_close(&c->contest);
    prepared_free(&c->prepared);
    names_free(&c->controls);
    frame_free(&c->predicted);
    frame_free(&c->observed);
}

static int run(void *options)
{
    const struct score_options *o = options;
    const struct ui *ui = &o->common.ui;
    struct comparison c = {0};
    struct output output = {0};
    char delimiter = 0;
    int code;
    if ((code = check_options(&c, o, &delimiter)) != EXIT_OK || (code = read_tables(&c, o, delimiter)) != EXIT_OK ||
        (code = check_controls(&c, ui)) != EXIT_OK ||
        (code = contest_open(&c.contest, ui, &c.predicted, &c.observed, &c.controls)) != EXIT_OK ||
        (code = read_baselines(&c, ui, delimiter)) != EXIT_OK || (code = score_all(&c, o, delimiter)) != EXIT_OK ||
        (code = output_open(&output, ui, args_text(o->common.output))) != EXIT_OK)
        goto out;
    if (ui->json)
        output_json(&output, scores_json(&c));
    else
        write_table(&output, &c, delimiter);
out:
    code = output_close(&output, code);
    comparison_free(&c);
    return code;
}

int command_score(int argc, const char **argv)
{
    struct score_options o = {.common.ui.command = "gim score"};
    struct poptOption options[] = {
        ARGS_VALUE("predicted", 'p', ARGS_ONCE, &o.predicted, "predicted samples, as of gim sample", "FILE"),
        ARGS_VALUE("observed", 'd', ARGS_MANY, &o.observed, "observed samples; several files are one table", "FILE"),
        ARGS_VALUE("control", 0, ARGS_MANY, &o.controls, "an observational environment of the observed rows", "NAME"),
        ARGS_VALUE("baseline", 'b', ARGS_MANY, &o.baselines, "other predicted samples to compare with", "NAME=FILE"),
        ARGS_VALUE("metrics", 'm', ARGS_MANY, &o.metrics, "only these columns", "A,B,..."),
        ARGS_VALUE("rows", 'n', ARGS_ONCE, &o.rows,
                   "the first rows that kde_nll, wasserstein, energy and mmd take of an environment, a side (1000)",
                   "N"),
        ARGS_VALUE("model", 0, ARGS_ONCE, &o.model, "add log_density under this model", "MODEL"),
        ARGS_VALUE("perturbations", 0, ARGS_ONCE, &o.perturbations, "for it: the features of each environment", "FILE"),
        ARGS_VALUE("units", 0, ARGS_ONCE, &o.units,
                   "model (the default), or counts: all tables are of data that gim prepare made for --model", "KIND"),
        ARGS_VALUE("variables", 0, ARGS_MANY, &o.variables, "only these variables", "A,B,..."),
        ARGS_VALUE("ignore", 0, ARGS_MANY, &o.ignore, "columns that are no variables", "A,B,..."),
        ARGS_OUTPUT(&o.common, "write to FILE, compressed if it ends in .gz"),
        ARGS_JSON(&o.common, "JSON in place of a table"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
