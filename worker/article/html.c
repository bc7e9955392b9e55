/* HTML to text with libgumbo (the WHATWG tree construction). The tree says which stretches of the source are
 * text and where blocks begin and end; the text itself is taken from the source, so that every published byte
 * keeps its place. Two guards: deeply nested markup makes tree construction quadratic, and formatting tags
 * left open multiply in memory. Beyond either bound the tags are simply stripped in one pass. */
#include "article_parts.h"

#include <gumbo.h>
#include <setjmp.h>

enum {
    ATTRIBUTES_MAX = 1000,  /* white space in one tag */
    DEPTH_MAX = 200,        /* open elements; real articles stay under 40 */
    BUDGET_PER_BYTE = 96,   /* arena bytes that a tree may take per byte of source */
    BUDGET_BYTES = 1 << 20, /* and on top of that */
    NAME_BYTES_MAX = 16,
};

/* ---- which elements mean what -------------------------------------------------------------- */

/* 0: inline. */
enum element_kind { INLINE = 0, CELL, LINE, PARAGRAPH, DROPPED };

static const uint8_t element_kinds[GUMBO_TAG_LAST + 1] = {
    [GUMBO_TAG_P] = PARAGRAPH,       [GUMBO_TAG_H1] = PARAGRAPH,
    [GUMBO_TAG_H2] = PARAGRAPH,      [GUMBO_TAG_H3] = PARAGRAPH,
    [GUMBO_TAG_H4] = PARAGRAPH,      [GUMBO_TAG_H5] = PARAGRAPH,
    [GUMBO_TAG_H6] = PARAGRAPH,      [GUMBO_TAG_BLOCKQUOTE] = PARAGRAPH,
    [GUMBO_TAG_UL] = PARAGRAPH,      [GUMBO_TAG_OL] = PARAGRAPH,
    [GUMBO_TAG_DL] = PARAGRAPH,      [GUMBO_TAG_TABLE] = PARAGRAPH,
    [GUMBO_TAG_PRE] = PARAGRAPH,     [GUMBO_TAG_HR] = PARAGRAPH,
    [GUMBO_TAG_FIGURE] = PARAGRAPH,  [GUMBO_TAG_SECTION] = PARAGRAPH,
    [GUMBO_TAG_ARTICLE] = PARAGRAPH, [GUMBO_TAG_ASIDE] = PARAGRAPH,
    [GUMBO_TAG_HEADER] = PARAGRAPH,  [GUMBO_TAG_FOOTER] = PARAGRAPH,
    [GUMBO_TAG_DIV] = LINE,          [GUMBO_TAG_LI] = LINE,
    [GUMBO_TAG_DT] = LINE,           [GUMBO_TAG_DD] = LINE,
    [GUMBO_TAG_TR] = LINE,           [GUMBO_TAG_CAPTION] = LINE,
    [GUMBO_TAG_FIGCAPTION] = LINE,   [GUMBO_TAG_ADDRESS] = LINE,
    [GUMBO_TAG_MAIN] = LINE,         [GUMBO_TAG_NAV] = LINE,
    [GUMBO_TAG_FORM] = LINE,         [GUMBO_TAG_FIELDSET] = LINE,
    [GUMBO_TAG_CENTER] = LINE,       [GUMBO_TAG_DETAILS] = LINE,
    [GUMBO_TAG_SUMMARY] = LINE,      [GUMBO_TAG_HGROUP] = LINE,
    [GUMBO_TAG_TD] = CELL,           [GUMBO_TAG_TH] = CELL,
    [GUMBO_TAG_SCRIPT] = DROPPED,    [GUMBO_TAG_STYLE] = DROPPED,
    [GUMBO_TAG_TEMPLATE] = DROPPED,  [GUMBO_TAG_NOSCRIPT] = DROPPED,
    [GUMBO_TAG_IFRAME] = DROPPED,    [GUMBO_TAG_OBJECT] = DROPPED,
    [GUMBO_TAG_EMBED] = DROPPED,     [GUMBO_TAG_SVG] = DROPPED,
    [GUMBO_TAG_MATH] = DROPPED,      [GUMBO_TAG_TITLE] = DROPPED,
    [GUMBO_TAG_SELECT] = DROPPED,    [GUMBO_TAG_BUTTON] = DROPPED,
    [GUMBO_TAG_TEXTAREA] = DROPPED,  [GUMBO_TAG_AUDIO] = DROPPED,
    [GUMBO_TAG_VIDEO] = DROPPED,     [GUMBO_TAG_CANVAS] = DROPPED,
    [GUMBO_TAG_NOFRAMES] = DROPPED,  [GUMBO_TAG_NOEMBED] = DROPPED,
};

