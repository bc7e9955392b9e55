/* entity_calibration.h - fits Platt's scaling of the spans' marginal probabilities on documents that training
 * left out. */
#ifndef COPYDESK_TRAIN_ENTITY_CALIBRATION_H
#define COPYDESK_TRAIN_ENTITY_CALIBRATION_H

#include "../entities/weights.h"
#include "entity_training.h"

/* Documents of fold `fold` of `folds` with weight 1 or more (wholly annotated sources) are judged. A document
 * that counts more than 1 stands for the unknown outlets that the tagger is made for, and counts
 * `outlet_weight` times here. */
void cd_calibrate_spans(const struct cd_examples *examples, const struct cd_trained *trained,
                        const struct cd_training_options *options, float outlet_weight,
                        struct cd_calibration *calibration);

#endif
