#include "entity_corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../text/characters.h"
#include "copydesk/hash.h"
#include "copydesk/utf8.h"
#include "lines.h"

/* Silver spans and words below these probabilities are left open. */
static const float silver_sure = 0.7F;

static const uint32_t all_types = (1U << CD_ENTITY_TYPE_COUNT) - 1;

/* ---- reading ------------------------------------------------------------------------------- */

static int type_by_name(const char *name)
{
    for (int type = 0; type < CD_ENTITY_TYPE_COUNT; type++)
        if (name && strcmp(name, cd_entity_type_name((enum cd_entity_type)type)) == 0)
            return type;
    return name && strcmp(name, "MISC") == 0 ? CD_GOLD_UNKNOWN : -1;
}

uint32_t cd_corpus_complete_types(const char *path)
{
    char meta[1024];
    snprintf(meta, sizeof meta, "%s", path);
    char *suffix = strstr(meta, ".jsonl");
    if (!suffix || (size_t)(suffix - meta) + sizeof ".META.json" > sizeof meta)
        return all_types;
    memcpy(suffix, ".META.json", sizeof ".META.json");
    json_t *object = json_load_file(meta, 0, NULL);
    if (!object)
        return all_types;
    uint32_t types = 0;
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(object, "complete_types"), i, name)
    {
        int type = type_by_name(json_string_value(name));
        if (type >= 0 && type < CD_ENTITY_TYPE_COUNT)
            types |= 1U << type;
    }
    json_decref(object);
    return types;
}

/* Byte offset of each code point of `text`; offsets[n] is its length. NULL when out of memory. */
static uint32_t *byte_offsets(struct cd_slice text, size_t *codepoints)
{
    uint32_t *offsets = malloc((text.length + 1) * sizeof *offsets);
    size_t n = 0;
    for (size_t i = 0; offsets && i < text.length; i++)
        if (((unsigned char)text.bytes[i] & 0xC0) != 0x80)
            offsets[n++] = (uint32_t)i;
    if (offsets)
        offsets[n] = (uint32_t)text.length;
    *codepoints = n;
    return offsets;
}

static void read_spans(const json_t *object, const uint32_t *offsets, size_t codepoints,
                       struct cd_arena *arena, struct cd_gold_document *gold)
{
    const json_t *entities = json_object_get(object, "entities"), *doubts = json_object_get(object, "doubt");
    gold->spans = cd_arena_zeroed(arena, json_array_size(entities) + 1, sizeof *gold->spans);
    gold->doubts = cd_arena_zeroed(arena, json_array_size(doubts) + 1, sizeof *gold->doubts);
    size_t i;
    json_t *item;
    json_array_foreach(entities, i, item)
    {
        size_t start = (size_t)json_integer_value(json_object_get(item, "start"));
        size_t end = (size_t)json_integer_value(json_object_get(item, "end"));
        int type = type_by_name(json_string_value(json_object_get(item, "type")));
        const json_t *p = json_object_get(item, "p");
        if (type >= 0 && start < end && end <= codepoints)
            gold->spans[gold->span_count++] = (struct cd_gold_span){
                offsets[start], offsets[end], (uint8_t)type, p ? (float)json_number_value(p) : 1.0F};
    }
    json_array_foreach(doubts, i, item)
    {
        size_t start = (size_t)json_integer_value(json_array_get(item, 0));
        size_t end = (size_t)json_integer_value(json_array_get(item, 1));
        if (start < end && end <= codepoints)
            gold->doubts[gold->doubt_count++] =
                (struct cd_gold_span){offsets[start], offsets[end], CD_GOLD_UNKNOWN, 0.0F};
    }
}

static bool read_document(const json_t *object, struct cd_arena *arena, struct cd_gold_document *gold)
{
    const char *text = json_string_value(json_object_get(object, "text"));
    const char *title = json_string_value(json_object_get(object, "title"));
    const char *body = json_string_value(json_object_get(object, "body"));
    const char *id = json_string_value(json_object_get(object, "id"));
    if (!text)
        return false;
    struct cd_slice all = cd_slice_of(text);
    bool parts = title && body && *title && strlen(title) + 2 + strlen(body) == all.length;
    gold->id = cd_arena_copy(arena, cd_slice_of(id ? id : ""));
    gold->title = parts ? cd_arena_copy(arena, cd_slice_of(title)) : (struct cd_slice){0};
    gold->body = cd_arena_copy(arena, cd_slice_of(parts ? body : text));
    size_t codepoints;
    uint32_t *offsets = byte_offsets(all, &codepoints);
    if (!offsets)
        return false;
    read_spans(object, offsets, codepoints, arena, gold);
    free(offsets);
    return true;
}

