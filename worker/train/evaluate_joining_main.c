/* Scores how mentions are joined into entities, on documents where it is known:
 *     evaluate_joining MODEL DATA
 * The linking benchmarks say which thing of the world a mention means: two mentions of a document are the
 * same entity when those are the same. The library enriches each document as an article without a headline.
 * A mention of ours is matched to theirs when both have exactly the same span; all else, and what means
 * nothing in their knowledge base, says nothing of joining and is left out.
 *
 * "all": pairs of matched mentions of a document, the same entity or not, as precision, recall and F1; and
 * B-cubed (Bagga and Baldwin 1998, "Entity-based cross-document coreferencing", section 4).
 *
 * "aliases": the same over pairs whose names differ by more than letter case, accents, "the" and possessives
 * ("Blinken", "Antony Blinken"); the rest is easy. B-cubed then looks, from each mention, at itself and at
 * the mentions with another name.
 *
 * Then how many pairs with one last word are two things, and how many of them were joined ("Bill Clinton",
 * "Hillary Clinton"), and the wrong pairs by kind. Intervals by bootstrap over documents. */
#include <stdio.h>
#include <stdlib.h>

#include "../entities/names.h"
#include "../record/offsets.h"
#include "copydesk/copydesk.h"
#include "copydesk/entities.h"
#include "copydesk/hash.h"
#include "copydesk/json.h"
#include "lines.h"

enum { RESAMPLES = 1000 };

/* A mention of ours that a benchmark knows. */
struct matched {
    uint32_t entity; /* ours: its index */
    uint64_t thing;  /* theirs: a hash of its id */
    uint8_t type;
    struct cd_folded name;
};

enum pair_set { PAIRS_ALL, PAIRS_ALIASES, PAIR_SETS };

/* What two mentions have in common that should have been joined and were not, or the other way round. */
enum kind { KIND_PEOPLE_AND_PLACE, KIND_TYPES, KIND_ACRONYM, KIND_WORDS, KIND_NOTHING, KINDS };
static const char *const kind_names[KINDS] = {"place and its people", "other types differ", "acronym",
                                              "words in common", "no word in common"};

struct figures {
    uint32_t documents, mentions;
    uint32_t right[PAIR_SETS], joined[PAIR_SETS], same[PAIR_SETS]; /* pairs */
    double precision[PAIR_SETS], recall[PAIR_SETS];                /* B-cubed, summed over mentions */
    uint32_t last_word, last_word_joined;
    uint32_t missed[KINDS], wrong[KINDS];
};

struct benchmark {
    struct figures *documents;
    uint32_t count;
};

/* ---- matching ------------------------------------------------------------------------------ */

/* The thing that the benchmark has at code points [begin, end); 0 when it has none or does not know it. */
static uint64_t thing_at(const json_t *labels, size_t begin, size_t end)
{
    size_t i;
    json_t *label;
    json_array_foreach(labels, i, label)
    {
        const json_t *span = json_object_get(label, "span");
        const char *id = json_string_value(json_object_get(label, "entity_id"));
        if ((size_t)json_integer_value(json_array_get(span, 0)) == begin &&
            (size_t)json_integer_value(json_array_get(span, 1)) == end && id && id[0] == 'Q')
            return cd_hash(id, strlen(id), 0);
    }
    return 0;
}

static uint32_t count_mentions(const struct cd_entities *entities)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < entities->count; i++)
        count += entities->items[i].mention_count;
    return count;
}

/* Our mentions that the benchmark knows; `matched` has room for all of ours. Returns their number. */
static uint32_t match_mentions(const struct cd_document *document, const struct cd_entities *entities,
                               const json_t *labels, struct matched *matched)
{
    struct offset_index offsets;
    uint32_t count = 0;
    offset_index_build(&offsets, document->text, CD_OFFSET_CODEPOINT);
    for (uint32_t i = 0; i < entities->count; i++)
        for (uint32_t m = 0; m < entities->items[i].mention_count; m++) {
            const struct cd_mention *mention = &entities->items[i].mentions[m];
            uint64_t thing = thing_at(labels, offset_index_units(&offsets, mention->begin_byte),
                                      offset_index_units(&offsets, mention->end_byte));
            if (!thing)
                continue;
            matched[count] = (struct matched){.entity = i, .thing = thing, .type = entities->items[i].type};
            cd_fold_name(cd_slice_part(document->text, mention->begin_byte, mention->end_byte),
                         &matched[count++].name);
        }
    return count;
}

