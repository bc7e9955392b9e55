/* client_config.h - librdkafka configurations from our settings, one per kind of client.
 *
 * Order of precedence: what the guarantees need (cannot be changed), the user's pass-through properties
 * (kafka.properties, then those of the kind of client), then our defaults below, then librdkafka's own. A
 * property that librdkafka does not know or cannot read stops the start with librdkafka's own reason.
 *
 * transactional.id: a worker keeps the id of its predecessor, so that a restart ends the predecessor's open
 * transaction at once instead of holding readers back until it times out; two live workers must never share
 * one, or they fence each other. The default is "<kafka.group>-<worker.id>", and worker.id defaults to the
 * host name, which is unique and stable where it matters:
 *   - Kubernetes StatefulSet: the pod's host name ends in its ordinal (copydesk-0, copydesk-1, ...);
 *   - docker compose --scale: each replica has a host name of its own, new whenever a container is recreated,
 *     so its predecessor's transaction ends by batch.transaction_timeout_ms at the latest;
 *   - several workers on one host: set COPYDESK_WORKER_ID per worker (systemd: copydesk@1 -> %H-%i). */
#ifndef COPYDESK_STREAM_CLIENT_CONFIG_H
#define COPYDESK_STREAM_CLIENT_CONFIG_H

#include <librdkafka/rdkafka.h>
#include <stddef.h>

#include "copydesk/error.h"
#include "copydesk/settings.h"

enum cd_client_kind {
    CD_CLIENT_CONSUMER, /* group member: read_committed, cooperative-sticky, no automatic commits */
    CD_CLIENT_PRODUCER, /* transactional, or idempotent with delivery at_least_once */
    CD_CLIENT_STATUS,   /* small plain producer for status messages: best effort, never waited for long */
    CD_CLIENT_PLAIN,    /* nothing but the connection: `check`, `feed` */
};

/* A configuration for a client of this kind. CD_INVALID names the setting and the property. The caller owns
 * *conf: rd_kafka_new takes it over, else rd_kafka_conf_destroy. */
enum cd_status cd_client_config(const struct cd_settings *settings, enum cd_client_kind kind,
                                rd_kafka_conf_t **conf, struct cd_error *error);

/* The transactional.id in effect, into out[size]. */
void cd_transactional_id(const struct cd_settings *settings, char *out, size_t size);

#endif
