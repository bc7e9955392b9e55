/* A sentence ends at a mark (. ! ? ...) when what follows looks like a beginning, and at a paragraph's end.
 * Wire copy wraps its lines; there a single line break means nothing, and only indents and empty lines part
 * paragraphs. */
#include "sentences.h"

#include "characters.h"
#include "copydesk/utf8.h"
#include "tokens.h"

enum { WRAPPED_LINE_MIN = 40, WRAPPED_LINE_MAX = 100, SENTENCE_TOKENS_MAX = 400 };

/* ---- paragraphs ---------------------------------------------------------------------------- */

/* Whether the text is hard-wrapped: most of its several lines are of wire length, and none much longer. */
static bool is_hard_wrapped(struct cd_slice text)
{
    uint32_t lines = 0, wire_lines = 0, long_lines = 0;
    size_t begin = 0;
    while (begin < text.length) {
        const char *newline = memchr(text.bytes + begin, '\n', text.length - begin);
        size_t end = newline ? (size_t)(newline - text.bytes) : text.length;
        size_t length = end - begin;
        lines += length > 0;
        wire_lines += length >= WRAPPED_LINE_MIN && length <= WRAPPED_LINE_MAX;
        long_lines += length > WRAPPED_LINE_MAX + 10;
        begin = end + 1;
    }
    return lines >= 4 && long_lines * 20 <= lines && wire_lines * 2 > lines;
}

/* Whether the white space [begin, end) between two tokens parts paragraphs. */
static bool parts_paragraphs(struct cd_slice text, size_t begin, size_t end, bool wrapped)
{
    unsigned newlines = 0;
    for (size_t i = begin; i < end; i++)
        newlines += text.bytes[i] == '\n' || (text.bytes[i] == '\r' && text.bytes[i + 1] != '\n') ||
                    (i + 2 < end && memcmp(text.bytes + i, "\xE2\x80\xA8", 3) == 0) ||
                    (i + 2 < end && memcmp(text.bytes + i, "\xE2\x80\xA9", 3) == 0);
    if (newlines == 0)
        return false;
    return !wrapped || newlines > 1 || text.bytes[end - 1] == '\t' || text.bytes[end - 1] == ' ';
}

/* ---- ends of sentences --------------------------------------------------------------------- */

static uint32_t first_character(const struct cd_document *document, uint32_t token)
{
    unsigned size;
    return cd_utf8_decode(document->text, document->tokens[token].begin_byte, &size);
}

/* Quotes and brackets that may follow a sentence's final mark. */
static bool closes(const struct cd_document *document, uint32_t token)
{
    uint32_t c = first_character(document, token);
    return c == '"' || c == ')' || c == ']' || c == '\'' || c == 0x201D || c == 0x2019 || c == 0xBB;
}

static bool can_begin(const struct cd_document *document, uint32_t token)
{
    uint32_t c = first_character(document, token);
    return cd_character_is_upper(c) || document->tokens[token].kind == CD_TOKEN_NUMBER || c == '"' ||
           c == '\'' || c == '`' || c == 0x201C || c == 0x2018 || c == 0xAB || c == '(' || c == '[' ||
           c == 0x2022 || c == '-' || c == '_' || c == 0x2014 ||
           document->tokens[token].kind == CD_TOKEN_HANDLE || (c >= 0x600 && !cd_character_is_lower(c));
}

/* Words that begin sentences so often that "the U.S. The" is two of them. */
static bool is_opener(struct cd_slice word)
{
    static const char *const openers[] = {
        "The",   "He",   "She",   "It",    "But",    "And",     "In",   "They", "We",   "I",
        "A",     "An",   "This",  "That",  "These",  "Those",   "On",   "At",   "For",  "As",
        "If",    "When", "While", "After", "Before", "However", "His",  "Her",  "Its",  "Their",
        "There", "You",  "Our",   "My",    "So",     "Some",    "Many", "Most", "With", "What",
        "Why",   "How",  "Since", "Under", "Last",   "Earlier"};
    for (size_t i = 0; i < sizeof openers / sizeof *openers; i++)
        if (cd_slice_equal(word, cd_slice_of(openers[i])))
            return true;
    return false;
}

