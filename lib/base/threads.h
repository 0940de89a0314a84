/* Threads are OpenMP's; this is all the rest of the library asks of them. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__THREADS_H
#define GIM__THREADS_H

#include <stddef.h>

/* Number of the calling thread in its team, from 0. */
size_t gim__thread(void);

#endif
