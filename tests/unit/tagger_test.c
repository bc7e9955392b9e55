#include "../test.h"

#include <stdlib.h>

#include "copydesk/model.h"
#include "copydesk/tagger.h"

static struct cd_arena *arena;
static struct cd_tagger *tagger;
static struct cd_tagger_scratch *scratch;
static struct cd_document document;
static struct cd_spans spans;

static void tag(const char *title, const char *body)
{
    struct cd_error error;
    cd_arena_reset(arena, 0);
    EXPECT(cd_document_build(cd_slice_of(title), cd_slice_of(body), arena, &document, &error) == CD_OK);
    EXPECT(cd_tag(tagger, scratch, &document, arena, &spans, &error) == CD_OK);
}

/* Whether a span with this text and type was found. */
static bool found(const char *text, enum cd_entity_type type)
{
    for (uint32_t i = 0; i < spans.count; i++) {
        const struct cd_span *span = &spans.items[i];
        struct cd_slice part =
            cd_slice_part(document.text, document.tokens[span->first_token].begin_byte,
                          document.tokens[span->first_token + span->token_count - 1].end_byte);
        if (span->type == type && cd_slice_equal(part, cd_slice_of(text)))
            return true;
    }
    return false;
}

static void finds_people_places_and_organizations(void)
{
    tag("", "President Joe Biden met leaders of the European Union in Brussels on Tuesday, the White House "
            "said.");
    EXPECT(found("Joe Biden", CD_PERSON));
    EXPECT(found("European Union", CD_ORGANIZATION));
    EXPECT(found("Brussels", CD_LOCATION));
    EXPECT(found("White House", CD_ORGANIZATION));
}

static void possessive_and_title_stay_outside(void)
{
    tag("", "Chancellor Angela Merkel's government sent aid to Syria's neighbours.");
    EXPECT(found("Angela Merkel", CD_PERSON));
    EXPECT(found("Syria", CD_LOCATION));
}

static void finds_names_in_headlines_of_any_case(void)
{
    tag("Angela Merkel Visits Paris After Talks in London", "");
    EXPECT(found("Angela Merkel", CD_PERSON) && found("Paris", CD_LOCATION) && found("London", CD_LOCATION));
    tag("ANGELA MERKEL VISITS PARIS AFTER TALKS IN LONDON", "");
    EXPECT(found("ANGELA MERKEL", CD_PERSON) && found("PARIS", CD_LOCATION) && found("LONDON", CD_LOCATION));
    tag("angela merkel visits paris after talks in london", "");
    EXPECT(found("angela merkel", CD_PERSON) && found("paris", CD_LOCATION) && found("london", CD_LOCATION));
}

static void spans_are_ordered_and_confidences_are_probabilities(void)
{
    tag("Talks in Geneva",
        "Israel and Hamas agreed, Reuters said. Antony Blinken flew to Cairo. \"Good,\" said Mr. Blinken.");
    EXPECT(spans.count >= 5);
    for (uint32_t i = 0; i < spans.count; i++) {
        EXPECT(spans.items[i].confidence > 0 && spans.items[i].confidence <= 1);
        EXPECT(i == 0 ||
               spans.items[i - 1].first_token + spans.items[i - 1].token_count <= spans.items[i].first_token);
    }
}

static void plain_words_are_no_names(void)
{
    tag("", "It was a long day, and nobody knew what would happen next.");
    EXPECT(spans.count == 0);
}

static void empty_document_has_no_spans(void)
{
    tag("", "");
    EXPECT(spans.count == 0);
}

static void the_same_text_gives_the_same_spans_again(void)
{
    static const char text[] = "Tesla and Ford opened plants in Texas, Elon Musk said in Austin.";
    tag("", text);
    uint32_t count = spans.count;
    float confidence = count ? spans.items[0].confidence : 0;
    tag("", "Another article about Rome comes between.");
    tag("", text);
    EXPECT(spans.count == count && count > 0 && spans.items[0].confidence == confidence);
}

