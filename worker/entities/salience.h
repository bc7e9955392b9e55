/* salience.h - how much an article is about each of its entities.
 *
 * A log-linear score of what a reader sees (after Dunietz & Gillick 2014: where an entity is named first, how
 * often, whether in the headline, in which role), normalised so that an article's entities sum to 1:
 *
 *     salience(e) = exp(w . f(e)) / sum over all entities of exp(w . f)
 *
 * The weights are fitted on human judgements (worker/train/salience_main.c says how). Inside entities/ only.
 */
#ifndef COPYDESK_ENTITIES_SALIENCE_H
#define COPYDESK_ENTITIES_SALIENCE_H

#include "copydesk/document.h"
#include "copydesk/entities.h"

enum cd_salience_feature {
    CD_SALIENCE_COUNT,   /* log of the number of mentions */
    CD_SALIENCE_TITLE,   /* named in the headline: 1 */
    CD_SALIENCE_EARLY,   /* 1 / (1 + sentences before its first mention in the body) */
    CD_SALIENCE_SPREAD,  /* the part of the body between its first and last mention, 0 to 1 */
    CD_SALIENCE_SUBJECT, /* share of mentions that open their sentence, where subjects stand */
    CD_SALIENCE_TYPE,    /* one per type from here on: 1 for the entity's own */
    CD_SALIENCE_FEATURE_COUNT = CD_SALIENCE_TYPE + CD_ENTITY_TYPE_COUNT,
};

void cd_salience_features(const struct cd_document *document, const struct cd_entity *entity,
                          float features[CD_SALIENCE_FEATURE_COUNT]);

/* Fill in the salience of all entities. */
void cd_weigh_salience(const struct cd_document *document, struct cd_entities *entities);

#endif
