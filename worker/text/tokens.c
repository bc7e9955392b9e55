/* A hand-written scanner. Words are runs of letters, digits and marks; what joins two runs into one token is
 * decided at the joining character: an apostrophe (O'Brien, but Biden|'s and they|'re), a period (U.S., e.g.,
 * amazon.com), a comma or period between digits (1,000.50). Hyphens and slashes always part: "Israel-Hamas"
 * is two names, and a span may cover "F-35" all the same. */
#include "tokens.h"

#include "characters.h"
#include "copydesk/utf8.h"

struct scanner {
    struct cd_slice text;
    size_t at, end;
    struct cd_token_list *list;
    bool space; /* white space, or nothing, stands before `at` */
    bool mail;  /* an at sign stands somewhere in the text */
};

/* ---- characters at a place ----------------------------------------------------------------- */

static enum cd_character kind_at(const struct scanner *s, size_t at, unsigned *size, uint32_t *codepoint)
{
    unsigned char byte = (unsigned char)s->text.bytes[at];
    *size = 1;
    *codepoint = byte;
    if (byte < 0x80)
        return cd_ascii_kinds[byte];
    *codepoint = cd_utf8_decode(s->text, at, size);
    return cd_character_kind(*codepoint);
}

static bool is_word_kind(enum cd_character kind)
{
    return kind == CD_CHARACTER_LETTER || kind == CD_CHARACTER_DIGIT || kind == CD_CHARACTER_MARK;
}

static bool word_character_at(const struct scanner *s, size_t at)
{
    unsigned size;
    uint32_t codepoint;
    return at < s->end && is_word_kind(kind_at(s, at, &size, &codepoint));
}

static bool ascii_letter_at(const struct scanner *s, size_t at)
{
    return at < s->end && ((s->text.bytes[at] | 32) >= 'a' && (s->text.bytes[at] | 32) <= 'z');
}

static bool digit_at(const struct scanner *s, size_t at)
{
    return at < s->end && s->text.bytes[at] >= '0' && s->text.bytes[at] <= '9';
}

/* ---- the list ------------------------------------------------------------------------------ */

static void add_token(struct scanner *s, size_t begin, size_t end, enum cd_token_kind kind)
{
    struct cd_token_list *list = s->list;
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : 256;
        struct cd_token *grown =
            cd_arena_grow(list->arena, list->items, list->count * sizeof *grown, capacity * sizeof *grown);
        list->failed |= grown == NULL;
        if (list->failed)
            return;
        list->items = grown;
        list->capacity = capacity;
    }
    list->items[list->count++] = (struct cd_token){.begin_byte = (uint32_t)begin,
                                                   .end_byte = (uint32_t)end,
                                                   .kind = (uint8_t)kind,
                                                   .space_before = s->space};
    s->space = false;
}

/* ---- abbreviations ------------------------------------------------------------------------- */

bool cd_is_abbreviation(struct cd_slice word, bool *opens)
{
    static const char titles[] =
        "mr mrs ms mx dr prof sen sens rep reps gov govs gen lt col sgt capt cmdr cpl pvt maj adm "
        "rev fr hon pres supt det insp st mt ft no nos messrs mme mlle sr fig vs sec vol pp";
    static const char others[] =
        "inc corp co cos ltd plc jr bros dept univ assn ave blvd rd jan feb mar apr jun jul aug sept "
        "sep oct nov dec mon tue tues wed thu thur thurs fri sat sun etc est al ca cf eg ie ala "
        "ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich minn miss mo mont neb "
        "nev okla ore pa tenn tex va vt wash wis wyo";
    char small[8];
    size_t length = word.length - 1;
    if (opens)
        *opens = false;
    if (memchr(word.bytes, '.', length))
        return true;
    if (length == 1) {
        bool initial = word.bytes[0] >= 'A' && word.bytes[0] <= 'Z';
        if (opens)
            *opens = initial;
        return initial;
    }
    if (length >= sizeof small)
        return false;
    for (size_t i = 0; i < length; i++)
        small[i] = (char)(word.bytes[i] | 32);
    struct cd_slice lower = {small, length};
    bool title = cd_slice_is_listed(lower, titles);
    if (opens)
        *opens = title;
    /* "no." and "sat." are words far more often than abbreviations when written small. */
    if (word.bytes[0] >= 'a' && word.bytes[0] <= 'z')
        return (title && !cd_slice_is_listed(lower, "no nos fig sec det st sr hon")) ||
               cd_slice_is_listed(lower, "etc al ca cf eg ie inc");
    return title || cd_slice_is_listed(lower, others);
}

/* ---- words and numbers --------------------------------------------------------------------- */

