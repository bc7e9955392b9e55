#include "entity_lexicon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../entities/features.h"
#include "copydesk/arena.h"
#include "copydesk/buffer.h"
#include "copydesk/document.h"
#include "copydesk/hash.h"

/* Names less known than this count as doubtful, and so do aliases. */
static const double well_known = 0.25;
static const double alias_of_prior_min = 0.15;

enum { CLUSTER_WORDS_MAX = 120000, PLACE_POPULATION_KNOWN = 100000 };

/* ---- growing tables, keyed by hash --------------------------------------------------------- */

struct phrase {
    uint64_t hash;
    uint32_t bits;
};

struct word {
    uint64_t hash;
    uint16_t cluster[3];
    uint16_t counts[6]; /* person first, person last, organization, organization last, location, work */
    bool given, surname;
};

struct builder {
    struct cd_lexicon empty; /* so that words can be described before there is a lexicon */
    uint32_t *no_index;
    struct phrase *phrases;
    struct word *words;
    size_t phrase_slots, phrase_count, word_slots, word_count;
    struct cd_buffer vectors; /* one after another; the first is that of an unknown word */
    struct cd_arena *arena;
};

static struct phrase *phrase_of(struct builder *b, uint64_t hash)
{
    if (b->phrase_count * 2 >= b->phrase_slots) {
        struct builder old = *b;
        b->phrase_slots = old.phrase_slots ? 2 * old.phrase_slots : 1 << 16;
        b->phrases = calloc(b->phrase_slots, sizeof *b->phrases);
        b->phrase_count = 0;
        for (size_t i = 0; i < old.phrase_slots; i++)
            if (old.phrases[i].hash)
                *phrase_of(b, old.phrases[i].hash) = old.phrases[i];
        free(old.phrases);
    }
    size_t at = hash & (b->phrase_slots - 1);
    while (b->phrases[at].hash && b->phrases[at].hash != hash)
        at = (at + 1) & (b->phrase_slots - 1);
    b->phrase_count += b->phrases[at].hash == 0;
    b->phrases[at].hash = hash;
    return &b->phrases[at];
}

static struct word *word_of(struct builder *b, uint64_t hash)
{
    if (b->word_count * 2 >= b->word_slots) {
        struct builder old = *b;
        b->word_slots = old.word_slots ? 2 * old.word_slots : 1 << 16;
        b->words = calloc(b->word_slots, sizeof *b->words);
        b->word_count = 0;
        for (size_t i = 0; i < old.word_slots; i++)
            if (old.words[i].hash)
                *word_of(b, old.words[i].hash) = old.words[i];
        free(old.words);
    }
    size_t at = hash & (b->word_slots - 1);
    while (b->words[at].hash && b->words[at].hash != hash)
        at = (at + 1) & (b->word_slots - 1);
    b->word_count += b->words[at].hash == 0;
    b->words[at].hash = hash;
    return &b->words[at];
}

/* ---- names --------------------------------------------------------------------------------- */

static void count_words(struct builder *b, const struct cd_word *words, uint32_t n, unsigned type)
{
    for (uint32_t i = 0; i < n; i++) {
        if (words[i].kind != CD_TOKEN_WORD)
            continue;
        struct word *w = word_of(b, words[i].phrase);
        bool last = i + 1 == n;
        w->counts[0] += type == CD_PERSON && i == 0 && n > 1 && w->counts[0] < 999;
        w->counts[1] += type == CD_PERSON && last && n > 1 && w->counts[1] < 999;
        w->counts[2] += type == CD_ORGANIZATION && w->counts[2] < 999;
        w->counts[3] += type == CD_ORGANIZATION && last && n > 1 && w->counts[3] < 999;
        w->counts[4] += type == CD_LOCATION && w->counts[4] < 999;
        w->counts[5] += (type == CD_WORK_OF_ART || type == CD_EVENT) && w->counts[5] < 999;
    }
}

/* Enter a name: cut into tokens as text is, a leading "The" left out. */
static void add_name(struct builder *b, struct cd_slice name, unsigned type, bool doubtful, bool count)
{
    if (name.length < 2 || name.length > 100)
        return;
    struct cd_document document;
    cd_arena_reset(b->arena, 0);
    if (cd_document_build((struct cd_slice){0}, name, b->arena, &document, NULL) != CD_OK)
        return;
    struct cd_word words[CD_PHRASE_TOKENS_MAX];
    uint32_t n = document.token_count, first = 0;
    if (n > 1 && (cd_slice_equal(cd_token_text(&document, 0), cd_slice_of("The")) ||
                  cd_slice_equal(cd_token_text(&document, 0), cd_slice_of("the"))))
        first = 1;
    if (n == first || n - first > CD_PHRASE_TOKENS_MAX)
        return;
    uint64_t hash = 0;
    for (uint32_t i = first; i < n; i++) {
        cd_describe_word(&b->empty, cd_token_text(&document, i), document.tokens[i].kind, false,
                         &words[i - first]);
        hash = cd_phrase_hash(hash, words[i - first].phrase);
        if (i + 1 < n)
            phrase_of(b, hash)->bits |= CD_PHRASE_CONTINUES;
    }
    phrase_of(b, hash)->bits |= 1U << (type + (doubtful ? CD_PHRASE_DOUBTFUL_SHIFT : 0));
    if (count)
        count_words(b, words, n - first, type);
}

