#include "forms.h"

#include "copydesk/hash.h"

enum { HONORIFIC_REACH_TOKENS = 2, LONGEST_TITLE_BYTES = 12 };

/* A type may be overruled by another one of the same surface when it has less than this share of the other's
 * weight and no mention of its own that is this sure (see also forms.h on full names). */
static const float MINORITY_SHARE_MAX = 0.6F;
static const float MINORITY_CONFIDENCE_MAX = 0.9F;

/* An open hash table of surfaces: slots hold index + 1. */
struct table {
    uint32_t *slots;
    uint32_t mask;
};

static uint32_t table_size(uint32_t count)
{
    uint32_t size = 16;
    while (size < 2 * count)
        size *= 2;
    return size;
}

/* ---- surfaces ------------------------------------------------------------------------------ */

static bool new_surface(struct cd_forms *forms, const struct cd_folded *folded, uint64_t hash,
                        struct cd_arena *arena)
{
    struct cd_surface *surface = &forms->surfaces[forms->surface_count];
    *surface = (struct cd_surface){.hash = hash};
    surface->key = cd_arena_copy(arena, (struct cd_slice){folded->text, folded->length});
    surface->nickname = cd_arena_copy(arena, (struct cd_slice){folded->nickname, folded->nickname_length});
    for (int type = 0; type < CD_ENTITY_TYPE_COUNT; type++)
        surface->form[type] = CD_NO_FORM;
    return surface->key.bytes && surface->nickname.bytes;
}

/* The slot of a folded name: its own, or the free one where it belongs. */
static uint32_t *find_slot(const struct cd_forms *forms, const struct table *table, struct cd_slice key,
                           uint64_t hash)
{
    uint32_t slot = (uint32_t)hash & table->mask;
    for (; table->slots[slot]; slot = (slot + 1) & table->mask) {
        const struct cd_surface *surface = &forms->surfaces[table->slots[slot] - 1];
        if (surface->hash == hash && cd_slice_equal(surface->key, key))
            break;
    }
    return &table->slots[slot];
}

/* The surface of a folded name, made when it is new; CD_NO_FORM when out of memory. */
static uint32_t intern_surface(struct cd_forms *forms, struct table *table, const struct cd_folded *folded,
                               struct cd_arena *arena)
{
    struct cd_slice key = {folded->text, folded->length};
    uint64_t hash = cd_hash(key.bytes, key.length, 0);
    uint32_t *slot = find_slot(forms, table, key, hash);
    if (*slot)
        return *slot - 1;
    if (!new_surface(forms, folded, hash, arena))
        return CD_NO_FORM;
    *slot = ++forms->surface_count;
    return forms->surface_count - 1;
}

static uint8_t heaviest_type(const struct cd_surface *surface)
{
    int heaviest = 0;
    for (int type = 1; type < CD_ENTITY_TYPE_COUNT; type++)
        if (surface->weight[type] > surface->weight[heaviest])
            heaviest = type;
    return (uint8_t)heaviest;
}

static void note_full_name(struct cd_forms *forms, const struct table *table, struct cd_slice word,
                           uint8_t type)
{
    uint32_t slot = *find_slot(forms, table, word, cd_hash(word.bytes, word.length, 0));
    if (slot)
        forms->surfaces[slot - 1].full_names |= 1U << type;
}

/* Tell single words of the full names that end or begin with them. */
static void note_full_names(struct cd_forms *forms, const struct table *table)
{
    for (uint32_t i = 0; i < forms->surface_count; i++) {
        struct cd_slice words[CD_NAME_WORDS_MAX];
        unsigned count = cd_name_words(forms->surfaces[i].key, words);
        uint8_t type = heaviest_type(&forms->surfaces[i]);
        if (type == CD_PERSON && count > 1 && cd_is_generation(words[count - 1]))
            count--;
        if (count > 1 && type == CD_PERSON)
            note_full_name(forms, table, words[count - 1], type);
        if (count > 1 && type == CD_ORGANIZATION)
            note_full_name(forms, table, words[0], type);
    }
}