/* Write the shipped model with one section altered ("": none), and open the copy. */
static enum cd_status open_copy(const char *altered)
{
    static const char *const names[] = {"meta",
                                        "words.index",
                                        "words",
                                        "words.vectors",
                                        "phrases.index",
                                        "phrases.checks",
                                        "phrases.bits",
                                        "cased.index",
                                        "cased.filled",
                                        "cased.numbers",
                                        "cased.transitions",
                                        "caseless.index",
                                        "caseless.filled",
                                        "caseless.numbers",
                                        "caseless.transitions",
                                        "cased.calibration",
                                        "caseless.calibration",
                                        "cased.checks",
                                        "caseless.checks",
                                        "cased.network",
                                        "caseless.network",
                                        "second.rows"};
    enum { SECTIONS = sizeof names / sizeof *names };
    struct cd_model_section_data sections[SECTIONS];
    struct cd_model_file *file, *copy;
    struct cd_error error;
    struct cd_tagger *opened = NULL;
    char path[] = "/tmp/copydesk-tagger-XXXXXX", *bytes = NULL;
    EXPECT(cd_model_file_open_bytes(cd_embedded_entities_model(), "shipped", "entities", &file, &error) ==
           CD_OK);
    for (size_t i = 0; i < SECTIONS; i++) {
        sections[i].name = names[i];
        EXPECT(cd_model_section(file, names[i], 1, &sections[i].data, &error) == CD_OK);
        if (strcmp(names[i], altered) != 0)
            continue;
        size_t length = sections[i].data.length;
        bytes = malloc(length);
        memcpy(bytes, sections[i].data.bytes, length);
        memset(bytes + length / 2, 0xFF, length / 4);
        sections[i].data.bytes = bytes;
    }
    int descriptor = mkstemp(path);
    EXPECT(descriptor >= 0 && cd_model_file_write(path, sections, SECTIONS, &error) == CD_OK);
    EXPECT(cd_model_file_open(path, "entities", &copy, &error) == CD_OK);
    enum cd_status status = cd_tagger_open(copy, &opened, &error);
    cd_tagger_close(opened);
    cd_model_file_close(copy);
    cd_model_file_close(file);
    remove(path);
    free(bytes);
    return status;
}

static void damaged_sections_are_refused(void)
{
    EXPECT(open_copy("") == CD_OK);
    EXPECT(open_copy("words.index") == CD_INVALID);
    EXPECT(open_copy("phrases.index") == CD_INVALID);
    EXPECT(open_copy("cased.index") == CD_INVALID);
    EXPECT(open_copy("caseless.transitions") == CD_INVALID);
    EXPECT(open_copy("cased.network") == CD_INVALID);
    EXPECT(open_copy("cased.filled") == CD_INVALID);
}

int main(void)
{
    struct cd_error error;
    struct cd_model_file *file;
    arena = cd_arena_new(0);
    if (cd_model_file_open_bytes(cd_embedded_entities_model(), "shipped", "entities", &file, &error) !=
            CD_OK ||
        cd_tagger_open(file, &tagger, &error) != CD_OK) {
        printf("not ok opens_the_shipped_model: %s\n", error.message);
        return 1;
    }
    scratch = cd_tagger_scratch_new(tagger);
    TEST(finds_people_places_and_organizations);
    TEST(possessive_and_title_stay_outside);
    TEST(finds_names_in_headlines_of_any_case);
    TEST(spans_are_ordered_and_confidences_are_probabilities);
    TEST(plain_words_are_no_names);
    TEST(empty_document_has_no_spans);
    TEST(the_same_text_gives_the_same_spans_again);
    TEST(damaged_sections_are_refused);
    cd_tagger_scratch_free(scratch);
    cd_tagger_close(tagger);
    cd_model_file_close(file);
    cd_arena_free(arena);
    return TEST_RESULT();
}
