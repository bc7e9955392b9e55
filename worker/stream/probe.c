#include "copydesk/probe.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client_config.h"
#include "copydesk/metrics.h"

enum { SLICE_MS = 250, TEXT_BYTES = 320 };

struct probe {
    const struct cd_settings *settings;
    const struct cd_probe_listener *listener;
    struct cd_error *error; /* the first thing that is wrong */
    enum cd_status status;
    uint64_t deadline_us;
    bool is_group_refused;         /* seen while reading: librdkafka asks for the coordinator by itself */
    rd_kafka_resp_err_t last_code; /* what librdkafka complained of last */
    char last_text[TEXT_BYTES];
};

/* ---- findings ------------------------------------------------------------------------------ */

__attribute__((format(printf, 4, 5))) static void tell(struct probe *probe, enum cd_status status,
                                                       const char *where, const char *format, ...)
{
    char message[sizeof((struct cd_error *)0)->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    struct cd_error finding = {.status = status};
    cd_fail(&finding, status, where, "%s", message);
    if (probe->listener)
        probe->listener->found(probe->listener->context, &finding);
    if (status == CD_OK || probe->status != CD_OK)
        return;
    probe->status = status;
    if (probe->error)
        *probe->error = finding;
}

static int left_ms(const struct probe *probe)
{
    uint64_t now_us = cd_monotonic_us();
    return now_us < probe->deadline_us ? (int)((probe->deadline_us - now_us) / 1000) : 0;
}

static int slice_ms(const struct probe *probe)
{
    int left = left_ms(probe);
    return left < SLICE_MS ? left : SLICE_MS;
}

/* What a person can do about it. */
static const char *advice(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        return "give this user the rights (ACL) to read the raw topic and to write to the others";
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        return "give this user the right (ACL) to read the consumer group";
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
        return "give this user the right (ACL) to write with transactional ids of this prefix";
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
        return "with fewer than three brokers, offsets.topic.replication.factor, "
               "transaction.state.log.replication.factor and transaction.state.log.min.isr must be lowered "
               "there";
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
        return "the broker is older than Kafka 0.11, or set worker.delivery = \"at_least_once\"";
    default:
        return "see the broker's log";
    }
}

static enum cd_status status_of(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        return CD_NOT_FOUND;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
        return CD_IO;
    default:
        return CD_INVALID;
    }
}

/* ---- clients ------------------------------------------------------------------------------- */

static void stay_quiet(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
    (void)client, (void)level, (void)facility, (void)text;
}

/* "All brokers are down" is kept only when nothing better was said. */
static void remember_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    (void)client;
    struct probe *probe = opaque;
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && probe->last_code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    probe->last_code = (rd_kafka_resp_err_t)code;
    snprintf(probe->last_text, sizeof probe->last_text, "%s", reason);
}

/* A client of that kind with one property of ours on top; NULL after telling why not. */
static rd_kafka_t *make_client(struct probe *probe, enum cd_client_kind kind, const char *name,
                               const char *value)
{
    char reason[TEXT_BYTES] = "";
    struct cd_error error = {0};
    rd_kafka_conf_t *conf;
    if (cd_client_config(probe->settings, kind, &conf, &error) != CD_OK) {
        tell(probe, error.status, error.where, "%s", error.message);
        return NULL;
    }
    rd_kafka_conf_set_log_cb(conf, stay_quiet);
    rd_kafka_conf_set_error_cb(conf, remember_error);
    rd_kafka_conf_set_opaque(conf, probe);
    rd_kafka_type_t type = kind == CD_CLIENT_CONSUMER ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER;
    rd_kafka_t *client = NULL;
    if (rd_kafka_conf_set(conf, name, value, reason, sizeof reason) == RD_KAFKA_CONF_OK)
        client = rd_kafka_new(type, conf, reason, sizeof reason);
    if (!client) {
        tell(probe, CD_INVALID, "librdkafka", "%s", reason);
        rd_kafka_conf_destroy(conf);
    }
    return client;
}

/* ---- the broker ---------------------------------------------------------------------------- */

static bool is_final(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
           code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED || code == RD_KAFKA_RESP_ERR__SSL;
}

