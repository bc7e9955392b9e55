#include "evidence.h"

#include <stdlib.h>

/* Open addressing; entries of earlier documents count as empty, so nothing is cleared. */

static struct cd_evidence_entry *entry_of(const struct cd_evidence_table *table, uint64_t word)
{
    uint32_t mask = table->capacity - 1, at = (uint32_t)word & mask;
    while (table->entries[at].document == table->document && table->entries[at].word != word)
        at = (at + 1) & mask;
    return &table->entries[at];
}

static bool reserve(struct cd_evidence_table *table, uint32_t tokens)
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

enum seen { SEEN_NOTHING, SEEN_SMALL, SEEN_CAPITAL, SEEN_UPPER };

/* What a token says about its word. A capital at the start of a sentence or quotation says nothing. */
static enum seen seen_at(const struct cd_sentence *sentence, uint32_t token,
                         const struct cd_word *const *words)
{
    if (sentence->letter_case != CD_CASE_NORMAL || words[token]->kind != CD_TOKEN_WORD)
        return SEEN_NOTHING;
    if (words[token]->written == CD_WRITTEN_LOWER)
        return SEEN_SMALL;
    if (words[token]->written == CD_WRITTEN_UPPER)
        return SEEN_UPPER;
    bool first = token == sentence->first_token || words[token - 1]->kind == CD_TOKEN_PUNCTUATION;
    return words[token]->written == CD_WRITTEN_CAPITAL && !first ? SEEN_CAPITAL : SEEN_NOTHING;
}

static void count(uint16_t *counter)
{
    *counter = (uint16_t)(*counter + (*counter < UINT16_MAX));
}

bool cd_evidence_gather(struct cd_evidence_table *table, const struct cd_document *document,
                        const struct cd_word *const *words)
{
    if (!reserve(table, document->token_count))
        return false;
    for (uint32_t s = 0; s < document->sentence_count; s++) {
        const struct cd_sentence *sentence = &document->sentences[s];
        for (uint32_t t = sentence->first_token; t < sentence->first_token + sentence->token_count; t++) {
            enum seen seen = seen_at(sentence, t, words);
            if (seen == SEEN_NOTHING)
                continue;
            struct cd_evidence_entry *entry = entry_of(table, words[t]->lower);
            if (entry->document != table->document)
                *entry = (struct cd_evidence_entry){.word = words[t]->lower, .document = table->document};
            count(seen == SEEN_SMALL     ? &entry->small
                  : seen == SEEN_CAPITAL ? &entry->capital
                                         : &entry->upper);
        }
    }
    return true;
}

static unsigned bucket_of(unsigned times)
{
    return times == 0 ? 0 : times == 1 ? 1 : times <= 3 ? 2 : 3;
}

uint8_t cd_evidence_of(const struct cd_evidence_table *table, const struct cd_sentence *sentence,
                       uint32_t token, const struct cd_word *const *words)
{
    if (words[token]->kind != CD_TOKEN_WORD)
        return 0;
    const struct cd_evidence_entry *entry = entry_of(table, words[token]->lower);
    if (entry->document != table->document)
        return 0;
    enum seen own = seen_at(sentence, token, words);
    unsigned small = bucket_of(entry->small - (own == SEEN_SMALL)),
             capital = bucket_of(entry->capital - (own == SEEN_CAPITAL)),
             upper = bucket_of(entry->upper - (own == SEEN_UPPER));
    return (uint8_t)(small * 16 + capital * 4 + upper);
}

void cd_evidence_free(struct cd_evidence_table *table)
{
    free(table->entries);
    *table = (struct cd_evidence_table){0};
}
