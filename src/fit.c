/* gim fit: a model from a table of samples and one of perturbations. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "memory.h"
#include "model.h"
#include "number.h"
#include "output.h"
#include "progress.h"
#include "settings.h"
#include "stop.h"
#include "training.h"

struct fit_options {
    struct args_common common;
    struct training_options tables;
    char **method, **dose, **mechanism, **intervention, **set, **seed, **threads, **restarts;
    int resume, list_options;
};

static const int64_t MOST_RESTARTS = 1000;

static const struct args_page page = {
    NULL,
    "Fits a model to samples of a system under perturbations. The table of samples has\n"
    "one row a sample: a column environment, and a column of numbers for each variable.\n"
    "The table of perturbations has one row an environment, and its features.\n"
    "\n"
    "Ctrl-C stops the fit and keeps the model so far; --resume continues it.",
    "  gim fit --data cells.tsv --perturbations doses.tsv --control DMSO \\\n"
    "      --hold-out drugA_high --mechanism nonlinear -o model.gim\n",
};

/* ---- checks before any work -------------------------------------------------------------------------------------- */

static int read_restarts(const struct fit_options *o, int64_t *restarts)
{
    const struct ui *ui = &o->common.ui;
    if (o->restarts != NULL && o->resume)
        return ui_usage(ui, "--resume continues one fit, and --restarts makes new ones");
    return args_integer(ui, "--restarts", o->restarts, 1, MOST_RESTARTS, restarts);
}

static int apply_settings(const struct fit_options *o, gim_model *model)
{
    const struct ui *ui = &o->common.ui;
    int code = model_set_threads(ui, model, NULL);
    if (code == EXIT_OK)
        code = settings_set_all(ui, model, o->set);
    if (code == EXIT_OK && o->method != NULL)
        code = settings_set(ui, model, gim_option_name(GIM_METHOD), args_text(o->method));
    if (code == EXIT_OK && o->mechanism != NULL)
        code = settings_set(ui, model, gim_option_name(GIM_MECHANISM), args_text(o->mechanism));
    if (code == EXIT_OK && o->intervention != NULL)
        code = settings_set(ui, model, gim_option_name(GIM_INTERVENTION), args_text(o->intervention));
    if (code == EXIT_OK && o->seed != NULL)
        code = settings_set(ui, model, gim_option_name(GIM_SEED), args_text(o->seed));
    if (code == EXIT_OK && o->threads != NULL)
        code = model_set_threads(ui, model, o->threads);
    return code;
}

/* The settings, tried on a model of no use, so that a slip shows before large tables are read. */
static int check_settings(const struct fit_options *o)
{
    gim_model *model = NULL;
    gim_status status = gim_model_new(&model, 2, 1, NULL);
    int code = status < 0 ? model_fail(&o->common.ui, model, status, "model") : apply_settings(o, model);
    gim_model_free(model);
    return code;
}

/* ---- the model --------------------------------------------------------------------------------------------------- */

static bool same_names(const struct names *a, const struct names *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; i < a->n && same; i++)
        same = strcmp(names_at(a, i), names_at(b, i)) == 0;
    return same;
}

static int check_same(const struct ui *ui, const char *path, const char *what, const struct names *model,
                      const struct frame *frame)
{
    if (same_names(model, &frame->columns))
        return EXIT_OK;
    char *theirs = names_list(model), *ours = names_list(&frame->columns);
    ui_fail(ui, "%s: was fitted to the %ss %s; %s has %s", path, what, theirs, frame->path, ours);
    free(theirs);
    free(ours);
    return EXIT_FAILED;
}

/* The model that --resume continues. */
static int old_model(const struct ui *ui, const struct training *training, const char *path, gim_model **model)
{
    struct names variables = {0}, features = {0};
    int code = model_load(ui, path, model);
    if (code == EXIT_OK) {
        model_variables(*model, &variables);
        model_features(*model, &features);
        code = check_same(ui, path, "variable", &variables, &training->cells);
    }
    if (code == EXIT_OK)
        code = check_same(ui, path, "feature", &features, &training->perturbations);
    names_free(&variables);
    names_free(&features);
    return code;
}

