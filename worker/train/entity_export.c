#include "entity_export.h"

#include <math.h>
#include <stdlib.h>

#include "../entities/weights.h"

static const float scale = 1.0F / 32; /* of the labels' weights */

struct kept {
    uint64_t hash;
    uint32_t number;
};

static int by_hash(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static int8_t quantised(float weight, float unit)
{
    long q = lrintf(weight / unit);
    return (int8_t)(q > 127 ? 127 : q < -127 ? -127 : q);
}

/* The unit in which the largest number of all vectors fits eight bits. */
static float vector_unit(const struct cd_examples *examples, const struct cd_trained *trained)
{
    float largest = 1e-3F;
    for (uint32_t f = 0; f < examples->feature_count; f++)
        for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++)
            largest = fmaxf(largest, fabsf(trained->network.vectors[f][i]));
    return fminf(largest, 4.0F) / 127.0F;
}

static void append_entry(struct cd_weight_sections *sections, uint64_t hash, const float *weights,
                         const float *vector, float weight_min, float unit)
{
    int8_t row[CD_ROW];
    uint16_t check = (uint16_t)hash;
    for (unsigned k = 0; k < CD_LABELS; k++)
        row[k] = fabsf(weights[k]) < weight_min ? 0 : quantised(weights[k], scale);
    for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++)
        row[CD_LABELS + i] = quantised(vector[i], unit);
    cd_buffer_append(&sections->checks, (const char *)&check, sizeof check);
    uint64_t filled = 0;
    for (unsigned i = 0; i < CD_ROW; i++)
        if (row[i]) {
            filled |= (uint64_t)1 << i;
            cd_buffer_append(&sections->numbers, (const char *)&row[i], 1);
        }
    cd_buffer_append(&sections->filled, (const char *)&filled, sizeof filled);
}

static struct kept *sort_by_hash(const struct cd_examples *examples)
{
    uint32_t count = examples->feature_count;
    struct kept *kept = malloc(((size_t)count + 1) * sizeof *kept);
    for (uint32_t f = 0; kept && f < count; f++)
        kept[f] = (struct kept){examples->features[f], f};
    if (kept)
        qsort(kept, count, sizeof *kept, by_hash);
    return kept;
}

static void append_network(const struct cd_trained *trained, float share, float unit,
                           struct cd_weight_sections *sections)
{
    struct cd_tagger_network network = trained->network.network;
    float scales[2] = {scale * (1.0F - share), unit};
    for (unsigned h = 0; h < CD_NETWORK_HIDDEN; h++)
        for (unsigned k = 0; k < CD_LABELS; k++)
            network.out[h][k] *= share;
    cd_buffer_append(&sections->network, (const char *)&network, sizeof network);
    cd_buffer_append(&sections->transitions, (const char *)scales, sizeof scales);
    cd_buffer_append(&sections->transitions, (const char *)&trained->transitions,
                     sizeof trained->transitions);
}

void cd_weights_export(const struct cd_examples *examples, const struct cd_trained *trained, float weight_min,
                       float network_share, struct cd_weight_sections *sections)
{
    *sections = (struct cd_weight_sections){0};
    struct kept *kept = sort_by_hash(examples);
    uint32_t count = kept ? examples->feature_count : 0, next = 0;
    float unit = vector_unit(examples, trained);
    unsigned bits = 4;
    while (bits < 24 && ((uint32_t)2 << bits) < count)
        bits++;
    for (uint64_t bucket = 0; bucket <= (uint64_t)1 << bits; bucket++) {
        uint32_t at = next;
        cd_buffer_append(&sections->index, (const char *)&at, sizeof at);
        for (; next < count && kept[next].hash >> (64 - bits) == bucket; next++)
            append_entry(sections, kept[next].hash, trained->rows[kept[next].number],
                         trained->network.vectors[kept[next].number], weight_min, unit);
    }
    append_network(trained, network_share, unit, sections);
    sections->kept = count;
    free(kept);
}

void cd_weight_sections_free(struct cd_weight_sections *sections)
{
    cd_buffer_free(&sections->index);
    cd_buffer_free(&sections->checks);
    cd_buffer_free(&sections->filled);
    cd_buffer_free(&sections->numbers);
    cd_buffer_free(&sections->transitions);
    cd_buffer_free(&sections->network);
}
