/* topics.h - IPTC Media Topics of an article, several, at several levels, each with a calibrated confidence.
 *
 * The taxonomy (release 2025-03-31, CC BY 4.0) and the weights come from one model file. A cd_topic_model is
 * read-only and shared by all threads; each thread brings its own scratch. Results live in the arena. */
#ifndef COPYDESK_TOPICS_H
#define COPYDESK_TOPICS_H

#include <stdint.h>

#include "copydesk/arena.h"
#include "copydesk/document.h"
#include "copydesk/entities.h"
#include "copydesk/error.h"
#include "copydesk/model.h"
#include "copydesk/slice.h"

/* A Media Topic. Owned by the model. */
struct cd_concept {
    struct cd_slice code;     /* "16000000" */
    struct cd_slice name;     /* "conflict, war and peace" */
    struct cd_slice wikidata; /* empty when unknown */
    uint8_t level;            /* 1 to 6 */
    int32_t parent;           /* index of the broader concept, -1 on level 1 */
};

struct cd_subject {
    const struct cd_concept *concept;
    float confidence; /* calibrated probability that the article is about it; a parent's is never below its
                         child's */
    float relevance; /* 0 to 1: how much of the article is about it; the first subject's is the highest of its
                        level */
};

struct cd_subjects {
    struct cd_subject *items; /* by level, then by falling relevance */
    uint32_t count;           /* 0 when nothing fits: abstaining beats guessing */
};

/* One reason for a subject: a word, phrase or entity, and how far it moved the score (log-odds). */
struct cd_topic_reason {
    const struct cd_concept *concept;
    struct cd_slice text;
    float weight;
};

struct cd_topic_reasons {
    struct cd_topic_reason *items; /* per concept, strongest first */
    uint32_t count;
};

struct cd_topic_model;
struct cd_topic_scratch;

enum cd_status cd_topic_model_open(const struct cd_model_file *file, struct cd_topic_model **model,
                                   struct cd_error *error);
void cd_topic_model_close(struct cd_topic_model *model);
struct cd_topic_scratch *cd_topic_scratch_new(const struct cd_topic_model *model);
void cd_topic_scratch_free(struct cd_topic_scratch *scratch);

/* Classify a document; its entities are evidence too. */
enum cd_status cd_classify(const struct cd_topic_model *model, struct cd_topic_scratch *scratch,
                           const struct cd_document *document, const struct cd_entities *entities,
                           struct cd_arena *arena, struct cd_subjects *subjects, struct cd_error *error);

/* The words and entities that moved each of `subjects`, at most `per_subject` each. Slower than cd_classify.
 */
enum cd_status cd_explain_topics(const struct cd_topic_model *model, struct cd_topic_scratch *scratch,
                                 const struct cd_document *document, const struct cd_entities *entities,
                                 const struct cd_subjects *subjects, uint32_t per_subject,
                                 struct cd_arena *arena, struct cd_topic_reasons *reasons,
                                 struct cd_error *error);

/* The concept of a code, following retired codes to their successors; NULL when there is none. */
const struct cd_concept *cd_concept_by_code(const struct cd_topic_model *model, struct cd_slice code);

#endif
