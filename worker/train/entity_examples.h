/* entity_examples.h - a corpus as the trainer sees it: sentences of feature numbers and allowed labels.
 *
 * Features seen fewer than `feature_count_min` times are left out. Features of single words are kept once per
 * distinct word and place, as in the program. For programs that run once. */
#ifndef COPYDESK_TRAIN_ENTITY_EXAMPLES_H
#define COPYDESK_TRAIN_ENTITY_EXAMPLES_H

#include "../entities/features.h"
#include "entity_corpus.h"

struct cd_example {
    uint64_t first_token; /* into the arrays below */
    uint32_t count;
    uint32_t document;
    float weight;
    bool open; /* some token's labelling is not known */
};

struct cd_examples {
    struct cd_example *items;
    uint32_t count, capacity;
    uint64_t token_count, token_capacity;
    uint32_t *words;      /* per token: its word number */
    cd_label_set *labels; /* per token */
    uint64_t *context;    /* per token: where its context features begin; one more at the end */
    uint32_t *context_features;
    uint64_t context_count, context_capacity;
    uint64_t *word_begin; /* [word x CD_PLACES + place], one more at the end */
    uint32_t *word_features;
    uint16_t *word_vectors; /* per word: its vector among the lexicon's */
    uint32_t word_count;
    uint32_t edge_words[2]; /* before and after a sentence */
    uint64_t *features;     /* hash of each feature number */
    uint32_t feature_count;
};

/* Build examples from documents. `caseless`: sentences whose case says nothing, from copies in Title Case,
 * capitals and small letters; else the sentences of normal case. */
enum cd_status cd_examples_build(const struct cd_corpus *corpus, const struct cd_lexicon *lexicon,
                                 bool caseless, unsigned feature_count_min, struct cd_examples *examples,
                                 struct cd_error *error);
void cd_examples_free(struct cd_examples *examples);

/* The feature numbers of a token: those of the words around it, then those of its context. */
uint32_t cd_example_features(const struct cd_examples *examples, const struct cd_example *example,
                             uint32_t token, uint32_t *features);

enum { CD_EXAMPLE_FEATURES_MAX = 512 };

/* How often each feature occurs, into `counts` (one per feature). */
void cd_examples_count(const struct cd_examples *examples, uint32_t *counts);
/* Keep the features whose keep[] is set, renumbered in the same order. */
void cd_examples_keep(struct cd_examples *examples, const bool *keep);

#endif
