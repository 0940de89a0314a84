/* What every handle begins with: the allocator of its memory, and the message of its newest failure.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__HANDLE_H
#define GIM__HANDLE_H

#include "base/status.h"

/* The first two members of every handle. The message is held by pointer, as queries of a const handle may fail too. */
typedef struct gim__handle {
    gim_allocator allocator;
    gim__message *message;
} gim__handle;

/* A handle of size bytes, zeroed but for these two; NULL, and a status, where the caller's allocator is not valid or
 * memory is out. */
void *gim__handle_new(gim_status *status, size_t size, const gim_allocator *allocator);
/* Frees message and handle, once all that it holds is freed. */
void gim__handle_free(void *handle);
/* As gim_message(); "" for NULL. */
size_t gim__handle_message(const void *handle, char *text, size_t size);

#endif
