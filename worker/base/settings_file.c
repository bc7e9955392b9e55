/* The settings file. libconfig reads it, with one exception: numbers.
 *
 * libconfig 1.5 takes 3000000000 for -1294967296 and says nothing. So numbers are read again from the text
 * itself: the n-th number in the tree that libconfig built is the n-th number in the text, because both stand
 * in the order of the file and nothing is included (an @include is refused). What a person reads in an error
 * is then what stands in the file. */
#include <ctype.h>
#include <errno.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings_table.h"

enum { FILE_BYTES_MAX = 1 << 20, NUMBER_BYTES = 64, DIGITS_KEPT = 15 };

struct reader {
    const char *path;
    const char *rest; /* the text behind the last number that was taken */
    struct cd_settings *settings;
    struct cd_error *error;
};

/* ---- the text ------------------------------------------------------------------------------ */

static enum cd_status read_text(const char *path, struct cd_buffer *text, struct cd_error *error)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return cd_fail(error, errno == ENOENT ? CD_NOT_FOUND : CD_IO, path, "cannot be opened: %s",
                       strerror(errno));
    char block[4096];
    size_t length;
    while ((length = fread(block, 1, sizeof block, file)) > 0 && text->length <= FILE_BYTES_MAX)
        cd_buffer_append(text, block, length);
    int read_error = ferror(file) ? errno : 0;
    fclose(file);
    cd_buffer_append(text, "", 0);
    if (read_error)
        return cd_fail(error, CD_IO, path, "cannot be read: %s", strerror(read_error));
    if (text->length > FILE_BYTES_MAX || (text->length && memchr(text->bytes, '\0', text->length)))
        return cd_fail(error, CD_INVALID, path, "is not a settings file");
    return text->failed ? cd_fail(error, CD_MEMORY, path, "out of memory") : CD_OK;
}

static const char *behind_string(const char *p)
{
    for (p++; *p && *p != '"'; p++)
        if (*p == '\\' && p[1])
            p++;
    return p + (*p == '"');
}

static const char *behind_comment(const char *p)
{
    if (p[0] == '/' && p[1] == '*') {
        const char *end = strstr(p + 2, "*/");
        return end ? end + 2 : p + strlen(p);
    }
    return p + strcspn(p, "\n");
}

static bool is_comment(const char *p)
{
    return *p == '#' || (p[0] == '/' && (p[1] == '/' || p[1] == '*'));
}

static bool is_name_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || byte == '-' || byte == '*';
}

static bool begins_number(const char *p)
{
    return isdigit((unsigned char)*p) || ((*p == '-' || *p == '+' || *p == '.') && p[1]);
}

/* The first number in the text and its length; the end of the text and 0 when there is none. */
static const char *find_number(const char *p, size_t *length)
{
    while (*p && !begins_number(p)) {
        if (*p == '"')
            p = behind_string(p);
        else if (is_comment(p))
            p = behind_comment(p);
        else if (is_name_byte(*p))
            while (is_name_byte(*p))
                p++;
        else
            p++;
    }
    *length = strspn(p, "+-.0123456789abcdefABCDEFxXlL");
    return p;
}

/* The next number in the text, "" when there is none; the reader moves behind it. */
static void take_number(struct reader *reader, char number[NUMBER_BYTES])
{
    size_t length;
    const char *p = find_number(reader->rest, &length);
    snprintf(number, NUMBER_BYTES, "%.*s", (int)length, p);
    reader->rest = p + length;
}

/* libconfig 1.7 calls a whole number beyond 64 bits a syntax error. It need only see that a number stands
 * there, so in its own copy of the text such a number ends after its first digits. */
static void shorten_numbers(char *text)
{
    size_t length;
    for (const char *p = find_number(text, &length); length > 0; p = find_number(p + length, &length))
        if (length > DIGITS_KEPT && strspn(p, "+-0123456789lL") == length)
            memset(&text[p - text] + DIGITS_KEPT, ' ', length - DIGITS_KEPT);
}

