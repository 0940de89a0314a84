/* How a fit goes, shown while it runs. SPDX-License-Identifier: BSD-3-Clause */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <gim/gim.h>
#include <stdbool.h>

#include "ui.h"

struct progress {
    const struct ui *ui;
    bool terminal;  /* one line, written over and over; otherwise a line every tenth of the way */
    bool line_open; /* there is such a line now */
    int64_t tenths;
};

struct progress progress_new(const struct ui *ui);
/* A gim_progress_fn; user is a struct progress. Stops the fit when stop_wanted(). */
int progress_show(const gim_progress *now, void *user);
/* Clears the line. */
void progress_end(struct progress *progress);

#endif
