/* Folders that a command fills. SPDX-License-Identifier: BSD-3-Clause */
#ifndef FOLDER_H
#define FOLDER_H

#include "ui.h"

/* Makes a folder for these files, which end with NULL, the first of which marks it: "of a simulation". One that is
 * there is taken if it is empty, or marked and holds nothing else; the files but the first then go. */
int folder_open(const struct ui *ui, const char *folder, const char *const *files, const char *what);

#endif