static struct cd_gold_document *add_document(struct cd_corpus *corpus)
{
    if (corpus->count == corpus->capacity) {
        corpus->capacity = corpus->capacity ? 2 * corpus->capacity : 1024;
        corpus->documents = realloc(corpus->documents, corpus->capacity * sizeof *corpus->documents);
        if (!corpus->documents)
            abort();
    }
    struct cd_gold_document *gold = &corpus->documents[corpus->count++];
    *gold = (struct cd_gold_document){0};
    return gold;
}

enum cd_status cd_corpus_read(struct cd_corpus *corpus, const char *path, uint32_t complete_types,
                              float weight, struct cd_error *error)
{
    if (!corpus->arena && !(corpus->arena = cd_arena_new(1 << 20)))
        return cd_fail(error, CD_MEMORY, path, "out of memory");
    struct cd_lines *lines;
    enum cd_status status = cd_lines_open(path, &lines, error);
    if (status != CD_OK)
        return status;
    json_t *object;
    while ((status = cd_lines_next(lines, &object, error)) == CD_OK && object) {
        struct cd_gold_document *gold = add_document(corpus);
        gold->complete_types = complete_types;
        gold->weight = weight;
        corpus->count -= !read_document(object, corpus->arena, gold);
        json_decref(object);
    }
    enum cd_status closed = cd_lines_close(lines, status == CD_OK ? error : NULL);
    return status == CD_OK ? closed : status;
}

void cd_corpus_free(struct cd_corpus *corpus)
{
    cd_arena_free(corpus->arena);
    free(corpus->documents);
    *corpus = (struct cd_corpus){0};
}

/* ---- labels -------------------------------------------------------------------------------- */

/* O, and every label of the types in `types`. */
static cd_label_set outside_or(uint32_t types)
{
    cd_label_set set = (cd_label_set)1 << CD_LABEL_O;
    for (unsigned place = 0; place < 4; place++)
        set |= (cd_label_set)types << (place * CD_TYPES);
    return set;
}

/* The tokens that a span touches; false when it begins or ends inside one, or touches none. */
static bool covered_tokens(const struct cd_document *document, const struct cd_gold_span *span,
                           uint32_t *first, uint32_t *end)
{
    uint32_t low = 0, high = document->token_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (document->tokens[middle].end_byte <= span->begin_byte)
            low = middle + 1;
        else
            high = middle;
    }
    *first = *end = low;
    while (*end < document->token_count && document->tokens[*end].begin_byte < span->end_byte)
        (*end)++;
    return *first < *end && document->tokens[*first].begin_byte == span->begin_byte &&
           document->tokens[*end - 1].end_byte == span->end_byte;
}

static void label_span(cd_label_set *labels, uint32_t first, uint32_t end, unsigned type)
{
    for (uint32_t t = first; t < end; t++) {
        unsigned place = end - first == 1 ? CD_LABEL_U
                         : t == first     ? CD_LABEL_B
                         : t + 1 == end   ? CD_LABEL_L
                                          : CD_LABEL_I;
        labels[t] = (cd_label_set)1 << (place + type);
    }
}

void cd_corpus_label(const struct cd_gold_document *gold, const struct cd_document *document,
                     cd_label_set *labels)
{
    uint32_t open_types = all_types & ~gold->complete_types;
    for (uint32_t t = 0; t < document->token_count; t++)
        labels[t] = outside_or(open_types);
    uint32_t first, end;
    for (uint32_t i = 0; i < gold->span_count; i++) {
        const struct cd_gold_span *span = &gold->spans[i];
        bool whole = covered_tokens(document, span, &first, &end);
        if (whole && span->type != CD_GOLD_UNKNOWN && span->probability >= silver_sure) {
            label_span(labels, first, end, span->type);
            continue;
        }
        cd_label_set open = span->type == CD_GOLD_UNKNOWN ? outside_or(open_types) : cd_any_label;
        for (uint32_t t = first; t < end; t++)
            labels[t] = open;
    }
    for (uint32_t i = 0; i < gold->doubt_count; i++) {
        covered_tokens(document, &gold->doubts[i], &first, &end);
        for (uint32_t t = first; t < end; t++)
            if (labels[t] == outside_or(0))
                labels[t] = cd_any_label;
    }
    /* A name must not run over a sentence's end. */
    for (uint32_t s = 0; s + 1 < document->sentence_count; s++) {
        uint32_t next = document->sentences[s + 1].first_token;
        cd_label_set going_on = (((cd_label_set)1 << (2 * CD_TYPES)) - 1) << CD_LABEL_B;
        if ((labels[next - 1] & ~going_on) == 0)
            for (uint32_t t = next; t-- > 0 && (labels[t] & ~going_on) == 0;)
                labels[t] = cd_any_label;
        cd_label_set came_on = (((cd_label_set)1 << (2 * CD_TYPES)) - 1) << CD_LABEL_I;
        for (uint32_t t = next; t < document->token_count && (labels[t] & ~came_on) == 0; t++)
            labels[t] = cd_any_label;
    }
}

