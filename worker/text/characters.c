#include "characters.h"

#include <stddef.h>

const uint8_t cd_ascii_kinds[128] = {
    [0 ... 9] = CD_CHARACTER_SPACE,      ['\n'] = CD_CHARACTER_NEWLINE,
    [11 ... 12] = CD_CHARACTER_SPACE,    ['\r'] = CD_CHARACTER_NEWLINE,
    [14 ... 32] = CD_CHARACTER_SPACE,    ['!' ... '#'] = CD_CHARACTER_PUNCTUATION,
    ['$'] = CD_CHARACTER_SYMBOL,         ['%' ... '&'] = CD_CHARACTER_PUNCTUATION,
    ['\''] = CD_CHARACTER_APOSTROPHE,    ['(' ... '*'] = CD_CHARACTER_PUNCTUATION,
    ['+'] = CD_CHARACTER_SYMBOL,         [',' ... '/'] = CD_CHARACTER_PUNCTUATION,
    ['0' ... '9'] = CD_CHARACTER_DIGIT,  [':' ... ';'] = CD_CHARACTER_PUNCTUATION,
    ['<' ... '>'] = CD_CHARACTER_SYMBOL, ['?' ... '@'] = CD_CHARACTER_PUNCTUATION,
    ['A' ... 'Z'] = CD_CHARACTER_LETTER, ['[' ... ']'] = CD_CHARACTER_PUNCTUATION,
    ['^'] = CD_CHARACTER_SYMBOL,         ['_' ... '`'] = CD_CHARACTER_PUNCTUATION,
    ['a' ... 'z'] = CD_CHARACTER_LETTER, ['{' ... '}'] = CD_CHARACTER_PUNCTUATION,
    ['~'] = CD_CHARACTER_SYMBOL,         [127] = CD_CHARACTER_SPACE,
};

struct range {
    uint32_t first, last;
    uint8_t kind;
};

/* Beyond ASCII, ascending; a code point in no range is a letter. */
static const struct range ranges[] = {
    {0x80, 0xA0, CD_CHARACTER_SPACE},           {0xA1, 0xA1, CD_CHARACTER_PUNCTUATION},
    {0xA2, 0xA9, CD_CHARACTER_SYMBOL},          {0xAB, 0xAB, CD_CHARACTER_PUNCTUATION},
    {0xAC, 0xAC, CD_CHARACTER_SYMBOL},          {0xAD, 0xAD, CD_CHARACTER_MARK},
    {0xAE, 0xB4, CD_CHARACTER_SYMBOL},          {0xB6, 0xB9, CD_CHARACTER_PUNCTUATION},
    {0xBB, 0xBB, CD_CHARACTER_PUNCTUATION},     {0xBC, 0xBE, CD_CHARACTER_SYMBOL},
    {0xBF, 0xBF, CD_CHARACTER_PUNCTUATION},     {0xD7, 0xD7, CD_CHARACTER_SYMBOL},
    {0xF7, 0xF7, CD_CHARACTER_SYMBOL},          {0x300, 0x36F, CD_CHARACTER_MARK},
    {0x37E, 0x37E, CD_CHARACTER_PUNCTUATION},   {0x589, 0x58A, CD_CHARACTER_PUNCTUATION},
    {0x5BE, 0x5BE, CD_CHARACTER_PUNCTUATION},   {0x60C, 0x60D, CD_CHARACTER_PUNCTUATION},
    {0x61B, 0x61F, CD_CHARACTER_PUNCTUATION},   {0x660, 0x669, CD_CHARACTER_DIGIT},
    {0x964, 0x965, CD_CHARACTER_PUNCTUATION},   {0x1680, 0x1680, CD_CHARACTER_SPACE},
    {0x2000, 0x200B, CD_CHARACTER_SPACE},       {0x200C, 0x200F, CD_CHARACTER_MARK},
    {0x2010, 0x2018, CD_CHARACTER_PUNCTUATION}, {0x2019, 0x2019, CD_CHARACTER_APOSTROPHE},
    {0x201A, 0x2027, CD_CHARACTER_PUNCTUATION}, {0x2028, 0x2029, CD_CHARACTER_NEWLINE},
    {0x202A, 0x202E, CD_CHARACTER_MARK},        {0x202F, 0x202F, CD_CHARACTER_SPACE},
    {0x2030, 0x205E, CD_CHARACTER_PUNCTUATION}, {0x205F, 0x205F, CD_CHARACTER_SPACE},
    {0x2060, 0x206F, CD_CHARACTER_MARK},        {0x2070, 0x20CF, CD_CHARACTER_SYMBOL},
    {0x20D0, 0x20FF, CD_CHARACTER_MARK},        {0x2100, 0x2BFF, CD_CHARACTER_SYMBOL},
    {0x2E00, 0x2E7F, CD_CHARACTER_PUNCTUATION}, {0x3000, 0x3000, CD_CHARACTER_SPACE},
    {0x3001, 0x3003, CD_CHARACTER_PUNCTUATION}, {0x3008, 0x3020, CD_CHARACTER_PUNCTUATION},
    {0xFE00, 0xFE0F, CD_CHARACTER_MARK},        {0xFEFF, 0xFEFF, CD_CHARACTER_MARK},
    {0xFF01, 0xFF0F, CD_CHARACTER_PUNCTUATION}, {0xFF10, 0xFF19, CD_CHARACTER_DIGIT},
    {0xFF1A, 0xFF20, CD_CHARACTER_PUNCTUATION}, {0xFFF9, 0xFFFF, CD_CHARACTER_SYMBOL},
    {0x1F000, 0x1F3FA, CD_CHARACTER_SYMBOL},    {0x1F3FB, 0x1F3FF, CD_CHARACTER_MARK},
    {0x1F400, 0x1FAFF, CD_CHARACTER_SYMBOL},    {0xE0020, 0xE007F, CD_CHARACTER_MARK},
};

