/* train/clusters - word classes from raw news text, for the tagger's features.
 *
 *     clusters CLASSES ITERATIONS COUNT_MIN OUT.tsv FILE...
 *
 * Words that stand in the same places get the same class, so that the tagger knows something of a word it has
 * never seen labelled. The exchange algorithm (Kneser & Ney 1993; Martin, Liermann & Ney 1998) with the
 * predictive model of Uszkoreit & Brants 2008, in both directions: the classes maximise
 *
 *     sum over v,c of N(v,c) log N(v,c)  +  sum over c,u of N(c,u) log N(c,u)  -  2 sum over c of N(c) log
 * N(c)
 *
 * where N(v,c) counts word v followed by a word of class c, and N(c,u) a word of class c followed by word u.
 * Each pass takes every word out of its class and puts it where the sum is largest. Words keep their letter
 * case; digits become 0; words rarer than COUNT_MIN get no class. The same input gives the same classes. */
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copydesk/document.h"
#include "copydesk/hash.h"
#include "lines.h"

enum { BOUNDARY = 0, RARE = 1, FIRST_WORD = 2, WORD_BYTES_MAX = 40, TABLE_SIZE = 1 << 16 };

/* ---- vocabulary ---------------------------------------------------------------------------- */

struct word {
    char *text;
    uint32_t count;
    uint32_t id; /* by falling count after the vocabulary is sorted */
};

struct corpus {
    struct word *words;
    uint32_t word_count, word_capacity;
    uint32_t *slots; /* open addressing: index + 1 of the word, 0 when free */
    uint32_t slot_count;
    uint32_t *tokens; /* word indices, BOUNDARY between sentences */
    size_t token_count, token_capacity;
};

__attribute__((returns_nonnull)) static void *must(void *block)
{
    if (!block) {
        fprintf(stderr, "clusters: out of memory\n");
        exit(1);
    }
    return block;
}

/* Where `text` stands in the slots, or the free slot for it; there are slots. */
static uint32_t *find_slot(const struct corpus *corpus, const char *text)
{
    uint32_t mask = corpus->slot_count - 1;
    uint32_t at = (uint32_t)cd_hash(text, strlen(text), 0) & mask;
    while (corpus->slots[at] && strcmp(corpus->words[corpus->slots[at] - 1].text, text) != 0)
        at = (at + 1) & mask;
    return &corpus->slots[at];
}

static void double_slots(struct corpus *corpus)
{
    free(corpus->slots);
    corpus->slot_count = corpus->slot_count ? corpus->slot_count * 2 : 1 << 20;
    corpus->slots = must(calloc(corpus->slot_count, sizeof *corpus->slots));
    for (uint32_t i = 0; i < corpus->word_count; i++)
        *find_slot(corpus, corpus->words[i].text) = i + 1;
}

static uint32_t add_word(struct corpus *corpus, const char *text)
{
    if (!corpus->slots || corpus->word_count * 2 >= corpus->slot_count)
        double_slots(corpus);
    uint32_t *slot = find_slot(corpus, text);
    if (!*slot) {
        if (corpus->word_count == corpus->word_capacity) {
            corpus->word_capacity = corpus->word_capacity ? corpus->word_capacity * 2 : 1 << 16;
            corpus->words = must(realloc(corpus->words, corpus->word_capacity * sizeof *corpus->words));
        }
        corpus->words[corpus->word_count] = (struct word){must(strdup(text)), 0, 0};
        *slot = ++corpus->word_count;
    }
    corpus->words[*slot - 1].count++;
    return *slot - 1;
}

static void add_token(struct corpus *corpus, uint32_t word)
{
    if (corpus->token_count == corpus->token_capacity) {
        corpus->token_capacity = corpus->token_capacity ? corpus->token_capacity * 2 : 1 << 20;
        corpus->tokens = must(realloc(corpus->tokens, corpus->token_capacity * sizeof *corpus->tokens));
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
        add_token(corpus, BOUNDARY);
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
    struct cd_arena *arena = must(cd_arena_new(1 << 20));
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
    const struct word *x = *(const struct word *const *)a, *y = *(const struct word *const *)b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->text, y->text);
}

/* Number the words from FIRST_WORD by falling count; the rare ones share RARE. Returns how many ids there
 * are, and the kept words in that order. */
