/* What files of every kind of model say in words and numbers, that is their metadata: a format with its version, names,
 * numbers that have names, a checksum. SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__FIELDS_H
#define GIM__FIELDS_H

#include "api/safetensors.h"

/* ---- writing: NULL or 0 when memory is out; names must be UTF-8 ---- */

json_t *gim__fields_names(char *const *names, size_t n);
/* Adds value as text; value is given up. */
int gim__fields_add(json_t *metadata, const char *key, json_t *value, const gim_allocator *allocator);
int gim__fields_add_checksum(json_t *metadata, uint32_t checksum);

/* ---- reading ---- */

/* The text of a key; NULL where there is none. */
const char *gim__fields_text(const gim__container *container, const char *key);
/* That the file is of this format, and of a version up to this. First of all, so that a newer file is called newer, not
 * damaged. */
gim_status gim__fields_version(const gim__container *container, const char *format, int version);
/* That the file has no key but these n, and all that are needed, a NULL after them. */
gim_status gim__fields_keys(const gim__container *container, const char *const *keys, size_t n);
/* Parses the text of one key, an array of at most so many names or an object. */
gim_status gim__fields_parse(json_t **value, const gim__container *container, const char *key, int names, size_t most);
/* Copies of an array's names take the places of those in to; distinct: no two may be equal. what: "variable" */
gim_status gim__fields_take_names(char **to, const json_t *array, const char *what, int distinct,
                                  const gim__container *container);
/* Compares with the file's checksum, where it has one. */
gim_status gim__fields_check(const gim__container *container, uint32_t checksum);

/* ---- numbers ---- */

/* A number of an object, exact in a double. Infinity and NaN have their place in reals. */
typedef struct gim__member {
    const char *key;
    enum { GIM__REAL, GIM__COUNT, GIM__TRUTH } kind;
    uint64_t most; /* of a count */
} gim__member;

/* Adds n numbers. Returns 0 when memory is out. */
int gim__members_add(json_t *object, const gim__member *members, const double *numbers, size_t n);
/* The numbers of an object that has them and extra other members. what: "fit" */
gim_status gim__members_take(double *numbers, const gim__member *members, size_t n, size_t extra, const json_t *object,
                             const char *what, const gim__container *container);

#endif
