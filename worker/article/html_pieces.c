/* Text between tags, published in the order of the source: runs of white space become one space (in <pre>
 * they stay), block elements and <br> become line ends, character references are decoded. */
#include "article_parts.h"

#include "copydesk/utf8.h"

enum { FIRST_PIECES = 32 };

void html_break(struct html_pieces *pieces, enum piece_break kind)
{
    if (pieces->pending < kind)
        pieces->pending = (uint8_t)kind;
}

void html_add_piece(struct html_pieces *pieces, struct html_piece piece)
{
    if (piece.begin >= piece.end)
        return;
    if (pieces->count == pieces->capacity) {
        uint32_t capacity = pieces->capacity ? pieces->capacity * 2 : FIRST_PIECES;
        struct html_piece *items = cd_arena_grow(pieces->arena, pieces->items,
                                                 pieces->capacity * sizeof *items, capacity * sizeof *items);
        if (!items) {
            pieces->failed = true;
            return;
        }
        pieces->items = items;
        pieces->capacity = capacity;
    }
    piece.break_before = pieces->pending;
    piece.order = pieces->count;
    pieces->pending = BREAK_NONE;
    pieces->items[pieces->count++] = piece;
}

/* ---- order --------------------------------------------------------------------------------- */

static int compare_begin(const void *left, const void *right)
{
    const struct html_piece *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (a->end > b->end) - (a->end < b->end);
}

/* Pieces that stood apart in the tree stay apart. */
static void part_moved_pieces(struct html_pieces *pieces)
{
    for (uint32_t i = 1; i < pieces->count; i++)
        if (pieces->items[i].order != pieces->items[i - 1].order + 1 && !pieces->items[i].break_before)
            pieces->items[i].break_before = BREAK_LINE;
}

/* Text that a parser moves out of a table comes before it in the tree; readers of offsets need the order of
 * the source. */
static void put_in_source_order(struct html_pieces *pieces)
{
    for (uint32_t i = 1; i < pieces->count; i++) {
        if (pieces->items[i].begin < pieces->items[i - 1].begin) {
            qsort(pieces->items, pieces->count, sizeof *pieces->items, compare_begin);
            part_moved_pieces(pieces);
            return;
        }
    }
}

/* ---- publishing ---------------------------------------------------------------------------- */

/* White space seen but not yet published: a space, or a break of some kind, and the source it stands for. */
struct white_space {
    bool any;
    uint8_t kind; /* enum piece_break; BREAK_NONE is a space */
    size_t begin, end;
};

struct piece_writer {
    struct text_writer *out;
    struct cd_slice source; /* masked */
    struct white_space space;
    const struct html_piece *piece;
};

static void note_space(struct piece_writer *writer, uint8_t kind, size_t begin, size_t end)
{
    struct white_space *space = &writer->space;
    if (!space->any)
        *space = (struct white_space){true, kind, begin, end};
    if (kind > space->kind)
        space->kind = kind;
    space->end = end;
}

/* Before a visible byte: put down what white space is owed, none at the very beginning. */
static void pay_space(struct piece_writer *writer)
{
    static const char *const shapes[] = {" ", "\t", "\n", "\n\n"};
    struct white_space *space = &writer->space;
    if (space->any && writer->out->length)
        text_writer_replace(writer->out, cd_slice_of(shapes[space->kind]), space->begin, space->end);
    space->any = false;
}

