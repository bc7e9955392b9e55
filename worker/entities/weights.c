#include "weights.h"

#include <math.h>
#include <stdio.h>

/* Buckets must follow one another and end with the last entry, so that cd_weights_add needs no checks. */
static bool is_sound(const struct cd_weights *weights, size_t buckets, size_t entries)
{
    bool sound = weights->index[0] == 0 && weights->index[buckets] == entries;
    for (size_t b = 0; sound && b < buckets; b++)
        sound = weights->index[b] <= weights->index[b + 1];
    return sound;
}

enum { COUNT_MAX = 128 }; /* features of one call */

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
    struct cd_slice index, checks, rows, transitions, calibration;
    enum cd_status status = part(file, name, "index", sizeof(uint32_t), &index, error);
    if (status == CD_OK)
        status = part(file, name, "checks", sizeof(uint16_t), &checks, error);
    if (status == CD_OK)
        status = part(file, name, "rows", CD_LABELS, &rows, error);
    if (status == CD_OK)
        status = part(file, name, "transitions", sizeof(float), &transitions, error);
    if (status == CD_OK)
        status = part(file, name, "calibration", sizeof(struct cd_calibration), &calibration, error);
    if (status != CD_OK)
        return status;
    size_t buckets = index.length / sizeof(uint32_t) - 1, entries = rows.length / CD_LABELS;
    bool power = index.length > sizeof(uint32_t) && (buckets & (buckets - 1)) == 0 && buckets > 1;
    if (!power || checks.length / sizeof(uint16_t) != entries ||
        calibration.length != sizeof weights->calibration ||
        transitions.length != sizeof(float) + sizeof(struct cd_transitions))
        return cd_fail(error, CD_INVALID, NULL, "the weights \"%s\" of the model have an impossible size",
                       name);
    weights->index = (const uint32_t *)(const void *)index.bytes;
    weights->checks = (const uint16_t *)(const void *)checks.bytes;
    weights->rows = (const int8_t(*)[CD_LABELS])(const void *)rows.bytes;
    weights->shift = 64 - (unsigned)__builtin_ctzll(buckets);
    memcpy(&weights->scale, transitions.bytes, sizeof(float));
    memcpy(&weights->transitions, transitions.bytes + sizeof(float), sizeof weights->transitions);
    memcpy(&weights->calibration, calibration.bytes, sizeof weights->calibration);
    if (!is_sound(weights, buckets, entries) || !cd_transitions_finite(&weights->transitions) ||
        !(weights->scale > 0 && weights->scale < 1))
        return cd_fail(error, CD_INVALID, NULL, "the weights \"%s\" of the model are damaged", name);
    return CD_OK;
}

/* The table is larger than the near caches: all look-ups of a token are under way before the first is needed.
 */
void cd_weights_add(const struct cd_weights *weights, const uint64_t *features, uint32_t count,
                    int16_t sum[CD_LABELS])
{
    for (uint32_t i = 0; i < count; i++)
        __builtin_prefetch(&weights->index[features[i] >> weights->shift]);
    for (uint32_t i = 0; i < count; i++)
        __builtin_prefetch(&weights->checks[weights->index[features[i] >> weights->shift]]);
    const int8_t *found[COUNT_MAX];
    uint32_t hits = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *bucket = &weights->index[features[i] >> weights->shift];
        for (uint32_t e = bucket[0]; e < bucket[1]; e++) {
            if (weights->checks[e] != (uint16_t)features[i])
                continue;
            found[hits++] = weights->rows[e];
            __builtin_prefetch(weights->rows[e]);
            break;
        }
    }
    for (uint32_t h = 0; h < hits; h++)
        for (unsigned k = 0; k < CD_LABELS; k++)
            sum[k] = (int16_t)(sum[k] + found[h][k]);
}

float cd_calibrated(const struct cd_calibration *calibration, unsigned type, float p)
{
    float bounded = p < 1e-5F ? 1e-5F : p > 1.0F - 1e-5F ? 1.0F - 1e-5F : p;
    float odds = calibration->offsets[type] + calibration->slope * logf(bounded / (1.0F - bounded));
    return 1.0F / (1.0F + expf(-odds));
}
