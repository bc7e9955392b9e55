#include "copydesk/metrics.h"

#include <time.h>

/* Values below 16 have a bucket each; above, every power of two is cut into 16 equal parts (about 4 % on
 * average). */
enum { PARTS_LOG2 = 4, PARTS = 1 << PARTS_LOG2 };

static unsigned bucket_of(uint64_t value)
{
    if (value < PARTS)
        return (unsigned)value;
    unsigned exponent = 63 - (unsigned)__builtin_clzll(value);
    unsigned part = (unsigned)(value >> (exponent - PARTS_LOG2)) & (PARTS - 1);
    unsigned bucket = (exponent - PARTS_LOG2 + 1) * PARTS + part;
    return bucket < CD_HISTOGRAM_BUCKETS ? bucket : CD_HISTOGRAM_BUCKETS - 1;
}

/* The largest value that falls into a bucket. */
static uint64_t upper_bound_of(unsigned bucket)
{
    if (bucket < PARTS)
        return bucket;
    unsigned shift = bucket / PARTS - 1;
    return ((uint64_t)(PARTS + bucket % PARTS + 1) << shift) - 1;
}

void cd_histogram_record(struct cd_histogram *histogram, uint64_t value_us)
{
    atomic_fetch_add_explicit(&histogram->counts[bucket_of(value_us)], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&histogram->count, 1, memory_order_relaxed);
    uint64_t seen = atomic_load_explicit(&histogram->maximum_us, memory_order_relaxed);
    while (value_us > seen &&
           !atomic_compare_exchange_weak_explicit(&histogram->maximum_us, &seen, value_us,
                                                  memory_order_relaxed, memory_order_relaxed))
        ;
}

uint64_t cd_histogram_quantile_us(const struct cd_histogram *histogram, double fraction)
{
    uint64_t count = atomic_load_explicit(&histogram->count, memory_order_relaxed);
    uint64_t maximum_us = atomic_load_explicit(&histogram->maximum_us, memory_order_relaxed);
    uint64_t wanted = (uint64_t)(fraction * (double)count + 0.5), passed = 0;
    if (count == 0)
        return 0;
    for (unsigned i = 0; i < CD_HISTOGRAM_BUCKETS; i++) {
        passed += atomic_load_explicit(&histogram->counts[i], memory_order_relaxed);
        if (passed >= wanted && passed > 0)
            return upper_bound_of(i) < maximum_us ? upper_bound_of(i) : maximum_us;
    }
    return maximum_us;
}

void cd_histogram_reset(struct cd_histogram *histogram)
{
    for (unsigned i = 0; i < CD_HISTOGRAM_BUCKETS; i++)
        atomic_store_explicit(&histogram->counts[i], 0, memory_order_relaxed);
    atomic_store_explicit(&histogram->count, 0, memory_order_relaxed);
    atomic_store_explicit(&histogram->maximum_us, 0, memory_order_relaxed);
}

uint64_t cd_monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int64_t cd_wall_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
