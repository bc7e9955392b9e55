/* Trains the tagger in three steps, each leaving a model file, so that an interrupted run goes on where it
 * stopped:
 *
 *     train_entities lexicon DATA CLASSES1000 CLASSES200 VECTORS OUT
 *     train_entities weights DATA LEXICON cased|caseless|cased-FOLD|caseless-FOLD EPOCHS OUT
 *     train_entities no-look OUT
 *     train_entities join LEXICON CASED CASELESS LOOK VERSION OUT
 *     train_entities look DATA OUT MODEL...    one per fold, joined from its weights and no look
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../entities/second_look.h"
#include "entity_export.h"
#include "entity_lexicon.h"
#include "entity_look.h"

static const char lexicon_meta[] = "{\"kind\": \"lexicon\", \"version\": \"1\"}";
static const char look_meta[] = "{\"kind\": \"look\", \"version\": \"1\"}";
static const char weights_meta[] = "{\"kind\": \"weights\", \"version\": \"1\"}";

static const struct cd_training_options usual = {
    .learning_rate = 0.1F, .l1 = 0.001F, .l2 = 1e-5F, .dropout = 0.5F, .seed = 20240320};

enum {
    FEATURE_COUNT_MIN = 3,
    KEEP_CASED = 160000,
    KEEP_CASELESS = 55000,
    EPOCHS_AFTER_PRUNING = 3,
    FOLDS = 4, /* as in entities.mk */
    SECTIONS_MAX = 32
};

static const struct cd_look_options usual_look = {
    .epochs = 3, .learning_rate = 0.03F, .l2 = 1e-4F, .seed = 20240320, .unfamiliar_weight = 3.0F};

static const float weight_min = 0.09F, network_share = 0.6F;

static struct cd_model_section_data section(const char *name, struct cd_slice data)
{
    return (struct cd_model_section_data){name, data};
}

/* ---- steps --------------------------------------------------------------------------------- */

static enum cd_status make_lexicon(const char *data, const char *const news_classes[2], const char *vectors,
                                   const char *out, struct cd_error *error)
{
    struct cd_lexicon_sections lexicon = {0};
    enum cd_status status = cd_lexicon_build(data, news_classes, vectors, &lexicon, error);
    if (status != CD_OK)
        return status;
    struct cd_model_section_data sections[1 + CD_LEXICON_SECTIONS] = {
        section("meta", cd_slice_of(lexicon_meta))};
    memcpy(sections + 1, lexicon.items, sizeof lexicon.items);
    status = cd_model_file_write(out, sections, 1 + CD_LEXICON_SECTIONS, error);
    cd_lexicon_sections_free(&lexicon);
    return status;
}

/* The sources, with what a document of each counts. */
static const struct {
    const char *name;
    float weight;
} sources[] = {{"annotated-news", 1.0F},
               {"annotated-outlets", 1.5F},
               {"annotated-world", 1.0F},
               {"crossner", 0.5F},
               {"gum", 0.7F},
               {"wikigold", 0.7F},
               {"uner-ewt", 0.7F},
               {"re3d", 0.5F}};
static const float silver_weight = 0.6F;

static enum cd_status read_silver(const char *data, struct cd_corpus *corpus, struct cd_error *error)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/ner/silver", data);
    struct dirent **files;
    int count = scandir(path, &files, NULL, alphasort);
    enum cd_status status = CD_OK;
    for (int i = 0; i < count; i++) {
        if (strstr(files[i]->d_name, ".jsonl") && status == CD_OK) {
            snprintf(path, sizeof path, "%s/ner/silver/%s", data, files[i]->d_name);
            status = cd_corpus_read(corpus, path, cd_corpus_complete_types(path), silver_weight, error);
        }
        free(files[i]);
    }
    if (count >= 0)
        free(files);
    return status;
}

static enum cd_status read_corpus(const char *data, struct cd_corpus *corpus, struct cd_error *error)
{
    enum cd_status status = CD_OK;
    for (size_t i = 0; i < sizeof sources / sizeof *sources && status == CD_OK; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/ner/train/%s.jsonl", data, sources[i].name);
        status = cd_corpus_read(corpus, path, cd_corpus_complete_types(path), sources[i].weight, error);
    }
    return status == CD_OK ? read_silver(data, corpus, error) : status;
}

