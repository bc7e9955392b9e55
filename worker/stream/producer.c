#include "producer.h"

#include <inttypes.h>

#include "client_config.h"
#include "copydesk/metrics.h"
#include "kafka_error.h"

enum { SLICE_MS = 250, LEAST_COMMIT_MS = 1000, ABORT_FLUSH_MS = 1000, STOP_AT_ONCE = 2 };

static bool must_stop(const struct cd_producer *producer)
{
    return atomic_load(producer->stop) >= STOP_AT_ONCE;
}

static int remaining_ms(uint64_t deadline_us)
{
    uint64_t now_us = cd_monotonic_us();
    return deadline_us <= now_us ? 0 : (int)((deadline_us - now_us) / 1000);
}

static int slice_ms(uint64_t deadline_us)
{
    int remaining = remaining_ms(deadline_us);
    return remaining < SLICE_MS ? remaining : SLICE_MS;
}

static void on_log(const rd_kafka_t *client, int level, const char *facility, const char *line)
{
    const struct cd_producer *producer = rd_kafka_opaque(client);
    cd_kafka_log_line(producer->log, level, facility, line);
}

/* Connections come and go and are logged as such; what stops us comes back from the calls themselves. */
static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    (void)client;
    const struct cd_producer *producer = opaque;
    cd_log_write(producer->log, CD_LOG_DEBUG, "producer_error", "%s: %s", rd_kafka_err2name(code), reason);
}

