/* Memory that is there or ends the program. SPDX-License-Identifier: BSD-3-Clause */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

/* n zeroed elements. */
void *memory_new(size_t n, size_t size);
/* Room for needed elements at least, growing by doubling. */
void *memory_grow(void *memory, size_t *capacity, size_t needed, size_t size);
char *memory_text(const char *text);
__attribute__((format(printf, 1, 2))) char *memory_format(const char *format, ...);

#endif
