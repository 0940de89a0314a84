/* gim-h5ad: AnnData files for gim, in a process of its own, so that a damaged or hostile file can do no more than end
 * it. Every function here that fails ends the program with a message. SPDX-License-Identifier: BSD-3-Clause */
#ifndef H5AD_H
#define H5AD_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "names.h"

_Noreturn __attribute__((format(printf, 1, 2))) void fail(const char *format, ...);

/* ---- open.c: objects of a file that nobody vouches for ---- */

hid_t open_file(const char *path);
/* Whether a group has a member; and the member, whose path, as messages have it, is "place/name". */
bool has_member(hid_t group, const char *name);
hid_t open_member(hid_t group, const char *place, const char *name);
/* Goes down a path, "layers/counts". */
hid_t open_path(hid_t file, const char *path);
bool is_group(hid_t object);
/* An attribute that is a text, NULL where there is none: to be freed. */
char *text_attribute(hid_t object, const char *name);
/* Names of a group's members, or of an attribute that is a list of texts. */
void list_members(struct names *names, hid_t group);
void list_attribute(struct names *names, hid_t object, const char *name);

/* Number of elements of a dataset of one dimension; the sizes of one of two. */
size_t length_of(hid_t dataset, const char *place);
void sizes_of(hid_t dataset, const char *place, uint64_t sizes[2]);
/* n elements from first on, of one dimension, as a type of the machine's. */
void read_part(hid_t dataset, const char *place, hid_t type, size_t first, size_t n, void *to);
/* Each text of a dataset of one dimension, in order. */
void read_texts(hid_t dataset, const char *place, void (*take)(void *user, size_t i, const char *text), void *user);

/* ---- frame.c: obs and var ---- */

/* Columns of a data frame, its index first ("_index" where it has no name); and what they say, as texts. */
void list_columns(struct names *names, hid_t file, const char *frame);
size_t count_rows(hid_t file, const char *frame);
/* column "": the index. Calls take() for each row, with NULL where the value is missing. */
void read_column(hid_t file, const char *frame, const char *column,
                 void (*take)(void *user, size_t i, const char *text), void *user);

/* ---- matrix.c ---- */

/* Paths of all matrices that are there. */
void list_matrices(struct names *names, hid_t file);
/* "var", or "raw/var" for a matrix of raw. */
const char *frame_of_genes(const char *matrix);
/* Writes all rows to a stream. */
void read_matrix(hid_t file, const char *matrix, size_t rows, size_t genes, size_t budget, FILE *stream);

/* ---- write.c ---- */

/* Reads a stream, whose rows have all genes, and writes the file. */
void write_file(const char *path, FILE *stream);

#endif
