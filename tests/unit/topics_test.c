#include "copydesk/topics.h"

#include <math.h>
#include <stdlib.h>

#include "../../worker/topics/classifier.h"
#include "../test.h"

/* The shipped model, one scratch and one arena for all tests. */
static struct {
    struct cd_model_file *file;
    struct cd_topic_model *model;
    struct cd_topic_scratch *scratch;
    struct cd_arena *arena;
} desk;

static const char gaza_talks[] =
    " date 2024-03-20 Amid the worsening fighting in the Gaza Strip, the American secretary of state "
    "returned to "
    "the Middle East on Wednesday to press for a ceasefire between Israel and Hamas. He met the Saudi crown "
    "prince in Jeddah and is due in Cairo on Thursday, where mediators from Egypt and Qatar are trying to "
    "bring "
    "the two sides to a truce of six weeks.\n"
    "Negotiations\n"
    "Israel's prime minister said that his government had sent negotiators to Doha, but that the army would "
    "go "
    "into Rafah whatever came of the talks. A Hamas official called the reply to its latest proposal "
    "negative. "
    "Under the plan on the table, hostages held in Gaza would be freed in exchange for Palestinian "
    "prisoners.\n"
    "Diplomacy\n"
    "Washington has put a draft resolution before the United Nations Security Council that calls for an "
    "immediate ceasefire linked to the release of hostages. European foreign ministers urged Israel to let "
    "more "
    "aid into the north of the territory, where the United Nations warns of famine. More than 31,000 people "
    "have "
    "been killed in Gaza since the war began, according to its health ministry.\n";

static void classify(const char *title, const char *body, struct cd_document *document,
                     struct cd_subjects *subjects)
{
    struct cd_error error = {0};
    cd_arena_reset(desk.arena, 0);
    *subjects = (struct cd_subjects){0};
    EXPECT(cd_document_build(cd_slice_of(title), cd_slice_of(body), desk.arena, document, &error) == CD_OK);
    EXPECT(cd_classify(desk.model, desk.scratch, document, NULL, desk.arena, subjects, &error) == CD_OK);
}

static bool has_code(const struct cd_subjects *subjects, const char *code)
{
    for (uint32_t i = 0; i < subjects->count; i++)
        if (cd_slice_equal(subjects->items[i].concept->code, cd_slice_of(code)))
            return true;
    return false;
}

static const struct cd_concept *concept_of(const char *code)
{
    return cd_concept_by_code(desk.model, cd_slice_of(code));
}

static void every_concept_of_the_release_is_there(void)
{
    uint32_t per_level[CD_CONCEPT_LEVELS + 1] = {0}, active = 0;
    for (uint32_t i = 0; i < desk.model->taxonomy.count; i++) {
        const struct cd_concept_entry *entry = &desk.model->taxonomy.entries[i];
        if (entry->successor != (int32_t)i)
            continue;
        active++;
        per_level[entry->level]++;
    }
    EXPECT(desk.model->taxonomy.count == 1387);
    EXPECT(active == 1085);
    EXPECT(per_level[1] == 17 && per_level[2] == 120 && per_level[3] == 515);
    EXPECT(per_level[4] == 379 && per_level[5] == 49 && per_level[6] == 5);
}

static void a_concept_knows_its_parent_and_wikidata_id(void)
{
    const struct cd_concept *process = concept_of("20000073");
    EXPECT(process != NULL);
    if (!process)
        return;
    EXPECT_SLICE(process->name, "peace process");
    EXPECT(process->level == 2);
    EXPECT_SLICE(desk.model->taxonomy.concepts[process->parent].code, "16000000");
    EXPECT_SLICE(concept_of("20000002")->wikidata, "Q2018526");
    EXPECT(concept_of("11000000")->parent == -1);
    EXPECT_SLICE(concept_of("11000000")->name, "politics and government");
}

