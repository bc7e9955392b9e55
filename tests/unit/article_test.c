/* article/: JSON in the shapes feeds use, plain text, repair, limits, and the way back to the original. */
#include "../test.h"

#include "copydesk/article.h"
#include "copydesk/utf8.h"

static struct cd_arena *arena;
static struct cd_article article;
static struct cd_error error;

static enum cd_status read_with(const struct cd_article_options *options, struct cd_slice raw)
{
    cd_arena_reset(arena, 0);
    return cd_article_read(raw, options, arena, &article, &error);
}

static enum cd_status read_text(const char *raw)
{
    struct cd_article_options options = cd_article_default_options();
    return read_with(&options, cd_slice_of(raw));
}

static void expect_invalid(const char *raw, const char *part_of_message)
{
    EXPECT(read_text(raw) == CD_INVALID);
    if (!strstr(error.message, part_of_message))
        test_fail("the message \"%s\" does not say \"%s\"", error.message, part_of_message);
}

/* The original's bytes that a published word stands for. */
static struct cd_slice original_of(const struct cd_text *text, const char *word)
{
    const char *found = memmem(text->clean.bytes, text->clean.length, word, strlen(word));
    if (!found)
        return (struct cd_slice){0};
    size_t begin = (size_t)(found - text->clean.bytes), end = begin + strlen(word);
    return cd_slice_part(text->original, cd_text_original_offset(text, begin),
                         cd_text_original_offset(text, end - 1) + 1);
}

/* ---- JSON shapes --------------------------------------------------------------------------- */

static void reads_the_common_field_names(void)
{
    EXPECT(
        read_text("{\"guid\":\"g1\",\"headline\":\"Storm\",\"articleBody\":\"Rain fell.\",\"link\":"
                  "\"https://example.org/1\",\"pubDate\":\"Wed, 20 Mar 2024 00:00:00 GMT\",\"source\":\"The "
                  "Times\",\"language\":\"en-GB\"}") == CD_OK);
    EXPECT_SLICE(article.id, "g1");
    EXPECT_SLICE(article.title.clean, "Storm");
    EXPECT_SLICE(article.body.clean, "Rain fell.");
    EXPECT_SLICE(article.uri, "https://example.org/1");
    EXPECT_SLICE(article.source, "The Times");
    EXPECT_SLICE(article.language, "en");
    EXPECT(article.has_published && article.published_ms == 1710892800000);
    EXPECT(article.warnings == 0);
}

static void takes_the_first_field_that_has_text(void)
{
    EXPECT(read_text("{\"title\":\" \",\"headline\":\"H\",\"text\":\"T\",\"body\":null}") == CD_OK);
    EXPECT_SLICE(article.title.clean, "H");
    EXPECT_SLICE(article.body.clean, "T");
    EXPECT_STRING(article.body.field, "text");
}

static void field_names_are_configurable_and_may_be_paths(void)
{
    struct cd_article_options options = cd_article_default_options();
    options.title_fields = "kop, meta.kop";
    options.body_fields = "tekst";
    EXPECT(read_with(&options, cd_slice_of("{\"meta\":{\"kop\":\"K\"},\"tekst\":\"T\",\"title\":\"no\"}")) ==
           CD_OK);
    EXPECT_SLICE(article.title.clean, "K");
    EXPECT_SLICE(article.body.clean, "T");
}

static void source_may_be_an_object(void)
{
    EXPECT(read_text("{\"title\":\"T\",\"source\":{\"id\":null,\"name\":\"BBC\"}}") == CD_OK);
    EXPECT_SLICE(article.source, "BBC");
}

static void rendered_texts_are_found(void)
{
    EXPECT(
        read_text(
            "{\"title\":{\"rendered\":\"A &#8217; b\"},\"content\":{\"rendered\":\"<p>C</p>\",\"protected\""
            ":false}}") == CD_OK);
    EXPECT_SLICE(article.title.clean, "A \xE2\x80\x99 b");
    EXPECT_SLICE(article.body.clean, "C");
    EXPECT_STRING(article.body.field, "content.rendered");
}

