#include "copydesk/entities.h"

#include <string.h>

#include "aliases.h"
#include "forms.h"
#include "salience.h"

enum { NO_ENTITY = UINT32_MAX };

/* ---- the best name ------------------------------------------------------------------------- */

/* A headline's capitals lose against anything, an acronym against words, a short name against a long one. */
static bool is_better_name(const struct cd_form *a, const struct cd_form *b)
{
    if (a->capitals_only != b->capitals_only)
        return b->capitals_only;
    if (a->acronym_shaped != b->acronym_shaped)
        return b->acronym_shaped;
    if (a->word_count != b->word_count)
        return a->word_count > b->word_count;
    return a->written.length > b->written.length;
}

static void choose_names(struct cd_forms *forms, const uint32_t *entity_of_group, uint32_t *best_form)
{
    for (uint32_t i = 0; i < forms->count; i++) {
        uint32_t entity = entity_of_group[cd_form_group(forms, i)];
        if (entity == NO_ENTITY || forms->items[i].candidate_count)
            continue;
        uint32_t best = best_form[entity];
        if (best == CD_NO_FORM || is_better_name(&forms->items[i], &forms->items[best]))
            best_form[entity] = i;
    }
}

/* "local:PERSON:antony-blinken": the folded name with "-" between its words. */
static struct cd_slice local_id(const struct cd_form *form, uint8_t type, struct cd_arena *arena)
{
    struct cd_slice prefix = cd_slice_of("local:"), name = cd_slice_of(cd_entity_type_name(type));
    size_t length = prefix.length + name.length + 1 + form->key.length;
    char *id = cd_arena_allocate(arena, length + 1);
    if (!id)
        return (struct cd_slice){NULL, 0};
    char *at = mempcpy(id, prefix.bytes, prefix.length);
    at = mempcpy(at, name.bytes, name.length);
    *at++ = ':';
    for (size_t i = 0; i < form->key.length; i++)
        *at++ = form->key.bytes[i] == ' ' ? '-' : form->key.bytes[i];
    *at = '\0';
    return (struct cd_slice){id, length};
}

/* ---- entities from groups ------------------------------------------------------------------ */

/* Number the groups that have mentions, in text order, and count their mentions. */
static void number_groups(const struct cd_forms *forms, uint32_t *entity_of_group,
                          struct cd_entities *entities)
{
    for (uint32_t i = 0; i < forms->span_count; i++) {
        uint32_t *entity = &entity_of_group[forms->spans[i].group];
        if (*entity == NO_ENTITY) {
            *entity = entities->count++;
            entities->items[*entity] = (struct cd_entity){.type = forms->items[forms->spans[i].group].type};
        }
        entities->items[*entity].mention_count++;
    }
}

/* An entity is as sure as its mentions are on average: they stand or fall together, so neither the surest of
 * them nor "one of them is right" says how often the whole is right (measured on the development sets). */
static void add_mentions(const struct cd_forms *forms, const uint32_t *entity_of_group,
                         const uint32_t *best_form, struct cd_mention *room, struct cd_entities *entities)
{
    for (uint32_t i = 0; i < entities->count; i++) {
        entities->items[i].mentions = room;
        room += entities->items[i].mention_count;
        entities->items[i].mention_count = 0;
    }
    for (uint32_t i = 0; i < forms->span_count; i++) {
        const struct cd_named_span *span = &forms->spans[i];
        uint32_t number = entity_of_group[span->group];
        struct cd_entity *entity = &entities->items[number];
        bool full = cd_slice_equal(forms->items[span->form].key, forms->items[best_form[number]].key);
        entity->mentions[entity->mention_count++] = (struct cd_mention){
            .begin_byte = span->begin_byte,
            .end_byte = span->end_byte,
            .confidence = span->confidence,
            .kind = full ? CD_MENTION_FULL : CD_MENTION_ALIAS,
        };
        entity->confidence += span->confidence;
    }
    for (uint32_t i = 0; i < entities->count; i++)
        entities->items[i].confidence /= (float)entities->items[i].mention_count;
}

