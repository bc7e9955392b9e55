/* copydesk feed - publishes article files as raw messages, each keyed by its article's id. */
#include <jansson.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../stream/feeder.h"
#include "article_files.h"
#include "commands.h"
#include "copydesk/article.h"
#include "copydesk/metrics.h"
#include "options.h"
#include "startup.h"

enum { CONNECT_TIMEOUT_MS = 10 * 1000, DELIVERY_TIMEOUT_MS = 60 * 1000 };

struct feed {
    /* as asked for on the command line */
    const char *config, *brokers, *key_field;
    bool no_key, article_time, quiet;
    int64_t rate; /* messages a second; 0: as fast as it goes */
    struct cd_option_list header_options;
    /* in use */
    struct cd_settings settings;
    struct cd_article_options article;
    struct cd_feeder *feeder;
    struct cd_article_files *files;
    struct cd_arena *arena;
    struct cd_buffer raw;
    struct cd_feed_header headers[CD_OPTION_LIST_MAX];
    char *header_names[CD_OPTION_LIST_MAX];
    uint64_t unreadable; /* articles that could not be read from their file */
};

static volatile sig_atomic_t stop_requested;

static void request_stop(int signal_number)
{
    (void)signal_number;
    stop_requested = 1;
}

/* ---- command line -------------------------------------------------------------------------- */

static int parse(struct feed *feed, int argc, char **argv, int *operand)
{
    const struct cd_option table[] = {
        {"config", CD_OPTION_TEXT, "FILE", &feed->config, 0, 0,
         "settings (default: $COPYDESK_CONFIG, or none)"},
        {"brokers", CD_OPTION_TEXT, "HOST:PORT", &feed->brokers, 0, 0, "instead of kafka.brokers"},
        {"key", CD_OPTION_TEXT, "FIELD", &feed->key_field, 0, 0,
         "key by this JSON field (default: the article's id)"},
        {"no-key", CD_OPTION_FLAG, NULL, &feed->no_key, 0, 0,
         "send without keys, spread over the partitions"},
        {"header", CD_OPTION_LIST, "NAME=VALUE", &feed->header_options, 0, 0,
         "add a header; may be repeated"},
        {"article-time", CD_OPTION_FLAG, NULL, &feed->article_time, 0, 0,
         "message timestamp = the article's date (default: now)"},
        {"rate", CD_OPTION_INTEGER, "N", &feed->rate, 1, 1000000,
         "messages a second (default: as fast as it goes)"},
        {"quiet", CD_OPTION_FLAG, NULL, &feed->quiet, 0, 0, "no summary line"},
        {.name = NULL},
    };
    const struct cd_command_line line = {
        "feed",
        "TOPIC [FILE...]",
        "publish articles as raw messages, for trying things out",
        table,
        "FILE is .jsonl, .json (an object or an array), .txt or a folder of them; none or \"-\" is JSON "
        "Lines\n"
        "on standard input. Messages are sent as they stand in the file, broken ones too. The partition of "
        "a\n"
        "key is the one that Java's producer chooses. The exit status is 0 when everything was delivered.",
        1,
        -1,
    };
    return cd_options_parse(&line, argc, argv, operand);
}

/* Split the NAME=VALUE options into headers. */
static int read_headers(struct feed *feed)
{
    for (int i = 0; i < feed->header_options.count; i++) {
        const char *text = feed->header_options.items[i], *equals = strchr(text, '=');
        if (!equals || equals == text) {
            fprintf(stderr, "copydesk feed: --header takes NAME=VALUE, not \"%s\"\n", text);
            return CD_EXIT_USAGE;
        }
        feed->header_names[i] = strndup(text, (size_t)(equals - text));
        feed->headers[i] = (struct cd_feed_header){feed->header_names[i], cd_slice_of(equals + 1)};
    }
    return CD_EXIT_OK;
}

/* ---- keys ---------------------------------------------------------------------------------- */

static struct cd_slice copy_json_scalar(const json_t *value, struct cd_arena *arena)
{
    char number[32];
    if (json_is_string(value))
        return cd_arena_copy(arena, (struct cd_slice){json_string_value(value), json_string_length(value)});
    if (!json_is_integer(value))
        return (struct cd_slice){NULL, 0};
    snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    return cd_arena_copy(arena, cd_slice_of(number));
}

/* The value of one top-level field, when it is a string or a whole number; else none. */
static struct cd_slice key_from_field(const struct feed *feed, struct cd_slice raw)
{
    json_t *object = json_loadb(raw.bytes, raw.length, 0, NULL);
    struct cd_slice key = copy_json_scalar(json_object_get(object, feed->key_field), feed->arena);
    json_decref(object);
    return key;
}

/* Key and time of a message. What cannot be read as an article is sent all the same, without a key: dead
 * letters want trying out too. */
static void address_message(struct feed *feed, struct cd_feed_message *message)
{
    bool needs_article = feed->article_time || (!feed->no_key && !feed->key_field);
    struct cd_article article;
    cd_arena_reset(feed->arena, 0);
    if (feed->key_field && !feed->no_key)
        message->key = key_from_field(feed, message->value);
    if (!needs_article ||
        cd_article_read(message->value, &feed->article, feed->arena, &article, NULL) != CD_OK)
        return;
    if (!feed->no_key && !feed->key_field)
        message->key = article.id;
    if (feed->article_time && article.has_published)
        message->timestamp_ms = article.published_ms;
}

