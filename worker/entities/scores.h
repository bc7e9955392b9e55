/* scores.h - how well each label fits each token of a sentence by itself, before labels are weighed against
 * their neighbours. Pure functions on caller's memory. */
#ifndef COPYDESK_ENTITIES_SCORES_H
#define COPYDESK_ENTITIES_SCORES_H

#include "features.h"
#include "weights.h"

/* Score the tokens of a sentence that may belong to a name. For the others `outside` is set, and their scores
 * are not to be read. The words must be those of a cd_word_cache, the contexts be prepared. */
void cd_score_tokens(const struct cd_weights *weights, const struct cd_sentence_view *view,
                     float (*scores)[CD_LABELS], bool *outside);

#endif
