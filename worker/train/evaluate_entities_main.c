/* Scores the tagger on the development sets:
 *     evaluate_entities MODEL DATA [--short]
 * Exact spans and types, as they stand and in Title Case, capitals and small letters; intervals by bootstrap
 * over documents; calibration error of the spans' confidences; words per second; the model's size. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "copydesk/hash.h"
#include "copydesk/model.h"
#include "copydesk/tagger.h"
#include "entity_corpus.h"

enum { RESAMPLES = 1000, BINS = 10 };

struct counts {
    uint32_t hits[CD_ENTITY_TYPE_COUNT], predicted[CD_ENTITY_TYPE_COUNT], gold[CD_ENTITY_TYPE_COUNT];
};

struct calibration {
    double confidence[BINS], right[BINS];
    uint32_t count[BINS];
};

struct evaluation {
    struct counts *documents;
    uint32_t count;
    struct calibration calibration;
    uint64_t words;
    double seconds;
};

static const uint32_t three_types = 1U << CD_PERSON | 1U << CD_ORGANIZATION | 1U << CD_LOCATION;
static const uint32_t all_types = (1U << CD_ENTITY_TYPE_COUNT) - 1;

/* ---- counting ------------------------------------------------------------------------------ */

static bool is_gold(const struct cd_gold_document *gold, uint32_t begin, uint32_t end, unsigned type)
{
    for (uint32_t i = 0; i < gold->span_count; i++)
        if (gold->spans[i].begin_byte == begin && gold->spans[i].end_byte == end &&
            gold->spans[i].type == type)
            return true;
    return false;
}

static void count_document(const struct cd_gold_document *gold, const struct cd_document *document,
                           const struct cd_spans *spans, struct counts *counts,
                           struct calibration *calibration)
{
    for (uint32_t i = 0; i < gold->span_count; i++)
        if (gold->spans[i].type < CD_ENTITY_TYPE_COUNT)
            counts->gold[gold->spans[i].type]++;
    for (uint32_t i = 0; i < spans->count; i++) {
        const struct cd_span *span = &spans->items[i];
        uint32_t begin = document->tokens[span->first_token].begin_byte,
                 end = document->tokens[span->first_token + span->token_count - 1].end_byte;
        bool right = is_gold(gold, begin, end, span->type);
        counts->predicted[span->type]++;
        counts->hits[span->type] += right;
        if (!(gold->complete_types >> span->type & 1))
            continue;
        int bin = (int)(span->confidence * BINS);
        bin = bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
        calibration->confidence[bin] += span->confidence;
        calibration->right[bin] += right;
        calibration->count[bin]++;
    }
}

