#include "copydesk/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cut an over-long text at a whole UTF-8 character, so that a message is always valid UTF-8. */
static void cut_at_character(char *text, size_t size)
{
    if (strlen(text) + 1 < size)
        return;
    size_t end = size - 1;
    while (end > 0 && ((unsigned char)text[end - 1] & 0xC0) == 0x80)
        end--;
    if (end > 0 && (unsigned char)text[end - 1] >= 0xC0)
        end--;
    text[end] = '\0';
}

enum cd_status cd_fail(struct cd_error *error, enum cd_status status, const char *where, const char *format,
                       ...)
{
    if (!error)
        return status;
    error->status = status;
    snprintf(error->where, sizeof error->where, "%s", where ? where : "");
    cut_at_character(error->where, sizeof error->where);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    cut_at_character(error->message, sizeof error->message);
    return status;
}

const char *cd_status_name(enum cd_status status)
{
    static const char *const names[] = {
        [CD_OK] = "ok",         [CD_INVALID] = "invalid",     [CD_UNSUPPORTED] = "unsupported",
        [CD_LIMIT] = "limit",   [CD_NOT_FOUND] = "not_found", [CD_IO] = "io",
        [CD_MEMORY] = "memory", [CD_RETRIABLE] = "retriable", [CD_ABORTABLE] = "abortable",
        [CD_FATAL] = "fatal",
    };
    return names[status];
}
