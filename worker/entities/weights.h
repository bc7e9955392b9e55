/* weights.h - the learned weights: a compact, read-only table from feature to a row of eight-bit weights, one
 * for each label and then the feature's vector for the network (tagger_network.h).
 *
 * Features are 64-bit hashes. The upper bits choose a bucket, a few consecutive entries; the lower 16 bits
 * are compared with the entries' checks, and the row of the entry that matches is added. A feature that was
 * never learned is mistaken for another with a chance of about one in 65,536 per entry of its bucket. */
#ifndef COPYDESK_ENTITIES_WEIGHTS_H
#define COPYDESK_ENTITIES_WEIGHTS_H

#include <stdint.h>

#include "byte_sums.h"
#include "copydesk/error.h"
#include "copydesk/model.h"
#include "labels.h"
#include "lattice.h"
#include "tagger_network.h"

/* Platt's scaling of a span's probability p: 1 / (1 + exp(-(offset of its type + slope x log(p / (1 - p))))).
 */
struct cd_calibration {
    float slope, offsets[CD_TYPES];
};

/* A row, and sums of rows: the labels' weights, then the vector. */
enum { CD_ROW = CD_LABELS + CD_FEATURE_VECTOR };

enum { CD_WEIGHT_GROUP_BUCKETS = 4, CD_WEIGHT_GROUP_CHECKS = 12 };

/* Four consecutive buckets in half a cache line, so that a look-up is one memory access and one comparison of
 * vectors. */
struct cd_weight_group {
    uint16_t checks[CD_WEIGHT_GROUP_CHECKS];
    uint32_t first_row; /* of the first check; the others follow */
    /* Where a bucket's checks begin (low four bits) and end, or CD_WEIGHT_GROUP_FULL for all buckets of a
     * group with more entries than checks: the table itself must be asked. */
    uint8_t bounds[CD_WEIGHT_GROUP_BUCKETS];
};

enum { CD_WEIGHT_GROUP_FULL = 255 };

struct cd_weights {
    const uint32_t *index;          /* first entry of each bucket; one more at the end */
    const uint16_t *checks;         /* per entry */
    int8_t (*rows)[CD_ROW];         /* unpacked, for they are mostly zeros in the model */
    struct cd_weight_group *groups; /* the same, arranged for look-ups */
    uint16_t *present;              /* per bucket: a bit for the low four bits of each of its checks */
    uint16_t lanes_of[256];         /* bounds as a set of lanes */
    unsigned shift;                 /* bucket = hash >> shift */
    float scale;                    /* score = sum of weights x scale */
    float vector_scale;             /* the same for vectors */
    struct cd_network_tables network;
    struct cd_transitions transitions;
    struct cd_calibration calibration;
};

/* Read the sections NAME.index, NAME.checks, NAME.filled (per row: a bit for each number that is not zero),
 * NAME.numbers (those numbers, row after row), NAME.transitions, NAME.network and NAME.calibration, most of
 * them in place; everything in them is checked once. Close what was opened.
 */
enum cd_status cd_weights_open(const struct cd_model_file *file, const char *name, struct cd_weights *weights,
                               struct cd_error *error);
void cd_weights_close(struct cd_weights *weights);

/* Three steps: drop the features that were surely not learned, most of them, and let memory bring what looks
 * up the others (returns how many); look up the rows of those that were learned (returns how many); add rows
 * to `sum`. Doing something else between the steps hides the way to memory. */
uint32_t cd_weights_sift(const struct cd_weights *weights, uint64_t *features, uint32_t count);
uint32_t cd_weights_find(const struct cd_weights *weights, const uint64_t *features, uint32_t count,
                         uint32_t *rows);
void cd_weights_sum(const struct cd_weights *weights, const uint32_t *rows, uint32_t count,
                    int16_t sum[CD_ROW]);

/* All three for features (at most 128), which are used up. */
void cd_weights_add(const struct cd_weights *weights, uint64_t *features, uint32_t count,
                    int16_t sum[CD_ROW]);

/* The calibrated probability of a span of `type` whose marginal is `p`. */
float cd_calibrated(const struct cd_calibration *calibration, unsigned type, float p);

#endif
