#include "article_parts.h"

#include <inttypes.h>

#include "copydesk/hash.h"

/* ---- options and names --------------------------------------------------------------------- */

struct cd_article_options cd_article_default_options(void)
{
    return (struct cd_article_options){
        .id_fields = CD_ARTICLE_ID_FIELDS,
        .title_fields = CD_ARTICLE_TITLE_FIELDS,
        .body_fields = CD_ARTICLE_BODY_FIELDS,
        .uri_fields = CD_ARTICLE_URI_FIELDS,
        .date_fields = CD_ARTICLE_DATE_FIELDS,
        .source_fields = CD_ARTICLE_SOURCE_FIELDS,
        .language_fields = CD_ARTICLE_LANGUAGE_FIELDS,
        .message_bytes_max = 4194304,
        .nesting_max = 64,
        .text_bytes_max = 262144,
    };
}

const char *cd_warning_name(enum cd_warning warning)
{
    switch (warning) {
    case CD_WARNING_HTML_REMOVED:
        return "html_removed";
    case CD_WARNING_ENCODING_REPAIRED:
        return "encoding_repaired";
    case CD_WARNING_INVISIBLE_REMOVED:
        return "invisible_removed";
    case CD_WARNING_DATE_UNREADABLE:
        return "date_unreadable";
    case CD_WARNING_BODY_MISSING:
        return "body_missing";
    case CD_WARNING_LANGUAGE_UNSUPPORTED:
        return "language_not_supported";
    case CD_WARNING_TEXT_TRUNCATED:
        return "text_truncated";
    }
    return "unknown";
}

/* ---- the way back to the original ---------------------------------------------------------- */

size_t cd_text_original_offset(const struct cd_text *text, size_t clean_byte)
{
    uint32_t low = 0, high = text->run_count; /* the last run that begins at or before clean_byte */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (text->runs[middle].clean_byte <= clean_byte)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return clean_byte;
    const struct cd_offset_run *run = &text->runs[low - 1];
    return run->original_byte + (clean_byte - run->clean_byte);
}

/* ---- reading ------------------------------------------------------------------------------- */

static struct cd_slice without_byte_order_mark(struct cd_slice text)
{
    bool marked = text.length >= 3 && memcmp(text.bytes, "\xEF\xBB\xBF", 3) == 0;
    return marked ? cd_slice_part(text, 3, text.length) : text;
}

/* An array in JSON, and not prose in brackets ("[Update] ..."). */
static bool begins_array(struct cd_slice text)
{
    if (text.bytes[0] != '[' || text.length < 2)
        return false;
    struct cd_slice inside = trimmed(cd_slice_part(text, 1, text.length));
    return inside.length && (inside.bytes[0] == '{' || inside.bytes[0] == '[' || inside.bytes[0] == '"');
}

/* The kind of a JSON value that is no object, NULL when the text is no JSON value at all. A text that begins
 * with a quote or bracket may be prose. */
static const char *other_json_kind(struct cd_slice text)
{
    if (!strchr("[\"-0123456789tfn", text.bytes[0]))
        return NULL;
    json_t *value = json_loadb(text.bytes, text.length, JSON_DECODE_ANY, NULL);
    const char *kind = json_is_array(value) || begins_array(text) ? "an array"
                       : json_is_string(value)                    ? "a string"
                       : json_is_number(value)                    ? "a number"
                       : json_is_boolean(value)                   ? "true or false"
                       : json_is_null(value)                      ? "null"
                                                                  : NULL;
    json_decref(value);
    return kind;
}

static enum cd_status read_message(const struct reading *reading, struct cd_slice text)
{
    struct cd_slice inside = trimmed(text);
    if (inside.bytes[0] == '{')
        return read_json_article(reading, inside);
    const char *kind = other_json_kind(inside);
    if (kind)
        return cd_fail(reading->error, CD_INVALID, NULL,
                       "wrong top-level type: the message is %s, but an article is an object or plain text",
                       kind);
    return read_plain_article(reading, text);
}

/* "cd-" and 16 hex digits of what makes the article this one. */
static struct cd_slice content_id(const struct cd_article *article, struct cd_arena *arena)
{
    const struct cd_slice parts[] = {article->title.clean, article->body.clean, article->uri};
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        hash = cd_hash(parts[i].bytes, parts[i].length, hash);
    char text[24];
    snprintf(text, sizeof text, "cd-%016" PRIx64, hash);
    return cd_arena_copy(arena, cd_slice_of(text));
}

static enum cd_status finish(const struct reading *reading)
{
    struct cd_article *article = reading->article;
    if (article->title.clean.length == 0 && article->body.clean.length == 0)
        return cd_fail(reading->error, CD_INVALID, NULL, "no text: the article has neither title nor body");
    if (article->body.clean.length == 0)
        article->warnings |= CD_WARNING_BODY_MISSING;
    bool body_cut = truncate_text(&article->body, reading->options->text_bytes_max);
    bool title_cut = truncate_text(&article->title, reading->options->text_bytes_max);
    if (body_cut || title_cut)
        article->warnings |= CD_WARNING_TEXT_TRUNCATED;
    if (article->id.length == 0)
        article->id = content_id(article, reading->arena);
    return article->id.bytes ? CD_OK : cd_fail(reading->error, CD_MEMORY, NULL, "out of memory");
}

enum cd_status cd_article_read(struct cd_slice raw, const struct cd_article_options *options,
                               struct cd_arena *arena, struct cd_article *article, struct cd_error *error)
{
    *article = (struct cd_article){.title.field = "", .body.field = ""};
    if (raw.length > options->message_bytes_max || raw.length > INT32_MAX / 2)
        return cd_fail(error, CD_LIMIT, NULL, "the message has %zu bytes, article.message_bytes_max is %zu",
                       raw.length, options->message_bytes_max);
    struct reading reading = {.options = options, .arena = arena, .article = article, .error = error};
    struct cd_slice text;
    if (is_blank(raw))
        return cd_fail(error, CD_INVALID, NULL, "the message is empty");
    enum cd_status status = repair_encoding(raw, arena, &text, &article->warnings, error);
    if (status != CD_OK)
        return status;
    text = without_byte_order_mark(text);
    if (is_blank(text))
        return cd_fail(error, CD_INVALID, NULL, "the message is empty");
    status = read_message(&reading, text);
    return status == CD_OK ? finish(&reading) : status;
}
