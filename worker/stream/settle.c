#include "loop.h"

#include <inttypes.h>
#include <string.h>

#include "copydesk/metrics.h"

enum {
    WAIT_SLICE_MS = 50,
    ABORT_TIMEOUT_MS = 5000,
    REOPEN_TIMEOUT_MS = 15000,
    HANDLE_TARGET_US = 1000000, /* the threads' time for a full batch: rebalances are served in between */
    BATCH_LEAST = 16,
    TELL_EVERY_US = 10000000,
};

static uint64_t after_ms(int64_t milliseconds)
{
    return cd_monotonic_us() + (uint64_t)milliseconds * 1000;
}

static uint64_t earlier(uint64_t a_us, uint64_t b_us)
{
    return a_us < b_us ? a_us : b_us;
}

/* ---- forgetting ---------------------------------------------------------------------------- */

static size_t bytes_to_keep(const struct cd_stream *stream)
{
    return (size_t)stream->settings->batch.bytes_max;
}

static void discard_batch(struct cd_stream *stream, struct cd_batch *batch)
{
    if (batch->in_pool) {
        cd_pool_cancel(stream->pool, batch);
        while (!cd_pool_wait(stream->pool, batch, WAIT_SLICE_MS))
            cd_stream_report_if_due(stream);
    }
    cd_batch_clear(batch, bytes_to_keep(stream));
}

void cd_stream_discard(struct cd_stream *stream)
{
    if (stream->handling->in_pool && stream->gathering->in_pool)
        cd_pool_cancel(stream->pool, stream->gathering);
    discard_batch(stream, stream->handling);
    discard_batch(stream, stream->gathering);
}

/* ---- one batch ----------------------------------------------------------------------------- */

/* CD_ABORTABLE when the threads are not done in time. */
static enum cd_status wait_handled(struct cd_stream *stream, uint64_t deadline_us, struct cd_error *error)
{
    while (!cd_pool_wait(stream->pool, stream->handling, WAIT_SLICE_MS)) {
        cd_stream_report_if_due(stream);
        if (cd_monotonic_us() > earlier(deadline_us, cd_stream_stop_deadline_us(stream)) ||
            cd_stream_stopping(stream) > 1)
            return cd_fail(error, CD_ABORTABLE, "batch", "%zu articles are not handled in time",
                           stream->handling->count);
    }
    return CD_OK;
}

/* The share of a second that an article takes decides how many make a batch. */
static void adapt_limit(struct cd_stream *stream, const struct cd_batch *batch)
{
    uint64_t per_message_us = (batch->handled_us - batch->handling_us) / batch->count + 1;
    uint64_t wanted = HANDLE_TARGET_US / per_message_us;
    uint64_t most = (uint64_t)stream->settings->batch.count_max;
    uint64_t limit = (stream->batch_limit + wanted) / 2;
    if (wanted > stream->batch_limit)
        limit = wanted < stream->batch_limit * 4 ? wanted : stream->batch_limit * 4;
    if (limit < BATCH_LEAST)
        limit = BATCH_LEAST;
    stream->batch_limit = limit > most ? most : limit;
}

static void count_batch(struct cd_stream *stream, const struct cd_batch *batch,
                        const struct cd_published *published)
{
    pthread_mutex_lock(&stream->counts_lock);
    stream->counts.messages_in += batch->count;
    stream->counts.bytes_in += batch->bytes;
    stream->counts.records_out += published->records;
    stream->counts.dead_letters += published->dead_letters;
    stream->counts.tombstones += published->tombstones;
    stream->counts.bytes_out += published->bytes;
    stream->counts.batches++;
    pthread_mutex_unlock(&stream->counts_lock);
    cd_log_write(stream->log, CD_LOG_DEBUG, "batch_committed",
                 "%zu articles: %" PRIu64 " records, %" PRIu64 " dead letters, %" PRIu64 " tombstones",
                 batch->count, published->records, published->dead_letters, published->tombstones);
}

