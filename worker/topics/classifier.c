#include "classifier.h"

#include <stdlib.h>
#include <string.h>

static enum cd_status open_reading(const struct cd_model_file *file, struct cd_reading *reading,
                                   struct cd_error *error)
{
    struct cd_slice section;
    enum cd_status status = cd_model_section(file, "reading", sizeof *reading, &section, error);
    if (status != CD_OK)
        return status;
    if (section.length != sizeof *reading)
        return cd_fail(error, CD_INVALID, "topics model", "section \"reading\" has the wrong size");
    memcpy(reading, section.bytes, sizeof *reading);
    return CD_OK;
}

static enum cd_status open_parts(const struct cd_model_file *file, struct cd_topic_model *model,
                                 struct cd_error *error)
{
    enum cd_status status = cd_taxonomy_open(file, &model->taxonomy, error);
    if (status == CD_OK)
        status = cd_network_open(file, &model->network, error);
    if (status == CD_OK)
        status = cd_decision_open(file, &model->taxonomy, &model->network, &model->decision, error);
    if (status == CD_OK)
        status = cd_deep_open(file, &model->taxonomy, &model->deep, error);
    if (status == CD_OK)
        status = open_reading(file, &model->reading, error);
    return status;
}

enum cd_status cd_topic_model_open(const struct cd_model_file *file, struct cd_topic_model **model,
                                   struct cd_error *error)
{
    struct cd_topic_model *opened = calloc(1, sizeof *opened);
    if (!opened)
        return cd_fail(error, CD_MEMORY, "topics model", "out of memory");
    enum cd_status status = open_parts(file, opened, error);
    if (status != CD_OK) {
        cd_topic_model_close(opened);
        return status;
    }
    *model = opened;
    return CD_OK;
}

void cd_topic_model_close(struct cd_topic_model *model)
{
    if (!model)
        return;
    cd_taxonomy_close(&model->taxonomy);
    free(model);
}

struct cd_topic_scratch *cd_topic_scratch_new(const struct cd_topic_model *model)
{
    struct cd_topic_scratch *scratch = calloc(1, sizeof *scratch);
    if (!scratch)
        return NULL;
    scratch->weight_of_row = calloc(model->network.row_count + 1, sizeof *scratch->weight_of_row);
    scratch->hidden = calloc(CD_TOPIC_HIDDEN, sizeof *scratch->hidden);
    scratch->scores = calloc(model->network.shape.outputs, sizeof *scratch->scores);
    scratch->opinions = calloc(model->decision.code_count + 1, sizeof *scratch->opinions);
    if (scratch->weight_of_row && scratch->hidden && scratch->scores && scratch->opinions)
        return scratch;
    cd_topic_scratch_free(scratch);
    return NULL;
}

void cd_topic_scratch_free(struct cd_topic_scratch *scratch)
{
    if (!scratch)
        return;
    free(scratch->weight_of_row);
    free(scratch->hidden);
    free(scratch->scores);
    free(scratch->opinions);
    free(scratch);
}

/* Look up every piece of evidence. The table is far larger than the caches, so slots are fetched ahead. */
static void find_rows(const struct cd_network *network, struct cd_topic_analysis *analysis)
{
    enum { AHEAD = 12 };
    for (uint32_t i = 0; i < analysis->evidence_count; i++) {
        if (i + AHEAD < analysis->evidence_count)
            __builtin_prefetch(
                &network->slots[(uint32_t)analysis->evidence[i + AHEAD].hash & network->slot_mask]);
        analysis->row_of_evidence[i] = cd_network_row(network, analysis->evidence[i].hash);
    }
}

/* Add up the place weights per row, then turn them into values; the scratch is left all 0. */
static void sum_rows(const struct cd_network *network, float *weight_of_row,
                     struct cd_topic_analysis *analysis)
{
    enum { CACHE_LINE_BYTES = 64 };
    uint32_t count = 0;
    for (uint32_t i = 0; i < analysis->evidence_count; i++) {
        int32_t row = analysis->row_of_evidence[i];
        if (row == CD_TOPIC_NO_ROW)
            continue;
        if (weight_of_row[row] == 0)
            analysis->values[count++].row = (uint32_t)row;
        weight_of_row[row] += analysis->evidence[i].weight;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = analysis->values[i].row;
        for (int line = 0; line < CD_TOPIC_HIDDEN; line += CACHE_LINE_BYTES)
            __builtin_prefetch(network->rows + (size_t)row * CD_TOPIC_HIDDEN + line);
        analysis->values[i].value = cd_damped_count(weight_of_row[row]) * network->scales[row].rarity;
        weight_of_row[row] = 0;
    }
    analysis->value_count = count;
}

enum cd_status cd_analyse_topics(const struct cd_topic_model *model, struct cd_topic_scratch *scratch,
                                 const struct cd_document *document, struct cd_arena *arena,
                                 struct cd_topic_analysis *analysis, struct cd_error *error)
{
    uint32_t count = 0;
    analysis->evidence = cd_read_evidence(document, &model->reading, arena, &count);
    analysis->row_of_evidence = cd_arena_allocate(arena, count * sizeof *analysis->row_of_evidence);
    analysis->values = cd_arena_allocate(arena, count * sizeof *analysis->values);
    if (!analysis->evidence || !analysis->row_of_evidence || !analysis->values)
        return cd_fail(error, CD_MEMORY, "topics", "out of memory");
    analysis->evidence_count = count;
    find_rows(&model->network, analysis);
    sum_rows(&model->network, scratch->weight_of_row, analysis);
    analysis->factor = cd_network_factor(&model->network, analysis->values, analysis->value_count);
    cd_network_hidden(&model->network, analysis->values, analysis->value_count, analysis->factor,
                      scratch->hidden);
    cd_network_scores(&model->network, scratch->hidden, scratch->scores);
    return CD_OK;
}

enum cd_status cd_classify(const struct cd_topic_model *model, struct cd_topic_scratch *scratch,
                           const struct cd_document *document, const struct cd_entities *entities,
                           struct cd_arena *arena, struct cd_subjects *subjects, struct cd_error *error)
{
    (void)entities;
    struct cd_topic_analysis analysis = {0};
    enum cd_status status = cd_analyse_topics(model, scratch, document, arena, &analysis, error);
    if (status != CD_OK)
        return status;
    cd_decide(&model->decision, scratch->scores, scratch->opinions);
    status = cd_choose_subjects(&model->decision, &model->taxonomy, scratch->opinions, CD_DEEP_SUBJECTS_MAX,
                                arena, subjects, error);
    if (status == CD_OK)
        cd_add_deep_subjects(&model->deep, &model->taxonomy, analysis.evidence, analysis.evidence_count,
                             subjects);
    return status;
}

const struct cd_concept *cd_concept_by_code(const struct cd_topic_model *model, struct cd_slice code)
{
    int32_t found = cd_taxonomy_find(&model->taxonomy, code);
    if (found < 0)
        return NULL;
    return &model->taxonomy.concepts[model->taxonomy.entries[found].successor];
}
