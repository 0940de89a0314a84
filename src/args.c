/* Command lines: option tables of popt, and values read from them with care. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "memory.h"
#include "number.h"

enum { HELPED = -1 }; /* the help page was printed, and there is nothing left to do */

/* ---- the command line -------------------------------------------------------------------------------------------- */

static void print_help(poptContext context, const struct args_page *page)
{
    printf("%s\n\n", page->about);
    poptPrintHelp(context, stdout, 0);
    printf("\nExample:\n%s", page->example);
}

static int check_once(const struct ui *ui, const struct poptOption *options)
{
    for (const struct poptOption *option = options; option->longName != NULL; option++) {
        if (option->val != ARGS_ONCE)
            continue;
        char **values = *(char ***)option->arg;
        if (values != NULL && values[1] != NULL)
            return ui_usage(ui, "--%s is given twice", option->longName);
    }
    return EXIT_OK;
}

static int take_operands(const struct ui *ui, poptContext context, const struct args_page *page, char ***operands)
{
    size_t n = 0, capacity = 0, most = page->operand == NULL ? 0 : strstr(page->operand, "...") != NULL ? SIZE_MAX : 1;
    for (const char *argument; (argument = poptGetArg(context)) != NULL; n++) {
        if (n == most)
            return ui_usage(ui, "\"%s\" is an argument too many", argument);
        *operands = memory_grow(*operands, &capacity, n + 2, sizeof **operands);
        (*operands)[n] = memory_text(argument);
        (*operands)[n + 1] = NULL;
    }
    return n > 0 || most == 0 ? EXIT_OK : ui_usage(ui, "which %.*s?", (int)strcspn(page->operand, "."), page->operand);
}

/* Reads on past the bad option, as a --json behind it says how the message is to be put. */
static int bad_option(const struct ui *ui, poptContext context, int error)
{
    char *option = memory_text(poptBadOption(context, POPT_BADOPTION_NOALIAS));
    for (int got = error; got == POPT_ERROR_BADOPT || got > 0;)
        got = poptGetNextOpt(context);
    int code = ui_usage(ui, "%s: %s", option, poptStrerror(error));
    free(option);
    return code;
}

static int parse(const struct ui *ui, poptContext context, const struct poptOption *options,
                 const struct args_page *page, char ***operands)
{
    int got;
    while ((got = poptGetNextOpt(context)) > 0)
        if (got == ARGS_HELP) {
            print_help(context, page);
            return HELPED;
        }
    if (got < -1)
        return bad_option(ui, context, got);
    int code = check_once(ui, options);
    return code == EXIT_OK ? take_operands(ui, context, page, operands) : code;
}

static int read_line(const struct ui *ui, int argc, const char **argv, const struct poptOption *options,
                     const struct args_page *page, char ***operands)
{
    argv[0] = ui->command;
    poptContext context = poptGetContext(NULL, argc, argv, options, 0);
    if (context == NULL)
        return ui_fail(ui, "out of memory");
    char *usage =
        memory_format("%s%s[OPTION...]", page->operand != NULL ? page->operand : "", page->operand != NULL ? " " : "");
    poptSetOtherOptionHelp(context, usage);
    int code = parse(ui, context, options, page, operands);
    poptFreeContext(context);
    free(usage);
    return code;
}

static void free_list(char **list)
{
    for (size_t i = 0; list != NULL && list[i] != NULL; i++)
        free(list[i]);
    free(list);
}

