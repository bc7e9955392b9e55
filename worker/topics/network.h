/* network.h - from evidence to scores: a small network over a bag of words and word pairs.
 *
 * Every feature has a row of CD_TOPIC_HIDDEN weights. Rows are summed, each by log-damped count times inverse
 * document frequency, the sum brought to unit length of the feature vector (tf-idf with cosine normalisation,
 * Salton & Buckley 1988); a rectified hidden layer then feeds one output per code and one per top-level topic
 * for "the main one" (after fastText, Joulin et al. 2016, and deep averaging networks, Iyyer et al. 2015).
 * The hidden layer is three narrow ones side by side, learned apart: narrow, so that words are forced to
 * share what they mean, which is what carries over to outlets never seen; three, because their average is
 * steadier. Words that were rare in training share the row of their class (see the model's card). A rectified
 * network is linear around each input, so its scores fall apart into exact shares of the features (see
 * cd_explain_topics).
 *
 * Read-only after opening, shared by all threads. */
#ifndef COPYDESK_TOPICS_NETWORK_H
#define COPYDESK_TOPICS_NETWORK_H

#include <stdint.h>

#include "copydesk/error.h"
#include "copydesk/model.h"

enum { CD_TOPIC_HIDDEN = 192, CD_TOPIC_NO_ROW = -1 };

/* One slot of the open-addressed table from a feature's hash to its row: the low bits of the hash choose the
 * slot, its high half tells features apart. */
struct cd_feature_slot {
    uint32_t fingerprint;
    int32_t row; /* CD_TOPIC_NO_ROW: free */
};

/* What belongs to a row besides its weights. */
struct cd_feature_scale {
    float rarity; /* inverse document frequency */
    float step;   /* weight = step x stored byte */
};

/* Numbers of the whole network. */
struct cd_network_shape {
    uint32_t outputs;   /* codes, then main-topic outputs */
    uint32_t codes;     /* outputs that stand for a code */
    float input_scale;  /* length of the feature vector behind the normalisation */
    float length_floor; /* added (squared) to its length before: texts of few known words stay small */
};

struct cd_network {
    const struct cd_feature_slot *slots;
    const struct cd_feature_scale *scales;
    const int8_t *rows;         /* [row_count][CD_TOPIC_HIDDEN] */
    const float *hidden_bias;   /* [CD_TOPIC_HIDDEN] */
    const float *output_weight; /* [outputs][CD_TOPIC_HIDDEN] */
    const float *output_bias;   /* [outputs] */
    struct cd_network_shape shape;
    uint32_t slot_mask, row_count;
};

enum cd_status cd_network_open(const struct cd_model_file *file, struct cd_network *network,
                               struct cd_error *error);

/* The row of a feature, or CD_TOPIC_NO_ROW. */
int32_t cd_network_row(const struct cd_network *network, uint64_t hash);

/* A feature of one document: its row and its damped count times rarity, before normalisation. */
struct cd_row_value {
    uint32_t row;
    float value;
};

/* The factor that normalises the values of a document. */
float cd_network_factor(const struct cd_network *network, const struct cd_row_value *values, uint32_t count);

/* hidden[CD_TOPIC_HIDDEN] (rectified) of the values times `factor`, then scores[outputs] in log-odds. */
void cd_network_hidden(const struct cd_network *network, const struct cd_row_value *values, uint32_t count,
                       float factor, float *hidden);
void cd_network_scores(const struct cd_network *network, const float *hidden, float *scores);

/* The sum of products over the hidden layer, in eight lanes so that the compiler can vectorise it. */
float cd_hidden_product(const float *weight, const float *hidden);

/* Damped count: 1 + log(weight) for a summed place weight of 1 or more, the weight itself below. */
float cd_damped_count(float weight);

#endif
