#include "entity_training.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "random.h"

enum { TOKENS_MAX = 512 };

/* Tokens whose gradient is below this everywhere are not worth an update. */
static const float gradient_min = 0.002F;

/* The mean of what was learned so far at several moments, which is steadier than the last moment alone
 * (Polyak & Juditsky 1992). */
struct mean {
    float (*rows)[CD_LABELS], (*vectors)[CD_FEATURE_VECTOR];
    struct cd_transitions transitions;
    struct cd_tagger_network network;
    unsigned moments;
};

struct trainer {
    const struct cd_examples *examples;
    const struct cd_training_options *options;
    struct cd_trained *trained;
    struct cd_tagger_network_learner *network;
    float (*squares)[CD_LABELS]; /* AdaGrad's sums of squared gradients */
    struct cd_transitions transition_squares, gradient;
    struct cd_transition_factors factors;
    struct mean mean;
    uint64_t random;
    uint32_t features[TOKENS_MAX][CD_EXAMPLE_FEATURES_MAX]; /* of the sentence at hand, after dropout */
    uint32_t feature_counts[TOKENS_MAX];
    float scores[TOKENS_MAX][CD_LABELS];
    float gradients[TOKENS_MAX][CD_LABELS]; /* of the log-likelihood */
    struct cd_lattice_row potential[TOKENS_MAX], allowed[TOKENS_MAX], forward[TOKENS_MAX],
        backward[TOKENS_MAX];
    float norm[TOKENS_MAX];
};

/* ---- scores -------------------------------------------------------------------------------- */

static void sum_rows(const float (*rows)[CD_LABELS], const uint32_t *features, uint32_t count, float factor,
                     float *scores)
{
    float sum[CD_LABELS] = {0};
    for (uint32_t i = 0; i < count; i++) {
        if (i + 8 < count)
            __builtin_prefetch(rows[features[i + 8]]);
        for (unsigned k = 0; k < CD_LABELS; k++)
            sum[k] += rows[features[i]][k];
    }
    for (unsigned k = 0; k < CD_LABELS; k++)
        scores[k] = sum[k] * factor;
}

static void choose_features(struct trainer *t, const struct cd_example *example)
{
    uint64_t threshold = (uint64_t)(t->options->dropout * 65536.0F);
    for (uint32_t i = 0; i < example->count; i++) {
        uint32_t count = cd_example_features(t->examples, example, i, t->features[i]), kept = 0;
        uint64_t bits = 0;
        for (uint32_t f = 0; f < count; f++) {
            bits = f % 4 == 0 ? cd_next_random(&t->random) : bits >> 16;
            if ((bits & 0xFFFF) >= threshold)
                t->features[i][kept++] = t->features[i][f];
        }
        t->feature_counts[i] = kept;
    }
}

/* ---- gradients ----------------------------------------------------------------------------- */

/* Add sign x expected counts of transitions and labels under the lattice's distribution. */
static void add_transition_counts(struct trainer *t, const struct cd_lattice *lattice, uint32_t at,
                                  float sign)
{
    const struct cd_transitions *e = &t->factors.exponential;
    const struct cd_lattice_row *before = &lattice->forward[at - 1], *after = &lattice->backward[at],
                                *potential = &lattice->potential[at];
    float scale = sign / lattice->norm[at];
    float left[CD_BETWEEN], right[CD_BETWEEN];
    left[0] = before->outside;
    right[0] = after->outside * potential->outside * scale;
    for (unsigned k = 0; k < CD_TYPES; k++) {
        left[1 + k] = before->columns[CD_LABEL_L + k];
        left[1 + CD_TYPES + k] = before->columns[CD_LABEL_U + k];
        right[1 + k] = after->columns[CD_LABEL_B + k] * potential->columns[CD_LABEL_B + k] * scale;
        right[1 + CD_TYPES + k] = after->columns[CD_LABEL_U + k] * potential->columns[CD_LABEL_U + k] * scale;
    }
    for (unsigned i = 0; i < CD_BETWEEN; i++)
        for (unsigned j = 0; j < CD_BETWEEN; j++)
            t->gradient.between[i][j] += left[i] * right[j] * e->between[i][j];
    for (unsigned k = 0; k < CD_TYPES; k++) {
        float begin = before->columns[CD_LABEL_B + k], inner = before->columns[CD_LABEL_I + k];
        float to_inner = after->columns[CD_LABEL_I + k] * potential->columns[CD_LABEL_I + k] * scale;
        float to_last = after->columns[CD_LABEL_L + k] * potential->columns[CD_LABEL_L + k] * scale;
        t->gradient.begin_inner[k] += begin * to_inner * e->begin_inner[k];
        t->gradient.begin_last[k] += begin * to_last * e->begin_last[k];
        t->gradient.inner_inner[k] += inner * to_inner * e->inner_inner[k];
        t->gradient.inner_last[k] += inner * to_last * e->inner_last[k];
    }
}

