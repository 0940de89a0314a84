/* From the lab's words to environments and features. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "recipe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "memory.h"
#include "number.h"
#include "table.h"

static const char *const kinds[] = {"one-hot", "multi-hot", "number", "table", NULL};
static const char *const transforms[] = {"none", "log1p", "log10", NULL};

/* The place of a text among some that end with NULL; -1: none. */
static int place_of(const char *const *names, const char *text)
{
    for (int i = 0; text != NULL && names[i] != NULL; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    return -1;
}

/* ---- conditions -------------------------------------------------------------------------------------------------- */

static struct names *values_on(struct conditions_on *conditions, const char *column)
{
    size_t before = conditions->columns.n, at = names_add(&conditions->columns, column);
    if (at == before) {
        conditions->values =
            memory_grow(conditions->values, &conditions->capacity, before + 1, sizeof *conditions->values);
        conditions->values[at] = (struct names){0};
    }
    return &conditions->values[at];
}

int conditions_on_add(struct conditions_on *conditions, const struct ui *ui, const char *option, const char *text)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text || equals[1] == '\0')
        return ui_usage(ui, "%s: \"%s\" is not COLUMN=VALUE", option, text);
    char *column = memory_format("%.*s", (int)(equals - text), text);
    names_add(values_on(conditions, column), equals + 1);
    free(column);
    return EXIT_OK;
}

bool conditions_on_met(const struct conditions_on *conditions, recipe_text *text, const void *user)
{
    for (size_t i = 0; i < conditions->columns.n; i++) {
        const char *value = text(user, names_at(&conditions->columns, i));
        if (value == NULL || !names_have(&conditions->values[i], value))
            return false;
    }
    return true;
}

/* Whether this is a value that the conditions name for a column. */
static bool is_named(const struct conditions_on *conditions, const char *column, const char *value)
{
    size_t at;
    return names_find(&conditions->columns, column, &at) && names_have(&conditions->values[at], value);
}

json_t *recipe_names_json(const struct names *names)
{
    json_t *array = json_array();
    for (size_t i = 0; i < names->n; i++)
        json_array_append_new(array, ui_text(names_at(names, i)));
    return array;
}

void recipe_names_from_json(struct names *names, const json_t *array)
{
    size_t i;
    json_t *value;
    json_array_foreach(array, i, value)
    {
        if (json_is_string(value))
            names_add(names, json_string_value(value));
    }
}

json_t *conditions_on_json(const struct conditions_on *conditions)
{
    json_t *object = json_object();
    for (size_t i = 0; i < conditions->columns.n; i++)
        json_object_set_new(object, names_at(&conditions->columns, i), recipe_names_json(&conditions->values[i]));
    return object;
}

void conditions_on_free(struct conditions_on *conditions)
{
    for (size_t i = 0; i < conditions->columns.n; i++)
        names_free(&conditions->values[i]);
    free(conditions->values);
    names_free(&conditions->columns);
    memset(conditions, 0, sizeof *conditions);
}

/* ---- makers ------------------------------------------------------------------------------------------------------ */

static struct maker *add_maker(struct recipe *recipe, const char *column)
{
    recipe->makers = memory_grow(recipe->makers, &recipe->capacity, recipe->n_makers + 1, sizeof *recipe->makers);
    struct maker *maker = &recipe->makers[recipe->n_makers++];
    *maker = (struct maker){.column = memory_text(column)};
    return maker;
}

int recipe_add_category(struct recipe *recipe, const struct ui *ui, const char *column, bool multi)
{
    if (column[0] == '\0')
        return ui_usage(ui, "%s: needs a column", multi ? "--multi-hot" : "--one-hot");
    add_maker(recipe, column)->kind = multi ? MULTI_HOT : ONE_HOT;
    return EXIT_OK;
}

