#include "../test.h"

#include "copydesk/document.h"

static struct cd_arena *arena;
static struct cd_document document;

static void build(const char *title, const char *body)
{
    struct cd_error error;
    cd_arena_reset(arena, 0);
    EXPECT(cd_document_build(cd_slice_of(title), cd_slice_of(body), arena, &document, &error) == CD_OK);
}

/* The tokens of a body, joined by single spaces; sentences are parted by " / ". */
static const char *tokens_of(const char *body)
{
    static char joined[4096];
    size_t length = 0;
    build("", body);
    for (uint32_t s = 0; s < document.sentence_count; s++)
        for (uint32_t i = 0; i < document.sentences[s].token_count; i++) {
            struct cd_slice token = cd_token_text(&document, document.sentences[s].first_token + i);
            length += (size_t)snprintf(joined + length, sizeof joined - length, "%s%.*s",
                                       length == 0 ? ""
                                       : i == 0    ? " / "
                                                   : " ",
                                       (int)token.length, token.bytes);
        }
    joined[length] = '\0';
    return joined;
}

static enum cd_letter_case case_of(const char *body)
{
    build("", body);
    return document.sentences[0].letter_case;
}

static void possessive_is_a_token_of_its_own(void)
{
    EXPECT_STRING(tokens_of("Biden's plan"), "Biden 's plan");
    EXPECT_STRING(tokens_of("Biden\xE2\x80\x99s plan"), "Biden \xE2\x80\x99s plan");
    EXPECT_STRING(tokens_of("BIDEN'S PLAN"), "BIDEN 'S PLAN");
    EXPECT_STRING(tokens_of("the Democrats' plan"), "the Democrats ' plan");
}

static void inner_apostrophes_stay_in_names(void)
{
    EXPECT_STRING(tokens_of("Conan O'Brien met N'Golo"), "Conan O'Brien met N'Golo");
    EXPECT_STRING(tokens_of("C\xC3\xB4te d\xE2\x80\x99Ivoire"), "C\xC3\xB4te d\xE2\x80\x99Ivoire");
}

static void contractions_are_cut_at_the_apostrophe(void)
{
    EXPECT_STRING(tokens_of("They're sure he'll go"), "They 're sure he 'll go");
}

static void hyphens_part_names(void)
{
    EXPECT_STRING(tokens_of("the Israel-Hamas war, F-35s"), "the Israel - Hamas war , F - 35s");
}

static void dashes_are_single_tokens(void)
{
    EXPECT_STRING(tokens_of("PARIS (AP) _ He -- or she \xE2\x80\x94 left"),
                  "PARIS ( AP ) _ He -- or she \xE2\x80\x94 left");
}

static void abbreviations_keep_their_period(void)
{
    EXPECT_STRING(tokens_of("Mr. Smith of Apple Inc. met Sen. Jones"),
                  "Mr. Smith of Apple Inc. met Sen. Jones");
    EXPECT_STRING(tokens_of("The U.S. Senate met at 9 a.m. on Jan. 6"),
                  "The U.S. Senate met at 9 a.m. on Jan. 6");
}

static void initials_do_not_end_sentences(void)
{
    EXPECT_STRING(tokens_of("George W. Bush and J.K. Rowling met. They talked."),
                  "George W. Bush and J.K. Rowling met . / They talked .");
}

static void abbreviation_ends_a_sentence_before_an_opener(void)
{
    EXPECT_STRING(tokens_of("He left the U.S. The trip was long."), "He left the U.S. / The trip was long .");
}

static void closing_quotes_belong_to_the_sentence(void)
{
    EXPECT_STRING(tokens_of("\xE2\x80\x9CGo.\xE2\x80\x9D She went."),
                  "\xE2\x80\x9C Go . \xE2\x80\x9D / She went .");
    EXPECT_STRING(tokens_of("``Moi must go,'' he said."), "`` Moi must go , '' he said .");
}

static void numbers_stay_whole(void)
{
    EXPECT_STRING(tokens_of("It rose 3.5% to $1,000.50 on the 20th."),
                  "It rose 3.5 % to $ 1,000.50 on the 20th .");
}

static void addresses_and_handles_stay_whole(void)
{
    EXPECT_STRING(tokens_of("See https://example.org/a?b=c. Write to jo.doe@example.org, or @jo_doe #news"),
                  "See https://example.org/a?b=c . / Write to jo.doe@example.org , or @jo_doe #news");
    EXPECT(document.tokens[1].kind == CD_TOKEN_URL);
    EXPECT(document.tokens[5].kind == CD_TOKEN_URL);
    EXPECT(document.tokens[8].kind == CD_TOKEN_HANDLE);
}