static void arrays_of_paragraphs_are_joined(void)
{
    EXPECT(
        read_text("{\"title\":\"T\",\"content\":[{\"type\":\"p\",\"text\":\"One.\"},\"Two.\",{\"x\":1}]}") ==
        CD_OK);
    EXPECT_SLICE(article.body.clean, "One.\n\nTwo.");
}

static void wrapped_articles_are_found(void)
{
    EXPECT(read_text("{\"_id\":\"e7\",\"_source\":{\"title\":\"T\",\"body\":\"B\"}}") == CD_OK);
    EXPECT_SLICE(article.id, "e7");
    EXPECT_SLICE(article.body.clean, "B");
    EXPECT_STRING(article.body.field, "_source.body");
}

static void numbers_as_ids_keep_their_digits(void)
{
    EXPECT(read_text("{\"id\":9007199254740993,\"title\":\"T\"}") == CD_OK);
    EXPECT_SLICE(article.id, "9007199254740993");
    EXPECT(read_text("{\"id\":123456789012345678901234567890,\"title\":\"T\"}") == CD_OK);
    EXPECT_SLICE(article.id, "123456789012345678901234567890");
    EXPECT(read_text("{\"id\":12.50,\"title\":\"T\"}") == CD_OK);
    EXPECT_SLICE(article.id, "12.50");
}

static void an_article_without_id_gets_a_hash_of_its_content(void)
{
    EXPECT(read_text("{\"title\":\"T\",\"body\":\"B\"}") == CD_OK);
    EXPECT(article.id.length == 19 && memcmp(article.id.bytes, "cd-", 3) == 0);
    char first[20] = {0};
    memcpy(first, article.id.bytes, 19);
    EXPECT(read_text("{\"body\":\"B\", \"title\":\"T\", \"x\":1}") == CD_OK);
    EXPECT_SLICE(article.id, first);
    EXPECT(read_text("{\"title\":\"T\",\"body\":\"C\"}") == CD_OK);
    EXPECT(memcmp(article.id.bytes, first, 19) != 0);
}

static void languages_are_primary_subtags(void)
{
    EXPECT(read_text("{\"title\":\"T\",\"language\":\"DE_at\"}") == CD_OK);
    EXPECT_SLICE(article.language, "de");
    EXPECT(read_text("{\"title\":\"T\",\"lang\":\"English\"}") == CD_OK);
    EXPECT_SLICE(article.language, "en");
}

static void a_byte_order_mark_is_passed_over(void)
{
    EXPECT(read_text("\xEF\xBB\xBF {\"title\":\"T\"}\n") == CD_OK);
    EXPECT_SLICE(article.title.clean, "T");
    EXPECT_SLICE(article.raw_object, "{\"title\":\"T\"}");
}

static void the_raw_object_is_kept_to_the_byte(void)
{
    EXPECT(read_text("{ \"n\":1e400, \"z\":0.10, \"title\":\"T\" }") == CD_OK);
    EXPECT_SLICE(article.raw_object, "{ \"n\":1e400, \"z\":0.10, \"title\":\"T\" }");
}

static void a_date_that_is_not_understood_is_a_warning(void)
{
    EXPECT(read_text("{\"title\":\"T\",\"date\":\"last Tuesday\"}") == CD_OK);
    EXPECT(!article.has_published && (article.warnings & CD_WARNING_DATE_UNREADABLE));
}

static void unix_dates_may_be_numbers(void)
{
    EXPECT(read_text("{\"title\":\"T\",\"date\":1710892800}") == CD_OK);
    EXPECT(article.published_ms == 1710892800000);
}

static void ninjs_1_is_read(void)
{
    EXPECT(
        read_text(
            "{\"uri\":\"urn:x:1\",\"type\":\"text\",\"versioncreated\":\"2024-03-20T00:00:00Z\",\"headline\":"
            "\"H\",\"body_xhtml\":\"<p>A</p><p>B</p>\",\"copyrightholder\":\"Agency\"}") == CD_OK);
    EXPECT_SLICE(article.title.clean, "H");
    EXPECT_SLICE(article.body.clean, "A\n\nB");
    EXPECT_SLICE(article.id, "urn:x:1");
    EXPECT_SLICE(article.source, "Agency");
    EXPECT(article.published_ms == 1710892800000);
}

