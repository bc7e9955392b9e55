/* The linear tagger: sums of weights per token, then a conditional random field over each stretch of tokens
 * that may hold a name. Most tokens of a text are so surely outside of any name that their label is fixed;
 * they part the stretches. */
#include "copydesk/tagger.h"

#include <stdlib.h>

#include "evidence.h"
#include "word_cache.h"

enum { WINDOW_FROM = 3, WINDOW_TO = 4 };

/* A token whose best score for any label but O is below this (in nats) is outside. */
static const float surely_outside = -9.0F;

struct cd_tagger {
    struct cd_lexicon lexicon;
    struct cd_weights weights[2]; /* [caseless] */
    struct cd_transitions exponential[2];
};

/* Arrays for the longest document and sentence so far. */
struct cd_tagger_scratch {
    const struct cd_tagger *tagger;
    struct cd_word_cache *cache;
    struct cd_evidence_table evidence;
    uint32_t document_capacity, sentence_capacity;
    const struct cd_word **words;      /* per token of the document */
    const struct cd_word **padded;     /* per token of the sentence, and two edges on each side */
    struct cd_token_context *contexts; /* per token of the sentence, as all below */
    float (*scores)[CD_LABELS];
    bool *outside;
    struct cd_lattice_row *potential, *forward, *backward;
    struct cd_lattice_back *back;
    float *norm;
    uint8_t *labels;
};

const char *cd_entity_type_name(enum cd_entity_type type)
{
    static const char *const names[CD_ENTITY_TYPE_COUNT] = {"PERSON", "ORGANIZATION", "LOCATION", "NORP",
                                                            "EVENT",  "WORK_OF_ART",  "LAW",      "PRODUCT"};
    return names[type];
}

/* ---- opening
 * ----------------------------------------------------------------------------------------------------- */

enum cd_status cd_tagger_open(const struct cd_model_file *file, struct cd_tagger **tagger,
                              struct cd_error *error)
{
    struct cd_tagger *opened = calloc(1, sizeof *opened);
    if (!opened)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    enum cd_status status = cd_lexicon_open(file, &opened->lexicon, error);
    if (status == CD_OK)
        status = cd_weights_open(file, "cased", &opened->weights[0], error);
    if (status == CD_OK)
        status = cd_weights_open(file, "caseless", &opened->weights[1], error);
    if (status != CD_OK) {
        free(opened);
        return status;
    }
    for (unsigned set = 0; set < 2; set++)
        cd_transitions_exponential(&opened->weights[set].transitions, &opened->exponential[set]);
    *tagger = opened;
    return CD_OK;
}

void cd_tagger_close(struct cd_tagger *tagger)
{
    free(tagger);
}

/* ---- scratch
 * ----------------------------------------------------------------------------------------------------- */

struct cd_tagger_scratch *cd_tagger_scratch_new(const struct cd_tagger *tagger)
{
    struct cd_tagger_scratch *scratch = calloc(1, sizeof *scratch);
    if (!scratch)
        return NULL;
    scratch->tagger = tagger;
    scratch->cache = cd_word_cache_new(&tagger->lexicon, &tagger->weights[0], &tagger->weights[1]);
    if (scratch->cache)
        return scratch;
    cd_tagger_scratch_free(scratch);
    return NULL;
}

static void free_sentence_arrays(struct cd_tagger_scratch *s)
{
    free(s->padded);
    free(s->contexts);
    free(s->scores);
    free(s->outside);
    free(s->potential);
    free(s->forward);
    free(s->backward);
    free(s->back);
    free(s->norm);
    free(s->labels);
}

void cd_tagger_scratch_free(struct cd_tagger_scratch *scratch)
{
    if (!scratch)
        return;
    cd_word_cache_free(scratch->cache);
    cd_evidence_free(&scratch->evidence);
    free(scratch->words);
    free_sentence_arrays(scratch);
    free(scratch);
}

static bool reserve_sentence(struct cd_tagger_scratch *s, uint32_t tokens)
{
    if (tokens <= s->sentence_capacity)
        return true;
    uint32_t n = tokens + tokens / 2 + 64;
    free_sentence_arrays(s);
    s->padded = malloc((n + 4) * sizeof *s->padded);
    s->contexts = calloc(n, sizeof *s->contexts);
    s->scores = malloc(n * sizeof *s->scores);
    s->outside = malloc(n * sizeof *s->outside);
    s->potential = malloc(n * sizeof *s->potential);
    s->forward = malloc(n * sizeof *s->forward);
    s->backward = malloc(n * sizeof *s->backward);
    s->back = malloc(n * sizeof *s->back);
    s->norm = malloc(n * sizeof *s->norm);
    s->labels = malloc(n * sizeof *s->labels);
    bool done = s->padded && s->contexts && s->scores && s->outside && s->potential && s->forward &&
                s->backward && s->back && s->norm && s->labels;
    s->sentence_capacity = done ? n : 0;
    return done;
}

