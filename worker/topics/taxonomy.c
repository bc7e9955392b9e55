#include "taxonomy.h"

#include <stdlib.h>
#include <string.h>

static bool inside(uint32_t begin, uint32_t bytes, size_t whole)
{
    return begin <= whole && bytes <= whole - begin;
}

/* A parent stands one level above, so that walking up always ends at level 1. */
static bool entry_is_sound(const struct cd_taxonomy *taxonomy, const struct cd_concept_entry *entry,
                           size_t name_bytes)
{
    int32_t count = (int32_t)taxonomy->count;
    if (!inside(entry->name_begin, entry->name_bytes, name_bytes) ||
        !inside(entry->wikidata_begin, entry->wikidata_bytes, name_bytes))
        return false;
    if (entry->level < 1 || entry->level > CD_CONCEPT_LEVELS)
        return false;
    if (entry->successor < 0 || entry->successor >= count ||
        taxonomy->entries[entry->successor].successor != entry->successor)
        return false;
    if (entry->level == 1)
        return entry->parent == -1;
    return entry->parent >= 0 && entry->parent < count &&
           taxonomy->entries[entry->parent].level == entry->level - 1;
}

static enum cd_status check_entries(const struct cd_taxonomy *taxonomy, size_t name_bytes,
                                    struct cd_error *error)
{
    for (uint32_t i = 0; i < taxonomy->count; i++) {
        const struct cd_concept_entry *entry = &taxonomy->entries[i];
        bool ascending = i == 0 || memcmp(entry[-1].code, entry->code, CD_CONCEPT_CODE_BYTES) < 0;
        if (!ascending || !entry_is_sound(taxonomy, entry, name_bytes))
            return cd_fail(error, CD_INVALID, "topics model",
                           "concept %u of the taxonomy (code \"%.8s\") is damaged", i, entry->code);
    }
    return CD_OK;
}

static struct cd_concept concept_of(const struct cd_concept_entry *entry, const char *names)
{
    return (struct cd_concept){
        .code = {entry->code, CD_CONCEPT_CODE_BYTES},
        .name = {names + entry->name_begin, entry->name_bytes},
        .wikidata = {names + entry->wikidata_begin, entry->wikidata_bytes},
        .level = (uint8_t)entry->level,
        .parent = entry->parent,
    };
}

enum cd_status cd_taxonomy_open(const struct cd_model_file *file, struct cd_taxonomy *taxonomy,
                                struct cd_error *error)
{
    struct cd_slice entries, names;
    enum cd_status status =
        cd_model_section(file, "concepts", sizeof(struct cd_concept_entry), &entries, error);
    if (status == CD_OK)
        status = cd_model_section(file, "names", 1, &names, error);
    if (status != CD_OK)
        return status;
    *taxonomy = (struct cd_taxonomy){
        .entries = (const struct cd_concept_entry *)(const void *)entries.bytes,
        .count = (uint32_t)(entries.length / sizeof(struct cd_concept_entry)),
    };
    status = check_entries(taxonomy, names.length, error);
    if (status != CD_OK)
        return status;
    taxonomy->concepts = calloc(taxonomy->count + 1, sizeof *taxonomy->concepts);
    if (!taxonomy->concepts)
        return cd_fail(error, CD_MEMORY, "topics model", "out of memory");
    for (uint32_t i = 0; i < taxonomy->count; i++)
        taxonomy->concepts[i] = concept_of(&taxonomy->entries[i], names.bytes);
    return CD_OK;
}

void cd_taxonomy_close(struct cd_taxonomy *taxonomy)
{
    free(taxonomy->concepts);
    *taxonomy = (struct cd_taxonomy){0};
}

int32_t cd_taxonomy_find(const struct cd_taxonomy *taxonomy, struct cd_slice code)
{
    if (code.length != CD_CONCEPT_CODE_BYTES)
        return -1;
    uint32_t low = 0, high = taxonomy->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = memcmp(taxonomy->entries[middle].code, code.bytes, CD_CONCEPT_CODE_BYTES);
        if (order == 0)
            return (int32_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}