static unsigned line_of(const char *text, const char *p)
{
    unsigned line = 1;
    for (; text < p; text++)
        line += *text == '\n';
    return line;
}

/* An @include would put numbers into the tree that are not in this text. */
static const char *find_include(const char *text)
{
    for (const char *p = text; *p;) {
        if (*p == '"')
            p = behind_string(p);
        else if (is_comment(p))
            p = behind_comment(p);
        else if (*p == '@')
            return p;
        else
            p++;
    }
    return NULL;
}

/* ---- the tree ------------------------------------------------------------------------------ */

static void format_place(const struct reader *reader, const config_setting_t *item, char *where, size_t size)
{
    snprintf(where, size, "%s:%u", reader->path, config_setting_source_line(item));
}

/* A value as text. Texts and truth values come from libconfig, numbers from the file; false for groups and
 * lists. */
static bool take_scalar(struct reader *reader, const config_setting_t *item, char number[NUMBER_BYTES],
                        const char **text)
{
    switch (config_setting_type(item)) {
    case CONFIG_TYPE_STRING:
        *text = config_setting_get_string(item);
        return true;
    case CONFIG_TYPE_BOOL:
        *text = config_setting_get_bool(item) ? "true" : "false";
        return true;
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
    case CONFIG_TYPE_FLOAT:
        take_number(reader, number);
        *text = number;
        return true;
    default:
        return false;
    }
}

static bool type_fits(const struct setting *setting, const config_setting_t *item)
{
    int type = config_setting_type(item);
    bool is_integer = type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
    switch (setting->type) {
    case SETTING_INTEGER:
        return is_integer;
    case SETTING_NUMBER:
        return is_integer || type == CONFIG_TYPE_FLOAT;
    case SETTING_SWITCH:
        return type == CONFIG_TYPE_BOOL;
    case SETTING_CHOICE:
    case SETTING_TEXT:
        return type == CONFIG_TYPE_STRING;
    case SETTING_LIST:
        return type == CONFIG_TYPE_ARRAY || type == CONFIG_TYPE_LIST;
    }
    return false;
}

static enum cd_status read_list(struct reader *reader, const struct setting *setting,
                                const config_setting_t *item)
{
    setting_clear(setting, reader->settings);
    for (int i = 0; i < config_setting_length(item); i++) {
        const config_setting_t *element = config_setting_get_elem(item, (unsigned)i);
        char where[160];
        format_place(reader, element, where, sizeof where);
        const char *line = config_setting_get_string(element);
        if (!line)
            return setting_refuse(setting, "[ ... ]", where, reader->error);
        enum cd_status status =
            setting_add_line(setting, reader->settings, cd_slice_of(line), where, reader->error);
        if (status != CD_OK)
            return status;
    }
    return CD_OK;
}

/* A value of the wrong type, said as it stands in the file. */
static enum cd_status refuse_type(const struct reader *reader, const struct setting *setting,
                                  const config_setting_t *item, const char *text, const char *where)
{
    if (setting->type == SETTING_TEXT || setting->type == SETTING_CHOICE)
        return cd_fail(reader->error, CD_INVALID, where, "%s = %s: must be a text in quotes", setting->name,
                       text);
    struct cd_buffer written = {0};
    if (config_setting_type(item) == CONFIG_TYPE_STRING)
        setting_append_quoted(&written, text);
    else
        cd_buffer_append_string(&written, text);
    enum cd_status status =
        setting_refuse(setting, written.failed ? "" : written.bytes, where, reader->error);
    cd_buffer_free(&written);
    return status;
}

static enum cd_status refuse_unknown(const struct reader *reader, const char *name, const char *where)
{
    const struct setting *nearest = setting_nearest(name);
    if (nearest)
        return cd_fail(reader->error, CD_INVALID, where, "%s: there is no such setting; did you mean %s?",
                       name, nearest->name);
    return cd_fail(reader->error, CD_INVALID, where, "%s: there is no such setting", name);
}

