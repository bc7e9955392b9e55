#include "formats.h"

static void build_field(struct record_field *field, const struct cd_text *text, const char *name,
                        enum cd_offset_unit unit, bool original)
{
    field->name = original && text->field && *text->field ? text->field : name;
    field->text = text;
    field->original = original && text->run_count > 0;
    offset_index_build(&field->offsets, field->original ? text->original : text->clean, unit);
}

void record_fields_build(struct record_fields *fields, const struct cd_enriched *enriched,
                         enum cd_offset_unit unit, bool original)
{
    build_field(&fields->title, &enriched->article->title, "title", unit, original);
    build_field(&fields->body, &enriched->article->body, "body", unit, original);
}

static bool is_inside_character(struct cd_slice text, size_t byte)
{
    return byte < text.length && ((unsigned char)text.bytes[byte] & 0xC0) == 0x80;
}

/* The original bytes [*begin, *end) of the published ones: from the first to behind the last, so that markup
 * around the mention stays outside; always whole characters, even where one was mended into several bytes. */
static void map_to_original(const struct cd_text *text, size_t *begin, size_t *end)
{
    size_t from = cd_text_original_offset(text, *begin);
    size_t to = *end > *begin ? cd_text_original_offset(text, *end - 1) + 1 : from;
    while (from > 0 && is_inside_character(text->original, from))
        from--;
    while (is_inside_character(text->original, to))
        to++;
    *begin = from;
    *end = to;
}

struct mention_place locate_mention(const struct record_fields *fields, const struct cd_document *document,
                                    const struct cd_mention *mention)
{
    bool in_title = mention->begin_byte < document->title_bytes;
    const struct record_field *field = in_title ? &fields->title : &fields->body;
    size_t field_begin = in_title ? 0 : document->body_begin_byte;
    size_t begin = mention->begin_byte - field_begin, end = mention->end_byte - field_begin;
    if (field->original)
        map_to_original(field->text, &begin, &end);
    return (struct mention_place){field, offset_index_units(&field->offsets, begin),
                                  offset_index_units(&field->offsets, end),
                                  cd_slice_part(field->offsets.text, begin, end)};
}
