/* Plain text messages: " date 2024-03-20 Amid the escalating violence ...". A date at the start (behind the
 * word "date", or in ISO form, or alone on its line) is the date of publication and no part of the text. A
 * first line that looks like a title is the title; section headings stay in the text on lines of their own.
 */
#include "article_parts.h"

#include "copydesk/utf8.h"

enum { TITLE_BYTES_MAX = 200, TITLE_BYTES_MIN = 8 };

static size_t skip_blanks(struct cd_slice text, size_t at)
{
    while (at < text.length && is_space(text.bytes[at]))
        at++;
    return at;
}

static size_t line_end(struct cd_slice text, size_t at)
{
    const char *found = memchr(text.bytes + at, '\n', text.length - at);
    return found ? (size_t)(found - text.bytes) : text.length;
}

/* Bytes of "date", "Date:", "published" and the blanks behind it. */
static size_t date_word(struct cd_slice text, size_t at)
{
    static const char *const words[] = {"date", "published", "published on", "dated"};
    for (size_t i = sizeof words / sizeof *words; i-- > 0;) {
        size_t length = strlen(words[i]);
        if (text.length - at <= length || strncasecmp(text.bytes + at, words[i], length) != 0)
            continue;
        size_t end = at + length + (text.bytes[at + length] == ':');
        size_t blank = skip_blanks(text, end);
        if (blank > end)
            return blank - at;
    }
    return 0;
}

static bool starts_like_iso(struct cd_slice text, size_t at)
{
    for (size_t i = 0; i < 10; i++) {
        bool hyphen = i == 4 || i == 7;
        if (at + i >= text.length ||
            (hyphen ? text.bytes[at + i] != '-' : !strchr("0123456789", text.bytes[at + i])))
            return false;
    }
    return true;
}

/* Where the text begins behind a leading date; `at` when there is none. */
static size_t take_date(const struct reading *reading, struct cd_slice text, size_t at)
{
    struct cd_article *article = reading->article;
    size_t word = date_word(text, at), date = at + word;
    int64_t time_ms;
    size_t length = parse_leading_date(cd_slice_part(text, date, text.length), &time_ms);
    if (length == 0)
        return at;
    bool alone = is_blank(cd_slice_part(text, date + length, line_end(text, date + length)));
    if (!word && !alone && !starts_like_iso(text, at))
        return at;
    article->has_published = true;
    article->published_ms = time_ms;
    return skip_blanks(text, date + length);
}

/* A line of its own that ends like no sentence, with text behind it. */
static bool looks_like_title(struct cd_slice line, struct cd_slice rest)
{
    if (line.length < TITLE_BYTES_MIN || line.length > TITLE_BYTES_MAX || is_blank(rest))
        return false;
    if (!memchr(line.bytes, ' ', line.length))
        return false;
    char first = line.bytes[0], last = line.bytes[line.length - 1];
    if ((first >= 'a' && first <= 'z') || strchr(".,;:-", last))
        return false;
    return rest.length > line.length;
}

static bool has_letter(struct cd_slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte >= 0xC3)
            return true;
    }
    return false;
}

/* More than one control character in fifty bytes: some binary format that happens to be valid UTF-8. */
static bool is_mostly_controls(struct cd_slice text)
{
    size_t controls = 0;
    for (size_t i = 0; i < text.length; i++)
        controls += (unsigned char)text.bytes[i] < 0x20 && !strchr("\t\n\r\f", text.bytes[i]);
    return controls * 50 > text.length;
}

/* Clean source bytes [begin, end) as a text whose original is the whole message. */
static enum cd_status read_part(const struct reading *reading, struct cd_slice message, size_t begin,
                                size_t end, struct cd_text *text)
{
    enum cd_status status = clean_text(cd_slice_part(message, begin, end), "", reading->arena, text,
                                       &reading->article->warnings, reading->error);
    if (status != CD_OK)
        return status;
    uint32_t count = text->run_count ? text->run_count : 1;
    struct cd_offset_run *runs = cd_arena_zeroed(reading->arena, count, sizeof *runs);
    if (!runs)
        return cd_fail(reading->error, CD_MEMORY, NULL, "out of memory");
    for (uint32_t i = 0; i < text->run_count; i++)
        runs[i].clean_byte = text->runs[i].clean_byte, runs[i].original_byte = text->runs[i].original_byte;
    for (uint32_t i = 0; i < count; i++)
        runs[i].original_byte += (uint32_t)begin;
    text->original = message;
    bool says_nothing = begin == 0 && text->run_count == 0;
    text->runs = says_nothing ? NULL : runs;
    text->run_count = says_nothing ? 0 : count;
    return CD_OK;
}

enum cd_status read_plain_article(const struct reading *reading, struct cd_slice text)
{
    struct cd_article *article = reading->article;
    if (!has_letter(text) || is_mostly_controls(text))
        return cd_fail(reading->error, CD_INVALID, NULL, "the message is neither JSON nor readable text");
    size_t begin = take_date(reading, text, skip_blanks(text, 0)), end = line_end(text, begin);
    struct cd_slice inside = trimmed(text);
    size_t text_end = (size_t)(inside.bytes - text.bytes) + inside.length;
    struct cd_slice line = trimmed(cd_slice_part(text, begin, end));
    enum cd_status status = CD_OK;
    if (looks_like_title(line, cd_slice_part(text, end, text.length))) {
        size_t title = (size_t)(line.bytes - text.bytes);
        status = read_part(reading, text, title, title + line.length, &article->title);
        begin = skip_blanks(text, end);
    }
    if (status == CD_OK && begin < text_end)
        status = read_part(reading, text, begin, text_end, &article->body);
    return status;
}
