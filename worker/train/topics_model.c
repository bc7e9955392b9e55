#include "topics_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "copydesk/hash.h"
#include "copydesk/json.h"

/* Rows as bytes: step x 127 is the largest weight of the row. */
static void quantise(const struct cd_learner *learner, const struct cd_vocabulary *vocabulary, int8_t *rows,
                     struct cd_feature_scale *scales)
{
    for (uint32_t r = 0; r < learner->row_count; r++) {
        const float *row = learner->rows + (size_t)r * CD_TOPIC_HIDDEN;
        float largest = 1e-12F;
        for (int h = 0; h < CD_TOPIC_HIDDEN; h++)
            largest = fmaxf(largest, fabsf(row[h]));
        scales[r] = (struct cd_feature_scale){vocabulary->rarities[r], largest / 127};
        for (int h = 0; h < CD_TOPIC_HIDDEN; h++)
            rows[(size_t)r * CD_TOPIC_HIDDEN + h] = (int8_t)lrintf(row[h] / scales[r].step);
    }
}

/* The version names the taxonomy's release and the content, so that two models never share one. */
static void write_meta(const struct cd_topic_parts *parts, struct cd_buffer *meta)
{
    uint64_t content =
        cd_hash(parts->learner->rows, (size_t)parts->learner->row_count * CD_TOPIC_HIDDEN * sizeof(float), 0);
    char version[64];
    snprintf(version, sizeof version, "%s.%08x", parts->table->release, (unsigned)(content >> 32));
    struct cd_json json = cd_json_into(meta);
    cd_json_begin_object(&json);
    cd_json_put_text(&json, "kind", "topics");
    cd_json_put_text(&json, "version", version);
    cd_json_put_text(&json, "taxonomy", parts->table->release);
    cd_json_put_integer(&json, "codes", parts->codes->count);
    cd_json_put_integer(&json, "features", parts->learner->row_count);
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
    const struct cd_learner *learner = parts->learner;
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
        {"hidden_bias", bytes_of(learner->hidden_bias, sizeof learner->hidden_bias)},
        {"output_weight",
         bytes_of(learner->output_weight, (size_t)learner->outputs * CD_TOPIC_HIDDEN * sizeof(float))},
        {"output_bias", bytes_of(learner->output_bias, learner->outputs * sizeof(float))},
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
        quantise(parts->learner, parts->vocabulary, rows, scales);
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
