#include "entity_examples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../entities/evidence.h"
#include "copydesk/hash.h"

enum { COUNTER_BITS = 27 };

/* ---- distinct words, and features by number ------------------------------------------------ */

struct known_word {
    struct cd_word word; /* first: a pointer to it is a pointer to the whole */
    uint64_t key;
    struct cd_slice text;
    uint32_t number, uses;
    bool caseless;
};

struct map {
    uint64_t *keys;
    uint32_t *values; /* number + 1, 0 empty */
    uint64_t slots, count;
};

struct build {
    const struct cd_lexicon *lexicon;
    struct cd_examples *out;
    struct cd_arena *words_arena, *document_arena;
    struct known_word **words;
    uint32_t word_capacity;
    struct map word_map, feature_map;
    uint8_t *counters; /* how often a feature was seen, by hash; saturating */
    unsigned count_min;
    bool counting; /* first pass: count features; second pass: number and store them */
    bool caseless;
    struct cd_evidence_table evidence;
};

static uint32_t *map_slot(struct map *map, uint64_t key)
{
    if (map->count * 2 >= map->slots) {
        struct map old = *map;
        map->slots = old.slots ? 2 * old.slots : 1 << 16;
        map->keys = malloc(map->slots * sizeof *map->keys);
        map->values = calloc(map->slots, sizeof *map->values);
        for (uint64_t i = 0; i < old.slots; i++)
            if (old.values[i])
                *map_slot(map, old.keys[i]) = old.values[i];
        map->count = old.count;
        free(old.keys);
        free(old.values);
    }
    uint64_t at = (key * 0x9e3779b97f4a7c15ULL) >> 20 & (map->slots - 1);
    while (map->values[at] && map->keys[at] != key)
        at = (at + 1) & (map->slots - 1);
    map->keys[at] = key;
    return &map->values[at];
}

static struct known_word *add_word(struct build *b, uint64_t key)
{
    if (b->out->word_count == b->word_capacity) {
        b->word_capacity = b->word_capacity ? 2 * b->word_capacity : 1 << 16;
        b->words = realloc(b->words, b->word_capacity * sizeof(struct known_word *));
    }
    if (!b->words)
        abort();
    struct known_word *word = cd_arena_zeroed(b->words_arena, 1, sizeof *word);
    word->key = key;
    word->number = b->out->word_count++;
    return b->words[word->number] = word;
}

static struct known_word *know_word(struct build *b, struct cd_slice text, enum cd_token_kind kind,
                                    bool caseless)
{
    uint64_t key = cd_hash(text.bytes, text.length, kind * 2U + caseless);
    uint32_t *slot = map_slot(&b->word_map, key);
    if (*slot)
        return b->words[*slot - 1];
    struct known_word *word = add_word(b, key);
    word->text = cd_arena_copy(b->words_arena, text);
    word->caseless = caseless;
    cd_describe_word(b->lexicon, text, kind, caseless, &word->word);
    *slot = word->number + 1;
    b->word_map.count++;
    return word;
}

static uint8_t *counter_of(struct build *b, uint64_t feature)
{
    return &b->counters[feature >> (64 - COUNTER_BITS)];
}

static void count_feature(struct build *b, uint64_t feature, uint32_t times)
{
    uint8_t *counter = counter_of(b, feature);
    *counter = (uint8_t)(*counter + times > 255 ? 255 : *counter + times);
}

/* The feature's number, or UINT32_MAX when it is too rare. */
static uint32_t number_feature(struct build *b, uint64_t feature)
{
    if (*counter_of(b, feature) < b->count_min)
        return UINT32_MAX;
    uint32_t *slot = map_slot(&b->feature_map, feature);
    if (!*slot) {
        struct cd_examples *out = b->out;
        if ((out->feature_count & (out->feature_count - 1)) == 0)
            out->features = realloc(out->features, (out->feature_count ? 2 * (size_t)out->feature_count : 1) *
                                                       sizeof *out->features);
        out->features[out->feature_count] = feature;
        *slot = ++out->feature_count;
        b->feature_map.count++;
    }
    return *slot - 1;
}

/* ---- sentences ----------------------------------------------------------------------------- */

