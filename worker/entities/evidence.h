/* evidence.h - how a document writes its words: "may" in small letters somewhere tells that "May" at the
 * start of a sentence is hardly a name, "Apple" capitalised inside sentences that it is one.
 *
 * A table is filled for one document and then asked per token. It belongs to one thread and keeps its memory
 * from document to document. */
#ifndef COPYDESK_ENTITIES_EVIDENCE_H
#define COPYDESK_ENTITIES_EVIDENCE_H

#include "copydesk/document.h"
#include "distinct.h"

/* How often a word was seen in small letters; capitalised inside a sentence; in capitals. */
struct cd_evidence_counts {
    uint16_t small, capital, upper;
};

struct cd_evidence_table {
    struct cd_distinct_words distinct;
    struct cd_evidence_counts *counts; /* per distinct word */
    uint32_t capacity;
};

/* Count all words of a document; words[i] describes token i. Only sentences of normal case count. False when
 * out of memory. */
bool cd_evidence_gather(struct cd_evidence_table *table, const struct cd_document *document,
                        const struct cd_word *const *words);

/* What the document's other tokens say about the word of token `token` of `sentence`: 0 nothing, else a
 * bucket. */
uint8_t cd_evidence_of(const struct cd_evidence_table *table, const struct cd_sentence *sentence,
                       uint32_t token, const struct cd_word *const *words);

void cd_evidence_free(struct cd_evidence_table *table);

#endif