/* End of the run of letters, digits and marks that begins at `at`. */
static size_t run_end(const struct scanner *s, size_t at)
{
    unsigned size;
    uint32_t codepoint;
    while (at < s->end && is_word_kind(kind_at(s, at, &size, &codepoint)))
        at += size;
    return at;
}

/* Bytes of the apostrophe at `at`, 0 when there is none. */
static unsigned apostrophe_at(const struct scanner *s, size_t at)
{
    unsigned size;
    uint32_t codepoint;
    return at < s->end && kind_at(s, at, &size, &codepoint) == CD_CHARACTER_APOSTROPHE ? size : 0;
}

/* Whether the letters [begin, end) after an apostrophe are a clitic: 's, 're, 've, 'll, 'd, 'm. */
static bool is_clitic(const struct scanner *s, size_t begin, size_t end)
{
    char a = (char)(s->text.bytes[begin] | 32);
    if (end - begin == 1)
        return a == 's' || a == 'd' || a == 'm';
    char b = (char)(s->text.bytes[begin + 1] | 32);
    return end - begin == 2 && ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l'));
}

/* Whether letters joined by a period stay one token: initials ("U.S", "a.m", "J.K"), or a domain
 * ("amazon.com"); "end.The" is two words that a feed ran together. */
static bool joins_by_period(const struct scanner *s, size_t begin, size_t period, size_t end)
{
    static const char domains[] =
        "com org net gov edu mil int info co uk us ca au in io ai tv eu de fr ru cn jp ie nz za";
    size_t last = period;
    while (last > begin && s->text.bytes[last - 1] != '.')
        last--;
    bool short_before = period - last == 1, short_after = end - period == 2;
    if ((short_before && short_after) || (short_before && last > begin && end - period <= 3) ||
        (short_after && period - last <= 2 && s->text.bytes[period + 1] <= 'Z'))
        return true;
    return cd_slice_is_listed(cd_slice_part(s->text, period + 1, end), domains);
}

/* End of the number or word that begins at `at` with a letter or digit. */
static size_t word_end(const struct scanner *s, size_t begin)
{
    size_t at = run_end(s, begin);
    for (;;) {
        unsigned apostrophe = apostrophe_at(s, at);
        if (apostrophe) {
            size_t next = run_end(s, at + apostrophe);
            if (next == at + apostrophe || is_clitic(s, at + apostrophe, next))
                return at;
            at = next;
            continue;
        }
        if (at + 1 >= s->end || (s->text.bytes[at] != '.' && s->text.bytes[at] != ','))
            return at;
        bool between_digits = digit_at(s, at - 1) && digit_at(s, at + 1);
        if (!between_digits && (s->text.bytes[at] == ',' || !ascii_letter_at(s, at + 1) ||
                                digit_at(s, at - 1) || !joins_by_period(s, begin, at, run_end(s, at + 1))))
            return at;
        at = run_end(s, at + 1);
    }
}

static enum cd_token_kind word_kind(const struct scanner *s, size_t begin, size_t end)
{
    if (!digit_at(s, begin))
        return CD_TOKEN_WORD;
    size_t digits_end = begin;
    while (digits_end < end &&
           (digit_at(s, digits_end) || s->text.bytes[digits_end] == ',' || s->text.bytes[digits_end] == '.'))
        digits_end++;
    return end - digits_end <= 2 ? CD_TOKEN_NUMBER : CD_TOKEN_WORD;
}

static void cut_word(struct scanner *s)
{
    size_t begin = s->at, end = word_end(s, begin);
    bool dotted =
        end < s->end && s->text.bytes[end] == '.' && !(end + 1 < s->end && s->text.bytes[end + 1] == '.');
    if (dotted && cd_is_abbreviation(cd_slice_part(s->text, begin, end + 1), NULL) &&
        !(end + 1 < s->end && ascii_letter_at(s, end + 1) && end - begin > 3))
        end++;
    add_token(s, begin, end, word_kind(s, begin, end));
    s->at = end;
}

/* ---- addresses and handles ----------------------------------------------------------------- */

static bool is_address_byte(char c)
{
    unsigned char b = (unsigned char)c;
    return b > ' ' && b < 0x7F && !strchr("<>\"'()[]{}|\\^`,;", c);
}

