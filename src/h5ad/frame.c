/* The data frames of an AnnData file, obs and var, column by column as text. SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "h5ad.h"
#include "memory.h"

enum { BLOCK = 1 << 16 };

/* One column on its way out. */
struct column {
    const char *place;  /* "obs/drug" */
    hid_t values, mask; /* mask -1: none */
    size_t n;
    void (*take)(void *user, size_t i, const char *text);
    void *user;
};

static hid_t open_frame(hid_t file, const char *frame)
{
    hid_t group = open_path(file, frame);
    if (!is_group(group))
        fail("%s: is of the layout before anndata 0.7; read the file and write it again by a newer anndata", frame);
    return group;
}

static char *index_of(hid_t group)
{
    char *name = text_attribute(group, "_index");
    return name != NULL ? name : memory_text(has_member(group, "_index") ? "_index" : "index");
}

void list_columns(struct names *names, hid_t file, const char *frame)
{
    hid_t group = open_frame(file, frame);
    char *index = index_of(group);
    names_add(names, index);
    list_attribute(names, group, "column-order");
    free(index);
    H5Oclose(group);
}

/* ---- kinds of column --------------------------------------------------------------------------------------------- */

/* Whether rows first .. first + n are missing. */
static void read_mask(const struct column *column, size_t first, size_t n, uint8_t *missing)
{
    memset(missing, 0, n);
    if (column->mask >= 0)
        read_part(column->mask, column->place, H5T_NATIVE_UINT8, first, n, missing);
}

/* The shortest text that gives the number again. */
static const char *real_text(double value, bool single, char text[40])
{
    for (int digits = single ? 6 : 15; digits <= 17; digits++) {
        snprintf(text, 40, "%.*g", digits, value);
        if (single ? (float)strtod(text, NULL) == (float)value : strtod(text, NULL) == value)
            break;
    }
    return text;
}

static void take_reals(const struct column *column, bool single)
{
    double *values = memory_new(BLOCK, sizeof *values);
    uint8_t *missing = memory_new(BLOCK, 1);
    for (size_t first = 0; first < column->n; first += BLOCK) {
        size_t n = column->n - first < BLOCK ? column->n - first : BLOCK;
        char text[40];
        read_part(column->values, column->place, H5T_NATIVE_DOUBLE, first, n, values);
        read_mask(column, first, n, missing);
        for (size_t i = 0; i < n; i++)
            column->take(column->user, first + i,
                         missing[i] || isnan(values[i]) ? NULL : real_text(values[i], single, text));
    }
    free(values);
    free(missing);
}

/* truth: of an enumeration of FALSE and TRUE, which is read as it is. */
static void take_integers(const struct column *column, hid_t type, bool truth)
{
    int64_t *values = memory_new(BLOCK, sizeof *values);
    int8_t *truths = memory_new(BLOCK, 1);
    uint8_t *missing = memory_new(BLOCK, 1);
    for (size_t first = 0; first < column->n; first += BLOCK) {
        size_t n = column->n - first < BLOCK ? column->n - first : BLOCK;
        char text[40];
        if (truth)
            read_part(column->values, column->place, type, first, n, truths);
        else
            read_part(column->values, column->place, H5T_NATIVE_INT64, first, n, values);
        read_mask(column, first, n, missing);
        for (size_t i = 0; i < n; i++) {
            if (truth)
                snprintf(text, sizeof text, "%s", truths[i] ? "True" : "False");
            else
                snprintf(text, sizeof text, "%lld", (long long)values[i]);
            column->take(column->user, first + i, missing[i] ? NULL : text);
        }
    }
    free(values);
    free(truths);
    free(missing);
}

/* Texts that may be missing by their mask. */
struct masked {
    const struct column *column;
    uint8_t *missing;
};

static void take_masked(void *user, size_t i, const char *text)
{
    const struct masked *masked = user;
    masked->column->take(masked->column->user, i, masked->missing != NULL && masked->missing[i] ? NULL : text);
}

static void take_texts_of(const struct column *column)
{
    struct masked masked = {.column = column};
    if (column->mask >= 0) {
        masked.missing = memory_new(column->n, 1);
        read_mask(column, 0, column->n, masked.missing);
    }
    read_texts(column->values, column->place, take_masked, &masked);
    free(masked.missing);
}

