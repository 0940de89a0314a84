/* Command lines: option tables of popt, and values read from them with care. SPDX-License-Identifier: BSD-3-Clause */
#ifndef ARGS_H
#define ARGS_H

#include <popt.h>
#include <stdbool.h>
#include <stdint.h>

#include "names.h"
#include "ui.h"

/* Every option that takes a value is a POPT_ARG_ARGV into a char **, NULL until it is given, in a table that ends with
 * ARGS_END. Those with ARGS_MANY as val may be given again. */
enum { ARGS_ONCE = 1, ARGS_MANY = 2, ARGS_HELP = 3 };

#define ARGS_VALUE(name, letter, many, target, what, value)    \
    {                                                          \
        name, letter, POPT_ARG_ARGV, target, many, what, value \
    }
#define ARGS_FLAG(name, letter, target, what)              \
    {                                                      \
        name, letter, POPT_ARG_NONE, target, 0, what, NULL \
    }
#define ARGS_END {"help", 'h', POPT_ARG_NONE, NULL, ARGS_HELP, "print this page and exit", NULL}, POPT_TABLEEND

/* What all subcommands have. */
struct args_common {
    struct ui ui;
    char **operands; /* arguments that are no option, which end with NULL; NULL: none */
    char **output, **delimiter;
};
#define ARGS_OUTPUT(common, what) ARGS_VALUE("output", 'o', ARGS_ONCE, &(common)->output, what, "FILE")
#define ARGS_JSON(common, what) ARGS_FLAG("json", 0, &(common)->ui.json, what)
#define ARGS_DELIMITER(common)                                  \
    ARGS_VALUE("delimiter", 0, ARGS_ONCE, &(common)->delimiter, \
               "what fields of all tables end at: a character, or tab (by a file's name, .csv or .tsv)", "C")
#define ARGS_QUIET(common) ARGS_FLAG("quiet", 'q', &(common)->ui.quiet, "say nothing but errors")

/* What surrounds the option table on a help page. */
struct args_page {
    const char *operand; /* "MODEL"; "INPUT...": one or more; NULL: none is taken */
    const char *about, *example;
};

/* Reads the command line, prints the help page or calls run() with given, and returns the exit code. What the options
 * hold is freed. */
int args_run(struct args_common *common, int argc, const char **argv, const struct poptOption *options,
             const struct args_page *page, int (*run)(void *given), void *given);

/* The value of an option, NULL where it was not given. */
const char *args_text(char **values);
/* These leave the value as it is where the option was not given. */
int args_integer(const struct ui *ui, const char *option, char **values, int64_t lowest, int64_t highest,
                 int64_t *value);
int args_real(const struct ui *ui, const char *option, char **values, double lowest, double highest, double *value);
/* One of names, which end with NULL, by its place. */
int args_choice(const struct ui *ui, const char *option, char **values, const char *const *names, int *value);
/* Numbers with commas between them, to be freed; *n is how many. *numbers starts as NULL. */
int args_reals(const struct ui *ui, const char *option, char **values, double **numbers, size_t *n);
int args_delimiter(const struct ui *ui, char **values, char *delimiter);
/* Adds all names given; each value is a list where split is asked for. */
int args_names(const struct ui *ui, const char *option, char **values, bool split, struct names *names);
/* Calls set() for each value, "name=text", until it fails. */
int args_assign(const struct ui *ui, const char *option, char **values,
                int (*set)(const struct ui *ui, void *user, const char *name, const char *text), void *user);
/* Fails where an option without which nothing can be done was not given. */
int args_need(const struct ui *ui, const char *option, char **values);

#endif
