/* client.h - the few things that the checker asks of librdkafka. A failure prints one line on standard error.
 * One thread. */
#ifndef COPYDESK_TESTS_CLIENT_H
#define COPYDESK_TESTS_CLIENT_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

/* A client with these properties: "name", "value", ..., NULL. NULL after a failure; rd_kafka_destroy it. */
rd_kafka_t *client_new(rd_kafka_type_t type, const char *broker, const char *const *properties);

/* The partitions of a topic, or -1. */
int client_partition_count(rd_kafka_t *client, const char *topic);

/* Create topics; one that exists already is a failure. */
bool client_create_topics(const char *broker, int partitions, char *const *names, int count);

/* Read a topic from its beginning to its end as it stands (read_committed: transactions that are still open
 * are waited for, at most `wait_ms`). `take` sees every message in the order of its partition. */
typedef void client_take(void *context, const rd_kafka_message_t *message);
bool client_read_topic(const char *broker, const char *topic, int wait_ms, client_take *take, void *context);

/* What a group has committed of a topic's partitions, and where the partitions end. `remaining` gets the sum
 * of what is left (a partition without an offset counts in full), `end` the sum of the ends. */
bool client_group_remaining(const char *broker, const char *group, const char *topic, int64_t *remaining,
                            int64_t *end);

/* Wait until a group has committed all of a topic, at most `wait_ms`. `messages` and `seconds` are what was
 * committed from its first commit that we saw to its last, so that starting up does not count. */
bool client_time_group(const char *broker, const char *group, const char *topic, int wait_ms,
                       int64_t *messages, double *seconds);

/* The value of a header as a string in `value`; false when there is none or it does not fit. */
bool client_header(const rd_kafka_message_t *message, const char *name, char *value, size_t size);

#endif
