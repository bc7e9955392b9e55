#include "weights.h"

#include <stdio.h>

enum { ENTRY_HEAD_BYTES = 3 };

/* Every bucket must be a whole number of valid entries, so that cd_weights_add needs no checks. */
static bool is_sound(const struct cd_weights *weights, size_t buckets, size_t bytes)
{
    if (weights->index[0] != 0 || weights->index[buckets] != bytes)
        return false;
    for (size_t b = 0; b < buckets; b++) {
        uint32_t at = weights->index[b], end = weights->index[b + 1];
        if (end < at || end > bytes)
            return false;
        while (at < end) {
            if (end - at < ENTRY_HEAD_BYTES || end - at < ENTRY_HEAD_BYTES + 2u * weights->rows[at + 2])
                return false;
            for (unsigned i = 0; i < weights->rows[at + 2]; i++)
                if (weights->rows[at + ENTRY_HEAD_BYTES + 2 * i] >= CD_LABELS)
                    return false;
            at += ENTRY_HEAD_BYTES + 2u * weights->rows[at + 2];
        }
    }
    return true;
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
    struct cd_slice index, rows, transitions;
    enum cd_status status = part(file, name, "index", sizeof(uint32_t), &index, error);
    if (status == CD_OK)
        status = part(file, name, "rows", 1, &rows, error);
    if (status == CD_OK)
        status = part(file, name, "transitions", sizeof(float), &transitions, error);
    if (status != CD_OK)
        return status;
    size_t buckets = index.length / sizeof(uint32_t) - 1;
    bool power = index.length > sizeof(uint32_t) && (buckets & (buckets - 1)) == 0 && buckets > 1;
    if (!power || transitions.length != sizeof(float) + sizeof(struct cd_transitions))
        return cd_fail(error, CD_INVALID, NULL, "the weights \"%s\" of the model have an impossible size",
                       name);
    weights->index = (const uint32_t *)(const void *)index.bytes;
    weights->rows = (const uint8_t *)rows.bytes;
    weights->shift = 64 - (unsigned)__builtin_ctzll(buckets);
    memcpy(&weights->scale, transitions.bytes, sizeof(float));
    memcpy(&weights->transitions, transitions.bytes + sizeof(float), sizeof weights->transitions);
    if (!is_sound(weights, buckets, rows.length) || !cd_transitions_finite(&weights->transitions) ||
        !(weights->scale > 0 && weights->scale < 1))
        return cd_fail(error, CD_INVALID, NULL, "the weights \"%s\" of the model are damaged", name);
    return CD_OK;
}

void cd_weights_add(const struct cd_weights *weights, uint64_t feature, int16_t sum[CD_LABELS])
{
    uint64_t bucket = feature >> weights->shift;
    const uint8_t *entry = weights->rows + weights->index[bucket];
    const uint8_t *end = weights->rows + weights->index[bucket + 1];
    for (; entry < end; entry += ENTRY_HEAD_BYTES + 2 * entry[2]) {
        if ((entry[0] | entry[1] << 8) != (uint16_t)feature)
            continue;
        const uint8_t *cell = entry + ENTRY_HEAD_BYTES;
        for (unsigned i = 0; i < entry[2]; i++, cell += 2)
            sum[cell[0]] = (int16_t)(sum[cell[0]] + (int8_t)cell[1]);
        return;
    }
}
