/* Which name can be short for which: the rules per type, on pairs of names. */
#include "aliases.h"

/* Words [0, count) of a form. */
struct words {
    const struct cd_slice *items;
    unsigned count;
};

static struct words all_words(const struct cd_form *form)
{
    return (struct words){form->words, form->word_count};
}

/* An organisation's words without the legal form behind. */
static struct words core_words(const struct cd_form *form)
{
    return (struct words){form->words, form->core_count};
}

static bool same_words(const struct cd_slice *a, const struct cd_slice *b, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!cd_slice_equal(a[i], b[i]))
            return false;
    return true;
}

static bool is_prefix(struct words shorter, struct words longer)
{
    return shorter.count < longer.count && same_words(shorter.items, longer.items, shorter.count);
}

static bool is_suffix(struct words shorter, struct words longer)
{
    return shorter.count < longer.count &&
           same_words(shorter.items, longer.items + longer.count - shorter.count, shorter.count);
}

static bool is_listed(struct cd_slice word, const char *const *list)
{
    for (; *list; list++)
        if (cd_word_is(word, *list))
            return true;
    return false;
}

/* ---- acronyms ------------------------------------------------------------------------------ */

static bool is_country_prefix(struct cd_slice word)
{
    static const char *const list[] = {"us", "uk", NULL};
    return is_listed(word, list);
}

static bool initials_are(struct words words, struct cd_slice letters, bool with_joiners)
{
    char initials[CD_NAME_WORDS_MAX];
    unsigned count = cd_initials(words.items, words.count, with_joiners, initials);
    return count == letters.length && memcmp(initials, letters.bytes, count) == 0;
}

unsigned cd_words_before_and(const struct cd_form *form)
{
    for (unsigned i = 3; i + 1 < form->word_count; i++)
        if (cd_word_is(form->words[i], "&"))
            return i;
    return 0;
}

/* "WHO" of "World Health Organization", "DOJ" of "Department of Justice", "SEC" of "U.S. Securities and
 * Exchange Commission". */
static bool is_acronym_of(const struct cd_form *shorter, struct words longer)
{
    if (shorter->word_count != 1 || longer.count < 2 || shorter->key.length < 2)
        return false;
    if (!shorter->acronym_shaped && shorter->key.length < 4)
        return false;
    if (initials_are(longer, shorter->key, false) || initials_are(longer, shorter->key, true))
        return true;
    if (!is_country_prefix(longer.items[0]) || longer.count < 3)
        return false;
    struct words rest = {longer.items + 1, longer.count - 1};
    return initials_are(rest, shorter->key, false);
}

/* ---- people -------------------------------------------------------------------------------- */

/* "Jr." tells two people apart: with both names in full, only equal generations are one person; a bare
 * surname is rather the one without. */
static enum cd_short_form weigh_generation(const struct cd_form *shorter, const struct cd_form *longer)
{
    if (cd_slice_equal(shorter->generation, longer->generation))
        return CD_SHORT_FORM_STRONG;
    if (shorter->generation.length || shorter->word_count > 1)
        return CD_SHORT_FORM_NOT;
    return CD_SHORT_FORM_FAIR;
}

/* Middle names agree when one is left out or their first letters are the same. */
static bool middles_agree(struct words a, struct words b)
{
    unsigned a_middles = a.count - 2, b_middles = b.count - 2;
    unsigned common = a_middles < b_middles ? a_middles : b_middles;
    for (unsigned i = 1; i <= common; i++)
        if (a.items[i].bytes[0] != b.items[i].bytes[0])
            return false;
    return true;
}

static enum cd_short_form match_single_person_word(struct cd_slice word, const struct cd_form *longer)
{
    struct words names = all_words(longer);
    if (cd_slice_equal(word, names.items[names.count - 1]))
        return CD_SHORT_FORM_STRONG;
    if (longer->nickname.length && cd_slice_equal(word, longer->nickname))
        return CD_SHORT_FORM_STRONG;
    return cd_slice_equal(word, names.items[0]) ? CD_SHORT_FORM_WEAK : CD_SHORT_FORM_NOT;
}

