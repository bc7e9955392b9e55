/* tagger.h - the narrow interface of a tagger: tokens of a document in, scored spans out.
 *
 * The shipped tagger is a linear-chain CRF (Lafferty et al. 2001) with quantised weights; a second, slower
 * and more accurate one can stand beside it, chosen by configuration. A cd_tagger is read-only and shared by
 * all threads; each thread brings its own cd_tagger_scratch (word caches, lattices), which it keeps from
 * document to document. */
#ifndef COPYDESK_TAGGER_H
#define COPYDESK_TAGGER_H

#include <stdint.h>

#include "copydesk/arena.h"
#include "copydesk/document.h"
#include "copydesk/error.h"
#include "copydesk/model.h"

enum cd_entity_type {
    CD_PERSON,
    CD_ORGANIZATION,
    CD_LOCATION,
    CD_NORP,
    CD_EVENT,
    CD_WORK_OF_ART,
    CD_LAW,
    CD_PRODUCT,
    CD_ENTITY_TYPE_COUNT
};

/* "PERSON", ... as in records. */
const char *cd_entity_type_name(enum cd_entity_type type);

/* A mention as the tagger sees it: a title ("President"), a leading "the" and a possessive 's are never
 * inside. */
struct cd_span {
    uint32_t first_token, token_count;
    uint8_t type;     /* enum cd_entity_type */
    float confidence; /* calibrated probability that span and type are both right, 0 to 1 */
};

struct cd_spans {
    struct cd_span *items; /* in text order, never overlapping; owned by the arena */
    uint32_t count;
};

struct cd_tagger;
struct cd_tagger_scratch;

/* Open a tagger on a model file, which must outlive it. */
enum cd_status cd_tagger_open(const struct cd_model_file *file, struct cd_tagger **tagger,
                              struct cd_error *error);
void cd_tagger_close(struct cd_tagger *tagger);
struct cd_tagger_scratch *cd_tagger_scratch_new(const struct cd_tagger *tagger);
void cd_tagger_scratch_free(struct cd_tagger_scratch *scratch);

/* Find the spans of a document. */
enum cd_status cd_tag(const struct cd_tagger *tagger, struct cd_tagger_scratch *scratch,
                      const struct cd_document *document, struct cd_arena *arena, struct cd_spans *spans,
                      struct cd_error *error);

#endif
