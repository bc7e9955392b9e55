#include "word_cache.h"

#include <stdlib.h>

#include "copydesk/hash.h"

enum { BLOCK_WORDS = 1024, WORDS_MAX = 32768, SLOTS_MIN = 4096 };

struct cd_word_cache {
    const struct cd_lexicon *lexicon;
    const struct cd_weights *weights[2]; /* [caseless] */
    struct cd_cached_word edges[2][2];   /* [caseless][end] */
    struct cd_cached_word **blocks;      /* of BLOCK_WORDS entries each */
    uint32_t block_count, count;
    uint32_t *slots; /* index + 1 into the blocks, 0 empty */
    uint32_t slot_count;
};

static struct cd_cached_word *word_at(const struct cd_word_cache *cache, uint32_t index)
{
    return &cache->blocks[index / BLOCK_WORDS][index % BLOCK_WORDS];
}

static void sum_places(struct cd_cached_word *entry, const struct cd_lexicon *lexicon,
                       const struct cd_weights *weights, struct cd_slice text, bool caseless)
{
    uint64_t features[CD_WORD_FEATURES_MAX];
    int16_t sum[CD_ROW];
    for (unsigned place = 0; place < CD_PLACES; place++) {
        uint32_t count = cd_word_features(&entry->word, text, place, caseless, features);
        memset(sum, 0, sizeof sum);
        cd_weights_add(weights, features, count, sum);
        memcpy(entry->sums[place], sum, sizeof entry->sums[place]);
        if (place == CD_PLACE_SELF)
            cd_tagger_network_project(&weights->network, lexicon->vectors[entry->word.vector],
                                      sum + CD_LABELS, entry->hidden);
    }
}

static uint32_t first_slot(const struct cd_word_cache *cache, uint64_t key)
{
    return (uint32_t)(key >> 20) & (cache->slot_count - 1);
}

static uint32_t *slot_of(const struct cd_word_cache *cache, uint64_t key)
{
    uint32_t mask = cache->slot_count - 1, at = first_slot(cache, key);
    while (cache->slots[at] && word_at(cache, cache->slots[at] - 1)->key != key)
        at = (at + 1) & mask;
    return &cache->slots[at];
}

static bool resize_slots(struct cd_word_cache *cache, uint32_t slot_count)
{
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (!slots)
        return false;
    free(cache->slots);
    cache->slots = slots;
    cache->slot_count = slot_count;
    for (uint32_t i = 0; i < cache->count; i++)
        *slot_of(cache, word_at(cache, i)->key) = i + 1;
    return true;
}

static struct cd_cached_word *add_word(struct cd_word_cache *cache)
{
    if (cache->count == cache->block_count * BLOCK_WORDS) {
        struct cd_cached_word **blocks =
            realloc(cache->blocks, (cache->block_count + 1) * sizeof(struct cd_cached_word *));
        if (!blocks)
            return NULL;
        cache->blocks = blocks;
        blocks[cache->block_count] = aligned_alloc(64, BLOCK_WORDS * sizeof(struct cd_cached_word));
        if (!blocks[cache->block_count])
            return NULL;
        cache->block_count++;
    }
    return word_at(cache, cache->count);
}

struct cd_word_lookup cd_word_cache_look_up(const struct cd_word_cache *cache, struct cd_slice text,
                                            enum cd_token_kind kind, bool caseless)
{
    uint64_t key = cd_hash(text.bytes, text.length, kind * 2U + caseless);
    __builtin_prefetch(&cache->slots[first_slot(cache, key)]);
    return (struct cd_word_lookup){key, text, (uint8_t)kind, caseless};
}

void cd_word_cache_prefetch(const struct cd_word_cache *cache, const struct cd_word_lookup *lookup)
{
    uint32_t slot = cache->slots[first_slot(cache, lookup->key)];
    if (slot)
        __builtin_prefetch(word_at(cache, slot - 1));
}

static struct cd_cached_word *describe(struct cd_word_cache *cache, const struct cd_word_lookup *lookup)
{
    struct cd_cached_word *entry = add_word(cache);
    if (!entry)
        return NULL;
    entry->key = lookup->key;
    entry->uses = 1;
    cd_describe_word(cache->lexicon, lookup->text, lookup->kind, lookup->caseless, &entry->word);
    sum_places(entry, cache->lexicon, cache->weights[lookup->caseless], lookup->text, lookup->caseless);
    return entry;
}

const struct cd_cached_word *cd_word_cache_find(struct cd_word_cache *cache,
                                                const struct cd_word_lookup *lookup)
{
    uint32_t *slot = slot_of(cache, lookup->key);
    if (*slot) {
        struct cd_cached_word *found = word_at(cache, *slot - 1);
        found->uses++;
        return found;
    }
    if (cache->count * 2 >= cache->slot_count) {
        if (!resize_slots(cache, cache->slot_count * 2))
            return NULL;
        slot = slot_of(cache, lookup->key);
    }
    struct cd_cached_word *entry = describe(cache, lookup);
    if (entry)
        *slot = ++cache->count;
    return entry;
}

const struct cd_cached_word *cd_word_cache_edge(const struct cd_word_cache *cache, bool end, bool caseless)
{
    return &cache->edges[caseless][end];
}

/* Keep what was used again since the last time; what was met once is likely never met again. */
bool cd_word_cache_trim(struct cd_word_cache *cache)
{
    if (cache->count <= WORDS_MAX)
        return true;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < cache->count && kept < WORDS_MAX / 2; i++) {
        struct cd_cached_word *entry = word_at(cache, i);
        if (entry->uses < 2)
            continue;
        *word_at(cache, kept) = *entry;
        word_at(cache, kept++)->uses = entry->uses / 2;
    }
    cache->count = kept;
    for (uint32_t needed = WORDS_MAX / BLOCK_WORDS + 1; cache->block_count > needed;)
        free(cache->blocks[--cache->block_count]);
    return resize_slots(cache, cache->slot_count > 4U * WORDS_MAX ? 4U * WORDS_MAX : cache->slot_count);
}

struct cd_word_cache *cd_word_cache_new(const struct cd_lexicon *lexicon, const struct cd_weights *cased,
                                        const struct cd_weights *caseless)
{
    struct cd_word_cache *cache = aligned_alloc(64, (sizeof *cache + 63) / 64 * 64);
    if (!cache)
        return NULL;
    *cache = (struct cd_word_cache){.lexicon = lexicon, .weights = {cased, caseless}};
    if (!resize_slots(cache, SLOTS_MIN)) {
        free(cache);
        return NULL;
    }
    for (unsigned caseless_set = 0; caseless_set < 2; caseless_set++)
        for (unsigned end = 0; end < 2; end++) {
            struct cd_cached_word *edge = &cache->edges[caseless_set][end];
            cd_describe_edge(end != 0, &edge->word);
            sum_places(edge, lexicon, cache->weights[caseless_set], (struct cd_slice){0}, caseless_set != 0);
        }
    return cache;
}

void cd_word_cache_free(struct cd_word_cache *cache)
{
    if (!cache)
        return;
    for (uint32_t i = 0; i < cache->block_count; i++)
        free(cache->blocks[i]);
    free(cache->blocks);
    free(cache->slots);
    free(cache);
}
