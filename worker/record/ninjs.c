/* IPTC ninjs 3.1 (http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json), the newest release whose official
 * schema we could read; the schema leaves no room for members of our own, so offsets, mentions and provenance
 * stay out. What goes where:
 *
 *     PERSON people, ORGANIZATION organisations, LOCATION places (with a GeoJSON point when known), EVENT
 *     events, WORK_OF_ART, LAW and PRODUCT objects; NORP subjects, as ninjs has no list for peoples and
 *     creeds and subjects take any concept. Media Topics come first among the subjects. Salience becomes
 *     relevance; entities outside of subjects have no place for it, their order (by salience) says it.
 *     uri: the Wikidata URI when linked; literal: our id.
 *     contentCreated: when the article was published; versionCreated: when this document was made. */
#include "formats.h"

#include <math.h>

static int64_t percent(float share)
{
    if (!(share > 0))
        return 0;
    return share >= 1 ? 100 : lrintf(share * 100);
}

/* ---- what identifies the document ---------------------------------------------------------- */

/* An absolute URI (RFC 3986): scheme, colon, and nothing that a URI must not hold. */
static bool is_absolute_uri(struct cd_slice uri)
{
    size_t colon = 0;
    while (colon < uri.length && uri.bytes[colon] != ':')
        colon++;
    bool has_scheme =
        colon > 0 && colon + 1 < uri.length && (uri.bytes[0] | 0x20) >= 'a' && (uri.bytes[0] | 0x20) <= 'z';
    for (size_t i = 0; i < uri.length; i++) {
        unsigned char byte = (unsigned char)uri.bytes[i];
        bool in_scheme = i < colon;
        bool is_word = (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
        if (byte <= ' ' || byte >= 0x7F || strchr("\"<>\\^`{|}", byte))
            return false;
        if (in_scheme && !is_word && !strchr("+-.", byte))
            return false;
    }
    return has_scheme;
}

/* The article's own URI; else a URN made of its id, so that the one required member is always there. */
static void put_document_uri(const struct cd_article *article, struct cd_json *json)
{
    if (is_absolute_uri(article->uri))
        cd_json_put_string(json, "uri", article->uri);
    else
        put_uri(json, "uri", "urn:copydesk:", article->id);
}

static void put_standard(struct cd_json *json)
{
    cd_json_key(json, "standard");
    cd_json_begin_object(json);
    cd_json_put_text(json, "name", "ninjs");
    cd_json_put_text(json, "version", "3.1");
    cd_json_put_text(json, "schema", "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#");
    cd_json_end_object(json);
}

/* ---- text ---------------------------------------------------------------------------------- */

/* "headlines" or "bodies": a list of one. */
static void put_main_text(const char *key, struct cd_slice text, struct cd_json *json)
{
    if (text.length == 0)
        return;
    cd_json_key(json, key);
    cd_json_begin_array(json);
    cd_json_begin_object(json);
    cd_json_put_text(json, "role", "main");
    cd_json_put_text(json, "contentType", "text/plain");
    cd_json_put_string(json, "value", text);
    cd_json_end_object(json);
    cd_json_end_array(json);
}

/* A list of one object with two members, of which the first may be missing (NULL). */
static void put_pair(const char *list, const char *role, const char *key, struct cd_slice value,
                     struct cd_json *json)
{
    if (value.length == 0)
        return;
    cd_json_key(json, list);
    cd_json_begin_array(json);
    cd_json_begin_object(json);
    if (role)
        cd_json_put_text(json, "role", role);
    cd_json_put_string(json, key, value);
    cd_json_end_object(json);
    cd_json_end_array(json);
}

/* Warnings are for the staff that receives the item, which is what an edNote is for. */
static void put_editorial_note(uint32_t warnings, struct cd_json *json)
{
    if (!warnings)
        return;
    char note[400] = "copydesk:";
    size_t length = strlen(note);
    for (uint32_t rest = warnings; rest; rest &= rest - 1) {
        struct cd_slice name = cd_slice_of(cd_warning_name((enum cd_warning)(rest & -rest)));
        if (length + name.length + 1 >= sizeof note)
            break;
        note[length++] = ' ';
        memcpy(note + length, name.bytes, name.length);
        length += name.length;
    }
    cd_json_put_string(json, "edNote", (struct cd_slice){note, length});
}

/* ---- entities and subjects ----------------------------------------------------------------- */

static void put_identity(const struct cd_entity *entity, struct cd_json *json)
{
    cd_json_put_string(json, "name", entity->name);
    if (entity->wikidata.length)
        put_uri(json, "uri", "http://www.wikidata.org/entity/", entity->wikidata);
    cd_json_put_string(json, "literal", entity->id);
}

static void put_point(const struct cd_entity *entity, struct cd_json *json)
{
    cd_json_key(json, "geoJSON");
    cd_json_begin_object(json);
    cd_json_put_text(json, "type", "Point");
    cd_json_key(json, "coordinates"); /* longitude first (RFC 7946, section 3.1.1) */
    cd_json_begin_array(json);
    cd_json_number(json, entity->longitude, 6);
    cd_json_number(json, entity->latitude, 6);
    cd_json_end_array(json);
    cd_json_end_object(json);
}

/* The list `key` of all entities whose type is in the bit set `types`; nothing when there are none. */
static void put_entities(const char *key, unsigned types, const struct cd_entities *entities,
                         struct cd_json *json)
{
    bool open = false;
    for (uint32_t i = 0; i < entities->count; i++) {
        const struct cd_entity *entity = &entities->items[i];
        if (!(types >> entity->type & 1))
            continue;
        if (!open) {
            cd_json_key(json, key);
            cd_json_begin_array(json);
            open = true;
        }
        cd_json_begin_object(json);
        put_identity(entity, json);
        if (entity->type == CD_LOCATION && entity->has_coordinates)
            put_point(entity, json);
        cd_json_end_object(json);
    }
    if (open)
        cd_json_end_array(json);
}

static void put_weights(float relevance, float confidence, struct cd_json *json)
{
    cd_json_put_text(json, "creator", "copydesk " CD_VERSION);
    cd_json_put_integer(json, "relevance", percent(relevance));
    cd_json_put_integer(json, "confidence", percent(confidence));
}

static void put_subjects(const struct cd_enriched *enriched, struct cd_json *json)
{
    cd_json_key(json, "subjects");
    cd_json_begin_array(json);
    for (uint32_t i = 0; i < enriched->subjects->count; i++) {
        const struct cd_subject *subject = &enriched->subjects->items[i];
        cd_json_begin_object(json);
        cd_json_put_string(json, "name", subject->concept->name);
        put_uri(json, "uri", MEDIA_TOPIC_URI, subject->concept->code);
        put_weights(subject->relevance, subject->confidence, json);
        cd_json_end_object(json);
    }
    for (uint32_t i = 0; i < enriched->entities->count; i++) {
        const struct cd_entity *entity = &enriched->entities->items[i];
        if (entity->type != CD_NORP)
            continue;
        cd_json_begin_object(json);
        put_identity(entity, json);
        put_weights(entity->salience, entity->confidence, json);
        cd_json_end_object(json);
    }
    cd_json_end_array(json);
}

static void put_all_entities(const struct cd_entities *entities, struct cd_json *json)
{
    put_entities("people", 1U << CD_PERSON, entities, json);
    put_entities("organisations", 1U << CD_ORGANIZATION, entities, json);
    put_entities("places", 1U << CD_LOCATION, entities, json);
    put_entities("events", 1U << CD_EVENT, entities, json);
    put_entities("objects", 1U << CD_WORK_OF_ART | 1U << CD_LAW | 1U << CD_PRODUCT, entities, json);
}

/* ---- the whole ----------------------------------------------------------------------------- */

void write_ninjs(const struct cd_record_options *options, const struct cd_enriched *enriched,
                 struct cd_json *json)
{
    const struct cd_article *article = enriched->article;
    cd_json_begin_object(json);
    put_document_uri(article, json);
    put_standard(json);
    cd_json_put_text(json, "type", "text");
    cd_json_put_text(json, "representationType", options->include_body ? "full" : "partial");
    cd_json_key(json, "versionCreated");
    cd_json_time(json, enriched->provenance.enriched_ms);
    if (article->has_published) {
        cd_json_key(json, "contentCreated");
        cd_json_time(json, article->published_ms);
    }
    cd_json_put_string(json, "language", enriched->language);
    put_pair("altIds", "id", "value", article->id, json);
    put_pair("infoSources", NULL, "name", article->source, json);
    put_editorial_note(enriched->warnings, json);
    put_main_text("headlines", article->title.clean, json);
    if (options->include_body)
        put_main_text("bodies", article->body.clean, json);
    put_all_entities(enriched->entities, json);
    put_subjects(enriched, json);
    cd_json_end_object(json);
}