int args_run(struct args_common *common, int argc, const char **argv, const struct poptOption *options,
             const struct args_page *page, int (*run)(void *given), void *given)
{
    int code = read_line(&common->ui, argc, argv, options, page, &common->operands);
    if (code == EXIT_OK)
        code = run(given);
    free_list(common->operands);
    for (const struct poptOption *option = options; option->longName != NULL; option++)
        if (option->val == ARGS_ONCE || option->val == ARGS_MANY)
            free_list(*(char ***)option->arg);
    return code == HELPED ? EXIT_OK : code;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

const char *args_text(char **values)
{
    return values != NULL ? values[0] : NULL;
}

int args_need(const struct ui *ui, const char *option, char **values)
{
    return values != NULL ? EXIT_OK : ui_usage(ui, "%s is needed", option);
}

int args_integer(const struct ui *ui, const char *option, char **values, int64_t lowest, int64_t highest,
                 int64_t *value)
{
    if (values == NULL)
        return EXIT_OK;
    if (!number_parse_integer(values[0], value) || *value < lowest || *value > highest)
        return ui_usage(ui, "%s: \"%s\" is not a whole number from %lld to %lld", option, values[0], (long long)lowest,
                        (long long)highest);
    return EXIT_OK;
}

int args_real(const struct ui *ui, const char *option, char **values, double lowest, double highest, double *value)
{
    if (values == NULL)
        return EXIT_OK;
    if (number_parse(values[0], value) != NUMBER_FINITE || *value < lowest || *value > highest)
        return ui_usage(ui, "%s: \"%s\" is not a number from %g to %g", option, values[0], lowest, highest);
    return EXIT_OK;
}

static int no_choice(const struct ui *ui, const char *option, const char *text, const char *const *names)
{
    struct names known = {0};
    for (; *names != NULL; names++)
        names_add(&known, *names);
    char *list = names_list(&known);
    int code = ui_usage(ui, "%s: \"%s\" is none of: %s", option, text, list);
    free(list);
    names_free(&known);
    return code;
}

int args_choice(const struct ui *ui, const char *option, char **values, const char *const *names, int *value)
{
    if (values == NULL)
        return EXIT_OK;
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], values[0]) == 0) {
            *value = i;
            return EXIT_OK;
        }
    return no_choice(ui, option, values[0], names);
}

int args_reals(const struct ui *ui, const char *option, char **values, double **numbers, size_t *n)
{
    if (values == NULL)
        return EXIT_OK;
    char *list = memory_text(values[0]), *next = list;
    size_t capacity = 0;
    int code = EXIT_OK;
    for (*n = 0; next != NULL && code == EXIT_OK; ++*n) {
        char *text = strsep(&next, ",");
        *numbers = memory_grow(*numbers, &capacity, *n + 1, sizeof **numbers);
        if (number_parse(text, &(*numbers)[*n]) != NUMBER_FINITE)
            code = ui_usage(ui, "%s: \"%s\" is not a number", option, text);
    }
    free(list);
    return code;
}

int args_delimiter(const struct ui *ui, char **values, char *delimiter)
{
    if (values == NULL)
        return EXIT_OK;
    const char *text = values[0];
    bool tab = strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0;
    if (!tab && (strlen(text) != 1 || strpbrk(text, ",;|: \t") == NULL))
        return ui_usage(ui, "--delimiter: \"%s\" is none of tab , ; | : and space", text);
    *delimiter = tab ? '\t' : text[0];
    return EXIT_OK;
}

int args_names(const struct ui *ui, const char *option, char **values, bool split, struct names *names)
{
    for (size_t i = 0; values != NULL && values[i] != NULL; i++) {
        if (!split)
            names_add(names, values[i]);
        else if (!names_split(names, values[i], NULL))
            return ui_usage(ui, "%s: \"%s\" is not a list of names with commas between them", option, values[i]);
    }
    return EXIT_OK;
}

int args_assign(const struct ui *ui, const char *option, char **values,
                int (*set)(const struct ui *ui, void *user, const char *name, const char *text), void *user)
{
    int code = EXIT_OK;
    for (size_t i = 0; values != NULL && values[i] != NULL && code == EXIT_OK; i++) {
        char *name = memory_text(values[i]), *equals = strchr(name, '=');
        if (equals != NULL)
            *equals = '\0';
        code = equals == NULL ? ui_usage(ui, "%s: \"%s\" is not option=value", option, name)
                              : set(ui, user, name, equals + 1);
        free(name);
    }
    return code;
}
