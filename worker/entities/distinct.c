#include "distinct.h"

#include <stdlib.h>

void *cd_document_table(void *entries, uint32_t *capacity, uint32_t *document, uint64_t entries_max,
                        size_t entry_bytes)
{
    enum { CAPACITY_MIN = 1024 };
    if (*capacity >= 2 * entries_max && *capacity && *document != UINT32_MAX) {
        (*document)++;
        return entries;
    }
    uint32_t slots = CAPACITY_MIN;
    while (slots < 2 * entries_max)
        slots *= 2;
    free(entries);
    entries = calloc(slots, entry_bytes);
    *capacity = entries ? slots : 0;
    *document = 1;
    return entries;
}

static struct cd_distinct_entry *entry_of(const struct cd_distinct_words *distinct, uint64_t word)
{
    uint32_t mask = distinct->capacity - 1, at = (uint32_t)word & mask;
    while (distinct->entries[at].document == distinct->document && distinct->entries[at].word != word)
        at = (at + 1) & mask;
    return &distinct->entries[at];
}

bool cd_distinct_number(struct cd_distinct_words *distinct, const struct cd_word *const *words,
                        uint32_t token_count)
{
    uint32_t *numbers =
        cd_distinct_items(distinct->numbers, &distinct->numbers_capacity, token_count, sizeof *numbers);
    distinct->numbers = numbers;
    distinct->count = 0;
    distinct->entries = cd_document_table(distinct->entries, &distinct->capacity, &distinct->document,
                                          token_count, sizeof *distinct->entries);
    if (!numbers || !distinct->entries)
        return false;
    for (uint32_t t = 0; t < token_count; t++) {
        struct cd_distinct_entry *entry = entry_of(distinct, words[t]->lower);
        if (entry->document != distinct->document)
            *entry = (struct cd_distinct_entry){words[t]->lower, distinct->document, distinct->count++};
        numbers[t] = entry->number;
    }
    return true;
}

void cd_distinct_free(struct cd_distinct_words *distinct)
{
    free(distinct->entries);
    free(distinct->numbers);
    *distinct = (struct cd_distinct_words){0};
}

void *cd_distinct_items(void *items, uint32_t *capacity, uint32_t count, size_t item_bytes)
{
    if (count <= *capacity && items) {
        memset(items, 0, count * item_bytes);
        return items;
    }
    free(items);
    *capacity = count + count / 2 + 64;
    items = calloc(*capacity, item_bytes);
    *capacity = items ? *capacity : 0;
    return items;
}
