/* entity_training.h - trains the conditional random field, linear weights and network (entity_network.h) side
 * by side, each on its own gradient, with common transitions: AdaGrad (Duchi et al. 2011) on sentences in
 * random order, with feature dropout and L2; sentences whose labelling is partly open maximise the
 * probability of all that is allowed (Tsuboi et al. 2008). Deterministic for a seed. */
#ifndef COPYDESK_TRAIN_ENTITY_TRAINING_H
#define COPYDESK_TRAIN_ENTITY_TRAINING_H

#include "../entities/lattice.h"
#include "entity_examples.h"
#include "entity_network.h"

struct cd_training_options {
    unsigned epochs;
    float learning_rate, l1, l2, dropout; /* l1: truncated at each update (Duchi et al. 2011, section 5) */
    uint64_t seed;
    /* After `prune_after` epochs (0: never) only the `keep_features` most telling features stay; the rest of
     * the epochs lets the others take over what the lost ones said. */
    unsigned prune_after;
    uint32_t keep_features;
    /* Documents left out: those with number % folds == fold; folds 0 leaves out none. */
    unsigned folds, fold;
};

/* The learned weights: row by row for each feature number of the examples, which are renumbered when features
 * are pruned. */
struct cd_trained {
    float (*rows)[CD_LABELS];
    struct cd_transitions transitions;
    struct cd_trained_network network;
};

enum cd_status cd_train(struct cd_examples *examples, const struct cd_lexicon *lexicon,
                        const struct cd_training_options *options, struct cd_trained *trained,
                        struct cd_error *error);
void cd_trained_free(struct cd_trained *trained);

#endif
