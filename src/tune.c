/* gim tune: which settings predict what they have not seen. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "ledger.h"
#include "memory.h"
#include "model.h"
#include "number.h"
#include "output.h"
#include "ranking.h"
#include "settings.h"
#include "stop.h"
#include "study.h"

struct tune_options {
    struct args_common common;
    struct training_options tables;
    char **tries, **set, **random, **score, **rows, **seed, **threads, **jobs, **plot, **best;
    struct folds_choice folds;
};

static const struct args_page page = {
    NULL,
    "Finds good options of a fit by holding out environments of the training tables:\n"
    "each setting is fitted without each fold, and its prediction of the fold is scored.\n"
    "Prints the settings, the best first, with the mean of the folds' scores and their\n"
    "standard deviation.\n"
    "\n"
    "Every finished fit is added to the table of -o at once. The same command again goes\n"
    "on where it was stopped, by Ctrl-C too.",
    "  gim tune --data cells.tsv --perturbations doses.tsv --control DMSO \\\n"
    "      --try mechanism=linear,nonlinear --try graph-sparsity=10,40,160 --group drug \\\n"
    "      -o tune.tsv --best model.gim\n",
};

/* Those that ask for no other environment beside the one they judge. */
static const char *const scores[] = {"kde_nll", "mean_distance", "log_density",   "energy",
                                     "mmd",     "wasserstein",   "wasserstein_1", NULL};
static const int64_t MOST_JOBS = 1024;

/* Everything between the command line and the result. */
struct tuning {
    struct training_choice choice;
    struct training training;
    struct grid grid;
    struct folds folds;
    struct contest contest;
    struct study study;
    struct trial *trials;
    struct ledger ledger;
    struct ranking ranking;
};

/* ---- checks before any work -------------------------------------------------------------------------------------- */

