/* status.h - what this worker is doing, as a small JSON message every status.interval_ms.
 *
 * Published to topics.status, keyed by worker id, by a producer of its own without transactions: best effort,
 * so that trouble with records never hides the report of it, nor the reverse. config/status.schema.json is
 * its schema. Belongs to the thread that makes the Kafka calls; the histograms may be written by any. */
#ifndef COPYDESK_STREAM_STATUS_H
#define COPYDESK_STREAM_STATUS_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

#include "consumer.h"
#include "copydesk/metrics.h"
#include "copydesk/stream.h"

enum cd_state {
    CD_STATE_STARTING,    /* connecting, not yet in the group */
    CD_STATE_RUNNING,     /* in the group */
    CD_STATE_REBALANCING, /* partitions are coming or going */
    CD_STATE_DRAINING,    /* finishing what is in flight of partitions that go */
    CD_STATE_STOPPING,    /* finishing the batch before the end */
    CD_STATE_FAILED,      /* ends with an error; last message */
};

/* Times of the steps of a batch since the last status message. */
struct cd_times {
    struct cd_histogram batch;   /* first message taken to committed: what a reader waits for */
    struct cd_histogram gather;  /* first message taken to handed to the threads */
    struct cd_histogram handle;  /* in the threads */
    struct cd_histogram publish; /* sending */
    struct cd_histogram commit;  /* the transaction's end */
};

struct cd_status_reporter {
    const struct cd_settings *settings;
    const struct cd_handler *handler;
    struct cd_log *log;
    rd_kafka_t *client; /* NULL: no status wanted */
    struct cd_buffer text;
    uint64_t started_us, sent_us;
    struct cd_stream_counts sent_counts; /* as of the last message, for rates */
};

/* All that a status message tells beside the reporter's own. */
struct cd_report {
    enum cd_state state;
    struct cd_stream_counts counts;
    struct cd_times *times;
    struct cd_consumer *consumer; /* NULL before there is one */
    unsigned threads;
    uint64_t batch_limit;
    const struct cd_error *last_error; /* status CD_OK: none */
    int64_t last_error_ms;
};

enum cd_status cd_status_open(struct cd_status_reporter *reporter, struct cd_error *error);
/* Wait a moment for the last message to leave, then free. */
void cd_status_close(struct cd_status_reporter *reporter);
/* Is it time for the next message? */
bool cd_status_due(const struct cd_status_reporter *reporter);
/* Publish a message now, and begin the next interval. */
void cd_status_send(struct cd_status_reporter *reporter, const struct cd_report *report);
/* The message's JSON, into reporter->text. */
void cd_status_write(struct cd_status_reporter *reporter, const struct cd_report *report);

#endif
