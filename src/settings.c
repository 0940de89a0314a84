/* The library's options, by name. SPDX-License-Identifier: BSD-3-Clause */
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "memory.h"
#include "model.h"
#include "names.h"
#include "number.h"

static int unknown(const struct ui *ui, const char *name)
{
    struct names known = {0};
    for (size_t i = 0; i < gim_option_count(); i++) {
        gim_option option;
        if (gim_option_at(i, &option) == GIM_OK)
            names_add(&known, gim_option_name(option));
    }
    char *list = names_list(&known);
    int code = ui_usage(ui, "there is no option \"%s\"; there are: %s", name, list);
    free(list);
    names_free(&known);
    return code;
}

/* The names of a choice's values, with something between them: to be freed. */
static char *choices(gim_option option, const char *between)
{
    char *text = memory_text("");
    const char *choice;
    for (int64_t i = 0; (choice = gim_option_choice(option, i)) != NULL; i++) {
        char *longer = memory_format("%s%s%s", text, i > 0 ? between : "", choice);
        free(text);
        text = longer;
    }
    return text;
}

static int find_choice(const struct ui *ui, gim_option option, const char *text, int64_t *value)
{
    const char *choice;
    for (*value = 0; (choice = gim_option_choice(option, *value)) != NULL; ++*value)
        if (strcmp(choice, text) == 0)
            return EXIT_OK;
    char *list = choices(option, ", ");
    int code = ui_usage(ui, "%s: \"%s\" is none of: %s", gim_option_name(option), text, list);
    free(list);
    return code;
}

/* The library's message names the option. */
static int refused(const struct ui *ui, const gim_model *model, gim_status status)
{
    int code = model_fail(ui, model, status, "");
    return status == GIM_ERR_OPTION ? EXIT_USAGE : code;
}

static int set_whole(const struct ui *ui, gim_model *model, gim_option option, gim_option_kind kind, const char *text)
{
    int64_t value, present;
    int code = EXIT_OK;
    if (kind == GIM_CHOICE)
        code = find_choice(ui, option, text, &value);
    else if (!number_parse_integer(text, &value))
        code = ui_usage(ui, "%s: \"%s\" is not a whole number", gim_option_name(option), text);
    if (code != EXIT_OK || (gim_get_int(model, option, &present) == GIM_OK && present == value))
        return code;
    gim_status status = gim_set_int(model, option, value);
    return status < 0 ? refused(ui, model, status) : EXIT_OK;
}

static int set_real(const struct ui *ui, gim_model *model, gim_option option, const char *text)
{
    double value, present;
    if (number_parse(text, &value) != NUMBER_FINITE)
        return ui_usage(ui, "%s: \"%s\" is not a number", gim_option_name(option), text);
    if (gim_get_real(model, option, &present) == GIM_OK && present == value)
        return EXIT_OK;
    gim_status status = gim_set_real(model, option, value);
    return status < 0 ? refused(ui, model, status) : EXIT_OK;
}

int settings_set(const struct ui *ui, gim_model *model, const char *name, const char *text)
{
    gim_option option;
    gim_option_kind kind;
    if (gim_option_find(name, &option) != GIM_OK || gim_option_type(option, &kind) != GIM_OK)
        return unknown(ui, name);
    return kind == GIM_REAL ? set_real(ui, model, option, text) : set_whole(ui, model, option, kind, text);
}

static int set_one(const struct ui *ui, void *model, const char *name, const char *text)
{
    return settings_set(ui, model, name, text);
}

int settings_set_all(const struct ui *ui, gim_model *model, char **values)
{
    return args_assign(ui, "--set", values, set_one, model);
}

/* "0.005 in [1e-06, 1]", "linear; nonlinear, ..." */
static void print_values(gim_option option)
{
    gim_option_kind kind = GIM_REAL;
    double lowest = 0, highest = 0, preset = 0;
    gim_option_type(option, &kind);
    gim_option_range(option, &lowest, &highest, &preset);
    if (kind == GIM_CHOICE) {
        char *list = choices(option, " | ");
        printf("%-13s %s", gim_option_choice(option, (int64_t)preset), list);
        free(list);
    } else {
        printf("%-13g %g to %g%s", preset, lowest, highest, kind == GIM_INT ? ", whole" : "");
    }
}

void settings_list(void)
{
    printf("%-18s %-13s %s\n", "OPTION", "DEFAULT", "RANGE, AND WHAT IT IS");
    for (size_t i = 0; i < gim_option_count(); i++) {
        gim_option option;
        if (gim_option_at(i, &option) != GIM_OK)
            continue;
        printf("%-18s ", gim_option_name(option));
        print_values(option);
        printf("\n%-32s %s\n", "", gim_option_help(option));
    }
}
