/* entity_lexicon.h - builds the tagger's lexicon from word clusters and the knowledge base (see
 * ../entities/lexicon.h). */
#ifndef COPYDESK_TRAIN_ENTITY_LEXICON_H
#define COPYDESK_TRAIN_ENTITY_LEXICON_H

#include "copydesk/error.h"
#include "copydesk/model.h"

enum { CD_LEXICON_SECTIONS = 6 };

struct cd_lexicon_sections {
    struct cd_model_section_data items[CD_LEXICON_SECTIONS];
};

/* Read DATA/clusters and DATA/knowledge, the news classes (train/clusters) from two files, and the word
 * vectors (train/vectors) from a third. The sections are freed with cd_lexicon_sections_free. */
enum cd_status cd_lexicon_build(const char *data, const char *const news_classes[2], const char *vectors,
                                struct cd_lexicon_sections *sections, struct cd_error *error);
void cd_lexicon_sections_free(struct cd_lexicon_sections *sections);

#endif
