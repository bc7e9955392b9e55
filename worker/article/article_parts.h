/* article_parts.h - what the files of this room share: the text writer, mending, HTML, the readers.
 *
 * Private to worker/article/. Everything allocates from the caller's arena; a text writer that runs out of
 * memory sets `failed` and goes on harmlessly, so callers check once. One thread at a time per arena. */
#ifndef COPYDESK_ARTICLE_PARTS_H
#define COPYDESK_ARTICLE_PARTS_H

#include <jansson.h>

#include "copydesk/article.h"

/* ---- text writer (text_writer.c): published bytes beside the way back to their source ------ */

struct text_writer {
    struct cd_arena *arena;
    struct cd_slice source;
    char *bytes;
    size_t length, capacity;
    struct cd_offset_run *runs;
    uint32_t run_count, run_capacity;
    uint32_t warnings;   /* enum cd_warning bits */
    unsigned rare_names; /* looked up so far, see decode_entity */
    bool failed;
};

struct text_writer text_writer_new(struct cd_arena *arena, struct cd_slice source);
/* Source bytes [begin, end) as they are. */
void text_writer_copy(struct text_writer *writer, size_t begin, size_t end);
/* `bytes` in place of source bytes [begin, end): the first byte points at the source's first, the last at the
 * source's last, so that a span that begins or ends with a decoded entity covers it whole. */
void text_writer_replace(struct text_writer *writer, struct cd_slice bytes, size_t begin, size_t end);
/* Take back blanks and line feeds at the end. */
void text_writer_trim_end(struct text_writer *writer);
/* The finished text; CD_MEMORY when the writer has failed. */
enum cd_status text_writer_finish(struct text_writer *writer, struct cd_text *text, struct cd_error *error);

/* ---- mending (mend.c): line ends, odd spaces, invisible and control characters ------------- */

/* What stands in a text that is not plain words; one scan finds out. */
enum text_findings { FOUND_ODD_BYTES = 1, FOUND_LESS_THAN = 2, FOUND_AMPERSAND = 4 };
unsigned scan_text(struct cd_slice text);

/* Not 0 for the bytes that some rule of mending looks at. */
extern const unsigned char odd_bytes[256];
/* Length of the plain run at `at`: bytes that no rule of mending looks at. */
size_t plain_run(struct cd_slice text, size_t at, size_t end);

/* What becomes of the character at bytes[at] of valid UTF-8. */
struct mended {
    unsigned source_bytes;        /* bytes it takes in the source */
    struct cd_slice put;          /* what is published instead */
    bool keep;                    /* publish it as it is */
    enum cd_warning warning_bits; /* 0 when nobody needs to hear of it */
    char buffer[4];
};
void mend_character(struct cd_slice text, size_t at, struct mended *mended);

/* Source bytes [begin, end) with everything but markup and entities mended. */
void mend_plain(struct text_writer *writer, size_t begin, size_t end);

/* ---- character references (entity.c) ------------------------------------------------------- */

/* Names beyond the common ones that may be looked up in one text: more than any article has, and a bound on
 * the time that rubbish takes. */
enum { RARE_NAMES_MAX = 1000 };
/* Decode the reference at text.bytes[at] == '&', once more when it was escaped twice ("&amp;quot;"). Returns
 * the source bytes it takes, 0 when it is only an ampersand. `out` gets UTF-8 of *out_length bytes (1 to 8);
 * *rare_names counts the look-ups of the text. */
size_t decode_entity(struct cd_slice text, size_t at, char out[8], unsigned *out_length,
                     unsigned *rare_names);
/* A text without tags: mend it and decode its character references. */
void mend_entities(struct text_writer *writer);

/* ---- HTML (html.c with libgumbo, html_pieces.c) -------------------------------------------- */

/* The break that stands before a piece of text. */
enum piece_break { BREAK_NONE, BREAK_CELL, BREAK_LINE, BREAK_PARAGRAPH };

/* A stretch of source text between tags. */
struct html_piece {
    uint32_t begin, end;
    uint32_t order;       /* its place in the tree */
    uint8_t break_before; /* enum piece_break */
    bool keep_lines;      /* line feeds stand as they are (pre) */
    bool in_flow;         /* outside of paragraphs and cells: a blank line parts paragraphs */
};

struct html_pieces {
    struct cd_arena *arena;
    struct html_piece *items;
    uint32_t count, capacity;
    uint8_t pending; /* enum piece_break: before the next piece */
    bool has_blocks; /* a block element or <br> was seen */
    bool failed;
};

