#include "forge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "copydesk/json.h"

enum { PARTITIONS_MAX = 64, READ_WAIT_MS = 60000, TRANSACTION_TIMEOUT_MS = 30000 };

struct forger {
    const struct verify_options *options;
    enum mistake mistake;
    uint32_t wrong_number;
    rd_kafka_t *producer;
    struct numbered_message message; /* the one at hand */
    struct cd_buffer value;
    char late_key[24]; /* MISTAKE_LATE: what is held back */
    struct cd_buffer late_value;
    rd_kafka_headers_t *late_headers;
    int64_t late_timestamp_ms;
    int32_t late_partition; /* -1: nothing is held back */
    int64_t ends[PARTITIONS_MAX];
    int32_t uncommitted_partition; /* -1: none */
    bool failed;
};

static void write_record(struct forger *forger, const rd_kafka_message_t *raw)
{
    struct cd_json json = cd_json_into(&forger->value);
    cd_json_begin_object(&json);
    cd_json_put_text(&json, "id", forger->message.id);
    cd_json_key(&json, "entities");
    cd_json_begin_array(&json);
    cd_json_end_array(&json);
    cd_json_key(&json, "provenance");
    cd_json_begin_object(&json);
    cd_json_key(&json, "input");
    cd_json_begin_object(&json);
    cd_json_put_text(&json, "topic", rd_kafka_topic_name(raw->rkt));
    cd_json_put_integer(&json, "partition", raw->partition);
    cd_json_put_integer(&json, "offset", raw->offset);
    cd_json_end_object(&json);
    cd_json_end_object(&json);
    cd_json_end_object(&json);
}

static rd_kafka_headers_t *output_headers(const rd_kafka_message_t *raw, bool dead)
{
    rd_kafka_headers_t *raw_headers, *headers;
    char text[24];
    headers = rd_kafka_message_headers(raw, &raw_headers) ? rd_kafka_headers_new(4)
                                                          : rd_kafka_headers_copy(raw_headers);
    if (!dead)
        return headers;
    rd_kafka_header_add(headers, "__connect.errors.topic", -1, rd_kafka_topic_name(raw->rkt), -1);
    snprintf(text, sizeof text, "%d", raw->partition);
    rd_kafka_header_add(headers, "__connect.errors.partition", -1, text, -1);
    snprintf(text, sizeof text, "%lld", (long long)raw->offset);
    rd_kafka_header_add(headers, "__connect.errors.offset", -1, text, -1);
    rd_kafka_header_add(headers, "__connect.errors.exception.message", -1, "forged", -1);
    return headers;
}

/* Takes `headers`. */
static void publish(struct forger *forger, const char *topic, int32_t partition, const char *key,
                    const struct cd_buffer *value, rd_kafka_headers_t *headers, int64_t timestamp_ms)
{
    rd_kafka_resp_err_t error =
        rd_kafka_producev(forger->producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, strlen(key)),
                          RD_KAFKA_V_VALUE(value ? value->bytes : NULL, value ? value->length : 0),
                          RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_TIMESTAMP(timestamp_ms), RD_KAFKA_V_END);
    if (error) {
        rd_kafka_headers_destroy(headers);
        forger->failed = true;
    }
    rd_kafka_poll(forger->producer, 0);
}

static void hold_back(struct forger *forger, const rd_kafka_message_t *raw, rd_kafka_headers_t *headers)
{
    memcpy(forger->late_key, forger->message.key, sizeof forger->late_key);
    cd_buffer_append(&forger->late_value, forger->value.bytes, forger->value.length);
    forger->late_headers = headers;
    forger->late_timestamp_ms = rd_kafka_message_timestamp(raw, NULL);
    forger->late_partition = raw->partition;
}

static void release_late(struct forger *forger, int32_t partition)
{
    if (forger->late_partition != partition)
        return;
    publish(forger, forger->options->enriched, partition, forger->late_key, &forger->late_value,
            forger->late_headers, forger->late_timestamp_ms);
    forger->late_partition = -1;
}