/* Whether the token is a mark that can end a sentence, judged with what follows it at `next`. */
static bool ends_sentence(const struct cd_document *document, uint32_t token, uint32_t next)
{
    struct cd_slice word = cd_token_text(document, token);
    char last = word.bytes[word.length - 1];
    bool space = document->tokens[next].space_before;
    if (document->tokens[token].kind == CD_TOKEN_PUNCTUATION) {
        bool ellipsis = word.length >= 3 && memcmp(word.bytes, "\xE2\x80\xA6", 3) == 0;
        if (last == '!' || last == '?' || last == '.' || ellipsis)
            return can_begin(document, next) &&
                   (space || (word.length == 1 && document->tokens[next].kind == CD_TOKEN_WORD));
        return first_character(document, token) == 0x3002 || first_character(document, token) == 0x964;
    }
    if (last != '.' || !space || !can_begin(document, next))
        return false;
    bool opens;
    if (!cd_is_abbreviation(word, &opens) || opens)
        return false;
    if (document->tokens[next].kind == CD_TOKEN_NUMBER) /* "Jan. 5", "No. 10" */
        return false;
    return document->tokens[next].kind != CD_TOKEN_WORD || is_opener(cd_token_text(document, next));
}

/* ---- letter case --------------------------------------------------------------------------- */

/* How many words of a stretch are written how. Only words of letters count. */
struct case_counts {
    uint32_t lower, long_lower; /* begin small; long: of four letters or more */
    uint32_t capital;           /* a capital, then small letters */
    uint32_t upper, long_upper; /* capitals only; long: of four letters or more */
};

/* Capital and small letters among the first bytes of a word. */
static void count_letters(struct cd_slice word, uint32_t *uppers, uint32_t *lowers)
{
    unsigned size;
    for (size_t i = 0; i < word.length && i < 32; i += size) {
        unsigned char byte = (unsigned char)word.bytes[i];
        size = 1;
        if (byte < 0x80) {
            *uppers += byte >= 'A' && byte <= 'Z';
            *lowers += byte >= 'a' && byte <= 'z';
            continue;
        }
        uint32_t c = cd_utf8_decode(word, i, &size);
        *uppers += cd_character_is_upper(c);
        *lowers += cd_character_is_lower(c);
    }
}

static void count_word(const struct cd_document *document, uint32_t token, struct case_counts *counts)
{
    if (document->tokens[token].kind != CD_TOKEN_WORD)
        return;
    struct cd_slice word = cd_token_text(document, token);
    uint32_t uppers = 0, lowers = 0;
    count_letters(word, &uppers, &lowers);
    if (uppers + lowers == 0 || word.bytes[0] == '\'' || word.bytes[0] == '\xE2')
        return;
    bool first_upper = uppers > 0 && cd_character_is_upper(first_character(document, token));
    counts->lower += !first_upper;
    counts->long_lower += !first_upper && lowers >= 4;
    counts->capital += first_upper && lowers > 0;
    counts->upper += first_upper && lowers == 0;
    counts->long_upper += lowers == 0 && uppers >= 4;
}

static enum cd_letter_case judge(const struct case_counts *c)
{
    uint32_t words = c->lower + c->capital + c->upper;
    if (words >= 3 && c->long_upper >= 1 && c->upper * 5 >= words * 4)
        return CD_CASE_UPPER;
    if (words >= 4 && c->capital + c->upper == 0)
        return CD_CASE_LOWER;
    uint32_t high = c->capital + c->upper;
    if (words >= 4 && high >= 4 && c->long_lower * 8 <= high)
        return CD_CASE_TITLE;
    return CD_CASE_NORMAL;
}

/* A few words alone tell little ("LONDON", "Joe Biden"): they are taken to be written like the whole field
 * when they agree with it. */
static enum cd_letter_case judge_beside_field(const struct case_counts *c, enum cd_letter_case field)
{
    enum cd_letter_case own = judge(c);
    if (own != CD_CASE_NORMAL || field == CD_CASE_NORMAL)
        return own == CD_CASE_LOWER && field == CD_CASE_NORMAL && c->lower < 6 ? CD_CASE_NORMAL : own;
    uint32_t words = c->lower + c->capital + c->upper;
    bool agrees = (field == CD_CASE_UPPER && c->upper == words) ||
                  (field == CD_CASE_LOWER && c->lower == words) ||
                  (field == CD_CASE_TITLE && c->long_lower * 4 <= words);
    return agrees ? field : own;
}