static enum piece_break break_of(GumboTag tag)
{
    static const uint8_t breaks[] = {[INLINE] = BREAK_NONE,
                                     [CELL] = BREAK_CELL,
                                     [LINE] = BREAK_LINE,
                                     [PARAGRAPH] = BREAK_PARAGRAPH,
                                     [DROPPED] = BREAK_NONE};
    return breaks[element_kinds[tag]];
}

/* Where white space folds even across blank lines. */
static bool ends_flow(GumboTag tag)
{
    return tag == GUMBO_TAG_P || tag == GUMBO_TAG_LI || element_kinds[tag] == CELL ||
           (tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6);
}

/* ---- markup in the source ------------------------------------------------------------------ */

static bool is_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The length of the element name at `at` ("p", "h1", "o:p"); more than NAME_BYTES_MAX means too long. */
static size_t name_length(struct cd_slice text, size_t at)
{
    size_t end = at;
    while (end < text.length && end - at <= NAME_BYTES_MAX && !strchr(" \t\n\r\f/>", text.bytes[end]))
        end++;
    return end - at;
}

static size_t length_through(struct cd_slice text, size_t at, const char *closing)
{
    const char *found = memmem(text.bytes + at, text.length - at, closing, strlen(closing));
    return found ? (size_t)(found - (text.bytes + at)) + strlen(closing) : 0;
}

struct markup_ends find_markup_ends(struct cd_slice text)
{
    struct markup_ends ends = {0};
    const char *end = text.bytes + text.length;
    for (const char *found = end; (found = memrchr(text.bytes, '>', (size_t)(found - text.bytes)));) {
        size_t behind = (size_t)(found - text.bytes) + 1;
        if (!ends.tag)
            ends.tag = behind;
        if (behind >= 3 && found[-1] == '-' && found[-2] == '-') {
            ends.comment = behind;
            break;
        }
    }
    return ends;
}

/* A tag ends at the first ">" outside of a quoted attribute value; quotes that are never closed do not count.
 */
static size_t tag_length(struct cd_slice text, size_t at)
{
    bool in_value = false;
    for (size_t i = at + 1; i < text.length; i++) {
        char c = text.bytes[i];
        if (c == '>')
            return i + 1 - at;
        if ((c == '"' || c == '\'') && in_value) {
            const char *closing = memchr(text.bytes + i + 1, c, text.length - i - 1);
            if (!closing)
                return length_through(text, at, ">");
            i = (size_t)(closing - text.bytes);
        }
        in_value = c == '=' || (in_value && is_space(c));
    }
    return length_through(text, at, ">");
}

size_t markup_length(struct cd_slice text, size_t at, struct markup_ends ends)
{
    struct cd_slice rest = cd_slice_part(text, at, text.length);
    if (rest.length < 3 || at >= ends.tag)
        return 0;
    if (rest.length >= 4 && memcmp(rest.bytes, "<!--", 4) == 0 && at + 4 < ends.comment)
        return length_through(text, at + 4, "-->") + 4;
    char first = rest.bytes[1];
    if (is_ascii_letter(first) || (first == '/' && is_ascii_letter(rest.bytes[2])))
        return tag_length(text, at);
    if (first == '!' || first == '?' || first == '/')
        return length_through(text, at, ">");
    return 0;
}

/* The element that a tag names, GUMBO_TAG_UNKNOWN when HTML has none of that name. */
static GumboTag tag_at(struct cd_slice text, size_t at)
{
    size_t name = at + 1 + (text.bytes[at + 1] == '/');
    size_t length = name_length(text, name);
    if (length == 0 || length > NAME_BYTES_MAX)
        return GUMBO_TAG_UNKNOWN;
    return gumbo_tagn_enum(text.bytes + name, (unsigned)length);
}

enum piece_break break_at_tag(struct cd_slice text, size_t at)
{
    return break_of(tag_at(text, at));
}

