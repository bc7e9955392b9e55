/* metrics.h - durations and counts of a running worker, as percentiles.
 *
 * A histogram with buckets that grow by about 4 % (after HdrHistogram, G. Tene): fixed size, no allocation.
 * Recording is lock-free (relaxed atomics), so every enrichment thread may write; one thread reads. */
#ifndef COPYDESK_METRICS_H
#define COPYDESK_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

enum { CD_HISTOGRAM_BUCKETS = 512 };

struct cd_histogram {
    _Atomic uint64_t counts[CD_HISTOGRAM_BUCKETS];
    _Atomic uint64_t count;
    _Atomic uint64_t maximum_us;
};

/* Record one duration in microseconds. */
void cd_histogram_record(struct cd_histogram *histogram, uint64_t value_us);
/* The value below which `fraction` (0 to 1) of the recorded durations lie; 0 when there are none. */
uint64_t cd_histogram_quantile_us(const struct cd_histogram *histogram, double fraction);
void cd_histogram_reset(struct cd_histogram *histogram);

/* Monotonic time in microseconds; wall-clock time in milliseconds since 1970. */
uint64_t cd_monotonic_us(void);
int64_t cd_wall_clock_ms(void);

#endif