static enum cd_short_form match_person(const struct cd_form *shorter, const struct cd_form *longer)
{
    struct words s = all_words(shorter), l = all_words(longer);
    if (s.count == 0 || l.count < 2 || s.count > l.count)
        return CD_SHORT_FORM_NOT;
    enum cd_short_form limit = weigh_generation(shorter, longer), found = CD_SHORT_FORM_NOT;
    if (s.count == 1)
        found = match_single_person_word(s.items[0], longer);
    else if (is_suffix(s, l))
        found = CD_SHORT_FORM_STRONG;
    else if (cd_slice_equal(s.items[s.count - 1], l.items[l.count - 1]) &&
             cd_first_names_agree(s.items[0], l.items[0]) && middles_agree(s, l))
        found = CD_SHORT_FORM_STRONG;
    else if (is_prefix(s, l))
        found = CD_SHORT_FORM_FAIR;
    return found < limit ? found : limit;
}

/* ---- organisations ------------------------------------------------------------------------- */

/* Words that name a kind of organisation and so tell none apart: alone they are never a short form, and
 * behind a distinctive name they may be left out. */
static const char *const kinds_of_organization[] = {
    "agency",     "airlines",  "airways",    "army",          "association", "authority",  "bank",
    "board",      "bureau",    "center",     "centre",        "city",        "club",       "college",
    "commission", "committee", "conference", "congress",      "council",     "court",      "department",
    "federation", "fc",        "force",      "forces",        "foundation",  "government", "guard",
    "hospital",   "house",     "institute",  "international", "league",      "media",      "ministry",
    "motor",      "motors",    "movement",   "national",      "navy",        "network",    "office",
    "parliament", "party",     "police",     "press",         "school",      "senate",     "service",
    "society",    "state",     "supreme",    "team",          "times",       "treasury",   "union",
    "university", "first",     "new",        "general",       "royal",       "american",   "british",
    "european",   "high",      "central",    "federal",       "global",      "world",      NULL,
};

/* Tails that may be left out without becoming another organisation. */
static const char *const droppable_tails[] = {
    "airlines",
    "airways",
    "bank",
    "club",
    "college",
    "fc",
    "foundation",
    "media",
    "motor",
    "motors",
    "party",
    "reserve",
    "university",
    "stores",
    "industries",
    "technologies",
    "entertainment",
    "company",
    "corporation",
    "movement",
    "pharmaceuticals",
    "communications",
    "systems",
    "brands",
    "partners",
    "football",
    "athletic",
    "international",
    "&",
    "co",
    "group",
    "energy",
    "school",
    NULL,
};

/* Tails that make a part or a daughter of the organisation: another entity. */
static const char *const daughter_tails[] = {
    "asset",      "capital",  "ventures",   "research",   "cloud", "web",     "news",
    "women",      "labs",     "studios",    "institute",  "u21",   "academy", "insurance",
    "securities", "europe",   "uk",         "usa",        "us",    "asia",    "africa",
    "india",      "china",    "japan",      "of",         "at",    "for",     "in",
    "youth",      "police",   "council",    "county",     "state", "supreme", "court",
    "committee",  "ministry", "department", "government", "army",  NULL,
};

static bool all_listed(struct words words, const char *const *list)
{
    for (unsigned i = 0; i < words.count; i++)
        if (!is_listed(words.items[i], list))
            return false;
    return true;
}

/* "Justice Department" of "Department of Justice". */
static bool is_turned_around(struct words s, struct words l)
{
    static const char *const turning[] = {"department", "ministry", "bureau", "office", NULL};
    if (s.count < 2 || l.count < 3 || !is_listed(l.items[0], turning) || !cd_word_is(l.items[1], "of"))
        return false;
    unsigned rest = l.count - 2;
    return s.count == rest + 1 && cd_slice_equal(s.items[rest], l.items[0]) &&
           same_words(s.items, l.items + 2, rest);
}

/* Alone behind or before a name ("Homeland Security Department", "Department of Defense") it may be left out.
 */
static const char *const departments[] = {"department", "ministry", NULL};

/* "Defense" of "Department of Defense". */
static bool is_department_of(struct words s, struct words l)
{
    return l.count == s.count + 2 && is_listed(l.items[0], departments) && cd_word_is(l.items[1], "of") &&
           is_suffix(s, l);
}