/* A comment, CDATA section or declaration, or a tag whose name HTML knows. */
static bool is_html_markup(struct cd_slice text, size_t at, struct markup_ends ends)
{
    static const char *const openings[] = {"<!--", "<![CDATA[", "<!DOCTYPE", "<!doctype", "<?xml"};
    if (at + 2 >= text.length || at >= ends.tag)
        return false;
    char first = text.bytes[at + 1];
    if (first != '!' && first != '?')
        return (first == '/' || is_ascii_letter(first)) && tag_at(text, at) != GUMBO_TAG_UNKNOWN &&
               markup_length(text, at, ends);
    size_t rest = text.length - at;
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
        if (rest > strlen(openings[i]) && memcmp(text.bytes + at, openings[i], strlen(openings[i])) == 0)
            return i > 0 || at + 4 < ends.comment;
    return false;
}

bool has_html(struct cd_slice text)
{
    size_t at = 0;
    struct markup_ends ends = find_markup_ends(text);
    for (const char *found; at < ends.tag && (found = memchr(text.bytes + at, '<', ends.tag - at)); at++) {
        at = (size_t)(found - text.bytes);
        if (is_html_markup(text, at, ends))
            return true;
    }
    return false;
}

/* ---- masking: what the parser must not see as it is, byte for byte in place ---------------- */

/* "<![CDATA[" and "]]>" say nothing in HTML, but their content is text. */
static void mask_cdata(char *bytes, size_t length)
{
    static const char opening[] = "<![CDATA[", closing[] = "]]>";
    char *end = bytes + length, *close = bytes;
    for (char *at = bytes; (at = memmem(at, (size_t)(end - at), opening, sizeof opening - 1));) {
        memset(at, MASKED_BYTE, sizeof opening - 1);
        if (close && close <= at)
            close = memmem(at, (size_t)(end - at), closing, sizeof closing - 1);
        if (close)
            memset(close, MASKED_BYTE, sizeof closing - 1);
    }
}

/* "&lt;p class=x&gt;" at `at`: the length of the whole when it is an escaped tag of HTML, else 0. */
static size_t escaped_tag_length(struct cd_slice text, size_t at)
{
    enum { TAG_BYTES_MAX = 2000 };
    static const char opening[] = "&lt;", closing[] = "&gt;";
    size_t room = text.length - at < TAG_BYTES_MAX ? text.length - at : TAG_BYTES_MAX;
    if (room < 9 || memcmp(text.bytes + at, opening, 4) != 0)
        return 0;
    size_t name = at + 4 + (text.bytes[at + 4] == '/');
    size_t length = 0;
    while (name + length < text.length && (is_ascii_letter(text.bytes[name + length]) ||
                                           (length && strchr("123456", text.bytes[name + length]))))
        length++;
    if (length == 0 || length > NAME_BYTES_MAX ||
        gumbo_tagn_enum(text.bytes + name, (unsigned)length) == GUMBO_TAG_UNKNOWN ||
        !strchr(" /&\n", text.bytes[name + length]))
        return 0;
    const char *close = memmem(text.bytes + at + 4, room - 4, closing, 4);
    const char *other = memmem(text.bytes + at + 4, room - 4, opening, 4);
    if (!close || (other && other < close))
        return 0;
    return (size_t)(close - (text.bytes + at)) + 4;
}

/* Make tags of escaped ones, in place; true when there were any. */
static bool unmask_escaped_tags(struct cd_slice text, char *bytes)
{
    bool any = false;
    size_t at = 0;
    for (const char *found; at < text.length && (found = memchr(text.bytes + at, '&', text.length - at));) {
        at = (size_t)(found - text.bytes);
        size_t length = escaped_tag_length(text, at);
        if (length && bytes) {
            memset(bytes + at, MASKED_BYTE, 3);
            bytes[at + 3] = '<';
            memset(bytes + at + length - 4, ' ', 3);
            bytes[at + length - 1] = '>';
        }
        any |= length != 0;
        at += length ? length : 1;
    }
    return any;
}

/* ---- stripping without a tree -------------------------------------------------------------- */

/* The content of a dropped element goes with it, up to its end tag or all the rest. */
static size_t dropped_content(struct cd_slice text, size_t at, GumboTag tag)
{
    size_t end = at;
    for (const char *found;
         end < text.length && (found = memmem(text.bytes + end, text.length - end, "</", 2)); end += 2) {
        end = (size_t)(found - text.bytes);
        if (end + 2 < text.length && tag_at(text, end) == tag)
            return end;
    }
    return text.length;
}

