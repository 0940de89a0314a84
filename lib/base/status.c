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

/* Ends a text that was cut at size bytes before the letter (a UTF-8 sequence) that was cut through. */
static void end_at_letter(char *text, size_t size)
{
    size_t n = size - 1, start = n;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start == 0 || (unsigned char)text[start - 1] < 0xc0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t wanted = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (n - (start - 1) < wanted)
        text[start - 1] = '\0';
}

gim_status gim__fail(gim__message *message, gim_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    pthread_mutex_lock(&message->lock);
    int length = vsnprintf(message->text, sizeof message->text, format, arguments);
    if (length >= (int)sizeof message->text)
        end_at_letter(message->text, sizeof message->text);
    pthread_mutex_unlock(&message->lock);
    va_end(arguments);
    return status;
}