static bool reserve_document(struct cd_tagger_scratch *s, const struct cd_document *document)
{
    if (document->token_count > s->document_capacity) {
        free(s->words);
        uint32_t capacity = document->token_count + document->token_count / 2;
        s->words = malloc(capacity * sizeof *s->words);
        s->document_capacity = s->words ? capacity : 0;
        if (!s->words)
            return false;
    }
    uint32_t longest = 0;
    for (uint32_t i = 0; i < document->sentence_count; i++)
        if (document->sentences[i].token_count > longest)
            longest = document->sentences[i].token_count;
    return reserve_sentence(s, longest);
}

/* ---- scores
 * ------------------------------------------------------------------------------------------------------ */

static bool is_caseless(const struct cd_sentence *sentence)
{
    return sentence->letter_case != CD_CASE_NORMAL;
}

static bool find_words(struct cd_tagger_scratch *s, const struct cd_document *document)
{
    for (uint32_t i = 0; i < document->sentence_count; i++) {
        const struct cd_sentence *sentence = &document->sentences[i];
        for (uint32_t t = sentence->first_token; t < sentence->first_token + sentence->token_count; t++) {
            const struct cd_cached_word *found = cd_word_cache_find(
                s->cache, cd_token_text(document, t), document->tokens[t].kind, is_caseless(sentence));
            if (!found)
                return false;
            s->words[t] = &found->word;
        }
    }
    return true;
}

static void add_sums(int16_t sum[CD_LABELS], const struct cd_word *word, enum cd_place place)
{
    const int16_t *row = ((const struct cd_cached_word *)(const void *)word)->sums[place];
    for (unsigned i = 0; i < CD_LABELS; i++)
        sum[i] = (int16_t)(sum[i] + row[i]);
}

static void sum_words(const struct cd_sentence_view *view, uint32_t token, int16_t sum[CD_LABELS])
{
    const struct cd_word *const *w = view->words + token;
    memcpy(sum, ((const struct cd_cached_word *)(const void *)w[0])->sums[CD_PLACE_SELF],
           CD_LABELS * sizeof *sum);
    add_sums(sum, w[1], CD_PLACE_NEXT);
    add_sums(sum, w[-1], CD_PLACE_PREVIOUS);
    add_sums(sum, w[2], CD_PLACE_NEXT2);
    add_sums(sum, w[-2], CD_PLACE_PREVIOUS2);
    for (uint32_t d = WINDOW_FROM; d <= WINDOW_TO; d++) {
        if (token + d < view->count)
            add_sums(sum, w[d], CD_PLACE_RIGHT);
        if (token >= d)
            add_sums(sum, w[-(int)d], CD_PLACE_LEFT);
    }
}

static void score_sentence(struct cd_tagger_scratch *s, const struct cd_sentence_view *view)
{
    const struct cd_weights *weights = &s->tagger->weights[view->caseless];
    uint64_t features[CD_CONTEXT_FEATURES_MAX];
    for (uint32_t t = 0; t < view->count; t++) {
        int16_t sum[CD_LABELS] __attribute__((aligned(16)));
        sum_words(view, t, sum);
        uint32_t count = cd_context_features(view, t, features);
        for (uint32_t i = 0; i < count; i++)
            cd_weights_add(weights, features[i], sum);
        int16_t best = INT16_MIN;
        for (unsigned i = 0; i < CD_LABELS; i++)
            best = sum[i] > best ? sum[i] : best;
        s->outside[t] = best * weights->scale < surely_outside;
        for (unsigned i = 0; i < CD_LABELS; i++)
            s->scores[t][i] = sum[i] * weights->scale;
    }
}

/* ---- spans
 * -------------------------------------------------------------------------------------------------------- */

struct span_list {
    struct cd_arena *arena;
    struct cd_spans *spans;
    uint32_t capacity;
    bool failed;
};

