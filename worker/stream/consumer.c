#include "consumer.h"

#include <inttypes.h>
#include <string.h>

#include "client_config.h"
#include "copydesk/metrics.h"
#include "kafka_error.h"

enum { SEEK_TIMEOUT_MS = 5000, COMMITTED_TIMEOUT_MS = 30000, CLOSE_SLICE_MS = 100 };

static void on_log(const rd_kafka_t *client, int level, const char *facility, const char *line)
{
    const struct cd_consumer *consumer = rd_kafka_opaque(client);
    cd_kafka_log_line(consumer->log, level, facility, line);
}

static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    (void)client;
    struct cd_consumer *consumer = opaque;
    cd_fail(&consumer->problem, code == RD_KAFKA_RESP_ERR__AUTHENTICATION ? CD_INVALID : CD_IO,
            rd_kafka_err2name(code), "%s", reason);
}

static void note_member(struct cd_consumer *consumer)
{
    if (consumer->member_id)
        rd_kafka_mem_free(consumer->client, consumer->member_id);
    consumer->member_id = rd_kafka_memberid(consumer->client);
}

static void log_rebalance(struct cd_consumer *consumer, const char *event,
                          const rd_kafka_topic_partition_list_t *partitions)
{
    char list[256] = "";
    size_t used = 0;
    for (int i = 0; i < partitions->cnt && used + 16 < sizeof list; i++)
        used +=
            (size_t)snprintf(list + used, sizeof list - used, " %" PRId32, partitions->elems[i].partition);
    cd_log_write(consumer->log, CD_LOG_INFO, event, "%d partitions of %s:%s", partitions->cnt,
                 consumer->settings->topics.raw, list);
}

static void assign(struct cd_consumer *consumer, const rd_kafka_topic_partition_list_t *partitions)
{
    for (int i = 0; i < partitions->cnt; i++)
        cd_partitions_assign(&consumer->partitions, partitions->elems[i].partition);
    log_rebalance(consumer, "partitions_assigned", partitions);
    rd_kafka_error_t *failure = rd_kafka_incremental_assign(consumer->client, partitions);
    if (failure)
        cd_kafka_triage(failure, "assign", &consumer->problem);
    note_member(consumer);
    consumer->assignments++;
}

static void forget(struct cd_consumer *consumer, const rd_kafka_topic_partition_list_t *partitions)
{
    for (int i = 0; i < partitions->cnt; i++)
        cd_partitions_revoke(&consumer->partitions, partitions->elems[i].partition);
}

static void revoke(struct cd_consumer *consumer, const rd_kafka_topic_partition_list_t *partitions)
{
    bool lost = rd_kafka_assignment_lost(consumer->client) != 0;
    log_rebalance(consumer, lost ? "partitions_lost" : "partitions_revoked", partitions);
    if (lost)
        forget(consumer, partitions); /* not ours to go back in */
    if (!consumer->closing)
        consumer->on_revoke(consumer->context, partitions, lost);
    forget(consumer, partitions);
    rd_kafka_error_t *failure = rd_kafka_incremental_unassign(consumer->client, partitions);
    if (failure)
        cd_kafka_triage(failure, "unassign", &consumer->problem);
}

static void on_rebalance(rd_kafka_t *client, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t *partitions, void *opaque)
{
    struct cd_consumer *consumer = opaque;
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
        assign(consumer, partitions);
    else if (code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
        revoke(consumer, partitions);
    else
        rd_kafka_assign(client, NULL);
}

enum cd_status cd_consumer_open(struct cd_consumer *consumer, struct cd_error *error)
{
    char reason[256];
    rd_kafka_conf_t *conf;
    enum cd_status status = cd_client_config(consumer->settings, CD_CLIENT_CONSUMER, &conf, error);
    if (status != CD_OK)
        return status;
    rd_kafka_conf_set_opaque(conf, consumer);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    consumer->client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof reason);
    if (!consumer->client) {
        rd_kafka_conf_destroy(conf);
        return cd_fail(error, CD_INVALID, "kafka.consumer_properties", "%s", reason);
    }
    cd_kafka_serve_log(consumer->client);
    rd_kafka_poll_set_consumer(consumer->client);
    return CD_OK;
}

