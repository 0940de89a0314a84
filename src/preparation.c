/* Cells become a folder that gim fit reads. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "preparation.h"

#include <gim/gim.h>
#include <libgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "memory.h"
#include "number.h"
#include "output.h"
#include "table.h"

enum { MOST_VARIABLES = 10000 };

const char *const preparation_files[] = {PREPARATION_FILE, "data.tsv", "perturbations.tsv", NULL};

/* ---- environments ------------------------------------------------------------------------------------------------ */

/* A cell, for the recipe to ask. */
struct cell {
    const struct cells *cells;
    size_t row;
};

static const char *text_of(const void *user, const char *column)
{
    const struct cell *cell = user;
    const struct annotation *annotation = cells_column(cell->cells, column);
    return annotation == NULL ? NULL : annotation_at(annotation, cell->row);
}

/* Every value that conditions name must be there. */
static int check_values(const struct preparation *p, const char *option, const struct conditions_on *conditions)
{
    for (size_t i = 0; i < conditions->columns.n; i++) {
        const char *column = names_at(&conditions->columns, i);
        const struct annotation *annotation = cells_column(&p->cells, column);
        for (size_t v = 0; v < conditions->values[i].n; v++) {
            const char *value = names_at(&conditions->values[i], v);
            if (names_have(&annotation->values, value))
                continue;
            char *near = names_near(&annotation->values, value), *list = names_list(&annotation->values);
            ui_fail(p->ui, "%s: no cell has the %s \"%s\"%s%s; there are: %s", option, column, value,
                    near != NULL ? "; near: " : "", near != NULL ? near : "", list);
            free(near);
            free(list);
            return EXIT_FAILED;
        }
    }
    return EXIT_OK;
}

/* The environment of a cell, *environment; NO_ENVIRONMENT where it has no part. */
static int place_cell(struct preparation *p, size_t row, uint32_t *environment)
{
    struct cell cell = {&p->cells, row};
    const char *missing = NULL;
    *environment = NO_ENVIRONMENT;
    if (!conditions_on_met(&p->choice->where, text_of, &cell))
        return EXIT_OK;
    p->n_asked_for++;
    if (recipe_is_control(&p->recipe, text_of, &cell)) {
        *environment = 0;
        return EXIT_OK;
    }
    char *name = recipe_name(&p->recipe, text_of, &cell, &missing);
    if (name == NULL) {
        p->n_missing++;
        return p->choice->drop_missing
                   ? EXIT_OK
                   : ui_fail(p->ui, "cell %zu has no value in the column \"%s\"; --drop-missing leaves such cells out",
                             row, missing);
    }
    int code = strcmp(name, RECIPE_CONTROL) != 0
                   ? EXIT_OK
                   : ui_fail(p->ui, "cell %zu is of \"%s\", which is what the control is called here", row, name);
    *environment = (uint32_t)names_add(&p->environments, name);
    free(name);
    return code;
}

/* A column that features or targets come from has one value in an environment. */
static int check_constant(const struct preparation *p, const char *column, size_t row)
{
    const struct annotation *annotation = cells_column(&p->cells, column);
    uint32_t environment = p->expression.environment[row];
    size_t first = p->first[environment];
    if (environment == 0 || annotation->code[row] == annotation->code[first])
        return EXIT_OK;
    const char *one = annotation_at(annotation, first), *other = annotation_at(annotation, row);
    return ui_fail(p->ui, "environment \"%s\" has cells of the %s \"%s\" and \"%s\"; name the column in --perturbation",
                   names_at(&p->environments, environment), column, one != NULL ? one : "", other != NULL ? other : "");
}

static int check_cell(const struct preparation *p, size_t row)
{
    int code = EXIT_OK;
    for (size_t i = 0; i < p->recipe.n_makers && code == EXIT_OK; i++)
        code = check_constant(p, p->recipe.makers[i].column, row);
    if (code == EXIT_OK && p->choice->targets != NULL)
        code = check_constant(p, p->choice->targets, row);
    return code;
}

