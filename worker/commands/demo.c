/* copydesk demo - the main job on the embedded broker: our sample articles go in, a real worker enriches
 * them, and what comes out is shown as a person likes to read it. */
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../stream/feeder.h"
#include "../stream/reader.h"
#include "commands.h"
#include "copydesk/copydesk.h"
#include "copydesk/log.h"
#include "copydesk/metrics.h"
#include "copydesk/stream.h"
#include "enrich_handler.h"
#include "options.h"
#include "page.h"
#include "samples.h"
#include "startup.h"

enum {
    PARTITIONS = 3,
    CONNECT_TIMEOUT_MS = 5000,
    RESULTS_TIMEOUT_MS = 15000,
    RESULTS_MAX = 256,
    SPEED_TRIAL_US = 500000
};

/* A message that tells consumers to forget an article: it has a key and no value. */
static const char tombstone_name[] = "99-withdrawn";

/* What came out for one sample. */
struct result {
    char *name;
    json_t *record; /* NULL: a dead letter or a tombstone */
    char *reason;   /* of a dead letter; NULL for a tombstone */
};

struct demo {
    bool all;
    struct cd_settings settings;
    struct cd_log *log;
    struct cd_embedded_broker *broker;
    struct cd_models *models;
    struct cd_enrich_handler handler;
    struct cd_handler stream_handler;
    struct cd_stream *stream;
    pthread_t thread;
    bool is_running;
    struct cd_error worker_error;
    enum cd_status worker_status;
    size_t sent;
    struct result results[RESULTS_MAX];
    size_t result_count;
    uint64_t elapsed_us;
};

/* ---- the worker ---------------------------------------------------------------------------- */

/* The user's settings, with what the demo needs of them. */
static int load_settings(struct demo *demo)
{
    int exit_status = cd_startup_settings(NULL, &demo->settings);
    if (exit_status != CD_EXIT_OK)
        return exit_status;
    demo->settings.record.format = CD_RECORD_COPYDESK;
    demo->settings.record.offset_unit = CD_OFFSET_UTF8;
    demo->settings.record.include_body = true;
    demo->settings.log.level = CD_LOG_ERROR;
    return CD_EXIT_OK;
}

static enum cd_status start_broker(struct demo *demo, struct cd_error *error)
{
    enum cd_status status = cd_embedded_broker_start(&demo->settings, PARTITIONS, &demo->broker, error);
    if (status != CD_OK)
        return status;
    free(demo->settings.kafka.brokers);
    demo->settings.kafka.brokers = strdup(cd_embedded_broker_address(demo->broker));
    return demo->settings.kafka.brokers ? CD_OK : cd_fail(error, CD_MEMORY, NULL, "out of memory");
}

static void *run_worker(void *context)
{
    struct demo *demo = context;
    demo->worker_status = cd_stream_run(demo->stream, &demo->worker_error);
    return NULL;
}

static enum cd_status start_worker(struct demo *demo, struct cd_error *error)
{
    demo->stream_handler = (struct cd_handler){
        .context = &demo->handler,
        .handle = cd_enrich_handler_handle,
        .describe = cd_enrich_handler_describe,
    };
    const struct cd_settings *settings = &demo->settings;
    enum cd_status status = cd_log_open(NULL, settings->log.level, CD_LOG_AUTO, &demo->log, error);
    if (status == CD_OK)
        status = cd_models_open(settings->models.entities, settings->models.topics, &demo->models, error);
    if (status == CD_OK)
        status = cd_enrich_handler_prepare(&demo->handler, demo->models, settings, error);
    if (status == CD_OK)
        status = cd_stream_new(settings, &demo->stream_handler, demo->log, &demo->stream, error);
    if (status != CD_OK)
        return status;
    if (pthread_create(&demo->thread, NULL, run_worker, demo) != 0)
        return cd_fail(error, CD_MEMORY, NULL, "no thread for the worker");
    demo->is_running = true;
    return CD_OK;
}

static enum cd_status stop_worker(struct demo *demo, struct cd_error *error)
{
    if (!demo->is_running)
        return CD_OK;
    cd_stream_stop(demo->stream);
    pthread_join(demo->thread, NULL);
    demo->is_running = false;
    if (demo->worker_status != CD_OK)
        *error = demo->worker_error;
    return demo->worker_status;
}

/* ---- articles in --------------------------------------------------------------------------- */

static enum cd_status send_sample(struct demo *demo, struct cd_feeder *feeder, struct cd_slice name,
                                  struct cd_slice raw, struct cd_error *error)
{
    const struct cd_feed_message message = {.key = name, .value = raw};
    demo->sent++;
    return cd_feeder_send(feeder, &message, error);
}

