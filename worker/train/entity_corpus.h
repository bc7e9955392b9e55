/* entity_corpus.h - annotated documents for training and scoring the tagger.
 *
 * Reads the JSON Lines of DATA/ner with their META files. What a source does not annotate is not learned as
 * "nothing": a token's labelling is a set of allowed labels, one label where it is known, several where it is
 * not. For programs that run once: one thread, memory lives until the corpus is freed. */
#ifndef COPYDESK_TRAIN_ENTITY_CORPUS_H
#define COPYDESK_TRAIN_ENTITY_CORPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "../entities/labels.h"
#include "copydesk/arena.h"
#include "copydesk/document.h"
#include "copydesk/error.h"

/* Types of gold spans beyond cd_entity_type. */
enum { CD_GOLD_UNKNOWN = CD_ENTITY_TYPE_COUNT /* some name, but its type is not one of ours (MISC) */ };

/* A gold span in bytes of the document's text (title + "\n\n" + body). */
struct cd_gold_span {
    uint32_t begin_byte, end_byte;
    uint8_t type;
    float probability; /* the annotator's; 1 when it gives none */
};

struct cd_gold_document {
    struct cd_slice id, title, body;
    struct cd_gold_span *spans;
    uint32_t span_count;
    struct cd_gold_span *doubts; /* stretches that the annotator was unsure of */
    uint32_t doubt_count;
    uint32_t complete_types; /* bit per type: every mention of it is annotated */
    float weight;
};

struct cd_corpus {
    struct cd_arena *arena;
    struct cd_gold_document *documents;
    uint32_t count, capacity;
};

/* Append the documents of one file. Types that `complete_types` lacks are allowed wherever nothing is marked.
 */
enum cd_status cd_corpus_read(struct cd_corpus *corpus, const char *path, uint32_t complete_types,
                              float weight, struct cd_error *error);
/* The complete types of a file from its META page (NAME.META.json beside it); all when there is none. */
uint32_t cd_corpus_complete_types(const char *path);
void cd_corpus_free(struct cd_corpus *corpus);

/* The allowed labels of each token: bit per column of a row, bit CD_LABEL_O for outside. */
typedef uint64_t cd_label_set;
static const cd_label_set cd_any_label = ((cd_label_set)2 << CD_LABEL_O) - 1;
void cd_corpus_label(const struct cd_gold_document *gold, const struct cd_document *document,
                     cd_label_set *labels);

/* Ways to rewrite letter case; byte lengths stay as they are. */
enum cd_recase {
    CD_RECASE_NONE,
    CD_RECASE_TITLE,
    CD_RECASE_TITLE_SMALL_WORDS,
    CD_RECASE_TITLE_ALL,
    CD_RECASE_UPPER,
    CD_RECASE_LOWER
};
/* TITLE: every word begins with a capital, the rest stays; TITLE_SMALL_WORDS: "of", "the" stay small;
 * TITLE_ALL: the rest of each word becomes small. */
void cd_recase(enum cd_recase how, char *bytes, size_t length);

/* How much of a document to rewrite: the title and a fifth of the body's sentences, so that the rest can tell
 * of its names; or all in one way. */
enum cd_recased { CD_RECASED_NOT, CD_RECASED_PARTS, CD_RECASED_WHOLE };
/* Rewrite title and body (memory of the caller's) in ways that `random` chooses. */
void cd_recase_copy(enum cd_recased how, uint64_t random, struct cd_arena *arena, struct cd_slice title,
                    struct cd_slice body);

#endif
