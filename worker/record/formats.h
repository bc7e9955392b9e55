/* formats.h - what the record writers share. Private to worker/record/.
 *
 * Each format is a function that appends to the buffer; none allocates beyond the buffer. The dispatcher
 * (record.c) takes back what a failed writer has appended. */
#ifndef COPYDESK_RECORD_FORMATS_H
#define COPYDESK_RECORD_FORMATS_H

#include "copydesk/json.h"
#include "copydesk/record.h"
#include "offsets.h"

/* A text field that mentions point into: its name in the record and the offsets of its text. */
struct record_field {
    const char *name;
    const struct cd_text *text;
    bool original; /* offsets and text of the original field, not of what we publish */
    struct offset_index offsets;
};

/* Where a mention stands, in the unit that was asked for, and the bytes that stand there. */
struct mention_place {
    const struct record_field *field;
    size_t begin, end;
    struct cd_slice text;
};

struct record_fields {
    struct record_field title, body;
};

/* The fields of a record: the published texts, or the original ones under the raw article's own names. */
void record_fields_build(struct record_fields *fields, const struct cd_enriched *enriched,
                         enum cd_offset_unit unit, bool original);
struct mention_place locate_mention(const struct record_fields *fields, const struct cd_document *document,
                                    const struct cd_mention *mention);

void write_native(const struct cd_record_options *options, const struct cd_enriched *enriched,
                  struct cd_json *json);
enum cd_status write_augmented(const struct cd_record_options *options, const struct cd_enriched *enriched,
                               struct cd_buffer *out, struct cd_error *error);
void write_ninjs(const struct cd_record_options *options, const struct cd_enriched *enriched,
                 struct cd_json *json);

/* The members of the native record and of the augmenting object, without braces. `with_texts`: title and
 * body too. */
void write_members(const struct cd_record_options *options, const struct cd_enriched *enriched,
                   const struct record_fields *fields, bool with_texts, struct cd_json *json);

/* The member `key`: `prefix`, which is a URI already, and `value` with every character percent-encoded that
 * must not stand in a URI (RFC 3986, section 2.3). */
void put_uri(struct cd_json *json, const char *key, const char *prefix, struct cd_slice value);

/* As IPTC writes them: http, not https. */
#define MEDIA_TOPIC_URI "http://cv.iptc.org/newscodes/mediatopic/"

#endif
