#include "news_words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "copydesk/document.h"
#include "copydesk/hash.h"
#include "lines.h"
#include "program.h"

enum { WORD_BYTES_MAX = 40 };

/* ---- vocabulary ---------------------------------------------------------------------------- */

struct word {
    char *text;
    uint32_t count;
    uint32_t id; /* by falling count after the vocabulary is sorted */
};

/* The text while it is read: its tokens are indices of words, the boundary's is 0. */
struct corpus {
    struct word *words; /* room for half as many as there are slots */
    uint32_t word_count;
    uint32_t *slots; /* open addressing: index + 1 of the word, 0 when free */
    uint32_t slot_count;
    uint32_t *tokens;
    size_t token_count, token_capacity;
};

/* Where `text` stands in the slots, or the free slot for it; there are slots. */
static uint32_t *find_slot(const struct corpus *corpus, const char *text)
{
    uint32_t mask = corpus->slot_count - 1;
    uint32_t at = (uint32_t)cd_hash(text, strlen(text), 0) & mask;
    while (corpus->slots[at] && strcmp(corpus->words[corpus->slots[at] - 1].text, text) != 0)
        at = (at + 1) & mask;
    return &corpus->slots[at];
}

static void double_room(struct corpus *corpus)
{
    free(corpus->slots);
    corpus->slot_count = corpus->slot_count ? corpus->slot_count * 2 : 1 << 20;
    corpus->slots = cd_must(calloc(corpus->slot_count, sizeof *corpus->slots));
    corpus->words = cd_must(realloc(corpus->words, corpus->slot_count / 2 * sizeof *corpus->words));
    for (uint32_t i = 0; i < corpus->word_count; i++)
        *find_slot(corpus, corpus->words[i].text) = i + 1;
}

static uint32_t add_word(struct corpus *corpus, const char *text)
{
    if (!corpus->slots || corpus->word_count * 2 >= corpus->slot_count)
        double_room(corpus);
    uint32_t *slot = find_slot(corpus, text);
    if (!*slot) {
        corpus->words[corpus->word_count] = (struct word){cd_must(strdup(text)), 0, 0};
        *slot = ++corpus->word_count;
    }
    corpus->words[*slot - 1].count++;
    return *slot - 1;
}

static void add_token(struct corpus *corpus, uint32_t word)
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

static void add_document(struct corpus *corpus, const struct cd_document *document)
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

static enum cd_status read_file(struct corpus *corpus, const char *path, struct cd_error *error)
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

/* ---- numbering ----------------------------------------------------------------------------- */

static int by_count_then_text(const void *a, const void *b)
{
    const struct word *x = *(const struct word *const *)a, *y = *(const struct word *const *)b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->text, y->text);
}

/* Number the words by falling count; those that are kept hand their text on. */
static void number_words(struct corpus *corpus, uint32_t count_min, struct cd_news_words *words)
{
    words->seen = corpus->word_count - 1; /* all but the boundary */
    struct word **order = cd_must(calloc(corpus->word_count + 1, sizeof(struct word *)));
    for (uint32_t i = 0; i < words->seen; i++)
        order[i] = &corpus->words[i + 1];
    qsort(order, words->seen, sizeof(struct word *), by_count_then_text);
    words->text = cd_must(calloc(words->seen + CD_NEWS_FIRST_WORD, sizeof(char *)));
    words->word_ids = CD_NEWS_FIRST_WORD;
    for (uint32_t i = 0; i < words->seen; i++) {
        order[i]->id = order[i]->count >= count_min ? words->word_ids++ : CD_NEWS_RARE;
        if (order[i]->id == CD_NEWS_RARE)
            continue;
        words->text[order[i]->id] = order[i]->text;
        order[i]->text = NULL;
    }
    corpus->words[0].id = CD_NEWS_BOUNDARY;
    free(order);
    for (size_t i = 0; i < corpus->token_count; i++)
        corpus->tokens[i] = corpus->words[corpus->tokens[i]].id;
}

static void free_vocabulary(struct corpus *corpus)
{
    for (uint32_t i = 0; i < corpus->word_count; i++)
        free(corpus->words[i].text);
    free(corpus->words);
    free(corpus->slots);
}

