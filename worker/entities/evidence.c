#include "evidence.h"

#include <stdlib.h>

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
    if (!cd_distinct_number(&table->distinct, words, document->token_count))
        return false;
    table->counts =
        cd_distinct_items(table->counts, &table->capacity, table->distinct.count, sizeof *table->counts);
    if (!table->counts)
        return false;
    for (uint32_t s = 0; s < document->sentence_count; s++) {
        const struct cd_sentence *sentence = &document->sentences[s];
        for (uint32_t t = sentence->first_token; t < sentence->first_token + sentence->token_count; t++) {
            enum seen seen = seen_at(sentence, t, words);
            if (seen == SEEN_NOTHING)
                continue;
            struct cd_evidence_counts *counts = &table->counts[table->distinct.numbers[t]];
            count(seen == SEEN_SMALL     ? &counts->small
                  : seen == SEEN_CAPITAL ? &counts->capital
                                         : &counts->upper);
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
    const struct cd_evidence_counts *counts = &table->counts[table->distinct.numbers[token]];
    enum seen own = seen_at(sentence, token, words);
    unsigned small = bucket_of(counts->small - (own == SEEN_SMALL)),
             capital = bucket_of(counts->capital - (own == SEEN_CAPITAL)),
             upper = bucket_of(counts->upper - (own == SEEN_UPPER));
    return (uint8_t)(small * 16 + capital * 4 + upper);
}

void cd_evidence_free(struct cd_evidence_table *table)
{
    cd_distinct_free(&table->distinct);
    free(table->counts);
    *table = (struct cd_evidence_table){0};
}
