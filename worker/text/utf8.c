#include "copydesk/utf8.h"

uint32_t cd_utf8_decode(struct cd_slice text, size_t at, unsigned *size)
{
    const unsigned char *p = (const unsigned char *)text.bytes + at;
    if (p[0] < 0x80) {
        *size = 1;
        return p[0];
    }
    if (p[0] < 0xE0) {
        *size = 2;
        return ((uint32_t)(p[0] & 0x1F) << 6) | (p[1] & 0x3F);
    }
    if (p[0] < 0xF0) {
        *size = 3;
        return ((uint32_t)(p[0] & 0x0F) << 12) | ((uint32_t)(p[1] & 0x3F) << 6) | (p[2] & 0x3F);
    }
    *size = 4;
    return ((uint32_t)(p[0] & 0x07) << 18) | ((uint32_t)(p[1] & 0x3F) << 12) |
           ((uint32_t)(p[2] & 0x3F) << 6) | (p[3] & 0x3F);
}

unsigned cd_utf8_encode(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | (c >> 6));
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | (c >> 12));
        out[1] = (char)(0x80 | ((c >> 6) & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | (c >> 18));
    out[1] = (char)(0x80 | ((c >> 12) & 0x3F));
    out[2] = (char)(0x80 | ((c >> 6) & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

static int is_continuation(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* Bytes of the valid sequence at p with `rest` bytes left, 0 when it is not valid (RFC 3629, section 4:
 * no overlong forms, no surrogates, nothing beyond U+10FFFF). */
static unsigned valid_sequence(const unsigned char *p, size_t rest)
{
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    unsigned size = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (rest < size)
        return 0;
    for (unsigned i = 1; i < size; i++)
        if (!is_continuation(p[i]))
            return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F))
        return 0;
    if ((p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return size;
}

size_t cd_utf8_valid_prefix(struct cd_slice text)
{
    const unsigned char *p = (const unsigned char *)text.bytes;
    size_t at = 0;
    while (at < text.length) {
        uint64_t eight; /* news text is nearly all ASCII: pass eight such bytes at a time */
        if (at + 8 <= text.length && (memcpy(&eight, p + at, 8), (eight & 0x8080808080808080ULL) == 0)) {
            at += 8;
            continue;
        }
        unsigned size = valid_sequence(p + at, text.length - at);
        if (size == 0)
            return at;
        at += size;
    }
    return at;
}

size_t cd_utf8_count(struct cd_slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += !is_continuation((unsigned char)text.bytes[i]);
    return count;
}

size_t cd_utf8_count_utf16(struct cd_slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.bytes[i];
        count += (size_t)!is_continuation(byte) + (byte >= 0xF0);
    }
    return count;
}
