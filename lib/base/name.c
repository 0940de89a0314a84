/* Names of variables, features and environments. SPDX-License-Identifier: BSD-3-Clause */
#include "base/name.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

/* Bytes of the UTF-8 sequence at text, 0 where there is none (RFC 3629). */
static size_t utf8_length(const unsigned char *text)
{
    size_t n = text[0] < 0x80 ? 1 : text[0] >= 0xc2 && text[0] < 0xe0 ? 2 : (text[0] & 0xf0) == 0xe0 ? 3 : 4;
    if (text[0] >= 0xf5 || (text[0] >= 0x80 && text[0] < 0xc2))
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] >= 0xa0) ||
        (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] >= 0x90))
        return 0;
    return n;
}

int gim__text_valid(const char *text, size_t most)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t length = 0;
    while (at[length] != '\0' && length <= most) {
        size_t n = utf8_length(at + length);
        if (n == 0)
            return 0;
        length += n;
    }
    return length <= most;
}

int gim__name_valid(const char *name)
{
    return name[0] != '\0' && gim__text_valid(name, GIM__MOST_NAME);
}

char **gim__names_new(const gim_allocator *allocator, size_t n, char letter)
{
    char **names = gim__new(allocator, n, sizeof *names), name[32];
    for (size_t i = 0; names != NULL && i < n; i++) {
        snprintf(name, sizeof name, "%c%zu", letter, i);
        if ((names[i] = gim__clone_text(allocator, name)) == NULL) {
            gim__names_free(names, n, allocator);
            return NULL;
        }
    }
    return names;
}

void gim__names_free(char **names, size_t n, const gim_allocator *allocator)
{
    for (size_t i = 0; names != NULL && i < n; i++)
        gim__delete(allocator, names[i]);
    gim__delete(allocator, names);
}

gim_status gim__names_set(char **names, size_t n, size_t index, const char *name, const char *what,
                          gim__message *message, const gim_allocator *allocator)
{
    if (index >= n)
        return gim__fail(message, GIM_ERR_ARGUMENT, "there is no %s %zu; the model has %zu", what, index, n);
    if (name == NULL || !gim__name_valid(name))
        return gim__fail(message, GIM_ERR_ARGUMENT, "the name of %s %zu must be UTF-8 text of 1 to %d bytes", what,
                         index, GIM__MOST_NAME);
    for (size_t i = 0; i < n; i++)
        if (i != index && strcmp(names[i], name) == 0)
            return gim__fail(message, GIM_ERR_ARGUMENT, "%s %zu is called \"%s\" already; names must differ", what, i,
                             name);
    char *copy = gim__clone_text(allocator, name);
    if (copy == NULL)
        return gim__fail(message, GIM_ERR_NOMEM, "out of memory for the name of %s %zu", what, index);
    gim__delete(allocator, names[index]);
    names[index] = copy;
    return GIM_OK;
}

gim_status gim__note_set(char **note, const char *text, gim__message *message, const gim_allocator *allocator)
{
    char *copy = NULL;
    if (text != NULL && !gim__text_valid(text, GIM__MOST_NOTE))
        return gim__fail(message, GIM_ERR_ARGUMENT, "the note must be UTF-8 text of at most %d bytes", GIM__MOST_NOTE);
    if (text != NULL && text[0] != '\0' && (copy = gim__clone_text(allocator, text)) == NULL)
        return gim__fail(message, GIM_ERR_NOMEM, "out of memory for the note");
    gim__delete(allocator, *note);
    *note = copy;
    return GIM_OK;
}