static struct case_counts counts_of(const struct cd_document *document, const struct cd_sentence *sentence)
{
    struct case_counts counts = {0};
    for (uint32_t i = sentence->first_token; i < sentence->first_token + sentence->token_count; i++)
        count_word(document, i, &counts);
    return counts;
}

static void add_counts(struct case_counts *total, const struct case_counts *more)
{
    total->lower += more->lower;
    total->long_lower += more->long_lower;
    total->capital += more->capital;
    total->upper += more->upper;
    total->long_upper += more->long_upper;
}

static enum cd_status judge_sentences(struct cd_document *document, struct cd_arena *arena,
                                      struct cd_error *error)
{
    struct case_counts fields[2] = {0}; /* [in_title] */
    struct case_counts *own = cd_arena_allocate(arena, (document->sentence_count + 1) * sizeof *own);
    if (!own)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    for (uint32_t i = 0; i < document->sentence_count; i++) {
        own[i] = counts_of(document, &document->sentences[i]);
        add_counts(&fields[document->sentences[i].in_title], &own[i]);
    }
    enum cd_letter_case cases[2] = {judge(&fields[0]), judge(&fields[1])};
    for (uint32_t i = 0; i < document->sentence_count; i++) {
        struct cd_sentence *sentence = &document->sentences[i];
        sentence->letter_case = (uint8_t)judge_beside_field(&own[i], cases[sentence->in_title]);
    }
    return CD_OK;
}

/* ---- cutting ------------------------------------------------------------------------------- */

struct cutter {
    struct cd_document *document;
    uint32_t title_tokens;
    bool title_wrapped, body_wrapped;
};

static bool paragraph_before(const struct cutter *cutter, uint32_t token)
{
    const struct cd_document *document = cutter->document;
    if (token == 0 || token == cutter->title_tokens)
        return true;
    if (!document->tokens[token].space_before)
        return false;
    return parts_paragraphs(document->text, document->tokens[token - 1].end_byte,
                            document->tokens[token].begin_byte,
                            token < cutter->title_tokens ? cutter->title_wrapped : cutter->body_wrapped);
}

/* The token after the sentence that begins at `first`. */
static uint32_t sentence_end(const struct cutter *cutter, uint32_t first)
{
    const struct cd_document *document = cutter->document;
    for (uint32_t i = first; i + 1 < document->token_count; i++) {
        if (paragraph_before(cutter, i + 1) || i + 1 - first >= SENTENCE_TOKENS_MAX)
            return i + 1;
        uint32_t next = i + 1;
        while (next < document->token_count && !document->tokens[next].space_before && closes(document, next))
            next++;
        if (next < document->token_count && next != cutter->title_tokens && ends_sentence(document, i, next))
            return next;
    }
    return document->token_count;
}

enum cd_status cd_cut_sentences(struct cd_document *document, uint32_t title_tokens, struct cd_arena *arena,
                                struct cd_error *error)
{
    struct cutter cutter = {.document = document, .title_tokens = title_tokens};
    cutter.title_wrapped = is_hard_wrapped(cd_slice_part(document->text, 0, document->title_bytes));
    cutter.body_wrapped =
        is_hard_wrapped(cd_slice_part(document->text, document->body_begin_byte, document->text.length));
    uint32_t capacity = 0;
    for (uint32_t first = 0; first < document->token_count;) {
        if (document->sentence_count == capacity) {
            uint32_t grown = capacity ? capacity * 2 : 64;
            document->sentences =
                cd_arena_grow(arena, document->sentences, capacity * sizeof *document->sentences,
                              grown * sizeof *document->sentences);
            if (!document->sentences)
                return cd_fail(error, CD_MEMORY, NULL, "out of memory");
            capacity = grown;
        }
        uint32_t end = sentence_end(&cutter, first);
        document->sentences[document->sentence_count++] = (struct cd_sentence){
            .first_token = first,
            .token_count = end - first,
            .in_title = first < title_tokens,
            .starts_paragraph = paragraph_before(&cutter, first),
        };
        first = end;
    }
    return judge_sentences(document, arena, error);
}