static int apply_new(const struct fit_options *o, gim_model *model, const struct training *training)
{
    int code = apply_settings(o, model);
    return code == EXIT_OK ? training_set_dose(training, &o->common.ui, model, args_text(o->dose)) : code;
}

/* Applies settings that a fit cannot change on its way: those that change a number must be what they were. */
static int reapply_settings(const struct fit_options *o, gim_model *model, const struct training *training,
                            const char *path)
{
    double *before = memory_new(gim_option_count(), sizeof *before);
    gim_option option;
    for (size_t i = 0; i < gim_option_count(); i++)
        if (gim_option_at(i, &option) == GIM_OK)
            before[i] = model_option(model, option);
    int code = apply_new(o, model, training);
    for (size_t i = 0; i < gim_option_count() && code == EXIT_OK; i++) {
        char text[NUMBER_SIZE];
        if (gim_option_at(i, &option) != GIM_OK || option == GIM_THREADS || option == GIM_MEMORY_BUDGET)
            continue;
        if (model_option(model, option) != before[i])
            code = ui_fail(&o->common.ui, "%s: was begun with %s %s, which --resume cannot change", path,
                           gim_option_name(option), model_option_text(option, before[i], text));
    }
    free(before);
    return code;
}

/* ---- the fit ----------------------------------------------------------------------------------------------------- */

static void note_begin(const struct ui *ui, const struct training *training)
{
    size_t rows = 0;
    for (size_t e = 0; e < training->n; e++)
        rows += frame_count(&training->cells, training->cells_of[e]);
    ui_note(ui, "%zu rows of %zu variables, environments: %zu (%zu observational), features: %zu", rows,
            training->cells.columns.n, training->n, training->choice->controls.n, training->perturbations.columns.n);
    if (training->choice->controls.n == 0)
        ui_note(ui, "no --control: no environment is taken as observational");
}

static void note_end(const struct ui *ui, const gim_model *model, gim_status status, const char *path)
{
    char time[NUMBER_SIZE];
    if (status == GIM_STOPPED)
        ui_warn(ui, "stopped at step %.0f; %s holds the model so far, and --resume continues",
                model_report(model, GIM_REPORT_STEP), path);
    else if (status == GIM_CYCLIC)
        ui_warn(ui,
                "not converged: the graph was not acyclic by itself (acyclicity %.3g, %.0f edges removed); more steps "
                "may help",
                model_report(model, GIM_REPORT_ACYCLICITY), model_report(model, GIM_REPORT_EDGES_REMOVED));
    else if (model_is_baseline(model))
        ui_note(ui, "the method %s, fitted in %s",
                gim_option_choice(GIM_METHOD, (int64_t)model_option(model, GIM_METHOD)),
                number_duration(model_report(model, GIM_REPORT_SECONDS), time));
    else
        ui_note(ui, "converged in %.0f steps, %s: %.0f edges", model_report(model, GIM_REPORT_STEP),
                number_duration(model_report(model, GIM_REPORT_SECONDS), time), model_report(model, GIM_REPORT_EDGES));
}

static int print_report(const struct ui *ui, const gim_model *model, const char *path)
{
    return output_value(ui, json_pack("{s:o, s:o, s:o}", "model", ui_text(path), "fit", model_report_json(model),
                                      "options", model_options_json(model)));
}

static bool is_complete(const gim_model *model)
{
    return gim_environment_count(model) > 0 && model_report(model, GIM_REPORT_STATUS) != GIM_STOPPED;
}

static gim_status fit_once(const struct ui *ui, gim_model *model, struct training *training, bool resume)
{
    struct progress progress = progress_new(ui);
    gim_data data = training_data(training);
    gim_status status =
        resume ? gim_resume(model, &data, progress_show, &progress) : gim_fit(model, &data, progress_show, &progress);
    progress_end(&progress);
    return status;
}

