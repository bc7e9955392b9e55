/* lexicon.h - what is known about words and names before any training text is read.
 *
 * Words: clusters of distributional similarity at four granularities, and how often a word stands where in
 * the names of the knowledge base. Phrases: the names themselves, by type, as hashes of their folded tokens.
 * Both live in sections of the model file and are read in place; read-only, any thread. The upper 16 bits of
 * a hash choose a bucket, the lower 16 the entry in it, so that an unknown word or phrase is taken for a
 * known one about once in 10,000 times. */
#ifndef COPYDESK_ENTITIES_LEXICON_H
#define COPYDESK_ENTITIES_LEXICON_H

#include <stdint.h>

#include "copydesk/error.h"
#include "copydesk/model.h"
#include "copydesk/tagger.h"

enum { CD_LEXICON_BUCKETS = 65536, CD_PHRASE_TOKENS_MAX = 7, CD_WORD_VECTOR = 48 };

/* A word's entry; cluster numbers begin at 1, 0 means unknown. An entry under cd_class_key (features.h) holds
 * the word's classes from news text instead: cluster[0] of 1,000, cluster[1] of 200, cluster[2] the number of
 * its vector. */
struct cd_lexicon_word {
    uint16_t check;      /* low 16 bits of the word's hash */
    uint16_t cluster[3]; /* of 64 (low 6 bits) and 1,024 (high 10 bits); of 256; of 3,072 */
    uint16_t profile;    /* CD_PROFILE_ bits */
};

/* Five two-bit counts (never, once, a few, often) and two flags. */
enum {
    CD_PROFILE_PERSON_FIRST = 0,
    CD_PROFILE_PERSON_LAST = 2,
    CD_PROFILE_ORGANIZATION = 4,
    CD_PROFILE_ORGANIZATION_LAST = 6,
    CD_PROFILE_LOCATION = 8,
    CD_PROFILE_GIVEN_NAME = 10,
    CD_PROFILE_SURNAME = 11,
    CD_PROFILE_WORK = 12,
};

/* Bits of a phrase: 1 << type for a well-known name, 1 << (8 + type) for a doubtful one (an alias or a little
 * known name), and a mark that longer names begin with it. LAW never occurs; its bit is the mark. */
enum { CD_PHRASE_CONTINUES = 1 << CD_LAW, CD_PHRASE_DOUBTFUL_SHIFT = 8 };

struct cd_lexicon {
    const uint32_t *word_index; /* CD_LEXICON_BUCKETS + 1 */
    const struct cd_lexicon_word *words;
    const uint32_t *phrase_index;
    const uint16_t *phrase_checks;
    const uint16_t *phrase_bits;
    const int8_t (*vectors)[CD_WORD_VECTOR]; /* what words mean, from raw news text, in units of 1 / 64; the
                                                first is that of an unknown word, all zero */
    uint32_t vector_count;
};
enum { CD_WORD_VECTOR_UNIT = 64 };

/* Read in place the sections "words.index", "words", "words.vectors", "phrases.index", "phrases.checks" and
 * "phrases.bits". */
enum cd_status cd_lexicon_open(const struct cd_model_file *file, struct cd_lexicon *lexicon,
                               struct cd_error *error);

/* The entry of a folded word by its hash, NULL when unknown. */
const struct cd_lexicon_word *cd_lexicon_find(const struct cd_lexicon *lexicon, uint64_t word_hash);

/* The bits of a phrase by its hash, 0 when it is neither a name nor the beginning of one. */
unsigned cd_lexicon_phrase(const struct cd_lexicon *lexicon, uint64_t phrase_hash);

/* The hash of a phrase from the hashes of its folded words: start with 0, add word after word. */
uint64_t cd_phrase_hash(uint64_t phrase, uint64_t word_hash);

#endif
