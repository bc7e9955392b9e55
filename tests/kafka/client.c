#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "copydesk/metrics.h"

enum { REQUEST_TIMEOUT_MS = 20000, POLL_MS = 100, PARTITIONS_MAX = 256, ASK_EVERY_US = 20000 };

rd_kafka_t *client_new(rd_kafka_type_t type, const char *broker, const char *const *properties)
{
    char reason[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_res_t result = rd_kafka_conf_set(conf, "bootstrap.servers", broker, reason, sizeof reason);
    for (; *properties && result == RD_KAFKA_CONF_OK; properties += 2)
        result = rd_kafka_conf_set(conf, properties[0], properties[1], reason, sizeof reason);
    rd_kafka_t *client = result == RD_KAFKA_CONF_OK ? rd_kafka_new(type, conf, reason, sizeof reason) : NULL;
    if (!client) {
        fprintf(stderr, "checker: %s\n", reason);
        rd_kafka_conf_destroy(conf);
    }
    return client;
}

int client_partition_count(rd_kafka_t *client, const char *topic)
{
    const rd_kafka_metadata_t *metadata;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
    rd_kafka_resp_err_t error = rd_kafka_metadata(client, 0, handle, &metadata, REQUEST_TIMEOUT_MS);
    rd_kafka_topic_destroy(handle);
    if (error) {
        fprintf(stderr, "checker: %s: %s\n", topic, rd_kafka_err2str(error));
        return -1;
    }
    int count = metadata->topic_cnt == 1 && !metadata->topics[0].err ? metadata->topics[0].partition_cnt : -1;
    if (count < 0)
        fprintf(stderr, "checker: there is no topic %s\n", topic);
    rd_kafka_metadata_destroy(metadata);
    return count;
}

static bool report_topics(rd_kafka_event_t *event)
{
    size_t count = 0;
    const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
    const rd_kafka_topic_result_t **topics =
        result ? rd_kafka_CreateTopics_result_topics(result, &count) : NULL;
    if (!topics) {
        fprintf(stderr, "checker: %s\n", event ? rd_kafka_event_error_string(event) : "no answer in time");
        return false;
    }
    bool all = true;
    for (size_t i = 0; i < count; i++) {
        if (!rd_kafka_topic_result_error(topics[i]))
            continue;
        fprintf(stderr, "checker: %s\n", rd_kafka_topic_result_error_string(topics[i]));
        all = false;
    }
    return all;
}

bool client_create_topics(const char *broker, int partitions, char *const *names, int count)
{
    rd_kafka_t *client = client_new(RD_KAFKA_PRODUCER, broker, (const char *const[]){NULL});
    rd_kafka_NewTopic_t **topics =
        calloc((size_t)count, sizeof(rd_kafka_NewTopic_t *)) /* NOLINT(bugprone-sizeof-expression) */;
    if (!client || !topics) {
        free(topics);
        return false;
    }
    for (int i = 0; i < count; i++)
        topics[i] = rd_kafka_NewTopic_new(names[i], partitions, 1, NULL, 0);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_CreateTopics(client, topics, (size_t)count, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, REQUEST_TIMEOUT_MS);
    bool created = report_topics(event);
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy_array(topics, (size_t)count);
    free(topics);
    rd_kafka_destroy(client);
    return created;
}

/* ---- reading a topic to its end ------------------------------------------------------------ */

struct reading {
    rd_kafka_t *client;
    const char *topic;
    int partitions, ended; /* partitions that have been read to their end */
    bool is_ended[PARTITIONS_MAX];
    uint64_t deadline_us;
    client_take *take;
    void *context;
};

/* An end is one only when no open transaction hides what is behind it: the cached high watermark is the one
 * of the last fetch, which counts what is not committed yet. */
static void note_end(struct reading *reading, int32_t partition, int64_t position)
{
    int64_t low = 0, high = 0;
    bool known = rd_kafka_get_watermark_offsets(reading->client, reading->topic, partition, &low, &high) ==
                 RD_KAFKA_RESP_ERR_NO_ERROR;
    if (reading->is_ended[partition] || !known || position < high)
        return;
    reading->is_ended[partition] = true;
    reading->ended++;
}

static bool read_on(struct reading *reading)
{
    while (reading->ended < reading->partitions && cd_monotonic_us() < reading->deadline_us) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reading->client, POLL_MS);
        if (!message)
            continue;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            reading->take(reading->context, message);
        else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            note_end(reading, message->partition, message->offset);
        else
            fprintf(stderr, "checker: %s: %s\n", reading->topic, rd_kafka_message_errstr(message));
        rd_kafka_message_destroy(message);
    }
    if (reading->ended < reading->partitions)
        fprintf(stderr,
                "checker: %s: %d of %d partitions could not be read to their end (an open transaction?)\n",
                reading->topic, reading->partitions - reading->ended, reading->partitions);
    return reading->ended == reading->partitions;
}

