/* Fits and evaluates salience on human judgements.
 *
 *     salience DATA/salience/saliency-dataset.json
 *
 * The data (Trani et al. 2018, SEL): 365 Wikinews articles in which people graded Wikipedia pages from 1 to 3
 * by how salient they are. Pages are numbers, without names, so names are found by company: a page and an
 * entity of ours are the same when they stand in nearly the same articles. What cannot be matched (most pages
 * of one article only) is left out. Weights are fitted to rank pairs of one article (logistic loss on the
 * difference of features, L2), five-fold over articles; printed are the share of pairs ranked as people rank
 * them, for the shipped salience, for fitted weights and for two plain baselines. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../entities/salience.h"
#include "copydesk/arena.h"
#include "copydesk/buffer.h"
#include "copydesk/hash.h"
#include "copydesk/model.h"
#include "lines.h"

enum { FOLDS = 5, EPOCHS = 300, ARTICLES_MAX = 1000, RATED_MAX = 20000, SEEN_MAX = 40000 };
static const double SHARED_ARTICLES_MIN = 0.5, STEP = 0.05, L2 = 1e-4;

/* An entity of ours in an article. */
struct seen {
    uint64_t name; /* hash of its id */
    int article;
    float features[CD_SALIENCE_FEATURE_COUNT];
    float salience;
};

/* A page that people graded in an article. */
struct rated {
    int64_t page;
    int article;
    double grade;
    const struct seen *entity; /* NULL: not matched */
};

struct data {
    struct seen *seen;
    size_t seen_count;
    struct rated *rated;
    size_t rated_count;
    int article_count;
};

static int fail(const struct cd_error *error)
{
    fprintf(stderr, "salience: %s: %s\n", error->where, error->message);
    return 1;
}

/* ---- reading ------------------------------------------------------------------------------- */

static void read_text(const json_t *article, struct cd_buffer *title, struct cd_buffer *body)
{
    size_t i;
    json_t *part;
    cd_buffer_clear(title);
    cd_buffer_clear(body);
    cd_buffer_append_string(title, json_string_value(json_object_get(article, "title")));
    json_array_foreach(json_object_get(article, "document"), i, part)
    {
        const char *name = json_string_value(json_object_get(part, "name"));
        const char *value = json_string_value(json_object_get(part, "value"));
        if (!name || !value || strncmp(name, "body", 4) != 0)
            continue;
        cd_buffer_append_string(body, value);
        cd_buffer_append_string(body, "\n\n");
    }
}

static enum cd_status analyse(const struct cd_tagger *tagger, struct cd_tagger_scratch *scratch,
                              struct cd_slice title, struct cd_slice body, struct cd_arena *arena,
                              struct data *data, struct cd_error *error)
{
    struct cd_document document;
    struct cd_spans spans;
    struct cd_entities entities;
    cd_arena_reset(arena, 0);
    enum cd_status status = cd_document_build(title, body, arena, &document, error);
    if (status == CD_OK)
        status = cd_tag(tagger, scratch, &document, arena, &spans, error);
    if (status == CD_OK)
        status = cd_join_entities(&document, &spans, arena, &entities, error);
    if (status != CD_OK)
        return status;
    for (uint32_t i = 0; i < entities.count && data->seen_count < SEEN_MAX; i++) {
        const struct cd_entity *entity = &entities.items[i];
        struct seen *seen = &data->seen[data->seen_count++];
        *seen = (struct seen){
            cd_hash(entity->id.bytes, entity->id.length, 0), data->article_count, {0}, entity->salience};
        cd_salience_features(&document, entity, seen->features);
    }
    return CD_OK;
}

static void read_grades(const json_t *article, struct data *data)
{
    size_t i;
    json_t *grade;
    json_array_foreach(json_object_get(article, "saliency"), i, grade)
    {
        if (data->rated_count == RATED_MAX)
            return;
        data->rated[data->rated_count++] = (struct rated){
            json_integer_value(json_object_get(grade, "entityid")),
            data->article_count,
            json_number_value(json_object_get(grade, "score")),
            NULL,
        };
    }
}

