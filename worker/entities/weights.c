#include "weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Buckets must follow one another and end with the last entry, so that cd_weights_add needs no checks. */
static bool is_sound(const struct cd_weights *weights, size_t buckets, size_t entries)
{
    bool sound = weights->index[0] == 0 && weights->index[buckets] == entries;
    for (size_t b = 0; sound && b < buckets; b++)
        sound = weights->index[b] <= weights->index[b + 1];
    return sound;
}

enum { COUNT_MAX = 128 }; /* features of one call */

static void fill_group(const struct cd_weights *weights, const uint32_t *index, struct cd_weight_group *group)
{
    uint32_t first = index[0], entries = index[CD_WEIGHT_GROUP_BUCKETS] - first;
    *group = (struct cd_weight_group){.first_row = first};
    if (entries > CD_WEIGHT_GROUP_CHECKS) {
        memset(group->bounds, CD_WEIGHT_GROUP_FULL, sizeof group->bounds);
        return;
    }
    memcpy(group->checks, &weights->checks[first], entries * sizeof *group->checks);
    for (unsigned b = 0; b < CD_WEIGHT_GROUP_BUCKETS; b++)
        group->bounds[b] = (uint8_t)((index[b] - first) | (index[b + 1] - first) << 4);
}

static enum cd_status arrange(struct cd_weights *weights, size_t buckets, struct cd_error *error)
{
    size_t count = buckets / CD_WEIGHT_GROUP_BUCKETS;
    weights->groups = aligned_alloc(64, count * sizeof *weights->groups);
    weights->present = calloc(buckets, sizeof *weights->present);
    if (!weights->groups || !weights->present)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory while loading the models");
    for (size_t g = 0; g < count; g++)
        fill_group(weights, &weights->index[g * CD_WEIGHT_GROUP_BUCKETS], &weights->groups[g]);
    for (size_t b = 0; b < buckets; b++)
        for (uint32_t e = weights->index[b]; e < weights->index[b + 1]; e++)
            weights->present[b] |= (uint16_t)(1U << (weights->checks[e] & 15));
    for (unsigned bounds = 0; bounds < 256; bounds++)
        weights->lanes_of[bounds] = (uint16_t)((1U << (bounds >> 4)) - (1U << (bounds & 15)));
    return CD_OK;
}

/* Lay out the rows from the numbers that are not zero; false when there are too many or too few. */
static bool unpack_rows(const uint64_t *filled, size_t entries, struct cd_slice numbers,
                        int8_t (*rows)[CD_ROW])
{
    size_t next = 0;
    for (size_t e = 0; e < entries; e++) {
        if (filled[e] >> CD_ROW)
            return false;
        for (uint64_t rest = filled[e]; rest; rest &= rest - 1) {
            if (next == numbers.length)
                return false;
            rows[e][__builtin_ctzll(rest)] = (int8_t)numbers.bytes[next++];
        }
    }
    return next == numbers.length;
}

static enum cd_status open_rows(struct cd_weights *weights, struct cd_slice filled, struct cd_slice numbers,
                                struct cd_error *error)
{
    size_t entries = filled.length / sizeof(uint64_t);
    weights->rows = calloc(entries + 1, sizeof *weights->rows);
    if (!weights->rows)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory while loading the models");
    if (!unpack_rows((const uint64_t *)(const void *)filled.bytes, entries, numbers, weights->rows))
        return cd_fail(error, CD_INVALID, NULL, "the rows of the model's weights are damaged");
    return CD_OK;
}

static enum cd_status part(const struct cd_model_file *file, const char *name, const char *suffix,
                           size_t item_bytes, struct cd_slice *section, struct cd_error *error)
{
    char full[64];
    snprintf(full, sizeof full, "%s.%s", name, suffix);
    return cd_model_section(file, full, item_bytes, section, error);
}

enum cd_status cd_weights_open(const struct cd_model_file *file, const char *name, struct cd_weights *weights,
                               struct cd_error *error)
{
    struct cd_slice index, checks, filled, numbers, transitions, calibration;
    enum cd_status status = part(file, name, "index", sizeof(uint32_t), &index, error);
    if (status == CD_OK)
        status = part(file, name, "checks", sizeof(uint16_t), &checks, error);
    if (status == CD_OK)
        status = part(file, name, "filled", sizeof(uint64_t), &filled, error);
    if (status == CD_OK)
        status = part(file, name, "numbers", 1, &numbers, error);
    if (status == CD_OK)
        status = part(file, name, "transitions", sizeof(float), &transitions, error);
    if (status == CD_OK)
        status = part(file, name, "calibration", sizeof(struct cd_calibration), &calibration, error);
    if (status != CD_OK)
        return status;
    size_t buckets = index.length / sizeof(uint32_t) - 1, entries = filled.length / sizeof(uint64_t);
    bool power = index.length > sizeof(uint32_t) && (buckets & (buckets - 1)) == 0 && buckets >= 16;
    if (!power || checks.length / sizeof(uint16_t) != entries ||
        calibration.length != sizeof weights->calibration ||
        transitions.length != 2 * sizeof(float) + sizeof(struct cd_transitions))
        return cd_fail(error, CD_INVALID, NULL, "the weights \"%s\" of the model have an impossible size",
                       name);
    weights->index = (const uint32_t *)(const void *)index.bytes;
    weights->checks = (const uint16_t *)(const void *)checks.bytes;
    weights->shift = 64 - (unsigned)__builtin_ctzll(buckets);
    memcpy(&weights->scale, transitions.bytes, sizeof(float));
    memcpy(&weights->vector_scale, transitions.bytes + sizeof(float), sizeof(float));
    memcpy(&weights->transitions, transitions.bytes + 2 * sizeof(float), sizeof weights->transitions);
    memcpy(&weights->calibration, calibration.bytes, sizeof weights->calibration);
    if (!is_sound(weights, buckets, entries) || !cd_transitions_finite(&weights->transitions) ||
        !(weights->scale > 0 && weights->scale < 1) ||
        !(weights->vector_scale > 0 && weights->vector_scale < 1))
        return cd_fail(error, CD_INVALID, NULL, "the weights \"%s\" of the model are damaged", name);
    char network[64];
    snprintf(network, sizeof network, "%s.network", name);
    status = cd_network_tables_open(file, network, weights->vector_scale, &weights->network, error);
    if (status == CD_OK)
        status = open_rows(weights, filled, numbers, error);
    return status == CD_OK ? arrange(weights, buckets, error) : status;
}

