/* The native record, and the members it shares with the augmenting object. */
#include "formats.h"

/* Three decimals for probabilities (finer is noise), four for salience (it sums to 1 over many entities), six
 * for degrees (0.1 m). */
enum { CONFIDENCE_DECIMALS = 3, SALIENCE_DECIMALS = 4, DEGREE_DECIMALS = 6 };

static const char *offset_unit_name(enum cd_offset_unit unit)
{
    static const char *const names[] = {"codepoint", "utf8", "utf16"};
    return names[unit];
}

/* ---- entities ------------------------------------------------------------------------------ */

static void write_mention(const struct cd_mention *mention, const struct record_fields *fields,
                          const struct cd_document *document, struct cd_json *json)
{
    struct mention_place place = locate_mention(fields, document, mention);
    cd_json_begin_object(json);
    cd_json_put_string(json, "text", place.text);
    cd_json_put_text(json, "field", place.field->name);
    cd_json_put_integer(json, "begin", (int64_t)place.begin);
    cd_json_put_integer(json, "end", (int64_t)place.end);
    cd_json_put_number(json, "confidence", mention->confidence, CONFIDENCE_DECIMALS);
    cd_json_put_text(json, "kind", mention->kind == CD_MENTION_FULL ? "full" : "alias");
    cd_json_end_object(json);
}

static void put_coordinates(const struct cd_entity *entity, struct cd_json *json)
{
    cd_json_key(json, "coordinates");
    if (!entity->has_coordinates) {
        cd_json_null(json);
        return;
    }
    cd_json_begin_object(json);
    cd_json_put_number(json, "latitude", entity->latitude, DEGREE_DECIMALS);
    cd_json_put_number(json, "longitude", entity->longitude, DEGREE_DECIMALS);
    cd_json_end_object(json);
}

static void put_link_confidence(const struct cd_entity *entity, struct cd_json *json)
{
    cd_json_key(json, "link_confidence");
    if (entity->wikidata.length)
        cd_json_number(json, entity->link_confidence, CONFIDENCE_DECIMALS);
    else
        cd_json_null(json);
}

/* What the linker knows; null throughout for an entity that is not linked. */
static void put_link(const struct cd_entity *entity, struct cd_json *json)
{
    cd_json_put_string(json, "class", entity->class_name);
    cd_json_put_string(json, "wikidata", entity->wikidata);
    cd_json_put_string(json, "geonames", entity->geonames);
    cd_json_put_string(json, "country", entity->country);
    put_coordinates(entity, json);
}

static void write_entity(const struct cd_entity *entity, const struct record_fields *fields,
                         const struct cd_document *document, struct cd_json *json)
{
    cd_json_begin_object(json);
    cd_json_put_string(json, "id", entity->id);
    cd_json_put_string(json, "name", entity->name);
    cd_json_put_text(json, "type", cd_entity_type_name(entity->type));
    put_link(entity, json);
    cd_json_put_number(json, "salience", entity->salience, SALIENCE_DECIMALS);
    cd_json_put_number(json, "confidence", entity->confidence, CONFIDENCE_DECIMALS);
    put_link_confidence(entity, json);
    cd_json_key(json, "mentions");
    cd_json_begin_array(json);
    for (uint32_t i = 0; i < entity->mention_count; i++)
        write_mention(&entity->mentions[i], fields, document, json);
    cd_json_end_array(json);
    cd_json_end_object(json);
}

static void put_entities(const struct cd_enriched *enriched, const struct record_fields *fields,
                         struct cd_json *json)
{
    cd_json_key(json, "entities");
    cd_json_begin_array(json);
    for (uint32_t i = 0; i < enriched->entities->count; i++)
        write_entity(&enriched->entities->items[i], fields, enriched->document, json);
    cd_json_end_array(json);
}

/* ---- subjects ------------------------------------------------------------------------------ */

static void put_explanation(const struct cd_topic_reasons *reasons, const struct cd_concept *concept,
                            struct cd_json *json)
{
    cd_json_key(json, "explanation");
    cd_json_begin_array(json);
    for (uint32_t i = 0; i < reasons->count; i++) {
        const struct cd_topic_reason *reason = &reasons->items[i];
        if (reason->concept != concept)
            continue;
        cd_json_begin_object(json);
        cd_json_put_string(json, "text", reason->text);
        cd_json_put_number(json, "weight", reason->weight, CONFIDENCE_DECIMALS);
        cd_json_end_object(json);
    }
    cd_json_end_array(json);
}

