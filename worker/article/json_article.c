/* Articles as JSON objects: the configured names, ninjs, and the wrappers that stores and queues put around
 * an article. */
#include "article_parts.h"

#include "copydesk/utf8.h"

/* ---- field lists --------------------------------------------------------------------------- */

/* The next name of a comma-separated list, without blanks; empty at the end. */
static struct cd_slice next_name(const char **list)
{
    while (**list == ',' || **list == ' ')
        (*list)++;
    size_t length = strcspn(*list, ",");
    struct cd_slice name = {*list, length};
    *list += length;
    return trimmed(name);
}

/* A member by name; a name with dots that is no member itself is a path ("data.title"). */
static const json_t *member_by_path(const json_t *object, struct cd_slice name)
{
    enum { NAME_BYTES_MAX = 128 };
    char text[NAME_BYTES_MAX];
    if (name.length >= sizeof text)
        return NULL;
    memcpy(text, name.bytes, name.length);
    text[name.length] = '\0';
    const json_t *value = json_object_get(object, text);
    for (char *dot, *rest = text; !value && (dot = strchr(rest, '.'));) {
        *dot = '\0';
        object = json_object_get(object, rest);
        rest = dot + 1;
        value = strchr(rest, '.') ? NULL : json_object_get(object, rest);
    }
    return value;
}

/* The first field of a list that holds a text. */
static bool find_field(const struct reading *reading, const json_t *object, const char *list,
                       enum value_use use, struct found *found)
{
    for (struct cd_slice name; (name = next_name(&list)).length;) {
        const json_t *value = member_by_path(object, name);
        if (!value)
            continue;
        struct cd_slice field = cd_arena_copy(reading->arena, name);
        if (field.bytes && value_text(reading, value, field.bytes, use, found))
            return true;
    }
    return false;
}

/* Does a field of the list hold anything? Nothing is copied to find out. */
static bool has_field(const json_t *object, const char *list)
{
    for (struct cd_slice name; (name = next_name(&list)).length;) {
        const json_t *value = member_by_path(object, name);
        bool blank = json_is_string(value) &&
                     is_blank((struct cd_slice){json_string_value(value), json_string_length(value)});
        if (value && !json_is_null(value) && !blank)
            return true;
    }
    return false;
}

static bool has_text(const struct reading *reading, const json_t *object)
{
    return ninjs_is(object) || has_field(object, reading->options->body_fields) ||
           has_field(object, reading->options->title_fields);
}

/* The object that holds the article: itself, or one level down ("_source" of Elasticsearch, "after" of
 * change data capture). */
static const json_t *article_object(const struct reading *reading, const json_t *object, const char **wrapper)
{
    static const char *const wrappers[] = {"article", "data",  "_source", "item",  "story",
                                           "doc",     "entry", "payload", "after", "document"};
    *wrapper = NULL;
    if (has_text(reading, object))
        return object;
    for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++) {
        const json_t *inner = json_object_get(object, wrappers[i]);
        if (json_is_object(inner) && has_text(reading, inner)) {
            *wrapper = wrappers[i];
            return inner;
        }
    }
    return object;
}

/* ---- single fields ------------------------------------------------------------------------- */

static const char *with_wrapper(const struct reading *reading, const char *wrapper, const char *field)
{
    if (!wrapper)
        return field;
    size_t size = strlen(wrapper) + strlen(field) + 2;
    char *path = cd_arena_allocate(reading->arena, size);
    if (path)
        snprintf(path, size, "%s.%s", wrapper, field);
    return path ? path : field;
}

/* ISO 639-1 of a declared language: the primary subtag of BCP 47, or what older systems write. */
static struct cd_slice primary_subtag(struct cd_arena *arena, struct cd_slice declared)
{
    static const struct {
        const char *name, *code;
    } names[] = {{"eng", "en"},    {"english", "en"},    {"deu", "de"},     {"ger", "de"},
                 {"german", "de"}, {"fra", "fr"},        {"fre", "fr"},     {"french", "fr"},
                 {"spa", "es"},    {"spanish", "es"},    {"ita", "it"},     {"italian", "it"},
                 {"por", "pt"},    {"portuguese", "pt"}, {"nld", "nl"},     {"dut", "nl"},
                 {"dutch", "nl"},  {"rus", "ru"},        {"russian", "ru"}, {"ara", "ar"},
                 {"arabic", "ar"}, {"zho", "zh"},        {"chi", "zh"},     {"chinese", "zh"},
                 {"jpn", "ja"},    {"japanese", "ja"}};
    struct cd_slice code = cd_arena_copy(arena, trimmed(declared));
    if (!code.bytes)
        return code;
    size_t length = 0;
    for (char *c = (char *)code.bytes; length < code.length && ((*c | 0x20) >= 'a' && (*c | 0x20) <= 'z');
         c++) {
        *c |= 0x20;
        length++;
    }
    code.length = length;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cd_slice_equal(code, cd_slice_of(names[i].name)))
            return cd_slice_of(names[i].code);
    return code;
}