static void reserve_tokens(struct cd_examples *out, uint32_t more)
{
    if (out->token_count + more + 1 > out->token_capacity) {
        out->token_capacity = 2 * out->token_capacity + more + 4096;
        out->words = realloc(out->words, out->token_capacity * sizeof *out->words);
        out->labels = realloc(out->labels, out->token_capacity * sizeof *out->labels);
        out->context = realloc(out->context, out->token_capacity * sizeof *out->context);
    }
    if (out->context_count + (uint64_t)more * CD_CONTEXT_FEATURES_MAX > out->context_capacity) {
        out->context_capacity = out->context_capacity + out->context_capacity / 2 +
                                (uint64_t)more * CD_CONTEXT_FEATURES_MAX + 4096;
        out->context_features =
            realloc(out->context_features, out->context_capacity * sizeof *out->context_features);
    }
}

static void store_token(struct build *b, struct known_word *word, const uint64_t *features, uint32_t count,
                        cd_label_set labels)
{
    if (b->counting) {
        word->uses++;
        for (uint32_t i = 0; i < count; i++)
            count_feature(b, features[i], 1);
        return;
    }
    struct cd_examples *out = b->out;
    out->words[out->token_count] = word->number;
    out->labels[out->token_count] = labels;
    out->context[out->token_count++] = out->context_count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = number_feature(b, features[i]);
        if (number != UINT32_MAX)
            out->context_features[out->context_count++] = number;
    }
}

static void add_example(struct build *b, uint32_t tokens, uint32_t document, float weight,
                        const cd_label_set *labels)
{
    struct cd_examples *out = b->out;
    if (out->count == out->capacity) {
        out->capacity = out->capacity ? 2 * out->capacity : 4096;
        out->items = realloc(out->items, out->capacity * sizeof *out->items);
    }
    bool open = false;
    for (uint32_t t = 0; t < tokens; t++)
        open |= (labels[t] & (labels[t] - 1)) != 0;
    out->items[out->count++] = (struct cd_example){.first_token = out->token_count,
                                                   .count = tokens,
                                                   .document = document,
                                                   .weight = weight,
                                                   .open = open};
}

static void take_sentence(struct build *b, const struct cd_sentence *sentence,
                          const struct cd_word *const *words, const cd_label_set *labels, uint32_t document,
                          float weight)
{
    uint32_t n = sentence->token_count, first = sentence->first_token;
    const struct cd_word **padded = cd_arena_allocate(b->document_arena, (n + 4) * sizeof(struct cd_word *));
    struct cd_token_context *contexts = cd_arena_zeroed(b->document_arena, n, sizeof *contexts);
    padded[0] = padded[1] = &b->words[b->out->edge_words[0]]->word;
    padded[n + 2] = padded[n + 3] = &b->words[b->out->edge_words[1]]->word;
    memcpy(padded + 2, words + first, n * sizeof(struct cd_word *));
    for (uint32_t t = 0; t < n; t++)
        contexts[t].evidence = cd_evidence_of(&b->evidence, sentence, first + t, words);
    struct cd_sentence_view view = {
        .words = padded + 2,
        .contexts = contexts,
        .count = n,
        .letter_case = sentence->letter_case,
        .caseless = b->caseless,
        .in_title = sentence->in_title,
        .starts_paragraph = sentence->starts_paragraph,
    };
    cd_prepare_contexts(b->lexicon, &view);
    if (!b->counting) {
        reserve_tokens(b->out, n);
        add_example(b, n, document, weight, labels + first);
    }
    uint64_t features[CD_CONTEXT_FEATURES_MAX];
    for (uint32_t t = 0; t < n; t++) {
        uint32_t count = cd_context_features(&view, t, features);
        store_token(b, (struct known_word *)(void *)words[first + t], features, count, labels[first + t]);
    }
}

static void take_document(struct build *b, const struct cd_gold_document *gold,
                          const struct cd_document *document, uint32_t number)
{
    const struct cd_word **words =
        cd_arena_allocate(b->document_arena, (document->token_count + 1) * sizeof(struct cd_word *));
    cd_label_set *labels = cd_arena_allocate(b->document_arena, (document->token_count + 1) * sizeof *labels);
    cd_corpus_label(gold, document, labels);
    for (uint32_t s = 0; s < document->sentence_count; s++) {
        const struct cd_sentence *sentence = &document->sentences[s];
        for (uint32_t t = sentence->first_token; t < sentence->first_token + sentence->token_count; t++)
            words[t] = &know_word(b, cd_token_text(document, t), document->tokens[t].kind,
                                  sentence->letter_case != CD_CASE_NORMAL)
                            ->word;
    }
    cd_evidence_gather(&b->evidence, document, words);
    for (uint32_t s = 0; s < document->sentence_count; s++)
        if ((document->sentences[s].letter_case != CD_CASE_NORMAL) == b->caseless)
            take_sentence(b, &document->sentences[s], words, labels, number, gold->weight);
}

