/* record/: the three formats, written from hand-built results and read back with Jansson. */
#include "../test.h"

#include <jansson.h>
#include <stdlib.h>

#include "copydesk/record.h"
#include "copydesk/utf8.h"

/* "Caf\u00e9 chief Ana P\u00e9rez \U0001F600 met Ana." as title and body, so that bytes, code points and
 * UTF-16 units all differ. */
#define TITLE "Caf\xC3\xA9 chief \xF0\x9F\x98\x80 Ana"
#define BODY  "\xF0\x9F\x98\x80 Ana P\xC3\xA9rez met Ana."

static struct scene {
    struct cd_article article;
    struct cd_document document;
    struct cd_mention mentions[3];
    struct cd_entity entity;
    struct cd_entities entities;
    struct cd_concept concept;
    struct cd_subject subject;
    struct cd_subjects subjects;
    struct cd_topic_reason reason;
    struct cd_topic_reasons reasons;
    struct cd_enriched enriched;
    struct cd_record_options options;
} scene;

/* The mention of the `nth` (from 0) occurrence of `name` in the document. */
static struct cd_mention mention_of(const char *name, int nth)
{
    const char *text = scene.document.text.bytes, *at = strstr(text, name);
    while (nth-- > 0)
        at = strstr(at + 1, name);
    uint32_t begin = (uint32_t)(at - text);
    return (struct cd_mention){begin, begin + (uint32_t)strlen(name), 0.75F, CD_MENTION_FULL};
}

static void set_up_results(void)
{
    scene.mentions[0] = mention_of("Ana", 0);
    scene.mentions[1] = mention_of("Ana P\xC3\xA9rez", 0);
    scene.mentions[2] = mention_of("Ana", 2);
    scene.entity = (struct cd_entity){.id = cd_slice_of("local:PERSON:ana"),
                                      .name = cd_slice_of("Ana P\xC3\xA9rez"),
                                      .type = CD_PERSON,
                                      .salience = 1,
                                      .confidence = 0.98F,
                                      .mentions = scene.mentions,
                                      .mention_count = 3};
    scene.entities = (struct cd_entities){&scene.entity, 1};
    scene.concept = (struct cd_concept){.code = cd_slice_of("11000000"),
                                        .name = cd_slice_of("politics and government"),
                                        .level = 1,
                                        .parent = -1};
    scene.subject = (struct cd_subject){&scene.concept, 0.876F, 0.5F};
    scene.subjects = (struct cd_subjects){&scene.subject, 1};
    scene.reason = (struct cd_topic_reason){&scene.concept, cd_slice_of("chief"), 1.25F};
    scene.reasons = (struct cd_topic_reasons){&scene.reason, 1};
}

static void set_up(void)
{
    memset(&scene, 0, sizeof scene);
    scene.article = (struct cd_article){
        .id = cd_slice_of("a b/1"),
        .title = {.clean = cd_slice_of(TITLE), .original = cd_slice_of(TITLE), .field = "headline"},
        .body = {.clean = cd_slice_of(BODY), .original = cd_slice_of(BODY), .field = "content"},
        .has_published = true,
        .published_ms = 1710892800000,
        .raw_object = cd_slice_of("{\"n\": 1.50, \"id\":\"a b/1\" }"),
    };
    scene.document = (struct cd_document){.text = cd_slice_of(TITLE "\n\n" BODY),
                                          .title_bytes = sizeof TITLE - 1,
                                          .body_begin_byte = sizeof TITLE + 1};
    set_up_results();
    scene.enriched = (struct cd_enriched){.article = &scene.article,
                                          .document = &scene.document,
                                          .entities = &scene.entities,
                                          .subjects = &scene.subjects,
                                          .language = cd_slice_of("en"),
                                          .warnings = CD_WARNING_HTML_REMOVED,
                                          .provenance = {.worker = cd_slice_of("w"), .enriched_ms = 1000}};
    scene.options = (struct cd_record_options){CD_RECORD_COPYDESK, CD_OFFSET_CODEPOINT, true, "copydesk"};
}

