/* A list of distinct names, in order, that finds each of them quickly; and lists written on a command line.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct name {
    size_t index;
    char text[];
};

/* Starts as {0}. */
struct names {
    struct name **all;
    size_t n, capacity;
    void *tree; /* of tsearch() */
};

/* Adds a name unless it is there; returns its index either way. It is new where that is the former n. */
size_t names_add(struct names *names, const char *text);
bool names_find(const struct names *names, const char *text, size_t *index);
bool names_have(const struct names *names, const char *text);
const char *names_at(const struct names *names, size_t index);
/* "a, b, c and 17 more": to be freed. */
char *names_list(const struct names *names);
/* "a or b": those most like the text, to be freed; NULL where none is. */
char *names_near(const struct names *names, const char *text);
/* Adds what stands between the commas of a list; a name that holds one itself is in double quotes. False where the list
 * is malformed, or has an empty name. *twice: a name that was there before, unless there is none; may be NULL. */
bool names_split(struct names *names, const char *list, const char **twice);
void names_free(struct names *names);

#endif
