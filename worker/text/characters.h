/* characters.h - what kind of character a code point is, and its lower-case form.
 *
 * Small ranges instead of the Unicode tables: exact for Latin, Greek and Cyrillic letters, common
 * punctuation, currency and emoji; every other character above U+00BF counts as a letter (Arabic, Han,
 * combining marks, ...). Pure functions; any thread. */
#ifndef COPYDESK_TEXT_CHARACTERS_H
#define COPYDESK_TEXT_CHARACTERS_H

#include <stdbool.h>
#include <stdint.h>

enum cd_character {
    CD_CHARACTER_SPACE,
    CD_CHARACTER_NEWLINE,
    CD_CHARACTER_LETTER,
    CD_CHARACTER_DIGIT,
    CD_CHARACTER_APOSTROPHE, /* ' and U+2019 */
    CD_CHARACTER_PUNCTUATION,
    CD_CHARACTER_SYMBOL,
    CD_CHARACTER_MARK /* combining marks, joiners, variation selectors: they stick to what stands before */
};

extern const uint8_t cd_ascii_kinds[128]; /* enum cd_character */
enum cd_character cd_character_kind_beyond_ascii(uint32_t codepoint);

static inline enum cd_character cd_character_kind(uint32_t codepoint)
{
    return codepoint < 0x80 ? cd_ascii_kinds[codepoint] : cd_character_kind_beyond_ascii(codepoint);
}

/* The simple lower-case form (one code point of the same or another size); itself when there is none. */
uint32_t cd_character_lower(uint32_t codepoint);
/* The simple upper-case form of a lower-case letter; itself when there is none. */
uint32_t cd_character_upper(uint32_t codepoint);

static inline bool cd_character_is_upper(uint32_t codepoint)
{
    return cd_character_lower(codepoint) != codepoint;
}

/* A letter that has an upper-case form and is not it. */
static inline bool cd_character_is_lower(uint32_t codepoint)
{
    return cd_character_upper(codepoint) != codepoint || codepoint == 0xDF;
}

#endif
