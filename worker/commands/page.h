/* page.h - an enriched record as a person likes to read it: the text with its entities marked, who and what
 * it is about, its topics.
 *
 * Entities are marked in a colour per type, or as "[Antony Blinken PERSON]" without colour. Reads native
 * records with offset_unit "utf8". Needs a UTF-8 LC_CTYPE for the width of characters. Writes to a stdio
 * stream; one thread at a time. */
#ifndef COPYDESK_PAGE_H
#define COPYDESK_PAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "copydesk/slice.h"

struct cd_page {
    FILE *out;
    bool has_colour;
    int columns; /* of the terminal */
};

/* A page for `out`: colour on a terminal unless NO_COLOR is set (no-color.org); columns of the terminal, 100
 * elsewhere. */
struct cd_page cd_page_for(FILE *out);

/* Which colour means which type; nothing without colour. */
void cd_page_legend(const struct cd_page *page);

/* A rule with a label on it. */
void cd_page_rule(const struct cd_page *page, const char *label);

/* A record in full. */
void cd_page_record(const struct cd_page *page, const json_t *record);

/* A record in one line: title, foremost entities, foremost topic. */
void cd_page_record_line(const struct cd_page *page, const json_t *record);

/* A line about a message without a record: "DEAD LETTER  name  reason". */
void cd_page_note(const struct cd_page *page, const char *label, struct cd_slice name, const char *text);

#endif
