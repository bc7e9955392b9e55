#include "entity_export.h"

#include <math.h>
#include <stdlib.h>

static const float scale = 1.0F / 32;

struct kept {
    uint64_t hash;
    uint32_t number;
};

static int by_hash(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static int quantised(float weight)
{
    int q = (int)lrintf(weight / scale);
    return q > 127 ? 127 : q < -127 ? -127 : q;
}

static float largest_of(const float *row)
{
    float largest = 0.0F;
    for (unsigned k = 0; k < CD_LABELS; k++)
        largest = fabsf(row[k]) > largest ? fabsf(row[k]) : largest;
    return largest;
}

static void append_entry(struct cd_weight_sections *sections, uint64_t hash, const float *row,
                         float weight_min)
{
    int8_t weights[CD_LABELS];
    uint16_t check = (uint16_t)hash;
    for (unsigned k = 0; k < CD_LABELS; k++)
        weights[k] = (int8_t)(fabsf(row[k]) < weight_min ? 0 : quantised(row[k]));
    cd_buffer_append(&sections->checks, (const char *)&check, sizeof check);
    cd_buffer_append(&sections->rows, (const char *)weights, sizeof weights);
}

void cd_weights_export(const struct cd_examples *examples, const struct cd_trained *trained, float row_min,
                       float weight_min, struct cd_weight_sections *sections)
{
    *sections = (struct cd_weight_sections){0};
    struct kept *kept = malloc(((size_t)examples->feature_count + 1) * sizeof *kept);
    uint32_t count = 0;
    for (uint32_t f = 0; f < examples->feature_count; f++)
        if (largest_of(trained->rows[f]) >= row_min)
            kept[count++] = (struct kept){examples->features[f], f};
    qsort(kept, count, sizeof *kept, by_hash);
    unsigned bits = 4;
    while (bits < 24 && ((uint32_t)2 << bits) < count)
        bits++;
    uint32_t next = 0;
    for (uint64_t bucket = 0; bucket <= (uint64_t)1 << bits; bucket++) {
        uint32_t at = next;
        cd_buffer_append(&sections->index, (const char *)&at, sizeof at);
        for (; next < count && kept[next].hash >> (64 - bits) == bucket; next++)
            append_entry(sections, kept[next].hash, trained->rows[kept[next].number], weight_min);
    }
    cd_buffer_append(&sections->transitions, (const char *)&scale, sizeof scale);
    cd_buffer_append(&sections->transitions, (const char *)&trained->transitions,
                     sizeof trained->transitions);
    sections->kept = count;
    free(kept);
}

void cd_weight_sections_free(struct cd_weight_sections *sections)
{
    cd_buffer_free(&sections->index);
    cd_buffer_free(&sections->checks);
    cd_buffer_free(&sections->rows);
    cd_buffer_free(&sections->transitions);
}