static void write_subject(const struct cd_subject *subject, const struct cd_topic_reasons *reasons,
                          struct cd_json *json)
{
    cd_json_begin_object(json);
    put_uri(json, "uri", MEDIA_TOPIC_URI, subject->concept->code);
    put_uri(json, "qcode", "medtop:", subject->concept->code);
    cd_json_put_string(json, "name", subject->concept->name);
    cd_json_put_integer(json, "level", subject->concept->level);
    cd_json_put_number(json, "relevance", subject->relevance, CONFIDENCE_DECIMALS);
    cd_json_put_number(json, "confidence", subject->confidence, CONFIDENCE_DECIMALS);
    if (reasons)
        put_explanation(reasons, subject->concept, json);
    cd_json_end_object(json);
}

static void put_subjects(const struct cd_enriched *enriched, struct cd_json *json)
{
    cd_json_key(json, "subjects");
    cd_json_begin_array(json);
    for (uint32_t i = 0; i < enriched->subjects->count; i++)
        write_subject(&enriched->subjects->items[i], enriched->reasons, json);
    cd_json_end_array(json);
}

/* ---- warnings and provenance --------------------------------------------------------------- */

static void put_warnings(uint32_t warnings, struct cd_json *json)
{
    cd_json_key(json, "warnings");
    cd_json_begin_array(json);
    for (uint32_t rest = warnings; rest; rest &= rest - 1)
        cd_json_string(json, cd_slice_of(cd_warning_name((enum cd_warning)(rest & -rest))));
    cd_json_end_array(json);
}

static void put_time(const char *key, int64_t time_ms, bool known, struct cd_json *json)
{
    cd_json_key(json, key);
    if (known)
        cd_json_time(json, time_ms);
    else
        cd_json_null(json);
}

static void put_input(const struct cd_input_position *input, struct cd_json *json)
{
    cd_json_key(json, "input");
    if (!input->known) {
        cd_json_null(json);
        return;
    }
    cd_json_begin_object(json);
    cd_json_put_string(json, "topic", input->topic);
    cd_json_put_integer(json, "partition", input->partition);
    cd_json_put_integer(json, "offset", input->offset);
    put_time("timestamp", input->timestamp_ms, input->timestamp_ms >= 0, json);
    cd_json_end_object(json);
}

static void put_provenance(const struct cd_provenance *provenance, struct cd_json *json)
{
    cd_json_key(json, "provenance");
    cd_json_begin_object(json);
    cd_json_put_string(json, "worker", provenance->worker);
    cd_json_put_text(json, "version", CD_VERSION);
    cd_json_key(json, "models");
    cd_json_begin_object(json);
    cd_json_put_text(json, "entities", provenance->entities_version);
    cd_json_put_text(json, "topics", provenance->topics_version);
    cd_json_put_text(json, "knowledge", provenance->knowledge_version);
    cd_json_end_object(json);
    put_input(&provenance->input, json);
    put_time("enriched", provenance->enriched_ms, true, json);
    cd_json_put_integer(json, "micros", provenance->duration_us);
    cd_json_end_object(json);
}

/* ---- the whole ----------------------------------------------------------------------------- */

void write_members(const struct cd_record_options *options, const struct cd_enriched *enriched,
                   const struct record_fields *fields, bool with_texts, struct cd_json *json)
{
    const struct cd_article *article = enriched->article;
    cd_json_put_text(json, "schema", "copydesk/1");
    cd_json_put_string(json, "id", article->id);
    cd_json_put_string(json, "uri", article->uri);
    cd_json_put_string(json, "source", article->source);
    cd_json_put_string(json, "language", enriched->language);
    put_time("published", article->published_ms, article->has_published, json);
    if (with_texts)
        cd_json_put_string(json, "title", article->title.clean);
    if (with_texts && options->include_body)
        cd_json_put_string(json, "body", article->body.clean);
    put_entities(enriched, fields, json);
    put_subjects(enriched, json);
    cd_json_put_text(json, "offset_unit", offset_unit_name(options->offset_unit));
    put_warnings(enriched->warnings, json);
    put_provenance(&enriched->provenance, json);
}

void write_native(const struct cd_record_options *options, const struct cd_enriched *enriched,
                  struct cd_json *json)
{
    struct record_fields fields;
    record_fields_build(&fields, enriched, options->offset_unit, false);
    cd_json_begin_object(json);
    write_members(options, enriched, &fields, true, json);
    cd_json_end_object(json);
}
