#include "verify.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "copydesk/metrics.h"

enum { PARTITIONS_MAX = 64, KEYS_MAX = 256, DETAILS_MAX = 10, READ_WAIT_MS = 60000 };

enum fault { LOST, DOUBLED, OUT_OF_ORDER, ALTERED, MISPLACED, UNEXPECTED, FAULT_COUNT };
static const char *const fault_names[] = {"lost",    "doubled",   "out of order",
                                          "altered", "misplaced", "unexpected"};

/* What is known of one message: where it stands in the raw topic, and how often it came out. */
struct fate {
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms;
    unsigned raw, enriched, dead; /* times seen */
};

/* One output topic: the newest source offset that each of its partitions holds of each source partition, and
 * the partition in which each key lives. */
struct order {
    int64_t newest[PARTITIONS_MAX][PARTITIONS_MAX];
    int key_partition[KEYS_MAX];
};

struct verification {
    const struct verify_options *options;
    struct fate *fates; /* [plan.count] */
    struct numbered_message expected;
    struct order enriched, dead;
    uint64_t faults[FAULT_COUNT];
    uint64_t enriched_count, dead_count, tombstone_count;
};

__attribute__((format(printf, 3, 4))) static void report(struct verification *v, enum fault fault,
                                                         const char *format, ...)
{
    if (++v->faults[fault] > DETAILS_MAX)
        return;
    va_list arguments;
    va_start(arguments, format);
    printf("%s: ", fault_names[fault]);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}

/* "articles.enriched[3]@1812" */
struct place {
    char text[160];
};

static struct place place_of(const rd_kafka_message_t *message)
{
    struct place place;
    snprintf(place.text, sizeof place.text, "%s[%d]@%lld", rd_kafka_topic_name(message->rkt),
             message->partition, (long long)message->offset);
    return place;
}

/* Every message carries its number in a header that must pass through. NULL (and reported) for a stranger.
 * v->expected then holds what the message was when it was produced. */
static struct fate *recognise(struct verification *v, const rd_kafka_message_t *message)
{
    char number_text[24], *end = NULL;
    bool found = client_header(message, "number", number_text, sizeof number_text);
    unsigned long number = found ? strtoul(number_text, &end, 10) : 0;
    if (!found || *end || number >= v->options->plan.count ||
        !numbered_make(&v->options->plan, (uint32_t)number, &v->expected)) {
        report(v, UNEXPECTED, "%s has no number of ours", place_of(message).text);
        return NULL;
    }
    return &v->fates[number];
}

static bool has_bytes(const void *bytes, size_t length, const char *expected, size_t expected_length)
{
    return length == expected_length && (length == 0 || memcmp(bytes, expected, length) == 0);
}

static bool has_expected_value(const struct verification *v, const rd_kafka_message_t *message)
{
    const struct cd_buffer *value = &v->expected.value;
    if (v->expected.kind == NUMBERED_TOMBSTONE)
        return !message->payload;
    return message->payload && has_bytes(message->payload, message->len, value->bytes, value->length);
}

/* ---- what must be the same in every output ------------------------------------------------- */

static void check_passed_through(struct verification *v, const struct fate *fate,
                                 const rd_kafka_message_t *message)
{
    char trace[sizeof v->expected.trace_parent];
    if (!has_bytes(message->key, message->key_len, v->expected.key, strlen(v->expected.key)))
        report(v, ALTERED, "%s %s: the key", place_of(message).text, v->expected.id);
    if (rd_kafka_message_timestamp(message, NULL) != fate->timestamp_ms)
        report(v, ALTERED, "%s %s: the timestamp", place_of(message).text, v->expected.id);
    /* a trace is continued: version and trace id (35 characters) stay, the span may be new */
    if (!client_header(message, "traceparent", trace, sizeof trace) ||
        strncmp(trace, v->expected.trace_parent, 35) != 0)
        report(v, ALTERED, "%s %s: the trace", place_of(message).text, v->expected.id);
}

