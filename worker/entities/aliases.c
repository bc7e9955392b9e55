#include "aliases.h"

#include "copydesk/hash.h"

enum {
    KEYS_PER_FORM_MAX = 8, /* what a long name is found by */
    PROBES_MAX = 128,      /* long names looked at per key; bounds the work on huge documents */
};

/* A name this sure of its type never takes the type of another one. */
static const float DOUBTFUL_CONFIDENCE_MAX = 0.85F;

/* What a posting is found by, beside the type. */
enum key_kind { KEY_LAST_WORD, KEY_FIRST_WORD, KEY_INITIALS, KEY_NICKNAME, KEY_BEGINNING, KEY_STEM };

/* From a key to the long names that have it: chains of postings, newest first. */
struct index {
    uint32_t *heads; /* posting + 1; 0: none */
    uint32_t mask;
    struct posting {
        uint64_t key;
        uint32_t form, next;
    } * postings;
    uint32_t count;
};

static bool index_open(struct index *index, uint32_t form_count, struct cd_arena *arena)
{
    uint32_t size = 64;
    while (size < 4 * form_count)
        size *= 2;
    *index = (struct index){.mask = size - 1};
    index->heads = cd_arena_zeroed(arena, size, sizeof *index->heads);
    index->postings =
        cd_arena_allocate(arena, (size_t)form_count * KEYS_PER_FORM_MAX * sizeof *index->postings);
    return index->heads && index->postings;
}

static uint64_t make_key(enum key_kind kind, uint8_t type, struct cd_slice text)
{
    return cd_hash(text.bytes, text.length, (uint64_t)kind * CD_ENTITY_TYPE_COUNT + type + 1);
}

static void index_add(struct index *index, uint64_t key, uint32_t form)
{
    uint32_t *head = &index->heads[key & index->mask];
    index->postings[index->count] = (struct posting){key, form, *head};
    *head = ++index->count;
}

/* ---- what a name is found by --------------------------------------------------------------- */

static struct cd_slice beginning_of(struct cd_slice word)
{
    return (struct cd_slice){word.bytes, word.length < 3 ? word.length : 3};
}

static void index_initials(struct index *index, const struct cd_form *form, uint32_t number, unsigned from,
                           unsigned count, bool with_joiners)
{
    char initials[CD_NAME_WORDS_MAX];
    if (count < from + 2)
        return;
    unsigned length = cd_initials(form->words + from, count - from, with_joiners, initials);
    index_add(index, make_key(KEY_INITIALS, form->type, (struct cd_slice){initials, length}), number);
}

static void index_form(struct index *index, const struct cd_form *form, uint32_t number)
{
    unsigned count = form->core_count;
    if (count == 0)
        return;
    index_add(index, make_key(KEY_LAST_WORD, form->type, form->words[count - 1]), number);
    index_add(index, make_key(KEY_FIRST_WORD, form->type, form->words[0]), number);
    if (form->type == CD_PERSON && form->nickname.length)
        index_add(index, make_key(KEY_NICKNAME, form->type, form->nickname), number);
    if (form->type == CD_NORP)
        index_add(index, make_key(KEY_STEM, form->type, cd_group_stem(form->key)), number);
    if (form->type == CD_LOCATION)
        index_add(index, make_key(KEY_STEM, form->type, cd_place_stem(form)), number);
    if (form->type == CD_ORGANIZATION && count > 1)
        index_add(index, make_key(KEY_BEGINNING, form->type, beginning_of(form->words[0])), number);
    if (form->type == CD_PERSON || form->type == CD_NORP)
        return;
    index_initials(index, form, number, 0, count, false);
    index_initials(index, form, number, 0, count, true);
    index_initials(index, form, number, 1, count, false);
    index_initials(index, form, number, 0, cd_words_before_and(form), false);
    if (count < form->word_count)
        index_initials(index, form, number, 0, form->word_count, false);
}

/* ---- the search for a longer name ---------------------------------------------------------- */

struct search {
    struct cd_forms *forms;
    const struct cd_form *form; /* the short name */
    int strength;
    uint32_t groups[CD_CANDIDATES_MAX]; /* of that strength */
    unsigned count;
};

