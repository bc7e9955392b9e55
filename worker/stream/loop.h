/* loop.h - the state of a running stream and the verbs of its loop (stream.c). Everything runs on the thread
 * that called cd_stream_run, except for what is atomic or under the lock. */
#ifndef COPYDESK_STREAM_LOOP_H
#define COPYDESK_STREAM_LOOP_H

#include <pthread.h>
#include <stdatomic.h>

#include "batch.h"
#include "consumer.h"
#include "copydesk/stream.h"
#include "pool.h"
#include "producer.h"
#include "publish.h"
#include "status.h"

struct cd_stream {
    const struct cd_settings *settings;
    const struct cd_handler *handler;
    struct cd_log *log;
    atomic_int stop;             /* 1: finish and leave; 2: leave at once */
    _Atomic uint64_t stopped_us; /* when stop became 1; 0 before */
    atomic_bool reload;          /* asked for, not yet done */

    struct cd_consumer consumer;
    struct cd_producer producer;
    struct cd_publisher publisher;
    struct cd_status_reporter reporter;
    struct cd_pool *pool;

    struct cd_batch batches[2];
    struct cd_batch *gathering; /* being filled */
    struct cd_batch *handling;  /* given to the pool, to be settled next; empty when there is none */
    uint64_t batch_limit;       /* messages in a batch, adapted to the handler's speed */

    bool recovering;             /* the outcome of a commit is not known: no message counts until recovery */
    unsigned aborts_in_a_row;    /* for backing off */
    enum cd_status fatal_status; /* set inside a rebalance, where it cannot be returned */
    struct cd_error fatal;

    enum cd_state state;
    uint64_t assignments_seen;
    struct cd_times times;
    struct cd_error last_error;
    int64_t last_error_ms;
    uint64_t told_dead_letters, told_us; /* as of the last log line about them */
    pthread_mutex_t counts_lock;         /* cd_stream_counts may be called from any thread */
    struct cd_stream_counts counts;
};

/* gather.c: fill the batch being gathered with what arrives, for as long as that makes sense. */
enum cd_status cd_stream_gather(struct cd_stream *stream, struct cd_error *error);

/* settle.c: wait for the batch in the pool, publish and commit it. What can be recovered from is recovered
 * from (or left to cd_stream_recover); CD_FATAL otherwise. */
enum cd_status cd_stream_settle(struct cd_stream *stream, uint64_t deadline_us, struct cd_error *error);
/* settle.c: after a commit of unknown outcome: a new producer, then the broker's offsets. Goes on trying
 * until the stream is stopped. */
enum cd_status cd_stream_recover(struct cd_stream *stream, struct cd_error *error);
/* settle.c: the consumer's callback. */
void cd_stream_on_revoke(void *context, const rd_kafka_topic_partition_list_t *partitions, bool lost);
/* settle.c: cancel and forget both batches; nothing of them was or will be committed. */
void cd_stream_discard(struct cd_stream *stream);

/* report.c: a status message when it is time for one, or now. */
void cd_stream_report_if_due(struct cd_stream *stream);
void cd_stream_report(struct cd_stream *stream, enum cd_state state);
/* report.c: keep an error for the status and log it. */
void cd_stream_note_error(struct cd_stream *stream, const char *event, const struct cd_error *error);

/* stream.c: after an abort or a failed recovery, wait a little, longer each time. */
void cd_stream_back_off(struct cd_stream *stream);
/* stream.c: until when the batch at hand may be finished: far away until a stop is asked for. */
uint64_t cd_stream_stop_deadline_us(const struct cd_stream *stream);

static inline int cd_stream_stopping(const struct cd_stream *stream)
{
    return atomic_load(&stream->stop);
}

#endif
