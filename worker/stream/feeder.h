/* feeder.h - publishes messages to a topic and waits until the broker has them: the plain side of the stream,
 * for trying things out (`feed`, `demo`, tests).
 *
 * Keys go to the partitions that Java's producer would choose (murmur2); messages without a key are spread.
 * Knows bytes only. One thread at a time per feeder. */
#ifndef COPYDESK_STREAM_FEEDER_H
#define COPYDESK_STREAM_FEEDER_H

#include <stddef.h>
#include <stdint.h>

#include "copydesk/error.h"
#include "copydesk/settings.h"
#include "copydesk/slice.h"

struct cd_feeder;

struct cd_feed_header {
    const char *name;
    struct cd_slice value;
};

struct cd_feed_message {
    struct cd_slice key;   /* bytes == NULL: no key */
    struct cd_slice value; /* bytes == NULL: a tombstone */
    int64_t timestamp_ms;  /* 0: now */
    const struct cd_feed_header *headers;
    size_t header_count;
};

struct cd_feed_counts {
    uint64_t sent, delivered, failed;
    uint64_t delivered_bytes;
};

/* Connect, and make sure that the topic exists: CD_IO when no broker answers within `timeout_ms`,
 * CD_NOT_FOUND without the topic, CD_INVALID for a bad property. `settings` is borrowed for the call. Free
 * with cd_feeder_close. */
enum cd_status cd_feeder_open(const struct cd_settings *settings, const char *topic, int timeout_ms,
                              struct cd_feeder **opened, struct cd_error *error);

/* Hand a message to the client; its bytes are copied. Waits while the client's queue is full. A message that
 * the client refuses (too large) is CD_INVALID and counted as failed. */
enum cd_status cd_feeder_send(struct cd_feeder *feeder, const struct cd_feed_message *message,
                              struct cd_error *error);

/* Wait until everything sent is delivered or has failed; CD_IO with the first reason when anything failed or
 * `timeout_ms` have passed. */
enum cd_status cd_feeder_finish(struct cd_feeder *feeder, int timeout_ms, struct cd_error *error);

struct cd_feed_counts cd_feeder_counts(const struct cd_feeder *feeder);

/* Drops what is still undelivered. */
void cd_feeder_close(struct cd_feeder *feeder);

#endif
