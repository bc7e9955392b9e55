#include "copydesk/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "copydesk/buffer.h"
#include "copydesk/json.h"
#include "copydesk/metrics.h"

struct cd_log {
    int fd;
    bool owns_fd;
    bool is_json;
    bool has_colour;
    _Atomic enum cd_log_level level;
    atomic_bool is_healthy;
};

static const struct {
    const char *name, *colour;
} levels[] = {
    [CD_LOG_ERROR] = {"error", "\033[1;31m"},
    [CD_LOG_WARNING] = {"warning", "\033[33m"},
    [CD_LOG_INFO] = {"info", "\033[32m"},
    [CD_LOG_DEBUG] = {"debug", "\033[2m"},
};

/* ---- one line ------------------------------------------------------------------------------ */

static void append_json(struct cd_buffer *line, enum cd_log_level level, const char *event,
                        const char *message)
{
    struct cd_json json = cd_json_into(line);
    cd_json_begin_object(&json);
    cd_json_key(&json, "time");
    cd_json_time(&json, cd_wall_clock_ms());
    cd_json_put_text(&json, "level", levels[level].name);
    cd_json_put_text(&json, "event", event);
    cd_json_put_text(&json, "message", message);
    cd_json_end_object(&json);
}

/* "14:03:22.917 info     batch_committed  2000 articles in 138 ms", local time */
static void append_human(struct cd_buffer *line, enum cd_log_level level, const char *event,
                         const char *message, bool has_colour)
{
    int64_t now_ms = cd_wall_clock_ms();
    time_t now = (time_t)(now_ms / 1000);
    struct tm local;
    char clock[16] = "";
    if (localtime_r(&now, &local))
        strftime(clock, sizeof clock, "%H:%M:%S", &local);
    cd_buffer_format(line, "%s.%03d %s%-7s%s %-18s ", clock, (int)(now_ms % 1000),
                     has_colour ? levels[level].colour : "", levels[level].name, has_colour ? "\033[0m" : "",
                     event);
    for (; *message; message++) /* a line stays a line, and a terminal gets no commands */
        cd_buffer_append_byte(line, (unsigned char)*message < 0x20 || *message == 0x7F ? ' ' : *message);
}

/* One write(2) is all there is as a rule; a pipe may take a long line in parts. */
static bool write_line(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

static void put_line(struct cd_log *log, enum cd_log_level level, const char *event, const char *message)
{
    struct cd_buffer line = {0};
    if (log->is_json)
        append_json(&line, level, event, message);
    else
        append_human(&line, level, event, message, log->has_colour);
    cd_buffer_append_byte(&line, '\n');
    if (line.failed || !write_line(log->fd, line.bytes, line.length))
        atomic_store(&log->is_healthy, false);
    cd_buffer_free(&line);
}

void cd_log_write(struct cd_log *log, enum cd_log_level level, const char *event, const char *format, ...)
{
    if (!log || level > cd_log_level(log))
        return;
    char *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&message, format, arguments);
    va_end(arguments);
    if (length < 0) {
        atomic_store(&log->is_healthy, false);
        return;
    }
    put_line(log, level, event, message);
    free(message);
}

/* ---- open and close ------------------------------------------------------------------------ */

enum cd_status cd_log_open(const char *path, enum cd_log_level level, enum cd_log_format format,
                           struct cd_log **log, struct cd_error *error)
{
    bool has_path = path && *path;
    int fd = has_path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640) : STDERR_FILENO;
    if (fd < 0)
        return cd_fail(error, CD_IO, path, "the log cannot be opened: %s", strerror(errno));
    struct cd_log *opened = calloc(1, sizeof *opened);
    if (!opened) {
        if (has_path)
            close(fd);
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    }
    bool is_terminal = isatty(fd) == 1;
    *opened = (struct cd_log){
        .fd = fd,
        .owns_fd = has_path,
        .is_json = format == CD_LOG_JSON || (format == CD_LOG_AUTO && !is_terminal),
        .has_colour = is_terminal && !getenv("NO_COLOR"),
    };
    cd_log_set_level(opened, level);
    atomic_init(&opened->is_healthy, true);
    errno = 0;
    if (has_path)
        put_line(opened, CD_LOG_INFO, "log_opened", "copydesk " CD_VERSION);
    if (!cd_log_healthy(opened)) {
        cd_fail(error, CD_IO, path, "the log cannot be written: %s", strerror(errno));
        cd_log_close(opened);
        return CD_IO;
    }
    *log = opened;
    return CD_OK;
}

void cd_log_close(struct cd_log *log)
{
    if (!log)
        return;
    if (log->owns_fd)
        close(log->fd);
    free(log);
}

void cd_log_set_level(struct cd_log *log, enum cd_log_level level)
{
    atomic_store(&log->level, level);
}

enum cd_log_level cd_log_level(const struct cd_log *log)
{
    return atomic_load(&log->level);
}

bool cd_log_healthy(const struct cd_log *log)
{
    return atomic_load(&log->is_healthy);
}