/* Writes the model, and tells how its fit ended. */
static int keep(const struct ui *ui, gim_model *model, gim_status status, const char *path)
{
    if (status < 0)
        return model_fail(ui, model, status, "");
    if (gim_environment_count(model) == 0) {
        ui_warn(ui, "stopped before the first step; nothing was written");
        return EXIT_INTERRUPTED;
    }
    gim_status saved = gim_model_save(model, path);
    if (saved < 0)
        return model_fail(ui, model, saved, path);
    note_end(ui, model, status, path);
    int code = ui->json ? print_report(ui, model, path) : EXIT_OK;
    return code == EXIT_OK && status == GIM_STOPPED ? EXIT_INTERRUPTED : code;
}

static int run_fit(const struct ui *ui, gim_model *model, struct training *training, bool resume, const char *path)
{
    if (is_complete(model)) {
        ui_note(ui, "%s: the fit is complete; there is nothing to resume", path);
        return ui->json ? print_report(ui, model, path) : EXIT_OK;
    }
    note_begin(ui, training);
    stop_watch();
    return keep(ui, model, fit_once(ui, model, training, resume), path);
}

/* ---- several fits, of which the best stays ----------------------------------------------------------------------- */

struct start {
    gim_model *model;
    gim_status status;
};

/* An acyclic graph first, then the objective. */
static bool is_better(const struct start *a, const struct start *b)
{
    if (b->model == NULL || (a->status == GIM_OK) != (b->status == GIM_OK))
        return b->model == NULL || a->status == GIM_OK;
    return model_report(a->model, GIM_REPORT_OBJECTIVE) > model_report(b->model, GIM_REPORT_OBJECTIVE);
}

static int new_start(const struct fit_options *o, const struct training *training, int64_t number, gim_model **model)
{
    const struct ui *ui = &o->common.ui;
    int code = training_model(training, ui, model);
    if (code == EXIT_OK)
        code = apply_new(o, *model, training);
    if (code != EXIT_OK)
        return code;
    gim_status status = gim_set_int(*model, GIM_SEED, (int64_t)model_option(*model, GIM_SEED) + number);
    return status < 0 ? model_fail(ui, *model, status, "--restarts") : EXIT_OK;
}

static void note_start(const struct ui *ui, const struct start *start, int64_t number, int64_t count)
{
    double seed = model_option(start->model, GIM_SEED), objective = model_report(start->model, GIM_REPORT_OBJECTIVE);
    if (ui->json)
        ui_event(json_pack("{s:s, s:I, s:I, s:I, s:o}", "event", "start", "start", (json_int_t)number + 1, "starts",
                           (json_int_t)count, "seed", (json_int_t)seed, "objective", number_json(objective)));
    else
        ui_note(ui, "start %lld of %lld, seed %.0f: objective %.5g%s", (long long)number + 1, (long long)count, seed,
                objective, start->status == GIM_CYCLIC ? ", not converged" : "");
}

/* Fits from count seeds. A stop leaves the best that was done by then, or, during the first, what there is of it. */
static int run_starts(const struct fit_options *o, struct training *training, int64_t count, const char *path)
{
    const struct ui *ui = &o->common.ui;
    struct start best = {NULL, GIM_OK}, now = {NULL, GIM_OK};
    int code = EXIT_OK;
    bool stopped = false;
    note_begin(ui, training);
    stop_watch();
    for (int64_t i = 0; i < count && code == EXIT_OK && !stopped; i++) {
        code = new_start(o, training, i, &now.model);
        if (code == EXIT_OK && (now.status = fit_once(ui, now.model, training, false)) < 0)
            code = model_fail(ui, now.model, now.status, "");
        stopped = now.status == GIM_STOPPED;
        if (code == EXIT_OK && !stopped)
            note_start(ui, &now, i, count);
        if (code == EXIT_OK && (stopped ? best.model == NULL : is_better(&now, &best))) {
            struct start worse = best;
            best = now;
            now = worse;
        }
        gim_model_free(now.model);
        now.model = NULL;
    }
    if (code == EXIT_OK && best.status != GIM_STOPPED)
        ui_note(ui, "the best is that of seed %.0f", model_option(best.model, GIM_SEED));
    if (code == EXIT_OK)
        code = keep(ui, best.model, best.status, path);
    if (code == EXIT_OK && stopped) {
        ui_warn(ui, "stopped; %s is the best of the starts that were done", path);
        code = EXIT_INTERRUPTED;
    }
    gim_model_free(best.model);
    return code;
}

