/* The feeder and the reader on the embedded broker: what is published can be read back as it was. */
#include "../../worker/stream/feeder.h"
#include "../../worker/stream/reader.h"

#include <stdlib.h>

#include "../test.h"
#include "copydesk/stream.h"

enum { PARTITIONS = 7, TIMEOUT_MS = 5000 };

static struct cd_settings settings;
static struct cd_embedded_broker *broker;

/* Publish one message; CD_OK when it was delivered. */
static enum cd_status publish(const struct cd_feed_message *message, struct cd_error *error)
{
    struct cd_feeder *feeder;
    enum cd_status status = cd_feeder_open(&settings, settings.topics.raw, TIMEOUT_MS, &feeder, error);
    if (status != CD_OK)
        return status;
    status = cd_feeder_send(feeder, message, error);
    if (status == CD_OK)
        status = cd_feeder_finish(feeder, TIMEOUT_MS, error);
    cd_feeder_close(feeder);
    return status;
}

/* Read the topic until a message with this key; the reader stays open for its bytes. */
static struct cd_reader *read_until(const char *key, struct cd_read_message *message)
{
    const char *topic = settings.topics.raw;
    struct cd_reader *reader;
    struct cd_error error = {0};
    if (cd_reader_open(&settings, &topic, 1, TIMEOUT_MS, &reader, &error) != CD_OK)
        return NULL;
    for (int tries = 0; tries < 200; tries++)
        if (cd_reader_next(reader, 100, message) && cd_slice_equal(message->key, cd_slice_of(key)))
            return reader;
    cd_reader_close(reader);
    return NULL;
}

static void key_value_and_headers_come_back(void)
{
    const struct cd_feed_header headers[] = {{"desk", cd_slice_of("night")}, {"empty", cd_slice_of("")}};
    const struct cd_feed_message sent = {cd_slice_of("k1"), cd_slice_of("{\"id\":1}"), 0, headers, 2};
    struct cd_read_message message;
    struct cd_error error = {0};
    EXPECT(publish(&sent, &error) == CD_OK);
    struct cd_reader *reader = read_until("k1", &message);
    EXPECT(reader != NULL);
    if (!reader)
        return;
    EXPECT_SLICE(message.value, "{\"id\":1}");
    EXPECT_SLICE(cd_read_header(&message, "desk"), "night");
    EXPECT_SLICE(cd_read_header(&message, "empty"), "");
    EXPECT(cd_read_header(&message, "absent").bytes == NULL);
    cd_reader_close(reader);
}

static void tombstone_comes_back_without_a_value(void)
{
    const struct cd_feed_message sent = {.key = cd_slice_of("gone")};
    struct cd_read_message message;
    struct cd_error error = {0};
    EXPECT(publish(&sent, &error) == CD_OK);
    struct cd_reader *reader = read_until("gone", &message);
    EXPECT(reader && message.value.bytes == NULL);
    cd_reader_close(reader);
}

/* Hashes from Apache Kafka's own UtilsTest.testMurmur2. */
static void keys_go_where_java_puts_them(void)
{
    static const struct {
        const char *key;
        int32_t hash;
    } cases[] = {
        {"21", -973932308},
        {"foobar", -790332482},
        {"a-little-bit-long-string", -985981536},
        {"a-little-bit-longer-string", -1486304829},
        {"abc", 479470107},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct cd_feed_message sent = {.key = cd_slice_of(cases[i].key), .value = cd_slice_of("{}")};
        struct cd_read_message message;
        struct cd_error error = {0};
        EXPECT(publish(&sent, &error) == CD_OK);
        struct cd_reader *reader = read_until(cases[i].key, &message);
        EXPECT(reader && message.partition == (cases[i].hash & 0x7fffffff) % PARTITIONS);
        cd_reader_close(reader);
    }
}

static void counts_what_was_delivered(void)
{
    struct cd_feeder *feeder;
    struct cd_error error = {0};
    EXPECT(cd_feeder_open(&settings, settings.topics.raw, TIMEOUT_MS, &feeder, &error) == CD_OK);
    for (int i = 0; i < 100; i++) {
        const struct cd_feed_message sent = {.value = cd_slice_of("{}")};
        EXPECT(cd_feeder_send(feeder, &sent, &error) == CD_OK);
    }
    EXPECT(cd_feeder_finish(feeder, TIMEOUT_MS, &error) == CD_OK);
    struct cd_feed_counts counts = cd_feeder_counts(feeder);
    EXPECT(counts.sent == 100 && counts.delivered == 100 && counts.failed == 0);
    EXPECT(counts.delivered_bytes == 200);
    cd_feeder_close(feeder);
}

static void too_large_a_message_is_refused_and_counted(void)
{
    const size_t length = 4 << 20; /* librdkafka's message.max.bytes is 1 MB */
    char *bytes = calloc(1, length);
    struct cd_feeder *feeder;
    struct cd_error error = {0};
    const struct cd_feed_message sent = {.value = {bytes, length}};
    EXPECT(cd_feeder_open(&settings, settings.topics.raw, TIMEOUT_MS, &feeder, &error) == CD_OK);
    EXPECT(cd_feeder_send(feeder, &sent, &error) == CD_INVALID);
    EXPECT(cd_feeder_finish(feeder, TIMEOUT_MS, &error) == CD_IO);
    EXPECT(cd_feeder_counts(feeder).failed == 1);
    cd_feeder_close(feeder);
    free(bytes);
}

static void unreachable_broker_is_an_error_in_time(void)
{
    struct cd_feeder *feeder;
    struct cd_error error = {0};
    char *good = settings.kafka.brokers, nowhere[] = "127.0.0.1:1";
    settings.kafka.brokers = nowhere;
    EXPECT(cd_feeder_open(&settings, settings.topics.raw, 1000, &feeder, &error) == CD_IO);
    EXPECT_STRING(error.where, "127.0.0.1:1");
    settings.kafka.brokers = good;
}

int main(void)
{
    struct cd_error error = {0};
    if (cd_settings_load(NULL, &settings, &error) != CD_OK ||
        cd_embedded_broker_start(&settings, PARTITIONS, &broker, &error) != CD_OK) {
        printf("not ok feeder_test: %s: %s\n", error.where, error.message);
        return 1;
    }
    free(settings.kafka.brokers);
    settings.kafka.brokers = strdup(cd_embedded_broker_address(broker));
    TEST(key_value_and_headers_come_back);
    TEST(tombstone_comes_back_without_a_value);
    TEST(keys_go_where_java_puts_them);
    TEST(counts_what_was_delivered);
    TEST(too_large_a_message_is_refused_and_counted);
    TEST(unreachable_broker_is_an_error_in_time);
    cd_embedded_broker_stop(broker);
    cd_settings_free(&settings);
    return TEST_RESULT();
}
