/* Status codes in words, and the message that explains the newest failure. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__STATUS_H
#define GIM__STATUS_H

#include <pthread.h>
#include <stddef.h>

#include "gim/gim.h"

/* Text of the newest failure. The lock is there because queries of one model may fail on several threads at once. */
typedef struct gim__message {
    pthread_mutex_t lock;
    char text[2560]; /* two names of the longest and words around them */
} gim__message;

void gim__message_init(gim__message *message);
void gim__message_destroy(gim__message *message);
/* As gim_message(). */
size_t gim__message_copy(gim__message *message, char *text, size_t size);

/* Writes the message and returns status, so that a check reads: return gim__fail(message, GIM_ERR_..., "..."). */
gim_status gim__fail(gim__message *message, gim_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
