/* The factor graph and the regimes of an interventional factor model, from tables.
 * SPDX-License-Identifier: BSD-3-Clause */
#include "ifm_graph.h"

#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "memory.h"
#include "number.h"
#include "table.h"

/* ---- the graph --------------------------------------------------------------------------------------------------- */

int ifm_names(struct names *list, const struct table *table, size_t column)
{
    const char *text = table_field(table, column), *twice = NULL, *name = names_at(&table->columns, column);
    if (text[0] != '\0' && !names_split(list, text, &twice))
        return table_fail(table, "column \"%s\": \"%s\" is not a list of names with commas between them", name, text);
    return twice == NULL ? EXIT_OK : table_fail(table, "column \"%s\": \"%s\" is there twice", name, twice);
}

static int read_list(const struct table *table, size_t column, struct names *list, struct names *all)
{
    int code = ifm_names(list, table, column);
    if (code != EXIT_OK)
        return code;
    for (size_t i = 0; i < list->n; i++)
        names_add(all, names_at(list, i));
    return EXIT_OK;
}

static int read_factor(struct ifm_graph *graph, const struct table *table, const size_t column[3], bool named)
{
    size_t k = graph->factors.n;
    char *label = named ? memory_text(table_field(table, column[2])) : memory_format("%zu", k + 1);
    int code = EXIT_OK;
    if (label[0] == '\0' || names_add(&graph->factors, label) < k)
        code = table_fail(table, label[0] == '\0' ? "a factor without a name" : "factor \"%s\" again", label);
    free(label);
    if (code != EXIT_OK)
        return code;
    graph->in_variables =
        memory_grow(graph->in_variables, &graph->variables_capacity, k + 1, sizeof *graph->in_variables);
    graph->in_interventions =
        memory_grow(graph->in_interventions, &graph->interventions_capacity, k + 1, sizeof *graph->in_interventions);
    graph->in_variables[k] = graph->in_interventions[k] = (struct names){0};
    if ((code = read_list(table, column[0], &graph->in_variables[k], &graph->variables)) != EXIT_OK ||
        (code = read_list(table, column[1], &graph->in_interventions[k], &graph->interventions)) != EXIT_OK)
        return code;
    return graph->in_variables[k].n > 0
               ? EXIT_OK
               : table_fail(table, "column \"variables\": nothing, where every factor needs one at least");
}

static int read_factors(struct ifm_graph *graph, struct table *table)
{
    size_t column[3] = {0};
    bool more = true, named = names_find(&table->columns, "factor", &column[2]);
    int code = table_column(table, "variables", &column[0]);
    if (code == EXIT_OK)
        code = table_column(table, "interventions", &column[1]);
    while (code == EXIT_OK && (code = table_next(table, &more)) == EXIT_OK && more)
        code = read_factor(graph, table, column, named);
    return code;
}

int ifm_graph_read(struct ifm_graph *graph, const struct ui *ui, const char *path, char delimiter, const char *baseline)
{
    struct table table = {0};
    graph->ui = ui;
    graph->path = path;
    int code = table_open(&table, ui, path, delimiter);
    if (code == EXIT_OK)
        code = read_factors(graph, &table);
    table_close(&table);
    if (code == EXIT_OK && graph->factors.n == 0)
        code = ui_fail(ui, "%s: no factor", path);
    graph->levels = memory_new(graph->interventions.n, sizeof *graph->levels);
    for (size_t j = 0; j < graph->interventions.n; j++)
        names_add(&graph->levels[j], baseline);
    return code;
}

int ifm_graph_fail(const struct ifm_graph *graph, const gim_ifm_graph *made, gim_status status)
{
    char text[512] = "";
    gim_ifm_graph_message(made, text, sizeof text);
    return ui_fail(graph->ui, "%s: %s", graph->path, text[0] != '\0' ? text : gim_status_text(status));
}

static void flag(unsigned char *flags, const struct names *list, const struct names *all)
{
    memset(flags, 0, all->n);
    for (size_t i = 0, at; i < list->n; i++)
        if (names_find(all, names_at(list, i), &at))
            flags[at] = 1;
}

