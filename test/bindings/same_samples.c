/* same_samples MODEL SEED: a thousand rows under power 3, as raw doubles on standard output.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 1000 };

int main(int argc, char **argv)
{
    gim_model *model = NULL;
    double power = 3, *x = NULL;
    gim_status status = gim_model_load(&model, argc > 2 ? argv[1] : "", NULL);
    size_t d = status < 0 ? 0 : gim_variable_count(model);
    if (status == GIM_OK && (x = malloc(ROWS * d * sizeof *x)) != NULL)
        status = gim_sample(model, &power, 1, ROWS, strtoull(argv[2], NULL, 10), x);
    if (x == NULL || status < 0 || fwrite(x, d * sizeof *x, ROWS, stdout) != ROWS) {
        fprintf(stderr, "same_samples: %s\n", gim_status_text(status));
        return 1;
    }
    free(x);
    gim_model_free(model);
    return 0;
}
