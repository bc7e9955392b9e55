/* evaluate_topics - scores a topic model on the development sets of DATA.
 *
 *     evaluate_topics DATA MODEL [RECORDS-FOLDER]     with a folder: also writes the subjects as records
 * there, for ../shared/tools/score_topics.py
 *
 * The figures mean the same as those of that referee: micro and macro F1 over the subjects given, macro over
 * codes with three gold articles or more, top-1 and top-3 by relevance over the level-1 subjects given. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../topics/classifier.h"
#include "copydesk/json.h"
#include "copydesk/metrics.h"
#include "lines.h"

enum { LEVELS = 2, BINS = 10, CONCEPTS_MAX = 4096, MAINS = 32 };

struct counts {
    uint32_t hits, given, gold;
};

struct bins {
    double confidence[BINS], right[BINS];
    double variance[BINS]; /* of the right ones, were every confidence true */
    uint32_t count[BINS];
};

/* Everything counted over one development set. */
struct scores {
    uint32_t articles, none;
    uint32_t top[3];    /* articles whose first, first two, first three subjects hold a right one */
    uint32_t ranked[3]; /* the same over all level-1 topics by relevance, given or not */
    struct counts of_concept[CONCEPTS_MAX];
    struct bins given[LEVELS];       /* calibration over the subjects given */
    struct bins considered[LEVELS];  /* calibration over every code of every article */
    uint32_t confused[MAINS][MAINS]; /* first topic of the gold, first topic given */
    double read_us, classify_us;
    uint64_t words;
};

struct bench {
    const struct cd_topic_model *model;
    struct cd_topic_scratch *scratch;
    struct cd_arena *arena;
    struct scores scores;
    bool multi_label;
    FILE *records; /* NULL: not written */
};

/* ---- one article --------------------------------------------------------------------------- */

static int32_t concept_index(const struct cd_topic_model *model, const struct cd_concept *concept)
{
    return (int32_t)(concept - model->taxonomy.concepts);
}

/* Mark the concepts of a list of codes. */
static void mark(const struct cd_topic_model *model, const json_t *codes, bool *marked)
{
    size_t i;
    json_t *value;
    json_array_foreach(codes, i, value)
    {
        const struct cd_concept *concept = cd_concept_by_code(model, cd_slice_of(json_string_value(value)));
        if (concept)
            marked[concept_index(model, concept)] = true;
    }
}

static void add_to_bin(struct bins *bins, float confidence, bool right)
{
    int bin = (int)(confidence * BINS);
    bin = bin >= BINS ? BINS - 1 : bin;
    bins->confidence[bin] += confidence;
    bins->variance[bin] += confidence * (1 - confidence);
    bins->right[bin] += right;
    bins->count[bin]++;
}

static void count_subjects(struct bench *bench, const struct cd_subjects *subjects, const bool *gold,
                           const bool *also)
{
    const struct cd_topic_model *model = bench->model;
    struct scores *scores = &bench->scores;
    for (uint32_t c = 0; c < model->taxonomy.count; c++)
        scores->of_concept[c].gold += gold[c];
    for (uint32_t s = 0; s < subjects->count; s++) {
        int32_t c = concept_index(model, subjects->items[s].concept);
        if (also[c] && !gold[c])
            continue;
        scores->of_concept[c].given++;
        scores->of_concept[c].hits += gold[c];
        uint32_t level = subjects->items[s].concept->level;
        if (level <= LEVELS)
            add_to_bin(&scores->given[level - 1], subjects->items[s].confidence, gold[c]);
    }
    for (uint32_t i = 0; i < model->decision.code_count; i++) {
        int32_t c = model->decision.codes[i].concept;
        add_to_bin(&scores->considered[model->taxonomy.concepts[c].level - 1],
                   bench->scratch->opinions[i].confidence, gold[c]);
    }
}

static void count_ranks(struct scores *scores, const struct cd_topic_model *model,
                        const struct cd_subjects *subjects, const bool *gold, const bool *also)
{
    bool hit = false;
    for (uint32_t rank = 0; rank < 3; rank++) {
        if (rank < subjects->count && subjects->items[rank].concept->level == 1) {
            int32_t c = concept_index(model, subjects->items[rank].concept);
            hit |= gold[c] || also[c];
        }
        scores->top[rank] += hit;
    }
    scores->none += subjects->count == 0;
}