/* ---- pairs --------------------------------------------------------------------------------- */

static struct cd_slice name_of(const struct matched *mention)
{
    return (struct cd_slice){mention->name.text, mention->name.length};
}

static struct cd_slice last_word(const struct matched *mention)
{
    struct cd_slice words[CD_NAME_WORDS_MAX];
    unsigned count = cd_name_words(name_of(mention), words);
    return count ? words[count - 1] : (struct cd_slice){NULL, 0};
}

static bool share_a_word(const struct matched *a, const struct matched *b)
{
    struct cd_slice left[CD_NAME_WORDS_MAX], right[CD_NAME_WORDS_MAX];
    unsigned left_count = cd_name_words(name_of(a), left), right_count = cd_name_words(name_of(b), right);
    for (unsigned i = 0; i < left_count; i++)
        for (unsigned j = 0; j < right_count; j++)
            if (cd_slice_equal(left[i], right[j]))
                return true;
    return false;
}

static bool is_acronym(const struct matched *a, const struct matched *b)
{
    struct cd_slice words[CD_NAME_WORDS_MAX], name = name_of(a);
    char initials[CD_NAME_WORDS_MAX];
    unsigned count = cd_name_words(name_of(b), words);
    return count > 1 && cd_initials(words, count, false, initials) == name.length &&
           memcmp(initials, name.bytes, name.length) == 0;
}

static enum kind kind_of(const struct matched *a, const struct matched *b)
{
    if ((a->type == CD_NORP && b->type == CD_LOCATION) || (a->type == CD_LOCATION && b->type == CD_NORP))
        return KIND_PEOPLE_AND_PLACE;
    if (a->type != b->type)
        return KIND_TYPES;
    if (is_acronym(a, b) || is_acronym(b, a))
        return KIND_ACRONYM;
    return share_a_word(a, b) ? KIND_WORDS : KIND_NOTHING;
}

static void count_pair(const struct matched *a, const struct matched *b, struct figures *figures)
{
    bool joined = a->entity == b->entity, same = a->thing == b->thing;
    bool alias = !cd_slice_equal(name_of(a), name_of(b));
    for (int set = 0; set <= (alias ? PAIRS_ALIASES : PAIRS_ALL); set++) {
        figures->right[set] += joined && same;
        figures->joined[set] += joined;
        figures->same[set] += same;
    }
    if (joined != same)
        (same ? figures->missed : figures->wrong)[kind_of(a, b)]++;
    if (!same && cd_slice_equal(last_word(a), last_word(b))) {
        figures->last_word++;
        figures->last_word_joined += joined;
    }
}

/* B-cubed from one mention: of those joined with it, the share that is the same thing; of the same thing, the
 * share that is joined. It counts itself. */
static void count_cubed(const struct matched *matched, uint32_t count, uint32_t index, enum pair_set set,
                        struct figures *figures)
{
    const struct matched *one = &matched[index];
    double right = 1, joined = 1, same = 1;
    for (uint32_t i = 0; i < count; i++) {
        const struct matched *other = &matched[i];
        if (i == index || (set == PAIRS_ALIASES && cd_slice_equal(name_of(one), name_of(other))))
            continue;
        joined += one->entity == other->entity;
        same += one->thing == other->thing;
        right += one->entity == other->entity && one->thing == other->thing;
    }
    figures->precision[set] += right / joined;
    figures->recall[set] += right / same;
}

static void count_matched(const struct matched *matched, uint32_t count, struct figures *figures)
{
    figures->documents = 1;
    figures->mentions = count;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j < i; j++)
            count_pair(&matched[j], &matched[i], figures);
        for (int set = 0; set < PAIR_SETS; set++)
            count_cubed(matched, count, i, (enum pair_set)set, figures);
    }
}

/* ---- reading and joining ------------------------------------------------------------------- */

static void append_json(struct cd_buffer *out, const json_t *value)
{
    struct cd_json json = cd_json_into(out);
    cd_json_string(&json, cd_slice_of(json_string_value(value)));
}

