/* topics_taxonomy.h - the taxonomy sections of a topic model, made from a flat table of the Media Topics.
 *
 * The table (DATA/iptc/flat_*.tsv, the last by name) has a heading and the columns code, level, name,
 * broader, top, path, retired, wikidata, definition. A newer release is one file more. For the trainer: one
 * thread, allocates freely. */
#ifndef COPYDESK_TRAIN_TOPICS_TAXONOMY_H
#define COPYDESK_TRAIN_TOPICS_TAXONOMY_H

#include "../topics/deep.h"
#include "../topics/taxonomy.h"
#include "copydesk/buffer.h"

struct cd_taxonomy_table {
    struct cd_concept_entry *entries; /* by ascending code */
    uint32_t count;
    struct cd_buffer names;
    char release[32]; /* "2025-03-31", from the file's name */
};

/* Read the newest table below `data`. Free with cd_taxonomy_table_free. */
enum cd_status cd_taxonomy_table_read(const char *data, struct cd_taxonomy_table *table,
                                      struct cd_error *error);
void cd_taxonomy_table_free(struct cd_taxonomy_table *table);

/* The section "deep": slots for the names, in singular and plural, of the active concepts below level 2 that
 * are one or two words long. *slots gets an array of *count, a power of two; free it. */
enum cd_status cd_taxonomy_table_names(const struct cd_taxonomy_table *table, struct cd_deep_slot **slots,
                                       uint32_t *count, struct cd_error *error);

/* Index of a code, -1 when unknown. */
int32_t cd_taxonomy_table_find(const struct cd_taxonomy_table *table, struct cd_slice code);

#endif