/* ---- spans --------------------------------------------------------------------------------- */

/* What stands before a mention ("Mr. Blinken", "his wife, Jill Biden"), looking past a period or comma of its
 * own. */
static enum cd_gender gender_before(const struct cd_document *document, uint32_t first_token)
{
    for (uint32_t back = 1; back <= HONORIFIC_REACH_TOKENS && back <= first_token; back++) {
        struct cd_slice word = cd_token_text(document, first_token - back);
        if (word.length == 1 && (word.bytes[0] == '.' || word.bytes[0] == ','))
            continue;
        if (word.length > LONGEST_TITLE_BYTES)
            break;
        struct cd_folded folded;
        bool is_honorific;
        cd_fold_name(word, &folded);
        struct cd_slice key = {folded.text, folded.length};
        enum cd_gender gender = cd_honorific(key, &is_honorific);
        return is_honorific ? gender : cd_kinship_gender(key);
    }
    return CD_GENDER_UNKNOWN;
}

static void describe_span(const struct cd_document *document, const struct cd_span *span,
                          struct cd_named_span *named)
{
    *named = (struct cd_named_span){
        .begin_byte = document->tokens[span->first_token].begin_byte,
        .end_byte = document->tokens[span->first_token + span->token_count - 1].end_byte,
        .first_token = span->first_token,
        .end_token = span->first_token + span->token_count,
        .form = CD_NO_FORM,
        .confidence = span->confidence,
        .type = span->type,
    };
    named->in_title = named->begin_byte < document->title_bytes;
    named->capitals = cd_is_capitals(cd_slice_part(document->text, named->begin_byte, named->end_byte));
    if (span->type == CD_PERSON)
        named->gender = gender_before(document, span->first_token);
}

static enum cd_status gather_spans(const struct cd_document *document, const struct cd_spans *spans,
                                   struct cd_arena *arena, struct cd_forms *forms)
{
    struct table table = {.mask = table_size(spans->count) - 1};
    table.slots = cd_arena_zeroed(arena, table.mask + 1, sizeof *table.slots);
    if (!table.slots)
        return CD_MEMORY;
    uint32_t sentence = 0;
    for (uint32_t i = 0; i < spans->count; i++) {
        struct cd_named_span *span = &forms->spans[i];
        describe_span(document, &spans->items[i], span);
        while (sentence + 1 < document->sentence_count &&
               document->sentences[sentence + 1].first_token <= span->first_token)
            sentence++;
        span->sentence = sentence;
        struct cd_folded folded;
        cd_fold_name(cd_slice_part(document->text, span->begin_byte, span->end_byte), &folded);
        span->surface = intern_surface(forms, &table, &folded, arena);
        if (span->surface == CD_NO_FORM)
            return CD_MEMORY;
        struct cd_surface *surface = &forms->surfaces[span->surface];
        surface->weight[span->type] += span->confidence;
        if (span->confidence > surface->best[span->type])
            surface->best[span->type] = span->confidence;
    }
    note_full_names(forms, &table);
    return CD_OK;
}

/* ---- types --------------------------------------------------------------------------------- */

/* A person or an organisation, and only the settled one of the two has a full name in the document. */
static bool is_told_by_full_name(const struct cd_surface *surface, uint8_t type, uint8_t heaviest)
{
    const uint32_t both = 1U << CD_PERSON | 1U << CD_ORGANIZATION;
    return (1U << type | 1U << heaviest) == both && surface->full_names == 1U << heaviest;
}

/* The type that a mention of `surface` keeps or gets. */
static uint8_t settled_type(const struct cd_surface *surface, uint8_t type)
{
    uint8_t heaviest = heaviest_type(surface);
    bool rare = surface->weight[type] < MINORITY_SHARE_MAX * surface->weight[heaviest];
    bool doubtful = surface->best[type] < MINORITY_CONFIDENCE_MAX;
    return rare && (doubtful || is_told_by_full_name(surface, type, heaviest)) ? heaviest : type;
}

/* ---- forms --------------------------------------------------------------------------------- */

