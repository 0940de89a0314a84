/* The numeric columns of a table, its rows grouped by environment. SPDX-License-Identifier: BSD-3-Clause */
#include "frame.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "memory.h"
#include "number.h"
#include "table.h"

/* What a column holds: known from its first value that is not missing, unless it was asked for. */
enum content { UNKNOWN, NUMBERS, TEXT };

struct column {
    size_t at; /* in the table */
    enum content content;
    size_t missing_line; /* of its first missing value; 0: none */
    char *text;          /* its first value, where it is text */
};

struct loader {
    const struct frame_choice *choice;
    struct table table;
    struct frame *frame;
    size_t environment; /* column; SIZE_MAX: none */
    struct column *columns;
    size_t n_columns;
};

/* ---- columns ----------------------------------------------------------------------------------------------------- */

static const char *name_of(const struct loader *loader, const struct column *column)
{
    return names_at(&loader->table.columns, column->at);
}

static bool is_candidate(const struct loader *loader, size_t at)
{
    const char *name = names_at(&loader->table.columns, at);
    const struct names *ignore = loader->choice->ignore;
    return at != loader->environment && strcmp(name, "n") != 0 && strcmp(name, "targets") != 0 &&
           !(ignore != NULL && names_have(ignore, name));
}

static int no_column(const struct loader *loader, const char *name, const char *clause)
{
    char *list = names_list(&loader->table.columns), *near = names_near(&loader->table.columns, name);
    ui_fail(loader->table.ui, "%s: no column \"%s\"%s%s%s; it has: %s", loader->table.name, name, clause,
            near != NULL ? "; near: " : "", near != NULL ? near : "", list);
    free(list);
    free(near);
    return EXIT_FAILED;
}

static int choose_named(struct loader *loader)
{
    const struct names *only = loader->choice->only;
    for (size_t i = 0; i < only->n; i++) {
        struct column *column = &loader->columns[loader->n_columns++];
        column->content = NUMBERS;
        if (!names_find(&loader->table.columns, names_at(only, i), &column->at))
            return no_column(loader, names_at(only, i), loader->choice->wanted);
        if (column->at == loader->environment)
            return ui_fail(loader->table.ui, "%s: the column \"environment\" cannot be a %s", loader->table.name,
                           loader->choice->what);
    }
    return EXIT_OK;
}