static enum cd_status write_weights(const char *name, struct cd_weight_sections *w, const char *out,
                                    struct cd_error *error)
{
    char names[6][24];
    static const char *const parts[] = {"index", "checks", "filled", "numbers", "transitions", "network"};
    for (size_t i = 0; i < 6; i++)
        snprintf(names[i], sizeof names[i], "%s.%s", name, parts[i]);
    struct cd_model_section_data sections[] = {
        section("meta", cd_slice_of(weights_meta)),         section(names[0], cd_buffer_slice(&w->index)),
        section(names[1], cd_buffer_slice(&w->checks)),     section(names[2], cd_buffer_slice(&w->filled)),
        section(names[5], cd_buffer_slice(&w->network)),    section(names[3], cd_buffer_slice(&w->numbers)),
        section(names[4], cd_buffer_slice(&w->transitions))};
    return cd_model_file_write(out, sections, sizeof sections / sizeof *sections, error);
}

/* "cased" and "caseless" learn from all documents, "cased-2" from all but the third fold's. */
static bool read_name(char *name, struct cd_training_options *options, bool *caseless)
{
    char *dash = strchr(name, '-');
    if (dash) {
        *dash = '\0';
        options->folds = FOLDS;
        options->fold = (unsigned)strtoul(dash + 1, NULL, 10);
    }
    *caseless = strcmp(name, "caseless") == 0;
    return (*caseless || strcmp(name, "cased") == 0) && options->fold < FOLDS;
}

static enum cd_status make_weights(const char *data, const char *lexicon_path, char *name, unsigned epochs,
                                   const char *out, struct cd_error *error)
{
    struct cd_model_file *file;
    struct cd_lexicon lexicon;
    bool caseless;
    struct cd_training_options options = usual;
    if (!read_name(name, &options, &caseless))
        return cd_fail(error, CD_INVALID, name, "not a set of weights");
    struct cd_corpus corpus = {0};
    struct cd_examples examples = {0};
    enum cd_status status = cd_model_file_open(lexicon_path, "lexicon", &file, error);
    if (status != CD_OK)
        return status;
    status = cd_lexicon_open(file, &lexicon, error);
    if (status == CD_OK)
        status = read_corpus(data, &corpus, error);
    if (status == CD_OK)
        status = cd_examples_build(&corpus, &lexicon, caseless, FEATURE_COUNT_MIN, &examples, error);
    struct cd_trained trained = {0};
    if (status == CD_OK) {
        fprintf(stderr, "%u documents, %u sentences, %llu tokens, %u features\n", corpus.count,
                examples.count, (unsigned long long)examples.token_count, examples.feature_count);
        options.epochs = epochs;
        options.prune_after = epochs > EPOCHS_AFTER_PRUNING ? epochs - EPOCHS_AFTER_PRUNING : 0;
        options.keep_features = caseless ? KEEP_CASELESS : KEEP_CASED;
        if (caseless) { /* three copies of each sentence with fewer features: less restraint */
            options.l1 = 0.0F;
            options.dropout = 0.4F;
        }
        status = cd_train(&examples, &lexicon, &options, &trained, error);
    }
    if (status == CD_OK) {
        struct cd_weight_sections sections;
        cd_weights_export(&examples, &trained, weight_min, network_share, &sections);
        fprintf(stderr, "kept %u features in %zu bytes\n", sections.kept,
                sections.filled.length + sections.numbers.length + sections.index.length);
        status = write_weights(name, &sections, out, error);
        cd_weight_sections_free(&sections);
    }
    cd_trained_free(&trained);
    cd_examples_free(&examples);
    cd_corpus_free(&corpus);
    cd_model_file_close(file);
    return status;
}

/* ---- the second look ----------------------------------------------------------------------- */

static enum cd_status write_look(const struct cd_trained_look *look, const char *out, struct cd_error *error)
{
    struct cd_model_section_data sections[] = {
        section("meta", cd_slice_of(look_meta)),
        section("second.rows",
                (struct cd_slice){(const char *)look->rows, cd_second_look_rows() * sizeof *look->rows}),
        section("cased.calibration",
                (struct cd_slice){(const char *)&look->calibration[0], sizeof *look->calibration}),
        section("caseless.calibration",
                (struct cd_slice){(const char *)&look->calibration[1], sizeof *look->calibration})};
    return cd_model_file_write(out, sections, sizeof sections / sizeof *sections, error);
}

