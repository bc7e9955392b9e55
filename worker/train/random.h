/* random.h - chance for the trainers: xorshift (Marsaglia 2003). The same seed gives the same numbers. */
#ifndef COPYDESK_TRAIN_RANDOM_H
#define COPYDESK_TRAIN_RANDOM_H

#include <stdint.h>

/* The next 64 bits; the state must not be zero. */
static inline uint64_t cd_next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

/* The next number from -1 to 1. */
static inline float cd_next_random_float(uint64_t *state)
{
    return (float)(cd_next_random(state) >> 40) / 8388608.0F - 1.0F;
}

#endif
