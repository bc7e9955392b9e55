#include "copydesk/copydesk.h"

#include <stdlib.h>

#include "copydesk/arena.h"
#include "copydesk/language.h"
#include "copydesk/metrics.h"
#include "copydesk/model.h"

const char *cd_version(void)
{
    return CD_VERSION;
}

/* ---- models -------------------------------------------------------------------------------- */

struct cd_models {
    struct cd_model_file *entities_file, *topics_file;
    struct cd_tagger *tagger;
    struct cd_topic_model *topics;
};

static enum cd_status open_file(const char *path, const char *kind, struct cd_slice embedded,
                                struct cd_model_file **file, struct cd_error *error)
{
    if (path && *path)
        return cd_model_file_open(path, kind, file, error);
    return cd_model_file_open_bytes(embedded, kind, kind, file, error);
}

static enum cd_status open_parts(struct cd_models *models, const char *entities_path, const char *topics_path,
                                 struct cd_error *error)
{
    enum cd_status status =
        open_file(entities_path, "entities", cd_embedded_entities_model(), &models->entities_file, error);
    if (status == CD_OK)
        status = open_file(topics_path, "topics", cd_embedded_topics_model(), &models->topics_file, error);
    if (status == CD_OK)
        status = cd_tagger_open(models->entities_file, &models->tagger, error);
    if (status == CD_OK)
        status = cd_topic_model_open(models->topics_file, &models->topics, error);
    return status;
}

enum cd_status cd_models_open(const char *entities_path, const char *topics_path, struct cd_models **models,
                              struct cd_error *error)
{
    *models = calloc(1, sizeof **models);
    if (!*models)
        return cd_fail(error, CD_MEMORY, NULL, "out of memory while loading the models");
    enum cd_status status = open_parts(*models, entities_path, topics_path, error);
    if (status != CD_OK) {
        cd_models_close(*models);
        *models = NULL;
    }
    return status;
}

void cd_models_close(struct cd_models *models)
{
    if (!models)
        return;
    if (models->topics)
        cd_topic_model_close(models->topics);
    if (models->tagger)
        cd_tagger_close(models->tagger);
    if (models->topics_file)
        cd_model_file_close(models->topics_file);
    if (models->entities_file)
        cd_model_file_close(models->entities_file);
    free(models);
}

const char *cd_models_entities_version(const struct cd_models *models)
{
    return cd_model_version(models->entities_file);
}

const char *cd_models_topics_version(const struct cd_models *models)
{
    return cd_model_version(models->topics_file);
}

/* ---- sessions ------------------------------------------------------------------------------ */

enum {
    ARENA_FIRST_BYTES = 1 << 20,
    ARENA_KEEP_BYTES = 8 << 20, /* one huge article does not stay in memory for good */
    REASONS_PER_SUBJECT = 5,
};

/* A language is taken from the text when the detector is at least this sure of it. */
#define LANGUAGE_CONFIDENCE_MIN 0.5F

/* All that becomes of one article; everything in it lives in the session's arena. */
struct analysis {
    struct cd_article article;
    struct cd_document document;
    struct cd_spans spans;
    struct cd_entities entities;
    struct cd_subjects subjects;
    struct cd_topic_reasons reasons;
    struct cd_enriched enriched;
};

struct cd_session {
    const struct cd_models *models;
    struct cd_enrich_options options;
    struct cd_arena *arena;
    struct cd_tagger_scratch *tagger_scratch;
    struct cd_topic_scratch *topic_scratch;
    struct analysis analysis;
};

struct cd_enrich_options cd_enrich_default_options(void)
{
    return (struct cd_enrich_options){
        .article = cd_article_default_options(),
        .record = {CD_RECORD_COPYDESK, CD_OFFSET_CODEPOINT, true, "copydesk"},
        .worker_id = "",
        .confidence_min = 0.5F,
    };
}

struct cd_session *cd_session_new(const struct cd_models *models, const struct cd_enrich_options *options)
{
    struct cd_session *session = calloc(1, sizeof *session);
    if (!session)
        return NULL;
    session->models = models;
    session->options = *options;
    session->arena = cd_arena_new(ARENA_FIRST_BYTES);
    session->tagger_scratch = cd_tagger_scratch_new(models->tagger);
    session->topic_scratch = cd_topic_scratch_new(models->topics);
    if (session->arena && session->tagger_scratch && session->topic_scratch)
        return session;
    cd_session_free(session);
    return NULL;
}

void cd_session_free(struct cd_session *session)
{
    if (!session)
        return;
    if (session->topic_scratch)
        cd_topic_scratch_free(session->topic_scratch);
    if (session->tagger_scratch)
        cd_tagger_scratch_free(session->tagger_scratch);
    cd_arena_free(session->arena);
    free(session);
}

/* ---- one article, stage by stage ----------------------------------------------------------- */

/* Microseconds since *mark_us, which moves to now: one clock call a stage. */
static uint32_t lap(uint64_t *mark_us)
{
    uint64_t now_us = cd_monotonic_us(), passed_us = now_us - *mark_us;
    *mark_us = now_us;
    return passed_us < UINT32_MAX ? (uint32_t)passed_us : UINT32_MAX;
}

/* The article's language. The text decides when it speaks clearly, because declarations are often a feed's
 * default; else the declaration; "und" when neither says anything. */
static struct cd_slice find_language(const struct analysis *analysis)
{
    float confidence = 0;
    struct cd_slice detected = cd_slice_of(cd_detect_language(analysis->document.text, &confidence));
    bool is_sure = confidence >= LANGUAGE_CONFIDENCE_MIN && !cd_slice_equal(detected, cd_slice_of("und"));
    if (is_sure)
        return detected;
    if (analysis->article.language.length)
        return analysis->article.language;
    return cd_slice_of("und");
}

