/* The numeric columns of a table, its rows grouped by environment. SPDX-License-Identifier: BSD-3-Clause */
#ifndef FRAME_H
#define FRAME_H

#include "names.h"
#include "ui.h"

/* An environment has any number of rows, or one; or no column environment is looked at: all rows are of one, "". */
enum frame_rows { FRAME_SAMPLES, FRAME_ONE_ROW, FRAME_TOGETHER };

/* Which columns to take, and what the caller calls them in messages. */
struct frame_choice {
    const struct names *only;   /* these, in this order; empty: every column of numbers but "n" and "targets" */
    const struct names *ignore; /* these never; may be NULL */
    const char *what;           /* "variable" */
    const char *wanted;         /* why those of only: ", which --variables names" */
    enum frame_rows rows;
};

/* Starts as {0}. All values are kept in memory, in one array. */
struct frame {
    char *path;           /* for messages */
    struct names header;  /* every column of the file */
    struct names columns; /* those taken */
    size_t n_rows, value_capacity, row_capacity, first_capacity;
    double *values;      /* (n_rows, columns.n), in the file's order */
    size_t *environment; /* (n_rows): the environment of each row */

    struct names environments; /* in order of their first rows */
    size_t *first_line;        /* (environments.n): where each begins in the file */
    size_t *start; /* (environments.n + 1): the rows of environment e are order[start[e]] .. order[start[e + 1]] */
    size_t *order; /* (n_rows) */
};

/* Reads a table. A value that is no number is an error that names its line and column. */
int frame_read(struct frame *frame, const struct ui *ui, const char *path, char delimiter,
               const struct frame_choice *choice);
/* A frame that was no table: a row for each environment, values (environments, columns). */
void frame_make(struct frame *frame, const char *path, const struct names *columns, const struct names *environments,
                const double *values);
/* Adds the rows of another table of the same columns. An environment that both have is an error. */
int frame_append(struct frame *frame, const struct ui *ui, const struct frame *more);
/* Forgets the rows of environments, which keep their places and have none then. */
void frame_drop(struct frame *frame, const struct names *environments);
size_t frame_count(const struct frame *frame, size_t environment);
/* Row number i of an environment, counted within it. */
const double *frame_row(const struct frame *frame, size_t environment, size_t i);
void frame_free(struct frame *frame);

#endif
