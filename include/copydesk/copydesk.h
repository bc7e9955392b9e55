/* copydesk.h - the library: load the models once, enrich articles from any number of threads, free.
 *
 * Example:
 *
 *     #include <stdio.h>
 *
 *     #include "copydesk/copydesk.h"
 *
 *     int main(void)
 *     {
 *         struct cd_models *models;
 *         struct cd_error error;
 *         if (cd_models_open(NULL, NULL, &models, &error) != CD_OK) // NULL: the models compiled in
 *             return fprintf(stderr, "%s\n", error.message), 1;
 *         struct cd_enrich_options options = cd_enrich_default_options();
 *         struct cd_session *session = cd_session_new(models, &options); // one per thread
 *         struct cd_slice article = cd_slice_of("{\"title\": \"Angela Merkel spoke in Berlin\"}");
 *         struct cd_buffer record = {0};
 *         struct cd_enrich_result result;
 *         if (session && cd_enrich(session, article, NULL, &record, &result, &error) == CD_OK)
 *             puts(record.bytes);
 *         cd_buffer_free(&record);
 *         cd_session_free(session);
 *         cd_models_close(models);
 *         return 0;
 *     }
 *
 * Link with libcopydesk.a, -pthread and what `pkg-config --libs jansson` names, and -lgumbo -lm.
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

/* Everything on, as the settings' defaults have it: native records, code points, the body included. */
struct cd_enrich_options cd_enrich_default_options(void);

/* NULL when out of memory. `options` is copied; the strings in it must outlive the session. */
struct cd_session *cd_session_new(const struct cd_models *models, const struct cd_enrich_options *options);
void cd_session_free(struct cd_session *session);

/* Times of the stages, for status and benchmarks. */
struct cd_stage_times {
    uint32_t read_us, tag_us, join_us, classify_us, write_us;
};

struct cd_enrich_result {
    uint32_t words; /* runs of anything but white space, title included */
    uint32_t mentions, entities, subjects;
    uint32_t warnings; /* enum cd_warning bits */
    struct cd_stage_times times;
    const struct cd_enriched
        *enriched; /* with keep_analysis: valid until the session's next call; else NULL */
};

/* Language: what the text itself clearly is, because declarations are often a feed's default; the article's
 * own declaration when the text is too short to tell; else "und", which is treated as English. Anything but
 * English gives a record without entities and subjects and with the warning language_not_supported.
 *
 * Memory: what an article needs is kept for the next one, up to 8 MB a session, so a steady stream calls
 * malloc only for what the article reader's parser needs.
 *
 * Enrich one raw message and append its record to `out` (no newline). `position` may be NULL. On failure
 * `out` is as before, and the error is the reason for a dead letter. */
enum cd_status cd_enrich(struct cd_session *session, struct cd_slice raw,
                         const struct cd_input_position *position, struct cd_buffer *out,
                         struct cd_enrich_result *result, struct cd_error *error);

#endif
