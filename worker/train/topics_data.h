/* topics_data.h - training examples for the topic classifier, from the files of DATA.
 *
 *   DATA/ner/train/ *.jsonl  articles with "topics": codes given by an annotator, most important first
 *   DATA/topics/ *.jsonl[.zst]  without dev_*: either "p" (a probability per code, absent means below 0.03),
 *                           or an editor's "top" labels, which say what the main topic is and nothing else
 *                           unless the labels file knows the article's id
 *   labels file             {"id": 16 hex digits of the hash of the article's id, "p": {code: probability}}:
 *                           what a teacher with sentence vectors makes of those articles (no text of theirs).
 *                           An empty "p" keeps an article out: it stands among the annotated ones, too
 *
 * One thread, allocates freely. */
#ifndef COPYDESK_TRAIN_TOPICS_DATA_H
#define COPYDESK_TRAIN_TOPICS_DATA_H

#include <stdbool.h>
#include <stdint.h>

#include "../topics/evidence.h"
#include "../topics/network.h"
#include "topics_taxonomy.h"

enum { CD_TOPIC_CODES_MAX = 256, CD_TOPIC_MAIN_MAX = 32 };

/* The codes that are learned: parents first; the first `main_count` are level 1. */
struct cd_topic_codes {
    int32_t concept[CD_TOPIC_CODES_MAX];  /* index in the taxonomy table */
    int32_t parent[CD_TOPIC_CODES_MAX];   /* index among the codes, -1 on level 1 */
    int32_t yields_to[CD_TOPIC_MAIN_MAX]; /* on level 1: the code that comes first where both fit, -1: none */
    uint32_t count, main_count;
};

/* A feature of an example: its hash and summed place weight; once the vocabulary stands, a row and a value.
 */
union cd_example_feature {
    struct {
        uint64_t hash;
        float weight;
    };
    struct cd_row_value row_value;
};

/* Where an example's targets come from: an annotator, the silver file, the labels file, an editor
 * only, or nowhere: texts about nothing. */
enum cd_example_kind {
    CD_EXAMPLE_ANNOTATED,
    CD_EXAMPLE_SILVER,
    CD_EXAMPLE_TEACHER,
    CD_EXAMPLE_EDITOR,
    CD_EXAMPLE_NOTHING,
    CD_EXAMPLE_KINDS
};

struct cd_topic_example {
    union cd_example_feature *features; /* owned */
    uint32_t feature_count;
    uint32_t own_count; /* the first ones; the others are of their classes */
    uint8_t kind;       /* enum cd_example_kind */
    bool other_outlet;  /* of the widest mix of outlets: counts more in calibration */
    bool lead;          /* only the title and first words of the example before, to learn short texts from */
    float *target;      /* owned: [codes.count] probability per code; NULL for an editor's label alone */
    float *main;        /* owned: [codes.main_count] how likely each is the main topic, the rest 0 */
};

struct cd_topic_corpus {
    float editor_share; /* of the main topic that an editor's label decides beside a teacher's opinion */
    float later_share;  /* how likely a later code of an annotator is the main topic, the first one being 1 */
    float lead_share; /* how likely a code of an article is one of its lead, too; the main ones surely are */
    float negatives;  /* how many texts about nothing are added */
    struct cd_topic_codes codes;
    struct cd_topic_example *examples;
    uint32_t count, capacity;
};

/* Read everything into a corpus that is zero but for the shares. `labels_path` may be NULL or name a file
 * that does not exist. */
enum cd_status cd_topic_corpus_read(const char *data, const char *labels_path,
                                    const struct cd_taxonomy_table *table, const struct cd_reading *reading,
                                    struct cd_topic_corpus *corpus, struct cd_error *error);
void cd_topic_corpus_free(struct cd_topic_corpus *corpus);

#endif
