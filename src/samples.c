/* Where samples go. SPDX-License-Identifier: BSD-3-Clause */
#include "samples.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "commands.h"
#include "memory.h"

static bool ends_in(const char *path, const char *ending)
{
    size_t length = path == NULL ? 0 : strlen(path), n = strlen(ending);
    return length > n && strcasecmp(path + length - n, ending) == 0;
}

/* ---- a table ----------------------------------------------------------------------------------------------------- */

static void begin_table(struct samples_writer *writer)
{
    const struct samples *samples = writer->samples;
    writer->table = table_write(&writer->output, samples->delimiter);
    table_write_text(&writer->table, "environment");
    for (size_t i = 0; i < samples->variables->n; i++)
        table_write_text(&writer->table, names_at(samples->variables, i));
    table_write_end(&writer->table);
}

static void write_table(struct samples_writer *writer, const char *name, const double *x)
{
    size_t d = writer->samples->variables->n;
    for (size_t r = 0; r < writer->samples->rows; r++) {
        table_write_text(&writer->table, name);
        for (size_t j = 0; j < d; j++)
            table_write_number(&writer->table, x[r * d + j]);
        table_write_end(&writer->table);
    }
}

/* ---- a NumPy array, with a table of its rows and one of its columns beside it ------------------------------------ */

/* "x.npy" and ".obs.tsv" make "x.obs.tsv". */
static int write_beside(const struct samples *samples, const char *ending, const char *header)
{
    struct output output = {0};
    char *path = memory_format("%.*s%s", (int)(strlen(samples->path) - 4), samples->path, ending);
    bool rows = strcmp(header, "environment") == 0;
    size_t n = rows ? samples->conditions->n * samples->rows : samples->variables->n;
    int code = output_open(&output, samples->ui, path);
    struct table_writer table = table_write(&output, '\t');
    if (code == EXIT_OK && rows) { /* a second column, as one alone has no delimiter to be told by */
        table_write_text(&table, "row");
        table_write_text(&table, header);
        table_write_end(&table);
    } else if (code == EXIT_OK) {
        table_write_text(&table, header);
        table_write_end(&table);
    }
    for (size_t i = 0; i < n && code == EXIT_OK; i++) {
        if (rows)
            table_write_number(&table, (double)i);
        table_write_text(&table,
                         rows ? samples->conditions->all[i / samples->rows].name : names_at(samples->variables, i));
        table_write_end(&table);
    }
    code = output_close(&output, code);
    free(path);
    return code;
}

static void begin_npy(struct samples_writer *writer)
{
    enum { HEADER = 128 };
    const struct samples *samples = writer->samples;
    char header[HEADER];
    int n = snprintf(header, sizeof header,
                     "\x93NUMPY%c%c%c%c{'descr': '<f8', 'fortran_order': False, 'shape': (%zu, %zu), }", 1, 0,
                     HEADER - 10, 0, samples->conditions->n * samples->rows, samples->variables->n);
    memset(header + n, ' ', (size_t)(HEADER - 1 - n));
    header[HEADER - 1] = '\n';
    output_write(&writer->output, header, HEADER);
}

/* ---- an AnnData file --------------------------------------------------------------------------------------------- */

/* A column of obs: the environments, or what was asked for in one column. */
static void put_column(FILE *stream, const struct samples *samples, const char *name, size_t asked, bool environment)
{
    struct annotation column = {.name = memory_text(name)};
    for (size_t c = 0; c < samples->conditions->n; c++) {
        const struct condition *condition = &samples->conditions->all[c];
        const char *text = environment ? condition->name : condition->asked != NULL ? condition->asked[asked] : NULL;
        for (size_t r = 0; r < samples->rows; r++)
            annotation_add(&column, text);
    }
    stream_put_annotation(stream, &column);
    annotation_free(&column);
}

static int begin_h5ad(struct samples_writer *writer)
{
    const struct samples *samples = writer->samples;
    const struct names *columns = &samples->conditions->columns;
    const char *const arguments[] = {"write", writer->output.temporary, NULL};
    if (writer->output.temporary == NULL)
        return ui_fail(samples->ui, "%s: an .h5ad file cannot go to a pipe or a device", samples->path);
    int code = helper_start(&writer->helper, samples->ui, samples->path, arguments);
    if (code != EXIT_OK)
        return code;
    FILE *stream = writer->helper.to;
    stream_put_count(stream, samples->conditions->n * samples->rows);
    stream_put_count(stream, 1 + columns->n);
    stream_put_names(stream, samples->variables);
    put_column(stream, samples, "environment", 0, true);
    for (size_t i = 0; i < columns->n; i++)
        put_column(stream, samples, names_at(columns, i), i, false);
    return EXIT_OK;
}

static void write_h5ad(struct samples_writer *writer, const double *x)
{
    size_t d = writer->samples->variables->n;
    for (size_t r = 0; r < writer->samples->rows; r++) {
        writer->row.n = 0;
        for (size_t j = 0; j < d; j++)
            row_add(&writer->row, j, x[r * d + j]);
        stream_put_row(writer->helper.to, &writer->row);
    }
}

/* ---- any of them ------------------------------------------------------------------------------------------------- */

int samples_open(struct samples_writer *writer, const struct samples *samples)
{
    writer->samples = samples;
    writer->kind = ends_in(samples->path, ".npy")    ? SAMPLES_NPY
                   : ends_in(samples->path, ".h5ad") ? SAMPLES_H5AD
                                                     : SAMPLES_TABLE;
    int code = output_open(&writer->output, samples->ui, samples->path);
    if (code != EXIT_OK)
        return code;
    if (writer->kind == SAMPLES_TABLE)
        begin_table(writer);
    else if (writer->kind == SAMPLES_NPY)
        begin_npy(writer);
    else
        code = begin_h5ad(writer);
    return code;
}

void samples_write(struct samples_writer *writer, const char *name, const double *x)
{
    const struct samples *samples = writer->samples;
    if (writer->kind == SAMPLES_TABLE)
        write_table(writer, name, x);
    else if (writer->kind == SAMPLES_NPY)
        output_write(&writer->output, (const char *)x, samples->rows * samples->variables->n * sizeof *x);
    else
        write_h5ad(writer, x);
}

bool samples_good(const struct samples_writer *writer)
{
    return writer->output.error == 0 && (writer->helper.to == NULL || !ferror(writer->helper.to));
}

int samples_close(struct samples_writer *writer, int code)
{
    const struct samples *samples = writer->samples;
    if (writer->kind == SAMPLES_H5AD && writer->helper.child > 0) {
        if (code == EXIT_OK && fflush(writer->helper.to) != 0)
            code = EXIT_BROKEN;
        code = helper_end(&writer->helper, code);
    }
    code = output_close(&writer->output, code);
    if (writer->kind == SAMPLES_NPY && code == EXIT_OK)
        code = write_beside(samples, ".obs.tsv", "environment");
    if (writer->kind == SAMPLES_NPY && code == EXIT_OK)
        code = write_beside(samples, ".var.tsv", "variable");
    row_free(&writer->row);
    return code;
}
