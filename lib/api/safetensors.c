/* The container of a model file. SPDX-License-Identifier: BSD-3-Clause */
#include "api/safetensors.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/real.h"

/* The cap on the header is the one of safetensors' own reader. */
enum { MOST_HEADER = 100000000, MOST_VALUES = 10000, MOST_DEPTH = 3, CHUNK = 16384, PLAIN = 64 };

#define METADATA "__metadata__"
#define CHECKSUM "checksum"

static const struct {
    const char *name;
    size_t width;
} dtypes[] = {[GIM__I64] = {"I64", 8}, [GIM__F64] = {"F64", 8}, [GIM__F32] = {"F32", 4}, [GIM__U8] = {"U8", 1}};
enum { DTYPES = sizeof dtypes / sizeof *dtypes };

/* ---- elements ---- */

static gim__dtype dtype_of(gim__element element)
{
    switch (element) {
    case GIM__SIZES:
        return GIM__I64;
    case GIM__DOUBLES:
        return GIM__F64;
    case GIM__REALS:
        return sizeof(real) == sizeof(double) ? GIM__F64 : GIM__F32;
    default:
        return GIM__U8;
    }
}

static void put_64(unsigned char *to, const void *from)
{
    uint64_t bits;
    memcpy(&bits, from, sizeof bits);
    bits = htole64(bits);
    memcpy(to, &bits, sizeof bits);
}

static void put_32(unsigned char *to, const void *from)
{
    uint32_t bits;
    memcpy(&bits, from, sizeof bits);
    bits = htole32(bits);
    memcpy(to, &bits, sizeof bits);
}

static uint64_t get_64(const unsigned char *from)
{
    uint64_t bits;
    memcpy(&bits, from, sizeof bits);
    return le64toh(bits);
}