bool client_read_topic(const char *broker, const char *topic, int wait_ms, client_take *take, void *context)
{
    const char *const properties[] = {"group.id",
                                      "checker",
                                      "enable.auto.commit",
                                      "false",
                                      "isolation.level",
                                      "read_committed",
                                      "fetch.wait.max.ms",
                                      "20",
                                      "enable.partition.eof",
                                      "true",
                                      "auto.offset.reset",
                                      "error",
                                      NULL};
    rd_kafka_t *client = client_new(RD_KAFKA_CONSUMER, broker, properties);
    if (!client)
        return false;
    struct reading reading = {.client = client,
                              .topic = topic,
                              .partitions = client_partition_count(client, topic),
                              .deadline_us = cd_monotonic_us() + (uint64_t)wait_ms * 1000,
                              .take = take,
                              .context = context};
    bool complete = false;
    if (reading.partitions > 0 && reading.partitions <= PARTITIONS_MAX) {
        rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(reading.partitions);
        for (int i = 0; i < reading.partitions; i++)
            rd_kafka_topic_partition_list_add(list, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
        rd_kafka_assign(client, list);
        rd_kafka_topic_partition_list_destroy(list);
        complete = read_on(&reading);
    }
    rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
    return complete;
}

/* ---- groups and headers -------------------------------------------------------------------- */

/* A group's offsets in a topic, asked for with one client. */
struct group_view {
    rd_kafka_t *client;
    const char *topic;
    rd_kafka_topic_partition_list_t *list;
};

static bool open_group(struct group_view *view, const char *broker, const char *group, const char *topic)
{
    view->topic = topic;
    view->list = rd_kafka_topic_partition_list_new(8);
    view->client = client_new(RD_KAFKA_CONSUMER, broker, (const char *const[]){"group.id", group, NULL});
    int partitions = view->client ? client_partition_count(view->client, topic) : -1;
    for (int i = 0; i < partitions; i++)
        rd_kafka_topic_partition_list_add(view->list, topic, i);
    return partitions > 0;
}

static void close_group(struct group_view *view)
{
    rd_kafka_topic_partition_list_destroy(view->list);
    if (view->client)
        rd_kafka_destroy(view->client);
}

static bool ask_group(struct group_view *view, int64_t *remaining, int64_t *end)
{
    rd_kafka_resp_err_t error = rd_kafka_committed(view->client, view->list, REQUEST_TIMEOUT_MS);
    *remaining = *end = 0;
    for (int i = 0; i < view->list->cnt && !error; i++) {
        int64_t low = 0, high = 0, offset = view->list->elems[i].offset;
        error =
            rd_kafka_query_watermark_offsets(view->client, view->topic, i, &low, &high, REQUEST_TIMEOUT_MS);
        *end += high;
        *remaining += high - (offset > 0 ? offset : low);
    }
    return error == RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool client_group_remaining(const char *broker, const char *group, const char *topic, int64_t *remaining,
                            int64_t *end)
{
    struct group_view view;
    *remaining = *end = 0;
    bool known = open_group(&view, broker, group, topic) && ask_group(&view, remaining, end);
    close_group(&view);
    return known;
}

bool client_time_group(const char *broker, const char *group, const char *topic, int wait_ms,
                       int64_t *messages, double *seconds)
{
    struct group_view view;
    int64_t first_remaining = -1, remaining = -1, end = 0;
    uint64_t first_us = 0, now_us = cd_monotonic_us(), deadline_us = now_us + (uint64_t)wait_ms * 1000;
    bool known = open_group(&view, broker, group, topic);
    while (known && remaining != 0 && now_us < deadline_us) {
        known = ask_group(&view, &remaining, &end);
        now_us = cd_monotonic_us();
        if (first_remaining < 0 && remaining < end) {
            first_remaining = remaining;
            first_us = now_us;
        }
        usleep(ASK_EVERY_US);
    }
    close_group(&view);
    *messages = first_remaining;
    *seconds = (double)(now_us - first_us) / 1e6;
    return known && remaining == 0 && first_remaining > 0;
}

bool client_header(const rd_kafka_message_t *message, const char *name, char *value, size_t size)
{
    rd_kafka_headers_t *headers;
    const void *bytes;
    size_t length;
    if (rd_kafka_message_headers(message, &headers) ||
        rd_kafka_header_get_last(headers, name, &bytes, &length) || !bytes || length >= size)
        return false;
    memcpy(value, bytes, length);
    value[length] = '\0';
    return true;
}
