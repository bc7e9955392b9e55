#include "topics_taxonomy.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copydesk/hash.h"

enum column { CODE, LEVEL, NAME, BROADER, TOP, PATH, RETIRED, WIKIDATA, DEFINITION, COLUMNS };
enum { CONCEPTS_MAX = 8192 };

/* A line of the table before it becomes an entry. */
struct line {
    char *text; /* owned; the columns point into it */
    char *column[COLUMNS];
};

static bool split_line(struct line *line)
{
    static char nothing[] = "";
    char *rest = line->text;
    rest[strcspn(rest, "\r\n")] = '\0';
    for (int c = 0; c < COLUMNS; c++)
        line->column[c] = rest ? strsep(&rest, "\t") : nothing;
    return strlen(line->column[CODE]) == CD_CONCEPT_CODE_BYTES;
}

static int by_code(const void *a, const void *b)
{
    const struct line *left = a, *right = b;
    return strcmp(left->column[CODE], right->column[CODE]);
}

static int by_code_only(const void *key, const void *member)
{
    const struct line *line = member;
    return strcmp(key, line->column[CODE]);
}

static int32_t find_line(const struct line *lines, uint32_t count, const char *code)
{
    const struct line *found = bsearch(code, lines, count, sizeof *lines, by_code_only);
    return found ? (int32_t)(found - lines) : -1;
}

/* The active concept to use for line `at`: itself, one of the same name, or the nearest active broader one.
 */
static int32_t successor_of(const struct line *lines, uint32_t count, int32_t at)
{
    if (!lines[at].column[RETIRED][0])
        return at;
    for (uint32_t i = 0; i < count; i++)
        if (!lines[i].column[RETIRED][0] && strcmp(lines[i].column[NAME], lines[at].column[NAME]) == 0)
            return (int32_t)i;
    while (at >= 0 && lines[at].column[RETIRED][0])
        at = find_line(lines, count, lines[at].column[BROADER]);
    return at;
}

static uint32_t append_name(struct cd_buffer *names, const char *text)
{
    uint32_t begin = (uint32_t)names->length;
    cd_buffer_append_string(names, text);
    return begin;
}

static enum cd_status make_entries(const struct line *lines, uint32_t count, struct cd_taxonomy_table *table,
                                   const char *path, struct cd_error *error)
{
    for (uint32_t i = 0; i < count; i++) {
        char *const *column = lines[i].column;
        struct cd_concept_entry *entry = &table->entries[i];
        memcpy(entry->code, column[CODE], CD_CONCEPT_CODE_BYTES);
        entry->name_begin = append_name(&table->names, column[NAME]);
        entry->name_bytes = (uint16_t)strlen(column[NAME]);
        entry->wikidata_begin = append_name(&table->names, column[WIKIDATA]);
        entry->wikidata_bytes = (uint16_t)strlen(column[WIKIDATA]);
        entry->level = (uint32_t)strtoul(column[LEVEL], NULL, 10);
        entry->parent = entry->level == 1 ? -1 : find_line(lines, count, column[BROADER]);
        entry->successor = successor_of(lines, count, (int32_t)i);
        if (entry->successor < 0 || (entry->level > 1 && entry->parent < 0))
            return cd_fail(error, CD_INVALID, path, "concept %s has no broader concept in the table",
                           column[CODE]);
    }
    table->count = count;
    return CD_OK;
}

/* Read the lines below the heading into lines[CONCEPTS_MAX]; their texts are the caller's. */
static enum cd_status read_lines(const char *path, struct line *lines, uint32_t *count,
                                 struct cd_error *error)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return cd_fail(error, CD_IO, path, "cannot open: %s", strerror(errno));
    char *text = NULL;
    size_t capacity = 0;
    bool sound = getline(&text, &capacity, file) > 0; /* the heading */
    while (sound && *count < CONCEPTS_MAX && getline(&text, &capacity, file) > 0) {
        lines[*count].text = text;
        sound = split_line(&lines[(*count)++]);
        text = NULL;
        capacity = 0;
    }
    free(text);
    fclose(file);
    return sound ? CD_OK
                 : cd_fail(error, CD_INVALID, path, "line %u does not begin with a code of %d digits",
                           *count + 1, CD_CONCEPT_CODE_BYTES);
}