/* The same over all topics of level 1: how good the order is, whatever the thresholds. */
static void count_ranking(struct bench *bench, const bool *gold, const bool *also)
{
    const struct cd_decision *decision = &bench->model->decision;
    bool taken[MAINS] = {false}, hit = false;
    for (uint32_t rank = 0; rank < 3 && rank < decision->main_count; rank++) {
        uint32_t best = decision->main_count;
        for (uint32_t i = 0; i < decision->main_count; i++)
            if (!taken[i] && (best == decision->main_count || bench->scratch->opinions[i].relevance >
                                                                  bench->scratch->opinions[best].relevance))
                best = i;
        taken[best] = true;
        hit |= gold[decision->codes[best].concept] || also[decision->codes[best].concept];
        bench->scores.ranked[rank] += hit;
    }
}

/* Row or column of a level-1 concept in the confusion table; the last one is "none". */
static uint32_t main_index(const struct cd_topic_model *model, int32_t concept)
{
    for (uint32_t i = 0; i < model->decision.main_count; i++)
        if (model->decision.codes[i].concept == concept)
            return i;
    return model->decision.main_count;
}

static void count_confusion(struct bench *bench, const json_t *topics, const struct cd_subjects *subjects)
{
    size_t i;
    json_t *value;
    uint32_t none = bench->model->decision.main_count, gold = none;
    json_array_foreach(topics, i, value)
    {
        const struct cd_concept *concept =
            cd_concept_by_code(bench->model, cd_slice_of(json_string_value(value)));
        if (gold == none && concept && concept->level == 1)
            gold = main_index(bench->model, concept_index(bench->model, concept));
    }
    uint32_t given = subjects->count
                         ? main_index(bench->model, concept_index(bench->model, subjects->items[0].concept))
                         : none;
    bench->scores.confused[gold][given]++;
}

static void write_record(FILE *records, const char *id, const struct cd_subjects *subjects)
{
    struct cd_buffer out = {0};
    struct cd_json json = cd_json_into(&out);
    cd_json_begin_object(&json);
    cd_json_put_text(&json, "id", id);
    cd_json_key(&json, "subjects");
    cd_json_begin_array(&json);
    for (uint32_t s = 0; s < subjects->count; s++) {
        char qcode[32];
        snprintf(qcode, sizeof qcode, "medtop:%.8s", subjects->items[s].concept->code.bytes);
        cd_json_begin_object(&json);
        cd_json_put_text(&json, "qcode", qcode);
        cd_json_put_integer(&json, "level", subjects->items[s].concept->level);
        cd_json_put_number(&json, "relevance", subjects->items[s].relevance, 6);
        cd_json_put_number(&json, "confidence", subjects->items[s].confidence, 6);
        cd_json_end_object(&json);
    }
    cd_json_end_array(&json);
    cd_json_end_object(&json);
    fprintf(records, "%s\n", out.bytes);
    cd_buffer_free(&out);
}

static enum cd_status classify_line(struct bench *bench, const json_t *object, struct cd_subjects *subjects,
                                    struct cd_error *error)
{
    const json_t *body = json_object_get(object, "body");
    struct cd_document document;
    cd_arena_reset(bench->arena, 0);
    uint64_t begin_us = cd_monotonic_us();
    enum cd_status status =
        cd_document_build(cd_slice_of(json_string_value(json_object_get(object, "title"))),
                          cd_slice_of(json_string_value(body ? body : json_object_get(object, "text"))),
                          bench->arena, &document, error);
    uint64_t built_us = cd_monotonic_us();
    if (status == CD_OK)
        status = cd_classify(bench->model, bench->scratch, &document, NULL, bench->arena, subjects, error);
    bench->scores.read_us += (double)(built_us - begin_us);
    bench->scores.classify_us += (double)(cd_monotonic_us() - built_us);
    bench->scores.words += document.token_count;
    return status;
}