void cd_weights_close(struct cd_weights *weights)
{
    free(weights->groups);
    free(weights->present);
    free(weights->rows);
    weights->rows = NULL;
    weights->groups = NULL;
    weights->present = NULL;
}

/* ---- looking up ---------------------------------------------------------------------------- */

/* A bit for each lane of a group (its checks, then four lanes of other things) that equals `check`. */
static inline unsigned equal_lanes(const struct cd_weight_group *group, uint16_t check)
{
#ifdef __SSE2__
    const __m128i *lanes = (const __m128i *)(const void *)group, wanted = _mm_set1_epi16((short)check);
    __m128i low = _mm_cmpeq_epi16(_mm_load_si128(lanes), wanted),
            high = _mm_cmpeq_epi16(_mm_load_si128(lanes + 1), wanted);
    return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(low, high));
#else
    unsigned lanes = 0;
    for (unsigned i = 0; i < CD_WEIGHT_GROUP_CHECKS; i++)
        lanes |= (unsigned)(group->checks[i] == check) << i;
    return lanes;
#endif
}

/* One in some hundred groups is too full for its checks. */
static bool find_in_table(const struct cd_weights *weights, uint64_t feature, uint32_t *row)
{
    const uint32_t *bucket = &weights->index[feature >> weights->shift];
    for (*row = bucket[0]; *row < bucket[1]; ++*row)
        if (weights->checks[*row] == (uint16_t)feature)
            return true;
    return false;
}

/* The row of a feature; false when it was not learned. Without a jump that could be guessed wrong. */
static inline bool find_row(const struct cd_weights *weights, uint64_t feature, uint32_t *row)
{
    uint64_t bucket = feature >> weights->shift;
    const struct cd_weight_group *group = &weights->groups[bucket / CD_WEIGHT_GROUP_BUCKETS];
    uint8_t bounds = group->bounds[bucket % CD_WEIGHT_GROUP_BUCKETS];
    if (__builtin_expect(bounds == CD_WEIGHT_GROUP_FULL, 0))
        return find_in_table(weights, feature, row);
    unsigned found = equal_lanes(group, (uint16_t)feature) & weights->lanes_of[bounds];
    *row = group->first_row + (unsigned)__builtin_ctz(found | 1U << CD_WEIGHT_GROUP_CHECKS);
    return found != 0;
}

uint32_t cd_weights_sift(const struct cd_weights *weights, uint64_t *features, uint32_t count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t feature = features[i], bucket = feature >> weights->shift;
        features[kept] = feature;
        kept += weights->present[bucket] >> (feature & 15) & 1;
    }
    for (uint32_t i = 0; i < kept; i++)
        __builtin_prefetch(&weights->groups[(features[i] >> weights->shift) / CD_WEIGHT_GROUP_BUCKETS]);
    return kept;
}

uint32_t cd_weights_find(const struct cd_weights *weights, const uint64_t *features, uint32_t count,
                         uint32_t *rows)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row;
        bool is_known = find_row(weights, features[i], &row);
        __builtin_prefetch(weights->rows[row]);
        rows[found] = row;
        found += is_known;
    }
    return found;
}

void cd_weights_sum(const struct cd_weights *weights, const uint32_t *rows, uint32_t count,
                    int16_t sum[CD_ROW])
{
    enum { PARTS = CD_ROW / 16 };
    struct cd_byte_sums parts[PARTS] = {0};
    cd_sum_lanes sums[2 * PARTS], ordered[2];
    for (uint32_t i = 0; i < count; i++) {
        cd_sum_lanes bytes[PARTS];
        memcpy(bytes, weights->rows[rows[i]], sizeof bytes);
        for (unsigned part = 0; part < PARTS; part++)
            cd_byte_sums_add(&parts[part], bytes[part]);
    }
    memcpy(sums, sum, sizeof sums);
    for (unsigned part = 0; part < PARTS; part++) {
        cd_byte_sums_order(&parts[part], ordered);
        sums[2 * part] += ordered[0];
        sums[2 * part + 1] += ordered[1];
    }
    memcpy(sum, sums, sizeof sums);
}

void cd_weights_add(const struct cd_weights *weights, uint64_t *features, uint32_t count, int16_t sum[CD_ROW])
{
    uint32_t rows[COUNT_MAX];
    uint32_t kept = cd_weights_sift(weights, features, count);
    cd_weights_sum(weights, rows, cd_weights_find(weights, features, kept, rows), sum);
}

float cd_calibrated(const struct cd_calibration *calibration, unsigned type, float p)
{
    float bounded = p < 1e-5F ? 1e-5F : p > 1.0F - 1e-5F ? 1.0F - 1e-5F : p;
    float odds = calibration->offsets[type] + calibration->slope * logf(bounded / (1.0F - bounded));
    return 1.0F / (1.0F + expf(-odds));
}
