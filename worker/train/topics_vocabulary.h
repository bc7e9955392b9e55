/* topics_vocabulary.h - which features the topic network knows, and how rare each is.
 *
 * One thread, allocates freely. */
#ifndef COPYDESK_TRAIN_TOPICS_VOCABULARY_H
#define COPYDESK_TRAIN_TOPICS_VOCABULARY_H

#include "topics_classes.h"
#include "topics_data.h"

/* Value of a class beside that of its word, per grain. */
extern const float cd_class_scale[CD_CLASS_GRAINS];

struct cd_vocabulary {
    float *rarities;                        /* per row: log((1 + articles) / (1 + articles with it)) + 1 */
    int32_t (*class_rows)[CD_CLASS_GRAINS]; /* per row: rows of its classes, -1: none */
    uint32_t count;                         /* rows of features: known ones, then those that stand in */
    uint32_t learned_count;                 /* with the rows of classes, which are learned only */
    struct cd_feature_slot *slots;
    uint32_t slot_count; /* a power of two */
};

/* Take the features that occur in at least `articles_min` articles, at most `rows_max`, commonest first. The
 * other words that have classes share one row for each class of the finest grain. Then turn the examples'
 * features into rows and values, followed by those of the rows' classes; features without a row go. */
enum cd_status cd_vocabulary_build(struct cd_topic_corpus *corpus, const struct cd_word_classes *classes,
                                   uint32_t articles_min, uint32_t rows_max, struct cd_vocabulary *vocabulary,
                                   struct cd_error *error);
void cd_vocabulary_free(struct cd_vocabulary *vocabulary);

#endif
