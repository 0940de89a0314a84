/* Commands by their names. SPDX-License-Identifier: BSD-3-Clause */
#ifndef DISPATCH_H
#define DISPATCH_H

#include <stddef.h>

struct command {
    const char *name;
    int (*run)(int argc, const char **argv);
    const char *about;
};

/* Commands that are given behind another's name. */
struct dispatch {
    const char *name; /* "gim ifm" */
    const char *what; /* "subcommand" */
    const struct command *commands;
    size_t n;
    const char *before, *after; /* of the list, on the help page */
};

/* Runs the command that argv[1] names, or prints the help page: returns the exit code. */
int dispatch_run(const struct dispatch *dispatch, int argc, const char **argv);

#endif
