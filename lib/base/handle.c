/* What every handle begins with. SPDX-License-Identifier: BSD-3-Clause */
#include "base/handle.h"

#include <string.h>

#include "base/alloc.h"

void *gim__handle_new(gim_status *status, size_t size, const gim_allocator *allocator)
{
    gim__handle begin;
    *status = gim__allocator_init(&begin.allocator, allocator);
    if (*status != GIM_OK)
        return NULL;
    void *handle = gim__new(&begin.allocator, 1, size);
    begin.message = gim__new(&begin.allocator, 1, sizeof *begin.message);
    if (handle == NULL || begin.message == NULL) {
        gim__delete(&begin.allocator, handle);
        gim__delete(&begin.allocator, begin.message);
        *status = GIM_ERR_NOMEM;
        return NULL;
    }
    gim__message_init(begin.message);
    memcpy(handle, &begin, sizeof begin);
    return handle;
}

void gim__handle_free(void *handle)
{
    gim__handle begin;
    memcpy(&begin, handle, sizeof begin);
    gim__message_destroy(begin.message);
    gim__delete(&begin.allocator, begin.message);
    gim__delete(&begin.allocator, handle);
}

size_t gim__handle_message(const void *handle, char *text, size_t size)
{
    gim__handle begin;
    if (text != NULL && size > 0)
        text[0] = '\0';
    if (handle == NULL || (text == NULL && size > 0))
        return 0;
    memcpy(&begin, handle, sizeof begin);
    return gim__message_copy(begin.message, text, size);
}
