/* Ctrl-C, as a wish to stop a fit and keep what it has. SPDX-License-Identifier: BSD-3-Clause */
#ifndef STOP_H
#define STOP_H

#include <stdbool.h>

/* From here on the first SIGINT, SIGTERM or SIGHUP is noted, and a second one ends the program at once. SIGPIPE is
 * ignored: a reader of messages that goes away does not end a fit. */
void stop_watch(void);
bool stop_wanted(void);

#endif
