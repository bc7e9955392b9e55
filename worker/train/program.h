/* program.h - what the small training programs share: memory that has to be there, numbers of the command
 * line.
 *
 * For programs that run once on a developer's machine: without memory they end. */
#ifndef COPYDESK_TRAIN_PROGRAM_H
#define COPYDESK_TRAIN_PROGRAM_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* `block` as it is, or the end of the program when it is NULL. */
__attribute__((returns_nonnull)) static inline void *cd_must(void *block)
{
    if (!block) {
        fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
        exit(1);
    }
    return block;
}

/* A positive number of an argument, at most a million; 0 when it is none. */
static inline uint32_t cd_positive(const char *text)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    return *end || value > 1000000 ? 0 : (uint32_t)value;
}

#endif
