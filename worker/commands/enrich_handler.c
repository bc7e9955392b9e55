#include "enrich_handler.h"

#include <stdlib.h>

#include "copydesk/json.h"

static void free_sessions(struct cd_session **sessions, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        cd_session_free(sessions[i]);
    free(sessions);
}

void cd_enrich_handler_free(struct cd_enrich_handler *handler)
{
    free_sessions(handler->sessions, handler->session_count);
    handler->sessions = NULL;
    handler->session_count = 0;
}

enum cd_status cd_enrich_handler_prepare(struct cd_enrich_handler *handler, const struct cd_models *models,
                                         const struct cd_settings *settings, struct cd_error *error)
{
    struct cd_enrich_options options = cd_settings_enrich_options(settings);
    unsigned count = cd_stream_thread_count(settings->worker.threads);
    struct cd_session **sessions = calloc(count, sizeof(void *));
    unsigned made = 0;
    while (sessions && made < count && (sessions[made] = cd_session_new(models, &options)))
        made++;
    if (made < count) {
        free_sessions(sessions, made);
        return cd_fail(error, CD_MEMORY, NULL, "no memory for %u sessions", count);
    }
    cd_enrich_handler_free(handler);
    handler->models = models;
    handler->sessions = sessions;
    handler->session_count = count;
    return CD_OK;
}

static void record_times(struct cd_enrich_handler *handler, const struct cd_enrich_result *result)
{
    cd_histogram_record(&handler->read, result->times.read_us);
    cd_histogram_record(&handler->tag, result->times.tag_us);
    cd_histogram_record(&handler->join, result->times.join_us);
    cd_histogram_record(&handler->classify, result->times.classify_us);
    cd_histogram_record(&handler->write, result->times.write_us);
    atomic_fetch_add_explicit(&handler->words, result->words, memory_order_relaxed);
    atomic_fetch_add_explicit(&handler->mentions, result->mentions, memory_order_relaxed);
    atomic_fetch_add_explicit(&handler->entities, result->entities, memory_order_relaxed);
    atomic_fetch_add_explicit(&handler->subjects, result->subjects, memory_order_relaxed);
}

enum cd_status cd_enrich_handler_handle(void *context, unsigned thread, const struct cd_message *message,
                                        struct cd_buffer *out, struct cd_error *error)
{
    struct cd_enrich_handler *handler = context;
    struct cd_enrich_result result = {0};
    struct cd_input_position position = {
        .known = true,
        .topic = message->topic,
        .partition = message->partition,
        .offset = message->offset,
        .timestamp_ms = message->timestamp_ms,
    };
    enum cd_status status =
        cd_enrich(handler->sessions[thread], message->value, &position, out, &result, error);
    if (status == CD_OK)
        record_times(handler, &result);
    return status;
}

static void put_stage(struct cd_json *json, const char *name, struct cd_histogram *stage)
{
    cd_json_key(json, name);
    cd_json_begin_object(json);
    cd_json_put_integer(json, "p50", (int64_t)cd_histogram_quantile_us(stage, 0.5));
    cd_json_put_integer(json, "p90", (int64_t)cd_histogram_quantile_us(stage, 0.9));
    cd_json_put_integer(json, "p99", (int64_t)cd_histogram_quantile_us(stage, 0.99));
    cd_json_end_object(json);
    cd_histogram_reset(stage);
}

void cd_enrich_handler_describe(void *context, struct cd_buffer *out)
{
    struct cd_enrich_handler *handler = context;
    struct cd_json json = {.out = out, .comma = true};
    cd_json_put_text(&json, "entities_model", cd_models_entities_version(handler->models));
    cd_json_put_text(&json, "topics_model", cd_models_topics_version(handler->models));
    cd_json_put_integer(&json, "words", (int64_t)atomic_load(&handler->words));
    cd_json_put_integer(&json, "mentions", (int64_t)atomic_load(&handler->mentions));
    cd_json_put_integer(&json, "entities", (int64_t)atomic_load(&handler->entities));
    cd_json_put_integer(&json, "subjects", (int64_t)atomic_load(&handler->subjects));
    cd_json_key(&json, "stages_us");
    cd_json_begin_object(&json);
    put_stage(&json, "read", &handler->read);
    put_stage(&json, "tag", &handler->tag);
    put_stage(&json, "join", &handler->join);
    put_stage(&json, "classify", &handler->classify);
    put_stage(&json, "write", &handler->write);
    cd_json_end_object(&json);
}
