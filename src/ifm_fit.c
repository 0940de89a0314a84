/* gim ifm fit: an interventional factor model from samples under combinations of interventions.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <math.h>
#include <stdlib.h>

#include "args.h"
#include "commands.h"
#include "ifm_data.h"
#include "ifm_model.h"
#include "ifm_settings.h"
#include "model.h"
#include "number.h"
#include "output.h"
#include "progress.h"
#include "stop.h"

struct fit_options {
    struct args_common common;
    struct ifm_data_options data;
    struct ifm_settings_options settings;
    int list_options;
};

static const struct args_page page = {
    NULL,
    "Fits an interventional factor model: from samples under some combinations of\n"
    "interventions, what other combinations do, where the factors let it follow.\n"
    "Samples have the column environment and the variables that the factors name. The\n"
    "table of regimes has a row an environment, with the level of each intervention; the\n"
    "table of factors the columns variables and interventions, each a list with commas.\n"
    "\n"
    "Ctrl-C stops the fit and keeps the best model so far.",
    "  gim ifm fit --data rows.tsv --observed tried.tsv --factors factors.tsv -o model.ifm\n",
};

static void note_begin(const struct ifm_data *data)
{
    const struct training *t = &data->training;
    size_t rows = 0;
    for (size_t e = 0; e < t->n; e++)
        rows += frame_count(&t->cells, t->cells_of[e]);
    ui_note(data->study.ui, "%zu rows of %zu variables, regimes: %zu, interventions: %zu, factors: %zu", rows,
            data->study.graph.variables.n, t->n, data->study.graph.interventions.n, data->study.graph.factors.n);
}

static void note_end(const struct ui *ui, const gim_ifm *model, gim_status status, const char *path)
{
    gim_ifm_report r = ifm_model_report(model);
    char time[NUMBER_SIZE], held_out[NUMBER_SIZE + 32] = "";
    if (!isnan(r.held_out))
        snprintf(held_out, sizeof held_out, " (held-out %.5g a row)", r.held_out);
    if (status == GIM_STOPPED)
        ui_warn(ui, "stopped at step %lld; %s holds the best model so far, of step %lld", (long long)r.step, path,
                (long long)r.best);
    else
        ui_note(ui, "%lld steps in %s; kept is step %lld%s", (long long)r.step, number_duration(r.seconds, time),
                (long long)r.best, held_out);
}

/* Held-out rows that were still getting likelier at the end. */
static void note_steps(const struct ui *ui, const gim_ifm *model, const gim_ifm_settings *settings)
{
    gim_ifm_report r = ifm_model_report(model);
    if (r.status == GIM_OK && r.rows_held_out > 0 && (size_t)r.best == settings->steps)
        ui_note(ui, "the last step was the best on held-out rows: more may be better (--set steps=%zu)",
                4 * settings->steps);
}

static int print_report(const struct ui *ui, const gim_ifm *model, const gim_ifm_settings *settings, const char *path)
{
    return output_value(ui, json_pack("{s:o, s:o, s:o}", "model", ui_text(path), "fit", ifm_model_report_json(model),
                                      "settings", ifm_settings_json(settings)));
}

/* Writes the model, and tells how its fit ended. */
static int keep(const struct ui *ui, const gim_ifm *model, const gim_ifm_settings *settings, gim_status status,
                const char *path)
{
    if (status < 0)
        return ifm_model_fail(ui, model, status, "");
    if (gim_ifm_regime_count(model) == 0) {
        ui_warn(ui, "stopped before the first step; nothing was written");
        return EXIT_INTERRUPTED;
    }
    gim_status saved = gim_ifm_save(model, path);
    if (saved < 0)
        return ifm_model_fail(ui, model, saved, path);
    note_end(ui, model, status, path);
    note_steps(ui, model, settings);
    int code = ui->json ? print_report(ui, model, settings, path) : EXIT_OK;
    return code == EXIT_OK && status == GIM_STOPPED ? EXIT_INTERRUPTED : code;
}

static int fit(struct ifm_data *data, const gim_ifm_settings *settings, const char *path)
{
    const struct ui *ui = data->study.ui;
    struct progress progress = progress_new(ui);
    gim_data rows = training_data(&data->training);
    gim_ifm *model = NULL;
    int code = ifm_model_new(&data->study, &model);
    if (code == EXIT_OK) {
        note_begin(data);
        stop_watch();
        gim_status status = gim_ifm_fit(model, settings, &rows, progress_show, &progress);
        progress_end(&progress);
        code = keep(ui, model, settings, status, path);
    }
    gim_ifm_free(model);
    return code;
}

static int run(void *options)
{
    const struct fit_options *o = options;
    const struct ui *ui = &o->common.ui;
    const char *path = args_text(o->common.output);
    struct ifm_data data = {.study.ui = ui};
    gim_ifm_settings settings;
    int code;
    if (o->list_options) {
        ifm_settings_list();
        return EXIT_OK;
    }
    if ((code = ifm_data_check(&data, &o->common, &o->data)) == EXIT_OK &&
        (code = model_check_output(ui, o->common.output)) == EXIT_OK &&
        (code = ifm_settings_read(&settings, ui, &o->settings)) == EXIT_OK &&
        (code = model_check_path(ui, path)) == EXIT_OK && (code = ifm_data_read(&data, &o->data)) == EXIT_OK)
        code = fit(&data, &settings, path);
    ifm_data_free(&data);
    return code;
}

int command_ifm_fit(int argc, const char **argv)
{
    struct fit_options o = {.common.ui.command = "gim ifm fit"};
    struct poptOption options[] = {
        IFM_DATA(&o.data),
        ARGS_OUTPUT(&o.common, "write the model to FILE"),
        IFM_SETTINGS(&o.settings),
        ARGS_FLAG("list-options", 0, &o.list_options, "list what --set can set, and exit"),
        ARGS_JSON(&o.common, "report on standard output, and progress on standard error, as JSON"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