static int place_cells(struct preparation *p)
{
    size_t n = p->cells.n_rows, capacity = 0;
    uint32_t *environment = memory_new(n, sizeof *environment);
    int code = check_values(p, "--where", &p->choice->where);
    p->expression.environment = environment;
    if (code == EXIT_OK)
        code = check_values(p, "--control", &p->recipe.control);
    names_add(&p->environments, RECIPE_CONTROL);
    p->first = memory_grow(NULL, &capacity, 1, sizeof *p->first);
    for (size_t r = 0; r < n && code == EXIT_OK; r++) {
        size_t before = p->environments.n;
        if ((code = place_cell(p, r, &environment[r])) != EXIT_OK || environment[r] == NO_ENVIRONMENT)
            continue;
        if (environment[r] == before) {
            p->first = memory_grow(p->first, &capacity, before + 1, sizeof *p->first);
            p->first[before] = r;
            struct cell cell = {&p->cells, r};
            recipe_learn(&p->recipe, text_of, &cell);
        }
        code = check_cell(p, r);
    }
    if (code == EXIT_OK && p->n_asked_for == 0)
        code = ui_fail(p->ui, "--where: no cell meets all of them");
    if (code == EXIT_OK && p->environments.n < 2)
        code = ui_fail(p->ui, "every cell is of the control");
    if (code == EXIT_OK && p->n_missing > 0)
        ui_note(p->ui, "cells without a value in a column of --perturbation, left out: %zu", p->n_missing);
    return code == EXIT_OK ? recipe_finish(&p->recipe, p->ui) : code;
}

static int mark_held(struct preparation *p)
{
    const struct names *hold_outs = &p->choice->hold_outs;
    p->held = memory_new(p->environments.n, sizeof *p->held);
    for (size_t i = 0; i < hold_outs->n; i++) {
        size_t at;
        if (!names_find(&p->environments, names_at(hold_outs, i), &at))
            return cells_unknown(p->ui, "--hold-out", "environment", names_at(hold_outs, i), &p->environments);
        if (at == 0)
            return ui_usage(p->ui, "--hold-out: the control cannot be held out");
        p->held[at] = true;
    }
    return hold_outs->n + 1 < p->environments.n ? EXIT_OK : ui_fail(p->ui, "every environment is held out");
}

static bool is_written(const struct preparation *p, size_t environment)
{
    size_t n = p->expression.count[environment];
    return n > 0 && (environment == 0 || n >= (size_t)p->choice->min_rows);
}

static int make_features(struct preparation *p)
{
    size_t n = p->recipe.features.n;
    int code = EXIT_OK;
    p->features = memory_new(p->environments.n * n, sizeof *p->features);
    for (size_t e = 1; e < p->environments.n && code == EXIT_OK; e++) {
        struct cell cell = {&p->cells, p->first[e]};
        code = recipe_features(&p->recipe, p->ui, names_at(&p->environments, e), text_of, &cell, p->features + e * n);
        p->n_small += !is_written(p, e);
    }
    if (code == EXIT_OK && p->n_small > 0)
        ui_note(p->ui, "environments of fewer than %lld cells, left out: %zu", (long long)p->choice->min_rows,
                p->n_small);
    if (code == EXIT_OK && p->n_small == p->environments.n - 1)
        code = ui_fail(p->ui, "no environment but the control has %lld cells", (long long)p->choice->min_rows);
    return code;
}

/* ---- variables --------------------------------------------------------------------------------------------------- */

/* A gene and what it is chosen by. */
struct ranked {
    double score;
    size_t gene;
};

static int by_score(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->gene > y->gene) - (x->gene < y->gene);
}