/* A second look that changes nothing, for the taggers from which the true one is learned. */
static enum cd_status make_no_look(const char *out, struct cd_error *error)
{
    struct cd_trained_look look = {.rows = calloc(cd_second_look_rows(), sizeof *look.rows),
                                   .calibration = {{.slope = 1}, {.slope = 1}}};
    enum cd_status status =
        look.rows ? write_look(&look, out, error) : cd_fail(error, CD_MEMORY, out, "out of memory");
    free(look.rows);
    return status;
}

static enum cd_status make_look(const char *data, const char *out, char *paths[FOLDS], struct cd_error *error)
{
    struct cd_model_file *files[FOLDS] = {0};
    struct cd_tagger *taggers[FOLDS] = {0};
    struct cd_corpus corpus = {0};
    struct cd_trained_look look = {0};
    enum cd_status status = read_corpus(data, &corpus, error);
    for (unsigned f = 0; f < FOLDS && status == CD_OK; f++) {
        status = cd_model_file_open(paths[f], "entities", &files[f], error);
        if (status == CD_OK)
            status = cd_tagger_open(files[f], &taggers[f], error);
    }
    struct cd_look_options options = usual_look;
    if (status == CD_OK)
        status = cd_look_train(&corpus, taggers, FOLDS, &options, &look, error);
    if (status == CD_OK)
        status = write_look(&look, out, error);
    free(look.rows);
    for (unsigned f = 0; f < FOLDS; f++) {
        cd_tagger_close(taggers[f]);
        cd_model_file_close(files[f]);
    }
    cd_corpus_free(&corpus);
    return status;
}

static enum cd_status join(char *inputs[4], const char *version, const char *out, struct cd_error *error)
{
    static const char *const kinds[] = {"lexicon", "weights", "weights", "look"};
    static const struct {
        unsigned input;
        const char *name;
    } parts[] = {{0, "words.index"},          {0, "words"},
                 {0, "phrases.index"},        {0, "phrases.checks"},
                 {0, "phrases.bits"},         {1, "cased.index"},
                 {1, "cased.checks"},         {1, "cased.filled"},
                 {1, "cased.numbers"},        {1, "cased.transitions"},
                 {3, "cased.calibration"},    {0, "words.vectors"},
                 {1, "cased.network"},        {2, "caseless.network"},
                 {2, "caseless.index"},       {2, "caseless.checks"},
                 {2, "caseless.filled"},      {2, "caseless.numbers"},
                 {2, "caseless.transitions"}, {3, "caseless.calibration"},
                 {3, "second.rows"}};
    struct cd_model_file *files[4] = {0};
    struct cd_model_section_data sections[SECTIONS_MAX];
    char meta[128];
    snprintf(meta, sizeof meta, "{\"kind\": \"entities\", \"version\": \"%s\"}", version);
    sections[0] = section("meta", cd_slice_of(meta));
    enum cd_status status = CD_OK;
    for (unsigned i = 0; i < 4 && status == CD_OK; i++)
        status = cd_model_file_open(inputs[i], kinds[i], &files[i], error);
    size_t count = 1;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && status == CD_OK; i++) {
        sections[count].name = parts[i].name;
        status = cd_model_section(files[parts[i].input], parts[i].name, 1, &sections[count++].data, error);
    }
    if (status == CD_OK)
        status = cd_model_file_write(out, sections, count, error);
    for (unsigned i = 0; i < 4; i++)
        cd_model_file_close(files[i]);
    return status;
}

int main(int argc, char **argv)
{
    struct cd_error error = {0};
    enum cd_status status;
    if (argc == 7 && strcmp(argv[1], "lexicon") == 0)
        status = make_lexicon(argv[2], (const char *const[2]){argv[3], argv[4]}, argv[5], argv[6], &error);
    else if (argc == 7 && strcmp(argv[1], "weights") == 0)
        status =
            make_weights(argv[2], argv[3], argv[4], (unsigned)strtoul(argv[5], NULL, 10), argv[6], &error);
    else if (argc == 3 && strcmp(argv[1], "no-look") == 0)
        status = make_no_look(argv[2], &error);
    else if (argc == 4 + FOLDS && strcmp(argv[1], "look") == 0)
        status = make_look(argv[2], argv[3], argv + 4, &error);
    else if (argc == 8 && strcmp(argv[1], "join") == 0)
        status = join(argv + 2, argv[6], argv[7], &error);
    else {
        fputs("usage: see the head of train_entities_main.c\n", stderr);
        return 2;
    }
    if (status != CD_OK)
        fprintf(stderr, "%s: %s\n", error.where, error.message);
    return status != CD_OK;
}