static enum cd_status read_table(const char *path, struct cd_taxonomy_table *table, struct cd_error *error)
{
    uint32_t count = 0;
    struct line *lines = calloc(CONCEPTS_MAX, sizeof *lines);
    table->entries = calloc(CONCEPTS_MAX, sizeof *table->entries);
    if (!lines || !table->entries) {
        free(lines);
        return cd_fail(error, CD_MEMORY, path, "out of memory");
    }
    enum cd_status status = read_lines(path, lines, &count, error);
    if (status == CD_OK) {
        qsort(lines, count, sizeof *lines, by_code);
        status = make_entries(lines, count, table, path, error);
    }
    for (uint32_t i = 0; i < count; i++)
        free(lines[i].text);
    free(lines);
    return status;
}

enum cd_status cd_taxonomy_table_read(const char *data, struct cd_taxonomy_table *table,
                                      struct cd_error *error)
{
    char pattern[4096];
    glob_t found;
    *table = (struct cd_taxonomy_table){0};
    snprintf(pattern, sizeof pattern, "%s/iptc/flat_*.tsv", data);
    if (glob(pattern, 0, NULL, &found) != 0)
        return cd_fail(error, CD_NOT_FOUND, pattern, "no table of the Media Topics");
    const char *path = found.gl_pathv[found.gl_pathc - 1];
    const char *release = strrchr(path, '_') + 1;
    snprintf(table->release, sizeof table->release, "%.*s", (int)strcspn(release, "."), release);
    enum cd_status status = read_table(path, table, error);
    globfree(&found);
    return status;
}

void cd_taxonomy_table_free(struct cd_taxonomy_table *table)
{
    free(table->entries);
    cd_buffer_free(&table->names);
    *table = (struct cd_taxonomy_table){0};
}

int32_t cd_taxonomy_table_find(const struct cd_taxonomy_table *table, struct cd_slice code)
{
    struct cd_taxonomy view = {.entries = table->entries, .count = table->count};
    return cd_taxonomy_find(&view, code);
}

/* ---- names of deeper concepts -------------------------------------------------------------- */

enum { NAME_SLOTS = 8192, NAME_BYTES_MAX = 64 };

/* The hash of a name of one or two words, as it would be read in an article; 0 for any other name. */
static uint64_t hash_name(const char *name)
{
    uint64_t hash = 0;
    int words = 0;
    for (const char *at = name; *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        uint64_t word = cd_hash_topic_word((struct cd_slice){at, length});
        if (++words > 2 || word == 0 || strcspn(at, "-/,.()'") < length)
            return 0;
        hash = words == 1 ? word : cd_hash_mix(hash, word);
        at += length;
    }
    return hash;
}

/* A name that two concepts share belongs to neither: its slot keeps the concept -1. */
static void insert_name(struct cd_deep_slot *slots, uint64_t hash, int32_t concept)
{
    uint32_t at = (uint32_t)hash & (NAME_SLOTS - 1);
    while (slots[at].hash != 0 && slots[at].hash != hash)
        at = (at + 1) & (NAME_SLOTS - 1);
    bool shared = slots[at].hash == hash && slots[at].concept != concept;
    slots[at] = (struct cd_deep_slot){.hash = hash, .concept = shared ? -1 : concept};
}

/* The table again without the shared names. */
static void keep_unique(const struct cd_deep_slot *all, struct cd_deep_slot *unique)
{
    for (uint32_t i = 0; i < NAME_SLOTS; i++)
        if (all[i].hash != 0 && all[i].concept >= 0)
            insert_name(unique, all[i].hash, all[i].concept);
}

enum cd_status cd_taxonomy_table_names(const struct cd_taxonomy_table *table, struct cd_deep_slot **slots,
                                       uint32_t *count, struct cd_error *error)
{
    struct cd_deep_slot *all = calloc(NAME_SLOTS, sizeof *all);
    *slots = calloc(NAME_SLOTS, sizeof **slots);
    *count = NAME_SLOTS;
    if (!all || !*slots) {
        free(all);
        return cd_fail(error, CD_MEMORY, "taxonomy", "out of memory");
    }
    for (uint32_t i = 0; i < table->count && i < NAME_SLOTS / 4; i++) {
        const struct cd_concept_entry *entry = &table->entries[i];
        if (entry->level <= 2 || entry->successor != (int32_t)i || entry->name_bytes > NAME_BYTES_MAX)
            continue;
        char name[NAME_BYTES_MAX + 2];
        snprintf(name, sizeof name, "%.*s", entry->name_bytes, table->names.bytes + entry->name_begin);
        uint64_t singular = hash_name(name);
        snprintf(name, sizeof name, "%.*ss", entry->name_bytes, table->names.bytes + entry->name_begin);
        if (singular == 0)
            continue;
        insert_name(all, singular, (int32_t)i);
        insert_name(all, hash_name(name), (int32_t)i);
    }
    keep_unique(all, *slots);
    free(all);
    return CD_OK;
}
