/* Rows with outcomes. SPDX-License-Identifier: BSD-3-Clause */
#include "measured.h"

#include <stdlib.h>

#include "commands.h"
#include "frame.h"
#include "memory.h"

/* These columns of a frame, an array of their own. */
static double *take(const struct frame *frame, const struct names *columns)
{
    double *values = memory_new(frame->n_rows * columns->n, sizeof *values);
    for (size_t j = 0; j < columns->n; j++) {
        size_t at = 0;
        names_find(&frame->columns, names_at(columns, j), &at);
        for (size_t r = 0; r < frame->n_rows; r++)
            values[r * columns->n + j] = frame->values[r * frame->columns.n + at];
    }
    return values;
}

int measured_read(struct measured *measured, const struct ui *ui, const char *path, char delimiter,
                  const struct names *variables, const struct names *outcomes)
{
    struct names both = {0};
    struct frame frame = {0};
    for (size_t i = 0; i < variables->n; i++)
        names_add(&both, names_at(variables, i));
    for (size_t i = 0; i < outcomes->n; i++)
        names_add(&both, names_at(outcomes, i));
    struct frame_choice choice = {&both, NULL, "variable", ", a variable of the model or an outcome", FRAME_TOGETHER};
    int code = frame_read(&frame, ui, path, delimiter, &choice);
    if (code == EXIT_OK)
        *measured = (struct measured){memory_text(path),       frame.n_rows,          variables->n, outcomes->n,
                                      take(&frame, variables), take(&frame, outcomes)};
    frame_free(&frame);
    names_free(&both);
    return code;
}

gim_outcomes measured_outcomes(const struct measured *measured)
{
    return (gim_outcomes){.struct_size = sizeof(gim_outcomes),
                          .n_rows = measured->n,
                          .n_variables = measured->n_variables,
                          .n_outcomes = measured->n_outcomes,
                          .x = measured->x,
                          .y = measured->y};
}

void measured_free(struct measured *measured)
{
    free(measured->path);
    free(measured->x);
    free(measured->y);
}
