/* consumer.h - the group member: messages in, partitions coming and going, positions taken back.
 *
 * Cooperative-sticky only. When partitions are revoked the owner is told first, while they are still ours,
 * so that it can finish what is in flight; when they are lost (another member may have them already) nothing
 * of them may be committed. All functions, and the owner's callback, run on the thread that makes the Kafka
 * calls. */
#ifndef COPYDESK_STREAM_CONSUMER_H
#define COPYDESK_STREAM_CONSUMER_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

#include "copydesk/error.h"
#include "copydesk/log.h"
#include "copydesk/settings.h"
#include "partitions.h"

struct cd_consumer {
    const struct cd_settings *settings;
    struct cd_log *log;
    /* Called before partitions go: finish or drop what is in flight of them. */
    void (*on_revoke)(void *context, const rd_kafka_topic_partition_list_t *partitions, bool lost);
    void *context;

    rd_kafka_t *client;
    struct cd_partitions partitions;
    char *member_id;      /* ours when partitions were last assigned; librdkafka's memory */
    uint64_t assignments; /* how often partitions were given to us */
    bool subscribed, closing;
    struct cd_error problem; /* the last connection problem, for whoever waits in vain */
};

/* Create the client; it does not join the group yet. CD_INVALID: a property. */
enum cd_status cd_consumer_open(struct cd_consumer *consumer, struct cd_error *error);
/* Join the group. */
enum cd_status cd_consumer_subscribe(struct cd_consumer *consumer, struct cd_error *error);
/* Leave the group, waiting at most `timeout_ms`, and free everything. */
void cd_consumer_close(struct cd_consumer *consumer, int timeout_ms);

/* The next message of a partition that is ours, or NULL when none came in `timeout_ms`. The caller owns it.
 * Rebalances happen in here. *status is CD_FATAL when the client cannot go on, else CD_OK. */
rd_kafka_message_t *cd_consumer_poll(struct cd_consumer *consumer, int timeout_ms, enum cd_status *status,
                                     struct cd_error *error);

/* Everything taken and not committed comes again. With `ask_broker` (the outcome of a commit is not known)
 * from the offsets that the broker has, else from those we know. CD_IO: the broker does not say, ask again.
 * CD_FATAL when positions cannot be set: then the process must end, or messages would be skipped. */
enum cd_status cd_consumer_rewind(struct cd_consumer *consumer, bool ask_broker, struct cd_error *error);

/* The group's view of us, to fence our offsets with (KIP-447). NULL when we are no longer the member that the
 * messages were given to: nothing may be committed. The caller destroys it. */
rd_kafka_consumer_group_metadata_t *cd_consumer_group(const struct cd_consumer *consumer);

/* Commit without a transaction (delivery at_least_once). CD_OK or CD_ABORTABLE. */
enum cd_status cd_consumer_commit(struct cd_consumer *consumer,
                                  const rd_kafka_topic_partition_list_t *offsets, struct cd_error *error);

#endif
