#include "headers.h"

#include <stdio.h>
#include <string.h>

#include "copydesk/copydesk.h"
#include "copydesk/hash.h"
#include "copydesk/metrics.h"

/* "00-<32 hex trace id>-<16 hex parent id>-<2 hex flags>" */
enum { TRACE_ID = 3, PARENT_ID = 36, FLAGS = 53 };

static bool is_hex(const char *text, size_t length)
{
    return strspn(text, "0123456789abcdef") >= length;
}

static bool is_zero(const char *text, size_t length)
{
    return strspn(text, "0") >= length;
}

/* Version ff is forbidden; a version above 00 may carry more fields behind, which we must not pass on. */
static bool is_well_formed(const char *text, size_t length)
{
    bool version_0 = memcmp(text, "00", 2) == 0;
    if (!is_hex(text, 2) || memcmp(text, "ff", 2) == 0 || (version_0 && length != CD_TRACEPARENT_BYTES))
        return false;
    if (length > CD_TRACEPARENT_BYTES && text[CD_TRACEPARENT_BYTES] != '-')
        return false;
    return text[TRACE_ID - 1] == '-' && text[PARENT_ID - 1] == '-' && text[FLAGS - 1] == '-' &&
           is_hex(text + TRACE_ID, 32) && !is_zero(text + TRACE_ID, 32) && is_hex(text + PARENT_ID, 16) &&
           !is_zero(text + PARENT_ID, 16) && is_hex(text + FLAGS, 2);
}

bool cd_traceparent_continue(const char *parent, size_t length, uint64_t span_id,
                             char out[CD_TRACEPARENT_BYTES + 1])
{
    char text[CD_TRACEPARENT_BYTES + 2] = "";
    if (length < CD_TRACEPARENT_BYTES)
        return false;
    memcpy(text, parent, length > CD_TRACEPARENT_BYTES ? CD_TRACEPARENT_BYTES + 1 : CD_TRACEPARENT_BYTES);
    if (!is_well_formed(text, length))
        return false;
    snprintf(out, CD_TRACEPARENT_BYTES + 1, "00-%.32s-%016llx-%.2s", text + TRACE_ID,
             (unsigned long long)span_id, text + FLAGS);
    return true;
}

/* A span id from where the message stood and when: unique enough to tell two attempts apart. */
static uint64_t span_id_of(const rd_kafka_message_t *message)
{
    uint64_t place = cd_hash_mix((uint64_t)message->offset, (uint64_t)message->partition);
    uint64_t id = cd_hash_mix(place, cd_monotonic_us() ^ (uint64_t)cd_wall_clock_ms());
    return id ? id : 1;
}

static void continue_trace(rd_kafka_headers_t *headers, const rd_kafka_message_t *message)
{
    char traceparent[CD_TRACEPARENT_BYTES + 1];
    const void *value;
    size_t length;
    if (rd_kafka_header_get_last(headers, "traceparent", &value, &length) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        !value || !cd_traceparent_continue(value, length, span_id_of(message), traceparent))
        return;
    rd_kafka_header_remove(headers, "traceparent");
    rd_kafka_header_add(headers, "traceparent", -1, traceparent, -1);
}

static void replace(rd_kafka_headers_t *headers, const char *name, const char *value)
{
    rd_kafka_header_remove(headers, name);
    rd_kafka_header_add(headers, name, -1, value, -1);
}

rd_kafka_headers_t *cd_headers_copy(const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *existing;
    if (rd_kafka_message_headers(message, &existing) == RD_KAFKA_RESP_ERR_NO_ERROR)
        return rd_kafka_headers_copy(existing);
    return rd_kafka_headers_new(8);
}

rd_kafka_headers_t *cd_headers_for_record(const rd_kafka_message_t *message, bool has_value)
{
    rd_kafka_headers_t *headers = cd_headers_copy(message);
    continue_trace(headers, message);
    if (has_value)
        replace(headers, "content-type", "application/json");
    replace(headers, "copydesk-version", cd_version());
    return headers;
}