int recipe_add_number(struct recipe *recipe, const struct ui *ui, const char *text)
{
    char *copy = memory_text(text), *rest = copy, *column = strsep(&rest, ":");
    struct maker *maker = add_maker(recipe, column);
    int code = column[0] != '\0' ? EXIT_OK : ui_usage(ui, "--number: \"%s\" names no column", text);
    maker->kind = NUMBER;
    for (char *word; code == EXIT_OK && (word = strsep(&rest, ":")) != NULL;) {
        int transform = place_of(transforms, word);
        if (transform >= 0)
            maker->transform = (enum transform)transform;
        else if (maker->unit == NULL && word[0] != '\0')
            maker->unit = memory_text(word);
        else
            code = ui_usage(ui, "--number: \"%s\" is not COLUMN[:UNIT][:log1p or :log10]", text);
    }
    free(copy);
    return code;
}

static int read_number(const struct table *table, size_t column, double *value)
{
    const char *text = table_field(table, column);
    if (number_parse(text, value) == NUMBER_FINITE)
        return EXIT_OK;
    return table_fail(table, "column \"%s\": \"%.40s\" is not a finite number", names_at(&table->columns, column),
                      text);
}

/* Columns of numbers by their first row. */
static void choose_outputs(struct maker *maker, const struct table *table, size_t key, size_t *at)
{
    for (size_t i = 0; i < table->columns.n; i++) {
        double value;
        if (i != key && number_parse(table_field(table, i), &value) != NUMBER_NOT)
            at[names_add(&maker->outputs, names_at(&table->columns, i))] = i;
    }
}

static int read_table(struct maker *maker, struct table *table, size_t key)
{
    size_t *at = memory_new(table->columns.n, sizeof *at), capacity = 0;
    bool more;
    int code;
    while ((code = table_next(table, &more)) == EXIT_OK && more) {
        size_t n = maker->values.n;
        if (n == 0)
            choose_outputs(maker, table, key, at);
        if (names_add(&maker->values, table_field(table, key)) != n) {
            code = table_fail(table, "\"%s\" again", table_field(table, key));
            break;
        }
        maker->numbers = memory_grow(maker->numbers, &capacity, (n + 1) * maker->outputs.n, sizeof *maker->numbers);
        for (size_t j = 0; j < maker->outputs.n && code == EXIT_OK; j++)
            code = read_number(table, at[j], &maker->numbers[n * maker->outputs.n + j]);
        if (code != EXIT_OK)
            break;
    }
    free(at);
    return code;
}

int recipe_add_table(struct recipe *recipe, const struct ui *ui, const char *path, const char *key, char delimiter)
{
    struct table table = {0};
    size_t at = 0;
    struct maker *maker = add_maker(recipe, key);
    maker->kind = LOOK_UP;
    maker->table = memory_text(path);
    int code = table_open(&table, ui, path, delimiter);
    if (code == EXIT_OK)
        code = table_column(&table, key, &at);
    if (code == EXIT_OK)
        code = read_table(maker, &table, at);
    if (code == EXIT_OK && maker->outputs.n == 0)
        code = ui_fail(ui, "%s: has no column of numbers beside \"%s\"", path, key);
    table_close(&table);
    return code;
}

void recipe_columns(const struct recipe *recipe, struct names *columns)
{
    for (size_t i = 0; i < recipe->columns.n; i++)
        names_add(columns, names_at(&recipe->columns, i));
    for (size_t i = 0; i < recipe->control.columns.n; i++)
        names_add(columns, names_at(&recipe->control.columns, i));
    for (size_t i = 0; i < recipe->n_makers; i++)
        names_add(columns, recipe->makers[i].column);
}

/* ---- environments ------------------------------------------------------------------------------------------------ */

bool recipe_is_control(const struct recipe *recipe, recipe_text *text, const void *user)
{
    return recipe->control.columns.n > 0 && conditions_on_met(&recipe->control, text, user);
}

char *recipe_name(const struct recipe *recipe, recipe_text *text, const void *user, const char **missing)
{
    char *name = NULL;
    for (size_t i = 0; i < recipe->columns.n; i++) {
        const char *value = text(user, names_at(&recipe->columns, i));
        if (value == NULL) {
            *missing = names_at(&recipe->columns, i);
            free(name);
            return NULL;
        }
        char *longer = name == NULL ? memory_text(value) : memory_format("%s:%s", name, value);
        free(name);
        name = longer;
    }
    return name;
}

