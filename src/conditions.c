/* What a model is asked about. SPDX-License-Identifier: BSD-3-Clause */
#include "conditions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "memory.h"
#include "model.h"
#include "prepared.h"

static int read_features(struct conditions *conditions, const struct conditions_choice *choice)
{
    struct names features = {0};
    if (choice->path == NULL) {
        conditions->table.path = memory_text("there is no table, which");
        return EXIT_OK;
    }
    model_features(conditions->model, &features);
    struct frame_choice columns = {&features, NULL, "feature", ", which the model needs", FRAME_ONE_ROW};
    int code = frame_read(&conditions->table, conditions->ui, choice->path, choice->delimiter, &columns);
    names_free(&features);
    return code;
}

/* The environments without a perturbation: those that the model knows as such, and those of --control. */
static int find_controls(struct conditions *conditions, const struct conditions_choice *choice)
{
    for (size_t e = 0; e < gim_environment_count(conditions->model); e++) {
        gim_environment environment = {.struct_size = sizeof environment};
        gim_status status = gim_environment_get(conditions->model, e, &environment, NULL);
        if (status < 0)
            return model_fail(conditions->ui, conditions->model, status, choice->path);
        if (environment.observational)
            names_add(&conditions->controls, environment.name);
    }
    for (size_t i = 0; i < choice->controls->n; i++) {
        const char *name = names_at(choice->controls, i);
        if (!names_have(&conditions->table.environments, name))
            return ui_fail(conditions->ui, "--control: %s has no environment \"%s\"", conditions->table.path, name);
        names_add(&conditions->controls, name);
    }
    return EXIT_OK;
}

/* One more perturbation on top of a condition's, unless the environment is a control. */
static int apply(struct conditions *conditions, struct condition *condition, const char *environment)
{
    size_t e, p = gim_feature_count(conditions->model);
    if (!names_find(&conditions->table.environments, environment, &e))
        return ui_fail(conditions->ui, "--joint: %s has no environment \"%s\"", conditions->table.path, environment);
    if (names_have(&conditions->controls, environment))
        return EXIT_OK;
    const double *features = frame_row(&conditions->table, e, 0);
    double distance = 0;
    int outside = 0;
    gim_status status = gim_feature_distance(conditions->model, features, &distance, &outside);
    if (status < 0)
        return model_fail(conditions->ui, conditions->model, status, environment);
    memcpy(condition->features + condition->n++ * p, features, p * sizeof *features);
    condition->distance = fmax(condition->distance, distance); /* of NaN and a number, the number */
    condition->outside |= outside != 0;
    return EXIT_OK;
}

/* The next condition, with room for n perturbations. */
static struct condition *add(struct conditions *conditions, const char *name, size_t n)
{
    struct condition *condition = &conditions->all[conditions->n++];
    condition->name = memory_text(name);
    condition->features = memory_new(n * gim_feature_count(conditions->model), sizeof *condition->features);
    condition->distance = NAN;
    return condition;
}

static char *joint_name(const struct names *members)
{
    char *name = memory_text(names_at(members, 0));
    for (size_t i = 1; i < members->n; i++) {
        char *longer = memory_format("%s+%s", name, names_at(members, i));
        free(name);
        name = longer;
    }
    return name;
}

/* "A,B" becomes the environment "A+B". */
static int add_joint(struct conditions *conditions, const char *list)
{
    struct names members = {0};
    char *name = NULL;
    int code = EXIT_OK;
    if (!names_split(&members, list, NULL) || members.n < 2) {
        code = ui_usage(conditions->ui, "--joint: \"%s\" is not a list of environments with commas between them", list);
        goto out;
    }
    name = joint_name(&members);
    for (size_t i = 0; i < conditions->n && code == EXIT_OK; i++)
        if (strcmp(conditions->all[i].name, name) == 0)
            code = ui_fail(conditions->ui, "--joint %s: there is an environment \"%s\" already", list, name);
    if (code != EXIT_OK)
        goto out;
    struct condition *condition = add(conditions, name, members.n);
    for (size_t i = 0; i < members.n && code == EXIT_OK; i++)
        code = apply(conditions, condition, names_at(&members, i));
out:
    free(name);
    names_free(&members);
    return code;
}

