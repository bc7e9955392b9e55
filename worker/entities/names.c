#include "names.h"

#include <string.h>

#include "../text/characters.h"
#include "copydesk/utf8.h"

/* ---- folding ------------------------------------------------------------------------------- */

/* Lower-case base letters of U+00C0..U+00FF and U+0100..U+017F. */
static const char latin1_base[65] = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty";
static const char latin_extended_base[129] = "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiii"
                                             "jjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssss"
                                             "ttttttuuuuuuuuuuuuwwyyyzzzzzzs";

enum { DROP = 0 };

static uint32_t fold_letter(uint32_t c)
{
    if (c >= 0xC0 && c <= 0xFF)
        return (unsigned char)latin1_base[c - 0xC0];
    if (c >= 0x100 && c <= 0x17F)
        return (unsigned char)latin_extended_base[c - 0x100];
    return cd_character_lower(c);
}

static bool is_double_quote(uint32_t c)
{
    return c == '"' || c == 0xAB || c == 0xBB || (c >= 0x201C && c <= 0x201E);
}

/* The folded code point; ' ' for a separator, DROP for nothing, '"' for any double quote. */
static uint32_t fold_codepoint(uint32_t c)
{
    switch (cd_character_kind(c)) {
    case CD_CHARACTER_LETTER:
        return fold_letter(c);
    case CD_CHARACTER_DIGIT:
        return c;
    case CD_CHARACTER_APOSTROPHE:
    case CD_CHARACTER_MARK:
        return DROP;
    default:
        break;
    }
    if (c == '.' || c == '`' || c == 0x2018)
        return DROP;
    if (is_double_quote(c))
        return '"';
    return c == '&' ? c : ' ';
}

/* The writer: words with one space between them, quoted parts set aside. */
struct folding {
    struct cd_folded *out;
    bool quoted;
    uint16_t quote_begin;
};

static void put(struct folding *folding, uint32_t c)
{
    struct cd_folded *out = folding->out;
    if (c == ' ') {
        if (out->length && out->text[out->length - 1] != ' ' && out->length < CD_NAME_BYTES_MAX)
            out->text[out->length++] = ' ';
        return;
    }
    char bytes[4];
    unsigned size = cd_utf8_encode(c, bytes);
    if (out->length + size > CD_NAME_BYTES_MAX)
        return;
    memcpy(out->text + out->length, bytes, size);
    out->length += size;
}

static void trim(struct cd_folded *out)
{
    while (out->length && out->text[out->length - 1] == ' ')
        out->length--;
}

/* A quote opens or closes; what it closed becomes the nickname unless it is all there is. */
static void toggle_quote(struct folding *folding)
{
    struct cd_folded *out = folding->out;
    put(folding, ' ');
    folding->quoted = !folding->quoted;
    if (folding->quoted) {
        folding->quote_begin = out->length;
        return;
    }
    trim(out);
    if (folding->quote_begin == 0 || out->length <= folding->quote_begin)
        return;
    uint16_t length = out->length - folding->quote_begin;
    if (length <= CD_NICKNAME_BYTES_MAX) {
        memcpy(out->nickname, out->text + folding->quote_begin, length);
        out->nickname_length = length;
    }
    out->length = folding->quote_begin;
}

static void drop_leading_the(struct cd_folded *out)
{
    if (out->length <= 4 || memcmp(out->text, "the ", 4) != 0)
        return;
    out->length -= 4;
    memmove(out->text, out->text + 4, out->length);
}

/* "and" and "&" are one word, so that "Johnson and Johnson" is "Johnson & Johnson". */
static void unify_and(struct cd_folded *out)
{
    uint16_t length = 0;
    for (uint16_t at = 0; at < out->length; at++) {
        bool is_and = at && out->length - at > 4 && memcmp(out->text + at - 1, " and ", 5) == 0;
        out->text[length++] = is_and ? '&' : out->text[at];
        if (is_and)
            at += 2;
    }
    out->length = length;
}

/* The length without a final possessive: Biden's, Biden’s, Boss'. */
static size_t without_possessive(struct cd_slice s)
{
    static const char *const endings[] = {"'s", "\u2019s", "'S", "\u2019S", "'", "\u2019"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t length = strlen(endings[i]);
        if (s.length > length && memcmp(s.bytes + s.length - length, endings[i], length) == 0)
            return s.length - length;
    }
    return s.length;
}

void cd_fold_name(struct cd_slice surface, struct cd_folded *folded)
{
    folded->length = folded->nickname_length = 0;
    struct folding folding = {.out = folded};
    surface.length = without_possessive(surface);
    for (size_t at = 0; at < surface.length;) {
        unsigned size;
        uint32_t c = fold_codepoint(cd_utf8_decode(surface, at, &size));
        if (c == '"')
            toggle_quote(&folding);
        else if (c != DROP)
            put(&folding, c);
        at += size;
    }
    trim(folded);
    drop_leading_the(folded);
    unify_and(folded);
}