void html_break(struct html_pieces *pieces, enum piece_break kind);
void html_add_piece(struct html_pieces *pieces, struct html_piece piece);
/* Publish the pieces in the order of the source: white space folded, references decoded. `source` is the
 * out's source with masked bytes (MASKED_BYTE: says nothing). */
void html_write_pieces(struct text_writer *out, struct html_pieces *pieces, struct cd_slice source);

enum { MASKED_BYTE = 0xFF };

/* Does the text hold a tag or comment of HTML (not just a "<")? */
bool has_html(struct cd_slice text);
/* The same with its tags escaped ("&lt;p&gt;"), as feeds inside feeds have it. */
bool has_escaped_html(struct cd_slice text);
/* Behind the last ">" and the last "-->" of a text: no markup ends later, so that no search goes on for
 * nothing, however many "<" there are. */
struct markup_ends {
    size_t tag, comment;
};
struct markup_ends find_markup_ends(struct cd_slice text);
/* The markup (tag, comment, declaration) at text.bytes[at] == '<': its length, 0 when it is only a "<". */
size_t markup_length(struct cd_slice text, size_t at, struct markup_ends ends);
/* The break that the element of the tag at text.bytes[at] makes. */
enum piece_break break_at_tag(struct cd_slice text, size_t at);
/* CD_MEMORY, or CD_OK with the text in the writer. */
enum cd_status mend_html(struct text_writer *writer, struct cd_error *error);

/* ---- one field (field.c) ------------------------------------------------------------------- */

/* Make a published text of a decoded string, whatever is in it. `original` must live as long as the arena. */
enum cd_status clean_text(struct cd_slice original, const char *field, struct cd_arena *arena,
                          struct cd_text *text, uint32_t *warnings, struct cd_error *error);
/* Cut the published text at the end of a sentence or word when it is longer than `bytes_max`. */
bool truncate_text(struct cd_text *text, size_t bytes_max);
bool is_space(char c);
bool is_blank(struct cd_slice text);
struct cd_slice trimmed(struct cd_slice text);

/* ---- encoding and JSON repair (encoding.c, json_repair.c) ---------------------------------- */

/* Make valid UTF-8 of `raw`: itself when it is, a mended copy when a few Windows-1252 bytes stand in it. */
enum cd_status repair_encoding(struct cd_slice raw, struct cd_arena *arena, struct cd_slice *text,
                               uint32_t *warnings, struct cd_error *error);
/* The two bytes-to-code-point tables' one home: Windows-1252 0x80 to 0x9F; 0 where nothing is defined. */
uint32_t windows_1252_codepoint(unsigned char byte);

enum cd_status check_nesting(struct cd_slice json, unsigned nesting_max, struct cd_error *error);
/* Parse a JSON object; strings with NUL or lone surrogate escapes, and numbers that no machine type holds,
 * are mended (NUL becomes U+0001 and a lone surrogate U+FFFD, so that lengths stay; such numbers become
 * strings of their digits). With `exact_numbers` all numbers with a fraction or exponent become strings. */
enum cd_status parse_json(struct cd_slice text, bool exact_numbers, struct cd_arena *arena, json_t **object,
                          uint32_t *warnings, struct cd_error *error);

/* ---- readers ------------------------------------------------------------------------------- */

struct reading {
    const struct cd_article_options *options;
    struct cd_arena *arena;
    struct cd_article *article;
    struct cd_error *error;
};

/* A value found in an article: decoded bytes in the arena, and the path of the field it stood in. */
struct found {
    struct cd_slice text;
    const char *field;
};

/* How a value that is an object or array is read. */
enum value_use { USE_TEXT, USE_NAME, USE_ADDRESS };
/* The text of a JSON value: strings, numbers, {"rendered": ...} and its like, arrays of these. False when
 * there is none or it is blank. */
bool value_text(const struct reading *reading, const json_t *value, const char *field, enum value_use use,
                struct found *found);
bool ninjs_is(const json_t *object);
/* ninjs 1.x to 3.x: what its own names hold; what is not there stays empty. */
bool ninjs_title(const struct reading *reading, const json_t *object, struct found *found);
bool ninjs_body(const struct reading *reading, const json_t *object, struct found *found);
const json_t *ninjs_date(const json_t *object);
const json_t *ninjs_source(const json_t *object);

enum cd_status read_json_article(const struct reading *reading, struct cd_slice text);
enum cd_status read_plain_article(const struct reading *reading, struct cd_slice text);

/* ---- dates (date.c) ------------------------------------------------------------------------ */

/* A date at the beginning of `text`: bytes it takes, 0 when there is none. */
size_t parse_leading_date(struct cd_slice text, int64_t *time_ms);

#endif
