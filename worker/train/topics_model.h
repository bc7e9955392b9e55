/* topics_model.h - writes what was learned as a topic model file. For the trainer: one thread. */
#ifndef COPYDESK_TRAIN_TOPICS_MODEL_H
#define COPYDESK_TRAIN_TOPICS_MODEL_H

#include "topics_calibration.h"
#include "topics_learner.h"
#include "topics_vocabulary.h"

struct cd_topic_parts {
    const struct cd_taxonomy_table *table;
    const struct cd_topic_codes *codes;
    const struct cd_vocabulary *vocabulary;
    struct cd_learner *const *team; /* [CD_LEARNERS] */
    const struct cd_learning_options *options;
    const struct cd_calibration *calibration;
    const struct cd_reading *reading;
};

/* Write the model to `path`; rows are stored as bytes, each with its own step. */
enum cd_status cd_topic_model_write(const char *path, const struct cd_topic_parts *parts,
                                    struct cd_error *error);

#endif
