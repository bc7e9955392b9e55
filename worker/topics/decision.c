#include "decision.h"

#include <math.h>
#include <string.h>

static bool code_is_sound(const struct cd_decision *decision, const struct cd_taxonomy *taxonomy, uint32_t i)
{
    const struct cd_topic_code *code = &decision->codes[i];
    if (code->concept < 0 || code->concept >= (int32_t)taxonomy->count)
        return false;
    if (taxonomy->concepts[code->concept].level == 1)
        return i < decision->main_count && code->parent == -1 && code->main_output >= 0 &&
               code->main_output < (int32_t)decision->main_count && code->lift > 0 && code->yields_to >= -1 &&
               code->yields_to < (int32_t)decision->main_count;
    return code->parent >= 0 && code->parent < (int32_t)i && code->main_output == -1 &&
           taxonomy->concepts[code->concept].parent == decision->codes[code->parent].concept;
}

enum cd_status cd_decision_open(const struct cd_model_file *file, const struct cd_taxonomy *taxonomy,
                                const struct cd_network *network, struct cd_decision *decision,
                                struct cd_error *error)
{
    struct cd_slice codes, rule;
    enum cd_status status = cd_model_section(file, "codes", sizeof(struct cd_topic_code), &codes, error);
    if (status == CD_OK)
        status = cd_model_section(file, "decision", sizeof(struct cd_decision_rule), &rule, error);
    if (status != CD_OK)
        return status;
    *decision = (struct cd_decision){
        .codes = (const struct cd_topic_code *)(const void *)codes.bytes,
        .code_count = (uint32_t)(codes.length / sizeof(struct cd_topic_code)),
        .main_count = network->shape.outputs - network->shape.codes,
    };
    if (decision->code_count != network->shape.codes || rule.length != sizeof decision->rule)
        return cd_fail(error, CD_INVALID, "topics model", "%u codes, but the network scores %u",
                       decision->code_count, network->shape.codes);
    memcpy(&decision->rule, rule.bytes, sizeof decision->rule);
    for (uint32_t i = 0; i < decision->code_count; i++)
        if (!code_is_sound(decision, taxonomy, i))
            return cd_fail(error, CD_INVALID, "topics model", "code %u is damaged", i);
    return CD_OK;
}

static float own_probability(const struct cd_topic_code *code, float score)
{
    return 1 / (1 + expf(-(code->slope * score + code->offset)));
}

/* A topic below this confidence is not given, however much it is the main one of all that the text might be
 * about: abstaining beats guessing. */
static const float confidence_min = 0.25F;

/* Level 1 stands first among the codes. */
static uint32_t count_top_level(const struct cd_decision *decision)
{
    uint32_t count = 0;
    while (count < decision->code_count && decision->codes[count].parent < 0)
        count++;
    return count;
}

/* Each topic's share of being the main one, by softmax over the main-topic outputs; kept as its relevance. */
static void share_out(const struct cd_decision *decision, const float *main_scores, uint32_t count,
                      struct cd_code_opinion *opinions)
{
    float top = main_scores[0], total = 0;
    for (uint32_t i = 0; i < decision->main_count; i++)
        top = fmaxf(top, main_scores[i]);
    for (uint32_t i = 0; i < decision->main_count; i++)
        total += expf(decision->rule.main_slope * (main_scores[i] - top));
    for (uint32_t i = 0; i < count; i++)
        opinions[i].relevance =
            expf(decision->rule.main_slope * (main_scores[decision->codes[i].main_output] - top)) / total;
}

/* From shares to relevance, both opinions joined. */
static void weigh(const struct cd_decision *decision, uint32_t count, struct cd_code_opinion *opinions)
{
    float total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += decision->codes[i].lift * opinions[i].relevance;
    for (uint32_t i = 0; i < count; i++)
        opinions[i].relevance *=
            decision->codes[i].lift * opinions[i].confidence * opinions[i].confidence / total;
}