enum cd_status cd_consumer_subscribe(struct cd_consumer *consumer, struct cd_error *error)
{
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, consumer->settings->topics.raw, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t code = rd_kafka_subscribe(consumer->client, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return cd_fail(error, CD_FATAL, consumer->settings->topics.raw, "cannot subscribe: %s",
                       rd_kafka_err2str(code));
    consumer->subscribed = true;
    return CD_OK;
}

/* One step of closing: callbacks are served, a message that was fetched but not taken is dropped (whoever
 * owns its partition next gets it). Not rd_kafka_queue_poll_callback, which ends the process at a message
 * (2.0.2: assertion in rd_kafka_q_serve), and not rd_kafka_queue_poll, which makes an event of a rebalance
 * instead of calling back. */
static void serve_closing(rd_kafka_queue_t *queue)
{
    rd_kafka_message_t *message = rd_kafka_consume_queue(queue, CLOSE_SLICE_MS);
    if (message)
        rd_kafka_message_destroy(message);
}

/* Closing through a queue can be bounded in time; rd_kafka_consumer_close cannot. */
static void leave_group(struct cd_consumer *consumer, int timeout_ms)
{
    uint64_t until_us = cd_monotonic_us() + (uint64_t)timeout_ms * 1000;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(consumer->client);
    rd_kafka_error_t *failure = rd_kafka_consumer_close_queue(consumer->client, queue);
    if (failure)
        cd_kafka_triage(failure, "leave", &consumer->problem);
    else
        while (!rd_kafka_consumer_closed(consumer->client) && cd_monotonic_us() < until_us)
            serve_closing(queue);
    if (!failure && !rd_kafka_consumer_closed(consumer->client))
        cd_log_write(consumer->log, CD_LOG_WARNING, "leave_timed_out",
                     "the group was not left within %d ms; the session timeout will do it", timeout_ms);
    rd_kafka_queue_destroy(queue);
}

/* Before 2.3.0, librdkafka ends the process (assertion in rd_kafka_sticky_assignor_state_destroy; its issue
 * 4381) when a cooperative-sticky consumer is destroyed between joining its group and its first assignment.
 * Such a client is left to the end of the process. */
static void destroy_client(struct cd_consumer *consumer)
{
    bool may_destroy = !consumer->subscribed || consumer->assignments > 0 || rd_kafka_version() >= 0x02030000;
    if (may_destroy)
        rd_kafka_destroy_flags(consumer->client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    consumer->client = NULL;
}

void cd_consumer_close(struct cd_consumer *consumer, int timeout_ms)
{
    consumer->closing = true;
    if (consumer->client) {
        leave_group(consumer, timeout_ms);
        if (consumer->member_id)
            rd_kafka_mem_free(consumer->client, consumer->member_id);
        destroy_client(consumer);
    }
    consumer->member_id = NULL;
    cd_partitions_free(&consumer->partitions);
}

static void note_end(struct cd_consumer *consumer, const rd_kafka_message_t *event)
{
    struct cd_partition *partition = cd_partitions_find(&consumer->partitions, event->partition);
    if (partition)
        partition->end_offset = event->offset;
}

/* An event that is not a message. */
static enum cd_status serve_event(struct cd_consumer *consumer, const rd_kafka_message_t *event,
                                  struct cd_error *error)
{
    if (event->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        note_end(consumer, event);
        return CD_OK;
    }
    cd_log_write(consumer->log, CD_LOG_WARNING, "consumer_error", "%s: %s", rd_kafka_err2name(event->err),
                 rd_kafka_message_errstr(event));
    if (event->err == RD_KAFKA_RESP_ERR__FATAL)
        return cd_kafka_fatal(consumer->client, "consumer", error);
    cd_fail(&consumer->problem, CD_IO, rd_kafka_err2name(event->err), "%s", rd_kafka_message_errstr(event));
    return CD_OK;
}

rd_kafka_message_t *cd_consumer_poll(struct cd_consumer *consumer, int timeout_ms, enum cd_status *status,
                                     struct cd_error *error)
{
    rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer->client, timeout_ms);
    *status = CD_OK;
    if (!message)
        return NULL;
    if (message->err)
        *status = serve_event(consumer, message, error);
    else if (cd_partitions_take(&consumer->partitions, message->partition, message->offset))
        return message;
    rd_kafka_message_destroy(message);
    return NULL;
}

/* The partitions that have given us messages, each at the offset to go back to. */
static rd_kafka_topic_partition_list_t *rewind_list(const struct cd_consumer *consumer)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)consumer->partitions.count);
    for (size_t i = 0; i < consumer->partitions.count; i++) {
        const struct cd_partition *partition = &consumer->partitions.items[i];
        if (partition->rewind_offset != CD_OFFSET_UNKNOWN)
            rd_kafka_topic_partition_list_add(list, consumer->settings->topics.raw, partition->partition)
                ->offset = partition->rewind_offset;
    }
    return list;
}

