/* Workers come and go: nothing is lost, and partitions that stay are read again after an abort.
 *
 * The mock cluster stores no transactional offsets, so a partition that moves is read from its beginning by
 * its new owner: articles stand in the output more than once. A loss would be an article that never came
 * after its batch was aborted; so these tests count missing articles. Exactly-once over rebalances is shown
 * on a real broker (tests/kafka). */
#include <string.h>

#include "support/fixture.h"

enum { ARTICLES = 800 };

static void wait_partitions(struct fixture *f, int worker)
{
    for (int i = 0; i < 1500 && cd_stream_counts(f->workers[worker].stream).messages_in == 0; i++)
        sleep_ms(20);
}

static void a_second_worker_takes_over_partitions(struct fixture *f)
{
    feed_many(f, 0, 200);
    start_worker(f, 0);
    wait_committed(f, 200);
    start_worker(f, 1);
    for (int i = 200; i < ARTICLES; i += 20) {
        feed_many(f, i, 20);
        sleep_ms(300);
    }
    wait_partitions(f, 1);
    CHECK(f, cd_stream_counts(f->workers[1].stream).messages_in > 0);
    wait_committed(f, ARTICLES);
    sleep_ms(1000);
    CHECK(f, stop_worker(f, 0) == CD_OK);
    CHECK(f, stop_worker(f, 1) == CD_OK);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, count_missing(f, ARTICLES) == 0);
}

/* The defect of librdkafka's own example: on a revoke whose commit fails, it aborts without going back in the
 * partitions that stay, and their aborted articles are never seen again. */
static void retained_partitions_are_read_again_after_an_abort(struct fixture *f)
{
    rd_kafka_resp_err_t illegal[8];
    for (int i = 0; i < 8; i++)
        illegal[i] = RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION;
    feed_many(f, 0, 40);
    start_worker(f, 0);
    wait_committed(f, 40);
    start_worker(f, 1);
    /* every commit fails until well after the rebalance, with articles in flight of all partitions */
    for (int i = 40; i < 400; i += 20) {
        rd_kafka_mock_push_request_errors_array(f->cluster, API_TXN_OFFSET_COMMIT, 4, illegal);
        feed_many(f, i, 20);
        sleep_ms(500);
    }
    rd_kafka_mock_clear_request_errors(f->cluster, API_TXN_OFFSET_COMMIT);
    wait_partitions(f, 1);
    sleep_ms(8000);
    uint64_t aborted = cd_stream_counts(f->workers[0].stream).transactions_aborted;
    CHECK(f, aborted > 0);
    CHECK(f, stop_worker(f, 0) == CD_OK);
    CHECK(f, stop_worker(f, 1) == CD_OK);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, count_missing(f, 400) == 0);
}

/* A handler that is slower than the drain allows: the batch is given up, its partitions move, and all comes
 * out of the new owner or the old. */
static void a_drain_that_takes_too_long_is_aborted(struct fixture *f)
{
    f->settings.worker.drain_timeout_ms = 200;
    for (int i = 0; i < PARTITIONS; i++)
        for (int k = 0; k < 3; k++)
            feed(f, i, NULL, "slow:1500", NULL, 0);
    start_worker(f, 0);
    sleep_ms(4000);
    start_worker(f, 1);
    for (int tries = 0; tries < 60 && count_value(f, "SLOW:1500") < 12; tries++) {
        sleep_ms(1000); /* how long it takes depends on how busy the machine is */
        read_topic(f, f->settings.topics.enriched);
    }
    CHECK(f, stop_worker(f, 0) == CD_OK);
    CHECK(f, stop_worker(f, 1) == CD_OK);
    CHECK(f, count_value(f, "SLOW:1500") >= 12);
}

/* An expelled member may not commit: its partitions are lost, and it begins anew. */
static void lost_partitions_are_never_committed(struct fixture *f)
{
    feed_many(f, 0, 40);
    start_worker(f, 0);
    wait_committed(f, 40);
    rd_kafka_mock_push_request_errors(f->cluster, API_HEARTBEAT, 1, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID);
    sleep_ms(1500);
    feed_many(f, 40, 60);
    wait_committed(f, 140); /* from the beginning again: the mock has no offsets */
    CHECK(f, stop_worker(f, 0) == CD_OK);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, count_missing(f, 100) == 0);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(a_second_worker_takes_over_partitions),
        CASE(retained_partitions_are_read_again_after_an_abort),
        CASE(a_drain_that_takes_too_long_is_aborted),
        CASE(lost_partitions_are_never_committed),
    };
    return run_cases(cases, sizeof cases / sizeof *cases);
}
