/* Which variables does a perturbation hit, what does it make of them, and by which graph does the rest follow? Three
 * knobs of a made-up machine each take one of its parts out of the machine's control.
 * SPDX-License-Identifier: BSD-3-Clause */
#include <gim/gim.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 4, KNOBS = 3, ENVIRONMENTS = 7, ROWS = 300 };

static const char *const part[PARTS] = {"valve", "flow", "level", "alarm"};
static const char *const knob[KNOBS] = {"valve-knob", "flow-knob", "level-knob"};
static const char *const name[ENVIRONMENTS] = {"untouched", "valve a", "valve b", "flow a",
                                               "flow b",    "level a", "level b"};
static const double setting[ENVIRONMENTS][KNOBS] = {{0, 0, 0}, {2, 0, 0}, {3, 0, 0}, {0, 2, 0},
                                                    {0, 3, 0}, {0, 0, 2}, {0, 0, 3}};

typedef double table[ENVIRONMENTS][ROWS][PARTS];

static double noise(void)
{
    double sum = -6; /* about standard normal: the sum of twelve uniform numbers */
    for (int i = 0; i < 12; i++)
        sum += rand() / (RAND_MAX + 1.0);
    return sum;
}

/* valve -> flow -> level -> alarm; a turned knob sets its part, whatever the part's cause does. */
static void measure(double *x, const double *knobs)
{
    x[0] = knobs[0] > 0 ? 3 * knobs[0] + 0.3 * noise() : noise();
    x[1] = knobs[1] > 0 ? 2 * knobs[1] + 0.3 * noise() : 1.5 * x[0] + 0.5 * noise();
    x[2] = knobs[2] > 0 ? -3 * knobs[2] + 0.3 * noise() : x[1] + 0.5 * noise();
    x[3] = -0.8 * x[2] + 0.5 * noise();
}

static int describe(size_t env, gim_environment *environment, double *features, void *user)
{
    (void)user;
    environment->n_rows = ROWS;
    environment->observational = env == 0;
    environment->name = name[env];
    memcpy(features, setting[env], sizeof setting[env]);
    return 0;
}

static int read_rows(size_t env, const size_t *rows, size_t n_rows, double *x, void *user)
{
    for (size_t r = 0; r < n_rows; r++)
        memcpy(x + r * PARTS, (*(table *)user)[env][rows[r]], PARTS * sizeof *x);
    return 0;
}

static gim_status print_targets(const gim_model *model, const char *title, const double *knobs)
{
    double probability[PARTS], mean[PARTS], spread[PARTS];
    gim_status status = gim_targets(model, knobs, probability);
    if (status == GIM_OK)
        status = gim_effects(model, knobs, GIM_EFFECT_MEAN, mean, spread);
    printf("%-16s", title);
    for (size_t j = 0; j < PARTS && status == GIM_OK; j++)
        if (probability[j] > 0.5)
            printf("  %s (probability %.2f), set to %.2f +- %.2f", gim_variable_name(model, j), probability[j], mean[j],
                   spread[j]);
    printf("\n");
    return status;
}

static gim_status print_graph(const gim_model *model)
{
    double probability[PARTS * PARTS], weight[PARTS * PARTS];
    unsigned char edge[PARTS * PARTS];
    gim_status status = gim_graph(model, probability, edge);
    if (status == GIM_OK)
        status = gim_weights(model, weight);
    for (size_t e = 0; e < PARTS * PARTS && status == GIM_OK; e++)
        if (edge[e])
            printf("%s -> %s  probability %.2f, weight %.2f\n", gim_variable_name(model, e / PARTS),
                   gim_variable_name(model, e % PARTS), probability[e], weight[e]);
    return status;
}

static gim_status run(gim_model *model, table *cells)
{
    static const double unseen[KNOBS] = {0, 2.5, 0};
    gim_data data = {sizeof data, ENVIRONMENTS, describe, read_rows, cells};
    gim_status status = GIM_OK;
    for (size_t j = 0; j < PARTS && status == GIM_OK; j++)
        status = gim_set_variable_name(model, j, part[j]);
    for (size_t f = 0; f < KNOBS && status == GIM_OK; f++)
        status = gim_set_feature_name(model, f, knob[f]);
    if (status == GIM_OK)
        status = gim_fit(model, &data, NULL, NULL);
    for (size_t env = 1; env < ENVIRONMENTS && status >= 0; env++)
        status = print_targets(model, name[env], setting[env]);
    if (status >= 0)
        status = print_targets(model, "flow at 2.5", unseen);
    return status < 0 ? status : print_graph(model);
}

int main(void)
{
    static table cells;
    char message[512] = "";
    gim_model *model = NULL;
    for (int env = 0; env < ENVIRONMENTS; env++)
        for (int r = 0; r < ROWS; r++)
            measure(cells[env][r], setting[env]);
    gim_status status = gim_model_new(&model, PARTS, KNOBS, NULL);
    if (status == GIM_OK)
        status = run(model, &cells);
    if (status < 0) {
        if (model != NULL)
            gim_message(model, message, sizeof message);
        fprintf(stderr, "%s: %s\n", gim_status_name(status), message);
    }
    gim_model_free(model);
    return status < 0;
}