static enum cd_status read_articles(const char *path, const struct cd_tagger *tagger, struct data *data,
                                    struct cd_error *error)
{
    struct cd_lines *lines;
    struct cd_tagger_scratch *scratch = cd_tagger_scratch_new(tagger);
    struct cd_arena *arena = cd_arena_new(0);
    struct cd_buffer title = {0}, body = {0};
    json_t *article = NULL;
    enum cd_status status = cd_lines_open(path, &lines, error);
    while (status == CD_OK && (status = cd_lines_next(lines, &article, error)) == CD_OK && article &&
           data->article_count < ARTICLES_MAX) {
        read_text(article, &title, &body);
        status =
            analyse(tagger, scratch, cd_buffer_slice(&title), cd_buffer_slice(&body), arena, data, error);
        read_grades(article, data);
        data->article_count++;
        json_decref(article);
    }
    if (status == CD_OK)
        status = cd_lines_close(lines, error);
    cd_buffer_free(&title);
    cd_buffer_free(&body);
    cd_arena_free(arena);
    cd_tagger_scratch_free(scratch);
    return status;
}

/* ---- which page is which entity ------------------------------------------------------------ */

/* Articles that both have, against articles that either has. */
static double shared_articles(const struct data *data, int64_t page, uint64_t name)
{
    bool has_page[ARTICLES_MAX] = {false}, has_name[ARTICLES_MAX] = {false};
    int both = 0, either = 0;
    for (size_t i = 0; i < data->rated_count; i++)
        if (data->rated[i].page == page)
            has_page[data->rated[i].article] = true;
    for (size_t i = 0; i < data->seen_count; i++)
        if (data->seen[i].name == name)
            has_name[data->seen[i].article] = true;
    for (int i = 0; i < data->article_count; i++) {
        both += has_page[i] && has_name[i];
        either += has_page[i] || has_name[i];
    }
    return both >= 2 ? (double)both / either : 0;
}

static bool is_first_of_page(const struct data *data, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (data->rated[i].page == data->rated[index].page)
            return false;
    return true;
}

/* The name that keeps most company with a page, among those of the page's first article; 0 for none. */
static uint64_t find_name(const struct data *data, size_t index)
{
    double best = SHARED_ARTICLES_MIN;
    uint64_t name = 0;
    for (size_t i = 0; i < data->seen_count; i++) {
        if (data->seen[i].article != data->rated[index].article)
            continue;
        double shared = shared_articles(data, data->rated[index].page, data->seen[i].name);
        if (shared > best) {
            best = shared;
            name = data->seen[i].name;
        }
    }
    return name;
}

static const struct seen *find_seen(const struct data *data, uint64_t name, int article)
{
    for (size_t i = 0; i < data->seen_count; i++)
        if (data->seen[i].name == name && data->seen[i].article == article)
            return &data->seen[i];
    return NULL;
}

static size_t match_pages(struct data *data)
{
    size_t matched = 0;
    for (size_t i = 0; i < data->rated_count; i++) {
        uint64_t name = is_first_of_page(data, i) ? find_name(data, i) : 0;
        for (size_t j = i; name && j < data->rated_count; j++)
            if (data->rated[j].page == data->rated[i].page) {
                data->rated[j].entity = find_seen(data, name, data->rated[j].article);
                matched += data->rated[j].entity != NULL;
            }
    }
    return matched;
}

/* ---- pairs --------------------------------------------------------------------------------- */

struct pair {
    const struct seen *more, *less;
};

static size_t make_pairs(const struct data *data, struct pair *pairs, size_t pairs_max)
{
    size_t count = 0;
    for (size_t i = 0; i < data->rated_count; i++)
        for (size_t j = 0; j < data->rated_count; j++) {
            const struct rated *a = &data->rated[i], *b = &data->rated[j];
            if (a->article == b->article && a->entity && b->entity && a->grade > b->grade &&
                count < pairs_max)
                pairs[count++] = (struct pair){a->entity, b->entity};
        }
    return count;
}