/* ---- files --------------------------------------------------------------------------------- */

static FILE *open_part(const char *data, const char *name, struct cd_error *error)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", data, name);
    FILE *file = fopen(path, "re");
    if (!file)
        cd_fail(error, CD_NOT_FOUND, path, "cannot open it");
    return file;
}

/* Cut a line at tabs in place; missing fields are empty. */
static void cut_fields(char *line, char *fields[], size_t count)
{
    line[strcspn(line, "\r\n")] = '\0';
    for (size_t i = 0; i < count; i++) {
        fields[i] = line;
        line += strcspn(line, "\t");
        if (*line)
            *line++ = '\0';
    }
}

/* Sources whose rows may not be used alone (share-alike data base licence, or none stated). */
static bool may_be_used(char *sources)
{
    static const char barred[] = " dr5hn mledoze legislatoR phoenix pantheon pudding ";
    char *rest = NULL;
    for (char *name = strtok_r(sources, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        char padded[64];
        snprintf(padded, sizeof padded, " %s ", name);
        if (!strstr(barred, padded))
            return true;
    }
    return false;
}

static int knowledge_type(const char *type, const char *class_name)
{
    for (int t = 0; t < CD_ENTITY_TYPE_COUNT; t++)
        if (strcmp(type, cd_entity_type_name((enum cd_entity_type)t)) == 0)
            return t;
    if (strcmp(class_name, "product") == 0)
        return CD_PRODUCT;
    return strcmp(class_name, "fictional") == 0 ? CD_PERSON : -1;
}

/* Aliases written in capitals or with several words are names; short ones in small letters ("af") are codes.
 */
static bool is_useful_alias(const char *alias)
{
    size_t length = strlen(alias);
    return length >= 3 && (unsigned char)alias[0] < 0x80 && !(alias[0] >= 'a' && alias[0] <= 'z');
}

static enum cd_status read_entities(struct builder *b, const char *data, struct cd_error *error)
{
    FILE *file = open_part(data, "knowledge/entities.tsv", error);
    if (!file)
        return CD_NOT_FOUND;
    char *line = NULL, *fields[12];
    size_t capacity = 0;
    while (getline(&line, &capacity, file) > 0) {
        cut_fields(line, fields, 12);
        int type = knowledge_type(fields[2], fields[3]);
        if (type < 0 || !may_be_used(fields[11]))
            continue;
        double prior = strtod(fields[9], NULL);
        add_name(b, cd_slice_of(fields[4]), (unsigned)type, prior < well_known, true);
        if (prior < alias_of_prior_min)
            continue;
        char *rest = NULL;
        for (char *alias = strtok_r(fields[5], ";", &rest); alias; alias = strtok_r(NULL, ";", &rest))
            if (is_useful_alias(alias))
                add_name(b, cd_slice_of(alias), (unsigned)type, true, false);
    }
    free(line);
    fclose(file);
    return CD_OK;
}

static enum cd_status read_places(struct builder *b, const char *data, struct cd_error *error)
{
    FILE *file = open_part(data, "knowledge/places.tsv", error);
    if (!file)
        return CD_NOT_FOUND;
    char *line = NULL, *fields[10];
    size_t capacity = 0;
    while (getline(&line, &capacity, file) > 0) {
        cut_fields(line, fields, 10);
        bool doubtful = strtol(fields[8], NULL, 10) < PLACE_POPULATION_KNOWN;
        add_name(b, cd_slice_of(fields[2]), CD_LOCATION, doubtful, true);
        if (strcmp(fields[2], fields[3]) != 0)
            add_name(b, cd_slice_of(fields[3]), CD_LOCATION, doubtful, false);
    }
    free(line);
    fclose(file);
    return CD_OK;
}

static uint64_t folded_hash(struct builder *b, const char *text)
{
    struct cd_word word;
    cd_describe_word(&b->empty, cd_slice_of(text), CD_TOKEN_WORD, false, &word);
    return word.phrase;
}

static enum cd_status read_name_list(struct builder *b, const char *data, const char *name, bool given,
                                     struct cd_error *error)
{
    FILE *file = open_part(data, name, error);
    if (!file)
        return CD_NOT_FOUND;
    char *line = NULL, *field;
    size_t capacity = 0;
    while (getline(&line, &capacity, file) > 0) {
        cut_fields(line, &field, 1);
        if (strlen(field) < 2)
            continue;
        struct word *word = word_of(b, folded_hash(b, field));
        word->given |= given;
        word->surname |= !given;
    }
    free(line);
    fclose(file);
    return CD_OK;
}

static enum cd_status read_clusters(struct builder *b, const char *data, struct cd_error *error)
{
    FILE *file = open_part(data, "clusters/glove-kmeans-64-256-1024-3072.tsv", error);
    if (!file)
        return CD_NOT_FOUND;
    char *line = NULL, *fields[5];
    size_t capacity = 0, n = 0;
    while (getline(&line, &capacity, file) > 0 && n++ < CLUSTER_WORDS_MAX) {
        cut_fields(line, fields, 5);
        struct word *word = word_of(b, folded_hash(b, fields[0]));
        if (word->cluster[0])
            continue;
        unsigned of64 = (unsigned)strtoul(fields[1], NULL, 10) % 64,
                 of256 = (unsigned)strtoul(fields[2], NULL, 10),
                 of1024 = (unsigned)strtoul(fields[3], NULL, 10) % 1023,
                 of3072 = (unsigned)strtoul(fields[4], NULL, 10);
        word->cluster[0] = (uint16_t)(of64 | (of1024 + 1) << 6);
        word->cluster[1] = (uint16_t)(of256 + 1);
        word->cluster[2] = (uint16_t)(of3072 + 1);
    }
    free(line);
    fclose(file);
    return CD_OK;
}

/* A word's class is looked up as it is written and, where case says nothing, by its most frequent form. */
static enum cd_status read_news_classes(struct builder *b, const char *path, unsigned which,
                                        struct cd_error *error)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return cd_fail(error, CD_NOT_FOUND, path, "cannot open it");
    char *line = NULL, *fields[2];
    size_t capacity = 0;
    while (getline(&line, &capacity, file) > 0) {
        cut_fields(line, fields, 2);
        for (unsigned caseless = 0; caseless < 2; caseless++) {
            struct word *word = word_of(b, cd_class_key(cd_slice_of(fields[0]), caseless));
            if (word->cluster[which] == 0)
                word->cluster[which] = (uint16_t)(strtoul(fields[1], NULL, 10) + 1);
        }
    }
    free(line);
    fclose(file);
    return CD_OK;
}

