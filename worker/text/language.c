/* Script first (Unicode blocks), then single letters that only some languages have, then function words: a
 * word of a language's list adds its weight to that language, and the highest sum wins. A naive Bayes
 * classifier with rounded logarithms, in other words, over the few features that carry nearly everything
 * (Grefenstette, "Comparing two language identification schemes", 1995). */
#include "copydesk/language.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include "copydesk/utf8.h"
#include "language_words.h"

enum { WORDS_MAX = 200, CHARACTERS_MAX = 4000 };

/* ---- scripts ------------------------------------------------------------------------------- */

enum script {
    NO_SCRIPT,
    LATIN,
    GREEK,
    CYRILLIC,
    ARMENIAN,
    HEBREW,
    ARABIC,
    DEVANAGARI,
    BENGALI,
    GURMUKHI,
    GUJARATI,
    TAMIL,
    TELUGU,
    KANNADA,
    MALAYALAM,
    SINHALA,
    THAI,
    LAO,
    BURMESE,
    GEORGIAN,
    HANGUL,
    ETHIOPIC,
    KHMER,
    KANA,
    HAN,
    SCRIPTS
};

/* The language that a script stands for when only one matters; the others are told apart below. */
static const char *const script_languages[SCRIPTS] = {
    [NO_SCRIPT] = "und", [LATIN] = "und",   [GREEK] = "el",      [CYRILLIC] = "ru", [ARMENIAN] = "hy",
    [HEBREW] = "he",     [ARABIC] = "ar",   [DEVANAGARI] = "hi", [BENGALI] = "bn",  [GURMUKHI] = "pa",
    [GUJARATI] = "gu",   [TAMIL] = "ta",    [TELUGU] = "te",     [KANNADA] = "kn",  [MALAYALAM] = "ml",
    [SINHALA] = "si",    [THAI] = "th",     [LAO] = "lo",        [BURMESE] = "my",  [GEORGIAN] = "ka",
    [HANGUL] = "ko",     [ETHIOPIC] = "am", [KHMER] = "km",      [KANA] = "ja",     [HAN] = "zh",
};

struct block {
    uint32_t first, last;
    enum script script;
};

/* In order. */
static const struct block blocks[] = {
    {0xC0, 0x24F, LATIN},       {0x370, 0x3FF, GREEK},      {0x400, 0x52F, CYRILLIC},
    {0x531, 0x58F, ARMENIAN},   {0x591, 0x5F4, HEBREW},     {0x600, 0x6FF, ARABIC},
    {0x750, 0x77F, ARABIC},     {0x900, 0x97F, DEVANAGARI}, {0x980, 0x9FF, BENGALI},
    {0xA00, 0xA7F, GURMUKHI},   {0xA80, 0xAFF, GUJARATI},   {0xB80, 0xBFF, TAMIL},
    {0xC00, 0xC7F, TELUGU},     {0xC80, 0xCFF, KANNADA},    {0xD00, 0xD7F, MALAYALAM},
    {0xD80, 0xDFF, SINHALA},    {0xE00, 0xE7F, THAI},       {0xE80, 0xEFF, LAO},
    {0x1000, 0x109F, BURMESE},  {0x10A0, 0x10FF, GEORGIAN}, {0x1100, 0x11FF, HANGUL},
    {0x1200, 0x139F, ETHIOPIC}, {0x1780, 0x17FF, KHMER},    {0x1E00, 0x1EFF, LATIN},
    {0x1F00, 0x1FFF, GREEK},    {0x3040, 0x30FF, KANA},     {0x3400, 0x4DBF, HAN},
    {0x4E00, 0x9FFF, HAN},      {0xAC00, 0xD7AF, HANGUL},   {0xF900, 0xFAFF, HAN},
    {0xFB1D, 0xFB4F, HEBREW},   {0xFB50, 0xFDFF, ARABIC},   {0xFE70, 0xFEFE, ARABIC},
    {0x20000, 0x2FA1F, HAN},
};