static uint32_t number_words(struct corpus *corpus, uint32_t count_min, struct word ***kept)
{
    struct word **order = must(calloc(corpus->word_count + 1, sizeof(struct word *)));
    for (uint32_t i = 0; i < corpus->word_count; i++)
        order[i] = &corpus->words[i];
    qsort(order, corpus->word_count, sizeof(struct word *), by_count_then_text);
    uint32_t next = FIRST_WORD;
    for (uint32_t i = 0; i < corpus->word_count; i++)
        order[i]->id = order[i]->count >= count_min ? next++ : RARE;
    *kept = order;
    return next;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Neighbours of every word with their counts, in one row per word. */
struct neighbours {
    size_t *begin; /* word_ids + 1 */
    uint32_t *word, *count;
};

static struct neighbours count_neighbours(uint64_t *pairs, size_t pair_count, uint32_t word_ids)
{
    qsort(pairs, pair_count, sizeof *pairs, by_value);
    struct neighbours rows = {
        must(calloc(word_ids + 1, sizeof(size_t))),
        must(calloc(pair_count + 1, sizeof(uint32_t))),
        must(calloc(pair_count + 1, sizeof(uint32_t))),
    };
    size_t at = 0;
    for (size_t i = 0, j; i < pair_count; i = j) {
        for (j = i; j < pair_count && pairs[j] == pairs[i]; j++)
            ;
        rows.word[at] = (uint32_t)pairs[i];
        rows.count[at++] = (uint32_t)(j - i);
        rows.begin[(pairs[i] >> 32) + 1] = at;
    }
    for (uint32_t w = 0; w < word_ids; w++)
        if (rows.begin[w + 1] < rows.begin[w])
            rows.begin[w + 1] = rows.begin[w];
    return rows;
}

/* The pairs (word, neighbour) of the corpus; `before` takes the word that stands before, else the one behind.
 */
static struct neighbours count_side(const struct corpus *corpus, uint32_t word_ids, bool before)
{
    size_t count = corpus->token_count ? corpus->token_count - 1 : 0;
    uint64_t *pairs = must(calloc(count + 1, sizeof *pairs));
    for (size_t i = 0; i < count; i++) {
        uint64_t left = corpus->tokens[i], right = corpus->tokens[i + 1];
        pairs[i] = before ? right << 32 | left : left << 32 | right;
    }
    struct neighbours rows = count_neighbours(pairs, count, word_ids);
    free(pairs);
    return rows;
}

/* ---- exchange ------------------------------------------------------------------------------ */

struct clustering {
    uint32_t word_ids, classes;
    struct neighbours sides[2]; /* words before, words behind */
    uint32_t *tables[2]; /* [neighbour][class]: how often the neighbour stands beside a word of the class */
    uint64_t *class_count, *word_count;
    uint32_t *class_of;
    float *gain; /* [class], scratch */
    float x_log_x[TABLE_SIZE];
};

static float x_log_x(const struct clustering *c, uint64_t x)
{
    return x < TABLE_SIZE ? c->x_log_x[x] : (float)((double)x * log((double)x));
}

/* Add (sign 1) or take away (sign -1) a word from a class. */
static void move_word(struct clustering *c, uint32_t word, uint32_t class, int sign)
{
    for (int side = 0; side < 2; side++)
        for (size_t i = c->sides[side].begin[word]; i < c->sides[side].begin[word + 1]; i++)
            c->tables[side][(size_t)c->sides[side].word[i] * c->classes + class] +=
                (uint32_t)sign * c->sides[side].count[i];
    c->class_count[class] += (uint64_t)(int64_t)sign * c->word_count[word];
}

static uint32_t best_class(struct clustering *c, uint32_t word)
{
    uint64_t n = c->word_count[word];
    for (uint32_t k = 0; k < c->classes; k++) {
        uint64_t size = c->class_count[k];
        c->gain[k] = (float)(-2.0 * ((double)(size + n) * log((double)(size + n)) -
                                     (size ? (double)size * log((double)size) : 0.0)));
    }
    for (int side = 0; side < 2; side++)
        for (size_t i = c->sides[side].begin[word]; i < c->sides[side].begin[word + 1]; i++) {
            const uint32_t *row = &c->tables[side][(size_t)c->sides[side].word[i] * c->classes];
            uint32_t add = c->sides[side].count[i];
            float alone = x_log_x(c, add);
            for (uint32_t k = 0; k < c->classes; k++)
                c->gain[k] += row[k] ? x_log_x(c, (uint64_t)row[k] + add) - x_log_x(c, row[k]) : alone;
        }
    uint32_t best = 0;
    for (uint32_t k = 1; k < c->classes; k++)
        if (c->gain[k] > c->gain[best])
            best = k;
    return best;
}

static uint32_t exchange_once(struct clustering *c)
{
    uint32_t moved = 0;
    for (uint32_t word = FIRST_WORD; word < c->word_ids; word++) {
        uint32_t old = c->class_of[word];
        move_word(c, word, old, -1);
        c->class_of[word] = best_class(c, word);
        moved += c->class_of[word] != old;
        move_word(c, word, c->class_of[word], 1);
    }
    return moved;
}

static struct clustering *start_clustering(const struct corpus *corpus, uint32_t word_ids, uint32_t classes)
{
    struct clustering *c = must(calloc(1, sizeof *c));
    c->word_ids = word_ids;
    c->classes = classes;
    for (int side = 0; side < 2; side++) {
        c->sides[side] = count_side(corpus, word_ids, side == 0);
        c->tables[side] = must(calloc((size_t)word_ids * classes, sizeof(uint32_t)));
    }
    c->class_count = must(calloc(classes, sizeof(uint64_t)));
    c->word_count = must(calloc(word_ids, sizeof(uint64_t)));
    c->class_of = must(calloc(word_ids, sizeof(uint32_t)));
    c->gain = must(calloc(classes, sizeof(float)));
    for (uint32_t x = 1; x < TABLE_SIZE; x++)
        c->x_log_x[x] = (float)(x * log(x));
    for (size_t i = 0; i < corpus->token_count; i++)
        c->word_count[corpus->tokens[i]]++;
    for (uint32_t word = FIRST_WORD; word < word_ids; word++) {
        c->class_of[word] = (word - FIRST_WORD) % classes;
        move_word(c, word, c->class_of[word], 1);
    }
    return c;
}

static int write_classes(const struct clustering *c, struct word **kept, const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out) {
        perror(path);
        return 1;
    }
    for (uint32_t word = FIRST_WORD; word < c->word_ids; word++)
        fprintf(out, "%s\t%u\n", kept[word - FIRST_WORD]->text, c->class_of[word]);
    return fclose(out) != 0;
}