/* ---- letter case --------------------------------------------------------------------------- */

static bool is_small_word(const char *bytes, size_t length)
{
    static const char words[] =
        " a an and as at but by for from in into is it of on or nor the to with vs via ";
    if (length > 5)
        return false;
    char padded[8] = " ";
    for (size_t i = 0; i < length; i++)
        padded[i + 1] = (char)(bytes[i] | 32);
    padded[length + 1] = ' ';
    padded[length + 2] = '\0';
    return strstr(words, padded) != NULL;
}

static uint32_t recased(enum cd_recase how, uint32_t c, bool begins)
{
    if (how == CD_RECASE_UPPER || (begins && how != CD_RECASE_LOWER))
        return cd_character_upper(c);
    return how == CD_RECASE_LOWER || how == CD_RECASE_TITLE_ALL ? cd_character_lower(c) : c;
}

void cd_recase(enum cd_recase how, char *bytes, size_t length)
{
    struct cd_slice text = {bytes, length};
    bool inside = false;
    unsigned size;
    for (size_t i = 0; how != CD_RECASE_NONE && i < length; i += size) {
        uint32_t c = cd_utf8_decode(text, i, &size);
        enum cd_character kind = cd_character_kind(c);
        bool letter = kind == CD_CHARACTER_LETTER;
        bool begins = letter && !inside;
        if (begins && how == CD_RECASE_TITLE_SMALL_WORDS) {
            size_t end = i;
            while (end < length && ((bytes[end] | 32) >= 'a' && (bytes[end] | 32) <= 'z'))
                end++;
            begins = !is_small_word(bytes + i, end - i);
        }
        char out[4];
        uint32_t changed = letter ? recased(how, c, begins) : c;
        if (changed != c && cd_utf8_encode(changed, out) == size)
            memcpy(bytes + i, out, size);
        inside = letter || kind == CD_CHARACTER_MARK || (inside && kind == CD_CHARACTER_APOSTROPHE) ||
                 kind == CD_CHARACTER_DIGIT;
    }
}

static enum cd_recase choose_recase(uint64_t random)
{
    static const enum cd_recase ways[] = {CD_RECASE_TITLE,     CD_RECASE_TITLE_SMALL_WORDS,
                                          CD_RECASE_TITLE_ALL, CD_RECASE_UPPER,
                                          CD_RECASE_UPPER,     CD_RECASE_LOWER,
                                          CD_RECASE_LOWER,     CD_RECASE_TITLE_SMALL_WORDS};
    return ways[random % (sizeof ways / sizeof *ways)];
}

static void recase_parts(uint64_t random, struct cd_arena *arena, struct cd_slice title, struct cd_slice body)
{
    struct cd_document document;
    if (cd_document_build(title, body, arena, &document, NULL) != CD_OK)
        return;
    if (title.length)
        cd_recase(choose_recase(random), (char *)title.bytes, title.length);
    for (uint32_t s = 0; s < document.sentence_count; s++) {
        random = cd_hash_mix(random, s + 1);
        const struct cd_sentence *sentence = &document.sentences[s];
        if (sentence->in_title || random % 5 != 0)
            continue;
        uint32_t begin = document.tokens[sentence->first_token].begin_byte - document.body_begin_byte;
        uint32_t end = document.tokens[sentence->first_token + sentence->token_count - 1].end_byte -
                       document.body_begin_byte;
        cd_recase(choose_recase(random >> 32), (char *)body.bytes + begin, end - begin);
    }
}

void cd_recase_copy(enum cd_recased how, uint64_t random, struct cd_arena *arena, struct cd_slice title,
                    struct cd_slice body)
{
    if (how == CD_RECASED_PARTS)
        recase_parts(random, arena, title, body);
    if (how != CD_RECASED_WHOLE)
        return;
    enum cd_recase way = choose_recase(random);
    cd_recase(way, (char *)title.bytes, title.length);
    cd_recase(way, (char *)body.bytes, body.length);
}
