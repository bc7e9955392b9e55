#include "produce.h"

#include <stdio.h>
#include <string.h>

#include "client.h"
#include "copydesk/metrics.h"

enum { FLUSH_MS = 120000 };

static bool produce_one(rd_kafka_t *client, const char *topic, uint32_t number,
                        const struct numbered_message *message)
{
    char text[16];
    snprintf(text, sizeof text, "%u", number);
    void *value = message->kind == NUMBERED_TOMBSTONE ? NULL : message->value.bytes;
    rd_kafka_resp_err_t error;
    do {
        error = rd_kafka_producev(
            client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_KEY(message->key, strlen(message->key)),
            RD_KAFKA_V_VALUE(value, message->value.length), RD_KAFKA_V_HEADER("number", text, -1),
            RD_KAFKA_V_HEADER("traceparent", message->trace_parent, -1), RD_KAFKA_V_END);
        rd_kafka_poll(client, error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 100 : 0);
    } while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL);
    if (error)
        fprintf(stderr, "checker: %s: %s\n", topic, rd_kafka_err2str(error));
    return error == RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* Wait until message `sent` is due. */
static void keep_pace(rd_kafka_t *client, uint64_t start_us, uint32_t sent, unsigned per_second)
{
    if (per_second == 0)
        return;
    uint64_t due_us = start_us + (uint64_t)sent * 1000000 / per_second;
    for (uint64_t now_us = cd_monotonic_us(); now_us < due_us; now_us = cd_monotonic_us())
        rd_kafka_poll(client, (int)((due_us - now_us) / 1000) + 1);
}

bool produce_plan(const struct verify_options *options, uint32_t first, unsigned per_second)
{
    const char *const properties[] = {
        "enable.idempotence", "true", "linger.ms", "20", "message.timeout.ms", "0", "log_level", "2", NULL};
    rd_kafka_t *client = client_new(RD_KAFKA_PRODUCER, options->broker, properties);
    struct numbered_message message = {0};
    uint64_t start_us = cd_monotonic_us();
    bool sent = client != NULL;
    for (uint32_t number = first; sent && number < options->plan.count; number++) {
        keep_pace(client, start_us, number - first, per_second);
        sent = numbered_make(&options->plan, number, &message) &&
               produce_one(client, options->raw, number, &message);
    }
    cd_buffer_free(&message.value);
    if (!client)
        return false;
    sent &= rd_kafka_flush(client, FLUSH_MS) == RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_destroy(client);
    return sent;
}
