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
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "news_words.h"

enum { TABLE_SIZE = 1 << 16 };

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
        cd_must(calloc(word_ids + 1, sizeof(size_t))),
        cd_must(calloc(pair_count + 1, sizeof(uint32_t))),
        cd_must(calloc(pair_count + 1, sizeof(uint32_t))),
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
static struct neighbours count_side(const struct cd_news_words *corpus, uint32_t word_ids, bool before)
{
    size_t count = corpus->token_count ? corpus->token_count - 1 : 0;
    uint64_t *pairs = cd_must(calloc(count + 1, sizeof *pairs));
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
    for (uint32_t word = CD_NEWS_FIRST_WORD; word < c->word_ids; word++) {
        uint32_t old = c->class_of[word];
        move_word(c, word, old, -1);
        c->class_of[word] = best_class(c, word);
        moved += c->class_of[word] != old;
        move_word(c, word, c->class_of[word], 1);
    }
    return moved;
}

static struct clustering *start_clustering(const struct cd_news_words *corpus, uint32_t word_ids,
                                           uint32_t classes)
{
    struct clustering *c = cd_must(calloc(1, sizeof *c));
    c->word_ids = word_ids;
    c->classes = classes;
    for (int side = 0; side < 2; side++) {
        c->sides[side] = count_side(corpus, word_ids, side == 0);
        c->tables[side] = cd_must(calloc((size_t)word_ids * classes, sizeof(uint32_t)));
    }
    c->class_count = cd_must(calloc(classes, sizeof(uint64_t)));
    c->word_count = cd_must(calloc(word_ids, sizeof(uint64_t)));
    c->class_of = cd_must(calloc(word_ids, sizeof(uint32_t)));
    c->gain = cd_must(calloc(classes, sizeof(float)));
    for (uint32_t x = 1; x < TABLE_SIZE; x++)
        c->x_log_x[x] = (float)(x * log(x));
    for (size_t i = 0; i < corpus->token_count; i++)
        c->word_count[corpus->tokens[i]]++;
    for (uint32_t word = CD_NEWS_FIRST_WORD; word < word_ids; word++) {
        c->class_of[word] = (word - CD_NEWS_FIRST_WORD) % classes;
        move_word(c, word, c->class_of[word], 1);
    }
    return c;
}

static int write_classes(const struct clustering *c, struct cd_news_word **kept, const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out) {
        perror(path);
        return 1;
    }
    for (uint32_t word = CD_NEWS_FIRST_WORD; word < c->word_ids; word++)
        fprintf(out, "%s\t%u\n", kept[word - CD_NEWS_FIRST_WORD]->text, c->class_of[word]);
    return fclose(out) != 0;
}

int main(int argc, char **argv)
{
    if (argc < 6 || !cd_positive_number(argv[1]) || !cd_positive_number(argv[2]) ||
        !cd_positive_number(argv[3])) {
        fprintf(stderr, "usage: clusters CLASSES ITERATIONS COUNT_MIN OUT.tsv FILE...\n");
        return 2;
    }
    uint32_t classes = cd_positive_number(argv[1]), iterations = cd_positive_number(argv[2]);
    struct cd_news_words corpus; /* lives as long as the program */
    struct cd_error error;
    if (cd_news_words_read(argv + 5, argc - 5, cd_positive_number(argv[3]), &corpus, &error) != CD_OK) {
        fprintf(stderr, "clusters: %s: %s\n", error.where, error.message);
        return 1;
    }
    uint32_t word_ids = corpus.id_count;
    printf("%zu tokens, %u words of %u\n", corpus.token_count, word_ids - CD_NEWS_FIRST_WORD,
           corpus.word_count);
    struct clustering *c = start_clustering(&corpus, word_ids, classes);
    for (uint32_t i = 0; i < iterations; i++) {
        printf("pass %u: %u words moved\n", i + 1, exchange_once(c));
        fflush(stdout);
    }
    return write_classes(c, corpus.by_id, argv[4]);
}
