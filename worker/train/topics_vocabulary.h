/* topics_vocabulary.h - which features the topic network knows, and how rare each is.
 *
 * One thread, allocates freely. */
#ifndef COPYDESK_TRAIN_TOPICS_VOCABULARY_H
#define COPYDESK_TRAIN_TOPICS_VOCABULARY_H

#include "topics_data.h"

struct cd_vocabulary {
    uint64_t *hashes; /* per row */
    float *rarities;  /* per row: log((1 + articles) / (1 + articles with it)) + 1 */
    uint32_t count;
    struct cd_feature_slot *slots;
    uint32_t slot_count; /* a power of two, at most about half full */
};

/* Take the features that occur in at least `articles_min` articles, at most `rows_max`, commonest first. Then
 * turn the examples' features into rows and values; those without a row go. */
enum cd_status cd_vocabulary_build(struct cd_topic_corpus *corpus, uint32_t articles_min, uint32_t rows_max,
                                   struct cd_vocabulary *vocabulary, struct cd_error *error);
void cd_vocabulary_free(struct cd_vocabulary *vocabulary);

#endif
