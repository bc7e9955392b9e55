#include "status.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "client_config.h"
#include "copydesk/copydesk.h"
#include "copydesk/json.h"
#include "kafka_error.h"

enum { LAST_FLUSH_MS = 2000 };

static void on_log(const rd_kafka_t *client, int level, const char *facility, const char *line)
{
    const struct cd_status_reporter *reporter = rd_kafka_opaque(client);
    cd_kafka_log_line(reporter->log, level > 4 ? level : 7, facility, line); /* the others tell it too */
}

static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    (void)client;
    const struct cd_status_reporter *reporter = opaque;
    cd_log_write(reporter->log, CD_LOG_DEBUG, "status_error", "%s: %s", rd_kafka_err2name(code), reason);
}

enum cd_status cd_status_open(struct cd_status_reporter *reporter, struct cd_error *error)
{
    char reason[256];
    rd_kafka_conf_t *conf;
    reporter->started_us = cd_monotonic_us();
    reporter->sent_us = 0;
    if (reporter->settings->status.interval_ms <= 0)
        return CD_OK;
    enum cd_status status = cd_client_config(reporter->settings, CD_CLIENT_STATUS, &conf, error);
    if (status != CD_OK)
        return status;
    rd_kafka_conf_set_opaque(conf, reporter);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error);
    reporter->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (reporter->client) {
        cd_kafka_serve_log(reporter->client);
        return CD_OK;
    }
    rd_kafka_conf_destroy(conf);
    return cd_fail(error, CD_INVALID, "kafka.properties", "%s", reason);
}

void cd_status_close(struct cd_status_reporter *reporter)
{
    if (reporter->client) {
        rd_kafka_flush(reporter->client, LAST_FLUSH_MS);
        rd_kafka_destroy(reporter->client);
    }
    reporter->client = NULL;
    cd_buffer_free(&reporter->text);
}

bool cd_status_due(const struct cd_status_reporter *reporter)
{
    uint64_t interval_us = (uint64_t)reporter->settings->status.interval_ms * 1000;
    return reporter->client && cd_monotonic_us() - reporter->sent_us >= interval_us;
}

static const char *state_name(enum cd_state state)
{
    static const char *const names[] = {"starting", "running",  "rebalancing",
                                        "draining", "stopping", "failed"};
    return names[state];
}

/* Resident memory from /proc; 0 where there is none. */
static int64_t resident_bytes(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file)
        return 0;
    if (fscanf(file, "%*s %ld", &pages) != 1) // NOLINT(cert-err34-c): a kernel's number
        pages = 0;
    fclose(file);
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static void put_identity(struct cd_json *json, const struct cd_status_reporter *reporter,
                         const struct cd_report *report)
{
    char id[512];
    cd_transactional_id(reporter->settings, id, sizeof id);
    cd_json_put_text(json, "schema", "copydesk-status/1");
    cd_json_put_text(json, "worker", reporter->settings->worker.id);
    cd_json_put_text(json, "version", cd_version());
    cd_json_put_text(json, "state", state_name(report->state));
    cd_json_key(json, "time");
    cd_json_time(json, cd_wall_clock_ms());
    cd_json_put_integer(json, "uptime_ms", (int64_t)((cd_monotonic_us() - reporter->started_us) / 1000));
    cd_json_put_text(json, "group", reporter->settings->kafka.group);
    bool exactly_once = reporter->settings->worker.delivery == CD_EXACTLY_ONCE;
    cd_json_put_text(json, "delivery", exactly_once ? "exactly_once" : "at_least_once");
    cd_json_put_string(json, "transactional_id", cd_slice_of(exactly_once ? id : ""));
    cd_json_put_integer(json, "threads", report->threads);
    cd_json_put_integer(json, "memory_bytes", resident_bytes());
}

/* What of a partition is not committed yet. The high watermark counts control markers of transactions, which
 * no consumer ever sees; a partition read to its end, with nothing in flight, has none to wait for. */
static int64_t lag_of(const struct cd_partition *partition, int64_t high)
{
    int64_t position = partition->rewind_offset;
    if (partition->rewind_offset == partition->next_offset && partition->end_offset > position)
        position = partition->end_offset;
    return position == CD_OFFSET_UNKNOWN || high < position ? 0 : high - position;
}

static void put_partitions(struct cd_json *json, struct cd_consumer *consumer)
{
    int64_t total = 0;
    cd_json_key(json, "partitions");
    cd_json_begin_array(json);
    for (size_t i = 0; consumer && i < consumer->partitions.count; i++) {
        const struct cd_partition *partition = &consumer->partitions.items[i];
        int64_t low = 0, high = -1;
        rd_kafka_get_watermark_offsets(consumer->client, consumer->settings->topics.raw, partition->partition,
                                       &low, &high);
        int64_t lag = lag_of(partition, high);
        total += lag;
        cd_json_begin_object(json);
        cd_json_put_integer(json, "partition", partition->partition);
        cd_json_put_integer(json, "position", partition->rewind_offset);
        cd_json_put_integer(json, "lag", lag);
        cd_json_end_object(json);
    }
    cd_json_end_array(json);
    cd_json_put_integer(json, "lag", total);
}