static enum cd_status read_item(struct reader *reader, const char *group, const config_setting_t *item)
{
    char name[160], where[160], number[NUMBER_BYTES];
    snprintf(name, sizeof name, "%s.%s", group, config_setting_name(item));
    format_place(reader, item, where, sizeof where);
    const struct setting *setting = setting_find(name);
    if (!setting)
        return refuse_unknown(reader, name, where);
    if (setting->flags & SETTING_ENVIRONMENT_ONLY)
        return cd_fail(reader->error, CD_INVALID, where,
                       "%s: does not belong in this file; use COPYDESK_KAFKA_PASSWORD or kafka.password_file",
                       name);
    const char *text = "{ ... }";
    bool is_scalar = take_scalar(reader, item, number, &text);
    if (!type_fits(setting, item))
        return refuse_type(reader, setting, item, text, where);
    if (!is_scalar)
        return read_list(reader, setting, item);
    return setting_set(setting, reader->settings, text, where, reader->error);
}

static bool is_group_name(const char *name)
{
    for (size_t i = 0; i < cd_setting_group_count; i++)
        if (strcmp(cd_setting_groups[i].name, name) == 0)
            return true;
    return false;
}

static enum cd_status read_group(struct reader *reader, const config_setting_t *group)
{
    const char *name = config_setting_name(group);
    char where[160];
    format_place(reader, group, where, sizeof where);
    if (!config_setting_is_group(group)) {
        if (is_group_name(name))
            return cd_fail(reader->error, CD_INVALID, where, "%s: must be a group, %s = { ... };", name,
                           name);
        return refuse_unknown(reader, name, where);
    }
    if (!is_group_name(name) && config_setting_length(group) == 0)
        return refuse_unknown(reader, name, where);
    enum cd_status status = CD_OK;
    for (int i = 0; status == CD_OK && i < config_setting_length(group); i++)
        status = read_item(reader, name, config_setting_get_elem(group, (unsigned)i));
    return status;
}

static enum cd_status read_tree(struct reader *reader, const config_t *config)
{
    const config_setting_t *root = config_root_setting(config);
    enum cd_status status = CD_OK;
    for (int i = 0; status == CD_OK && i < config_setting_length(root); i++)
        status = read_group(reader, config_setting_get_elem(root, (unsigned)i));
    return status;
}

static enum cd_status parse(const char *path, const char *text, config_t *config, struct cd_error *error)
{
    char *copy = strdup(text);
    if (!copy)
        return cd_fail(error, CD_MEMORY, path, "out of memory");
    shorten_numbers(copy);
    bool is_parsed = config_read_string(config, copy);
    free(copy);
    if (is_parsed)
        return CD_OK;
    char where[160];
    snprintf(where, sizeof where, "%s:%d", path, config_error_line(config));
    return cd_fail(error, CD_INVALID, where, "%s", config_error_text(config));
}

enum cd_status settings_read_file(const char *path, struct cd_settings *settings, struct cd_error *error)
{
    struct cd_buffer text = {0};
    config_t config;
    config_init(&config);
    char where[160];
    enum cd_status status = read_text(path, &text, error);
    if (status != CD_OK)
        goto done;
    const char *bytes = text.bytes ? text.bytes : "";
    const char *include = find_include(bytes);
    if (include) {
        snprintf(where, sizeof where, "%s:%u", path, line_of(bytes, include));
        status = cd_fail(error, CD_INVALID, where, "@include is not supported: one file holds all settings");
        goto done;
    }
    status = parse(path, bytes, &config, error);
    if (status != CD_OK)
        goto done;
    struct reader reader = {.path = path, .rest = bytes, .settings = settings, .error = error};
    status = read_tree(&reader, &config);
done:
    config_destroy(&config);
    cd_buffer_free(&text);
    return status;
}
