/* Names of variables, features and environments. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__NAME_H
#define GIM__NAME_H

#include <stddef.h>

enum { GIM__MOST_NAME = 1023 };

/* Whether text is UTF-8 of 1 to GIM__MOST_NAME bytes. */
int gim__name_valid(const char *name);
/* Whether text is UTF-8 of at most so many bytes. */
int gim__text_valid(const char *text, size_t most);

#endif
