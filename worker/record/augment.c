/* Augment: one member is spliced in before the closing brace of the raw object; every other byte stays. */
#include "copydesk/utf8.h"
#include "formats.h"

/* ---- does the object have the key already? ------------------------------------------------- */

/* Behind the closing quote of the string that opens at bytes[at] (valid JSON, as the reader has parsed it).
 */
static size_t skip_string(struct cd_slice json, size_t at)
{
    for (at++; at < json.length && json.bytes[at] != '"'; at++)
        if (json.bytes[at] == '\\')
            at++;
    return at + 1;
}

static unsigned hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return (unsigned)(digit - '0');
    return (unsigned)((digit | 0x20) - 'a') + 10;
}

/* Is the JSON string (between its quotes) the key? Keys of ours are ASCII, so only \u00XX can spell them
 * otherwise. */
static bool spells_key(struct cd_slice string, struct cd_slice key)
{
    size_t at = 0, matched = 0;
    while (at < string.length && matched < key.length) {
        unsigned char byte = (unsigned char)string.bytes[at++];
        if (byte == '\\' && at + 5 <= string.length && string.bytes[at] == 'u') {
            unsigned value = 0;
            for (size_t i = at + 1; i < at + 5; i++)
                value = value << 4 | hex_value(string.bytes[i]);
            if (value > 0x7F)
                return false;
            byte = (unsigned char)value;
            at += 5;
        } else if (byte == '\\' && at < string.length) {
            byte = (unsigned char)string.bytes[at++];
            if (!strchr("\"\\/", byte)) /* a control character: never in a key of ours */
                return false;
        }
        if (byte != (unsigned char)key.bytes[matched++])
            return false;
    }
    return at == string.length && matched == key.length;
}

static size_t skip_blank(struct cd_slice json, size_t at)
{
    while (at < json.length && strchr(" \t\r\n", json.bytes[at]))
        at++;
    return at;
}

static bool has_member(struct cd_slice object, struct cd_slice key)
{
    unsigned depth = 0;
    for (size_t at = 0; at < object.length;) {
        char byte = object.bytes[at];
        if (byte == '"') {
            size_t behind = skip_string(object, at), next = skip_blank(object, behind);
            bool is_key = depth == 1 && next < object.length && object.bytes[next] == ':';
            if (is_key && spells_key(cd_slice_part(object, at + 1, behind - 1), key))
                return true;
            at = behind;
            continue;
        }
        depth += byte == '{' || byte == '[';
        depth -= byte == '}' || byte == ']';
        at++;
    }
    return false;
}

/* ---- splicing ------------------------------------------------------------------------------ */

/* Where the closing brace of the object stands. */
static size_t closing_brace(struct cd_slice object)
{
    size_t at = object.length;
    while (at > 0 && object.bytes[at - 1] != '}')
        at--;
    return at - 1;
}

/* Is there no member between the opening brace and `brace`? */
static bool is_empty_object(struct cd_slice object, size_t brace)
{
    return skip_blank(object, 1) == brace;
}

static enum cd_status check_object(struct cd_slice object, struct cd_slice key, struct cd_error *error)
{
    if (object.length == 0)
        return cd_fail(
            error, CD_INVALID, NULL,
            "the article is plain text, so the augment format has no JSON object to add \"%.*s\" to; "
            "use the copydesk or ninjs format",
            (int)key.length, key.bytes);
    if (cd_utf8_valid_prefix(object) != object.length)
        return cd_fail(
            error, CD_INVALID, NULL,
            "the article's JSON has bytes that are not UTF-8; the augment format may not touch them, "
            "and with them the result would not be JSON; use the copydesk or ninjs format");
    if (has_member(object, key))
        return cd_fail(
            error, CD_INVALID, NULL,
            "the article has a member \"%.*s\" already; choose another name with record.augment_key",
            (int)key.length, key.bytes);
    return CD_OK;
}

enum cd_status write_augmented(const struct cd_record_options *options, const struct cd_enriched *enriched,
                               struct cd_buffer *out, struct cd_error *error)
{
    struct cd_slice object = enriched->article->raw_object, key = cd_slice_of(options->augment_key);
    enum cd_status status = check_object(object, key, error);
    if (status != CD_OK)
        return status;
    size_t brace = closing_brace(object);
    cd_buffer_append(out, object.bytes, brace);
    struct record_fields fields;
    record_fields_build(&fields, enriched, options->offset_unit, true);
    struct cd_json json = {out, !is_empty_object(object, brace)};
    cd_json_string(&json, key); /* the name comes from the configuration, so it may need escaping */
    cd_buffer_append_byte(out, ':');
    json.comma = false;
    cd_json_begin_object(&json);
    write_members(options, enriched, &fields, false, &json);
    cd_json_end_object(&json);
    cd_buffer_append(out, object.bytes + brace, object.length - brace);
    return CD_OK;
}
