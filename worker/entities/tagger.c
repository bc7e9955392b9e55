/* The linear tagger: sums of weights per token, then a conditional random field over each stretch of tokens
 * that may hold a name. Most tokens of a text are so surely outside of any name that their label is fixed;
 * they part the stretches. */
#include "copydesk/tagger.h"

#include <stdlib.h>

#include "evidence.h"
#include "scores.h"
#include "second_look.h"
#include "stretches.h"
#include "word_cache.h"

struct cd_tagger {
    struct cd_lexicon lexicon;
    struct cd_weights weights[2]; /* [caseless] */
    struct cd_transition_factors factors[2];
    struct cd_second_look look;
};

/* A stretch of tokens that may hold names, [begin, end) of the document. */
struct stretch {
    const struct cd_sentence *sentence;
    uint32_t begin, end;
    uint32_t first_speaker;          /* the first token that speaks, or `end` */
    uint32_t kept;                   /* rows of the first look's forward pass that stay right */
    uint32_t first_span, span_count; /* what the first look found, when no token speaks */
};

struct span_list {
    struct cd_arena *arena;
    struct cd_spans *spans;
    uint32_t capacity;
    bool failed;
};

/* Arrays for the longest document and sentence so far. */
struct cd_tagger_scratch {
    const struct cd_tagger *tagger;
    struct cd_word_cache *cache;
    struct cd_evidence_table evidence;
    struct cd_opinions opinions;
    uint32_t document_capacity, sentence_capacity;
    struct cd_word_lookup *lookups; /* per token of the document */
    const struct cd_word **words;   /* the same */
    float (*scores)[CD_LABELS];     /* the same */
    float (*marginals)[CD_LABELS];  /* the same: what it is by itself, when its word has a say */
    bool *outside;                  /* the same: surely outside; scores and marginals are not filled in */
    bool *speaks;                   /* the same: its word has a say and stands in the document again */
    struct cd_lattice_row *potential, *forward; /* the same, after the first look */
    float *norm;                                /* the same */
    struct stretch *stretches;                  /* of the document, at most one a token */
    uint32_t stretch_count;
    uint32_t *spoken; /* per distinct word: tokens whose word has a say */
    uint32_t spoken_capacity, speaker_count;
    const struct cd_word **padded;     /* per token of the sentence, and edges on each side */
    struct cd_token_context *contexts; /* per token of the sentence, as all below */
    struct cd_lattice_row *backward, *best;
    uint8_t *labels;
};

const char *cd_entity_type_name(enum cd_entity_type type)
{
    static const char *const names[CD_ENTITY_TYPE_COUNT] = {"PERSON", "ORGANIZATION", "LOCATION", "NORP",
                                                            "EVENT",  "WORK_OF_ART",  "LAW",      "PRODUCT"};
    return names[type];
}

/* ---- opening ------------------------------------------------------------------------------- */

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
    if (status == CD_OK)
        status = cd_second_look_open(file, &opened->look, error);
    if (status != CD_OK) {
        cd_tagger_close(opened);
        return status;
    }
    for (unsigned set = 0; set < 2; set++)
        cd_transitions_prepare(&opened->weights[set].transitions, &opened->factors[set]);
    *tagger = opened;
    return CD_OK;
}

void cd_tagger_close(struct cd_tagger *tagger)
{
    if (!tagger)
        return;
    cd_weights_close(&tagger->weights[0]);
    cd_weights_close(&tagger->weights[1]);
    free(tagger);
}

/* ---- scratch ------------------------------------------------------------------------------- */

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

static void free_document_arrays(struct cd_tagger_scratch *s)
{
    free(s->lookups);
    free(s->words);
    free(s->scores);
    free(s->marginals);
    free(s->outside);
    free(s->speaks);
    free(s->potential);
    free(s->forward);
    free(s->norm);
    free(s->stretches);
}

static void free_sentence_arrays(struct cd_tagger_scratch *s)
{
    free(s->padded);
    free(s->contexts);
    free(s->backward);
    free(s->best);
    free(s->labels);
}