static void a_retired_code_leads_to_an_active_concept(void)
{
    EXPECT_SLICE(concept_of("20000436")->code, "20000257");    /* renewable energy, moved */
    const struct cd_concept *witness = concept_of("20000115"); /* no namesake: its broader concept */
    EXPECT(witness != NULL && witness->code.bytes && !cd_slice_equal(witness->code, cd_slice_of("20000115")));
    EXPECT(concept_of("99999999") == NULL);
    EXPECT(concept_of("160000") == NULL);
    EXPECT(concept_of("") == NULL);
}

static void ceasefire_talks_are_conflict_and_diplomacy(void)
{
    struct cd_document document;
    struct cd_subjects subjects;
    classify("", gaza_talks, &document, &subjects);
    EXPECT(has_code(&subjects, "16000000"));
    EXPECT(has_code(&subjects, "20000073"));
    EXPECT(has_code(&subjects, "11000000"));
    EXPECT(has_code(&subjects, "20000638"));
}

static void a_parent_is_at_least_as_confident_as_its_child(void)
{
    struct cd_document document;
    struct cd_subjects subjects;
    classify("", gaza_talks, &document, &subjects);
    for (uint32_t i = 0; i < subjects.count; i++) {
        const struct cd_concept *concept = subjects.items[i].concept;
        if (concept->level == 1)
            continue;
        bool found = false;
        for (uint32_t k = 0; k < i; k++) {
            if (concept->parent != subjects.items[k].concept - desk.model->taxonomy.concepts)
                continue;
            found = true;
            EXPECT(subjects.items[k].confidence >= subjects.items[i].confidence);
            EXPECT(subjects.items[k].relevance >= subjects.items[i].relevance);
        }
        EXPECT(found);
    }
}

/* Two topics of level 1, the first of which yields to the second where both are given. */
static void decide_on_two(const float *scores, struct cd_code_opinion *opinions)
{
    struct cd_topic_code code = {.parent = -1, .yields_to = -1, .lift = 1, .slope = 1, .threshold = 0.4F};
    struct cd_topic_code codes[2] = {code, code};
    codes[0].yields_to = 1;
    codes[1].main_output = 1;
    struct cd_decision_rule rule = {.main_slope = 1, .main_threshold = 2, .alone_threshold = 2};
    cd_decide(&(struct cd_decision){codes, 2, 2, rule}, scores, opinions);
}

static void a_topic_yields_to_another_where_both_are_given(void)
{
    struct cd_code_opinion opinions[2];
    decide_on_two((const float[]){2, 1, 2, 0}, opinions);
    EXPECT(opinions[0].given && opinions[1].given);
    EXPECT(opinions[1].relevance > opinions[0].relevance);
    decide_on_two((const float[]){2, -1, 2, 0}, opinions);
    EXPECT(opinions[0].given && !opinions[1].given);
    EXPECT(opinions[0].relevance > opinions[1].relevance);
}

static void subjects_come_by_level_then_relevance(void)
{
    struct cd_document document;
    struct cd_subjects subjects;
    classify("", gaza_talks, &document, &subjects);
    EXPECT(subjects.count >= 2);
    for (uint32_t i = 1; i < subjects.count; i++) {
        const struct cd_subject *a = &subjects.items[i - 1], *b = &subjects.items[i];
        EXPECT(a->concept->level < b->concept->level ||
               (a->concept->level == b->concept->level && a->relevance >= b->relevance));
        EXPECT(b->confidence >= 0 && b->confidence <= 1 && b->relevance >= 0 && b->relevance <= 1);
    }
}

/* None of `texts` is given a subject. */
static void expect_no_topic(const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct cd_document document;
        struct cd_subjects subjects;
        classify("", texts[i], &document, &subjects);
        EXPECT(subjects.count == 0);
    }
}

static void nonsense_has_no_topic(void)
{
    static const char *const nonsense[] = {
        "",
        "Qwx zrplk vfnn",
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit.",
        "!!! ??? ...",
        "12.4 13.9 11.2 10.8 102 233 441 19.2 Total 1,204 1,311 1,402 Average 12.1 Median 11.9",
    };
    expect_no_topic(nonsense, sizeof nonsense / sizeof nonsense[0]);
}

