/* Features of a token in its sentence. */
#include <string.h>

#include "copydesk/hash.h"
#include "features.h"

/* ---- preparing a sentence ------------------------------------------------------------------ */

static bool is_high(const struct cd_word *word)
{
    return word->writing == CD_WRITTEN_CAPITAL || word->writing == CD_WRITTEN_UPPER ||
           word->writing == CD_WRITTEN_MIXED;
}

static void mark_name(struct cd_sentence_view *view, uint32_t first, uint32_t count, unsigned type,
                      bool doubtful)
{
    unsigned add = doubtful ? 4 : 0;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t state = (uint8_t)(count == 1 ? 4 : i == 0 ? 1 : i + 1 == count ? 3 : 2);
        view->contexts[first + i].names[type] = (uint8_t)(state + add);
    }
}

/* The longest listed name of each type from `first` on. Later starts do not break a longer earlier name. */
static void match_names(const struct cd_lexicon *lexicon, struct cd_sentence_view *view, uint32_t first,
                        uint32_t free_from[])
{
    uint32_t longest[CD_ENTITY_TYPE_COUNT] = {0};
    bool doubtful[CD_ENTITY_TYPE_COUNT] = {false};
    uint64_t hash = 0;
    unsigned bits = view->words[first]->names;
    for (uint32_t length = 1;; length++) {
        for (unsigned type = 0; type < CD_ENTITY_TYPE_COUNT; type++) {
            if (type == CD_LAW || !((bits >> type | bits >> (CD_PHRASE_DOUBTFUL_SHIFT + type)) & 1))
                continue;
            longest[type] = length;
            doubtful[type] = !(bits >> type & 1);
        }
        if (!(bits & CD_PHRASE_CONTINUES) || length == CD_PHRASE_TOKENS_MAX || first + length == view->count)
            break;
        hash = cd_phrase_hash(hash, view->words[first + length - 1]->phrase);
        bits = cd_lexicon_phrase(lexicon, cd_phrase_hash(hash, view->words[first + length]->phrase));
    }
    for (unsigned type = 0; type < CD_ENTITY_TYPE_COUNT; type++)
        if (longest[type] && first + longest[type] > free_from[type]) {
            mark_name(view, first, longest[type], type, doubtful[type]);
            free_from[type] = first + longest[type];
        }
}

/* A hyphen or ampersand between two capitalised words without spaces belongs to the run. */
static bool joins(const struct cd_sentence_view *view, uint32_t at)
{
    const struct cd_word *word = view->words[at];
    return word->kind == CD_TOKEN_PUNCTUATION && word->connects && at + 1 < view->count &&
           is_high(view->words[at + 1]);
}

static void mark_runs(struct cd_sentence_view *view)
{
    uint32_t at = 0;
    while (at < view->count) {
        if (view->caseless || !is_high(view->words[at])) {
            at++;
            continue;
        }
        uint32_t first = at;
        while (at < view->count && (is_high(view->words[at]) || joins(view, at)))
            at++;
        uint32_t last = at - 1, wide = last;
        while (wide + 2 < view->count && view->words[wide + 1]->connects) {
            uint32_t next = wide + 2;
            if (view->words[next]->connects && next + 1 < view->count && !is_high(view->words[next]))
                next++;
            if (!is_high(view->words[next]))
                break;
            wide = next;
            while (wide + 1 < view->count && is_high(view->words[wide + 1]))
                wide++;
        }
        for (uint32_t i = first; i <= last; i++) {
            view->contexts[i].in_run = true;
            view->contexts[i].run_first = (uint16_t)first;
            view->contexts[i].run_last = (uint16_t)last;
            view->contexts[i].wide_last = (uint16_t)wide;
        }
    }
}

