/* The way of a message through the stream when nothing goes wrong: values, keys, headers, times, order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fixture.h"

static void every_article_comes_out_once_in_order(struct fixture *f)
{
    feed_many(f, 0, 5000);
    start_worker(f, 0);
    wait_committed(f, 5000);
    CHECK(f, stop_worker(f, 0) == CD_OK);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, f->output_count == 5000);
    CHECK(f, count_missing(f, 5000) == 0);
    CHECK(f, count_doubled(f, 5000) == 0);
    CHECK(f, is_in_order(f));
}

static void at_least_once_publishes_and_commits_too(struct fixture *f)
{
    f->settings.worker.delivery = CD_AT_LEAST_ONCE;
    feed_many(f, 0, 1000);
    start_worker(f, 0);
    wait_committed(f, 1000);
    CHECK(f, stop_worker(f, 0) == CD_OK);
    start_worker(f, 0); /* the mock stores plain commits: a second run finds nothing to do */
    feed_many(f, 1000, 100);
    wait_committed(f, 100);
    CHECK(f, stop_worker(f, 0) == CD_OK);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, f->output_count == 1100);
    CHECK(f, count_missing(f, 1100) == 0);
}

static const char traceparent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

static void key_headers_and_timestamp_pass_through(struct fixture *f)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(4);
    rd_kafka_header_add(headers, "source", -1, "wire", -1);
    rd_kafka_header_add(headers, "content-type", -1, "text/plain", -1);
    rd_kafka_header_add(headers, "traceparent", -1, traceparent, -1);
    feed(f, 1, "key-1", "hello", headers, 1700000000123);
    start_worker(f, 0);
    wait_committed(f, 1);
    stop_worker(f, 0);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, f->output_count == 1 && count_value(f, "HELLO") == 1);
    const rd_kafka_message_t *out = f->outputs[0];
    rd_kafka_timestamp_type_t type;
    CHECK(f, out->key_len == 5 && memcmp(out->key, "key-1", 5) == 0);
    CHECK(f, rd_kafka_message_timestamp(out, &type) == 1700000000123);
    CHECK(f, strcmp(header_of(out, "source"), "wire") == 0);
    CHECK(f, strcmp(header_of(out, "content-type"), "application/json") == 0);
    CHECK(f, strcmp(header_of(out, "copydesk-version"), cd_version()) == 0);
    const char *continued = header_of(out, "traceparent");
    CHECK(f, strlen(continued) == 55 && strncmp(continued, traceparent, 36) == 0);
    CHECK(f, strncmp(continued + 36, traceparent + 36, 16) != 0 && strcmp(continued + 52, "-01") == 0);
}

static void a_tombstone_passes_as_a_tombstone(struct fixture *f)
{
    feed(f, 2, "gone", NULL, NULL, 0);
    feed(f, 2, "kept", "kept", NULL, 0);
    start_worker(f, 0);
    wait_committed(f, 2);
    CHECK(f, cd_stream_counts(f->workers[0].stream).tombstones == 1);
    stop_worker(f, 0);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, f->output_count == 2);
    CHECK(f, f->output_count == 2 && f->outputs[0]->payload == NULL && f->outputs[0]->key_len == 4);
    CHECK(f, f->output_count == 2 && f->outputs[1]->payload != NULL);
}

static void poison_goes_to_the_dead_letters_unchanged(struct fixture *f)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(1);
    rd_kafka_header_add(headers, "source", -1, "wire", -1);
    feed(f, 3, "a", "good one", NULL, 0);
    feed(f, 3, "b", "poison \xff\xfe{", headers, 1700000000456);
    feed(f, 3, "c", "good two", NULL, 0);
    start_worker(f, 0);
    wait_committed(f, 3);
    stop_worker(f, 0);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, f->output_count == 2 && count_value(f, "GOOD ONE") == 1 && count_value(f, "GOOD TWO") == 1);
    read_topic(f, f->settings.topics.deadletter);
    CHECK(f, f->output_count == 1 && count_value(f, "poison \xff\xfe{") == 1);
    if (f->output_count != 1)
        return;
    const rd_kafka_message_t *dead = f->outputs[0];
    rd_kafka_timestamp_type_t type;
    CHECK(f, dead->key_len == 1 && *(const char *)dead->key == 'b');
    CHECK(f, rd_kafka_message_timestamp(dead, &type) == 1700000000456);
    CHECK(f, strcmp(header_of(dead, "source"), "wire") == 0);
    CHECK(f, strcmp(header_of(dead, "__connect.errors.topic"), "articles.raw") == 0);
    CHECK(f, strcmp(header_of(dead, "__connect.errors.partition"), "3") == 0);
    CHECK(f, strcmp(header_of(dead, "__connect.errors.offset"), "1") == 0);
    CHECK(f, strcmp(header_of(dead, "__connect.errors.task.id"), "w0") == 0);
    CHECK(f, strcmp(header_of(dead, "__connect.errors.exception.message"), "not an article") == 0);
    CHECK(f, strcmp(header_of(dead, "copydesk.error.status"), "invalid") == 0);
    CHECK(f, strcmp(header_of(dead, "copydesk.error.where"), "field body") == 0);
}

static void a_record_beyond_our_limit_is_a_dead_letter(struct fixture *f)
{
    f->settings.record.bytes_max = 1000;
    feed(f, 0, NULL, "big:1001", NULL, 0);
    feed(f, 0, NULL, "big:1000", NULL, 0);
    start_worker(f, 0);
    wait_committed(f, 2);
    CHECK(f, cd_stream_counts(f->workers[0].stream).transactions_aborted == 0);
    stop_worker(f, 0);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, f->output_count == 1 && f->outputs[0]->len == 1000);
    read_topic(f, f->settings.topics.deadletter);
    CHECK(f, f->output_count == 1 && count_value(f, "big:1001") == 1);
    CHECK(f, f->output_count == 1 && strcmp(header_of(f->outputs[0], "copydesk.error.status"), "limit") == 0);
}

static void a_full_queue_is_waited_for(struct fixture *f)
{
    add_property(&f->settings.kafka.producer_properties, "queue.buffering.max.messages=10");
    feed_many(f, 0, 500);
    start_worker(f, 0);
    wait_committed(f, 500);
    CHECK(f, cd_stream_counts(f->workers[0].stream).transactions_aborted == 0);
    CHECK(f, stop_worker(f, 0) == CD_OK);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, f->output_count == 500 && count_missing(f, 500) == 0);
}

static void stopping_finishes_the_batch_that_is_handled(struct fixture *f)
{
    for (int i = 0; i < 8; i++)
        feed(f, 0, NULL, "slow:300", NULL, 0);
    start_worker(f, 0);
    while (atomic_load(&f->handled) == 0 && !atomic_load(&f->workers[0].ended))
        sleep_ms(10);
    CHECK(f, stop_worker(f, 0) == CD_OK);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, f->output_count > 0 && (int)f->output_count == atomic_load(&f->handled));
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(every_article_comes_out_once_in_order),
        CASE(at_least_once_publishes_and_commits_too),
        CASE(key_headers_and_timestamp_pass_through),
        CASE(a_tombstone_passes_as_a_tombstone),
        CASE(poison_goes_to_the_dead_letters_unchanged),
        CASE(a_record_beyond_our_limit_is_a_dead_letter),
        CASE(a_full_queue_is_waited_for),
        CASE(stopping_finishes_the_batch_that_is_handled),
    };
    return run_cases(cases, sizeof cases / sizeof *cases);
}
