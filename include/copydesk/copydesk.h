/* copydesk.h - the library: load the models once, enrich articles from any number of threads, free.
 *
 *     struct cd_models *models;
 *     cd_models_open(NULL, NULL, &models, &error);             // NULL: the models compiled in
 *     struct cd_session *session = cd_session_new(models, &options);   // one per thread
 *     cd_enrich(session, &input, &out, &error);                // out: one JSON record
 *
 * Ownership: whoever opens closes; sessions before their models. Threads: models are read-only and shared; a
 * session belongs to one thread at a time and reuses its memory from article to article. */
#ifndef COPYDESK_COPYDESK_H
#define COPYDESK_COPYDESK_H

#include "copydesk/article.h"
#include "copydesk/buffer.h"
#include "copydesk/error.h"
#include "copydesk/record.h"

/* The version of the program and library, "0.1.0". */
const char *cd_version(void);

struct cd_models;
struct cd_session;

/* Load models from files; NULL or "" takes the one compiled in. */
enum cd_status cd_models_open(const char *entities_path, const char *topics_path, struct cd_models **models,
                              struct cd_error *error);
void cd_models_close(struct cd_models *models);
const char *cd_models_entities_version(const struct cd_models *models);
const char *cd_models_topics_version(const struct cd_models *models);

struct cd_enrich_options {
    struct cd_article_options article;
    struct cd_record_options record;
    const char *worker_id; /* for provenance; outlives the session */
    float confidence_min;  /* mentions below it are left out */
    bool explain_topics;   /* add "explanation" to each subject */
    bool keep_analysis;    /* fill cd_enrich_result.enriched (demo); costs nothing else */
};

struct cd_enrich_options cd_enrich_default_options(void);

/* NULL when out of memory. `options` is copied; the strings in it must outlive the session. */
struct cd_session *cd_session_new(const struct cd_models *models, const struct cd_enrich_options *options);
void cd_session_free(struct cd_session *session);

/* Times of the stages, for status and benchmarks. */
struct cd_stage_times {
    uint32_t read_us, tag_us, join_us, classify_us, write_us;
};

struct cd_enrich_result {
    uint32_t words, mentions, entities, subjects;
    uint32_t warnings; /* enum cd_warning bits */
    struct cd_stage_times times;
    const struct cd_enriched
        *enriched; /* with keep_analysis: valid until the session's next call; else NULL */
};

/* Enrich one raw message and append its record to `out` (no newline). `position` may be NULL. On failure
 * `out` is as before, and the error is the reason for a dead letter. */
enum cd_status cd_enrich(struct cd_session *session, struct cd_slice raw,
                         const struct cd_input_position *position, struct cd_buffer *out,
                         struct cd_enrich_result *result, struct cd_error *error);

#endif
