/* Drawings of a graph, by Graphviz. SPDX-License-Identifier: BSD-3-Clause */
#ifndef DRAWING_H
#define DRAWING_H

#include <gim/gim.h>

#include "output.h"
#include "ui.h"

/* An edge that is shown. */
struct edge {
    size_t source, target;
    double probability;
    double weight; /* NaN: none */
};

/* Writes the graph in the DOT language. */
void drawing_dot(struct output *output, const gim_model *model, const struct edge *edges, size_t n);
/* Writes the graph as SVG, laid out by Graphviz's `dot`. */
int drawing_svg(struct output *output, const struct ui *ui, const gim_model *model, const struct edge *edges, size_t n);

#endif
