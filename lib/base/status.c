/* Status codes in words, and the message that explains the newest failure. SPDX-License-Identifier: BSD-3-Clause */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT(name, value, text) {value, #name, text},
static const struct {
    gim_status status;
    const char *name, *text;
} statuses[] = {GIM_STATUS_LIST(TEXT)};
#undef TEXT

const char *gim_status_name(gim_status status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].status == status)
            return statuses[i].name;
    return "unknown status";
}

const char *gim_status_text(gim_status status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].status == status)
            return statuses[i].text;
    return "unknown status";
}

void gim__message_init(gim__message *message)
{
    pthread_mutex_init(&message->lock, NULL);
    message->text[0] = '\0';
}

void gim__message_destroy(gim__message *message)
{
    pthread_mutex_destroy(&message->lock);
}

size_t gim__message_copy(gim__message *message, char *text, size_t size)
{
    pthread_mutex_lock(&message->lock);
    size_t length = strlen(message->text);
    if (size > 0) {
        size_t n = length < size ? length : size - 1;
        memcpy(text, message->text, n);
        text[n] = '\0';
    }
    pthread_mutex_unlock(&message->lock);
    return length;
}

gim_status gim__fail(gim__message *message, gim_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    pthread_mutex_lock(&message->lock);
    vsnprintf(message->text, sizeof message->text, format, arguments);
    pthread_mutex_unlock(&message->lock);
    va_end(arguments);
    return status;
}
