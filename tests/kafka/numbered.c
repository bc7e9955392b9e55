#include "numbered.h"

#include <stdio.h>

#include "copydesk/hash.h"
#include "copydesk/json.h"

enum { BODY_BYTES = 1900, SENTENCES_PER_PARAGRAPH = 4 };

/* Slots: {P} a person, {L} a surname already named, {O} an organisation, {C} a place, {N} a number. */
static const char *const sentences[] = {
    "{P}, who has led {O} for {N} years, told reporters in {C} that the plan would be ready before winter.",
    "The vote in {C} followed {N} days of talks between {O} and {O}.",
    "\"We have heard these promises before,\" said {P}, a teacher from {C}.",
    "{L} declined to say how much of the money had already been spent.",
    "Shares of {O} fell {N} percent on Tuesday after the announcement.",
    "Doctors at {O} treated {N} people, most of them for smoke inhalation, a spokeswoman said.",
    "Heavy rain closed the road between {C} and {C} for the second time this month.",
    "{P} and {P} are expected to meet in {C} next week, according to two officials.",
    "In a statement, {O} said it would appeal against the ruling.",
    "The report, {N} pages long, was published by {O} late on Friday.",
    "Farmers near {C} say the harvest is the smallest in {N} years.",
    "{L} had joined {O} in 2011 and moved to {C} four years later.",
    "Nobody was hurt, but {N} houses were left without power.",
    "The museum in {C} will show {N} paintings, among them three that have never left the country.",
    "\"It was the best match of my life,\" said {P} after scoring twice against {O}.",
    "Prosecutors in {C} accuse {P} of taking payments from {O}.",
    "Scientists at {O} measured the lowest ice cover off {C} since records began.",
    "The government has asked {O} to send {N} more inspectors.",
    "{P} wrote on social media that the bridge to {C} would reopen on Monday.",
    "Ticket prices will rise by {N} percent, {L} confirmed.",
    "Talks with {O} broke down over pay, and trains between {C} and {C} stood still on Thursday.",
    "A court in {C} is to decide in March whether {P} may stand for election.",
};
static const char *const first_names[] = {"Amelia", "Tomasz", "Nadia",  "Henrik", "Grace",    "Mateo",
                                          "Leila",  "Victor", "Ingrid", "Samuel", "Chiamaka", "Patrick"};
static const char *const surnames[] = {"Hartwell", "Kowalczyk", "Rahmani", "Lindqvist", "Okafor", "Delgado",
                                       "Brennan",  "Moreau",    "Tanaka",  "Whitlock",  "Novak"};
static const char *const organisations[] = {"the Northern Rail Union",
                                            "Halden Energy",
                                            "the World Health Organization",
                                            "Castlebrook University",
                                            "the Ministry of Finance",
                                            "Orrin Motors",
                                            "the European Commission",
                                            "Riverside General Hospital",
                                            "Marlow United",
                                            "the Harbour Museum",
                                            "the Coastal Research Institute"};
static const char *const places[] = {"Lisbon",    "Nairobi",     "Ohio",     "Gdansk",  "Manchester",
                                     "Kerala",    "Geneva",      "Tromso",   "Chicago", "Jakarta",
                                     "Edinburgh", "New Zealand", "Sao Paulo"};

/* A stream of choices that depends on the message's number only. */
struct dice {
    uint64_t state;
};

static unsigned roll(struct dice *dice, size_t sides)
{
    dice->state = cd_hash_mix(dice->state, 0x9e3779b97f4a7c15ULL);
    return (unsigned)((dice->state >> 16) % sides);
}

#define CHOOSE(dice, list) (list)[roll(dice, sizeof(list) / sizeof(list)[0])]

static void fill_slot(struct dice *dice, char slot, const char **surname, struct cd_buffer *out)
{
    switch (slot) {
    case 'P':
        *surname = CHOOSE(dice, surnames);
        cd_buffer_format(out, "%s %s", CHOOSE(dice, first_names), *surname);
        break;
    case 'L':
        cd_buffer_append_string(out, *surname);
        break;
    case 'O':
        cd_buffer_append_string(out, CHOOSE(dice, organisations));
        break;
    case 'C':
        cd_buffer_append_string(out, CHOOSE(dice, places));
        break;
    default:
        cd_buffer_format(out, "%u", 2 + roll(dice, 48));
    }
}

