/* fixture.h - one case: an embedded broker of its own, a stream in a thread, and what came out.
 *
 * A join of the mock group takes 3 s, so the cases of a program run side by side (run_cases), each in a
 * thread with its own fixture; a failure is kept in the fixture. The mock cluster does not hide the records
 * of aborted transactions and does not store their offsets: where a case aborts, its comment says what it
 * counts.
 */
#ifndef COPYDESK_TESTS_STREAM_FIXTURE_H
#define COPYDESK_TESTS_STREAM_FIXTURE_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "copydesk/settings.h"
#include "copydesk/stream.h"

enum { PARTITIONS = 4, OUTPUTS_MAX = 20000 };

/* Kafka protocol request types, as rd_kafka_mock_push_request_errors wants them. */
enum {
    API_PRODUCE = 0,
    API_FETCH = 1,
    API_METADATA = 3,
    API_HEARTBEAT = 12,
    API_INIT_PRODUCER_ID = 22,
    API_ADD_PARTITIONS = 24,
    API_ADD_OFFSETS = 25,
    API_END_TXN = 26,
    API_TXN_OFFSET_COMMIT = 28,
    API_OFFSET_COMMIT = 8,
};

struct output {
    rd_kafka_message_t *message;
};

struct worker {
    struct cd_settings settings;
    struct cd_handler handler;
    struct cd_stream *stream;
    pthread_t thread;
    bool running;
    atomic_bool ended;
    enum cd_status status;
    struct cd_error error;
};

struct fixture {
    const char *name;
    char failure[400]; /* the first failed check; empty: fine */
    struct cd_settings settings;
    struct cd_embedded_broker *broker;
    rd_kafka_mock_cluster_t *cluster;
    rd_kafka_t *feeder;
    struct worker workers[3];
    struct cd_log *log;
    rd_kafka_t *reader; /* of outputs; closed with the fixture */
    rd_kafka_message_t *outputs[OUTPUTS_MAX];
    size_t output_count;
    void (*reload)(void *context); /* the handlers', NULL: none */
    atomic_int handled, reloads;
    atomic_uint threads_seen; /* a bit per handler thread number */
};

void check_failed(struct fixture *fixture, const char *file, int line, const char *what);
#define CHECK(fixture, condition)                                                                            \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            check_failed(fixture, __FILE__, __LINE__, #condition);                                           \
    } while (0)

/* The broker with its topics, and settings that suit tests: short waits, worker "w0". */
void fixture_start(struct fixture *fixture);
void fixture_end(struct fixture *fixture);

/* Replace a string setting. */
void set_text(char **setting, const char *value);
/* Add "name=value" to the properties of consumers or producers. */
void add_property(struct cd_properties *properties, const char *line);

/* Publish a raw message; value NULL: a tombstone. Headers are taken over, may be NULL. */
void feed(struct fixture *fixture, int partition, const char *key, const char *value,
          rd_kafka_headers_t *headers, int64_t timestamp_ms);
/* `count` messages "article <n>" from number `first`, over all partitions in turn. */
void feed_many(struct fixture *fixture, int first, int count);

/* Start worker `number` (0 to 2) with the fixture's settings as they stand now. */
void start_worker(struct fixture *fixture, int number);
/* Ask it to stop, wait, and return what cd_stream_run returned. */
enum cd_status stop_worker(struct fixture *fixture, int number);
/* Wait for it to end by itself. */
enum cd_status join_worker(struct fixture *fixture, int number);

/* Wait until the workers together have committed `count` messages, or one has ended, or a minute has passed.
 */
void wait_committed(struct fixture *fixture, uint64_t count);
void sleep_ms(int milliseconds);

/* Read a topic from its beginning to its end into fixture->outputs. */
void read_topic(struct fixture *fixture, const char *topic);
/* How many outputs have this value. */
int count_value(const struct fixture *fixture, const char *value);
/* Articles 0 to count - 1 that are missing in the outputs, and outputs beyond one per article. */
int count_missing(const struct fixture *fixture, int count);
int count_doubled(const struct fixture *fixture, int count);
/* True when within each partition the last copies of articles stand in ascending order. */
bool is_in_order(const struct fixture *fixture);
/* The last header of that name as text, or "". */
const char *header_of(const rd_kafka_message_t *message, const char *name);

struct test_case {
    const char *name;
    void (*run)(struct fixture *fixture);
};
/* Run the cases side by side and print a line for each; returns main's exit status. */
int run_cases(const struct test_case *cases, int count);
#define CASE(name)                                                                                           \
    {                                                                                                        \
#name, name                                                                                          \
    }

#endif
