#include "embedded_broker.h"

#include <stdlib.h>

enum { BROKERS = 3, REPLICAS = 3 };

struct cd_embedded_broker {
    rd_kafka_t *client; /* the mock cluster lives in it; never connected */
    rd_kafka_mock_cluster_t *cluster;
};

/* It has no broker to connect to and would warn of that. */
static rd_kafka_t *new_silent_client(char *reason, size_t size)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "log_level", "0", reason, size);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, size);
    if (!client)
        rd_kafka_conf_destroy(conf);
    return client;
}

static enum cd_status create_topics(struct cd_embedded_broker *broker, const struct cd_settings *settings,
                                    int partitions, struct cd_error *error)
{
    const char *names[] = {settings->topics.raw, settings->topics.enriched, settings->topics.deadletter,
                           settings->topics.status};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        rd_kafka_resp_err_t code =
            rd_kafka_mock_topic_create(broker->cluster, names[i], partitions, REPLICAS);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
            return cd_fail(error, CD_INVALID, names[i], "the embedded broker cannot create this topic: %s",
                           rd_kafka_err2str(code));
    }
    return CD_OK;
}

enum cd_status cd_embedded_broker_start(const struct cd_settings *settings, int partitions,
                                        struct cd_embedded_broker **started, struct cd_error *error)
{
    char reason[256] = "out of memory";
    struct cd_embedded_broker *broker = calloc(1, sizeof *broker);
    if (broker)
        broker->client = new_silent_client(reason, sizeof reason);
    if (broker && broker->client)
        broker->cluster = rd_kafka_mock_cluster_new(broker->client, BROKERS);
    if (!broker || !broker->cluster) {
        cd_embedded_broker_stop(broker);
        return cd_fail(error, CD_IO, "embedded broker", "cannot start: %s", reason);
    }
    enum cd_status status = create_topics(broker, settings, partitions, error);
    if (status != CD_OK) {
        cd_embedded_broker_stop(broker);
        return status;
    }
    *started = broker;
    return CD_OK;
}

const char *cd_embedded_broker_address(const struct cd_embedded_broker *broker)
{
    return rd_kafka_mock_cluster_bootstraps(broker->cluster);
}

rd_kafka_mock_cluster_t *cd_embedded_broker_cluster(struct cd_embedded_broker *broker)
{
    return broker->cluster;
}

void cd_embedded_broker_stop(struct cd_embedded_broker *broker)
{
    if (!broker)
        return;
    if (broker->cluster)
        rd_kafka_mock_cluster_destroy(broker->cluster);
    if (broker->client)
        rd_kafka_destroy(broker->client);
    free(broker);
}
