/* entity_look.h - trains the second look (entities/second_look.h) and calibrates what comes out of it.
 *
 * What a tagger thinks of the very documents it learned from is too good to learn from. So the documents are
 * dealt into folds, and each is read by a tagger that was trained on the other folds (Krishnan & Manning
 * 2006, section 4.3; stacking, Wolpert 1992). The rows are learned by the gradient of the conditional
 * likelihood on top of that tagger's scores, which stay as they are. For programs that run once. */
#ifndef COPYDESK_TRAIN_ENTITY_LOOK_H
#define COPYDESK_TRAIN_ENTITY_LOOK_H

#include "../entities/weights.h"
#include "entity_corpus.h"

struct cd_look_options {
    unsigned epochs;
    float learning_rate, l2;
    uint64_t seed;
    float unfamiliar_weight; /* in calibration: of a span that is not from the main sources (weight 1) */
};

struct cd_trained_look {
    float (*rows)[CD_LABELS];             /* cd_second_look_rows() of them; freed by the caller */
    struct cd_calibration calibration[2]; /* [caseless] */
};

/* Document i of the corpus is read by taggers[i % folds], which has not seen it. */
enum cd_status cd_look_train(const struct cd_corpus *corpus, struct cd_tagger *const *taggers, unsigned folds,
                             const struct cd_look_options *options, struct cd_trained_look *trained,
                             struct cd_error *error);

#endif
