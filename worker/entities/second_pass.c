#include "second_pass.h"

#include <math.h>
#include <stdlib.h>

/* How strongly others' opinion counts, in nats per unit of probability; chosen on the development sets as a
 * whole. */
static const float strength = 3.0F;
/* Smaller differences are noise and not worth a second decoding. */
static const float difference_min = 0.1F;

static struct cd_word_opinion *entry_of(const struct cd_opinion_table *table, uint64_t word)
{
    uint32_t mask = table->capacity - 1, at = (uint32_t)(word >> 7) & mask;
    while (table->entries[at].document == table->document && table->entries[at].word != word)
        at = (at + 1) & mask;
    return &table->entries[at];
}

bool cd_opinions_begin(struct cd_opinion_table *table, uint32_t tokens)
{
    if (table->capacity >= 2 * (uint64_t)tokens && table->document != UINT32_MAX) {
        table->document++;
        return true;
    }
    uint32_t capacity = 1024;
    while (capacity < 2 * (uint64_t)tokens)
        capacity *= 2;
    free(table->entries);
    table->entries = calloc(capacity, sizeof *table->entries);
    table->capacity = table->entries ? capacity : 0;
    table->document = 1;
    return table->entries != NULL;
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

void cd_opinions_add(struct cd_opinion_table *table, const struct cd_word *word, const float mass[CD_TYPES])
{
    struct cd_word_opinion *entry = entry_of(table, word->lower);
    if (entry->document != table->document)
        *entry = (struct cd_word_opinion){.word = word->lower, .document = table->document};
    entry->tokens++;
    for (unsigned k = 0; mass && k < CD_TYPES; k++)
        entry->mass[k] += mass[k];
}

bool cd_opinions_apply(const struct cd_opinion_table *table, const struct cd_word *word,
                       const float own[CD_TYPES], float scores[CD_LABELS])
{
    const struct cd_word_opinion *entry = entry_of(table, word->lower);
    if (entry->document != table->document || entry->tokens < 2)
        return false;
    float others = (float)(entry->tokens - 1);
    bool applied = false;
    for (unsigned k = 0; k < CD_TYPES; k++) {
        float difference = (entry->mass[k] - own[k]) / others - own[k];
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
    free(table->entries);
    *table = (struct cd_opinion_table){0};
}
