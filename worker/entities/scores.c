#include "scores.h"

#include <string.h>

#include "word_cache.h"

/* A token is outside when its best score for any label but O by the linear weights is below this (in nats),
 * by the words around it alone or by all features (the transitions favour O, so half a nat above it is
 * little); the network is not asked then. A word without a capital is rarely part of a name; where letter
 * case says nothing, doubt reaches further. The card of the model says what this costs. */
enum certainty { BY_WORDS, BY_ALL, CERTAINTIES };
static const float outside_without_capital[CERTAINTIES] = {0.5F, 0.4F}, outside_with_capital = 0.2F,
                   outside_caseless = -7.0F;

/* ---- the words around a token -------------------------------------------------------------- */

static const struct cd_cached_word *cached(const struct cd_word *word)
{
    return (const struct cd_cached_word *)(const void *)word;
}

static const int16_t *sums_of(const struct cd_word *word, enum cd_place place)
{
    return cached(word)->sums[place];
}

/* The sums of all words in a token's window; returns how many. */
static unsigned gather_sums(const struct cd_sentence_view *view, uint32_t token,
                            const int16_t *rows[CD_PLACES + 2])
{
    const struct cd_word *const *w = view->words + token;
    unsigned count = 0;
    rows[count++] = sums_of(w[0], CD_PLACE_SELF);
    rows[count++] = sums_of(w[1], CD_PLACE_NEXT);
    rows[count++] = sums_of(w[-1], CD_PLACE_PREVIOUS);
    rows[count++] = sums_of(w[2], CD_PLACE_NEXT2);
    rows[count++] = sums_of(w[-2], CD_PLACE_PREVIOUS2);
    for (uint32_t d = CD_WINDOW_FROM; d <= CD_WINDOW_TO; d++) {
        if (token + d < view->count)
            rows[count++] = sums_of(w[d], CD_PLACE_RIGHT);
        if (token >= d)
            rows[count++] = sums_of(w[-(int)d], CD_PLACE_LEFT);
    }
    return count;
}

static void sum_words(const struct cd_sentence_view *view, uint32_t token, int16_t sum[CD_LABELS])
{
    const int16_t *rows[CD_PLACES + 2];
    unsigned count = gather_sums(view, token, rows);
    cd_sum_lanes sums[CD_LABELS / 8] = {0};
    for (unsigned i = 0; i < count; i++)
        for (unsigned v = 0; v < CD_LABELS / 8; v++)
            sums[v] += ((const cd_sum_lanes *)(const void *)rows[i])[v];
    for (unsigned v = 0; v < CD_LABELS / 8; v++)
        ((cd_sum_lanes *)(void *)sum)[v] = sums[v];
}

/* The sums of a word that will soon be near. */
static void prefetch_sums(const struct cd_sentence_view *view, uint32_t token)
{
    if (token < view->count)
        for (unsigned place = 0; place < CD_PLACES; place++)
            __builtin_prefetch(sums_of(view->words[token], place));
}

static int best_of(const int16_t sum[CD_LABELS])
{
    int16_t best = INT16_MIN;
    for (unsigned i = 0; i < CD_LABELS; i++)
        best = sum[i] > best ? sum[i] : best;
    return best;
}

/* ---- all features -------------------------------------------------------------------------- */

/* A token on its way. The weights are larger than the near caches, so three tokens are under way at once:
 * while one is summed up, the rows of the next and the look-ups of the one behind it come from memory. */
struct passage {
    uint32_t count;
    uint64_t features[CD_CONTEXT_FEATURES_MAX];
    uint32_t rows[CD_CONTEXT_FEATURES_MAX];
    int16_t sum[CD_ROW] __attribute__((aligned(16)));
};

enum { PASSAGES = 3 };

struct scoring {
    const struct cd_weights *weights;
    const struct cd_sentence_view *view;
    int outside_below[CERTAINTIES][2]; /* [with a capital], in units of the weights */
    float (*scores)[CD_LABELS];
    bool *outside;
    struct passage passages[PASSAGES];
};

/* For each place, what the word there says to the network about a token. */
static void gather_hidden(const struct cd_sentence_view *view, uint32_t token,
                          const int8_t *words[CD_NETWORK_PLACES])
{
    for (int place = 0; place < CD_NETWORK_PLACES; place++)
        words[place] = cached(view->words[(int)token + place - CD_NETWORK_REACH])->hidden[place];
}

static void prefetch_hidden(const struct cd_sentence_view *view, uint32_t token)
{
    const int8_t *words[CD_NETWORK_PLACES];
    gather_hidden(view, token, words);
    for (int place = 0; place < CD_NETWORK_PLACES; place++)
        __builtin_prefetch(words[place]);
}

static void ask_network(const struct scoring *s, uint32_t token, const int16_t context[CD_FEATURE_VECTOR])
{
    const int8_t *words[CD_NETWORK_PLACES];
    gather_hidden(s->view, token, words);
    cd_tagger_network_add(&s->weights->network, words, context, s->scores[token]);
}

static bool is_outside(const struct scoring *s, uint32_t token, enum certainty certainty)
{
    bool capital = s->view->words[token]->writing > CD_WRITTEN_LOWER;
    return best_of(s->passages[token % PASSAGES].sum) < s->outside_below[certainty][capital];
}

static void begin(struct scoring *s, uint32_t token)
{
    struct passage *p = &s->passages[token % PASSAGES];
    prefetch_sums(s->view, token + CD_WINDOW_TO + 3);
    sum_words(s->view, token, p->sum);
    memset(p->sum + CD_LABELS, 0, CD_FEATURE_VECTOR * sizeof *p->sum);
    s->outside[token] = is_outside(s, token, BY_WORDS);
    p->count = s->outside[token] ? 0 : cd_context_features(s->view, token, p->features);
    p->count = cd_weights_sift(s->weights, p->features, p->count);
    if (!s->outside[token])
        prefetch_hidden(s->view, token);
}

static void look_up(struct scoring *s, uint32_t token)
{
    struct passage *p = &s->passages[token % PASSAGES];
    p->count = cd_weights_find(s->weights, p->features, p->count, p->rows);
}

static void finish(struct scoring *s, uint32_t token)
{
    struct passage *p = &s->passages[token % PASSAGES];
    if (s->outside[token])
        return;
    cd_weights_sum(s->weights, p->rows, p->count, p->sum);
    s->outside[token] = is_outside(s, token, BY_ALL);
    if (s->outside[token])
        return;
    for (unsigned i = 0; i < CD_LABELS; i++)
        s->scores[token][i] = p->sum[i] * s->weights->scale;
    ask_network(s, token, p->sum + CD_LABELS);
}

void cd_score_tokens(const struct cd_weights *weights, const struct cd_sentence_view *view,
                     float (*scores)[CD_LABELS], bool *outside)
{
    struct scoring s; /* the passages are filled in as they come */
    s.weights = weights;
    s.view = view;
    s.scores = scores;
    s.outside = outside;
    for (unsigned c = 0; c < CERTAINTIES; c++) {
        float small = view->caseless ? outside_caseless : outside_without_capital[c],
              capital = view->caseless ? outside_caseless : outside_with_capital;
        s.outside_below[c][false] = (int)(small / weights->scale);
        s.outside_below[c][true] = (int)(capital / weights->scale);
    }
    for (uint32_t step = 0; step < view->count + PASSAGES - 1; step++) {
        if (step < view->count)
            begin(&s, step);
        if (step >= 1 && step - 1 < view->count)
            look_up(&s, step - 1);
        if (step >= 2)
            finish(&s, step - 2);
    }
}