static bool is_blank_byte(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

/* A run of white space in the source (lines already ended by LF alone are enough: CR and odd spaces come
 * here by way of put_mended). */
static size_t take_white_space(struct piece_writer *writer, size_t at, size_t end)
{
    size_t begin = at;
    unsigned lines = 0;
    for (; at < end && (is_blank_byte(writer->source.bytes[at]) || writer->source.bytes[at] == '\r'); at++)
        lines += writer->source.bytes[at] == '\n';
    uint8_t kind = lines > 1 && writer->piece->in_flow ? BREAK_PARAGRAPH : BREAK_NONE;
    note_space(writer, kind, begin, at);
    return at;
}

/* Put down what became of source bytes [begin, end). */
static void put_mended(struct piece_writer *writer, struct cd_slice bytes, size_t begin, size_t end)
{
    if (bytes.length == 1 && is_blank_byte(bytes.bytes[0]) && !writer->piece->keep_lines) {
        note_space(writer, BREAK_NONE, begin, end);
        return;
    }
    if (bytes.length)
        pay_space(writer);
    text_writer_replace(writer->out, bytes, begin, end);
}

static size_t put_entity(struct piece_writer *writer, size_t at, size_t end)
{
    char decoded[8];
    unsigned length;
    size_t taken =
        decode_entity(cd_slice_part(writer->source, 0, end), at, decoded, &length, &writer->out->rare_names);
    if (taken == 0) {
        pay_space(writer);
        text_writer_copy(writer->out, at, at + 1);
        return at + 1;
    }
    struct mended mended;
    mend_character((struct cd_slice){decoded, length}, 0, &mended);
    put_mended(writer, mended.keep ? (struct cd_slice){decoded, length} : mended.put, at, at + taken);
    writer->out->warnings |= mended.warning_bits;
    return at + taken;
}

static size_t put_character(struct piece_writer *writer, size_t at, size_t end)
{
    struct mended mended;
    mend_character(cd_slice_part(writer->source, 0, end), at, &mended);
    size_t next = at + mended.source_bytes;
    if (mended.keep) {
        pay_space(writer);
        text_writer_copy(writer->out, at, next);
    } else {
        put_mended(writer, mended.put, at, next);
    }
    writer->out->warnings |= mended.warning_bits;
    return next;
}

/* A single space between two visible bytes stays as it is. */
static bool is_single_space(const char *bytes, size_t at, size_t begin, size_t end)
{
    return bytes[at] == ' ' && at > begin && at + 1 < end && !is_space(bytes[at + 1]) &&
           bytes[at + 1] != '&' && bytes[at + 1] != '<';
}

/* The longest run from `at` that can be copied as it is. */
static size_t visible_run(const struct piece_writer *writer, size_t at, size_t end)
{
    const char *bytes = writer->source.bytes;
    size_t i = at;
    while (i < end && bytes[i] != '&' && bytes[i] != '<' && !odd_bytes[(unsigned char)bytes[i]] &&
           (writer->piece->keep_lines || !is_blank_byte(bytes[i]) || is_single_space(bytes, i, at, end)))
        i++;
    bool folds = i < end && i > at && bytes[i - 1] == ' ' && !writer->piece->keep_lines;
    return i - at - folds; /* a space before what may turn out to be a space, too */
}

/* A tag that the parser ignored stands inside the text; one of a block still parts words. */
static size_t pass_ignored_tag(struct piece_writer *writer, size_t at, size_t length)
{
    enum piece_break kind = break_at_tag(writer->source, at);
    if (kind)
        note_space(writer, (uint8_t)kind, at, at + length);
    return length;
}

static void write_piece(struct piece_writer *writer, size_t begin, size_t end)
{
    struct markup_ends ends = find_markup_ends(cd_slice_part(writer->source, begin, end));
    ends.tag += begin;
    ends.comment += begin;
    size_t at = begin;
    while (at < end) {
        size_t run = visible_run(writer, at, end);
        if (run) {
            pay_space(writer);
            text_writer_copy(writer->out, at, at + run);
            at += run;
            continue;
        }
        char c = writer->source.bytes[at];
        size_t markup = c == '<' ? markup_length(cd_slice_part(writer->source, 0, end), at, ends) : 0;
        if (markup)
            at += pass_ignored_tag(writer, at, markup);
        else if (c == '&')
            at = put_entity(writer, at, end);
        else if (!writer->piece->keep_lines && (is_blank_byte(c) || c == '\r'))
            at = take_white_space(writer, at, end);
        else
            at = put_character(writer, at, end);
    }
}

void html_write_pieces(struct text_writer *out, struct html_pieces *pieces, struct cd_slice source)
{
    out->failed |= pieces->failed;
    if (out->failed)
        return;
    put_in_source_order(pieces);
    struct piece_writer writer = {.out = out, .source = source};
    size_t done = 0;
    for (uint32_t i = 0; i < pieces->count; i++) {
        const struct html_piece *piece = writer.piece = &pieces->items[i];
        size_t begin = piece->begin > done ? piece->begin : done;
        if (begin >= piece->end)
            continue;
        if (piece->break_before)
            note_space(&writer, piece->break_before, done, begin);
        write_piece(&writer, begin, piece->end);
        done = piece->end;
    }
    text_writer_trim_end(out);
}
