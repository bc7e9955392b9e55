/* topics_calibration.h - slopes, offsets and thresholds, from scores of articles held out of training.
 *
 * One thread, allocates freely. */
#ifndef COPYDESK_TRAIN_TOPICS_CALIBRATION_H
#define COPYDESK_TRAIN_TOPICS_CALIBRATION_H

#include "../topics/decision.h"
#include "topics_data.h"

/* An article, its scores by a network that never saw it, and how much it counts. */
struct cd_held_out {
    const struct cd_topic_example *example;
    float *scores; /* [codes.count + codes.main_count] */
    float weight;
};

struct cd_calibration {
    struct cd_topic_code codes[CD_TOPIC_CODES_MAX];
    struct cd_decision_rule rule;
};

/* Figures over held-out articles. */
struct cd_held_out_scores {
    double micro_f1[2]; /* per level */
    double top_1;       /* share of articles whose first topic is one of theirs */
    double articles;
};

void cd_calibrate(const struct cd_topic_codes *codes, const struct cd_held_out *held_out, uint32_t count,
                  struct cd_calibration *calibration);

/* Score the calibrated decisions; with `outlets_only`, over the articles of the wide mix of outlets. Every
 * article counts once. */
struct cd_held_out_scores cd_score_held_out(const struct cd_topic_codes *codes,
                                            const struct cd_held_out *held_out, uint32_t count,
                                            const struct cd_calibration *calibration, bool outlets_only);

#endif