static int choose_columns(struct loader *loader)
{
    const struct names *only = loader->choice->only;
    if (loader->choice->rows == FRAME_TOGETHER)
        loader->environment = SIZE_MAX;
    else if (!names_find(&loader->table.columns, "environment", &loader->environment))
        return no_column(loader, "environment", "");
    loader->columns = memory_new(loader->table.columns.n + only->n, sizeof *loader->columns);
    if (only->n > 0)
        return choose_named(loader);
    for (size_t at = 0; at < loader->table.columns.n; at++)
        if (is_candidate(loader, at))
            loader->columns[loader->n_columns++].at = at;
    return EXIT_OK;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static int missing_value(struct loader *loader, const struct column *column, size_t line, const char *text)
{
    loader->table.line = line;
    return table_fail(&loader->table, "column \"%s\": %s instead of a number", name_of(loader, column),
                      text[0] != '\0' ? text : "an empty cell");
}

/* A value of the other kind than those before it. */
static int mixed_value(const struct loader *loader, const struct column *column, const char *text)
{
    const char *name = name_of(loader, column);
    if (column->content == TEXT)
        return table_fail(&loader->table,
                          "column \"%s\": \"%s\" is a number, but \"%.40s\" came before; --ignore leaves it out", name,
                          text, column->text);
    return table_fail(&loader->table, "column \"%s\": \"%.40s\" is not a number", name, text);
}

static int begin_numbers(struct loader *loader, struct column *column)
{
    column->content = NUMBERS;
    return column->missing_line == 0 ? EXIT_OK : missing_value(loader, column, column->missing_line, "a missing value");
}

static int read_value(struct loader *loader, struct column *column, double *value)
{
    const char *text = table_field(&loader->table, column->at);
    enum number_kind kind = number_parse(text, value);
    if (kind == NUMBER_MISSING) {
        if (column->content == NUMBERS)
            return missing_value(loader, column, loader->table.line, text);
        if (column->missing_line == 0)
            column->missing_line = loader->table.line;
    } else if (kind == NUMBER_NOT) {
        if (column->content == NUMBERS)
            return mixed_value(loader, column, text);
        column->content = TEXT;
        if (column->text == NULL)
            column->text = memory_text(text);
    } else if (column->content == TEXT) {
        return mixed_value(loader, column, text);
    } else if (kind == NUMBER_INFINITE) {
        return table_fail(&loader->table, "column \"%s\": \"%s\" is not finite", name_of(loader, column), text);
    } else if (column->content == UNKNOWN) {
        return begin_numbers(loader, column);
    }
    return EXIT_OK;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static int read_environment(struct loader *loader)
{
    struct frame *frame = loader->frame;
    const char *name = loader->choice->rows == FRAME_TOGETHER ? "" : table_field(&loader->table, loader->environment);
    if (name[0] == '\0' && loader->choice->rows != FRAME_TOGETHER)
        return table_fail(&loader->table, "column \"environment\": nothing, where every row needs a name");
    size_t before = frame->environments.n;
    size_t e = frame->n_rows > 0 ? frame->environment[frame->n_rows - 1] : 0;
    if (before == 0 || strcmp(name, names_at(&frame->environments, e)) != 0)
        e = names_add(&frame->environments, name);
    if (e == before) {
        if (!table_is_utf8(name))
            return table_fail(&loader->table, "column \"environment\": the name is not UTF-8");
        frame->first_line = memory_grow(frame->first_line, &frame->first_capacity, e + 1, sizeof *frame->first_line);
        frame->first_line[e] = loader->table.line;
    } else if (loader->choice->rows == FRAME_ONE_ROW) {
        return table_fail(&loader->table, "environment \"%s\" again: it has a row in line %zu", name,
                          frame->first_line[e]);
    }
    frame->environment =
        memory_grow(frame->environment, &frame->row_capacity, frame->n_rows + 1, sizeof *frame->environment);
    frame->environment[frame->n_rows] = e;
    return EXIT_OK;
}

static int read_row(struct loader *loader)
{
    struct frame *frame = loader->frame;
    size_t n = loader->n_columns;
    int code = read_environment(loader);
    frame->values = memory_grow(frame->values, &frame->value_capacity, (frame->n_rows + 1) * n, sizeof *frame->values);
    double *row = frame->values + frame->n_rows * n;
    for (size_t j = 0; j < n && code == EXIT_OK; j++) {
        row[j] = NAN;
        code = read_value(loader, &loader->columns[j], &row[j]);
    }
    frame->n_rows++;
    return code;
}

static int read_rows(struct loader *loader)
{
    bool more = true;
    for (;;) {
        int code = table_next(&loader->table, &more);
        if (code == EXIT_OK && more)
            code = read_row(loader);
        if (code != EXIT_OK || !more)
            return code;
    }
}

/* ---- afterwards -------------------------------------------------------------------------------------------------- */

static void note_text_columns(const struct loader *loader)
{
    struct names text = {0};
    for (size_t j = 0; j < loader->n_columns; j++)
        if (loader->columns[j].content != NUMBERS)
            names_add(&text, name_of(loader, &loader->columns[j]));
    char *list = names_list(&text);
    if (text.n > 0)
        ui_note(loader->table.ui, "%s: left out, having no numbers: %s", loader->table.name, list);
    free(list);
    names_free(&text);
}

/* Closes up the values over the columns that turned out to be text. */
static int drop_text_columns(struct loader *loader)
{
    struct frame *frame = loader->frame;
    double *to = frame->values;
    for (size_t r = 0; r < frame->n_rows; r++)
        for (size_t j = 0; j < loader->n_columns; j++)
            if (loader->columns[j].content == NUMBERS)
                *to++ = frame->values[r * loader->n_columns + j];
    for (size_t j = 0; j < loader->n_columns; j++)
        if (loader->columns[j].content == NUMBERS)
            names_add(&frame->columns, name_of(loader, &loader->columns[j]));
    if (frame->columns.n == 0)
        return ui_fail(loader->table.ui, "%s: no column of numbers, so no %s", loader->table.name,
                       loader->choice->what);
    note_text_columns(loader);
    return EXIT_OK;
}

static void group_rows(struct frame *frame)
{
    size_t n = frame->environments.n;
    frame->start = memory_new(n + 1, sizeof *frame->start);
    frame->order = memory_new(frame->n_rows, sizeof *frame->order);
    size_t *next = memory_new(n, sizeof *next);
    for (size_t r = 0; r < frame->n_rows; r++)
        frame->start[frame->environment[r] + 1]++;
    for (size_t e = 0; e < n; e++) {
        frame->start[e + 1] += frame->start[e];
        next[e] = frame->start[e];
    }
    for (size_t r = 0; r < frame->n_rows; r++)
        frame->order[next[frame->environment[r]]++] = r;
    free(next);
}

static int load(struct loader *loader, const struct ui *ui, const char *path, char delimiter)
{
    int code = table_open(&loader->table, ui, path, delimiter);
    if (code == EXIT_OK)
        code = choose_columns(loader);
    if (code == EXIT_OK)
        code = read_rows(loader);
    if (code != EXIT_OK)
        return code;
    if (loader->frame->n_rows == 0)
        return ui_fail(ui, "%s: no rows below the header", loader->table.name);
    group_rows(loader->frame);
    code = drop_text_columns(loader);
    loader->frame->path = memory_text(loader->table.name);
    loader->frame->header = loader->table.columns;
    loader->table.columns = (struct names){0};
    return code;
}

int frame_read(struct frame *frame, const struct ui *ui, const char *path, char delimiter,
               const struct frame_choice *choice)
{
    struct loader loader = {.choice = choice, .frame = frame};
    int code = load(&loader, ui, path, delimiter);
    for (size_t j = 0; j < loader.n_columns; j++)
        free(loader.columns[j].text);
    free(loader.columns);
    table_close(&loader.table);
    return code;
}

void frame_make(struct frame *frame, const char *path, const struct names *columns, const struct names *environments,
                const double *values)
{
    *frame = (struct frame){.path = memory_text(path), .n_rows = environments->n};
    frame->values = memory_new(environments->n * columns->n, sizeof *values);
    memcpy(frame->values, values, environments->n * columns->n * sizeof *values);
    frame->environment = memory_new(environments->n, sizeof *frame->environment);
    frame->first_line = memory_new(environments->n, sizeof *frame->first_line);
    for (size_t j = 0; j < columns->n; j++) {
        names_add(&frame->header, names_at(columns, j));
        names_add(&frame->columns, names_at(columns, j));
    }
    for (size_t e = 0; e < environments->n; e++)
        frame->environment[e] = names_add(&frame->environments, names_at(environments, e));
    group_rows(frame);
}

int frame_append(struct frame *frame, const struct ui *ui, const struct frame *more)
{
    size_t d = frame->columns.n, n = frame->n_rows, before = frame->environments.n;
    for (size_t e = 0; e < more->environments.n; e++) {
        const char *name = names_at(&more->environments, e);
        if (names_have(&frame->environments, name))
            return ui_fail(ui, "%s: environment \"%s\" again: %s has it too", more->path, name, frame->path);
        names_add(&frame->environments, name);
        frame->first_line =
            memory_grow(frame->first_line, &frame->first_capacity, before + e + 1, sizeof *frame->first_line);
        frame->first_line[before + e] = more->first_line[e];
    }
    frame->values = memory_grow(frame->values, &frame->value_capacity, (n + more->n_rows) * d, sizeof *frame->values);
    memcpy(frame->values + n * d, more->values, more->n_rows * d * sizeof *frame->values);
    frame->environment =
        memory_grow(frame->environment, &frame->row_capacity, n + more->n_rows, sizeof *frame->environment);
    for (size_t r = 0; r < more->n_rows; r++)
        frame->environment[n + r] = before + more->environment[r];
    frame->n_rows += more->n_rows;
    free(frame->start);
    free(frame->order);
    group_rows(frame);
    char *both = memory_format("%s, %s", frame->path, more->path);
    free(frame->path);
    frame->path = both;
    return EXIT_OK;
}

void frame_drop(struct frame *frame, const struct names *environments)
{
    size_t n = 0, d = frame->columns.n;
    for (size_t r = 0; r < frame->n_rows; r++)
        if (!names_have(environments, names_at(&frame->environments, frame->environment[r]))) {
            memmove(frame->values + n * d, frame->values + r * d, d * sizeof *frame->values);
            frame->environment[n++] = frame->environment[r];
        }
    frame->n_rows = n;
    free(frame->start);
    free(frame->order);
    group_rows(frame);
}

size_t frame_count(const struct frame *frame, size_t environment)
{
    return frame->start[environment + 1] - frame->start[environment];
}

const double *frame_row(const struct frame *frame, size_t environment, size_t i)
{
    return frame->values + frame->order[frame->start[environment] + i] * frame->columns.n;
}

void frame_free(struct frame *frame)
{
    free(frame->path);
    names_free(&frame->header);
    names_free(&frame->columns);
    names_free(&frame->environments);
    free(frame->values);
    free(frame->environment);
    free(frame->first_line);
    free(frame->start);
    free(frame->order);
    memset(frame, 0, sizeof *frame);
}
