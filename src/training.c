/* The data of a fit, from two tables. SPDX-License-Identifier: BSD-3-Clause */
#include "training.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "memory.h"
#include "model.h"
#include "number.h"
#include "prepared.h"
#include "settings.h"
#include "stop.h"

static int check_given(const struct ui *ui, const struct training_options *o)
{
    int code;
    if (o->prepared != NULL && (o->data != NULL || o->perturbations != NULL || o->controls != NULL))
        return ui_usage(ui, "--prepared has --data, --perturbations and --control in it");
    if (o->prepared != NULL)
        return EXIT_OK;
    if ((code = args_need(ui, "--data", o->data)) != EXIT_OK ||
        (code = args_need(ui, "--perturbations", o->perturbations)) != EXIT_OK)
        return code;
    if (strcmp(args_text(o->data), "-") == 0 && strcmp(args_text(o->perturbations), "-") == 0)
        return ui_usage(ui, "--data and --perturbations cannot both be standard input");
    return EXIT_OK;
}

int training_choose(struct training_choice *choice, const struct args_common *common,
                    const struct training_options *options)
{
    const struct ui *ui = &common->ui;
    int code;
    choice->cells = args_text(options->data);
    choice->perturbations = args_text(options->perturbations);
    if ((code = check_given(ui, options)) != EXIT_OK ||
        (code = args_delimiter(ui, common->delimiter, &choice->delimiter)) != EXIT_OK ||
        (code = args_names(ui, "--control", options->controls, false, &choice->controls)) != EXIT_OK ||
        (code = args_names(ui, "--hold-out", options->hold_outs, false, &choice->hold_outs)) != EXIT_OK ||
        (code = args_names(ui, "--variables", options->variables, true, &choice->variables)) != EXIT_OK ||
        (code = args_names(ui, "--features", options->features, true, &choice->features)) != EXIT_OK ||
        (code = args_names(ui, "--ignore", options->ignore, true, &choice->ignore)) != EXIT_OK)
        return code;
    return options->prepared != NULL ? prepared_choose(choice, ui, args_text(options->prepared)) : EXIT_OK;
}

static int read_tables(struct training *t, const struct ui *ui, const struct training_choice *choice)
{
    struct frame_choice variables = {&choice->variables, &choice->ignore, "variable", ", which --variables names",
                                     FRAME_SAMPLES};
    struct frame_choice features = {&choice->features, &choice->ignore, "feature", ", which --features names",
                                    FRAME_ONE_ROW};
    int code = frame_read(&t->cells, ui, choice->cells, choice->delimiter, &variables);
    if (code == EXIT_OK)
        code = frame_read(&t->perturbations, ui, choice->perturbations, choice->delimiter, &features);
    if (code == EXIT_OK && t->cells.columns.n < 2)
        return ui_fail(ui, "%s: only one variable, \"%s\"; a model needs two", t->cells.path,
                       names_at(&t->cells.columns, 0));
    return code;
}

static int check_environment(const struct training *t, const struct ui *ui, const char *option, const char *name)
{
    if (names_have(&t->cells.environments, name))
        return EXIT_OK;
    char *list = names_list(&t->cells.environments), *near = names_near(&t->cells.environments, name);
    ui_fail(ui, "%s: %s has no environment \"%s\"%s%s; it has: %s", option, t->cells.path, name,
            near != NULL ? "; near: " : "", near != NULL ? near : "", list);
    free(list);
    free(near);
    return EXIT_FAILED;
}

/* A name that is misspelt would otherwise be taken in silence. */
static int check_names(const struct training *t, const struct ui *ui)
{
    const struct training_choice *choice = t->choice;
    int code = EXIT_OK;
    for (size_t i = 0; i < choice->controls.n && code == EXIT_OK; i++)
        code = check_environment(t, ui, "--control", names_at(&choice->controls, i));
    for (size_t i = 0; i < choice->hold_outs.n && code == EXIT_OK; i++) {
        const char *name = names_at(&choice->hold_outs, i);
        if (names_have(&choice->controls, name))
            code = ui_usage(ui, "\"%s\" is both a --control and held out", name);
        else if (!names_have(&t->perturbations.environments, name))
            code = check_environment(t, ui, "--hold-out", name);
    }
    for (size_t i = 0; i < choice->ignore.n && code == EXIT_OK; i++) {
        const char *name = names_at(&choice->ignore, i);
        if (!names_have(&t->cells.header, name) && !names_have(&t->perturbations.header, name))
            code = ui_fail(ui, "--ignore: neither table has a column \"%s\"", name);
    }
    return code;
}

static int no_partner(const struct training *t, const struct ui *ui, size_t e)
{
    const char *name = names_at(&t->cells.environments, e);
    char *near = names_near(&t->perturbations.environments, name);
    ui_fail(ui, "%s:%zu: environment \"%s\" has no row in %s%s%s; add one%s", t->cells.path, t->cells.first_line[e],
            name, t->perturbations.path, near != NULL ? "; near: " : "", near != NULL ? near : "",
            names_have(&t->choice->controls, name) ? " with the features of an unperturbed system"
                                                   : ", or leave it out with --hold-out");
    free(near);
    return EXIT_FAILED;
}