static void consider(struct search *search, uint32_t longer)
{
    int strength = cd_short_form_strength(search->form, &search->forms->items[longer]);
    if (strength == 0 || strength < search->strength)
        return;
    if (strength > search->strength) {
        search->strength = strength;
        search->count = 0;
    }
    uint32_t group = cd_form_group(search->forms, longer);
    for (unsigned i = 0; i < search->count; i++)
        if (search->groups[i] == group)
            return;
    if (search->count < CD_CANDIDATES_MAX)
        search->groups[search->count++] = group;
}

static void look_up(struct search *search, const struct index *index, enum key_kind kind,
                    struct cd_slice text)
{
    uint64_t key = make_key(kind, search->form->type, text);
    unsigned probes = 0;
    for (uint32_t at = index->heads[key & index->mask]; at && probes < PROBES_MAX; probes++) {
        const struct posting *posting = &index->postings[at - 1];
        if (posting->key == key)
            consider(search, posting->form);
        at = posting->next;
    }
}

static struct search search_longer(struct cd_forms *forms, const struct cd_form *form,
                                   const struct index *index)
{
    struct search search = {.forms = forms, .form = form};
    unsigned count = form->core_count;
    if (count == 0)
        return search;
    struct cd_slice first = form->words[0], last = form->words[count - 1];
    look_up(&search, index, KEY_LAST_WORD, last);
    look_up(&search, index, KEY_FIRST_WORD, first);
    if (form->type == CD_ORGANIZATION && count > 1) {
        look_up(&search, index, KEY_FIRST_WORD, last);
        look_up(&search, index, KEY_LAST_WORD, first);
    }
    if (form->type == CD_PERSON)
        look_up(&search, index, KEY_NICKNAME, form->key);
    if (form->type == CD_NORP)
        look_up(&search, index, KEY_STEM, cd_group_stem(form->key));
    if (form->type == CD_LOCATION)
        look_up(&search, index, KEY_STEM, cd_place_stem(form));
    if (count > 1 || form->word_count > 1 || form->type == CD_PERSON || form->type == CD_NORP)
        return search;
    look_up(&search, index, KEY_INITIALS, form->key);
    if (form->type == CD_ORGANIZATION && search.strength == 0)
        look_up(&search, index, KEY_BEGINNING, beginning_of(first));
    return search;
}

/* "Marlowe" of "Hurricane Marlowe". */
static bool is_name_of_storm(struct cd_slice word, const struct cd_form *storm)
{
    return storm->word_count > 1 && cd_slice_equal(word, storm->words[storm->word_count - 1]) &&
           cd_slice_is_listed(storm->words[0], "hurricane typhoon cyclone storm tropical");
}

/* A single word of doubtful type that would be a surname, head or acronym of a longer name, were it of that
 * name's type ("Blinken" as an organisation beside "Antony Blinken"): the longer name's group, else `none`.
 * Beside a storm any type is doubtful. */
static uint32_t search_other_types(struct cd_forms *forms, const struct cd_form *form,
                                   const struct index *index, uint32_t none)
{
    static const uint8_t types[] = {CD_EVENT, CD_PERSON, CD_ORGANIZATION};
    bool doubtful = form->confidence <= DOUBTFUL_CONFIDENCE_MAX;
    size_t guises = form->word_count != 1 ? 0 : doubtful ? sizeof types : 1;
    for (size_t i = 0; i < guises; i++) {
        struct cd_form guise = *form;
        guise.type = types[i];
        struct search search = search_longer(forms, &guise, index);
        if (search.count != 1 || search.strength < CD_SHORT_FORM_FAIR)
            continue;
        if (guise.type != CD_EVENT || is_name_of_storm(form->key, &forms->items[search.groups[0]]))
            return search.groups[0];
    }
    return none;
}

