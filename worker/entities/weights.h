/* weights.h - the learned weights: a compact, read-only table from feature to a sparse row of small integers.
 *
 * Features are 64-bit hashes. The upper bits choose a bucket; a bucket is a run of entries
 *     u16 check (low bits of the hash), u8 count, count x { u8 label, i8 weight }
 * so that a row takes only the bytes of the labels it speaks about. A feature that was never learned is
 * mistaken for another with a chance of about four in 65,536. */
#ifndef COPYDESK_ENTITIES_WEIGHTS_H
#define COPYDESK_ENTITIES_WEIGHTS_H

#include <stdint.h>

#include "copydesk/error.h"
#include "copydesk/model.h"
#include "labels.h"
#include "lattice.h"

struct cd_weights {
    const uint32_t *index; /* where each bucket begins in rows; one more at the end */
    const uint8_t *rows;
    unsigned shift; /* bucket = hash >> shift */
    float scale;    /* score = sum of weights x scale */
    struct cd_transitions transitions;
};

/* Read in place the sections NAME.index, NAME.rows and NAME.transitions; everything in them is checked once.
 */
enum cd_status cd_weights_open(const struct cd_model_file *file, const char *name, struct cd_weights *weights,
                               struct cd_error *error);

/* Add a feature's row to `sum`. */
void cd_weights_add(const struct cd_weights *weights, uint64_t feature, int16_t sum[CD_LABELS]);

#endif
