/* From what was done to cells, in the lab's words, to environments and features: made by gim prepare, kept in the
 * model, and used again by gim sample. SPDX-License-Identifier: BSD-3-Clause */
#ifndef RECIPE_H
#define RECIPE_H

#include <jansson.h>
#include <stdbool.h>

#include "names.h"
#include "ui.h"

#define RECIPE_CONTROL "control" /* the environment */

enum transform { AS_IT_IS, LOG1P, LOG10 };

/* Features from one column. */
struct maker {
    enum { ONE_HOT, MULTI_HOT, NUMBER, LOOK_UP } kind;
    char *column;
    struct names values;      /* one-hot, multi-hot: a feature each; look-up: the keys of the table */
    enum transform transform; /* of a number */
    char *unit;               /* of a number; NULL: none */
    struct names outputs;     /* look-up: the table's columns */
    double *numbers;          /* look-up: (values.n, outputs.n) */
    char *table;              /* look-up: its name, for messages */
};

/* "COLUMN=VALUE": same column, any of them; different columns, all of them. */
struct conditions_on {
    struct names columns;
    struct names *values; /* (columns.n) */
    size_t capacity;
};

/* Starts as {0}. */
struct recipe {
    struct names columns; /* that tell environments apart */
    struct conditions_on control;
    struct maker *makers;
    size_t n_makers, capacity;
    struct names features;
};

/* Takes "COLUMN=VALUE". */
int conditions_on_add(struct conditions_on *conditions, const struct ui *ui, const char *option, const char *text);
/* Whether values, by column, meet them; text() gives NULL where a value is missing. */
typedef const char *recipe_text(const void *user, const char *column);
bool conditions_on_met(const struct conditions_on *conditions, recipe_text *text, const void *user);
json_t *conditions_on_json(const struct conditions_on *conditions);
void conditions_on_free(struct conditions_on *conditions);

/* Makers, by the words of an option: "drug", "dose:nM:log10", a table with its key. */
int recipe_add_category(struct recipe *recipe, const struct ui *ui, const char *column, bool multi);
int recipe_add_number(struct recipe *recipe, const struct ui *ui, const char *text);
int recipe_add_table(struct recipe *recipe, const struct ui *ui, const char *path, const char *key, char delimiter);
/* All columns that the recipe looks at. */
void recipe_columns(const struct recipe *recipe, struct names *columns);

/* Whether this is the control. */
bool recipe_is_control(const struct recipe *recipe, recipe_text *text, const void *user);
/* The name of an environment: to be freed. NULL where a value is missing, which *missing then names. */
char *recipe_name(const struct recipe *recipe, recipe_text *text, const void *user, const char **missing);
/* Learns the categories of an environment that is no control; recipe_finish() then numbers the features. */
void recipe_learn(struct recipe *recipe, recipe_text *text, const void *user);
int recipe_finish(struct recipe *recipe, const struct ui *ui);
/* The features of an environment (features.n), of whatever is no control; fails on what the recipe does not know. */
int recipe_features(const struct recipe *recipe, const struct ui *ui, const char *environment, recipe_text *text,
                    const void *user, double *features);

json_t *recipe_json(const struct recipe *recipe);
json_t *recipe_names_json(const struct names *names);
void recipe_names_from_json(struct names *names, const json_t *array);
/* Back from JSON. */
int recipe_from_json(struct recipe *recipe, const struct ui *ui, const json_t *json);
void recipe_free(struct recipe *recipe);

#endif
