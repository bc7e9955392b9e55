#include "copydesk/stream.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client_config.h"
#include "copydesk/metrics.h"
#include "loop.h"
#include "topic_check.h"

enum {
    COORDINATOR_TIMEOUT_MS = 60000, /* for the transaction coordinator to load and end an old transaction */
    LEAVE_LEAST_MS = 1000,
    LEAVE_AFTER_FAILURE_MS = 5000,
    BACKOFF_FIRST_MS = 50,
    BACKOFF_DOUBLINGS = 7, /* up to 6.4 s */
    FIRST_BATCH = 256,     /* until the handler's speed is known */
};

/* ---- making -------------------------------------------------------------------------------- */

static enum cd_status start_pool(struct cd_stream *stream, struct cd_error *error)
{
    unsigned threads = cd_pool_thread_count(stream->settings->worker.threads);
    for (int i = 0; i < 2; i++)
        if (!cd_batch_set_threads(&stream->batches[i], threads))
            return cd_fail(error, CD_MEMORY, NULL, "no memory for the batches of %u threads", threads);
    return cd_pool_new(stream->handler, threads, &stream->pool, error);
}

/* The producer is opened when the stream runs, for opening it waits for the broker; its properties are read
 * here all the same, so that a wrong one is found before anything starts. */
static enum cd_status build(struct cd_stream *stream, struct cd_error *error)
{
    rd_kafka_conf_t *conf;
    enum cd_status status = cd_client_config(stream->settings, CD_CLIENT_PRODUCER, &conf, error);
    if (status != CD_OK)
        return status;
    rd_kafka_conf_destroy(conf);
    status = cd_consumer_open(&stream->consumer, error);
    if (status == CD_OK)
        status = cd_status_open(&stream->reporter, error);
    if (status == CD_OK)
        status = start_pool(stream, error);
    return status;
}

enum cd_status cd_stream_new(const struct cd_settings *settings, const struct cd_handler *handler,
                             struct cd_log *log, struct cd_stream **created, struct cd_error *error)
{
    struct cd_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    stream->settings = settings;
    stream->handler = handler;
    stream->log = log;
    stream->consumer =
        (struct cd_consumer){.settings = settings, .log = log, .on_revoke = cd_stream_on_revoke};
    stream->consumer.context = stream;
    stream->producer = (struct cd_producer){.settings = settings, .log = log, .stop = &stream->stop};
    stream->publisher =
        (struct cd_publisher){.settings = settings, .log = log, .producer = &stream->producer};
    stream->reporter = (struct cd_status_reporter){.settings = settings, .handler = handler, .log = log};
    stream->gathering = &stream->batches[0];
    stream->handling = &stream->batches[1];
    stream->batch_limit =
        settings->batch.count_max < FIRST_BATCH ? (uint64_t)settings->batch.count_max : FIRST_BATCH;
    pthread_mutex_init(&stream->counts_lock, NULL);
    enum cd_status status = build(stream, error);
    if (status != CD_OK) {
        cd_stream_free(stream);
        return status;
    }
    *created = stream;
    return CD_OK;
}

/* Messages go back to librdkafka before their client does. */
void cd_stream_free(struct cd_stream *stream)
{
    if (!stream)
        return;
    if (stream->pool)
        cd_stream_discard(stream);
    cd_pool_free(stream->pool);
    for (int i = 0; i < 2; i++)
        cd_batch_free(&stream->batches[i]);
    cd_consumer_close(&stream->consumer, LEAVE_LEAST_MS);
    cd_producer_close(&stream->producer);
    cd_suspects_free(&stream->producer.suspects);
    cd_status_close(&stream->reporter);
    pthread_mutex_destroy(&stream->counts_lock);
    free(stream);
}

void cd_stream_stop(struct cd_stream *stream)
{
    if (atomic_fetch_add(&stream->stop, 1) == 0)
        atomic_store(&stream->stopped_us, cd_monotonic_us());
}

uint64_t cd_stream_stop_deadline_us(const struct cd_stream *stream)
{
    uint64_t stopped_us = atomic_load(&stream->stopped_us);
    if (stopped_us == 0)
        return UINT64_MAX;
    return stopped_us + (uint64_t)(stream->settings->worker.shutdown_timeout_ms - LEAVE_LEAST_MS) * 1000;
}

void cd_stream_reload(struct cd_stream *stream)
{
    atomic_store(&stream->reload, true);
}

unsigned cd_stream_thread_count(int64_t threads)
{
    return cd_pool_thread_count(threads);
}

struct cd_stream_counts cd_stream_counts(const struct cd_stream *stream)
{
    struct cd_stream *locked = (struct cd_stream *)stream;
    pthread_mutex_lock(&locked->counts_lock);
    struct cd_stream_counts counts = stream->counts;
    pthread_mutex_unlock(&locked->counts_lock);
    return counts;
}

/* ---- running ------------------------------------------------------------------------------- */

static uint64_t after_ms(int64_t milliseconds)
{
    return cd_monotonic_us() + (uint64_t)milliseconds * 1000;
}

static enum cd_status start(struct cd_stream *stream, struct cd_error *error)
{
    struct cd_topic_counts counts;
    enum cd_status status =
        cd_topic_check(&stream->consumer, stream->settings, (int)stream->settings->kafka.startup_timeout_ms,
                       &stream->stop, &counts, error);
    if (status != CD_OK)
        return status;
    stream->publisher.enriched_partitions = counts.enriched;
    stream->publisher.deadletter_partitions = counts.deadletter;
    cd_stream_report(stream, CD_STATE_STARTING);
    status = cd_producer_open(&stream->producer, after_ms(COORDINATOR_TIMEOUT_MS), error);
    if (status == CD_OK)
        status = cd_consumer_subscribe(&stream->consumer, error);
    return status;
}

