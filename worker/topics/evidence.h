/* evidence.h - what of a document speaks for its topics: words and pairs of words, weighted by place.
 *
 * A word counts by its lower-case form; numbers are one word; punctuation and clitics ('s) are passed over,
 * so that a pair may reach across them. What stands in the title weighs most, then the lead, then the body;
 * words far down a long article are not read. The trainer and the classifier share this code, so that a
 * feature means the same to both. Pure functions; results live in the arena. */
#ifndef COPYDESK_TOPICS_EVIDENCE_H
#define COPYDESK_TOPICS_EVIDENCE_H

#include <stdint.h>

#include "copydesk/arena.h"
#include "copydesk/document.h"

struct cd_evidence {
    uint64_t hash;        /* of the feature */
    float weight;         /* by its place in the article */
    uint32_t first_token; /* where it stands */
    uint32_t token_count; /* from the first to the last word, what lies between included */
};

/* How places weigh: section "reading" of the model. */
struct cd_reading {
    float title_weight, lead_weight, body_weight;
    uint32_t lead_words; /* words of the body that count as its lead */
    uint32_t body_words; /* words of the body that are read at all */
};

/* The hash of a word's lower-case form; 0 when it is passed over (clitics, what is too long for a word). The
 * hash of a pair is cd_hash_mix(first, second). */
uint64_t cd_hash_topic_word(struct cd_slice word);

/* The evidence in text order; NULL when out of memory. *count gets its length. */
struct cd_evidence *cd_read_evidence(const struct cd_document *document, const struct cd_reading *reading,
                                     struct cd_arena *arena, uint32_t *count);

#endif
