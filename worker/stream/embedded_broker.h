/* embedded_broker.h - what tests need of the embedded broker beyond copydesk/stream.h. */
#ifndef COPYDESK_STREAM_EMBEDDED_BROKER_H
#define COPYDESK_STREAM_EMBEDDED_BROKER_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "copydesk/stream.h"

/* The mock cluster itself, to inject faults; owned by the broker. Any thread (librdkafka locks it). */
rd_kafka_mock_cluster_t *cd_embedded_broker_cluster(struct cd_embedded_broker *broker);

#endif