static void strip_tags(struct cd_slice text, struct html_pieces *pieces)
{
    struct markup_ends ends = find_markup_ends(text);
    size_t begin = 0, at = 0;
    for (const char *found; at < text.length && (found = memchr(text.bytes + at, '<', text.length - at));) {
        at = (size_t)(found - text.bytes);
        size_t length = markup_length(text, at, ends);
        if (length == 0) {
            at++;
            continue;
        }
        html_add_piece(pieces, (struct html_piece){.begin = (uint32_t)begin, .end = (uint32_t)at});
        GumboTag tag = tag_at(text, at);
        html_break(pieces, tag == GUMBO_TAG_BR ? BREAK_LINE : break_of(tag));
        bool opens = text.bytes[at + 1] != '/';
        at += length;
        if (opens && (tag == GUMBO_TAG_SCRIPT || tag == GUMBO_TAG_STYLE))
            at = dropped_content(text, at, tag);
        begin = at;
    }
    html_add_piece(pieces, (struct html_piece){.begin = (uint32_t)begin, .end = (uint32_t)text.length});
}

/* ---- walking the tree ---------------------------------------------------------------------- */

struct walk {
    struct html_pieces *pieces;
    struct cd_slice source;
    bool too_deep;
};

struct context {
    bool in_flow, keep_lines;
    unsigned depth;
};

static void walk_text(struct walk *walk, const GumboText *text, struct context context)
{
    const char *begin = text->original_text.data;
    if (!begin || begin < walk->source.bytes || begin > walk->source.bytes + walk->source.length)
        return;
    size_t at = (size_t)(begin - walk->source.bytes);
    size_t room = walk->source.length - at;
    size_t length = text->original_text.length < room ? text->original_text.length : room;
    html_add_piece(walk->pieces, (struct html_piece){.begin = (uint32_t)at,
                                                     .end = (uint32_t)(at + length),
                                                     .keep_lines = context.keep_lines,
                                                     .in_flow = context.in_flow});
}

static void walk_node(struct walk *walk, const GumboNode *node, struct context context);

static void walk_element(struct walk *walk, const GumboElement *element, struct context context)
{
    GumboTag tag = element->tag;
    if (tag == GUMBO_TAG_BR) {
        walk->pieces->has_blocks = true;
        html_break(walk->pieces, walk->pieces->pending == BREAK_LINE ? BREAK_PARAGRAPH : BREAK_LINE);
        return;
    }
    if (element_kinds[tag] == DROPPED)
        return;
    if (++context.depth > 2 * DEPTH_MAX) {
        walk->too_deep = true;
        return;
    }
    enum piece_break around = break_of(tag);
    walk->pieces->has_blocks |= around != BREAK_NONE;
    html_break(walk->pieces, around);
    context.in_flow &= !ends_flow(tag);
    context.keep_lines |= tag == GUMBO_TAG_PRE;
    for (unsigned i = 0; i < element->children.length; i++)
        walk_node(walk, element->children.data[i], context);
    html_break(walk->pieces, around);
}

static void walk_node(struct walk *walk, const GumboNode *node, struct context context)
{
    switch (node->type) {
    case GUMBO_NODE_ELEMENT:
        walk_element(walk, &node->v.element, context);
        break;
    case GUMBO_NODE_TEXT:
    case GUMBO_NODE_WHITESPACE:
        walk_text(walk, &node->v.text, context);
        break;
    default: /* comments, templates */
        break;
    }
}

/* ---- parsing within bounds ----------------------------------------------------------------- */

/* libgumbo checks no allocation, so one that is refused leaves by longjmp; its memory is the arena's, and
 * nothing of it needs freeing. */
struct budget {
    struct cd_arena *arena;
    size_t rest_bytes;
    jmp_buf refused;
};

static void *allocate(void *context, size_t size_bytes)
{
    struct budget *budget = context;
    void *block = size_bytes <= budget->rest_bytes ? cd_arena_allocate(budget->arena, size_bytes) : NULL;
    if (!block)
        longjmp(budget->refused, 1);
    budget->rest_bytes -= size_bytes;
    return block;
}

static void release(void *context, void *block)
{
    (void)context;
    (void)block;
}