void cd_tagger_scratch_free(struct cd_tagger_scratch *scratch)
{
    if (!scratch)
        return;
    cd_word_cache_free(scratch->cache);
    cd_evidence_free(&scratch->evidence);
    cd_opinions_free(&scratch->opinions);
    free(scratch->spoken);
    free_document_arrays(scratch);
    free_sentence_arrays(scratch);
    free(scratch);
}

static bool reserve_sentence(struct cd_tagger_scratch *s, uint32_t tokens)
{
    if (tokens <= s->sentence_capacity)
        return true;
    uint32_t n = tokens + tokens / 2 + 64;
    free_sentence_arrays(s);
    s->padded = malloc((n + 2 * CD_NETWORK_REACH) * sizeof(struct cd_word *));
    s->contexts = calloc(n, sizeof *s->contexts);
    s->backward = malloc(n * sizeof *s->backward);
    s->best = malloc(n * sizeof *s->best);
    s->labels = malloc(n * sizeof *s->labels);
    bool done = s->padded && s->contexts && s->backward && s->best && s->labels;
    s->sentence_capacity = done ? n : 0;
    return done;
}

static bool reserve_document(struct cd_tagger_scratch *s, const struct cd_document *document)
{
    if (document->token_count > s->document_capacity) {
        uint32_t capacity = document->token_count + document->token_count / 2;
        free_document_arrays(s);
        s->lookups = malloc(capacity * sizeof *s->lookups);
        s->words = malloc(capacity * sizeof(struct cd_word *));
        s->scores = malloc(capacity * sizeof *s->scores);
        s->marginals = malloc(capacity * sizeof *s->marginals);
        s->outside = malloc(capacity * sizeof *s->outside);
        s->speaks = malloc(capacity * sizeof *s->speaks);
        s->potential = malloc(capacity * sizeof *s->potential);
        s->forward = malloc(capacity * sizeof *s->forward);
        s->norm = malloc(capacity * sizeof *s->norm);
        s->stretches = malloc(capacity * sizeof *s->stretches);
        bool done = s->lookups && s->words && s->scores && s->marginals && s->outside && s->speaks &&
                    s->potential && s->forward && s->norm && s->stretches;
        s->document_capacity = done ? capacity : 0;
        if (!done)
            return false;
    }
    uint32_t longest = 0;
    for (uint32_t i = 0; i < document->sentence_count; i++)
        if (document->sentences[i].token_count > longest)
            longest = document->sentences[i].token_count;
    return reserve_sentence(s, longest);
}

/* ---- words --------------------------------------------------------------------------------- */

static bool is_caseless(const struct cd_sentence *sentence)
{
    return sentence->letter_case != CD_CASE_NORMAL;
}

static void look_up_words(struct cd_tagger_scratch *s, const struct cd_document *document)
{
    for (uint32_t i = 0; i < document->sentence_count; i++) {
        const struct cd_sentence *sentence = &document->sentences[i];
        for (uint32_t t = sentence->first_token; t < sentence->first_token + sentence->token_count; t++)
            s->lookups[t] = cd_word_cache_look_up(s->cache, cd_token_text(document, t),
                                                  document->tokens[t].kind, is_caseless(sentence));
    }
}

static bool find_words(struct cd_tagger_scratch *s, const struct cd_document *document)
{
    enum { AHEAD = 8 };
    look_up_words(s, document);
    for (uint32_t t = 0; t < document->token_count; t++) {
        if (t + AHEAD < document->token_count)
            cd_word_cache_prefetch(s->cache, &s->lookups[t + AHEAD]);
        const struct cd_cached_word *found = cd_word_cache_find(s->cache, &s->lookups[t]);
        if (!found)
            return false;
        s->words[t] = &found->word;
    }
    return true;
}

/* ---- spans --------------------------------------------------------------------------------- */

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
static void read_labels(const struct cd_lattice *lattice, const struct cd_transition_factors *factors,
                        const struct cd_calibration *calibration, const uint8_t *labels, uint32_t first_token,
                        struct span_list *list)
{
    for (uint32_t t = 0; t < lattice->length; t++) {
        if (labels[t] == CD_LABEL_O)
            continue;
        uint32_t begin = t;
        unsigned type = labels[t] % CD_TYPES;
        while (labels[t] < CD_LABEL_L && t + 1 < lattice->length)
            t++;
        float p = cd_lattice_span(lattice, factors, begin, t - begin + 1, type);
        add_span(list, (struct cd_span){.first_token = first_token + begin,
                                        .token_count = t - begin + 1,
                                        .type = (uint8_t)type,
                                        .confidence = cd_calibrated(calibration, type, p)});
    }
}

