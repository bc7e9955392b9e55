#include "topics_classes.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../topics/evidence.h"

static uint32_t find_slot(const struct cd_word_classes *classes, uint64_t hash)
{
    uint32_t at = (uint32_t)hash & classes->slot_mask;
    while (classes->slots[at] != 0 && classes->words[classes->slots[at] - 1].hash != hash)
        at = (at + 1) & classes->slot_mask;
    return at;
}

/* "word TAB class TAB class ...", the first class passed over; a line of another form gives no word. */
static bool parse_line(const char *line, struct cd_classed_word *word)
{
    const char *at = strchr(line, '\t');
    if (!at)
        return false;
    word->hash = cd_hash_topic_word((struct cd_slice){line, (size_t)(at - line)});
    at += strcspn(at + 1, "\t") + 1;
    for (int grain = 0; grain < CD_CLASS_GRAINS; grain++) {
        if (*at != '\t')
            return false;
        char *end;
        word->class[grain] = (int32_t)strtol(at + 1, &end, 10);
        at = end;
    }
    return word->hash != 0;
}

static void add_word(struct cd_word_classes *classes, const struct cd_classed_word *word)
{
    uint32_t slot = find_slot(classes, word->hash);
    if (classes->slots[slot] != 0)
        return;
    classes->words[classes->word_count++] = *word;
    classes->slots[slot] = classes->word_count;
}

/* Number the classes through, grain by grain. */
static void number_classes(struct cd_word_classes *classes)
{
    for (int grain = 0; grain < CD_CLASS_GRAINS; grain++) {
        int32_t highest = -1;
        for (uint32_t i = 0; i < classes->word_count; i++) {
            int32_t *class = &classes->words[i].class[grain];
            highest = *class > highest ? *class : highest;
            *class += classes->first[grain];
        }
        classes->first[grain + 1] = classes->first[grain] + highest + 1;
    }
}

static enum cd_status read_words(const char *path, uint32_t words_max, struct cd_word_classes *classes,
                                 struct cd_error *error)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return cd_fail(error, CD_IO, path, "cannot be read");
    char *line = NULL;
    size_t capacity = 0;
    struct cd_classed_word word = {0};
    while (classes->word_count < words_max && getline(&line, &capacity, file) > 0)
        if (parse_line(line, &word))
            add_word(classes, &word);
    free(line);
    fclose(file);
    number_classes(classes);
    return CD_OK;
}

enum cd_status cd_word_classes_read(const char *data, uint32_t words_max, struct cd_word_classes *classes,
                                    struct cd_error *error)
{
    char pattern[4096];
    glob_t found;
    *classes = (struct cd_word_classes){.slot_mask = 63};
    while (classes->slot_mask < words_max * 2)
        classes->slot_mask = classes->slot_mask * 2 + 1;
    classes->words = calloc(words_max + 1, sizeof *classes->words);
    classes->slots = calloc((size_t)classes->slot_mask + 1, sizeof *classes->slots);
    if (!classes->words || !classes->slots)
        return cd_fail(error, CD_MEMORY, "word classes", "out of memory");
    snprintf(pattern, sizeof pattern, "%s/clusters/*.tsv", data);
    if (glob(pattern, 0, NULL, &found) != 0)
        return CD_OK;
    enum cd_status status = read_words(found.gl_pathv[0], words_max, classes, error);
    globfree(&found);
    return status;
}

void cd_word_classes_free(struct cd_word_classes *classes)
{
    free(classes->words);
    free(classes->slots);
    *classes = (struct cd_word_classes){0};
}

const struct cd_classed_word *cd_word_classes_find(const struct cd_word_classes *classes, uint64_t hash)
{
    if (classes->word_count == 0)
        return NULL;
    uint32_t slot = find_slot(classes, hash);
    return classes->slots[slot] ? &classes->words[classes->slots[slot] - 1] : NULL;
}
