/* forge.h - plays a worker that makes chosen mistakes, to show that verify.h sees each of them. */
#ifndef COPYDESK_TESTS_FORGE_H
#define COPYDESK_TESTS_FORGE_H

#include "verify.h"

enum mistake {
    MISTAKE_NONE,
    MISTAKE_DROP,     /* leave the message out: a loss */
    MISTAKE_TWICE,    /* publish it twice: a double */
    MISTAKE_LATE,     /* publish it behind the message that follows in its partition */
    MISTAKE_ALTER,    /* change a byte of its value */
    MISTAKE_MISPLACE, /* publish it to the next partition */
    MISTAKE_UNCOMMIT, /* do not commit the offsets of its partition */
};

/* Read the raw topic and publish what a worker should have published, but for one mistake at message
 * `number`; commit the group's offsets. An aborted transaction stands before it all, which nobody should see.
 */
bool forge_output(const struct verify_options *options, enum mistake mistake, uint32_t number);

#endif
