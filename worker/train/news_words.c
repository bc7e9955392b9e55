#include "news_words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copydesk/document.h"
#include "copydesk/hash.h"
#include "lines.h"

enum { WORD_BYTES_MAX = 40 };

/* ---- vocabulary ---------------------------------------------------------------------------- */

void *cd_must(void *block)
{
    if (!block) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return block;
}

/* Where `text` stands in the slots, or the free slot for it; there are slots. */
static uint32_t *find_slot(const struct cd_news_words *corpus, const char *text)
{
    uint32_t mask = corpus->slot_count - 1;
    uint32_t at = (uint32_t)cd_hash(text, strlen(text), 0) & mask;
    while (corpus->slots[at] && strcmp(corpus->words[corpus->slots[at] - 1].text, text) != 0)
        at = (at + 1) & mask;
    return &corpus->slots[at];
}

static void double_slots(struct cd_news_words *corpus)
{
    free(corpus->slots);
    corpus->slot_count = corpus->slot_count ? corpus->slot_count * 2 : 1 << 20;
    corpus->slots = cd_must(calloc(corpus->slot_count, sizeof *corpus->slots));
    for (uint32_t i = 0; i < corpus->word_count; i++)
        *find_slot(corpus, corpus->words[i].text) = i + 1;
}

static uint32_t add_word(struct cd_news_words *corpus, const char *text)
{
    if (!corpus->slots || corpus->word_count * 2 >= corpus->slot_count)
        double_slots(corpus);
    uint32_t *slot = find_slot(corpus, text);
    if (!*slot) {
        if (corpus->word_count == corpus->word_capacity) {
            corpus->word_capacity = corpus->word_capacity ? corpus->word_capacity * 2 : 1 << 16;
            corpus->words = cd_must(realloc(corpus->words, corpus->word_capacity * sizeof *corpus->words));
        }
        corpus->words[corpus->word_count] = (struct cd_news_word){cd_must(strdup(text)), 0, 0};
        *slot = ++corpus->word_count;
    }
    corpus->words[*slot - 1].count++;
    return *slot - 1;
}

static void add_token(struct cd_news_words *corpus, uint32_t word)
{
    if (corpus->token_count == corpus->token_capacity) {
        corpus->token_capacity = corpus->token_capacity ? corpus->token_capacity * 2 : 1 << 20;
        corpus->tokens = cd_must(realloc(corpus->tokens, corpus->token_capacity * sizeof *corpus->tokens));
    }
    corpus->tokens[corpus->token_count++] = word;
}

/* ---- reading ------------------------------------------------------------------------------- */

/* The token as a word of the vocabulary: digits become 0, long ones are rare anyway. */
static void normalise(struct cd_slice token, char word[WORD_BYTES_MAX + 1])
{
    size_t length = token.length < WORD_BYTES_MAX ? token.length : WORD_BYTES_MAX;
    for (size_t i = 0; i < length; i++)
        word[i] = isdigit((unsigned char)token.bytes[i]) ? '0' : token.bytes[i];
    word[length] = '\0';
}

static void add_document(struct cd_news_words *corpus, const struct cd_document *document)
{
    char word[WORD_BYTES_MAX + 1];
    for (uint32_t s = 0; s < document->sentence_count; s++) {
        const struct cd_sentence *sentence = &document->sentences[s];
        if (sentence->letter_case != CD_CASE_NORMAL || sentence->token_count < 3)
            continue;
        add_token(corpus, CD_NEWS_BOUNDARY);
        for (uint32_t t = 0; t < sentence->token_count; t++) {
            normalise(cd_token_text(document, sentence->first_token + t), word);
            add_token(corpus, add_word(corpus, word));
        }
    }
}

/* The article's running text under the names our data sets use. */
static const char *body_of(const json_t *article)
{
    static const char *const names[] = {"body", "text", "content", NULL};
    for (int i = 0; names[i]; i++)
        if (json_is_string(json_object_get(article, names[i])))
            return json_string_value(json_object_get(article, names[i]));
    return "";
}

static enum cd_status read_file(struct cd_news_words *corpus, const char *path, struct cd_error *error)
{
    struct cd_lines *lines;
    enum cd_status status = cd_lines_open(path, &lines, error);
    if (status != CD_OK)
        return status;
    struct cd_arena *arena = cd_must(cd_arena_new(1 << 20));
    json_t *article;
    while ((status = cd_lines_next(lines, &article, error)) == CD_OK && article) {
        struct cd_document document;
        struct cd_slice none = {NULL, 0};
        cd_arena_reset(arena, 0);
        if (cd_document_build(none, cd_slice_of(body_of(article)), arena, &document, NULL) == CD_OK)
            add_document(corpus, &document);
        json_decref(article);
    }
    cd_arena_free(arena);
    enum cd_status closed = cd_lines_close(lines, status == CD_OK ? error : NULL);
    return status == CD_OK ? closed : status;
}

/* ---- counting ------------------------------------------------------------------------------ */

static int by_count_then_text(const void *a, const void *b)
{
    const struct cd_news_word *x = *(const struct cd_news_word *const *)a,
                              *y = *(const struct cd_news_word *const *)b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->text, y->text);
}

/* Number the words from CD_NEWS_FIRST_WORD by falling count; the rare ones share CD_NEWS_RARE. */
static void number_words(struct cd_news_words *corpus, uint32_t count_min)
{
    corpus->by_id = cd_must(calloc(corpus->word_count + 1, sizeof(struct cd_news_word *)));
    for (uint32_t i = 0; i < corpus->word_count; i++)
        corpus->by_id[i] = &corpus->words[i];
    qsort(corpus->by_id, corpus->word_count, sizeof(struct cd_news_word *), by_count_then_text);
    uint32_t next = CD_NEWS_FIRST_WORD;
    for (uint32_t i = 0; i < corpus->word_count; i++)
        corpus->by_id[i]->id = corpus->by_id[i]->count >= count_min ? next++ : CD_NEWS_RARE;
    corpus->id_count = next;
    for (size_t i = 0; i < corpus->token_count; i++)
        corpus->tokens[i] = corpus->tokens[i] == 0 ? CD_NEWS_BOUNDARY : corpus->words[corpus->tokens[i]].id;
}

enum cd_status cd_news_words_read(char *const *paths, int path_count, uint32_t count_min,
                                  struct cd_news_words *words, struct cd_error *error)
{
    *words = (struct cd_news_words){0};
    add_word(words, "\n"); /* index 0 is the border between sentences */
    for (int i = 0; i < path_count; i++) {
        enum cd_status status = read_file(words, paths[i], error);
        if (status != CD_OK)
            return status;
    }
    number_words(words, count_min);
    return CD_OK;
}

uint32_t cd_positive_number(const char *text)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    return *end || value > 1000000 ? 0 : (uint32_t)value;
}
