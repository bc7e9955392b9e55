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
    double micro_f1[2]; /* per level, on the held-out articles at the chosen thresholds */
};

void cd_calibrate(const struct cd_topic_codes *codes, const struct cd_held_out *held_out, uint32_t count,
                  struct cd_calibration *calibration);

#endif
