#include "topics_data.h"

#include <fnmatch.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copydesk/hash.h"
#include "lines.h"
#include "topics_labels.h"
#include "topics_negatives.h"

enum { EXAMPLES_OF_A_CODE_MIN = 4 };

/* Log-odds that an editor's own label adds to what the teacher thinks. */
static const double editor_log_odds = 2.0;

struct reader {
    const struct cd_taxonomy_table *table;
    const struct cd_reading *reading;
    const struct cd_topic_labels *labels;
    struct cd_topic_corpus *corpus;
    struct cd_arena *arena;
};

/* ---- which codes are learned --------------------------------------------------------------- */

typedef enum cd_status visit_line(void *context, const char *path, const json_t *object,
                                  struct cd_error *error);

static enum cd_status visit_file(const char *path, visit_line *visit, void *context, struct cd_error *error)
{
    struct cd_lines *lines;
    enum cd_status status = cd_lines_open(path, &lines, error);
    if (status != CD_OK)
        return status;
    json_t *object = NULL;
    while ((status = cd_lines_next(lines, &object, error)) == CD_OK && object) {
        status = visit(context, path, object, error);
        json_decref(object);
        if (status != CD_OK)
            break;
    }
    enum cd_status closed = cd_lines_close(lines, status == CD_OK ? error : NULL);
    return status != CD_OK ? status : closed;
}

/* Visit the lines of all files that match, in the order of their names; files named dev_* are for measuring.
 */
static enum cd_status visit_files(const char *data, const char *pattern, visit_line *visit, void *context,
                                  struct cd_error *error)
{
    char path[4096];
    glob_t found;
    snprintf(path, sizeof path, "%s/%s", data, pattern);
    if (glob(path, 0, NULL, &found) != 0)
        return CD_OK;
    enum cd_status status = CD_OK;
    for (size_t i = 0; i < found.gl_pathc && status == CD_OK; i++)
        if (fnmatch("dev_*", strrchr(found.gl_pathv[i], '/') + 1, 0) != 0)
            status = visit_file(found.gl_pathv[i], visit, context, error);
    globfree(&found);
    return status;
}

static int32_t concept_of_value(const struct cd_taxonomy_table *table, const json_t *value)
{
    int32_t found = cd_taxonomy_table_find(table, cd_slice_of(json_string_value(value)));
    return found < 0 ? -1 : table->entries[found].successor;
}

struct code_counter {
    const struct cd_taxonomy_table *table;
    uint32_t *counts; /* per concept */
};

static enum cd_status count_codes(void *context, const char *path, const json_t *object,
                                  struct cd_error *error)
{
    (void)path;
    (void)error;
    struct code_counter *counter = context;
    size_t i;
    json_t *value;
    json_array_foreach(json_object_get(object, "topics"), i, value)
    {
        int32_t concept = concept_of_value(counter->table, value);
        if (concept >= 0)
            counter->counts[concept]++;
    }
    return CD_OK;
}

static int32_t index_of_concept(const struct cd_topic_codes *codes, int32_t concept)
{
    for (uint32_t i = 0; i < codes->count; i++)
        if (codes->concept[i] == concept)
            return (int32_t)i;
    return -1;
}

/* News of technology companies is both; of the annotated articles with both codes more put technology first,
 * and so do readers, who look for it there. */
static void set_precedence(const struct cd_taxonomy_table *table, struct cd_topic_codes *codes)
{
    int32_t technology = index_of_concept(codes, cd_taxonomy_table_find(table, cd_slice_of("13000000")));
    int32_t economy = index_of_concept(codes, cd_taxonomy_table_find(table, cd_slice_of("04000000")));
    for (uint32_t i = 0; i < codes->main_count; i++)
        codes->yields_to[i] = (int32_t)i == economy ? technology : -1;
}

