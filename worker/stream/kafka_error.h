/* kafka_error.h - librdkafka's errors in our terms, and its log lines in our log. Any thread. */
#ifndef COPYDESK_STREAM_KAFKA_ERROR_H
#define COPYDESK_STREAM_KAFKA_ERROR_H

#include <librdkafka/rdkafka.h>

#include "copydesk/error.h"
#include "copydesk/log.h"

/* What an error of the transactional API asks for, in the only safe order: CD_ABORTABLE (abort, rewind, go
 * on), CD_RETRIABLE (the same call with the same arguments), CD_FATAL (this producer is finished). NULL is
 * CD_OK. Takes the error over. */
enum cd_status cd_kafka_triage(rd_kafka_error_t *failure, const char *where, struct cd_error *error);

/* The client's fatal error, when it has one: CD_FATAL, else CD_OK. */
enum cd_status cd_kafka_fatal(rd_kafka_t *client, const char *where, struct cd_error *error);

/* Have a new client's log callback called by the thread that polls it, like all others: no code of ours runs
 * on librdkafka's threads, and none runs once we have stopped polling. Needs log.queue (client_config.c). */
void cd_kafka_serve_log(rd_kafka_t *client);

/* One of librdkafka's log lines (syslog levels) into ours. */
void cd_kafka_log_line(struct cd_log *log, int syslog_level, const char *facility, const char *line);

#endif
