#include "topics_vocabulary.h"

#include <math.h>
#include <stdlib.h>

const float cd_class_scale[CD_CLASS_GRAINS] = {0.3F, 0.5F, 0.5F};

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

static void add_known(struct cd_vocabulary *vocabulary, const struct cd_word_classes *classes,
                      const struct counted *counted, uint32_t count, uint32_t articles)
{
    for (uint32_t row = 0; row < count; row++) {
        const struct cd_classed_word *word = cd_word_classes_find(classes, counted[row].hash);
        vocabulary->rarities[row] = logf((1.0F + articles) / (1.0F + counted[row].articles)) + 1;
        for (int grain = 0; grain < CD_CLASS_GRAINS; grain++)
            vocabulary->class_rows[row][grain] =
                word ? (int32_t)vocabulary->count + word->class[grain] : CD_TOPIC_NO_ROW;
        insert_slot(vocabulary, counted[row].hash, (int32_t)row);
    }
}

/* One row for each class of the finest grain, shared by its words that are not known. Its coarser classes are
 * those of its commonest word. */
static void add_stand_ins(struct cd_vocabulary *vocabulary, const struct cd_word_classes *classes,
                          uint32_t known_count, uint32_t articles)
{
    enum { FINEST = CD_CLASS_GRAINS - 1, ARTICLES_OF_AN_UNKNOWN = 4 };
    struct cd_network lookup = {.slots = vocabulary->slots, .slot_mask = vocabulary->slot_count - 1};
    for (uint32_t row = known_count; row < vocabulary->count; row++) {
        vocabulary->rarities[row] = 0;
        for (int grain = 0; grain < CD_CLASS_GRAINS; grain++)
            vocabulary->class_rows[row][grain] = CD_TOPIC_NO_ROW;
    }
    for (uint32_t w = 0; w < classes->word_count; w++) {
        const struct cd_classed_word *word = &classes->words[w];
        uint32_t row = known_count + (uint32_t)(word->class[FINEST] - classes->first[FINEST]);
        if (vocabulary->rarities[row] == 0) {
            vocabulary->rarities[row] = logf((1.0F + articles) / (1.0F + ARTICLES_OF_AN_UNKNOWN)) + 1;
            for (int grain = 0; grain < CD_CLASS_GRAINS; grain++)
                vocabulary->class_rows[row][grain] = (int32_t)vocabulary->count + word->class[grain];
        }
        if (cd_network_row(&lookup, word->hash) == CD_TOPIC_NO_ROW)
            insert_slot(vocabulary, word->hash, (int32_t)row);
    }
}

static bool fill_vocabulary(struct cd_vocabulary *vocabulary, const struct cd_word_classes *classes,
                            const struct counted *counted, uint32_t known_count, uint32_t articles)
{
    uint32_t finest = (uint32_t)(classes->first[CD_CLASS_GRAINS] - classes->first[CD_CLASS_GRAINS - 1]);
    uint32_t features_max = known_count + classes->word_count;
    vocabulary->count = known_count + finest;
    vocabulary->learned_count = vocabulary->count + (uint32_t)classes->first[CD_CLASS_GRAINS];
    vocabulary->slot_count = 64;
    while (vocabulary->slot_count < features_max + features_max / 4)
        vocabulary->slot_count *= 2;
    vocabulary->rarities = malloc((vocabulary->count + 1) * sizeof *vocabulary->rarities);
    vocabulary->class_rows = malloc((vocabulary->count + 1) * sizeof *vocabulary->class_rows);
    vocabulary->slots = malloc(vocabulary->slot_count * sizeof *vocabulary->slots);
    if (!vocabulary->rarities || !vocabulary->class_rows || !vocabulary->slots)
        return false;
    for (uint32_t i = 0; i < vocabulary->slot_count; i++)
        vocabulary->slots[i] = (struct cd_feature_slot){0, CD_TOPIC_NO_ROW};
    add_known(vocabulary, classes, counted, known_count, articles);
    add_stand_ins(vocabulary, classes, known_count, articles);
    return true;
}

/* ---- from features to rows ----------------------------------------------------------------- */

/* Sums per row, and the rows that have one, in the order they came. */
struct row_sums {
    float *sum; /* [learned_count], all 0 between examples */
    uint32_t *rows;
    uint32_t count;
};

static void add_to_row(struct row_sums *sums, uint32_t row, float value)
{
    if (sums->sum[row] == 0)
        sums->rows[sums->count++] = row;
    sums->sum[row] += value;
}

static bool use_rows(const struct cd_vocabulary *vocabulary, struct row_sums *sums,
                     struct cd_topic_example *example)
{
    struct cd_network lookup = {.slots = vocabulary->slots, .slot_mask = vocabulary->slot_count - 1};
    sums->count = 0;
    for (uint32_t f = 0; f < example->feature_count; f++) {
        int32_t row = cd_network_row(&lookup, example->features[f].hash);
        if (row != CD_TOPIC_NO_ROW)
            add_to_row(sums, (uint32_t)row, example->features[f].weight);
    }
    example->own_count = sums->count;
    for (uint32_t i = 0; i < example->own_count; i++) {
        uint32_t row = sums->rows[i];
        float value = cd_damped_count(sums->sum[row]) * vocabulary->rarities[row];
        sums->sum[row] = value;
        for (int grain = 0; grain < CD_CLASS_GRAINS; grain++)
            if (vocabulary->class_rows[row][grain] != CD_TOPIC_NO_ROW)
                add_to_row(sums, (uint32_t)vocabulary->class_rows[row][grain], value * cd_class_scale[grain]);
    }
    free(example->features);
    example->features = malloc((sums->count + 1) * sizeof *example->features);
    example->feature_count = sums->count;
    for (uint32_t i = 0; i < sums->count; i++) {
        uint32_t row = sums->rows[i];
        if (example->features)
            example->features[i].row_value = (struct cd_row_value){row, sums->sum[row]};
        sums->sum[row] = 0;
    }
    return example->features != NULL;
}

static bool use_rows_everywhere(const struct cd_vocabulary *vocabulary, struct cd_topic_corpus *corpus)
{
    struct row_sums sums = {.sum = calloc(vocabulary->learned_count + 1, sizeof *sums.sum),
                            .rows = malloc((vocabulary->learned_count + 1) * sizeof *sums.rows)};
    bool complete = sums.sum && sums.rows;
    for (uint32_t e = 0; complete && e < corpus->count; e++)
        complete = use_rows(vocabulary, &sums, &corpus->examples[e]);
    free(sums.sum);
    free(sums.rows);
    return complete;
}

enum cd_status cd_vocabulary_build(struct cd_topic_corpus *corpus, const struct cd_word_classes *classes,
                                   uint32_t articles_min, uint32_t rows_max, struct cd_vocabulary *vocabulary,
                                   struct cd_error *error)
{
    *vocabulary = (struct cd_vocabulary){0};
    struct counts counts = {0};
    bool complete = count_articles(corpus, &counts);
    if (complete) {
        uint32_t count = sort_counts(&counts, articles_min);
        complete = fill_vocabulary(vocabulary, classes, counts.items, count < rows_max ? count : rows_max,
                                   corpus->count);
    }
    free(counts.items);
    complete = complete && use_rows_everywhere(vocabulary, corpus);
    return complete ? CD_OK : cd_fail(error, CD_MEMORY, "vocabulary", "out of memory");
}

void cd_vocabulary_free(struct cd_vocabulary *vocabulary)
{
    free(vocabulary->rarities);
    free(vocabulary->class_rows);
    free(vocabulary->slots);
    *vocabulary = (struct cd_vocabulary){0};
}
