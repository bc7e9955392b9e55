/* stretches.h - the tagger between its first pass and its second look, for the trainer of the second look. */
#ifndef COPYDESK_ENTITIES_STRETCHES_H
#define COPYDESK_ENTITIES_STRETCHES_H

#include "copydesk/tagger.h"
#include "lattice.h"
#include "second_look.h"

/* Tokens of one sentence between surely outside ones. */
struct cd_stretch {
    uint32_t first_token, count; /* in the document */
    bool caseless;
    struct cd_lattice lattice; /* arrays that may be overwritten; potentials of the first pass */
    const struct cd_transition_factors *factors;
    const float (*scores)[CD_LABELS]; /* of the first pass */
    const struct cd_tagger_scratch *scratch;
    const struct cd_sentence *sentence;
};

typedef void cd_stretch_visitor(void *context, const struct cd_stretch *stretch);

/* Take the first pass over a document, then show its stretches in text order. */
enum cd_status cd_visit_stretches(const struct cd_tagger *tagger, struct cd_tagger_scratch *scratch,
                                  const struct cd_document *document, struct cd_arena *arena,
                                  cd_stretch_visitor *visit, void *context, struct cd_error *error);

/* The rows of the second look that count for a token of the stretch, see cd_second_look_features. */
uint32_t cd_stretch_features(const struct cd_stretch *stretch, uint32_t token, uint16_t *features);

#endif