static enum cd_status score_entities(const struct cd_enriched *enriched, const json_t *labels,
                                     struct figures *figures, struct cd_error *error)
{
    struct matched *matched = calloc(count_mentions(enriched->entities) + (size_t)1, sizeof *matched);
    if (!matched)
        return cd_fail(error, CD_MEMORY, NULL, "no memory for the mentions of a document");
    uint32_t count = match_mentions(enriched->document, enriched->entities, labels, matched);
    count_matched(matched, count, figures);
    free(matched);
    return CD_OK;
}

/* The figures of a document as the library enriches it; none when its text does not come out as it went in,
 * since the benchmark's spans would not hold. */
static enum cd_status score_document(struct cd_session *session, const json_t *object,
                                     struct figures *figures, struct cd_error *error)
{
    const json_t *text = json_object_get(object, "text");
    struct cd_buffer article = {0}, record = {0};
    struct cd_enrich_result result;
    cd_buffer_append_string(&article, "{\"body\": ");
    append_json(&article, text);
    cd_buffer_append_string(&article, "}");
    enum cd_status status = cd_enrich(session, cd_buffer_slice(&article), NULL, &record, &result, error);
    *figures = (struct figures){0};
    if (status == CD_OK &&
        cd_slice_equal(result.enriched->document->text, cd_slice_of(json_string_value(text))))
        status = score_entities(result.enriched, json_object_get(object, "labels"), figures, error);
    cd_buffer_free(&article);
    cd_buffer_free(&record);
    return status;
}

static struct figures *add_document(struct benchmark *benchmark)
{
    void *grown =
        realloc(benchmark->documents, (benchmark->count + (size_t)1) * sizeof *benchmark->documents);
    if (!grown)
        return NULL;
    benchmark->documents = grown;
    return &benchmark->documents[benchmark->count++];
}

static enum cd_status score_benchmark(struct cd_session *session, const char *path,
                                      struct benchmark *benchmark, struct cd_error *error)
{
    struct cd_lines *lines;
    enum cd_status status = cd_lines_open(path, &lines, error);
    if (status != CD_OK)
        return status;
    json_t *object;
    while ((status = cd_lines_next(lines, &object, error)) == CD_OK && object) {
        struct figures *figures = add_document(benchmark);
        status = figures ? score_document(session, object, figures, error)
                         : cd_fail(error, CD_MEMORY, path, "out of memory");
        json_decref(object);
        if (status != CD_OK)
            break;
    }
    enum cd_status closed = cd_lines_close(lines, status == CD_OK ? error : NULL);
    return status == CD_OK ? closed : status;
}

/* ---- printing ------------------------------------------------------------------------------ */

static void add_figures(struct figures *sum, const struct figures *one)
{
    sum->documents += one->documents;
    sum->mentions += one->mentions;
    for (int set = 0; set < PAIR_SETS; set++) {
        sum->right[set] += one->right[set];
        sum->joined[set] += one->joined[set];
        sum->same[set] += one->same[set];
        sum->precision[set] += one->precision[set];
        sum->recall[set] += one->recall[set];
    }
    sum->last_word += one->last_word;
    sum->last_word_joined += one->last_word_joined;
    for (int kind = 0; kind < KINDS; kind++) {
        sum->missed[kind] += one->missed[kind];
        sum->wrong[kind] += one->wrong[kind];
    }
}

static double percent(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : 0;
}

