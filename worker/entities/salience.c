#include "salience.h"

#include <math.h>
#include <string.h>

/* By enum cd_salience_feature. A nationality weighs what a place does: the judgements know countries only. */
static const float weights[CD_SALIENCE_FEATURE_COUNT] = {
    0.5F, 1.65F, 2.5F, 0.05F, 0.1F, -0.35F, -0.45F, -0.6F, -0.6F, 0.9F, -0.2F, 0.3F, 0.3F,
};

/* A mention this many words from its sentence's start still opens it ("President Joe Biden said"). */
enum { OPENING_WORDS = 3 };

/* The sentence that holds a byte (binary search on first tokens). */
static uint32_t sentence_at(const struct cd_document *document, uint32_t byte)
{
    uint32_t low = 0, high = document->sentence_count;
    while (low + 1 < high) {
        uint32_t middle = low + (high - low) / 2;
        if (document->tokens[document->sentences[middle].first_token].begin_byte <= byte)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static bool opens_sentence(const struct cd_document *document, const struct cd_mention *mention)
{
    if (document->sentence_count == 0)
        return false;
    const struct cd_sentence *sentence = &document->sentences[sentence_at(document, mention->begin_byte)];
    uint32_t reach = sentence->token_count < OPENING_WORDS + 1 ? sentence->token_count : OPENING_WORDS + 1;
    uint32_t last = sentence->first_token + reach - 1;
    return mention->begin_byte <= document->tokens[last].begin_byte;
}

static uint32_t first_body_sentence(const struct cd_document *document)
{
    uint32_t sentence = 0;
    while (sentence < document->sentence_count && document->sentences[sentence].in_title)
        sentence++;
    return sentence;
}

static void add_place_features(const struct cd_document *document, const struct cd_entity *entity, float *f)
{
    const struct cd_mention *first = entity->mentions, *end = first + entity->mention_count;
    while (first < end && first->begin_byte < document->title_bytes) {
        f[CD_SALIENCE_TITLE] = 1;
        first++;
    }
    if (first == end)
        return;
    uint32_t sentence = sentence_at(document, first->begin_byte) - first_body_sentence(document);
    f[CD_SALIENCE_EARLY] = 1.0F / (1.0F + (float)sentence);
    float body_bytes = (float)(document->text.length - document->body_begin_byte);
    f[CD_SALIENCE_SPREAD] = (float)(end[-1].end_byte - first->begin_byte) / body_bytes;
}

void cd_salience_features(const struct cd_document *document, const struct cd_entity *entity,
                          float features[CD_SALIENCE_FEATURE_COUNT])
{
    memset(features, 0, CD_SALIENCE_FEATURE_COUNT * sizeof *features);
    float count = (float)entity->mention_count;
    features[CD_SALIENCE_COUNT] = logf(count);
    add_place_features(document, entity, features);
    uint32_t opening = 0;
    for (uint32_t i = 0; i < entity->mention_count; i++)
        opening += opens_sentence(document, &entity->mentions[i]);
    features[CD_SALIENCE_SUBJECT] = (float)opening / count;
    features[CD_SALIENCE_TYPE + entity->type] = 1;
}

static float score_entity(const struct cd_document *document, const struct cd_entity *entity)
{
    float features[CD_SALIENCE_FEATURE_COUNT], score = 0;
    cd_salience_features(document, entity, features);
    for (int i = 0; i < CD_SALIENCE_FEATURE_COUNT; i++)
        score += weights[i] * features[i];
    return expf(score);
}

void cd_weigh_salience(const struct cd_document *document, struct cd_entities *entities)
{
    float sum = 0;
    for (uint32_t i = 0; i < entities->count; i++) {
        struct cd_entity *entity = &entities->items[i];
        entity->salience = score_entity(document, entity);
        sum += entity->salience;
    }
    for (uint32_t i = 0; i < entities->count; i++)
        entities->items[i].salience /= sum;
}
