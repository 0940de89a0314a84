/* What files of every kind of model say in words and numbers. SPDX-License-Identifier: BSD-3-Clause */
#include "api/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/name.h"

enum { PLAIN = 64 };

/* ---- writing ---- */

json_t *gim__fields_names(char *const *names, size_t n)
{
    json_t *array = json_array();
    int failed = array == NULL;
    for (size_t i = 0; !failed && i < n; i++)
        failed = json_array_append_new(array, json_string(names[i])) != 0;
    if (!failed)
        return array;
    json_decref(array);
    return NULL;
}

int gim__fields_add(json_t *metadata, const char *key, json_t *value, const gim_allocator *allocator)
{
    size_t length;
    char *text = value == NULL ? NULL : gim__json_text(value, allocator, &length);
    json_decref(value);
    if (text == NULL)
        return 0;
    int added = json_object_set_new(metadata, key, json_stringn(text, length)) == 0;
    gim__delete(allocator, text);
    return added;
}

static void checksum_text(char text[9], uint32_t checksum)
{
    snprintf(text, 9, "%08lx", (unsigned long)checksum);
}

int gim__fields_add_checksum(json_t *metadata, uint32_t checksum)
{
    char text[9];
    checksum_text(text, checksum);
    return json_object_set_new(metadata, "checksum", json_string(text)) == 0;
}

/* ---- reading ---- */

const char *gim__fields_text(const gim__container *container, const char *key)
{
    return json_string_value(json_object_get(container->metadata, key));
}

/* The kinds of models, and what reads them. */
static const char *const kinds[][3] = {{"gim", "a generative intervention model", "gim_model_load()"},
                                       {"gim-ifm", "an interventional factor model", "gim_ifm_load()"}};

static gim_status not_this_kind(const gim__container *container, const char *format)
{
    for (size_t i = 0; format != NULL && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(format, kinds[i][0]) == 0)
            return gim__container_fail(container, GIM_ERR_FORMAT, "is %s, which %s reads", kinds[i][1], kinds[i][2]);
    return gim__container_fail(container, GIM_ERR_FORMAT, "is a safetensors file, but not a libgim model");
}

gim_status gim__fields_version(const gim__container *container, const char *wanted, int most)
{
    char plain[PLAIN], version[PLAIN];
    const char *format = gim__fields_text(container, "format"), *number = gim__fields_text(container, "format_version");
    const char *writer = gim__fields_text(container, "gim_version");
    if (format == NULL || strcmp(format, wanted) != 0)
        return not_this_kind(container, format);
    size_t digits = number == NULL ? 0 : strspn(number, "0123456789");
    if (digits == 0 || digits > 9 || number[digits] != '\0' || number[0] == '0')
        return gim__container_fail(container, GIM_ERR_FORMAT,
                                   "metadata \"format_version\" is \"%s\"; it must be a whole number from 1 on",
                                   number == NULL ? "" : gim__plain(plain, sizeof plain, number));
    if (strtol(number, NULL, 10) <= most)
        return GIM_OK;
    return gim__container_fail(container, GIM_ERR_VERSION,
                               "has format version %s, by libgim %s; this libgim, %s, reads versions 1 to %d", number,
                               writer == NULL ? "of no version" : gim__plain(version, sizeof version, writer),
                               GIM_VERSION_STRING, most);
}

gim_status gim__fields_keys(const gim__container *container, const char *const *keys, size_t n)
{
    const char *key;
    json_t *value;
    json_object_foreach(container->metadata, key, value)
    {
        char plain[PLAIN];
        size_t i = 0;
        while (i < n && strcmp(keys[i], key) != 0)
            i++;
        if (i == n)
            return gim__container_fail(container, GIM_ERR_FORMAT, "metadata \"%s\" is unknown",
                                       gim__plain(plain, sizeof plain, key));
    }
    if (gim__fields_text(container, "gim_version") == NULL)
        return gim__container_fail(container, GIM_ERR_FORMAT, "has no metadata \"gim_version\"");
    if ((gim__fields_text(container, "fit") == NULL) != (gim__fields_text(container, "environments") == NULL))
        return gim__container_fail(container, GIM_ERR_FORMAT,
                                   "has one of the metadata \"fit\" and \"environments\", not both");
    return GIM_OK;
}

