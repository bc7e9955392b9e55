/* topics_classes.h - classes of words of like meaning, from DATA/clusters, at several grains.
 *
 * What the network learns of one word it learns of its classes, too; so words that are rare in training, or
 * absent from it, are known by their company. One thread, allocates freely. */
#ifndef COPYDESK_TRAIN_TOPICS_CLASSES_H
#define COPYDESK_TRAIN_TOPICS_CLASSES_H

#include <stdint.h>

#include "copydesk/error.h"

enum { CD_CLASS_GRAINS = 3 };

struct cd_classed_word {
    uint64_t hash;                  /* cd_hash_topic_word of the word; 0: free */
    int32_t class[CD_CLASS_GRAINS]; /* coarse to fine, numbered through: no two grains share a number */
};

struct cd_word_classes {
    struct cd_classed_word *words; /* commonest first */
    uint32_t *slots;               /* index + 1 in words, 0: free */
    uint32_t word_count, slot_mask;
    int32_t first[CD_CLASS_GRAINS + 1]; /* number of the first class of each grain; last: number of all */
};

/* Read at most `words_max` words of DATA/clusters/ *.tsv: word, then its class at each grain after the
 * coarsest, which helps no topic. No file: no classes. */
enum cd_status cd_word_classes_read(const char *data, uint32_t words_max, struct cd_word_classes *classes,
                                    struct cd_error *error);
void cd_word_classes_free(struct cd_word_classes *classes);

/* NULL when the word has no classes. */
const struct cd_classed_word *cd_word_classes_find(const struct cd_word_classes *classes, uint64_t hash);

#endif
