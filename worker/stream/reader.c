#include "reader.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

#include "client_config.h"

struct cd_reader {
    rd_kafka_t *client;
    rd_kafka_message_t *current;
};

static enum cd_status connect_client(struct cd_reader *reader, const struct cd_settings *settings,
                                     struct cd_error *error)
{
    static const char *const properties[][2] = {
        {"group.id", "copydesk-reader"}, /* asked for by librdkafka, never joined */
        {"enable.auto.commit", "false"},
        {"auto.offset.reset", "earliest"},
        {"isolation.level", "read_committed"},
    };
    rd_kafka_conf_t *conf;
    char reason[256];
    enum cd_status status = cd_client_config(settings, CD_CLIENT_PLAIN, &conf, error);
    if (status != CD_OK)
        return status;
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
        if (rd_kafka_conf_set(conf, properties[i][0], properties[i][1], reason, sizeof reason) !=
            RD_KAFKA_CONF_OK) {
            rd_kafka_conf_destroy(conf);
            return cd_fail(error, CD_INVALID, properties[i][0], "%s", reason);
        }
    reader->client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof reason);
    if (!reader->client) {
        rd_kafka_conf_destroy(conf);
        return cd_fail(error, CD_INVALID, NULL, "no Kafka client: %s", reason);
    }
    rd_kafka_poll_set_consumer(reader->client);
    return CD_OK;
}

static enum cd_status add_partitions(struct cd_reader *reader, const char *topic, int timeout_ms,
                                     rd_kafka_topic_partition_list_t *list, struct cd_error *error)
{
    const rd_kafka_metadata_t *metadata = NULL;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(reader->client, topic, NULL);
    if (!handle)
        return cd_fail(error, CD_INVALID, topic, "not a topic name that can be used");
    rd_kafka_resp_err_t code = rd_kafka_metadata(reader->client, 0, handle, &metadata, timeout_ms);
    rd_kafka_topic_destroy(handle);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return cd_fail(error, CD_IO, topic, "no answer from the broker: %s", rd_kafka_err2str(code));
    int count = metadata->topic_cnt ? metadata->topics[0].partition_cnt : 0;
    for (int i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, topic, metadata->topics[0].partitions[i].id)->offset =
            RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_metadata_destroy(metadata);
    return count ? CD_OK : cd_fail(error, CD_NOT_FOUND, topic, "there is no such topic");
}

static enum cd_status assign_topics(struct cd_reader *reader, const char *const *topics, size_t topic_count,
                                    int timeout_ms, struct cd_error *error)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(16);
    enum cd_status status = CD_OK;
    for (size_t i = 0; i < topic_count && status == CD_OK; i++)
        status = add_partitions(reader, topics[i], timeout_ms, list, error);
    if (status == CD_OK) {
        rd_kafka_resp_err_t code = rd_kafka_assign(reader->client, list);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            status = cd_fail(error, CD_IO, NULL, "cannot read: %s", rd_kafka_err2str(code));
    }
    rd_kafka_topic_partition_list_destroy(list);
    return status;
}

enum cd_status cd_reader_open(const struct cd_settings *settings, const char *const *topics,
                              size_t topic_count, int timeout_ms, struct cd_reader **opened,
                              struct cd_error *error)
{
    struct cd_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return cd_fail(error, CD_MEMORY, NULL, "no memory for a Kafka client");
    enum cd_status status = connect_client(reader, settings, error);
    if (status == CD_OK)
        status = assign_topics(reader, topics, topic_count, timeout_ms, error);
    if (status != CD_OK) {
        cd_reader_close(reader);
        return status;
    }
    *opened = reader;
    return CD_OK;
}

static void drop_current(struct cd_reader *reader)
{
    if (reader->current)
        rd_kafka_message_destroy(reader->current);
    reader->current = NULL;
}

bool cd_reader_next(struct cd_reader *reader, int timeout_ms, struct cd_read_message *message)
{
    drop_current(reader);
    reader->current = rd_kafka_consumer_poll(reader->client, timeout_ms);
    const rd_kafka_message_t *found = reader->current;
    if (!found || found->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return false;
    *message = (struct cd_read_message){
        .topic = rd_kafka_topic_name(found->rkt),
        .partition = found->partition,
        .offset = found->offset,
        .key = {found->key, found->key_len},
        .value = {found->payload, found->len},
        .handle = reader->current,
    };
    return true;
}

struct cd_slice cd_read_header(const struct cd_read_message *message, const char *name)
{
    rd_kafka_headers_t *headers;
    const void *value;
    size_t size;
    if (rd_kafka_message_headers(message->handle, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return (struct cd_slice){NULL, 0};
    return (struct cd_slice){value, size};
}

void cd_reader_close(struct cd_reader *reader)
{
    if (!reader)
        return;
    drop_current(reader);
    if (reader->client)
        rd_kafka_destroy(reader->client);
    free(reader);
}