/* A line WORD, tab, numbers. */
static void add_vector(struct builder *b, char *line)
{
    char *numbers = strchr(line, '\t');
    size_t row = b->vectors.length / CD_WORD_VECTOR;
    if (!numbers || row > UINT16_MAX)
        return;
    *numbers++ = '\0';
    int8_t vector[CD_WORD_VECTOR];
    for (unsigned i = 0; i < CD_WORD_VECTOR; i++)
        vector[i] = (int8_t)strtol(numbers, &numbers, 10);
    cd_buffer_append(&b->vectors, (const char *)vector, sizeof vector);
    for (unsigned caseless = 0; caseless < 2; caseless++) {
        struct word *word = word_of(b, cd_class_key(cd_slice_of(line), caseless));
        if (word->cluster[2] == 0)
            word->cluster[2] = (uint16_t)row;
    }
}

/* As with the classes, the most frequent form speaks for a word where case says nothing. */
static enum cd_status read_vectors(struct builder *b, const char *path, struct cd_error *error)
{
    static const int8_t unknown[CD_WORD_VECTOR];
    FILE *file = fopen(path, "re");
    if (!file)
        return cd_fail(error, CD_NOT_FOUND, path, "cannot open it");
    char *line = NULL;
    size_t capacity = 0;
    cd_buffer_append(&b->vectors, (const char *)unknown, sizeof unknown);
    while (getline(&line, &capacity, file) > 0)
        add_vector(b, line);
    free(line);
    fclose(file);
    return CD_OK;
}

/* ---- sections ------------------------------------------------------------------------------ */