static void ninjs_3_prefers_main_headline_and_plain_text(void)
{
    EXPECT(
        read_text(
            "{\"uri\":\"urn:x:1\",\"title\":\"slug\",\"headlines\":[{\"role\":\"sub\",\"value\":\"S\"},{"
            "\"role\":\"main\",\"value\":\"M\"}],\"bodies\":[{\"role\":\"html\",\"contentType\":\"text/"
            "html\","
            "\"value\":\"<p>H</p>\"},{\"role\":\"text\",\"contentType\":\"text/plain\",\"value\":\"P\"}]}") ==
        CD_OK);
    EXPECT_SLICE(article.title.clean, "M");
    EXPECT_SLICE(article.body.clean, "P");
    EXPECT_STRING(article.body.field, "bodies[1].value");
}

/* ---- what cannot be read ------------------------------------------------------------------- */

static void broken_json_says_line_and_column(void)
{
    expect_invalid("{\"title\":\"T\",\n \"body\" \"B\"}", "not valid JSON");
    EXPECT(strncmp(error.where, "line 2, column ", 15) == 0);
    expect_invalid("{\"title\":", "the message ends");
    expect_invalid("{\"title\":\"T\"} x", "not valid JSON");
    expect_invalid("{\"title\":01}", "not valid JSON");
}

static void other_top_level_types_are_named(void)
{
    expect_invalid("[{\"title\":\"T\"}]", "wrong top-level type: the message is an array");
    expect_invalid("[{\"title\":", "wrong top-level type: the message is an array");
    expect_invalid("\"T\"", "a string");
    expect_invalid("42", "a number");
    expect_invalid("null", "null");
    expect_invalid(" true ", "true or false");
}

static void nothing_at_all_is_invalid(void)
{
    struct cd_article_options options = cd_article_default_options();
    EXPECT(read_with(&options, (struct cd_slice){NULL, 0}) == CD_INVALID);
    expect_invalid("", "empty");
    expect_invalid(" \n", "empty");
    expect_invalid("{}", "neither title nor body");
    expect_invalid("{\"title\":\"\",\"body\":\"<p> </p>\"}", "neither title nor body");
    expect_invalid("... 12 ---", "neither JSON nor readable text");
}

static void bytes_that_are_no_text_are_invalid(void)
{
    expect_invalid("{\"title\":\"\xFF\xFE\xFD\"}", "not UTF-8");
    expect_invalid("{\"title\":\"long enough a title, but \x81 is nothing\"}", "not UTF-8");
    expect_invalid("{\"title\":\"\xC0\xAF and more words to make it long enough\"}", "not UTF-8");
    struct cd_article_options options = cd_article_default_options();
    EXPECT(read_with(&options, (struct cd_slice){"{\"title\":\"a\0b\"}", 15}) == CD_INVALID);
}

static void limits_are_kept(void)
{
    struct cd_article_options options = cd_article_default_options();
    options.message_bytes_max = 20;
    EXPECT(read_with(&options, cd_slice_of("{\"title\":\"a longer title\"}")) == CD_LIMIT);
    options = cd_article_default_options();
    options.nesting_max = 3;
    EXPECT(read_with(&options, cd_slice_of("{\"title\":\"[[[[\",\"a\":[[1]]}")) == CD_OK);
    EXPECT(read_with(&options, cd_slice_of("{\"title\":\"T\",\"a\":[[[1]]]}")) == CD_LIMIT);
}

