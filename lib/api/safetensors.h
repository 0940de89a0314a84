/* The container of a model file: safetensors (docs/model-file.md), read with distrust. Knows nothing of models.
 *   8 bytes, little-endian: the header's length | the header, JSON: names, types, shapes, places; metadata | the data
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef GIM__SAFETENSORS_H
#define GIM__SAFETENSORS_H

#include "api/file.h"
#include "api/json.h"

enum { GIM__DIMS = 3 };

/* Types of tensors, in the order in which they lie in a file that is written. */
typedef enum gim__dtype { GIM__I64, GIM__F64, GIM__F32, GIM__U8 } gim__dtype;

/* What the elements of an array in memory are, and what they may be in a file. */
typedef enum gim__element {
    GIM__SIZES,   /* size_t: I64 */
    GIM__DOUBLES, /* double: F64 */
    GIM__REALS,   /* real: F32 (F64 where real is double); read from either */
    GIM__BYTES    /* unsigned char: U8 */
} gim__element;

/* One array in memory. */
typedef struct gim__array {
    char name[48];
    gim__element element;
    size_t n_dims, dims[GIM__DIMS];
    void *values;
    int rule; /* the caller's */
} gim__array;

/* How many elements an array has. The shapes are such that this cannot overflow where the array could be made. */
size_t gim__array_size(const gim__array *array);

/* One tensor in a file. */
typedef struct gim__tensor {
    const char *name; /* the header's */
    gim__dtype dtype;
    size_t n_dims;
    uint64_t dims[GIM__DIMS];
    uint64_t begin, bytes; /* from the start of the data */
    size_t array;          /* which of the arrays it matches */
} gim__tensor;

/* A file that is read. */
typedef struct gim__container {
    const gim_allocator *allocator;
    gim__message *message;
    gim__reader reader;
    json_t *header, *metadata; /* metadata is the header's: an object of strings */
    uint64_t data;             /* where the data begin */
    gim__tensor *tensor;       /* (n_tensors), in the order of their data */
    size_t n_tensors;
} gim__container;

/* Reads the header. Only the metadata can be looked at then. Close in any case. */
gim_status gim__container_open(gim__container *container, const char *path, const gim_allocator *allocator,
                               gim__message *message);
/* Checks the tensors: known types, and places that follow from the shapes, without hole or overlap, to the file's
 * end. */
gim_status gim__container_index(gim__container *container);
/* Checks that there is a tensor for each array, of its type and shape, and no other; array[].values may be NULL. */
gim_status gim__container_match(gim__container *container, const gim__array *array, size_t n_arrays);
/* Fills the arrays, which are those that matched, in the same order. */
gim_status gim__container_read(const gim__container *container, const gim__array *array, uint32_t *checksum);
void gim__container_close(gim__container *container);
/* "PATH: ..." */
#define gim__container_fail(container, ...) gim__file_fail((container)->message, (container)->reader.path, __VA_ARGS__)

/* Sorts the arrays into the order of a file: by type, then by name. */
void gim__array_sort(gim__array *array, size_t n_arrays);
/* CRC-32 of the metadata's texts but for "checksum", in the order of their keys; to be gone on with over the data. */
uint32_t gim__checksum_start(const json_t *metadata);
/* The same, of the sorted arrays' data too. */
uint32_t gim__checksum(const json_t *metadata, const gim__array *array, size_t n_arrays);
/* Writes header and data. */
gim_status gim__container_write(gim__writer *writer, json_t *metadata, const gim__array *array, size_t n_arrays);

#endif