/* ---- copies in other letter cases ---------------------------------------------------------- */

static enum cd_status take_copy(struct build *b, const struct cd_gold_document *gold, uint32_t number,
                                unsigned copy, struct cd_error *error)
{
    cd_arena_reset(b->document_arena, 0);
    struct cd_slice title = cd_arena_copy(b->document_arena, gold->title),
                    body = cd_arena_copy(b->document_arena, gold->body);
    uint64_t random = cd_hash(gold->id.bytes, gold->id.length, 77 + copy);
    if (b->caseless)
        cd_recase_copy(copy == 0 ? CD_RECASED_PARTS : CD_RECASED_WHOLE, random, b->document_arena, title,
                       body);
    struct cd_document document;
    enum cd_status status = cd_document_build(title, body, b->document_arena, &document, error);
    if (status == CD_OK)
        take_document(b, gold, &document, number);
    return status;
}

/* ---- words' own features ------------------------------------------------------------------- */

static void take_words(struct build *b)
{
    uint64_t features[CD_WORD_FEATURES_MAX];
    struct cd_examples *out = b->out;
    uint64_t total = 0, capacity = 0;
    if (!b->counting)
        out->word_begin = malloc(((size_t)out->word_count * CD_PLACES + 1) * sizeof *out->word_begin);
    for (uint32_t w = 0; w < out->word_count; w++) {
        const struct known_word *word = b->words[w];
        for (unsigned place = 0; place < CD_PLACES; place++) {
            uint32_t count = cd_word_features(&word->word, word->text, place, word->caseless, features);
            for (uint32_t i = 0; i < count && b->counting; i++)
                count_feature(b, features[i], word->uses);
            if (b->counting)
                continue;
            if (total + count > capacity) {
                capacity = 2 * capacity + 65536;
                out->word_features = realloc(out->word_features, capacity * sizeof *out->word_features);
            }
            out->word_begin[(size_t)w * CD_PLACES + place] = total;
            for (uint32_t i = 0; i < count && word->uses > 0; i++) {
                uint32_t number = number_feature(b, features[i]);
                if (number != UINT32_MAX)
                    out->word_features[total++] = number;
            }
        }
    }
    if (!b->counting)
        out->word_begin[(size_t)out->word_count * CD_PLACES] = total;
}

static void take_vectors(const struct build *b)
{
    struct cd_examples *out = b->out;
    out->word_vectors = calloc((size_t)out->word_count + 1, sizeof *out->word_vectors);
    for (uint32_t w = 0; w < out->word_count; w++)
        out->word_vectors[w] = b->words[w]->word.vector;
}

static enum cd_status pass(struct build *b, const struct cd_corpus *corpus, bool counting,
                           struct cd_error *error)
{
    enum cd_status status = CD_OK;
    b->counting = counting;
    unsigned copies = b->caseless ? 2 : 1;
    for (uint32_t i = 0; i < corpus->count && status == CD_OK; i++)
        for (unsigned copy = 0; copy < copies && status == CD_OK; copy++)
            status = take_copy(b, &corpus->documents[i], i, copy, error);
    if (status == CD_OK)
        take_words(b);
    if (!counting && status == CD_OK && b->out->token_count)
        b->out->context[b->out->token_count] = b->out->context_count;
    return status;
}

enum cd_status cd_examples_build(const struct cd_corpus *corpus, const struct cd_lexicon *lexicon,
                                 bool caseless, unsigned feature_count_min, struct cd_examples *examples,
                                 struct cd_error *error)
{
    *examples = (struct cd_examples){0};
    struct build b = {.lexicon = lexicon,
                      .out = examples,
                      .words_arena = cd_arena_new(1 << 20),
                      .document_arena = cd_arena_new(1 << 20),
                      .counters = calloc((size_t)1 << COUNTER_BITS, 1),
                      .count_min = feature_count_min,
                      .caseless = caseless};
    for (unsigned end = 0; end < 2; end++) {
        struct known_word *edge = add_word(&b, end);
        edge->caseless = caseless;
        edge->uses = 1000;
        cd_describe_edge(end != 0, &edge->word);
        examples->edge_words[end] = edge->number;
    }
    enum cd_status status = pass(&b, corpus, true, error);
    if (status == CD_OK)
        status = pass(&b, corpus, false, error);
    take_vectors(&b);
    cd_arena_free(b.words_arena);
    cd_arena_free(b.document_arena);
    cd_evidence_free(&b.evidence);
    free(b.counters);
    free(b.words);
    free(b.word_map.keys);
    free(b.word_map.values);
    free(b.feature_map.keys);
    free(b.feature_map.values);
    return status;
}

