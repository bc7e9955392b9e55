/* headers.h - the headers of what we publish: the input's, continued.
 *
 * Every header of the raw message is kept, in order. Added or replaced: content-type and copydesk-version.
 * `traceparent` (W3C Trace Context level 1) is continued: same trace id and flags, a new parent span id, for
 * our work is a span of its own; it is never invented, and a malformed one passes untouched. Pure functions;
 * any thread. */
#ifndef COPYDESK_STREAM_HEADERS_H
#define COPYDESK_STREAM_HEADERS_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

enum { CD_TRACEPARENT_BYTES = 55 };

/* Headers for the record (or tombstone) that came of `message`. The caller owns them: a successful
 * rd_kafka_producev takes them over, else rd_kafka_headers_destroy. */
rd_kafka_headers_t *cd_headers_for_record(const rd_kafka_message_t *message, bool has_value);

/* A copy of the message's headers, or none: owned by the caller as above. */
rd_kafka_headers_t *cd_headers_copy(const rd_kafka_message_t *message);

/* Continue `parent` (`length` bytes) with the span `span_id` (not 0) into out. False when it is malformed:
 * out is untouched. */
bool cd_traceparent_continue(const char *parent, size_t length, uint64_t span_id,
                             char out[CD_TRACEPARENT_BYTES + 1]);

#endif
