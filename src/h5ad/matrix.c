/* The matrices of an AnnData file, row by row. SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "h5ad.h"
#include "memory.h"
#include "scatter.h"
#include "stream.h"

enum { BLOCK = 1 << 20 }; /* values read at a time */

/* A matrix that is being read. */
struct matrix {
    const char *place;
    size_t rows, genes;
    FILE *stream;
    hid_t data, indices; /* of a sparse one */
    uint64_t *start;     /* of a sparse one: where each row, or column, begins */
};

static void check_value(const struct matrix *matrix, size_t row, size_t gene, double value)
{
    if (!isfinite(value))
        fail("%s: the value of row %zu, gene %zu is not finite", matrix->place, row, gene);
}

static void check_numbers(hid_t dataset, const char *place)
{
    hid_t type = H5Dget_type(dataset);
    H5T_class_t class = H5Tget_class(type);
    if (class != H5T_FLOAT && class != H5T_INTEGER)
        fail("%s: holds no numbers", place);
    H5Tclose(type);
}

static void check_sizes(const struct matrix *matrix, uint64_t rows, uint64_t genes)
{
    if (rows != matrix->rows || genes != matrix->genes)
        fail("%s: is %" PRIu64 " x %" PRIu64 ", where obs has %zu rows and var %zu", matrix->place, rows, genes,
             matrix->rows, matrix->genes);
}

/* ---- dense ------------------------------------------------------------------------------------------------------- */

/* Rows that are read together: whole pieces of the file where these are not too large. */
static size_t rows_of_block(const struct matrix *matrix, hid_t dataset)
{
    hsize_t piece[2] = {1, 1};
    hid_t properties = H5Dget_create_plist(dataset);
    if (H5Pget_layout(properties) == H5D_CHUNKED)
        H5Pget_chunk(properties, 2, piece);
    H5Pclose(properties);
    size_t most = BLOCK / matrix->genes > 0 ? BLOCK / matrix->genes : 1;
    return piece[0] > 0 && piece[0] < most ? most / piece[0] * piece[0] : most;
}

static void read_dense(const struct matrix *matrix, hid_t dataset)
{
    uint64_t sizes[2];
    sizes_of(dataset, matrix->place, sizes);
    check_sizes(matrix, sizes[0], sizes[1]);
    check_numbers(dataset, matrix->place);
    size_t step = rows_of_block(matrix, dataset), genes = matrix->genes;
    double *values = memory_new(step, genes * sizeof *values);
    struct row row = {0};
    hid_t in_file = H5Dget_space(dataset);
    for (size_t first = 0; first < matrix->rows; first += step) {
        hsize_t start[2] = {first, 0};
        hsize_t counts[2] = {matrix->rows - first < step ? matrix->rows - first : step, genes};
        hid_t in_memory = H5Screate_simple(2, counts, NULL);
        if (H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start, NULL, counts, NULL) < 0 ||
            H5Dread(dataset, H5T_NATIVE_DOUBLE, in_memory, in_file, H5P_DEFAULT, values) < 0)
            fail("%s: cannot be read: damaged, or cut short", matrix->place);
        H5Sclose(in_memory);
        for (size_t r = 0; r < counts[0]; r++) {
            row.n = 0;
            for (size_t j = 0; j < genes; j++)
                if (values[r * genes + j] != 0) {
                    check_value(matrix, first + r, j, values[r * genes + j]);
                    row_add(&row, j, values[r * genes + j]);
                }
            stream_put_row(matrix->stream, &row);
        }
    }
    H5Sclose(in_file);
    row_free(&row);
    free(values);
}

/* ---- sparse ------------------------------------------------------------------------------------------------------ */

/* Reads where the n rows, or columns, begin, and checks that they lie one after the other, none of more than most. */
static void read_starts(struct matrix *matrix, hid_t group, size_t n, size_t most)
{
    hid_t dataset = open_member(group, matrix->place, "indptr");
    size_t length = length_of(matrix->data, matrix->place);
    if (length_of(dataset, matrix->place) != n + 1)
        fail("%s: indptr has %zu elements, where %zu are needed", matrix->place, length_of(dataset, matrix->place),
             n + 1);
    matrix->start = memory_new(n + 1, sizeof *matrix->start);
    read_part(dataset, matrix->place, H5T_NATIVE_UINT64, 0, n + 1, matrix->start);
    H5Oclose(dataset);
    for (size_t i = 0; i < n; i++)
        if (matrix->start[i] > matrix->start[i + 1])
            fail("%s: indptr goes back after element %zu", matrix->place, i);
        else if (matrix->start[i + 1] - matrix->start[i] > most)
            fail("%s: indptr has more than %zu values between elements %zu and %zu", matrix->place, most, i, i + 1);
    if (matrix->start[0] != 0 || matrix->start[n] != length || length_of(matrix->indices, matrix->place) != length)
        fail("%s: indptr, indices and data do not belong together", matrix->place);
}

