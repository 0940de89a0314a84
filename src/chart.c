/* Charts of lines and points. SPDX-License-Identifier: BSD-3-Clause */
#include "chart.h"

#include <math.h>

static const double WIDTH = 340, LEFT = 46, RIGHT = 10, TOP = 10, BOTTOM = 36;

/* ---- axes -------------------------------------------------------------------------------------------------------- */

void chart_range(double range[2], const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isfinite(values[i])) {
            range[0] = fmin(range[0], values[i]); /* of NaN and a number, the number */
            range[1] = fmax(range[1], values[i]);
        }
}

static struct axis axis_new(const double range[2], double from, double to)
{
    struct axis axis = {.lowest = range[0], .highest = range[1], .from = from, .to = to};
    if (!isfinite(axis.lowest) || !isfinite(axis.highest)) {
        axis.lowest = 0;
        axis.highest = 1;
    }
    if (axis.highest - axis.lowest < 1e-9 * (fabs(axis.lowest) + fabs(axis.highest)) || axis.highest == axis.lowest) {
        double room = axis.lowest != 0 ? fabs(axis.lowest) / 10 : 1;
        axis.lowest -= room;
        axis.highest += room;
    }
    return axis;
}

void chart_logarithmic(struct axis *axis)
{
    axis->logarithmic = true;
    axis->lowest = floor(log10(fmax(axis->lowest, 1e-12)));
    axis->highest = fmax(ceil(log10(fmax(axis->highest, 1e-12))), axis->lowest + 1);
}

double axis_at(const struct axis *axis, double value)
{
    if (axis->logarithmic)
        value = fmax(log10(fmax(value, 1e-300)), axis->lowest);
    return axis->from + (value - axis->lowest) / (axis->highest - axis->lowest) * (axis->to - axis->from);
}

/* 1, 2 or 5 times a power of ten, so that there are about five ticks. */
static double step_of(const struct axis *axis)
{
    double rough = (axis->highest - axis->lowest) / 5, power = pow(10, floor(log10(rough))), times = rough / power;
    double step = (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10) * power;
    return (axis->whole || axis->logarithmic) && step < 1 ? 1 : step;
}

static void print_tick(const struct chart *chart, const struct axis *axis, double tick)
{
    struct page *page = chart->page;
    double at = axis_at(axis, axis->logarithmic ? pow(10, tick) : tick);
    bool x = axis == &chart->x;
    if (axis->quiet)
        return;
    if (x)
        page_print(page, "<path class=\"rule\" d=\"M%.1f,%.1fV%.1f\"/>", at, chart->y.from, chart->y.to);
    else
        page_print(page, "<path class=\"rule\" d=\"M%.1f,%.1fH%.1f\"/>", chart->x.from, at, chart->x.to);
    page_print(page, "<text class=\"tick %c\" x=\"%.1f\" y=\"%.1f\">", x ? 'm' : 'e', x ? at : chart->x.from - 5,
               x ? chart->y.from + 13 : at + 3.5);
    if (axis->logarithmic)
        page_print(page, tick >= -3 && tick <= 3 ? "%g" : "%.0e", pow(10, tick));
    else
        page_print(page, "%.6g", fabs(tick) < 1e-9 * step_of(axis) ? 0 : tick);
    page_print(page, "</text>");
}

void chart_axes(const struct chart *chart, const char *x_label, const char *y_label)
{
    const struct axis *axes[] = {&chart->x, &chart->y};
    struct page *page = chart->page;
    for (size_t i = 0; i < 2; i++) {
        double step = step_of(axes[i]);
        for (double k = ceil(axes[i]->lowest / step - 1e-9); k * step <= axes[i]->highest + 1e-9 * step; k++)
            print_tick(chart, axes[i], k * step);
    }
    page_print(page, "<path class=\"axis\" d=\"M%.1f,%.1fH%.1f\"/>\n<text class=\"m\" x=\"%.1f\" y=\"%.1f\">",
               chart->x.from, chart->y.from, chart->x.to, (chart->x.from + chart->x.to) / 2, chart->y.from + 29);
    page_label(page, x_label, 56);
    page_print(page, "</text><text class=\"m\" transform=\"translate(10,%.1f) rotate(-90)\">",
               (chart->y.from + chart->y.to) / 2);
    page_label(page, y_label, 30);
    page_print(page, "</text>\n");
}

void chart_open(struct chart *chart, struct page *page, double height, const double x[2], const double y[2],
                const char *title, const char *description)
{
    chart->page = page;
    chart->x = axis_new(x, LEFT, WIDTH - RIGHT);
    chart->y = axis_new(y, height - BOTTOM, TOP);
    page_picture(page, WIDTH, height, false, title, description);
}

void chart_close(const struct chart *chart)
{
    page_picture_end(chart->page);
}

/* ---- what is drawn ----------------------------------------------------------------------------------------------- */

static void print_points(const struct chart *chart, const double *x, const double *y, size_t n, const char *first,
                         const char *then, const char *after)
{
    bool begun = false;
    for (size_t i = 0; i < n; i++) {
        bool there = isfinite(x[i]) && isfinite(y[i]);
        if (there)
            page_print(chart->page, "%s%.1f,%.1f%s", begun ? then : first, axis_at(&chart->x, x[i]),
                       axis_at(&chart->y, y[i]), after);
        begun = there;
    }
}

void chart_line(const struct chart *chart, const char *classes, const double *x, const double *y, size_t n)
{
    page_print(chart->page, "<path class=\"line %s\" d=\"", classes);
    print_points(chart, x, y, n, "M", "L", "");
    page_print(chart->page, "\"/>\n");
}

void chart_area(const struct chart *chart, const char *classes, const double *x, const double *y, size_t n)
{
    if (n == 0)
        return;
    page_print(chart->page, "<path class=\"%s\" d=\"", classes);
    print_points(chart, x, y, n, "M", "L", "");
    page_print(chart->page, "L%.1f,%.1fH%.1fZ\"/>\n", axis_at(&chart->x, x[n - 1]), chart->y.from,
               axis_at(&chart->x, x[0]));
}

/* A line of no length has round ends, which are the dots. */
void chart_dots(const struct chart *chart, const char *classes, const double *x, const double *y, size_t n)
{
    page_print(chart->page, "<path class=\"%s\" d=\"", classes);
    print_points(chart, x, y, n, "M", "M", "h0");
    page_print(chart->page, "\"/>\n");
}

void chart_diamond(const struct chart *chart, const char *classes, double x, double y)
{
    page_print(chart->page, "<path class=\"ring %s\" d=\"M%.1f,%.1fl5,5l-5,5l-5,-5z\"/>\n", classes,
               axis_at(&chart->x, x), axis_at(&chart->y, y) - 5);
}
