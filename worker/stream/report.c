#include "loop.h"

#include "copydesk/metrics.h"

void cd_stream_report(struct cd_stream *stream, enum cd_state state)
{
    struct cd_report report = {
        .state = state,
        .counts = cd_stream_counts(stream),
        .times = &stream->times,
        .consumer = stream->consumer.client ? &stream->consumer : NULL,
        .threads = stream->pool ? cd_pool_threads(stream->pool) : 0,
        .batch_limit = stream->batch_limit,
        .last_error = &stream->last_error,
        .last_error_ms = stream->last_error_ms,
    };
    stream->state = state;
    cd_status_send(&stream->reporter, &report);
}

/* Partitions that have come since a rebalance began end it. */
static enum cd_state state_now(struct cd_stream *stream)
{
    bool waits_for_partitions = stream->state == CD_STATE_STARTING || stream->state == CD_STATE_REBALANCING;
    if (waits_for_partitions && stream->consumer.assignments > stream->assignments_seen)
        stream->state = CD_STATE_RUNNING;
    stream->assignments_seen = stream->consumer.assignments;
    return stream->state;
}

void cd_stream_report_if_due(struct cd_stream *stream)
{
    enum cd_state state = state_now(stream);
    if (cd_status_due(&stream->reporter))
        cd_stream_report(stream, state);
}

void cd_stream_note_error(struct cd_stream *stream, const char *event, const struct cd_error *error)
{
    stream->last_error = *error;
    stream->last_error_ms = cd_wall_clock_ms();
    enum cd_log_level level = error->status == CD_FATAL ? CD_LOG_ERROR : CD_LOG_WARNING;
    cd_log_write(stream->log, level, event, "%s%s%s", error->where, *error->where ? ": " : "",
                 error->message);
}