enum cd_character cd_character_kind_beyond_ascii(uint32_t codepoint)
{
    size_t low = 0, high = sizeof ranges / sizeof *ranges;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ranges[middle].last < codepoint)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < sizeof ranges / sizeof *ranges && ranges[low].first <= codepoint)
        return ranges[low].kind;
    return CD_CHARACTER_LETTER;
}

/* Blocks in which upper- and lower-case letters alternate, the upper one even (or odd). */
static bool alternates(uint32_t c, bool *upper_is_odd)
{
    bool odd = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E) || (c >= 0x1CD && c <= 0x1DC);
    bool even = (c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177) || (c >= 0x1DE && c <= 0x1EF) ||
                (c >= 0x1F8 && c <= 0x21F) || (c >= 0x222 && c <= 0x233) || (c >= 0x460 && c <= 0x481) ||
                (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F) || (c >= 0x1E00 && c <= 0x1E95) ||
                (c >= 0x1EA0 && c <= 0x1EFF);
    *upper_is_odd = odd;
    return (odd || even) && c != 0x130 && c != 0x131;
}

uint32_t cd_character_lower(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if (c < 0x100)
        return c >= 0xC0 && c <= 0xDE && c != 0xD7 ? c + 32 : c;
    if (c == 0x178)
        return 0xFF;
    bool upper_is_odd;
    if (alternates(c, &upper_is_odd))
        return (c & 1) == (uint32_t)upper_is_odd ? c + 1 : c;
    if (c >= 0x391 && c <= 0x3A9 && c != 0x3A2)
        return c + 32;
    if (c >= 0x410 && c <= 0x42F)
        return c + 32;
    if (c >= 0x400 && c <= 0x40F)
        return c + 80;
    return c;
}

uint32_t cd_character_upper(uint32_t c)
{
    if (c < 0x80)
        return c >= 'a' && c <= 'z' ? c - 32 : c;
    if (c < 0x100)
        return c >= 0xE0 && c <= 0xFE && c != 0xF7 ? c - 32 : c;
    bool upper_is_odd;
    if (alternates(c, &upper_is_odd))
        return (c & 1) == (uint32_t)upper_is_odd ? c : c - 1;
    if (c >= 0x3B1 && c <= 0x3C9 && c != 0x3C2)
        return c - 32;
    if (c >= 0x430 && c <= 0x44F)
        return c - 32;
    if (c >= 0x450 && c <= 0x45F)
        return c - 80;
    return c;
}
