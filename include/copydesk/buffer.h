/* buffer.h - a growable run of bytes with a sticky failure flag.
 *
 * Append functions return nothing: after a failed allocation `failed` stays true and further appends do
 * nothing, so a writer checks once, at the end. The buffer is kept between uses (cd_buffer_clear), so a
 * steady stream of records needs no malloc. A zeroed struct is an empty buffer. One thread at a time. */
#ifndef COPYDESK_BUFFER_H
#define COPYDESK_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "copydesk/slice.h"

struct cd_buffer {
    char *bytes;     /* always NUL-terminated once something was appended; owned by the buffer */
    size_t length;   /* bytes in use, without that NUL */
    size_t capacity; /* bytes allocated */
    bool failed;     /* an allocation failed since the last clear */
};

void cd_buffer_free(struct cd_buffer *buffer);
void cd_buffer_clear(struct cd_buffer *buffer);
void cd_buffer_append(struct cd_buffer *buffer, const char *bytes, size_t length);
void cd_buffer_append_byte(struct cd_buffer *buffer, char byte);
void cd_buffer_append_string(struct cd_buffer *buffer, const char *string);
void cd_buffer_format(struct cd_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for `extra` more bytes; false (and failed set) when out of memory. */
bool cd_buffer_reserve(struct cd_buffer *buffer, size_t extra);

static inline struct cd_slice cd_buffer_slice(const struct cd_buffer *buffer)
{
    return (struct cd_slice){buffer->bytes, buffer->length};
}

#endif