static double score(const double *weights, const float *features)
{
    double sum = 0;
    for (int f = 0; f < CD_SALIENCE_FEATURE_COUNT; f++)
        sum += weights[f] * features[f];
    return sum;
}

/* Gradient descent on the pairs of all folds but one (fold -1: on all). */
static void fit(const struct pair *pairs, size_t count, int left_out, double *weights)
{
    memset(weights, 0, CD_SALIENCE_FEATURE_COUNT * sizeof *weights);
    for (int epoch = 0; epoch < EPOCHS; epoch++)
        for (size_t i = 0; i < count; i++) {
            if (pairs[i].more->article % FOLDS == left_out)
                continue;
            double difference =
                score(weights, pairs[i].more->features) - score(weights, pairs[i].less->features);
            double push = STEP / (1 + 0.05 * epoch) / (1 + exp(difference));
            for (int f = 0; f < CD_SALIENCE_FEATURE_COUNT; f++)
                weights[f] +=
                    push * (pairs[i].more->features[f] - pairs[i].less->features[f]) - L2 * STEP * weights[f];
        }
}

static double share_right(const struct pair *pairs, size_t count, int fold, const double *weights)
{
    double right = 0, all = 0;
    for (size_t i = 0; i < count; i++) {
        if (fold >= 0 && pairs[i].more->article % FOLDS != fold)
            continue;
        double a = weights ? score(weights, pairs[i].more->features) : pairs[i].more->salience;
        double b = weights ? score(weights, pairs[i].less->features) : pairs[i].less->salience;
        right += a > b ? 1 : a == b ? 0.5 : 0;
        all++;
    }
    return all > 0 ? right / all : 0;
}

static void report(const struct pair *pairs, size_t count)
{
    double weights[CD_SALIENCE_FEATURE_COUNT], held_out = 0;
    double by_count[CD_SALIENCE_FEATURE_COUNT] = {[CD_SALIENCE_COUNT] = 1};
    double by_place[CD_SALIENCE_FEATURE_COUNT] = {[CD_SALIENCE_TITLE] = 2, [CD_SALIENCE_EARLY] = 1};
    for (int fold = 0; fold < FOLDS; fold++) {
        fit(pairs, count, fold, weights);
        held_out += share_right(pairs, count, fold, weights) / FOLDS;
    }
    printf("pairs ranked as people rank them: by count %.3f, by first place %.3f, fitted (held out) %.3f, "
           "shipped "
           "%.3f\n",
           share_right(pairs, count, -1, by_count), share_right(pairs, count, -1, by_place), held_out,
           share_right(pairs, count, -1, NULL));
    fit(pairs, count, -1, weights);
    printf("weights fitted on all:");
    for (int f = 0; f < CD_SALIENCE_FEATURE_COUNT; f++)
        printf(" %.2f", weights[f]);
    printf("\n");
}

int main(int argc, char **argv)
{
    static struct seen seen[SEEN_MAX];
    static struct rated rated[RATED_MAX];
    struct data data = {.seen = seen, .rated = rated};
    struct cd_model_file *file;
    struct cd_tagger *tagger;
    struct cd_error error = {0};
    if (argc != 2) {
        fprintf(stderr, "usage: salience DATA/salience/saliency-dataset.json\n");
        return 2;
    }
    if (cd_model_file_open_bytes(cd_embedded_entities_model(), "compiled in", "entities", &file, &error) !=
            CD_OK ||
        cd_tagger_open(file, &tagger, &error) != CD_OK ||
        read_articles(argv[1], tagger, &data, &error) != CD_OK)
        return fail(&error);
    size_t matched = match_pages(&data), pairs_max = 200000;
    struct pair *pairs = calloc(pairs_max, sizeof *pairs);
    size_t count = pairs ? make_pairs(&data, pairs, pairs_max) : 0;
    printf("%d articles, %zu grades, %zu of them matched, %zu pairs\n", data.article_count, data.rated_count,
           matched, count);
    report(pairs, count);
    free(pairs);
    cd_tagger_close(tagger);
    cd_model_file_close(file);
    return 0;
}
