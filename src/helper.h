/* gim-h5ad, a program of its own that reads and writes AnnData files. SPDX-License-Identifier: BSD-3-Clause */
#ifndef HELPER_H
#define HELPER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "ui.h"

/* Starts as {0}. */
struct helper {
    const struct ui *ui;
    const char *path; /* of the file, for messages */
    pid_t child;
    FILE *to, *from; /* its standard input and output */
    FILE *said;      /* its standard error */
};

/* Starts it with these arguments, which end with NULL, about a file. */
int helper_start(struct helper *helper, const struct ui *ui, const char *path, const char *const *arguments);
/* What a caller gives to helper_end() where the stream makes no sense: the helper may say why. */
enum { EXIT_BROKEN = -2 };
/* Waits for its end. Returns code, unless the helper failed, which is then what is reported. */
int helper_end(struct helper *helper, int code);
/* What is in a file: {"rows", "genes", "matrices", "obs", "var"}. */
int helper_describe(const struct ui *ui, const char *path, json_t **about);

#endif
