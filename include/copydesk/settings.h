/* settings.h - every setting of Copydesk, once.
 *
 * One table (worker/base/settings_table.c) gives each setting its name, type, default, range, unit and help
 * text; the parser, config/copydesk.cfg, the README's list and the range errors all read it (house law 6).
 * Settings come from, later wins: the defaults, a libconfig file, the environment (COPYDESK_ + name in
 * capitals, "." -> "_"; short forms such as COPYDESK_BROKERS where the table names one). A struct cd_settings
 * is plain data after loading: share it read-only. Secrets are never printed: cd_settings_print masks them.
 */
#ifndef COPYDESK_SETTINGS_H
#define COPYDESK_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "copydesk/buffer.h"
#include "copydesk/copydesk.h"
#include "copydesk/error.h"
#include "copydesk/log.h"

enum cd_delivery { CD_EXACTLY_ONCE, CD_AT_LEAST_ONCE };

/* librdkafka properties that are passed through, as "name=value" lines (dotted names cannot be libconfig
 * keys): properties = [ "compression.type=lz4", "ssl.ca.location=/etc/ssl/ca.pem" ]; */
struct cd_properties {
    char **lines; /* each "name=value" */
    size_t count;
};

/* Strings are owned by the settings; sizes and times carry their unit in the name. Groups are libconfig
 * groups: kafka.brokers is `kafka = { brokers = "..."; };`. */
struct cd_settings {
    struct {
        char *brokers;  /* "localhost:9092" */
        char *group;    /* consumer group, "copydesk" */
        char *username; /* SASL; empty: none */
        char *password; /* secret; from COPYDESK_KAFKA_PASSWORD or kafka.password_file, never from an argument
                         */
        char *password_file;    /* re-read on SIGHUP */
        char *transactional_id; /* empty: "<group>-<worker.id>" */
        bool embedded;          /* use the embedded broker (librdkafka's mock cluster) instead of brokers */
        int64_t startup_timeout_ms;      /* how long to wait at the start for a broker that answers */
        struct cd_properties properties; /* for consumer and producer */
        struct cd_properties consumer_properties; /* for the consumer only */
        struct cd_properties producer_properties; /* for the producer only */
    } kafka;
    struct {
        char *id;        /* stable per worker; default: the host name */
        int64_t threads; /* enrichment threads; 0: one per core */
        enum cd_delivery delivery;
        int64_t shutdown_timeout_ms; /* to finish the batch and leave after SIGTERM */
        int64_t drain_timeout_ms;    /* to finish the batch when partitions are revoked */
    } worker;
    struct {
        char *raw, *enriched, *deadletter, *status; /* articles.raw, ... */
    } topics;
    struct {
        int64_t count_max; /* articles in a batch */
        int64_t bytes_max; /* raw bytes in a batch */
        int64_t wait_ms;   /* how long a batch waits for more articles */
        int64_t
            queue_bytes_max; /* raw bytes held in the worker in all, fetch queues included; beyond: paused */
        int64_t transaction_timeout_ms;
    } batch;
    struct {
        char *id_fields, *title_fields, *body_fields, *uri_fields, *date_fields, *source_fields,
            *language_fields;
        int64_t message_bytes_max;
        int64_t nesting_max;
        int64_t text_bytes_max;
    } article;
    struct {
        enum cd_record_format format;
        enum cd_offset_unit offset_unit;
        bool include_body;
        char *augment_key;
        int64_t bytes_max; /* a larger record goes to the dead letters instead of looping */
        double confidence_min;
    } record;
    struct {
        char *entities, *topics; /* paths; empty: compiled in */
    } models;
    struct {
        int64_t interval_ms; /* 0: no status messages */
    } status;
    struct {
        enum cd_log_level level;
        enum cd_log_format format;
        char *file; /* empty: standard error */
    } log;
};

/* Load defaults, then `path` (NULL: none), then the environment. Every error names file and line or the
 * variable, the setting, the value as written and what is allowed; unknown settings are errors. What follows
 * from the rest is filled in: worker.id, kafka.password from its file, kafka.transactional_id. Free with
 * cd_settings_free (on failure there is nothing to free). */
enum cd_status cd_settings_load(const char *path, struct cd_settings *settings, struct cd_error *error);
void cd_settings_free(struct cd_settings *settings);

/* The effective settings as a libconfig file, secrets masked as "********". */
void cd_settings_print(const struct cd_settings *settings, struct cd_buffer *out);
/* The commented default file (config/copydesk.cfg is this, checked by a test), and the list for the README.
 */
void cd_settings_print_reference(struct cd_buffer *out);
void cd_settings_print_markdown(struct cd_buffer *out);

/* SIGHUP: take over from `fresh` what can change while running; name the others that differ in `refused`
 * (comma-separated; empty when none). When the result would not fit together, nothing is taken. Of the texts
 * only kafka.password and kafka.password_file can change; the old ones are freed with `fresh`. No other
 * thread may read `current` meanwhile. */
void cd_settings_reload(struct cd_settings *current, struct cd_settings *fresh, struct cd_buffer *refused);

/* COPYDESK_ variables in the environment that name no setting (comma-separated; empty when none): worth a
 * warning. Kubernetes' service variables are left out. */
void cd_settings_unknown_variables(struct cd_buffer *names);

/* The library's options that these settings ask for. Strings are borrowed. */
struct cd_enrich_options cd_settings_enrich_options(const struct cd_settings *settings);

#endif