/* ---- in the lab's words ------------------------------------------------------------------------------------------ */

/* One --ask: a text for each column. */
struct asking {
    struct conditions *conditions;
    const struct prepared *prepared;
    const char *list;
    char **texts; /* (columns) */
};

static const char *asked_text(const void *user, const char *column)
{
    const struct asking *asking = user;
    size_t at;
    return names_find(&asking->conditions->columns, column, &at) ? asking->texts[at] : NULL;
}

static int take_word(struct asking *asking, const char *word)
{
    const struct conditions *conditions = asking->conditions;
    const char *equals = strchr(word, '=');
    if (equals == NULL || equals == word || equals[1] == '\0')
        return ui_usage(conditions->ui, "--ask: \"%s\" is not COLUMN=VALUE", word);
    char *column = memory_format("%.*s", (int)(equals - word), word);
    size_t at;
    int code = EXIT_OK;
    if (!names_find(&conditions->columns, column, &at)) {
        char *list = names_list(&conditions->columns), *near = names_near(&conditions->columns, column);
        code = ui_fail(conditions->ui, "--ask: the model was not prepared by a column \"%s\"%s%s; there are: %s",
                       column, near != NULL ? "; near: " : "", near != NULL ? near : "", list);
        free(list);
        free(near);
    } else if (asking->texts[at] != NULL) {
        code = ui_usage(conditions->ui, "--ask: \"%s\" has %s twice", asking->list, column);
    } else {
        asking->texts[at] = memory_text(equals + 1);
    }
    free(column);
    return code;
}

/* The model's features, by name, from those that the recipe makes. */
static int match_features(const struct asking *asking, const char *name, struct condition *condition)
{
    const struct conditions *conditions = asking->conditions;
    const struct recipe *recipe = &asking->prepared->recipe;
    double *made = memory_new(recipe->features.n, sizeof *made);
    int code = recipe_features(recipe, conditions->ui, name, asked_text, asking, made), outside = 0;
    for (size_t j = 0; j < gim_feature_count(conditions->model) && code == EXIT_OK; j++) {
        size_t at;
        if (names_find(&recipe->features, gim_feature_name(conditions->model, j), &at))
            condition->features[j] = made[at];
        else
            code = ui_fail(conditions->ui, "--ask: the model's feature \"%s\" is none that its preparation makes",
                           gim_feature_name(conditions->model, j));
    }
    free(made);
    if (code != EXIT_OK)
        return code;
    condition->n = 1;
    gim_status status = gim_feature_distance(conditions->model, condition->features, &condition->distance, &outside);
    condition->outside = outside != 0;
    return status < 0 ? model_fail(conditions->ui, conditions->model, status, name) : EXIT_OK;
}

static bool is_taken(const struct conditions *conditions, const char *name)
{
    for (size_t i = 0; i < conditions->n; i++)
        if (strcmp(conditions->all[i].name, name) == 0)
            return true;
    return false;
}

static int add_asked(struct asking *asking)
{
    struct conditions *conditions = asking->conditions;
    const struct recipe *recipe = &asking->prepared->recipe;
    const char *missing = NULL;
    bool control = recipe_is_control(recipe, asked_text, asking);
    char *name = control ? memory_text(RECIPE_CONTROL) : recipe_name(recipe, asked_text, asking, &missing);
    if (name == NULL)
        return ui_fail(conditions->ui, "--ask: \"%s\" says nothing of the column \"%s\"", asking->list, missing);
    int code = EXIT_OK;
    if (is_taken(conditions, name))
        code = ui_fail(conditions->ui, "--ask: there is an environment \"%s\" already", name);
    if (code == EXIT_OK) {
        struct condition *condition = add(conditions, name, 1);
        condition->asked = asking->texts;
        asking->texts = NULL;
        struct asking again = *asking;
        again.texts = condition->asked;
        if (!control)
            code = match_features(&again, name, condition);
    }
    free(name);
    return code;
}

