/* gim sample: draws rows of all variables under perturbations. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <stdlib.h>

#include "args.h"
#include "commands.h"
#include "conditions.h"
#include "memory.h"
#include "model.h"
#include "number.h"
#include "output.h"
#include "prepared.h"
#include "random.h"
#include "samples.h"

struct sample_options {
    struct args_common common;
    char **perturbations, **asks, **rows, **seed, **threads, **joints, **controls, **units;
};

static const struct args_page page = {
    "MODEL",
    "Draws samples of all variables under perturbations, seen or unseen, that a table\n"
    "describes by their features. Writes a table with the columns environment and\n"
    "every variable, n rows an environment; as .npy or .h5ad where the output is called\n"
    "so. A model of prepared data answers in the words of these: --ask, --units.",
    "  gim sample model.gim --perturbations unseen.tsv -n 1000 --joint drugA,drugB -o samples.tsv.gz\n",
};

static json_t *summary(const struct conditions *conditions, size_t rows, int64_t seed)
{
    json_t *list = json_array();
    for (size_t i = 0; i < conditions->n; i++) {
        const struct condition *condition = &conditions->all[i];
        json_array_append_new(list, json_pack("{s:s, s:I, s:o, s:b}", "environment", condition->name, "rows",
                                              (json_int_t)rows, "distance", number_json(condition->distance), "outside",
                                              condition->outside));
    }
    return json_pack("{s:I, s:o}", "seed", (json_int_t)seed, "environments", list);
}

static int draw(const gim_model *model, const struct samples *samples, int64_t seed, const struct prepared *counts,
                struct samples_writer *writer)
{
    size_t d = samples->variables->n, rows = samples->rows;
    double *x = memory_new(rows, d * sizeof *x);
    int code = EXIT_OK;
    for (size_t i = 0; i < samples->conditions->n && code == EXIT_OK && samples_good(writer); i++) {
        const struct condition *condition = &samples->conditions->all[i];
        gim_status status =
            gim_sample(model, condition->features, condition->n, rows, random_seed((uint64_t)seed, condition->name), x);
        if (status < 0)
            code = model_fail(samples->ui, model, status, condition->name);
        if (counts != NULL)
            prepared_counts(counts, x, rows * d);
        if (code == EXIT_OK)
            samples_write(writer, condition->name, x);
    }
    free(x);
    return code;
}

/* What the options say, in order: some things are checked before the model is read, some after. */
static int read_all(const struct sample_options *o, const char *path, gim_model **model, struct conditions *conditions,
                    struct samples *samples, int64_t *seed)
{
    const struct ui *ui = samples->ui;
    struct names controls = {0};
    struct conditions_choice choice = {args_text(o->perturbations), 0, &controls, o->joints, o->asks};
    int64_t rows = 1000;
    int code;
    if ((o->asks == NULL && (code = args_need(ui, "--perturbations", o->perturbations)) != EXIT_OK) ||
        (code = args_integer(ui, "--rows", o->rows, 1, 1000000000, &rows)) != EXIT_OK ||
        (code = args_integer(ui, "--seed", o->seed, 0, INT64_MAX, seed)) != EXIT_OK ||
        (code = args_delimiter(ui, o->common.delimiter, &choice.delimiter)) != EXIT_OK ||
        (code = args_names(ui, "--control", o->controls, false, &controls)) != EXIT_OK ||
        (code = model_load(ui, path, model)) != EXIT_OK ||
        (code = model_set_threads(ui, *model, o->threads)) != EXIT_OK)
        goto out;
    code = conditions_read(conditions, ui, *model, &choice);
    samples->rows = (size_t)rows;
    samples->delimiter = choice.delimiter;
out:
    names_free(&controls);
    return code;
}

static int run(void *options)
{
    const struct sample_options *o = options;
    const char *path = o->common.operands[0];
    const struct ui *ui = &o->common.ui;
    gim_model *model = NULL;
    struct conditions conditions = {0};
    struct names variables = {0};
    struct prepared prepared = {0};
    struct samples samples = {.ui = ui,
                              .variables = &variables,
                              .conditions = &conditions,
                              .path = args_text(o->common.output)};
    struct samples_writer writer = {0};
    int64_t seed = 1;
    int units = UNITS_MODEL, code;
    if (ui->json && output_is_standard(samples.path))
        return ui_usage(ui, "--json needs -o: standard output holds the table");
    if ((code = args_choice(ui, "--units", o->units, prepared_units, &units)) != EXIT_OK ||
        (code = read_all(o, path, &model, &conditions, &samples, &seed)) != EXIT_OK ||
        (units == UNITS_COUNTS && (code = prepared_read(&prepared, ui, model, "--units counts")) != EXIT_OK))
        goto out;
    conditions_warn(&conditions);
    model_variables(model, &variables);
    code = samples_open(&writer, &samples);
    if (code == EXIT_OK)
        code = draw(model, &samples, seed, units == UNITS_COUNTS ? &prepared : NULL, &writer);
    code = samples_close(&writer, code);
    if (code == EXIT_OK && ui->json)
        code = output_value(ui, summary(&conditions, samples.rows, seed));
out:
    prepared_free(&prepared);
    names_free(&variables);
    conditions_free(&conditions);
    gim_model_free(model);
    return code;
}

int command_sample(int argc, const char **argv)
{
    struct sample_options o = {.common.ui.command = "gim sample"};
    struct poptOption options[] = {
        ARGS_VALUE("perturbations", 'p', ARGS_ONCE, &o.perturbations, "the features of each environment, one row each",
                   "FILE"),
        ARGS_VALUE("ask", 0, ARGS_MANY, &o.asks, "a perturbation in the words of the data that gim prepare read",
                   "COLUMN=VALUE,..."),
        ARGS_VALUE("rows", 'n', ARGS_ONCE, &o.rows, "rows to draw for each environment (1000)", "N"),
        ARGS_VALUE("joint", 0, ARGS_MANY, &o.joints, "draw as well with these applied together, as environment A+B",
                   "A,B"),
        ARGS_VALUE("control", 0, ARGS_MANY, &o.controls, "an environment without a perturbation", "NAME"),
        ARGS_VALUE("seed", 0, ARGS_ONCE, &o.seed, "the same seed gives the same rows (1)", "N"),
        ARGS_VALUE("threads", 0, ARGS_ONCE, &o.threads, "threads to use; changes no number (all processors)", "N"),
        ARGS_VALUE("units", 0, ARGS_ONCE, &o.units, "model (the default), or counts, of data that gim prepare made",
                   "KIND"),
        ARGS_OUTPUT(&o.common, "write to FILE: a table, compressed if it ends in .gz, .npy or .h5ad"),
        ARGS_JSON(&o.common, "with -o: say on standard output what was drawn"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
