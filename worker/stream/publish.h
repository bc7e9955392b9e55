/* publish.h - sends what came of a batch, in input order: records, dead letters, tombstones.
 *
 * A message of input partition p goes to output partition p modulo their number, whatever its key: so the
 * order of each input partition is kept, and messages that share a key and with it a partition still do. */
#ifndef COPYDESK_STREAM_PUBLISH_H
#define COPYDESK_STREAM_PUBLISH_H

#include "copydesk/stream.h"
#include "producer.h"

struct cd_publisher {
    const struct cd_settings *settings;
    struct cd_log *log;
    struct cd_producer *producer;
    int32_t enriched_partitions, deadletter_partitions;
};

struct cd_published {
    uint64_t records, dead_letters, tombstones, bytes;
};

/* Send every item of a handled batch into the open transaction. An item whose record is larger than
 * record.bytes_max, or than the broker takes, becomes a dead letter. CD_ABORTABLE or CD_FATAL when sending
 * cannot go on. */
enum cd_status cd_publish_batch(const struct cd_publisher *publisher, const struct cd_batch *batch,
                                uint64_t deadline_us, struct cd_published *published, struct cd_error *error);

#endif
