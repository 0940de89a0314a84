/* What `gim ifm` reads: the factor graph as a table, and regimes as tables of levels.
 * SPDX-License-Identifier: BSD-3-Clause */
#ifndef IFM_GRAPH_H
#define IFM_GRAPH_H

#include <gim/gim.h>
#include <jansson.h>

#include "names.h"
#include "table.h"
#include "ui.h"

/* Starts as {0}. */
struct ifm_graph {
    const struct ui *ui;
    const char *path;
    struct names factors, variables, interventions;
    struct names *in_variables, *in_interventions; /* (factors.n): scopes */
    size_t variables_capacity, interventions_capacity;
    struct names *levels; /* (interventions.n): the baseline first */
};

/* The names of a list with commas in a field, which may be empty, each once. */
int ifm_names(struct names *list, const struct table *table, size_t column);
/* Columns variables, interventions, and perhaps factor. baseline: the level 0 of all interventions. */
int ifm_graph_read(struct ifm_graph *graph, const struct ui *ui, const char *path, char delimiter,
                   const char *baseline);
/* The library's graph, once all levels are known. */
int ifm_graph_make(const struct ifm_graph *graph, gim_ifm_graph **made);
/* Says why a call of the library failed. */
int ifm_graph_fail(const struct ifm_graph *graph, const gim_ifm_graph *made, gim_status status);
/* {"A": "high", ...}: the levels of a regime, of all interventions or of those of a factor. */
json_t *ifm_graph_levels(const struct ifm_graph *graph, const size_t *levels, const struct names *only);
void ifm_graph_free(struct ifm_graph *graph);

/* Starts as {0}. */
struct ifm_regimes {
    const char *path;
    struct names environments;
    size_t *levels; /* (environments.n, interventions.n) */
    size_t capacity;
    bool counted; /* set before they are read: so is the column rows, if there is one and it is no intervention */
    size_t *rows; /* (environments.n): how many rows each has; NULL where that is not said */
    size_t rows_capacity;
};

/* Columns environment and every intervention of the graph; others are left out. New levels are added to the graph's. */
int ifm_regimes_read(struct ifm_regimes *regimes, struct ifm_graph *graph, const char *path, char delimiter);
/* Adds an environment of another name than those before, levels (m). */
void ifm_regimes_add(struct ifm_regimes *regimes, const char *name, const size_t *levels, size_t m);
/* The environment that is this regime. */
bool ifm_regimes_find(const struct ifm_regimes *regimes, const size_t *levels, size_t m, size_t *which);
/* "A=high,B=0": to be freed. */
char *ifm_regimes_text(const struct ifm_regimes *regimes, const struct ifm_graph *graph, size_t which);
/* Every combination of levels that is none of the observed ones, "A=high,B=0". */
int ifm_regimes_all(struct ifm_regimes *regimes, const struct ifm_graph *graph, const struct ifm_regimes *observed);
/* Fails where two environments are the same regime. */
int ifm_regimes_distinct(const struct ifm_regimes *regimes, const struct ifm_graph *graph);
void ifm_regimes_free(struct ifm_regimes *regimes);

#endif
