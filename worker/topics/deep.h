/* deep.h - topics below level 2, by their names.
 *
 * Nothing was annotated below level 2, so a deeper concept is given only on plain evidence: the article calls
 * it by its name ("earthquake", "immigration policy") often enough, title and lead counting more, and the
 * level-2 topic above it has been given anyway. Its confidence is its parent's times a share that grows with
 * the evidence; it is not calibrated on articles, for want of any. Pure functions; read-only table. */
#ifndef COPYDESK_TOPICS_DEEP_H
#define COPYDESK_TOPICS_DEEP_H

#include "copydesk/error.h"
#include "copydesk/model.h"
#include "copydesk/topics.h"
#include "evidence.h"
#include "taxonomy.h"

enum { CD_DEEP_SUBJECTS_MAX = 12 };

/* One slot of the open-addressed table from a name's hash to its concept: section "deep" of the model. */
struct cd_deep_slot {
    uint64_t hash; /* as in cd_evidence: of one word or of a pair; 0: free */
    int32_t concept;
    uint32_t reserved;
};

struct cd_deep_names {
    const struct cd_deep_slot *slots;
    uint32_t slot_mask;
};

enum cd_status cd_deep_open(const struct cd_model_file *file, const struct cd_taxonomy *taxonomy,
                            struct cd_deep_names *names, struct cd_error *error);

/* The concept that has this feature's word or pair of words as its name; -1: none. */
int32_t cd_deep_concept(const struct cd_deep_names *names, uint64_t hash);

/* Add the deeper concepts that the evidence names to `subjects`, which has room for CD_DEEP_SUBJECTS_MAX
 * more. */
void cd_add_deep_subjects(const struct cd_deep_names *names, const struct cd_taxonomy *taxonomy,
                          const struct cd_evidence *evidence, uint32_t evidence_count,
                          struct cd_subjects *subjects);

#endif