/* At most a line in ten seconds, so that a flood of bad articles does not fill the log. */
static void tell_dead_letters(struct cd_stream *stream)
{
    uint64_t now_us = cd_monotonic_us(), fresh = stream->counts.dead_letters - stream->told_dead_letters;
    if (fresh == 0 || (stream->told_us && now_us - stream->told_us < TELL_EVERY_US))
        return;
    cd_log_write(stream->log, CD_LOG_WARNING, "dead_letters",
                 "%" PRIu64 " articles went to %s; its headers say why", fresh,
                 stream->settings->topics.deadletter);
    stream->told_dead_letters = stream->counts.dead_letters;
    stream->told_us = now_us;
}

static void note_committed(struct cd_stream *stream, const rd_kafka_topic_partition_list_t *offsets)
{
    for (int i = 0; i < offsets->cnt; i++)
        cd_partitions_commit(&stream->consumer.partitions, offsets->elems[i].partition,
                             offsets->elems[i].offset);
    cd_suspects_forget(&stream->producer.suspects, offsets);
    stream->aborts_in_a_row = 0;
}

/* Send and end the transaction; without transactions the offsets follow the deliveries. */
static enum cd_status publish_and_commit(struct cd_stream *stream, uint64_t deadline_us,
                                         const rd_kafka_topic_partition_list_t *offsets,
                                         const rd_kafka_consumer_group_metadata_t *group,
                                         struct cd_published *published, struct cd_error *error)
{
    uint64_t began_us = cd_monotonic_us();
    enum cd_status status = cd_producer_begin(&stream->producer, stream->handling, error);
    if (status == CD_OK)
        status = cd_publish_batch(&stream->publisher, stream->handling, deadline_us, published, error);
    if (status != CD_OK)
        return status;
    uint64_t sent_us = cd_monotonic_us();
    status = cd_producer_commit(&stream->producer, offsets, group, deadline_us, error);
    if (status == CD_OK && stream->settings->worker.delivery != CD_EXACTLY_ONCE)
        status = cd_consumer_commit(&stream->consumer, offsets, error);
    if (status != CD_OK)
        return status;
    uint64_t committed_us = cd_monotonic_us();
    cd_histogram_record(&stream->times.publish, sent_us - began_us);
    cd_histogram_record(&stream->times.commit, committed_us - sent_us);
    cd_histogram_record(&stream->times.batch, committed_us - stream->handling->started_us);
    return CD_OK;
}

/* The transaction must end before the broker's patience does (KIP-588 is not in librdkafka: being late is
 * fatal), hence three quarters of it. */
static enum cd_status commit_batch(struct cd_stream *stream, uint64_t deadline_us, struct cd_error *error)
{
    struct cd_batch *batch = stream->handling;
    struct cd_published published;
    uint64_t end_us = earlier(deadline_us, after_ms(stream->settings->batch.transaction_timeout_ms * 3 / 4));
    end_us = earlier(end_us, cd_stream_stop_deadline_us(stream));
    rd_kafka_consumer_group_metadata_t *group = cd_consumer_group(&stream->consumer);
    if (!group)
        return cd_fail(error, CD_ABORTABLE, stream->settings->kafka.group,
                       "we are not in the group any more");
    rd_kafka_topic_partition_list_t *offsets = cd_batch_offsets(batch, stream->settings->topics.raw);
    enum cd_status status = publish_and_commit(stream, end_us, offsets, group, &published, error);
    if (status == CD_OK) {
        note_committed(stream, offsets);
        count_batch(stream, batch, &published);
        tell_dead_letters(stream);
    }
    rd_kafka_topic_partition_list_destroy(offsets);
    rd_kafka_consumer_group_metadata_destroy(group);
    return status;
}

/* ---- what follows a failure ---------------------------------------------------------------- */

/* Abort what is open, forget what is in flight, and go back; when it is not known what was committed,
 * recovery has to find out first. */
