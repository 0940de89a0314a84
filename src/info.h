/* What the pages of gim info have in common. SPDX-License-Identifier: BSD-3-Clause */
#ifndef INFO_H
#define INFO_H

#include <gim/gim.h>

#include "names.h"
#include "output.h"

enum { INFO_WIDTH = 78, INFO_ENVIRONMENTS = 40 }; /* columns of the page; environments that it lists */

/* A list of names in lines of INFO_WIDTH. */
void info_print_names(struct output *out, const char *title, const struct names *names);
json_t *info_names_json(const struct names *names);

/* The page, or JSON, of an interventional factor model; returns the exit code. */
int info_ifm(struct output *out, const gim_ifm *model, const char *path);

#endif