/* "Goldman" of "Goldman Sachs", "Harvard" of "Harvard University"; the long name has to come first unless
 * what was left out is only a kind. */
static enum cd_short_form match_head(const struct cd_form *shorter, const struct cd_form *longer,
                                     struct words s, struct words l)
{
    struct words tail = {l.items + s.count, l.count - s.count};
    if (all_listed(s, kinds_of_organization))
        return CD_SHORT_FORM_NOT;
    if (all_listed(tail, droppable_tails) || (tail.count == 1 && is_listed(tail.items[0], departments)))
        return CD_SHORT_FORM_FAIR;
    if (is_listed(tail.items[0], daughter_tails) || is_listed(tail.items[tail.count - 1], daughter_tails))
        return CD_SHORT_FORM_NOT;
    return longer->first_span < shorter->first_span ? CD_SHORT_FORM_WEAK : CD_SHORT_FORM_NOT;
}

/* "Red Sox" of "Boston Red Sox", "Senate" of "U.S. Senate". */
static enum cd_short_form match_tail(struct words s, struct words l)
{
    struct words left_out = {l.items, l.count - s.count};
    if (left_out.count == 1 && is_country_prefix(left_out.items[0]))
        return CD_SHORT_FORM_STRONG;
    if (is_department_of(s, l) && !all_listed(s, kinds_of_organization))
        return CD_SHORT_FORM_FAIR;
    bool after_joiner = cd_is_joiner(left_out.items[left_out.count - 1]);
    bool generic = s.count == 1
                       ? is_listed(s.items[0], kinds_of_organization) && !cd_word_is(s.items[0], "times")
                       : all_listed(s, kinds_of_organization);
    return after_joiner || generic ? CD_SHORT_FORM_NOT : CD_SHORT_FORM_WEAK;
}

/* "Fed" of "Federal Reserve". */
static bool is_clipped(const struct cd_form *shorter, struct words s, struct words l)
{
    struct cd_slice word = s.items[0], first = l.items[0];
    return s.count == 1 && l.count > 1 && !shorter->acronym_shaped && word.length >= 3 && word.length <= 5 &&
           first.length > word.length && memcmp(first.bytes, word.bytes, word.length) == 0;
}

static enum cd_short_form match_organization(const struct cd_form *shorter, const struct cd_form *longer)
{
    struct words s = core_words(shorter), l = core_words(longer);
    if (s.count == 0 || l.count == 0)
        return CD_SHORT_FORM_NOT;
    if (s.count == l.count && same_words(s.items, l.items, s.count))
        return CD_SHORT_FORM_STRONG;
    struct words before_and = {l.items, cd_words_before_and(longer)};
    if (is_acronym_of(shorter, l) || is_acronym_of(shorter, all_words(longer)) ||
        (shorter->key.length >= 3 && is_acronym_of(shorter, before_and)) || is_turned_around(s, l) ||
        is_turned_around(l, s))
        return CD_SHORT_FORM_STRONG;
    if (is_prefix(s, l))
        return match_head(shorter, longer, s, l);
    if (is_suffix(s, l))
        return match_tail(s, l);
    return is_clipped(shorter, s, l) ? CD_SHORT_FORM_WEAK : CD_SHORT_FORM_NOT;
}

/* ---- the others ---------------------------------------------------------------------------- */

struct cd_slice cd_place_stem(const struct cd_form *form)
{
    struct cd_slice state = cd_state_of_abbreviation(form->key, form->acronym_shaped);
    return state.length ? state : form->key;
}

/* "Heathrow" of "Heathrow Airport": only behind the full name, or else it is the town where the airport is.
 */
static bool may_drop_facility(const struct cd_form *shorter, const struct cd_form *longer)
{
    static const char *const facilities[] = {"airport", "stadium", "palace", NULL};
    return !is_listed(longer->words[longer->word_count - 1], facilities) ||
           longer->first_span < shorter->first_span;
}

