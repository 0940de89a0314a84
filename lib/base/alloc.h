/* Memory of one model: the caller's allocator, with sizes checked in one place.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__ALLOC_H
#define GIM__ALLOC_H

#include <stddef.h>

#include "gim/gim.h"

/* Checks a caller's allocator and copies it; NULL gives malloc and free. */
gim_status gim__allocator_init(gim_allocator *mine, const gim_allocator *theirs);

/* n zeroed elements, aligned to 64 bytes; NULL when memory is out or n * size overflows. n == 0 gives memory too. */
void *gim__new(const gim_allocator *allocator, size_t n, size_t size);
/* Takes NULL. */
void gim__delete(const gim_allocator *allocator, void *memory);
/* A copy of n elements, or of text; NULL when memory is out. */
void *gim__clone(const gim_allocator *allocator, const void *source, size_t n, size_t size);
char *gim__clone_text(const gim_allocator *allocator, const char *text);

#endif
