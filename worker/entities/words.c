/* A single word: its folded form, shape and features. */
#include <string.h>

#include "../text/characters.h"
#include "copydesk/hash.h"
#include "copydesk/utf8.h"
#include "features.h"

enum { FOLDED_BYTES_MAX = 64, SHAPE_BYTES_MAX = 12 };

struct folded {
    char lower[FOLDED_BYTES_MAX + 4];  /* small letters, marks made one, digits kept */
    char normal[FOLDED_BYTES_MAX + 4]; /* the same with every digit 0 */
    char cased[FOLDED_BYTES_MAX + 4];  /* digits 0, letters as they are */
    char shape[SHAPE_BYTES_MAX + 4];
    size_t length, cased_length, shape_length;
    uint32_t uppers, lowers, digits;
    bool first_upper;
};

/* Quotes in all their forms are ", single ones ', dashes of any length --. */
static uint32_t unify(uint32_t c)
{
    switch (c) {
    case 0x2018:
    case 0x2019:
    case 0x201B:
    case '`':
        return '\'';
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0xAB:
    case 0xBB:
        return '"';
    case 0x2010:
    case 0x2011:
        return '-';
    default:
        return c;
    }
}

static bool fold_mark(struct cd_slice text, struct folded *f)
{
    static const struct {
        const char *from, *to;
    } marks[] = {{"``", "\""},
                 {"''", "\""},
                 {"_", "--"},
                 {"--", "--"},
                 {"---", "--"},
                 {"\xE2\x80\x93", "--"},
                 {"\xE2\x80\x94", "--"},
                 {"\xE2\x80\x95", "--"},
                 {"\xE2\x80\xA6", "..."},
                 {"\xE2\x80\x99\xE2\x80\x99", "\""}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (cd_slice_equal(text, cd_slice_of(marks[i].from))) {
            f->length = f->cased_length = strlen(marks[i].to);
            memcpy(f->lower, marks[i].to, f->length);
            memcpy(f->normal, marks[i].to, f->length);
            memcpy(f->cased, marks[i].to, f->length);
            f->shape[0] = marks[i].to[0];
            f->shape_length = 1;
            return true;
        }
    return false;
}

static void add_shape(struct folded *f, char c)
{
    size_t n = f->shape_length;
    bool third = n >= 2 && f->shape[n - 1] == c && f->shape[n - 2] == c;
    if (!third && n < SHAPE_BYTES_MAX)
        f->shape[f->shape_length++] = c;
}

static void fold(struct cd_slice text, bool caseless, struct folded *f)
{
    f->length = f->cased_length = f->shape_length = 0;
    f->uppers = f->lowers = f->digits = 0;
    f->first_upper = false;
    if (fold_mark(text, f))
        return;
    unsigned size;
    for (size_t i = 0; i < text.length && f->length < FOLDED_BYTES_MAX && f->cased_length < FOLDED_BYTES_MAX;
         i += size) {
        uint32_t c = unify(cd_utf8_decode(text, i, &size));
        uint32_t small = cd_character_lower(c);
        bool digit = c >= '0' && c <= '9', upper = small != c;
        f->first_upper |= i == 0 && upper;
        f->uppers += upper;
        f->lowers += !upper && (cd_character_is_lower(c) || cd_character_kind(c) == CD_CHARACTER_LETTER);
        f->digits += digit;
        unsigned bytes = cd_utf8_encode(small, f->lower + f->length);
        memcpy(f->normal + f->length, digit ? "0" : f->lower + f->length, bytes);
        f->length += bytes;
        f->cased_length += cd_utf8_encode(digit ? '0' : caseless ? small : c, f->cased + f->cased_length);
        bool letter = upper || cd_character_kind(c) == CD_CHARACTER_LETTER;
        add_shape(f, digit ? 'd' : letter ? (upper && !caseless ? 'X' : 'x') : c < 0x80 ? (char)c : '?');
    }
}

static enum cd_writing writing_of(const struct folded *f)
{
    if (f->uppers + f->lowers == 0)
        return CD_WRITTEN_OTHER;
    if (f->uppers == 0)
        return CD_WRITTEN_LOWER;
    if (f->lowers == 0)
        return f->uppers == 1 && f->length <= 2 ? CD_WRITTEN_CAPITAL : CD_WRITTEN_UPPER;
    return f->first_upper && f->uppers == 1 ? CD_WRITTEN_CAPITAL : CD_WRITTEN_MIXED;
}

static uint64_t class_key(const struct folded *f, bool caseless)
{
    return cd_hash(f->cased, f->cased_length, caseless ? 6 : 5);
}

uint64_t cd_class_key(struct cd_slice text, bool caseless)
{
    struct folded f;
    fold(text, caseless, &f);
    return class_key(&f, caseless);
}

void cd_describe_word(const struct cd_lexicon *lexicon, struct cd_slice text, enum cd_token_kind kind,
                      bool caseless, struct cd_word *word)
{
    struct folded f;
    fold(text, caseless, &f);
    struct cd_slice lower = {f.lower, f.length};
    *word = (struct cd_word){.kind = (uint8_t)kind, .length = text.length > 255 ? 255 : (uint8_t)text.length};
    word->phrase = cd_hash(f.lower, f.length, 1);
    word->lower = f.digits ? cd_hash(f.normal, f.length, 1) : word->phrase;
    word->shape = cd_hash(f.shape, f.shape_length, 2);
    word->written = (uint8_t)writing_of(&f);
    word->writing = caseless ? CD_WRITTEN_OTHER : word->written;
    word->first = (uint8_t)((unsigned char)f.lower[0] < 0x80 ? f.lower[0] : 0);
    const struct cd_lexicon_word *entry = cd_lexicon_find(lexicon, word->phrase);
    if (entry) {
        word->cluster[0] = entry->cluster[0] & 63;
        word->cluster[1] = entry->cluster[1];
        word->cluster[2] = entry->cluster[0] >> 6;
        word->cluster[3] = entry->cluster[2];
        word->profile = entry->profile;
    }
    entry = cd_lexicon_find(lexicon, class_key(&f, caseless));
    if (entry) {
        memcpy(word->news, entry->cluster, sizeof word->news);
        word->vector = entry->cluster[2] < lexicon->vector_count ? entry->cluster[2] : 0;
    }
    word->names = (uint16_t)cd_lexicon_phrase(lexicon, cd_phrase_hash(0, word->phrase));
    word->connects = cd_slice_is_listed(
        lower, "of the and for de la le el al bin von van der den du des di da dos in on & - ' 's . at to y");
    word->quote = cd_slice_is_listed(lower, "\" '");
    word->closes_quote = cd_slice_is_listed(text, "\" '' ' \xE2\x80\x9D \xE2\x80\x99 \xC2\xBB");
    word->bracket = cd_slice_is_listed(lower, "( [");
}

void cd_describe_edge(bool end, struct cd_word *word)
{
    *word = (struct cd_word){
        .lower = end ? 0x5bd1e995 : 0x2545f491, .shape = end ? 12 : 11, .kind = CD_TOKEN_PUNCTUATION};
    word->phrase = word->lower;
}

/* ---- features ------------------------------------------------------------------------------ */

struct sink {
    uint64_t *features;
    uint32_t count;
    uint64_t place;
};

static void emit(struct sink *sink, unsigned template, uint64_t value)
{
    sink->features[sink->count++] = cd_hash_mix(value + template * 0x9e3779b97f4a7c15ULL, sink->place);
}

static size_t next_character(const char *bytes, size_t at, size_t length)
{
    do
        at++;
    while (at < length && ((unsigned char)bytes[at] & 0xC0) == 0x80);
    return at;
}

static size_t previous_character(const char *bytes, size_t at)
{
    do
        at--;
    while (at > 0 && ((unsigned char)bytes[at] & 0xC0) == 0x80);
    return at;
}

static void emit_affixes(struct sink *sink, const struct folded *f)
{
    size_t begin = 0, end = f->length, cased_begin = 0;
    for (unsigned n = 1; n <= 5; n++) {
        if (begin >= f->length)
            return;
        begin = next_character(f->normal, begin, f->length);
        end = previous_character(f->normal, end);
        if (n == 3)
            cased_begin = begin;
        if (n >= 2)
            emit(sink, 9 + n, cd_hash(f->normal, begin, n));
        emit(sink, 15 + n, cd_hash(f->normal + end, f->length - end, n));
    }
    if (f->cased_length == f->length)
        emit(sink, 21, cd_hash(f->cased, cased_begin, 3));
}

static void emit_self(struct sink *sink, const struct cd_word *word, const struct folded *f)
{
    emit(sink, 1, cd_hash(f->cased, f->cased_length, 3));
    emit(sink, 2, word->kind);
    emit(sink, 3, word->writing + 8U * (word->length > 12 ? 12U : word->length));
    emit_affixes(sink, f);
    for (unsigned bit = 0; bit < 14; bit += bit < CD_PROFILE_GIVEN_NAME ? 2 : 1) {
        unsigned value = (word->profile >> bit) & (bit < CD_PROFILE_GIVEN_NAME ? 3 : 1);
        if (value)
            emit(sink, 24 + bit, value + 4U * word->writing);
    }
    for (unsigned i = 0; i < 4; i++)
        if (word->cluster[i])
            emit(sink, 40 + i, word->cluster[i] + ((uint64_t)word->writing << 16));
}

uint32_t cd_word_features(const struct cd_word *word, struct cd_slice text, enum cd_place place,
                          bool caseless, uint64_t *features)
{
    struct sink sink = {.features = features, .place = 0x51ed270b0a1c3f49ULL * (place + 1)};
    emit(&sink, 4, word->lower);
    if (place == CD_PLACE_RIGHT || place == CD_PLACE_LEFT) {
        if (word->cluster[2])
            emit(&sink, 8, word->cluster[2]);
        if (word->news[0])
            emit(&sink, 22, word->news[0]);
        return sink.count;
    }
    emit(&sink, 5, word->shape);
    emit(&sink, 22, word->news[0]);
    emit(&sink, 23, word->news[1]);
    emit(&sink, 6, word->cluster[1]);
    emit(&sink, 8, word->cluster[2]);
    if (place == CD_PLACE_NEXT2 || place == CD_PLACE_PREVIOUS2)
        return sink.count;
    emit(&sink, 7, word->cluster[0]);
    emit(&sink, 9, word->cluster[3]);
    emit(&sink, 10, word->profile);
    struct folded f;
    fold(text, caseless, &f);
    if (place == CD_PLACE_SELF) {
        emit_self(&sink, word, &f);
        return sink.count;
    }
    size_t end = f.length;
    for (unsigned n = 0; n < 3 && end > 0; n++)
        end = previous_character(f.normal, end);
    emit(&sink, 18, cd_hash(f.normal + end, f.length - end, 3));
    return sink.count;
}
