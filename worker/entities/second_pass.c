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

/* A connecting word, a mark, or a word in small letters where case tells: never a name by itself. */
static bool could_be_name(const struct cd_word *word)
{
    return word->kind == CD_TOKEN_WORD && !word->connects && word->length > 1 &&
           word->writing != CD_WRITTEN_LOWER;
}

/* The probability that the token is, or is part of, a name of each type that its word may stand for alone:
 * any part of a person's or place's name, but only the whole of the others ("England" is no organization for
 * the Bank of England). */
static void own_mass(const struct cd_lattice_row *p, float mass[CD_TYPES])
{
    for (unsigned k = 0; k < CD_TYPES; k++) {
        mass[k] = p->columns[CD_LABEL_U + k];
        if (k == CD_PERSON || k == CD_LOCATION)
            mass[k] += p->columns[CD_LABEL_B + k] + p->columns[CD_LABEL_I + k] + p->columns[CD_LABEL_L + k];
    }
}

void cd_opinions_add(struct cd_opinion_table *table, const struct cd_word *word,
                     const struct cd_lattice_row *marginals)
{
    if (!could_be_name(word))
        return;
    struct cd_word_opinion *entry = entry_of(table, word->lower);
    if (entry->document != table->document)
        *entry = (struct cd_word_opinion){.word = word->lower, .document = table->document};
    entry->tokens++;
    if (!marginals)
        return;
    float mass[CD_TYPES];
    own_mass(marginals, mass);
    for (unsigned k = 0; k < CD_TYPES; k++)
        entry->mass[k] += mass[k];
}

bool cd_opinions_apply(const struct cd_opinion_table *table, const struct cd_word *word,
                       const struct cd_lattice_row *own, float scores[CD_LABELS])
{
    if (!could_be_name(word))
        return false;
    const struct cd_word_opinion *entry = entry_of(table, word->lower);
    if (entry->document != table->document || entry->tokens < 2)
        return false;
    float mass[CD_TYPES], others = (float)(entry->tokens - 1);
    bool applied = false;
    own_mass(own, mass);
    for (unsigned k = 0; k < CD_TYPES; k++) {
        float difference = (entry->mass[k] - mass[k]) / others - mass[k];
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
