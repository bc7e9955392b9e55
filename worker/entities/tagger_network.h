/* tagger_network.h - a small network beside the linear weights (after Collobert et al. 2011): every word has
 * a vector, hidden units look at the vectors of the words around a token and at the token's context, and the
 * labels' scores are sums of the hidden units. It knows what words mean that no annotated text holds.
 *
 * A word's vector has two parts: one from raw news text (lexicon.h), and one learned, the sum of the rows of
 * the word's own features (weights.h). What a word says to the hidden units of the tokens around it depends
 * on the word alone and is kept with it (word_cache.h). Pure functions on caller's memory. */
#ifndef COPYDESK_ENTITIES_TAGGER_NETWORK_H
#define COPYDESK_ENTITIES_TAGGER_NETWORK_H

#include <stdint.h>

#include "copydesk/error.h"
#include "copydesk/model.h"
#include "labels.h"
#include "lexicon.h"

enum {
    CD_FEATURE_VECTOR = 16, /* learned numbers per feature */
    CD_NETWORK_INPUTS = CD_WORD_VECTOR + CD_FEATURE_VECTOR,
    CD_NETWORK_REACH = 3, /* words to each side */
    CD_NETWORK_PLACES = 2 * CD_NETWORK_REACH + 1,
    CD_NETWORK_HIDDEN = 64
};

/* In the model's section NAME.network. The first place is that of the word CD_NETWORK_REACH tokens before. */
struct cd_tagger_network {
    float window[CD_NETWORK_PLACES][CD_NETWORK_INPUTS][CD_NETWORK_HIDDEN];
    float context[CD_FEATURE_VECTOR][CD_NETWORK_HIDDEN];
    float bias[CD_NETWORK_HIDDEN];
    float out[CD_NETWORK_HIDDEN][CD_LABELS];
};

/* What a word adds to the hidden units, by place, in units of 1 / CD_WORD_HIDDEN_UNIT: a cache line a place,
 * for the words that surround a token lie far apart. */
typedef int8_t cd_word_hidden[CD_NETWORK_PLACES][CD_NETWORK_HIDDEN];
enum { CD_WORD_HIDDEN_UNIT = 16, CD_NETWORK_UNIT = 256 };

/* The network as it is asked: in whole numbers, the weights of two inputs side by side, for the processor
 * multiplies and adds them in pairs; CD_NETWORK_PART outputs at a time. */
enum { CD_NETWORK_PART = 32, CD_NETWORK_PARTS = CD_NETWORK_HIDDEN / CD_NETWORK_PART };

typedef int16_t cd_weight_pairs[CD_NETWORK_PART][2];

struct cd_network_tables {
    cd_weight_pairs window[CD_NETWORK_PLACES][CD_NETWORK_PARTS][CD_NETWORK_INPUTS / 2]
        __attribute__((aligned(64)));
    cd_weight_pairs context[CD_NETWORK_PARTS][CD_FEATURE_VECTOR / 2];
    cd_weight_pairs out[CD_NETWORK_HIDDEN / 2];
    float bias[CD_NETWORK_HIDDEN];                   /* in units of 1 / CD_NETWORK_UNIT */
    float input_unit;                                /* of a word's vector */
    float window_factor, context_factor, out_factor; /* from sums of products to hidden units and scores */
};

/* Refused when a number in the model cannot be right. Features' vectors are in units of `vector_scale`. */
enum cd_status cd_network_tables_open(const struct cd_model_file *file, const char *name, float vector_scale,
                                      struct cd_network_tables *tables, struct cd_error *error);

/* Turn a network into tables; its numbers are at most CD_NETWORK_NUMBER_MOST. */
void cd_network_tables_fill(const struct cd_tagger_network *network, float vector_scale,
                            struct cd_network_tables *tables);
enum { CD_NETWORK_NUMBER_MOST = 10000 };

/* What a word with the given vector from raw text and the learned one says to the tokens around it. */
void cd_tagger_network_project(const struct cd_network_tables *tables, const int8_t given[CD_WORD_VECTOR],
                               const int16_t learned[CD_FEATURE_VECTOR], cd_word_hidden hidden);

/* Add a token's scores: `words` has for each place what the word there says to it, `context` the sum of the
 * vectors of its context features. */
void cd_tagger_network_add(const struct cd_network_tables *tables,
                           const int8_t *const words[CD_NETWORK_PLACES],
                           const int16_t context[CD_FEATURE_VECTOR], float scores[CD_LABELS]);

#endif