/* Where a topic and the one it yields to are both given, that one's relevance is the greater. */
static void yield_places(const struct cd_decision *decision, uint32_t count, struct cd_code_opinion *opinions)
{
    for (uint32_t i = 0; i < count; i++) {
        if (decision->codes[i].yields_to < 0 || !opinions[i].given)
            continue;
        struct cd_code_opinion *other = &opinions[decision->codes[i].yields_to];
        float held = opinions[i].relevance;
        if (!other->given || other->relevance >= held)
            continue;
        opinions[i].relevance = other->relevance;
        other->relevance = held;
    }
}

static void decide_top_level(const struct cd_decision *decision, const float *scores,
                             struct cd_code_opinion *opinions)
{
    uint32_t count = count_top_level(decision), main = 0;
    bool any_given = false;
    share_out(decision, scores + decision->code_count, count, opinions);
    for (uint32_t i = 0; i < count; i++) {
        const struct cd_topic_code *code = &decision->codes[i];
        float own = opinions[i].confidence = own_probability(code, scores[i]), share = opinions[i].relevance;
        opinions[i].given =
            own >= code->threshold || (share >= decision->rule.main_threshold && own >= confidence_min);
        any_given |= opinions[i].given;
        main = share > opinions[main].relevance ? i : main;
    }
    if (count > 0 && !any_given)
        opinions[main].given = opinions[main].relevance >= decision->rule.alone_threshold &&
                               opinions[main].confidence >= confidence_min;
    weigh(decision, count, opinions);
    yield_places(decision, count, opinions);
}

void cd_decide(const struct cd_decision *decision, const float *scores, struct cd_code_opinion *opinions)
{
    decide_top_level(decision, scores, opinions);
    for (uint32_t i = 0; i < decision->code_count; i++) {
        const struct cd_topic_code *code = &decision->codes[i];
        if (code->parent < 0)
            continue;
        const struct cd_code_opinion *parent = &opinions[code->parent];
        float confidence = fminf(own_probability(code, scores[i]), parent->confidence);
        opinions[i] = (struct cd_code_opinion){
            .confidence = confidence,
            .relevance = parent->relevance * confidence,
            .given = parent->given && confidence >= code->threshold,
        };
    }
}

static bool comes_before(const struct cd_subject *a, const struct cd_subject *b)
{
    int levels_below = a->concept->level - b->concept->level;
    if (levels_below != 0)
        return levels_below < 0;
    return a->relevance > b->relevance; /* equals keep the order of the codes */
}

/* Insertion sort: a handful of subjects. */
void cd_insert_subject(struct cd_subjects *subjects, struct cd_subject subject)
{
    uint32_t at = subjects->count++;
    for (; at > 0 && comes_before(&subject, &subjects->items[at - 1]); at--)
        subjects->items[at] = subjects->items[at - 1];
    subjects->items[at] = subject;
}

enum cd_status cd_choose_subjects(const struct cd_decision *decision, const struct cd_taxonomy *taxonomy,
                                  const struct cd_code_opinion *opinions, uint32_t spare,
                                  struct cd_arena *arena, struct cd_subjects *subjects,
                                  struct cd_error *error)
{
    uint32_t given = 0;
    for (uint32_t i = 0; i < decision->code_count; i++)
        given += opinions[i].given;
    subjects->count = 0;
    subjects->items = cd_arena_allocate(arena, (given + spare) * sizeof *subjects->items);
    if (!subjects->items)
        return cd_fail(error, CD_MEMORY, "topics", "out of memory");
    for (uint32_t i = 0; i < decision->code_count; i++)
        if (opinions[i].given)
            cd_insert_subject(subjects, (struct cd_subject){
                                            .concept = &taxonomy->concepts[decision->codes[i].concept],
                                            .confidence = opinions[i].confidence,
                                            .relevance = opinions[i].relevance,
                                        });
    return CD_OK;
}