/* The models know English. A text too short to tell is taken as English: a headline of five names is worth
 * marking up. */
static bool is_supported(struct cd_slice language)
{
    return cd_slice_equal(language, cd_slice_of("en")) || cd_slice_equal(language, cd_slice_of("und"));
}

static enum cd_status read_article(struct cd_session *session, struct cd_slice raw, struct cd_error *error)
{
    struct analysis *analysis = &session->analysis;
    enum cd_status status =
        cd_article_read(raw, &session->options.article, session->arena, &analysis->article, error);
    if (status != CD_OK)
        return status;
    status = cd_document_build(analysis->article.title.clean, analysis->article.body.clean, session->arena,
                               &analysis->document, error);
    if (status != CD_OK)
        return status;
    analysis->enriched.language = find_language(analysis);
    analysis->enriched.warnings = analysis->article.warnings;
    if (!is_supported(analysis->enriched.language))
        analysis->enriched.warnings |= CD_WARNING_LANGUAGE_UNSUPPORTED;
    return CD_OK;
}

static void drop_doubtful(struct cd_spans *spans, float confidence_min)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < spans->count; i++)
        if (spans->items[i].confidence >= confidence_min)
            spans->items[kept++] = spans->items[i];
    spans->count = kept;
}

static enum cd_status explain(struct cd_session *session, struct cd_error *error)
{
    struct analysis *analysis = &session->analysis;
    if (!session->options.explain_topics)
        return CD_OK;
    analysis->enriched.reasons = &analysis->reasons;
    return cd_explain_topics(session->models->topics, session->topic_scratch, &analysis->document,
                             &analysis->entities, &analysis->subjects, REASONS_PER_SUBJECT, session->arena,
                             &analysis->reasons, error);
}

static enum cd_status mark_up(struct cd_session *session, uint64_t *mark_us, struct cd_stage_times *times,
                              struct cd_error *error)
{
    struct analysis *analysis = &session->analysis;
    const struct cd_document *document = &analysis->document;
    enum cd_status status = cd_tag(session->models->tagger, session->tagger_scratch, document, session->arena,
                                   &analysis->spans, error);
    if (status != CD_OK)
        return status;
    drop_doubtful(&analysis->spans, session->options.confidence_min);
    times->tag_us = lap(mark_us);
    status = cd_join_entities(document, &analysis->spans, session->arena, &analysis->entities, error);
    if (status != CD_OK)
        return status;
    times->join_us = lap(mark_us);
    status = cd_classify(session->models->topics, session->topic_scratch, document, &analysis->entities,
                         session->arena, &analysis->subjects, error);
    if (status == CD_OK)
        status = explain(session, error);
    times->classify_us = lap(mark_us);
    return status;
}

static struct cd_provenance provenance_of(const struct cd_session *session,
                                          const struct cd_input_position *position, uint64_t started_us)
{
    return (struct cd_provenance){
        .worker = cd_slice_of(session->options.worker_id),
        .entities_version = cd_models_entities_version(session->models),
        .topics_version = cd_models_topics_version(session->models),
        .input = position ? *position : (struct cd_input_position){.known = false},
        .enriched_ms = cd_wall_clock_ms(),
        .duration_us = (uint32_t)(cd_monotonic_us() - started_us),
    };
}

/* Words as `wc -w` counts them: runs of anything but white space. */
static uint32_t count_words(const struct cd_document *document)
{
    uint32_t words = 0;
    for (uint32_t i = 0; i < document->token_count; i++)
        words += document->tokens[i].space_before;
    return words;
}

static void summarise(const struct cd_session *session, struct cd_enrich_result *result)
{
    const struct analysis *analysis = &session->analysis;
    result->words = count_words(&analysis->document);
    result->entities = analysis->entities.count;
    for (uint32_t i = 0; i < analysis->entities.count; i++)
        result->mentions += analysis->entities.items[i].mention_count;
    result->subjects = analysis->subjects.count;
    result->warnings = analysis->enriched.warnings;
    if (session->options.keep_analysis)
        result->enriched = &analysis->enriched;
}

/* A clean slate: the arena of the last article is given back, and every result is empty. */
static void begin_article(struct cd_session *session)
{
    struct analysis *analysis = &session->analysis;
    cd_arena_reset(session->arena, ARENA_KEEP_BYTES);
    *analysis = (struct analysis){0};
    analysis->enriched.article = &analysis->article;
    analysis->enriched.document = &analysis->document;
    analysis->enriched.entities = &analysis->entities;
    analysis->enriched.subjects = &analysis->subjects;
}

enum cd_status cd_enrich(struct cd_session *session, struct cd_slice raw,
                         const struct cd_input_position *position, struct cd_buffer *out,
                         struct cd_enrich_result *result, struct cd_error *error)
{
    struct cd_enriched *enriched = &session->analysis.enriched;
    uint64_t started_us = cd_monotonic_us(), mark_us = started_us;
    *result = (struct cd_enrich_result){0};
    begin_article(session);
    enum cd_status status = read_article(session, raw, error);
    result->times.read_us = lap(&mark_us);
    if (status == CD_OK && !(enriched->warnings & CD_WARNING_LANGUAGE_UNSUPPORTED))
        status = mark_up(session, &mark_us, &result->times, error);
    if (status != CD_OK)
        return status;
    enriched->provenance = provenance_of(session, position, started_us);
    status = cd_record_write(&session->options.record, enriched, out, error);
    result->times.write_us = lap(&mark_us);
    summarise(session, result);
    return status;
}
