/* topic_check.h - are the topics there? Asked once, at the start; nothing is created on the way. */
#ifndef COPYDESK_STREAM_TOPIC_CHECK_H
#define COPYDESK_STREAM_TOPIC_CHECK_H

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>

#include "consumer.h"
#include "copydesk/error.h"
#include "copydesk/settings.h"

struct cd_topic_counts {
    int32_t raw, enriched, deadletter,
        status; /* partitions; status 0 when no status is wanted and it is absent */
};

/* Wait for a broker and count the topics' partitions. CD_IO: no broker answers within `timeout_ms` or before
 * *stop is set, with the last reason; CD_INVALID: it refuses our credentials; CD_NOT_FOUND: a topic is
 * missing, with the command that creates it. */
enum cd_status cd_topic_check(struct cd_consumer *consumer, const struct cd_settings *settings,
                              int timeout_ms, const atomic_int *stop, struct cd_topic_counts *counts,
                              struct cd_error *error);

#endif