/* With --resume and no file yet, the fit starts: a script may say --resume each time it runs. */
static bool is_resume(const struct fit_options *o, const char *path)
{
    bool there = access(path, F_OK) == 0;
    if (o->resume && !there)
        ui_note(&o->common.ui, "%s: not there yet, so the fit starts from the beginning", path);
    return o->resume && there;
}

static int fit(const struct fit_options *o)
{
    const struct ui *ui = &o->common.ui;
    const char *path = args_text(o->common.output);
    struct training_choice choice = {0};
    struct training training = {0};
    gim_model *model = NULL;
    int64_t restarts = 1;
    int code;
    if ((code = training_choose(&choice, &o->common, &o->tables)) != EXIT_OK ||
        (code = model_check_output(ui, o->common.output)) != EXIT_OK ||
        (code = read_restarts(o, &restarts)) != EXIT_OK || (code = check_settings(o)) != EXIT_OK ||
        (code = model_check_path(ui, path)) != EXIT_OK || (code = training_read(&training, ui, &choice)) != EXIT_OK)
        goto out;
    if (restarts > 1) {
        code = run_starts(o, &training, restarts, path);
        goto out;
    }
    bool resume = is_resume(o, path);
    code = resume ? old_model(ui, &training, path, &model) : training_model(&training, ui, &model);
    if (code == EXIT_OK)
        code = resume ? reapply_settings(o, model, &training, path) : apply_new(o, model, &training);
    if (code == EXIT_OK)
        code = run_fit(ui, model, &training, resume, path);
out:
    gim_model_free(model);
    training_free(&training);
    training_choice_free(&choice);
    return code;
}

static int run(void *options)
{
    const struct fit_options *o = options;
    if (!o->list_options)
        return fit(o);
    settings_list();
    return EXIT_OK;
}

int command_fit(int argc, const char **argv)
{
    struct fit_options o = {.common.ui.command = "gim fit"};
    struct poptOption options[] = {
        TRAINING_TABLES(&o.tables),
        ARGS_OUTPUT(&o.common, "write the model to FILE"),
        ARGS_VALUE("control", 0, ARGS_MANY, &o.tables.controls,
                   "an observational environment, where nothing is perturbed", "NAME"),
        ARGS_VALUE("hold-out", 0, ARGS_MANY, &o.tables.hold_outs, "an environment that the fit does not see", "NAME"),
        ARGS_VALUE("method", 0, ARGS_ONCE, &o.method, "model, or a baseline, such as ridge (model)", "NAME"),
        ARGS_VALUE("dose", 0, ARGS_ONCE, &o.dose, "the feature that is a dose, for nearest-dose and lower-dose",
                   "NAME"),
        ARGS_VALUE("mechanism", 'm', ARGS_ONCE, &o.mechanism, "linear, nonlinear or zero-inflated (linear)", "KIND"),
        ARGS_VALUE("intervention", 'i', ARGS_ONCE, &o.intervention,
                   "hard, which cuts a target from its parents, or shift (hard)", "KIND"),
        ARGS_VALUE("set", 's', ARGS_MANY, &o.set, "set an option of the library", "OPTION=VALUE"),
        ARGS_FLAG("list-options", 0, &o.list_options, "list what --set can set, and exit"),
        ARGS_VALUE("seed", 0, ARGS_ONCE, &o.seed, "the same seed gives the same model (1)", "N"),
        ARGS_VALUE("restarts", 0, ARGS_ONCE, &o.restarts,
                   "fit N times, from seeds one after another, and keep the model with the best objective (1)", "N"),
        ARGS_VALUE("threads", 0, ARGS_ONCE, &o.threads, "threads to use; changes no number (all processors)", "N"),
        ARGS_FLAG("resume", 0, &o.resume, "continue the stopped fit that the output file holds"),
        TRAINING_COLUMNS(&o.tables),
        ARGS_JSON(&o.common, "report on standard output, and progress on standard error, as JSON"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