static int by_hash(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static unsigned bucket_of(unsigned count)
{
    return count == 0 ? 0 : count == 1 ? 1 : count < 6 ? 2 : 3;
}

static uint16_t profile_of(const struct word *w)
{
    return (uint16_t)(bucket_of(w->counts[0]) << CD_PROFILE_PERSON_FIRST |
                      bucket_of(w->counts[1]) << CD_PROFILE_PERSON_LAST |
                      bucket_of(w->counts[2]) << CD_PROFILE_ORGANIZATION |
                      bucket_of(w->counts[3]) << CD_PROFILE_ORGANIZATION_LAST |
                      bucket_of(w->counts[4]) << CD_PROFILE_LOCATION |
                      (unsigned)w->given << CD_PROFILE_GIVEN_NAME |
                      (unsigned)w->surname << CD_PROFILE_SURNAME |
                      (unsigned)(w->counts[5] > 1) << CD_PROFILE_WORK);
}

static uint32_t *index_of(const uint64_t *hashes, size_t stride, size_t count)
{
    uint32_t *index = calloc(CD_LEXICON_BUCKETS + 1, sizeof *index);
    for (size_t i = 0; index && i < count; i++)
        index[(*(const uint64_t *)(const void *)((const char *)hashes + i * stride) >> 48) + 1]++;
    for (size_t i = 1; index && i <= CD_LEXICON_BUCKETS; i++)
        index[i] += index[i - 1];
    return index;
}

static struct cd_model_section_data section(const char *name, const void *bytes, size_t length)
{
    return (struct cd_model_section_data){name, {bytes, length}};
}

/* Words with nothing to tell (a single rare mention) are left out. */
static size_t compact_words(struct builder *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->word_slots; i++) {
        const struct word *w = &b->words[i];
        unsigned mentions = w->counts[0] + w->counts[1] + w->counts[2] + w->counts[4] + w->counts[5];
        if (w->hash && (w->cluster[0] || w->cluster[2] || mentions > 1 || w->given || w->surname))
            b->words[n++] = *w;
    }
    if (n > 1)
        qsort(b->words, n, sizeof *b->words, by_hash);
    return n;
}

static size_t compact_phrases(struct builder *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->phrase_slots; i++)
        if (b->phrases[i].hash)
            b->phrases[n++] = b->phrases[i];
    if (n > 1)
        qsort(b->phrases, n, sizeof *b->phrases, by_hash);
    return n;
}

static void write_sections(struct builder *b, struct cd_lexicon_sections *sections)
{
    size_t words = compact_words(b), phrases = compact_phrases(b);
    struct cd_lexicon_word *entries = calloc(words + 1, sizeof *entries);
    uint16_t *checks = calloc(phrases + 1, sizeof *checks);
    uint16_t *bits = calloc(phrases + 1, sizeof *bits);
    for (size_t i = 0; i < words; i++) {
        entries[i] = (struct cd_lexicon_word){.check = (uint16_t)b->words[i].hash,
                                              .profile = profile_of(&b->words[i])};
        memcpy(entries[i].cluster, b->words[i].cluster, sizeof entries[i].cluster);
    }
    for (size_t i = 0; i < phrases; i++) {
        checks[i] = (uint16_t)b->phrases[i].hash;
        bits[i] = (uint16_t)b->phrases[i].bits;
    }
    size_t index_bytes = (CD_LEXICON_BUCKETS + 1) * sizeof(uint32_t);
    *sections = (struct cd_lexicon_sections){
        {section("words.index", index_of(&b->words->hash, sizeof *b->words, words), index_bytes),
         section("words", entries, words * sizeof *entries),
         section("words.vectors", b->vectors.bytes, b->vectors.length),
         section("phrases.index", index_of(&b->phrases->hash, sizeof *b->phrases, phrases), index_bytes),
         section("phrases.checks", checks, phrases * sizeof *checks),
         section("phrases.bits", bits, phrases * sizeof *bits)}};
}

enum cd_status cd_lexicon_build(const char *data, const char *const news_classes[2], const char *vectors,
                                struct cd_lexicon_sections *sections, struct cd_error *error)
{
    struct builder b = {.arena = cd_arena_new(0),
                        .no_index = calloc(CD_LEXICON_BUCKETS + 1, sizeof(uint32_t))};
    enum cd_status status = b.arena && b.no_index ? CD_OK : cd_fail(error, CD_MEMORY, data, "out of memory");
    b.empty = (struct cd_lexicon){.word_index = b.no_index, .phrase_index = b.no_index};
    if (status == CD_OK)
        status = read_clusters(&b, data, error);
    for (unsigned which = 0; which < 2 && status == CD_OK; which++)
        status = read_news_classes(&b, news_classes[which], which, error);
    if (status == CD_OK)
        status = read_vectors(&b, vectors, error);
    if (status == CD_OK)
        status = read_entities(&b, data, error);
    if (status == CD_OK)
        status = read_places(&b, data, error);
    if (status == CD_OK)
        status = read_name_list(&b, data, "knowledge/given-names.txt", true, error);
    if (status == CD_OK)
        status = read_name_list(&b, data, "knowledge/surnames.txt", false, error);
    if (status == CD_OK)
        write_sections(&b, sections);
    cd_arena_free(b.arena);
    free(b.no_index);
    free(b.phrases);
    free(b.words);
    return status;
}

void cd_lexicon_sections_free(struct cd_lexicon_sections *sections)
{
    for (size_t i = 0; i < CD_LEXICON_SECTIONS; i++)
        free((void *)sections->items[i].data.bytes);
}
