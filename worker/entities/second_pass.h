/* second_pass.h - what the rest of the document makes of a word, after Krishnan and Manning 2006.
 *
 * The first pass leaves, per token, how likely it belongs to a name of each type. A second look at a token
 * adds to the scores of a type what the document's other tokens of the same word say: "Blinken" alone is a
 * person when "Antony Blinken" was one two paragraphs before. One table per thread, filled per document,
 * keeps its memory. */
#ifndef COPYDESK_ENTITIES_SECOND_PASS_H
#define COPYDESK_ENTITIES_SECOND_PASS_H

#include "distinct.h"
#include "lattice.h"

struct cd_word_opinion {
    uint32_t tokens;
    float mass[CD_TYPES]; /* summed probabilities over the tokens */
};

struct cd_opinion_table {
    struct cd_word_opinion *words; /* by their numbers, see distinct.h */
    uint32_t capacity;
};

/* Begin a document of so many distinct words. False when out of memory. */
bool cd_opinions_begin(struct cd_opinion_table *table, uint32_t distinct_words);
/* Whether a word has a say: no connecting word, mark, or word in small letters where case tells. */
bool cd_has_opinion(const struct cd_word *word);
/* What a token of such a word is by itself, from a lattice that was run: the probability of each type. */
void cd_opinion_from(const struct cd_lattice *lattice, uint32_t token, float mass[CD_TYPES]);
/* Count a token of a word and what it is by itself (NULL: surely outside). */
void cd_opinions_add(struct cd_opinion_table *table, uint32_t word, const float mass[CD_TYPES]);
/* Add to a token's scores what the others say; `own` is what it is by itself. True when something was
 * added. */
bool cd_opinions_apply(const struct cd_opinion_table *table, uint32_t word, const float own[CD_TYPES],
                       float scores[CD_LABELS]);
void cd_opinions_free(struct cd_opinion_table *table);

#endif
