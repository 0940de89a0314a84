/* Memory of one model. A block is [padding][start, size of the whole block][the caller's elements, 64-byte aligned].
 * SPDX-License-Identifier: BSD-3-Clause */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64u

typedef struct header {
    void *start;
    size_t size;
} header;

static void *with_malloc(size_t size, void *user)
{
    (void)user;
    return malloc(size);
}

static void with_free(void *memory, size_t size, void *user)
{
    (void)size;
    (void)user;
    free(memory);
}

gim_status gim__allocator_init(gim_allocator *mine, const gim_allocator *theirs)
{
    if (theirs == NULL) {
        *mine = (gim_allocator){sizeof *mine, with_malloc, with_free, NULL};
        return GIM_OK;
    }
    if (theirs->struct_size < sizeof *mine || theirs->allocate == NULL || theirs->release == NULL)
        return GIM_ERR_ARGUMENT;
    *mine = *theirs;
    return GIM_OK;
}

void *gim__new(const gim_allocator *allocator, size_t n, size_t size)
{
    size_t bytes, total;
    if (__builtin_mul_overflow(n, size, &bytes) || __builtin_add_overflow(bytes, sizeof(header) + ALIGNMENT, &total))
        return NULL;
    char *start = allocator->allocate(total, allocator->user);
    if (start == NULL)
        return NULL;
    uintptr_t aligned = ((uintptr_t)start + sizeof(header) + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1);
    char *memory = start + (aligned - (uintptr_t)start);
    header head = {start, total};
    memcpy(memory - sizeof head, &head, sizeof head);
    memset(memory, 0, bytes);
    return memory;
}

void gim__delete(const gim_allocator *allocator, void *memory)
{
    if (memory == NULL)
        return;
    header head;
    memcpy(&head, (char *)memory - sizeof head, sizeof head);
    allocator->release(head.start, head.size, allocator->user);
}

void *gim__clone(const gim_allocator *allocator, const void *source, size_t n, size_t size)
{
    void *copy = gim__new(allocator, n, size);
    if (copy != NULL && n > 0)
        memcpy(copy, source, n * size);
    return copy;
}

char *gim__clone_text(const gim_allocator *allocator, const char *text)
{
    return gim__clone(allocator, text, strlen(text) + 1, 1);
}
