/* What a worker tells of itself, and what it takes over while it runs. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/fixture.h"

/* The newest status message, or NULL. The caller decrefs. */
static json_t *newest_status(struct fixture *f)
{
    const rd_kafka_message_t *newest = NULL;
    read_topic(f, f->settings.topics.status);
    for (size_t i = 0; i < f->output_count; i++)
        if (!newest || f->outputs[i]->offset > newest->offset)
            newest = f->outputs[i]; /* one worker, one key, one partition */
    return newest ? json_loadb(newest->payload, newest->len, 0, NULL) : NULL;
}

static json_int_t number_at(const json_t *status, const char *object, const char *name)
{
    return json_integer_value(json_object_get(object ? json_object_get(status, object) : status, name));
}

static void a_status_tells_counts_partitions_and_lag(struct fixture *f)
{
    feed_many(f, 0, 100);
    feed(f, 0, NULL, "poison", NULL, 0);
    start_worker(f, 0);
    wait_committed(f, 101);
    sleep_ms(800);
    json_t *status = newest_status(f);
    CHECK(f, status != NULL);
    CHECK(f, f->output_count > 0 && f->outputs[0]->key_len == 2 && memcmp(f->outputs[0]->key, "w0", 2) == 0);
    CHECK(f, strcmp(json_string_value(json_object_get(status, "state")), "running") == 0);
    CHECK(f, number_at(status, "articles", "in") == 101);
    CHECK(f, number_at(status, "articles", "out") == 100);
    CHECK(f, number_at(status, "articles", "dead") == 1);
    CHECK(f, json_array_size(json_object_get(status, "partitions")) == PARTITIONS);
    CHECK(f, number_at(status, NULL, "lag") == 0);
    CHECK(f, number_at(status, NULL, "handled") == 101); /* the handler's own member */
    CHECK(f, number_at(status, NULL, "memory_bytes") > 1000000);
    CHECK(f, json_is_null(json_object_get(status, "last_error")));
    json_decref(status);
}

/* Every message of a run, from "starting" to "stopping", against config/status.schema.json. */
static void every_status_follows_the_schema(struct fixture *f)
{
    char path[] = "/tmp/copydesk-status-XXXXXX", command[256];
    feed_many(f, 0, 50);
    start_worker(f, 0);
    wait_committed(f, 50);
    CHECK(f, stop_worker(f, 0) == CD_OK);
    read_topic(f, f->settings.topics.status);
    int descriptor = mkstemp(path);
    FILE *file = fdopen(descriptor, "w");
    for (size_t i = 0; i < f->output_count; i++)
        fprintf(file, "%.*s\n", (int)f->outputs[i]->len, (const char *)f->outputs[i]->payload);
    fclose(file);
    CHECK(f, f->output_count >= 3);
    snprintf(command, sizeof command,
             "/usr/bin/python3 -c 'import json, jsonschema\n"
             "schema = json.load(open(\"config/status.schema.json\"))\n"
             "for line in open(\"%s\"): jsonschema.validate(json.loads(line), schema)'",
             path);
    CHECK(f, system(command) == 0); // NOLINT
    unlink(path);
}

static void reload_to_four_threads(void *context)
{
    struct fixture *f = context;
    f->workers[0].settings.worker.threads = 4;
    atomic_fetch_add(&f->reloads, 1);
}

static void a_reload_changes_the_number_of_threads(struct fixture *f)
{
    f->settings.worker.threads = 1;
    feed_many(f, 0, 100);
    f->reload = reload_to_four_threads;
    start_worker(f, 0);
    wait_committed(f, 100);
    CHECK(f, atomic_load(&f->threads_seen) == 1);
    cd_stream_reload(f->workers[0].stream);
    for (int i = 0; i < 200; i++)
        feed(f, i % PARTITIONS, NULL, "slow:5", NULL, 0);
    wait_committed(f, 300);
    CHECK(f, atomic_load(&f->reloads) == 1);
    CHECK(f, atomic_load(&f->threads_seen) == 0xF);
    CHECK(f, stop_worker(f, 0) == CD_OK);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, f->output_count == 300);
}

static void a_missing_topic_is_named_with_the_command_that_creates_it(struct fixture *f)
{
    set_text(&f->settings.topics.enriched, "no.such.topic");
    start_worker(f, 0);
    CHECK(f, join_worker(f, 0) == CD_NOT_FOUND);
    CHECK(f, strcmp(f->workers[0].error.where, "no.such.topic") == 0);
    CHECK(f, strstr(f->workers[0].error.message, "--create --topic no.such.topic --partitions 4") != NULL);
}

static void an_unreachable_broker_ends_the_start(struct fixture *f)
{
    set_text(&f->settings.kafka.brokers, "127.0.0.1:1");
    start_worker(f, 0);
    CHECK(f, join_worker(f, 0) == CD_IO);
    CHECK(f, strstr(f->workers[0].error.message, "Connection refused") != NULL);
}

static void a_second_stop_does_not_wait_for_the_batch(struct fixture *f)
{
    for (int i = 0; i < 40; i++)
        feed(f, 0, NULL, "slow:500", NULL, 0);
    start_worker(f, 0);
    while (atomic_load(&f->handled) == 0 && !atomic_load(&f->workers[0].ended))
        sleep_ms(10);
    cd_stream_stop(f->workers[0].stream);
    stop_worker(f, 0); /* the second */
    CHECK(f, atomic_load(&f->handled) < 20);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, f->output_count == 0);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(a_status_tells_counts_partitions_and_lag),
        CASE(every_status_follows_the_schema),
        CASE(a_reload_changes_the_number_of_threads),
        CASE(a_missing_topic_is_named_with_the_command_that_creates_it),
        CASE(an_unreachable_broker_ends_the_start),
        CASE(a_second_stop_does_not_wait_for_the_batch),
    };
    return run_cases(cases, sizeof cases / sizeof *cases);
}
