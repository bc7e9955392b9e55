/* page_text.h - text in lines of a given width, with marked stretches. For page.c only. */
#ifndef COPYDESK_PAGE_TEXT_H
#define COPYDESK_PAGE_TEXT_H

#include <stdint.h>

#include "page.h"

/* A stretch of a text to be marked. */
struct cd_page_mark {
    size_t begin_byte, end_byte;
    const char *type; /* "PERSON" */
};

struct cd_page_layout {
    int indent;
    int lines_max;      /* beyond: cut with an ellipsis */
    const char *weight; /* escape sequence for the unmarked text ("\033[1m"), or "" */
};

/* Print `text` with its marks (in text order, not overlapping), and a newline. */
void cd_page_text(const struct cd_page *page, struct cd_slice text, const struct cd_page_mark *marks,
                  size_t mark_count, const struct cd_page_layout *layout);

/* Print at most `columns` columns of `text`, an ellipsis in place of the rest, spaces up to the width. */
void cd_page_cell(const struct cd_page *page, struct cd_slice text, int columns);

/* Columns that `text` takes on the terminal. */
int cd_page_columns(struct cd_slice text);

/* The escape sequence for an entity type, "" without colour; and the one that ends it. */
const char *cd_page_colour(const struct cd_page *page, const char *type);
const char *cd_page_plain(const struct cd_page *page);

#endif
