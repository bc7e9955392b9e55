#include "copydesk/hash.h"

#include <string.h>

static uint64_t read64(const unsigned char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

static uint64_t read32(const unsigned char *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

/* Up to 16 bytes as two overlapping reads, so that short words (nearly all of them) take no loop. */
static void read_short(const unsigned char *p, size_t length, uint64_t *a, uint64_t *b)
{
    if (length >= 8) {
        *a = read64(p);
        *b = read64(p + length - 8);
    } else if (length >= 4) {
        *a = read32(p);
        *b = read32(p + length - 4);
    } else {
        *a = length ? ((uint64_t)p[0] << 16) | ((uint64_t)p[length >> 1] << 8) | p[length - 1] : 0;
        *b = 0;
    }
}

uint64_t cd_hash(const void *bytes, size_t length, uint64_t seed)
{
    const unsigned char *p = bytes;
    size_t rest = length;
    uint64_t state = cd_hash_mix(seed, length);
    while (rest > 16) {
        state = cd_hash_mix(read64(p) ^ state, read64(p + 8) ^ (state >> 32));
        p += 16;
        rest -= 16;
    }
    uint64_t a, b;
    read_short(p, rest, &a, &b);
    return cd_hash_mix(cd_hash_mix(a ^ state, b ^ 0x8ebc6af09c88c6e3ULL), length ^ 0x589965cc75374cc3ULL);
}
