/* Character references of HTML (WHATWG HTML, section 13.2.5.72 and on). Numbers and the few names that fill
 * feeds are decoded here; for the other two thousand names libgumbo is asked with the bare reference. */
#include "article_parts.h"

#include <gumbo.h>
#include <stdlib.h>

#include "copydesk/utf8.h"

enum { NAME_BYTES_MAX = 32 };

struct named {
    const char *name;
    uint16_t codepoint;
};

static const struct named common[] = {
    {"amp", '&'},      {"quot", '"'},     {"lt", '<'},        {"gt", '>'},       {"apos", '\''},
    {"nbsp", 0xA0},    {"rsquo", 0x2019}, {"lsquo", 0x2018},  {"rdquo", 0x201D}, {"ldquo", 0x201C},
    {"ndash", 0x2013}, {"mdash", 0x2014}, {"hellip", 0x2026}, {"eacute", 0xE9},  {"egrave", 0xE8},
    {"aacute", 0xE1},  {"agrave", 0xE0},  {"iacute", 0xED},   {"oacute", 0xF3},  {"uacute", 0xFA},
    {"ntilde", 0xF1},  {"ccedil", 0xE7},  {"auml", 0xE4},     {"ouml", 0xF6},    {"uuml", 0xFC},
    {"szlig", 0xDF},   {"bull", 0x2022},  {"middot", 0xB7},   {"euro", 0x20AC},  {"pound", 0xA3},
    {"copy", 0xA9},    {"reg", 0xAE},     {"trade", 0x2122},  {"deg", 0xB0},     {"laquo", 0xAB},
    {"raquo", 0xBB},   {"shy", 0xAD},     {"times", 0xD7},    {"frac12", 0xBD},  {"sect", 0xA7},
};

/* These are so common that they are understood without their semicolon, too. */
enum { WITHOUT_SEMICOLON = 6, COMMON_COUNT = sizeof common / sizeof *common };

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static int digit_value(char c, unsigned base)
{
    int value = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : 16;
    return value < (int)base ? value : -1;
}

/* What a number means: Windows-1252 for U+0080 to U+009F, U+FFFD for what is no character. */
static uint32_t number_meaning(uint32_t number)
{
    if (number == 0 || number > 0x10FFFF || (number >= 0xD800 && number <= 0xDFFF))
        return 0xFFFD;
    if (number >= 0x80 && number <= 0x9F && windows_1252_codepoint((unsigned char)number))
        return windows_1252_codepoint((unsigned char)number);
    return number;
}

/* "#8217;" or "#x2019;" behind the ampersand; the semicolon may be missing. */
static size_t decode_number(struct cd_slice rest, char out[8], unsigned *out_length)
{
    size_t at = 1;
    unsigned base = at < rest.length && (rest.bytes[at] | 0x20) == 'x' ? 16 : 10;
    at += base == 16;
    size_t first = at;
    uint32_t number = 0;
    for (int value; at < rest.length && (value = digit_value(rest.bytes[at], base)) >= 0; at++)
        number = number > 0x10FFFF ? number : number * base + (uint32_t)value;
    if (at == first)
        return 0;
    at += at < rest.length && rest.bytes[at] == ';';
    *out_length = cd_utf8_encode(number_meaning(number), out);
    return at;
}

static const struct named *find_common(struct cd_slice name, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cd_slice_equal(name, cd_slice_of(common[i].name)))
            return &common[i];
    return NULL;
}

/* Ask libgumbo what "&name;" is. */
static bool decode_rare_name(struct cd_slice name, char out[8], unsigned *out_length, unsigned *rare_names)
{
    if (++*rare_names > RARE_NAMES_MAX)
        return false;
    char text[NAME_BYTES_MAX + 3];
    int length = snprintf(text, sizeof text, "&%.*s;", (int)name.length, name.bytes);
    GumboOptions options = kGumboDefaultOptions;
    options.fragment_context = GUMBO_TAG_BODY;
    GumboOutput *output = gumbo_parse_with_options(&options, text, (size_t)length);
    if (!output)
        return false;
    const GumboVector *children = &output->root->v.element.children;
    const GumboNode *node = children->length == 1 ? children->data[0] : NULL;
    bool known = node && node->type == GUMBO_NODE_TEXT && !strchr(node->v.text.text, ';') &&
                 strlen(node->v.text.text) <= 8;
    if (known) {
        *out_length = (unsigned)strlen(node->v.text.text);
        memcpy(out, node->v.text.text, *out_length);
    }
    gumbo_destroy_output(&options, output);
    return known;
}

static size_t decode_name(struct cd_slice rest, char out[8], unsigned *out_length, unsigned *rare_names)
{
    size_t length = 0;
    while (length < rest.length && length < NAME_BYTES_MAX && is_letter_or_digit(rest.bytes[length]))
        length++;
    struct cd_slice name = {rest.bytes, length};
    bool closed = length < rest.length && rest.bytes[length] == ';';
    bool assigned = length < rest.length && rest.bytes[length] == '='; /* "?a=1&lt=2" is an address */
    const struct named *found =
        length && !assigned ? find_common(name, closed ? COMMON_COUNT : WITHOUT_SEMICOLON) : NULL;
    if (found)
        *out_length = cd_utf8_encode(found->codepoint, out);
    else if (length < 2 || !closed || !decode_rare_name(name, out, out_length, rare_names))
        return 0;
    return length + closed;
}

static size_t decode_rest(struct cd_slice rest, char out[8], unsigned *out_length, unsigned *rare_names)
{
    if (rest.length == 0)
        return 0;
    return rest.bytes[0] == '#' ? decode_number(rest, out, out_length)
                                : decode_name(rest, out, out_length, rare_names);
}

size_t decode_entity(struct cd_slice text, size_t at, char out[8], unsigned *out_length, unsigned *rare_names)
{
    struct cd_slice rest = cd_slice_part(text, at + 1, text.length);
    size_t taken = decode_rest(rest, out, out_length, rare_names);
    if (taken == 0)
        return 0;
    if (*out_length == 1 && out[0] == '&') { /* "&amp;quot;": escaped twice */
        char inner[8];
        unsigned inner_length;
        size_t more = decode_rest(cd_slice_part(rest, taken, rest.length), inner, &inner_length, rare_names);
        if (more && rest.bytes[taken + more - 1] == ';') {
            memcpy(out, inner, sizeof inner);
            *out_length = inner_length;
            taken += more;
        }
    }
    return taken + 1;
}

void mend_entities(struct text_writer *writer)
{
    struct cd_slice text = writer->source;
    size_t done = 0, at = 0;
    for (const char *found; at < text.length && (found = memchr(text.bytes + at, '&', text.length - at));) {
        char decoded[8];
        unsigned length;
        at = (size_t)(found - text.bytes);
        size_t taken = decode_entity(text, at, decoded, &length, &writer->rare_names);
        if (taken == 0) {
            at++;
            continue;
        }
        mend_plain(writer, done, at);
        struct mended mended;
        mend_character((struct cd_slice){decoded, length}, 0, &mended);
        text_writer_replace(writer, mended.keep ? (struct cd_slice){decoded, length} : mended.put, at,
                            at + taken);
        writer->warnings |= CD_WARNING_HTML_REMOVED | mended.warning_bits;
        at = done = at + taken;
    }
    mend_plain(writer, done, text.length);
}