static void tell_unreachable(struct probe *probe, uint64_t waited_us)
{
    const struct cd_settings *settings = probe->settings;
    const char *said = probe->last_text[0] ? probe->last_text : "it does not answer";
    if (probe->last_code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
        probe->last_code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED)
        tell(probe, CD_INVALID, "kafka.username", "the broker refuses user \"%s\": %s",
             settings->kafka.username, said);
    else if (probe->last_code == RD_KAFKA_RESP_ERR__SSL)
        tell(probe, CD_INVALID, "kafka.properties", "no encrypted connection to %s: %s",
             settings->kafka.brokers, said);
    else
        tell(probe, CD_IO, "kafka.brokers", "no broker answers at %s (tried for %" PRIu64 " ms): %s",
             settings->kafka.brokers, waited_us / 1000, said);
}

/* Ask for the cluster until it answers, in slices, so that a refused password is seen at once. */
static bool reach_broker(struct probe *probe, rd_kafka_t *client)
{
    uint64_t begin_us = cd_monotonic_us();
    while (left_ms(probe) > 0 && !is_final(probe->last_code)) {
        const struct rd_kafka_metadata *metadata;
        rd_kafka_resp_err_t code = rd_kafka_metadata(client, 0, NULL, &metadata, slice_ms(probe));
        rd_kafka_poll(client, 0);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            continue;
        tell(probe, CD_OK, "kafka.brokers", "%s answers, %d broker%s in the cluster",
             probe->settings->kafka.brokers, metadata->broker_cnt, metadata->broker_cnt == 1 ? "" : "s");
        rd_kafka_metadata_destroy(metadata);
        return true;
    }
    tell_unreachable(probe, cd_monotonic_us() - begin_us);
    return false;
}

/* ---- topics -------------------------------------------------------------------------------- */

static rd_kafka_resp_err_t ask_for_topic(struct probe *probe, rd_kafka_t *client, const char *topic,
                                         const struct rd_kafka_metadata **metadata)
{
    rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
    if (!handle)
        return rd_kafka_last_error();
    rd_kafka_resp_err_t code = rd_kafka_metadata(client, 0, handle, metadata, left_ms(probe));
    rd_kafka_topic_destroy(handle);
    return code;
}

static void tell_topic_error(struct probe *probe, const char *setting, const char *topic,
                             rd_kafka_resp_err_t code)
{
    if (status_of(code) == CD_NOT_FOUND)
        tell(probe, CD_NOT_FOUND, setting, "there is no topic \"%s\": create it, or set %s", topic, setting);
    else
        tell(probe, status_of(code), setting, "topic \"%s\": %s; %s", topic, rd_kafka_err2str(code),
             advice(code));
}

/* A partition without a leader; -1 when all have one. */
static int32_t leaderless_partition(const struct rd_kafka_metadata_topic *topic)
{
    for (int i = 0; i < topic->partition_cnt; i++)
        if (topic->partitions[i].leader < 0)
            return topic->partitions[i].id;
    return -1;
}

static bool find_topic(struct probe *probe, rd_kafka_t *client, const char *setting, const char *topic)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = ask_for_topic(probe, client, topic, &metadata);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && metadata && metadata->topic_cnt == 1)
        code = metadata->topics[0].err;
    bool is_well = metadata && code == RD_KAFKA_RESP_ERR_NO_ERROR;
    int32_t leaderless = is_well ? leaderless_partition(&metadata->topics[0]) : -1;
    if (!is_well)
        tell_topic_error(probe, setting, topic, code);
    else if (leaderless >= 0)
        tell(probe, CD_IO, setting, "topic \"%s\": partition %" PRId32 " has no leader; is a broker down?",
             topic, leaderless);
    else
        tell(probe, CD_OK, setting, "topic \"%s\" has %d partition%s", topic,
             metadata->topics[0].partition_cnt, metadata->topics[0].partition_cnt == 1 ? "" : "s");
    if (metadata)
        rd_kafka_metadata_destroy(metadata);
    return is_well && leaderless < 0;
}

/* True when the raw topic is there; the others are only told of. */
static bool find_topics(struct probe *probe, rd_kafka_t *client)
{
    const struct cd_settings *settings = probe->settings;
    bool has_raw = find_topic(probe, client, "topics.raw", settings->topics.raw);
    find_topic(probe, client, "topics.enriched", settings->topics.enriched);
    find_topic(probe, client, "topics.deadletter", settings->topics.deadletter);
    if (settings->status.interval_ms > 0)
        find_topic(probe, client, "topics.status", settings->topics.status);
    return has_raw;
}

/* ---- reading ------------------------------------------------------------------------------- */

