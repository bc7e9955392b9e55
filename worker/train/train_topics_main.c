/* train_topics - builds worker/models/topics.model from DATA.
 *
 *     train_topics DATA LABELS MODEL [NAME=VALUE...]      the settings below, for experiments
 *
 * Several teams of networks are trained without one fold of the annotated articles each, only to score that
 * fold: on those scores the confidences are calibrated and the thresholds chosen. Then one team is trained on
 * everything and written. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copydesk/metrics.h"
#include "topics_model.h"

enum { FOLDS_MAX = 16 };

struct settings {
    struct cd_reading reading;
    struct cd_learning_options learning;
    float articles_min, rows_max, classed_words_max, folds, calibration_outlet_weight, editor_share,
        later_share, lead_share, negatives;
};

static const struct settings defaults = {
    .reading =
        {.title_weight = 3, .lead_weight = 1.5F, .body_weight = 1, .lead_words = 60, .body_words = 400},
    .learning = {.epochs = 5,
                 .rate = 0.05F,
                 .dropout = 0.5F,
                 .short_dropout = 0.3F,
                 .main_weight = 1,
                 .main_freedom = 1,
                 .lead_weight = 0.5F,
                 .kind_weight = {3, 1, 1, 0.5F, 1},
                 .outlet_weight = 2,
                 .input_scale = 6,
                 .length_floor = 8,
                 .seed = 20250331},
    .articles_min = 6,
    .rows_max = 40000,
    .classed_words_max = 100000,
    .folds = 3,
    .calibration_outlet_weight = 4,
    .editor_share = 0.8F,
    .later_share = 0.3F,
    .lead_share = 0.85F,
    .negatives = 4500,
};

/* ---- settings on the command line ---------------------------------------------------------- */

static bool set_setting(struct settings *settings, const char *argument)
{
    const struct {
        const char *name;
        float *value;
    } known[] = {
        {"title", &settings->reading.title_weight},
        {"lead", &settings->reading.lead_weight},
        {"rate", &settings->learning.rate},
        {"negatives", &settings->negatives},
        {"nothing", &settings->learning.kind_weight[CD_EXAMPLE_NOTHING]},
        {"dropout", &settings->learning.dropout},
        {"lead_share", &settings->lead_share},
        {"lead_weight", &settings->learning.lead_weight},
        {"freedom", &settings->learning.main_freedom},
        {"later", &settings->later_share},
        {"main", &settings->learning.main_weight},
        {"annotated", &settings->learning.kind_weight[CD_EXAMPLE_ANNOTATED]},
        {"silver", &settings->learning.kind_weight[CD_EXAMPLE_SILVER]},
        {"teacher", &settings->learning.kind_weight[CD_EXAMPLE_TEACHER]},
        {"editor", &settings->learning.kind_weight[CD_EXAMPLE_EDITOR]},
        {"editor_share", &settings->editor_share},
        {"outlets", &settings->learning.outlet_weight},
        {"scale", &settings->learning.input_scale},
        {"floor", &settings->learning.length_floor},
        {"articles", &settings->articles_min},
        {"rows", &settings->rows_max},
        {"classed", &settings->classed_words_max},
        {"folds", &settings->folds},
        {"calibrate_outlets", &settings->calibration_outlet_weight},
    };
    size_t length = strcspn(argument, "=");
    float value = argument[length] ? strtof(argument + length + 1, NULL) : 0;
    if (strncmp(argument, "epochs=", 7) == 0) {
        settings->learning.epochs = (uint32_t)value;
        return true;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strncmp(argument, known[i].name, length) == 0 && !known[i].name[length]) {
            *known[i].value = value;
            return true;
        }
    return false;
}

/* ---- networks ------------------------------------------------------------------------------ */

/* One team of networks: trained on all examples that are not of `fold` (-1: on all). */
struct job {
    const struct cd_topic_corpus *corpus;
    const struct cd_learning_options *options;
    const uint8_t *fold_of; /* per example; FOLDS_MAX: in every training set */
    uint32_t row_count;
    int fold;
    struct cd_learner *team[CD_LEARNERS]; /* owned */
    enum cd_status status;
    struct cd_error error;
};

