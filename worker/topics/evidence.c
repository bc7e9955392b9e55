#include "evidence.h"

#include "copydesk/hash.h"

enum { WORD_BYTES_MAX = 48 }; /* longer ones are no words */

static const uint64_t word_seed = 0x746f70696373ULL, number_hash = 0x6e756d626572ULL;

/* Letters beyond ASCII keep their bytes,
 * except that the curly apostrophe equals the straight one. */
uint64_t cd_hash_topic_word(struct cd_slice word)
{
    char lower[WORD_BYTES_MAX];
    size_t length = 0;
    if (word.length > WORD_BYTES_MAX)
        return 0;
    for (size_t i = 0; i < word.length; i++) {
        char c = word.bytes[i];
        bool curly =
            c == '\xE2' && i + 2 < word.length && word.bytes[i + 1] == '\x80' && word.bytes[i + 2] == '\x99';
        if (curly)
            i += 2;
        lower[length++] = curly ? '\'' : (char)(c + (c >= 'A' && c <= 'Z' ? 32 : 0));
    }
    bool clitic = length > 0 && length <= 3 && lower[0] == '\'';
    return clitic ? 0 : cd_hash(lower, length, word_seed);
}

static uint64_t hash_token(const struct cd_document *document, uint32_t token)
{
    switch (document->tokens[token].kind) {
    case CD_TOKEN_WORD:
    case CD_TOKEN_HANDLE:
        return cd_hash_topic_word(cd_token_text(document, token));
    case CD_TOKEN_NUMBER:
        return number_hash;
    default:
        return 0;
    }
}

static float weight_of_place(const struct cd_reading *reading, bool in_title, uint32_t body_word)
{
    if (in_title)
        return reading->title_weight;
    return body_word < reading->lead_words ? reading->lead_weight : reading->body_weight;
}

struct cd_evidence *cd_read_evidence(const struct cd_document *document, const struct cd_reading *reading,
                                     struct cd_arena *arena, uint32_t *count)
{
    struct cd_evidence *items = cd_arena_allocate(arena, 2 * (size_t)document->token_count * sizeof *items);
    if (!items)
        return NULL;
    uint64_t previous = 0; /* hash of the word before, 0 at the start of title and body */
    uint32_t previous_token = 0, body_word = 0, n = 0;
    bool was_in_title = true;
    for (uint32_t t = 0; t < document->token_count && body_word < reading->body_words; t++) {
        bool in_title = document->tokens[t].begin_byte < document->title_bytes;
        uint64_t hash = hash_token(document, t);
        if (hash == 0)
            continue;
        if (in_title != was_in_title)
            previous = 0;
        was_in_title = in_title;
        float weight = weight_of_place(reading, in_title, body_word);
        body_word += !in_title;
        items[n++] = (struct cd_evidence){hash, weight, t, 1};
        if (previous)
            items[n++] = (struct cd_evidence){cd_hash_mix(previous, hash), weight, previous_token,
                                              t + 1 - previous_token};
        previous = hash;
        previous_token = t;
    }
    *count = n;
    return items;
}
