/* stream.h - the Kafka loop: raw messages in, results out, each exactly once.
 *
 * One consumer, one transactional producer, N handler threads. A batch is gathered by count and time, handled
 * in parallel, published in input order, and committed with its offsets in one transaction, while the next
 * batch is gathered and handled (notes/kafka.md, sections 0 and 1). Knows bytes, topics and offsets; what a
 * message means is the handler's business (house law 1).
 *
 * Threads: cd_stream_run uses the calling thread for all Kafka calls and starts the handler threads itself.
 * cd_stream_stop and cd_stream_reload may be called from a signal handler or any thread. */
#ifndef COPYDESK_STREAM_H
#define COPYDESK_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "copydesk/buffer.h"
#include "copydesk/error.h"
#include "copydesk/log.h"
#include "copydesk/settings.h"
#include "copydesk/slice.h"

/* A message as the handler sees it. Borrowed for the duration of the call. */
struct cd_message {
    struct cd_slice value;
    struct cd_slice topic;
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms; /* -1 when unknown */
};

/* What is done with a message. `handle` appends the value to publish to `out`; any status but CD_OK sends the
 * raw message to the dead letters with the error as its reason. Called from handler thread `thread` (0 to
 * N-1), never twice at once for the same thread number. Tombstones never reach it: they pass through. */
struct cd_handler {
    void *context;
    enum cd_status (*handle)(void *context, unsigned thread, const struct cd_message *message,
                             struct cd_buffer *out, struct cd_error *error);
    /* Append members to the status object: key/value pairs after a comma ("\"mentions\":12"), or nothing. May
     * be NULL. */
    void (*describe)(void *context, struct cd_buffer *out);
};

struct cd_stream;

/* Build clients and threads; nothing is consumed yet. Unknown or ill-typed properties are CD_INVALID with
 * librdkafka's own reason. `settings`, `handler` and `log` are borrowed and outlive the stream. */
enum cd_status cd_stream_new(const struct cd_settings *settings, const struct cd_handler *handler,
                             struct cd_log *log, struct cd_stream **stream, struct cd_error *error);
void cd_stream_free(struct cd_stream *stream);

/* Run until cd_stream_stop (CD_OK: everything finished and committed) or an error that ends the process
 * (CD_FATAL: fenced or fatal; CD_NOT_FOUND: a topic is missing; CD_IO: broker unreachable at start, log disk
 * full). */
enum cd_status cd_stream_run(struct cd_stream *stream, struct cd_error *error);

/* Finish the batch, commit, leave the group, return. A second call makes cd_stream_run return at once. */
void cd_stream_stop(struct cd_stream *stream);

/* Counters since the start, for tests and summaries; any thread. */
struct cd_stream_counts {
    uint64_t messages_in, records_out, dead_letters, tombstones, batches, transactions_aborted, bytes_in,
        bytes_out;
};
struct cd_stream_counts cd_stream_counts(const struct cd_stream *stream);

/* The embedded broker: librdkafka's mock cluster with the four topics, for the demo and tests. It forgets
 * beyond 5 MB a partition and does not honour transactions. Free with cd_embedded_broker_stop. */
struct cd_embedded_broker;
enum cd_status cd_embedded_broker_start(const struct cd_settings *settings, int partitions,
                                        struct cd_embedded_broker **broker, struct cd_error *error);
/* "127.0.0.1:port", owned by the broker. */
const char *cd_embedded_broker_address(const struct cd_embedded_broker *broker);
void cd_embedded_broker_stop(struct cd_embedded_broker *broker);

#endif