static enum cd_status send_samples(struct demo *demo, struct cd_error *error)
{
    struct cd_feeder *feeder;
    struct cd_sample sample;
    size_t position = 0;
    enum cd_status status =
        cd_feeder_open(&demo->settings, demo->settings.topics.raw, CONNECT_TIMEOUT_MS, &feeder, error);
    if (status != CD_OK)
        return status;
    while (status == CD_OK && cd_next_sample(&position, &sample))
        status = send_sample(demo, feeder, sample.name, sample.raw, error);
    if (status == CD_OK)
        status = send_sample(demo, feeder, cd_slice_of(tombstone_name), (struct cd_slice){NULL, 0}, error);
    if (status == CD_OK)
        status = cd_feeder_finish(feeder, CONNECT_TIMEOUT_MS, error);
    cd_feeder_close(feeder);
    return status;
}

/* ---- records out --------------------------------------------------------------------------- */

static void keep_result(struct demo *demo, const struct cd_read_message *message)
{
    struct result *result = &demo->results[demo->result_count++];
    *result =
        (struct result){.name = strndup(message->key.bytes ? message->key.bytes : "", message->key.length)};
    if (strcmp(message->topic, demo->settings.topics.deadletter) == 0) {
        struct cd_slice reason = cd_read_header(message, "copydesk.error.message");
        result->reason = strndup(reason.bytes ? reason.bytes : "no reason given", reason.length);
    } else if (message->value.bytes) {
        result->record = json_loadb(message->value.bytes, message->value.length, 0, NULL);
    }
}

static int compare_results(const void *a, const void *b)
{
    return strcmp(((const struct result *)a)->name, ((const struct result *)b)->name);
}

/* Read until something has come out for every message that went in. */
static enum cd_status read_results(struct demo *demo, struct cd_error *error)
{
    const char *topics[] = {demo->settings.topics.enriched, demo->settings.topics.deadletter};
    struct cd_reader *reader;
    struct cd_read_message message;
    enum cd_status status = cd_reader_open(&demo->settings, topics, 2, CONNECT_TIMEOUT_MS, &reader, error);
    if (status != CD_OK)
        return status;
    uint64_t give_up_us = cd_monotonic_us() + RESULTS_TIMEOUT_MS * 1000ULL;
    while (demo->result_count < demo->sent && demo->result_count < RESULTS_MAX &&
           cd_monotonic_us() < give_up_us)
        if (cd_reader_next(reader, 100, &message))
            keep_result(demo, &message);
    cd_reader_close(reader);
    qsort(demo->results, demo->result_count, sizeof *demo->results, compare_results);
    if (demo->result_count == demo->sent)
        return CD_OK;
    return cd_fail(error, CD_IO, "demo", "%zu messages went in, but only %zu came out in time", demo->sent,
                   demo->result_count);
}

/* ---- the show ------------------------------------------------------------------------------ */

/* Samples worth a page of their own; the others get a line each. */
static bool is_featured(const struct demo *demo, const char *name)
{
    static const char *const featured[] = {"01-ceasefire-talks", "02-fed-holds-rates", "04-cup-final",
                                           "13-many-scripts", "19-first-family"};
    for (size_t i = 0; i < sizeof featured / sizeof *featured; i++)
        if (strcmp(name, featured[i]) == 0)
            return true;
    return demo->all;
}

static void show_pages(const struct demo *demo, const struct cd_page *page)
{
    for (size_t i = 0; i < demo->result_count; i++) {
        const struct result *result = &demo->results[i];
        if (!result->record || !is_featured(demo, result->name))
            continue;
        cd_page_rule(page, result->name);
        cd_page_record(page, result->record);
    }
}

static void show_lines(const struct demo *demo, const struct cd_page *page)
{
    if (!demo->all) {
        cd_page_rule(page, "the others in a line each (--all shows them in full)");
        for (size_t i = 0; i < demo->result_count; i++)
            if (demo->results[i].record && !is_featured(demo, demo->results[i].name))
                cd_page_record_line(page, demo->results[i].record);
    }
    cd_page_rule(page, "not articles");
    for (size_t i = 0; i < demo->result_count; i++) {
        const struct result *result = &demo->results[i];
        if (result->reason)
            cd_page_note(page, "dead letter", cd_slice_of(result->name), result->reason);
        else if (!result->record)
            cd_page_note(page, "tombstone", cd_slice_of(result->name),
                         "passed through, so that consumers forget it");
    }
}

