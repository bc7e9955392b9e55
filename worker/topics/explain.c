/* Shares of a score. Around one input the network is linear: a hidden unit is either on or off, and the units
 * that are on pass their sum through. So the score of a code is its bias, plus the biases of the units that
 * are on, plus exactly one share per feature; the shares of the same text are added up, and a feature inside
 * the mention of an entity counts for the entity. Below level 2 the reasons are the names that the article
 * calls the concept, or one below it, by. */
#include <math.h>
#include <string.h>

#include "classifier.h"

struct share {
    struct cd_slice text;
    float weight;
};

/* How much a row moves a score, per unit of value: output weights of the live hidden units times the row. */
static float row_effect(const struct cd_network *network, const float *gate, uint32_t row)
{
    const int8_t *weights = network->rows + (size_t)row * CD_TOPIC_HIDDEN;
    float effect = 0;
    for (int h = 0; h < CD_TOPIC_HIDDEN; h++)
        effect += gate[h] * weights[h];
    return effect * network->scales[row].step;
}

static struct cd_slice evidence_text(const struct cd_document *document, const struct cd_evidence *evidence)
{
    const struct cd_token *first = &document->tokens[evidence->first_token];
    return cd_slice_part(document->text, first->begin_byte, first[evidence->token_count - 1].end_byte);
}

/* The entity that has a mention around the bytes of `text`, or NULL. */
static const struct cd_entity *entity_around(const struct cd_document *document,
                                             const struct cd_entities *entities, struct cd_slice text)
{
    size_t begin = (size_t)(text.bytes - document->text.bytes), end = begin + text.length;
    for (uint32_t e = 0; entities && e < entities->count; e++)
        for (uint32_t m = 0; m < entities->items[e].mention_count; m++) {
            const struct cd_mention *mention = &entities->items[e].mentions[m];
            if (mention->begin_byte <= begin && end <= mention->end_byte)
                return &entities->items[e];
        }
    return NULL;
}

/* Text that stands for each row: where it first occurs, or the entity it belongs to there. Indexed like the
 * analysis' values. */
static void name_rows(const struct cd_document *document, const struct cd_entities *entities,
                      const struct cd_topic_analysis *analysis, struct share *shares)
{
    for (uint32_t v = 0; v < analysis->value_count; v++)
        for (uint32_t i = 0; i < analysis->evidence_count; i++) {
            if (analysis->row_of_evidence[i] != (int32_t)analysis->values[v].row)
                continue;
            shares[v].text = evidence_text(document, &analysis->evidence[i]);
            const struct cd_entity *entity = entity_around(document, entities, shares[v].text);
            if (entity)
                shares[v].text = entity->name;
            break;
        }
}

/* Take the share of the greatest size out of the list; false when none is left. */
static bool take_strongest(struct share *shares, uint32_t count, struct share *strongest)
{
    uint32_t best = count;
    for (uint32_t i = 0; i < count; i++)
        if (shares[i].weight != 0 && (best == count || fabsf(shares[i].weight) > fabsf(shares[best].weight)))
            best = i;
    if (best == count)
        return false;
    *strongest = shares[best];
    shares[best].weight = 0;
    return true;
}

/* Move the shares of one text to its first place. */
static void merge_texts(struct share *shares, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < i; k++)
            if (cd_slice_equal(shares[i].text, shares[k].text)) {
                shares[k].weight += shares[i].weight;
                shares[i].weight = 0;
                break;
            }
}

static int32_t output_of(const struct cd_topic_model *model, const struct cd_concept *concept)
{
    for (uint32_t i = 0; i < model->decision.code_count; i++)
        if (&model->taxonomy.concepts[model->decision.codes[i].concept] == concept)
            return (int32_t)i;
    return -1;
}

static bool is_at_or_below(const struct cd_taxonomy *taxonomy, int32_t concept,
                           const struct cd_concept *ancestor)
{
    for (; concept >= 0; concept = taxonomy->concepts[concept].parent)
        if (&taxonomy->concepts[concept] == ancestor)
            return true;
    return false;
}

