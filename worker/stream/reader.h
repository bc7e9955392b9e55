/* reader.h - reads whole topics from their beginning, without a group: for `demo` and for looking at results.
 *
 * Only committed messages are seen. Knows bytes only. One thread at a time per reader. */
#ifndef COPYDESK_STREAM_READER_H
#define COPYDESK_STREAM_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "copydesk/error.h"
#include "copydesk/settings.h"
#include "copydesk/slice.h"

struct cd_reader;

/* A message that was read. Borrowed until the next call. */
struct cd_read_message {
    const char *topic;
    int32_t partition;
    int64_t offset;
    struct cd_slice key;   /* bytes == NULL: no key */
    struct cd_slice value; /* bytes == NULL: a tombstone */
    void *handle;          /* for cd_read_header */
};

/* Connect, and start at the beginning of every partition of `topics`. CD_IO when no broker answers within
 * `timeout_ms`, CD_NOT_FOUND when a topic is missing. `settings` is borrowed for the call. Free with
 * cd_reader_close. */
enum cd_status cd_reader_open(const struct cd_settings *settings, const char *const *topics,
                              size_t topic_count, int timeout_ms, struct cd_reader **opened,
                              struct cd_error *error);

/* The next message; false when none came within `timeout_ms`. */
bool cd_reader_next(struct cd_reader *reader, int timeout_ms, struct cd_read_message *message);

/* The last header of this name, or an empty slice. */
struct cd_slice cd_read_header(const struct cd_read_message *message, const char *name);

void cd_reader_close(struct cd_reader *reader);

#endif