static void publish_message(struct forger *forger, const rd_kafka_message_t *raw, enum mistake mistake)
{
    bool dead = numbered_is_poison(forger->message.kind);
    const char *topic = dead ? forger->options->deadletter : forger->options->enriched;
    const struct cd_buffer *value = forger->message.kind == NUMBERED_TOMBSTONE ? NULL : &forger->value;
    int32_t partition = raw->partition;
    rd_kafka_headers_t *headers = output_headers(raw, dead);
    int64_t timestamp_ms = rd_kafka_message_timestamp(raw, NULL);

    if (mistake == MISTAKE_ALTER && forger->value.length > 12)
        forger->value.bytes[12] ^= 1;
    if (mistake == MISTAKE_MISPLACE)
        partition = (partition + 1) % client_partition_count(forger->producer, topic);
    if (mistake == MISTAKE_TWICE)
        publish(forger, topic, partition, forger->message.key, value, rd_kafka_headers_copy(headers),
                timestamp_ms);
    if (mistake == MISTAKE_DROP) {
        rd_kafka_headers_destroy(headers);
    } else if (mistake == MISTAKE_LATE) {
        hold_back(forger, raw, headers);
    } else {
        publish(forger, topic, partition, forger->message.key, value, headers, timestamp_ms);
        release_late(forger, raw->partition);
    }
}

static void take_raw(void *context, const rd_kafka_message_t *raw)
{
    struct forger *forger = context;
    char text[16] = "";
    client_header(raw, "number", text, sizeof text);
    uint32_t number = (uint32_t)strtoul(text, NULL, 10);
    enum mistake mistake = number == forger->wrong_number ? forger->mistake : MISTAKE_NONE;
    if (!numbered_make(&forger->options->plan, number, &forger->message) ||
        raw->partition >= PARTITIONS_MAX) {
        forger->failed = true;
        return;
    }
    cd_buffer_clear(&forger->value);
    if (forger->message.kind == NUMBERED_ARTICLE)
        write_record(forger, raw);
    else
        cd_buffer_append(&forger->value, forger->message.value.bytes, forger->message.value.length);
    forger->ends[raw->partition] = raw->offset + 1;
    if (mistake == MISTAKE_UNCOMMIT)
        forger->uncommitted_partition = raw->partition;
    publish_message(forger, raw, mistake);
}

static bool succeeded(rd_kafka_error_t *error)
{
    if (!error)
        return true;
    fprintf(stderr, "checker: %s\n", rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return false;
}

/* A message that must stay invisible, since its transaction is aborted. */
static bool publish_and_abort(struct forger *forger)
{
    struct cd_buffer value = {0};
    cd_buffer_append_string(&value, "aborted");
    bool done = succeeded(rd_kafka_init_transactions(forger->producer, TRANSACTION_TIMEOUT_MS)) &&
                succeeded(rd_kafka_begin_transaction(forger->producer));
    if (done) {
        publish(forger, forger->options->enriched, 0, "aborted", &value, rd_kafka_headers_new(1), 1);
        done = !rd_kafka_flush(forger->producer, TRANSACTION_TIMEOUT_MS) &&
               succeeded(rd_kafka_abort_transaction(forger->producer, TRANSACTION_TIMEOUT_MS));
    }
    cd_buffer_free(&value);
    return done;
}

static bool commit_offsets(const struct forger *forger)
{
    const char *const properties[] = {"group.id", forger->options->group, NULL};
    rd_kafka_t *consumer = client_new(RD_KAFKA_CONSUMER, forger->options->broker, properties);
    if (!consumer)
        return false;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS_MAX);
    for (int32_t partition = 0; partition < PARTITIONS_MAX; partition++)
        if (forger->ends[partition] > 0 && partition != forger->uncommitted_partition)
            rd_kafka_topic_partition_list_add(list, forger->options->raw, partition)->offset =
                forger->ends[partition];
    rd_kafka_resp_err_t error = rd_kafka_commit(consumer, list, 0);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool forge_output(const struct verify_options *options, enum mistake mistake, uint32_t number)
{
    const char *const properties[] = {"transactional.id", options->group, NULL};
    struct forger forger = {.options = options,
                            .mistake = mistake,
                            .wrong_number = number,
                            .producer = client_new(RD_KAFKA_PRODUCER, options->broker, properties),
                            .late_partition = -1,
                            .uncommitted_partition = -1};
    if (!forger.producer)
        return false;
    bool done = publish_and_abort(&forger) && succeeded(rd_kafka_begin_transaction(forger.producer)) &&
                client_read_topic(options->broker, options->raw, READ_WAIT_MS, take_raw, &forger);
    if (done && forger.late_partition >= 0)
        release_late(&forger, forger.late_partition);
    done = done && !forger.failed &&
           succeeded(rd_kafka_commit_transaction(forger.producer, TRANSACTION_TIMEOUT_MS)) &&
           commit_offsets(&forger);
    rd_kafka_destroy(forger.producer);
    cd_buffer_free(&forger.message.value);
    cd_buffer_free(&forger.value);
    cd_buffer_free(&forger.late_value);
    return done;
}
