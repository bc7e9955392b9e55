/* hash.h - one fast, stable 64-bit hash for words, features and ids.
 *
 * The same bytes give the same value on every machine and in every release: model files and the ids of
 * articles without an id depend on it. Not cryptographic. After wyhash (Wang Yi, public domain). Pure
 * functions. */
#ifndef COPYDESK_HASH_H
#define COPYDESK_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The hash of `length` bytes under `seed`. */
uint64_t cd_hash(const void *bytes, size_t length, uint64_t seed);

/* Mix two 64-bit values into one (for conjunctions of features). */
static inline uint64_t cd_hash_mix(uint64_t a, uint64_t b)
{
    __uint128_t product = (__uint128_t)(a ^ 0xa0761d6478bd642fULL) * (b ^ 0xe7037ed1a0b428dbULL);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

#endif