static int ask(struct conditions *conditions, const struct prepared *prepared, const char *list)
{
    struct names words = {0};
    size_t n = conditions->columns.n;
    struct asking asking = {conditions, prepared, list, memory_new(n, sizeof *asking.texts)};
    int code = names_split(&words, list, NULL)
                   ? EXIT_OK
                   : ui_usage(conditions->ui, "--ask: \"%s\" is not COLUMN=VALUE,...", list);
    for (size_t i = 0; i < words.n && code == EXIT_OK; i++)
        code = take_word(&asking, names_at(&words, i));
    if (code == EXIT_OK)
        code = add_asked(&asking);
    for (size_t i = 0; asking.texts != NULL && i < n; i++)
        free(asking.texts[i]);
    free(asking.texts);
    names_free(&words);
    return code;
}

static int ask_all(struct conditions *conditions, char **asks)
{
    struct prepared prepared = {0};
    int code = prepared_read(&prepared, conditions->ui, conditions->model, "--ask");
    recipe_columns(&prepared.recipe, &conditions->columns);
    for (size_t i = 0; asks[i] != NULL && code == EXIT_OK; i++)
        code = ask(conditions, &prepared, asks[i]);
    prepared_free(&prepared);
    return code;
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

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
    conditions->ui = ui;
    conditions->model = model;
    int code = read_features(conditions, choice);
    if (code == EXIT_OK)
        code = find_controls(conditions, choice);
    size_t n = conditions->table.environments.n, n_joints = count(choice->joints);
    conditions->all = memory_new(n + n_joints + count(choice->asks), sizeof *conditions->all);
    for (size_t e = 0; e < n && code == EXIT_OK; e++) {
        const char *name = names_at(&conditions->table.environments, e);
        code = apply(conditions, add(conditions, name, 1), name);
    }
    for (size_t i = 0; i < n_joints && code == EXIT_OK; i++)
        code = add_joint(conditions, choice->joints[i]);
    return code == EXIT_OK && choice->asks != NULL ? ask_all(conditions, choice->asks) : code;
}

const double *condition_features(const struct conditions *conditions, size_t index)
{
    bool tabled = index < conditions->table.environments.n;
    return tabled ? frame_row(&conditions->table, index, 0) : conditions->all[index].features;
}

/* Each by a line of its own, unless they are many. */
enum { FEW = 5 };

void conditions_warn(const struct conditions *conditions)
{
    const struct condition *furthest = NULL;
    size_t n = 0;
    for (size_t i = 0; i < conditions->n; i++)
        if (conditions->all[i].outside) {
            n++;
            if (furthest == NULL || conditions->all[i].distance > furthest->distance)
                furthest = &conditions->all[i];
        }
    for (size_t i = 0; i < conditions->n && n <= FEW; i++)
        if (conditions->all[i].outside)
            ui_warn(conditions->ui, "%s lies outside the training features (distance %.3g): an extrapolation",
                    conditions->all[i].name, conditions->all[i].distance);
    if (n > FEW)
        ui_warn(conditions->ui,
                "%zu of %zu perturbations lie outside the training features: extrapolations, the furthest %s "
                "(distance %.3g); --json tells all",
                n, conditions->n, furthest->name, furthest->distance);
}

void conditions_free(struct conditions *conditions)
{
    for (size_t i = 0; i < conditions->n; i++) {
        free(conditions->all[i].name);
        free(conditions->all[i].features);
        for (size_t c = 0; conditions->all[i].asked != NULL && c < conditions->columns.n; c++)
            free(conditions->all[i].asked[c]);
        free(conditions->all[i].asked);
    }
    free(conditions->all);
    names_free(&conditions->controls);
    names_free(&conditions->columns);
    frame_free(&conditions->table);
    memset(conditions, 0, sizeof *conditions);
}
