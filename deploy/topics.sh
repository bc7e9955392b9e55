#!/bin/sh
# Create Copydesk's topics where they do not exist yet. Runs wherever Kafka's own tools are (its container image, or a
# machine with kafka-topics.sh in the PATH):
#     deploy/topics.sh BROKER[,BROKER...]
# PARTITIONS (6) is the most workers that can share the work; REPLICATION (1) should be 3 on a cluster. A file with
# client properties (TLS, SASL) goes into COMMAND_CONFIG. Names can be changed as for the worker:
# COPYDESK_TOPIC_RAW, _ENRICHED, _DEADLETTER, _STATUS.
set -eu
broker=${1:?usage: topics.sh BROKER[,BROKER...]}
tool=$(command -v kafka-topics.sh || command -v kafka-topics || echo /opt/kafka/bin/kafka-topics.sh)

create() { # NAME PARTITIONS [CONFIG...]
    name=$1 partitions=$2
    shift 2
    # shellcheck disable=SC2086  # the option and its value, or nothing
    "$tool" --bootstrap-server "$broker" ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} --create \
        --if-not-exists --topic "$name" --partitions "$partitions" --replication-factor "${REPLICATION:-1}" "$@"
}

create "${COPYDESK_TOPIC_RAW:-articles.raw}" "${PARTITIONS:-6}"
create "${COPYDESK_TOPIC_ENRICHED:-articles.enriched}" "${PARTITIONS:-6}"
# dead letters are few, and somebody has to look at them: keep them for 30 days
create "${COPYDESK_TOPIC_DEADLETTER:-articles.deadletter}" "${PARTITIONS:-6}" --config retention.ms=2592000000
# the key is the worker's id: the last word of each worker is kept, older ones go after a day
create "${COPYDESK_TOPIC_STATUS:-articles.status}" 1 --config cleanup.policy=compact,delete --config retention.ms=86400000
