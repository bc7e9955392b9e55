#include "page_text.h"

#include <wchar.h>

#include "copydesk/utf8.h"

/* ---- colours ------------------------------------------------------------------------------- */

const char *cd_page_colour(const struct cd_page *page, const char *type)
{
    static const char *const colours[][2] = {
        {"PERSON", "\033[1;36m"}, {"ORGANIZATION", "\033[1;34m"}, {"LOCATION", "\033[1;32m"},
        {"NORP", "\033[1;35m"},   {"EVENT", "\033[1;31m"},        {"WORK_OF_ART", "\033[1;33m"},
        {"LAW", "\033[33m"},      {"PRODUCT", "\033[35m"},
    };
    for (size_t i = 0; page->has_colour && i < sizeof colours / sizeof *colours; i++)
        if (strcmp(type, colours[i][0]) == 0)
            return colours[i][1];
    return "";
}

const char *cd_page_plain(const struct cd_page *page)
{
    return page->has_colour ? "\033[0m" : "";
}

/* ---- widths -------------------------------------------------------------------------------- */

static int character_columns(uint32_t codepoint)
{
    int columns = wcwidth((wchar_t)codepoint);
    return columns > 0 ? columns : 0;
}

int cd_page_columns(struct cd_slice text)
{
    int columns = 0;
    unsigned size;
    for (size_t at = 0; at < text.length; at += size)
        columns += character_columns(cd_utf8_decode(text, at, &size));
    return columns;
}

void cd_page_cell(const struct cd_page *page, struct cd_slice text, int columns)
{
    int used = 0;
    bool is_cut = cd_page_columns(text) > columns;
    unsigned size;
    for (size_t at = 0; at < text.length; at += size) {
        int wide = character_columns(cd_utf8_decode(text, at, &size));
        if (used + wide > columns - is_cut)
            break;
        used += wide;
        bool is_control = (unsigned char)text.bytes[at] < ' ';
        fwrite(is_control ? " " : text.bytes + at, 1, size, page->out);
    }
    if (is_cut)
        used += fprintf(page->out, "…") > 0;
    fprintf(page->out, "%*s", columns > used ? columns - used : 0, "");
}

/* ---- lines --------------------------------------------------------------------------------- */

/* Where the printing stands. */
struct pen {
    const struct cd_page *page;
    const struct cd_page_layout *layout;
    struct cd_slice text;
    const struct cd_page_mark *mark, *marks_end; /* the mark that is open or comes next */
    bool in_mark;
    int column, line;
};

static void set_style(const struct pen *pen)
{
    fputs(pen->in_mark ? cd_page_colour(pen->page, pen->mark->type) : pen->layout->weight, pen->page->out);
}

static void break_line(struct pen *pen)
{
    fprintf(pen->page->out, "%s\n%*s", cd_page_plain(pen->page), pen->layout->indent, "");
    set_style(pen);
    pen->column = pen->layout->indent;
    pen->line++;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* The columns of the word at [begin, end), with what marks add to it when there is no colour. */
static int word_columns(const struct pen *pen, size_t begin, size_t end)
{
    int columns = cd_page_columns(cd_slice_part(pen->text, begin, end));
    if (pen->page->has_colour)
        return columns;
    for (const struct cd_page_mark *m = pen->mark; m < pen->marks_end && m->begin_byte < end; m++) {
        columns += m->begin_byte >= begin;
        columns += m->end_byte <= end ? (int)strlen(m->type) + 2 : 0;
    }
    return columns;
}

static void open_mark(struct pen *pen)
{
    pen->in_mark = true;
    fputs(pen->page->has_colour ? cd_page_plain(pen->page) : "[", pen->page->out);
    set_style(pen);
}

static void close_mark(struct pen *pen)
{
    if (pen->page->has_colour)
        fputs(cd_page_plain(pen->page), pen->page->out);
    else
        fprintf(pen->page->out, " %s]", pen->mark->type);
    pen->in_mark = false;
    pen->mark++;
    set_style(pen);
}

static void print_word(struct pen *pen, size_t begin, size_t end)
{
    for (size_t at = begin; at < end; at++) {
        if (!pen->in_mark && pen->mark < pen->marks_end && pen->mark->begin_byte == at)
            open_mark(pen);
        putc(pen->text.bytes[at], pen->page->out);
        if (pen->in_mark && pen->mark->end_byte == at + 1)
            close_mark(pen);
    }
}

/* Skip white space from `at`; *has_newline tells whether a line ends in it. */
static size_t skip_space(struct cd_slice text, size_t at, bool *has_newline)
{
    *has_newline = false;
    for (; at < text.length && is_space(text.bytes[at]); at++)
        *has_newline = *has_newline || text.bytes[at] == '\n';
    return at;
}

static size_t skip_word(struct cd_slice text, size_t at)
{
    while (at < text.length && !is_space(text.bytes[at]))
        at++;
    return at;
}

void cd_page_text(const struct cd_page *page, struct cd_slice text, const struct cd_page_mark *marks,
                  size_t mark_count, const struct cd_page_layout *layout)
{
    struct pen pen = {
        .page = page, .layout = layout, .text = text, .mark = marks, .marks_end = marks + mark_count};
    pen.column = layout->indent;
    fprintf(page->out, "%*s%s", layout->indent, "", layout->weight);
    for (size_t at = 0; at < text.length;) {
        bool has_newline;
        size_t begin = skip_space(text, at, &has_newline), end = skip_word(text, begin);
        if (begin == end)
            break;
        int columns = word_columns(&pen, begin, end);
        bool is_first = pen.column == layout->indent;
        if (!is_first && (has_newline || pen.column + 1 + columns > page->columns - 2)) {
            if (pen.line + 1 >= layout->lines_max) {
                fputs(" …", page->out);
                break;
            }
            break_line(&pen);
        } else if (!is_first) {
            putc(' ', page->out);
            pen.column++;
        }
        print_word(&pen, begin, end);
        pen.column += columns;
        at = end;
    }
    fprintf(page->out, "%s\n", cd_page_plain(page));
}