static bool add_expectations(struct trainer *t, const struct cd_lattice *lattice, float sign)
{
    struct cd_lattice run = *lattice;
    if (!cd_lattice_run(&run, &t->factors))
        return false;
    struct cd_lattice_row p;
    for (uint32_t i = 0; i < run.length; i++) {
        cd_lattice_marginals(&run, i, &p);
        for (unsigned k = 0; k < CD_LABELS; k++)
            t->gradients[i][k] += sign * p.columns[k];
        if (i > 0)
            add_transition_counts(t, &run, i, sign);
        if (i == 0 || i + 1 == run.length) {
            float *edge = i == 0 ? t->gradient.first : t->gradient.last;
            unsigned low = i == 0 ? CD_LABEL_B : CD_LABEL_L;
            edge[0] += sign * p.outside;
            for (unsigned k = 0; k < CD_TYPES; k++) {
                edge[1 + k] += sign * p.columns[low + k];
                edge[1 + CD_TYPES + k] += sign * p.columns[CD_LABEL_U + k];
            }
            if (i == 0 && i + 1 == run.length) {
                t->gradient.last[0] += sign * p.outside;
                for (unsigned k = 0; k < CD_TYPES; k++)
                    t->gradient.last[1 + CD_TYPES + k] += sign * p.columns[CD_LABEL_U + k];
            }
        }
    }
    return true;
}

/* The gradient of log P(allowed labellings); false when the allowed labels fit no sequence. */
static bool compute_gradient(struct trainer *t, const struct cd_example *example)
{
    const cd_label_set *labels = t->examples->labels + example->first_token;
    uint32_t n = example->count;
    for (uint32_t i = 0; i < n; i++) {
        cd_lattice_potential(t->scores[i], &t->potential[i]);
        for (unsigned k = 0; k < CD_LABELS; k++)
            t->allowed[i].columns[k] = labels[i] >> k & 1 ? t->potential[i].columns[k] + 1e-30F : 0.0F;
        t->allowed[i].outside = labels[i] >> CD_LABEL_O & 1 ? t->potential[i].outside + 1e-30F : 0.0F;
    }
    memset(t->gradients, 0, n * sizeof *t->gradients);
    memset(&t->gradient, 0, sizeof t->gradient);
    struct cd_lattice lattice = {.length = n,
                                 .potential = t->allowed,
                                 .forward = t->forward,
                                 .backward = t->backward,
                                 .norm = t->norm};
    if (!add_expectations(t, &lattice, 1.0F))
        return false;
    lattice.potential = t->potential;
    return add_expectations(t, &lattice, -1.0F);
}

/* ---- updates ------------------------------------------------------------------------------- */

static void update_row(float *row, float *squares, const float *gradient,
                       const struct cd_training_options *options)
{
    for (unsigned k = 0; k < CD_LABELS; k++) {
        float g = gradient[k] - options->l2 * row[k];
        squares[k] += g * g;
        float step = options->learning_rate / (sqrtf(squares[k]) + 1e-4F);
        float moved = row[k] + step * g, size = fabsf(moved) - step * options->l1;
        row[k] = size > 0.0F ? copysignf(size, moved) : 0.0F;
    }
}

static void weigh_gradients(struct trainer *t, const struct cd_example *example)
{
    for (uint32_t i = 0; i < example->count; i++)
        for (unsigned k = 0; k < CD_LABELS; k++)
            t->gradients[i][k] *= example->weight;
}

static void update_rows(struct trainer *t, const struct cd_example *example)
{
    for (uint32_t i = 0; i < example->count; i++) {
        if (cd_gradient_is_small(t->gradients[i], gradient_min))
            continue;
        for (uint32_t f = 0; f < t->feature_counts[i]; f++) {
            uint32_t feature = t->features[i][f];
            if (f + 4 < t->feature_counts[i]) {
                __builtin_prefetch(t->trained->rows[t->features[i][f + 4]], 1);
                __builtin_prefetch(t->squares[t->features[i][f + 4]], 1);
            }
            update_row(t->trained->rows[feature], t->squares[feature], t->gradients[i], t->options);
        }
    }
}