/* The scene's record as a tree; free it with json_decref. NULL when it is not JSON. */
static json_t *write_record(void)
{
    struct cd_buffer out = {0};
    struct cd_error error = {0};
    if (cd_record_write(&scene.options, &scene.enriched, &out, &error) != CD_OK)
        test_fail("%s", error.message);
    json_t *record = out.bytes ? json_loads(out.bytes, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (!record)
        test_fail("not JSON: %s", out.bytes ? out.bytes : "(nothing)");
    cd_buffer_free(&out);
    return record;
}

static json_t *mention_at(json_t *record, size_t i)
{
    json_t *entity = json_array_get(json_object_get(record, "entities"), 0);
    return json_array_get(json_object_get(entity, "mentions"), i);
}

static void expect_place(json_t *mention, int begin, int end, const char *field)
{
    EXPECT(json_integer_value(json_object_get(mention, "begin")) == begin);
    EXPECT(json_integer_value(json_object_get(mention, "end")) == end);
    EXPECT_STRING(json_string_value(json_object_get(mention, "field")), field);
}

static void offsets_are_code_points_of_the_field(void)
{
    set_up();
    json_t *record = write_record();
    expect_place(mention_at(record, 0), 13, 16, "title");
    expect_place(mention_at(record, 1), 2, 11, "body");
    expect_place(mention_at(record, 2), 16, 19, "body");
    json_decref(record);
}

static void offsets_are_bytes_when_asked(void)
{
    set_up();
    scene.options.offset_unit = CD_OFFSET_UTF8;
    json_t *record = write_record();
    expect_place(mention_at(record, 0), 17, 20, "title");
    expect_place(mention_at(record, 1), 5, 15, "body");
    json_decref(record);
}

static void offsets_are_utf16_units_when_asked(void)
{
    set_up();
    scene.options.offset_unit = CD_OFFSET_UTF16;
    json_t *record = write_record();
    expect_place(mention_at(record, 0), 14, 17, "title");
    expect_place(mention_at(record, 1), 3, 12, "body");
    json_decref(record);
}

/* Long texts have checkpoints far apart; every offset must still be exact, the end of the text too. */
static void offsets_are_exact_in_long_texts(void)
{
    set_up();
    enum { COPIES = 30000 };
    static char text[COPIES * (sizeof BODY - 1) + 1];
    for (size_t i = 0; i < COPIES; i++)
        memcpy(text + i * (sizeof BODY - 1), BODY, sizeof BODY - 1);
    size_t length = sizeof text - 1;
    scene.article.title = (struct cd_text){.field = ""};
    scene.article.body.clean = (struct cd_slice){text, length};
    scene.document = (struct cd_document){.text = {text, length}};
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t end = (uint32_t)(length - i * 777 * (sizeof BODY - 1));
        scene.mentions[i] = (struct cd_mention){end - 4, end, 1, CD_MENTION_ALIAS};
    }
    json_t *record = write_record();
    for (uint32_t i = 0; i < 3; i++) {
        struct cd_slice before = {text, scene.mentions[i].begin_byte};
        int begin = (int)cd_utf8_count(before);
        expect_place(mention_at(record, i), begin, begin + 4, "body");
    }
    json_decref(record);
}

static void body_is_left_out_when_asked(void)
{
    set_up();
    scene.options.include_body = false;
    json_t *record = write_record();
    EXPECT(json_object_get(record, "body") == NULL);
    EXPECT_STRING(json_string_value(json_object_get(record, "title")), TITLE);
    json_decref(record);
}

static void subjects_say_why_when_reasons_are_given(void)
{
    set_up();
    json_t *record = write_record();
    json_t *subject = json_array_get(json_object_get(record, "subjects"), 0);
    EXPECT_STRING(json_string_value(json_object_get(subject, "qcode")), "medtop:11000000");
    EXPECT(json_object_get(subject, "explanation") == NULL);
    json_decref(record);
    scene.enriched.reasons = &scene.reasons;
    record = write_record();
    subject = json_array_get(json_object_get(record, "subjects"), 0);
    EXPECT(json_array_size(json_object_get(subject, "explanation")) == 1);
    json_decref(record);
}

static void unknown_members_are_null(void)
{
    set_up();
    json_t *record = write_record();
    EXPECT(json_is_null(json_object_get(record, "uri")));
    EXPECT(json_is_null(json_object_get(json_object_get(record, "provenance"), "input")));
    EXPECT_STRING(json_string_value(json_array_get(json_object_get(record, "warnings"), 0)), "html_removed");
    json_decref(record);
}

/* ---- augment ------------------------------------------------------------------------------- */

static void augmenting_changes_no_other_byte(void)
{
    set_up();
    scene.options.format = CD_RECORD_AUGMENT;
    struct cd_buffer out = {0};
    EXPECT(cd_record_write(&scene.options, &scene.enriched, &out, NULL) == CD_OK);
    const char *before = "{\"n\": 1.50, \"id\":\"a b/1\" ,\"copydesk\":{";
    EXPECT(strncmp(out.bytes, before, strlen(before)) == 0);
    EXPECT_STRING(out.bytes + out.length - 2, "}}");
    cd_buffer_free(&out);
}

