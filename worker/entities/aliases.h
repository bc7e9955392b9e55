/* aliases.h - which names are short for which: forms joined into groups, one group per entity.
 *
 * Names are taken from the longest to the shortest; each joins the one longer name that it can be short for.
 *   people          surname, given name, nickname, initials for given names, middle names left out
 *   organisations   acronym of the content words, legal form left out, distinctive head ("Goldman"), "X
 *                   Department" = "Department of X", a clipped first word ("Fed")
 *   places          acronym, abbreviated state ("Mich."), a generic word left out ("Thames", "River Thames");
 *                   never "Gaza" = "Gaza City"
 *   nationalities   singular and plural
 *   the others      acronym, and a distinctive ending ("Katrina")
 * and "Long Name (ABC)" joins the two whatever the letters. A surname that fits two people is decided mention
 * by mention: honorifics and pronouns first, then who was named last and who is named most (AP style: the
 * bare name is the person whom the story is about). Forms of different types never join, except in "Long Name
 * (ABC)" and where the tagger doubted a single word's type and a longer name settles it (a storm's name needs
 * no doubt: "Marlowe" beside "Hurricane Marlowe" is no person). Inside entities/ only. */
#ifndef COPYDESK_ENTITIES_ALIASES_H
#define COPYDESK_ENTITIES_ALIASES_H

#include "forms.h"

/* Join forms into groups, and give each span its group. CD_MEMORY only. */
enum cd_status cd_join_aliases(const struct cd_document *document, struct cd_forms *forms,
                               struct cd_arena *arena, struct cd_error *error);

/* How surely `shorter` is a short form of `longer` (both of one type). */
enum cd_short_form { CD_SHORT_FORM_NOT, CD_SHORT_FORM_WEAK, CD_SHORT_FORM_FAIR, CD_SHORT_FORM_STRONG };
enum cd_short_form cd_short_form_strength(const struct cd_form *shorter, const struct cd_form *longer);

/* The words before the first "and" of a name that goes on behind it, else 0: acronyms may stop there
 * ("Centers for Disease Control and Prevention", CDC). */
unsigned cd_words_before_and(const struct cd_form *form);

/* A place's name with an abbreviated state spelled out. */
struct cd_slice cd_place_stem(const struct cd_form *form);

/* What the names of a nationality or group share: "Republicans", "Republican"; "Democrats", "Democratic". */
struct cd_slice cd_group_stem(struct cd_slice folded);

#endif