/* ---- stretches ----------------------------------------------------------------------------- */

static struct cd_lattice lattice_of(const struct cd_tagger_scratch *s, const struct stretch *stretch)
{
    const struct cd_sentence *sentence = stretch->sentence;
    return (struct cd_lattice){
        .length = stretch->end - stretch->begin,
        .after_outside = stretch->begin > sentence->first_token,
        .before_outside = stretch->end < sentence->first_token + sentence->token_count,
        .potential = s->potential + stretch->begin,
        .forward = s->forward + stretch->begin,
        .backward = s->backward,
        .norm = s->norm + stretch->begin,
    };
}

/* When the labelling without any name has more than half of the probability, no other can be the best; a
 * little more, for rounding. */
static bool may_hold_names(const struct cd_lattice *lattice)
{
    return lattice->all_outside < 0.501F;
}

/* The names of a stretch whose lattice was run forward. */
static void find_names(struct cd_tagger_scratch *s, const struct stretch *stretch,
                       const struct cd_lattice *lattice, struct span_list *list)
{
    bool caseless = is_caseless(stretch->sentence);
    const struct cd_transition_factors *factors = &s->tagger->factors[caseless];
    uint32_t first = 0;
    cd_lattice_best(lattice, factors, s->best, s->labels);
    while (first < lattice->length && s->labels[first] == CD_LABEL_O)
        first++;
    if (first == lattice->length)
        return;
    cd_lattice_backward(lattice, factors, first);
    read_labels(lattice, factors, &s->tagger->weights[caseless].calibration, s->labels, stretch->begin, list);
}

/* The next stretch of the sentence from `from` on; false when there is none. */
static bool next_stretch(const struct cd_tagger_scratch *s, const struct cd_sentence *sentence, uint32_t from,
                         struct stretch *stretch)
{
    uint32_t end = sentence->first_token + sentence->token_count;
    while (from < end && s->outside[from])
        from++;
    *stretch = (struct stretch){.sentence = sentence, .begin = from, .end = from};
    while (stretch->end < end && !s->outside[stretch->end])
        stretch->end++;
    stretch->first_speaker = stretch->begin;
    while (stretch->first_speaker < stretch->end && !s->speaks[stretch->first_speaker])
        stretch->first_speaker++;
    return stretch->end > stretch->begin;
}

/* ---- passes -------------------------------------------------------------------------------- */

/* Score the tokens of a sentence. */
static void score(struct cd_tagger_scratch *s, const struct cd_sentence *sentence)
{
    bool caseless = is_caseless(sentence);
    uint32_t n = sentence->token_count, first = sentence->first_token;
    for (uint32_t i = 0; i < CD_NETWORK_REACH; i++) {
        s->padded[i] = &cd_word_cache_edge(s->cache, false, caseless)->word;
        s->padded[CD_NETWORK_REACH + n + i] = &cd_word_cache_edge(s->cache, true, caseless)->word;
    }
    memcpy(s->padded + CD_NETWORK_REACH, s->words + first, n * sizeof(struct cd_word *));
    struct cd_sentence_view view = {
        .words = s->padded + CD_NETWORK_REACH,
        .contexts = s->contexts,
        .count = n,
        .letter_case = sentence->letter_case,
        .caseless = caseless,
        .in_title = sentence->in_title,
        .starts_paragraph = sentence->starts_paragraph,
    };
    for (uint32_t t = 0; t < n; t++)
        s->contexts[t].evidence = cd_evidence_of(&s->evidence, sentence, first + t, s->words);
    cd_prepare_contexts(&s->tagger->lexicon, &view);
    cd_score_tokens(&s->tagger->weights[caseless], &view, s->scores + first, s->outside + first);
}

static uint32_t number_of(const struct cd_tagger_scratch *s, uint32_t token)
{
    return s->evidence.distinct.numbers[token];
}

