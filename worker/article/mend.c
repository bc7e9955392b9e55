/* What is invisible, and what every reader shows as a space or a line end, after Unicode 15 (UAX #14, the
 * Default_Ignorable_Code_Point property) and the WHATWG reading of U+0080 to U+009F as Windows-1252. */
#include "article_parts.h"

#include "copydesk/utf8.h"

/* Bytes that a rule below looks at: control characters but tab and line feed, and the lead bytes of the
 * blocks that hold odd spaces and invisible characters (U+0080.., U+1680 and U+180E, U+2000.., U+3000,
 * U+FEFF). Valid UTF-8 has 0xFF nowhere; html.c masks with it. */
const unsigned char odd_bytes[256] = {
    [0x00 ... 0x08] = 1, [0x0B ... 0x1F] = 1, [0x7F] = 1, [0xC2] = 1,
    [0xE1 ... 0xE3] = 1, [0xEF] = 1,          [0xFF] = 1,
};

/* Odd spaces U+2000 to U+206F, and general punctuation that is no rule's business. */
static bool is_wide_space(uint32_t c)
{
    return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
           c == 0x3000;
}

static bool is_line_end(uint32_t c)
{
    return c == '\r' || c == 0x0B || c == 0x0C || c == 0x85 || c == 0x2028 || c == 0x2029;
}

static bool is_joiner(uint32_t c)
{
    return c == 0x200C || c == 0x200D;
}

static bool is_invisible(uint32_t c)
{
    return c < 0x20 || c == 0x7F || c == 0xAD || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xFFF9 && c <= 0xFFFB) || c == 0xFFFE || c == 0xFFFF;
}

unsigned scan_text(struct cd_slice text)
{
    unsigned found = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        if (byte == '<')
            found |= FOUND_LESS_THAN;
        else if (byte == '&')
            found |= FOUND_AMPERSAND;
        else if (odd_bytes[byte] && !(found & FOUND_ODD_BYTES)) {
            struct mended mended;
            mend_character(text, i, &mended);
            found |= mended.keep ? 0 : FOUND_ODD_BYTES;
        }
    }
    return found;
}

size_t plain_run(struct cd_slice text, size_t at, size_t end)
{
    size_t i = at;
    while (i < end && !odd_bytes[(unsigned char)text.bytes[i]])
        i++;
    return i - at;
}

static void put(struct mended *mended, uint32_t codepoint)
{
    mended->put = (struct cd_slice){mended->buffer, cd_utf8_encode(codepoint, mended->buffer)};
}

/* A joiner has a meaning behind a letter of a script that joins (Arabic, Indic) and between emoji: keep it
 * behind any character beyond Hebrew. */
static bool joins(struct cd_slice text, size_t at)
{
    size_t before = at;
    while (before > 0 && ((unsigned char)text.bytes[before - 1] & 0xC0) == 0x80)
        before--;
    if (before == 0)
        return false;
    unsigned size;
    return cd_utf8_decode(text, before - 1, &size) >= 0x0600;
}

static bool is_crlf(struct cd_slice text, size_t at)
{
    return text.bytes[at] == '\r' && at + 1 < text.length && text.bytes[at + 1] == '\n';
}

void mend_character(struct cd_slice text, size_t at, struct mended *mended)
{
    *mended = (struct mended){.source_bytes = 1};
    if ((unsigned char)text.bytes[at] == MASKED_BYTE)
        return;
    uint32_t c = cd_utf8_decode(text, at, &mended->source_bytes);
    if (is_crlf(text, at)) {
        mended->source_bytes = 2;
        put(mended, '\n');
    } else if (is_line_end(c)) {
        put(mended, '\n');
    } else if (is_wide_space(c)) {
        put(mended, ' ');
    } else if (c >= 0x80 && c <= 0x9F) {
        uint32_t meant = windows_1252_codepoint((unsigned char)c);
        mended->warning_bits = meant ? CD_WARNING_ENCODING_REPAIRED : CD_WARNING_INVISIBLE_REMOVED;
        if (meant)
            put(mended, meant);
    } else if (is_joiner(c) && joins(text, at)) {
        mended->keep = true;
    } else if (c != '\n' && c != '\t' && is_invisible(c)) {
        mended->warning_bits = CD_WARNING_INVISIBLE_REMOVED;
    } else {
        mended->keep = true;
    }
}

void mend_plain(struct text_writer *writer, size_t begin, size_t end)
{
    struct cd_slice text = cd_slice_part(writer->source, 0, end);
    size_t copied = begin, at = begin;
    while (at < end) {
        at += plain_run(text, at, end);
        if (at == end)
            break;
        struct mended mended;
        mend_character(text, at, &mended);
        if (!mended.keep) {
            text_writer_copy(writer, copied, at);
            text_writer_replace(writer, mended.put, at, at + mended.source_bytes);
            writer->warnings |= mended.warning_bits;
            copied = at + mended.source_bytes;
        }
        at += mended.source_bytes;
    }
    text_writer_copy(writer, copied, end);
}
