#include "second_look.h"

#include <math.h>
#include <stdlib.h>

#include "copydesk/hash.h"

/* ---- the tables ---------------------------------------------------------------------------- */

enum { PAIRS_PER_TOKEN = 2 };

static struct cd_pair_opinion *pair_of(const struct cd_opinions *opinions, uint64_t key)
{
    uint32_t mask = opinions->pair_capacity - 1, at = (uint32_t)(cd_hash_mix(key, 0x9a11) >> 32) & mask;
    while (opinions->pairs[at].document == opinions->document && opinions->pairs[at].key != key)
        at = (at + 1) & mask;
    return &opinions->pairs[at];
}

bool cd_opinions_begin(struct cd_opinions *opinions, uint32_t distinct_words, uint32_t tokens)
{
    opinions->words =
        cd_distinct_items(opinions->words, &opinions->word_capacity, distinct_words, sizeof *opinions->words);
    opinions->pairs = cd_document_table(opinions->pairs, &opinions->pair_capacity, &opinions->document,
                                        PAIRS_PER_TOKEN * (uint64_t)tokens, sizeof *opinions->pairs);
    return opinions->words && opinions->pairs;
}

void cd_opinions_free(struct cd_opinions *opinions)
{
    free(opinions->words);
    free(opinions->pairs);
    *opinions = (struct cd_opinions){0};
}

/* ---- first pass ---------------------------------------------------------------------------- */

static const float sure_from = 0.85F;

bool cd_has_opinion(const struct cd_word *word)
{
    return word->kind == CD_TOKEN_WORD && !word->connects && word->length > 1 &&
           word->writing != CD_WRITTEN_LOWER;
}

static uint64_t key_with_next(const struct cd_looked_at *token)
{
    return (uint64_t)token->word << 32 | token->next;
}

/* The upper bit parts these from the others; no document has so many words. */
static uint64_t key_with_previous(const struct cd_looked_at *token)
{
    return (uint64_t)1 << 63 | (uint64_t)token->word << 32 | token->previous;
}

static float mass_of(const float columns[CD_LABELS], unsigned type)
{
    return columns[CD_LABEL_B + type] + columns[CD_LABEL_I + type] + columns[CD_LABEL_L + type] +
           columns[CD_LABEL_U + type];
}

static void add_to(struct cd_opinion *opinion, const float *marginals)
{
    opinion->tokens++;
    if (!marginals)
        return;
    for (unsigned c = 0; c < CD_LABELS; c++)
        opinion->sums[c] += marginals[c];
    for (unsigned type = 0; type < CD_TYPES; type++)
        opinion->sure[type] = (uint16_t)(opinion->sure[type] + (mass_of(marginals, type) > sure_from &&
                                                                opinion->sure[type] < UINT16_MAX));
}

static void add_to_pair(struct cd_opinions *opinions, uint64_t key, const float *marginals)
{
    struct cd_pair_opinion *pair = pair_of(opinions, key);
    if (pair->document != opinions->document)
        *pair = (struct cd_pair_opinion){.key = key, .document = opinions->document};
    add_to(&pair->opinion, marginals);
}

void cd_opinions_add(struct cd_opinions *opinions, const struct cd_looked_at *token)
{
    add_to(&opinions->words[token->word], token->marginals);
    if (!token->marginals)
        return;
    add_to_pair(opinions, key_with_next(token), token->marginals);
    add_to_pair(opinions, key_with_previous(token), token->marginals);
}

/* ---- features ------------------------------------------------------------------------------ */

/* Probabilities in steps, from hardly any (0). */
enum { STEPS = 7, NUMBERS = 4, TOPS = CD_TYPES + 1, CASES = 2, SURE_MAX = 3 };

static unsigned step_of(float p)
{
    static const float above[STEPS - 1] = {0.03F, 0.1F, 0.3F, 0.6F, 0.85F, 0.97F};
    unsigned step = 0;
    while (step < STEPS - 1 && p >= above[step])
        step++;
    return step;
}

static unsigned step_of_number(uint32_t others)
{
    return others > 5 ? 3 : others > 2 ? 2 : others - 1;
}

/* Where the rows of each kind begin. */
enum {
    TYPES_AT = 0,
    LABELS_AT = TYPES_AT + CD_TYPES * STEPS * NUMBERS * CASES,
    TOPS_AT = LABELS_AT + CD_LABELS * STEPS * CASES,
    SURE_AT = TOPS_AT + TOPS * TOPS * NUMBERS * CASES,
    OUTSIDE_AT = SURE_AT + CD_TYPES * SURE_MAX * CASES,
    NEXT_AT = OUTSIDE_AT + STEPS * NUMBERS * CASES,
    PREVIOUS_AT = NEXT_AT + CD_LABELS * STEPS * CASES,
    BOTH_AT = PREVIOUS_AT + CD_LABELS * STEPS * CASES,
    ROWS = BOTH_AT + CD_TYPES * STEPS * STEPS * CASES
};

uint32_t cd_second_look_rows(void)
{
    return ROWS;
}

struct sink {
    uint16_t *features;
    uint32_t count;
    unsigned caseless;
};

static void emit(struct sink *sink, unsigned row)
{
    if (sink->count < CD_LOOK_FEATURES_MAX)
        sink->features[sink->count++] = (uint16_t)row;
}

