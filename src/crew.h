/* Threads that share out tasks. SPDX-License-Identifier: BSD-3-Clause */
#ifndef CREW_H
#define CREW_H

#include <stddef.h>

/* Calls work() for each task from 0 to n - 1, on as many threads as there are jobs, until one fails or stop_wanted().
 * Returns the code of the first that failed. */
int crew_run(size_t n, size_t jobs, int (*work)(size_t task, void *user), void *user);

#endif
