/* weights.h - the learned weights: a compact, read-only table from feature to a row of eight-bit weights.
 *
 * Features are 64-bit hashes. The upper bits choose a bucket, a few consecutive entries; the lower 16 bits
 * are compared with the entries' checks, and the row of the entry that matches is added. A feature that was
 * never learned is mistaken for another with a chance of about one in 65,536 per entry of its bucket. */
#ifndef COPYDESK_ENTITIES_WEIGHTS_H
#define COPYDESK_ENTITIES_WEIGHTS_H

#include <stdint.h>

#include "copydesk/error.h"
#include "copydesk/model.h"
#include "labels.h"
#include "lattice.h"

/* Platt's scaling of a span's probability p: 1 / (1 + exp(-(offset of its type + slope x log(p / (1 - p))))).
 */
struct cd_calibration {
    float slope, offsets[CD_TYPES];
};

struct cd_weights {
    const uint32_t *index;  /* first entry of each bucket; one more at the end */
    const uint16_t *checks; /* per entry */
    const int8_t (*rows)[CD_LABELS];
    unsigned shift; /* bucket = hash >> shift */
    float scale;    /* score = sum of weights x scale */
    struct cd_transitions transitions;
    struct cd_calibration calibration;
};

/* Read in place the sections NAME.index, NAME.checks, NAME.rows, NAME.transitions and NAME.calibration;
 * everything in them is checked once.
 */
enum cd_status cd_weights_open(const struct cd_model_file *file, const char *name, struct cd_weights *weights,
                               struct cd_error *error);

/* Add the rows of features (at most 128) to `sum`. */
void cd_weights_add(const struct cd_weights *weights, const uint64_t *features, uint32_t count,
                    int16_t sum[CD_LABELS]);

/* The calibrated probability of a span of `type` whose marginal is `p`. */
float cd_calibrated(const struct cd_calibration *calibration, unsigned type, float p);

#endif
