#include "fixture.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../../worker/stream/embedded_broker.h"
#include "copydesk/metrics.h"

enum { SIDE_BY_SIDE = 8, PATIENCE_MS = 60000 };

void check_failed(struct fixture *fixture, const char *file, int line, const char *what)
{
    if (!fixture->failure[0])
        snprintf(fixture->failure, sizeof fixture->failure, "%s:%d: %s", file, line, what);
}

void sleep_ms(int milliseconds)
{
    nanosleep(&(struct timespec){milliseconds / 1000, (long)(milliseconds % 1000) * 1000000}, NULL);
}

void set_text(char **setting, const char *value)
{
    free(*setting);
    *setting = strdup(value);
}

void add_property(struct cd_properties *properties, const char *line)
{
    properties->lines = realloc(properties->lines, (properties->count + 1) * sizeof *properties->lines);
    properties->lines[properties->count++] = strdup(line);
}

/* ---- handler: upper case, and words that make it do something else ------------------------- */

static bool starts_with(struct cd_slice value, const char *prefix)
{
    size_t length = strlen(prefix);
    return value.length >= length && memcmp(value.bytes, prefix, length) == 0;
}

static int number_in(struct cd_slice value)
{
    char text[32] = "";
    const char *colon = memchr(value.bytes, ':', value.length);
    size_t length = colon ? value.length - (size_t)(colon - value.bytes) - 1 : 0;
    if (length == 0 || length >= sizeof text)
        return 0;
    memcpy(text, colon + 1, length);
    return atoi(text);
}

/* "poison": refused. "big:N": N incompressible bytes. "slow:N": takes N ms. Else: in capitals. */
static enum cd_status handle(void *context, unsigned thread, const struct cd_message *message,
                             struct cd_buffer *out, struct cd_error *error)
{
    struct fixture *fixture = context;
    atomic_fetch_add(&fixture->handled, 1);
    atomic_fetch_or(&fixture->threads_seen, 1U << thread);
    if (starts_with(message->value, "poison"))
        return cd_fail(error, CD_INVALID, "field body", "not an article");
    if (starts_with(message->value, "slow:"))
        sleep_ms(number_in(message->value));
    if (starts_with(message->value, "big:")) {
        uint64_t state = (uint64_t)message->offset * 2654435761U + 1;
        for (int i = number_in(message->value); i > 0; i--) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            cd_buffer_append_byte(out, (char)('!' + (state >> 33) % 90));
        }
        return CD_OK;
    }
    for (size_t i = 0; i < message->value.length; i++)
        cd_buffer_append_byte(out, (char)toupper((unsigned char)message->value.bytes[i]));
    return CD_OK;
}

static void describe(void *context, struct cd_buffer *out)
{
    struct fixture *fixture = context;
    cd_buffer_format(out, ",\"handled\":%d", atomic_load(&fixture->handled));
}

/* ---- broker -------------------------------------------------------------------------------- */

void fixture_start(struct fixture *fixture)
{
    struct cd_error error = {0};
    char path[128];
    if (cd_settings_load(NULL, &fixture->settings, &error) != CD_OK ||
        cd_embedded_broker_start(&fixture->settings, PARTITIONS, &fixture->broker, &error) != CD_OK) {
        fprintf(stderr, "%s: %s: %s\n", fixture->name, error.where, error.message);
        abort();
    }
    struct cd_settings *settings = &fixture->settings;
    set_text(&settings->kafka.brokers, cd_embedded_broker_address(fixture->broker));
    set_text(&settings->worker.id, "w0");
    settings->worker.threads = 2;
    settings->batch.wait_ms = 20;
    settings->status.interval_ms = 200;
    add_property(&settings->kafka.consumer_properties, "session.timeout.ms=6000");
    add_property(&settings->kafka.consumer_properties, "heartbeat.interval.ms=500");
    fixture->cluster = cd_embedded_broker_cluster(fixture->broker);
    snprintf(path, sizeof path, "%s/copydesk-%s.log", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp",
             fixture->name);
    remove(path);
    cd_log_open(path, CD_LOG_DEBUG, CD_LOG_HUMAN, &fixture->log, &error);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char reason[256];
    rd_kafka_conf_set(conf, "bootstrap.servers", settings->kafka.brokers, reason, sizeof reason);
    fixture->feeder = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
}

static void drop_outputs(struct fixture *fixture)
{
    for (size_t i = 0; i < fixture->output_count; i++)
        rd_kafka_message_destroy(fixture->outputs[i]);
    fixture->output_count = 0;
    if (fixture->reader) {
        rd_kafka_consumer_close(fixture->reader);
        rd_kafka_destroy(fixture->reader);
    }
    fixture->reader = NULL;
}

