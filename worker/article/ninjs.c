/* IPTC ninjs, generations 1 to 3 (https://iptc.org/std/ninjs/): 1.x has headline and body_* members, 2.x has
 * lists of objects with a role and a value, 3.x the same in camel case. */
#include "article_parts.h"

static const char *const marks[] = {"bodies",         "headlines",    "body_text",
                                    "body_xhtml",     "body_html",    "versioncreated",
                                    "versionCreated", "firstcreated", "firstCreated"};

bool ninjs_is(const json_t *object)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (json_object_get(object, marks[i]))
            return true;
    return false;
}

static bool starts_with(const char *string, const char *prefix)
{
    return string && strncmp(string, prefix, strlen(prefix)) == 0;
}

static const char *content_type(const json_t *item)
{
    const char *type = json_string_value(json_object_get(item, "contenttype"));
    return type ? type : json_string_value(json_object_get(item, "contentType"));
}

/* How well an item of headlines[] or bodies[] serves: the main one, plain text before HTML. */
static int rank_item(const json_t *item)
{
    const char *role = json_string_value(json_object_get(item, "role")), *type = content_type(item);
    int rank = 1;
    if (role && (strcmp(role, "main") == 0 || strcmp(role, "text") == 0))
        rank += 4;
    if (starts_with(type, "text/plain"))
        rank += 2;
    else if (type && !starts_with(type, "text/html") && !strstr(type, "xhtml"))
        rank -= 1;
    return rank;
}

static bool best_item(const struct reading *reading, const json_t *object, const char *name,
                      struct found *found)
{
    const json_t *list = json_object_get(object, name), *best = NULL, *item;
    size_t i, best_index = 0;
    int best_rank = 0;
    json_array_foreach(list, i, item)
    {
        const char *value = json_string_value(json_object_get(item, "value"));
        if (!value || is_blank(cd_slice_of(value)) || (best && rank_item(item) <= best_rank))
            continue;
        best = item;
        best_rank = rank_item(item);
        best_index = i;
    }
    char path[64];
    snprintf(path, sizeof path, "%s[%zu].value", name, best_index);
    struct cd_slice field = cd_arena_copy(reading->arena, cd_slice_of(path));
    return best && field.bytes &&
           value_text(reading, json_object_get(best, "value"), field.bytes, USE_TEXT, found);
}

bool ninjs_title(const struct reading *reading, const json_t *object, struct found *found)
{
    return best_item(reading, object, "headlines", found) ||
           value_text(reading, json_object_get(object, "headline"), "headline", USE_TEXT, found);
}

/* "body_text" first, then any other body_*; pictures and films have only a description. */
bool ninjs_body(const struct reading *reading, const json_t *object, struct found *found)
{
    if (best_item(reading, object, "bodies", found) ||
        value_text(reading, json_object_get(object, "body_text"), "body_text", USE_TEXT, found))
        return true;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        if (!starts_with(name, "body_") || !json_is_string(value))
            continue;
        struct cd_slice field = cd_arena_copy(reading->arena, cd_slice_of(name));
        if (field.bytes && value_text(reading, value, field.bytes, USE_TEXT, found))
            return true;
    }
    return best_item(reading, object, "descriptions", found) ||
           value_text(reading, json_object_get(object, "description_text"), "description_text", USE_TEXT,
                      found);
}

static const json_t *first_member(const json_t *object, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(object, names[i]);
        if (value)
            return value;
    }
    return NULL;
}

const json_t *ninjs_date(const json_t *object)
{
    static const char *const names[] = {"contentcreated", "contentCreated", "versioncreated",
                                        "versionCreated", "firstcreated",   "firstCreated"};
    return first_member(object, names, sizeof names / sizeof *names);
}

const json_t *ninjs_source(const json_t *object)
{
    static const char *const names[] = {"infosources", "infoSources", "infosource", "copyrightholder",
                                        "copyrightHolder"};
    return first_member(object, names, sizeof names / sizeof *names);
}
