/* A first example: a heater was run at powers 0, 1, 2 and 4. What would power 3 do? Build with
 *     cc fit.c $(pkg-config --cflags --libs libgim) -o fit
 * SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was measured: 300 rows of heat, pressure and flow at each of four powers. */
enum { POWERS = 4, ROWS = 300 };
typedef struct experiment {
    double power[POWERS], row[POWERS][ROWS][3];
} experiment;

/* ---- libgim's part ---- */

static int describe(size_t env, gim_environment *environment, double *features, void *user)
{
    environment->n_rows = ROWS;
    environment->observational = env == 0; /* power 0: nothing is done to the system */
    features[0] = ((experiment *)user)->power[env];
    return 0;
}

static int read_rows(size_t env, const size_t *rows, size_t n_rows, double *x, void *user)
{
    for (size_t r = 0; r < n_rows; r++)
        memcpy(x + 3 * r, ((experiment *)user)->row[env][rows[r]], 3 * sizeof *x);
    return 0;
}

/* Fits three variables under one feature, and draws n rows at an unseen power. Returns a negative status on failure. */
static gim_status predict(experiment *seen, double power, size_t n, double *x)
{
    gim_data data = {sizeof data, POWERS, describe, read_rows, seen};
    gim_model *model;
    gim_status status = gim_model_new(&model, 3, 1, NULL);
    if (status == GIM_OK)
        status = gim_set_int(model, GIM_INTERVENTION, GIM_SHIFT);
    if (status == GIM_OK)
        status = gim_fit(model, &data, NULL, NULL);
    if (status >= 0)
        status = gim_sample(model, &power, 1, n, 1, x);
    gim_model_free(model);
    return status;
}

/* ---- the made-up system, and what is printed ---- */

/* About standard normal: the sum of twelve uniform numbers. */
static double noise(void)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += rand() / (RAND_MAX + 1.0);
    return sum;
}

static void measure(double *x, double power)
{
    x[0] = 20 + 5 * power + 2 * noise();
    x[1] = 1 + 0.1 * x[0] + 0.2 * noise();
    x[2] = 50 - 8 * x[1] + 2 * noise();
}

int main(void)
{
    static const char *const name[3] = {"heat", "pressure", "flow"};
    static experiment seen = {.power = {0, 1, 2, 4}};
    static double predicted[1000][3], measured[1000][3];
    for (int env = 0; env < POWERS; env++)
        for (int r = 0; r < ROWS; r++)
            measure(seen.row[env][r], seen.power[env]);
    gim_status status = predict(&seen, 3, 1000, predicted[0]);
    if (status < 0) {
        fprintf(stderr, "%s: %s\n", gim_status_name(status), gim_status_text(status));
        return 1;
    }
    printf("at power 3, which was never seen   predicted   measured (means of 1000 rows)\n");
    for (int r = 0; r < 1000; r++)
        measure(measured[r], 3);
    for (int j = 0; j < 3; j++) {
        double sums[2] = {0, 0};
        for (int r = 0; r < 1000; r++) {
            sums[0] += predicted[r][j];
            sums[1] += measured[r][j];
        }
        printf("%34s %11.2f %10.2f\n", name[j], sums[0] / 1000, sums[1] / 1000);
    }
    return 0;
}