static void long_texts_are_cut_behind_a_sentence(void)
{
    struct cd_article_options options = cd_article_default_options();
    options.text_bytes_max = 30;
    EXPECT(read_with(&options, cd_slice_of("{\"body\":\"One sentence here. Another one follows it.\"}")) ==
           CD_OK);
    EXPECT_SLICE(article.body.clean, "One sentence here.");
    EXPECT(article.warnings & CD_WARNING_TEXT_TRUNCATED);
    EXPECT(read_with(&options, cd_slice_of("{\"body\":\"onlyoneveryverylongwordwithoutanyend\xC3\xA9\"}")) ==
           CD_OK);
    EXPECT(article.body.clean.length == 30);
}

static void a_title_alone_is_enough(void)
{
    EXPECT(read_text("{\"title\":\"T\",\"body\":\"\"}") == CD_OK);
    EXPECT(article.warnings == CD_WARNING_BODY_MISSING);
    EXPECT(article.body.clean.length == 0);
}

/* ---- repair -------------------------------------------------------------------------------- */

static void windows_1252_bytes_are_repaired(void)
{
    EXPECT(
        read_text(
            "{\"title\":\"Caf\xE9 chief: \x93We don\x92t \x96 never\x94\",\"body\":\"Fran\xC3\xA7ois\"}") ==
        CD_OK);
    EXPECT_SLICE(article.title.clean,
                 "Caf\xC3\xA9 chief: \xE2\x80\x9CWe don\xE2\x80\x99t \xE2\x80\x93 never\xE2\x80\x9D");
    EXPECT_SLICE(article.body.clean, "Fran\xC3\xA7ois");
    EXPECT(article.warnings == CD_WARNING_ENCODING_REPAIRED);
    EXPECT(cd_utf8_valid_prefix(article.raw_object) == article.raw_object.length);
}

static void a_character_cut_short_becomes_a_replacement(void)
{
    EXPECT(read_text("{\"title\":\"The quote was cut \xE2\x80\"}") == CD_OK);
    EXPECT_SLICE(article.title.clean, "The quote was cut \xEF\xBF\xBD");
}

static void nul_escapes_do_not_lose_the_article(void)
{
    EXPECT(read_text("{\"title\":\"a\\u0000b\"}") == CD_OK);
    EXPECT_SLICE(article.title.clean, "ab");
    EXPECT(article.warnings & CD_WARNING_INVISIBLE_REMOVED);
}

static void lone_surrogate_escapes_do_not_lose_the_article(void)
{
    EXPECT(read_text("{\"title\":\"cut \\ud83d\",\"body\":\"ok \\ud83d\\ude00 \\udc00\"}") == CD_OK);
    EXPECT_SLICE(article.title.clean, "cut \xEF\xBF\xBD");
    EXPECT_SLICE(article.body.clean, "ok \xF0\x9F\x98\x80 \xEF\xBF\xBD");
    EXPECT(article.warnings & CD_WARNING_ENCODING_REPAIRED);
}

static void numbers_beyond_machine_types_do_not_lose_the_article(void)
{
    EXPECT(read_text("{\"a\":1e400,\"b\":-99999999999999999999,\"title\":\"T\"}") == CD_OK);
    expect_invalid("{\"a\":1e400,\n\"b\":-99999999999999999999 \"title\":\"T\"}", "not valid JSON");
    EXPECT(strncmp(error.where, "line 2", 6) == 0);
}

/* ---- text ---------------------------------------------------------------------------------- */

static void text_that_needs_no_mending_is_not_copied(void)
{
    EXPECT(
        read_text("{\"title\":\"T\",\"body\":\" \xE2\x80\x9CYes\xE2\x80\x9D \xE2\x80\x94 a\\tb\\n\\nc \"}") ==
        CD_OK);
    EXPECT(article.body.clean.bytes == article.body.original.bytes);
    EXPECT(article.body.runs == NULL && article.body.run_count == 0);
    EXPECT_SLICE(article.body.clean, " \xE2\x80\x9CYes\xE2\x80\x9D \xE2\x80\x94 a\tb\n\nc ");
}