/* A short field as it may be published: mended like any text, without blanks around it. */
static struct cd_slice short_text(const struct reading *reading, struct cd_slice text)
{
    struct cd_text cleaned;
    uint32_t ignored = 0;
    if (clean_text(text, "", reading->arena, &cleaned, &ignored, NULL) != CD_OK)
        return text;
    return trimmed(cleaned.clean);
}

/* Identifiers and addresses keep every character but control characters and what only looks like nothing. */
static struct cd_slice identifier(const struct reading *reading, struct cd_slice text)
{
    text = trimmed(text);
    if (!(scan_text(text) & FOUND_ODD_BYTES))
        return text;
    struct text_writer writer = text_writer_new(reading->arena, text);
    mend_plain(&writer, 0, text.length);
    return writer.failed ? text : trimmed((struct cd_slice){writer.bytes, writer.length});
}

static void read_date(const struct reading *reading, const json_t *object)
{
    struct cd_article *article = reading->article;
    struct found found;
    bool given = find_field(reading, object, reading->options->date_fields, USE_TEXT, &found) ||
                 value_text(reading, ninjs_date(object), "", USE_TEXT, &found);
    if (!given)
        return;
    article->has_published = cd_parse_date(found.text, &article->published_ms);
    if (!article->has_published)
        article->warnings |= CD_WARNING_DATE_UNREADABLE;
}

static void read_small_fields(const struct reading *reading, const json_t *object)
{
    const struct cd_article_options *o = reading->options;
    struct cd_article *article = reading->article;
    struct found found;
    if (find_field(reading, object, o->id_fields, USE_TEXT, &found))
        article->id = identifier(reading, found.text);
    if (find_field(reading, object, o->uri_fields, USE_ADDRESS, &found))
        article->uri = identifier(reading, found.text);
    if (find_field(reading, object, o->source_fields, USE_NAME, &found) ||
        value_text(reading, ninjs_source(object), "", USE_NAME, &found))
        article->source = short_text(reading, found.text);
    if (find_field(reading, object, o->language_fields, USE_TEXT, &found))
        article->language = primary_subtag(reading->arena, found.text);
    if (article->id.length == 0 && ninjs_is(object))
        article->id = article->uri; /* ninjs: "the identifier for this news object" */
    read_date(reading, object);
}

/* ---- texts --------------------------------------------------------------------------------- */

static enum cd_status read_text(const struct reading *reading, const struct found *found, const char *wrapper,
                                struct cd_text *text)
{
    enum cd_status status = clean_text(found->text, with_wrapper(reading, wrapper, found->field),
                                       reading->arena, text, &reading->article->warnings, reading->error);
    if (status == CD_OK && is_blank(text->clean))
        *text = (struct cd_text){.field = ""};
    return status;
}

static enum cd_status read_texts(const struct reading *reading, const json_t *object, const char *wrapper)
{
    const struct cd_article_options *o = reading->options;
    struct cd_article *article = reading->article;
    struct found found;
    enum cd_status status = CD_OK;
    bool ninjs = ninjs_is(object);
    if ((ninjs && ninjs_title(reading, object, &found)) ||
        find_field(reading, object, o->title_fields, USE_TEXT, &found))
        status = read_text(reading, &found, wrapper, &article->title);
    if (status == CD_OK && (find_field(reading, object, o->body_fields, USE_TEXT, &found) ||
                            (ninjs && ninjs_body(reading, object, &found))))
        status = read_text(reading, &found, wrapper, &article->body);
    return status;
}

static bool id_is_real(const struct reading *reading, const json_t *object)
{
    const char *list = reading->options->id_fields;
    for (struct cd_slice name; (name = next_name(&list)).length;) {
        const json_t *value = member_by_path(object, name);
        if (value && !json_is_null(value))
            return json_is_real(value);
    }
    return false;
}

/* Parse, and once more when the id is a number whose digits a double would lose. */
static enum cd_status parse_object(const struct reading *reading, struct cd_slice text, json_t **object)
{
    uint32_t *warnings = &reading->article->warnings;
    enum cd_status status = parse_json(text, false, reading->arena, object, warnings, reading->error);
    if (status != CD_OK || !id_is_real(reading, *object))
        return status;
    json_decref(*object);
    return parse_json(text, true, reading->arena, object, warnings, reading->error);
}

enum cd_status read_json_article(const struct reading *reading, struct cd_slice text)
{
    reading->article->raw_object = text;
    enum cd_status status = check_nesting(text, reading->options->nesting_max, reading->error);
    if (status != CD_OK)
        return status;
    json_t *object = NULL;
    status = parse_object(reading, text, &object);
    if (status != CD_OK)
        return status;
    const char *wrapper;
    const json_t *inner = article_object(reading, object, &wrapper);
    read_small_fields(reading, object);
    if (wrapper)
        read_small_fields(reading, inner);
    status = read_texts(reading, inner, wrapper);
    json_decref(object);
    return status;
}
