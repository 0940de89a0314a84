/* Lists of the arrays of a model, as its file has them, and what their values must be.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__ARRAYS_H
#define GIM__ARRAYS_H

#include "api/safetensors.h"

enum { GIM__MOST_ARRAYS = 128 };

/* What the values of an array must be, when they are written and when they are read. */
typedef enum gim__rule {
    GIM__FINITE,
    GIM__NOT_NEGATIVE,
    GIM__POSITIVE,
    GIM__FROM_ONE,
    GIM__BOOLEAN,
    GIM__ANY
} gim__rule;

typedef struct gim__arrays {
    gim__array array[GIM__MOST_ARRAYS];
    size_t n;
} gim__arrays;

/* Appends an array called group.name of up to three dimensions; its values may come later. */
void gim__arrays_add(gim__arrays *all, const char *group, const char *name, gim__element element, gim__rule rule,
                     size_t n_dims, const size_t *dims, void *values);
/* That all values are what they must be: status and a message where they are not. What cannot be read back is not
 * written either. */
gim_status gim__arrays_check(const gim__arrays *all, gim__message *message, const char *path, gim_status status);
/* Memory for the values of each, which are then the list's. Returns GIM_OK or GIM_ERR_NOMEM; free in any case. */
gim_status gim__arrays_new(gim__arrays *all, const gim_allocator *allocator);
void gim__arrays_free(gim__arrays *all, const gim_allocator *allocator);
/* The values of the array of this name. */
void *gim__arrays_values(const gim__arrays *all, const char *name);
/* Writes metadata, with their checksum, and the sorted arrays to a file that takes its place when it is whole. */
gim_status gim__arrays_save(const gim__arrays *all, json_t *metadata, const char *path, const gim_allocator *allocator,
                            gim__message *message);

#endif
