#include "entity_network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

enum { REACH = CD_NETWORK_REACH, SELF_FEATURES_MAX = CD_WORD_FEATURES_MAX };

static const float rate = 0.02F, vector_rate = 0.05F, l2 = 1e-5F;
static const float drop_word_feature = 0.5F, drop_context_feature = 0.6F, drop_word = 0.05F,
                   drop_hidden = 0.3F;

/* A word or a token's context: the features that were not dropped, what goes in, and its gradient. */
struct word_input {
    uint32_t count, features[SELF_FEATURES_MAX];
    float values[CD_NETWORK_INPUTS], gradient[CD_NETWORK_INPUTS];
};

struct context_input {
    uint32_t count, features[CD_CONTEXT_FEATURES_MAX];
    float values[CD_FEATURE_VECTOR];
};

struct cd_tagger_network_learner {
    const struct cd_examples *examples;
    const struct cd_lexicon *lexicon;
    struct cd_trained_network *trained;
    float (*vector_squares)[CD_FEATURE_VECTOR]; /* AdaGrad's sums of squared gradients */
    struct cd_tagger_network squares, gradient;
    uint64_t random;
    struct word_input *words; /* of the sentence at hand, and edges on each side */
    struct context_input *contexts;
    float (*hidden)[CD_NETWORK_HIDDEN];
};

/* ---- chance -------------------------------------------------------------------------------- */

static bool happens(struct cd_tagger_network_learner *l, float probability)
{
    return (float)(cd_next_random(&l->random) >> 40) < probability * 16777216.0F;
}

static void fill_uniformly(struct cd_tagger_network_learner *l, float *numbers, size_t count, float size)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = cd_next_random_float(&l->random) * size;
}

/* Of a range of feature numbers, those that are not dropped. */
static uint32_t choose(struct cd_tagger_network_learner *l, const uint32_t *from, uint64_t count,
                       uint32_t count_max, float probability, uint32_t *chosen)
{
    uint64_t threshold = (uint64_t)(probability * 65536.0F), bits = 0;
    uint32_t kept = 0;
    for (uint64_t i = 0; i < count && kept < count_max; i++) {
        bits = i % 4 == 0 ? cd_next_random(&l->random) : bits >> 16;
        if ((bits & 0xFFFF) >= threshold)
            chosen[kept++] = from[i];
    }
    return kept;
}

/* ---- making and freeing -------------------------------------------------------------------- */

/* Vectors begin at zero, so that a rare feature says little; the rest at random, so that units differ. */
static void begin_numbers(struct cd_tagger_network_learner *l)
{
    struct cd_tagger_network *n = &l->trained->network;
    float usual = sqrtf(6.0F / (CD_NETWORK_PLACES * CD_NETWORK_INPUTS + CD_NETWORK_HIDDEN));
    fill_uniformly(l, &n->window[0][0][0], sizeof n->window / sizeof(float), usual);
    fill_uniformly(l, &n->context[0][0], sizeof n->context / sizeof(float), 0.2F);
    fill_uniformly(l, &n->out[0][0], sizeof n->out / sizeof(float), 0.1F);
    memset(n->bias, 0, sizeof n->bias);
}

struct cd_tagger_network_learner *cd_tagger_network_learner_new(const struct cd_examples *examples,
                                                                const struct cd_lexicon *lexicon,
                                                                uint32_t tokens_max, uint64_t seed,
                                                                struct cd_trained_network *trained)
{
    struct cd_tagger_network_learner *l = calloc(1, sizeof *l);
    trained->vectors = calloc((size_t)examples->feature_count + 1, sizeof *trained->vectors);
    if (!l)
        return NULL;
    *l = (struct cd_tagger_network_learner){
        .examples = examples, .lexicon = lexicon, .trained = trained, .random = seed * 2 + 1};
    l->vector_squares = calloc((size_t)examples->feature_count + 1, sizeof *l->vector_squares);
    l->words = malloc((tokens_max + 2 * REACH) * sizeof *l->words);
    l->contexts = malloc(tokens_max * sizeof *l->contexts);
    l->hidden = malloc(tokens_max * sizeof *l->hidden);
    if (!trained->vectors || !l->vector_squares || !l->words || !l->contexts || !l->hidden) {
        cd_tagger_network_learner_free(l);
        return NULL;
    }
    begin_numbers(l);
    return l;
}

void cd_tagger_network_learner_free(struct cd_tagger_network_learner *l)
{
    if (!l)
        return;
    free(l->vector_squares);
    free(l->words);
    free(l->contexts);
    free(l->hidden);
    free(l);
}