/* Level 1 whole, then the level-2 codes that were seen often enough. */
static enum cd_status choose_codes(const char *data, const struct cd_taxonomy_table *table,
                                   struct cd_topic_codes *codes, struct cd_error *error)
{
    struct code_counter counter = {table, calloc(table->count, sizeof(uint32_t))};
    if (!counter.counts)
        return cd_fail(error, CD_MEMORY, data, "out of memory");
    enum cd_status status = visit_files(data, "ner/train/*.jsonl", count_codes, &counter, error);
    for (uint32_t level = 1; level <= 2; level++) {
        for (uint32_t c = 0; c < table->count && codes->count < CD_TOPIC_CODES_MAX; c++) {
            bool active = table->entries[c].successor == (int32_t)c && table->entries[c].level == level;
            if (!active || (level == 2 && counter.counts[c] < EXAMPLES_OF_A_CODE_MIN))
                continue;
            codes->parent[codes->count] = index_of_concept(codes, table->entries[c].parent);
            codes->concept[codes->count++] = (int32_t)c;
        }
        if (level == 1)
            codes->main_count = codes->count;
    }
    free(counter.counts);
    if (status == CD_OK && codes->main_count > CD_TOPIC_MAIN_MAX)
        status = cd_fail(error, CD_LIMIT, data, "more than %d topics on level 1", CD_TOPIC_MAIN_MAX);
    if (status == CD_OK)
        set_precedence(table, codes);
    return status;
}

/* ---- features ------------------------------------------------------------------------------ */

static int by_hash(const void *a, const void *b)
{
    const union cd_example_feature *left = a, *right = b;
    return (left->hash > right->hash) - (left->hash < right->hash);
}

/* Sort by hash and add up the weights of equal ones. */
static uint32_t merge_features(union cd_example_feature *features, uint32_t count)
{
    qsort(features, count, sizeof *features, by_hash);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (kept > 0 && features[kept - 1].hash == features[i].hash)
            features[kept - 1].weight += features[i].weight;
        else
            features[kept++] = features[i];
    return kept;
}

static enum cd_status read_features(struct reader *reader, const struct cd_reading *reading,
                                    const json_t *object, struct cd_topic_example *example,
                                    struct cd_error *error)
{
    const json_t *body = json_object_get(object, "body");
    if (!body)
        body = json_object_get(object, "text");
    struct cd_document document;
    cd_arena_reset(reader->arena, 0);
    enum cd_status status =
        cd_document_build(cd_slice_of(json_string_value(json_object_get(object, "title"))),
                          cd_slice_of(json_string_value(body)), reader->arena, &document, error);
    if (status != CD_OK)
        return status;
    uint32_t count = 0;
    struct cd_evidence *evidence = cd_read_evidence(&document, reading, reader->arena, &count);
    example->features = malloc((count + 1) * sizeof *example->features);
    if (!evidence || !example->features)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    for (uint32_t i = 0; i < count; i++)
        example->features[i] =
            (union cd_example_feature){.hash = evidence[i].hash, .weight = evidence[i].weight};
    example->feature_count = merge_features(example->features, count);
    union cd_example_feature *exact =
        realloc(example->features, (example->feature_count + 1) * sizeof *exact);
    if (exact)
        example->features = exact;
    return CD_OK;
}

/* ---- targets ------------------------------------------------------------------------------- */

/* The first level-1 code is the main topic. */
static void target_from_topics(const struct reader *reader, const json_t *topics,
                               struct cd_topic_example *example)
{
    const struct cd_topic_codes *codes = &reader->corpus->codes;
    bool main_known = false;
    size_t i;
    json_t *value;
    json_array_foreach(topics, i, value)
    {
        int32_t code = index_of_concept(codes, concept_of_value(reader->table, value));
        if (code < 0)
            continue;
        example->target[code] = 1;
        if (code < (int32_t)codes->main_count) {
            example->main[code] = main_known ? reader->corpus->later_share : 1;
            main_known = true;
        }
    }
}

static void target_from_probabilities(const struct reader *reader, const json_t *probabilities,
                                      struct cd_topic_example *example)
{
    const char *code_text;
    json_t *value;
    json_object_foreach((json_t *)probabilities, code_text, value)
    {
        int32_t concept = cd_taxonomy_table_find(reader->table, cd_slice_of(code_text));
        int32_t code = concept < 0 ? -1 : index_of_concept(&reader->corpus->codes, concept);
        if (code >= 0 && example->target)
            example->target[code] = (float)json_number_value(value);
    }
}

