/* forms.h - the distinct names of a document, and which mention is which.
 *
 * A surface is a folded name; a form is a surface with one type. Mentions of one form are the same thing
 * unless the form is a short name that fits several people (see aliases.h). Types are settled here: a surface
 * that the tagger gave different types is decided by the sum of confidences, unless both types are well
 * supported ("Washington" the president and the city). Between a person and an organisation a full name is
 * support enough: beside "Gerald Ford" the rarer type of "Ford" is not believed, however sure (one sense per
 * discourse: Gale, Church and Yarowsky 1992), unless a longer name has that type too. Everything lives in the
 * arena. Inside entities/ only.
 */
#ifndef COPYDESK_ENTITIES_FORMS_H
#define COPYDESK_ENTITIES_FORMS_H

#include <stdbool.h>
#include <stdint.h>

#include "copydesk/arena.h"
#include "copydesk/document.h"
#include "copydesk/error.h"
#include "copydesk/tagger.h"
#include "names.h"

enum { CD_NO_FORM = UINT32_MAX, CD_CANDIDATES_MAX = 4 };

/* A span with what joining needs to know of it. */
struct cd_named_span {
    uint32_t begin_byte, end_byte;
    uint32_t first_token, end_token;
    uint32_t sentence;
    uint32_t surface; /* index into cd_forms.surfaces */
    uint32_t form;    /* index into cd_forms.items */
    uint32_t group;   /* the form that stands for its entity, after joining */
    float confidence;
    uint8_t type;   /* settled enum cd_entity_type */
    uint8_t gender; /* enum cd_gender, from its own honorific */
    bool in_title;
    bool capitals;
};

struct cd_surface {
    uint64_t hash;
    struct cd_slice key;
    struct cd_slice nickname;
    float weight[CD_ENTITY_TYPE_COUNT];  /* sum of confidences per type */
    float best[CD_ENTITY_TYPE_COUNT];    /* highest confidence per type */
    uint32_t full_names;                 /* bit per type: a longer name of it ends (a person) or begins (an
                                            organisation) with this word */
    uint32_t form[CD_ENTITY_TYPE_COUNT]; /* CD_NO_FORM where there is none */
};

struct cd_form {
    struct cd_slice key;
    struct cd_slice words[CD_NAME_WORDS_MAX]; /* of the key; a person's honorific and generation left out */
    uint8_t word_count;
    uint8_t core_count; /* words without an organisation's legal form behind */
    uint8_t type;
    uint8_t gender; /* enum cd_gender */
    bool acronym_shaped;
    bool capitals_only;         /* every mention is in capitals */
    struct cd_slice nickname;   /* folded; may be empty */
    struct cd_slice generation; /* "jr", "ii"; may be empty */
    struct cd_slice written;    /* the mention that shows it best, as it stands in the text */
    uint32_t first_span;        /* first mention; in the body when there is one */
    bool title_only;
    uint32_t mention_count;
    float confidence;                       /* highest of its mentions */
    uint32_t group;                         /* union-find parent: an index of a form */
    uint32_t candidates[CD_CANDIDATES_MAX]; /* groups that a short name may stand for, when several */
    uint8_t candidate_count;
};

struct cd_forms {
    struct cd_named_span *spans;
    uint32_t span_count;
    struct cd_surface *surfaces;
    uint32_t surface_count;
    struct cd_form *items;
    uint32_t count;
};

/* Gather the forms of a document's spans. CD_MEMORY only. */
enum cd_status cd_forms_gather(const struct cd_document *document, const struct cd_spans *spans,
                               struct cd_arena *arena, struct cd_forms *forms, struct cd_error *error);

/* The form that stands for `form`'s group (path halving). */
uint32_t cd_form_group(struct cd_forms *forms, uint32_t form);

#endif
