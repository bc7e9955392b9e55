#include "topics_vocabulary.h"

#include <math.h>
#include <stdlib.h>

/* ---- counting in how many articles a feature occurs ---------------------------------------- */

struct counted {
    uint64_t hash; /* 0: free; a feature whose hash is 0 is not counted */
    uint32_t articles;
};

struct counts {
    struct counted *items;
    uint64_t mask, used;
};

static struct counted *find_counted(struct counts *counts, uint64_t hash)
{
    uint64_t at = hash & counts->mask;
    while (counts->items[at].hash != 0 && counts->items[at].hash != hash)
        at = (at + 1) & counts->mask;
    return &counts->items[at];
}

static bool grow_counts(struct counts *counts)
{
    uint64_t old_size = counts->items ? counts->mask + 1 : 0;
    struct counts grown = {.mask = old_size ? old_size * 2 - 1 : (1 << 20) - 1, .used = counts->used};
    grown.items = calloc(grown.mask + 1, sizeof *grown.items);
    if (!grown.items)
        return false;
    for (uint64_t i = 0; i < old_size; i++)
        if (counts->items[i].hash)
            *find_counted(&grown, counts->items[i].hash) = counts->items[i];
    free(counts->items);
    *counts = grown;
    return true;
}

static bool count_articles(const struct cd_topic_corpus *corpus, struct counts *counts)
{
    if (!grow_counts(counts))
        return false;
    for (uint32_t e = 0; e < corpus->count; e++)
        for (uint32_t f = 0; f < corpus->examples[e].feature_count; f++) {
            uint64_t hash = corpus->examples[e].features[f].hash;
            if (hash == 0)
                continue;
            if (counts->used * 2 > counts->mask && !grow_counts(counts))
                return false;
            struct counted *counted = find_counted(counts, hash);
            counts->used += counted->articles == 0;
            counted->hash = hash;
            counted->articles++;
        }
    return true;
}

/* ---- choosing rows ------------------------------------------------------------------------- */

static int by_articles(const void *a, const void *b)
{
    const struct counted *left = a, *right = b;
    if (left->articles != right->articles)
        return left->articles < right->articles ? 1 : -1;
    return (left->hash > right->hash) - (left->hash < right->hash);
}

/* Move the counted features to the front, commonest first; returns how many reach `articles_min`. */
static uint32_t sort_counts(struct counts *counts, uint32_t articles_min)
{
    uint32_t kept = 0;
    for (uint64_t i = 0; i <= counts->mask; i++)
        if (counts->items[i].articles >= articles_min)
            counts->items[kept++] = counts->items[i];
    qsort(counts->items, kept, sizeof *counts->items, by_articles);
    return kept;
}

static void insert_slot(struct cd_vocabulary *vocabulary, uint64_t hash, int32_t row)
{
    uint32_t mask = vocabulary->slot_count - 1, at = (uint32_t)hash & mask;
    while (vocabulary->slots[at].row != CD_TOPIC_NO_ROW)
        at = (at + 1) & mask;
    vocabulary->slots[at] = (struct cd_feature_slot){(uint32_t)(hash >> 32), row};
}

static bool fill_vocabulary(struct cd_vocabulary *vocabulary, const struct counted *counted, uint32_t count,
                            uint32_t articles)
{
    vocabulary->count = count;
    vocabulary->slot_count = 64;
    while (vocabulary->slot_count < count * 2 - count / 8)
        vocabulary->slot_count *= 2;
    vocabulary->hashes = malloc((count + 1) * sizeof *vocabulary->hashes);
    vocabulary->rarities = malloc((count + 1) * sizeof *vocabulary->rarities);
    vocabulary->slots = malloc(vocabulary->slot_count * sizeof *vocabulary->slots);
    if (!vocabulary->hashes || !vocabulary->rarities || !vocabulary->slots)
        return false;
    for (uint32_t i = 0; i < vocabulary->slot_count; i++)
        vocabulary->slots[i] = (struct cd_feature_slot){0, CD_TOPIC_NO_ROW};
    for (uint32_t row = 0; row < count; row++) {
        vocabulary->hashes[row] = counted[row].hash;
        vocabulary->rarities[row] = logf((1.0F + articles) / (1.0F + counted[row].articles)) + 1;
        insert_slot(vocabulary, counted[row].hash, (int32_t)row);
    }
    return true;
}

static void use_rows(const struct cd_vocabulary *vocabulary, struct cd_topic_example *example)
{
    struct cd_network lookup = {.slots = vocabulary->slots, .slot_mask = vocabulary->slot_count - 1};
    uint32_t kept = 0;
    for (uint32_t f = 0; f < example->feature_count; f++) {
        int32_t row = cd_network_row(&lookup, example->features[f].hash);
        if (row == CD_TOPIC_NO_ROW)
            continue;
        float value = cd_damped_count(example->features[f].weight) * vocabulary->rarities[row];
        example->features[kept++].row_value = (struct cd_row_value){(uint32_t)row, value};
    }
    example->feature_count = kept;
}

enum cd_status cd_vocabulary_build(struct cd_topic_corpus *corpus, uint32_t articles_min, uint32_t rows_max,
                                   struct cd_vocabulary *vocabulary, struct cd_error *error)
{
    *vocabulary = (struct cd_vocabulary){0};
    struct counts counts = {0};
    bool complete = count_articles(corpus, &counts);
    if (complete) {
        uint32_t count = sort_counts(&counts, articles_min);
        complete =
            fill_vocabulary(vocabulary, counts.items, count < rows_max ? count : rows_max, corpus->count);
    }
    free(counts.items);
    if (!complete)
        return cd_fail(error, CD_MEMORY, "vocabulary", "out of memory");
    for (uint32_t e = 0; e < corpus->count; e++)
        use_rows(vocabulary, &corpus->examples[e]);
    return CD_OK;
}

void cd_vocabulary_free(struct cd_vocabulary *vocabulary)
{
    free(vocabulary->hashes);
    free(vocabulary->rarities);
    free(vocabulary->slots);
    *vocabulary = (struct cd_vocabulary){0};
}
