/* Encoding: what is UTF-8, what can be made UTF-8, and what is no text at all.
 *
 * Feeds that glue texts together leave single Windows-1252 bytes in UTF-8. A message is repaired when such
 * bytes are few (at most one in ten) and each reads as what it would have to be: a letter beside a letter, or
 * punctuation, never more than two in a row. A multi-byte character cut short (two bytes or more of it are
 * there) becomes U+FFFD. Anything else is not text and goes to the dead letters: guessing would publish
 * rubbish. NUL bytes are never text. */
#include "article_parts.h"

#include "copydesk/utf8.h"

enum { SHARE_MAX = 10, RUN_MAX = 2 };

uint32_t windows_1252_codepoint(unsigned char byte)
{
    static const uint16_t upper[32] = {
        0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
    };
    if (byte < 0x80 || byte >= 0xA0)
        return byte;
    return upper[byte - 0x80];
}

static bool is_ascii_letter(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_windows_letter(unsigned char byte)
{
    return (byte >= 0xC0 && byte != 0xD7 && byte != 0xF7) || byte == 0x8A || byte == 0x8C || byte == 0x8E ||
           byte == 0x9A || byte == 0x9C || byte == 0x9E || byte == 0x9F;
}

/* Bytes of a well-begun but incomplete character at `at`, 0 or 2 to 3. */
static size_t cut_character(struct cd_slice text, size_t at)
{
    const unsigned char *p = (const unsigned char *)text.bytes + at;
    size_t rest = text.length - at, wanted = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 0;
    if (!wanted || p[0] > 0xF4)
        return 0;
    size_t have = 1;
    while (have < wanted && have < rest && (p[have] & 0xC0) == 0x80)
        have++;
    if (have < 2 || have == wanted || (p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
        (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return have;
}

/* Could this byte, alone among UTF-8, be Windows-1252? */
static bool is_plausible(struct cd_slice text, size_t at)
{
    const unsigned char *p = (const unsigned char *)text.bytes;
    if (!windows_1252_codepoint(p[at]))
        return false;
    if (!is_windows_letter(p[at]))
        return true;
    bool before = at > 0 && (is_ascii_letter(p[at - 1]) || is_windows_letter(p[at - 1]));
    bool after = at + 1 < text.length && (is_ascii_letter(p[at + 1]) || is_windows_letter(p[at + 1]));
    if (p[at] >= 0xFE) /* thorn and y-diaeresis: far more often the mark of something binary */
        return before && after && is_ascii_letter(p[at + 1]);
    bool word_of_its_own = (p[at] == 0xE0 || p[at] == 0xC0) && at > 0 && p[at - 1] == ' ' &&
                           at + 1 < text.length && p[at + 1] == ' '; /* French "a grave" */
    return before || after || word_of_its_own;
}

/* One pass over what is not valid; `out` may be NULL to only count. False when it is no text. */
static bool repair(struct cd_slice text, char *out, size_t *length, size_t *bad_bytes)
{
    size_t at = 0, run_end = 0, run = 0;
    *length = *bad_bytes = 0;
    for (;;) {
        size_t valid = cd_utf8_valid_prefix(cd_slice_part(text, at, text.length));
        if (out)
            memcpy(out + *length, text.bytes + at, valid);
        *length += valid;
        at += valid;
        if (at == text.length)
            return true;
        size_t cut = cut_character(text, at);
        run = at == run_end ? run + 1 : 1;
        if (!cut && (run > RUN_MAX || !is_plausible(text, at)))
            return false;
        char encoded[4];
        uint32_t codepoint = cut ? 0xFFFD : windows_1252_codepoint((unsigned char)text.bytes[at]);
        unsigned size = cd_utf8_encode(codepoint, encoded);
        if (out)
            memcpy(out + *length, encoded, size);
        *length += size;
        at += cut ? cut : 1;
        run_end = at;
        *bad_bytes += cut ? cut : 1;
    }
}

enum cd_status repair_encoding(struct cd_slice raw, struct cd_arena *arena, struct cd_slice *text,
                               uint32_t *warnings, struct cd_error *error)
{
    const char *nul = memchr(raw.bytes, '\0', raw.length);
    if (nul)
        return cd_fail(error, CD_INVALID, NULL,
                       "the message is not UTF-8 text: byte %zu is NUL (binary data or UTF-16?)",
                       (size_t)(nul - raw.bytes));
    size_t valid = cd_utf8_valid_prefix(raw);
    *text = raw;
    if (valid == raw.length)
        return CD_OK;
    size_t length, bad_bytes;
    if (!repair(raw, NULL, &length, &bad_bytes) || bad_bytes * SHARE_MAX > raw.length)
        return cd_fail(
            error, CD_INVALID, NULL,
            "the message is not UTF-8: byte 0x%02X at position %zu begins no character, and it does "
            "not read as Windows-1252 either",
            (unsigned char)raw.bytes[valid], valid);
    char *out = cd_arena_allocate(arena, length + 1);
    if (!out)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    repair(raw, out, &length, &bad_bytes);
    *text = (struct cd_slice){out, length};
    *warnings |= CD_WARNING_ENCODING_REPAIRED;
    return CD_OK;
}
