/* Probabilities of pairs as squares, in steps of colour. SPDX-License-Identifier: BSD-3-Clause */
#ifndef HEATMAP_H
#define HEATMAP_H

#include "page.h"

struct heatmap {
    size_t rows, columns;
    const double *value;       /* (rows, columns), 0 to 1 */
    const unsigned char *mark; /* (rows, columns): those to put a frame around; NULL: none */
    const char *const *row_names, *const *column_names;
    double cell; /* side of a square */
};

/* Squares below the first step are left empty. */
void heatmap_draw(struct page *page, const struct heatmap *map, const char *title, const char *description);
/* What the colours mean. mark: what a frame means, or NULL. */
void heatmap_key(struct page *page, const char *mark);

#endif