/* The names of a concept below level 2 share its log-odds beside its level-2 topic, which are the logarithm
 * of their place weight (see deep.c). Returns how many texts there are. */
static uint32_t explain_deep(const struct cd_topic_model *model, const struct cd_document *document,
                             const struct cd_topic_analysis *analysis, const struct cd_concept *concept,
                             struct share *shares)
{
    uint32_t count = 0;
    float total = 0;
    for (uint32_t i = 0; i < analysis->evidence_count; i++) {
        int32_t named = cd_deep_concept(&model->deep, analysis->evidence[i].hash);
        if (!is_at_or_below(&model->taxonomy, named, concept))
            continue;
        shares[count++] =
            (struct share){evidence_text(document, &analysis->evidence[i]), analysis->evidence[i].weight};
        total += analysis->evidence[i].weight;
    }
    for (uint32_t i = 0; i < count; i++)
        shares[i].weight *= logf(total) / total;
    merge_texts(shares, count);
    return count;
}

static void explain_output(const struct cd_topic_model *model, const struct cd_topic_scratch *scratch,
                           const struct cd_topic_analysis *analysis, uint32_t output, struct share *shares)
{
    float gate[CD_TOPIC_HIDDEN];
    for (int h = 0; h < CD_TOPIC_HIDDEN; h++)
        gate[h] =
            scratch->hidden[h] > 0 ? model->network.output_weight[(size_t)output * CD_TOPIC_HIDDEN + h] : 0;
    for (uint32_t v = 0; v < analysis->value_count; v++)
        shares[v].weight = analysis->factor * analysis->values[v].value *
                           row_effect(&model->network, gate, analysis->values[v].row);
    merge_texts(shares, analysis->value_count);
}

/* The reasons of one subject, strongest first. */
static void add_reasons(struct share *shares, uint32_t count, const struct cd_concept *concept,
                        uint32_t reasons_max, struct cd_topic_reasons *reasons)
{
    struct share strongest;
    for (uint32_t n = 0; n < reasons_max && take_strongest(shares, count, &strongest); n++)
        reasons->items[reasons->count++] =
            (struct cd_topic_reason){concept, strongest.text, strongest.weight};
}

enum cd_status cd_explain_topics(const struct cd_topic_model *model, struct cd_topic_scratch *scratch,
                                 const struct cd_document *document, const struct cd_entities *entities,
                                 const struct cd_subjects *subjects, uint32_t per_subject,
                                 struct cd_arena *arena, struct cd_topic_reasons *reasons,
                                 struct cd_error *error)
{
    struct cd_topic_analysis analysis = {0};
    enum cd_status status = cd_analyse_topics(model, scratch, document, arena, &analysis, error);
    if (status != CD_OK)
        return status;
    struct share *by_row = cd_arena_zeroed(arena, analysis.value_count, sizeof *by_row);
    struct share *by_name = cd_arena_zeroed(arena, analysis.evidence_count, sizeof *by_name);
    reasons->count = 0;
    reasons->items = cd_arena_zeroed(arena, (size_t)subjects->count * per_subject, sizeof *reasons->items);
    if (!by_row || !by_name || !reasons->items)
        return cd_fail(error, CD_MEMORY, "topics", "out of memory");
    name_rows(document, entities, &analysis, by_row);
    for (uint32_t s = 0; s < subjects->count; s++) {
        const struct cd_concept *concept = subjects->items[s].concept;
        int32_t output = output_of(model, concept);
        if (output < 0) {
            uint32_t names = explain_deep(model, document, &analysis, concept, by_name);
            add_reasons(by_name, names, concept, per_subject, reasons);
            continue;
        }
        explain_output(model, scratch, &analysis, (uint32_t)output, by_row);
        add_reasons(by_row, analysis.value_count, concept, per_subject, reasons);
    }
    return CD_OK;
}