/* Calls take() with each part of "A+B" that is not the control's; of one-hot with the whole. */
static int each_part(const struct recipe *recipe, const struct maker *maker, const char *value,
                     int (*take)(void *user, const char *part), void *user)
{
    char *copy = memory_text(value), *rest = maker->kind == MULTI_HOT ? copy : NULL;
    char *part = maker->kind == MULTI_HOT ? strsep(&rest, "+") : copy;
    int code = EXIT_OK;
    for (; part != NULL && code == EXIT_OK; part = rest != NULL ? strsep(&rest, "+") : NULL)
        if (part[0] != '\0' && !is_named(&recipe->control, maker->column, part))
            code = take(user, part);
    free(copy);
    return code;
}

static int learn_part(void *user, const char *part)
{
    names_add(user, part);
    return EXIT_OK;
}

void recipe_learn(struct recipe *recipe, recipe_text *text, const void *user)
{
    for (size_t i = 0; i < recipe->n_makers; i++) {
        struct maker *maker = &recipe->makers[i];
        const char *value = text(user, maker->column);
        if ((maker->kind == ONE_HOT || maker->kind == MULTI_HOT) && value != NULL)
            each_part(recipe, maker, value, learn_part, &maker->values);
    }
}

static char *number_name(const struct maker *maker)
{
    const char *transform = transforms[maker->transform];
    if (maker->transform == AS_IT_IS)
        return maker->unit == NULL ? memory_text(maker->column) : memory_format("%s/%s", maker->column, maker->unit);
    return maker->unit == NULL ? memory_format("%s(%s)", transform, maker->column)
                               : memory_format("%s(%s/%s)", transform, maker->column, maker->unit);
}

static int add_feature(struct recipe *recipe, const struct ui *ui, char *name)
{
    size_t before = recipe->features.n;
    names_add(&recipe->features, name);
    int code = recipe->features.n > before ? EXIT_OK : ui_fail(ui, "two features are called \"%s\"", name);
    free(name);
    return code;
}

int recipe_finish(struct recipe *recipe, const struct ui *ui)
{
    int code = EXIT_OK;
    for (size_t i = 0; i < recipe->n_makers; i++) {
        const struct maker *maker = &recipe->makers[i];
        bool category = maker->kind == ONE_HOT || maker->kind == MULTI_HOT;
        if (maker->kind == NUMBER)
            code = add_feature(recipe, ui, number_name(maker));
        for (size_t v = 0; category && v < maker->values.n && code == EXIT_OK; v++)
            code = add_feature(recipe, ui, memory_format("%s=%s", maker->column, names_at(&maker->values, v)));
        for (size_t v = 0; maker->kind == LOOK_UP && v < maker->outputs.n && code == EXIT_OK; v++)
            code = add_feature(recipe, ui, memory_text(names_at(&maker->outputs, v)));
        if (code != EXIT_OK)
            return code;
    }
    return recipe->features.n > 0 ? EXIT_OK : ui_fail(ui, "no feature: every value is the control's");
}

/* ---- features ---------------------------------------------------------------------------------------------------- */

/* One question of recipe_features(). */
struct question {
    const struct ui *ui;
    const char *environment;
    const struct maker *maker;
    double *to; /* the maker's features */
};

static int unknown_value(const struct question *question, const char *value)
{
    const struct maker *maker = question->maker;
    char *near = names_near(&maker->values, value), *list = names_list(&maker->values);
    if (maker->kind == LOOK_UP)
        ui_fail(question->ui, "environment \"%s\": %s has no row for the %s \"%s\"%s%s", question->environment,
                maker->table, maker->column, value, near != NULL ? "; near: " : "", near != NULL ? near : "");
    else
        ui_fail(question->ui, "environment \"%s\": the %s \"%s\" is not known%s%s; known are: %s",
                question->environment, maker->column, value, near != NULL ? "; near: " : "", near != NULL ? near : "",
                list);
    free(near);
    free(list);
    return EXIT_FAILED;
}