unsigned cd_name_words(struct cd_slice folded, struct cd_slice words[CD_NAME_WORDS_MAX])
{
    unsigned count = 0;
    for (size_t at = 0; at < folded.length && count < CD_NAME_WORDS_MAX;) {
        const char *space = memchr(folded.bytes + at, ' ', folded.length - at);
        size_t end = space ? (size_t)(space - folded.bytes) : folded.length;
        if (end > at)
            words[count++] = cd_slice_part(folded, at, end);
        at = end + 1;
    }
    return count;
}

/* ---- shapes -------------------------------------------------------------------------------- */

struct letters {
    unsigned capitals, small, spaces, others;
};

static struct letters count_letters(struct cd_slice s)
{
    struct letters n = {0};
    unsigned size;
    for (size_t at = 0; at < s.length; at += size) {
        uint32_t c = cd_utf8_decode(s, at, &size);
        enum cd_character kind = cd_character_kind(c);
        if (kind == CD_CHARACTER_LETTER)
            *(cd_character_is_upper(c) ? &n.capitals : &n.small) += 1;
        else if (kind == CD_CHARACTER_SPACE || kind == CD_CHARACTER_NEWLINE)
            n.spaces++;
        else if (c != '.' && c != '&')
            n.others++;
    }
    return n;
}

bool cd_is_capitals(struct cd_slice surface)
{
    struct letters n = count_letters(surface);
    return n.capitals >= 2 && n.small == 0;
}

bool cd_is_acronym_shaped(struct cd_slice surface)
{
    struct letters n = count_letters(surface);
    return n.capitals >= 2 && n.capitals <= 6 && n.small <= 1 && n.spaces == 0 && n.others == 0;
}

/* ---- word classes -------------------------------------------------------------------------- */

static bool is_one_of(struct cd_slice word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cd_word_is(word, list[i]))
            return true;
    return false;
}