static void mark_quotes(struct cd_sentence_view *view)
{
    bool open = false, fresh = false;
    for (uint32_t i = 0; i < view->count; i++) {
        if (view->words[i]->quote && view->words[i]->kind == CD_TOKEN_PUNCTUATION) {
            open = !open;
            fresh = open;
            continue;
        }
        view->contexts[i].in_quotes = open ? (fresh ? 2 : 1) : 0;
        fresh = false;
    }
}

/* "World Health Organization (WHO)": the capitals in brackets are the initials of the words before. */
static void mark_acronym(struct cd_sentence_view *view, uint32_t bracket)
{
    if (bracket + 2 >= view->count || bracket < 2)
        return;
    const struct cd_word *word = view->words[bracket + 1];
    if (word->length < 2 || word->length > 7 || word->kind != CD_TOKEN_WORD)
        return;
    uint32_t initials = 0, at = bracket;
    while (at > 0 && initials < word->length && bracket - at < 10) {
        const struct cd_word *before = view->words[at - 1];
        bool small = before->connects;
        if (before->kind != CD_TOKEN_WORD && !small)
            break;
        initials += !small;
        at--;
    }
    if (initials != word->length || view->words[at]->first != word->first)
        return;
    view->contexts[bracket + 1].acronym = 1;
    for (uint32_t i = at; i < bracket; i++)
        view->contexts[i].acronym = 2;
}

void cd_prepare_contexts(const struct cd_lexicon *lexicon, struct cd_sentence_view *view)
{
    uint32_t free_from[CD_ENTITY_TYPE_COUNT] = {0};
    for (uint32_t i = 0; i < view->count; i++) {
        uint8_t evidence = view->contexts[i].evidence;
        view->contexts[i] = (struct cd_token_context){.evidence = evidence};
    }
    for (uint32_t i = 0; i < view->count; i++) {
        if (view->words[i]->names && (view->caseless ? !view->words[i]->connects : is_high(view->words[i])))
            match_names(lexicon, view, i, free_from);
        if (view->words[i]->bracket)
            mark_acronym(view, i);
    }
    mark_runs(view);
    mark_quotes(view);
}

/* ---- features ------------------------------------------------------------------------------ */

struct sink {
    uint64_t *features;
    uint32_t count;
};

static inline void emit(struct sink *sink, unsigned template, uint64_t a)
{
    sink->features[sink->count++] = cd_hash_mix(a, template * 0xd6e8feb86659fd93ULL);
}

static inline void emit2(struct sink *sink, unsigned template, uint64_t a, uint64_t b)
{
    emit(sink, template, cd_hash_mix(a, b + 0x632be59bd9b4e019ULL));
}

static inline void emit3(struct sink *sink, unsigned template, uint64_t a, uint64_t b, uint64_t c)
{
    emit2(sink, template, cd_hash_mix(a, b + 0x8cb92ba72f3d8dd7ULL), c);
}

static void emit_run(struct sink *sink, const struct cd_sentence_view *view, uint32_t token)
{
    const struct cd_token_context *c = &view->contexts[token];
    const struct cd_word *const *w = view->words;
    if (!c->in_run)
        return;
    int first = c->run_first, last = c->run_last;
    unsigned length = (unsigned)(last - first + 1 > 5 ? 5 : last - first + 1);
    unsigned where = ((int)token == first ? 1 : 0) + ((int)token == last ? 2 : 0);
    const struct cd_word *before = w[first - 1], *after = w[last + 1];
    emit2(sink, 30, length, where);
    emit2(sink, 31, w[last]->lower, where);
    emit2(sink, 32, w[first]->lower, where);
    emit2(sink, 33, w[last]->cluster[2], where);
    emit2(sink, 34, w[first]->cluster[2], where);
    emit3(sink, 35, before->lower, length, where);
    emit3(sink, 36, after->lower, length, where);
    emit3(sink, 37, before->cluster[2], length, where);
    emit3(sink, 38, after->cluster[2], length, where);
    emit2(sink, 44, w[last]->news[0], where);
    emit2(sink, 45, w[first]->news[0], where);
    emit3(sink, 46, before->news[1], length, where);
    emit3(sink, 47, after->news[1], length, where);
    emit3(sink, 39, w[first]->profile, w[last]->profile, where);
    emit3(sink, 40, before->cluster[1], after->cluster[1], where);
    if (c->wide_last != last) {
        emit2(sink, 41, w[c->wide_last]->lower, where);
        emit2(sink, 42, w[last]->lower, w[last + 1]->lower);
    }
    if (length <= 4) {
        uint64_t whole = 0;
        for (int i = first; i <= last; i++)
            whole = cd_phrase_hash(whole, w[i]->lower);
        emit2(sink, 43, whole, where);
    }
}

