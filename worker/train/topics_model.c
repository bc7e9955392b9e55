#include "topics_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copydesk/hash.h"
#include "copydesk/json.h"

/* A row with those of its classes, whose features are always there with it. */
static void fold_classes(const struct cd_learner *learner, const struct cd_vocabulary *vocabulary, uint32_t r,
                         float *folded)
{
    memcpy(folded, learner->rows + (size_t)r * CD_LEARNER_HIDDEN, CD_LEARNER_HIDDEN * sizeof *folded);
    for (int grain = 0; grain < CD_CLASS_GRAINS; grain++) {
        int32_t class_row = vocabulary->class_rows[r][grain];
        for (int h = 0; class_row != CD_TOPIC_NO_ROW && h < CD_LEARNER_HIDDEN; h++)
            folded[h] += cd_class_scale[grain] * learner->rows[(size_t)class_row * CD_LEARNER_HIDDEN + h];
    }
}

/* Rows as bytes: step x 127 is the largest weight of the row. */
static void quantise(struct cd_learner *const *team, const struct cd_vocabulary *vocabulary, int8_t *rows,
                     struct cd_feature_scale *scales)
{
    for (uint32_t r = 0; r < vocabulary->count; r++) {
        float row[CD_TOPIC_HIDDEN], largest = 1e-12F;
        for (int member = 0; member < CD_LEARNERS; member++)
            fold_classes(team[member], vocabulary, r, row + (size_t)member * CD_LEARNER_HIDDEN);
        for (int h = 0; h < CD_TOPIC_HIDDEN; h++)
            largest = fmaxf(largest, fabsf(row[h]));
        scales[r] = (struct cd_feature_scale){vocabulary->rarities[r], largest / 127};
        for (int h = 0; h < CD_TOPIC_HIDDEN; h++)
            rows[(size_t)r * CD_TOPIC_HIDDEN + h] = (int8_t)lrintf(row[h] / scales[r].step);
    }
}

/* What lies above the rows: the members side by side, so that their average comes out. */
struct upper {
    float hidden_bias[CD_TOPIC_HIDDEN];
    float output_weight[(CD_TOPIC_CODES_MAX + CD_TOPIC_MAIN_MAX) * CD_TOPIC_HIDDEN];
    float output_bias[CD_TOPIC_CODES_MAX + CD_TOPIC_MAIN_MAX];
};

static void join_upper(struct cd_learner *const *team, struct upper *upper)
{
    *upper = (struct upper){0};
    for (uint32_t o = 0; o < team[0]->outputs; o++)
        for (int h = 0; h < CD_TOPIC_HIDDEN; h++) {
            const struct cd_learner *member = team[h / CD_LEARNER_HIDDEN];
            int own = h % CD_LEARNER_HIDDEN;
            upper->hidden_bias[h] = member->hidden_bias[own];
            upper->output_weight[(size_t)o * CD_TOPIC_HIDDEN + h] =
                member->output_weight[(size_t)o * CD_LEARNER_HIDDEN + own] / CD_LEARNERS;
        }
    for (int member = 0; member < CD_LEARNERS; member++)
        for (uint32_t o = 0; o < team[0]->outputs; o++)
            upper->output_bias[o] += team[member]->output_bias[o] / CD_LEARNERS;
}

/* The version names the taxonomy's release and the content, so that two models never share one. */
static void write_meta(const struct cd_topic_parts *parts, struct cd_buffer *meta)
{
    uint64_t content = cd_hash(parts->team[0]->rows,
                               (size_t)parts->team[0]->row_count * CD_LEARNER_HIDDEN * sizeof(float), 0);
    char version[64];
    snprintf(version, sizeof version, "%s.%08x", parts->table->release, (unsigned)(content >> 32));
    struct cd_json json = cd_json_into(meta);
    cd_json_begin_object(&json);
    cd_json_put_text(&json, "kind", "topics");
    cd_json_put_text(&json, "version", version);
    cd_json_put_text(&json, "taxonomy", parts->table->release);
    cd_json_put_integer(&json, "codes", parts->codes->count);
    cd_json_put_integer(&json, "features", parts->vocabulary->count);
    cd_json_end_object(&json);
}

static struct cd_slice bytes_of(const void *bytes, size_t length)
{
    return (struct cd_slice){bytes, length};
}

static enum cd_status write_sections(const char *path, const struct cd_topic_parts *parts, const int8_t *rows,
                                     const struct cd_feature_scale *scales, struct cd_slice deep,
                                     struct cd_slice meta, struct cd_error *error)
{
    const struct cd_learner *learner = parts->team[0];
    struct upper upper;
    join_upper(parts->team, &upper);
    const struct cd_vocabulary *vocabulary = parts->vocabulary;
    struct cd_network_shape shape = {learner->outputs, learner->codes, parts->options->input_scale,
                                     parts->options->length_floor};
    const struct cd_model_section_data sections[] = {
        {"meta", meta},
        {"concepts", bytes_of(parts->table->entries, parts->table->count * sizeof *parts->table->entries)},
        {"names", cd_buffer_slice(&parts->table->names)},
        {"deep", deep},
        {"reading", bytes_of(parts->reading, sizeof *parts->reading)},
        {"shape", bytes_of(&shape, sizeof shape)},
        {"codes", bytes_of(parts->calibration->codes, learner->codes * sizeof(struct cd_topic_code))},
        {"decision", bytes_of(&parts->calibration->rule, sizeof parts->calibration->rule)},
        {"hidden_bias", bytes_of(upper.hidden_bias, sizeof upper.hidden_bias)},
        {"output_weight",
         bytes_of(upper.output_weight, (size_t)learner->outputs * CD_TOPIC_HIDDEN * sizeof(float))},
        {"output_bias", bytes_of(upper.output_bias, learner->outputs * sizeof(float))},
        {"slots", bytes_of(vocabulary->slots, vocabulary->slot_count * sizeof *vocabulary->slots)},
        {"scales", bytes_of(scales, vocabulary->count * sizeof *scales)},
        {"rows", bytes_of(rows, (size_t)vocabulary->count * CD_TOPIC_HIDDEN)},
    };
    return cd_model_file_write(path, sections, sizeof sections / sizeof sections[0], error);
}

enum cd_status cd_topic_model_write(const char *path, const struct cd_topic_parts *parts,
                                    struct cd_error *error)
{
    uint32_t count = parts->vocabulary->count;
    int8_t *rows = malloc((size_t)(count + 1) * CD_TOPIC_HIDDEN);
    struct cd_feature_scale *scales = malloc((count + 1) * sizeof *scales);
    struct cd_deep_slot *deep = NULL;
    uint32_t deep_count = 0;
    struct cd_buffer meta = {0};
    enum cd_status status = cd_taxonomy_table_names(parts->table, &deep, &deep_count, error);
    if (status == CD_OK && (!rows || !scales))
        status = cd_fail(error, CD_MEMORY, path, "out of memory");
    if (status == CD_OK) {
        quantise(parts->team, parts->vocabulary, rows, scales);
        write_meta(parts, &meta);
        status = write_sections(path, parts, rows, scales, bytes_of(deep, deep_count * sizeof *deep),
                                cd_buffer_slice(&meta), error);
    }
    free(rows);
    free(scales);
    free(deep);
    cd_buffer_free(&meta);
    return status;
}