static enum cd_status score_line(struct bench *bench, const json_t *object, struct cd_error *error)
{
    const json_t *topics = json_object_get(object, "topics");
    bench->multi_label = topics != NULL;
    const json_t *first = topics ? topics : json_object_get(object, "top");
    const json_t *second = json_object_get(object, topics ? "also" : "weak");
    if (json_array_size(first) == 0 && topics)
        return CD_OK;
    if (json_array_size(first) == 0) /* a label that is only possible counts as the label */
        first = second;
    if (json_array_size(first) == 0)
        return CD_OK;
    struct cd_subjects subjects;
    enum cd_status status = classify_line(bench, object, &subjects, error);
    if (status != CD_OK)
        return status;
    bool gold[CONCEPTS_MAX] = {false}, also[CONCEPTS_MAX] = {false};
    mark(bench->model, first, gold);
    mark(bench->model, second, also);
    bench->scores.articles++;
    count_ranks(&bench->scores, bench->model, &subjects, gold, also);
    count_ranking(bench, gold, also);
    count_confusion(bench, first, &subjects);
    if (bench->multi_label)
        count_subjects(bench, &subjects, gold, also);
    if (bench->records)
        write_record(bench->records, json_string_value(json_object_get(object, "id")), &subjects);
    return CD_OK;
}

/* ---- printing ------------------------------------------------------------------------------ */

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* Expected calibration error: mean distance of confidence and truth over ten bins (Naeini et al. 2015). */
static double calibration_error(const struct bins *bins)
{
    double distance = 0, count = 0;
    for (int b = 0; b < BINS; b++) {
        distance += fabs(bins->confidence[b] - bins->right[b]);
        count += bins->count[b];
    }
    return share(distance, count);
}

/* The calibration error that chance alone makes where every confidence is true: the mean of |x| is
 * sqrt(2 / pi) standard deviations (the normal approximation, bin by bin). */
static double chance_error(const struct bins *bins)
{
    double distance = 0, count = 0;
    for (int b = 0; b < BINS; b++) {
        distance += sqrt(bins->variance[b] * M_2_PI);
        count += bins->count[b];
    }
    return share(distance, count);
}

static void print_level(const struct bench *bench, uint32_t level)
{
    struct counts all = {0, 0, 0};
    double macro = 0;
    uint32_t codes = 0;
    for (uint32_t c = 0; c < bench->model->taxonomy.count; c++) {
        if (bench->model->taxonomy.concepts[c].level != level)
            continue;
        const struct counts *one = &bench->scores.of_concept[c];
        all.hits += one->hits;
        all.given += one->given;
        all.gold += one->gold;
        if (one->gold < 3)
            continue;
        macro += share(2.0 * one->hits, one->given + one->gold);
        codes++;
    }
    printf("  level %u  micro-F1 %.3f  macro-F1 %.3f (%u codes)  precision %.3f  recall %.3f  "
           "calibration error %.3f over subjects given (by chance alone %.3f), %.3f over all codes\n",
           level, share(2.0 * all.hits, all.given + all.gold), share(macro, codes), codes,
           share(all.hits, all.given), share(all.hits, all.gold),
           calibration_error(&bench->scores.given[level - 1]), chance_error(&bench->scores.given[level - 1]),
           calibration_error(&bench->scores.considered[level - 1]));
}

/* Rows: first topic of the gold; then what came first instead, commonest first. */
static void print_confusion(const struct bench *bench)
{
    uint32_t mains = bench->model->decision.main_count;
    printf("  first topic, where it differs:\n");
    for (uint32_t gold = 0; gold < mains; gold++) {
        uint32_t total = 0, wrong = 0;
        for (uint32_t given = 0; given <= mains; given++) {
            total += bench->scores.confused[gold][given];
            wrong += given == gold ? 0 : bench->scores.confused[gold][given];
        }
        if (wrong == 0)
            continue;
        struct cd_slice name =
            bench->model->taxonomy.concepts[bench->model->decision.codes[gold].concept].name;
        printf("    %-42.*s %4u of %4u right;", (int)name.length, name.bytes, total - wrong, total);
        for (uint32_t given = 0; given <= mains; given++) {
            if (given == gold || bench->scores.confused[gold][given] * 12 < total)
                continue;
            struct cd_slice other = cd_slice_of("nothing");
            if (given < mains)
                other = bench->model->taxonomy.concepts[bench->model->decision.codes[given].concept].name;
            printf("  %u %.*s", bench->scores.confused[gold][given], (int)other.length, other.bytes);
        }
        printf("\n");
    }
}

