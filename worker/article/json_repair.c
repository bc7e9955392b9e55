/* JSON before and around Jansson: nesting is checked without recursion, and what Jansson refuses although an
 * article is there (notes of Jansson 2.14: NUL escapes, lone surrogates, integers beyond 64 bits, reals
 * beyond a double) is mended in a copy and parsed once more. */
#include "article_parts.h"

/* ---- nesting ------------------------------------------------------------------------------- */

/* The index behind the string whose opening quote stands at `at`. */
static size_t skip_string(struct cd_slice json, size_t at)
{
    for (at++; at < json.length; at++) {
        if (json.bytes[at] == '\\')
            at++;
        else if (json.bytes[at] == '"')
            return at + 1;
    }
    return json.length;
}

enum cd_status check_nesting(struct cd_slice json, unsigned nesting_max, struct cd_error *error)
{
    unsigned depth = 0;
    for (size_t at = 0; at < json.length;) {
        char c = json.bytes[at];
        if (c == '"') {
            at = skip_string(json, at);
            continue;
        }
        if ((c == '{' || c == '[') && ++depth > nesting_max)
            return cd_fail(error, CD_LIMIT, NULL,
                           "the JSON is nested deeper than article.nesting_max = %u levels (at byte %zu)",
                           nesting_max, at);
        if ((c == '}' || c == ']') && depth > 0)
            depth--;
        at++;
    }
    return CD_OK;
}

/* ---- mending ------------------------------------------------------------------------------- */

/* A copy of the JSON while it is mended, and where it has grown by a quote. */
struct mending {
    struct cd_slice json;
    char *out;
    size_t length;
    size_t *quotes; /* positions in `out` */
    size_t quote_count, quotes_max;
    bool exact_numbers;
    uint32_t warnings;
};

