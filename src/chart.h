/* Charts of lines and points, as pictures of a page. SPDX-License-Identifier: BSD-3-Clause */
#ifndef CHART_H
#define CHART_H

#include "page.h"

/* How values become places. */
struct axis {
    double lowest, highest;  /* of the values; their logarithms to base 10 where logarithmic */
    double from, to;         /* of the picture */
    bool logarithmic, whole; /* whole: ticks at whole numbers alone */
    bool quiet;              /* no ticks */
};

struct chart {
    struct page *page;
    struct axis x, y;
};

/* Widens a range, which starts as NAN, NAN, to hold finite values. */
void chart_range(double range[2], const double *values, size_t n);

/* Opens a picture of this height, with axes of these ranges; set the axes' flags before chart_axes(). */
void chart_open(struct chart *chart, struct page *page, double height, const double x[2], const double y[2],
                const char *title, const char *description);
void chart_logarithmic(struct axis *axis);
void chart_axes(const struct chart *chart, const char *x_label, const char *y_label);
void chart_close(const struct chart *chart);

double axis_at(const struct axis *axis, double value);

/* classes: of the style. NaN interrupts a line. */
void chart_line(const struct chart *chart, const char *classes, const double *x, const double *y, size_t n);
/* Between the values and the bottom. */
void chart_area(const struct chart *chart, const char *classes, const double *x, const double *y, size_t n);
void chart_dots(const struct chart *chart, const char *classes, const double *x, const double *y, size_t n);
/* A form of its own, for what must not be taken for a dot: a diamond with an empty middle. */
void chart_diamond(const struct chart *chart, const char *classes, double x, double y);

#endif
