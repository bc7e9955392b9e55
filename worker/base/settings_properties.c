/* librdkafka's properties: lists of "name=value", passed through except for those that are ours to set. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings_table.h"

/* ---- properties that are not to be passed through ------------------------------------------ */

/* The delivery guarantee hangs on these, or a setting of ours says the same thing. */
static const struct kept_property {
    const char *name, *reason;
} kept_properties[] = {
    {"bootstrap.servers", "set kafka.brokers"},
    {"metadata.broker.list", "set kafka.brokers"},
    {"group.id", "set kafka.group"},
    {"sasl.username", "set kafka.username"},
    {"sasl.password", "set COPYDESK_KAFKA_PASSWORD or kafka.password_file"},
    {"transactional.id", "set kafka.transactional_id"},
    {"transaction.timeout.ms", "set batch.transaction_timeout_ms"},
    {"enable.idempotence", "it follows from worker.delivery"},
    {"enable.auto.commit", "an offset is committed together with what came of its message"},
    {"auto.commit.enable", "an offset is committed together with what came of its message"},
    {"auto.commit.interval.ms", "an offset is committed together with what came of its message"},
    {"enable.auto.offset.store", "an offset is committed together with what came of its message"},
    {"isolation.level", "only committed messages are read"},
    {"acks", "an offset is committed only when all replicas have the record"},
    {"request.required.acks", "an offset is committed only when all replicas have the record"},
    {"partition.assignment.strategy", "the worker handles cooperative rebalances only"},
    {"delivery.report.only.error", "the worker counts on it"},
    {"enable.partition.eof", "the worker measures its lag by it"},
    {"test.mock.num.brokers", "set kafka.embedded"},
};

/* Why that property cannot be passed through; NULL when it can. */
static const char *reason_to_keep(struct cd_slice name)
{
    for (size_t i = 0; i < sizeof kept_properties / sizeof *kept_properties; i++)
        if (cd_slice_equal(name, cd_slice_of(kept_properties[i].name)))
            return kept_properties[i].reason;
    return NULL;
}

/* ---- lists of "name=value" ----------------------------------------------------------------- */

static struct cd_slice trimmed(struct cd_slice text)
{
    while (text.length && isspace((unsigned char)text.bytes[0]))
        text = cd_slice_part(text, 1, text.length);
    while (text.length && isspace((unsigned char)text.bytes[text.length - 1]))
        text.length--;
    return text;
}

static bool is_property_name(struct cd_slice name)
{
    for (size_t i = 0; i < name.length; i++)
        if (!isalnum((unsigned char)name.bytes[i]) && !strchr("._-", name.bytes[i]))
            return false;
    return name.length > 0;
}

/* Append a line that the list owns from now on. */
static enum cd_status append_line(struct cd_properties *list, char *line, struct cd_error *error)
{
    char **lines = line ? realloc(list->lines, (list->count + 1) * sizeof *lines) : NULL;
    if (!lines) {
        free(line);
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    }
    list->lines = lines;
    list->lines[list->count++] = line;
    return CD_OK;
}

enum cd_status setting_add_line(const struct setting *setting, struct cd_settings *settings,
                                struct cd_slice line, const char *where, struct cd_error *error)
{
    const char *equals = line.length ? memchr(line.bytes, '=', line.length) : NULL;
    size_t name_length = equals ? (size_t)(equals - line.bytes) : line.length;
    struct cd_slice name = trimmed((struct cd_slice){line.bytes, name_length});
    if (!equals || !is_property_name(name)) /* what stands behind "=" may be a secret */
        return cd_fail(error, CD_INVALID, where, "%s = [ \"%.*s%s\" ]: must be \"name=value\"", setting->name,
                       (int)name_length, line.bytes ? line.bytes : "", equals ? "=..." : "");
    const char *reason = reason_to_keep(name);
    if (reason)
        return cd_fail(error, CD_INVALID, where, "%s: %.*s cannot be set here: %s", setting->name,
                       (int)name.length, name.bytes, reason);
    struct cd_slice value = trimmed(cd_slice_part(line, name_length + 1, line.length));
    char *copy = NULL;
    if (asprintf(&copy, "%.*s=%.*s", (int)name.length, name.bytes, (int)value.length, value.bytes) < 0)
        copy = NULL;
    return append_line(setting_field(setting, settings), copy, error);
}

/* Where the first piece of `text` ends: at a newline, or, when there is none in all of it, at a comma with
 * another "name=" behind it, so that "debug=broker,topic,compression.type=lz4" is two properties. */
static size_t piece_length(const char *text, bool has_newlines)
{
    if (has_newlines)
        return strcspn(text, "\n");
    size_t length = strcspn(text, ",");
    while (text[length] == ',') {
        size_t next = strcspn(text + length + 1, ",=");
        if (text[length + 1 + next] == '=')
            break;
        length += 1 + next;
    }
    return length;
}

enum cd_status setting_set_lines(const struct setting *setting, struct cd_settings *settings,
                                 const char *text, const char *where, struct cd_error *error)
{
    setting_clear(setting, settings);
    bool has_newlines = strchr(text, '\n') != NULL;
    while (*text) {
        size_t length = piece_length(text, has_newlines);
        struct cd_slice line = trimmed((struct cd_slice){text, length});
        enum cd_status status = line.length ? setting_add_line(setting, settings, line, where, error) : CD_OK;
        if (status != CD_OK)
            return status;
        text += length + (text[length] != '\0');
    }
    return CD_OK;
}

const char *settings_property(const struct cd_properties *properties, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = properties->count; i-- > 0;) /* the last one counts, as in librdkafka */
        if (strncmp(properties->lines[i], name, length) == 0 && properties->lines[i][length] == '=')
            return properties->lines[i] + length + 1;
    return NULL;
}

/* ---- to text ------------------------------------------------------------------------------- */

/* librdkafka's properties that hold secrets: *password*, *secret*, ssl.key.pem. */
static bool is_secret_property(const char *line)
{
    size_t name_length = strcspn(line, "=");
    static const char *const marks[] = {"password", "secret", "ssl.key.pem", "ssl_key", "oauthbearer.config"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (memmem(line, name_length, marks[i], strlen(marks[i])))
            return true;
    return false;
}

static void append_line_masked(struct cd_buffer *out, const char *line)
{
    if (is_secret_property(line))
        cd_buffer_format(out, "\"%.*s=%s\"", (int)strcspn(line, "="), line, SETTING_MASK);
    else
        setting_append_quoted(out, line);
}

void settings_append_properties(const struct cd_properties *list, struct cd_buffer *out)
{
    if (list->count == 0) {
        cd_buffer_append_string(out, "[ ]");
        return;
    }
    cd_buffer_append_string(out, "[ ");
    for (size_t i = 0; i < list->count; i++) {
        cd_buffer_append_string(out, i ? ", " : "");
        append_line_masked(out, list->lines[i]);
    }
    cd_buffer_append_string(out, " ]");
}

bool settings_properties_equal(const struct cd_properties *a, const struct cd_properties *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->lines[i], b->lines[i]) != 0)
            return false;
    return true;
}