/* Marks the n genes of the highest scores, equal ones in the order of the file. */
static int mark_best(const struct preparation *p, double *score, int64_t n, bool *chosen, const char *option)
{
    size_t genes = p->cells.genes.n, n_ranked = 0;
    struct ranked *ranked = memory_new(genes, sizeof *ranked);
    for (size_t g = 0; g < genes; g++)
        if (p->expression.kept[g] && !isnan(score[g]))
            ranked[n_ranked++] = (struct ranked){score[g], g};
    qsort(ranked, n_ranked, sizeof *ranked, by_score);
    for (size_t i = 0; i < n_ranked && i < (size_t)n; i++)
        chosen[ranked[i].gene] = true;
    free(ranked);
    return (size_t)n <= n_ranked
               ? EXIT_OK
               : ui_fail(p->ui, "%s: %lld genes are asked for, where %zu have a score", option, (long long)n, n_ranked);
}

static int mark_named(const struct preparation *p, bool *chosen)
{
    const struct names *named = &p->choice->named;
    for (size_t i = 0; i < named->n; i++) {
        size_t gene;
        if (!names_find(&p->cells.genes, names_at(named, i), &gene))
            return cells_unknown(p->ui, p->choice->inputs[0], "gene", names_at(named, i), &p->cells.genes);
        if (!p->expression.kept[gene])
            return ui_fail(p->ui, "--variables: the gene \"%s\" is in fewer than %lld cells; --min-cells says how many",
                           names_at(named, i), (long long)p->choice->min_cells);
        chosen[gene] = true;
    }
    return EXIT_OK;
}

static int choose_variables(struct preparation *p)
{
    const struct preparation_choice *choice = p->choice;
    size_t genes = p->cells.genes.n;
    double *score = memory_new(genes, sizeof *score);
    bool *chosen = memory_new(genes, sizeof *chosen);
    bool all = choice->named.n == 0 && choice->highly_variable == 0 && choice->markers == 0;
    int code = mark_named(p, chosen);
    if (code == EXIT_OK && choice->highly_variable > 0 &&
        (code = expression_dispersion(&p->expression, score)) == EXIT_OK)
        code = mark_best(p, score, choice->highly_variable, chosen, "--highly-variable");
    if (code == EXIT_OK && choice->markers > 0 && (code = expression_markers(&p->expression, score)) == EXIT_OK)
        code = mark_best(p, score, choice->markers, chosen, "--markers");
    p->variables = memory_new(genes, sizeof *p->variables);
    for (size_t g = 0; g < genes; g++)
        if (all ? p->expression.kept[g] : chosen[g])
            p->variables[p->n_variables++] = g;
    if (code == EXIT_OK && p->n_variables > MOST_VARIABLES)
        code = ui_fail(p->ui,
                       "%zu variables are more than a model can have, %d; --highly-variable, --markers or "
                       "--variables choose some",
                       p->n_variables, MOST_VARIABLES);
    if (code == EXIT_OK && p->n_variables < 2)
        code = ui_fail(p->ui, "a model has two variables at least");
    free(score);
    free(chosen);
    return code;
}

