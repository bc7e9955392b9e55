/* classifier.h - the topic model and one document's way through it, for classify, explain and the trainer. */
#ifndef COPYDESK_TOPICS_CLASSIFIER_H
#define COPYDESK_TOPICS_CLASSIFIER_H

#include "copydesk/topics.h"
#include "decision.h"
#include "deep.h"
#include "evidence.h"
#include "network.h"
#include "taxonomy.h"

struct cd_topic_model {
    struct cd_taxonomy taxonomy;
    struct cd_network network;
    struct cd_decision decision;
    struct cd_deep_names deep;
    struct cd_reading reading;
};

struct cd_topic_scratch {
    float *weight_of_row;             /* [row_count], all 0 between documents */
    float *hidden, *scores;           /* [CD_TOPIC_HIDDEN], [outputs] */
    struct cd_code_opinion *opinions; /* [code_count] */
};

/* One document as the network saw it; lives in the arena. */
struct cd_topic_analysis {
    struct cd_evidence *evidence;
    int32_t *row_of_evidence; /* CD_TOPIC_NO_ROW: unknown to the model */
    uint32_t evidence_count;
    struct cd_row_value *values;
    uint32_t value_count;
    float factor; /* of the values; scratch->hidden and ->scores hold the rest */
};

/* Read a document and score it; scratch->hidden and scratch->scores are filled. */
enum cd_status cd_analyse_topics(const struct cd_topic_model *model, struct cd_topic_scratch *scratch,
                                 const struct cd_document *document, struct cd_arena *arena,
                                 struct cd_topic_analysis *analysis, struct cd_error *error);

#endif
