/* The text of a JSON value, in the shapes in which feeds wrap one: a string, a number, an object with the
 * text in a known member (WordPress "rendered", XML converters "#text" and "$t", MongoDB "$oid"), or an array
 * of these (paragraphs). */
#include "article_parts.h"

#include <inttypes.h>

enum { WRAPPING_MAX = 6 };

static const char *const text_members[] = {
    "rendered", "value",   "#text",          "_",    "$t",          "text",  "content", "plain", "html",
    "body",     "__cdata", "#cdata-section", "$oid", "$numberLong", "$date", "@value",  "en",    NULL};
static const char *const name_members[] = {"name",   "title", "label", "value", "#text", "_", "$t",
                                           "domain", "id",    "url",   "@url",  "href",  NULL};
static const char *const address_members[] = {"href",  "@href", "url", "uri",      "@id",   "canonical",
                                              "#text", "_",     "$t",  "rendered", "value", NULL};

static const char *const *members_of(enum value_use use)
{
    return use == USE_TEXT ? text_members : use == USE_NAME ? name_members : address_members;
}

static const char *join_path(struct cd_arena *arena, const char *field, const char *member)
{
    size_t size = strlen(field) + strlen(member) + 2;
    char *path = cd_arena_allocate(arena, size);
    if (path)
        snprintf(path, size, "%s.%s", field, member);
    return path ? path : field;
}

static bool scalar_text(const struct reading *reading, const json_t *value, struct found *found)
{
    char digits[40];
    struct cd_slice text = {0};
    if (json_is_string(value))
        text = (struct cd_slice){json_string_value(value), json_string_length(value)};
    else if (json_is_integer(value))
        text = (struct cd_slice){digits, (size_t)snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT,
                                                          json_integer_value(value))};
    else if (json_is_real(value))
        text = (struct cd_slice){digits,
                                 (size_t)snprintf(digits, sizeof digits, "%.17g", json_real_value(value))};
    if (is_blank(text))
        return false;
    found->text = cd_arena_copy(reading->arena, text);
    return found->text.bytes != NULL;
}

static bool text_at_depth(const struct reading *reading, const json_t *value, const char *field,
                          enum value_use use, unsigned depth, struct found *found);

static bool object_text(const struct reading *reading, const json_t *object, const char *field,
                        enum value_use use, unsigned depth, struct found *found)
{
    for (const char *const *member = members_of(use); *member; member++) {
        const json_t *value = json_object_get(object, *member);
        if (value && text_at_depth(reading, value, field, use, depth, found)) {
            if (found->field == field)
                found->field = join_path(reading->arena, field, *member);
            return true;
        }
    }
    return false;
}

/* Paragraphs of an array, parted by an empty line. */
static bool joined_text(const struct reading *reading, const json_t *array, const char *field, unsigned depth,
                        struct found *found)
{
    char *bytes = NULL;
    size_t length = 0, capacity = 0, i;
    const json_t *item;
    json_array_foreach(array, i, item)
    {
        struct found part = {.field = field};
        if (!text_at_depth(reading, item, field, USE_TEXT, depth, &part))
            continue;
        size_t gap = length ? 2 : 0, need = length + gap + part.text.length;
        if (need > capacity || !bytes) {
            bytes = cd_arena_grow(reading->arena, bytes, capacity, need * 2);
            capacity = need * 2;
        }
        if (!bytes)
            return false;
        memset(bytes + length, '\n', gap);
        memcpy(bytes + length + gap, part.text.bytes, part.text.length);
        length = need;
    }
    found->text = (struct cd_slice){bytes, length};
    return length > 0;
}

static bool first_text(const struct reading *reading, const json_t *array, const char *field,
                       enum value_use use, unsigned depth, struct found *found)
{
    size_t i;
    const json_t *item;
    json_array_foreach(array, i, item)
    {
        if (text_at_depth(reading, item, field, use, depth, found))
            return true;
    }
    return false;
}

static bool text_at_depth(const struct reading *reading, const json_t *value, const char *field,
                          enum value_use use, unsigned depth, struct found *found)
{
    found->field = field;
    if (depth > WRAPPING_MAX)
        return false;
    if (json_is_object(value))
        return object_text(reading, value, field, use, depth + 1, found);
    if (json_is_array(value))
        return use == USE_TEXT ? joined_text(reading, value, field, depth + 1, found)
                               : first_text(reading, value, field, use, depth + 1, found);
    return scalar_text(reading, value, found);
}

bool value_text(const struct reading *reading, const json_t *value, const char *field, enum value_use use,
                struct found *found)
{
    return text_at_depth(reading, value, field, use, 0, found);
}
