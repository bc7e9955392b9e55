/* word_cache.h - everything that depends on one word alone, computed once: its description, its weights
 * summed for each place from which it is seen, and what it says to the network's hidden units.
 *
 * One per thread, kept from document to document, bounded: between documents the words that were met only
 * once are dropped when there are too many. Pointers stay valid until cd_word_cache_trim. */
#ifndef COPYDESK_ENTITIES_WORD_CACHE_H
#define COPYDESK_ENTITIES_WORD_CACHE_H

#include "features.h"
#include "weights.h"

struct cd_cached_word {
    struct cd_word word; /* first, so that a pointer to it is a pointer to the whole */
    uint64_t key;
    uint32_t uses;
    int16_t sums[CD_PLACES][CD_LABELS] __attribute__((aligned(16)));
    cd_word_hidden hidden __attribute__((aligned(64))); /* whole cache lines */
};

struct cd_word_cache;

/* NULL when out of memory. The weights are those for sentences of normal case and for the others. */
struct cd_word_cache *cd_word_cache_new(const struct cd_lexicon *lexicon, const struct cd_weights *cased,
                                        const struct cd_weights *caseless);
void cd_word_cache_free(struct cd_word_cache *cache);

/* Make room; invalidates all pointers. False when out of memory. */
bool cd_word_cache_trim(struct cd_word_cache *cache);

/* A token as the cache knows it. */
struct cd_word_lookup {
    uint64_t key;
    struct cd_slice text;
    uint8_t kind; /* enum cd_token_kind */
    bool caseless;
};

/* The cache is larger than the near memory. Whoever looks up many tokens makes all look-ups first, calls
 * cd_word_cache_prefetch some tokens ahead of cd_word_cache_find, and hardly waits. */
struct cd_word_lookup cd_word_cache_look_up(const struct cd_word_cache *cache, struct cd_slice text,
                                            enum cd_token_kind kind, bool caseless);
void cd_word_cache_prefetch(const struct cd_word_cache *cache, const struct cd_word_lookup *lookup);

/* The entry of a token; NULL when out of memory. */
const struct cd_cached_word *cd_word_cache_find(struct cd_word_cache *cache,
                                                const struct cd_word_lookup *lookup);
/* The edge before (or after) a sentence. */
const struct cd_cached_word *cd_word_cache_edge(const struct cd_word_cache *cache, bool end, bool caseless);

#endif