static bool is_closed_by_others(GumboTag tag)
{
    return tag == GUMBO_TAG_P || tag == GUMBO_TAG_LI || tag == GUMBO_TAG_DT || tag == GUMBO_TAG_DD ||
           tag == GUMBO_TAG_BR || tag == GUMBO_TAG_IMG || tag == GUMBO_TAG_HR || tag == GUMBO_TAG_META ||
           tag == GUMBO_TAG_LINK || tag == GUMBO_TAG_INPUT || tag == GUMBO_TAG_TR || tag == GUMBO_TAG_TD ||
           tag == GUMBO_TAG_TH || tag == GUMBO_TAG_COL || tag == GUMBO_TAG_WBR || tag == GUMBO_TAG_SOURCE ||
           tag == GUMBO_TAG_OPTION || tag == GUMBO_TAG_EMBED || tag == GUMBO_TAG_PARAM;
}

/* libgumbo compares every attribute of a tag with all before it. */
static bool has_many_attributes(struct cd_slice text, size_t begin, size_t end)
{
    size_t spaces = 0;
    for (size_t i = begin; i < end; i++)
        spaces += is_space(text.bytes[i]) || text.bytes[i] == '/';
    return spaces > ATTRIBUTES_MAX;
}

/* More elements open at once, or more attributes in a tag, than any article has. */
static bool is_out_of_bounds(struct cd_slice text)
{
    struct markup_ends ends = find_markup_ends(text);
    size_t depth = 0, at = 0;
    for (const char *found;
         at + 2 < text.length && (found = memchr(text.bytes + at, '<', text.length - at - 2));) {
        at = (size_t)(found - text.bytes);
        bool closes = text.bytes[at + 1] == '/', opens = is_ascii_letter(text.bytes[at + 1]);
        size_t length = markup_length(text, at, ends);
        size_t end = length ? at + length : opens ? text.length : at + 1;
        if (opens && has_many_attributes(text, at, end))
            return true;
        if ((opens || closes) && !is_closed_by_others(tag_at(text, at)))
            depth = closes ? depth - (depth > 0) : depth + 1;
        if (depth > DEPTH_MAX)
            return true;
        at = end;
    }
    return false;
}

/* Parse and walk; false when a bound was passed. */
static bool walk_tree(struct cd_slice text, struct cd_arena *arena, struct html_pieces *pieces)
{
    struct budget budget = {.arena = arena, .rest_bytes = text.length * BUDGET_PER_BYTE + BUDGET_BYTES};
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = allocate;
    options.deallocator = release;
    options.userdata = &budget;
    options.max_errors = 0;
    options.fragment_context = GUMBO_TAG_BODY;
    if (setjmp(budget.refused))
        return false;
    const GumboOutput *output = gumbo_parse_with_options(&options, text.bytes, text.length);
    struct walk walk = {.pieces = pieces, .source = text};
    walk_node(&walk, output->root, (struct context){.in_flow = true});
    return !walk.too_deep;
}

/* When there are only inline elements, the line feeds of the text are its paragraphs. */
static void keep_lines_of(struct html_pieces *pieces)
{
    if (pieces->has_blocks)
        return;
    for (uint32_t i = 0; i < pieces->count; i++)
        pieces->items[i].keep_lines = true;
}

enum cd_status mend_html(struct text_writer *writer, struct cd_error *error)
{
    struct cd_slice masked = cd_arena_copy(writer->arena, writer->source);
    if (!masked.bytes)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    if (!has_html(writer->source))
        unmask_escaped_tags(writer->source, (char *)masked.bytes);
    mask_cdata((char *)masked.bytes, masked.length);
    struct html_pieces pieces = {.arena = writer->arena};
    if (is_out_of_bounds(masked) || !walk_tree(masked, writer->arena, &pieces)) {
        pieces = (struct html_pieces){.arena = writer->arena};
        strip_tags(masked, &pieces);
    } else {
        keep_lines_of(&pieces);
    }
    html_write_pieces(writer, &pieces, masked);
    writer->warnings |= CD_WARNING_HTML_REMOVED;
    return writer->failed ? cd_fail(error, CD_MEMORY, NULL, "out of memory") : CD_OK;
}

bool has_escaped_html(struct cd_slice text)
{
    return unmask_escaped_tags(text, NULL);
}
