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
#include "prepared.h"
#include "progress.h"
#include "settings.h"
#include "stop.h"
#include "training.h"

struct fit_options {
    struct args_common common;
    char **prepared, **data, **perturbations, **controls, **hold_outs, **method, **dose, **mechanism, **intervention,
        **set, **seed, **threads, **features, **variables, **ignore;
    int resume, list_options;
};

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

static int check_needed(const struct fit_options *o)
{
    const struct ui *ui = &o->common.ui;
    int code;
    if (o->prepared != NULL && (o->data != NULL || o->perturbations != NULL || o->controls != NULL))
        return ui_usage(ui, "--prepared has --data, --perturbations and --control in it");
    if ((o->prepared == NULL && ((code = args_need(ui, "--data", o->data)) != EXIT_OK ||
                                 (code = args_need(ui, "--perturbations", o->perturbations)) != EXIT_OK)) ||
        (code = args_need(ui, "-o", o->common.output)) != EXIT_OK)
        return code;
    if (o->prepared == NULL && strcmp(args_text(o->data), "-") == 0 && strcmp(args_text(o->perturbations), "-") == 0)
        return ui_usage(ui, "--data and --perturbations cannot both be standard input");
    if (output_is_standard(args_text(o->common.output)))
        return ui_usage(ui, "a model is a file, and cannot go to standard output");
    return EXIT_OK;
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

static int read_choice(const struct fit_options *o, struct training_choice *choice)
{
    const struct ui *ui = &o->common.ui;
    int code;
    choice->cells = args_text(o->data);
    choice->perturbations = args_text(o->perturbations);
    if ((code = args_delimiter(ui, o->common.delimiter, &choice->delimiter)) != EXIT_OK ||
        (code = args_names(ui, "--control", o->controls, false, &choice->controls)) != EXIT_OK ||
        (code = args_names(ui, "--hold-out", o->hold_outs, false, &choice->hold_outs)) != EXIT_OK ||
        (code = args_names(ui, "--variables", o->variables, true, &choice->variables)) != EXIT_OK ||
        (code = args_names(ui, "--features", o->features, true, &choice->features)) != EXIT_OK ||
        (code = args_names(ui, "--ignore", o->ignore, true, &choice->ignore)) != EXIT_OK)
        return code;
    return o->prepared != NULL ? prepared_choose(choice, ui, args_text(o->prepared)) : EXIT_OK;
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
    struct output output = {0};
    int code = output_open(&output, ui, NULL);
    if (code == EXIT_OK)
        output_json(&output, json_pack("{s:o, s:o, s:o}", "model", ui_text(path), "fit", model_report_json(model),
                                       "options", model_options_json(model)));
    return output_close(&output, code);
}

static bool is_complete(const gim_model *model)
{
    return gim_environment_count(model) > 0 && model_report(model, GIM_REPORT_STATUS) != GIM_STOPPED;
}

static int run_fit(const struct ui *ui, gim_model *model, struct training *training, bool resume, const char *path)
{
    struct progress progress = progress_new(ui);
    if (is_complete(model)) {
        ui_note(ui, "%s: the fit is complete; there is nothing to resume", path);
        return ui->json ? print_report(ui, model, path) : EXIT_OK;
    }
    gim_data data = training_data(training);
    note_begin(ui, training);
    stop_watch();
    gim_status status =
        resume ? gim_resume(model, &data, progress_show, &progress) : gim_fit(model, &data, progress_show, &progress);
    progress_end(&progress);
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

/* With --resume and no file yet, the fit starts: a script may say --resume each time it runs. */
static bool is_resume(const struct fit_options *o, const char *path)
{
    bool there = access(path, F_OK) == 0;
    if (o->resume && !there)
        ui_note(&o->common.ui, "%s: not there yet, so the fit starts from the beginning", path);
    return o->resume && there;
}

static int run(const struct fit_options *o)
{
    const struct ui *ui = &o->common.ui;
    const char *path = args_text(o->common.output);
    struct training_choice choice = {0};
    struct training training = {0};
    gim_model *model = NULL;
    int code;
    if ((code = check_needed(o)) != EXIT_OK || (code = read_choice(o, &choice)) != EXIT_OK ||
        (code = check_settings(o)) != EXIT_OK || (code = model_check_path(ui, path)) != EXIT_OK ||
        (code = training_read(&training, ui, &choice)) != EXIT_OK)
        goto out;
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

int command_fit(int argc, const char **argv)
{
    struct fit_options o = {.common.ui.command = "gim fit"};
    struct poptOption options[] = {
        ARGS_VALUE("prepared", 0, ARGS_ONCE, &o.prepared,
                   "samples, perturbations and control from a folder of gim prepare", "FOLDER"),
        ARGS_VALUE("data", 'd', ARGS_ONCE, &o.data, "the samples", "FILE"),
        ARGS_VALUE("perturbations", 'p', ARGS_ONCE, &o.perturbations, "the features of each environment", "FILE"),
        ARGS_OUTPUT(&o.common, "write the model to FILE"),
        ARGS_VALUE("control", 0, ARGS_MANY, &o.controls, "an observational environment, where nothing is perturbed",
                   "NAME"),
        ARGS_VALUE("hold-out", 0, ARGS_MANY, &o.hold_outs, "an environment that the fit does not see", "NAME"),
        ARGS_VALUE("method", 0, ARGS_ONCE, &o.method, "model, or a baseline, such as ridge (model)", "NAME"),
        ARGS_VALUE("dose", 0, ARGS_ONCE, &o.dose, "the feature that is a dose, for nearest-dose and lower-dose",
                   "NAME"),
        ARGS_VALUE("mechanism", 'm', ARGS_ONCE, &o.mechanism, "linear, nonlinear or zero-inflated (linear)", "KIND"),
        ARGS_VALUE("intervention", 'i', ARGS_ONCE, &o.intervention,
                   "hard, which cuts a target from its parents, or shift (hard)", "KIND"),
        ARGS_VALUE("set", 's', ARGS_MANY, &o.set, "set an option of the library", "OPTION=VALUE"),
        ARGS_FLAG("list-options", 0, &o.list_options, "list what --set can set, and exit"),
        ARGS_VALUE("seed", 0, ARGS_ONCE, &o.seed, "the same seed gives the same model (1)", "N"),
        ARGS_VALUE("threads", 0, ARGS_ONCE, &o.threads, "threads to use; changes no number (all processors)", "N"),
        ARGS_FLAG("resume", 0, &o.resume, "continue the stopped fit that the output file holds"),
        ARGS_VALUE("variables", 0, ARGS_MANY, &o.variables, "only these variables", "A,B,..."),
        ARGS_VALUE("features", 0, ARGS_MANY, &o.features, "only these features", "A,B,..."),
        ARGS_VALUE("ignore", 0, ARGS_MANY, &o.ignore, "columns that are neither", "A,B,..."),
        ARGS_JSON(&o.common, "report on standard output, and progress on standard error, as JSON"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    char *none = NULL;
    int code = args_parse(&o.common.ui, argc, argv, options, &page, &none);
    if (code == EXIT_OK && o.list_options)
        settings_list();
    else if (code == EXIT_OK)
        code = run(&o);
    args_free(options);
    return code == ARGS_HELPED ? EXIT_OK : code;
}
