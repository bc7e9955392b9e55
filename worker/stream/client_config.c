#include "client_config.h"

#include <stdio.h>
#include <string.h>

#include "copydesk/copydesk.h"

enum { VALUE_BYTES_MAX = 1024 };

/* The producer's own limit is set high, so that the broker's decides; record.bytes_max is ours (publish.c).
 */
enum { MESSAGE_BYTES_FLOOR = 64 << 20, MESSAGE_BYTES_CEILING = 1000000000 };
enum { FETCH_BYTES_FLOOR = 1 << 20, FETCH_BYTES_CEILING = 50 << 20 };

/* Properties that belong to a guarantee or to a setting of ours. */
static const struct {
    const char *name, *instead;
} reserved[] = {
    {"bootstrap.servers", "use kafka.brokers"},
    {"metadata.broker.list", "use kafka.brokers"},
    {"group.id", "use kafka.group"},
    {"transactional.id", "use kafka.transactional_id"},
    {"transaction.timeout.ms", "use batch.transaction_timeout_ms"},
    {"sasl.password", "use COPYDESK_KAFKA_PASSWORD or kafka.password_file"},
    {"enable.auto.commit", "offsets are committed with what came of their messages"},
    {"enable.auto.offset.store", "offsets are committed with what came of their messages"},
    {"enable.idempotence", "use worker.delivery"},
    {"partition.assignment.strategy", "the worker is built for cooperative-sticky"},
    {"delivery.report.only.error", "the worker counts on it"},
    {"log.queue", "log lines are written by the thread that makes the Kafka calls"},
    {"test.mock.num.brokers", "use kafka.embedded"},
};

/* A configuration being built; the first failure sticks. */
struct builder {
    rd_kafka_conf_t *conf;
    enum cd_status status;
    struct cd_error *error;
};

static void put(struct builder *b, const char *name, const char *value)
{
    char reason[256];
    if (b->status != CD_OK)
        return;
    if (rd_kafka_conf_set(b->conf, name, value, reason, sizeof reason) != RD_KAFKA_CONF_OK)
        b->status = cd_fail(b->error, CD_INVALID, "librdkafka", "%s = %s: %s", name, value, reason);
}

static void put_integer(struct builder *b, const char *name, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)value);
    put(b, name, text);
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

static const char *reason_to_refuse(const char *name)
{
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(name, reserved[i].name) == 0)
            return reserved[i].instead;
    return NULL;
}

/* One "name=value" line of the user's. The value is not repeated in messages: it may be a secret. */
static void put_property(struct builder *b, const char *setting, const char *line)
{
    char name[128], reason[256];
    const char *equals = strchr(line, '=');
    size_t length = equals ? (size_t)(equals - line) : 0;
    if (b->status != CD_OK)
        return;
    if (length == 0 || length >= sizeof name) {
        b->status = cd_fail(b->error, CD_INVALID, setting, "\"%.80s\" is not of the form name=value", line);
        return;
    }
    memcpy(name, line, length);
    name[length] = '\0';
    const char *instead = reason_to_refuse(name);
    if (instead)
        b->status = cd_fail(b->error, CD_INVALID, setting, "%s cannot be set here: %s", name, instead);
    else if (rd_kafka_conf_set(b->conf, name, equals + 1, reason, sizeof reason) != RD_KAFKA_CONF_OK)
        b->status = cd_fail(b->error, CD_INVALID, setting, "%s: %s", name, reason);
}

static void put_properties(struct builder *b, const char *setting, const struct cd_properties *properties)
{
    for (size_t i = 0; i < properties->count; i++)
        put_property(b, setting, properties->lines[i]);
}

static void put_connection(struct builder *b, const struct cd_settings *settings)
{
    char client_id[VALUE_BYTES_MAX];
    snprintf(client_id, sizeof client_id, "copydesk-%s", settings->worker.id);
    put(b, "bootstrap.servers", settings->kafka.brokers);
    put(b, "client.id", client_id);
    put(b, "client.software.name", "copydesk");
    put(b, "client.software.version", cd_version());
    put(b, "socket.nagle.disable", "true");
}

/* With a user name: encrypted and never in clear, unless the properties say otherwise. */
static void put_credentials(struct builder *b, const struct cd_settings *settings)
{
    if (!settings->kafka.username || !*settings->kafka.username)
        return;
    put(b, "security.protocol", "sasl_ssl");
    put(b, "sasl.mechanisms", "SCRAM-SHA-512");
    put(b, "sasl.username", settings->kafka.username);
    put(b, "sasl.password", settings->kafka.password ? settings->kafka.password : "");
}

/* Half of batch.queue_bytes_max is for librdkafka's fetch queue; the other half is for batches in the worker.
 * One fetch may overshoot the queue by its own size, so it is kept to a quarter of it. */