static bool comes_before(const struct cd_entity *a, const struct cd_entity *b)
{
    if (a->salience != b->salience)
        return a->salience > b->salience;
    return a->mentions[0].begin_byte < b->mentions[0].begin_byte;
}

/* Merge the sorted runs [begin, middle) and [middle, end) of `from` into `to`. */
static void merge_runs(const struct cd_entity *items, const uint32_t *from, uint32_t begin, uint32_t middle,
                       uint32_t end, uint32_t *to)
{
    uint32_t left = begin, right = middle;
    for (uint32_t i = begin; i < end; i++) {
        bool take_left =
            left < middle && (right >= end || !comes_before(&items[from[right]], &items[from[left]]));
        to[i] = take_left ? from[left++] : from[right++];
    }
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Sort by falling salience. A merge sort in the arena: qsort may call malloc. */
static bool sort_entities(struct cd_entities *entities, struct cd_arena *arena)
{
    uint32_t count = entities->count;
    struct cd_entity *sorted = cd_arena_allocate(arena, count * sizeof *sorted);
    uint32_t *from = cd_arena_allocate(arena, count * sizeof *from);
    uint32_t *to = cd_arena_allocate(arena, count * sizeof *to);
    if (!sorted || !from || !to)
        return false;
    for (uint32_t i = 0; i < count; i++)
        from[i] = i;
    for (uint32_t run = 1; run < count; run *= 2) {
        for (uint32_t begin = 0; begin < count; begin += 2 * run)
            merge_runs(entities->items, from, begin, smaller(begin + run, count),
                       smaller(begin + 2 * run, count), to);
        uint32_t *other = from;
        from = to;
        to = other;
    }
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = entities->items[from[i]];
    entities->items = sorted;
    return true;
}

static bool build_entities(struct cd_forms *forms, struct cd_arena *arena, struct cd_entities *entities)
{
    uint32_t *entity_of_group = cd_arena_allocate(arena, forms->count * sizeof *entity_of_group);
    uint32_t *best_form = cd_arena_allocate(arena, forms->count * sizeof *best_form);
    struct cd_mention *mentions = cd_arena_allocate(arena, forms->span_count * sizeof *mentions);
    entities->items = cd_arena_allocate(arena, forms->count * sizeof *entities->items);
    if (!entity_of_group || !best_form || !mentions || !entities->items)
        return false;
    for (uint32_t i = 0; i < forms->count; i++)
        entity_of_group[i] = best_form[i] = UINT32_MAX;
    number_groups(forms, entity_of_group, entities);
    choose_names(forms, entity_of_group, best_form);
    add_mentions(forms, entity_of_group, best_form, mentions, entities);
    for (uint32_t i = 0; i < entities->count; i++) {
        const struct cd_form *form = &forms->items[best_form[i]];
        entities->items[i].name = form->written;
        entities->items[i].id = local_id(form, entities->items[i].type, arena);
        if (!entities->items[i].id.bytes)
            return false;
    }
    return true;
}

enum cd_status cd_join_entities(const struct cd_document *document, const struct cd_spans *spans,
                                struct cd_arena *arena, struct cd_entities *entities, struct cd_error *error)
{
    struct cd_forms forms;
    *entities = (struct cd_entities){NULL, 0};
    if (spans->count == 0)
        return CD_OK;
    enum cd_status status = cd_forms_gather(document, spans, arena, &forms, error);
    if (status == CD_OK)
        status = cd_join_aliases(document, &forms, arena, error);
    if (status != CD_OK)
        return status;
    if (!build_entities(&forms, arena, entities))
        return cd_fail(error, CD_MEMORY, NULL, "no memory for the entities of an article");
    cd_weigh_salience(document, entities);
    if (!sort_entities(entities, arena))
        return cd_fail(error, CD_MEMORY, NULL, "no memory for the entities of an article");
    return CD_OK;
}
