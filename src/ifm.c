/* gim ifm: interventional factor models, a subcommand for each thing that is done with them.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "commands.h"

static const struct subcommand {
    const char *name;
    int (*run)(int argc, const char **argv);
    const char *about;
} subcommands[] = {
    {"factors", command_ifm_factors, "make the table of factors of a causal graph"},
    {"identify", command_ifm_identify, "say which untried combinations those that were tried determine"},
};
enum { SUBCOMMANDS = sizeof subcommands / sizeof *subcommands };

static int print_help(void)
{
    puts("Interventional factor models: what combinations of interventions do, where it is\n"
         "known which variables and interventions come together in factors.\n"
         "\n"
         "Usage: gim ifm SUBCOMMAND [OPTION...]\n");
    for (size_t i = 0; i < SUBCOMMANDS; i++)
        printf("  %-10s %s\n", subcommands[i].name, subcommands[i].about);
    puts("\ngim ifm SUBCOMMAND --help tells more of one.\n"
         "\n"
         "Example:\n"
         "  gim ifm identify --factors factors.tsv --observed tried.tsv");
    return EXIT_OK;
}

static int usage(const char *problem, const char *what)
{
    fprintf(stderr, "gim ifm: %s%s\nsubcommands:", problem, what);
    for (size_t i = 0; i < SUBCOMMANDS; i++)
        fprintf(stderr, " %s", subcommands[i].name);
    fprintf(stderr, "\ntry: gim ifm --help\n");
    return EXIT_USAGE;
}

int command_ifm(int argc, const char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < SUBCOMMANDS; i++)
        if (strcmp(name, subcommands[i].name) == 0)
            return subcommands[i].run(argc - 1, argv + 1);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return print_help();
    return argc > 1 ? usage("there is no subcommand ", name) : usage("which subcommand?", "");
}