/* Replace our offsets by the broker's where it has one: OffsetFetch waits for open transactions (KIP-447). */
static enum cd_status ask_committed(struct cd_consumer *consumer, rd_kafka_topic_partition_list_t *list,
                                    struct cd_error *error)
{
    rd_kafka_topic_partition_list_t *committed = rd_kafka_topic_partition_list_copy(list);
    rd_kafka_resp_err_t code = rd_kafka_committed(consumer->client, committed, COMMITTED_TIMEOUT_MS);
    for (int i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < committed->cnt; i++)
        if (committed->elems[i].err)
            code = committed->elems[i].err;
        else if (committed->elems[i].offset >= 0)
            list->elems[i].offset = committed->elems[i].offset;
    rd_kafka_topic_partition_list_destroy(committed);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return CD_OK;
    return cd_fail(error, CD_IO, "committed offsets", "cannot be read after a commit of unknown outcome: %s",
                   rd_kafka_err2str(code));
}

static enum cd_status seek(struct cd_consumer *consumer, rd_kafka_topic_partition_list_t *list,
                           struct cd_error *error)
{
    rd_kafka_error_t *failure = rd_kafka_seek_partitions(consumer->client, list, SEEK_TIMEOUT_MS);
    if (failure && rd_kafka_error_code(failure) != RD_KAFKA_RESP_ERR__TIMED_OUT) {
        cd_kafka_triage(failure, "seek", error);
        return CD_FATAL;
    }
    rd_kafka_error_destroy(failure); /* timed out: the seek is queued and will be done (#4230) */
    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *sought = &list->elems[i];
        struct cd_partition *partition = cd_partitions_find(&consumer->partitions, sought->partition);
        if (sought->err && sought->err != RD_KAFKA_RESP_ERR__IN_PROGRESS)
            return cd_fail(error, CD_FATAL, "seek",
                           "cannot go back to offset %" PRId64 " of partition %" PRId32 ": %s",
                           sought->offset, sought->partition, rd_kafka_err2str(sought->err));
        if (partition)
            cd_partitions_rewind(partition, sought->offset);
    }
    return CD_OK;
}

enum cd_status cd_consumer_rewind(struct cd_consumer *consumer, bool ask_broker, struct cd_error *error)
{
    rd_kafka_topic_partition_list_t *list = rewind_list(consumer);
    enum cd_status status = CD_OK;
    if (list->cnt > 0 && ask_broker)
        status = ask_committed(consumer, list, error);
    if (list->cnt > 0 && status == CD_OK)
        status = seek(consumer, list, error);
    rd_kafka_topic_partition_list_destroy(list);
    return status;
}

/* librdkafka forgets the member id as soon as it learns that we were expelled, and then its group metadata
 * carries no member at all, which a broker accepts unfenced. Reading the id after the metadata shows that the
 * metadata was still ours: a lost id comes back only by rejoining, which waits for our next poll. */
rd_kafka_consumer_group_metadata_t *cd_consumer_group(const struct cd_consumer *consumer)
{
    rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata(consumer->client);
    char *member_id = rd_kafka_memberid(consumer->client);
    bool is_ours =
        member_id && *member_id && consumer->member_id && strcmp(member_id, consumer->member_id) == 0;
    if (member_id)
        rd_kafka_mem_free(consumer->client, member_id);
    if (is_ours)
        return group;
    rd_kafka_consumer_group_metadata_destroy(group);
    return NULL;
}

enum cd_status cd_consumer_commit(struct cd_consumer *consumer,
                                  const rd_kafka_topic_partition_list_t *offsets, struct cd_error *error)
{
    rd_kafka_resp_err_t code = rd_kafka_commit(consumer->client, offsets, 0);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return CD_OK;
    return cd_fail(error, CD_ABORTABLE, "offsets", "cannot be committed: %s", rd_kafka_err2str(code));
}
