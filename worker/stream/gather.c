#include "loop.h"

#include "copydesk/metrics.h"

enum {
    IDLE_WAIT_MS = 100, /* so that a stop, a reload or a status message never waits longer */
    BUSY_WAIT_MS = 5,   /* while the threads work: so that they get the next batch without delay */
};

static bool is_full(const struct cd_stream *stream)
{
    int64_t quarter = stream->settings->batch.queue_bytes_max / 4;
    int64_t bytes_max = stream->settings->batch.bytes_max;
    return stream->gathering->count >= stream->batch_limit ||
           stream->gathering->bytes >= (size_t)(bytes_max < quarter ? bytes_max : quarter);
}

static bool must_return(const struct cd_stream *stream)
{
    return cd_stream_stopping(stream) || atomic_load(&stream->reload) || stream->recovering ||
           stream->fatal_status != CD_OK;
}

/* How long it makes sense to wait for one more message; 0: not at all.
 * While the threads are busy, waiting costs nothing. When the batch before is handled, its commit waits for
 * us. Otherwise the first message waits for others, but not longer than batch.wait_ms. */
static int patience_ms(const struct cd_stream *stream)
{
    const struct cd_batch *batch = stream->gathering;
    if (stream->handling->count)
        return cd_pool_wait(stream->pool, stream->handling, 0) ? 0 : BUSY_WAIT_MS;
    if (batch->count == 0)
        return IDLE_WAIT_MS;
    int64_t waited_ms = (int64_t)(cd_monotonic_us() - batch->started_us) / 1000;
    int64_t left_ms = stream->settings->batch.wait_ms - waited_ms;
    return left_ms <= 0 ? 0 : left_ms < IDLE_WAIT_MS ? (int)left_ms : IDLE_WAIT_MS;
}

/* A rebalance inside the poll may have made everything that was taken worthless, this message included. */
static void take(struct cd_stream *stream, rd_kafka_message_t *message, struct cd_error *error)
{
    if (stream->recovering || stream->fatal_status != CD_OK) {
        rd_kafka_message_destroy(message);
        return;
    }
    if (!cd_batch_add(stream->gathering, message)) {
        rd_kafka_message_destroy(message);
        stream->fatal_status = cd_fail(error, CD_FATAL, NULL, "out of memory while a batch was gathered");
        stream->fatal = *error;
    }
}

/* Take what is there already; true when at least one message was. */
static bool take_waiting(struct cd_stream *stream, int timeout_ms, enum cd_status *status,
                         struct cd_error *error)
{
    rd_kafka_message_t *message = cd_consumer_poll(&stream->consumer, timeout_ms, status, error);
    if (!message)
        return false;
    take(stream, message, error);
    return true;
}

enum cd_status cd_stream_gather(struct cd_stream *stream, struct cd_error *error)
{
    enum cd_status status = CD_OK;
    while (status == CD_OK && !must_return(stream) && !is_full(stream)) {
        if (take_waiting(stream, 0, &status, error) || status != CD_OK)
            continue;
        int timeout_ms = patience_ms(stream);
        bool was_idle = stream->gathering->count == 0 && stream->handling->count == 0;
        if (timeout_ms == 0)
            break;
        if (!take_waiting(stream, timeout_ms, &status, error) && was_idle)
            break;
        cd_stream_report_if_due(stream);
    }
    if (stream->fatal_status == CD_OK)
        return status;
    *error = stream->fatal;
    return stream->fatal_status;
}