static enum script script_of(uint32_t c)
{
    if (c < 0x80) /* nearly every letter of an English text */
        return (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? LATIN : NO_SCRIPT;
    size_t low = 0, high = sizeof blocks / sizeof *blocks;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c > blocks[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    bool inside = low < sizeof blocks / sizeof *blocks && c >= blocks[low].first && c != 0xD7 && c != 0xF7;
    return inside ? blocks[low].script : NO_SCRIPT;
}

/* ---- letters ------------------------------------------------------------------------------- */

/* Letters (lower case) that speak for a language in Latin script. */
static const struct {
    uint16_t letter;
    uint8_t language, weight;
} telling_letters[] = {
    {0xDF, DE, 4},  {0xE4, DE, 1},  {0xF6, DE, 1},  {0xFC, DE, 2},  {0xE4, SV, 2},  {0xF6, SV, 1},
    {0xE5, SV, 2},  {0xE4, FI, 2},  {0xF6, FI, 1},  {0xE6, DA, 2},  {0xF8, DA, 2},  {0xE5, DA, 2},
    {0xE6, NO, 2},  {0xF8, NO, 2},  {0xE5, NO, 2},  {0xE9, FR, 1},  {0xE8, FR, 1},  {0xEA, FR, 2},
    {0xE7, FR, 1},  {0xE0, FR, 1},  {0x153, FR, 3}, {0xF9, FR, 1},  {0xFB, FR, 2},  {0xF1, ES, 3},
    {0xF3, ES, 1},  {0xE1, ES, 1},  {0xED, ES, 1},  {0xFA, ES, 1},  {0xE9, ES, 1},  {0xE3, PT, 3},
    {0xF5, PT, 3},  {0xE7, PT, 1},  {0xE1, PT, 1},  {0xE9, PT, 1},  {0xEA, PT, 1},  {0xED, PT, 1},
    {0xE0, IT, 1},  {0xE8, IT, 1},  {0xF2, IT, 2},  {0xF9, IT, 1},  {0xEC, IT, 2},  {0x142, PL, 4},
    {0x105, PL, 4}, {0x119, PL, 4}, {0x15B, PL, 4}, {0x17C, PL, 4}, {0x17A, PL, 3}, {0x107, PL, 2},
    {0x144, PL, 3}, {0xF3, PL, 1},  {0x11B, CS, 4}, {0x159, CS, 4}, {0x16F, CS, 4}, {0x161, CS, 1},
    {0x10D, CS, 1}, {0x17E, CS, 1}, {0xFD, CS, 2},  {0xE1, CS, 1},  {0xED, CS, 1},  {0x13E, SK, 4},
    {0x161, SK, 1}, {0x10D, SK, 1}, {0x17E, SK, 1}, {0xFD, SK, 1},  {0xE1, SK, 1},  {0xF4, SK, 2},
    {0x161, HR, 1}, {0x10D, HR, 1}, {0x17E, HR, 1}, {0x107, HR, 1}, {0x111, HR, 3}, {0x161, SL, 1},
    {0x10D, SL, 1}, {0x17E, SL, 1}, {0x103, RO, 3}, {0x219, RO, 4}, {0x21B, RO, 4}, {0x163, RO, 4},
    {0xEE, RO, 2},  {0xE2, RO, 1},  {0x151, HU, 4}, {0x171, HU, 4}, {0xE1, HU, 1},  {0xE9, HU, 1},
    {0xF6, HU, 1},  {0xF3, HU, 1},  {0x131, TR, 4}, {0x11F, TR, 4}, {0x15F, TR, 3}, {0xFC, TR, 1},
    {0xE7, TR, 1},  {0xF6, TR, 1},  {0x1B0, VI, 4}, {0x1A1, VI, 4}, {0x111, VI, 2}, {0xE0, CA, 1},
    {0xE8, CA, 1},  {0xF2, CA, 1},  {0x117, LT, 4}, {0x173, LT, 4}, {0x16B, LT, 2}, {0x12F, LT, 4},
    {0x161, LT, 1}, {0xF5, ET, 2},  {0xE4, ET, 1},  {0xFC, ET, 1},  {0xEB, SQ, 3},  {0xE7, SQ, 1},
};

/* Vietnamese writes its tones in Latin Extended Additional. */
static bool is_vietnamese(uint32_t c)
{
    return c >= 0x1EA0 && c <= 0x1EF9;
}

/* Lower case where it is a matter of adding something; enough for the words and letters above. */
static uint32_t to_lower(uint32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x410 && c <= 0x42F))
        return c + 0x20;
    if (c >= 0x400 && c <= 0x40F)
        return c + 0x50;
    bool upper_is_odd = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
    bool paired = (c >= 0x100 && c <= 0x177 && c != 0x130 && c != 0x131) || upper_is_odd ||
                  (c >= 0x218 && c <= 0x21B) || (c >= 0x1EA0 && c <= 0x1EF9);
    if (paired)
        return upper_is_odd ? c + (c & 1) : c | 1;
    return c == 0x1A0 || c == 0x1AF ? c + 1 : c;
}

