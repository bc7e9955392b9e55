/* features.h - what the tagger looks at. The trainer and the program extract features with this very code.
 *
 * Two kinds: those that depend on one word alone and the place from which it is seen (computed once per
 * distinct word, summed beforehand), and those of a token in its context (conjunctions, runs of capitals,
 * names from the knowledge base, evidence from the whole document). Each feature is a 64-bit hash. */
#ifndef COPYDESK_ENTITIES_FEATURES_H
#define COPYDESK_ENTITIES_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

#include "copydesk/document.h"
#include "lexicon.h"

/* From where a word is seen: itself, its neighbours at one and two tokens, and a wider window without order.
 */
enum cd_place {
    CD_PLACE_SELF,
    CD_PLACE_NEXT,     /* it is the next token's word */
    CD_PLACE_PREVIOUS, /* it is the previous token's word */
    CD_PLACE_NEXT2,
    CD_PLACE_PREVIOUS2,
    CD_PLACE_RIGHT, /* it stands three or four tokens to the right */
    CD_PLACE_LEFT,
    CD_PLACES
};

/* The wider window, in tokens from the one looked at. */
enum { CD_WINDOW_FROM = 3, CD_WINDOW_TO = 4 };

enum { CD_WORD_FEATURES_MAX = 48, CD_CONTEXT_FEATURES_MAX = 96 };

/* How a word is written. */
enum cd_writing {
    CD_WRITTEN_OTHER,
    CD_WRITTEN_LOWER,
    CD_WRITTEN_CAPITAL,
    CD_WRITTEN_UPPER,
    CD_WRITTEN_MIXED
};

/* A distinct word as the features see it. */
struct cd_word {
    uint64_t lower;      /* hash of its folded form: small letters, quotes and dashes made one, digits as 0 */
    uint64_t phrase;     /* the same for the name lists (digits kept) */
    uint64_t shape;      /* hash of its shape, "Xx", "X.X.", "d" */
    uint16_t cluster[4]; /* of 64, 256, 1,024, 3,072; 0 unknown */
    uint16_t news[2];    /* classes from news text, of 1,000 and 200; 0 unknown */
    uint16_t vector;     /* its place among the lexicon's; 0 unknown */
    uint16_t profile;    /* CD_PROFILE_ bits */
    uint16_t names;      /* CD_PHRASE_ bits: what listed names it is, or begins */
    uint8_t writing;     /* enum cd_writing; OTHER when caseless */
    uint8_t written;     /* enum cd_writing, always as it stands */
    uint8_t kind;        /* enum cd_token_kind */
    uint8_t first;       /* its first letter, small, for acronyms; 0 when not ASCII */
    uint8_t length;      /* bytes, at most 255 */
    bool connects;       /* "of", "the", "and", "for", "de", "&", "-": may stand inside a name */
    bool quote, closes_quote, bracket;
};

/* Describe a token's text. `caseless`: as if all were small letters, for sentences whose case says nothing.
 */
void cd_describe_word(const struct cd_lexicon *lexicon, struct cd_slice text, enum cd_token_kind kind,
                      bool caseless, struct cd_word *word);

/* The key under which the lexicon holds the news classes of a word as it is written. */
uint64_t cd_class_key(struct cd_slice text, bool caseless);

/* The word that stands before a sentence's first token and after its last. */
void cd_describe_edge(bool end, struct cd_word *word);

/* The features of a word seen from `place`; returns their number, at most CD_WORD_FEATURES_MAX. `text` is the
 * token's text (empty for an edge). */
uint32_t cd_word_features(const struct cd_word *word, struct cd_slice text, enum cd_place place,
                          bool caseless, uint64_t *features);

/* What a token has in the context of its sentence besides the words themselves. */
struct cd_token_context {
    uint8_t names[CD_ENTITY_TYPE_COUNT]; /* listed names over it: 0 none, else 1 B, 2 I, 3 L, 4 U; + 4 when
                                            doubtful */
    uint8_t evidence;             /* how the document writes it elsewhere, see evidence.h; 0: not seen */
    uint8_t in_quotes;            /* a quotation is open: 1, at its first token: 2 */
    uint8_t acronym;              /* 1: initials of the capitals before it, in brackets; 2: spelled out so */
    uint16_t run_first, run_last; /* the run of capitalised words around it, sentence positions */
    uint16_t wide_last;           /* the same when small connecting words are allowed between */
    bool in_run;
};

/* A sentence ready for feature extraction. Words and contexts are indexed from 0 to count - 1; words must
 * also be readable at -3 to -1 and count to count + 2 (edges). */
struct cd_sentence_view {
    const struct cd_word *const *words;
    struct cd_token_context *contexts;
    uint32_t count;
    enum cd_letter_case letter_case;
    bool caseless, in_title, starts_paragraph;
};

/* Fill in the contexts (all but `evidence`, which the caller has set) from the words. */
void cd_prepare_contexts(const struct cd_lexicon *lexicon, struct cd_sentence_view *view);

/* The features of a token in its context, at most CD_CONTEXT_FEATURES_MAX. */
uint32_t cd_context_features(const struct cd_sentence_view *view, uint32_t token, uint64_t *features);

#endif