static void train_team(struct job *job, const bool *skip)
{
    for (int member = 0; member < CD_LEARNERS && job->status == CD_OK; member++) {
        uint64_t seed = job->options->seed + (uint64_t)member;
        job->team[member] = cd_learner_new(job->row_count, &job->corpus->codes, seed);
        if (job->team[member])
            job->status = cd_learn(job->team[member], job->corpus, skip, job->options, seed, &job->error);
        else
            job->status = cd_fail(&job->error, CD_MEMORY, "training", "out of memory");
    }
}

static void *run_job(void *context)
{
    struct job *job = context;
    bool *skip = calloc(job->corpus->count, sizeof *skip);
    if (!skip) {
        job->status = cd_fail(&job->error, CD_MEMORY, "training", "out of memory");
        return NULL;
    }
    for (uint32_t i = 0; i < job->corpus->count; i++)
        skip[i] = job->fold_of[i] == job->fold;
    train_team(job, skip);
    free(skip);
    return NULL;
}

/* Run the jobs, two at a time: each needs tens of megabytes of memory bandwidth. */
static enum cd_status run_jobs(struct job *jobs, int count, struct cd_error *error)
{
    for (int first = 0; first < count; first += 2) {
        pthread_t other;
        bool pair = first + 1 < count && pthread_create(&other, NULL, run_job, &jobs[first + 1]) == 0;
        run_job(&jobs[first]);
        if (pair)
            pthread_join(other, NULL);
        else if (first + 1 < count)
            run_job(&jobs[first + 1]);
    }
    for (int i = 0; i < count; i++)
        if (jobs[i].status != CD_OK) {
            if (error)
                *error = jobs[i].error;
            return jobs[i].status;
        }
    return CD_OK;
}

/* ---- training ------------------------------------------------------------------------------ */

static uint8_t *assign_folds(const struct cd_topic_corpus *corpus, int folds)
{
    uint8_t *fold_of = malloc(corpus->count);
    int next = 0;
    uint8_t fold = FOLDS_MAX;
    for (uint32_t i = 0; fold_of && i < corpus->count; i++) {
        if (!corpus->examples[i].lead) { /* a lead stays with its article */
            bool annotated = corpus->examples[i].kind == CD_EXAMPLE_ANNOTATED;
            fold = annotated ? (uint8_t)next : FOLDS_MAX;
            next = annotated ? (next + 1) % folds : next;
        }
        fold_of[i] = fold;
    }
    return fold_of;
}

static void print_held_out(const struct cd_topic_corpus *corpus, const struct cd_held_out *held_out,
                           uint32_t count, const struct cd_calibration *calibration)
{
    for (int outlets_only = 0; outlets_only < 2; outlets_only++) {
        struct cd_held_out_scores scores =
            cd_score_held_out(&corpus->codes, held_out, count, calibration, outlets_only);
        printf("held out%s: %.0f articles, micro-F1 level 1 %.3f, level 2 %.3f, first topic right %.3f\n",
               outlets_only ? ", other outlets" : "", scores.articles, scores.micro_f1[0], scores.micro_f1[1],
               scores.top_1);
    }
    printf("thresholds %.2f, %.2f, main %.2f\n", calibration->codes[0].threshold,
           calibration->codes[corpus->codes.count - 1].threshold, calibration->rule.main_threshold);
}

/* Score every annotated article with the network that did not see it, then calibrate. */
static enum cd_status calibrate(const struct cd_topic_corpus *corpus, const uint8_t *fold_of,
                                const struct job *jobs, const struct settings *settings,
                                struct cd_calibration *calibration, struct cd_error *error)
{
    uint32_t outputs = corpus->codes.count + corpus->codes.main_count, count = 0;
    struct cd_held_out *held_out = calloc(corpus->count, sizeof *held_out);
    float *scores = calloc((size_t)corpus->count * outputs, sizeof *scores);
    if (!held_out || !scores) {
        free(held_out);
        free(scores);
        return cd_fail(error, CD_MEMORY, "calibration", "out of memory");
    }
    for (uint32_t i = 0; i < corpus->count; i++) {
        if (fold_of[i] == FOLDS_MAX || corpus->examples[i].lead)
            continue;
        const struct cd_topic_example *example = &corpus->examples[i];
        held_out[count] =
            (struct cd_held_out){example, scores + (size_t)count * outputs,
                                 example->other_outlet ? settings->calibration_outlet_weight : 1};
        cd_team_scores(jobs[fold_of[i]].team, example, &settings->learning, held_out[count].scores);
        count++;
    }
    cd_calibrate(&corpus->codes, held_out, count, calibration);
    print_held_out(corpus, held_out, count, calibration);
    free(held_out);
    free(scores);
    return CD_OK;
}