static enum cd_status resize_pool(struct cd_stream *stream, struct cd_error *error)
{
    if (cd_pool_thread_count(stream->settings->worker.threads) == cd_pool_threads(stream->pool))
        return CD_OK;
    cd_pool_free(stream->pool);
    stream->pool = NULL;
    enum cd_status status = start_pool(stream, error);
    if (status == CD_OK)
        cd_log_write(stream->log, CD_LOG_INFO, "threads_changed", "%u handler threads now",
                     cd_pool_threads(stream->pool));
    return status == CD_OK ? CD_OK : CD_FATAL;
}

/* Only while nothing is in flight; until then gathering pauses (gather.c). */
static enum cd_status reload_if_asked(struct cd_stream *stream, struct cd_error *error)
{
    if (!atomic_load(&stream->reload) || stream->handling->count || stream->gathering->count)
        return CD_OK;
    atomic_store(&stream->reload, false);
    if (stream->handler->reload)
        stream->handler->reload(stream->handler->context);
    return resize_pool(stream, error);
}

static void hand_over(struct cd_stream *stream)
{
    if (!stream->recovering)
        cd_pool_submit(stream->pool, stream->gathering);
}

/* The batch that was just given to the threads is the next to settle. */
static void turn(struct cd_stream *stream)
{
    struct cd_batch *settled = stream->handling;
    stream->handling = stream->gathering;
    stream->gathering = settled;
}

/* After an abort: wait a little, longer each time, so that a lasting trouble does not make us spin. */
void cd_stream_back_off(struct cd_stream *stream)
{
    if (stream->aborts_in_a_row < 2)
        return;
    unsigned doublings = stream->aborts_in_a_row - 2;
    uint64_t until_us =
        after_ms(BACKOFF_FIRST_MS << (doublings < BACKOFF_DOUBLINGS ? doublings : BACKOFF_DOUBLINGS));
    while (cd_monotonic_us() < until_us && !cd_stream_stopping(stream)) {
        nanosleep(&(struct timespec){0, 50000000}, NULL);
        cd_stream_report_if_due(stream);
    }
}

static enum cd_status check_log(const struct cd_stream *stream, struct cd_error *error)
{
    if (!stream->log || cd_log_healthy(stream->log))
        return CD_OK;
    return cd_fail(error, CD_IO, stream->settings->log.file, "the log cannot be written; is the disk full?");
}

static enum cd_status loop(struct cd_stream *stream, struct cd_error *error)
{
    enum cd_status status = CD_OK;
    while (status == CD_OK && !cd_stream_stopping(stream)) {
        status = cd_stream_recover(stream, error);
        if (status == CD_OK)
            status = reload_if_asked(stream, error);
        if (status == CD_OK)
            status = cd_stream_gather(stream, error);
        if (status == CD_OK) {
            hand_over(stream);
            status = cd_stream_settle(stream, UINT64_MAX, error);
            turn(stream);
        }
        if (status == CD_OK)
            status = check_log(stream, error);
        cd_stream_report_if_due(stream);
        cd_stream_back_off(stream);
    }
    return status;
}

/* The batch in the threads is still committed; what was only gathered is left to the next owner. */
static enum cd_status finish(struct cd_stream *stream, struct cd_error *error)
{
    uint64_t deadline_us = cd_stream_stop_deadline_us(stream);
    cd_log_write(stream->log, CD_LOG_INFO, "stopping", "finishing %zu articles", stream->handling->count);
    cd_stream_report(stream, CD_STATE_STOPPING);
    enum cd_status status = cd_stream_settle(stream, deadline_us, error);
    cd_stream_discard(stream);
    uint64_t now_us = cd_monotonic_us();
    int64_t left_ms = deadline_us > now_us ? (int64_t)(deadline_us - now_us) / 1000 : 0;
    cd_consumer_close(&stream->consumer, (int)(left_ms > LEAVE_LEAST_MS ? left_ms : LEAVE_LEAST_MS));
    cd_stream_report(stream, CD_STATE_STOPPING);
    return status;
}

/* Tell it, and leave the group, so that others take over without waiting for the session to time out. */
static void fail(struct cd_stream *stream, enum cd_status status, struct cd_error *error)
{
    error->status = status;
    cd_stream_note_error(stream, "failed", error);
    cd_stream_report(stream, CD_STATE_FAILED);
    cd_stream_discard(stream);
    cd_consumer_close(&stream->consumer, LEAVE_AFTER_FAILURE_MS);
}

enum cd_status cd_stream_run(struct cd_stream *stream, struct cd_error *error)
{
    struct cd_error own = {0};
    enum cd_status status = start(stream, &own);
    if (status == CD_IO && cd_stream_stopping(stream)) {
        status = CD_OK; /* asked to stop while it still waited for the broker */
    } else if (status == CD_OK) {
        cd_log_write(stream->log, CD_LOG_INFO, "started", "%s to %s in group %s with %u threads",
                     stream->settings->topics.raw, stream->settings->topics.enriched,
                     stream->settings->kafka.group, cd_pool_threads(stream->pool));
        status = loop(stream, &own);
    }
    if (status == CD_OK)
        status = finish(stream, &own);
    if (status != CD_OK)
        fail(stream, status, &own);
    if (error)
        *error = own;
    return status;
}
