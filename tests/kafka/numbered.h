/* numbered.h - messages that are known from their number alone, so that nothing has to be remembered.
 *
 * Message 1 of a plan is the same bytes on every machine: an article of some 2 KB from sentences of our own,
 * a poison message that no reader can accept, or a tombstone. Which it is, its key, its value and its headers
 * follow from the number. One thread at a time per struct numbered_message. */
#ifndef COPYDESK_TESTS_NUMBERED_H
#define COPYDESK_TESTS_NUMBERED_H

#include <stdbool.h>
#include <stdint.h>

#include "copydesk/buffer.h"

enum numbered_kind {
    NUMBERED_ARTICLE,
    NUMBERED_BROKEN_JSON, /* an article that was cut off */
    NUMBERED_BAD_UTF8,    /* bytes that are neither UTF-8 nor Windows-1252 */
    NUMBERED_WRONG_TYPE,  /* well-formed JSON, but an array */
    NUMBERED_TOMBSTONE,   /* no value */
};

struct numbered_plan {
    uint32_t count;               /* messages 0 to count - 1 */
    unsigned poison_per_mille;    /* of 1,000 messages, so many are poison, of all three kinds */
    unsigned tombstone_per_mille; /* and so many are tombstones */
    unsigned keys;                /* different keys */
};

struct numbered_message {
    enum numbered_kind kind;
    unsigned key_index;     /* below plan.keys */
    char key[24];           /* "desk-07" */
    char id[24];            /* "article-0000017" */
    char trace_parent[56];  /* W3C Trace Context, "00-TRACE-SPAN-01" */
    struct cd_buffer value; /* empty for a tombstone; kept from call to call, freed by the caller */
};

/* Fill `message` with message `number` of the plan. False when out of memory. */
bool numbered_make(const struct numbered_plan *plan, uint32_t number, struct numbered_message *message);

static inline bool numbered_is_poison(enum numbered_kind kind)
{
    return kind != NUMBERED_ARTICLE && kind != NUMBERED_TOMBSTONE;
}

#endif
