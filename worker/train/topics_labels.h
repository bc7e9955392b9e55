/* topics_labels.h - a teacher's probabilities per article, by the hash of the article's id.
 *
 * One thread, allocates freely. */
#ifndef COPYDESK_TRAIN_TOPICS_LABELS_H
#define COPYDESK_TRAIN_TOPICS_LABELS_H

#include <jansson.h>

#include "copydesk/error.h"

struct cd_topic_labels;

/* Read {"id", "p"} lines; a `path` that is NULL or does not exist gives no labels (NULL). */
enum cd_status cd_topic_labels_read(const char *path, struct cd_topic_labels **labels,
                                    struct cd_error *error);
void cd_topic_labels_free(struct cd_topic_labels *labels);

/* The object {code: probability} of an article, or NULL. Owned by the labels. */
const json_t *cd_topic_labels_find(const struct cd_topic_labels *labels, const char *article_id);

#endif