static void update_transitions(struct trainer *t, const struct cd_example *example)
{
    float rate = t->options->learning_rate, l2 = t->options->l2;
    float *weights = (float *)&t->trained->transitions, *squares = (float *)&t->transition_squares;
    const float *gradient = (const float *)&t->gradient;
    for (unsigned i = 0; i < CD_TRANSITION_FLOATS; i++) {
        float g = gradient[i] * example->weight - l2 * weights[i];
        squares[i] += g * g;
        weights[i] += rate * g / (sqrtf(squares[i]) + 1e-4F);
    }
    cd_transitions_prepare(&t->trained->transitions, &t->factors);
}

static void learn_rows(struct trainer *t, const struct cd_example *example)
{
    choose_features(t, example);
    float factor = 1.0F / (1.0F - t->options->dropout);
    for (uint32_t i = 0; i < example->count; i++)
        sum_rows((const float(*)[CD_LABELS])t->trained->rows, t->features[i], t->feature_counts[i], factor,
                 t->scores[i]);
    if (!compute_gradient(t, example))
        return;
    weigh_gradients(t, example);
    update_rows(t, example);
    update_transitions(t, example);
}

static void learn_network(struct trainer *t, const struct cd_example *example)
{
    cd_tagger_network_score(t->network, example, t->scores);
    if (!compute_gradient(t, example))
        return;
    weigh_gradients(t, example);
    cd_tagger_network_learn(t->network, example, (const float(*)[CD_LABELS])t->gradients, gradient_min);
    update_transitions(t, example);
}

/* Learn from one sentence. */
static void learn(struct trainer *t, const struct cd_example *example)
{
    if (example->count > TOKENS_MAX)
        return;
    learn_rows(t, example);
    learn_network(t, example);
}

static void shuffle(struct trainer *t, uint32_t *order, uint32_t count)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t j = (uint32_t)(cd_next_random(&t->random) % i), kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
}

static bool is_left_out(const struct cd_training_options *options, const struct cd_example *example)
{
    return options->folds && example->document % options->folds == options->fold;
}

/* ---- pruning ------------------------------------------------------------------------------- */

struct importance {
    float value;
    uint32_t feature;
};

static int by_falling_value(const void *a, const void *b)
{
    const struct importance *x = a, *y = b;
    if (x->value != y->value)
        return x->value > y->value ? -1 : 1;
    return x->feature < y->feature ? -1 : x->feature > y->feature;
}

/* A feature tells much when its weights are large and it is met often; beyond a hundred times it is met often
 * enough. */
static void rank(const struct trainer *t, struct importance *ranking)
{
    uint32_t count = t->examples->feature_count;
    uint32_t *counts = calloc((size_t)count + 1, sizeof *counts);
    cd_examples_count(t->examples, counts);
    for (uint32_t f = 0; f < count; f++) {
        float largest = 0.0F;
        for (unsigned k = 0; k < CD_LABELS; k++)
            largest = fmaxf(largest, fabsf(t->trained->rows[f][k]));
        largest = fmaxf(largest, cd_tagger_network_vector_size(t->network, f));
        ranking[f] = (struct importance){largest * sqrtf((float)(counts[f] < 100 ? counts[f] : 100)), f};
    }
    free(counts);
    qsort(ranking, count, sizeof *ranking, by_falling_value);
}

static void prune(struct trainer *t, struct cd_examples *examples)
{
    uint32_t count = examples->feature_count, kept = 0;
    if (count <= t->options->keep_features)
        return;
    struct importance *ranking = malloc(((size_t)count + 1) * sizeof *ranking);
    bool *keep = calloc((size_t)count + 1, sizeof *keep);
    rank(t, ranking);
    for (uint32_t i = 0; i < t->options->keep_features; i++)
        keep[ranking[i].feature] = true;
    for (uint32_t f = 0; f < count; f++) {
        if (!keep[f])
            continue;
        memcpy(t->trained->rows[kept], t->trained->rows[f], sizeof *t->squares);
        memcpy(t->squares[kept++], t->squares[f], sizeof *t->squares);
    }
    cd_tagger_network_keep(t->network, count, keep);
    cd_examples_keep(examples, keep);
    free(ranking);
    free(keep);
}

/* ---- the mean over moments ----------------------------------------------------------------- */

static void mix(void *mean, const void *numbers, size_t bytes, float share)
{
    float *to = mean;
    const float *from = numbers;
    for (size_t i = 0; i < bytes / sizeof *to; i++)
        to[i] += (from[i] - to[i]) * share;
}

