/* distinct.h - the distinct words of a document, numbered from 0, so that what is known of a word through the
 * document stands in plain arrays. Words that differ in letter case only have one number.
 *
 * A table is filled for one document and belongs to one thread; it keeps its memory from document to
 * document. */
#ifndef COPYDESK_ENTITIES_DISTINCT_H
#define COPYDESK_ENTITIES_DISTINCT_H

#include "features.h"

struct cd_distinct_entry {
    uint64_t word;
    uint32_t document; /* the entry counts only when it is the table's */
    uint32_t number;
};

struct cd_distinct_words {
    struct cd_distinct_entry *entries;
    uint32_t capacity, document;
    uint32_t *numbers; /* per token */
    uint32_t numbers_capacity;
    uint32_t count; /* of distinct words */
};

/* Number the words of a document of `token_count` tokens. False when out of memory. */
bool cd_distinct_number(struct cd_distinct_words *distinct, const struct cd_word *const *words,
                        uint32_t token_count);
void cd_distinct_free(struct cd_distinct_words *distinct);

/* Begin a document in an open-addressed table whose entries count only when they bear its number, so that
 * nothing is cleared: room for `entries_max` entries at half load. *capacity (a power of two) and *document
 * are the table's, 0 at first. Returns the entries; NULL when out of memory. */
void *cd_document_table(void *entries, uint32_t *capacity, uint32_t *document, uint64_t entries_max,
                        size_t entry_bytes);

/* `count` items for the words of a document, all zero, in memory that is kept: *items of *capacity items
 * before, NULL and 0 at first. NULL when out of memory. */
void *cd_distinct_items(void *items, uint32_t *capacity, uint32_t count, size_t item_bytes);

#endif