static enum cd_status train(const struct cd_topic_corpus *corpus, const struct settings *settings,
                            const struct cd_topic_parts *parts, const char *path, struct cd_error *error)
{
    int folds = settings->folds < 2 ? 2 : (int)fminf(settings->folds, FOLDS_MAX - 1);
    uint8_t *fold_of = assign_folds(corpus, folds);
    struct job jobs[FOLDS_MAX] = {0};
    struct cd_calibration calibration;
    struct cd_topic_parts whole = *parts;
    if (!fold_of)
        return cd_fail(error, CD_MEMORY, "training", "out of memory");
    for (int i = 0; i <= folds; i++)
        jobs[i] = (struct job){.corpus = corpus,
                               .options = &settings->learning,
                               .fold_of = fold_of,
                               .row_count = parts->vocabulary->learned_count,
                               .fold = i < folds ? i : -1};
    enum cd_status status = run_jobs(jobs, folds + 1, error);
    if (status == CD_OK)
        status = calibrate(corpus, fold_of, jobs, settings, &calibration, error);
    whole.team = jobs[folds].team;
    whole.calibration = &calibration;
    if (status == CD_OK)
        status = cd_topic_model_write(path, &whole, error);
    for (int i = 0; i <= folds; i++)
        for (int member = 0; member < CD_LEARNERS; member++)
            cd_learner_free(jobs[i].team[member]);
    free(fold_of);
    return status;
}

static enum cd_status build(const char *data, const char *labels, const char *path,
                            const struct settings *settings, struct cd_error *error)
{
    uint64_t begin_us = cd_monotonic_us();
    struct cd_taxonomy_table table = {0};
    struct cd_topic_corpus corpus = {.editor_share = settings->editor_share,
                                     .later_share = settings->later_share,
                                     .lead_share = settings->lead_share,
                                     .negatives = settings->negatives};
    struct cd_word_classes classes = {0};
    struct cd_vocabulary vocabulary = {0};
    enum cd_status status = cd_taxonomy_table_read(data, &table, error);
    if (status == CD_OK)
        status = cd_topic_corpus_read(data, labels, &table, &settings->reading, &corpus, error);
    if (status == CD_OK)
        status = cd_word_classes_read(data, (uint32_t)settings->classed_words_max, &classes, error);
    if (status == CD_OK)
        status = cd_vocabulary_build(&corpus, &classes, (uint32_t)settings->articles_min,
                                     (uint32_t)settings->rows_max, &vocabulary, error);
    if (status == CD_OK) {
        printf("%u articles, %u codes, %u features, read in %.0f s\n", corpus.count, corpus.codes.count,
               vocabulary.count, (double)(cd_monotonic_us() - begin_us) / 1e6);
        struct cd_topic_parts parts = {.table = &table,
                                       .codes = &corpus.codes,
                                       .vocabulary = &vocabulary,
                                       .options = &settings->learning,
                                       .reading = &settings->reading};
        status = train(&corpus, settings, &parts, path, error);
    }
    printf("%.0f s in all\n", (double)(cd_monotonic_us() - begin_us) / 1e6);
    cd_word_classes_free(&classes);
    cd_vocabulary_free(&vocabulary);
    cd_topic_corpus_free(&corpus);
    cd_taxonomy_table_free(&table);
    return status;
}

int main(int argc, char **argv)
{
    struct settings settings = defaults;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 4) {
        fprintf(stderr, "usage: %s DATA LABELS MODEL [NAME=VALUE...]\n", argv[0]);
        return 2;
    }
    for (int i = 4; i < argc; i++)
        if (!set_setting(&settings, argv[i])) {
            fprintf(stderr, "train_topics: unknown setting \"%s\"\n", argv[i]);
            return 2;
        }
    struct cd_error error;
    if (build(argv[1], argv[2], argv[3], &settings, &error) != CD_OK) {
        fprintf(stderr, "train_topics: %s: %s\n", error.where, error.message);
        return 1;
    }
    return 0;
}