/* The others' mean probabilities. */
static void mean_of_others(const struct cd_opinion *opinion, const float *own, uint32_t others,
                           float mean[CD_LABELS])
{
    float share = 1.0F / (float)others;
    for (unsigned c = 0; c < CD_LABELS; c++)
        mean[c] = (opinion->sums[c] - own[c]) * share;
}

/* The most likely type, CD_TYPES for outside. */
static unsigned top_of(const float columns[CD_LABELS])
{
    float best = 0, all = 0;
    unsigned top = CD_TYPES;
    for (unsigned type = 0; type < CD_TYPES; type++) {
        float mass = mass_of(columns, type);
        all += mass;
        if (mass > best) {
            best = mass;
            top = type;
        }
    }
    return best >= 1.0F - all ? top : CD_TYPES;
}

static void emit_labels(struct sink *sink, unsigned at, const float mean[CD_LABELS])
{
    for (unsigned c = 0; c < CD_LABELS; c++)
        if (mean[c] >= 0.03F)
            emit(sink, at + (c * STEPS + step_of(mean[c])) * CASES + sink->caseless);
}

static void emit_types(struct sink *sink, const struct cd_opinion *opinion, const float *own,
                       const float mean[CD_LABELS], unsigned number)
{
    float all = 0;
    for (unsigned type = 0; type < CD_TYPES; type++) {
        float mass = mass_of(mean, type);
        all += mass;
        if (mass >= 0.03F)
            emit(sink,
                 TYPES_AT + ((type * STEPS + step_of(mass)) * NUMBERS + number) * CASES + sink->caseless);
        unsigned sure = opinion->sure[type] - (unsigned)(mass_of(own, type) > sure_from);
        if (sure)
            emit(sink, SURE_AT + (type * SURE_MAX + (sure > SURE_MAX ? SURE_MAX : sure) - 1) * CASES +
                           sink->caseless);
    }
    emit(sink, OUTSIDE_AT + (step_of(1.0F - all) * NUMBERS + number) * CASES + sink->caseless);
    emit(sink, TOPS_AT + ((top_of(own) * TOPS + top_of(mean)) * NUMBERS + number) * CASES + sink->caseless);
}

/* What it is by itself against what the others are. */
static void emit_both(struct sink *sink, unsigned at, const float *own, const float mean[CD_LABELS])
{
    for (unsigned type = 0; type < CD_TYPES; type++) {
        unsigned here = step_of(mass_of(own, type)), there = step_of(mass_of(mean, type));
        if (here || there)
            emit(sink, at + ((type * STEPS + here) * STEPS + there) * CASES + sink->caseless);
    }
}

static void emit_pair(struct sink *sink, unsigned at, const struct cd_opinions *opinions, uint64_t key,
                      const float *own)
{
    const struct cd_pair_opinion *pair = pair_of(opinions, key);
    if (pair->document != opinions->document || pair->opinion.tokens < 2)
        return;
    float mean[CD_LABELS];
    mean_of_others(&pair->opinion, own, pair->opinion.tokens - 1, mean);
    emit_labels(sink, at, mean);
}

uint32_t cd_second_look_features(const struct cd_opinions *opinions, const struct cd_looked_at *token,
                                 uint16_t *features)
{
    const struct cd_opinion *opinion = &opinions->words[token->word];
    if (opinion->tokens < 2)
        return 0;
    struct sink sink = {.features = features, .caseless = token->caseless};
    float mean[CD_LABELS];
    uint32_t others = opinion->tokens - 1;
    mean_of_others(opinion, token->marginals, others, mean);
    emit_types(&sink, opinion, token->marginals, mean, step_of_number(others));
    emit_labels(&sink, LABELS_AT, mean);
    emit_both(&sink, BOTH_AT, token->marginals, mean);
    emit_pair(&sink, NEXT_AT, opinions, key_with_next(token), token->marginals);
    emit_pair(&sink, PREVIOUS_AT, opinions, key_with_previous(token), token->marginals);
    return sink.count;
}

/* ---- weights ------------------------------------------------------------------------------- */

enum cd_status cd_second_look_open(const struct cd_model_file *file, struct cd_second_look *look,
                                   struct cd_error *error)
{
    struct cd_slice rows;
    enum cd_status status = cd_model_section(file, "second.rows", sizeof *look->rows, &rows, error);
    if (status != CD_OK)
        return status;
    if (rows.length != ROWS * sizeof *look->rows)
        return cd_fail(error, CD_INVALID, NULL, "the model's section \"second.rows\" has an impossible size");
    look->rows = (const float(*)[CD_LABELS])(const void *)rows.bytes;
    for (size_t r = 0; r < ROWS; r++)
        for (unsigned c = 0; c < CD_LABELS; c++)
            if (!isfinite(look->rows[r][c]))
                return cd_fail(error, CD_INVALID, NULL, "the model's section \"second.rows\" is damaged");
    return CD_OK;
}

void cd_second_look_add(const struct cd_second_look *look, const uint16_t *features, uint32_t count,
                        float scores[CD_LABELS])
{
    for (uint32_t f = 0; f < count; f++)
        for (unsigned c = 0; c < CD_LABELS; c++)
            scores[c] += look->rows[features[f]][c];
}