enum cd_status cd_news_words_read(char *const *paths, int path_count, uint32_t count_min,
                                  struct cd_news_words *words, struct cd_error *error)
{
    *words = (struct cd_news_words){0};
    struct corpus corpus = {0};
    enum cd_status status = CD_OK;
    add_word(&corpus, "\n"); /* index 0 is the boundary: no token is a line feed */
    for (int i = 0; i < path_count && status == CD_OK; i++)
        status = read_file(&corpus, paths[i], error);
    if (status == CD_OK)
        number_words(&corpus, count_min, words);
    words->tokens = corpus.tokens;
    words->token_count = corpus.token_count;
    free_vocabulary(&corpus);
    return status;
}

void cd_news_words_free(struct cd_news_words *words)
{
    for (uint32_t id = CD_NEWS_FIRST_WORD; id < words->word_ids; id++)
        free(words->text[id]);
    free(words->text);
    free(words->tokens);
    *words = (struct cd_news_words){0};
}

/* ---- neighbours ---------------------------------------------------------------------------- */

/* Whether the words at `left` and `distance` behind it count as neighbours. */
static bool together(const struct cd_news_words *words, size_t left, size_t distance)
{
    const uint32_t *tokens = words->tokens;
    return distance == 1 ||
           (tokens[left + 1] != CD_NEWS_BOUNDARY && tokens[left + distance] != CD_NEWS_BOUNDARY);
}

/* Every neighbour as often as it stands there, grouped by the word it stands beside; word w's end at
 * ends[w]. */
static uint32_t *group_by_word(const struct cd_news_words *words, int offset, size_t *ends)
{
    size_t distance = (size_t)abs(offset), centre = offset < 0 ? distance : 0, other = distance - centre;
    for (size_t left = 0; left + distance < words->token_count; left++)
        if (together(words, left, distance))
            ends[words->tokens[left + centre]]++;
    size_t total = 0;
    for (uint32_t w = 0; w < words->word_ids; w++) {
        size_t count = ends[w];
        ends[w] = total; /* where the row begins; every neighbour put there moves it on */
        total += count;
    }
    uint32_t *grouped = cd_must(calloc(total + 1, sizeof *grouped));
    for (size_t left = 0; left + distance < words->token_count; left++)
        if (together(words, left, distance))
            grouped[ends[words->tokens[left + centre]]++] = words->tokens[left + other];
    return grouped;
}

static int by_id(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* The different ids among `count` of them to the front, by rising id; times[id] says how often each is there.
 */
static size_t distinct(uint32_t *ids, size_t count, uint32_t *times)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (times[ids[i]]++ == 0)
            ids[kept++] = ids[i];
    qsort(ids, kept, sizeof *ids, by_id);
    return kept;
}

struct cd_news_neighbours cd_news_neighbours_count(const struct cd_news_words *words, int offset)
{
    size_t *ends = cd_must(calloc(words->word_ids + 1, sizeof *ends)), from = 0, at = 0;
    uint32_t *times = cd_must(calloc(words->word_ids + 1, sizeof *times));
    struct cd_news_neighbours rows = {cd_must(calloc(words->word_ids + 1, sizeof(size_t))),
                                      group_by_word(words, offset, ends), NULL};
    rows.count = cd_must(calloc((words->word_ids ? ends[words->word_ids - 1] : 0) + 1, sizeof(uint32_t)));
    for (uint32_t w = 0; w < words->word_ids; from = ends[w++]) {
        size_t kept = distinct(rows.word + from, ends[w] - from, times);
        for (size_t i = 0; i < kept; i++, at++) {
            rows.word[at] = rows.word[from + i]; /* never behind where it is read: at <= from + i */
            rows.count[at] = times[rows.word[at]];
            times[rows.word[at]] = 0;
        }
        rows.begin[w + 1] = at;
    }
    free(ends);
    free(times);
    rows.word = cd_must(realloc(rows.word, (at + 1) * sizeof(uint32_t)));
    rows.count = cd_must(realloc(rows.count, (at + 1) * sizeof(uint32_t)));
    return rows;
}

void cd_news_neighbours_free(struct cd_news_neighbours *neighbours)
{
    free(neighbours->begin);
    free(neighbours->word);
    free(neighbours->count);
    *neighbours = (struct cd_news_neighbours){0};
}