/* An editor's label makes a code likelier; its absence says nothing. */
static uint32_t add_editor(const struct reader *reader, const json_t *top, struct cd_topic_example *example)
{
    uint32_t labels = 0;
    size_t i;
    json_t *value;
    json_array_foreach(top, i, value)
    {
        int32_t code = index_of_concept(&reader->corpus->codes, concept_of_value(reader->table, value));
        if (code < 0)
            continue;
        if (example->target) {
            double p = fmin(fmax(example->target[code], 0.02), 0.98);
            example->target[code] = (float)(1 / (1 + exp(-(log(p / (1 - p)) + editor_log_odds))));
        }
        example->main[code] = 1;
        labels++;
    }
    return labels;
}

/* Shares of the main topic: squares of a teacher's probabilities and the editor's labels, mixed. */
static void share_main(const struct reader *reader, struct cd_topic_example *example, uint32_t editor_labels)
{
    uint32_t count = reader->corpus->codes.main_count;
    float by_editor = editor_labels > 0 ? 1 : 0, total = 0;
    if (example->target && editor_labels > 0)
        by_editor = reader->corpus->editor_share;
    for (uint32_t i = 0; i < count; i++) {
        if (editor_labels > 0)
            example->main[i] *= by_editor / (float)editor_labels;
        if (example->target)
            total += example->target[i] * example->target[i];
    }
    if (!example->target || total <= 0)
        return;
    for (uint32_t i = 0; i < count; i++)
        example->main[i] += (1 - by_editor) * example->target[i] * example->target[i] / total;
}

/* ---- examples ------------------------------------------------------------------------------ */

/* NULL when out of memory. */
static struct cd_topic_example *new_example(struct cd_topic_corpus *corpus, enum cd_example_kind kind)
{
    if (corpus->count == corpus->capacity) {
        uint32_t capacity = corpus->capacity ? corpus->capacity * 2 : 4096;
        struct cd_topic_example *grown = realloc(corpus->examples, capacity * sizeof *grown);
        if (!grown)
            return NULL;
        corpus->examples = grown;
        corpus->capacity = capacity;
    }
    struct cd_topic_example *example = &corpus->examples[corpus->count++];
    *example = (struct cd_topic_example){
        .kind = (uint8_t)kind,
        .target = kind == CD_EXAMPLE_EDITOR ? NULL : calloc(corpus->codes.count, sizeof(float)),
        .main = calloc(corpus->codes.main_count, sizeof(float)),
    };
    bool complete = example->main && (example->target || kind == CD_EXAMPLE_EDITOR);
    return complete ? example : NULL;
}

/* A long article's lead as an example of its own; what the article is about besides its main topic may come
 * later. */
static enum cd_status add_lead(struct reader *reader, const json_t *object, uint32_t article,
                               struct cd_error *error)
{
    enum { LEAD_WORDS = 40, LONG_FEATURES = 150 };
    struct cd_topic_corpus *corpus = reader->corpus;
    if (corpus->lead_share <= 0 || corpus->examples[article].feature_count < LONG_FEATURES)
        return CD_OK;
    struct cd_topic_example *lead = new_example(corpus, corpus->examples[article].kind);
    if (!lead)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory");
    const struct cd_topic_example *whole = &corpus->examples[article];
    lead->lead = true;
    lead->other_outlet = whole->other_outlet;
    memcpy(lead->main, whole->main, corpus->codes.main_count * sizeof *lead->main);
    for (uint32_t c = 0; lead->target && c < corpus->codes.count; c++) {
        bool main = c < corpus->codes.main_count && whole->main[c] >= 0.5F;
        lead->target[c] = whole->target[c] * (main ? 1 : corpus->lead_share);
    }
    struct cd_reading reading = *reader->reading;
    reading.body_words = LEAD_WORDS;
    return read_features(reader, &reading, object, lead, error);
}

static enum cd_status add_features(struct reader *reader, const json_t *object,
                                   struct cd_topic_example *example, struct cd_error *error)
{
    uint32_t article = (uint32_t)(example - reader->corpus->examples);
    enum cd_status status = read_features(reader, reader->reading, object, example, error);
    return status == CD_OK ? add_lead(reader, object, article, error) : status;
}

