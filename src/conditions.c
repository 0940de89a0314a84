/* What a model is asked about. SPDX-License-Identifier: BSD-3-Clause */
#include "conditions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "memory.h"
#include "model.h"

static int read_features(struct frame *table, const struct ui *ui, const gim_model *model,
                         const struct conditions_choice *choice)
{
    struct names features = {0};
    model_features(model, &features);
    struct frame_choice columns = {&features, NULL, "feature", ", which the model needs", true};
    int code = frame_read(table, ui, choice->path, choice->delimiter, &columns);
    names_free(&features);
    return code;
}

/* The environments without a perturbation: those that the model knows as such, and those of --control. */
static int find_controls(const struct conditions *conditions, const struct ui *ui, const gim_model *model,
                         const struct conditions_choice *choice, struct names *controls)
{
    for (size_t e = 0; e < gim_environment_count(model); e++) {
        gim_environment environment = {.struct_size = sizeof environment};
        gim_status status = gim_environment_get(model, e, &environment, NULL);
        if (status < 0)
            return model_fail(ui, model, status, choice->path);
        if (environment.observational)
            names_add(controls, environment.name);
    }
    for (size_t i = 0; i < choice->controls->n; i++) {
        const char *name = names_at(choice->controls, i);
        if (!names_have(&conditions->table.environments, name))
            return ui_fail(ui, "--control: %s has no environment \"%s\"", conditions->table.path, name);
        names_add(controls, name);
    }
    return EXIT_OK;
}

/* One more perturbation on top of a condition's. */
static int apply(struct condition *condition, const struct ui *ui, const gim_model *model, const double *features)
{
    size_t p = gim_feature_count(model);
    double distance = 0;
    int outside = 0;
    gim_status status = gim_feature_distance(model, features, &distance, &outside);
    if (status < 0)
        return model_fail(ui, model, status, condition->name);
    memcpy(condition->features + condition->n++ * p, features, p * sizeof *features);
    condition->distance = fmax(condition->distance, distance); /* of NaN and a number, the number */
    condition->outside |= outside != 0;
    return EXIT_OK;
}

/* The next condition, with the perturbations of the environments named. */
static int add(struct conditions *conditions, const struct ui *ui, const gim_model *model, const struct names *controls,
               const struct names *environments, const char *name)
{
    struct condition *condition = &conditions->all[conditions->n++];
    *condition = (struct condition){.name = memory_text(name), .distance = NAN};
    condition->features = memory_new(environments->n * gim_feature_count(model), sizeof *condition->features);
    int code = EXIT_OK;
    for (size_t i = 0; i < environments->n && code == EXIT_OK; i++) {
        size_t e;
        if (!names_find(&conditions->table.environments, names_at(environments, i), &e))
            code =
                ui_fail(ui, "--joint: %s has no environment \"%s\"", conditions->table.path, names_at(environments, i));
        else if (!names_have(controls, names_at(environments, i)))
            code = apply(condition, ui, model, frame_row(&conditions->table, e, 0));
    }
    return code;
}

static int add_single(struct conditions *conditions, const struct ui *ui, const gim_model *model,
                      const struct names *controls, const char *name)
{
    struct names one = {0};
    names_add(&one, name);
    int code = add(conditions, ui, model, controls, &one, name);
    names_free(&one);
    return code;
}

/* "A,B" becomes the environment "A+B". */
static int add_joint(struct conditions *conditions, const struct ui *ui, const gim_model *model,
                     const struct names *controls, const char *list)
{
    struct names members = {0};
    char *name = NULL;
    int code = EXIT_OK;
    if (!names_split(&members, list) || members.n < 2) {
        code = ui_usage(ui, "--joint: \"%s\" is not a list of environments with commas between them", list);
        goto out;
    }
    for (size_t i = 0; i < members.n; i++) {
        char *longer = memory_format("%s%s%s", i > 0 ? name : "", i > 0 ? "+" : "", names_at(&members, i));
        free(name);
        name = longer;
    }
    for (size_t i = 0; i < conditions->n && code == EXIT_OK; i++)
        if (strcmp(conditions->all[i].name, name) == 0)
            code = ui_fail(ui, "--joint %s: there is an environment \"%s\" already", list, name);
    if (code == EXIT_OK)
        code = add(conditions, ui, model, controls, &members, name);
out:
    free(name);
    names_free(&members);
    return code;
}

static size_t count(char **values)
{
    size_t n = 0;
    while (values != NULL && values[n] != NULL)
        n++;
    return n;
}

int conditions_read(struct conditions *conditions, const struct ui *ui, const gim_model *model,
                    const struct conditions_choice *choice)
{
    struct names controls = {0};
    size_t n_joints = count(choice->joints);
    int code = read_features(&conditions->table, ui, model, choice);
    if (code == EXIT_OK)
        code = find_controls(conditions, ui, model, choice, &controls);
    size_t n = conditions->table.environments.n;
    conditions->all = memory_new(n + n_joints, sizeof *conditions->all);
    for (size_t e = 0; e < n && code == EXIT_OK; e++)
        code = add_single(conditions, ui, model, &controls, names_at(&conditions->table.environments, e));
    for (size_t i = 0; i < n_joints && code == EXIT_OK; i++)
        code = add_joint(conditions, ui, model, &controls, choice->joints[i]);
    names_free(&controls);
    return code;
}

void conditions_warn(const struct conditions *conditions, const struct ui *ui)
{
    for (size_t i = 0; i < conditions->n; i++)
        if (conditions->all[i].outside)
            ui_warn(ui, "%s lies outside the training features (distance %.3g): an extrapolation",
                    conditions->all[i].name, conditions->all[i].distance);
}

void conditions_free(struct conditions *conditions)
{
    for (size_t i = 0; i < conditions->n; i++) {
        free(conditions->all[i].name);
        free(conditions->all[i].features);
    }
    free(conditions->all);
    frame_free(&conditions->table);
    memset(conditions, 0, sizeof *conditions);
}
