/* The settings that gim tune tries. SPDX-License-Identifier: BSD-3-Clause */
#include "grid.h"

#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "memory.h"
#include "model.h"
#include "random.h"
#include "settings.h"

enum { MOST = 100000 }; /* settings: more are not tried in a lifetime */

/* The value as every spelling of it is written, so that 1e3 and 1000 are one. */
static int add_value(struct names *values, const struct ui *ui, const char *option, const char *text)
{
    gim_model *model = NULL;
    gim_option found = 0;
    char number[NUMBER_SIZE];
    gim_status status = gim_model_new(&model, 2, 1, NULL);
    int code = status < 0 ? model_fail(ui, model, status, "model") : settings_set(ui, model, option, text);
    if (code == EXIT_OK && gim_option_find(option, &found) == GIM_OK)
        names_add(values, model_option_text(found, model_option(model, found), number));
    gim_model_free(model);
    return code;
}

static int check_option(const struct grid *grid, const struct ui *ui, const char *option)
{
    static const char *const numberless[] = {"threads", "memory-budget"};
    if (names_have(&grid->options, option))
        return ui_usage(ui, "--try: %s is given twice; one list holds all its values", option);
    for (size_t i = 0; i < sizeof numberless / sizeof *numberless; i++)
        if (strcmp(option, numberless[i]) == 0)
            return ui_usage(ui, "--try: %s changes no number, so there is nothing to try", option);
    return EXIT_OK;
}

static int read_try(struct grid *grid, const struct ui *ui, const char *text)
{
    struct names values = {0};
    char *option = memory_text(text), *equals = strchr(option, '=');
    int code = EXIT_OK;
    if (equals != NULL)
        *equals = '\0';
    if (equals == NULL || !names_split(&values, equals + 1, NULL)) {
        code = ui_usage(ui, "--try: \"%s\" is not OPTION=VALUE,VALUE,...", text);
        goto out;
    }
    if ((code = check_option(grid, ui, option)) != EXIT_OK)
        goto out;
    size_t at = names_add(&grid->options, option);
    for (size_t i = 0; i < values.n && code == EXIT_OK; i++)
        code = add_value(&grid->values[at], ui, option, names_at(&values, i));
out:
    names_free(&values);
    free(option);
    return code;
}

int grid_read(struct grid *grid, const struct ui *ui, char **tries)
{
    size_t n = 0;
    int code = EXIT_OK;
    while (tries[n] != NULL)
        n++;
    grid->values = memory_new(n, sizeof *grid->values);
    for (size_t i = 0; i < n && code == EXIT_OK; i++)
        code = read_try(grid, ui, tries[i]);
    grid->n = 1;
    for (size_t i = 0; i < grid->options.n && code == EXIT_OK; i++)
        if ((grid->n *= grid->values[i].n) > MOST)
            code = ui_usage(ui, "--try: more than %d settings", MOST);
    if (code != EXIT_OK)
        return code;
    grid->combination = memory_new(grid->n, sizeof *grid->combination);
    for (size_t i = 0; i < grid->n; i++)
        grid->combination[i] = i;
    return EXIT_OK;
}

void grid_draw(struct grid *grid, size_t n, uint64_t seed)
{
    random_order(grid->combination, grid->n, &seed);
    if (grid->n > n)
        grid->n = n;
}

const char *grid_value(const struct grid *grid, size_t setting, size_t option)
{
    size_t digits = grid->combination[setting];
    for (size_t i = grid->options.n - 1; i > option; i--)
        digits /= grid->values[i].n;
    return names_at(&grid->values[option], digits % grid->values[option].n);
}

bool grid_find(const struct grid *grid, const char *const *values, size_t *setting)
{
    size_t combination = 0, digit;
    for (size_t i = 0; i < grid->options.n; i++) {
        if (!names_find(&grid->values[i], values[i], &digit))
            return false;
        combination = combination * grid->values[i].n + digit;
    }
    for (*setting = 0; *setting < grid->n; ++*setting)
        if (grid->combination[*setting] == combination)
            return true;
    return false;
}

char *grid_text(const struct grid *grid, size_t setting)
{
    char *text = memory_text("");
    for (size_t i = 0; i < grid->options.n; i++) {
        char *longer = memory_format("%s%s%s=%s", text, i > 0 ? " " : "", names_at(&grid->options, i),
                                     grid_value(grid, setting, i));
        free(text);
        text = longer;
    }
    return text;
}

int grid_apply(const struct grid *grid, const struct ui *ui, gim_model *model, size_t setting)
{
    int code = EXIT_OK;
    for (size_t i = 0; i < grid->options.n && code == EXIT_OK; i++)
        code = settings_set(ui, model, names_at(&grid->options, i), grid_value(grid, setting, i));
    return code;
}

void grid_free(struct grid *grid)
{
    for (size_t i = 0; i < grid->options.n; i++)
        names_free(&grid->values[i]);
    names_free(&grid->options);
    free(grid->values);
    free(grid->combination);
    memset(grid, 0, sizeof *grid);
}
