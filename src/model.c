/* A fitted model, as the subcommands use it. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "model.h"

#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "ifm_model.h"
#include "memory.h"
#include "number.h"
#include "output.h"

int model_fail(const struct ui *ui, const gim_model *model, gim_status status, const char *where)
{
    size_t length = model == NULL ? 0 : gim_message(model, NULL, 0);
    char *text = memory_new(length + 1, 1);
    if (length > 0)
        gim_message(model, text, length + 1);
    ui_fail(ui, "%s%s%s", where, where[0] != '\0' ? ": " : "", length > 0 ? text : gim_status_text(status));
    free(text);
    return EXIT_FAILED;
}

int model_load(const struct ui *ui, const char *path, gim_model **model)
{
    gim_status status = gim_model_load(model, path, NULL);
    if (status < 0 && ifm_model_is(path))
        return ui_fail(ui, "%s: is an interventional factor model: gim ifm sample and gim ifm predict ask it", path);
    if (status < 0)
        return model_fail(ui, *model, status, path);
    if (gim_environment_count(*model) == 0)
        return ui_fail(ui, "%s: this model was never fitted", path);
    return EXIT_OK;
}

int model_check_output(const struct ui *ui, char **output)
{
    int code = args_need(ui, "-o", output);
    if (code == EXIT_OK && output_is_standard(args_text(output)))
        return ui_usage(ui, "a model is a file, and cannot go to standard output");
    return code;
}

int model_check_path(const struct ui *ui, const char *path)
{
    struct stat about;
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode))
        return ui_fail(ui, "%s: is no ordinary file, so no model can be written there", path);
    char *copy = memory_text(path);
    int error = access(dirname(copy), W_OK | X_OK) == 0 ? 0 : errno;
    free(copy);
    return error != 0 ? ui_fail(ui, "%s: cannot be written: %s", path, strerror(error)) : EXIT_OK;
}

/* Twice over, because a name may be the one that another has by default. */
gim_status model_name_all(void *model, model_setter set, const struct names *names)
{
    gim_status status = GIM_OK;
    for (size_t i = 0; i < names->n && status >= 0; i++) {
        char *unlikely = memory_format("\177%zu", i);
        status = set(model, i, unlikely);
        free(unlikely);
    }
    for (size_t i = 0; i < names->n && status >= 0; i++)
        status = set(model, i, names_at(names, i));
    return status;
}

void model_variables(const gim_model *model, struct names *names)
{
    for (size_t i = 0; i < gim_variable_count(model); i++)
        names_add(names, gim_variable_name(model, i));
}

void model_features(const gim_model *model, struct names *names)
{
    for (size_t i = 0; i < gim_feature_count(model); i++)
        names_add(names, gim_feature_name(model, i));
}

/* ---- the report -------------------------------------------------------------------------------------------------- */

double model_report(const gim_model *model, gim_report_item item)
{
    double value = NAN;
    return gim_report(model, item, &value) < 0 ? NAN : value;
}

bool model_is_baseline(const gim_model *model)
{
    return model_option(model, GIM_METHOD) != GIM_METHOD_MODEL;
}

const char *model_state(const gim_model *model)
{
    double status = model_report(model, GIM_REPORT_STATUS);
    return status == GIM_STOPPED ? "stopped" : status == GIM_CYCLIC ? "cyclic" : "converged";
}

json_t *model_report_json(const gim_model *model)
{
    json_t *report = json_object();
    const char *name;
    for (int item = 0; (name = gim_report_name((gim_report_item)item)) != NULL; item++)
        json_object_set_new(report, name, number_json(model_report(model, (gim_report_item)item)));
    json_object_set_new(report, gim_report_name(GIM_REPORT_STATUS), json_string(model_state(model)));
    return report;
}

/* ---- options ----------------------------------------------------------------------------------------------------- */

int64_t model_processors(void)
{
    cpu_set_t mine;
    return sched_getaffinity(0, sizeof mine, &mine) == 0 ? CPU_COUNT(&mine) : 1;
}

int model_threads(const struct ui *ui, char **values, int64_t *threads)
{
    double lowest = 1, highest = 1, preset = 1;
    gim_option_range(GIM_THREADS, &lowest, &highest, &preset);
    *threads = model_processors();
    if (*threads > (int64_t)highest)
        *threads = (int64_t)highest;
    return args_integer(ui, "--threads", values, 1, (int64_t)highest, threads);
}

int model_set_threads(const struct ui *ui, gim_model *model, char **values)
{
    int64_t threads = 1;
    int code = model_threads(ui, values, &threads);
    if (code != EXIT_OK)
        return code;
    gim_status status = gim_set_int(model, GIM_THREADS, threads);
    return status < 0 ? model_fail(ui, model, status, "--threads") : EXIT_OK;
}

static gim_option_kind kind_of(gim_option option)
{
    gim_option_kind kind = GIM_REAL;
    gim_option_type(option, &kind);
    return kind;
}

double model_option(const gim_model *model, gim_option option)
{
    int64_t whole = 0;
    double real = 0;
    if (kind_of(option) == GIM_REAL)
        gim_get_real(model, option, &real);
    else
        gim_get_int(model, option, &whole);
    return kind_of(option) == GIM_REAL ? real : (double)whole; /* whole numbers are below 2^53 */
}

const char *model_option_text(gim_option option, double value, char text[NUMBER_SIZE])
{
    if (kind_of(option) == GIM_CHOICE)
        return gim_option_choice(option, (int64_t)value);
    if (kind_of(option) == GIM_REAL)
        return number_format(value, text);
    snprintf(text, NUMBER_SIZE, "%.0f", value);
    return text;
}

static json_t *option_json(const gim_model *model, gim_option option)
{
    double value = model_option(model, option);
    return kind_of(option) == GIM_CHOICE ? json_string(gim_option_choice(option, (int64_t)value)) : number_json(value);
}

json_t *model_options_json(const gim_model *model)
{
    json_t *options = json_object();
    for (size_t i = 0; i < gim_option_count(); i++) {
        gim_option option;
        if (gim_option_at(i, &option) == GIM_OK)
            json_object_set_new(options, gim_option_name(option), option_json(model, option));
    }
    return options;
}
