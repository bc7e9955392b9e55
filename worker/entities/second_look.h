/* second_look.h - what the rest of the document makes of a word, after Krishnan and Manning 2006.
 *
 * The first pass leaves, per token, how likely it is each label. The second look at a token adds to its
 * scores what the document's other tokens of the same word were taken for: "Blinken" alone is a person when
 * "Antony Blinken" was one two paragraphs before. How much that says is learned: rows of weights for how
 * many others there are, how sure they are of what, and whether the words beside them are the same, too.
 * One table per thread, filled per document, keeps its memory. */
#ifndef COPYDESK_ENTITIES_SECOND_LOOK_H
#define COPYDESK_ENTITIES_SECOND_LOOK_H

#include "copydesk/model.h"
#include "distinct.h"
#include "labels.h"

enum { CD_LOOK_FEATURES_MAX = 144 };

/* Weights that are added to a token's scores, one row per feature; read in place from the model's section
 * "second.rows". */
struct cd_second_look {
    const float (*rows)[CD_LABELS];
};

/* The number of rows. */
uint32_t cd_second_look_rows(void);
enum cd_status cd_second_look_open(const struct cd_model_file *file, struct cd_second_look *look,
                                   struct cd_error *error);

/* What was found of the tokens of one word, or of one word beside another. */
struct cd_opinion {
    uint32_t tokens;
    uint16_t sure[CD_TYPES]; /* tokens that surely belong to a name of the type */
    float sums[CD_LABELS];   /* of the tokens' probabilities */
};

struct cd_pair_opinion {
    uint64_t key;
    uint32_t document; /* the entry counts only when it is the table's */
    struct cd_opinion opinion;
};

struct cd_opinions {
    struct cd_opinion *words; /* by their numbers, see distinct.h */
    uint32_t word_capacity;
    struct cd_pair_opinion *pairs;
    uint32_t pair_capacity, document;
};

/* A token between its neighbours after the first pass. */
struct cd_looked_at {
    uint32_t word, next, previous; /* numbers of distinct words; CD_NO_WORD beyond the sentence */
    bool caseless;
    const float *marginals; /* of the CD_LABELS columns; NULL: surely outside */
};
enum { CD_NO_WORD = -1 };

/* Whether a word has a say: no connecting word, mark, or word in small letters where case tells. */
bool cd_has_opinion(const struct cd_word *word);
/* Begin a document of so many distinct words, of which at most `tokens` tokens will be counted. False when
 * out of memory. */
bool cd_opinions_begin(struct cd_opinions *opinions, uint32_t distinct_words, uint32_t tokens);
/* Count a token whose word has a say. */
void cd_opinions_add(struct cd_opinions *opinions, const struct cd_looked_at *token);
/* The rows that count for a token whose word has a say and that is not surely outside, at most
 * CD_LOOK_FEATURES_MAX; 0 when nobody else speaks of its word. */
uint32_t cd_second_look_features(const struct cd_opinions *opinions, const struct cd_looked_at *token,
                                 uint16_t *features);
/* Add rows to the scores of a token. */
void cd_second_look_add(const struct cd_second_look *look, const uint16_t *features, uint32_t count,
                        float scores[CD_LABELS]);
void cd_opinions_free(struct cd_opinions *opinions);

#endif