int preparation_make(struct preparation *p)
{
    const struct preparation_choice *choice = p->choice;
    struct expression *e = &p->expression;
    int code = cells_read(&p->cells, p->ui, choice->inputs, &choice->cells);
    if (code == EXIT_OK)
        code = place_cells(p);
    if (code == EXIT_OK)
        code = mark_held(p);
    if (code != EXIT_OK)
        return code;
    *e = (struct expression){.ui = p->ui,
                             .cells = &p->cells,
                             .environment = e->environment,
                             .n_environments = p->environments.n,
                             .held = p->held,
                             .by_total = choice->by_total,
                             .log1p = choice->log1p,
                             .target = choice->target_total,
                             .budget = choice->cells.budget};
    if ((code = expression_filter(e, choice->min_counts, (size_t)choice->min_cells)) != EXIT_OK)
        return code;
    if (e->count[0] == 0)
        return ui_fail(p->ui, "no cell of the control is left, of which every model needs some");
    if ((code = make_features(p)) != EXIT_OK)
        return code;
    return choose_variables(p);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static char *path_of(const struct preparation *p, const char *file)
{
    return memory_format("%s/%s", p->choice->folder, file);
}

struct data_writer {
    const struct preparation *p;
    struct table_writer writer;
    size_t *place;  /* (genes) among the variables, or n_variables */
    double *values; /* (n_variables + 1) */
};

static int write_cell(void *user, size_t row, const struct row *values)
{
    struct data_writer *data = user;
    const struct preparation *p = data->p;
    size_t environment = p->expression.environment[row], n = p->n_variables;
    if (!is_written(p, environment))
        return EXIT_OK;
    memset(data->values, 0, n * sizeof *data->values);
    for (size_t i = 0; i < values->n; i++)
        data->values[data->place[values->index[i]]] = expression_value(&p->expression, row, values->value[i]);
    table_write_text(&data->writer, names_at(&p->environments, environment));
    for (size_t j = 0; j < n; j++)
        table_write_number(&data->writer, data->values[j]);
    table_write_end(&data->writer);
    return EXIT_OK;
}

static int write_data(const struct preparation *p)
{
    struct output output = {0};
    char *path = path_of(p, "data.tsv");
    int code = output_open(&output, p->ui, path);
    struct data_writer data = {p, table_write(&output, 0), memory_new(p->cells.genes.n, sizeof *data.place),
                               memory_new(p->n_variables + 1, sizeof *data.values)};
    for (size_t g = 0; g < p->cells.genes.n; g++)
        data.place[g] = p->n_variables;
    for (size_t j = 0; j < p->n_variables; j++)
        data.place[p->variables[j]] = j;
    if (code == EXIT_OK) {
        table_write_text(&data.writer, "environment");
        for (size_t j = 0; j < p->n_variables; j++)
            table_write_text(&data.writer, names_at(&p->cells.genes, p->variables[j]));
        table_write_end(&data.writer);
        code = expression_each(&p->expression, write_cell, &data);
    }
    code = output_close(&output, code);
    free(data.place);
    free(data.values);
    free(path);
    return code;
}

/* Columns of --perturbation that are text in every environment: groups, for gim tune. Numbers would be features. */
static bool is_text_column(const struct preparation *p, const struct annotation *column)
{
    double value;
    for (size_t e = 0; e < p->environments.n; e++) {
        const char *text = e == 0 ? RECIPE_CONTROL : annotation_at(column, p->first[e]);
        if (text != NULL && number_parse(text, &value) != NUMBER_NOT)
            return false;
    }
    return !names_have(&p->recipe.features, column->name);
}

/* "A+B" as a list, without the control's. */
static void write_targets(struct table_writer *writer, const struct preparation *p, size_t environment)
{
    const struct annotation *column = cells_column(&p->cells, p->choice->targets);
    const char *text = environment == 0 ? NULL : annotation_at(column, p->first[environment]);
    char *list = memory_text(text != NULL ? text : "");
    for (char *plus; (plus = strchr(list, '+')) != NULL;)
        *plus = ',';
    table_write_text(writer, list);
    free(list);
}

static void write_environment(struct table_writer *writer, const struct preparation *p, size_t environment)
{
    size_t n = p->recipe.features.n;
    table_write_text(writer, names_at(&p->environments, environment));
    table_write_number(writer, (double)p->expression.count[environment]);
    for (size_t i = 0; i < p->recipe.columns.n; i++) {
        const struct annotation *column = cells_column(&p->cells, names_at(&p->recipe.columns, i));
        if (is_text_column(p, column))
            table_write_text(writer, environment == 0 ? RECIPE_CONTROL : annotation_at(column, p->first[environment]));
    }
    for (size_t j = 0; j < n; j++)
        table_write_number(writer, p->features[environment * n + j]);
    if (p->choice->targets != NULL)
        write_targets(writer, p, environment);
    table_write_end(writer);
}

static int write_perturbations(const struct preparation *p)
{
    struct output output = {0};
    char *path = path_of(p, "perturbations.tsv");
    int code = output_open(&output, p->ui, path);
    struct table_writer writer = table_write(&output, 0);
    if (code == EXIT_OK) {
        table_write_text(&writer, "environment");
        table_write_text(&writer, "n");
        for (size_t i = 0; i < p->recipe.columns.n; i++)
            if (is_text_column(p, cells_column(&p->cells, names_at(&p->recipe.columns, i))))
                table_write_text(&writer, names_at(&p->recipe.columns, i));
        for (size_t j = 0; j < p->recipe.features.n; j++)
            table_write_text(&writer, names_at(&p->recipe.features, j));
        if (p->choice->targets != NULL)
            table_write_text(&writer, "targets");
        table_write_end(&writer);
        for (size_t e = 0; e < p->environments.n; e++)
            if (is_written(p, e))
                write_environment(&writer, p, e);
    }
    code = output_close(&output, code);
    free(path);
    return code;
}

static json_t *inputs_json(const struct preparation *p)
{
    json_t *array = json_array();
    for (char *const *input = p->choice->inputs; *input != NULL; input++) {
        char *copy = memory_text(*input);
        json_array_append_new(array, ui_text(basename(copy)));
        free(copy);
    }
    return array;
}

json_t *preparation_json(const struct preparation *p)
{
    const struct preparation_choice *choice = p->choice;
    const struct expression *e = &p->expression;
    json_t *cells =
        json_pack("{s:I, s:I, s:I, s:f}", "read", (json_int_t)p->cells.n_rows, "asked-for", (json_int_t)p->n_asked_for,
                  "kept", (json_int_t)e->n_cells, "min-counts", choice->min_counts);
    json_t *genes = json_pack("{s:I, s:I, s:I}", "read", (json_int_t)p->cells.genes.n, "kept", (json_int_t)e->n_genes,
                              "min-cells", (json_int_t)choice->min_cells);
    json_t *variables = json_pack("{s:I, s:I, s:I, s:I}", "n", (json_int_t)p->n_variables, "highly-variable",
                                  (json_int_t)choice->highly_variable, "markers", (json_int_t)choice->markers, "named",
                                  (json_int_t)choice->named.n);
    json_t *scale = json_pack("{s:b, s:b, s:o}", "total", e->by_total, "log1p", e->log1p, "target-total",
                              e->by_total ? json_real(e->target) : json_null());
    json_t *environments = json_pack("{s:I, s:I}", "n", (json_int_t)(p->environments.n - p->n_small), "min-rows",
                                     (json_int_t)choice->min_rows);
    json_t *all = recipe_json(&p->recipe);
    json_object_set_new(all, "format", json_string("gim-preparation"));
    json_object_set_new(all, "version", json_integer(1));
    json_object_set_new(all, "gim-version", json_string(gim_version()));
    json_object_set_new(all, "inputs", inputs_json(p));
    json_object_set_new(all, "matrix", choice->cells.matrix != NULL ? ui_text(choice->cells.matrix) : json_null());
    json_object_set_new(all, "where", conditions_on_json(&choice->where));
    json_object_set_new(all, "hold-out", recipe_names_json(&choice->hold_outs));
    json_object_set_new(all, "cells", cells);
    json_object_set_new(all, "genes", genes);
    json_object_set_new(all, "normalise", scale);
    json_object_set_new(all, "variables", variables);
    json_object_set_new(all, "environments", environments);
    return all;
}

int preparation_write(const struct preparation *p)
{
    struct output output = {0};
    char *path = path_of(p, PREPARATION_FILE);
    int code = output_open(&output, p->ui, path);
    if (code == EXIT_OK)
        output_json(&output, preparation_json(p));
    code = output_close(&output, code);
    if (code == EXIT_OK)
        code = write_perturbations(p);
    if (code == EXIT_OK)
        code = write_data(p);
    free(path);
    return code;
}

void preparation_free(struct preparation *p)
{
    free(p->expression.environment);
    expression_free(&p->expression);
    cells_free(&p->cells);
    recipe_free(&p->recipe);
    names_free(&p->environments);
    free(p->first);
    free(p->held);
    free(p->variables);
    free(p->features);
}
