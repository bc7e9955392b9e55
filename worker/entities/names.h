/* names.h - how names are compared: folding, words, initials, honorifics.
 *
 * Two surfaces are the same name when their folded forms are equal: letters in lower case without accents
 * (Latin, Greek, Cyrillic), periods and apostrophes dropped ("U.N." = "UN", "O’Brien" = "O'Brien"), hyphens
 * and other punctuation one space, "and" as "&", a leading "the" and a final possessive dropped. Pure
 * functions; any thread. Inside entities/ only. */
#ifndef COPYDESK_ENTITIES_NAMES_H
#define COPYDESK_ENTITIES_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "copydesk/slice.h"

enum {
    CD_NAME_BYTES_MAX = 240, /* a longer name is compared by its beginning */
    CD_NAME_WORDS_MAX = 12,
    CD_NICKNAME_BYTES_MAX = 32,
};

/* A folded name. */
struct cd_folded {
    char text[CD_NAME_BYTES_MAX]; /* words with one space between them */
    uint16_t length;
    char nickname[CD_NICKNAME_BYTES_MAX]; /* a part in double quotes inside the name: Dwayne "The Rock"
                                             Johnson */
    uint16_t nickname_length;
};

void cd_fold_name(struct cd_slice surface, struct cd_folded *folded);

/* Split folded text into at most CD_NAME_WORDS_MAX words (the rest is left out); returns their number. */
unsigned cd_name_words(struct cd_slice folded, struct cd_slice words[CD_NAME_WORDS_MAX]);

/* The word is `text`. */
static inline bool cd_word_is(struct cd_slice word, const char *text)
{
    return word.length && word.bytes[0] == text[0] && strncmp(word.bytes, text, word.length) == 0 &&
           text[word.length] == '\0';
}

/* All letters are capitals and there are at least two ("NATO", "U.N.", "BIDEN", not "3"). */
bool cd_is_capitals(struct cd_slice surface);

/* One word of two to six letters that could be an acronym: capitals, perhaps with periods, lower-case joiners
 * or a plural s ("WHO", "U.N.", "DoJ"). */
bool cd_is_acronym_shaped(struct cd_slice surface);

/* A word that names leave out of their acronyms: of, the, and, for, ... */
bool cd_is_joiner(struct cd_slice word);

/* The initials of `words` into `out` (room for CD_NAME_WORDS_MAX), with or without joiners; returns their
 * number. */
unsigned cd_initials(const struct cd_slice *words, unsigned count, bool with_joiners, char *out);

/* Inc, Corp, Ltd, ...: the legal form behind a company's name. */
bool cd_is_legal_form(struct cd_slice word);

/* The state that an abbreviation in a date line or address names ("mich", "nd": Michigan, North Dakota),
 * folded; empty for none. `acronym_shaped`: it stands in capitals, which tells "LA" from "La.". The
 * traditional abbreviations (Associated Press Stylebook, "state names"), not the postal ones; "N.Y." and
 * "Wash." are also cities and are left out. */
struct cd_slice cd_state_of_abbreviation(struct cd_slice word, bool acronym_shaped);

/* Jr, Sr, II, III, IV behind a person's name. */
bool cd_is_generation(struct cd_slice word);

/* What an honorific or pronoun says of a person. */
enum cd_gender { CD_GENDER_UNKNOWN, CD_GENDER_MALE, CD_GENDER_FEMALE };

/* The gender that a word before a name gives: Mr, Sir, Mrs, Ms, Lady, ... `is_honorific` gets true also for
 * those that give none (Dr, Prof, Sen). */
enum cd_gender cd_honorific(struct cd_slice word, bool *is_honorific);

/* "his wife, Jill Biden": the gender that a word of kinship before a name gives. */
enum cd_gender cd_kinship_gender(struct cd_slice word);

/* he, his, him / she, her, hers. */
enum cd_gender cd_pronoun_gender(struct cd_slice word);

/* One may stand for the other as a first name: equal, an initial, the beginning ("Ben", "Benjamin"), or a
 * common short form ("Tony", "Antony"). */
bool cd_first_names_agree(struct cd_slice a, struct cd_slice b);

#endif
