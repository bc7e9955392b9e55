#include "feeder.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>
#include <string.h>

#include "client_config.h"

enum { POLL_WHEN_FULL_MS = 100 };

struct cd_feeder {
    rd_kafka_t *client;
    char *topic;
    struct cd_feed_counts counts;
    char first_failure[256];      /* why the first message was not delivered */
    char connection_trouble[256]; /* what the client said of the connection last */
};

/* ---- what librdkafka calls (from rd_kafka_poll, so in our thread) -------------------------- */

static void note_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *context)
{
    (void)client;
    struct cd_feeder *feeder = context;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        feeder->counts.delivered++;
        feeder->counts.delivered_bytes += message->len;
        return;
    }
    feeder->counts.failed++;
    if (!feeder->first_failure[0])
        snprintf(feeder->first_failure, sizeof feeder->first_failure, "%s", rd_kafka_err2str(message->err));
}

static void note_trouble(rd_kafka_t *client, int code, const char *reason, void *context)
{
    (void)client;
    (void)code;
    struct cd_feeder *feeder = context;
    snprintf(feeder->connection_trouble, sizeof feeder->connection_trouble, "%s", reason);
}

/* The client's own lines on standard error say less than our errors. */
static void drop_log(const rd_kafka_t *client, int level, const char *facility, const char *line)
{
    (void)client;
    (void)level;
    (void)facility;
    (void)line;
}

/* ---- open and close ------------------------------------------------------------------------ */

static enum cd_status connect_client(struct cd_feeder *feeder, const struct cd_settings *settings,
                                     struct cd_error *error)
{
    rd_kafka_conf_t *conf;
    char reason[256];
    enum cd_status status = cd_client_config(settings, CD_CLIENT_PLAIN, &conf, error);
    if (status != CD_OK)
        return status;
    if (rd_kafka_conf_set(conf, "partitioner", "murmur2_random", reason, sizeof reason) != RD_KAFKA_CONF_OK) {
        rd_kafka_conf_destroy(conf);
        return cd_fail(error, CD_INVALID, "partitioner", "%s", reason);
    }
    rd_kafka_conf_set_opaque(conf, feeder);
    rd_kafka_conf_set_dr_msg_cb(conf, note_delivery);
    rd_kafka_conf_set_error_cb(conf, note_trouble);
    rd_kafka_conf_set_log_cb(conf, drop_log);
    feeder->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (feeder->client)
        return CD_OK;
    rd_kafka_conf_destroy(conf);
    return cd_fail(error, CD_INVALID, NULL, "no Kafka client: %s", reason);
}

static enum cd_status find_topic(struct cd_feeder *feeder, const char *brokers, int timeout_ms,
                                 struct cd_error *error)
{
    const rd_kafka_metadata_t *metadata = NULL;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(feeder->client, feeder->topic, NULL);
    if (!topic)
        return cd_fail(error, CD_INVALID, feeder->topic, "not a topic name that can be used");
    rd_kafka_resp_err_t code = rd_kafka_metadata(feeder->client, 0, topic, &metadata, timeout_ms);
    rd_kafka_topic_destroy(topic);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_poll(feeder->client, 0);
        const char *reason =
            feeder->connection_trouble[0] ? feeder->connection_trouble : rd_kafka_err2str(code);
        return cd_fail(error, CD_IO, brokers, "no answer from the broker: %s", reason);
    }
    rd_kafka_resp_err_t topic_code =
        metadata->topic_cnt ? metadata->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN;
    rd_kafka_metadata_destroy(metadata);
    if (topic_code == RD_KAFKA_RESP_ERR_NO_ERROR || topic_code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
        return CD_OK; /* a topic that is just being made has no leader yet */
    return cd_fail(error, CD_NOT_FOUND, feeder->topic, "cannot write to this topic: %s",
                   rd_kafka_err2str(topic_code));
}

enum cd_status cd_feeder_open(const struct cd_settings *settings, const char *topic, int timeout_ms,
                              struct cd_feeder **opened, struct cd_error *error)
{
    struct cd_feeder *feeder = calloc(1, sizeof *feeder);
    if (feeder)
        feeder->topic = strdup(topic);
    if (!feeder || !feeder->topic) {
        free(feeder);
        return cd_fail(error, CD_MEMORY, NULL, "no memory for a Kafka client");
    }
    enum cd_status status = connect_client(feeder, settings, error);
    if (status == CD_OK)
        status = find_topic(feeder, settings->kafka.brokers, timeout_ms, error);
    if (status != CD_OK) {
        cd_feeder_close(feeder);
        return status;
    }
    *opened = feeder;
    return CD_OK;
}

void cd_feeder_close(struct cd_feeder *feeder)
{
    if (!feeder)
        return;
    if (feeder->client) {
        rd_kafka_purge(feeder->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_destroy(feeder->client);
    }
    free(feeder->topic);
    free(feeder);
}

/* ---- send ---------------------------------------------------------------------------------- */

static rd_kafka_headers_t *make_headers(const struct cd_feed_message *message)
{
    if (message->header_count == 0)
        return NULL;
    rd_kafka_headers_t *headers = rd_kafka_headers_new(message->header_count);
    for (size_t i = 0; i < message->header_count; i++) {
        const struct cd_feed_header *header = &message->headers[i];
        rd_kafka_header_add(headers, header->name, -1, header->value.bytes, (ssize_t)header->value.length);
    }
    return headers;
}

/* One try; headers are taken over by the client only when it succeeds. */
static rd_kafka_resp_err_t produce(struct cd_feeder *feeder, const struct cd_feed_message *message)
{
    rd_kafka_headers_t *headers = make_headers(message);
    rd_kafka_resp_err_t code = rd_kafka_producev(
        feeder->client, RD_KAFKA_V_TOPIC(feeder->topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(message->key.bytes, message->key.length),
        RD_KAFKA_V_VALUE((void *)message->value.bytes, message->value.length),
        RD_KAFKA_V_TIMESTAMP(message->timestamp_ms), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR && headers)
        rd_kafka_headers_destroy(headers);
    return code;
}

enum cd_status cd_feeder_send(struct cd_feeder *feeder, const struct cd_feed_message *message,
                              struct cd_error *error)
{
    rd_kafka_resp_err_t code;
    while ((code = produce(feeder, message)) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        rd_kafka_poll(feeder->client, POLL_WHEN_FULL_MS);
    feeder->counts.sent++;
    rd_kafka_poll(feeder->client, 0);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return CD_OK;
    feeder->counts.failed++;
    return cd_fail(error, CD_INVALID, feeder->topic, "not sent: %s", rd_kafka_err2str(code));
}

enum cd_status cd_feeder_finish(struct cd_feeder *feeder, int timeout_ms, struct cd_error *error)
{
    rd_kafka_resp_err_t code = rd_kafka_flush(feeder->client, timeout_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        const char *trouble = feeder->connection_trouble;
        return cd_fail(error, CD_IO, feeder->topic, "%d messages are still not delivered: %s",
                       rd_kafka_outq_len(feeder->client), trouble[0] ? trouble : rd_kafka_err2str(code));
    }
    if (feeder->counts.failed)
        return cd_fail(error, CD_IO, feeder->topic, "%llu messages were not delivered: %s",
                       (unsigned long long)feeder->counts.failed,
                       feeder->first_failure[0] ? feeder->first_failure : "refused by the client");
    return CD_OK;
}

struct cd_feed_counts cd_feeder_counts(const struct cd_feeder *feeder)
{
    return feeder->counts;
}
