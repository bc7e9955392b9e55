/* topics_negatives.h - texts about nothing, for the topic classifier to learn to abstain from.
 *
 * What a feed carries besides articles: menus, notices, forms, programs, lists of names and of things,
 * figures. They are put together at random, from phrases that stand in topics_negatives.c and from the words
 * and names of DATA; no text of anyone's. One thread, allocates freely. */
#ifndef COPYDESK_TRAIN_TOPICS_NEGATIVES_H
#define COPYDESK_TRAIN_TOPICS_NEGATIVES_H

#include <stdint.h>

#include "copydesk/buffer.h"
#include "copydesk/error.h"

struct cd_negatives;

/* Read DATA/clusters/ *.tsv (words, commonest first) and the lists of names in DATA/knowledge. A list that is
 * not there leaves the phrases and figures. */
enum cd_status cd_negatives_read(const char *data, struct cd_negatives **negatives, struct cd_error *error);
void cd_negatives_free(struct cd_negatives *negatives);

/* Append text number `number` to `text`; the same number gives the same text. */
void cd_negatives_write(const struct cd_negatives *negatives, uint64_t number, struct cd_buffer *text);

#endif
