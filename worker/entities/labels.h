/* labels.h - the 33 labels of the tagger: O, and B, I, L, U for each of the eight types (BILOU).
 *
 * A row of scores or weights has 32 columns, B of every type first, then I, L and U; the score of O is 0 by
 * definition (adding a constant to all labels of a token changes nothing). */
#ifndef COPYDESK_ENTITIES_LABELS_H
#define COPYDESK_ENTITIES_LABELS_H

#include "copydesk/tagger.h"

enum {
    CD_TYPES = CD_ENTITY_TYPE_COUNT,
    CD_LABEL_B = 0,            /* first token of several */
    CD_LABEL_I = CD_TYPES,     /* inner token */
    CD_LABEL_L = 2 * CD_TYPES, /* last token of several */
    CD_LABEL_U = 3 * CD_TYPES, /* the only token */
    CD_LABELS = 4 * CD_TYPES,  /* columns of a row */
    CD_LABEL_O = CD_LABELS,    /* outside; not a column */
};

#endif