static void check_order(struct verification *v, struct order *order, const struct fate *fate,
                        const rd_kafka_message_t *message)
{
    int64_t *newest = &order->newest[message->partition % PARTITIONS_MAX][fate->partition % PARTITIONS_MAX];
    if (fate->offset < *newest)
        report(v, OUT_OF_ORDER, "%s %s (source %d@%lld) stands behind source offset %lld",
               place_of(message).text, v->expected.id, fate->partition, (long long)fate->offset,
               (long long)*newest);
    else
        *newest = fate->offset;
    int *key_partition = &order->key_partition[v->expected.key_index % KEYS_MAX];
    if (*key_partition < 0)
        *key_partition = message->partition;
    else if (*key_partition != message->partition)
        report(v, MISPLACED, "%s: key %s stands in partition %d too", place_of(message).text, v->expected.key,
               *key_partition);
}

/* Count one more sighting; false when it is not the first one. */
static bool count_once(struct verification *v, unsigned *seen, const rd_kafka_message_t *message)
{
    if (++*seen == 1)
        return true;
    report(v, DOUBLED, "%s %s comes a second time", place_of(message).text, v->expected.id);
    return false;
}

/* ---- the three topics ---------------------------------------------------------------------- */

static void take_raw(void *context, const rd_kafka_message_t *message)
{
    struct verification *v = context;
    struct fate *fate = recognise(v, message);
    if (!fate || !count_once(v, &fate->raw, message))
        return;
    fate->partition = message->partition;
    fate->offset = message->offset;
    fate->timestamp_ms = rd_kafka_message_timestamp(message, NULL);
    if (!has_expected_value(v, message))
        report(v, ALTERED, "%s %s: the raw value", place_of(message).text, v->expected.id);
}

/* The record must be of this article and name the place it came from. */
static void check_record(struct verification *v, const struct fate *fate, const rd_kafka_message_t *message)
{
    json_error_t reason;
    const char *id = NULL, *topic = NULL;
    json_int_t partition = -1, offset = -1;
    json_t *entities = NULL;
    json_t *record = json_loadb(message->payload, message->len, JSON_REJECT_DUPLICATES, &reason);
    int status = json_unpack_ex(record, &reason, 0, "{s:s, s:o, s:{s:{s:s, s:I, s:I}}}", "id", &id,
                                "entities", &entities, "provenance", "input", "topic", &topic, "partition",
                                &partition, "offset", &offset);
    if (!record || status != 0 || !json_is_array(entities))
        report(v, ALTERED, "%s %s: not a record: %s", place_of(message).text, v->expected.id, reason.text);
    else if (strcmp(id, v->expected.id) != 0)
        report(v, ALTERED, "%s %s: the record is of %s", place_of(message).text, v->expected.id, id);
    else if (strcmp(topic, v->options->raw) != 0 || partition != fate->partition || offset != fate->offset)
        report(v, ALTERED, "%s %s: provenance says %s[%lld]@%lld, but it came from %d@%lld",
               place_of(message).text, v->expected.id, topic, (long long)partition, (long long)offset,
               fate->partition, (long long)fate->offset);
    json_decref(record);
}

static void take_enriched(void *context, const rd_kafka_message_t *message)
{
    struct verification *v = context;
    struct fate *fate = recognise(v, message);
    if (!fate || !count_once(v, &fate->enriched, message))
        return;
    check_passed_through(v, fate, message);
    check_order(v, &v->enriched, fate, message);
    if (numbered_is_poison(v->expected.kind)) {
        report(v, UNEXPECTED, "%s %s is poison, yet it was enriched", place_of(message).text, v->expected.id);
    } else if (v->expected.kind == NUMBERED_TOMBSTONE) {
        v->tombstone_count++;
        if (message->payload)
            report(v, ALTERED, "%s %s: a tombstone got a value", place_of(message).text, v->expected.id);
    } else {
        v->enriched_count++;
        check_record(v, fate, message);
    }
}

static void check_header(struct verification *v, const rd_kafka_message_t *message, const char *name,
                         const char *expected)
{
    char value[600];
    if (!client_header(message, name, value, sizeof value) || !*value)
        report(v, ALTERED, "%s %s: header %s is missing", place_of(message).text, v->expected.id, name);
    else if (expected && strcmp(value, expected) != 0)
        report(v, ALTERED, "%s %s: header %s is \"%s\", not \"%s\"", place_of(message).text, v->expected.id,
               name, value, expected);
}