/* A positive number of an argument, 0 when it is none. */
static uint32_t number(const char *text)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    return *end || value > 1000000 ? 0 : (uint32_t)value;
}

int main(int argc, char **argv)
{
    if (argc < 6 || !number(argv[1]) || !number(argv[2]) || !number(argv[3])) {
        fprintf(stderr, "usage: clusters CLASSES ITERATIONS COUNT_MIN OUT.tsv FILE...\n");
        return 2;
    }
    uint32_t classes = number(argv[1]), iterations = number(argv[2]), count_min = number(argv[3]);
    static struct corpus corpus; /* lives as long as the program */
    add_word(&corpus, "\n");     /* index 0 is the sentence boundary */
    struct cd_error error;
    for (int i = 5; i < argc; i++)
        if (read_file(&corpus, argv[i], &error) != CD_OK) {
            fprintf(stderr, "clusters: %s: %s\n", error.where, error.message);
            return 1;
        }
    struct word **kept;
    uint32_t word_ids = number_words(&corpus, count_min, &kept);
    for (size_t i = 0; i < corpus.token_count; i++)
        corpus.tokens[i] = corpus.tokens[i] == 0 ? BOUNDARY : corpus.words[corpus.tokens[i]].id;
    printf("%zu tokens, %u words of %u\n", corpus.token_count, word_ids - FIRST_WORD, corpus.word_count);
    struct clustering *c = start_clustering(&corpus, word_ids, classes);
    for (uint32_t i = 0; i < iterations; i++) {
        printf("pass %u: %u words moved\n", i + 1, exchange_once(c));
        fflush(stdout);
    }
    return write_classes(c, kept, argv[4]);
}
