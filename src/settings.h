/* The library's options, by name. SPDX-License-Identifier: BSD-3-Clause */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <gim/gim.h>

#include "ui.h"

/* Sets an option from text, unless it has that value: those of a fitted model cannot be set. */
int settings_set(const struct ui *ui, gim_model *model, const char *name, const char *text);
/* Sets each "name=value"; values may be NULL. */
int settings_set_all(const struct ui *ui, gim_model *model, char **values);
/* Prints the table of options to standard output. */
void settings_list(void);

#endif