/* Words a second of one warm thread: the samples over and over, without Kafka. */
static double measure_words_per_second(const struct demo *demo)
{
    const struct cd_enrich_options options = cd_settings_enrich_options(&demo->settings);
    struct cd_session *session = cd_session_new(demo->models, &options);
    struct cd_buffer out = {0};
    uint64_t words = 0, started_us = 0, now_us = 0;
    for (int round = 0; session && (round < 2 || now_us < started_us + SPEED_TRIAL_US); round++) {
        struct cd_sample sample;
        struct cd_enrich_result result;
        if (round == 1) { /* the first round only warms up */
            started_us = cd_monotonic_us();
            words = 0;
        }
        for (size_t position = 0; cd_next_sample(&position, &sample); cd_buffer_clear(&out))
            if (cd_enrich(session, sample.raw, NULL, &out, &result, NULL) == CD_OK)
                words += result.words;
        now_us = cd_monotonic_us();
    }
    cd_buffer_free(&out);
    cd_session_free(session);
    return now_us > started_us ? (double)words * 1e6 / (double)(now_us - started_us) : 0;
}

static void show_summary(const struct demo *demo, const struct cd_page *page)
{
    struct cd_stream_counts counts = cd_stream_counts(demo->stream);
    cd_page_rule(page, "summary");
    fprintf(page->out,
            "  %llu messages in: %llu enriched, %llu dead letter, %llu tombstone; each exactly once.\n"
            "  %llu words, %llu mentions of %llu entities, %llu topics.\n"
            "  %.1f s from the first message to the last record, most of it the group's first join.\n"
            "  %.0f words/s: the same articles over and over, raw message to record, on one thread.\n",
            (unsigned long long)counts.messages_in, (unsigned long long)counts.records_out,
            (unsigned long long)counts.dead_letters, (unsigned long long)counts.tombstones,
            (unsigned long long)demo->handler.words, (unsigned long long)demo->handler.mentions,
            (unsigned long long)demo->handler.entities, (unsigned long long)demo->handler.subjects,
            (double)demo->elapsed_us / 1e6, measure_words_per_second(demo));
}

static void show(const struct demo *demo)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct cd_page page = cd_page_for(stdout);
    fprintf(page.out, "Copydesk %s: %zu messages through an embedded Kafka broker and one worker.\n",
            cd_version(), demo->sent);
    cd_page_legend(&page);
    show_pages(demo, &page);
    show_lines(demo, &page);
    show_summary(demo, &page);
}

/* ---- all together -------------------------------------------------------------------------- */

static enum cd_status perform(struct demo *demo, struct cd_error *error)
{
    enum cd_status status = start_broker(demo, error);
    if (status == CD_OK)
        status = start_worker(demo, error);
    uint64_t started_us = cd_monotonic_us();
    if (status == CD_OK)
        status = send_samples(demo, error);
    if (status == CD_OK)
        status = read_results(demo, error);
    demo->elapsed_us = cd_monotonic_us() - started_us;
    enum cd_status worker_status = stop_worker(demo, error);
    return status != CD_OK ? status : worker_status;
}

static void clean_up(struct demo *demo)
{
    for (size_t i = 0; i < demo->result_count; i++) {
        free(demo->results[i].name);
        free(demo->results[i].reason);
        json_decref(demo->results[i].record);
    }
    cd_stream_free(demo->stream);
    cd_enrich_handler_free(&demo->handler);
    cd_models_close(demo->models);
    cd_log_close(demo->log);
    cd_embedded_broker_stop(demo->broker);
    cd_settings_free(&demo->settings);
}

int cd_command_demo(int argc, char **argv)
{
    static struct demo demo;
    const struct cd_option table[] = {
        {"all", CD_OPTION_FLAG, NULL, &demo.all, 0, 0, "show every record in full"},
        {.name = NULL},
    };
    const struct cd_command_line line = {
        "demo", "", "enrich our sample articles on an embedded broker, and show what comes out", table, NULL,
        0,      0};
    struct cd_error error = {0};
    int operand;
    int exit_status = cd_options_parse(&line, argc, argv, &operand);
    if (exit_status != CD_OPTIONS_GO_ON)
        return exit_status;
    exit_status = load_settings(&demo);
    if (exit_status == CD_EXIT_OK && perform(&demo, &error) != CD_OK)
        exit_status = cd_give_up(&error, error.status == CD_INVALID ? CD_EXIT_CONFIG : CD_EXIT_BROKER);
    if (exit_status == CD_EXIT_OK)
        show(&demo);
    clean_up(&demo);
    return exit_status;
}
