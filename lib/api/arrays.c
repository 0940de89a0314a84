/* Lists of the arrays of a model. SPDX-License-Identifier: BSD-3-Clause */
#include "api/arrays.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "api/fields.h"
#include "base/alloc.h"
#include "base/real.h"

static const char *const rule_names[] = {"finite", "finite and not negative", "finite and positive",
                                         "a whole number from 1 on", "0 or 1"};

void gim__arrays_add(gim__arrays *all, const char *group, const char *name, gim__element element, gim__rule rule,
                     size_t n_dims, const size_t *dims, void *values)
{
    gim__array *array = &all->array[all->n++];
    *array = (gim__array){.element = element, .n_dims = n_dims, .values = values, .rule = rule};
    memcpy(array->dims, dims, n_dims * sizeof *dims);
    snprintf(array->name, sizeof array->name, "%s.%s", group, name);
}

static int is_count(size_t value)
{
    return value >= 1 && value <= INT64_MAX;
}

static int keeps(double value, gim__rule rule)
{
    switch (rule) {
    case GIM__FINITE:
        return isfinite(value);
    case GIM__NOT_NEGATIVE:
        return isfinite(value) && value >= 0;
    case GIM__POSITIVE:
        return isfinite(value) && value > 0;
    case GIM__BOOLEAN:
        return value == 0 || value == 1;
    default:
        return 1;
    }
}

static double value_at(const gim__array *array, size_t i)
{
    switch (array->element) {
    case GIM__SIZES:
        return (double)((const size_t *)array->values)[i];
    case GIM__DOUBLES:
        return ((const double *)array->values)[i];
    case GIM__REALS:
        return (double)((const real *)array->values)[i];
    default:
        return ((const unsigned char *)array->values)[i];
    }
}

gim_status gim__arrays_check(const gim__arrays *all, gim__message *message, const char *path, gim_status status)
{
    for (size_t a = 0; a < all->n; a++) {
        const gim__array *array = &all->array[a];
        gim__rule rule = (gim__rule)array->rule;
        for (size_t i = 0, size = gim__array_size(array); i < size; i++) {
            int kept =
                rule == GIM__FROM_ONE ? is_count(((const size_t *)array->values)[i]) : keeps(value_at(array, i), rule);
            if (!kept)
                return gim__file_fail(message, path, status, "tensor \"%s\" has %g as value %zu; it must be %s",
                                      array->name, value_at(array, i), i, rule_names[rule]);
        }
    }
    return GIM_OK;
}

static size_t width_of(gim__element element)
{
    return element == GIM__SIZES     ? sizeof(size_t)
           : element == GIM__DOUBLES ? sizeof(double)
           : element == GIM__REALS   ? sizeof(real)
                                     : 1;
}

gim_status gim__arrays_new(gim__arrays *all, const gim_allocator *allocator)
{
    for (size_t a = 0; a < all->n; a++)
        all->array[a].values = NULL;
    for (size_t a = 0; a < all->n; a++) {
        gim__array *array = &all->array[a];
        array->values = gim__new(allocator, gim__array_size(array), width_of(array->element));
        if (array->values == NULL)
            return GIM_ERR_NOMEM;
    }
    return GIM_OK;
}

void gim__arrays_free(gim__arrays *all, const gim_allocator *allocator)
{
    for (size_t a = 0; a < all->n; a++)
        gim__delete(allocator, all->array[a].values);
    all->n = 0;
}

void *gim__arrays_values(const gim__arrays *all, const char *name)
{
    for (size_t a = 0; a < all->n; a++)
        if (strcmp(all->array[a].name, name) == 0)
            return all->array[a].values;
    return NULL;
}

static gim_status write_file(const gim__arrays *all, json_t *metadata, const char *path, const gim_allocator *allocator,
                             gim__message *message)
{
    gim__writer writer;
    gim_status status = gim__writer_open(&writer, path, allocator, message);
    if (status == GIM_OK)
        status = gim__container_write(&writer, metadata, all->array, all->n);
    if (status == GIM_OK)
        status = gim__writer_commit(&writer);
    gim__writer_close(&writer);
    return status;
}

gim_status gim__arrays_save(const gim__arrays *all, json_t *metadata, const char *path, const gim_allocator *allocator,
                            gim__message *message)
{
    if (metadata == NULL || !gim__fields_add_checksum(metadata, gim__checksum(metadata, all->array, all->n)))
        return gim__file_fail(message, path, GIM_ERR_NOMEM, "out of memory for names and options");
    return write_file(all, metadata, path, allocator, message);
}
