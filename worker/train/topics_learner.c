#include "topics_learner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- random numbers: splitmix64 (Steele et al. 2014) --------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

static float next_fraction(uint64_t *state)
{
    return (float)(next_random(state) >> 40) * 0x1p-24F;
}

/* ---- the learner --------------------------------------------------------------------------- */

static struct cd_learner *allocate(uint32_t row_count, uint32_t codes, uint32_t outputs)
{
    struct cd_learner *learner = calloc(1, sizeof *learner);
    if (!learner)
        return NULL;
    learner->row_count = row_count;
    learner->codes = codes;
    learner->outputs = outputs;
    learner->rows = calloc((size_t)row_count + 1, CD_LEARNER_HIDDEN * sizeof(float));
    learner->output_weight = calloc(outputs, CD_LEARNER_HIDDEN * sizeof(float));
    learner->output_bias = calloc(outputs, sizeof(float));
    if (learner->rows && learner->output_weight && learner->output_bias)
        return learner;
    cd_learner_free(learner);
    return NULL;
}

void cd_learner_free(struct cd_learner *learner)
{
    if (!learner)
        return;
    cd_learner_free(learner->squares);
    free(learner->rows);
    free(learner->output_weight);
    free(learner->output_bias);
    free(learner);
}

struct cd_learner *cd_learner_new(uint32_t row_count, const struct cd_topic_codes *codes, uint64_t seed)
{
    enum { RARE_LOG_ODDS = -3 };
    uint32_t outputs = codes->count + codes->main_count;
    struct cd_learner *learner = allocate(row_count, codes->count, outputs);
    if (!learner)
        return NULL;
    learner->squares = allocate(row_count, codes->count, outputs);
    if (!learner->squares) {
        cd_learner_free(learner);
        return NULL;
    }
    for (size_t i = 0; i < (size_t)row_count * CD_LEARNER_HIDDEN; i++)
        learner->rows[i] = (next_fraction(&seed) - 0.5F) * 0.1F;
    for (size_t i = 0; i < (size_t)outputs * CD_LEARNER_HIDDEN; i++)
        learner->output_weight[i] = (next_fraction(&seed) - 0.5F) * 0.25F;
    for (uint32_t i = 0; i < codes->count; i++)
        learner->output_bias[i] = RARE_LOG_ODDS;
    return learner;
}

/* ---- forward ------------------------------------------------------------------------------- */

/* The features of one article that take part in a step, normalised. */
struct input {
    struct cd_row_value *values;
    uint32_t count, own_count; /* the length is that of the own ones: classes are part of their words */
};

static void normalise(struct input *input, const struct cd_learning_options *options)
{
    float squares = options->length_floor * options->length_floor;
    for (uint32_t i = 0; i < input->own_count; i++)
        squares += input->values[i].value * input->values[i].value;
    float factor = squares > 0 ? options->input_scale / sqrtf(squares) : 0;
    for (uint32_t i = 0; i < input->count; i++)
        input->values[i].value *= factor;
}

static void forward(const struct cd_learner *learner, const struct input *input, float *hidden, float *scores)
{
    memcpy(hidden, learner->hidden_bias, sizeof learner->hidden_bias);
    for (uint32_t i = 0; i < input->count; i++) {
        const float *row = learner->rows + (size_t)input->values[i].row * CD_LEARNER_HIDDEN;
        float value = input->values[i].value;
        for (int h = 0; h < CD_LEARNER_HIDDEN; h++)
            hidden[h] += value * row[h];
    }
    for (int h = 0; h < CD_LEARNER_HIDDEN; h++)
        hidden[h] = fmaxf(hidden[h], 0);
    for (uint32_t o = 0; o < learner->outputs; o++) {
        const float *weight = learner->output_weight + (size_t)o * CD_LEARNER_HIDDEN;
        scores[o] = learner->output_bias[o];
        for (int h = 0; h < CD_LEARNER_HIDDEN; h++)
            scores[o] += weight[h] * hidden[h];
    }
}

