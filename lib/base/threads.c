/* Threads. SPDX-License-Identifier: BSD-3-Clause */
#include "base/threads.h"

#include <omp.h>

size_t gim__thread(void)
{
    return (size_t)omp_get_thread_num();
}