void cd_trained_network_free(struct cd_trained_network *trained)
{
    free(trained->vectors);
    trained->vectors = NULL;
}

/* ---- scores -------------------------------------------------------------------------------- */

static void sum_vectors(const struct cd_tagger_network_learner *l, const uint32_t *features, uint32_t count,
                        float dropped, float values[CD_FEATURE_VECTOR])
{
    float sum[CD_FEATURE_VECTOR] = {0};
    for (uint32_t f = 0; f < count; f++)
        for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++)
            sum[i] += l->trained->vectors[features[f]][i];
    for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++)
        values[i] = sum[i] / (1.0F - dropped);
}

static void take_word(struct cd_tagger_network_learner *l, uint32_t word, struct word_input *input)
{
    const struct cd_examples *e = l->examples;
    uint64_t begin = e->word_begin[(size_t)word * CD_PLACES + CD_PLACE_SELF],
             end = e->word_begin[(size_t)word * CD_PLACES + CD_PLACE_SELF + 1];
    input->count = choose(l, e->word_features + begin, end - begin, SELF_FEATURES_MAX, drop_word_feature,
                          input->features);
    sum_vectors(l, input->features, input->count, drop_word_feature, input->values + CD_WORD_VECTOR);
    const int8_t *vector = l->lexicon->vectors[happens(l, drop_word) ? 0 : e->word_vectors[word]];
    for (unsigned i = 0; i < CD_WORD_VECTOR; i++)
        input->values[i] = (float)vector[i] * (1.0F / CD_WORD_VECTOR_UNIT);
    memset(input->gradient, 0, sizeof input->gradient);
}

static void take_context(struct cd_tagger_network_learner *l, uint64_t token, struct context_input *input)
{
    const struct cd_examples *e = l->examples;
    input->count =
        choose(l, e->context_features + e->context[token], e->context[token + 1] - e->context[token],
               CD_CONTEXT_FEATURES_MAX, drop_context_feature, input->features);
    sum_vectors(l, input->features, input->count, drop_context_feature, input->values);
}

static void add_scaled(float *restrict sum, float factor, const float *restrict row, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        sum[i] += factor * row[i];
}

static void compute_hidden(struct cd_tagger_network_learner *l, uint32_t t)
{
    const struct cd_tagger_network *n = &l->trained->network;
    float sum[CD_NETWORK_HIDDEN];
    memcpy(sum, n->bias, sizeof sum);
    for (unsigned p = 0; p < CD_NETWORK_PLACES; p++)
        for (unsigned i = 0; i < CD_NETWORK_INPUTS; i++)
            add_scaled(sum, l->words[t + p].values[i], n->window[p][i], CD_NETWORK_HIDDEN);
    for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++)
        add_scaled(sum, l->contexts[t].values[i], n->context[i], CD_NETWORK_HIDDEN);
    for (unsigned h = 0; h < CD_NETWORK_HIDDEN; h++) {
        bool off = sum[h] <= 0.0F || happens(l, drop_hidden);
        l->hidden[t][h] = off ? 0.0F : sum[h] / (1.0F - drop_hidden);
    }
}

void cd_tagger_network_score(struct cd_tagger_network_learner *l, const struct cd_example *example,
                             float (*scores)[CD_LABELS])
{
    const struct cd_examples *e = l->examples;
    const uint32_t *words = e->words + example->first_token;
    uint32_t n = example->count;
    for (uint32_t i = 0; i < REACH; i++) {
        take_word(l, e->edge_words[0], &l->words[i]);
        take_word(l, e->edge_words[1], &l->words[REACH + n + i]);
    }
    for (uint32_t t = 0; t < n; t++) {
        take_word(l, words[t], &l->words[REACH + t]);
        take_context(l, example->first_token + t, &l->contexts[t]);
    }
    memset(scores, 0, n * sizeof *scores);
    for (uint32_t t = 0; t < n; t++) {
        compute_hidden(l, t);
        for (unsigned h = 0; h < CD_NETWORK_HIDDEN; h++)
            add_scaled(scores[t], l->hidden[t][h], l->trained->network.out[h], CD_LABELS);
    }
}

/* ---- learning ------------------------------------------------------------------------------ */