#define ONE_OF(word, ...)                                                                                    \
    is_one_of(word, (const char *const[]){__VA_ARGS__},                                                      \
              sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

bool cd_is_joiner(struct cd_slice word)
{
    return ONE_OF(word, "of", "the", "&", "and", "for", "in", "on", "at", "to", "de", "du", "des", "la", "le",
                  "und", "der", "et", "y", "against", "with", "without");
}

unsigned cd_initials(const struct cd_slice *words, unsigned count, bool with_joiners, char *out)
{
    unsigned length = 0;
    for (unsigned i = 0; i < count; i++)
        if (with_joiners || !cd_is_joiner(words[i]))
            out[length++] = words[i].bytes[0];
    return length;
}

bool cd_is_legal_form(struct cd_slice word)
{
    return ONE_OF(word, "inc", "corp", "corporation", "co", "company", "ltd", "limited", "llc", "llp", "plc",
                  "ag", "sa", "nv", "se", "gmbh", "spa", "ab", "as", "oyj", "group", "holding", "holdings",
                  "&", "cos", "incorporated", "lp", "pty", "bhd", "kk");
}

struct cd_slice cd_state_of_abbreviation(struct cd_slice word, bool acronym_shaped)
{
    enum { SHORT_BYTES = 2 }; /* such a word in capitals is something else: LA, PA */
    static const char *const one_word[][2] = {
        {"ala", "alabama"},       {"ariz", "arizona"},     {"ark", "arkansas"},     {"calif", "california"},
        {"colo", "colorado"},     {"conn", "connecticut"}, {"del", "delaware"},     {"fla", "florida"},
        {"ill", "illinois"},      {"ind", "indiana"},      {"kan", "kansas"},       {"mass", "massachusetts"},
        {"mich", "michigan"},     {"minn", "minnesota"},   {"miss", "mississippi"}, {"mont", "montana"},
        {"neb", "nebraska"},      {"nev", "nevada"},       {"okla", "oklahoma"},    {"ore", "oregon"},
        {"penn", "pennsylvania"}, {"tenn", "tennessee"},   {"tex", "texas"},        {"wis", "wisconsin"},
        {"wisc", "wisconsin"},    {"wyo", "wyoming"},      {"ga", "georgia"},       {"ky", "kentucky"},
        {"la", "louisiana"},      {"md", "maryland"},      {"mo", "missouri"},      {"pa", "pennsylvania"},
        {"va", "virginia"},       {"vt", "vermont"}};
    static const char *const two_words[][2] = {
        {"nc", "north carolina"}, {"nd", "north dakota"}, {"nh", "new hampshire"},
        {"nj", "new jersey"},     {"nm", "new mexico"},   {"ri", "rhode island"},
        {"sc", "south carolina"}, {"sd", "south dakota"}, {"wva", "west virginia"}};
    if (word.length > SHORT_BYTES || !acronym_shaped)
        for (size_t i = 0; i < sizeof one_word / sizeof *one_word; i++)
            if (cd_word_is(word, one_word[i][0]))
                return cd_slice_of(one_word[i][1]);
    for (size_t i = 0; acronym_shaped && i < sizeof two_words / sizeof *two_words; i++)
        if (cd_word_is(word, two_words[i][0]))
            return cd_slice_of(two_words[i][1]);
    return (struct cd_slice){NULL, 0};
}

bool cd_is_generation(struct cd_slice word)
{
    return ONE_OF(word, "jr", "sr", "ii", "iii", "iv");
}

enum cd_gender cd_honorific(struct cd_slice word, bool *is_honorific)
{
    *is_honorific = true;
    if (ONE_OF(word, "mr", "sir", "lord", "king", "prince", "monsieur", "herr", "senor"))
        return CD_GENDER_MALE;
    if (ONE_OF(word, "mrs", "ms", "miss", "lady", "dame", "queen", "princess", "madame", "mme", "frau",
               "senora"))
        return CD_GENDER_FEMALE;
    *is_honorific =
        ONE_OF(word, "dr", "prof", "professor", "sen", "rep", "gov", "gen", "col", "sgt", "lt", "capt",
               "president", "senator", "judge", "justice", "secretary", "pope", "rev", "st");
    return CD_GENDER_UNKNOWN;
}

enum cd_gender cd_kinship_gender(struct cd_slice word)
{
    if (ONE_OF(word, "husband", "father", "son", "brother", "widower", "grandfather", "nephew", "uncle"))
        return CD_GENDER_MALE;
    if (ONE_OF(word, "wife", "mother", "daughter", "sister", "widow", "grandmother", "niece", "aunt"))
        return CD_GENDER_FEMALE;
    return CD_GENDER_UNKNOWN;
}

enum cd_gender cd_pronoun_gender(struct cd_slice word)
{
    if (ONE_OF(word, "he", "He", "his", "His", "him", "himself"))
        return CD_GENDER_MALE;
    if (ONE_OF(word, "she", "She", "her", "Her", "hers", "herself"))
        return CD_GENDER_FEMALE;
    return CD_GENDER_UNKNOWN;
}

/* ---- first names --------------------------------------------------------------------------- */

/* English short forms that are not the beginning of the long one. */
static const char *const short_forms[][2] = {
    {"joe", "joseph"},      {"bill", "william"},    {"will", "william"},    {"bob", "robert"},
    {"rob", "robert"},      {"bobby", "robert"},    {"jim", "james"},       {"jimmy", "james"},
    {"mike", "michael"},    {"dick", "richard"},    {"rick", "richard"},    {"ted", "edward"},
    {"ted", "theodore"},    {"jack", "john"},       {"tony", "anthony"},    {"tony", "antony"},
    {"liz", "elizabeth"},   {"beth", "elizabeth"},  {"betsy", "elizabeth"}, {"kate", "katherine"},
    {"kate", "catherine"},  {"kathy", "katherine"}, {"peggy", "margaret"},  {"meg", "margaret"},
    {"larry", "lawrence"},  {"harry", "henry"},     {"harry", "harold"},    {"hank", "henry"},
    {"chuck", "charles"},   {"charlie", "charles"}, {"nick", "nicholas"},   {"nicky", "nicola"},
    {"sandy", "alexander"}, {"sasha", "alexander"}, {"becky", "rebecca"},   {"bernie", "bernard"},
    {"andy", "andrew"},     {"drew", "andrew"},     {"jerry", "gerald"},    {"jeff", "geoffrey"},
    {"alex", "aleksandr"},  {"steve", "stephen"},   {"steve", "steven"},    {"dave", "david"},
    {"ron", "ronald"},      {"maggie", "margaret"}, {"jenny", "jennifer"},
};

static bool begins_with(struct cd_slice word, struct cd_slice beginning)
{
    return word.length >= beginning.length && memcmp(word.bytes, beginning.bytes, beginning.length) == 0;
}

bool cd_first_names_agree(struct cd_slice a, struct cd_slice b)
{
    struct cd_slice shorter = a.length <= b.length ? a : b, longer = a.length <= b.length ? b : a;
    if (begins_with(longer, shorter) && (shorter.length == 1 || shorter.length >= 3 || longer.length == 2))
        return true;
    for (size_t i = 0; i < sizeof short_forms / sizeof *short_forms; i++) {
        struct cd_slice x = cd_slice_of(short_forms[i][0]), y = cd_slice_of(short_forms[i][1]);
        if ((cd_slice_equal(a, x) && cd_slice_equal(b, y)) || (cd_slice_equal(a, y) && cd_slice_equal(b, x)))
            return true;
    }
    return false;
}
