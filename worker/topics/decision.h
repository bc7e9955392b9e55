/* decision.h - from scores to subjects: calibration, thresholds, main topic, order.
 *
 * A score becomes a probability by a slope and an offset per code (Platt 1999), fitted on articles the
 * network was not trained on; a code is given when its probability reaches its threshold, a child only
 * together with its parent and never with more confidence. Thresholds sit where held-out micro-F1 is best
 * (see the model's card).
 *
 * What comes first is asked of two opinions: to be the main topic, and to be one at all. The second counts
 * double, and common topics are held back, since that puts a right topic first more often. Pure functions. */
#ifndef COPYDESK_TOPICS_DECISION_H
#define COPYDESK_TOPICS_DECISION_H

#include <stdint.h>

#include "copydesk/arena.h"
#include "copydesk/topics.h"
#include "network.h"
#include "taxonomy.h"

/* One output that stands for a code: section "codes" of the model, in the order of the outputs, parents
 * before their children. */
struct cd_topic_code {
    int32_t concept;     /* index in the taxonomy */
    int32_t parent;      /* index of the parent's cd_topic_code, -1 on level 1 */
    int32_t main_output; /* index among the main-topic outputs, -1 below level 1 */
    int32_t yields_to;   /* on level 1: the code that comes first where both are given; -1: none */
    float lift;          /* on level 1: factor of its share in the relevance, the smaller the commoner */
    float slope, offset; /* probability = 1 / (1 + exp(-(slope x score + offset))) */
    float threshold;
};

/* Section "decision". */
struct cd_decision_rule {
    float main_slope;      /* sharpness of the main-topic distribution */
    float main_threshold;  /* the main topic is given, whatever its own probability, from this share on */
    float alone_threshold; /* the same when no other topic of level 1 is given */
};

struct cd_decision {
    const struct cd_topic_code *codes;
    uint32_t code_count, main_count;
    struct cd_decision_rule rule;
};

enum cd_status cd_decision_open(const struct cd_model_file *file, const struct cd_taxonomy *taxonomy,
                                const struct cd_network *network, struct cd_decision *decision,
                                struct cd_error *error);

/* What the scores say of each code. */
struct cd_code_opinion {
    float confidence; /* calibrated, a child's never above its parent's */
    float relevance;  /* share of the article */
    bool given;
};

/* opinions[code_count] from scores[outputs]. */
void cd_decide(const struct cd_decision *decision, const float *scores, struct cd_code_opinion *opinions);

/* The codes given as subjects, by level, then by falling relevance; with room for `spare` more. */
enum cd_status cd_choose_subjects(const struct cd_decision *decision, const struct cd_taxonomy *taxonomy,
                                  const struct cd_code_opinion *opinions, uint32_t spare,
                                  struct cd_arena *arena, struct cd_subjects *subjects,
                                  struct cd_error *error);

/* Put a subject at its place; the caller sees to the room. */
void cd_insert_subject(struct cd_subjects *subjects, struct cd_subject subject);

#endif