static double f1_of(const struct counts *documents, const uint32_t *chosen, uint32_t count, uint32_t types,
                    double *precision, double *recall)
{
    double hits = 0, predicted = 0, gold = 0;
    for (uint32_t i = 0; i < count; i++)
        for (unsigned t = 0; t < CD_ENTITY_TYPE_COUNT; t++)
            if (types >> t & 1) {
                const struct counts *c = &documents[chosen ? chosen[i] : i];
                hits += c->hits[t];
                predicted += c->predicted[t];
                gold += c->gold[t];
            }
    *precision = predicted > 0 ? 100 * hits / predicted : 0;
    *recall = gold > 0 ? 100 * hits / gold : 0;
    return predicted + gold > 0 ? 200 * hits / (predicted + gold) : 0;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void interval_of(const struct evaluation *e, uint32_t types, double *low, double *high)
{
    double values[RESAMPLES], p, r;
    uint32_t *chosen = malloc((e->count + 1) * sizeof *chosen);
    uint64_t random = 1;
    for (unsigned s = 0; s < RESAMPLES; s++) {
        for (uint32_t i = 0; i < e->count; i++) {
            random = cd_hash_mix(random, i + 1);
            chosen[i] = (uint32_t)(random % e->count);
        }
        values[s] = f1_of(e->documents, chosen, e->count, types, &p, &r);
    }
    qsort(values, RESAMPLES, sizeof *values, by_value);
    *low = values[RESAMPLES / 40];
    *high = values[RESAMPLES - 1 - RESAMPLES / 40];
    free(chosen);
}

static double calibration_error(const struct calibration *c)
{
    double error = 0, total = 0;
    for (unsigned b = 0; b < BINS; b++) {
        error += fabs(c->confidence[b] - c->right[b]);
        total += c->count[b];
    }
    return total > 0 ? error / total : 0;
}

/* ---- running ------------------------------------------------------------------------------- */

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static uint64_t count_words(struct cd_slice text)
{
    uint64_t words = 0;
    for (size_t i = 0; i < text.length; i++)
        words += (unsigned char)text.bytes[i] > ' ' && (i == 0 || (unsigned char)text.bytes[i - 1] <= ' ');
    return words;
}

static enum cd_status evaluate(const struct cd_tagger *tagger, const struct cd_corpus *corpus,
                               enum cd_recase how, struct evaluation *e, struct cd_error *error)
{
    struct cd_arena *arena = cd_arena_new(0);
    struct cd_tagger_scratch *scratch = cd_tagger_scratch_new(tagger);
    *e = (struct evaluation){.documents = calloc(corpus->count + 1, sizeof *e->documents),
                             .count = corpus->count};
    enum cd_status status = arena && scratch ? CD_OK : cd_fail(error, CD_MEMORY, NULL, "out of memory");
    for (uint32_t i = 0; i < corpus->count && status == CD_OK; i++) {
        const struct cd_gold_document *gold = &corpus->documents[i];
        cd_arena_reset(arena, 0);
        struct cd_slice title = cd_arena_copy(arena, gold->title), body = cd_arena_copy(arena, gold->body);
        cd_recase(how, (char *)title.bytes, title.length);
        cd_recase(how, (char *)body.bytes, body.length);
        struct cd_document document;
        struct cd_spans spans;
        double begin = seconds_now();
        status = cd_document_build(title, body, arena, &document, error);
        if (status == CD_OK)
            status = cd_tag(tagger, scratch, &document, arena, &spans, error);
        e->seconds += seconds_now() - begin;
        e->words += count_words(document.text);
        if (status == CD_OK)
            count_document(gold, &document, &spans, &e->documents[i], &e->calibration);
    }
    cd_tagger_scratch_free(scratch);
    cd_arena_free(arena);
    return status;
}

static void print_line(const char *set, const char *what, const struct evaluation *e, uint32_t types,
                       bool interval)
{
    double precision, recall, low, high, f1 = f1_of(e->documents, NULL, e->count, types, &precision, &recall);
    printf("%-20s %-18s P %6.2f  R %6.2f  F1 %6.2f", set, what, precision, recall, f1);
    if (interval) {
        interval_of(e, types, &low, &high);
        printf("  [%.2f, %.2f]", low, high);
    }
    putchar('\n');
}

static enum cd_status evaluate_set(const struct cd_tagger *tagger, const char *data, const char *set,
                                   bool brief, struct cd_error *error)
{
    static const struct {
        enum cd_recase how;
        const char *name;
    } cases[] = {{CD_RECASE_TITLE_SMALL_WORDS, "Title Case"},
                 {CD_RECASE_TITLE, "Every Word"},
                 {CD_RECASE_UPPER, "CAPITALS"},
                 {CD_RECASE_LOWER, "lower case"}};
    char path[1024];
    snprintf(path, sizeof path, "%s/ner/dev/%s.jsonl", data, set);
    struct cd_corpus corpus = {0};
    uint32_t types = cd_corpus_complete_types(path);
    struct evaluation e = {0};
    enum cd_status status = cd_corpus_read(&corpus, path, types, 1, error);
    if (status == CD_OK)
        status = evaluate(tagger, &corpus, CD_RECASE_NONE, &e, error);
    for (unsigned t = 0; t < CD_ENTITY_TYPE_COUNT && status == CD_OK && !brief; t++)
        if (types >> t & 1)
            print_line(set, cd_entity_type_name((enum cd_entity_type)t), &e, 1U << t, false);
    if (status == CD_OK) {
        print_line(set, "PER ORG LOC", &e, three_types, !brief);
        if (types == all_types)
            print_line(set, "all 8 types", &e, all_types, !brief);
        printf("%-20s calibration error  %.4f    %.0f words/s (tokens and tagger, one thread)\n", set,
               calibration_error(&e.calibration), (double)e.words / e.seconds);
    }
    free(e.documents);
    for (size_t c = 0; c < sizeof cases / sizeof *cases && status == CD_OK; c++) {
        status = evaluate(tagger, &corpus, cases[c].how, &e, error);
        print_line(set, cases[c].name, &e, three_types, false);
        free(e.documents);
    }
    cd_corpus_free(&corpus);
    return status;
}

int main(int argc, char **argv)
{
    static const char *const sets[] = {"annotated-outlets", "annotated-world", "worldwide-newswire", "ieer",
                                       "annotated-news",    "gum-news"};
    if (argc < 3) {
        fprintf(stderr, "usage: %s MODEL DATA [--short]\n", argv[0]);
        return 2;
    }
    struct cd_error error = {0};
    struct cd_model_file *file = NULL;
    struct cd_tagger *tagger = NULL;
    enum cd_status status = cd_model_file_open(argv[1], "entities", &file, &error);
    if (status == CD_OK)
        status = cd_tagger_open(file, &tagger, &error);
    for (size_t i = 0; i < sizeof sets / sizeof *sets && status == CD_OK; i++)
        status = evaluate_set(tagger, argv[2], sets[i], argc > 3, &error);
    struct stat size;
    if (status == CD_OK && stat(argv[1], &size) == 0)
        printf("model %s: %.2f MB\n", argv[1], (double)size.st_size / 1e6);
    cd_tagger_close(tagger);
    cd_model_file_close(file);
    if (status != CD_OK)
        fprintf(stderr, "%s: %s\n", error.where, error.message);
    return status != CD_OK;
}
