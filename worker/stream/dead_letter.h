/* dead_letter.h - the headers of a dead letter: what went wrong, with which message, for people and tools.
 *
 * The message itself goes to the dead-letter topic as it came: key, value, headers, timestamp. Added are
 * Kafka Connect's `__connect.errors.*` headers (DeadLetterQueueReporter, UTF-8 strings), so that tools that
 * know them need nothing new, and ours: copydesk.error.status (stable name), copydesk.error.where,
 * copydesk.error.message, copydesk-version. */
#ifndef COPYDESK_STREAM_DEAD_LETTER_H
#define COPYDESK_STREAM_DEAD_LETTER_H

#include <librdkafka/rdkafka.h>

#include "copydesk/error.h"
#include "copydesk/settings.h"

/* How much of the raw message its dead letter carries. Less than all only when the dead-letter topic refused
 * more for its size: then copydesk.error.value_omitted names the bytes of the value, and the raw message can
 * still be read at the topic, partition and offset given. */
enum cd_dead_letter_extent { CD_DEAD_LETTER_WHOLE, CD_DEAD_LETTER_NO_VALUE, CD_DEAD_LETTER_BARE };

/* Headers for the dead letter of `message`; owned by the caller as in headers.h. */
rd_kafka_headers_t *cd_headers_for_dead_letter(const rd_kafka_message_t *message,
                                               const struct cd_settings *settings,
                                               const struct cd_error *reason,
                                               enum cd_dead_letter_extent extent);

#endif