static void print_scores(const struct bench *bench, const char *name)
{
    const struct scores *scores = &bench->scores;
    double articles = scores->articles;
    printf("%s: %u articles\n", name, scores->articles);
    printf("  top-1 %.3f  top-3 %.3f  without a subject %u; ranking all topics: top-1 %.3f  top-3 %.3f\n",
           share(scores->top[0], articles), share(scores->top[2], articles), scores->none,
           share(scores->ranked[0], articles), share(scores->ranked[2], articles));
    printf("  %.1f us an article of %.0f tokens (making the tokens: %.1f us)\n",
           share(scores->classify_us, articles), share((double)scores->words, articles),
           share(scores->read_us, articles));
    if (bench->multi_label) {
        print_level(bench, 1);
        print_level(bench, 2);
    }
    print_confusion(bench);
}

/* ---- the sets ------------------------------------------------------------------------------ */

static enum cd_status score_set(struct bench *bench, const char *data, const char *file, const char *folder,
                                struct cd_error *error)
{
    char path[4096];
    struct cd_lines *lines;
    snprintf(path, sizeof path, "%s/%s", data, file);
    enum cd_status status = cd_lines_open(path, &lines, error);
    if (status == CD_NOT_FOUND) {
        printf("%s: not there\n", file);
        return CD_OK;
    }
    if (status != CD_OK)
        return status;
    bench->scores = (struct scores){0};
    if (folder) {
        snprintf(path, sizeof path, "%s/%s", folder, strrchr(file, '/') + 1);
        bench->records = fopen(path, "we");
    }
    json_t *object = NULL;
    while ((status = cd_lines_next(lines, &object, error)) == CD_OK && object) {
        status = score_line(bench, object, error);
        json_decref(object);
        if (status != CD_OK)
            break;
    }
    if (bench->records)
        fclose(bench->records);
    bench->records = NULL;
    cd_lines_close(lines, NULL);
    if (status == CD_OK)
        print_scores(bench, file);
    return status;
}

static enum cd_status evaluate(struct bench *bench, const char *data, const char *folder,
                               struct cd_error *error)
{
    static const char *const sets[] = {"ner/dev/annotated-outlets.jsonl", "ner/dev/annotated-news.jsonl",
                                       "topics/dev_bbc.jsonl", "topics/dev_agnews.jsonl"};
    bench->scratch = cd_topic_scratch_new(bench->model);
    bench->arena = cd_arena_new(0);
    enum cd_status status = CD_OK;
    if (!bench->scratch || !bench->arena || bench->model->taxonomy.count > CONCEPTS_MAX ||
        bench->model->decision.main_count >= MAINS)
        status = cd_fail(error, CD_MEMORY, "evaluate_topics", "out of memory");
    for (size_t i = 0; i < sizeof sets / sizeof sets[0] && status == CD_OK; i++)
        status = score_set(bench, data, sets[i], folder, error);
    cd_topic_scratch_free(bench->scratch);
    cd_arena_free(bench->arena);
    return status;
}

int main(int argc, char **argv)
{
    struct cd_error error;
    struct cd_model_file *file = NULL;
    struct cd_topic_model *model = NULL;
    struct bench *bench = calloc(1, sizeof *bench);
    if (argc < 3 || !bench) {
        fprintf(stderr, "usage: %s DATA MODEL [RECORDS-FOLDER]\n", argv[0]);
        free(bench);
        return 2;
    }
    enum cd_status status = cd_model_file_open(argv[2], "topics", &file, &error);
    if (status == CD_OK)
        status = cd_topic_model_open(file, &model, &error);
    if (status == CD_OK) {
        printf("topics %s, %u features, %u codes\n", cd_model_version(file), model->network.row_count,
               model->decision.code_count);
        bench->model = model;
        status = evaluate(bench, argv[1], argc > 3 ? argv[3] : NULL, &error);
    }
    if (status != CD_OK)
        fprintf(stderr, "evaluate_topics: %s: %s\n", error.where, error.message);
    cd_topic_model_close(model);
    cd_model_file_close(file);
    free(bench);
    return status == CD_OK ? 0 : 1;
}