static void stray_marks_are_no_html(void)
{
    static const char *const texts[] = {
        "AT&T and R&D; 3 < 4 > 2",       "I <3 you & you",   "if a<y and y>b",
        "John <john@example.org> wrote", "?a=1&lt=2&copy=3", "<REDACTED> was there",
        "&#; &#x; &; & &unknownname;"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char raw[200];
        snprintf(raw, sizeof raw, "{\"body\":\"%s\"}", texts[i]);
        EXPECT(read_text(raw) == CD_OK);
        EXPECT_SLICE(article.body.clean, texts[i]);
        EXPECT(article.warnings == 0);
    }
}

static void entities_are_decoded_and_mapped(void)
{
    EXPECT(read_text("{\"body\":\"Mr. Ren&eacute;&nbsp;O&#39;Hara &amp; Caf&#xE9; &hearts; &nGt; x\"}") ==
           CD_OK);
    EXPECT_SLICE(article.body.clean,
                 "Mr. Ren\xC3\xA9 O'Hara & Caf\xC3\xA9 \xE2\x99\xA5 \xE2\x89\xAB\xE2\x83\x92 x");
    EXPECT_SLICE(original_of(&article.body, "Ren\xC3\xA9"), "Ren&eacute;");
    EXPECT_SLICE(original_of(&article.body, "O'Hara"), "O&#39;Hara");
    EXPECT_SLICE(original_of(&article.body, "Caf\xC3\xA9"), "Caf&#xE9;");
    EXPECT_SLICE(original_of(&article.body, "x"), "x");
    EXPECT(article.warnings == CD_WARNING_HTML_REMOVED);
}

static void entities_escaped_twice_are_mended_once(void)
{
    EXPECT(read_text("{\"body\":\"&amp;quot;Hi&amp;quot; &amp;amp; &amp;#8217; &amp;amp;lt;\"}") == CD_OK);
    EXPECT_SLICE(article.body.clean, "\"Hi\" & \xE2\x80\x99 &lt;");
}

static void crlf_and_odd_spaces_become_plain_ones(void)
{
    EXPECT(read_text("{\"body\":\"a\\r\\nb\\rc\xC2\xA0"
                     "d\xE3\x80\x80"
                     "e\xE2\x80\xA8"
                     "f\"}") == CD_OK);
    EXPECT_SLICE(article.body.clean, "a\nb\nc d e\nf");
    EXPECT_SLICE(original_of(&article.body, "f"), "f");
    EXPECT(article.warnings == 0);
}

static void invisible_characters_are_removed(void)
{
    EXPECT(read_text("{\"body\":\"Wash\xC2\xADing\xE2\x80\x8Bton\xEF\xBB\xBF D\\u0007C\"}") == CD_OK);
    EXPECT_SLICE(article.body.clean, "Washington DC");
    EXPECT_SLICE(original_of(&article.body, "Washington"), "Wash\xC2\xADing\xE2\x80\x8Bton");
    EXPECT(article.warnings == CD_WARNING_INVISIBLE_REMOVED);
}

static void joiners_inside_emoji_and_scripts_stay(void)
{
    const char *text = "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9 \xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xAE";
    char raw[100];
    snprintf(raw, sizeof raw, "{\"body\":\"%s\"}", text);
    EXPECT(read_text(raw) == CD_OK);
    EXPECT_SLICE(article.body.clean, text);
}

static void c1_controls_read_as_windows_1252(void)
{
    EXPECT(read_text("{\"body\":\"don\\u0092t\"}") == CD_OK);
    EXPECT_SLICE(article.body.clean, "don\xE2\x80\x99t");
    EXPECT(article.warnings == CD_WARNING_ENCODING_REPAIRED);
}

/* ---- plain text ---------------------------------------------------------------------------- */

static void plain_text_may_begin_with_a_date_word(void)
{
    EXPECT(read_text(" date 2024-03-20 Amid the escalating violence, aid was late.\nHeading\nMore text.") ==
           CD_OK);
    EXPECT(article.published_ms == 1710892800000);
    EXPECT_SLICE(article.body.clean, "Amid the escalating violence, aid was late.\nHeading\nMore text.");
    EXPECT_SLICE(original_of(&article.body, "violence"), "violence");
    EXPECT(article.title.clean.length == 0 && article.raw_object.length == 0);
    EXPECT_STRING(article.body.field, "");
}

