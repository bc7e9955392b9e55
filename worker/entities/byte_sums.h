/* byte_sums.h - sums of many rows of signed bytes, sixteen at a time. Bytes at even and odd places are summed
 * apart, which spares widening them one by one. Pure functions on caller's memory. */
#ifndef COPYDESK_ENTITIES_BYTE_SUMS_H
#define COPYDESK_ENTITIES_BYTE_SUMS_H

#include <stdint.h>

/* Eight sums; they wrap around, which no sensible model makes them do. */
typedef int16_t cd_sum_lanes __attribute__((vector_size(16), may_alias));

struct cd_byte_sums {
    cd_sum_lanes even, odd;
};

static inline void cd_byte_sums_add(struct cd_byte_sums *sums, cd_sum_lanes bytes)
{
    sums->even += bytes << 8 >> 8;
    sums->odd += bytes >> 8;
}

/* The sixteen sums in the order of the bytes. */
static inline void cd_byte_sums_order(const struct cd_byte_sums *sums, cd_sum_lanes ordered[2])
{
    ordered[0] = __builtin_shufflevector(sums->even, sums->odd, 0, 8, 1, 9, 2, 10, 3, 11);
    ordered[1] = __builtin_shufflevector(sums->even, sums->odd, 4, 12, 5, 13, 6, 14, 7, 15);
}

#endif