static void what_stands_around_articles_has_no_topic(void)
{
    static const char *const surroundings[] = {
        "We use cookies. We and our partners use cookies to store and access personal data. Accept all. "
        "Reject all. Manage preferences. Strictly necessary cookies are always active. You can change your "
        "choices at any time in the privacy settings.",
        "Home News Sport Business Technology Travel Weather Culture Menu Sign in Register Subscribe Search "
        "Contact us About us Terms of use Privacy policy Help",
        "Sign up for our newsletter. Enter your e-mail address. You can unsubscribe at any time. Follow us "
        "on Facebook, Twitter and Instagram. Share this article. Copy link. Print. Advertisement. Most read.",
        "Turn on JavaScript to see this page. We do not support your browser. Error 404: no such page. "
        "Go to the front page.",
    };
    expect_no_topic(surroundings, sizeof surroundings / sizeof surroundings[0]);
}

static void lists_and_code_have_no_topic(void)
{
    static const char *const lists[] = {
        "milk, eggs, two loaves of bread, butter, onions, washing powder, batteries, apples, toilet paper",
        "int main(void) { for (int i = 0; i < 10; i++) printf(\"%d\", i); return 0; } static void "
        "*allocate(size_t size) { return malloc(size); }",
    };
    expect_no_topic(lists, sizeof lists / sizeof lists[0]);
}

static void an_earthquake_is_not_just_a_disaster(void)
{
    struct cd_document document;
    struct cd_subjects subjects;
    classify(
        "Earthquake kills dozens in mountain villages",
        "A strong earthquake shook the mountains before dawn on Sunday, killing at least 40 people and "
        "burying "
        "homes under rubble. Rescue workers dug for survivors with their hands. The earthquake, of magnitude "
        "6.8, was followed by dozens of aftershocks, the geological survey said. A second earthquake is "
        "feared.",
        &document, &subjects);
    bool found = false;
    for (uint32_t i = 0; i < subjects.count; i++)
    found |= subjects.items[i].concept->level > 2 &&
             cd_slice_equal(subjects.items[i].concept->name, cd_slice_of("earthquake"));
    EXPECT(found);
    for (uint32_t i = 0; i < subjects.count; i++) { /* every deeper subject brings what stands above it */
        int32_t parent = subjects.items[i].concept->parent;
        bool above = parent < 0;
        for (uint32_t k = 0; k < subjects.count && !above; k++)
        above = subjects.items[k].concept == &desk.model->taxonomy.concepts[parent] &&
                subjects.items[k].confidence >= subjects.items[i].confidence;
        EXPECT(above);
    }
}

static void shares_add_up_to_the_score(void)
{
    struct cd_document document;
    struct cd_subjects subjects;
    struct cd_topic_reasons reasons;
    struct cd_error error;
    classify("", gaza_talks, &document, &subjects);
    EXPECT(cd_explain_topics(desk.model, desk.scratch, &document, NULL, &subjects, 100000, desk.arena,
                             &reasons, &error) == CD_OK);
    /* what no feature explains: the output's bias and the biases of the hidden units that are on */
    const struct cd_network *network = &desk.model->network;
    for (uint32_t i = 0; i < desk.model->decision.code_count; i++) {
        const struct cd_concept *concept =
            &desk.model->taxonomy.concepts[desk.model->decision.codes[i].concept];
        double sum = network->output_bias[i];
        bool explained = false;
        for (int h = 0; h < CD_TOPIC_HIDDEN; h++)
            if (desk.scratch->hidden[h] > 0)
                sum += network->output_weight[(size_t)i * CD_TOPIC_HIDDEN + h] * network->hidden_bias[h];
        for (uint32_t r = 0; r < reasons.count; r++) {
            explained |= reasons.items[r].concept == concept;
            sum += reasons.items[r].concept == concept ? reasons.items[r].weight : 0;
        }
        if (explained)
            EXPECT(fabs(sum - desk.scratch->scores[i]) < 1e-2);
    }
}

