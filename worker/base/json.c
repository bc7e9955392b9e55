#include "copydesk/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "copydesk/utf8.h"

struct cd_json cd_json_into(struct cd_buffer *out)
{
    return (struct cd_json){out, false};
}

/* Every value starts here: a comma when one stands before it. */
static void begin_value(struct cd_json *json)
{
    if (json->comma)
        cd_buffer_append_byte(json->out, ',');
    json->comma = true;
}

static void open_with(struct cd_json *json, char bracket)
{
    begin_value(json);
    cd_buffer_append_byte(json->out, bracket);
    json->comma = false;
}

static void close_with(struct cd_json *json, char bracket)
{
    cd_buffer_append_byte(json->out, bracket);
    json->comma = true;
}

void cd_json_begin_object(struct cd_json *json)
{
    open_with(json, '{');
}

void cd_json_end_object(struct cd_json *json)
{
    close_with(json, '}');
}

void cd_json_begin_array(struct cd_json *json)
{
    open_with(json, '[');
}

void cd_json_end_array(struct cd_json *json)
{
    close_with(json, ']');
}

void cd_json_key(struct cd_json *json, const char *key)
{
    begin_value(json);
    cd_buffer_append_byte(json->out, '"');
    cd_buffer_append_string(json->out, key);
    cd_buffer_append(json->out, "\":", 2);
    json->comma = false;
}

void cd_json_raw(struct cd_json *json, struct cd_slice value)
{
    begin_value(json);
    cd_buffer_append(json->out, value.bytes, value.length);
}

void cd_json_null(struct cd_json *json)
{
    cd_json_raw(json, cd_slice_of("null"));
}

void cd_json_bool(struct cd_json *json, bool value)
{
    cd_json_raw(json, cd_slice_of(value ? "true" : "false"));
}

void cd_json_integer(struct cd_json *json, int64_t value)
{
    char digits[24];
    char *end = digits + sizeof digits, *p = end;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--p = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        *--p = '-';
    cd_json_raw(json, (struct cd_slice){p, (size_t)(end - p)});
}

void cd_json_number(struct cd_json *json, double value, int decimals)
{
    enum {
        BIGGEST_LOG10 = 18
    }; /* a 64-bit integer holds it; readers refuse longer ones, and no figure of ours is */
    if (!isfinite(value) || fabs(value) >= 1e18) {
        cd_json_null(json);
        return;
    }
    char digits[BIGGEST_LOG10 + 16];
    int length = snprintf(digits, sizeof digits, "%.*f", decimals, value);
    if (length < 0 || (size_t)length >= sizeof digits) {
        cd_json_null(json);
        return;
    }
    if (decimals > 0) {
        while (digits[length - 1] == '0')
            length--;
        if (digits[length - 1] == '.')
            length--;
    }
    if (length == 2 && digits[0] == '-' && digits[1] == '0')
        memmove(digits, digits + 1, (size_t)--length);
    cd_json_raw(json, (struct cd_slice){digits, (size_t)length});
}

/* Bytes that must not stand in a JSON string as they are. */
static bool needs_escape(unsigned char byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\';
}

static void append_escape(struct cd_buffer *out, unsigned char byte)
{
    static const char short_forms[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    if (byte == '"' || byte == '\\')
        cd_buffer_append(out, (char[]){'\\', (char)byte}, 2);
    else if (byte < sizeof short_forms && short_forms[byte])
        cd_buffer_append(out, (char[]){'\\', short_forms[byte]}, 2);
    else
        cd_buffer_format(out, "\\u%04x", byte);
}

/* Valid UTF-8 goes through in long runs; only the few bytes that need it are escaped. */
static void append_escaped(struct cd_buffer *out, struct cd_slice text)
{
    size_t begin = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (!needs_escape((unsigned char)text.bytes[i]))
            continue;
        cd_buffer_append(out, text.bytes + begin, i - begin);
        append_escape(out, (unsigned char)text.bytes[i]);
        begin = i + 1;
    }
    cd_buffer_append(out, text.bytes + begin, text.length - begin);
}

void cd_json_string(struct cd_json *json, struct cd_slice value)
{
    begin_value(json);
    cd_buffer_append_byte(json->out, '"');
    while (value.length) {
        size_t valid = cd_utf8_valid_prefix(value);
        append_escaped(json->out, (struct cd_slice){value.bytes, valid});
        if (valid == value.length)
            break;
        cd_buffer_append_string(json->out, "\xEF\xBF\xBD");
        value = cd_slice_part(value, valid + 1, value.length);
    }
    cd_buffer_append_byte(json->out, '"');
}

void cd_json_time(struct cd_json *json, int64_t time_ms)
{
    int64_t seconds = time_ms / 1000, milliseconds = time_ms % 1000;
    if (milliseconds < 0) {
        milliseconds += 1000;
        seconds--;
    }
    time_t when = (time_t)seconds;
    struct tm utc;
    char text[64];
    if (!gmtime_r(&when, &utc)) {
        cd_json_null(json);
        return;
    }
    size_t length = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    if (milliseconds)
        length += (size_t)snprintf(text + length, sizeof text - length, ".%03d", (int)milliseconds);
    text[length++] = 'Z';
    cd_json_string(json, (struct cd_slice){text, length});
}

void cd_json_put_string(struct cd_json *json, const char *key, struct cd_slice value)
{
    cd_json_key(json, key);
    if (value.length)
        cd_json_string(json, value);
    else
        cd_json_null(json);
}

void cd_json_put_text(struct cd_json *json, const char *key, const char *value)
{
    cd_json_put_string(json, key, cd_slice_of(value));
}

void cd_json_put_integer(struct cd_json *json, const char *key, int64_t value)
{
    cd_json_key(json, key);
    cd_json_integer(json, value);
}

void cd_json_put_number(struct cd_json *json, const char *key, double value, int decimals)
{
    cd_json_key(json, key);
    cd_json_number(json, value, decimals);
}