static void take_dead(void *context, const rd_kafka_message_t *message)
{
    struct verification *v = context;
    struct fate *fate = recognise(v, message);
    if (!fate || !count_once(v, &fate->dead, message))
        return;
    char partition[16], offset[24];
    snprintf(partition, sizeof partition, "%d", fate->partition);
    snprintf(offset, sizeof offset, "%lld", (long long)fate->offset);
    v->dead_count++;
    check_passed_through(v, fate, message);
    check_order(v, &v->dead, fate, message);
    check_header(v, message, "traceparent", v->expected.trace_parent);
    check_header(v, message, "__connect.errors.topic", v->options->raw);
    check_header(v, message, "__connect.errors.partition", partition);
    check_header(v, message, "__connect.errors.offset", offset);
    check_header(v, message, "__connect.errors.exception.message", NULL);
    if (!numbered_is_poison(v->expected.kind))
        report(v, UNEXPECTED, "%s %s is a good article, yet a dead letter", place_of(message).text,
               v->expected.id);
    if (!has_expected_value(v, message))
        report(v, ALTERED, "%s %s: a dead letter must be the raw message byte for byte",
               place_of(message).text, v->expected.id);
}

/* ---- the verdict --------------------------------------------------------------------------- */

static void judge_fates(struct verification *v)
{
    for (uint32_t number = 0; number < v->options->plan.count; number++) {
        const struct fate *fate = &v->fates[number];
        if (fate->raw == 0)
            report(v, UNEXPECTED, "message %u never was in %s", number, v->options->raw);
        else if (fate->enriched + fate->dead == 0)
            report(v, LOST, "message %u (%s[%d]@%lld)", number, v->options->raw, fate->partition,
                   (long long)fate->offset);
        else if (fate->enriched > 0 && fate->dead > 0)
            report(v, DOUBLED, "message %u was enriched and is a dead letter too", number);
    }
}

static bool wait_for_group(const struct verify_options *options, int64_t *remaining)
{
    uint64_t deadline_us = cd_monotonic_us() + (uint64_t)options->wait_ms * 1000;
    int64_t end = 0;
    for (;;) {
        bool known = client_group_remaining(options->broker, options->group, options->raw, remaining, &end);
        if (known && *remaining == 0 && end >= options->plan.count)
            return true;
        if (cd_monotonic_us() >= deadline_us)
            break;
        usleep(200 * 1000);
    }
    printf("not finished: group %s has %lld of %lld messages left after %d s\n", options->group,
           (long long)*remaining, (long long)end, options->wait_ms / 1000);
    return false;
}

static void print_counts(const struct verification *v, int64_t remaining)
{
    printf("%u in: %llu enriched, %llu dead letters, %llu tombstones, %lld not committed",
           v->options->plan.count, (unsigned long long)v->enriched_count, (unsigned long long)v->dead_count,
           (unsigned long long)v->tombstone_count, (long long)remaining);
    for (int fault = 0; fault < FAULT_COUNT; fault++)
        printf(", %llu %s", (unsigned long long)v->faults[fault], fault_names[fault]);
    printf("\n");
}

static void forget_order(struct order *order)
{
    memset(order->newest, 0xff, sizeof order->newest); /* -1 */
    memset(order->key_partition, 0xff, sizeof order->key_partition);
}

bool verify_output(const struct verify_options *options)
{
    int64_t remaining = 0;
    struct verification *v = calloc(1, sizeof *v);
    struct fate *fates = calloc(options->plan.count + 1, sizeof *fates);
    bool right = v && fates && options->plan.keys <= KEYS_MAX;
    if (right) {
        v->options = options;
        v->fates = fates;
        forget_order(&v->enriched);
        forget_order(&v->dead);
        right = wait_for_group(options, &remaining);
        right &= client_read_topic(options->broker, options->raw, READ_WAIT_MS, take_raw, v);
        right &= client_read_topic(options->broker, options->enriched, READ_WAIT_MS, take_enriched, v);
        right &= client_read_topic(options->broker, options->deadletter, READ_WAIT_MS, take_dead, v);
        judge_fates(v);
        for (int fault = 0; fault < FAULT_COUNT; fault++)
            right &= v->faults[fault] == 0;
        print_counts(v, remaining);
        cd_buffer_free(&v->expected.value);
    }
    free(fates);
    free(v);
    return right;
}
