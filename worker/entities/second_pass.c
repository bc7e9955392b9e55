#include "second_pass.h"

#include <math.h>
#include <stdlib.h>

/* How strongly others' opinion counts, in nats per unit of probability; chosen on the development sets as a
 * whole. */
static const float strength = 3.0F;
/* Smaller differences are noise and not worth a second decoding. */
static const float difference_min = 0.1F;

bool cd_opinions_begin(struct cd_opinion_table *table, uint32_t distinct_words)
{
    table->words = cd_distinct_items(table->words, &table->capacity, distinct_words, sizeof *table->words);
    return table->words != NULL;
}

bool cd_has_opinion(const struct cd_word *word)
{
    return word->kind == CD_TOKEN_WORD && !word->connects && word->length > 1 &&
           word->writing != CD_WRITTEN_LOWER;
}

static float marginal(const struct cd_lattice *lattice, uint32_t token, unsigned label)
{
    return lattice->forward[token].columns[label] * lattice->backward[token].columns[label];
}

/* The probability that the token is, or is part of, a name of each type that its word may stand for alone:
 * any part of a person's or place's name, but only the whole of the others ("England" is no organization for
 * the Bank of England). */
void cd_opinion_from(const struct cd_lattice *lattice, uint32_t token, float mass[CD_TYPES])
{
    for (unsigned k = 0; k < CD_TYPES; k++) {
        mass[k] = marginal(lattice, token, CD_LABEL_U + k);
        if (k == CD_PERSON || k == CD_LOCATION)
            mass[k] += marginal(lattice, token, CD_LABEL_B + k) + marginal(lattice, token, CD_LABEL_I + k) +
                       marginal(lattice, token, CD_LABEL_L + k);
    }
}

void cd_opinions_add(struct cd_opinion_table *table, uint32_t word, const float mass[CD_TYPES])
{
    struct cd_word_opinion *opinion = &table->words[word];
    opinion->tokens++;
    for (unsigned k = 0; mass && k < CD_TYPES; k++)
        opinion->mass[k] += mass[k];
}

bool cd_opinions_apply(const struct cd_opinion_table *table, uint32_t word, const float own[CD_TYPES],
                       float scores[CD_LABELS])
{
    const struct cd_word_opinion *opinion = &table->words[word];
    if (opinion->tokens < 2)
        return false;
    float others = (float)(opinion->tokens - 1);
    bool applied = false;
    for (unsigned k = 0; k < CD_TYPES; k++) {
        float difference = (opinion->mass[k] - own[k]) / others - own[k];
        if (fabsf(difference) < difference_min)
            continue;
        float bonus = strength * difference * others / (others + 1.0F);
        for (unsigned place = 0; place < 4; place++)
            scores[place * CD_TYPES + k] += bonus;
        applied = true;
    }
    return applied;
}

void cd_opinions_free(struct cd_opinion_table *table)
{
    free(table->words);
    *table = (struct cd_opinion_table){0};
}