static void write_sentence(struct dice *dice, const char **surname, struct cd_buffer *out)
{
    for (const char *at = CHOOSE(dice, sentences); *at; at++) {
        if (at[0] == '{' && at[1] && at[2] == '}') {
            fill_slot(dice, at[1], surname, out);
            at += 2;
        } else {
            cd_buffer_append_byte(out, *at);
        }
    }
}

static void write_body(struct dice *dice, struct cd_buffer *out)
{
    const char *surname = surnames[0];
    for (unsigned count = 0; out->length < BODY_BYTES && !out->failed; count++) {
        if (count > 0)
            cd_buffer_append_string(out, count % SENTENCES_PER_PARAGRAPH ? " " : "\n\n");
        write_sentence(dice, &surname, out);
    }
}

static void write_article(uint32_t number, const char *id, struct cd_buffer *out)
{
    struct dice dice = {cd_hash(&number, sizeof number, 1)};
    struct cd_buffer text = {0};
    struct cd_json json = cd_json_into(out);
    cd_json_begin_object(&json);
    cd_json_put_text(&json, "id", id);
    cd_buffer_format(&text, "%s waits for %s", CHOOSE(&dice, places), CHOOSE(&dice, organisations));
    cd_json_put_string(&json, "title", cd_buffer_slice(&text));
    cd_buffer_clear(&text);
    write_body(&dice, &text);
    cd_json_put_string(&json, "body", cd_buffer_slice(&text));
    cd_json_put_text(&json, "published", "2024-03-20T08:15:00Z");
    cd_json_put_text(&json, "language", "en");
    cd_json_end_object(&json);
    out->failed |= text.failed;
    cd_buffer_free(&text);
}

/* A poison message still carries its id, so that no two are the same bytes. */
static void write_poison(uint32_t number, struct numbered_message *message)
{
    switch (message->kind) {
    case NUMBERED_BROKEN_JSON:
        write_article(number, message->id, &message->value);
        if (!message->value.failed)
            message->value.length = message->value.length / 2 + number % 100;
        break;
    case NUMBERED_BAD_UTF8:
        cd_buffer_format(&message->value,
                         "{\"id\":\"%s\",\"title\":\"\xff\xfe\x81\x8d\",\"body\":\"\xc3\x28\x9d\xf8\"}",
                         message->id);
        break;
    default:
        cd_buffer_format(&message->value, "[{\"id\":\"%s\",\"title\":\"A list is no article\"}, %u]",
                         message->id, number);
    }
}

static enum numbered_kind choose_kind(const struct numbered_plan *plan, uint32_t number)
{
    uint64_t hash = cd_hash(&number, sizeof number, 2);
    unsigned lot = (unsigned)(hash % 1000);
    if (lot < plan->poison_per_mille)
        return NUMBERED_BROKEN_JSON + (enum numbered_kind)((hash >> 32) % 3);
    return lot < plan->poison_per_mille + plan->tombstone_per_mille ? NUMBERED_TOMBSTONE : NUMBERED_ARTICLE;
}

bool numbered_make(const struct numbered_plan *plan, uint32_t number, struct numbered_message *message)
{
    uint64_t trace = cd_hash(&number, sizeof number, 3);
    message->kind = choose_kind(plan, number);
    message->key_index = (unsigned)(cd_hash(&number, sizeof number, 4) % plan->keys);
    snprintf(message->key, sizeof message->key, "desk-%02u", message->key_index);
    snprintf(message->id, sizeof message->id, "article-%07u", number);
    snprintf(message->trace_parent, sizeof message->trace_parent, "00-%016llx%016llx-%016llx-01",
             (unsigned long long)trace, (unsigned long long)number + 1, (unsigned long long)trace | 1);
    cd_buffer_clear(&message->value);
    if (message->kind == NUMBERED_ARTICLE)
        write_article(number, message->id, &message->value);
    else if (message->kind != NUMBERED_TOMBSTONE)
        write_poison(number, message);
    return !message->value.failed;
}