/* End of the URL or e-mail address at `at`, or `at` itself. Final punctuation is not part of it. */
static size_t address_end(const struct scanner *s, size_t at)
{
    size_t end = at;
    bool mail = false, domain = false;
    while (end < s->end && is_address_byte(s->text.bytes[end])) {
        mail |= s->text.bytes[end] == '@' && end > at;
        domain |= mail && s->text.bytes[end] == '.';
        end++;
    }
    size_t rest = end - at;
    const char *p = s->text.bytes + at;
    bool url = (rest > 7 && memcmp(p, "http://", 7) == 0) || (rest > 8 && memcmp(p, "https://", 8) == 0) ||
               (rest > 4 && (memcmp(p, "www.", 4) == 0 || memcmp(p, "WWW.", 4) == 0));
    if (!url && !(mail && domain))
        return at;
    while (end > at && strchr(".:!?-_*~", s->text.bytes[end - 1]))
        end--;
    return end;
}

/* Cheap test before address_end: can the word at `at` begin an address? Looks no farther than the word. */
static bool may_be_address(const struct scanner *s, size_t at)
{
    const char *p = s->text.bytes + at;
    size_t rest = s->end - at;
    if (rest > 4 && (p[0] | 32) == 'h' && p[1] == 't' && p[2] == 't' && p[3] == 'p')
        return true;
    if (rest > 4 && (p[0] | 32) == 'w' && (p[1] | 32) == 'w' && (p[2] | 32) == 'w' && p[3] == '.')
        return true;
    if (!s->mail)
        return false;
    size_t i = 0;
    while (i < rest && i < 64 &&
           (cd_ascii_kinds[p[i] & 0x7F] == CD_CHARACTER_LETTER || strchr(".-_+0123456789", p[i])) && p[i])
        i++;
    return i > 0 && i < rest && p[i] == '@';
}

static bool cut_handle(struct scanner *s)
{
    size_t end = s->at + 1;
    while (end < s->end && (ascii_letter_at(s, end) || digit_at(s, end) || s->text.bytes[end] == '_'))
        end++;
    if (end == s->at + 1 || (s->at > 0 && word_character_at(s, s->at - 1)) || digit_at(s, s->at + 1))
        return false;
    add_token(s, s->at, end, CD_TOKEN_HANDLE);
    s->at = end;
    return true;
}

/* ---- punctuation --------------------------------------------------------------------------- */

/* An apostrophe: a clitic ("'s") when it follows a word at once, else a quote mark (or two: ''). */
static void cut_apostrophe(struct scanner *s, unsigned size)
{
    size_t after = s->at + size, end = run_end(s, after);
    if (!s->space && end > after && is_clitic(s, after, end)) {
        add_token(s, s->at, end, CD_TOKEN_WORD);
        s->at = end;
        return;
    }
    unsigned second = apostrophe_at(s, after);
    add_token(s, s->at, after + second, CD_TOKEN_PUNCTUATION);
    s->at = after + second;
}

/* One mark or a run of the same mark; marks that combine stick to it. */
static void cut_marks(struct scanner *s, unsigned size, enum cd_token_kind kind)
{
    size_t end = s->at + size;
    while (end + size <= s->end && memcmp(s->text.bytes + end, s->text.bytes + s->at, size) == 0)
        end += size;
    unsigned next_size;
    uint32_t codepoint;
    while (end < s->end && kind_at(s, end, &next_size, &codepoint) == CD_CHARACTER_MARK)
        end += next_size;
    add_token(s, s->at, end, kind);
    s->at = end;
}

static void cut_next(struct scanner *s)
{
    unsigned size;
    uint32_t codepoint;
    enum cd_character kind = kind_at(s, s->at, &size, &codepoint);
    if (kind == CD_CHARACTER_SPACE || kind == CD_CHARACTER_NEWLINE) {
        s->space = true;
        s->at += size;
        return;
    }
    if (is_word_kind(kind)) {
        size_t end = may_be_address(s, s->at) ? address_end(s, s->at) : s->at;
        if (end == s->at) {
            cut_word(s);
            return;
        }
        add_token(s, s->at, end, CD_TOKEN_URL);
        s->at = end;
        return;
    }
    if (kind == CD_CHARACTER_APOSTROPHE) {
        cut_apostrophe(s, size);
        return;
    }
    if ((codepoint == '@' || codepoint == '#') && cut_handle(s))
        return;
    cut_marks(s, size, kind == CD_CHARACTER_SYMBOL ? CD_TOKEN_SYMBOL : CD_TOKEN_PUNCTUATION);
}

void cd_cut_tokens(struct cd_slice text, size_t begin, size_t end, struct cd_token_list *list)
{
    struct scanner scanner = {.text = text, .at = begin, .end = end, .list = list, .space = true};
    scanner.mail = end > begin && memchr(text.bytes + begin, '@', end - begin) != NULL;
    while (scanner.at < end && !list->failed)
        cut_next(&scanner);
}