static void take_plain(const struct column *column)
{
    hid_t type = H5Dget_type(column->values);
    switch (H5Tget_class(type)) {
    case H5T_STRING:
        take_texts_of(column);
        break;
    case H5T_FLOAT:
        take_reals(column, H5Tget_size(type) <= 4);
        break;
    case H5T_INTEGER:
        take_integers(column, type, false);
        break;
    case H5T_ENUM:
        if (H5Tget_size(type) != 1 || H5Tget_nmembers(type) != 2)
            fail("%s: is of an enumerated type that is no boolean", column->place);
        take_integers(column, type, true);
        break;
    default:
        fail("%s: is neither text nor numbers", column->place);
    }
    H5Tclose(type);
}

/* ---- categories -------------------------------------------------------------------------------------------------- */

struct list {
    char **all;
    size_t n, capacity;
};

static void list_add(void *user, size_t i, const char *text)
{
    struct list *list = user;
    (void)i;
    list->all = memory_grow(list->all, &list->capacity, list->n + 1, sizeof *list->all);
    list->all[list->n++] = memory_text(text != NULL ? text : "nan");
}

static void take_categories(const struct column *column, hid_t categories)
{
    struct list list = {0};
    struct column names = {column->place, categories, -1, length_of(categories, column->place), list_add, &list};
    int64_t *codes = memory_new(BLOCK, sizeof *codes);
    take_plain(&names);
    for (size_t first = 0; first < column->n; first += BLOCK) {
        size_t n = column->n - first < BLOCK ? column->n - first : BLOCK;
        read_part(column->values, column->place, H5T_NATIVE_INT64, first, n, codes);
        for (size_t i = 0; i < n; i++) {
            if (codes[i] < -1 || codes[i] >= (int64_t)list.n)
                fail("%s: row %zu has the category number %lld, where there are %zu", column->place, first + i,
                     (long long)codes[i], list.n);
            column->take(column->user, first + i, codes[i] < 0 ? NULL : list.all[codes[i]]);
        }
    }
    for (size_t i = 0; i < list.n; i++)
        free(list.all[i]);
    free(list.all);
    free(codes);
}

/* A column that is a group: categories, or values with a mask. */
static void take_group(struct column *column, hid_t group)
{
    if (has_member(group, "codes")) {
        hid_t categories = open_member(group, column->place, "categories");
        column->values = open_member(group, column->place, "codes");
        column->n = length_of(column->values, column->place);
        take_categories(column, categories);
        H5Oclose(categories);
        H5Oclose(column->values);
    } else if (has_member(group, "values")) {
        column->values = open_member(group, column->place, "values");
        column->mask = open_member(group, column->place, "mask");
        column->n = length_of(column->values, column->place);
        if (length_of(column->mask, column->place) != column->n)
            fail("%s: the mask is not as long as the values", column->place);
        take_plain(column);
        H5Oclose(column->values);
        H5Oclose(column->mask);
    } else {
        fail("%s: is of an encoding that is not known here", column->place);
    }
}

void read_column(hid_t file, const char *frame, const char *name, void (*take)(void *user, size_t i, const char *text),
                 void *user)
{
    hid_t group = open_frame(file, frame);
    char *index = index_of(group), *place;
    name = name[0] != '\0' ? name : index;
    place = memory_format("%s/%s", frame, name);
    hid_t object = open_member(group, frame, name);
    struct column column = {place, object, -1, 0, take, user};
    if (is_group(object)) {
        take_group(&column, object);
    } else if (has_member(group, "__categories")) { /* anndata 0.7 */
        hid_t all = open_member(group, frame, "__categories");
        column.n = length_of(object, place);
        if (has_member(all, name)) {
            hid_t categories = open_member(all, frame, name);
            take_categories(&column, categories);
            H5Oclose(categories);
        } else {
            take_plain(&column);
        }
        H5Oclose(all);
    } else {
        column.n = length_of(object, place);
        take_plain(&column);
    }
    H5Oclose(object);
    H5Oclose(group);
    free(index);
    free(place);
}

static void count(void *user, size_t i, const char *text)
{
    (void)text;
    *(size_t *)user = i + 1;
}

size_t count_rows(hid_t file, const char *frame)
{
    size_t n = 0;
    read_column(file, frame, "", count, &n);
    return n;
}