/* Which tokens speak: a word that stands in the document once hears nothing and has nobody to speak to. */
static bool find_speakers(struct cd_tagger_scratch *s, const struct cd_document *document)
{
    s->spoken =
        cd_distinct_items(s->spoken, &s->spoken_capacity, s->evidence.distinct.count, sizeof *s->spoken);
    if (!s->spoken)
        return false;
    for (uint32_t t = 0; t < document->token_count; t++) {
        s->speaks[t] = cd_has_opinion(s->words[t]);
        s->spoken[number_of(s, t)] += s->speaks[t];
    }
    s->speaker_count = 0;
    for (uint32_t t = 0; t < document->token_count; t++) {
        s->speaks[t] &= s->spoken[number_of(s, t)] > 1;
        s->speaker_count += s->speaks[t];
    }
    return true;
}

static struct cd_looked_at looked_at(const struct cd_tagger_scratch *s, const struct cd_sentence *sentence,
                                     uint32_t token)
{
    uint32_t first = sentence->first_token, last = first + sentence->token_count - 1;
    return (struct cd_looked_at){
        .word = number_of(s, token),
        .next = token < last ? number_of(s, token + 1) : (uint32_t)CD_NO_WORD,
        .previous = token > first ? number_of(s, token - 1) : (uint32_t)CD_NO_WORD,
        .caseless = is_caseless(sentence),
        .marginals = s->outside[token] ? NULL : s->marginals[token],
    };
}

/* What each token of a stretch is by itself, counted for its word. Without a lattice it is nothing. */
static void add_opinions(struct cd_tagger_scratch *s, const struct stretch *stretch,
                         const struct cd_lattice *lattice)
{
    for (uint32_t t = stretch->first_speaker; t < stretch->end; t++) {
        if (!s->speaks[t])
            continue;
        memset(s->marginals[t], 0, sizeof s->marginals[t]);
        if (lattice)
            cd_lattice_columns(lattice, t - stretch->begin, s->marginals[t]);
        struct cd_looked_at token = looked_at(s, stretch->sentence, t);
        cd_opinions_add(&s->opinions, &token);
    }
}

/* First look at a stretch: opinions where a token speaks, and otherwise the names, since nothing more will be
 * known of them. */
static void look_first(struct cd_tagger_scratch *s, struct stretch *stretch, struct span_list *found)
{
    const struct cd_transition_factors *factors = &s->tagger->factors[is_caseless(stretch->sentence)];
    struct cd_lattice lattice = lattice_of(s, stretch);
    for (uint32_t t = stretch->begin; t < stretch->end; t++)
        cd_lattice_potential(s->scores[t], &s->potential[t]);
    bool possible = cd_lattice_forward(&lattice, factors, 0);
    stretch->kept = possible ? stretch->first_speaker - stretch->begin : 0;
    stretch->first_span = found->spans->count;
    if (stretch->first_speaker < stretch->end) {
        if (possible)
            cd_lattice_backward(&lattice, factors, stretch->kept);
        add_opinions(s, stretch, possible ? &lattice : NULL);
    } else if (possible && may_hold_names(&lattice)) {
        find_names(s, stretch, &lattice, found);
    }
    stretch->span_count = found->spans->count - stretch->first_span;
}

/* First pass over a sentence. */
static void look_at_sentence(struct cd_tagger_scratch *s, const struct cd_sentence *sentence,
                             struct span_list *found)
{
    struct stretch stretch;
    for (uint32_t from = sentence->first_token; next_stretch(s, sentence, from, &stretch);
         from = stretch.end) {
        look_first(s, &stretch, found);
        s->stretches[s->stretch_count++] = stretch;
    }
    for (uint32_t t = sentence->first_token; t < sentence->first_token + sentence->token_count; t++)
        if (s->outside[t] && s->speaks[t]) {
            struct cd_looked_at token = looked_at(s, sentence, t);
            cd_opinions_add(&s->opinions, &token);
        }
}

static uint32_t look_features(const struct cd_tagger_scratch *s, const struct cd_sentence *sentence,
                              uint32_t token, uint16_t *features)
{
    if (!s->speaks[token])
        return 0;
    struct cd_looked_at at = looked_at(s, sentence, token);
    return cd_second_look_features(&s->opinions, &at, features);
}

