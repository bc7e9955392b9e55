/* partitions.h - where this worker stands in each partition that it owns.
 *
 * librdkafka's own positions are not enough: after an abort the messages behind them have to come again, so
 * we keep for every partition the offset to go back to. Belongs to the thread that makes the Kafka calls. */
#ifndef COPYDESK_STREAM_PARTITIONS_H
#define COPYDESK_STREAM_PARTITIONS_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CD_OFFSET_UNKNOWN = -1 };

struct cd_partition {
    int32_t partition;
    int64_t rewind_offset; /* first message not yet committed by us; CD_OFFSET_UNKNOWN until one has come */
    int64_t next_offset;   /* behind the last message taken; CD_OFFSET_UNKNOWN likewise */
    int64_t end_offset;    /* where the end of the partition was last reached, control markers included */
};

struct cd_partitions {
    struct cd_partition *items; /* ascending by partition */
    size_t count, capacity;
};

void cd_partitions_free(struct cd_partitions *partitions);
/* Add a partition (nothing known yet), or forget one. False when out of memory. */
bool cd_partitions_assign(struct cd_partitions *partitions, int32_t partition);
void cd_partitions_revoke(struct cd_partitions *partitions, int32_t partition);
/* NULL when the partition is not ours. Valid until the next assign or revoke. */
struct cd_partition *cd_partitions_find(struct cd_partitions *partitions, int32_t partition);

/* A message was taken: false when its partition is not ours (it must be dropped). */
bool cd_partitions_take(struct cd_partitions *partitions, int32_t partition, int64_t offset);
/* Everything before `offset` has been committed. */
void cd_partitions_commit(struct cd_partitions *partitions, int32_t partition, int64_t offset);
/* Forget what was taken and not committed: messages come again from rewind_offset. */
void cd_partitions_rewind(struct cd_partition *partition, int64_t offset);

#endif
