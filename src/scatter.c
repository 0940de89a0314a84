/* Entries in any order, put out as rows. SPDX-License-Identifier: BSD-3-Clause */
#include "scatter.h"

#include <stdbool.h>
#include <stdlib.h>

#include "commands.h"
#include "memory.h"
#include "stream.h"

struct scatter {
    bool counting;
    size_t first, end; /* the rows of this pass */
    uint32_t *count;   /* (n_rows) entries of each */
    size_t *next;      /* (end - first): where a row's next entry goes */
    uint32_t *index;
    double *value;
};

enum { ENTRY = sizeof(uint32_t) + sizeof(double) };

void scatter_add(struct scatter *scatter, size_t row, uint32_t index, double value)
{
    if (scatter->counting) {
        scatter->count[row]++;
    } else if (row >= scatter->first && row < scatter->end) {
        size_t at = scatter->next[row - scatter->first]++;
        scatter->index[at] = index;
        scatter->value[at] = value;
    }
}

/* Rows from first on, one at least, whose entries fit; *n is how many these are. */
static size_t plan(const struct scatter *scatter, size_t n_rows, size_t budget, size_t *n)
{
    size_t end = scatter->first;
    *n = 0;
    while (end < n_rows && (end == scatter->first || (*n + scatter->count[end]) * ENTRY <= budget))
        *n += scatter->count[end++];
    return end;
}

static int run_pass(struct scatter *scatter, FILE *stream, size_t n, int (*each)(void *user, struct scatter *scatter),
                    void *user)
{
    size_t rows = scatter->end - scatter->first, at = 0;
    scatter->index = memory_new(n, sizeof *scatter->index);
    scatter->value = memory_new(n, sizeof *scatter->value);
    scatter->next = memory_new(rows, sizeof *scatter->next);
    for (size_t r = 0; r < rows; at += scatter->count[scatter->first + r++])
        scatter->next[r] = at;
    int code = each(user, scatter);
    at = 0;
    for (size_t r = scatter->first; r < scatter->end && code == EXIT_OK; at += scatter->count[r++]) {
        struct row row = {.n = scatter->count[r], .index = scatter->index + at, .value = scatter->value + at};
        stream_put_row(stream, &row);
    }
    free(scatter->index);
    free(scatter->value);
    free(scatter->next);
    return code;
}

int scatter_rows(FILE *stream, size_t n_rows, size_t budget, int (*each)(void *user, struct scatter *scatter),
                 void *user)
{
    struct scatter scatter = {.counting = true, .count = memory_new(n_rows, sizeof *scatter.count)};
    int code = each(user, &scatter);
    scatter.counting = false;
    for (; scatter.first < n_rows && code == EXIT_OK; scatter.first = scatter.end) {
        size_t n;
        scatter.end = plan(&scatter, n_rows, budget, &n);
        code = run_pass(&scatter, stream, n, each, user);
    }
    free(scatter.count);
    return code;
}
