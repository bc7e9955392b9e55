#include "dead_letter.h"

#include <stdio.h>

#include "copydesk/copydesk.h"
#include "headers.h"

static void add(rd_kafka_headers_t *headers, const char *name, const char *value)
{
    rd_kafka_header_add(headers, name, -1, value, -1);
}

static void add_integer(rd_kafka_headers_t *headers, const char *name, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)value);
    add(headers, name, text);
}

/* Connect's stages and exceptions are Java's; ours name the step and the status. */
static void add_connect_headers(rd_kafka_headers_t *headers, const rd_kafka_message_t *message,
                                const struct cd_settings *settings, const struct cd_error *reason)
{
    char class_name[64];
    snprintf(class_name, sizeof class_name, "copydesk.%s", cd_status_name(reason->status));
    add(headers, "__connect.errors.topic", rd_kafka_topic_name(message->rkt));
    add_integer(headers, "__connect.errors.partition", message->partition);
    add_integer(headers, "__connect.errors.offset", message->offset);
    add(headers, "__connect.errors.connector.name", settings->kafka.group);
    add(headers, "__connect.errors.task.id", settings->worker.id);
    add(headers, "__connect.errors.stage", reason->status == CD_LIMIT ? "TASK_PUT" : "VALUE_CONVERTER");
    add(headers, "__connect.errors.class.name", "copydesk");
    add(headers, "__connect.errors.exception.class.name", class_name);
    add(headers, "__connect.errors.exception.message", reason->message);
}

rd_kafka_headers_t *cd_headers_for_dead_letter(const rd_kafka_message_t *message,
                                               const struct cd_settings *settings,
                                               const struct cd_error *reason,
                                               enum cd_dead_letter_extent extent)
{
    rd_kafka_headers_t *headers =
        extent == CD_DEAD_LETTER_BARE ? rd_kafka_headers_new(16) : cd_headers_copy(message);
    add_connect_headers(headers, message, settings, reason);
    add(headers, "copydesk.error.status", cd_status_name(reason->status));
    add(headers, "copydesk.error.where", reason->where);
    add(headers, "copydesk.error.message", reason->message);
    if (extent != CD_DEAD_LETTER_WHOLE)
        add_integer(headers, "copydesk.error.value_omitted", (int64_t)message->len);
    add(headers, "copydesk-version", cd_version());
    return headers;
}