/* Four hex digits at `at`, or -1. */
static int32_t hex4(struct cd_slice json, size_t at)
{
    if (at + 4 > json.length)
        return -1;
    int32_t value = 0;
    for (size_t i = at; i < at + 4; i++) {
        char c = json.bytes[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static bool is_low_surrogate_at(struct cd_slice json, size_t at)
{
    int32_t low = at + 6 <= json.length && json.bytes[at] == '\\' && json.bytes[at + 1] == 'u'
                      ? hex4(json, at + 2)
                      : -1;
    return low >= 0xDC00 && low <= 0xDFFF;
}

static void put(struct mending *m, const char *bytes, size_t length)
{
    memcpy(m->out + m->length, bytes, length);
    m->length += length;
}

/* The escape at `at` (a backslash): copied or mended. Returns the bytes it takes. */
static size_t mend_escape(struct mending *m, size_t at)
{
    int32_t unit = at + 1 < m->json.length && m->json.bytes[at + 1] == 'u' ? hex4(m->json, at + 2) : -1;
    size_t length = unit >= 0 ? 6 : at + 1 < m->json.length ? 2 : 1;
    if (unit == 0) {
        put(m, "\\u0001", 6);
        return length;
    }
    bool high = unit >= 0xD800 && unit <= 0xDBFF, low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (high && is_low_surrogate_at(m->json, at + 6)) {
        length = 12;
    } else if (high || low) {
        put(m, "\\ufffd", 6);
        m->warnings |= CD_WARNING_ENCODING_REPAIRED;
        return length;
    }
    put(m, m->json.bytes + at, length);
    return length;
}

static size_t mend_string(struct mending *m, size_t at)
{
    put(m, "\"", 1);
    for (at++; at < m->json.length && m->json.bytes[at] != '"';) {
        if (m->json.bytes[at] == '\\') {
            at += mend_escape(m, at);
            continue;
        }
        put(m, m->json.bytes + at++, 1);
    }
    if (at < m->json.length)
        put(m, "\"", 1);
    return at + 1;
}

static size_t count_digits(struct cd_slice json, size_t at)
{
    size_t end = at;
    while (end < json.length && json.bytes[end] >= '0' && json.bytes[end] <= '9')
        end++;
    return end - at;
}

/* The length of a number by JSON's grammar, 0 when it is none. */
static size_t number_length(struct cd_slice json, size_t at, bool *is_real)
{
    size_t i = at + (json.bytes[at] == '-'), digits = count_digits(json, i);
    if (digits == 0 || (digits > 1 && json.bytes[i] == '0'))
        return 0;
    i += digits;
    *is_real = false;
    if (i < json.length && json.bytes[i] == '.') {
        digits = count_digits(json, i + 1);
        if (digits == 0)
            return 0;
        i += 1 + digits;
        *is_real = true;
    }
    if (i < json.length && (json.bytes[i] | 0x20) == 'e') {
        i++;
        i += i < json.length && (json.bytes[i] == '+' || json.bytes[i] == '-');
        digits = count_digits(json, i);
        if (digits == 0)
            return 0;
        i += digits;
        *is_real = true;
    }
    return i - at;
}

static size_t mend_number(struct mending *m, size_t at)
{
    enum { SAFE_DIGITS = 18 };
    bool is_real = false;
    size_t length = number_length(m->json, at, &is_real);
    bool is_big = length > SAFE_DIGITS || (is_real && memchr(m->json.bytes + at, 'e', length)) ||
                  (is_real && memchr(m->json.bytes + at, 'E', length)) || (is_real && m->exact_numbers);
    if (length == 0 || !is_big || m->quote_count + 2 > m->quotes_max) {
        size_t copied = length ? length : 1;
        put(m, m->json.bytes + at, copied);
        return at + copied;
    }
    m->quotes[m->quote_count++] = m->length;
    put(m, "\"", 1);
    put(m, m->json.bytes + at, length);
    m->quotes[m->quote_count++] = m->length;
    put(m, "\"", 1);
    return at + length;
}

static void mend_json(struct mending *m)
{
    for (size_t at = 0; at < m->json.length;) {
        char c = m->json.bytes[at];
        if (c == '"') {
            at = mend_string(m, at);
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            at = mend_number(m, at);
        } else {
            put(m, m->json.bytes + at++, 1);
        }
    }
}

/* ---- parsing ------------------------------------------------------------------------------- */

/* Jansson says where in bytes; people count lines and characters. */
static enum cd_status fail_at(struct cd_slice text, size_t position, const char *reason,
                              struct cd_error *error)
{
    if (position > text.length)
        position = text.length;
    size_t line = 1, column = 1;
    for (size_t i = 0; i < position; i++) {
        if (text.bytes[i] == '\n') {
            line++;
            column = 1;
        } else {
            column += ((unsigned char)text.bytes[i] & 0xC0) != 0x80;
        }
    }
    char where[64];
    snprintf(where, sizeof where, "line %zu, column %zu", line, column);
    return cd_fail(error, CD_INVALID, where, "the message is not valid JSON: %s", reason);
}

static size_t position_before_quotes(const struct mending *m, size_t position)
{
    size_t added = 0;
    while (added < m->quote_count && m->quotes[added] < position)
        added++;
    return position - added;
}

/* Jansson's words, cut where its quotation of the input broke a character. */
static void make_readable(json_error_t *reason)
{
    for (char *c = reason->text; *c; c++)
        if ((unsigned char)*c >= 0x80 || (unsigned char)*c < 0x20)
            *c = '?';
    static const char at_end[] = " near end of file", behind_end[] = "end of file expected";
    char *found = strstr(reason->text, at_end);
    if (found)
        snprintf(found, sizeof reason->text - (size_t)(found - reason->text), ", but the message ends");
    if (strncmp(reason->text, behind_end, sizeof behind_end - 1) == 0)
        snprintf(reason->text, sizeof reason->text, "something follows the object");
}

static enum cd_status parse_mended(struct mending *m, struct cd_arena *arena, json_t **object,
                                   uint32_t *warnings, struct cd_error *error)
{
    enum { SHORTEST_QUOTED = 3 }; /* "1e9": bounds how many quotes a message can get */
    m->quotes_max = m->json.length / SHORTEST_QUOTED * 2 + 2;
    m->out = cd_arena_allocate(arena, m->json.length + m->quotes_max);
    m->quotes = cd_arena_allocate(arena, m->quotes_max * sizeof *m->quotes);
    if (!m->out || !m->quotes)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    mend_json(m);
    json_error_t reason;
    *object = json_loadb(m->out, m->length, 0, &reason);
    if (!*object) {
        make_readable(&reason);
        return fail_at(m->json, position_before_quotes(m, (size_t)reason.position), reason.text, error);
    }
    *warnings |= m->warnings;
    return CD_OK;
}

enum cd_status parse_json(struct cd_slice text, bool exact_numbers, struct cd_arena *arena, json_t **object,
                          uint32_t *warnings, struct cd_error *error)
{
    *object = exact_numbers ? NULL : json_loadb(text.bytes, text.length, 0, NULL);
    if (*object)
        return CD_OK;
    struct mending mending = {.json = text, .exact_numbers = exact_numbers};
    return parse_mended(&mending, arena, object, warnings, error);
}