static void put_counts(struct cd_json *json, const struct cd_stream_counts *counts)
{
    cd_json_key(json, "articles");
    cd_json_begin_object(json);
    cd_json_put_integer(json, "in", (int64_t)counts->messages_in);
    cd_json_put_integer(json, "out", (int64_t)counts->records_out);
    cd_json_put_integer(json, "dead", (int64_t)counts->dead_letters);
    cd_json_put_integer(json, "tombstones", (int64_t)counts->tombstones);
    cd_json_end_object(json);
    cd_json_put_integer(json, "bytes_in", (int64_t)counts->bytes_in);
    cd_json_put_integer(json, "bytes_out", (int64_t)counts->bytes_out);
    cd_json_put_integer(json, "batches", (int64_t)counts->batches);
    cd_json_put_integer(json, "transactions_aborted", (int64_t)counts->transactions_aborted);
}

static void put_rates(struct cd_json *json, const struct cd_status_reporter *reporter,
                      const struct cd_stream_counts *now)
{
    const struct cd_stream_counts *then = &reporter->sent_counts;
    uint64_t since_us = reporter->sent_us ? reporter->sent_us : reporter->started_us;
    double seconds = (double)(cd_monotonic_us() - since_us) / 1e6;
    double scale = seconds > 0 ? 1 / seconds : 0;
    cd_json_key(json, "per_second");
    cd_json_begin_object(json);
    cd_json_put_number(json, "in", (double)(now->messages_in - then->messages_in) * scale, 1);
    cd_json_put_number(json, "out", (double)(now->records_out - then->records_out) * scale, 1);
    cd_json_put_number(json, "dead", (double)(now->dead_letters - then->dead_letters) * scale, 1);
    cd_json_put_number(json, "bytes_in", (double)(now->bytes_in - then->bytes_in) * scale, 0);
    cd_json_end_object(json);
}

static void put_percentiles(struct cd_json *json, const char *name, const struct cd_histogram *histogram)
{
    cd_json_key(json, name);
    cd_json_begin_object(json);
    cd_json_put_number(json, "p50", (double)cd_histogram_quantile_us(histogram, 0.5) / 1000, 2);
    cd_json_put_number(json, "p90", (double)cd_histogram_quantile_us(histogram, 0.9) / 1000, 2);
    cd_json_put_number(json, "p99", (double)cd_histogram_quantile_us(histogram, 0.99) / 1000, 2);
    cd_json_end_object(json);
}

static void put_times(struct cd_json *json, const struct cd_times *times)
{
    cd_json_key(json, "times_ms");
    cd_json_begin_object(json);
    put_percentiles(json, "batch", &times->batch);
    put_percentiles(json, "gather", &times->gather);
    put_percentiles(json, "handle", &times->handle);
    put_percentiles(json, "publish", &times->publish);
    put_percentiles(json, "commit", &times->commit);
    cd_json_end_object(json);
}

static void put_last_error(struct cd_json *json, const struct cd_report *report)
{
    cd_json_key(json, "last_error");
    if (!report->last_error || report->last_error->status == CD_OK) {
        cd_json_null(json);
        return;
    }
    cd_json_begin_object(json);
    cd_json_put_text(json, "status", cd_status_name(report->last_error->status));
    cd_json_put_text(json, "where", report->last_error->where);
    cd_json_put_text(json, "message", report->last_error->message);
    cd_json_key(json, "time");
    cd_json_time(json, report->last_error_ms);
    cd_json_end_object(json);
}

void cd_status_write(struct cd_status_reporter *reporter, const struct cd_report *report)
{
    struct cd_json json = cd_json_into(&reporter->text);
    cd_buffer_clear(&reporter->text);
    cd_json_begin_object(&json);
    put_identity(&json, reporter, report);
    put_counts(&json, &report->counts);
    put_rates(&json, reporter, &report->counts);
    cd_json_put_integer(&json, "batch_limit", (int64_t)report->batch_limit);
    put_times(&json, report->times);
    put_partitions(&json, report->consumer);
    put_last_error(&json, report);
    if (reporter->handler->describe)
        reporter->handler->describe(reporter->handler->context, &reporter->text);
    cd_json_end_object(&json);
}

static void reset_times(struct cd_times *times)
{
    cd_histogram_reset(&times->batch);
    cd_histogram_reset(&times->gather);
    cd_histogram_reset(&times->handle);
    cd_histogram_reset(&times->publish);
    cd_histogram_reset(&times->commit);
}

void cd_status_send(struct cd_status_reporter *reporter, const struct cd_report *report)
{
    if (!reporter->client)
        return;
    cd_status_write(reporter, report);
    const char *worker = reporter->settings->worker.id;
    if (!reporter->text.failed)
        rd_kafka_producev(reporter->client, RD_KAFKA_V_TOPIC(reporter->settings->topics.status),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                          RD_KAFKA_V_KEY((void *)worker, strlen(worker)),
                          RD_KAFKA_V_VALUE(reporter->text.bytes, reporter->text.length), RD_KAFKA_V_END);
    rd_kafka_poll(reporter->client, 0);
    reporter->sent_us = cd_monotonic_us();
    reporter->sent_counts = report->counts;
    reset_times(report->times);
}
