/* log.h - what the process tells the person who runs it: lines on standard error (or a file).
 *
 * Human-readable on a terminal, one JSON object a line otherwise, or as set. Thread-safe: any thread may log;
 * a line is written with one write(2). The level can be changed while running (SIGHUP). Only main.c,
 * commands/ and stream/ log; everything below returns errors instead (house law 4). Article text and secrets
 * are never logged. */
#ifndef COPYDESK_LOG_H
#define COPYDESK_LOG_H

#include <stdbool.h>

#include "copydesk/error.h"

enum cd_log_level { CD_LOG_ERROR, CD_LOG_WARNING, CD_LOG_INFO, CD_LOG_DEBUG };
enum cd_log_format { CD_LOG_AUTO, CD_LOG_HUMAN, CD_LOG_JSON };

struct cd_log;

/* A log at `path` (NULL or "": standard error). A path that cannot be opened, or has no room for a first
 * line, is CD_IO. Free with cd_log_close. */
enum cd_status cd_log_open(const char *path, enum cd_log_level level, enum cd_log_format format,
                           struct cd_log **log, struct cd_error *error);
void cd_log_close(struct cd_log *log);
void cd_log_set_level(struct cd_log *log, enum cd_log_level level);
enum cd_log_level cd_log_level(const struct cd_log *log);

/* One line. `event` is a short stable name ("batch_committed"); the rest is for people. NULL log: nothing
 * happens. */
void cd_log_write(struct cd_log *log, enum cd_log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* False once a line could not be written (disk full): the caller decides whether to go on. */
bool cd_log_healthy(const struct cd_log *log);

#endif
