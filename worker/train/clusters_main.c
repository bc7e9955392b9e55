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
 * Each pass takes every word out of its class and puts it where the sum is largest. Words
 * rarer than COUNT_MIN get no class. The same input gives the same classes. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "news_words.h"
#include "program.h"

enum { TABLE_SIZE = 1 << 16 };

/* ---- exchange ------------------------------------------------------------------------------ */

struct clustering {
    uint32_t word_ids, classes;
    struct cd_news_neighbours sides[2]; /* words before, words behind */
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

static struct clustering *start_clustering(const struct cd_news_words *words, uint32_t classes)
{
    struct clustering *c = cd_must(calloc(1, sizeof *c));
    uint32_t word_ids = c->word_ids = words->word_ids;
    c->classes = classes;
    for (int side = 0; side < 2; side++) {
        c->sides[side] = cd_news_neighbours_count(words, side == 0 ? -1 : 1);
        c->tables[side] = cd_must(calloc((size_t)word_ids * classes, sizeof(uint32_t)));
    }
    c->class_count = cd_must(calloc(classes, sizeof(uint64_t)));
    c->word_count = cd_must(calloc(word_ids, sizeof(uint64_t)));
    c->class_of = cd_must(calloc(word_ids, sizeof(uint32_t)));
    c->gain = cd_must(calloc(classes, sizeof(float)));
    for (uint32_t x = 1; x < TABLE_SIZE; x++)
        c->x_log_x[x] = (float)(x * log(x));
    for (size_t i = 0; i < words->token_count; i++)
        c->word_count[words->tokens[i]]++;
    for (uint32_t word = CD_NEWS_FIRST_WORD; word < word_ids; word++) {
        c->class_of[word] = (word - CD_NEWS_FIRST_WORD) % classes;
        move_word(c, word, c->class_of[word], 1);
    }
    return c;
}

static void free_clustering(struct clustering *c)
{
    for (int side = 0; side < 2; side++) {
        cd_news_neighbours_free(&c->sides[side]);
        free(c->tables[side]);
    }
    free(c->class_count);
    free(c->word_count);
    free(c->class_of);
    free(c->gain);
    free(c);
}

static int write_classes(const struct clustering *c, const struct cd_news_words *words, const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out) {
        perror(path);
        return 1;
    }
    for (uint32_t word = CD_NEWS_FIRST_WORD; word < c->word_ids; word++)
        fprintf(out, "%s\t%u\n", words->text[word], c->class_of[word]);
    return fclose(out) != 0;
}

int main(int argc, char **argv)
{
    uint32_t numbers[3] = {0}; /* CLASSES ITERATIONS COUNT_MIN */
    for (int i = 0; i < 3 && argc >= 6; i++)
        numbers[i] = cd_positive(argv[i + 1]);
    if (!numbers[0] || !numbers[1] || !numbers[2]) {
        fprintf(stderr, "usage: clusters CLASSES ITERATIONS COUNT_MIN OUT.tsv FILE...\n");
        return 2;
    }
    struct cd_news_words words;
    struct cd_error error;
    if (cd_news_words_read(argv + 5, argc - 5, numbers[2], &words, &error) != CD_OK) {
        fprintf(stderr, "clusters: %s: %s\n", error.where, error.message);
        cd_news_words_free(&words);
        return 1;
    }
    printf("%zu tokens, %u words of %u\n", words.token_count, words.word_ids - CD_NEWS_FIRST_WORD,
           words.seen);
    struct clustering *c = start_clustering(&words, numbers[0]);
    for (uint32_t i = 0; i < numbers[1]; i++) {
        printf("pass %u: %u words moved\n", i + 1, exchange_once(c));
        fflush(stdout);
    }
    int failed = write_classes(c, &words, argv[4]);
    free_clustering(c);
    cd_news_words_free(&words);
    return failed;
}
