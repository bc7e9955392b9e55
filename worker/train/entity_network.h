/* entity_network.h - trains the network that stands beside the linear weights (../entities/tagger_network.h):
 * vectors of features and the network's own numbers by AdaGrad, with dropout of features, of whole words'
 * given vectors, and of hidden units. It learns on its own gradient, as if it were alone: learned on a common
 * one it would only take what the linear weights leave. One learner per thread. */
#ifndef COPYDESK_TRAIN_ENTITY_NETWORK_H
#define COPYDESK_TRAIN_ENTITY_NETWORK_H

#include "../entities/tagger_network.h"
#include "entity_examples.h"

struct cd_trained_network {
    float (*vectors)[CD_FEATURE_VECTOR]; /* per feature number of the examples */
    struct cd_tagger_network network;
};

struct cd_tagger_network_learner;

/* A learner for the sentences of `examples`, all longer than `tokens_max` left out; all live longer than it.
 * NULL when out of memory. Fills in `trained`, whose vectors are freed by cd_trained_network_free. */
struct cd_tagger_network_learner *cd_tagger_network_learner_new(const struct cd_examples *examples,
                                                                const struct cd_lexicon *lexicon,
                                                                uint32_t tokens_max, uint64_t seed,
                                                                struct cd_trained_network *trained);
void cd_tagger_network_learner_free(struct cd_tagger_network_learner *learner);
void cd_trained_network_free(struct cd_trained_network *trained);

/* The scores of a sentence, with dropout. */
void cd_tagger_network_score(struct cd_tagger_network_learner *learner, const struct cd_example *example,
                             float (*scores)[CD_LABELS]);
/* Learn from the gradients (of the log-likelihood by the scores) of the sentence just scored; tokens whose
 * gradient is below `gradient_min` everywhere are passed over. */
void cd_tagger_network_learn(struct cd_tagger_network_learner *learner, const struct cd_example *example,
                             const float (*gradients)[CD_LABELS], float gradient_min);

/* Whether a token's gradient is below `least` for every label, and so not worth an update. */
bool cd_gradient_is_small(const float gradient[CD_LABELS], float least);

/* The largest number of a feature's vector. */
float cd_tagger_network_vector_size(const struct cd_tagger_network_learner *learner, uint32_t feature);
/* Keep the first `count` features whose keep[] is set, renumbered in the same order. */
void cd_tagger_network_keep(struct cd_tagger_network_learner *learner, uint32_t count, const bool *keep);

#endif
