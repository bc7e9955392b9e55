#include "topic_check.h"

#include <string.h>
#include <time.h>

#include "copydesk/metrics.h"

enum { SLICE_MS = 500, USUAL_PARTITIONS = 6, ATTEMPTS = 6, PAUSE_NS = 500000000 };

static int32_t partitions_of(const struct rd_kafka_metadata *metadata, const char *topic)
{
    for (int i = 0; i < metadata->topic_cnt; i++)
        if (strcmp(metadata->topics[i].topic, topic) == 0 && !metadata->topics[i].err)
            return metadata->topics[i].partition_cnt;
    return 0;
}

static enum cd_status missing(const struct cd_settings *settings, const char *topic, int32_t partitions,
                              struct cd_error *error)
{
    return cd_fail(error, CD_NOT_FOUND, topic,
                   "the topic does not exist (or may not be seen by this user); create it: kafka-topics.sh "
                   "--bootstrap-server %s --create --topic %s --partitions %d",
                   settings->kafka.brokers, topic, partitions);
}

static enum cd_status count_partitions(const struct rd_kafka_metadata *metadata,
                                       const struct cd_settings *settings, struct cd_topic_counts *counts,
                                       struct cd_error *error)
{
    counts->raw = partitions_of(metadata, settings->topics.raw);
    counts->enriched = partitions_of(metadata, settings->topics.enriched);
    counts->deadletter = partitions_of(metadata, settings->topics.deadletter);
    counts->status = partitions_of(metadata, settings->topics.status);
    if (!counts->raw)
        return missing(settings, settings->topics.raw, USUAL_PARTITIONS, error);
    if (!counts->enriched)
        return missing(settings, settings->topics.enriched, counts->raw, error);
    if (!counts->deadletter)
        return missing(settings, settings->topics.deadletter, counts->raw, error);
    if (!counts->status && settings->status.interval_ms > 0)
        return missing(settings, settings->topics.status, 1, error);
    return CD_OK;
}

/* All topics are listed rather than asked for one by one, for asking a broker for a topic may create it. */
static enum cd_status list_topics(struct cd_consumer *consumer, const struct cd_settings *settings,
                                  int timeout_ms, const atomic_int *stop,
                                  const struct rd_kafka_metadata **metadata, struct cd_error *error)
{
    uint64_t until_us = cd_monotonic_us() + (uint64_t)timeout_ms * 1000;
    rd_kafka_resp_err_t code;
    consumer->problem = (struct cd_error){0};
    while ((code = rd_kafka_metadata(consumer->client, 1, NULL, metadata, SLICE_MS))) {
        rd_kafka_poll(consumer->client, 0); /* the error callback says why */
        if (consumer->problem.status == CD_INVALID)
            return cd_fail(error, CD_INVALID, settings->kafka.brokers,
                           "the broker refuses our credentials: %s", consumer->problem.message);
        if (cd_monotonic_us() > until_us || atomic_load(stop))
            return cd_fail(error, CD_IO, settings->kafka.brokers, "no broker answers within %d ms: %s",
                           timeout_ms,
                           *consumer->problem.message ? consumer->problem.message : rd_kafka_err2str(code));
    }
    return CD_OK;
}

/* A topic that was created a moment ago takes another to be known to every broker. */
enum cd_status cd_topic_check(struct cd_consumer *consumer, const struct cd_settings *settings,
                              int timeout_ms, const atomic_int *stop, struct cd_topic_counts *counts,
                              struct cd_error *error)
{
    enum cd_status status = CD_NOT_FOUND;
    for (int attempt = 0; attempt < ATTEMPTS && status == CD_NOT_FOUND; attempt++) {
        const struct rd_kafka_metadata *metadata;
        if (attempt > 0)
            nanosleep(&(struct timespec){0, PAUSE_NS}, NULL);
        status = list_topics(consumer, settings, timeout_ms, stop, &metadata, error);
        if (status != CD_OK)
            return status;
        status = count_partitions(metadata, settings, counts, error);
        rd_kafka_metadata_destroy(metadata);
    }
    return status;
}
