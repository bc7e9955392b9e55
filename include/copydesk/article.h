/* article.h - from raw bytes to an article: the shapes that feeds really use, cleaned, with a way back.
 *
 * Reads JSON objects (field names by configuration), IPTC ninjs, and plain text with an optional leading date
 * line. Cleans HTML remnants, entities, invisible characters, CRLF and stray Windows-1252 bytes; text that
 * needs no mending comes out as it went in. Bytes that are not UTF-8 are read as Windows-1252 when they are
 * few (at most one in ten) and make sense as letters beside letters or as punctuation; otherwise, and with
 * NUL bytes, the message is no text (worker/article/encoding.c has the rule). Knows formats, not Kafka.
 * Everything returned lives in the caller's arena (or points into the raw bytes, which must outlive it). One
 * thread at a time per arena; options are read-only and shared. */
#ifndef COPYDESK_ARTICLE_H
#define COPYDESK_ARTICLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "copydesk/arena.h"
#include "copydesk/error.h"
#include "copydesk/slice.h"

/* What was mended or noticed; a bit set, each with a name in the record's "warnings". */
enum cd_warning {
    CD_WARNING_HTML_REMOVED = 1 << 0,      /* html_removed */
    CD_WARNING_ENCODING_REPAIRED = 1 << 1, /* encoding_repaired: Windows-1252 bytes in UTF-8 text */
    CD_WARNING_INVISIBLE_REMOVED =
        1 << 2,                          /* invisible_removed: zero-width, soft hyphens, control characters */
    CD_WARNING_DATE_UNREADABLE = 1 << 3, /* date_unreadable: a date was given but not understood */
    CD_WARNING_BODY_MISSING = 1 << 4,    /* body_missing: title only */
    CD_WARNING_LANGUAGE_UNSUPPORTED = 1 << 5, /* language_not_supported */
    CD_WARNING_TEXT_TRUNCATED = 1 << 6,       /* text_truncated: beyond the limit on analysed text */
};

/* The warning's name for the record; `warning` is a single bit. */
const char *cd_warning_name(enum cd_warning warning);

/* A stretch in which the published and the original text run in step: published byte clean_byte + k is
 * original byte original_byte + k, up to the next run's clean_byte. */
struct cd_offset_run {
    uint32_t clean_byte, original_byte;
};

/* A text field: what we publish, what stood in the raw article (decoded from JSON), and the way from one to
 * the other. */
struct cd_text {
    struct cd_slice clean;
    struct cd_slice original;
    const struct cd_offset_run *runs; /* ascending; NULL with run_count 0 when clean == original */
    uint32_t run_count;
    const char *field; /* path of the raw field it came from ("body", "title.rendered", "bodies[0].value"), ""
                          for plain text; an array's parts ("content") are joined by empty lines */
};

struct cd_article {
    struct cd_slice id;     /* the article's own id, else a hash of its content ("cd-" + 16 hex digits) */
    struct cd_slice uri;    /* empty when unknown */
    struct cd_slice source; /* empty when unknown */
    struct cd_slice
        language; /* as declared by the article, lower case, primary subtag only ("en"); may be empty */
    bool has_published;
    int64_t published_ms; /* since 1970, UTC */
    struct cd_text title, body;
    struct cd_slice raw_object; /* the raw JSON object's bytes, for format "augment"; empty for plain text */
    uint32_t warnings;          /* enum cd_warning bits */
};

/* Field names to look for, first match wins; each list is comma-separated ("id,guid,_id"). */
struct cd_article_options {
    const char *id_fields, *title_fields, *body_fields, *uri_fields, *date_fields, *source_fields,
        *language_fields;
    size_t message_bytes_max; /* a longer raw message is CD_LIMIT */
    unsigned nesting_max;     /* deeper JSON is CD_LIMIT */
    size_t text_bytes_max; /* body bytes that are analysed and published; beyond: cut at a sentence or word,
                              warned */
};

/* The field names of common feeds, for the settings table and the default options. A name may be a path
 * ("data.title"). IPTC ninjs has its own names and needs none of these. */
#define CD_ARTICLE_ID_FIELDS    "id,guid,_id,uuid,article_id,articleId,identifier"
#define CD_ARTICLE_TITLE_FIELDS "title,headline"
#define CD_ARTICLE_BODY_FIELDS  "body,text,content,articleBody,content_html,content_text,description,summary"
#define CD_ARTICLE_URI_FIELDS   "uri,url,link,links,permalink,canonical_url"
#define CD_ARTICLE_DATE_FIELDS                                                                               \
    "date,published,publishedAt,pubDate,published_at,date_published,datePublished,publication_date,"         \
    "timestamp"
#define CD_ARTICLE_SOURCE_FIELDS   "source,publisher,publication,site_name"
#define CD_ARTICLE_LANGUAGE_FIELDS "language,lang,inLanguage"

/* The options as they stand in the settings table's defaults. */
struct cd_article_options cd_article_default_options(void);

/* Read one raw message. On failure the reason is made for a dead letter: CD_INVALID (broken JSON with line
 * and column, bad UTF-8 that cannot be repaired, wrong top-level type, no text at all) or CD_LIMIT. */
enum cd_status cd_article_read(struct cd_slice raw, const struct cd_article_options *options,
                               struct cd_arena *arena, struct cd_article *article, struct cd_error *error);

/* The original byte offset of published byte `clean_byte` (0 to length, both ends included). For a span's
 * end, map its last byte and add one, so that removed text behind it stays outside. */
size_t cd_text_original_offset(const struct cd_text *text, size_t clean_byte);

/* Dates: ISO 8601, RFC 2822, common numeric and English forms, Unix seconds or milliseconds -> milliseconds
 * since 1970 UTC. A time without a zone is UTC. Where two numbers could each be the month, "/" puts the month
 * first (03/04/2024 is 4 March) and "." and "-" put the day first (03.04.2024 is 3 April). */
bool cd_parse_date(struct cd_slice text, int64_t *time_ms);

#endif