/* A person's honorific in front and generation behind are not words to match by. */
static void trim_person_words(struct cd_form *form)
{
    bool is_honorific;
    if (form->word_count > 1) {
        enum cd_gender gender = cd_honorific(form->words[0], &is_honorific);
        if (is_honorific) {
            form->gender = gender;
            form->word_count--;
            memmove(form->words, form->words + 1, form->word_count * sizeof *form->words);
        }
    }
    if (form->word_count > 1 && cd_is_generation(form->words[form->word_count - 1]))
        form->generation = form->words[--form->word_count];
}

static void new_form(struct cd_forms *forms, const struct cd_surface *surface, uint8_t type)
{
    struct cd_form *form = &forms->items[forms->count];
    *form = (struct cd_form){
        .key = surface->key,
        .nickname = surface->nickname,
        .type = type,
        .capitals_only = true,
        .title_only = true,
        .group = forms->count,
    };
    form->word_count = (uint8_t)cd_name_words(form->key, form->words);
    if (type == CD_PERSON)
        trim_person_words(form);
    form->core_count = form->word_count;
    if (type == CD_ORGANIZATION)
        while (form->core_count > 1 && cd_is_legal_form(form->words[form->core_count - 1]))
            form->core_count--;
    forms->count++;
}

/* A mention shows the form better when it is not in capitals, or else when it stands in the body. */
static bool shows_better(const struct cd_form *form, const struct cd_named_span *span)
{
    if (form->mention_count == 0)
        return true;
    if (form->capitals_only != span->capitals)
        return form->capitals_only;
    return form->title_only && !span->in_title;
}

static void add_mention(const struct cd_document *document, struct cd_forms *forms, uint32_t index)
{
    struct cd_named_span *span = &forms->spans[index];
    struct cd_form *form = &forms->items[span->form];
    struct cd_slice written = cd_slice_part(document->text, span->begin_byte, span->end_byte);
    if (shows_better(form, span))
        form->written = written;
    if (form->mention_count == 0 || (form->title_only && !span->in_title))
        form->first_span = index;
    form->capitals_only = form->capitals_only && span->capitals;
    form->title_only = form->title_only && span->in_title;
    form->acronym_shaped = form->acronym_shaped || cd_is_acronym_shaped(written);
    if (span->confidence > form->confidence)
        form->confidence = span->confidence;
    if (span->gender != CD_GENDER_UNKNOWN && form->word_count > 1)
        form->gender = span->gender;
    form->mention_count++;
}

static void gather_forms(const struct cd_document *document, struct cd_forms *forms)
{
    for (uint32_t i = 0; i < forms->span_count; i++) {
        struct cd_named_span *span = &forms->spans[i];
        struct cd_surface *surface = &forms->surfaces[span->surface];
        span->type = settled_type(surface, span->type);
        if (surface->form[span->type] == CD_NO_FORM) {
            surface->form[span->type] = forms->count;
            new_form(forms, surface, span->type);
        }
        span->form = surface->form[span->type];
        add_mention(document, forms, i);
    }
}

enum cd_status cd_forms_gather(const struct cd_document *document, const struct cd_spans *spans,
                               struct cd_arena *arena, struct cd_forms *forms, struct cd_error *error)
{
    *forms = (struct cd_forms){.span_count = spans->count};
    forms->spans = cd_arena_allocate(arena, spans->count * sizeof *forms->spans);
    forms->surfaces = cd_arena_allocate(arena, spans->count * sizeof *forms->surfaces);
    forms->items = cd_arena_allocate(arena, spans->count * sizeof *forms->items);
    if (!forms->spans || !forms->surfaces || !forms->items ||
        gather_spans(document, spans, arena, forms) != CD_OK)
        return cd_fail(error, CD_MEMORY, NULL, "no memory for the names of an article");
    gather_forms(document, forms);
    return CD_OK;
}

uint32_t cd_form_group(struct cd_forms *forms, uint32_t form)
{
    while (forms->items[form].group != form) {
        forms->items[form].group = forms->items[forms->items[form].group].group;
        form = forms->items[form].group;
    }
    return form;
}
