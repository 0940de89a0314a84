/* Where the parts of a graph go, by Graphviz's `dot`. SPDX-License-Identifier: BSD-3-Clause */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <stdbool.h>

#include "drawing.h"

struct box {
    double x, y, width, height; /* of the middle */
};

/* A chain of cubic curves: the start, and three points for each. */
struct curve {
    double *points; /* (n, 2) */
    size_t n;
};

/* In points of 1/72 inch, y downwards. Starts as {0}. */
struct layout {
    double width, height;
    struct box *boxes;    /* (nodes): of those that have an edge */
    struct curve *curves; /* (edges) */
    size_t n_curves;
};

/* Lays out nodes of these widths in layers from left to right. False where dot is not there, or fails. */
bool layout_make(struct layout *layout, const struct ui *ui, const double *widths, size_t n_nodes,
                 const struct edge *edges, size_t n_edges);
void layout_free(struct layout *layout);

#endif
