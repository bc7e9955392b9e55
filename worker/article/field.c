#include "article_parts.h"

#include "copydesk/utf8.h"

bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

struct cd_slice trimmed(struct cd_slice text)
{
    size_t begin = 0, end = text.length;
    if (end == 0)
        return text;
    while (begin < end && is_space(text.bytes[begin]))
        begin++;
    while (end > begin && is_space(text.bytes[end - 1]))
        end--;
    return (struct cd_slice){text.bytes + begin, end - begin};
}

bool is_blank(struct cd_slice text)
{
    return trimmed(text).length == 0;
}

enum cd_status clean_text(struct cd_slice original, const char *field, struct cd_arena *arena,
                          struct cd_text *text, uint32_t *warnings, struct cd_error *error)
{
    *text = (struct cd_text){.clean = original, .original = original, .field = field};
    unsigned found = scan_text(original);
    if (!found)
        return CD_OK;
    struct text_writer writer = text_writer_new(arena, original);
    enum cd_status status = CD_OK;
    if (((found & FOUND_LESS_THAN) && has_html(original)) ||
        ((found & FOUND_AMPERSAND) && has_escaped_html(original)))
        status = mend_html(&writer, error);
    else
        mend_entities(&writer);
    if (status == CD_OK)
        status = text_writer_finish(&writer, text, error);
    *warnings |= writer.warnings;
    return status;
}

/* ---- cutting ------------------------------------------------------------------------------- */

/* The last place in [limit / 2, limit] behind which a sentence has ended, else a word, else a character. */
static size_t cutting_place(struct cd_slice text, size_t limit)
{
    size_t floor = limit / 2, word = 0;
    for (size_t at = limit; at > floor; at--) {
        char c = text.bytes[at];
        if (c == '\n')
            return at;
        if (c != ' ')
            continue;
        if (strchr(".!?", text.bytes[at - 1]))
            return at;
        if (!word)
            word = at;
    }
    if (word)
        return word;
    while (limit > 0 && ((unsigned char)text.bytes[limit] & 0xC0) == 0x80)
        limit--;
    return limit;
}

bool truncate_text(struct cd_text *text, size_t bytes_max)
{
    if (text->clean.length <= bytes_max)
        return false;
    text->clean.length = cutting_place(text->clean, bytes_max);
    while (text->run_count && text->runs[text->run_count - 1].clean_byte >= text->clean.length)
        text->run_count--;
    if (text->run_count == 0 || (text->run_count == 1 && text->runs[0].original_byte == 0)) {
        text->runs = NULL;
        text->run_count = 0;
    }
    return true;
}