static enum cd_status read_annotated(void *context, const char *path, const json_t *object,
                                     struct cd_error *error)
{
    struct reader *reader = context;
    const json_t *topics = json_object_get(object, "topics");
    if (json_array_size(topics) == 0)
        return CD_OK;
    struct cd_topic_example *example = new_example(reader->corpus, CD_EXAMPLE_ANNOTATED);
    if (!example)
        return cd_fail(error, CD_MEMORY, path, "out of memory");
    example->other_outlet = strstr(path, "outlets") != NULL;
    target_from_topics(reader, topics, example);
    return add_features(reader, object, example, error);
}

static enum cd_status read_labelled(void *context, const char *path, const json_t *object,
                                    struct cd_error *error)
{
    struct reader *reader = context;
    const json_t *probabilities = json_object_get(object, "p");
    const char *id = json_string_value(json_object_get(object, "id"));
    bool silver = json_is_object(probabilities);
    if (!silver && id)
        probabilities = cd_topic_labels_find(reader->labels, id);
    const json_t *top = json_object_get(object, "top");
    if (json_array_size(top) == 0 && !probabilities) /* one of them is likely the main topic */
        top = json_object_get(object, "weak");
    bool unknown = !probabilities && json_array_size(top) == 0;
    bool reserved = probabilities && json_object_size(probabilities) == 0; /* annotated elsewhere */
    if (unknown || reserved)
        return CD_OK;
    enum cd_example_kind kind = silver          ? CD_EXAMPLE_SILVER
                                : probabilities ? CD_EXAMPLE_TEACHER
                                                : CD_EXAMPLE_EDITOR;
    struct cd_topic_example *example = new_example(reader->corpus, kind);
    if (!example)
        return cd_fail(error, CD_MEMORY, path, "out of memory");
    if (example->target)
        target_from_probabilities(reader, probabilities, example);
    share_main(reader, example, add_editor(reader, top, example));
    return add_features(reader, object, example, error);
}

/* Texts about nothing: no code fits, and there is no main topic. */
static enum cd_status add_negatives(struct reader *reader, const char *data, struct cd_error *error)
{
    struct cd_negatives *negatives = NULL;
    struct cd_buffer text = {0};
    enum cd_status status = cd_negatives_read(data, &negatives, error);
    for (uint64_t i = 0; status == CD_OK && i < (uint64_t)reader->corpus->negatives; i++) {
        cd_buffer_clear(&text);
        cd_negatives_write(negatives, i, &text);
        struct cd_topic_example *example = new_example(reader->corpus, CD_EXAMPLE_NOTHING);
        json_t *object = json_pack("{s:s%}", "text", text.bytes, text.length);
        status = example && object ? read_features(reader, reader->reading, object, example, error)
                                   : cd_fail(error, CD_MEMORY, data, "out of memory");
        json_decref(object);
    }
    cd_buffer_free(&text);
    cd_negatives_free(negatives);
    return status;
}

enum cd_status cd_topic_corpus_read(const char *data, const char *labels_path,
                                    const struct cd_taxonomy_table *table, const struct cd_reading *reading,
                                    struct cd_topic_corpus *corpus, struct cd_error *error)
{
    struct cd_topic_labels *labels = NULL;
    enum cd_status status = choose_codes(data, table, &corpus->codes, error);
    if (status == CD_OK)
        status = cd_topic_labels_read(labels_path, &labels, error);
    struct reader reader = {table, reading, labels, corpus, cd_arena_new(1 << 20)};
    if (status == CD_OK && !reader.arena)
        status = cd_fail(error, CD_MEMORY, data, "out of memory");
    if (status == CD_OK)
        status = visit_files(data, "ner/train/*.jsonl", read_annotated, &reader, error);
    if (status == CD_OK)
        status = visit_files(data, "topics/*.jsonl*", read_labelled, &reader, error);
    if (status == CD_OK)
        status = add_negatives(&reader, data, error);
    if (status == CD_OK && corpus->count == 0)
        status = cd_fail(error, CD_NOT_FOUND, data, "no articles with topics below this folder");
    cd_topic_labels_free(labels);
    cd_arena_free(reader.arena);
    return status;
}

void cd_topic_corpus_free(struct cd_topic_corpus *corpus)
{
    for (uint32_t i = 0; i < corpus->count; i++) {
        free(corpus->examples[i].features);
        free(corpus->examples[i].target);
        free(corpus->examples[i].main);
    }
    free(corpus->examples);
    *corpus = (struct cd_topic_corpus){0};
}