/* The first answer to a fetch at the end of a partition: a message, the end, or an error. */
static rd_kafka_resp_err_t first_answer(struct probe *probe, rd_kafka_t *consumer)
{
    while (left_ms(probe) > 0) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, slice_ms(probe));
        if (!message)
            continue;
        rd_kafka_resp_err_t code = message->err;
        rd_kafka_message_destroy(message);
        if (code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) {
            probe->is_group_refused = true;
            continue;
        }
        return code == RD_KAFKA_RESP_ERR__PARTITION_EOF ? RD_KAFKA_RESP_ERR_NO_ERROR : code;
    }
    return RD_KAFKA_RESP_ERR__TIMED_OUT;
}

/* Partition 0 is assigned by hand, which does not touch the group. */
static void try_reading(struct probe *probe, rd_kafka_t *consumer)
{
    const char *topic = probe->settings->topics.raw;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, 0)->offset = RD_KAFKA_OFFSET_END;
    rd_kafka_resp_err_t code = rd_kafka_assign(consumer, list);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        code = first_answer(probe, consumer);
    rd_kafka_assign(consumer, NULL);
    rd_kafka_topic_partition_list_destroy(list);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        tell(probe, CD_OK, "topics.raw", "topic \"%s\" can be read", topic);
    else
        tell(probe, status_of(code), "topics.raw", "topic \"%s\" cannot be read: %s; %s", topic,
             rd_kafka_err2str(code), advice(code));
}

static void try_group(struct probe *probe, rd_kafka_t *consumer)
{
    const char *group = probe->settings->kafka.group;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, probe->settings->topics.raw, 0);
    rd_kafka_resp_err_t code = probe->is_group_refused
                                   ? RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED /* it would ask in vain */
                                   : rd_kafka_committed(consumer, list, left_ms(probe));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        code = list->elems[0].err;
    rd_kafka_topic_partition_list_destroy(list);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        tell(probe, CD_OK, "kafka.group", "group \"%s\": its offsets can be read", group);
    else
        tell(probe, status_of(code), "kafka.group", "group \"%s\": its offsets cannot be read: %s; %s", group,
             rd_kafka_err2str(code), advice(code));
}

/* ---- transactions -------------------------------------------------------------------------- */

/* An empty transaction: begun, then aborted. */
static rd_kafka_error_t *open_and_abort(struct probe *probe, rd_kafka_t *producer)
{
    rd_kafka_error_t *error = rd_kafka_init_transactions(producer, left_ms(probe));
    if (!error)
        error = rd_kafka_begin_transaction(producer);
    if (!error)
        error = rd_kafka_abort_transaction(producer, left_ms(probe));
    return error;
}

static void try_transactions(struct probe *probe)
{
    if (left_ms(probe) == 0) {
        tell(probe, CD_IO, "worker.delivery", "transactions were not tried: the time was up");
        return;
    }
    char id[TEXT_BYTES], id_of_ours[TEXT_BYTES + 8];
    cd_transactional_id(probe->settings, id, sizeof id);
    snprintf(id_of_ours, sizeof id_of_ours, "%s-check", id);
    rd_kafka_t *producer = make_client(probe, CD_CLIENT_PRODUCER, "transactional.id", id_of_ours);
    if (!producer)
        return;
    rd_kafka_error_t *error = open_and_abort(probe, producer);
    if (error)
        tell(probe, status_of(rd_kafka_error_code(error)), "worker.delivery",
             "no transaction can be opened as \"%s\": %s; %s", id_of_ours, rd_kafka_error_string(error),
             advice(rd_kafka_error_code(error)));
    else
        tell(probe, CD_OK, "worker.delivery", "transactions can be opened as \"%s\"", id_of_ours);
    rd_kafka_error_destroy(error);
    rd_kafka_destroy(producer);
}

/* ---- all of it ----------------------------------------------------------------------------- */

static void probe_all(struct probe *probe, rd_kafka_t *consumer)
{
    if (!reach_broker(probe, consumer))
        return;
    if (find_topics(probe, consumer)) {
        try_reading(probe, consumer);
        try_group(probe, consumer);
    }
    if (probe->settings->worker.delivery == CD_EXACTLY_ONCE)
        try_transactions(probe);
}

enum cd_status cd_probe_broker(const struct cd_settings *settings, int64_t timeout_ms,
                               const struct cd_probe_listener *listener, struct cd_error *error)
{
    struct probe probe = {
        .settings = settings,
        .listener = listener,
        .error = error,
        .deadline_us = cd_monotonic_us() + (uint64_t)timeout_ms * 1000,
    };
    rd_kafka_t *consumer = make_client(&probe, CD_CLIENT_CONSUMER, "enable.partition.eof", "true");
    if (!consumer)
        return probe.status;
    probe_all(&probe, consumer);
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return probe.status;
}