/* Second look: where a token speaks, the scores with what the others say, decoded. */
static void look_again(struct cd_tagger_scratch *s, const struct stretch *stretch,
                       const struct cd_spans *found, struct span_list *list)
{
    for (uint32_t i = 0; found->items && i < stretch->span_count; i++)
        add_span(list, found->items[stretch->first_span + i]);
    if (stretch->first_speaker == stretch->end)
        return;
    uint16_t features[CD_LOOK_FEATURES_MAX];
    for (uint32_t t = stretch->first_speaker; t < stretch->end; t++) {
        uint32_t count = look_features(s, stretch->sentence, t, features);
        if (count == 0)
            continue;
        cd_second_look_add(&s->tagger->look, features, count, s->scores[t]);
        cd_lattice_potential(s->scores[t], &s->potential[t]);
    }
    const struct cd_transition_factors *factors = &s->tagger->factors[is_caseless(stretch->sentence)];
    struct cd_lattice lattice = lattice_of(s, stretch);
    if (cd_lattice_forward(&lattice, factors, stretch->kept) && may_hold_names(&lattice))
        find_names(s, stretch, &lattice, list);
}

static enum cd_status look_at_document(const struct cd_tagger *tagger, struct cd_tagger_scratch *s,
                                       const struct cd_document *document, struct span_list *found,
                                       struct cd_error *error)
{
    s->stretch_count = 0;
    if (s->tagger != tagger)
        return cd_fail(error, CD_INVALID, NULL, "the scratch memory belongs to another tagger");
    if (!reserve_document(s, document) || !cd_word_cache_trim(s->cache) || !find_words(s, document) ||
        !cd_evidence_gather(&s->evidence, document, s->words) || !find_speakers(s, document) ||
        !cd_opinions_begin(&s->opinions, s->evidence.distinct.count, s->speaker_count))
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    for (uint32_t i = 0; i < document->sentence_count; i++) {
        score(s, &document->sentences[i]);
        look_at_sentence(s, &document->sentences[i], found);
    }
    return found->failed ? cd_fail(error, CD_MEMORY, NULL, "out of memory") : CD_OK;
}

enum cd_status cd_tag(const struct cd_tagger *tagger, struct cd_tagger_scratch *scratch,
                      const struct cd_document *document, struct cd_arena *arena, struct cd_spans *spans,
                      struct cd_error *error)
{
    *spans = (struct cd_spans){0};
    struct cd_spans first = {0};
    struct span_list list = {.arena = arena, .spans = spans}, found = {.arena = arena, .spans = &first};
    enum cd_status status = look_at_document(tagger, scratch, document, &found, error);
    if (status != CD_OK)
        return status;
    for (uint32_t i = 0; i < scratch->stretch_count; i++)
        look_again(scratch, &scratch->stretches[i], &first, &list);
    return list.failed ? cd_fail(error, CD_MEMORY, NULL, "out of memory") : CD_OK;
}

/* ---- for the trainer ----------------------------------------------------------------------- */

enum cd_status cd_visit_stretches(const struct cd_tagger *tagger, struct cd_tagger_scratch *s,
                                  const struct cd_document *document, struct cd_arena *arena,
                                  cd_stretch_visitor *visit, void *context, struct cd_error *error)
{
    struct cd_spans first = {0};
    struct span_list found = {.arena = arena, .spans = &first};
    enum cd_status status = look_at_document(tagger, s, document, &found, error);
    for (uint32_t i = 0; i < s->stretch_count && status == CD_OK; i++) {
        const struct stretch *stretch = &s->stretches[i];
        visit(context, &(struct cd_stretch){
                           .first_token = stretch->begin,
                           .count = stretch->end - stretch->begin,
                           .caseless = is_caseless(stretch->sentence),
                           .lattice = lattice_of(s, stretch),
                           .factors = &tagger->factors[is_caseless(stretch->sentence)],
                           .scores = (const float(*)[CD_LABELS])(s->scores + stretch->begin),
                           .scratch = s,
                           .sentence = stretch->sentence,
                       });
    }
    return status;
}

uint32_t cd_stretch_features(const struct cd_stretch *stretch, uint32_t token, uint16_t *features)
{
    return look_features(stretch->scratch, stretch->sentence, stretch->first_token + token, features);
}
