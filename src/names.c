/* A list of distinct names, in order, that finds each of them quickly. SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "names.h"

#include <ctype.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum { LISTED = 32 }; /* names in a message */
enum { NEAR = 3, MOST_COMPARED = 64 };

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

/* How many letters to put in, take out or change, whatever their case, to make one of the other. */
static size_t distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b), row[MOST_COMPARED + 1];
    if (n > MOST_COMPARED || m > MOST_COMPARED)
        return MOST_COMPARED;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t change = corner + (tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]));
            corner = row[j];
            size_t shift = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
            row[j] = change < shift ? change : shift;
        }
    }
    return row[m];
}

/* The best of those that are not named yet; within a third of the letters, or with the text as a part. */
static const char *nearest(const struct names *names, const char *text, const struct names *named)
{
    const char *best = NULL;
    size_t length = strlen(text), least = length < 3 ? 1 : length < 4 ? 2 : length / 3 + 2;
    for (size_t i = 0; i < names->n; i++) {
        const char *name = names->all[i]->text;
        size_t far = strlen(text) > 2 && strcasestr(name, text) != NULL ? 0 : distance(text, name);
        if (far < least && far < strlen(name) && !names_have(named, name)) {
            least = far;
            best = name;
        }
    }
    return best;
}

char *names_near(const struct names *names, const char *text)
{
    struct names named = {0};
    char *list = NULL;
    for (const char *name; named.n < NEAR && (name = nearest(names, text, &named)) != NULL;) {
        char *longer = list == NULL ? memory_text(name) : memory_format("%s or %s", list, name);
        names_add(&named, name);
        free(list);
        list = longer;
    }
    names_free(&named);
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

bool names_split(struct names *names, const char *list, const char **twice)
{
    char *text = memory_text(list);
    bool good;
    do {
        list = split_one(list, text);
        good = list != NULL && text[0] != '\0' && (*list == ',' || *list == '\0');
        size_t before = names->n, at = good ? names_add(names, text) : before;
        if (at < before && twice != NULL)
            *twice = names_at(names, at);
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