/* Join a form to the one group it is short for, or note the people that it may be. */
static void place_form(struct cd_forms *forms, const struct index *index, uint32_t number)
{
    struct cd_form *form = &forms->items[number];
    struct search search = search_longer(forms, form, index);
    if (search.count == 1) {
        form->group = search.groups[0];
    } else if (search.count > 1 && (form->type == CD_PERSON || search.strength > CD_SHORT_FORM_WEAK)) {
        memcpy(form->candidates, search.groups, sizeof search.groups);
        form->candidate_count = (uint8_t)search.count;
    } else if (search.count == 0) {
        form->group = search_other_types(forms, form, index, number);
    }
}

static void join_short_forms(struct cd_forms *forms, struct index *index)
{
    for (int count = CD_NAME_WORDS_MAX; count >= 0; count--)
        for (uint32_t i = 0; i < forms->count; i++)
            if (forms->items[i].word_count == count) {
                place_form(forms, index, i);
                if (forms->items[i].candidate_count == 0)
                    index_form(index, &forms->items[i], i);
            }
}

/* ---- "Long Name (ABC)" --------------------------------------------------------------------- */

static bool is_token(const struct cd_document *document, uint32_t token, char mark)
{
    if (token >= document->token_count)
        return false;
    struct cd_slice text = cd_token_text(document, token);
    return text.length == 1 && text.bytes[0] == mark;
}

static bool stands_in_parentheses(const struct cd_document *document, const struct cd_named_span *before,
                                  const struct cd_named_span *inside)
{
    return inside->first_token == before->end_token + 1 && is_token(document, before->end_token, '(') &&
           is_token(document, inside->end_token, ')');
}

static void join_apposition(struct cd_forms *forms, uint32_t outer, uint32_t inner)
{
    const struct cd_form *a = &forms->items[outer], *b = &forms->items[inner];
    bool outer_is_acronym = a->acronym_shaped && a->word_count == 1;
    bool inner_is_acronym = b->acronym_shaped && b->word_count == 1;
    if (outer_is_acronym == inner_is_acronym)
        return;
    uint32_t acronym = outer_is_acronym ? outer : inner, name = outer_is_acronym ? inner : outer;
    struct cd_form *form = &forms->items[acronym];
    if (outer_is_acronym && form->key.length > (size_t)forms->items[name].word_count + 1)
        return; /* a date line: "LISBON (Sample Wire)" */
    bool is_person_or_place = forms->items[name].type == CD_PERSON || forms->items[name].type == CD_LOCATION;
    if (form->group != acronym || is_person_or_place)
        return;
    if (form->type != forms->items[name].type && form->confidence > forms->items[name].confidence)
        return;
    form->group = cd_form_group(forms, name);
    form->candidate_count = 0;
}

static void join_appositions(const struct cd_document *document, struct cd_forms *forms)
{
    for (uint32_t i = 1; i < forms->span_count; i++)
        if (stands_in_parentheses(document, &forms->spans[i - 1], &forms->spans[i]))
            join_apposition(forms, forms->spans[i - 1].form, forms->spans[i].form);
}

/* ---- short names that fit several people --------------------------------------------------- */

/* What is known of a group while its document is read from top to bottom. */
struct group_state {
    uint32_t full_mentions; /* mentions under names that fit nobody else */
    uint32_t last_sentence; /* of the last mention so far */
    bool seen;
    uint8_t gender;
    uint32_t male, female; /* pronouns near its mentions */
};

static bool stands_alone(const struct cd_forms *forms, uint32_t span)
{
    const struct cd_named_span *spans = forms->spans;
    for (uint32_t i = span; i-- > 0 && spans[i].sentence == spans[span].sentence;)
        if (spans[i].type == CD_PERSON)
            return false;
    for (uint32_t i = span + 1; i < forms->span_count && spans[i].sentence == spans[span].sentence; i++)
        if (spans[i].type == CD_PERSON)
            return false;
    return true;
}

/* Pronouns behind a mention that is its sentence's only person, up to the end of the sentence and the first
 * word of the next. */
static void count_pronouns(const struct cd_document *document, const struct cd_forms *forms, uint32_t span,
                           struct group_state *state)
{
    const struct cd_sentence *sentence = &document->sentences[forms->spans[span].sentence];
    uint32_t end = sentence->first_token + sentence->token_count + 1;
    for (uint32_t t = forms->spans[span].end_token; t < end && t < document->token_count; t++) {
        enum cd_gender gender = cd_pronoun_gender(cd_token_text(document, t));
        state->male += gender == CD_GENDER_MALE;
        state->female += gender == CD_GENDER_FEMALE;
    }
}