/* ---- counting ------------------------------------------------------------------------------ */

struct evidence {
    uint32_t scripts[SCRIPTS]; /* letters */
    uint32_t words;
    uint32_t word_scores[LATIN_LANGUAGES];
    uint32_t letter_scores[LATIN_LANGUAGES];
    /* letters that part languages of one script */
    uint32_t ukrainian, russian, bulgarian, serbian, belarusian, kazakh, persian, urdu;
};

/* Collects a word in lower case; a word longer than any in the table is only counted. */
struct word {
    char bytes[FUNCTION_WORD_BYTES_MAX + 4];
    size_t length;
    char last[3];           /* its last three bytes */
    bool behind_apostrophe; /* the "s" of "it's" */
};

/* "walking": no other language has many such words. */
static bool ends_in_ing(const struct word *word)
{
    return word->length > 5 && memcmp(word->last, "ing", 3) == 0;
}

/* A word's 8 bytes as one number, so that words compare as numbers do. */
static uint64_t order_of(const char *word)
{
    uint64_t bytes;
    memcpy(&bytes, word, sizeof bytes);
    return be64toh(bytes);
}

static void count_word(struct evidence *evidence, const struct word *word)
{
    char key[FUNCTION_WORD_BYTES_MAX] = {0};
    evidence->words++;
    if (ends_in_ing(word))
        evidence->word_scores[EN] += 2;
    if (word->length > sizeof key)
        return;
    memcpy(key, word->bytes, word->length);
    uint64_t wanted = order_of(key);
    size_t low = 0, high = FUNCTION_WORDS;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (order_of(function_words[middle].word) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < FUNCTION_WORDS && order_of(function_words[low].word) == wanted; low++)
        evidence->word_scores[function_words[low].language] += function_words[low].weight;
}

static void count_latin_letter(struct evidence *evidence, uint32_t c)
{
    for (size_t i = 0; i < sizeof telling_letters / sizeof *telling_letters; i++)
        if (telling_letters[i].letter == c)
            evidence->letter_scores[telling_letters[i].language] += telling_letters[i].weight;
    evidence->letter_scores[VI] += is_vietnamese(c) ? 3 : 0;
}

static void count_cyrillic_letter(struct evidence *evidence, uint32_t c)
{
    evidence->ukrainian += c == 0x456 || c == 0x457 || c == 0x454 || c == 0x491;
    evidence->russian += c == 0x44B || c == 0x44D || c == 0x451;
    evidence->bulgarian += c == 0x44A;
    evidence->serbian += c == 0x452 || (c >= 0x458 && c <= 0x45B) || c == 0x45F;
    evidence->belarusian += c == 0x45E;
    evidence->kazakh += c == 0x4D9 || c == 0x49B || c == 0x4A3 || c == 0x4E9 || c == 0x4B1 || c == 0x4AF;
}

static void count_arabic_letter(struct evidence *evidence, uint32_t c)
{
    evidence->persian += c == 0x67E || c == 0x686 || c == 0x698 || c == 0x6AF || c == 0x6CC || c == 0x6A9;
    evidence->urdu += c == 0x679 || c == 0x688 || c == 0x691 || c == 0x6D2 || c == 0x6BA || c == 0x6BE;
}

static bool is_apostrophe(uint32_t c)
{
    return c == '\'' || c == 0x2019;
}

/* A letter alone is a word only between blanks: not in "U.S.", and "it's" is English. */
static void end_word(struct evidence *evidence, struct word *word, uint32_t behind)
{
    bool alone = word->length == 1;
    if (alone && word->behind_apostrophe && (word->bytes[0] == 's' || word->bytes[0] == 't'))
        evidence->word_scores[EN] += 2;
    else if (word->length && !(alone && (behind == '.' || word->behind_apostrophe)))
        count_word(evidence, word);
    *word = (struct word){.behind_apostrophe = is_apostrophe(behind)};
}

