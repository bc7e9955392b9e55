/* Injected faults, one class of error each: the documented outcome (copydesk/stream.h), and no loss.
 *
 * The mock cluster neither hides the records of aborted transactions nor stores transactional offsets. So
 * after an abort each article of the aborted batch stands in the output twice, and a loss would be an article
 * that stands there not at all: these tests count missing articles, and that the committed count is exact. */
#include <stdio.h>
#include <string.h>

#include "support/fixture.h"

enum { ARTICLES = 400 };

static void push(struct fixture *f, int16_t api, rd_kafka_resp_err_t error, int times)
{
    rd_kafka_resp_err_t errors[16];
    for (int i = 0; i < times; i++)
        errors[i] = error;
    rd_kafka_mock_push_request_errors_array(f->cluster, api, (size_t)times, errors);
}

/* One article makes its way, so that the worker is in the group and the coordinators are known. */
static void warm_up(struct fixture *f)
{
    feed_many(f, 0, PARTITIONS);
    start_worker(f, 0);
    wait_committed(f, PARTITIONS);
}

/* Errors of produce requests meet whoever produces next: so no status messages, and the worker is given an
 * article that keeps it busy while the error is put in its way. */
static void warm_up_without_status(struct fixture *f)
{
    f->settings.status.interval_ms = 0;
    warm_up(f);
}

static void push_while_handling(struct fixture *f, const char *key, rd_kafka_resp_err_t error, int times)
{
    feed(f, 0, key, "slow:700", NULL, 0);
    while (atomic_load(&f->handled) == PARTITIONS && !atomic_load(&f->workers[0].ended))
        sleep_ms(5);
    push(f, API_PRODUCE, error, times);
}

static struct cd_stream_counts run_through(struct fixture *f)
{
    feed_many(f, PARTITIONS, ARTICLES - PARTITIONS);
    wait_committed(f, ARTICLES);
    struct cd_stream_counts counts = cd_stream_counts(f->workers[0].stream);
    CHECK(f, stop_worker(f, 0) == CD_OK);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, count_missing(f, ARTICLES) == 0);
    CHECK(f, is_in_order(f));
    CHECK(f, counts.messages_in == ARTICLES);
    return counts;
}

static void an_abortable_error_rewinds(struct fixture *f)
{
    warm_up(f);
    push(f, API_TXN_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, 1);
    struct cd_stream_counts counts = run_through(f);
    CHECK(f, counts.transactions_aborted == 1);
    CHECK(f, count_doubled(f, ARTICLES) > 0); /* the aborted copies, which only the mock shows */
}

static void retriable_errors_are_waited_out(struct fixture *f)
{
    warm_up(f);
    push(f, API_ADD_OFFSETS, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, 2);
    push(f, API_TXN_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, 2);
    push(f, API_END_TXN, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, 2);
    struct cd_stream_counts counts = run_through(f);
    CHECK(f, counts.transactions_aborted == 0);
    CHECK(f, count_doubled(f, ARTICLES) == 0);
}

static void a_delivery_that_fails_for_a_while_is_repeated(struct fixture *f)
{
    warm_up_without_status(f);
    push_while_handling(f, NULL, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, 2);
    wait_committed(f, PARTITIONS + 1);
    CHECK(f, cd_stream_counts(f->workers[0].stream).transactions_aborted == 0);
    CHECK(f, stop_worker(f, 0) == CD_OK);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, f->output_count == PARTITIONS + 1);
}

static void a_moved_coordinator_is_followed(struct fixture *f)
{
    warm_up(f);
    rd_kafka_mock_coordinator_set(f->cluster, "transaction", "copydesk-w0", 2);
    rd_kafka_mock_coordinator_set(f->cluster, "group", "copydesk", 3);
    push(f, API_END_TXN, RD_KAFKA_RESP_ERR_NOT_COORDINATOR, 1);
    struct cd_stream_counts counts = run_through(f);
    CHECK(f, counts.messages_in == ARTICLES);
}

static void a_dropped_connection_is_taken_up_again(struct fixture *f)
{
    warm_up(f);
    push(f, API_TXN_OFFSET_COMMIT, RD_KAFKA_RESP_ERR__TRANSPORT, 1);
    run_through(f);
}

static const char *last_status(struct fixture *f, char *text, size_t size)
{
    text[0] = '\0';
    read_topic(f, f->settings.topics.status);
    for (int partition = 0; partition < PARTITIONS; partition++)
        for (size_t i = 0; i < f->output_count; i++)
            if (f->outputs[i]->partition == partition)
                snprintf(text, size, "%.*s", (int)f->outputs[i]->len, (const char *)f->outputs[i]->payload);
    return text;
}