static double pair_f1(const struct figures *figures, int set)
{
    return percent(2.0 * figures->right[set], (double)figures->joined[set] + figures->same[set]);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void interval_of(const struct benchmark *benchmark, int set, double *low, double *high)
{
    double values[RESAMPLES];
    uint64_t random = 1;
    for (int s = 0; s < RESAMPLES; s++) {
        struct figures sum = {0};
        for (uint32_t i = 0; i < benchmark->count; i++) {
            random = cd_hash_mix(random, i + 1);
            add_figures(&sum, &benchmark->documents[random % benchmark->count]);
        }
        values[s] = pair_f1(&sum, set);
    }
    qsort(values, RESAMPLES, sizeof *values, by_value);
    *low = values[RESAMPLES / 40];
    *high = values[RESAMPLES - 1 - RESAMPLES / 40];
}

static void print_pairs(const char *name, const char *what, const struct benchmark *benchmark,
                        const struct figures *sum, int set)
{
    double low, high, precision = percent(sum->precision[set], sum->mentions),
                      recall = percent(sum->recall[set], sum->mentions);
    interval_of(benchmark, set, &low, &high);
    printf("%-20s %-18s P %6.2f  R %6.2f  F1 %6.2f  [%.2f, %.2f]  %u pairs   B-cubed P %6.2f  R %6.2f  F1 "
           "%6.2f\n",
           name, what, percent(sum->right[set], sum->joined[set]), percent(sum->right[set], sum->same[set]),
           pair_f1(sum, set), low, high, sum->same[set], precision, recall,
           precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0);
}

static void print_kinds(const char *name, const char *what, const uint32_t *counts)
{
    printf("%-20s %s", name, what);
    for (int kind = 0; kind < KINDS; kind++)
        printf("%s %s %u", kind ? "," : "", kind_names[kind], counts[kind]);
    putchar('\n');
}

static void print_benchmark(const char *name, const struct benchmark *benchmark)
{
    struct figures sum = {0};
    for (uint32_t i = 0; i < benchmark->count; i++)
        add_figures(&sum, &benchmark->documents[i]);
    printf("%-20s joining            %u documents, %u mentions; %u pairs of one last word are two things, %u "
           "of them joined\n",
           name, sum.documents, sum.mentions, sum.last_word, sum.last_word_joined);
    if (sum.same[PAIRS_ALL] + sum.joined[PAIRS_ALL] == 0)
        return;
    print_pairs(name, "joining: all", benchmark, &sum, PAIRS_ALL);
    print_pairs(name, "joining: aliases", benchmark, &sum, PAIRS_ALIASES);
    print_kinds(name, "pairs missed:", sum.missed);
    print_kinds(name, "pairs joined wrongly:", sum.wrong);
}

/* ---- running ------------------------------------------------------------------------------- */

static enum cd_status open_session(const char *model, struct cd_models **models, struct cd_session **session,
                                   struct cd_error *error)
{
    struct cd_enrich_options options = cd_enrich_default_options();
    options.keep_analysis = true;
    enum cd_status status = cd_models_open(model, NULL, models, error);
    if (status != CD_OK)
        return status;
    *session = cd_session_new(*models, &options);
    return *session ? CD_OK : cd_fail(error, CD_MEMORY, NULL, "out of memory");
}

/* Append the documents of `one` to `all`. */
static bool append_benchmark(struct benchmark *all, const struct benchmark *one)
{
    for (uint32_t i = 0; i < one->count; i++) {
        struct figures *figures = add_document(all);
        if (!figures)
            return false;
        *figures = one->documents[i];
    }
    return true;
}

static enum cd_status run(struct cd_session *session, const char *data, struct benchmark *all,
                          struct cd_error *error)
{
    static const char *const sets[] = {"msnbc", "oke-2016-train", "rss-500", "spotlight", "kore50"};
    enum cd_status status = CD_OK;
    for (size_t i = 0; i < sizeof sets / sizeof *sets && status == CD_OK; i++) {
        struct benchmark one = {0};
        char path[1024];
        snprintf(path, sizeof path, "%s/linking/%s.benchmark.jsonl", data, sets[i]);
        status = score_benchmark(session, path, &one, error);
        if (status == CD_OK)
            print_benchmark(sets[i], &one);
        if (status == CD_OK && !append_benchmark(all, &one))
            status = cd_fail(error, CD_MEMORY, path, "out of memory");
        free(one.documents);
    }
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s MODEL DATA\n", argv[0]);
        return 2;
    }
    struct cd_error error = {0};
    struct cd_models *models = NULL;
    struct cd_session *session = NULL;
    struct benchmark all = {0};
    enum cd_status status = open_session(argv[1], &models, &session, &error);
    if (status == CD_OK)
        status = run(session, argv[2], &all, &error);
    if (status == CD_OK)
        print_benchmark("all", &all);
    else
        fprintf(stderr, "%s: %s\n", error.where, error.message);
    free(all.documents);
    cd_session_free(session);
    cd_models_close(models);
    return status != CD_OK;
}