void cd_team_scores(struct cd_learner *const *team, const struct cd_topic_example *example,
                    const struct cd_learning_options *options, float *scores)
{
    float hidden[CD_LEARNER_HIDDEN], own[CD_TOPIC_CODES_MAX + CD_TOPIC_MAIN_MAX];
    struct input input = {calloc(example->feature_count + 1, sizeof *input.values), example->feature_count,
                          example->own_count};
    memset(scores, 0, team[0]->outputs * sizeof *scores);
    if (!input.values)
        return;
    for (uint32_t f = 0; f < input.count; f++)
        input.values[f] = example->features[f].row_value;
    normalise(&input, options);
    for (int member = 0; member < CD_LEARNERS; member++) {
        forward(team[member], &input, hidden, own);
        for (uint32_t o = 0; o < team[0]->outputs; o++)
            scores[o] += own[o] / CD_LEARNERS;
    }
    free(input.values);
}

/* ---- backward ------------------------------------------------------------------------------ */

static float weight_of(const struct cd_topic_example *example, const struct cd_learning_options *options)
{
    return options->kind_weight[example->kind] * (example->other_outlet ? options->outlet_weight : 1) *
           (example->lead ? options->lead_weight : 1);
}

/* Cross entropy over the main topics. Of the topics that may be the main one those the network itself holds
 * likeliest get the more of the target, the greater the freedom (at 1 their sum is what is learned). */
static void main_gradient(const struct cd_learner *learner, const struct cd_topic_example *example,
                          const float *scores, float weight, float freedom, float *gradient)
{
    uint32_t mains = learner->outputs - learner->codes;
    float share[CD_TOPIC_MAIN_MAX], target[CD_TOPIC_MAIN_MAX];
    float total = 0, known = 0, top = scores[learner->codes];
    for (uint32_t i = 0; i < mains; i++)
        top = fmaxf(top, scores[learner->codes + i]);
    for (uint32_t i = 0; i < mains; i++)
        total += share[i] = expf(scores[learner->codes + i] - top);
    for (uint32_t i = 0; i < mains; i++) {
        share[i] = fmaxf(share[i] / total, 1e-6F);
        known += target[i] = example->main[i] > 0 ? example->main[i] * powf(share[i], freedom) : 0;
    }
    for (uint32_t i = 0; i < mains; i++)
        gradient[learner->codes + i] = known > 0 ? weight * (share[i] - target[i] / known) : 0;
}

/* Kept from overflow: this file's fast arithmetic makes no number of 1 / infinity. */
static float probability(float score)
{
    return 1 / (1 + expf(-fmaxf(score, -60)));
}

/* Gradient of the loss by each score. */
static void score_gradient(const struct cd_learner *learner, const struct cd_topic_example *example,
                           const float *scores, const struct cd_learning_options *options, float *gradient)
{
    float weight = weight_of(example, options);
    for (uint32_t i = 0; i < learner->codes; i++)
        gradient[i] = example->target ? weight * (probability(scores[i]) - example->target[i]) : 0;
    main_gradient(learner, example, scores, weight * options->main_weight, options->main_freedom, gradient);
}

/* One AdaGrad step on a single weight. */
static void step_one(float *weight, float *squares, float gradient, float rate)
{
    *squares += gradient * gradient;
    *weight -= rate * gradient / (sqrtf(*squares) + 1e-6F);
}

/* One AdaGrad step on a row of weights, gradient = factor x direction. A fixed length, for the vectoriser. */
static void step_row(float *restrict weights, float *restrict squares, const float *restrict direction,
                     float factor, float rate)
{
    for (int h = 0; h < CD_LEARNER_HIDDEN; h++) {
        float gradient = factor * direction[h];
        squares[h] += gradient * gradient;
        weights[h] -= rate * gradient / (sqrtf(squares[h]) + 1e-6F);
    }
}

