/* Commands by their names. SPDX-License-Identifier: BSD-3-Clause */
#include "dispatch.h"

#include <stdio.h>
#include <string.h>

#include "commands.h"

static const struct command *find(const struct dispatch *dispatch, const char *name)
{
    for (size_t i = 0; i < dispatch->n; i++)
        if (strcmp(dispatch->commands[i].name, name) == 0)
            return &dispatch->commands[i];
    return NULL;
}

static int print_help(const struct dispatch *dispatch)
{
    puts(dispatch->before);
    for (size_t i = 0; i < dispatch->n; i++)
        printf("  %-15s %s\n", dispatch->commands[i].name, dispatch->commands[i].about);
    puts(dispatch->after);
    return EXIT_OK;
}

/* "which command?", "there is no command fitt" */
static int usage(const struct dispatch *dispatch, const char *problem, const char *between, const char *end)
{
    fprintf(stderr, "%s: %s %s%s%s\n%ss:", dispatch->name, problem, dispatch->what, between, end, dispatch->what);
    for (size_t i = 0; i < dispatch->n; i++)
        fprintf(stderr, " %s", dispatch->commands[i].name);
    fprintf(stderr, "\ntry: %s --help\n", dispatch->name);
    return EXIT_USAGE;
}

/* "help NAME" is "NAME --help". */
static int help_on(const struct dispatch *dispatch, const char *name)
{
    const struct command *command = find(dispatch, name);
    const char *arguments[] = {name, "--help", NULL};
    return command != NULL ? command->run(2, arguments) : usage(dispatch, "there is no", " ", name);
}

int dispatch_run(const struct dispatch *dispatch, int argc, const char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    const struct command *command = find(dispatch, name);
    if (command != NULL)
        return command->run(argc - 1, argv + 1);
    if (strcmp(name, "help") == 0 && argc > 2)
        return help_on(dispatch, argv[2]);
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return print_help(dispatch);
    return argc > 1 ? usage(dispatch, "there is no", " ", name) : usage(dispatch, "which", "", "?");
}
