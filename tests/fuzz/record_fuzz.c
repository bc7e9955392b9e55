/* Any bytes as a raw message through the whole pipeline, in every format and unit: what comes out is JSON,
 * and every mention's offsets give its text. */
#include "fuzz.h"

#include <jansson.h>
#include <stdbool.h>

#include "copydesk/copydesk.h"
#include "copydesk/utf8.h"

enum { FORMATS = 3, UNITS = 3, SESSIONS = FORMATS * UNITS };

static struct cd_session *sessions[SESSIONS];

static void open_sessions(void)
{
    struct cd_models *models;
    struct cd_error error = {0};
    enum cd_status status = cd_models_open(NULL, NULL, &models, &error);
    if (status != CD_OK)
        fprintf(stderr, "%s: %s\n", error.where, error.message);
    CHECK(status == CD_OK);
    for (int i = 0; i < SESSIONS; i++) {
        struct cd_enrich_options options = cd_enrich_default_options();
        options.record.format = (enum cd_record_format)(i / UNITS);
        options.record.offset_unit = (enum cd_offset_unit)(i % UNITS);
        options.explain_topics = options.record.offset_unit == CD_OFFSET_UTF16;
        options.confidence_min = 0;
        options.article.text_bytes_max = 4096;
        sessions[i] = cd_session_new(models, &options);
        CHECK(sessions[i]);
    }
}

static size_t units_before(struct cd_slice text, size_t byte, enum cd_offset_unit unit)
{
    struct cd_slice before = cd_slice_part(text, 0, byte);
    return unit == CD_OFFSET_UTF8    ? byte
           : unit == CD_OFFSET_UTF16 ? cd_utf8_count_utf16(before)
                                     : cd_utf8_count(before);
}

/* Somewhere in the field the mention's text stands at exactly these offsets. */
static void check_mention(json_t *owner, json_t *mention, enum cd_offset_unit unit)
{
    json_t *field = json_object_get(owner, json_string_value(json_object_get(mention, "field")));
    json_t *text = json_object_get(mention, "text");
    size_t begin = (size_t)json_integer_value(json_object_get(mention, "begin"));
    size_t end = (size_t)json_integer_value(json_object_get(mention, "end"));
    CHECK(begin < end && json_string_length(text) > 0);
    if (!json_is_string(field)) /* a ninjs article's text lies deeper */
        return;
    struct cd_slice whole = {json_string_value(field), json_string_length(field)};
    struct cd_slice part = {json_string_value(text), json_string_length(text)};
    CHECK(end <= units_before(whole, whole.length, unit));
    for (size_t at = 0; at + part.length <= whole.length; at++) {
        if (memcmp(whole.bytes + at, part.bytes, part.length) == 0 &&
            units_before(whole, at, unit) == begin) {
            CHECK(units_before(whole, at + part.length, unit) == end);
            return;
        }
    }
    CHECK(!"the mention does not stand where its offsets say");
}

static void check_entities(json_t *owner, json_t *record, enum cd_offset_unit unit)
{
    size_t i, k;
    json_t *entity, *mention;
    json_array_foreach(json_object_get(record, "entities"), i, entity)
    {
        json_array_foreach(json_object_get(entity, "mentions"), k, mention)
        {
            check_mention(owner, mention, unit);
        }
    }
}

/* Jansson refuses some JSON that is one by its grammar (lone surrogates, NUL, huge numbers); the article
 * reader does not, and augmenting leaves such bytes as they are. */
static bool jansson_likes(struct cd_slice raw)
{
    json_t *value = json_loadb(raw.bytes, raw.length, 0, NULL);
    json_decref(value);
    return value != NULL;
}

static void check_record(struct cd_slice raw, const struct cd_buffer *out, enum cd_record_format format,
                         enum cd_offset_unit unit)
{
    if (format == CD_RECORD_AUGMENT && !jansson_likes(raw))
        return;
    size_t flags =
        format == CD_RECORD_AUGMENT ? 0 : JSON_REJECT_DUPLICATES; /* the raw object may have some */
    json_t *record = json_loadb(out->bytes, out->length, flags, NULL);
    CHECK(json_is_object(record));
    if (format == CD_RECORD_COPYDESK)
        check_entities(record, record, unit);
    if (format == CD_RECORD_AUGMENT) {
        json_t *added = json_object_get(record, "copydesk");
        CHECK(json_is_object(added));
        check_entities(record, added, unit);
    }
    json_decref(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct cd_buffer out;
    if (!sessions[0])
        open_sessions();
    for (int i = 0; i < SESSIONS; i++) {
        struct cd_enrich_result result;
        struct cd_error error = {0};
        struct cd_slice raw = {(const char *)data, size};
        cd_buffer_clear(&out);
        enum cd_status status = cd_enrich(sessions[i], raw, NULL, &out, &result, &error);
        if (status == CD_OK)
            check_record(raw, &out, (enum cd_record_format)(i / UNITS), (enum cd_offset_unit)(i % UNITS));
        else
            CHECK(out.length == 0 && error.status == status && error.message[0]);
    }
    return 0;
}
