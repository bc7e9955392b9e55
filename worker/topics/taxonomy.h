/* taxonomy.h - the IPTC Media Topics as they lie in a topic model (no public module: see copydesk/topics.h).
 *
 * Sections of the model file: "concepts" holds one cd_concept_entry per concept, by ascending code; "names"
 * holds the texts they point into. Retired concepts are kept, so that an old code still finds its successor:
 * the active concept of the same name, else the nearest broader one that is active. */
#ifndef COPYDESK_TOPICS_TAXONOMY_H
#define COPYDESK_TOPICS_TAXONOMY_H

#include <stdint.h>

#include "copydesk/error.h"
#include "copydesk/model.h"
#include "copydesk/topics.h"

enum { CD_CONCEPT_CODE_BYTES = 8, CD_CONCEPT_LEVELS = 6 };

/* As stored. Offsets and lengths are bytes of the section "names". */
struct cd_concept_entry {
    char code[CD_CONCEPT_CODE_BYTES]; /* "16000000", no NUL */
    uint32_t name_begin, wikidata_begin;
    uint16_t name_bytes, wikidata_bytes; /* wikidata 0: unknown */
    int32_t parent;                      /* index of the broader concept, -1 on level 1 */
    int32_t successor; /* index of the active concept to use instead; its own index when active */
    uint32_t level;
};

struct cd_taxonomy {
    struct cd_concept *concepts; /* owned; in the order of the codes */
    const struct cd_concept_entry *entries;
    uint32_t count;
};

/* Read and check the two sections of `file`, which must outlive the taxonomy. */
enum cd_status cd_taxonomy_open(const struct cd_model_file *file, struct cd_taxonomy *taxonomy,
                                struct cd_error *error);
void cd_taxonomy_close(struct cd_taxonomy *taxonomy);

/* Index of the concept of a code, retired or not; -1 when there is none. */
int32_t cd_taxonomy_find(const struct cd_taxonomy *taxonomy, struct cd_slice code);

#endif