static void augmenting_points_into_the_original_fields(void)
{
    set_up();
    /* "<b>" stood in front of the body and "</b>" behind "Ana P\u00e9rez". */
    static const struct cd_offset_run runs[] = {{0, 3}, {15, 22}};
    scene.article.body.original = cd_slice_of("<b>\xF0\x9F\x98\x80 Ana P\xC3\xA9rez</b> met Ana.");
    scene.article.body.runs = runs;
    scene.article.body.run_count = 2;
    scene.options.format = CD_RECORD_AUGMENT;
    json_t *record = write_record(), *added = json_object_get(record, "copydesk");
    expect_place(mention_at(added, 0), 13, 16, "headline");
    expect_place(mention_at(added, 1), 5, 14, "content");
    expect_place(mention_at(added, 2), 23, 26, "content");
    EXPECT(json_object_get(added, "body") == NULL && json_object_get(added, "title") == NULL);
    json_decref(record);
}

static void expect_no_augmenting(const char *object)
{
    set_up();
    scene.options.format = CD_RECORD_AUGMENT;
    scene.article.raw_object = cd_slice_of(object);
    struct cd_buffer out = {0};
    struct cd_error error;
    cd_buffer_append_string(&out, "before");
    EXPECT(cd_record_write(&scene.options, &scene.enriched, &out, &error) == CD_INVALID);
    EXPECT_STRING(out.bytes, "before");
    cd_buffer_free(&out);
}

static void augmenting_refuses_what_it_would_break(void)
{
    expect_no_augmenting("");
    expect_no_augmenting("{\"copydesk\":1}");
    expect_no_augmenting("{\"a\":\"\\\"\",\"c\\u006Fpydesk\" : {}}");
    expect_no_augmenting("{\"a\":\"\xFF\"}");
}

static void augmenting_looks_at_keys_of_the_object_only(void)
{
    set_up();
    scene.options.format = CD_RECORD_AUGMENT;
    scene.article.raw_object =
        cd_slice_of("{\"a\":\"copydesk\",\"b\":{\"copydesk\":1},\"copydesk2\":[\"copydesk\"]}");
    json_decref(write_record());
    scene.article.raw_object = cd_slice_of("{}");
    json_decref(write_record());
}

/* ---- ninjs --------------------------------------------------------------------------------- */

static void ninjs_has_its_lists_by_type(void)
{
    set_up();
    scene.options.format = CD_RECORD_NINJS;
    json_t *record = write_record();
    EXPECT_STRING(json_string_value(json_object_get(record, "uri")), "urn:copydesk:a%20b%2F1");
    EXPECT(json_array_size(json_object_get(record, "people")) == 1);
    EXPECT(json_object_get(record, "places") == NULL);
    json_t *subject = json_array_get(json_object_get(record, "subjects"), 0);
    EXPECT(json_integer_value(json_object_get(subject, "confidence")) == 88);
    EXPECT(json_integer_value(json_object_get(subject, "relevance")) == 50);
    EXPECT_STRING(json_string_value(json_object_get(record, "edNote")), "copydesk: html_removed");
    json_decref(record);
}

static void ninjs_keeps_a_uri_that_is_one(void)
{
    set_up();
    scene.options.format = CD_RECORD_NINJS;
    scene.article.uri = cd_slice_of("https://example.com/a?b=1");
    json_t *record = write_record();
    EXPECT_STRING(json_string_value(json_object_get(record, "uri")), "https://example.com/a?b=1");
    json_decref(record);
    scene.article.uri = cd_slice_of("/a b");
    record = write_record();
    EXPECT_STRING(json_string_value(json_object_get(record, "uri")), "urn:copydesk:a%20b%2F1");
    json_decref(record);
}

int main(void)
{
    TEST(offsets_are_code_points_of_the_field);
    TEST(offsets_are_bytes_when_asked);
    TEST(offsets_are_utf16_units_when_asked);
    TEST(offsets_are_exact_in_long_texts);
    TEST(body_is_left_out_when_asked);
    TEST(subjects_say_why_when_reasons_are_given);
    TEST(unknown_members_are_null);
    TEST(augmenting_changes_no_other_byte);
    TEST(augmenting_points_into_the_original_fields);
    TEST(augmenting_refuses_what_it_would_break);
    TEST(augmenting_looks_at_keys_of_the_object_only);
    TEST(ninjs_has_its_lists_by_type);
    TEST(ninjs_keeps_a_uri_that_is_one);
    return TEST_RESULT();
}
