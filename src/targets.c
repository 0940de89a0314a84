/* gim targets: which variables perturbations hit, and how. SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "conditions.h"
#include "memory.h"
#include "model.h"
#include "number.h"
#include "output.h"
#include "table.h"

struct targets_options {
    struct args_common common;
    char **perturbations, **asks, **threshold, **controls;
};

static const struct args_page page = {
    "MODEL",
    "Says which variables each perturbation targets, and what it would do to each of\n"
    "them were it targeted: the mean and the spread of every effect parameter.",
    "  gim targets model.gim --perturbations unseen.tsv --threshold 0.5\n",
};

/* The answer for one condition. */
struct answer {
    double *probability;   /* (d) */
    double *mean, *spread; /* (effects, d) */
    size_t d, n_effects;
};

static struct answer answer_new(const gim_model *model)
{
    size_t d = gim_variable_count(model), n = gim_effect_count(model);
    return (struct answer){memory_new(d, sizeof(double)), memory_new(n * d, sizeof(double)),
                           memory_new(n * d, sizeof(double)), d, n};
}

static void answer_free(struct answer *answer)
{
    free(answer->probability);
    free(answer->mean);
    free(answer->spread);
}

/* The features of an environment are asked for its effects even where, being a control, it has no target. */
static int ask(struct answer *answer, const struct ui *ui, const gim_model *model, const struct conditions *conditions,
               size_t index)
{
    const struct condition *condition = &conditions->all[index];
    const double *features = condition_features(conditions, index);
    gim_status status = gim_targets(model, features, answer->probability);
    for (size_t k = 0; k < answer->n_effects && status >= 0; k++)
        status = gim_effects(model, features, gim_effect_at(model, k), answer->mean + k * answer->d,
                             answer->spread + k * answer->d);
    if (status < 0)
        return model_fail(ui, model, status, condition->name);
    if (condition->n == 0)
        memset(answer->probability, 0, answer->d * sizeof *answer->probability);
    return EXIT_OK;
}

/* ---- as a table -------------------------------------------------------------------------------------------------- */