/* Pairs the environments of the two tables. */
static int pair_environments(struct training *t, const struct ui *ui)
{
    size_t n = t->cells.environments.n;
    t->cells_of = memory_new(n, sizeof *t->cells_of);
    t->features_of = memory_new(n, sizeof *t->features_of);
    for (size_t e = 0; e < n; e++) {
        const char *name = names_at(&t->cells.environments, e);
        if (names_have(&t->choice->hold_outs, name))
            continue;
        if (!names_find(&t->perturbations.environments, name, &t->features_of[t->n]))
            return no_partner(t, ui, e);
        t->cells_of[t->n++] = e;
    }
    return t->n > 0 ? EXIT_OK : ui_fail(ui, "%s: every environment is held out", t->cells.path);
}

static void note_unused(const struct training *t, const struct ui *ui)
{
    struct names unused = {0};
    for (size_t i = 0; i < t->perturbations.environments.n; i++) {
        const char *name = names_at(&t->perturbations.environments, i);
        if (!names_have(&t->cells.environments, name) && !names_have(&t->choice->hold_outs, name))
            names_add(&unused, name);
    }
    char *list = names_list(&unused);
    if (unused.n > 0)
        ui_note(ui, "%s: not used, having no rows in %s: %s", t->perturbations.path, t->cells.path, list);
    free(list);
    names_free(&unused);
}

int training_pair(struct training *training, const struct ui *ui, const struct training_choice *choice)
{
    training->choice = choice;
    int code = check_names(training, ui);
    if (code == EXIT_OK)
        code = pair_environments(training, ui);
    if (code == EXIT_OK)
        note_unused(training, ui);
    return code;
}

int training_read(struct training *training, const struct ui *ui, const struct training_choice *choice)
{
    int code = read_tables(training, ui, choice);
    return code == EXIT_OK ? training_pair(training, ui, choice) : code;
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

void training_without(struct training *part, const struct training *whole, const size_t *fold_of, size_t fold)
{
    *part = *whole;
    part->cells_of = memory_new(whole->n, sizeof *part->cells_of);
    part->features_of = memory_new(whole->n, sizeof *part->features_of);
    part->n = 0;
    for (size_t i = 0; i < whole->n; i++)
        if (fold == 0 || fold_of[i] != fold) {
            part->cells_of[part->n] = whole->cells_of[i];
            part->features_of[part->n++] = whole->features_of[i];
        }
}

void training_without_free(struct training *part)
{
    free(part->cells_of);
    free(part->features_of);
    memset(part, 0, sizeof *part);
}

/* ---- the model --------------------------------------------------------------------------------------------------- */

static gim_status set_variable(void *model, size_t index, const char *name)
{
    return gim_set_variable_name(model, index, name);
}

static gim_status set_feature(void *model, size_t index, const char *name)
{
    return gim_set_feature_name(model, index, name);
}

int training_model(const struct training *training, const struct ui *ui, gim_model **model)
{
    const struct names *variables = &training->cells.columns, *features = &training->perturbations.columns;
    gim_status status = gim_model_new(model, variables->n, features->n, NULL);
    if (status < 0)
        return ui_fail(ui, "no model of %zu variables and %zu features: %s", variables->n, features->n,
                       gim_status_text(status));
    status = model_name_all(*model, set_variable, variables);
    if (status >= 0)
        status = model_name_all(*model, set_feature, features);
    if (status >= 0)
        status = gim_set_note(*model, training->choice->note);
    return status < 0 ? model_fail(ui, *model, status, "column names") : EXIT_OK;
}

int training_set_dose(const struct training *training, const struct ui *ui, gim_model *model, const char *dose)
{
    const struct names *features = &training->perturbations.columns;
    char text[NUMBER_SIZE];
    size_t index;
    if (dose == NULL)
        return EXIT_OK;
    if (!names_find(features, dose, &index)) {
        char *list = names_list(features);
        ui_fail(ui, "--dose: there is no feature \"%s\"; there are: %s", dose, list);
        free(list);
        return EXIT_FAILED;
    }
    snprintf(text, sizeof text, "%zu", index);
    return settings_set(ui, model, gim_option_name(GIM_DOSE_FEATURE), text);
}

/* ---- callbacks --------------------------------------------------------------------------------------------------- */

static int describe(size_t env, gim_environment *environment, double *features, void *user)
{
    const struct training *t = user;
    const char *name = names_at(&t->cells.environments, t->cells_of[env]);
    environment->name = name;
    environment->n_rows = frame_count(&t->cells, t->cells_of[env]);
    environment->observational = names_have(&t->choice->controls, name);
    memcpy(features, frame_row(&t->perturbations, t->features_of[env], 0),
           t->perturbations.columns.n * sizeof *features);
    return stop_wanted();
}

static int read_rows(size_t env, const size_t *rows, size_t n_rows, double *x, void *user)
{
    const struct training *t = user;
    size_t d = t->cells.columns.n;
    for (size_t i = 0; i < n_rows; i++)
        memcpy(x + i * d, frame_row(&t->cells, t->cells_of[env], rows[i]), d * sizeof *x);
    return stop_wanted();
}

gim_data training_data(struct training *training)
{
    return (gim_data){sizeof(gim_data), training->n, describe, read_rows, training};
}

void training_choice_free(struct training_choice *choice)
{
    names_free(&choice->controls);
    names_free(&choice->hold_outs);
    names_free(&choice->variables);
    names_free(&choice->features);
    names_free(&choice->ignore);
    free(choice->note);
    free(choice->owned[0]);
    free(choice->owned[1]);
}

void training_free(struct training *training)
{
    frame_free(&training->cells);
    frame_free(&training->perturbations);
    free(training->cells_of);
    free(training->features_of);
    memset(training, 0, sizeof *training);
}