static void add_span(struct span_list *list, struct cd_span span)
{
    struct cd_spans *spans = list->spans;
    if (spans->count == list->capacity) {
        uint32_t capacity = list->capacity ? 2 * list->capacity : 64;
        struct cd_span *items =
            cd_arena_grow(list->arena, spans->items, spans->count * sizeof *items, capacity * sizeof *items);
        list->failed |= items == NULL;
        if (list->failed)
            return;
        spans->items = items;
        list->capacity = capacity;
    }
    spans->items[spans->count++] = span;
}

/* The names in the labels of a stretch. */
static void read_labels(const struct cd_lattice *lattice, const struct cd_transitions *exponential,
                        const uint8_t *labels, uint32_t first_token, struct span_list *list)
{
    for (uint32_t t = 0; t < lattice->length; t++) {
        if (labels[t] == CD_LABEL_O)
            continue;
        uint32_t begin = t;
        unsigned type = labels[t] % CD_TYPES;
        while (labels[t] < CD_LABEL_L && t + 1 < lattice->length)
            t++;
        add_span(list, (struct cd_span){
                           .first_token = first_token + begin,
                           .token_count = t - begin + 1,
                           .type = (uint8_t)type,
                           .confidence = cd_lattice_span(lattice, exponential, begin, t - begin + 1, type)});
    }
}

static void decode_stretch(struct cd_tagger_scratch *s, const struct cd_sentence_view *view, uint32_t begin,
                           uint32_t end, uint32_t first_token, struct span_list *list)
{
    const struct cd_transitions *exponential = &s->tagger->exponential[view->caseless];
    struct cd_lattice lattice = {
        .length = end - begin,
        .after_outside = begin > 0,
        .before_outside = end < view->count,
        .potential = s->potential,
        .forward = s->forward,
        .backward = s->backward,
        .norm = s->norm,
    };
    for (uint32_t t = begin; t < end; t++)
        cd_lattice_potential(s->scores[t], &s->potential[t - begin]);
    cd_lattice_best(&lattice, exponential, s->back, s->labels);
    bool any = false;
    for (uint32_t t = 0; t < lattice.length; t++)
        any |= s->labels[t] != CD_LABEL_O;
    if (any && cd_lattice_run(&lattice, exponential))
        read_labels(&lattice, exponential, s->labels, first_token + begin, list);
}

static void tag_sentence(struct cd_tagger_scratch *s, const struct cd_document *document,
                         const struct cd_sentence *sentence, struct span_list *list)
{
    bool caseless = is_caseless(sentence);
    uint32_t n = sentence->token_count;
    s->padded[0] = s->padded[1] = &cd_word_cache_edge(s->cache, false, caseless)->word;
    s->padded[n + 2] = s->padded[n + 3] = &cd_word_cache_edge(s->cache, true, caseless)->word;
    memcpy(s->padded + 2, s->words + sentence->first_token, n * sizeof *s->padded);
    struct cd_sentence_view view = {
        .words = s->padded + 2,
        .contexts = s->contexts,
        .count = n,
        .letter_case = sentence->letter_case,
        .caseless = caseless,
        .in_title = sentence->in_title,
        .starts_paragraph = sentence->starts_paragraph,
    };
    for (uint32_t t = 0; t < n; t++)
        s->contexts[t].evidence = cd_evidence_of(&s->evidence, sentence, sentence->first_token + t, s->words);
    cd_prepare_contexts(&s->tagger->lexicon, &view);
    score_sentence(s, &view);
    for (uint32_t t = 0; t < n;) {
        uint32_t begin = t;
        while (t < n && !s->outside[t])
            t++;
        if (t > begin)
            decode_stretch(s, &view, begin, t, sentence->first_token, list);
        t++;
    }
    (void)document;
}

enum cd_status cd_tag(const struct cd_tagger *tagger, struct cd_tagger_scratch *scratch,
                      const struct cd_document *document, struct cd_arena *arena, struct cd_spans *spans,
                      struct cd_error *error)
{
    *spans = (struct cd_spans){0};
    struct span_list list = {.arena = arena, .spans = spans};
    (void)tagger;
    if (!reserve_document(scratch, document) || !cd_word_cache_trim(scratch->cache) ||
        !find_words(scratch, document) || !cd_evidence_gather(&scratch->evidence, document, scratch->words))
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    for (uint32_t i = 0; i < document->sentence_count; i++)
        tag_sentence(scratch, document, &document->sentences[i], &list);
    return list.failed ? cd_fail(error, CD_MEMORY, NULL, "out of memory") : CD_OK;
}
