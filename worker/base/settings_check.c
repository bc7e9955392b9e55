/* What follows from several settings together: values filled in, properties we must keep in hand, sums that
 * must come out. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "settings_table.h"

/* ---- filling in ---------------------------------------------------------------------------- */

static enum cd_status complete_worker_id(struct cd_settings *settings, struct cd_error *error)
{
    if (settings->worker.id[0])
        return CD_OK;
    char host[256] = "";
    if (gethostname(host, sizeof host - 1) != 0 || !host[0])
        return cd_fail(error, CD_INVALID, NULL, "worker.id is not set, and this host has no name");
    return setting_set(setting_find("worker.id"), settings, host, "host name", error);
}

static enum cd_status read_password(struct cd_settings *settings, struct cd_error *error)
{
    const char *path = settings->kafka.password_file;
    if (!path[0] || settings->kafka.password[0]) /* the environment goes before the file */
        return CD_OK;
    char password[1024];
    FILE *file = fopen(path, "re");
    if (!file)
        return cd_fail(error, errno == ENOENT ? CD_NOT_FOUND : CD_IO, "kafka.password_file",
                       "%s cannot be opened: %s", path, strerror(errno));
    size_t length = fread(password, 1, sizeof password - 1, file);
    bool is_cut = !ferror(file) && fgetc(file) != EOF, is_unreadable = ferror(file) != 0;
    fclose(file);
    password[length] = '\0';
    password[strcspn(password, "\r\n")] = '\0';
    enum cd_status status = CD_OK;
    if (is_unreadable)
        status = cd_fail(error, CD_IO, "kafka.password_file", "%s cannot be read", path);
    else if (is_cut)
        status = cd_fail(error, CD_INVALID, "kafka.password_file", "%s is too long for a password", path);
    else if (!password[0])
        status = cd_fail(error, CD_INVALID, "kafka.password_file", "%s holds no password", path);
    else
        status =
            setting_set(setting_find("kafka.password"), settings, password, "kafka.password_file", error);
    explicit_bzero(password, sizeof password);
    return status;
}

static enum cd_status complete_transactional_id(struct cd_settings *settings, struct cd_error *error)
{
    if (settings->kafka.transactional_id[0])
        return CD_OK;
    struct cd_buffer id = {0};
    cd_buffer_format(&id, "%s-%s", settings->kafka.group, settings->worker.id);
    enum cd_status status = id.failed
                                ? cd_fail(error, CD_MEMORY, NULL, "out of memory")
                                : setting_replace_text(&settings->kafka.transactional_id, id.bytes, error);
    cd_buffer_free(&id);
    return status;
}

enum cd_status settings_complete(struct cd_settings *settings, struct cd_error *error)
{
    enum cd_status status = complete_worker_id(settings, error);
    if (status == CD_OK)
        status = read_password(settings, error);
    if (status == CD_OK)
        status = complete_transactional_id(settings, error);
    return status;
}

/* ---- what belongs together ----------------------------------------------------------------- */

static enum cd_status check_credentials(const struct cd_settings *settings, struct cd_error *error)
{
    if (settings->kafka.username[0] && !settings->kafka.password[0])
        return cd_fail(error, CD_INVALID, "kafka.username",
                       "there is no password for \"%s\": set COPYDESK_KAFKA_PASSWORD or kafka.password_file",
                       settings->kafka.username);
    if (!settings->kafka.username[0] && settings->kafka.password[0])
        return cd_fail(error, CD_INVALID, "kafka.password",
                       "there is a password, but kafka.username is empty");
    return CD_OK;
}

/* ---- sums that must come out --------------------------------------------------------------- */

static enum cd_status check_topics(const struct cd_settings *settings, struct cd_error *error)
{
    const struct {
        const char *setting, *topic;
    } topics[] = {
        {"topics.raw", settings->topics.raw},
        {"topics.enriched", settings->topics.enriched},
        {"topics.deadletter", settings->topics.deadletter},
        {"topics.status", settings->topics.status},
    };
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(topics[i].topic, topics[j].topic) == 0)
                return cd_fail(error, CD_INVALID, topics[i].setting, "\"%s\" is %s already", topics[i].topic,
                               topics[j].setting);
    return CD_OK;
}

/* `lower` must not be above `upper`. */
struct order {
    const char *lower_name;
    int64_t lower;
    const char *upper_name;
    int64_t upper;
    const char *reason;
};

static enum cd_status check_orders(const struct order *orders, size_t count, struct cd_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (orders[i].lower > orders[i].upper)
            return cd_fail(error, CD_INVALID, orders[i].lower_name,
                           "%" PRId64 " must not be above %s = %" PRId64 ": %s", orders[i].lower,
                           orders[i].upper_name, orders[i].upper, orders[i].reason);
    return CD_OK;
}

/* notes/kafka.md, "Timeouts". The group's session timeout sets no limit here: librdkafka sends heartbeats
 * from a thread of its own while a batch is drained or committed. */
static enum cd_status check_times(const struct cd_settings *settings, struct cd_error *error)
{
    int64_t drain_ms = settings->worker.drain_timeout_ms;
    int64_t transaction_ms = settings->batch.transaction_timeout_ms;
    const struct order orders[] = {
        {"worker.drain_timeout_ms", drain_ms, "batch.transaction_timeout_ms", transaction_ms,
         "the broker would abort the transaction before the batch is finished"},
        {"worker.drain_timeout_ms", drain_ms, "worker.shutdown_timeout_ms",
         settings->worker.shutdown_timeout_ms, "leaving the group at the end includes a drain"},
        {"batch.wait_ms", settings->batch.wait_ms * 2, "batch.transaction_timeout_ms", transaction_ms,
         "(twice the wait) a transaction must outlast the wait for its batch"},
    };
    return check_orders(orders, sizeof orders / sizeof *orders, error);
}

static enum cd_status check_sizes(const struct cd_settings *settings, struct cd_error *error)
{
    const struct order orders[] = {
        {"batch.bytes_max", settings->batch.bytes_max, "batch.queue_bytes_max",
         settings->batch.queue_bytes_max, "a batch is part of what the worker holds"},
        {"article.text_bytes_max", settings->article.text_bytes_max, "article.message_bytes_max",
         settings->article.message_bytes_max, "a text is part of its message"},
        {"article.message_bytes_max", settings->article.message_bytes_max, "batch.queue_bytes_max",
         settings->batch.queue_bytes_max, "the worker must be able to hold one message"},
        {"article.text_bytes_max", settings->record.include_body ? settings->article.text_bytes_max : 0,
         "record.bytes_max", settings->record.bytes_max, "the record holds the text (record.include_body)"},
    };
    return check_orders(orders, sizeof orders / sizeof *orders, error);
}

enum cd_status settings_check(const struct cd_settings *settings, struct cd_error *error)
{
    enum cd_status (*const checks[])(const struct cd_settings *, struct cd_error *) = {
        check_credentials,
        check_topics,
        check_times,
        check_sizes,
    };
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        enum cd_status status = checks[i](settings, error);
        if (status != CD_OK)
            return status;
    }
    return CD_OK;
}