gim_status gim__fields_parse(json_t **value, const gim__container *container, const char *key, int names, size_t most)
{
    gim__json_fault fault;
    const json_t *text = json_object_get(container->metadata, key);
    if (text == NULL)
        return gim__container_fail(container, GIM_ERR_FORMAT, "has no metadata \"%s\"", key);
    *value = gim__json_parse(json_string_value(text), json_string_length(text), most + 1, 1, &fault);
    if (*value == NULL)
        return gim__container_fail(container, fault.status, "metadata \"%s\" %s", key, fault.text);
    if (names ? !json_is_array(*value) : !json_is_object(*value))
        return gim__container_fail(container, GIM_ERR_FORMAT, "metadata \"%s\" is not an %s", key,
                                   names ? "array of names" : "object");
    return GIM_OK;
}

/* One name of an array, checked; a copy of it takes the place of *to. */
static gim_status take_name(char **to, const json_t *value, const char *what, size_t i, const gim__container *container)
{
    const char *name = json_string_value(value);
    if (name == NULL || !gim__name_valid(name))
        return gim__container_fail(container, GIM_ERR_FORMAT, "the name of %s %zu is not text of 1 to 1023 bytes", what,
                                   i);
    char *copy = gim__clone_text(container->allocator, name);
    if (copy == NULL)
        return gim__container_fail(container, GIM_ERR_NOMEM, "out of memory for the name of %s %zu", what, i);
    gim__delete(container->allocator, *to);
    *to = copy;
    return GIM_OK;
}

gim_status gim__fields_take_names(char **to, const json_t *array, const char *what, int distinct,
                                  const gim__container *container)
{
    json_t *seen = json_object(); /* the names so far */
    gim_status status = GIM_OK;
    for (size_t i = 0; status == GIM_OK && i < json_array_size(array); i++) {
        char plain[PLAIN];
        status = take_name(&to[i], json_array_get(array, i), what, i, container);
        if (status != GIM_OK || !distinct)
            continue;
        if (json_object_get(seen, to[i]) != NULL)
            status = gim__container_fail(container, GIM_ERR_FORMAT, "two %ss are called \"%s\"", what,
                                         gim__plain(plain, sizeof plain, to[i]));
        else if (json_object_set_new(seen, to[i], json_true()) != 0)
            status = gim__container_fail(container, GIM_ERR_NOMEM, "out of memory for the names of %ss", what);
    }
    json_decref(seen);
    return status;
}

gim_status gim__fields_check(const gim__container *container, uint32_t checksum)
{
    char text[9];
    const char *theirs = gim__fields_text(container, "checksum");
    checksum_text(text, checksum);
    if (theirs == NULL || strcmp(theirs, text) == 0)
        return GIM_OK;
    return gim__container_fail(container, GIM_ERR_FORMAT, "is damaged: its checksum does not agree with what it holds");
}

/* ---- numbers ---- */

int gim__members_add(json_t *object, const gim__member *members, const double *numbers, size_t n)
{
    int failed = 0;
    for (size_t i = 0; !failed && i < n; i++) {
        json_t *value = members[i].kind == GIM__REAL    ? gim__json_real(numbers[i])
                        : members[i].kind == GIM__TRUTH ? json_boolean(numbers[i] != 0)
                                                        : json_integer((json_int_t)numbers[i]);
        failed = json_object_set_new(object, members[i].key, value) != 0;
    }
    return !failed;
}

static int member_number(double *number, const gim__member *member, const json_t *value)
{
    uint64_t count = 0;
    if (member->kind == GIM__REAL)
        return gim__json_get_real(value, number);
    if (member->kind == GIM__TRUTH) {
        *number = json_is_true(value);
        return json_is_boolean(value);
    }
    int is = gim__json_get_count(value, member->most, &count);
    *number = (double)count;
    return is;
}

gim_status gim__members_take(double *numbers, const gim__member *members, size_t n, size_t extra, const json_t *object,
                             const char *what, const gim__container *container)
{
    if (json_object_size(object) != n + extra)
        return gim__container_fail(container, GIM_ERR_FORMAT, "metadata \"%s\" has %zu members, not %zu", what,
                                   json_object_size(object), n + extra);
    for (size_t i = 0; i < n; i++)
        if (!member_number(&numbers[i], &members[i], json_object_get(object, members[i].key)))
            return gim__container_fail(container, GIM_ERR_FORMAT,
                                       "metadata \"%s\": %s is missing, or not a value that it can have", what,
                                       members[i].key);
    return GIM_OK;
}
