/* An AnnData file from a stream: X dense in single precision, obs categories. SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "h5ad.h"
#include "memory.h"
#include "stream.h"

enum { PIECE = 1 << 16 }; /* values of X that are compressed together */

static hid_t check(hid_t made)
{
    if (made < 0)
        fail("cannot be written");
    return made;
}

static hid_t text_type(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

static void set_text(hid_t object, const char *name, const char *text)
{
    hid_t type = text_type(), space = H5Screate(H5S_SCALAR);
    hid_t attribute = check(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
    check(H5Awrite(attribute, type, &text));
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

static void set_kind(hid_t object, const char *kind, const char *version)
{
    set_text(object, "encoding-type", kind);
    set_text(object, "encoding-version", version);
}

static void write_texts(hid_t group, const char *name, const struct names *names)
{
    hsize_t n = names->n;
    const char **texts = memory_new(names->n, sizeof *texts);
    for (size_t i = 0; i < names->n; i++)
        texts[i] = names_at(names, i);
    hid_t type = text_type(), space = H5Screate_simple(1, &n, NULL);
    hid_t dataset = check(H5Dcreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    if (n > 0)
        check(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts));
    set_kind(dataset, "string-array", "0.2.0");
    H5Dclose(dataset);
    H5Sclose(space);
    H5Tclose(type);
    free(texts);
}

static void write_annotation(hid_t obs, const struct annotation *column)
{
    hsize_t n = column->n;
    int8_t ordered = 0;
    hid_t group = check(H5Gcreate2(obs, column->name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    hid_t space = H5Screate_simple(1, &n, NULL), scalar = H5Screate(H5S_SCALAR);
    hid_t codes = check(H5Dcreate2(group, "codes", H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    check(H5Dwrite(codes, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, column->code));
    set_kind(codes, "array", "0.2.0");
    write_texts(group, "categories", &column->values);
    set_kind(group, "categorical", "0.2.0");
    hid_t truth = H5Tenum_create(H5T_NATIVE_INT8); /* as h5py has booleans */
    H5Tenum_insert(truth, "FALSE", &(int8_t){0});
    H5Tenum_insert(truth, "TRUE", &(int8_t){1});
    hid_t attribute = check(H5Acreate2(group, "ordered", truth, scalar, H5P_DEFAULT, H5P_DEFAULT));
    check(H5Awrite(attribute, truth, &ordered));
    H5Aclose(attribute);
    H5Tclose(truth);
    H5Dclose(codes);
    H5Sclose(scalar);
    H5Sclose(space);
    H5Gclose(group);
}

/* A data frame with an index and these columns. */
static void write_frame(hid_t file, const char *name, const struct names *index, const struct annotation *columns,
                        size_t n)
{
    hsize_t size = n;
    hid_t group = check(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    hid_t type = text_type(), space = n > 0 ? H5Screate_simple(1, &size, NULL) : H5Screate_simple(1, &size, &size);
    const char **order = memory_new(n, sizeof *order);
    for (size_t i = 0; i < n; i++) {
        order[i] = columns[i].name;
        write_annotation(group, &columns[i]);
    }
    write_texts(group, "_index", index);
    set_kind(group, "dataframe", "0.2.0");
    set_text(group, "_index", "_index");
    hid_t attribute = check(H5Acreate2(group, "column-order", type, space, H5P_DEFAULT, H5P_DEFAULT));
    if (n > 0)
        check(H5Awrite(attribute, type, order));
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    H5Gclose(group);
    free(order);
}

/* Rows, a piece of the file at a time. */
static void write_matrix(hid_t file, FILE *stream, size_t rows, size_t genes)
{
    hsize_t sizes[2] = {rows, genes}, piece[2] = {PIECE / genes > 0 ? PIECE / genes : 1, genes};
    piece[0] = piece[0] > rows ? rows : piece[0];
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE), in_file = H5Screate_simple(2, sizes, NULL);
    H5Pset_chunk(properties, 2, piece);
    H5Pset_deflate(properties, 4);
    hid_t dataset = check(H5Dcreate2(file, "X", H5T_IEEE_F32LE, in_file, H5P_DEFAULT, properties, H5P_DEFAULT));
    float *values = memory_new(piece[0], genes * sizeof *values);
    struct row row = {0};
    for (hsize_t first = 0; first < rows; first += piece[0]) {
        hsize_t start[2] = {first, 0}, counts[2] = {rows - first < piece[0] ? rows - first : piece[0], genes};
        memset(values, 0, counts[0] * genes * sizeof *values);
        for (size_t r = 0; r < counts[0]; r++) {
            if (!stream_get_row(stream, &row, genes))
                fail("the rows end early");
            for (size_t i = 0; i < row.n; i++)
                values[r * genes + row.index[i]] = (float)row.value[i];
        }
        hid_t in_memory = H5Screate_simple(2, counts, NULL);
        H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start, NULL, counts, NULL);
        check(H5Dwrite(dataset, H5T_NATIVE_FLOAT, in_memory, in_file, H5P_DEFAULT, values));
        H5Sclose(in_memory);
    }
    set_kind(dataset, "array", "0.2.0");
    H5Dclose(dataset);
    H5Sclose(in_file);
    H5Pclose(properties);
    row_free(&row);
    free(values);
}

/* "0", "1", ... */
static void number_rows(struct names *names, size_t n)
{
    char text[32];
    for (size_t i = 0; i < n; i++) {
        snprintf(text, sizeof text, "%zu", i);
        names_add(names, text);
    }
}

/* Groups that readers look for, empty. */
static void write_empty(hid_t file)
{
    static const char *const names[] = {"layers", "obsm", "varm", "obsp", "varp", "uns"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        hid_t group = check(H5Gcreate2(file, names[i], H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        set_kind(group, "dict", "0.1.0");
        H5Gclose(group);
    }
}

void write_file(const char *path, FILE *stream)
{
    uint64_t rows, n_columns;
    struct names genes = {0}, index = {0};
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0);
    if (!stream_get_count(stream, &rows) || !stream_get_count(stream, &n_columns) ||
        !stream_get_names(stream, &genes) || n_columns > 1000)
        fail("the stream is cut short");
    struct annotation *columns = memory_new(n_columns, sizeof *columns);
    for (size_t i = 0; i < n_columns; i++)
        if (!stream_get_annotation(stream, &columns[i], rows))
            fail("the stream is cut short");
    hid_t file = check(H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    set_kind(file, "anndata", "0.1.0");
    number_rows(&index, rows);
    write_frame(file, "obs", &index, columns, n_columns);
    write_frame(file, "var", &genes, NULL, 0);
    write_matrix(file, stream, rows, genes.n);
    write_empty(file);
    for (size_t i = 0; i < n_columns; i++)
        annotation_free(&columns[i]);
    free(columns);
    names_free(&genes);
    names_free(&index);
    if (H5Fclose(file) < 0)
        fail("cannot be written: the disk may be full");
}