void fixture_end(struct fixture *fixture)
{
    for (int i = 0; i < 3; i++)
        if (fixture->workers[i].running)
            stop_worker(fixture, i);
    drop_outputs(fixture);
    rd_kafka_destroy(fixture->feeder);
    cd_embedded_broker_stop(fixture->broker);
    cd_log_close(fixture->log);
    cd_settings_free(&fixture->settings);
}

void feed(struct fixture *fixture, int partition, const char *key, const char *value,
          rd_kafka_headers_t *headers, int64_t timestamp_ms)
{
    rd_kafka_resp_err_t code = rd_kafka_producev(
        fixture->feeder, RD_KAFKA_V_TOPIC(fixture->settings.topics.raw), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY((void *)key, key ? strlen(key) : 0),
        RD_KAFKA_V_VALUE((void *)value, value ? strlen(value) : 0), RD_KAFKA_V_TIMESTAMP(timestamp_ms),
        RD_KAFKA_V_HEADERS(headers ? headers : rd_kafka_headers_new(1)), RD_KAFKA_V_END);
    CHECK(fixture, code == RD_KAFKA_RESP_ERR_NO_ERROR);
    CHECK(fixture, rd_kafka_flush(fixture->feeder, 10000) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

void feed_many(struct fixture *fixture, int first, int count)
{
    for (int i = first; i < first + count; i++) {
        char value[64];
        snprintf(value, sizeof value, "article %d", i);
        rd_kafka_producev(fixture->feeder, RD_KAFKA_V_TOPIC(fixture->settings.topics.raw),
                          RD_KAFKA_V_PARTITION(i % PARTITIONS), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                          RD_KAFKA_V_VALUE(value, strlen(value)), RD_KAFKA_V_END);
    }
    CHECK(fixture, rd_kafka_flush(fixture->feeder, 20000) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

/* ---- workers ------------------------------------------------------------------------------- */

static void *run(void *argument)
{
    struct worker *worker = argument;
    worker->status = cd_stream_run(worker->stream, &worker->error);
    atomic_store(&worker->ended, true);
    return NULL;
}

void start_worker(struct fixture *fixture, int number)
{
    struct worker *worker = &fixture->workers[number];
    char id[8];
    snprintf(id, sizeof id, "w%d", number);
    set_text(&fixture->settings.worker.id, id);
    worker->settings = fixture->settings; /* shares the strings, which outlive the worker */
    worker->settings.worker.id = strdup(id);
    worker->handler = (struct cd_handler){
        .context = fixture, .handle = handle, .describe = describe, .reload = fixture->reload};
    atomic_store(&worker->ended, false);
    if (cd_stream_new(&worker->settings, &worker->handler, fixture->log, &worker->stream, &worker->error) !=
        CD_OK) {
        fprintf(stderr, "%s: %s: %s\n", fixture->name, worker->error.where, worker->error.message);
        abort();
    }
    pthread_create(&worker->thread, NULL, run, worker);
    worker->running = true;
}

enum cd_status join_worker(struct fixture *fixture, int number)
{
    struct worker *worker = &fixture->workers[number];
    pthread_join(worker->thread, NULL);
    cd_stream_free(worker->stream);
    free(worker->settings.worker.id);
    worker->stream = NULL;
    worker->running = false;
    return worker->status;
}

enum cd_status stop_worker(struct fixture *fixture, int number)
{
    cd_stream_stop(fixture->workers[number].stream);
    return join_worker(fixture, number);
}

void wait_committed(struct fixture *fixture, uint64_t count)
{
    for (int waited_ms = 0; waited_ms < PATIENCE_MS; waited_ms += 20) {
        uint64_t committed = 0;
        bool ended = false;
        for (int i = 0; i < 3; i++) {
            if (!fixture->workers[i].running)
                continue;
            committed += cd_stream_counts(fixture->workers[i].stream).messages_in;
            ended = ended || atomic_load(&fixture->workers[i].ended);
        }
        if (committed >= count || ended)
            return;
        sleep_ms(20);
    }
    check_failed(fixture, __FILE__, __LINE__, "the articles were not committed within a minute");
}

/* ---- what came out ------------------------------------------------------------------------- */

static void open_reader(struct fixture *fixture, const char *topic)
{
    char reason[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(PARTITIONS);
    rd_kafka_conf_set(conf, "bootstrap.servers", fixture->settings.kafka.brokers, reason, sizeof reason);
    rd_kafka_conf_set(conf, "group.id", "reader", reason, sizeof reason);
    rd_kafka_conf_set(conf, "enable.partition.eof", "true", reason, sizeof reason);
    rd_kafka_conf_set(conf, "fetch.wait.max.ms", "20", reason, sizeof reason);
    rd_kafka_conf_set(conf, "enable.auto.commit", "false", reason, sizeof reason);
    fixture->reader = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof reason);
    rd_kafka_poll_set_consumer(fixture->reader);
    for (int i = 0; i < PARTITIONS; i++)
        rd_kafka_topic_partition_list_add(all, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(fixture->reader, all);
    rd_kafka_topic_partition_list_destroy(all);
}

void read_topic(struct fixture *fixture, const char *topic)
{
    unsigned ends = 0;
    drop_outputs(fixture);
    open_reader(fixture, topic);
    uint64_t until_us = cd_monotonic_us() + 30000000;
    while (ends != (1U << PARTITIONS) - 1 && cd_monotonic_us() < until_us) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(fixture->reader, 100);
        if (message && !message->err && fixture->output_count < OUTPUTS_MAX) {
            fixture->outputs[fixture->output_count++] = message;
            continue;
        }
        if (message && message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            ends |= 1U << message->partition;
        if (message)
            rd_kafka_message_destroy(message);
    }
    CHECK(fixture, ends == (1U << PARTITIONS) - 1);
}

int count_value(const struct fixture *fixture, const char *value)
{
    int found = 0;
    for (size_t i = 0; i < fixture->output_count; i++) {
        const rd_kafka_message_t *message = fixture->outputs[i];
        found += message->len == strlen(value) && memcmp(message->payload, value, message->len) == 0;
    }
    return found;
}

static int article_number(const rd_kafka_message_t *message)
{
    char text[32] = "";
    if (message->len < 9 || message->len >= sizeof text || memcmp(message->payload, "ARTICLE ", 8) != 0)
        return -1;
    memcpy(text, message->payload, message->len);
    return atoi(text + 8);
}

static int count_articles(const struct fixture *fixture, int count, bool missing)
{
    int *seen = calloc((size_t)count, sizeof *seen);
    int result = 0;
    for (size_t i = 0; i < fixture->output_count; i++) {
        int number = article_number(fixture->outputs[i]);
        if (number >= 0 && number < count)
            seen[number]++;
    }
    for (int i = 0; i < count; i++)
        result += missing ? seen[i] == 0 : seen[i] > 1 ? seen[i] - 1 : 0;
    free(seen);
    return result;
}

int count_missing(const struct fixture *fixture, int count)
{
    return count_articles(fixture, count, true);
}

int count_doubled(const struct fixture *fixture, int count)
{
    return count_articles(fixture, count, false);
}

bool is_in_order(const struct fixture *fixture)
{
    int last[PARTITIONS];
    bool *seen = calloc(OUTPUTS_MAX, sizeof *seen);
    bool ascending = true;
    for (int i = 0; i < PARTITIONS; i++)
        last[i] = INT32_MAX;
    for (size_t i = fixture->output_count; i > 0; i--) {
        const rd_kafka_message_t *message = fixture->outputs[i - 1];
        int number = article_number(message);
        if (number < 0 || number >= OUTPUTS_MAX || seen[number])
            continue;
        seen[number] = true;
        ascending =
            ascending && number % PARTITIONS == message->partition && number < last[message->partition];
        last[message->partition] = number;
    }
    free(seen);
    return ascending;
}

const char *header_of(const rd_kafka_message_t *message, const char *name)
{
    rd_kafka_headers_t *headers;
    const void *value = NULL;
    size_t length;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get_last(headers, name, &value, &length) != RD_KAFKA_RESP_ERR_NO_ERROR || !value)
        return "";
    return value;
}

/* ---- cases --------------------------------------------------------------------------------- */

struct running_case {
    const struct test_case *test;
    struct fixture *fixture;
    pthread_t thread;
};

static void *run_case(void *argument)
{
    struct running_case *running = argument;
    fixture_start(running->fixture);
    running->test->run(running->fixture);
    fixture_end(running->fixture);
    return NULL;
}

static void start_case(struct running_case *running, const struct test_case *test)
{
    running->test = test;
    running->fixture = calloc(1, sizeof *running->fixture);
    running->fixture->name = test->name;
    pthread_create(&running->thread, NULL, run_case, running);
}

static bool end_case(struct running_case *running)
{
    pthread_join(running->thread, NULL);
    bool failed = running->fixture->failure[0] != '\0';
    if (failed)
        printf("not ok %s: %s\n", running->test->name, running->fixture->failure);
    else
        printf("ok %s\n", running->test->name);
    fflush(stdout);
    free(running->fixture);
    return failed;
}

int run_cases(const struct test_case *cases, int count)
{
    struct running_case running[SIDE_BY_SIDE];
    int failed = 0;
    for (int first = 0; first < count; first += SIDE_BY_SIDE) {
        int now = count - first < SIDE_BY_SIDE ? count - first : SIDE_BY_SIDE;
        for (int i = 0; i < now; i++)
            start_case(&running[i], &cases[first + i]);
        for (int i = 0; i < now; i++)
            failed += end_case(&running[i]);
    }
    return failed ? 1 : 0;
}
