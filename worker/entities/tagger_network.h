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

/* What a word adds to the hidden units, by place, in units of 1 / CD_NETWORK_UNIT. */
typedef int16_t cd_word_hidden[CD_NETWORK_PLACES][CD_NETWORK_HIDDEN];
enum { CD_NETWORK_UNIT = 256 };

/* Read in place from the model; refused when a number in it cannot be right. */
enum cd_status cd_tagger_network_open(const struct cd_model_file *file, const char *name,
                                      const struct cd_tagger_network **network, struct cd_error *error);

/* What a word with the vector `inputs` says to the tokens around it. */
void cd_tagger_network_project(const struct cd_tagger_network *network, const float inputs[CD_NETWORK_INPUTS],
                               cd_word_hidden hidden);

/* Add a token's scores: `words` has for each place what the word there says to it, `context` the sum of the
 * vectors of its context features. */
void cd_tagger_network_add(const struct cd_tagger_network *network,
                           const int16_t *const words[CD_NETWORK_PLACES],
                           const float context[CD_FEATURE_VECTOR], float scores[CD_LABELS]);

#endif