static void words_run_together_by_a_feed_are_parted(void)
{
    EXPECT_STRING(tokens_of("It is the end.The next day"), "It is the end . / The next day");
    EXPECT_STRING(tokens_of("Amazon.com fell"), "Amazon.com fell");
}

static void headings_on_their_own_line_are_sentences(void)
{
    EXPECT_STRING(tokens_of("He came\nWhat we know\nThe rest follows here."),
                  "He came / What we know / The rest follows here .");
    EXPECT(document.sentences[1].starts_paragraph);
}

static void wrapped_lines_are_no_paragraphs(void)
{
    EXPECT_STRING(
        tokens_of("\t   Thousands of people came to the city of New\nYork on Saturday to protest against "
                  "taxes that the\n"
                  "government had raised the week before, as it does.\n\t   They went home in the evening of "
                  "the day and\n"
                  "slept well.\n"),
        "Thousands of people came to the city of New York on Saturday to protest against taxes that the "
        "government had "
        "raised the week before , as it does . / They went home in the evening of the day and slept well .");
}

static void title_and_body_are_apart(void)
{
    build("Rain in Oslo", "It rains.");
    EXPECT(document.title_bytes == 12 && document.body_begin_byte == 14);
    EXPECT_SLICE(document.text, "Rain in Oslo\n\nIt rains.");
    EXPECT(document.sentence_count == 2 && document.sentences[0].in_title && !document.sentences[1].in_title);
    EXPECT_SLICE(cd_token_text(&document, 3), "It");
}

static void empty_articles_have_no_tokens(void)
{
    build("", "");
    EXPECT(document.token_count == 0 && document.sentence_count == 0);
    build("Only a title", "");
    EXPECT(document.token_count == 3 && document.sentences[0].in_title);
}

static void offsets_count_bytes_behind_emoji(void)
{
    build("", "\xF0\x9F\x98\x80\xF0\x9F\x98\x80 J\xC3\xBCrgen\r\nOK");
    EXPECT_SLICE(cd_token_text(&document, 1), "J\xC3\xBCrgen");
    EXPECT(document.tokens[1].begin_byte == 9);
    EXPECT(document.tokens[0].kind == CD_TOKEN_SYMBOL);
    EXPECT(document.sentence_count == 2);
}

static void combining_marks_stick_to_their_letter(void)
{
    EXPECT_STRING(tokens_of("Jose\xCC\x81 left"), "Jose\xCC\x81 left");
}

static void letter_case_is_told(void)
{
    EXPECT(case_of("The president went to Paris on Monday.") == CD_CASE_NORMAL);
    EXPECT(case_of("PRESIDENT GOES TO PARIS ON MONDAY") == CD_CASE_UPPER);
    EXPECT(case_of("president goes to paris on monday morning") == CD_CASE_LOWER);
    EXPECT(case_of("Chinese Spacecraft Poised for First Mars Mission") == CD_CASE_TITLE);
    EXPECT(case_of("NATO and the EU met in Brussels today") == CD_CASE_NORMAL);
}

int main(void)
{
    arena = cd_arena_new(0);
    TEST(possessive_is_a_token_of_its_own);
    TEST(inner_apostrophes_stay_in_names);
    TEST(contractions_are_cut_at_the_apostrophe);
    TEST(hyphens_part_names);
    TEST(dashes_are_single_tokens);
    TEST(abbreviations_keep_their_period);
    TEST(initials_do_not_end_sentences);
    TEST(abbreviation_ends_a_sentence_before_an_opener);
    TEST(closing_quotes_belong_to_the_sentence);
    TEST(numbers_stay_whole);
    TEST(addresses_and_handles_stay_whole);
    TEST(words_run_together_by_a_feed_are_parted);
    TEST(headings_on_their_own_line_are_sentences);
    TEST(wrapped_lines_are_no_paragraphs);
    TEST(title_and_body_are_apart);
    TEST(empty_articles_have_no_tokens);
    TEST(offsets_count_bytes_behind_emoji);
    TEST(combining_marks_stick_to_their_letter);
    TEST(letter_case_is_told);
    cd_arena_free(arena);
    return TEST_RESULT();
}