int ifm_graph_make(const struct ifm_graph *graph, gim_ifm_graph **made)
{
    size_t m = graph->interventions.n;
    size_t *levels = memory_new(m, sizeof *levels);
    unsigned char *variables = memory_new(graph->variables.n, 1), *interventions = memory_new(m, 1);
    for (size_t j = 0; j < m; j++)
        levels[j] = graph->levels[j].n;
    gim_status status = gim_ifm_graph_new(made, graph->variables.n, m, levels, NULL);
    for (size_t k = 0; status == GIM_OK && k < graph->factors.n; k++) {
        flag(variables, &graph->in_variables[k], &graph->variables);
        flag(interventions, &graph->in_interventions[k], &graph->interventions);
        status = gim_ifm_graph_add_factor(*made, variables, interventions);
    }
    free(levels);
    free(variables);
    free(interventions);
    return status == GIM_OK ? EXIT_OK : ifm_graph_fail(graph, *made, status);
}

void ifm_graph_free(struct ifm_graph *graph)
{
    for (size_t k = 0; k < graph->factors.n && k < graph->interventions_capacity; k++) {
        names_free(&graph->in_variables[k]);
        names_free(&graph->in_interventions[k]);
    }
    for (size_t j = 0; graph->levels != NULL && j < graph->interventions.n; j++)
        names_free(&graph->levels[j]);
    free(graph->in_variables);
    free(graph->in_interventions);
    free(graph->levels);
    names_free(&graph->factors);
    names_free(&graph->variables);
    names_free(&graph->interventions);
}

json_t *ifm_graph_levels(const struct ifm_graph *graph, const size_t *levels, const struct names *only)
{
    json_t *object = json_object();
    for (size_t j = 0; j < graph->interventions.n; j++) {
        const char *name = names_at(&graph->interventions, j);
        if (only == NULL || names_have(only, name))
            json_object_set_new(object, name, json_string(names_at(&graph->levels[j], levels[j])));
    }
    return object;
}

/* ---- regimes ----------------------------------------------------------------------------------------------------- */

static int find_columns(const struct table *table, const struct ifm_graph *graph, size_t *columns)
{
    for (size_t j = 0; j < graph->interventions.n; j++) {
        const char *name = names_at(&graph->interventions, j);
        if (names_find(&table->columns, name, &columns[j]))
            continue;
        char *list = names_list(&table->columns), *near = names_near(&table->columns, name);
        ui_fail(graph->ui, "%s: no column \"%s\", an intervention of %s; %s%s", table->name, name, graph->path,
                near != NULL ? "near: " : "it has: ", near != NULL ? near : list);
        free(list);
        free(near);
        return EXIT_FAILED;
    }
    return EXIT_OK;
}

static size_t *add_regime(struct ifm_regimes *regimes, size_t m)
{
    size_t n = regimes->environments.n;
    regimes->levels = memory_grow(regimes->levels, &regimes->capacity, n * m + 1, sizeof *regimes->levels);
    return regimes->levels + (n - 1) * m;
}

void ifm_regimes_add(struct ifm_regimes *regimes, const char *name, const size_t *levels, size_t m)
{
    names_add(&regimes->environments, name);
    memcpy(add_regime(regimes, m), levels, m * sizeof *levels);
}

static int read_regime(struct ifm_regimes *regimes, struct ifm_graph *graph, const struct table *table,
                       size_t environment, const size_t *columns)
{
    size_t n = regimes->environments.n, m = graph->interventions.n;
    const char *name = table_field(table, environment);
    if (name[0] == '\0' || names_add(&regimes->environments, name) < n)
        return table_fail(table, name[0] == '\0' ? "an environment without a name" : "environment \"%s\" again", name);
    size_t *levels = add_regime(regimes, m);
    for (size_t j = 0; j < m; j++) {
        const char *level = table_field(table, columns[j]);
        if (level[0] == '\0')
            return table_fail(table, "column \"%s\": nothing, where a level is needed",
                              names_at(&graph->interventions, j));
        levels[j] = names_add(&graph->levels[j], level);
    }
    return EXIT_OK;
}

