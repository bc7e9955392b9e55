#include "lexicon.h"

#include "copydesk/hash.h"

/* Entries are sorted by hash; the index says where those with the same upper 16 bits begin. */

static enum cd_status check_index(struct cd_slice index, size_t entries, const char *name,
                                  struct cd_error *error)
{
    const uint32_t *begin = (const uint32_t *)(const void *)index.bytes;
    size_t count = index.length / sizeof *begin;
    bool valid = count == CD_LEXICON_BUCKETS + 1 && begin[0] == 0 && begin[count - 1] == entries;
    for (size_t i = 1; valid && i < count; i++)
        valid = begin[i - 1] <= begin[i];
    if (!valid)
        return cd_fail(error, CD_INVALID, NULL, "the model's section \"%s\" does not fit its entries", name);
    return CD_OK;
}

static enum cd_status open_words(const struct cd_model_file *file, struct cd_lexicon *lexicon,
                                 struct cd_error *error)
{
    struct cd_slice index, words;
    enum cd_status status = cd_model_section(file, "words.index", sizeof(uint32_t), &index, error);
    if (status == CD_OK)
        status = cd_model_section(file, "words", sizeof(struct cd_lexicon_word), &words, error);
    if (status == CD_OK)
        status = check_index(index, words.length / sizeof(struct cd_lexicon_word), "words.index", error);
    if (status != CD_OK)
        return status;
    lexicon->word_index = (const uint32_t *)(const void *)index.bytes;
    lexicon->words = (const struct cd_lexicon_word *)(const void *)words.bytes;
    return CD_OK;
}

static enum cd_status open_vectors(const struct cd_model_file *file, struct cd_lexicon *lexicon,
                                   struct cd_error *error)
{
    struct cd_slice vectors;
    enum cd_status status = cd_model_section(file, "words.vectors", CD_WORD_VECTOR, &vectors, error);
    if (status != CD_OK)
        return status;
    lexicon->vectors = (const int8_t(*)[CD_WORD_VECTOR])(const void *)vectors.bytes;
    lexicon->vector_count = (uint32_t)(vectors.length / CD_WORD_VECTOR);
    if (lexicon->vector_count == 0)
        return cd_fail(error, CD_INVALID, NULL, "the model's section \"words.vectors\" is empty");
    return CD_OK;
}

enum cd_status cd_lexicon_open(const struct cd_model_file *file, struct cd_lexicon *lexicon,
                               struct cd_error *error)
{
    struct cd_slice index, checks, bits;
    enum cd_status status = open_words(file, lexicon, error);
    if (status == CD_OK)
        status = open_vectors(file, lexicon, error);
    if (status == CD_OK)
        status = cd_model_section(file, "phrases.index", sizeof(uint32_t), &index, error);
    if (status == CD_OK)
        status = cd_model_section(file, "phrases.checks", sizeof(uint16_t), &checks, error);
    if (status == CD_OK)
        status = cd_model_section(file, "phrases.bits", sizeof(uint16_t), &bits, error);
    if (status == CD_OK)
        status = check_index(index, checks.length / sizeof(uint16_t), "phrases.index", error);
    if (status == CD_OK && checks.length / sizeof(uint16_t) != bits.length / sizeof(uint16_t))
        status =
            cd_fail(error, CD_INVALID, NULL, "the model's section \"phrases.bits\" does not fit its entries");
    if (status != CD_OK)
        return status;
    lexicon->phrase_index = (const uint32_t *)(const void *)index.bytes;
    lexicon->phrase_checks = (const uint16_t *)(const void *)checks.bytes;
    lexicon->phrase_bits = (const uint16_t *)(const void *)bits.bytes;
    return CD_OK;
}

const struct cd_lexicon_word *cd_lexicon_find(const struct cd_lexicon *lexicon, uint64_t word_hash)
{
    uint64_t bucket = word_hash >> 48;
    for (uint32_t i = lexicon->word_index[bucket]; i < lexicon->word_index[bucket + 1]; i++)
        if (lexicon->words[i].check == (uint16_t)word_hash)
            return &lexicon->words[i];
    return NULL;
}

unsigned cd_lexicon_phrase(const struct cd_lexicon *lexicon, uint64_t phrase_hash)
{
    uint64_t bucket = phrase_hash >> 48;
    for (uint32_t i = lexicon->phrase_index[bucket]; i < lexicon->phrase_index[bucket + 1]; i++)
        if (lexicon->phrase_checks[i] == (uint16_t)phrase_hash)
            return lexicon->phrase_bits[i];
    return 0;
}

uint64_t cd_phrase_hash(uint64_t phrase, uint64_t word_hash)
{
    return cd_hash_mix(phrase + 0x9e3779b97f4a7c15ULL, word_hash);
}