/* Calls visit() with each entry: (row, column) of CSR as (major, minor). */
static void each_entry(const struct matrix *matrix, size_t major, size_t minor,
                       void (*visit)(void *user, size_t major, size_t minor, double value), void *user)
{
    double *values = memory_new(BLOCK, sizeof *values);
    int64_t *indices = memory_new(BLOCK, sizeof *indices);
    size_t at = 0;
    for (uint64_t first = 0; first < matrix->start[major]; first += BLOCK) {
        uint64_t n = matrix->start[major] - first < BLOCK ? matrix->start[major] - first : BLOCK;
        read_part(matrix->data, matrix->place, H5T_NATIVE_DOUBLE, first, n, values);
        read_part(matrix->indices, matrix->place, H5T_NATIVE_INT64, first, n, indices);
        for (uint64_t i = 0; i < n; i++) {
            while (matrix->start[at + 1] <= first + i)
                at++;
            if (indices[i] < 0 || indices[i] >= (int64_t)minor)
                fail("%s: an index is %" PRId64 ", where there are %zu", matrix->place, indices[i], minor);
            if (!isfinite(values[i]))
                fail("%s: value number %" PRIu64 " is not finite", matrix->place, first + i);
            visit(user, at, (size_t)indices[i], values[i]);
        }
    }
    free(values);
    free(indices);
}

/* Rows as they come. */
struct rows {
    const struct matrix *matrix;
    struct row row;
    size_t at;
};

static void put_rows_before(struct rows *rows, size_t row)
{
    for (; rows->at < row; rows->at++) {
        stream_put_row(rows->matrix->stream, &rows->row);
        rows->row.n = 0;
    }
}

static void visit_row(void *user, size_t row, size_t gene, double value)
{
    struct rows *rows = user;
    put_rows_before(rows, row);
    if (value != 0)
        row_add(&rows->row, gene, value);
}

static void read_csr(struct matrix *matrix, hid_t group)
{
    struct rows rows = {.matrix = matrix};
    read_starts(matrix, group, matrix->rows, matrix->genes);
    each_entry(matrix, matrix->rows, matrix->genes, visit_row, &rows);
    put_rows_before(&rows, matrix->rows);
    row_free(&rows.row);
}

static void visit_column(void *user, size_t gene, size_t row, double value)
{
    if (value != 0)
        scatter_add(user, row, (uint32_t)gene, value);
}

static int visit_columns(void *user, struct scatter *scatter)
{
    const struct matrix *matrix = user;
    each_entry(matrix, matrix->genes, matrix->rows, visit_column, scatter);
    return EXIT_OK;
}

/* "shape", of the group's attributes. */
static void check_shape(const struct matrix *matrix, hid_t group)
{
    uint64_t shape[2] = {0, 0};
    const char *name = H5Aexists(group, "shape") > 0 ? "shape" : "h5sparse_shape";
    hid_t attribute = H5Aopen(group, name, H5P_DEFAULT), space = H5Aget_space(attribute);
    if (attribute < 0 || H5Sget_simple_extent_npoints(space) != 2 || H5Aread(attribute, H5T_NATIVE_UINT64, shape) < 0)
        fail("%s: has no attribute \"shape\" of two numbers", matrix->place);
    check_sizes(matrix, shape[0], shape[1]);
    H5Sclose(space);
    H5Aclose(attribute);
}

static void read_sparse(struct matrix *matrix, hid_t group, size_t budget)
{
    char *kind = text_attribute(group, "encoding-type");
    if (kind == NULL) { /* anndata 0.6 and before */
        char *older = text_attribute(group, "h5sparse_format");
        if (older != NULL)
            kind = memory_format("%s_matrix", older);
        free(older);
    }
    if (kind == NULL || (strcmp(kind, "csr_matrix") != 0 && strcmp(kind, "csc_matrix") != 0))
        fail("%s: is of the encoding \"%.40s\"; those known are array, csr_matrix and csc_matrix", matrix->place,
             kind != NULL ? kind : "");
    check_shape(matrix, group);
    matrix->data = open_member(group, matrix->place, "data");
    matrix->indices = open_member(group, matrix->place, "indices");
    check_numbers(matrix->data, matrix->place);
    if (strcmp(kind, "csr_matrix") == 0) {
        read_csr(matrix, group);
    } else {
        read_starts(matrix, group, matrix->genes, matrix->rows);
        scatter_rows(matrix->stream, matrix->rows, budget, visit_columns, matrix);
    }
    H5Oclose(matrix->data);
    H5Oclose(matrix->indices);
    free(matrix->start);
    free(kind);
}

void read_matrix(hid_t file, const char *path, size_t rows, size_t genes, size_t budget, FILE *stream)
{
    struct matrix matrix = {.place = path, .rows = rows, .genes = genes, .stream = stream};
    hid_t object = open_path(file, path);
    if (is_group(object))
        read_sparse(&matrix, object, budget);
    else
        read_dense(&matrix, object);
    H5Oclose(object);
}

/* ---- what there is ----------------------------------------------------------------------------------------------- */

void list_matrices(struct names *names, hid_t file)
{
    struct names layers = {0};
    if (has_member(file, "X"))
        names_add(names, "X");
    if (has_member(file, "layers")) {
        hid_t group = open_path(file, "layers");
        if (is_group(group))
            list_members(&layers, group);
        H5Oclose(group);
    }
    for (size_t i = 0; i < layers.n; i++) {
        char *path = memory_format("layers/%s", names_at(&layers, i));
        names_add(names, path);
        free(path);
    }
    if (has_member(file, "raw"))
        names_add(names, "raw/X");
    names_free(&layers);
}

const char *frame_of_genes(const char *matrix)
{
    return strncmp(matrix, "raw/", 4) == 0 ? "raw/var" : "var";
}
