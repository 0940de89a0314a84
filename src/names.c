/* A list of distinct names, in order, that finds each of them quickly. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "names.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum { LISTED = 32 }; /* names in a message */

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

static struct name *make(const char *text, size_t index)
{
    size_t length = strlen(text) + 1;
    struct name *made = memory_new(1, sizeof *made + length);
    made->index = index;
    memcpy(made->text, text, length);
    return made;
}

size_t names_add(struct names *names, const char *text)
{
    struct name *made = make(text, names->n);
    struct name **found = tsearch(made, &names->tree, compare);
    if (found == NULL) {
        fputs("gim: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    if (*found != made) {
        free(made);
        return (*found)->index;
    }
    names->all = memory_grow(names->all, &names->capacity, names->n + 1, sizeof *names->all);
    names->all[names->n++] = made;
    return made->index;
}

bool names_find(const struct names *names, const char *text, size_t *index)
{
    struct name *key = make(text, 0);
    struct name **found = tfind(key, &names->tree, compare);
    free(key);
    if (found != NULL)
        *index = (*found)->index;
    return found != NULL;
}

bool names_have(const struct names *names, const char *text)
{
    size_t index;
    return names_find(names, text, &index);
}

const char *names_at(const struct names *names, size_t index)
{
    return names->all[index]->text;
}

char *names_list(const struct names *names)
{
    char *list = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&list, &length);
    if (stream == NULL)
        return memory_text("...");
    size_t shown = names->n <= LISTED ? names->n : LISTED;
    for (size_t i = 0; i < shown; i++)
        fprintf(stream, "%s%s", i > 0 ? ", " : "", names->all[i]->text);
    if (shown < names->n)
        fprintf(stream, " and %zu more", names->n - shown);
    fclose(stream);
    return list;
}

/* Reads one name of a list into text, which is as long as the list; returns what follows it, or NULL. */
static const char *split_one(const char *list, char *text)
{
    if (*list != '"') {
        size_t length = strcspn(list, ",");
        memcpy(text, list, length);
        text[length] = '\0';
        return list + length;
    }
    for (list++; *list != '\0'; list++) {
        if (*list == '"' && *++list != '"') {
            *text = '\0';
            return list;
        }
        *text++ = *list;
    }
    return NULL;
}

bool names_split(struct names *names, const char *list)
{
    char *text = memory_text(list);
    bool good;
    do {
        list = split_one(list, text);
        good = list != NULL && text[0] != '\0' && (*list == ',' || *list == '\0');
        if (good)
            names_add(names, text);
    } while (good && *list++ == ',');
    free(text);
    return good;
}

void names_free(struct names *names)
{
    if (names->tree != NULL)
        tdestroy(names->tree, free);
    free(names->all);
    memset(names, 0, sizeof *names);
}