static int read_rows(struct ifm_regimes *regimes, const struct table *table, size_t column)
{
    size_t n = regimes->environments.n;
    int64_t rows;
    if (!number_parse_integer(table_field(table, column), &rows) || rows < 1)
        return table_fail(table, "column \"rows\": \"%s\" is not a whole number from 1", table_field(table, column));
    regimes->rows = memory_grow(regimes->rows, &regimes->rows_capacity, n, sizeof *regimes->rows);
    regimes->rows[n - 1] = (size_t)rows;
    return EXIT_OK;
}

int ifm_regimes_read(struct ifm_regimes *regimes, struct ifm_graph *graph, const char *path, char delimiter)
{
    struct table table = {0};
    size_t environment, rows, *columns = memory_new(graph->interventions.n, sizeof *columns);
    bool more = true, counted = regimes->counted && !names_have(&graph->interventions, "rows");
    regimes->path = path;
    int code = table_open(&table, graph->ui, path, delimiter);
    if (code == EXIT_OK)
        code = table_column(&table, "environment", &environment);
    if (code == EXIT_OK)
        code = find_columns(&table, graph, columns);
    counted = counted && names_find(&table.columns, "rows", &rows);
    while (code == EXIT_OK && (code = table_next(&table, &more)) == EXIT_OK && more) {
        code = read_regime(regimes, graph, &table, environment, columns);
        if (code == EXIT_OK && counted)
            code = read_rows(regimes, &table, rows);
    }
    if (code == EXIT_OK && regimes->environments.n == 0)
        code = ui_fail(graph->ui, "%s: no regime", path);
    table_close(&table);
    free(columns);
    return code;
}

bool ifm_regimes_find(const struct ifm_regimes *regimes, const size_t *levels, size_t m, size_t *which)
{
    for (size_t t = 0; t < regimes->environments.n; t++)
        if (memcmp(regimes->levels + t * m, levels, m * sizeof *levels) == 0) {
            *which = t;
            return true;
        }
    return false;
}

int ifm_regimes_distinct(const struct ifm_regimes *regimes, const struct ifm_graph *graph)
{
    size_t m = graph->interventions.n, same;
    for (size_t t = 0; t < regimes->environments.n; t++)
        if (ifm_regimes_find(regimes, regimes->levels + t * m, m, &same) && same < t)
            return ui_fail(graph->ui, "%s: \"%s\" and \"%s\" are the same regime: they are one environment",
                           regimes->path, names_at(&regimes->environments, same), names_at(&regimes->environments, t));
    return EXIT_OK;
}

/* "A=high,B=0": to be freed. */
static char *regime_text(const struct ifm_graph *graph, const size_t *levels)
{
    char *text = memory_text("");
    for (size_t j = 0; j < graph->interventions.n; j++) {
        char *longer = memory_format("%s%s%s=%s", text, j > 0 ? "," : "", names_at(&graph->interventions, j),
                                     names_at(&graph->levels[j], levels[j]));
        free(text);
        text = longer;
    }
    return text;
}

int ifm_regimes_all(struct ifm_regimes *regimes, const struct ifm_graph *graph, const struct ifm_regimes *observed)
{
    const size_t most = 10000;
    size_t m = graph->interventions.n, all = 1, known, *levels = memory_new(m, sizeof *levels);
    for (size_t j = 0; j < m && all <= most; j++)
        all *= graph->levels[j].n;
    for (size_t r = 0; r < all && all <= most; r++) {
        for (size_t j = m, left = r; j-- > 0; left /= graph->levels[j].n)
            levels[j] = left % graph->levels[j].n;
        if (ifm_regimes_find(observed, levels, m, &known))
            continue;
        char *text = regime_text(graph, levels);
        ifm_regimes_add(regimes, text, levels, m);
        free(text);
    }
    free(levels);
    return all <= most
               ? EXIT_OK
               : ui_usage(graph->ui, "there are more than %zu combinations of levels: --unseen names those asked for",
                          most);
}

char *ifm_regimes_text(const struct ifm_regimes *regimes, const struct ifm_graph *graph, size_t which)
{
    return regime_text(graph, regimes->levels + which * graph->interventions.n);
}

void ifm_regimes_free(struct ifm_regimes *regimes)
{
    names_free(&regimes->environments);
    free(regimes->levels);
    free(regimes->rows);
}