static void add_letter(struct evidence *evidence, struct word *word, uint32_t c)
{
    enum script script = script_of(c);
    evidence->scripts[script]++;
    if (c >= 0x80) {
        c = to_lower(c);
        if (script == LATIN)
            count_latin_letter(evidence, c);
        else if (script == CYRILLIC)
            count_cyrillic_letter(evidence, c);
        else if (script == ARABIC)
            count_arabic_letter(evidence, c);
    }
    memmove(word->last, word->last + 1, 2);
    word->last[2] = (char)(c < 0x80 ? c | 0x20 : 0);
    if (word->length <= FUNCTION_WORD_BYTES_MAX)
        word->length += cd_utf8_encode(c < 0x80 ? c | 0x20 : c, word->bytes + word->length);
}

static void gather(struct cd_slice text, struct evidence *evidence)
{
    struct word word = {.length = 0};
    size_t at = 0;
    for (unsigned count = 0; at < text.length && count < CHARACTERS_MAX && evidence->words < WORDS_MAX;
         count++) {
        unsigned size;
        uint32_t c = cd_utf8_decode(text, at, &size);
        at += size;
        if (script_of(c) != NO_SCRIPT)
            add_letter(evidence, &word, c);
        else
            end_word(evidence, &word, c);
    }
    end_word(evidence, &word, ' ');
}

/* ---- deciding ------------------------------------------------------------------------------ */

/* An ideograph or syllable says as much as several letters. */
static enum script main_script(const struct evidence *evidence, float *share)
{
    uint32_t best = 0, total = 0;
    enum script found = NO_SCRIPT;
    for (int script = LATIN; script < SCRIPTS; script++) {
        uint32_t letters = evidence->scripts[script];
        if (script == HAN || script == KANA || script == HANGUL)
            letters *= 3;
        total += letters;
        if (letters > best) {
            best = letters;
            found = (enum script)script;
        }
    }
    *share = total ? (float)best / (float)total : 0;
    return found;
}

static const char *cyrillic_language(const struct evidence *e)
{
    uint32_t letters = e->scripts[CYRILLIC];
    if (e->kazakh * 50 > letters)
        return "kk";
    if (e->belarusian * 100 > letters && e->ukrainian)
        return "be";
    if (e->serbian * 50 > letters)
        return "sr";
    if (e->ukrainian * 50 > letters)
        return "uk";
    return e->bulgarian > e->russian ? "bg" : "ru";
}

static const char *arabic_language(const struct evidence *e)
{
    uint32_t letters = e->scripts[ARABIC];
    if (e->urdu * 25 > letters)
        return "ur";
    return e->persian * 50 > letters ? "fa" : "ar";
}

/* Names keep their foreign letters in English news, so letters alone must stand close to make a language: one
 * point for every two words. */
static const char *latin_language(const struct evidence *e, float *confidence)
{
    enum { ENGLISH_PRIOR = 6 }; /* a word or two of another language are a name in an English headline */
    uint32_t best = 0, second = 0;
    int found = EN;
    for (int language = 0; language < LATIN_LANGUAGES; language++) {
        uint32_t letters = e->letter_scores[language];
        uint32_t score = 2 * e->word_scores[language] + (letters * 2 >= e->words ? 2 * letters : letters / 2);
        score += language == EN ? ENGLISH_PRIOR : 0;
        if (score > best) {
            second = best;
            best = score;
            found = language;
        } else if (score > second) {
            second = score;
        }
    }
    if (best == ENGLISH_PRIOR &&
        found == EN) { /* no word says anything: a short headline, English until proved otherwise */
        *confidence = 0.3F;
        return latin_codes[EN];
    }
    float margin = (float)(best - second) / (float)best;
    float density = (float)best / (2.0F * (float)e->words + 12.0F); /* news text reaches 1 and more */
    *confidence = (density < 1 ? density : 1) * (0.5F + 0.5F * margin);
    return latin_codes[found];
}

const char *cd_detect_language(struct cd_slice text, float *confidence)
{
    float ignored;
    float *sure = confidence ? confidence : &ignored;
    struct evidence evidence = {0};
    gather(text, &evidence);
    enum script script = main_script(&evidence, sure);
    switch (script) {
    case LATIN:
        return latin_language(&evidence, sure);
    case CYRILLIC:
        return cyrillic_language(&evidence);
    case ARABIC:
        return arabic_language(&evidence);
    case HAN: /* Japanese mixes Han with kana; Chinese never does */
        return evidence.scripts[KANA] * 10 > evidence.scripts[HAN] ? "ja" : "zh";
    default:
        return script_languages[script];
    }
}