static void reasons_name_words_and_entities(void)
{
    struct cd_document document;
    struct cd_subjects subjects;
    struct cd_topic_reasons reasons;
    struct cd_error error;
    classify("",
             "Hostages were freed as the ceasefire in Gaza between Hamas and Israel held for a second day.",
             &document, &subjects);
    const char *hamas = strstr(document.text.bytes, "Hamas");
    struct cd_mention mention = {.begin_byte = (uint32_t)(hamas - document.text.bytes),
                                 .end_byte = (uint32_t)(hamas - document.text.bytes) + 5};
    struct cd_entity entity = {
        .name = cd_slice_of("Hamas (movement)"), .mentions = &mention, .mention_count = 1};
    struct cd_entities entities = {&entity, 1};
    EXPECT(cd_explain_topics(desk.model, desk.scratch, &document, &entities, &subjects, 50, desk.arena,
                             &reasons, &error) == CD_OK);
    bool by_word = false, by_entity = false;
    for (uint32_t r = 0; r < reasons.count; r++) {
        bool conflict = cd_slice_equal(reasons.items[r].concept->code, cd_slice_of("16000000"));
        by_word |= conflict && cd_slice_equal(reasons.items[r].text, cd_slice_of("ceasefire"));
        by_entity |= conflict && cd_slice_equal(reasons.items[r].text, entity.name);
    }
    EXPECT(by_word);
    EXPECT(by_entity);
}

static void a_deeper_concept_says_what_named_it(void)
{
    struct cd_document document;
    struct cd_subjects subjects;
    struct cd_topic_reasons reasons;
    struct cd_error error;
    classify("Earthquake kills dozens in mountain villages",
             "A strong earthquake shook the mountains before dawn on Sunday, killing at least 40 people. The "
             "earthquake was followed by aftershocks. A second earthquake is feared.",
             &document, &subjects);
    EXPECT(cd_explain_topics(desk.model, desk.scratch, &document, NULL, &subjects, 50, desk.arena, &reasons,
                             &error) == CD_OK);
    for (uint32_t i = 0; i < subjects.count; i++) {
        uint32_t names = 0;
        for (uint32_t r = 0; r < reasons.count; r++)
        names += reasons.items[r].concept == subjects.items[i].concept;
        EXPECT(names > 0);
    }
    bool named = false;
    for (uint32_t r = 0; r < reasons.count; r++)
        named |= cd_slice_equal(reasons.items[r].concept->name, cd_slice_of("earthquake")) &&
                 cd_slice_equal(reasons.items[r].text, cd_slice_of("earthquake")) &&
                 reasons.items[r].weight > 0;
    EXPECT(named);
}

/* ---- damaged models ------------------------------------------------------------------------ */

/* Write the shipped model with one section replaced, and try to open it. */
static enum cd_status open_with(const char *replaced, struct cd_slice with, struct cd_error *error)
{
    static const char *const names[] = {"meta",        "concepts", "names",    "deep",        "reading",
                                        "shape",       "codes",    "decision", "hidden_bias", "output_weight",
                                        "output_bias", "slots",    "scales",   "rows"};
    struct cd_model_section_data sections[sizeof names / sizeof names[0]];
    size_t count = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        sections[count].name = names[i];
        if (cd_model_section(desk.file, names[i], 1, &sections[count].data, error) != CD_OK)
            return CD_IO;
        if (strcmp(names[i], replaced) == 0)
            sections[count].data = with;
        count += strcmp(names[i], replaced) != 0 || with.bytes != NULL;
    }
    char path[] = "/tmp/copydesk-topics-XXXXXX";
    int descriptor = mkstemp(path);
    if (descriptor < 0 || cd_model_file_write(path, sections, count, error) != CD_OK)
        return CD_IO;
    struct cd_model_file *file = NULL;
    struct cd_topic_model *model = NULL;
    enum cd_status status = cd_model_file_open(path, "topics", &file, error);
    if (status == CD_OK)
        status = cd_topic_model_open(file, &model, error);
    cd_topic_model_close(model);
    cd_model_file_close(file);
    remove(path);
    return status;
}

