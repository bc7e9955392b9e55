/* topics_learner.h - trains the topic network on soft targets.
 *
 * One article at a time, logistic loss per code and cross entropy over the main topics, AdaGrad steps (Duchi
 * et al. 2011), a random part of the features left out each time (dropout, Srivastava et al. 2014), so that
 * no few words decide alone. Deterministic for a seed. A learner belongs to one thread; the corpus is
 * read-only. */
#ifndef COPYDESK_TRAIN_TOPICS_LEARNER_H
#define COPYDESK_TRAIN_TOPICS_LEARNER_H

#include "topics_data.h"

struct cd_learning_options {
    uint32_t epochs;
    float rate;          /* of the first step; falls linearly to 0 */
    float dropout;       /* largest share of the features left out; long articles become like short ones */
    float short_dropout; /* the same for the shortest texts */
    float main_weight;   /* of the main-topic loss beside the codes' */
    float main_freedom;  /* how far the network may choose among several possible main topics, 0 to 1 */
    float kind_weight[CD_EXAMPLE_KINDS]; /* per enum cd_example_kind */
    float lead_weight;                   /* factor for leads */
    float outlet_weight;                 /* factor for annotated articles of the wide mix of outlets */
    float input_scale, length_floor;
    uint64_t seed;
};

/* The network is a team of narrower ones, each learned from its own random start; their scores are averaged.
 * That is steadier than one of the whole width. */
enum { CD_LEARNER_HIDDEN = 64, CD_LEARNERS = CD_TOPIC_HIDDEN / CD_LEARNER_HIDDEN };

struct cd_learner {
    float *rows;                        /* [row_count][CD_LEARNER_HIDDEN] */
    float *output_weight, *output_bias; /* [outputs][CD_LEARNER_HIDDEN], [outputs] */
    float hidden_bias[CD_LEARNER_HIDDEN];
    struct cd_learner *squares; /* summed squares of the gradients, in the same shape */
    uint32_t row_count, codes, outputs;
};

/* A learner with small random rows. NULL when out of memory. */
struct cd_learner *cd_learner_new(uint32_t row_count, const struct cd_topic_codes *codes, uint64_t seed);
void cd_learner_free(struct cd_learner *learner);

/* Train on all examples but those with skip[i] true (`skip` may be NULL). CD_MEMORY when out of memory. */
enum cd_status cd_learn(struct cd_learner *learner, const struct cd_topic_corpus *corpus, const bool *skip,
                        const struct cd_learning_options *options, uint64_t seed, struct cd_error *error);

/* scores[outputs] of one example by CD_LEARNERS learners, on average. */
void cd_team_scores(struct cd_learner *const *team, const struct cd_topic_example *example,
                    const struct cd_learning_options *options, float *scores);

#endif
