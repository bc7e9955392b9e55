#include "copydesk/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY_BYTES = 256 };

void cd_buffer_free(struct cd_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct cd_buffer){0};
}

void cd_buffer_clear(struct cd_buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = false;
    if (buffer->bytes)
        buffer->bytes[0] = '\0';
}

bool cd_buffer_reserve(struct cd_buffer *buffer, size_t extra)
{
    if (buffer->failed || extra > SIZE_MAX / 4) {
        buffer->failed = true;
        return false;
    }
    size_t need = buffer->length + extra + 1;
    if (need <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity ? buffer->capacity * 2 : FIRST_CAPACITY_BYTES;
    if (capacity < need)
        capacity = need;
    char *bytes = realloc(buffer->bytes, capacity);
    if (!bytes) {
        buffer->failed = true;
        return false;
    }
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}

void cd_buffer_append(struct cd_buffer *buffer, const char *bytes, size_t length)
{
    if (!cd_buffer_reserve(buffer, length))
        return;
    if (length)
        memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
    buffer->bytes[buffer->length] = '\0';
}

void cd_buffer_append_byte(struct cd_buffer *buffer, char byte)
{
    cd_buffer_append(buffer, &byte, 1);
}

void cd_buffer_append_string(struct cd_buffer *buffer, const char *string)
{
    cd_buffer_append(buffer, string, strlen(string));
}

void cd_buffer_format(struct cd_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !cd_buffer_reserve(buffer, (size_t)length))
        return;
    va_start(arguments, format);
    vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->length += (size_t)length;
}
