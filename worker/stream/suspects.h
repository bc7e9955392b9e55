/* suspects.h - messages whose output the broker found too large, so that the next attempt does better.
 *
 * The broker's limit counts a whole batch of records after compression, and refuses them all together; our
 * transaction is aborted and its messages come again. So that this ends, each message remembers how far it
 * has got: suspects are sent alone, one that is refused alone becomes a dead letter, and one whose dead
 * letter is refused alone becomes a dead letter without its value, then without its key and headers. Every
 * step is taken at most once per message. Belongs to the thread that makes the Kafka calls; almost always
 * empty. */
#ifndef COPYDESK_STREAM_SUSPECTS_H
#define COPYDESK_STREAM_SUSPECTS_H

#include <librdkafka/rdkafka.h>
#include <stddef.h>
#include <stdint.h>

enum cd_suspicion {
    CD_NOT_SUSPECT,
    CD_SEND_ALONE,   /* refused among others */
    CD_SEND_DEAD,    /* its record was refused alone */
    CD_SEND_OMITTED, /* its dead letter was refused alone: send it without the value */
    CD_SEND_BARE,    /* key or headers alone are too large: send our own headers only */
    CD_CANNOT_SEND,  /* the dead-letter topic takes nothing at all */
};

struct cd_suspect {
    int32_t partition;
    int64_t offset;
    enum cd_suspicion suspicion;
};

struct cd_suspects {
    struct cd_suspect *items;
    size_t count, capacity;
};

void cd_suspects_free(struct cd_suspects *suspects);
enum cd_suspicion cd_suspects_find(const struct cd_suspects *suspects, int32_t partition, int64_t offset);
/* The output of a message was refused: one step further. */
void cd_suspects_refuse(struct cd_suspects *suspects, int32_t partition, int64_t offset);
/* Forget what lies before these committed offsets. */
void cd_suspects_forget(struct cd_suspects *suspects, const rd_kafka_topic_partition_list_t *committed);

#endif