static enum cd_status fall_back(struct cd_stream *stream, enum cd_status failure, struct cd_error *error)
{
    cd_stream_note_error(stream, failure == CD_FATAL ? "fatal" : "transaction_aborted", error);
    if (failure == CD_ABORTABLE)
        failure = cd_producer_abort(&stream->producer, after_ms(ABORT_TIMEOUT_MS), error);
    cd_stream_discard(stream);
    stream->aborts_in_a_row++;
    if (stream->batch_limit > 1)
        stream->batch_limit /=
            2; /* so that what is too much for one transaction does not come again for ever */
    pthread_mutex_lock(&stream->counts_lock);
    stream->counts.transactions_aborted++;
    pthread_mutex_unlock(&stream->counts_lock);
    if (failure == CD_OK)
        return cd_consumer_rewind(&stream->consumer, false, error);
    if (failure != CD_IO)
        return CD_FATAL;
    stream->recovering = true;
    cd_producer_close(&stream->producer);
    return CD_OK;
}

enum cd_status cd_stream_settle(struct cd_stream *stream, uint64_t deadline_us, struct cd_error *error)
{
    struct cd_batch *batch = stream->handling;
    if (batch->count == 0)
        return CD_OK;
    enum cd_status status = wait_handled(stream, deadline_us, error);
    if (status == CD_OK) {
        cd_histogram_record(&stream->times.gather, batch->handling_us - batch->started_us);
        cd_histogram_record(&stream->times.handle, batch->handled_us - batch->handling_us);
        status = commit_batch(stream, deadline_us, error);
    }
    if (status != CD_OK)
        return fall_back(stream, status, error);
    adapt_limit(stream, batch);
    cd_batch_clear(batch, bytes_to_keep(stream));
    return CD_OK;
}

enum cd_status cd_stream_recover(struct cd_stream *stream, struct cd_error *error)
{
    while (stream->recovering && !cd_stream_stopping(stream)) {
        enum cd_status status = CD_OK;
        if (!stream->producer.client)
            status = cd_producer_open(&stream->producer, after_ms(REOPEN_TIMEOUT_MS), error);
        if (status != CD_OK)
            cd_producer_close(&stream->producer);
        if (status == CD_OK)
            status = cd_consumer_rewind(&stream->consumer, true, error);
        if (status == CD_OK) {
            stream->recovering = false;
            cd_log_write(stream->log, CD_LOG_INFO, "recovered",
                         "a new producer; going on from the broker's offsets");
            return CD_OK;
        }
        if (status != CD_IO)
            return status;
        cd_stream_note_error(stream, "recovering", error);
        stream->aborts_in_a_row++;
        cd_stream_back_off(stream);
    }
    return CD_OK;
}

/* ---- partitions that go -------------------------------------------------------------------- */

static void fail_inside_callback(struct cd_stream *stream, enum cd_status status,
                                 const struct cd_error *error)
{
    if (status == CD_OK)
        return;
    stream->fatal_status = status;
    stream->fatal = *error;
}

/* Runs inside cd_consumer_poll. What the threads have is finished and committed while the partitions are
 * still ours; what was only gathered of them is left to their next owner. */
void cd_stream_on_revoke(void *context, const rd_kafka_topic_partition_list_t *partitions, bool lost)
{
    struct cd_stream *stream = context;
    struct cd_error error = {0};
    enum cd_status status = CD_OK;
    cd_stream_report(stream, CD_STATE_DRAINING);
    if (!lost)
        status = cd_stream_settle(stream, after_ms(stream->settings->worker.drain_timeout_ms), &error);
    if (lost) {
        cd_stream_discard(stream);
        status = cd_consumer_rewind(&stream->consumer, false, &error);
    }
    fail_inside_callback(stream, status, &error);
    cd_batch_drop(stream->gathering, partitions);
    stream->state = CD_STATE_REBALANCING;
}