static void put_fetch_limits(struct builder *b, const struct cd_settings *settings)
{
    int64_t queue_bytes = settings->batch.queue_bytes_max / 2;
    int64_t fetch_bytes = clamp(queue_bytes / 4, FETCH_BYTES_FLOOR, FETCH_BYTES_CEILING);
    put_integer(b, "queued.max.messages.kbytes", clamp(queue_bytes / 1024, 1, 2097151));
    put_integer(b, "queued.min.messages", clamp(settings->batch.count_max * 4, 1000, 100000));
    put_integer(b, "fetch.max.bytes", fetch_bytes);
    put_integer(b, "fetch.message.max.bytes", clamp(fetch_bytes, 1, 1 << 20));
    put_integer(b, "receive.message.max.bytes", (int64_t)2 * FETCH_BYTES_CEILING);
}

static void put_consumer_defaults(struct builder *b, const struct cd_settings *settings)
{
    put(b, "auto.offset.reset", "earliest");
    put(b, "isolation.level", "read_committed");
    put(b, "session.timeout.ms", "10000"); /* how long a killed worker's partitions wait for another */
    put(b, "heartbeat.interval.ms", "1000");
    put(b, "fetch.wait.max.ms", "100");
    put(b, "fetch.error.backoff.ms", "100");
    put(b, "enable.partition.eof", "true"); /* shows the true end behind control markers: lag */
    put_fetch_limits(b, settings);
}

static void put_consumer_guarantees(struct builder *b, const struct cd_settings *settings)
{
    put(b, "group.id", settings->kafka.group);
    put(b, "enable.auto.commit", "false");
    put(b, "enable.auto.offset.store", "false");
    put(b, "partition.assignment.strategy", "cooperative-sticky");
    put(b, "allow.auto.create.topics", "false");
}

static void put_producer_defaults(struct builder *b, const struct cd_settings *settings)
{
    int64_t message_bytes = clamp(settings->record.bytes_max, MESSAGE_BYTES_FLOOR, MESSAGE_BYTES_CEILING);
    put(b, "compression.type", "lz4");
    put(b, "linger.ms", "5");
    put_integer(b, "message.max.bytes", message_bytes);
    /* A set of messages must pass where one record passes (the topic's max.message.bytes). */
    put_integer(b, "batch.size", clamp(settings->record.bytes_max, 1, 1000000));
    put_integer(b, "queue.buffering.max.kbytes",
                clamp(settings->batch.queue_bytes_max / 1024, 65536, 2097151));
}

static void put_producer_guarantees(struct builder *b, const struct cd_settings *settings)
{
    char id[VALUE_BYTES_MAX];
    put(b, "enable.idempotence", "true");
    put(b, "delivery.report.only.error", "true");
    if (settings->worker.delivery != CD_EXACTLY_ONCE)
        return;
    cd_transactional_id(settings, id, sizeof id);
    put(b, "transactional.id", id);
    put_integer(b, "transaction.timeout.ms", settings->batch.transaction_timeout_ms);
}

static void put_status_defaults(struct builder *b)
{
    put(b, "acks", "1");
    put(b, "message.timeout.ms", "5000");
    put(b, "queue.buffering.max.messages", "100");
    put(b, "linger.ms", "0");
}

static void put_defaults(struct builder *b, const struct cd_settings *settings, enum cd_client_kind kind)
{
    put_connection(b, settings);
    put_credentials(b, settings);
    if (kind == CD_CLIENT_CONSUMER)
        put_consumer_defaults(b, settings);
    else if (kind == CD_CLIENT_PRODUCER)
        put_producer_defaults(b, settings);
    else if (kind == CD_CLIENT_STATUS)
        put_status_defaults(b);
}

static void put_users(struct builder *b, const struct cd_settings *settings, enum cd_client_kind kind)
{
    put_properties(b, "kafka.properties", &settings->kafka.properties);
    if (kind == CD_CLIENT_CONSUMER)
        put_properties(b, "kafka.consumer_properties", &settings->kafka.consumer_properties);
    else if (kind == CD_CLIENT_PRODUCER)
        put_properties(b, "kafka.producer_properties", &settings->kafka.producer_properties);
}

static void put_guarantees(struct builder *b, const struct cd_settings *settings, enum cd_client_kind kind)
{
    if (kind != CD_CLIENT_PLAIN)
        put(b, "log.queue", "true"); /* cd_kafka_serve_log */
    if (kind == CD_CLIENT_CONSUMER)
        put_consumer_guarantees(b, settings);
    else if (kind == CD_CLIENT_PRODUCER)
        put_producer_guarantees(b, settings);
}

enum cd_status cd_client_config(const struct cd_settings *settings, enum cd_client_kind kind,
                                rd_kafka_conf_t **conf, struct cd_error *error)
{
    struct builder b = {.conf = rd_kafka_conf_new(), .status = CD_OK, .error = error};
    put_defaults(&b, settings, kind);
    put_users(&b, settings, kind);
    put_guarantees(&b, settings, kind);
    if (b.status != CD_OK) {
        rd_kafka_conf_destroy(b.conf);
        return b.status;
    }
    *conf = b.conf;
    return CD_OK;
}

void cd_transactional_id(const struct cd_settings *settings, char *out, size_t size)
{
    if (settings->kafka.transactional_id && *settings->kafka.transactional_id)
        snprintf(out, size, "%s", settings->kafka.transactional_id);
    else
        snprintf(out, size, "%s-%s", settings->kafka.group, settings->worker.id);
}