static void plain_text_may_have_a_date_line_and_a_title(void)
{
    EXPECT(
        read_text(
            "March 20, 2024\r\n\r\nStorm hits the coast\r\n\r\nThe storm came at night, people said.\r\n") ==
        CD_OK);
    EXPECT(article.has_published);
    EXPECT_SLICE(article.title.clean, "Storm hits the coast");
    EXPECT_SLICE(article.body.clean, "The storm came at night, people said.");
    EXPECT_SLICE(original_of(&article.body, "night"), "night");
}

static void a_sentence_is_no_title(void)
{
    EXPECT(read_text("The storm came at night.\nPeople said so, and more of them later.") == CD_OK);
    EXPECT(article.title.clean.length == 0);
}

static void a_date_that_begins_a_sentence_stays(void)
{
    EXPECT(read_text("March 20, 2024 was a cold day in Oslo.") == CD_OK);
    EXPECT(!article.has_published);
    EXPECT_SLICE(article.body.clean, "March 20, 2024 was a cold day in Oslo.");
}

static void plain_text_may_begin_with_a_quote_or_bracket(void)
{
    EXPECT(read_text("\"We will win,\" she said.") == CD_OK);
    EXPECT(read_text("[1] is the first note, she said.") == CD_OK);
    EXPECT(read_text("40 people came, she said.") == CD_OK);
}

int main(void)
{
    arena = cd_arena_new(0);
    TEST(reads_the_common_field_names);
    TEST(takes_the_first_field_that_has_text);
    TEST(field_names_are_configurable_and_may_be_paths);
    TEST(source_may_be_an_object);
    TEST(rendered_texts_are_found);
    TEST(arrays_of_paragraphs_are_joined);
    TEST(wrapped_articles_are_found);
    TEST(numbers_as_ids_keep_their_digits);
    TEST(an_article_without_id_gets_a_hash_of_its_content);
    TEST(languages_are_primary_subtags);
    TEST(a_byte_order_mark_is_passed_over);
    TEST(the_raw_object_is_kept_to_the_byte);
    TEST(a_date_that_is_not_understood_is_a_warning);
    TEST(unix_dates_may_be_numbers);
    TEST(ninjs_1_is_read);
    TEST(ninjs_3_prefers_main_headline_and_plain_text);
    TEST(broken_json_says_line_and_column);
    TEST(other_top_level_types_are_named);
    TEST(nothing_at_all_is_invalid);
    TEST(bytes_that_are_no_text_are_invalid);
    TEST(limits_are_kept);
    TEST(long_texts_are_cut_behind_a_sentence);
    TEST(a_title_alone_is_enough);
    TEST(windows_1252_bytes_are_repaired);
    TEST(a_character_cut_short_becomes_a_replacement);
    TEST(nul_escapes_do_not_lose_the_article);
    TEST(lone_surrogate_escapes_do_not_lose_the_article);
    TEST(numbers_beyond_machine_types_do_not_lose_the_article);
    TEST(text_that_needs_no_mending_is_not_copied);
    TEST(stray_marks_are_no_html);
    TEST(entities_are_decoded_and_mapped);
    TEST(entities_escaped_twice_are_mended_once);
    TEST(crlf_and_odd_spaces_become_plain_ones);
    TEST(invisible_characters_are_removed);
    TEST(joiners_inside_emoji_and_scripts_stay);
    TEST(c1_controls_read_as_windows_1252);
    TEST(plain_text_may_begin_with_a_date_word);
    TEST(plain_text_may_have_a_date_line_and_a_title);
    TEST(a_sentence_is_no_title);
    TEST(a_date_that_begins_a_sentence_stays);
    TEST(plain_text_may_begin_with_a_quote_or_bracket);
    cd_arena_free(arena);
    return TEST_RESULT();
}
