/* gim-h5ad describe FILE                                            what is in an AnnData file, as JSON
 * gim-h5ad read FILE MATRIX GENES MEMORY [COLUMN...]                cells, as a stream (stream.h); GENES is a column of
 *                                                                   var, "" its index; MEMORY in MiB
 * gim-h5ad write FILE                                               the same stream, from standard input, to a file
 *
 * Started by gim, not by hand. SPDX-License-Identifier: BSD-3-Clause */
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "commands.h"
#include "h5ad.h"
#include "memory.h"
#include "stream.h"

/* Beside the budget for the cells: the program, its libraries, columns and a cache for each open dataset. */
enum { MARGIN = 1024, MIB = 1 << 20 };

void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    _exit(EXIT_FAILED); /* libhdf5 1.10 may crash as it puts away what a bad file made of it */
}

/* A file that claims sizes without end must not take the machine with it. */
static size_t limit_memory(const char *text)
{
    size_t budget = strtoul(text, NULL, 10);
#ifndef __SANITIZE_ADDRESS__ /* which takes terabytes of addresses */
    struct rlimit limit = {(budget + MARGIN) * MIB, (budget + MARGIN) * MIB};
    setrlimit(RLIMIT_AS, &limit);
#endif
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    return budget * MIB;
}

static json_t *names_json(const struct names *names)
{
    json_t *array = json_array();
    for (size_t i = 0; i < names->n; i++)
        json_array_append_new(array, json_stringn_nocheck(names_at(names, i), strlen(names_at(names, i))));
    return array;
}

static void describe(const char *path)
{
    struct names matrices = {0}, obs = {0}, var = {0};
    hid_t file = open_file(path);
    list_matrices(&matrices, file);
    list_columns(&obs, file, "obs");
    list_columns(&var, file, "var");
    json_t *all = json_pack("{s:I, s:I, s:o, s:o, s:o}", "rows", (json_int_t)count_rows(file, "obs"), "genes",
                            (json_int_t)count_rows(file, "var"), "matrices", names_json(&matrices), "obs",
                            names_json(&obs), "var", names_json(&var));
    if (all == NULL || json_dumpf(all, stdout, 0) != 0)
        fail("has a name that is no text");
    json_decref(all);
    names_free(&matrices);
    names_free(&obs);
    names_free(&var);
    H5Fclose(file);
}

static void add_text(void *user, size_t i, const char *text)
{
    (void)i;
    annotation_add(user, text);
}

/* Genes may have one name twice, and so go as a list of their own. */
static void put_text(void *user, size_t i, const char *text)
{
    (void)i;
    stream_put_text(user, text != NULL ? text : "");
}

static void put_column(hid_t file, const char *name, size_t rows)
{
    struct annotation column = {.name = memory_text(name)};
    read_column(file, "obs", name, add_text, &column);
    if (column.n != rows)
        fail("obs/%s: has %zu rows, where the index has %zu", name, column.n, rows);
    stream_put_annotation(stdout, &column);
    annotation_free(&column);
}

static void read_cells(char **arguments)
{
    const char *matrix = arguments[1], *genes_by = arguments[2];
    size_t budget = limit_memory(arguments[3]), n_columns = 0;
    hid_t file = open_file(arguments[0]);
    size_t rows = count_rows(file, "obs"), genes = count_rows(file, frame_of_genes(matrix));
    while (arguments[4 + n_columns] != NULL)
        n_columns++;
    stream_put_count(stdout, rows);
    stream_put_count(stdout, genes);
    stream_put_count(stdout, n_columns);
    read_column(file, frame_of_genes(matrix), genes_by, put_text, stdout);
    for (size_t i = 0; i < n_columns; i++)
        put_column(file, arguments[4 + i], rows);
    if (rows > 0 && genes > 0)
        read_matrix(file, matrix, rows, genes, budget, stdout);
    H5Fclose(file);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "describe") == 0) {
        limit_memory("256");
        describe(argv[2]);
    } else if (argc >= 6 && strcmp(argv[1], "read") == 0) {
        read_cells(argv + 2);
    } else if (argc == 3 && strcmp(argv[1], "write") == 0) {
        write_file(argv[2], stdin);
    } else {
        fail("gim-h5ad is a part of gim, which starts it");
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_OK : EXIT_FAILED;
}
