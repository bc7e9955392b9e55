/* producer.h - the one producer of records and dead letters, and its transactions.
 *
 * The call sequence is that of ../shared/notes/kafka.md section 1, proven on a real broker. A transaction is
 * only open inside publishing: it begins with the first record of a batch and has ended when the batch is
 * settled, so none is open while the consumer is polled and partitions come and go.
 *
 * How a transaction can end, and what follows:
 *   committed                       go on
 *   aborted                         its messages come again: the caller rewinds what it still owns
 *   not known (EndTxn timed out)    librdkafka cannot take it up again safely (KIP-890 is not in it): a new
 *                                   producer with the same transactional.id; initialising it makes the broker
 *                                   finish the old transaction either way; the caller rewinds to the offsets
 *                                   that the broker has
 *   fenced or fatal                 the process ends
 * With delivery at_least_once there are no transactions: commit means that every record was delivered.
 *
 * All functions are called from the thread that makes the Kafka calls. Deadlines are cd_monotonic_us values.
 */
#ifndef COPYDESK_STREAM_PRODUCER_H
#define COPYDESK_STREAM_PRODUCER_H

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "batch.h"
#include "copydesk/error.h"
#include "copydesk/log.h"
#include "copydesk/settings.h"
#include "suspects.h"

struct cd_producer {
    const struct cd_settings *settings;
    struct cd_log *log;
    const atomic_int *stop; /* 1: do not wait for a coordinator; 2: give up all waiting at once */
    rd_kafka_t *client;     /* NULL when closed */
    bool in_transaction;
    const struct cd_batch *batch; /* whose items the delivery reports name; NULL between batches */
    struct cd_suspects suspects;
    uint64_t failures;           /* deliveries that failed since the transaction began */
    rd_kafka_resp_err_t failure; /* the first of them */
};

/* Connect and, with transactions, take over the transactional.id: the predecessor's open transaction is
 * ended. CD_INVALID (a property), CD_IO (no coordinator in time), CD_FATAL. */
enum cd_status cd_producer_open(struct cd_producer *producer, uint64_t deadline_us, struct cd_error *error);
void cd_producer_close(struct cd_producer *producer);

/* Begin a transaction for the items of `batch`. CD_OK or CD_FATAL. */
enum cd_status cd_producer_begin(struct cd_producer *producer, const struct cd_batch *batch,
                                 struct cd_error *error);
/* Wait until everything sent is delivered. CD_OK, or CD_ABORTABLE (something failed or took too long). */
enum cd_status cd_producer_flush(struct cd_producer *producer, uint64_t deadline_us, struct cd_error *error);
/* Commit with these offsets. CD_OK, CD_ABORTABLE (call cd_producer_abort), CD_IO (outcome not known: close
 * and open anew), CD_FATAL. */
enum cd_status cd_producer_commit(struct cd_producer *producer,
                                  const rd_kafka_topic_partition_list_t *offsets,
                                  const rd_kafka_consumer_group_metadata_t *group, uint64_t deadline_us,
                                  struct cd_error *error);
/* Abort what is open. CD_OK, CD_IO (not known: close and open anew), CD_FATAL. */
enum cd_status cd_producer_abort(struct cd_producer *producer, uint64_t deadline_us, struct cd_error *error);

#endif