static void learn_genders(const struct cd_document *document, struct cd_forms *forms,
                          struct group_state *states)
{
    for (uint32_t i = 0; i < forms->count; i++) {
        struct group_state *state = &states[cd_form_group(forms, i)];
        if (forms->items[i].candidate_count == 0 && forms->items[i].gender != CD_GENDER_UNKNOWN)
            state->gender = forms->items[i].gender;
    }
    for (uint32_t i = 0; i < forms->span_count; i++) {
        const struct cd_form *form = &forms->items[forms->spans[i].form];
        if (form->type == CD_PERSON && form->candidate_count == 0 && stands_alone(forms, i))
            count_pronouns(document, forms, i, &states[cd_form_group(forms, forms->spans[i].form)]);
    }
    for (uint32_t i = 0; i < forms->count; i++)
        if (states[i].gender == CD_GENDER_UNKNOWN && states[i].male != states[i].female)
            states[i].gender = states[i].male > states[i].female ? CD_GENDER_MALE : CD_GENDER_FEMALE;
}

/* Named most, named before, named last. */
static float score_candidate(const struct group_state *state, const struct cd_named_span *span, float total)
{
    float score = (float)state->full_mentions / total;
    if (!state->seen)
        return score;
    uint32_t distance = span->sentence - state->last_sentence;
    return score + 0.3F + 0.4F / (1.0F + (float)distance);
}

static uint32_t choose_candidate(struct cd_forms *forms, const struct group_state *states,
                                 const struct cd_named_span *span)
{
    const struct cd_form *form = &forms->items[span->form];
    uint32_t best = cd_form_group(forms, form->candidates[0]);
    float best_score = -1, total = 1;
    for (unsigned i = 0; i < form->candidate_count; i++)
        total += (float)states[cd_form_group(forms, form->candidates[i])].full_mentions;
    for (unsigned i = 0; i < form->candidate_count; i++) {
        uint32_t group = cd_form_group(forms, form->candidates[i]);
        float score = score_candidate(&states[group], span, total);
        if (span->gender != CD_GENDER_UNKNOWN && states[group].gender != CD_GENDER_UNKNOWN)
            score += span->gender == states[group].gender ? 2.0F : -2.0F;
        bool is_first_named = forms->items[group].first_span < forms->items[best].first_span;
        if (score > best_score || (score == best_score && is_first_named)) {
            best_score = score;
            best = group;
        }
    }
    return best;
}

static bool has_ambiguous(const struct cd_forms *forms)
{
    for (uint32_t i = 0; i < forms->count; i++)
        if (forms->items[i].candidate_count)
            return true;
    return false;
}

static void assign_groups(struct cd_forms *forms, struct group_state *states)
{
    for (uint32_t i = 0; i < forms->span_count; i++) {
        struct cd_named_span *span = &forms->spans[i];
        bool ambiguous = forms->items[span->form].candidate_count > 0;
        span->group = ambiguous ? choose_candidate(forms, states, span) : cd_form_group(forms, span->form);
        states[span->group].last_sentence = span->sentence;
        states[span->group].seen = true;
    }
}

enum cd_status cd_join_aliases(const struct cd_document *document, struct cd_forms *forms,
                               struct cd_arena *arena, struct cd_error *error)
{
    struct index index;
    struct group_state *states = cd_arena_zeroed(arena, forms->count, sizeof *states);
    if (!states || !index_open(&index, forms->count, arena))
        return cd_fail(error, CD_MEMORY, NULL, "no memory to join the names of an article");
    join_short_forms(forms, &index);
    join_appositions(document, forms);
    if (has_ambiguous(forms)) {
        for (uint32_t i = 0; i < forms->count; i++)
            if (forms->items[i].candidate_count == 0)
                states[cd_form_group(forms, i)].full_mentions += forms->items[i].mention_count;
        learn_genders(document, forms, states);
    }
    assign_groups(forms, states);
    return CD_OK;
}
