/* document.h - an article's text as the analysis sees it: one run of bytes, cut into sentences and tokens.
 *
 * The text is title + "\n\n" + body (the body alone when there is no title), valid UTF-8. Title and body keep
 * their own bytes: an offset below title_bytes lies in the title; from body_begin_byte on it lies in the
 * body. A token or sentence never spans the two. Everything is owned by the arena given to cd_document_build
 * and read-only afterwards. One thread at a time. */
#ifndef COPYDESK_DOCUMENT_H
#define COPYDESK_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "copydesk/arena.h"
#include "copydesk/error.h"
#include "copydesk/slice.h"

enum cd_token_kind {
    CD_TOKEN_WORD,        /* letters, with inner apostrophes, periods of abbreviations, combining marks */
    CD_TOKEN_NUMBER,      /* 12, 3.5, 1,000, 20th */
    CD_TOKEN_PUNCTUATION, /* one mark, or a run of the same mark ("...") */
    CD_TOKEN_SYMBOL,      /* currency, emoji, mathematical signs */
    CD_TOKEN_URL,         /* URLs and e-mail addresses */
    CD_TOKEN_HANDLE,      /* @name, #tag */
};

struct cd_token {
    uint32_t begin_byte, end_byte; /* half-open, into document.text */
    uint8_t kind;                  /* enum cd_token_kind */
    bool space_before;             /* white space (or the start of a field) stands before it */
};

/* How the letters of a sentence are written; decides which weights the tagger uses. */
enum cd_letter_case { CD_CASE_NORMAL, CD_CASE_TITLE, CD_CASE_UPPER, CD_CASE_LOWER };

struct cd_sentence {
    uint32_t first_token, token_count;
    uint8_t letter_case; /* enum cd_letter_case */
    bool in_title;
    bool starts_paragraph;
};

struct cd_document {
    struct cd_slice text;
    uint32_t title_bytes;     /* 0 when there is no title */
    uint32_t body_begin_byte; /* title_bytes + 2, or 0 when there is no title */
    struct cd_token *tokens;
    uint32_t token_count;
    struct cd_sentence *sentences; /* in order; they cover all tokens */
    uint32_t sentence_count;
};

/* Build the document of an article's title and body (either may be empty). CD_LIMIT beyond 2^31 bytes. */
enum cd_status cd_document_build(struct cd_slice title, struct cd_slice body, struct cd_arena *arena,
                                 struct cd_document *document, struct cd_error *error);

static inline struct cd_slice cd_token_text(const struct cd_document *document, uint32_t token)
{
    const struct cd_token *t = &document->tokens[token];
    return cd_slice_part(document->text, t->begin_byte, t->end_byte);
}

#endif