/* The listed names over a token as one number, 0 where there is none, as nearly everywhere. */
static uint64_t names_over(const struct cd_token_context *context)
{
    uint64_t bytes, all = 0;
    _Static_assert(sizeof context->names == sizeof bytes, "a byte a type");
    memcpy(&bytes, context->names, sizeof bytes);
    if (bytes == 0)
        return 0;
    for (unsigned type = 0; type < CD_ENTITY_TYPE_COUNT; type++)
        all = all * 9 + context->names[type];
    return all;
}

static void emit_names(struct sink *sink, const struct cd_sentence_view *view, uint32_t token)
{
    const struct cd_token_context *c = &view->contexts[token];
    const struct cd_word *word = view->words[token];
    uint64_t all = names_over(c), next = token + 1 < view->count ? names_over(c + 1) : 0,
             previous = token > 0 ? names_over(c - 1) : 0;
    for (unsigned type = 0; all && type < CD_ENTITY_TYPE_COUNT; type++)
        if (c->names[type]) {
            emit2(sink, 50, type * 16 + c->names[type], word->writing);
            emit2(sink, 51, type * 16 + c->names[type], word->cluster[1]);
        }
    if (all) {
        emit2(sink, 52, all, word->writing);
        emit2(sink, 53, all, c->evidence);
    }
    if (next)
        emit2(sink, 54, next, word->shape);
    if (previous)
        emit2(sink, 55, previous, word->shape);
}

static void emit_document(struct sink *sink, const struct cd_sentence_view *view, uint32_t token)
{
    const struct cd_token_context *c = &view->contexts[token];
    const struct cd_word *word = view->words[token];
    unsigned place = token == 0 ? 1 : 0;
    emit3(sink, 60, c->evidence, word->writing, place);
    emit2(sink, 61, c->evidence, word->shape);
    emit2(sink, 62, token > 0 ? view->contexts[token - 1].evidence : 255, word->writing);
    emit2(sink, 63, token + 1 < view->count ? view->contexts[token + 1].evidence : 255, word->writing);
    if (place) {
        emit(sink, 64, word->lower);
        emit3(sink, 65, word->cluster[2], c->evidence, word->writing);
    }
    if (c->in_quotes)
        emit3(sink, 66, c->in_quotes, word->shape, c->in_run ? (uint64_t)(c->run_last - c->run_first) : 99);
    if (c->acronym)
        emit2(sink, 67, c->acronym, word->shape);
    emit3(sink, 68, view->in_title, view->starts_paragraph, word->writing + 8U * (token < 6 ? token : 6));
    if (view->caseless) {
        emit2(sink, 69, view->letter_case, word->written);
        emit3(sink, 70, view->letter_case, word->written, view->words[(int)token - 1]->written);
        emit3(sink, 71, view->letter_case, word->written, view->words[token + 1]->written);
    }
}

uint32_t cd_context_features(const struct cd_sentence_view *view, uint32_t token, uint64_t *features)
{
    struct sink sink = {.features = features};
    emit_run(&sink, view, token);
    emit_names(&sink, view, token);
    emit_document(&sink, view, token);
    return sink.count;
}
