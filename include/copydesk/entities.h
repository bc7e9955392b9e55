/* entities.h - from spans to entities: the same name is the same thing through an article.
 *
 * Joins aliases ("Antony Blinken", "Blinken"; "World Health Organization (WHO)", "WHO"), settles conflicts of
 * type, gives each entity its best name, a confidence and a salience. Pure functions of one document; results
 * live in the arena. One thread at a time per arena.
 *
 * Types: a surface with several types is settled by the sum of confidences where one side is weak; where both
 * are well supported ("Washington" the president and the city) it stays two entities. Salience is log-linear
 * in what a reader sees, fitted to human judgements (worker/entities/salience.h). */
#ifndef COPYDESK_ENTITIES_H
#define COPYDESK_ENTITIES_H

#include <stdbool.h>
#include <stdint.h>

#include "copydesk/arena.h"
#include "copydesk/document.h"
#include "copydesk/error.h"
#include "copydesk/slice.h"
#include "copydesk/tagger.h"

enum cd_mention_kind { CD_MENTION_FULL, CD_MENTION_ALIAS };

struct cd_mention {
    uint32_t begin_byte, end_byte; /* half-open, into document.text; never across title and body */
    float confidence;
    uint8_t kind; /* enum cd_mention_kind: FULL when it is the entity's best name, ALIAS when shorter or an
                     acronym */
};

struct cd_entity {
    struct cd_slice id;   /* Wikidata id when linked, else a stable local id, "local:" + type + ":" + the name
                             in lower case   without accents, periods and apostrophes, its words joined by "-":
                             "local:PERSON:jose-oneill" */
    struct cd_slice name; /* its longest name as it stands in the text; capitals and acronyms come last */
    uint8_t type;         /* enum cd_entity_type */
    float salience;       /* 0 to 1; sums to 1 over the article */
    float confidence;     /* 0 to 1: the mean of its mentions', calibrated as far as those are */
    /* Filled in by the linker when there is one; until then empty, 0 and false. */
    struct cd_slice class_name, wikidata, geonames, country;
    bool has_coordinates;
    double latitude, longitude;
    float link_confidence;
    struct cd_mention *mentions; /* in text order */
    uint32_t mention_count;
};

struct cd_entities {
    struct cd_entity *items; /* by falling salience */
    uint32_t count;
};

/* Join the spans of a document into entities. */
enum cd_status cd_join_entities(const struct cd_document *document, const struct cd_spans *spans,
                                struct cd_arena *arena, struct cd_entities *entities, struct cd_error *error);

#endif
