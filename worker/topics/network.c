#include "network.h"

#include <math.h>
#include <string.h>

static enum cd_status check_slots(const struct cd_network *network, struct cd_error *error)
{
    uint32_t free_slots = 0;
    for (uint32_t i = 0; i <= network->slot_mask; i++) {
        int32_t row = network->slots[i].row;
        free_slots += row == CD_TOPIC_NO_ROW;
        if (row < CD_TOPIC_NO_ROW || row >= (int32_t)network->row_count)
            return cd_fail(error, CD_INVALID, "topics model", "feature slot %u points outside the model", i);
    }
    if (free_slots == 0) /* a look-up ends at a free slot */
        return cd_fail(error, CD_INVALID, "topics model", "its feature table has no free slot");
    return CD_OK;
}

/* Whether all sections fit each other. */
static bool sizes_agree(const struct cd_network *network, const struct cd_slice *section)
{
    size_t slots = section[0].length / sizeof(struct cd_feature_slot);
    size_t outputs = network->shape.outputs;
    return slots > 0 && (slots & (slots - 1)) == 0 && outputs > 0 && network->shape.codes <= outputs &&
           section[2].length / CD_TOPIC_HIDDEN == network->row_count &&
           section[3].length == CD_TOPIC_HIDDEN * sizeof(float) &&
           section[4].length == outputs * CD_TOPIC_HIDDEN * sizeof(float) &&
           section[5].length == outputs * sizeof(float);
}

enum cd_status cd_network_open(const struct cd_model_file *file, struct cd_network *network,
                               struct cd_error *error)
{
    static const struct {
        const char *name;
        size_t item_bytes;
    } wanted[] = {
        {"slots", sizeof(struct cd_feature_slot)},
        {"scales", sizeof(struct cd_feature_scale)},
        {"rows", CD_TOPIC_HIDDEN},
        {"hidden_bias", sizeof(float)},
        {"output_weight", sizeof(float)},
        {"output_bias", sizeof(float)},
        {"shape", sizeof(struct cd_network_shape)},
    };
    enum { SECTIONS = sizeof wanted / sizeof wanted[0] };
    struct cd_slice section[SECTIONS];
    for (size_t i = 0; i < SECTIONS; i++) {
        enum cd_status status =
            cd_model_section(file, wanted[i].name, wanted[i].item_bytes, &section[i], error);
        if (status != CD_OK)
            return status;
    }
    if (section[6].length != sizeof(struct cd_network_shape))
        return cd_fail(error, CD_INVALID, "topics model", "section \"shape\" has the wrong size");
    *network = (struct cd_network){
        .slots = (const struct cd_feature_slot *)(const void *)section[0].bytes,
        .scales = (const struct cd_feature_scale *)(const void *)section[1].bytes,
        .rows = (const int8_t *)section[2].bytes,
        .hidden_bias = (const float *)(const void *)section[3].bytes,
        .output_weight = (const float *)(const void *)section[4].bytes,
        .output_bias = (const float *)(const void *)section[5].bytes,
        .slot_mask = (uint32_t)(section[0].length / sizeof(struct cd_feature_slot)) - 1,
        .row_count = (uint32_t)(section[1].length / sizeof(struct cd_feature_scale)),
    };
    memcpy(&network->shape, section[6].bytes, sizeof network->shape);
    if (!sizes_agree(network, section))
        return cd_fail(error, CD_INVALID, "topics model", "its sections do not fit each other");
    return check_slots(network, error);
}

int32_t cd_network_row(const struct cd_network *network, uint64_t hash)
{
    uint32_t fingerprint = (uint32_t)(hash >> 32);
    for (uint32_t at = (uint32_t)hash & network->slot_mask;; at = (at + 1) & network->slot_mask) {
        const struct cd_feature_slot *slot = &network->slots[at];
        if (slot->row == CD_TOPIC_NO_ROW || slot->fingerprint == fingerprint)
            return slot->row;
    }
}

float cd_hidden_product(const float *weight, const float *hidden)
{
    enum { LANES = 8 };
    float lanes[LANES] = {0};
    for (int h = 0; h < CD_TOPIC_HIDDEN; h += LANES)
        for (int lane = 0; lane < LANES; lane++)
            lanes[lane] += weight[h + lane] * hidden[h + lane];
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

float cd_damped_count(float weight)
{
    return weight >= 1 ? 1 + logf(weight) : weight;
}

float cd_network_factor(const struct cd_network *network, const struct cd_row_value *values, uint32_t count)
{
    float squares = network->shape.length_floor * network->shape.length_floor;
    for (uint32_t i = 0; i < count; i++)
        squares += values[i].value * values[i].value;
    return squares > 0 ? network->shape.input_scale / sqrtf(squares) : 0;
}

void cd_network_hidden(const struct cd_network *network, const struct cd_row_value *values, uint32_t count,
                       float factor, float *hidden)
{
    float sum[CD_TOPIC_HIDDEN] = {0};
    for (uint32_t i = 0; i < count; i++) {
        const int8_t *row = network->rows + (size_t)values[i].row * CD_TOPIC_HIDDEN;
        float weight = values[i].value * network->scales[values[i].row].step;
        for (int h = 0; h < CD_TOPIC_HIDDEN; h++)
            sum[h] += weight * row[h];
    }
    for (int h = 0; h < CD_TOPIC_HIDDEN; h++)
        hidden[h] = fmaxf(network->hidden_bias[h] + factor * sum[h], 0);
}

void cd_network_scores(const struct cd_network *network, const float *hidden, float *scores)
{
    for (uint32_t o = 0; o < network->shape.outputs; o++) {
        const float *weight = network->output_weight + (size_t)o * CD_TOPIC_HIDDEN;
        scores[o] = network->output_bias[o] + cd_hidden_product(weight, hidden);
    }
}
