/* entity_export.h - writes trained weights in the compact form of ../entities/weights.h. */
#ifndef COPYDESK_TRAIN_ENTITY_EXPORT_H
#define COPYDESK_TRAIN_ENTITY_EXPORT_H

#include "copydesk/buffer.h"
#include "entity_training.h"

struct cd_weight_sections {
    struct cd_buffer index, checks, filled, numbers, transitions, network;
    uint32_t kept; /* features */
};

/* Quantise to eight bits. Labels' weights below `weight_min` become zero. A token's scores are the mean of
 * what the linear weights and the network say, which counts `network_share`. */
void cd_weights_export(const struct cd_examples *examples, const struct cd_trained *trained, float weight_min,
                       float network_share, struct cd_weight_sections *sections);
void cd_weight_sections_free(struct cd_weight_sections *sections);

#endif