void cd_examples_free(struct cd_examples *examples)
{
    free(examples->items);
    free(examples->words);
    free(examples->labels);
    free(examples->context);
    free(examples->context_features);
    free(examples->word_begin);
    free(examples->word_features);
    free(examples->word_vectors);
    free(examples->features);
    *examples = (struct cd_examples){0};
}

static uint32_t append(const struct cd_examples *e, uint32_t word, enum cd_place place, uint32_t *features,
                       uint32_t n)
{
    uint64_t begin = e->word_begin[(size_t)word * CD_PLACES + place],
             end = e->word_begin[(size_t)word * CD_PLACES + place + 1];
    for (uint64_t i = begin; i < end; i++)
        features[n++] = e->word_features[i];
    return n;
}

uint32_t cd_example_features(const struct cd_examples *e, const struct cd_example *example, uint32_t token,
                             uint32_t *features)
{
    const uint32_t *words = e->words + example->first_token;
    uint32_t last = example->count - 1, n = 0;
    n = append(e, words[token], CD_PLACE_SELF, features, n);
    n = append(e, token < last ? words[token + 1] : e->edge_words[1], CD_PLACE_NEXT, features, n);
    n = append(e, token > 0 ? words[token - 1] : e->edge_words[0], CD_PLACE_PREVIOUS, features, n);
    n = append(e, token + 1 < last ? words[token + 2] : e->edge_words[1], CD_PLACE_NEXT2, features, n);
    n = append(e, token > 1 ? words[token - 2] : e->edge_words[0], CD_PLACE_PREVIOUS2, features, n);
    for (uint32_t d = CD_WINDOW_FROM; d <= CD_WINDOW_TO; d++) {
        if (token + d <= last)
            n = append(e, words[token + d], CD_PLACE_RIGHT, features, n);
        if (token >= d)
            n = append(e, words[token - d], CD_PLACE_LEFT, features, n);
    }
    uint64_t begin = e->context[example->first_token + token],
             end = e->context[example->first_token + token + 1];
    for (uint64_t i = begin; i < end; i++)
        features[n++] = e->context_features[i];
    return n;
}

/* ---- fewer features ------------------------------------------------------------------------ */

void cd_examples_count(const struct cd_examples *examples, uint32_t *counts)
{
    uint32_t features[CD_EXAMPLE_FEATURES_MAX];
    for (uint32_t i = 0; i < examples->count; i++)
        for (uint32_t t = 0; t < examples->items[i].count; t++) {
            uint32_t count = cd_example_features(examples, &examples->items[i], t, features);
            for (uint32_t f = 0; f < count; f++)
                counts[features[f]]++;
        }
}

/* Close the gaps in runs of feature numbers; begins[count] is the end of the last run. */
static void keep_in(uint32_t *features, uint64_t *begins, size_t count, const uint32_t *numbers)
{
    uint64_t to = 0, from = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t end = begins[i + 1];
        begins[i] = to;
        for (; from < end; from++)
            if (numbers[features[from]] != UINT32_MAX)
                features[to++] = numbers[features[from]];
    }
    begins[count] = to;
}

void cd_examples_keep(struct cd_examples *examples, const bool *keep)
{
    uint32_t *numbers = malloc(((size_t)examples->feature_count + 1) * sizeof *numbers), kept = 0;
    for (uint32_t f = 0; f < examples->feature_count; f++) {
        numbers[f] = keep[f] ? kept : UINT32_MAX;
        if (keep[f])
            examples->features[kept++] = examples->features[f];
    }
    keep_in(examples->context_features, examples->context, examples->token_count, numbers);
    keep_in(examples->word_features, examples->word_begin, (size_t)examples->word_count * CD_PLACES, numbers);
    examples->feature_count = kept;
    free(numbers);
}