static void a_fenced_producer_ends_the_run_and_says_so(struct fixture *f)
{
    char text[4096];
    warm_up(f);
    push(f, API_TXN_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, 1);
    feed_many(f, PARTITIONS, 40);
    CHECK(f, join_worker(f, 0) == CD_FATAL);
    CHECK(f, f->workers[0].error.status == CD_FATAL && *f->workers[0].error.message);
    last_status(f, text, sizeof text); /* keyed by worker, so all stand in one partition */
    CHECK(f, strstr(text, "\"state\":\"failed\"") != NULL);
    CHECK(f, strstr(text, "\"last_error\":{\"status\":\"fatal\"") != NULL);
}

/* The broker refuses the message set, later each message of it alone: one is too large, the others are not.
 */
static void what_the_broker_refuses_becomes_a_dead_letter(struct fixture *f)
{
    warm_up_without_status(f);
    push_while_handling(f, NULL, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, 2); /* among others, then alone */
    wait_committed(f, PARTITIONS + 1);
    struct cd_stream_counts counts = cd_stream_counts(f->workers[0].stream);
    CHECK(f, counts.transactions_aborted == 2);
    CHECK(f, counts.dead_letters == 1);
    CHECK(f, stop_worker(f, 0) == CD_OK);
    read_topic(f, f->settings.topics.deadletter);
    CHECK(f, f->output_count == 1 && count_value(f, "slow:700") == 1);
    CHECK(f, f->output_count == 1 && strcmp(header_of(f->outputs[0], "copydesk.error.status"), "limit") == 0);
}

/* Its dead letter is refused too: the next goes without the value, which can still be read in the raw topic.
 */
static void a_dead_letter_that_is_refused_goes_without_its_value(struct fixture *f)
{
    warm_up_without_status(f);
    push_while_handling(f, "key", RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, 3);
    wait_committed(f, PARTITIONS + 1);
    CHECK(f, cd_stream_counts(f->workers[0].stream).dead_letters == 1);
    CHECK(f, stop_worker(f, 0) == CD_OK);
    read_topic(f, f->settings.topics.deadletter);
    CHECK(f, f->output_count == 1 && f->outputs[0]->payload == NULL && f->outputs[0]->key_len == 3);
    CHECK(f,
          f->output_count == 1 && strcmp(header_of(f->outputs[0], "copydesk.error.value_omitted"), "8") == 0);
    CHECK(f,
          f->output_count == 1 && strcmp(header_of(f->outputs[0], "__connect.errors.partition"), "0") == 0);
}

/* EndTxn is answered too late: whether it was committed is not known. A new producer settles it; the mock has
 * no offsets to ask, so ours are taken and the batch comes once more. */
static void a_commit_of_unknown_outcome_is_settled_by_a_new_producer(struct fixture *f)
{
    f->settings.batch.transaction_timeout_ms = 2000;
    warm_up(f);
    for (int broker = 1; broker <= 3; broker++)
        rd_kafka_mock_broker_push_request_error_rtts(f->cluster, broker, API_END_TXN, 1, 0, 6000);
    struct cd_stream_counts counts = run_through(f);
    CHECK(f, counts.transactions_aborted >= 1);
}

static void at_least_once_repeats_what_was_not_delivered(struct fixture *f)
{
    f->settings.worker.delivery = CD_AT_LEAST_ONCE;
    warm_up_without_status(f);
    push_while_handling(f, NULL, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 1);
    wait_committed(f, PARTITIONS + 1);
    CHECK(f, cd_stream_counts(f->workers[0].stream).transactions_aborted >= 1);
    CHECK(f, stop_worker(f, 0) == CD_OK);
    read_topic(f, f->settings.topics.enriched);
    CHECK(f, count_missing(f, PARTITIONS) == 0 && count_value(f, "SLOW:700") >= 1);
}

static void a_lasting_abortable_error_does_not_spin(struct fixture *f)
{
    warm_up(f);
    push(f, API_TXN_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, 5);
    struct cd_stream_counts counts = run_through(f);
    CHECK(f, counts.transactions_aborted == 5);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(an_abortable_error_rewinds),
        CASE(retriable_errors_are_waited_out),
        CASE(a_delivery_that_fails_for_a_while_is_repeated),
        CASE(a_moved_coordinator_is_followed),
        CASE(a_dropped_connection_is_taken_up_again),
        CASE(a_fenced_producer_ends_the_run_and_says_so),
        CASE(what_the_broker_refuses_becomes_a_dead_letter),
        CASE(a_dead_letter_that_is_refused_goes_without_its_value),
        CASE(a_commit_of_unknown_outcome_is_settled_by_a_new_producer),
        CASE(at_least_once_repeats_what_was_not_delivered),
        CASE(a_lasting_abortable_error_does_not_spin),
    };
    return run_cases(cases, sizeof cases / sizeof *cases);
}
