/* Names of variables, features and environments. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__NAME_H
#define GIM__NAME_H

#include <stddef.h>

#include "base/status.h"

enum { GIM__MOST_NAME = 1023, GIM__MOST_NOTE = 1 << 24 }; /* bytes */

/* Whether text is UTF-8 of 1 to GIM__MOST_NAME bytes. */
int gim__name_valid(const char *name);
/* Whether text is UTF-8 of at most so many bytes. */
int gim__text_valid(const char *text, size_t most);

/* n names, a letter and a number: "x0", "x1", ...; NULL when memory is out. */
char **gim__names_new(const gim_allocator *allocator, size_t n, char letter);
/* Takes NULL. */
void gim__names_free(char **names, size_t n, const gim_allocator *allocator);
/* Names one ("variable"): UTF-8, unlike the others. */
gim_status gim__names_set(char **names, size_t n, size_t index, const char *name, const char *what,
                          gim__message *message, const gim_allocator *allocator);

/* Replaces the text of a note, NULL where there is none: UTF-8 of at most GIM__MOST_NOTE bytes; NULL or "" for none. */
gim_status gim__note_set(char **note, const char *text, gim__message *message, const gim_allocator *allocator);

#endif