static void write_header(struct table_writer *writer, const gim_model *model)
{
    static const char *const columns[] = {"environment", "variable", "probability"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        table_write_text(writer, columns[i]);
    for (size_t k = 0; k < gim_effect_count(model); k++) {
        const char *effect = gim_effect_name(gim_effect_at(model, k));
        char *spread = memory_format("%s_spread", effect);
        table_write_text(writer, effect);
        table_write_text(writer, spread);
        free(spread);
    }
    table_write_end(writer);
}

static void write_answer(struct table_writer *writer, const gim_model *model, const char *name,
                         const struct answer *answer, double threshold)
{
    for (size_t j = 0; j < answer->d; j++) {
        if (answer->probability[j] < threshold)
            continue;
        table_write_text(writer, name);
        table_write_text(writer, gim_variable_name(model, j));
        table_write_number(writer, answer->probability[j]);
        for (size_t k = 0; k < answer->n_effects; k++) {
            table_write_number(writer, answer->mean[k * answer->d + j]);
            table_write_number(writer, answer->spread[k * answer->d + j]);
        }
        table_write_end(writer);
    }
}

/* ---- as JSON ----------------------------------------------------------------------------------------------------- */

static json_t *variable_json(const gim_model *model, const struct answer *answer, size_t j)
{
    json_t *variable = json_pack("{s:s, s:o}", "variable", gim_variable_name(model, j), "probability",
                                 number_json(answer->probability[j]));
    for (size_t k = 0; k < answer->n_effects; k++) {
        const char *effect = gim_effect_name(gim_effect_at(model, k));
        char *spread = memory_format("%s_spread", effect);
        json_object_set_new(variable, effect, number_json(answer->mean[k * answer->d + j]));
        json_object_set_new(variable, spread, number_json(answer->spread[k * answer->d + j]));
        free(spread);
    }
    return variable;
}

static json_t *answer_json(const gim_model *model, const struct condition *condition, const struct answer *answer,
                           double threshold)
{
    json_t *variables = json_array();
    for (size_t j = 0; j < answer->d; j++)
        if (answer->probability[j] >= threshold)
            json_array_append_new(variables, variable_json(model, answer, j));
    return json_pack("{s:s, s:o, s:b, s:o}", "environment", condition->name, "distance",
                     number_json(condition->distance), "outside", condition->outside, "targets", variables);
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int write_all(struct output *output, const struct ui *ui, const gim_model *model,
                     const struct conditions *conditions, char delimiter, double threshold)
{
    struct answer answer = answer_new(model);
    struct table_writer writer = table_write(output, delimiter);
    json_t *list = ui->json ? json_array() : NULL;
    int code = EXIT_OK;
    for (size_t i = 0; i < conditions->n && code == EXIT_OK; i++) {
        code = ask(&answer, ui, model, conditions, i);
        if (code == EXIT_OK && list == NULL && i == 0)
            write_header(&writer, model);
        if (code == EXIT_OK && list != NULL)
            json_array_append_new(list, answer_json(model, &conditions->all[i], &answer, threshold));
        else if (code == EXIT_OK)
            write_answer(&writer, model, conditions->all[i].name, &answer, threshold);
    }
    if (list != NULL && code == EXIT_OK)
        output_json(output, json_pack("{s:O}", "environments", list));
    json_decref(list);
    answer_free(&answer);
    return code;
}

static int run(void *options)
{
    const struct targets_options *o = options;
    const char *path = o->common.operands[0];
    const struct ui *ui = &o->common.ui;
    gim_model *model = NULL;
    struct conditions conditions = {0};
    struct names controls = {0};
    struct output output = {0};
    struct conditions_choice choice = {args_text(o->perturbations), 0, &controls, NULL, o->asks};
    double threshold = 0;
    int code;
    if ((o->asks == NULL && (code = args_need(ui, "--perturbations", o->perturbations)) != EXIT_OK) ||
        (code = args_real(ui, "--threshold", o->threshold, 0, 1, &threshold)) != EXIT_OK ||
        (code = args_delimiter(ui, o->common.delimiter, &choice.delimiter)) != EXIT_OK ||
        (code = args_names(ui, "--control", o->controls, false, &controls)) != EXIT_OK ||
        (code = model_load(ui, path, &model)) != EXIT_OK ||
        (code = conditions_read(&conditions, ui, model, &choice)) != EXIT_OK ||
        (code = output_open(&output, ui, args_text(o->common.output))) != EXIT_OK)
        goto out;
    conditions_warn(&conditions);
    code = write_all(&output, ui, model, &conditions, choice.delimiter, threshold);
out:
    code = output_close(&output, code);
    conditions_free(&conditions);
    names_free(&controls);
    gim_model_free(model);
    return code;
}

int command_targets(int argc, const char **argv)
{
    struct targets_options o = {.common.ui.command = "gim targets"};
    struct poptOption options[] = {
        ARGS_VALUE("perturbations", 'p', ARGS_ONCE, &o.perturbations, "the features of each environment, one row each",
                   "FILE"),
        ARGS_VALUE("ask", 0, ARGS_MANY, &o.asks, "a perturbation in the words of the data that gim prepare read",
                   "COLUMN=VALUE,..."),
        ARGS_VALUE("threshold", 't', ARGS_ONCE, &o.threshold, "only variables of this probability or more (0)", "P"),
        ARGS_VALUE("control", 0, ARGS_MANY, &o.controls, "an environment without a perturbation", "NAME"),
        ARGS_OUTPUT(&o.common, "write to FILE, compressed if it ends in .gz"),
        ARGS_JSON(&o.common, "JSON in place of a table, with the distance from the training features"),
        ARGS_DELIMITER(&o.common),
        ARGS_QUIET(&o.common),
        ARGS_END,
    };
    return args_run(&o.common, argc, argv, options, &page, run, &o);
}