static bool ends_in(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static int check_files(const struct tune_options *o)
{
    const struct ui *ui = &o->common.ui;
    const char *path;
    int code;
    if ((code = args_need(ui, "--try", o->tries)) != EXIT_OK ||
        (code = args_need(ui, "-o", o->common.output)) != EXIT_OK)
        return code;
    path = args_text(o->common.output);
    const char *perturbations = args_text(o->tables.perturbations);
    if (perturbations != NULL && strcmp(perturbations, "-") == 0)
        return ui_usage(ui, "--perturbations: is read more than once, and cannot be standard input");
    if (output_is_standard(path) || ends_in(path, ".gz"))
        return ui_usage(ui, "-o: a table to which fits are added one by one cannot be %s",
                        output_is_standard(path) ? "standard output" : "compressed");
    if (o->plot != NULL && output_is_standard(args_text(o->plot)))
        return ui_usage(ui, "--plot: needs a file; standard output has the ranking");
    if (o->plot != NULL && (code = ranking_can_plot(ui)) != EXIT_OK)
        return code;
    return o->best != NULL ? model_check_path(ui, args_text(o->best)) : EXIT_OK;
}

/* "--set steps=9" beside "--try steps=1,2" would be without effect. */
static int check_set(const struct grid *grid, const struct ui *ui, char **set)
{
    gim_model *model = NULL;
    gim_status status = gim_model_new(&model, 2, 1, NULL);
    int code = status < 0 ? model_fail(ui, model, status, "model") : settings_set_all(ui, model, set);
    for (; set != NULL && *set != NULL && code == EXIT_OK; set++) {
        char *name = memory_text(*set);
        name[strcspn(name, "=")] = '\0';
        if (names_have(&grid->options, name))
            code = ui_usage(ui, "%s is both in --set and in --try", name);
        free(name);
    }
    gim_model_free(model);
    return code;
}

static int read_grid(struct tuning *t, const struct tune_options *o)
{
    const struct ui *ui = &o->common.ui;
    int64_t n = 0;
    int code = args_integer(ui, "--random", o->random, 1, 1000000000, &n);
    if (code == EXIT_OK)
        code = grid_read(&t->grid, ui, o->tries);
    if (code == EXIT_OK)
        code = check_set(&t->grid, ui, o->set);
    if (code == EXIT_OK && o->random != NULL)
        grid_draw(&t->grid, (size_t)n, (uint64_t)t->study.seed);
    return code;
}

static void choose_figure(struct tuning *t, const char *name)
{
    for (enum figure figure = 0; figure < FIGURES; figure++)
        if (strcmp(figure_name(figure), name) == 0)
            t->study.figure = figure;
    t->contest.choice.wanted[t->study.figure] = true;
    t->contest.choice.rows = t->study.rows;
}

/* Processors are shared out to the fits that run at once. */
static int read_numbers(struct tuning *t, const struct tune_options *o)
{
    const struct ui *ui = &o->common.ui;
    int64_t rows = 1000, seed = 1, jobs = 1, threads = 1;
    double lowest = 1, highest = 1, preset = 1;
    int which = 0, code;
    gim_option_range(GIM_THREADS, &lowest, &highest, &preset);
    if ((code = args_choice(ui, "--score", o->score, scores, &which)) != EXIT_OK ||
        (code = args_integer(ui, "--rows", o->rows, 1, 1000000000, &rows)) != EXIT_OK ||
        (code = args_integer(ui, "--seed", o->seed, 0, INT64_C(1) << 53, &seed)) != EXIT_OK ||
        (code = args_integer(ui, "--jobs", o->jobs, 1, MOST_JOBS, &jobs)) != EXIT_OK)
        return code;
    threads = model_processors() / jobs > 1 ? model_processors() / jobs : 1;
    threads = threads > (int64_t)highest ? (int64_t)highest : threads;
    if ((code = args_integer(ui, "--threads", o->threads, 1, (int64_t)highest, &threads)) != EXIT_OK)
        return code;
    t->study = (struct study){.ui = ui,
                              .training = &t->training,
                              .grid = &t->grid,
                              .folds = &t->folds,
                              .contest = &t->contest,
                              .rows = (size_t)rows,
                              .seed = seed,
                              .threads = threads,
                              .jobs = jobs,
                              .set = o->set};
    choose_figure(t, scores[which]);
    return EXIT_OK;
}

/* ---- the data ---------------------------------------------------------------------------------------------------- */

/* A dose by which environments are held out may be no feature; otherwise it must be one. */
static void choose_dose(struct tuning *t, const struct folds_choice *folds)
{
    const char *dose = args_text(folds->dose);
    bool by_dose = folds->by != NULL && strcmp(folds->by[0], "dose") == 0;
    if (dose != NULL && (!by_dose || names_have(&t->training.perturbations.columns, dose)))
        t->study.dose = dose;
}

/* Those of --hold-out are forgotten: not even a unit of the scores comes from them. */
static int read_data(struct tuning *t, const struct tune_options *o)
{
    const struct ui *ui = &o->common.ui;
    int code = training_read(&t->training, ui, &t->choice);
    if (code != EXIT_OK)
        return code;
    frame_drop(&t->training.cells, &t->choice.hold_outs);
    choose_dose(t, &o->folds);
    if ((code = folds_make(&t->folds, ui, &t->training, &o->folds)) != EXIT_OK)
        return code;
    return contest_open(&t->contest, ui, &t->training.cells, &t->training.cells, &t->choice.controls);
}

static void note_begin(const struct tuning *t, const struct ui *ui)
{
    size_t done = 0, all = t->grid.n * t->folds.n, held = 0;
    for (size_t i = 0; i < all; i++)
        done += t->trials[i].done;
    for (size_t fold = 1; fold <= t->folds.n; fold++)
        held += folds_count(&t->folds, &t->training, fold);
    ui_note(ui,
            "%zu settings, folds: %zu, of %zu environments that are ever held out; %zu fits, of which %zu are there",
            t->grid.n, t->folds.n, held, all, done);
    if (t->choice.controls.n == 0)
        ui_note(ui, "no --control: no environment is taken as observational");
}

/* ---- the result -------------------------------------------------------------------------------------------------- */

static int print_ranking(const struct tuning *t, const struct ui *ui)
{
    struct output output = {0};
    int code = output_open(&output, ui, NULL);
    if (code == EXIT_OK && ui->json)
        output_json(&output, ranking_json(&t->ranking));
    else if (code == EXIT_OK)
        ranking_table(&t->ranking, &output, t->choice.delimiter);
    return output_close(&output, code);
}

static int fit_best(const struct tuning *t, const struct ui *ui, const char *path)
{
    gim_model *model = NULL;
    gim_status status = GIM_OK;
    size_t setting = t->ranking.all[0].setting;
    char *text = grid_text(&t->grid, setting);
    int code = study_fit(&t->study, setting, 0, &model, &status);
    if (code == EXIT_OK && status == GIM_STOPPED) {
        ui_warn(ui, "stopped during the fit of the best; the same command continues");
        code = EXIT_INTERRUPTED;
    } else if (code == EXIT_OK) {
        code = status < 0 ? EXIT_FAILED : EXIT_OK;
    }
    if (code == EXIT_OK && (status = gim_model_save(model, path)) < 0)
        code = model_fail(ui, model, status, path);
    if (code == EXIT_OK)
        ui_note(ui, "%s: the best, %s, fitted to all environments (%s)", path, text, model_state(model));
    free(text);
    gim_model_free(model);
    return code;
}

static int report(struct tuning *t, const struct tune_options *o)
{
    const struct ui *ui = &o->common.ui;
    size_t failed = 0;
    ranking_make(&t->ranking, &t->study, t->trials);
    for (size_t i = 0; i < t->ranking.n; i++)
        failed += t->ranking.all[i].failed > 0;
    int code = print_ranking(t, ui);
    if (code != EXIT_OK)
        return code;
    if (failed == t->ranking.n)
        return ui_fail(ui, "every setting failed in a fold; there is no best");
    if (failed > 0)
        ui_warn(ui, "%zu of %zu settings failed in a fold, and stand last", failed, t->ranking.n);
    if (o->plot != NULL)
        code = ranking_plot(&t->ranking, args_text(o->plot));
    return code == EXIT_OK && o->best != NULL ? fit_best(t, ui, args_text(o->best)) : code;
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int check_options(struct tuning *t, struct tune_options *o)
{
    const struct ui *ui = &o->common.ui;
    int code;
    if ((code = training_choose(&t->choice, &o->common, &o->tables)) != EXIT_OK || (code = check_files(o)) != EXIT_OK ||
        (code = read_numbers(t, o)) != EXIT_OK || (code = read_grid(t, o)) != EXIT_OK)
        return code;
    o->folds.seed = t->study.seed;
    return folds_check(&o->folds, ui);
}

static void tuning_free(struct tuning *t)
{
    ranking_free(&t->ranking);
    free(t->trials);
    contest_close(&t->contest);
    folds_free(&t->folds);
    grid_free(&t->grid);
    training_free(&t->training);
    training_choice_free(&t->choice);
}

static int run(void *options)
{
    struct tune_options *o = options;
    const struct ui *ui = &o->common.ui;
    struct tuning t = {0};
    int code;
    if ((code = check_options(&t, o)) != EXIT_OK || (code = read_data(&t, o)) != EXIT_OK)
        goto out;
    t.trials = memory_new(t.grid.n * t.folds.n, sizeof *t.trials);
    code = ledger_open(&t.ledger, args_text(o->common.output), t.choice.delimiter, &t.study, t.trials);
    if (code == EXIT_OK) {
        note_begin(&t, ui);
        stop_watch();
        code = study_run(&t.study, t.trials, &t.ledger);
    }
    code = ledger_close(&t.ledger, code);
    if (code == EXIT_OK)
        code = report(&t, o);
out:
    tuning_free(&t);
    return code;
}

int command_tune(int argc, const char **argv)
{
    struct tune_options o = {.common.ui.command = "gim tune"};
    struct poptOption options[] = {
        TRAINING_TABLES(&o.tables),
        ARGS_OUTPUT(&o.common, "the table of finished fits, to which others are added"),
        ARGS_VALUE("control", 0, ARGS_MANY, &o.tables.controls, "an observational environment, which is never held out",
                   "NAME"),
        ARGS_VALUE("hold-out", 0, ARGS_MANY, &o.tables.hold_outs, "an environment that is left out of everything",
                   "NAME"),
        ARGS_VALUE("try", 't', ARGS_MANY, &o.tries, "values of an option of the library, method and mechanism too",
                   "OPTION=A,B,..."),
        ARGS_VALUE("set", 's', ARGS_MANY, &o.set, "set an option for all fits", "OPTION=VALUE"),
        ARGS_VALUE("random", 0, ARGS_ONCE, &o.random, "only N of all combinations, drawn at random", "N"),
        ARGS_VALUE("hold-out-by", 0, ARGS_ONCE, &o.folds.by, "perturbation, dose or combination (perturbation)",
                   "WHAT"),
        ARGS_VALUE("folds", 'k', ARGS_ONCE, &o.folds.count, "folds (5 by perturbation; otherwise 1, all at once)", "K"),
        ARGS_VALUE("group", 'g', ARGS_ONCE, &o.folds.group,
                   "a column of the perturbations: environments that have the same there stay together", "COLUMN"),
        ARGS_VALUE("dose", 0, ARGS_ONCE, &o.folds.dose, "the column that is a dose", "COLUMN"),
        ARGS_VALUE("fold", 0, ARGS_MANY, &o.folds.lists, "hold out these together, and what other --fold name",
                   "A,B,..."),
        ARGS_VALUE("score", 0, ARGS_ONCE, &o.score,
                   "kde_nll, mean_distance, log_density, energy, mmd, wasserstein or wasserstein_1 (kde_nll)", "NAME"),
        ARGS_VALUE("rows", 'n', ARGS_ONCE, &o.rows,
                   "rows to draw for an environment, and the first observed ones for scores of pairs (1000)", "N"),
        ARGS_VALUE("seed", 0, ARGS_ONCE, &o.seed, "of folds, random settings, fits and samples (1)", "N"),
        ARGS_VALUE("jobs", 'j', ARGS_ONCE, &o.jobs, "fits at once (1)", "N"),
        ARGS_VALUE("threads", 0, ARGS_ONCE, &o.threads, "threads of each fit (all processors, shared by the jobs)",
                   "N"),
        ARGS_VALUE("plot", 0, ARGS_ONCE, &o.plot, "draw the ranking as SVG, by gnuplot", "FILE"),
        ARGS_VALUE("best", 0, ARGS_ONCE, &o.best, "fit the best to all environments, and write it", "FILE"),
        TRAINING_COLUMNS(&o.tables),
        ARGS_JSON(&o.common, "the ranking on standard output, and progress on standard error, as JSON"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
