/* entity_calibration.h - how sure a span really is: Platt's scaling of the model's own probability with an
 * offset per type (Platt 1999), fitted on spans of documents that the model has not seen. */
#ifndef COPYDESK_TRAIN_ENTITY_CALIBRATION_H
#define COPYDESK_TRAIN_ENTITY_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>

#include "../entities/weights.h"

/* Spans that were found, and whether they are right. Zeroed memory is an empty list. */
struct cd_judgements {
    struct cd_judged *items;
    size_t count, capacity;
};

/* `p` is the model's probability of the span; aborts when out of memory. */
void cd_judgements_add(struct cd_judgements *judgements, float p, unsigned type, bool right, float weight);
void cd_judgements_free(struct cd_judgements *judgements);

/* Fit slope and offsets, and say so on standard error. */
void cd_calibration_fit(const struct cd_judgements *judgements, struct cd_calibration *calibration);

#endif
