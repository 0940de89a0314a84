/* A system whose every regime is known in closed form, rows of it as data of a fit, and models over its factor graph.
 *     x0 = s0 + e0,   x1 = 0.8 x0 - s1 + e1,   x2 = tanh(x1) + e2 / 2        e standard normal
 * with factors x0 under s0; x0, x1 under s1; x1, x2 under none. SPDX-License-Identifier: BSD-3-Clause */
#ifndef TEST_IFM_SYSTEM_H
#define TEST_IFM_SYSTEM_H

#include <gim/gim.h>

#include "testing.h"

/* Each test uses some of this. */
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-const-variable"

enum { D = 3, M = 2, T = 3, ROWS = 2000, FEW = 300 };
static const size_t regimes[T + 1][M] = {{0, 0}, {1, 0}, {0, 1}, {1, 1}};

/* For what cannot fail; tests and fuzz targets alike. */
static void must(int done)
{
    if (!done)
        abort();
}

static void draw(double *x, const size_t *s, uint64_t *state)
{
    x[0] = (double)s[0] + t_normal(state);
    x[1] = 0.8 * x[0] - (double)s[1] + t_normal(state);
    x[2] = tanh(x[1]) + 0.5 * t_normal(state);
}

static gim_ifm_graph *graph_of(const size_t *levels)
{
    static const unsigned char variables[3][D] = {{1, 0, 0}, {1, 1, 0}, {0, 1, 1}};
    static const unsigned char interventions[3][M] = {{1, 0}, {0, 1}, {0, 0}};
    gim_ifm_graph *graph;
    must(gim_ifm_graph_new(&graph, D, M, levels, NULL) == GIM_OK);
    for (size_t k = 0; k < 3; k++)
        must(gim_ifm_graph_add_factor(graph, variables[k], interventions[k]) == GIM_OK);
    return graph;
}

/* Data, and what is wrong with them. */
typedef struct source {
    size_t T, rows, levels[8][M];
    double *x; /* (T, rows, D) */
    int reads, fail_read;
    int observational; /* the environment that says it is; -1: none. It must not matter */
    double level;      /* in place of the last regime's first level, where not 0 */
} source;

static int describe(size_t env, gim_environment *environment, double *levels, void *user)
{
    const source *from = user;
    static const char *const names[] = {"control", "first", "second", "both", "e", "f", "g", "h"};
    environment->n_rows = from->rows;
    environment->name = names[env];
    environment->observational = (int)env == from->observational;
    for (size_t j = 0; j < M; j++)
        levels[j] = (double)from->levels[env][j];
    if (env + 1 == from->T && from->level != 0)
        levels[0] = from->level;
    return 0;
}

static int read_rows(size_t env, const size_t *rows, size_t n, double *x, void *user)
{
    source *from = user;
    from->reads++;
    for (size_t i = 0; i < n; i++)
        memcpy(x + i * D, from->x + (env * from->rows + rows[i]) * D, D * sizeof *x);
    return from->fail_read;
}

static void open_source(source *from, size_t rows)
{
    uint64_t state = 17;
    *from = (source){.T = T, .rows = rows, .x = malloc(8 * rows * D * sizeof(double))};
    for (size_t t = 0; t < T; t++) {
        memcpy(from->levels[t], regimes[t], sizeof regimes[t]);
        for (size_t r = 0; r < rows; r++)
            draw(from->x + (t * rows + r) * D, regimes[t], &state);
    }
}

static gim_data data_of(source *from)
{
    return (gim_data){sizeof(gim_data), from->T, describe, read_rows, from};
}

static gim_ifm_settings settings_of(size_t steps)
{
    gim_ifm_settings settings = {.struct_size = sizeof settings};
    must(gim_ifm_settings_init(&settings) == GIM_OK);
    settings.steps = steps;
    return settings;
}

static gim_ifm *new_model(void)
{
    static const size_t levels[M] = {2, 2};
    gim_ifm_graph *graph = graph_of(levels);
    gim_ifm *model;
    must(gim_ifm_new(&model, graph, NULL) == GIM_OK);
    gim_ifm_graph_free(graph);
    return model;
}

static gim_ifm *fitted(const gim_ifm_settings *settings, source *from)
{
    gim_ifm *model = new_model();
    gim_data data = data_of(from);
    must(gim_ifm_fit(model, settings, &data, NULL, NULL) == GIM_OK);
    return model;
}

static const char *message(const gim_ifm *model)
{
    static char text[2560];
    gim_ifm_message(model, text, sizeof text);
    return text;
}

#define ck_says(model, part) ck_assert_msg(strstr(message(model), part) != NULL, "\"%s\"", message(model))

#endif
