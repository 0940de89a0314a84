/* Memory that is there or ends the program. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

static void *there(void *memory)
{
    if (memory == NULL) {
        fputs("gim: out of memory\n", stderr);
        exit(EXIT_FAILED);
    }
    return memory;
}

void *memory_new(size_t n, size_t size)
{
    return there(calloc(n > 0 ? n : 1, size));
}

void *memory_grow(void *memory, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity)
        return memory;
    *capacity = needed < SIZE_MAX / 2 ? 2 * needed : needed;
    return there(reallocarray(memory, *capacity, size));
}

char *memory_text(const char *text)
{
    return there(strdup(text));
}

char *memory_format(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return there(length < 0 ? NULL : text);
}
