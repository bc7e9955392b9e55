/* news_words.h - raw news text as numbers: the words by falling count, the running text as their ids, and
 * which words stand beside which.
 *
 * Words keep their letter case; digits become 0. Sentences in capitals or title case and those of fewer than
 * three tokens are left out. For programs that run once on a developer's machine: one thread, allocates
 * freely, ends without memory. The same input gives the same numbers. */
#ifndef COPYDESK_TRAIN_NEWS_WORDS_H
#define COPYDESK_TRAIN_NEWS_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "copydesk/error.h"

enum {
    CD_NEWS_BOUNDARY = 0, /* stands before every sentence */
    CD_NEWS_RARE = 1,     /* every word rarer than asked for */
    CD_NEWS_FIRST_WORD =
        2, /* the most frequent word; the others follow by falling count, then by their bytes */
};

struct cd_news_words {
    uint32_t word_ids; /* ids in use, the two above among them */
    uint32_t seen;     /* different words of the text, the rare ones among them */
    char **text;       /* [word_ids]; NULL for the two above */
    uint32_t *tokens;  /* [token_count] the running text as ids */
    size_t token_count;
};

/* Read articles (JSON Lines, plain or .zst; their text under body, text or content) into *words. Words seen
 * fewer than `count_min` times are rare. Free with cd_news_words_free, also after a failure. */
enum cd_status cd_news_words_read(char *const *paths, int path_count, uint32_t count_min,
                                  struct cd_news_words *words, struct cd_error *error);

void cd_news_words_free(struct cd_news_words *words);

/* One row per word id: the words that stand beside it by rising id, and how often. */
struct cd_news_neighbours {
    size_t *begin;   /* [word_ids + 1] where the row begins */
    uint32_t *word;  /* [begin[word_ids]] */
    uint32_t *count; /* [begin[word_ids]] */
};

/* The words `offset` places behind every word (before it when negative; -2 to 2, not 0). A sentence's
 * boundary and, at one place, the boundary of the next stand for its ends; two places never reach into
 * another sentence. Free with cd_news_neighbours_free. */
struct cd_news_neighbours cd_news_neighbours_count(const struct cd_news_words *words, int offset);

void cd_news_neighbours_free(struct cd_news_neighbours *neighbours);

#endif
