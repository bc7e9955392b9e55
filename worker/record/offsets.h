/* offsets.h - byte offsets of a text as code points, UTF-8 bytes or UTF-16 units, in any order.
 *
 * Entities come by salience, so their mentions do not come in text order; counting from the start for each
 * would be quadratic. One pass notes the count at evenly spaced bytes; an offset then costs a count over one
 * stretch at most. Fixed size, no allocation; lives on the writer's stack. One thread at a time. */
#ifndef COPYDESK_RECORD_OFFSETS_H
#define COPYDESK_RECORD_OFFSETS_H

#include <stddef.h>
#include <stdint.h>

#include "copydesk/record.h"

enum { OFFSET_CHECKPOINTS = 512 };

struct offset_index {
    struct cd_slice text; /* valid UTF-8, borrowed */
    enum cd_offset_unit unit;
    size_t stride_bytes;                      /* between checkpoints; 0: offsets are bytes */
    uint32_t checkpoints[OFFSET_CHECKPOINTS]; /* units before byte i * stride_bytes */
};

void offset_index_build(struct offset_index *index, struct cd_slice text, enum cd_offset_unit unit);

/* The offset, in the index's unit, of the character at `byte` (0 to the text's length). */
size_t offset_index_units(const struct offset_index *index, size_t byte);

#endif
