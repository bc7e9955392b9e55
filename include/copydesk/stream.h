/* stream.h - the Kafka loop: raw messages in, results out, each exactly once.
 *
 * One consumer, one transactional producer, N handler threads. Messages are gathered into batches by count,
 * bytes and time; a batch is handled in parallel, published in input order, and committed with its offsets in
 * one transaction. A commit takes longer than the handling of a small batch, so two batches are on their way:
 *
 *     the calling thread   gather 2 | commit 1     | gather 3 | commit 2     | ...
 *     handler threads      handle 1 |   handle 2 ...          |   handle 3 ...
 *
 * Batch n+1 is given to the threads before batch n is committed, and while the threads are busy the calling
 * thread keeps gathering, so the consumer is polled and rebalances are served. Under load batches grow to
 * what arrives during one commit; their size is bounded so that the threads need about a second for one.
 *
 * Outcomes per error: abortable (a rebalance got in between, a record was refused): abort, go back to the
 * last committed offsets, again. Retriable (a coordinator moves or loads, the queue is full): the same call
 * again. Not known (a commit timed out): a new producer ends the old transaction, and the broker's offsets
 * say how. Fenced or fatal: the run ends with CD_FATAL; start the process anew. What the broker refuses for
 * its size becomes a dead letter. Partitions that are revoked: what is in flight is committed within
 * worker.drain_timeout_ms, else aborted. Lost: aborted, never committed.
 *
 * Knows bytes, topics and offsets; what a message means is the handler's business (house law 1).
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
    /* After cd_stream_reload, while no message is being handled: bring the settings up to date and be ready
     * for as many threads as worker.threads then asks for. May be NULL. */
    void (*reload)(void *context);
};

struct cd_stream;

/* Build clients and threads; nothing is consumed yet. Unknown or ill-typed properties are CD_INVALID with
 * librdkafka's own reason. `settings`, `handler` and `log` are borrowed and outlive the stream. */
enum cd_status cd_stream_new(const struct cd_settings *settings, const struct cd_handler *handler,
                             struct cd_log *log, struct cd_stream **created, struct cd_error *error);
void cd_stream_free(struct cd_stream *stream);

/* Run until cd_stream_stop (CD_OK: everything finished and committed) or an error that ends the process
 * (CD_FATAL: fenced or fatal; CD_NOT_FOUND: a topic is missing; CD_IO: broker unreachable at start, log disk
 * full). */
enum cd_status cd_stream_run(struct cd_stream *stream, struct cd_error *error);

/* Finish the batch, commit, leave the group, return. A second call makes cd_stream_run return at once. */
void cd_stream_stop(struct cd_stream *stream);

/* Call the handler's `reload` between two batches, then take over what the settings then say. */
void cd_stream_reload(struct cd_stream *stream);

/* The handler threads that worker.threads asks for (0: one per core). */
unsigned cd_stream_thread_count(int64_t threads);

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
                                        struct cd_embedded_broker **started, struct cd_error *error);
/* "127.0.0.1:port", owned by the broker. */
const char *cd_embedded_broker_address(const struct cd_embedded_broker *broker);
void cd_embedded_broker_stop(struct cd_embedded_broker *broker);

#endif