static int mark_part(void *user, const char *part)
{
    const struct question *question = user;
    size_t at;
    if (!names_find(&question->maker->values, part, &at))
        return unknown_value(question, part);
    question->to[at] = 1;
    return EXIT_OK;
}

/* Metric prefixes: 10 uM is 10000 nM. */
static bool factor_of(const char *text, const char *unit, double *factor)
{
    static const struct {
        const char *prefix;
        double factor;
    } prefixes[] = {{"p", 1e-12},       {"n", 1e-9}, {"u", 1e-6}, {"\xC2\xB5", 1e-6},
                    {"\xCE\xBC", 1e-6}, {"m", 1e-3}, {"k", 1e3},  {"M", 1e6}};
    enum { N = sizeof prefixes / sizeof *prefixes };
    *factor = 1;
    if (strcmp(text, unit) == 0)
        return true;
    for (size_t i = 0; i <= N; i++)
        for (size_t j = 0; j <= N; j++) {
            const char *a = i < N ? prefixes[i].prefix : "", *b = j < N ? prefixes[j].prefix : "";
            if (strncmp(text, a, strlen(a)) != 0 || strncmp(unit, b, strlen(b)) != 0 || text[strlen(a)] == '\0' ||
                strcmp(text + strlen(a), unit + strlen(b)) != 0)
                continue;
            *factor = (i < N ? prefixes[i].factor : 1) / (j < N ? prefixes[j].factor : 1);
            return true;
        }
    return false;
}

/* "10", "10 nM", "0.01 uM", in the maker's unit. */
static bool parse_number(const struct maker *maker, const char *text, double *value)
{
    char *end;
    double factor = 1;
    *value = strtod(text, &end);
    if (end == text || !isfinite(*value))
        return false;
    end += strspn(end, " _");
    if (*end != '\0' && (maker->unit == NULL || !factor_of(end, maker->unit, &factor)))
        return false;
    *value *= factor;
    return true;
}

static int take_number(const struct question *question, const char *text)
{
    const struct maker *maker = question->maker;
    double value;
    if (!parse_number(maker, text, &value))
        return ui_fail(question->ui, "environment \"%s\": the %s \"%s\" is not a number%s%s", question->environment,
                       maker->column, text, maker->unit != NULL ? ", with or without a unit such as " : "",
                       maker->unit != NULL ? maker->unit : "");
    if ((maker->transform == LOG10 && value <= 0) || (maker->transform == LOG1P && value <= -1))
        return ui_fail(question->ui, "environment \"%s\": the %s %s has no %s", question->environment, maker->column,
                       text, transforms[maker->transform]);
    *question->to = maker->transform == LOG10 ? log10(value) : maker->transform == LOG1P ? log1p(value) : value;
    return EXIT_OK;
}

static size_t width_of(const struct maker *maker)
{
    return maker->kind == NUMBER ? 1 : maker->kind == LOOK_UP ? maker->outputs.n : maker->values.n;
}

static int look_up(const struct recipe *recipe, const struct question *question, const char *value)
{
    const struct maker *maker = question->maker;
    size_t at, n = maker->outputs.n;
    if (names_find(&maker->values, value, &at))
        memcpy(question->to, maker->numbers + at * n, n * sizeof *question->to);
    else if (!is_named(&recipe->control, maker->column, value))
        return unknown_value(question, value);
    return EXIT_OK;
}