static float dot(const float *restrict a, const float *restrict b, unsigned count)
{
    float sum = 0.0F;
    for (unsigned i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

/* One AdaGrad step towards a higher likelihood. */
static void step(float *restrict numbers, float *restrict squares, const float *restrict gradient,
                 size_t count, float step_rate)
{
    for (size_t i = 0; i < count; i++) {
        float g = gradient[i] - l2 * numbers[i];
        squares[i] += g * g;
        numbers[i] += step_rate * g / (sqrtf(squares[i]) + 1e-3F);
    }
}

static void step_vectors(struct cd_tagger_network_learner *l, const uint32_t *features, uint32_t count,
                         const float gradient[CD_FEATURE_VECTOR])
{
    for (uint32_t f = 0; f < count; f++)
        step(l->trained->vectors[features[f]], l->vector_squares[features[f]], gradient, CD_FEATURE_VECTOR,
             vector_rate);
}

/* The gradient by the hidden units of a token; that of the numbers above them is added up. */
static void go_below_labels(struct cd_tagger_network_learner *l, uint32_t t, const float labels[CD_LABELS],
                            float below[CD_NETWORK_HIDDEN])
{
    for (unsigned h = 0; h < CD_NETWORK_HIDDEN; h++) {
        float active = l->hidden[t][h];
        below[h] = 0.0F;
        if (active <= 0.0F)
            continue;
        below[h] = dot(labels, l->trained->network.out[h], CD_LABELS) / (1.0F - drop_hidden);
        add_scaled(l->gradient.out[h], active, labels, CD_LABELS);
        l->gradient.bias[h] += below[h];
    }
}

static void go_below_hidden(struct cd_tagger_network_learner *l, uint32_t t,
                            const float hidden[CD_NETWORK_HIDDEN])
{
    const struct cd_tagger_network *n = &l->trained->network;
    float context[CD_FEATURE_VECTOR];
    for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++) {
        context[i] = dot(hidden, n->context[i], CD_NETWORK_HIDDEN);
        add_scaled(l->gradient.context[i], l->contexts[t].values[i], hidden, CD_NETWORK_HIDDEN);
    }
    step_vectors(l, l->contexts[t].features, l->contexts[t].count, context);
    for (unsigned p = 0; p < CD_NETWORK_PLACES; p++) {
        struct word_input *word = &l->words[t + p];
        for (unsigned i = 0; i < CD_NETWORK_INPUTS; i++) {
            word->gradient[i] += dot(hidden, n->window[p][i], CD_NETWORK_HIDDEN);
            add_scaled(l->gradient.window[p][i], word->values[i], hidden, CD_NETWORK_HIDDEN);
        }
    }
}

bool cd_gradient_is_small(const float gradient[CD_LABELS], float least)
{
    for (unsigned k = 0; k < CD_LABELS; k++)
        if (fabsf(gradient[k]) >= least)
            return false;
    return true;
}

void cd_tagger_network_learn(struct cd_tagger_network_learner *l, const struct cd_example *example,
                             const float (*gradients)[CD_LABELS], float gradient_min)
{
    float below[CD_NETWORK_HIDDEN];
    bool any = false;
    memset(&l->gradient, 0, sizeof l->gradient);
    for (uint32_t t = 0; t < example->count; t++) {
        if (cd_gradient_is_small(gradients[t], gradient_min))
            continue;
        go_below_labels(l, t, gradients[t], below);
        go_below_hidden(l, t, below);
        any = true;
    }
    if (!any)
        return;
    step((float *)&l->trained->network, (float *)&l->squares, (const float *)&l->gradient,
         sizeof l->gradient / sizeof(float), rate);
    for (uint32_t i = 0; i < example->count + 2 * REACH; i++)
        step_vectors(l, l->words[i].features, l->words[i].count, l->words[i].gradient + CD_WORD_VECTOR);
}

/* ---- fewer features ------------------------------------------------------------------------ */

float cd_tagger_network_vector_size(const struct cd_tagger_network_learner *l, uint32_t feature)
{
    float largest = 0.0F;
    for (unsigned i = 0; i < CD_FEATURE_VECTOR; i++)
        largest = fmaxf(largest, fabsf(l->trained->vectors[feature][i]));
    return largest;
}

void cd_tagger_network_keep(struct cd_tagger_network_learner *l, uint32_t count, const bool *keep)
{
    uint32_t kept = 0;
    for (uint32_t f = 0; f < count; f++) {
        if (!keep[f])
            continue;
        memcpy(l->trained->vectors[kept], l->trained->vectors[f], sizeof *l->trained->vectors);
        memcpy(l->vector_squares[kept++], l->vector_squares[f], sizeof *l->vector_squares);
    }
}