static void a_model_that_does_not_fit_together_is_refused(void)
{
    static const char *const cut[] = {"reading",       "shape",       "codes",  "decision", "hidden_bias",
                                      "output_weight", "output_bias", "scales", "rows",     "names"};
    struct cd_error error = {0};
    struct cd_slice whole = {0};
    EXPECT(open_with("none", whole, &error) == CD_OK);
    for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++) {
        EXPECT(open_with(cut[i], (struct cd_slice){0}, &error) == CD_INVALID);
        EXPECT(cd_model_section(desk.file, cut[i], 1, &whole, &error) == CD_OK);
        EXPECT(open_with(cut[i], cd_slice_part(whole, 0, whole.length / 2), &error) == CD_INVALID);
        EXPECT(error.message[0] != '\0');
    }
}

static void a_taxonomy_with_a_wrong_parent_is_refused(void)
{
    struct cd_error error = {0};
    struct cd_slice whole;
    EXPECT(cd_model_section(desk.file, "concepts", 1, &whole, &error) == CD_OK);
    struct cd_concept_entry *entries = malloc(whole.length);
    if (!entries)
        return;
    memcpy(entries, whole.bytes, whole.length);
    struct cd_slice damaged = {(const char *)entries, whole.length};
    EXPECT(open_with("concepts", damaged, &error) == CD_OK);
    entries[40].parent = 1 << 20;
    EXPECT(open_with("concepts", damaged, &error) == CD_INVALID);
    memcpy(entries, whole.bytes, whole.length);
    entries[40].name_begin = UINT32_MAX;
    EXPECT(open_with("concepts", damaged, &error) == CD_INVALID);
    free(entries);
}

static void a_feature_slot_outside_the_model_is_refused(void)
{
    struct cd_error error = {0};
    struct cd_slice whole;
    EXPECT(cd_model_section(desk.file, "slots", 1, &whole, &error) == CD_OK);
    struct cd_feature_slot *slots = malloc(whole.length);
    if (!slots)
        return;
    memcpy(slots, whole.bytes, whole.length);
    slots[7].row = 1 << 30;
    EXPECT(open_with("slots", (struct cd_slice){(const char *)slots, whole.length}, &error) == CD_INVALID);
    for (size_t i = 0; i < whole.length / sizeof *slots; i++)
        slots[i].row = 0; /* no free slot: a look-up would never end */
    EXPECT(open_with("slots", (struct cd_slice){(const char *)slots, whole.length}, &error) == CD_INVALID);
    free(slots);
}

int main(void)
{
    struct cd_error error = {0};
    if (cd_model_file_open_bytes(cd_embedded_topics_model(), "topics.model", "topics", &desk.file, &error) !=
            CD_OK ||
        cd_topic_model_open(desk.file, &desk.model, &error) != CD_OK) {
        printf("not ok topics: %s: %s\n", error.where, error.message);
        return 1;
    }
    desk.scratch = cd_topic_scratch_new(desk.model);
    desk.arena = cd_arena_new(0);
    TEST(every_concept_of_the_release_is_there);
    TEST(a_concept_knows_its_parent_and_wikidata_id);
    TEST(a_retired_code_leads_to_an_active_concept);
    TEST(ceasefire_talks_are_conflict_and_diplomacy);
    TEST(a_parent_is_at_least_as_confident_as_its_child);
    TEST(a_topic_yields_to_another_where_both_are_given);
    TEST(subjects_come_by_level_then_relevance);
    TEST(nonsense_has_no_topic);
    TEST(what_stands_around_articles_has_no_topic);
    TEST(lists_and_code_have_no_topic);
    TEST(an_earthquake_is_not_just_a_disaster);
    TEST(shares_add_up_to_the_score);
    TEST(reasons_name_words_and_entities);
    TEST(a_deeper_concept_says_what_named_it);
    TEST(a_model_that_does_not_fit_together_is_refused);
    TEST(a_taxonomy_with_a_wrong_parent_is_refused);
    TEST(a_feature_slot_outside_the_model_is_refused);
    cd_topic_scratch_free(desk.scratch);
    cd_arena_free(desk.arena);
    cd_topic_model_close(desk.model);
    cd_model_file_close(desk.file);
    return TEST_RESULT();
}
