#include "kafka_error.h"

enum { SYSLOG_WARNING = 4, SYSLOG_INFO = 6 };

enum cd_status cd_kafka_triage(rd_kafka_error_t *failure, const char *where, struct cd_error *error)
{
    if (!failure)
        return CD_OK;
    enum cd_status status = rd_kafka_error_txn_requires_abort(failure) ? CD_ABORTABLE
                            : rd_kafka_error_is_retriable(failure)     ? CD_RETRIABLE
                                                                       : CD_FATAL;
    cd_fail(error, status, where, "%s (%s)", rd_kafka_error_string(failure), rd_kafka_error_name(failure));
    rd_kafka_error_destroy(failure);
    return status;
}

enum cd_status cd_kafka_fatal(rd_kafka_t *client, const char *where, struct cd_error *error)
{
    char reason[384];
    rd_kafka_resp_err_t code = rd_kafka_fatal_error(client, reason, sizeof reason);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return CD_OK;
    return cd_fail(error, CD_FATAL, where, "%s (%s)", reason, rd_kafka_err2name(code));
}

void cd_kafka_serve_log(rd_kafka_t *client)
{
    rd_kafka_set_log_queue(client, NULL); /* NULL: the client's main queue */
}

void cd_kafka_log_line(struct cd_log *log, int syslog_level, const char *facility, const char *line)
{
    enum cd_log_level level = syslog_level <= SYSLOG_WARNING ? CD_LOG_WARNING
                              : syslog_level <= SYSLOG_INFO  ? CD_LOG_INFO
                                                             : CD_LOG_DEBUG;
    cd_log_write(log, level, "librdkafka", "%s: %s", facility, line);
}
