#include "offsets.h"

#include <stdbool.h>

#include "copydesk/utf8.h"

enum { STRIDE_BYTES_MIN = 64 };

static bool is_ascii(struct cd_slice text)
{
    unsigned char seen = 0;
    for (size_t i = 0; i < text.length; i++)
        seen |= (unsigned char)text.bytes[i];
    return seen < 0x80;
}

/* Both counts look at lead bytes only, so a stretch may begin or end inside a character. */
static size_t count_units(enum cd_offset_unit unit, struct cd_slice text)
{
    return unit == CD_OFFSET_UTF16 ? cd_utf8_count_utf16(text) : cd_utf8_count(text);
}

void offset_index_build(struct offset_index *index, struct cd_slice text, enum cd_offset_unit unit)
{
    index->text = text;
    index->unit = unit;
    index->stride_bytes = 0;
    if (unit == CD_OFFSET_UTF8 || is_ascii(text))
        return;
    size_t stride = text.length / OFFSET_CHECKPOINTS + 1, units = 0;
    index->stride_bytes = stride < STRIDE_BYTES_MIN ? STRIDE_BYTES_MIN : stride;
    for (size_t i = 0, at = 0; i < OFFSET_CHECKPOINTS && at < text.length; i++) {
        size_t end = at + index->stride_bytes < text.length ? at + index->stride_bytes : text.length;
        index->checkpoints[i] = (uint32_t)units;
        units += count_units(unit, cd_slice_part(text, at, end));
        at = end;
    }
}

size_t offset_index_units(const struct offset_index *index, size_t byte)
{
    if (index->stride_bytes == 0)
        return byte;
    size_t checkpoint = byte / index->stride_bytes;
    if (byte == index->text.length && checkpoint > 0 && byte % index->stride_bytes == 0)
        checkpoint--; /* the end has no checkpoint of its own */
    size_t from = checkpoint * index->stride_bytes;
    return index->checkpoints[checkpoint] + count_units(index->unit, cd_slice_part(index->text, from, byte));
}
