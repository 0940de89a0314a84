/* An HTML page in one file: what it is made of, with all text escaped. SPDX-License-Identifier: BSD-3-Clause
 *
 * Pages are XML as well, hold their style, and need no script. Colours are classes, which the style sets for light,
 * dark and printed pages. */
#ifndef PAGE_H
#define PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "output.h"

/* Starts as {output}. */
struct page {
    struct output *out;
    size_t pictures; /* so far, for the names of their parts */
};

void page_open(struct page *page, const char *title);
void page_close(struct page *page);

/* Mark-up as it is; and text, of which nothing is mark-up. */
__attribute__((format(printf, 2, 3))) void page_print(struct page *page, const char *format, ...);
void page_text(struct page *page, const char *text);
/* The first characters of a text, most of them at most. */
void page_label(struct page *page, const char *text, size_t most);
/* Three significant digits; a dash where there is no number. */
void page_number(struct page *page, double value);

/* Parts that page_end() closes with their element's name. */
void page_section(struct page *page, const char *id, const char *title);
void page_details(struct page *page, const char *summary);
/* A figure whose pictures stand in a grid, beside one another as far as they have room. */
void page_grid(struct page *page);
void page_end(struct page *page, const char *element);
/* Above a figure: what it shows; and below: how to read it. */
void page_heading(struct page *page, const char *title);
void page_caption(struct page *page, const char *text);

/* A table: its columns, of which all but the first `texts` are numbers; then rows cell by cell. */
void page_table(struct page *page, const char *const *columns, size_t n, size_t texts);
void page_row(struct page *page);
void page_row_end(struct page *page);
void page_cell(struct page *page, const char *text);
void page_cell_number(struct page *page, double value);
void page_table_end(struct page *page);

/* An SVG picture that is never wider than the page, or else, wide, is moved under a window; its title and description
 * are what a reader without sight gets. The title is escaped. */
void page_picture(struct page *page, double width, double height, bool wide, const char *title,
                  const char *description);
void page_picture_end(struct page *page);

#endif
