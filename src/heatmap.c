/* Probabilities of pairs as squares. SPDX-License-Identifier: BSD-3-Clause */
#include "heatmap.h"

#include <math.h>
#include <string.h>

static const double steps[] = {0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95}; /* where each colour begins */
enum { STEPS = sizeof steps / sizeof *steps, NAME = 20 };              /* NAME: characters of a label */
static const double LETTER = 7.2;                                      /* width of one, on average */

/* 0: below the first. */
static size_t step_at(double value)
{
    size_t step = 0;
    while (step < STEPS && value >= steps[step])
        step++;
    return step;
}

static double label_room(const char *const *names, size_t n)
{
    size_t longest = 3;
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(names[i]);
        longest = length > longest ? length : longest;
    }
    return LETTER * (double)(longest < NAME ? longest : NAME) + 8;
}

/* Squares side by side of one colour are one rectangle; all of a colour are one path. */
static void print_step(struct page *page, const struct heatmap *map, size_t step)
{
    page_print(page, "<path class=\"h%zu\" d=\"", step);
    for (size_t i = 0; i < map->rows; i++)
        for (size_t j = 0; j < map->columns;) {
            size_t end = j;
            while (end < map->columns && step_at(map->value[i * map->columns + end]) == step)
                end++;
            if (end > j)
                page_print(page, "M%zu,%zuh%zuv1h-%zuz", j, i, end - j, end - j);
            j = end > j ? end : j + 1;
        }
    page_print(page, "\"/>\n");
}

static void print_marks(struct page *page, const struct heatmap *map)
{
    page_print(page, "<path class=\"mark\" d=\"");
    for (size_t i = 0; i < map->rows; i++)
        for (size_t j = 0; j < map->columns; j++)
            if (map->mark[i * map->columns + j])
                page_print(page, "M%zu.06,%zu.06h.88v.88h-.88z", j, i);
    page_print(page, "\"/>\n");
}

static void print_labels(struct page *page, const struct heatmap *map, double left, double top)
{
    double down = map->cell / 2 + 3.5;
    for (size_t i = 0; i < map->rows; i++) {
        page_print(page, "<text class=\"e\" x=\"%.0f\" y=\"%.1f\">", left - 5, top + (double)i * map->cell + down);
        page_label(page, map->row_names[i], NAME);
        page_print(page, "</text>");
    }
    for (size_t j = 0; j < map->columns; j++) {
        page_print(page, "<text transform=\"translate(%.1f,%.0f) rotate(-90)\">", left + (double)j * map->cell + down,
                   top - 5);
        page_label(page, map->column_names[j], NAME);
        page_print(page, "</text>");
    }
}

void heatmap_draw(struct page *page, const struct heatmap *map, const char *title, const char *description)
{
    double left = label_room(map->row_names, map->rows), top = label_room(map->column_names, map->columns);
    double width = (double)map->columns * map->cell, height = (double)map->rows * map->cell;
    page_picture(page, left + width + 4, top + height + 4, true, title, description);
    print_labels(page, map, left, top);
    page_print(page,
               "<g transform=\"translate(%.1f,%.1f) scale(%g)\">\n<path class=\"h0\" d=\"M0,0h%zuv%zuh-%zuz\"/>\n",
               left, top, map->cell, map->columns, map->rows, map->columns);
    for (size_t step = 1; step <= STEPS; step++)
        print_step(page, map, step);
    if (map->mark != NULL)
        print_marks(page, map);
    page_print(page, "</g>\n");
    page_picture_end(page);
}

void heatmap_key(struct page *page, const char *mark)
{
    page_print(page, "<p class=\"key\">probability:");
    for (size_t step = 0; step < STEPS; step++)
        page_print(
            page,
            "<span><svg viewBox=\"0 0 26 12\"><rect class=\"h%zu\" width=\"26\" height=\"12\"/></svg>%g–%g</span>",
            step + 1, steps[step], step + 1 < STEPS ? steps[step + 1] : 1);
    if (mark != NULL) {
        page_print(page, "<span><svg viewBox=\"0 0 26 12\"><rect class=\"mark\" x=\"7\" y=\"1\" width=\"10\" "
                         "height=\"10\"/></svg>");
        page_text(page, mark);
        page_print(page, "</span>");
    }
    page_print(page, "</p>\n");
}