/* ---- the loop ------------------------------------------------------------------------------ */

/* Keep to the rate: message `number` is due this long after the start. */
static void wait_until_due(const struct feed *feed, uint64_t number, uint64_t started_us)
{
    if (feed->rate == 0)
        return;
    uint64_t due_us = started_us + number * 1000000 / (uint64_t)feed->rate, now_us = cd_monotonic_us();
    if (due_us > now_us)
        usleep((useconds_t)(due_us - now_us));
}

static void complain(const struct cd_article_place *place, const struct cd_error *error)
{
    const char *colon = error->where[0] ? ": " : "";
    fprintf(stderr, "copydesk feed: %s:%llu: %s%s%s\n", place->file, (unsigned long long)place->line,
            error->where, colon, error->message);
}

static void feed_all(struct feed *feed)
{
    uint64_t started_us = cd_monotonic_us(), number = 0;
    while (!stop_requested) {
        struct cd_article_place place = {.file = ""};
        struct cd_error error = {0};
        cd_buffer_clear(&feed->raw);
        enum cd_article_found found = cd_article_files_next(feed->files, &feed->raw, &place, &error);
        if (found == CD_ARTICLE_END)
            return;
        if (found == CD_ARTICLE_UNREADABLE) {
            complain(&place, &error);
            feed->unreadable++;
            continue;
        }
        struct cd_feed_message message = {
            .value = cd_buffer_slice(&feed->raw),
            .headers = feed->headers,
            .header_count = (size_t)feed->header_options.count,
        };
        address_message(feed, &message);
        wait_until_due(feed, number++, started_us);
        if (cd_feeder_send(feed->feeder, &message, &error) != CD_OK)
            complain(&place, &error);
    }
}

static int report(const struct feed *feed, const char *topic, double seconds)
{
    struct cd_feed_counts counts = cd_feeder_counts(feed->feeder);
    uint64_t lost = counts.sent - counts.delivered;
    if (!feed->quiet) {
        fprintf(stderr, "copydesk feed: %llu delivered to %s (%.1f MB, %.0f messages/s)",
                (unsigned long long)counts.delivered, topic, (double)counts.delivered_bytes / 1e6,
                seconds > 0 ? (double)counts.delivered / seconds : 0.0);
        if (lost)
            fprintf(stderr, ", %llu not delivered", (unsigned long long)lost);
        if (feed->unreadable)
            fprintf(stderr, ", %llu not readable", (unsigned long long)feed->unreadable);
        fputc('\n', stderr);
    }
    return lost || feed->unreadable ? CD_EXIT_FAILED : CD_EXIT_OK;
}

static int feed_topic(struct feed *feed, const char *topic)
{
    struct cd_error error = {0};
    uint64_t started_us = cd_monotonic_us();
    enum cd_status status = cd_feeder_open(&feed->settings, topic, CONNECT_TIMEOUT_MS, &feed->feeder, &error);
    if (status != CD_OK)
        return cd_give_up(&error, status == CD_INVALID ? CD_EXIT_CONFIG : CD_EXIT_BROKER);
    feed_all(feed);
    status = cd_feeder_finish(feed->feeder, DELIVERY_TIMEOUT_MS, &error);
    int exit_status = report(feed, topic, (double)(cd_monotonic_us() - started_us) / 1e6);
    return status == CD_OK ? exit_status : cd_give_up(&error, CD_EXIT_BROKER);
}

/* ---- set up and clean up ------------------------------------------------------------------- */

static int prepare(struct feed *feed, char **paths, int count)
{
    int exit_status = read_headers(feed);
    if (exit_status != CD_EXIT_OK)
        return exit_status;
    exit_status = cd_startup_settings(feed->config, &feed->settings);
    if (exit_status != CD_EXIT_OK)
        return exit_status;
    if (feed->brokers) {
        free(feed->settings.kafka.brokers);
        feed->settings.kafka.brokers = strdup(feed->brokers);
    }
    feed->article = cd_settings_enrich_options(&feed->settings).article;
    feed->arena = cd_arena_new(0);
    feed->files = cd_article_files_open(paths, count, feed->article.message_bytes_max);
    if (feed->arena && feed->files && feed->settings.kafka.brokers)
        return CD_EXIT_OK;
    struct cd_error error;
    cd_fail(&error, CD_MEMORY, NULL, "out of memory");
    return cd_give_up(&error, CD_EXIT_FATAL);
}

static void clean_up(struct feed *feed)
{
    cd_feeder_close(feed->feeder);
    cd_article_files_close(feed->files);
    cd_arena_free(feed->arena);
    cd_buffer_free(&feed->raw);
    for (int i = 0; i < feed->header_options.count; i++)
        free(feed->header_names[i]);
    cd_settings_free(&feed->settings);
}

int cd_command_feed(int argc, char **argv)
{
    struct feed feed = {0};
    int operand;
    int exit_status = parse(&feed, argc, argv, &operand);
    if (exit_status != CD_OPTIONS_GO_ON)
        return exit_status;
    signal(SIGINT, request_stop);
    signal(SIGTERM, request_stop);
    exit_status = prepare(&feed, argv + operand + 1, argc - operand - 1);
    if (exit_status == CD_EXIT_OK)
        exit_status = feed_topic(&feed, argv[operand]);
    clean_up(&feed);
    return exit_status;
}