/* Only failures are reported (delivery.report.only.error). What was purged by an abort has not failed. */
static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *report, void *opaque)
{
    (void)client;
    struct cd_producer *producer = opaque;
    if (!report->err || report->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
        report->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
        return;
    if (producer->failures++ == 0)
        producer->failure = report->err;
    const struct cd_item *item = report->_private; /* publish.c sets it; gone once the batch is settled */
    if (report->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE && producer->batch && item)
        cd_suspects_refuse(&producer->suspects, item->message->partition, item->message->offset);
}

static enum cd_status create_client(struct cd_producer *producer, struct cd_error *error)
{
    char reason[256];
    rd_kafka_conf_t *conf;
    enum cd_status status = cd_client_config(producer->settings, CD_CLIENT_PRODUCER, &conf, error);
    if (status != CD_OK)
        return status;
    rd_kafka_conf_set_opaque(conf, producer);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    producer->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (producer->client) {
        cd_kafka_serve_log(producer->client);
        return CD_OK;
    }
    rd_kafka_conf_destroy(conf);
    return cd_fail(error, CD_INVALID, "kafka.producer_properties", "%s", reason);
}

/* Initialising may be taken up again after a timeout, so it is done in slices. */
static enum cd_status init_transactions(struct cd_producer *producer, uint64_t deadline_us,
                                        struct cd_error *error)
{
    char id[512];
    cd_transactional_id(producer->settings, id, sizeof id);
    for (;;) {
        enum cd_status status =
            cd_kafka_triage(rd_kafka_init_transactions(producer->client, SLICE_MS), id, error);
        if (status != CD_RETRIABLE)
            return status;
        rd_kafka_poll(producer->client, 10);
        if (atomic_load(producer->stop) || remaining_ms(deadline_us) == 0)
            return cd_fail(error, CD_IO, id, "the transaction coordinator does not answer for this id");
    }
}

enum cd_status cd_producer_open(struct cd_producer *producer, uint64_t deadline_us, struct cd_error *error)
{
    enum cd_status status = create_client(producer, error);
    if (status == CD_OK && producer->settings->worker.delivery == CD_EXACTLY_ONCE)
        status = init_transactions(producer, deadline_us, error);
    return status;
}

void cd_producer_close(struct cd_producer *producer)
{
    if (producer->client)
        rd_kafka_destroy(producer->client);
    producer->client = NULL;
    producer->in_transaction = false;
    producer->batch = NULL;
    producer->failures = 0;
}

enum cd_status cd_producer_begin(struct cd_producer *producer, const struct cd_batch *batch,
                                 struct cd_error *error)
{
    producer->batch = batch;
    producer->failures = 0;
    producer->failure = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (producer->settings->worker.delivery != CD_EXACTLY_ONCE)
        return CD_OK;
    enum cd_status status =
        cd_kafka_triage(rd_kafka_begin_transaction(producer->client), "begin transaction", error);
    producer->in_transaction = status == CD_OK;
    return status == CD_OK ? CD_OK : CD_FATAL;
}

enum cd_status cd_producer_flush(struct cd_producer *producer, uint64_t deadline_us, struct cd_error *error)
{
    while (rd_kafka_flush(producer->client, slice_ms(deadline_us)) == RD_KAFKA_RESP_ERR__TIMED_OUT &&
           producer->failures == 0)
        if (must_stop(producer) || remaining_ms(deadline_us) == 0)
            return cd_fail(error, CD_ABORTABLE, "delivery", "%d records are not delivered in time",
                           rd_kafka_outq_len(producer->client));
    enum cd_status status = cd_kafka_fatal(producer->client, "delivery", error);
    if (status == CD_OK && producer->failures)
        status = cd_fail(error, CD_ABORTABLE, "delivery", "%" PRIu64 " records were not taken: %s",
                         producer->failures, rd_kafka_err2str(producer->failure));
    return status;
}

/* Retriable, but not to be taken up where it was left: the same arguments again. */
static enum cd_status send_offsets(struct cd_producer *producer,
                                   const rd_kafka_topic_partition_list_t *offsets,
                                   const rd_kafka_consumer_group_metadata_t *group, uint64_t deadline_us,
                                   struct cd_error *error)
{
    for (;;) {
        int timeout_ms = remaining_ms(deadline_us);
        enum cd_status status = cd_kafka_triage(
            rd_kafka_send_offsets_to_transaction(producer->client, offsets, group,
                                                 timeout_ms < LEAST_COMMIT_MS ? LEAST_COMMIT_MS : timeout_ms),
            "offsets", error);
        if (status != CD_RETRIABLE)
            return status;
        if (must_stop(producer) || remaining_ms(deadline_us) == 0)
            return CD_ABORTABLE;
        rd_kafka_poll(producer->client, 50);
    }
}

/* From here on the transaction may be committed whatever we are told, unless the answer is clear. */
static enum cd_status end_transaction(struct cd_producer *producer, uint64_t deadline_us,
                                      struct cd_error *error)
{
    int timeout_ms = remaining_ms(deadline_us);
    rd_kafka_error_t *failure = rd_kafka_commit_transaction(
        producer->client, timeout_ms < LEAST_COMMIT_MS ? LEAST_COMMIT_MS : timeout_ms);
    bool is_known = rd_kafka_error_code(failure) != RD_KAFKA_RESP_ERR__TIMED_OUT;
    enum cd_status status = cd_kafka_triage(failure, "commit", error);
    if (status == CD_RETRIABLE || (!is_known && status == CD_ABORTABLE))
        return CD_IO;
    return status;
}

enum cd_status cd_producer_commit(struct cd_producer *producer,
                                  const rd_kafka_topic_partition_list_t *offsets,
                                  const rd_kafka_consumer_group_metadata_t *group, uint64_t deadline_us,
                                  struct cd_error *error)
{
    enum cd_status status = cd_producer_flush(producer, deadline_us, error);
    if (status == CD_OK && producer->in_transaction)
        status = send_offsets(producer, offsets, group, deadline_us, error);
    if (status == CD_OK && producer->in_transaction)
        status = end_transaction(producer, deadline_us, error);
    if (status != CD_OK)
        return status;
    producer->in_transaction = false;
    producer->batch = NULL;
    return CD_OK;
}

/* Flushing first lets AddPartitionsToTxn be answered before EndTxn is sent (librdkafka #4849). A sequence
 * that failed leaves gaps that cost the next transactions aborts of their own; a new producer starts clean.
 */
enum cd_status cd_producer_abort(struct cd_producer *producer, uint64_t deadline_us, struct cd_error *error)
{
    bool is_clean = producer->failures == 0;
    enum cd_status status = CD_OK;
    if (!producer->in_transaction) {
        rd_kafka_purge(producer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_flush(producer->client, ABORT_FLUSH_MS);
        producer->batch = NULL;
        return is_clean ? cd_kafka_fatal(producer->client, "delivery", error) : CD_IO;
    }
    /* Ending a transaction while sends are on their way may be fatal (#4849): then a new producer ends it. */
    if (rd_kafka_flush(producer->client, ABORT_FLUSH_MS) == RD_KAFKA_RESP_ERR__TIMED_OUT && is_clean) {
        producer->in_transaction = false;
        producer->batch = NULL;
        return cd_fail(error, CD_IO, "abort",
                       "the brokers do not take what was sent; a new producer goes on");
    }
    do {
        int timeout_ms = remaining_ms(deadline_us);
        status = cd_kafka_triage(rd_kafka_abort_transaction(producer->client, timeout_ms < LEAST_COMMIT_MS
                                                                                  ? LEAST_COMMIT_MS
                                                                                  : timeout_ms),
                                 "abort", error);
    } while (status == CD_RETRIABLE && !must_stop(producer) && remaining_ms(deadline_us) > 0);
    if (status == CD_FATAL)
        return CD_FATAL;
    producer->in_transaction = false;
    producer->batch = NULL;
    return status == CD_OK && is_clean ? CD_OK : CD_IO;
}
