/* Another program between a file and an output. SPDX-License-Identifier: BSD-3-Clause */
#ifndef FILTER_H
#define FILTER_H

#include <stdio.h>

#include "output.h"

/* Runs a program, which reads in from where it is to its end, and adds what it prints to the output. arguments end with
 * NULL; the first is the program. missing: the error where there is no such program. */
int filter_run(struct output *output, const struct ui *ui, char *const *arguments, FILE *in, const char *missing);
/* The same into memory, to be freed in any case; fails without a word where there is no such program. */
int filter_text(char **text, const struct ui *ui, char *const *arguments, FILE *in);

#endif