int recipe_features(const struct recipe *recipe, const struct ui *ui, const char *environment, recipe_text *text,
                    const void *user, double *features)
{
    int code = EXIT_OK;
    memset(features, 0, recipe->features.n * sizeof *features);
    for (size_t i = 0; i < recipe->n_makers && code == EXIT_OK; i++) {
        const struct maker *maker = &recipe->makers[i];
        struct question question = {ui, environment, maker, features};
        const char *value = text(user, maker->column);
        if (value == NULL)
            code = ui_fail(ui, "environment \"%s\": the %s is missing", environment, maker->column);
        else if (maker->kind == NUMBER)
            code = is_named(&recipe->control, maker->column, value) ? EXIT_OK : take_number(&question, value);
        else if (maker->kind == LOOK_UP)
            code = look_up(recipe, &question, value);
        else
            code = each_part(recipe, maker, value, mark_part, &question);
        features += width_of(maker);
    }
    return code;
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static json_t *maker_json(const struct maker *maker)
{
    json_t *object = json_pack("{s:s, s:o}", "kind", kinds[maker->kind], "column", ui_text(maker->column));
    if (maker->kind == NUMBER) {
        json_object_set_new(object, "transform", json_string(transforms[maker->transform]));
        if (maker->unit != NULL)
            json_object_set_new(object, "unit", ui_text(maker->unit));
        return object;
    }
    json_object_set_new(object, "values", recipe_names_json(&maker->values));
    if (maker->kind == LOOK_UP) {
        json_t *numbers = json_array();
        for (size_t i = 0; i < maker->values.n * maker->outputs.n; i++)
            json_array_append_new(numbers, json_real(maker->numbers[i]));
        json_object_set_new(object, "outputs", recipe_names_json(&maker->outputs));
        json_object_set_new(object, "numbers", numbers);
    }
    return object;
}

json_t *recipe_json(const struct recipe *recipe)
{
    json_t *makers = json_array();
    for (size_t i = 0; i < recipe->n_makers; i++)
        json_array_append_new(makers, maker_json(&recipe->makers[i]));
    return json_pack("{s:o, s:o, s:o}", "perturbation", recipe_names_json(&recipe->columns), "control",
                     conditions_on_json(&recipe->control), "features", makers);
}

static bool maker_from_json(struct recipe *recipe, const json_t *json)
{
    const char *column = json_string_value(json_object_get(json, "column"));
    const char *unit = json_string_value(json_object_get(json, "unit"));
    int kind = place_of(kinds, json_string_value(json_object_get(json, "kind")));
    int transform = place_of(transforms, json_string_value(json_object_get(json, "transform")));
    if (column == NULL || kind < 0)
        return false;
    struct maker *maker = add_maker(recipe, column);
    maker->kind = kind;
    maker->transform = transform < 0 ? AS_IT_IS : (enum transform)transform;
    maker->unit = unit != NULL ? memory_text(unit) : NULL;
    maker->table = memory_text("the table that the model was fitted with");
    recipe_names_from_json(&maker->values, json_object_get(json, "values"));
    recipe_names_from_json(&maker->outputs, json_object_get(json, "outputs"));
    if (kind != LOOK_UP)
        return true;
    const json_t *numbers = json_object_get(json, "numbers");
    size_t n = maker->values.n * maker->outputs.n;
    maker->numbers = memory_new(n, sizeof *maker->numbers);
    for (size_t i = 0; i < n; i++)
        maker->numbers[i] = json_number_value(json_array_get(numbers, i));
    return json_array_size(numbers) == n;
}

int recipe_from_json(struct recipe *recipe, const struct ui *ui, const json_t *json)
{
    const char *column;
    json_t *value;
    size_t i;
    bool good = true;
    recipe_names_from_json(&recipe->columns, json_object_get(json, "perturbation"));
    json_object_foreach(json_object_get(json, "control"), column, value)
    {
        recipe_names_from_json(values_on(&recipe->control, column), value);
    }
    json_array_foreach(json_object_get(json, "features"), i, value)
    {
        good = good && maker_from_json(recipe, value);
    }
    if (!good || recipe->columns.n == 0 || recipe->n_makers == 0)
        return ui_fail(ui, "what the model says of its preparation is not understood");
    return recipe_finish(recipe, ui);
}

void recipe_free(struct recipe *recipe)
{
    for (size_t i = 0; i < recipe->n_makers; i++) {
        struct maker *maker = &recipe->makers[i];
        free(maker->column);
        free(maker->unit);
        free(maker->table);
        free(maker->numbers);
        names_free(&maker->values);
        names_free(&maker->outputs);
    }
    free(recipe->makers);
    names_free(&recipe->columns);
    names_free(&recipe->features);
    conditions_on_free(&recipe->control);
    memset(recipe, 0, sizeof *recipe);
}
