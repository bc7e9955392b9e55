#include "formats.h"

/* Letters, digits and "-._~" (RFC 3986, section 2.3). */
static bool is_unreserved(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

static void append_percent_encoded(struct cd_buffer *out, struct cd_slice value)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < value.length; i++) {
        unsigned char byte = (unsigned char)value.bytes[i];
        if (is_unreserved(byte))
            cd_buffer_append_byte(out, (char)byte);
        else
            cd_buffer_append(out, (char[]){'%', digits[byte >> 4], digits[byte & 15]}, 3);
    }
}

void put_uri(struct cd_json *json, const char *key, const char *prefix, struct cd_slice value)
{
    cd_json_key(json, key);
    cd_buffer_append_byte(json->out, '"');
    cd_buffer_append_string(json->out, prefix);
    append_percent_encoded(json->out, value);
    cd_buffer_append_byte(json->out, '"');
    json->comma = true;
}
