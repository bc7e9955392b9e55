/* record.h - the enriched record as JSON (schema 1, ../shared/design/record.md; config/record.schema.json).
 *
 * Three formats: the native record, "augment" (the raw object, untouched, with one key added), and IPTC
 * ninjs. Pure functions that append to a buffer; any thread, each with its own buffer. */
#ifndef COPYDESK_RECORD_H
#define COPYDESK_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "copydesk/article.h"
#include "copydesk/buffer.h"
#include "copydesk/document.h"
#include "copydesk/entities.h"
#include "copydesk/error.h"
#include "copydesk/topics.h"

enum cd_record_format { CD_RECORD_COPYDESK, CD_RECORD_AUGMENT, CD_RECORD_NINJS };
enum cd_offset_unit { CD_OFFSET_CODEPOINT, CD_OFFSET_UTF8, CD_OFFSET_UTF16 };

struct cd_record_options {
    enum cd_record_format format;
    enum cd_offset_unit offset_unit;
    bool include_body;
    const char *augment_key; /* "copydesk" */
};

/* Where the raw message stood; absent for `annotate`. */
struct cd_input_position {
    bool known;
    struct cd_slice topic;
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms; /* -1 when unknown */
};

struct cd_provenance {
    struct cd_slice worker;                                            /* worker id */
    const char *entities_version, *topics_version, *knowledge_version; /* NULL gives null */
    struct cd_input_position input;
    int64_t enriched_ms;  /* wall clock, since 1970 */
    uint32_t duration_us; /* time spent on this article */
};

/* Everything that is known of one article. All members are borrowed. */
struct cd_enriched {
    const struct cd_article *article;
    const struct cd_document *document;
    const struct cd_entities *entities;
    const struct cd_subjects *subjects;
    const struct cd_topic_reasons *reasons; /* NULL unless asked for (annotate --explain) */
    struct cd_slice language;               /* as found: "en", "de", "und" */
    uint32_t warnings;                      /* enum cd_warning bits */
    struct cd_provenance provenance;
};

/* Append the record, without a newline. CD_INVALID when the format does not fit the article ("augment" on
 * plain text, or a raw object that has the key already). */
enum cd_status cd_record_write(const struct cd_record_options *options, const struct cd_enriched *enriched,
                               struct cd_buffer *out, struct cd_error *error);

#endif
