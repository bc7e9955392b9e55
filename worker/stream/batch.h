/* batch.h - the messages of one transaction and what came of them, in input order.
 *
 * A batch is filled and emptied by the thread that makes the Kafka calls; while it is in the pool, handler
 * threads write their items' results, each into its own output buffer, so that a steady stream needs no
 * malloc per message. Messages stay in librdkafka's fetch buffers (a held message pins its buffer; batches
 * are bounded by bytes and there are two of them, so what is pinned is bounded too). */
#ifndef COPYDESK_STREAM_BATCH_H
#define COPYDESK_STREAM_BATCH_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "copydesk/buffer.h"
#include "copydesk/error.h"
#include "copydesk/slice.h"

enum cd_outcome {
    CD_OUTCOME_NONE,        /* not handled (yet) */
    CD_OUTCOME_RECORD,      /* the handler made a value to publish */
    CD_OUTCOME_DEAD_LETTER, /* it could not; the reason is kept */
    CD_OUTCOME_TOMBSTONE,   /* no value in, no value out */
};

struct cd_item {
    rd_kafka_message_t *message; /* owned by the batch */
    uint16_t thread;             /* whose output buffer holds the result */
    uint8_t outcome;             /* enum cd_outcome */
    size_t begin, length;        /* the result in that buffer */
};

struct cd_batch {
    struct cd_item *items;
    size_t count, capacity;
    size_t bytes;              /* raw bytes: keys and values */
    uint64_t started_us;       /* when its first message came */
    struct cd_buffer *outputs; /* one per handler thread */
    unsigned output_count;
    bool in_pool; /* given to the pool since the last clear */

    /* kept by the pool under its lock */
    size_t claimed, finished;
    bool cancelled;
    uint64_t handling_us;       /* when the first item was claimed */
    uint64_t handled_us;        /* when the last one was finished */
    struct cd_batch *following; /* next in the pool's queue */
};

/* A zeroed struct is an empty batch. */
void cd_batch_free(struct cd_batch *batch);
/* Give the messages back to librdkafka and empty the outputs; a buffer that grew beyond `keep_bytes` is
 * given back too. */
void cd_batch_clear(struct cd_batch *batch, size_t keep_bytes);
/* Output buffers for this many threads; only while empty. False when out of memory. */
bool cd_batch_set_threads(struct cd_batch *batch, unsigned threads);

/* Take a message over. False (and the message stays the caller's) when out of memory. */
bool cd_batch_add(struct cd_batch *batch, rd_kafka_message_t *message);
/* Throw away the messages of these partitions (not while the batch is in the pool). */
void cd_batch_drop(struct cd_batch *batch, const rd_kafka_topic_partition_list_t *partitions);

/* The result of a handled item. */
struct cd_slice cd_batch_value(const struct cd_batch *batch, const struct cd_item *item);
struct cd_error cd_batch_reason(const struct cd_batch *batch, const struct cd_item *item);

/* For each partition in the batch the offset behind its last message. The caller frees the list. */
rd_kafka_topic_partition_list_t *cd_batch_offsets(const struct cd_batch *batch, const char *topic);

#endif
