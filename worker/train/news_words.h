/* news_words.h - the words of raw news text as numbers, for what is learned without annotation (clusters,
 * vectors).
 *
 * Words keep their letter case; digits become 0. For programs that run once: memory that is missing ends
 * them. */
#ifndef COPYDESK_TRAIN_NEWS_WORDS_H
#define COPYDESK_TRAIN_NEWS_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "copydesk/error.h"

/* Ids: the border between sentences, any rare word, then the others by falling count. */
enum { CD_NEWS_BOUNDARY = 0, CD_NEWS_RARE = 1, CD_NEWS_FIRST_WORD = 2 };

struct cd_news_word {
    char *text;
    uint32_t count, id;
};

struct cd_news_words {
    struct cd_news_word *words; /* as they were met, rare ones too */
    uint32_t word_count, word_capacity;
    uint32_t *slots; /* open addressing: index + 1 of the word, 0 when free */
    uint32_t slot_count;
    uint32_t *tokens; /* ids */
    size_t token_count, token_capacity;
    struct cd_news_word **by_id; /* by_id[id - CD_NEWS_FIRST_WORD] */
    uint32_t id_count;
};

/* Read the bodies of JSON Lines files (.zst too). Words rarer than `count_min` share CD_NEWS_RARE. */
enum cd_status cd_news_words_read(char *const *paths, int path_count, uint32_t count_min,
                                  struct cd_news_words *words, struct cd_error *error);

/* `block`, or the end of the program when it is NULL. */
__attribute__((returns_nonnull)) void *cd_must(void *block);

/* A positive number below a million of a program's argument, 0 when it is none. */
uint32_t cd_positive_number(const char *text);

#endif
