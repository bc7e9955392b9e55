/* copydesk.c: the library with the models that ship. */
#include "../test.h"

#include <jansson.h>
#include <stdlib.h>

#include "copydesk/copydesk.h"

#define GERMAN                                                                                               \
    "Der Bundestag hat am Donnerstag in Berlin \\u00fcber das neue Gesetz abgestimmt und es mit "            \
    "gro\\u00dfer "                                                                                          \
    "Mehrheit angenommen, wie eine Sprecherin der Regierung nach der Sitzung mitteilte."
#define ENGLISH                                                                                              \
    "The president of France, Emmanuel Macron, met the German chancellor in Paris on Monday, and they "      \
    "spoke about the war in Ukraine and the price of energy in the European Union."

static struct cd_models *models;

/* One article through a fresh session; *record (may be NULL) gets the tree. */
static enum cd_status enrich(const char *raw, const struct cd_enrich_options *options,
                             struct cd_enrich_result *result, json_t **record)
{
    struct cd_enrich_options defaults = cd_enrich_default_options();
    struct cd_session *session = cd_session_new(models, options ? options : &defaults);
    struct cd_buffer out = {0};
    struct cd_error error;
    enum cd_status status = cd_enrich(session, cd_slice_of(raw), NULL, &out, result, &error);
    if (record)
        *record = status == CD_OK ? json_loads(out.bytes, JSON_REJECT_DUPLICATES, NULL) : NULL;
    EXPECT(status == CD_OK || out.length == 0);
    cd_buffer_free(&out);
    cd_session_free(session);
    return status;
}

static void expect_language(const char *raw, const char *language, bool supported)
{
    struct cd_enrich_result result;
    json_t *record;
    EXPECT(enrich(raw, NULL, &result, &record) == CD_OK);
    EXPECT_STRING(json_string_value(json_object_get(record, "language")), language);
    EXPECT(supported == !(result.warnings & CD_WARNING_LANGUAGE_UNSUPPORTED));
    EXPECT(supported || (result.mentions == 0 && result.subjects == 0));
    json_decref(record);
}

static void english_is_marked_up(void)
{
    struct cd_enrich_result result;
    EXPECT(enrich("{\"body\":\"" ENGLISH "\"}", NULL, &result, NULL) == CD_OK);
    EXPECT(result.words == 31);
    EXPECT(result.entities >= 3 && result.mentions >= result.entities);
    EXPECT(result.enriched == NULL);
}

static void the_text_decides_the_language(void)
{
    expect_language("{\"body\":\"" GERMAN "\"}", "de", false);
    expect_language("{\"language\":\"en\",\"body\":\"" GERMAN "\"}", "de", false);
    expect_language("{\"language\":\"de-DE\",\"body\":\"" ENGLISH "\"}", "en", true);
}

static void the_declaration_decides_when_the_text_is_too_short(void)
{
    expect_language("{\"language\":\"de\",\"title\":\"Merkel, Macron\"}", "de", false);
    expect_language("{\"title\":\"Merkel, Macron\"}", "und", true);
}

static void what_cannot_be_read_leaves_nothing_behind(void)
{
    struct cd_enrich_result result;
    EXPECT(enrich("{\"body\":", NULL, &result, NULL) == CD_INVALID);
    EXPECT(enrich("[]", NULL, &result, NULL) == CD_INVALID);
    EXPECT(result.words == 0 && result.enriched == NULL);
}

static void the_analysis_is_kept_when_asked(void)
{
    struct cd_enrich_options options = cd_enrich_default_options();
    options.keep_analysis = true;
    struct cd_session *session = cd_session_new(models, &options);
    struct cd_buffer out = {0};
    struct cd_enrich_result result;
    EXPECT(cd_enrich(session, cd_slice_of("{\"body\":\"" ENGLISH "\"}"), NULL, &out, &result, NULL) == CD_OK);
    EXPECT(result.enriched && result.enriched->entities->count == result.entities);
    cd_buffer_free(&out);
    cd_session_free(session);
}

static void the_position_of_the_message_is_in_the_record(void)
{
    struct cd_enrich_options options = cd_enrich_default_options();
    options.worker_id = "w1";
    struct cd_session *session = cd_session_new(models, &options);
    struct cd_input_position position = {true, cd_slice_of("articles.raw"), 3, 1812, 1710892800000};
    struct cd_buffer out = {0};
    struct cd_enrich_result result;
    EXPECT(cd_enrich(session, cd_slice_of("{\"body\":\"Yes.\"}"), &position, &out, &result, NULL) == CD_OK);
    EXPECT(out.bytes && strstr(out.bytes, "\"worker\":\"w1\""));
    EXPECT(out.bytes &&
           strstr(out.bytes, "\"input\":{\"topic\":\"articles.raw\",\"partition\":3,\"offset\":1812,"
                             "\"timestamp\":\"2024-03-20T00:00:00Z\"}"));
    cd_buffer_free(&out);
    cd_session_free(session);
}

static void nothing_doubtful_is_kept(void)
{
    struct cd_enrich_options options = cd_enrich_default_options();
    struct cd_enrich_result all, none;
    options.confidence_min = 0;
    EXPECT(enrich("{\"body\":\"" ENGLISH "\"}", &options, &all, NULL) == CD_OK);
    options.confidence_min = 1.1F;
    EXPECT(enrich("{\"body\":\"" ENGLISH "\"}", &options, &none, NULL) == CD_OK);
    EXPECT(all.mentions > 0 && none.mentions == 0);
}

/* A session's memory and caches must not leak from article to article. */
static void an_article_does_not_change_the_next(void)
{
    struct cd_enrich_options options = cd_enrich_default_options();
    struct cd_session *session = cd_session_new(models, &options);
    struct cd_buffer first = {0}, between = {0}, second = {0};
    struct cd_enrich_result result;
    struct cd_slice article = cd_slice_of("{\"body\":\"" ENGLISH "\"}");
    cd_enrich(session, article, NULL, &first, &result, NULL);
    cd_enrich(session, cd_slice_of("{\"body\":\"" GERMAN "\"}"), NULL, &between, &result, NULL);
    cd_enrich(session, cd_slice_of("{\"body\":\"Paris Hilton sang in Emmanuel, Georgia.\"}"), NULL, &between,
              &result, NULL);
    cd_enrich(session, article, NULL, &second, &result, NULL);
    char *end_of_first = strstr(first.bytes, "\"enriched\":"),
         *end_of_second = strstr(second.bytes, "\"enriched\":");
    EXPECT(end_of_first && end_of_second && end_of_first - first.bytes == end_of_second - second.bytes);
    EXPECT(memcmp(first.bytes, second.bytes, (size_t)(end_of_first - first.bytes)) == 0);
    cd_buffer_free(&first);
    cd_buffer_free(&between);
    cd_buffer_free(&second);
    cd_session_free(session);
}

int main(void)
{
    struct cd_error error;
    if (cd_models_open(NULL, NULL, &models, &error) != CD_OK) {
        printf("not ok the_models_that_ship_open: %s\n", error.message);
        return 1;
    }
    TEST(english_is_marked_up);
    TEST(the_text_decides_the_language);
    TEST(the_declaration_decides_when_the_text_is_too_short);
    TEST(what_cannot_be_read_leaves_nothing_behind);
    TEST(the_analysis_is_kept_when_asked);
    TEST(the_position_of_the_message_is_in_the_record);
    TEST(nothing_doubtful_is_kept);
    TEST(an_article_does_not_change_the_next);
    cd_models_close(models);
    return TEST_RESULT();
}
