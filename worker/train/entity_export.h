/* entity_export.h - writes trained weights in the compact form of ../entities/weights.h. */
#ifndef COPYDESK_TRAIN_ENTITY_EXPORT_H
#define COPYDESK_TRAIN_ENTITY_EXPORT_H

#include "copydesk/buffer.h"
#include "entity_training.h"

struct cd_weight_sections {
    struct cd_buffer index, checks, rows, transitions;
    uint32_t kept; /* features */
};

/* Quantise to eight bits. Rows whose largest weight is below `row_min` are left out, and in the others
 * weights below `weight_min`. */
void cd_weights_export(const struct cd_examples *examples, const struct cd_trained *trained, float row_min,
                       float weight_min, struct cd_weight_sections *sections);
void cd_weight_sections_free(struct cd_weight_sections *sections);

#endif
