/* json.h - writes JSON (RFC 8259) into a buffer, comma by comma, without a tree.
 *
 * Records, status messages and log lines are written with it; reading JSON is Jansson's work. Strings must be
 * valid UTF-8 (the article reader sees to that); invalid bytes become U+FFFD so that the output is always
 * valid JSON. Keys are string literals of our own and need no escaping. Owns nothing; one thread at a time.
 */
#ifndef COPYDESK_JSON_H
#define COPYDESK_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "copydesk/buffer.h"
#include "copydesk/slice.h"

struct cd_json {
    struct cd_buffer *out;
    bool comma; /* a value stands before the place we write at, so the next one needs a comma */
};

/* A writer that appends to `out`. */
struct cd_json cd_json_into(struct cd_buffer *out);

void cd_json_begin_object(struct cd_json *json);
void cd_json_end_object(struct cd_json *json);
void cd_json_begin_array(struct cd_json *json);
void cd_json_end_array(struct cd_json *json);
void cd_json_key(struct cd_json *json, const char *key);

void cd_json_null(struct cd_json *json);
void cd_json_bool(struct cd_json *json, bool value);
void cd_json_integer(struct cd_json *json, int64_t value);
/* A number with at most `decimals` (0 to 6) digits after the point, trailing zeros removed; not finite, or
 * 1e18 and beyond, gives null. */
void cd_json_number(struct cd_json *json, double value, int decimals);
void cd_json_string(struct cd_json *json, struct cd_slice value);
/* A time in milliseconds since 1970 as "2024-03-20T00:00:00Z" (with .123 only when the milliseconds are not
 * 0). */
void cd_json_time(struct cd_json *json, int64_t time_ms);
/* Bytes that are JSON already, put down as they are. */
void cd_json_raw(struct cd_json *json, struct cd_slice value);

/* key + value in one line. An empty slice in cd_json_put_string gives null. */
void cd_json_put_string(struct cd_json *json, const char *key, struct cd_slice value);
void cd_json_put_text(struct cd_json *json, const char *key, const char *value);
void cd_json_put_integer(struct cd_json *json, const char *key, int64_t value);
void cd_json_put_number(struct cd_json *json, const char *key, double value, int decimals);

#endif
