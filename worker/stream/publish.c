#include "publish.h"

#include <inttypes.h>

#include "copydesk/metrics.h"
#include "dead_letter.h"
#include "headers.h"

enum { QUEUE_FULL_WAIT_MS = 20 };

/* One message on its way out. */
struct sending {
    const char *topic;
    int32_t partition;
    const void *value; /* NULL: a tombstone */
    size_t length;
    const rd_kafka_message_t *source; /* gives key and timestamp */
    bool without_key;
    const struct cd_item *item; /* delivery reports name it */
};

static rd_kafka_resp_err_t produce(rd_kafka_t *client, const struct sending *s, rd_kafka_headers_t *headers)
{
    rd_kafka_timestamp_type_t type;
    int64_t timestamp_ms = rd_kafka_message_timestamp(s->source, &type);
    if (type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE)
        timestamp_ms = 0; /* librdkafka's "now" */
    return rd_kafka_producev(
        client, RD_KAFKA_V_TOPIC(s->topic), RD_KAFKA_V_PARTITION(s->partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE((void *)s->value, s->length),
        RD_KAFKA_V_KEY(s->without_key ? NULL : s->source->key, s->without_key ? 0 : s->source->key_len),
        RD_KAFKA_V_TIMESTAMP(timestamp_ms), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE((void *)s->item),
        RD_KAFKA_V_END);
}

/* Send, waiting while librdkafka's queue is full. Takes the headers over. CD_LIMIT: larger than
 * message.max.bytes. */
static enum cd_status send_message(const struct cd_publisher *publisher, const struct sending *s,
                                   rd_kafka_headers_t *headers, uint64_t deadline_us, struct cd_error *error)
{
    rd_kafka_t *client = publisher->producer->client;
    rd_kafka_resp_err_t code;
    while ((code = produce(client, s, headers)) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        rd_kafka_poll(client, QUEUE_FULL_WAIT_MS);
        if (cd_monotonic_us() > deadline_us || atomic_load(publisher->producer->stop) > 1)
            break;
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return CD_OK;
    rd_kafka_headers_destroy(headers);
    enum cd_status status = code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ? CD_LIMIT
                            : code == RD_KAFKA_RESP_ERR__FATAL || code == RD_KAFKA_RESP_ERR__FENCED
                                ? CD_FATAL
                                : CD_ABORTABLE;
    return cd_fail(error, status, s->topic, "cannot send: %s", rd_kafka_err2str(code));
}

static enum cd_dead_letter_extent extent_for(enum cd_suspicion suspicion)
{
    return suspicion >= CD_SEND_BARE      ? CD_DEAD_LETTER_BARE
           : suspicion == CD_SEND_OMITTED ? CD_DEAD_LETTER_NO_VALUE
                                          : CD_DEAD_LETTER_WHOLE;
}

static void log_dead_letter(const struct cd_publisher *publisher, const rd_kafka_message_t *source,
                            const struct cd_error *reason)
{
    cd_log_write(publisher->log, CD_LOG_DEBUG, "dead_letter", "%s[%" PRId32 "]@%" PRId64 ": %s: %s",
                 rd_kafka_topic_name(source->rkt), source->partition, source->offset,
                 cd_status_name(reason->status), reason->message);
}

/* Whole if it may be; what the client itself finds too large is tried again with less. */
static enum cd_status send_dead_letter(const struct cd_publisher *publisher, struct sending *s,
                                       const struct cd_error *reason, enum cd_suspicion suspicion,
                                       uint64_t deadline_us, struct cd_error *error)
{
    enum cd_status status = CD_LIMIT;
    s->topic = publisher->settings->topics.deadletter;
    s->partition = s->source->partition % publisher->deadletter_partitions;
    log_dead_letter(publisher, s->source, reason);
    for (int extent = extent_for(suspicion); status == CD_LIMIT && extent <= CD_DEAD_LETTER_BARE; extent++) {
        rd_kafka_headers_t *headers =
            cd_headers_for_dead_letter(s->source, publisher->settings, reason, extent);
        s->value = extent == CD_DEAD_LETTER_WHOLE ? s->source->payload : NULL;
        s->length = extent == CD_DEAD_LETTER_WHOLE ? s->source->len : 0;
        s->without_key = extent == CD_DEAD_LETTER_BARE;
        status = send_message(publisher, s, headers, deadline_us, error);
    }
    return status == CD_LIMIT ? CD_FATAL : status;
}

static enum cd_status send_record(const struct cd_publisher *publisher, struct sending *s,
                                  struct cd_slice value, bool has_value, uint64_t deadline_us,
                                  struct cd_error *error)
{
    s->topic = publisher->settings->topics.enriched;
    s->partition = s->source->partition % publisher->enriched_partitions;
    s->value = !has_value ? NULL : value.bytes ? value.bytes : "";
    s->length = has_value ? value.length : 0;
    if (s->length > (size_t)publisher->settings->record.bytes_max)
        return cd_fail(error, CD_LIMIT, NULL,
                       "the record of %zu bytes is larger than record.bytes_max, %" PRId64, s->length,
                       publisher->settings->record.bytes_max);
    return send_message(publisher, s, cd_headers_for_record(s->source, has_value), deadline_us, error);
}

/* A record, unless it is known or found to be too large. */
static enum cd_status publish_item(const struct cd_publisher *publisher, const struct cd_batch *batch,
                                   size_t number, enum cd_suspicion suspicion, uint64_t deadline_us,
                                   struct cd_published *published, struct cd_error *error)
{
    const struct cd_item *item = &batch->items[number];
    struct sending s = {.source = item->message, .item = item};
    struct cd_error reason = {.status = CD_LIMIT, .message = "the broker refuses the record for its size"};
    bool is_dead = item->outcome == CD_OUTCOME_DEAD_LETTER;
    enum cd_status status = CD_LIMIT;
    if (is_dead)
        reason = cd_batch_reason(batch, item);
    else if (suspicion < CD_SEND_DEAD) {
        struct cd_slice value = {NULL, 0};
        bool has_value = item->outcome == CD_OUTCOME_RECORD;
        if (has_value)
            value = cd_batch_value(batch, item);
        status = send_record(publisher, &s, value, has_value, deadline_us, &reason);
    }
    if (status == CD_LIMIT) {
        published->dead_letters++;
        return send_dead_letter(publisher, &s, &reason, suspicion, deadline_us, error);
    }
    if (status != CD_OK) {
        *error = reason;
        return status;
    }
    published->records += item->outcome == CD_OUTCOME_RECORD;
    published->tombstones += item->outcome == CD_OUTCOME_TOMBSTONE;
    published->bytes += s.length;
    return CD_OK;
}

/* A suspect goes alone: everything before it must have left, and it before the next. */
static enum cd_status publish_alone(const struct cd_publisher *publisher, const struct cd_batch *batch,
                                    size_t number, enum cd_suspicion suspicion, uint64_t deadline_us,
                                    struct cd_published *published, struct cd_error *error)
{
    if (suspicion == CD_CANNOT_SEND)
        return cd_fail(error, CD_FATAL, publisher->settings->topics.deadletter,
                       "the broker refuses even a dead letter without value, key and headers for its size");
    enum cd_status status = cd_producer_flush(publisher->producer, deadline_us, error);
    if (status == CD_OK)
        status = publish_item(publisher, batch, number, suspicion, deadline_us, published, error);
    if (status == CD_OK)
        status = cd_producer_flush(publisher->producer, deadline_us, error);
    return status;
}

enum cd_status cd_publish_batch(const struct cd_publisher *publisher, const struct cd_batch *batch,
                                uint64_t deadline_us, struct cd_published *published, struct cd_error *error)
{
    enum cd_status status = CD_OK;
    *published = (struct cd_published){0};
    for (size_t i = 0; i < batch->count && status == CD_OK; i++) {
        const rd_kafka_message_t *source = batch->items[i].message;
        enum cd_suspicion suspicion =
            cd_suspects_find(&publisher->producer->suspects, source->partition, source->offset);
        status = suspicion == CD_NOT_SUSPECT
                     ? publish_item(publisher, batch, i, suspicion, deadline_us, published, error)
                     : publish_alone(publisher, batch, i, suspicion, deadline_us, published, error);
    }
    return status;
}