static bool remember_moment(struct trainer *t)
{
    struct mean *mean = &t->mean;
    uint32_t features = t->examples->feature_count;
    if (!mean->rows) {
        mean->rows = calloc((size_t)features + 1, sizeof *mean->rows);
        mean->vectors = calloc((size_t)features + 1, sizeof *mean->vectors);
        if (!mean->rows || !mean->vectors)
            return false;
    }
    float share = 1.0F / (float)++mean->moments;
    mix(mean->rows, t->trained->rows, features * sizeof *mean->rows, share);
    mix(mean->vectors, t->trained->network.vectors, features * sizeof *mean->vectors, share);
    mix(&mean->transitions, &t->trained->transitions, sizeof mean->transitions, share);
    mix(&mean->network, &t->trained->network.network, sizeof mean->network, share);
    return true;
}

static void take_mean(struct trainer *t)
{
    uint32_t features = t->examples->feature_count;
    if (t->mean.moments == 0)
        return;
    memcpy(t->trained->rows, t->mean.rows, features * sizeof *t->mean.rows);
    memcpy(t->trained->network.vectors, t->mean.vectors, features * sizeof *t->mean.vectors);
    t->trained->transitions = t->mean.transitions;
    t->trained->network.network = t->mean.network;
}

/* ---- epochs -------------------------------------------------------------------------------- */

/* One pass; from the second epoch after pruning on with a moment remembered at each quarter. */
static bool run_epoch(struct trainer *t, const uint32_t *order, uint32_t count, bool remember)
{
    for (uint32_t i = 0; i < count; i++) {
        learn(t, &t->examples->items[order[i]]);
        if (remember && (i + 1) % (count / 4 + 1) == 0 && !remember_moment(t))
            return false;
    }
    return !remember || remember_moment(t);
}

static bool run_epochs(struct trainer *t, struct cd_examples *examples, uint32_t *order, uint32_t count)
{
    for (unsigned epoch = 1; epoch <= t->options->epochs; epoch++) {
        time_t begin = time(NULL);
        shuffle(t, order, count);
        if (!run_epoch(t, order, count, epoch > t->options->prune_after + 1))
            return false;
        fprintf(stderr, "epoch %u of %u: %u sentences, %u features, %ld s\n", epoch, t->options->epochs,
                count, examples->feature_count, (long)(time(NULL) - begin));
        if (epoch == t->options->prune_after)
            prune(t, examples);
    }
    take_mean(t);
    return true;
}

static void free_trainer(struct trainer *t)
{
    if (!t)
        return;
    cd_tagger_network_learner_free(t->network);
    free(t->mean.rows);
    free(t->mean.vectors);
    free(t->squares);
    free(t);
}

static struct trainer *new_trainer(const struct cd_examples *examples, const struct cd_lexicon *lexicon,
                                   const struct cd_training_options *options, struct cd_trained *trained)
{
    size_t row_bytes = ((size_t)examples->feature_count + 1) * sizeof *trained->rows;
    struct trainer *t = calloc(1, sizeof *t);
    *trained = (struct cd_trained){.rows = aligned_alloc(64, (row_bytes + 63) / 64 * 64)};
    if (!t)
        return NULL;
    t->squares = aligned_alloc(64, (row_bytes + 63) / 64 * 64);
    t->network =
        cd_tagger_network_learner_new(examples, lexicon, TOKENS_MAX, options->seed, &trained->network);
    if (!trained->rows || !t->squares || !t->network) {
        free_trainer(t);
        return NULL;
    }
    memset(trained->rows, 0, row_bytes);
    memset(t->squares, 0, row_bytes);
    t->examples = examples;
    t->options = options;
    t->trained = trained;
    t->random = options->seed * 2 + 1;
    cd_transitions_prepare(&trained->transitions, &t->factors);
    return t;
}

enum cd_status cd_train(struct cd_examples *examples, const struct cd_lexicon *lexicon,
                        const struct cd_training_options *options, struct cd_trained *trained,
                        struct cd_error *error)
{
    struct trainer *t = new_trainer(examples, lexicon, options, trained);
    uint32_t *order = malloc(((size_t)examples->count + 1) * sizeof *order), count = 0;
    for (uint32_t i = 0; order && i < examples->count; i++)
        if (!is_left_out(options, &examples->items[i]))
            order[count++] = i;
    bool done = t && order && run_epochs(t, examples, order, count);
    enum cd_status status = done ? CD_OK : cd_fail(error, CD_MEMORY, NULL, "out of memory");
    free_trainer(t);
    free(order);
    return status;
}

void cd_trained_free(struct cd_trained *trained)
{
    free(trained->rows);
    trained->rows = NULL;
    cd_trained_network_free(&trained->network);
}