static void backward(struct cd_learner *learner, const struct input *input, const float *hidden,
                     const float *gradient, float rate)
{
    struct cd_learner *squares = learner->squares;
    float hidden_gradient[CD_LEARNER_HIDDEN] = {0};
    for (uint32_t o = 0; o < learner->outputs; o++) {
        if (fabsf(gradient[o]) < 1e-4F)
            continue;
        float *weight = learner->output_weight + (size_t)o * CD_LEARNER_HIDDEN;
        for (int h = 0; h < CD_LEARNER_HIDDEN; h++)
            hidden_gradient[h] += gradient[o] * weight[h];
        step_row(weight, squares->output_weight + (size_t)o * CD_LEARNER_HIDDEN, hidden, gradient[o], rate);
        step_one(&learner->output_bias[o], &squares->output_bias[o], gradient[o], rate);
    }
    for (int h = 0; h < CD_LEARNER_HIDDEN; h++)
        if (hidden[h] <= 0)
            hidden_gradient[h] = 0;
    step_row(learner->hidden_bias, squares->hidden_bias, hidden_gradient, 1, rate);
    for (uint32_t i = 0; i < input->count; i++) {
        size_t at = (size_t)input->values[i].row * CD_LEARNER_HIDDEN;
        step_row(learner->rows + at, squares->rows + at, hidden_gradient, input->values[i].value, rate);
    }
}

/* ---- training ------------------------------------------------------------------------------ */

/* The share left out of one example, evenly from nothing to the full dropout; short texts lose less, so that
 * something is left of them. */
static float draw_dropout(const struct cd_topic_example *example, const struct cd_learning_options *options,
                          uint64_t *random)
{
    enum { LONG_FEATURES = 200 };
    float length = fminf((float)example->own_count / LONG_FEATURES, 1);
    float full = options->short_dropout + length * (options->dropout - options->short_dropout);
    return next_fraction(random) * full;
}

static void learn_example(struct cd_learner *learner, const struct cd_topic_example *example,
                          const struct cd_learning_options *options, float rate, uint64_t *random,
                          struct input *input)
{
    float hidden[CD_LEARNER_HIDDEN], scores[CD_TOPIC_CODES_MAX + CD_TOPIC_MAIN_MAX];
    float gradient[CD_TOPIC_CODES_MAX + CD_TOPIC_MAIN_MAX];
    float dropout = draw_dropout(example, options, random);
    input->count = 0;
    for (uint32_t f = 0; f < example->feature_count; f++) {
        if (next_fraction(random) >= dropout)
            input->values[input->count++] = example->features[f].row_value;
        if (f + 1 == example->own_count)
            input->own_count = input->count;
    }
    normalise(input, options);
    forward(learner, input, hidden, scores);
    score_gradient(learner, example, scores, options, gradient);
    backward(learner, input, hidden, gradient, rate);
}

static uint32_t most_features(const struct cd_topic_corpus *corpus)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < corpus->count; i++)
        if (corpus->examples[i].feature_count > most)
            most = corpus->examples[i].feature_count;
    return most;
}

static void shuffle(uint32_t *order, uint32_t count, uint64_t *random)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t other = (uint32_t)(next_random(random) % i), held = order[i - 1];
        order[i - 1] = order[other];
        order[other] = held;
    }
}

enum cd_status cd_learn(struct cd_learner *learner, const struct cd_topic_corpus *corpus, const bool *skip,
                        const struct cd_learning_options *options, uint64_t seed, struct cd_error *error)
{
    uint64_t random = seed;
    struct input input = {malloc((most_features(corpus) + 1) * sizeof *input.values), 0, 0};
    uint32_t *order = malloc((corpus->count + 1) * sizeof *order);
    uint32_t count = 0;
    for (uint32_t i = 0; order && i < corpus->count; i++)
        if (!skip || !skip[i])
            order[count++] = i;
    for (uint32_t epoch = 0; input.values && order && epoch < options->epochs; epoch++) {
        shuffle(order, count, &random);
        for (uint32_t i = 0; i < count; i++) {
            float done = ((float)epoch + (float)i / (float)count) / (float)options->epochs;
            learn_example(learner, &corpus->examples[order[i]], options, options->rate * (1 - done), &random,
                          &input);
        }
    }
    bool complete = input.values && order;
    free(input.values);
    free(order);
    return complete ? CD_OK : cd_fail(error, CD_MEMORY, "training", "out of memory");
}