static double get_double(const unsigned char *from)
{
    uint64_t bits = get_64(from);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float get_float(const unsigned char *from)
{
    uint32_t bits;
    float value;
    memcpy(&bits, from, sizeof bits);
    bits = le32toh(bits);
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Element i of an array, as it lies in a file. */
static void encode(unsigned char *to, const gim__array *array, size_t i)
{
    uint64_t count;
    switch (array->element) {
    case GIM__SIZES:
        count = ((const size_t *)array->values)[i];
        put_64(to, &count);
        break;
    case GIM__DOUBLES:
        put_64(to, (const double *)array->values + i);
        break;
    case GIM__REALS:
        if (sizeof(real) == sizeof(double))
            put_64(to, (const real *)array->values + i);
        else
            put_32(to, (const real *)array->values + i);
        break;
    case GIM__BYTES:
        *to = ((const unsigned char *)array->values)[i];
        break;
    }
}

/* Back. A count that size_t does not hold becomes one that no array has. */
static void decode(const gim__array *array, size_t i, const unsigned char *from, gim__dtype dtype)
{
    uint64_t count;
    switch (array->element) {
    case GIM__SIZES:
        count = get_64(from);
        ((size_t *)array->values)[i] = count <= SIZE_MAX ? (size_t)count : SIZE_MAX;
        break;
    case GIM__DOUBLES:
        ((double *)array->values)[i] = get_double(from);
        break;
    case GIM__REALS:
        ((real *)array->values)[i] = dtype == GIM__F32 ? (real)get_float(from) : (real)get_double(from);
        break;
    case GIM__BYTES:
        ((unsigned char *)array->values)[i] = *from;
        break;
    }
}

size_t gim__array_size(const gim__array *array)
{
    size_t size = 1;
    for (size_t i = 0; i < array->n_dims; i++)
        size *= array->dims[i];
    return size;
}

/* ---- reading: the header ---- */

static gim_status bad_header(const gim__container *container, const char *why)
{
    return gim__container_fail(container, GIM_ERR_FORMAT, "is not a libgim model: %s", why);
}

static gim_status header_length(const gim__container *container, uint64_t *length)
{
    unsigned char bytes[8];
    if (container->reader.size < sizeof bytes)
        return bad_header(container, "it is shorter than 8 bytes");
    gim_status status = gim__reader_get(&container->reader, bytes, 0, sizeof bytes);
    if (status != GIM_OK)
        return status;
    *length = get_64(bytes);
    if (*length < 2 || *length > MOST_HEADER)
        return gim__container_fail(
            container, GIM_ERR_FORMAT,
            "is not a libgim model: its first 8 bytes give a header of %llu bytes; 2 to %d can be",
            (unsigned long long)*length, MOST_HEADER);
    if (container->reader.size > SIZE_MAX / 4)
        return gim__container_fail(container, GIM_ERR_NOMEM, "is too large for this machine");
    if (*length > container->reader.size - sizeof bytes)
        return gim__container_fail(container, GIM_ERR_FORMAT,
                                   "ends within its header of %llu bytes: no libgim model, or cut short",
                                   (unsigned long long)*length);
    return GIM_OK;
}

static gim_status parse_header(gim__container *container, const char *text, size_t length)
{
    gim__json_fault fault;
    if (text[0] != '{')
        return bad_header(container, "its header does not begin with {");
    container->header = gim__json_parse(text, length, MOST_VALUES, MOST_DEPTH, &fault);
    if (container->header == NULL)
        return gim__container_fail(container, fault.status, "header %s", fault.text);
    container->metadata = json_object_get(container->header, METADATA);
    if (!json_is_object(container->metadata))
        return bad_header(container, "its header has no " METADATA);
    const char *key;
    json_t *value;
    json_object_foreach(container->metadata, key, value)
    {
        char plain[PLAIN];
        if (!json_is_string(value))
            return gim__container_fail(container, GIM_ERR_FORMAT, "metadata \"%s\" is not a string",
                                       gim__plain(plain, sizeof plain, key));
    }
    return GIM_OK;
}

gim_status gim__container_open(gim__container *container, const char *path, const gim_allocator *allocator,
                               gim__message *message)
{
    uint64_t length = 0;
    *container = (gim__container){.allocator = allocator, .message = message};
    gim_status status = gim__reader_open(&container->reader, path, message);
    if (status == GIM_OK)
        status = header_length(container, &length);
    if (status != GIM_OK)
        return status;
    container->data = 8 + length;
    char *text = gim__new(allocator, (size_t)length, 1);
    if (text == NULL)
        return gim__container_fail(container, GIM_ERR_NOMEM, "out of memory for its header");
    status = gim__reader_get(&container->reader, text, 8, (size_t)length);
    if (status == GIM_OK)
        status = parse_header(container, text, (size_t)length);
    gim__delete(allocator, text);
    return status;
}

void gim__container_close(gim__container *container)
{
    gim__reader_close(&container->reader);
    json_decref(container->header);
    gim__delete(container->allocator, container->tensor);
    container->header = container->metadata = NULL;
    container->tensor = NULL;
}

/* ---- reading: the tensors ---- */

static int parse_dtype(gim__tensor *tensor, const json_t *value)
{
    const char *name = json_string_value(value);
    for (size_t i = 0; name != NULL && i < DTYPES; i++)
        if (strcmp(name, dtypes[i].name) == 0) {
            tensor->dtype = (gim__dtype)i;
            return 1;
        }
    return 0;
}

/* Also the bytes that a tensor of this type and shape has. */
static int parse_shape(gim__tensor *tensor, const json_t *value)
{
    tensor->n_dims = json_array_size(value);
    tensor->bytes = dtypes[tensor->dtype].width;
    if (!json_is_array(value) || tensor->n_dims > GIM__DIMS)
        return 0;
    for (size_t i = 0; i < tensor->n_dims; i++)
        if (!gim__json_get_count(json_array_get(value, i), INT64_MAX, &tensor->dims[i]) ||
            __builtin_mul_overflow(tensor->bytes, tensor->dims[i], &tensor->bytes))
            return 0;
    return 1;
}

static gim_status parse_tensor(const gim__container *container, gim__tensor *tensor, const char *name,
                               const json_t *value)
{
    char plain[PLAIN];
    const char *wrong = NULL;
    const json_t *offsets = json_object_get(value, "data_offsets");
    uint64_t end = 0, size = container->reader.size - container->data;
    tensor->name = name;
    if (json_object_size(value) != 3)
        wrong = "has other members than dtype, shape and data_offsets";
    else if (!parse_dtype(tensor, json_object_get(value, "dtype")))
        wrong = "has a dtype other than I64, F64, F32, U8";
    else if (!parse_shape(tensor, json_object_get(value, "shape")))
        wrong = "has a shape that cannot be";
    else if (json_array_size(offsets) != 2 || !gim__json_get_count(json_array_get(offsets, 0), size, &tensor->begin) ||
             !gim__json_get_count(json_array_get(offsets, 1), size, &end))
        wrong = "has data_offsets that are not within the file";
    else if (end < tensor->begin || end - tensor->begin != tensor->bytes)
        wrong = "has data_offsets that are not as long as its shape asks for";
    return wrong == NULL ? GIM_OK
                         : gim__container_fail(container, GIM_ERR_FORMAT, "tensor \"%s\" %s",
                                               gim__plain(plain, sizeof plain, name), wrong);
}

/* By place; a tensor without data stands before the one that begins where it does. */
static int compare_tensors(const void *a, const void *b)
{
    const gim__tensor *first = a, *second = b;
    if (first->begin != second->begin)
        return first->begin < second->begin ? -1 : 1;
    return first->bytes < second->bytes ? -1 : first->bytes > second->bytes;
}

static gim_status check_places(const gim__container *container)
{
    char plain[PLAIN];
    uint64_t end = 0;
    for (size_t i = 0; i < container->n_tensors; i++) {
        const gim__tensor *tensor = &container->tensor[i];
        if (tensor->begin != end)
            return gim__container_fail(container, GIM_ERR_FORMAT, "tensor \"%s\" begins at %llu of the data; %s",
                                       gim__plain(plain, sizeof plain, tensor->name), (unsigned long long)tensor->begin,
                                       tensor->begin < end ? "it overlaps another" : "there is a hole before it");
        end = tensor->begin + tensor->bytes;
    }
    if (container->data + end != container->reader.size)
        return gim__container_fail(container, GIM_ERR_FORMAT, "has %llu bytes after its last tensor",
                                   (unsigned long long)(container->reader.size - container->data - end));
    return GIM_OK;
}

gim_status gim__container_index(gim__container *container)
{
    const char *key;
    json_t *value;
    container->tensor = gim__new(container->allocator, json_object_size(container->header), sizeof(gim__tensor));
    if (container->tensor == NULL)
        return gim__container_fail(container, GIM_ERR_NOMEM, "out of memory for its header");
    json_object_foreach(container->header, key, value)
    {
        if (value == container->metadata)
            continue;
        gim_status status = parse_tensor(container, &container->tensor[container->n_tensors++], key, value);
        if (status != GIM_OK)
            return status;
    }
    if (container->n_tensors > 0)
        qsort(container->tensor, container->n_tensors, sizeof(gim__tensor), compare_tensors);
    return check_places(container);
}

/* n_arrays where there is none of that name. */
static size_t find_array(const gim__array *array, size_t n_arrays, const char *name)
{
    size_t i = 0;
    while (i < n_arrays && strcmp(array[i].name, name) != 0)
        i++;
    return i;
}

static int same_type(const gim__tensor *tensor, const gim__array *array)
{
    return tensor->dtype == dtype_of(array->element) ||
           (array->element == GIM__REALS && (tensor->dtype == GIM__F32 || tensor->dtype == GIM__F64));
}

static int same_shape(const gim__tensor *tensor, const gim__array *array)
{
    int same = tensor->n_dims == array->n_dims;
    for (size_t i = 0; same && i < array->n_dims; i++)
        same = tensor->dims[i] == array->dims[i];
    return same;
}

/* Names differ on both sides, so equal counts and a match for each tensor are a match for each array. */
gim_status gim__container_match(gim__container *container, const gim__array *array, size_t n_arrays)
{
    char plain[PLAIN];
    for (size_t i = 0; i < container->n_tensors; i++) {
        gim__tensor *tensor = &container->tensor[i];
        tensor->array = find_array(array, n_arrays, tensor->name);
        gim__plain(plain, sizeof plain, tensor->name);
        if (tensor->array == n_arrays)
            return gim__container_fail(container, GIM_ERR_FORMAT, "tensor \"%s\" is none that this model has", plain);
        const gim__array *its = &array[tensor->array];
        if (!same_type(tensor, its))
            return gim__container_fail(container, GIM_ERR_FORMAT, "tensor \"%s\" is %s; it must be %s", plain,
                                       dtypes[tensor->dtype].name, dtypes[dtype_of(its->element)].name);
        if (!same_shape(tensor, its))
            return gim__container_fail(
                container, GIM_ERR_FORMAT,
                "tensor \"%s\" has a shape other than the metadata ask for (%zu dimensions: %zu, %zu, %zu)", plain,
                its->n_dims, its->dims[0], its->dims[1], its->dims[2]);
    }
    for (size_t i = 0; i < n_arrays; i++) {
        size_t t = 0;
        while (t < container->n_tensors && strcmp(container->tensor[t].name, array[i].name) != 0)
            t++;
        if (t == container->n_tensors)
            return gim__container_fail(container, GIM_ERR_FORMAT, "has no tensor \"%s\"", array[i].name);
    }
    return GIM_OK;
}

static gim_status read_tensor(const gim__container *container, const gim__tensor *tensor, const gim__array *array,
                              uint32_t *checksum)
{
    unsigned char chunk[CHUNK];
    size_t width = dtypes[tensor->dtype].width, i = 0;
    for (uint64_t at = 0; at < tensor->bytes; at += CHUNK) {
        size_t n = tensor->bytes - at < CHUNK ? (size_t)(tensor->bytes - at) : CHUNK;
        gim_status status = gim__reader_get(&container->reader, chunk, container->data + tensor->begin + at, n);
        if (status != GIM_OK)
            return status;
        *checksum = (uint32_t)crc32(*checksum, chunk, (uInt)n);
        for (size_t byte = 0; byte < n; byte += width)
            decode(array, i++, chunk + byte, tensor->dtype);
    }
    return GIM_OK;
}

gim_status gim__container_read(const gim__container *container, const gim__array *array, uint32_t *checksum)
{
    gim_status status = GIM_OK;
    *checksum = gim__checksum_start(container->metadata);
    for (size_t i = 0; status == GIM_OK && i < container->n_tensors; i++)
        status = read_tensor(container, &container->tensor[i], &array[container->tensor[i].array], checksum);
    return status;
}

/* ---- writing ---- */

static int compare_arrays(const void *a, const void *b)
{
    const gim__array *first = a, *second = b;
    int types = (int)dtype_of(first->element) - (int)dtype_of(second->element);
    return types != 0 ? types : strcmp(first->name, second->name);
}

void gim__array_sort(gim__array *array, size_t n_arrays)
{
    if (n_arrays > 0)
        qsort(array, n_arrays, sizeof *array, compare_arrays);
}

/* The next elements of an array from i on, as many as fit into a chunk; returns their bytes. */
static size_t encode_chunk(unsigned char *chunk, const gim__array *array, size_t i, size_t size)
{
    size_t width = dtypes[dtype_of(array->element)].width, n = 0;
    for (; n < CHUNK / width && i + n < size; n++)
        encode(chunk + n * width, array, i + n);
    return n * width;
}

uint32_t gim__checksum_start(const json_t *metadata)
{
    uLong sum = crc32(0, Z_NULL, 0);
    const char *last = NULL;
    for (;;) { /* the next key in order; metadata have few */
        const char *key, *next = NULL;
        json_t *value;
        json_object_foreach((json_t *)metadata, key, value)
        {
            if (strcmp(key, CHECKSUM) != 0 && (last == NULL || strcmp(key, last) > 0) &&
                (next == NULL || strcmp(key, next) < 0))
                next = key;
        }
        if (next == NULL)
            return (uint32_t)sum;
        value = json_object_get(metadata, next);
        sum = crc32_z(sum, (const unsigned char *)json_string_value(value), json_string_length(value));
        last = next;
    }
}

uint32_t gim__checksum(const json_t *metadata, const gim__array *array, size_t n_arrays)
{
    unsigned char chunk[CHUNK];
    uLong sum = gim__checksum_start(metadata);
    for (size_t a = 0; a < n_arrays; a++) {
        size_t size = gim__array_size(&array[a]), width = dtypes[dtype_of(array[a].element)].width;
        for (size_t i = 0; i < size; i += CHUNK / width)
            sum = crc32(sum, chunk, (uInt)encode_chunk(chunk, &array[a], i, size));
    }
    return (uint32_t)sum;
}

/* An array of whole numbers; NULL when memory is out. */
static json_t *numbers(const uint64_t *number, size_t n)
{
    json_t *array = json_array();
    int failed = array == NULL;
    for (size_t i = 0; !failed && i < n; i++)
        failed = json_array_append_new(array, json_integer((json_int_t)number[i])) != 0;
    if (!failed)
        return array;
    json_decref(array);
    return NULL;
}

static int add_tensor(json_t *header, const gim__array *array, uint64_t *begin)
{
    gim__dtype dtype = dtype_of(array->element);
    uint64_t place[2] = {*begin, *begin + gim__array_size(array) * dtypes[dtype].width}, dims[GIM__DIMS];
    for (size_t i = 0; i < array->n_dims; i++)
        dims[i] = array->dims[i];
    *begin = place[1];
    json_t *tensor = json_object();
    int failed = json_object_set_new(header, array->name, tensor) != 0 ||
                 json_object_set_new(tensor, "dtype", json_string(dtypes[dtype].name)) != 0 ||
                 json_object_set_new(tensor, "shape", numbers(dims, array->n_dims)) != 0 ||
                 json_object_set_new(tensor, "data_offsets", numbers(place, 2)) != 0;
    return !failed;
}

/* The header; NULL when memory is out. */
static json_t *new_header(json_t *metadata, const gim__array *array, size_t n_arrays)
{
    json_t *header = json_object();
    uint64_t begin = 0;
    int made = json_object_set(header, METADATA, metadata) == 0;
    for (size_t i = 0; made && i < n_arrays; i++)
        made = add_tensor(header, &array[i], &begin);
    if (made)
        return header;
    json_decref(header);
    return NULL;
}

/* Length, header, and spaces until the data begin at a multiple of 8 bytes. */
static gim_status write_header(gim__writer *writer, const json_t *header)
{
    unsigned char bytes[8];
    size_t length;
    char *text = gim__json_text(header, writer->allocator, &length);
    if (text == NULL)
        return gim__file_fail(writer->message, writer->path, GIM_ERR_NOMEM, "out of memory for its header");
    uint64_t padded = (length + 7) / 8 * 8;
    put_64(bytes, &padded);
    gim_status status = GIM_OK;
    if (padded > MOST_HEADER)
        status = gim__file_fail(writer->message, writer->path, GIM_ERR_IO,
                                "its header, with all names, would have %llu bytes; a file has room for %d",
                                (unsigned long long)padded, MOST_HEADER);
    if (status == GIM_OK)
        status = gim__writer_put(writer, bytes, sizeof bytes);
    if (status == GIM_OK)
        status = gim__writer_put(writer, text, length);
    if (status == GIM_OK)
        status = gim__writer_put(writer, "       ", (size_t)padded - length);
    gim__delete(writer->allocator, text);
    return status;
}

static gim_status write_array(gim__writer *writer, const gim__array *array)
{
    unsigned char chunk[CHUNK];
    size_t size = gim__array_size(array), width = dtypes[dtype_of(array->element)].width;
    gim_status status = GIM_OK;
    for (size_t i = 0; status == GIM_OK && i < size; i += CHUNK / width)
        status = gim__writer_put(writer, chunk, encode_chunk(chunk, array, i, size));
    return status;
}

gim_status gim__container_write(gim__writer *writer, json_t *metadata, const gim__array *array, size_t n_arrays)
{
    json_t *header = new_header(metadata, array, n_arrays);
    if (header == NULL)
        return gim__file_fail(writer->message, writer->path, GIM_ERR_NOMEM, "out of memory for its header");
    gim_status status = write_header(writer, header);
    json_decref(header);
    for (size_t i = 0; status == GIM_OK && i < n_arrays; i++)
        status = write_array(writer, &array[i]);
    return status;
}
