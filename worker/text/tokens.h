/* tokens.h - cuts a field's text into tokens with exact offsets (no public module: see copydesk/document.h).
 */
#ifndef COPYDESK_TEXT_TOKENS_H
#define COPYDESK_TEXT_TOKENS_H

#include "copydesk/arena.h"
#include "copydesk/document.h"

/* A growing array of tokens in an arena. */
struct cd_token_list {
    struct cd_arena *arena;
    struct cd_token *items;
    uint32_t count, capacity;
    bool failed; /* out of memory; further tokens are dropped */
};

/* Append the tokens of text[begin, end) to the list, offsets into `text`. */
void cd_cut_tokens(struct cd_slice text, size_t begin, size_t end, struct cd_token_list *list);

/* Whether the word (with its final period) is an abbreviation, so that the period is part of it: "Mr.",
 * "U.S.", "J.", "Inc.". `opens` (may be NULL) says whether a name or number usually follows, so that no
 * sentence ends there: "Mr.", "No.". */
bool cd_is_abbreviation(struct cd_slice word, bool *opens);

#endif