static enum cd_short_form match_location(const struct cd_form *shorter, const struct cd_form *longer)
{
    static const char *const tails[] = {"strip",     "river",   "ocean",   "desert",
                                        "mountains", "airport", "stadium", "international",
                                        "peninsula", "palace",  NULL};
    static const char *const heads[] = {"river", "mount", "mt", NULL};
    struct words s = all_words(shorter), l = all_words(longer);
    if (s.count == 0)
        return CD_SHORT_FORM_NOT;
    if (cd_slice_equal(cd_place_stem(shorter), cd_place_stem(longer)))
        return CD_SHORT_FORM_STRONG;
    if (!cd_slice_equal(cd_place_stem(shorter), shorter->key))
        return CD_SHORT_FORM_NOT; /* a state is no acronym of a city */
    if (is_acronym_of(shorter, l))
        return CD_SHORT_FORM_STRONG;
    if (cd_word_is(shorter->key, "us") &&
        (cd_word_is(longer->key, "usa") || cd_word_is(longer->key, "united states of america")))
        return CD_SHORT_FORM_STRONG;
    if (cd_word_is(shorter->key, "united states") && cd_word_is(longer->key, "united states of america"))
        return CD_SHORT_FORM_STRONG;
    if (is_prefix(s, l) && all_listed((struct words){l.items + s.count, l.count - s.count}, tails))
        return may_drop_facility(shorter, longer) ? CD_SHORT_FORM_FAIR : CD_SHORT_FORM_NOT;
    if (is_suffix(s, l) && l.count - s.count == 1 && is_listed(l.items[0], heads))
        return CD_SHORT_FORM_FAIR;
    return CD_SHORT_FORM_NOT;
}

/* "Republicans" and "Republican", "Democrats" and "Democratic". */
struct cd_slice cd_group_stem(struct cd_slice folded)
{
    if (folded.length > 4 && folded.bytes[folded.length - 1] == 's' && folded.bytes[folded.length - 2] != 's')
        folded.length--;
    if (folded.length > 7 && memcmp(folded.bytes + folded.length - 2, "ic", 2) == 0)
        folded.length -= 2;
    return folded;
}

static enum cd_short_form match_nationality(const struct cd_form *shorter, const struct cd_form *longer)
{
    return cd_slice_equal(cd_group_stem(shorter->key), cd_group_stem(longer->key)) ? CD_SHORT_FORM_STRONG
                                                                                   : CD_SHORT_FORM_NOT;
}

static bool has_digit(struct cd_slice text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] >= '0' && text.bytes[i] <= '9')
            return true;
    return false;
}

/* An ending long enough to be told by: two words, or one for events and for products with a number. */
static enum cd_short_form match_thing(const struct cd_form *shorter, const struct cd_form *longer)
{
    static const char *const kinds[] = {"act",   "war",    "day",       "cup",   "festival",
                                        "award", "awards", "games",     "open",  "law",
                                        "bill",  "treaty", "agreement", "prize", NULL};
    struct words s = all_words(shorter), l = all_words(longer);
    if (s.count == 0)
        return CD_SHORT_FORM_NOT;
    if (is_acronym_of(shorter, l))
        return CD_SHORT_FORM_STRONG;
    if (!is_suffix(s, l) || cd_is_joiner(l.items[l.count - s.count - 1]))
        return CD_SHORT_FORM_NOT;
    if (s.count >= 2)
        return CD_SHORT_FORM_FAIR;
    bool telling = shorter->type == CD_EVENT || (shorter->type == CD_PRODUCT && has_digit(shorter->key));
    return telling && !is_listed(s.items[0], kinds) ? CD_SHORT_FORM_FAIR : CD_SHORT_FORM_NOT;
}

enum cd_short_form cd_short_form_strength(const struct cd_form *shorter, const struct cd_form *longer)
{
    if (shorter->type != longer->type)
        return CD_SHORT_FORM_NOT;
    switch (shorter->type) {
    case CD_PERSON:
        return match_person(shorter, longer);
    case CD_ORGANIZATION:
        return match_organization(shorter, longer);
    case CD_LOCATION:
        return match_location(shorter, longer);
    case CD_NORP:
        return match_nationality(shorter, longer);
    default:
        return match_thing(shorter, longer);
    }
}
