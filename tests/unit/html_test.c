/* article/html.c: HTML remnants to text, with the way back. */
#include "../test.h"

#include <stdlib.h>

#include "copydesk/article.h"
#include "copydesk/json.h"
#include "copydesk/metrics.h"

static struct cd_arena *arena;
static struct cd_article article;

/* Read {"body": html}. */
static enum cd_status read_html(const char *html)
{
    struct cd_buffer raw = {0};
    struct cd_json json = cd_json_into(&raw);
    cd_json_begin_object(&json);
    cd_json_put_text(&json, "title", "T");
    cd_json_put_text(&json, "body", html);
    cd_json_end_object(&json);
    struct cd_article_options options = cd_article_default_options();
    cd_arena_reset(arena, 0);
    struct cd_slice copy = cd_arena_copy(arena, cd_buffer_slice(&raw));
    cd_buffer_free(&raw);
    struct cd_error error;
    return cd_article_read(copy, &options, arena, &article, &error);
}

static void expect_html(const char *html, const char *text)
{
    EXPECT(read_html(html) == CD_OK);
    EXPECT_SLICE(article.body.clean, text);
    EXPECT(article.warnings & CD_WARNING_HTML_REMOVED);
}

static void paragraphs_are_parted_by_an_empty_line(void)
{
    expect_html("<p>One.</p><p>Two.</p>", "One.\n\nTwo.");
    expect_html("  <div>\n  <p>One\n  more.</p>\n\n  <p>Two.</div> ", "One more.\n\nTwo.");
    expect_html("<h2>Head</h2>Text", "Head\n\nText");
}

static void breaks_are_line_ends(void)
{
    expect_html("a<br>b<br/>\nc", "a\nb\nc");
    expect_html("a<br><br>b", "a\n\nb");
}

static void lists_and_tables_keep_their_lines(void)
{
    expect_html("<ul><li>a<li>b</ul>", "a\nb");
    expect_html("<table><caption>Cap</caption><tr><th>x<th>y<tr><td>1<td>2</table>", "Cap\nx\ty\n1\t2");
    expect_html("<figure><img src=x><figcaption>A cap.</figcaption></figure><p>Text", "A cap.\n\nText");
}

static void inline_elements_leave_no_trace(void)
{
    expect_html("<p>W<b>ash</b>ing<i>ton</i>, <a href=\"x>y\">D.C.</a></p>", "Washington, D.C.");
}

static void scripts_and_styles_are_dropped(void)
{
    expect_html("a<script>if (1<2) x(\"</p>\")</script>b<style>p{}</style>c<!-- d <p> -->e", "abce");
    expect_html("<html><head><title>Page</title></head><body>Text</body></html>", "Text");
}

static void line_feeds_between_inline_elements_are_paragraphs(void)
{
    expect_html("One <b>bold</b>.\n\nTwo.", "One bold.\n\nTwo.");
}

static void blank_lines_in_the_flow_are_paragraphs(void)
{
    expect_html("First\nline.\n\nSecond.<blockquote>Quote\n\nwith space.</blockquote>",
                "First line.\n\nSecond.\n\nQuote\n\nwith space.");
}

static void preformatted_text_keeps_its_spaces(void)
{
    expect_html("<p>a</p><pre>x  y\n  z</pre>", "a\n\nx  y\n  z");
}

static void escaped_tags_are_tags(void)
{
    expect_html("&lt;p&gt;He&lt;b&gt;ll&lt;/b&gt;o &amp;amp; you&lt;/p&gt;&lt;p class=&quot;x&quot;&gt;5 "
                "&gt; 3&lt;/p&gt;",
                "Hello & you\n\n5 > 3");
    expect_html("<p>Write &lt;p&gt; first.</p>", "Write <p> first.");
}

static void cdata_sections_are_text(void)
{
    expect_html("<![CDATA[<p>One &amp; two</p>]]>", "One & two");
}

static void broken_markup_loses_no_text(void)
{
    expect_html("a</bogus>b <p>c</i> d<td>e < f", "ab\n\nc d\te < f");
    expect_html("<b>a<p>b</b>c</p>", "a\n\nbc");
    expect_html("<table>foo<tr><td>x</td>bar</table>after", "foo\n\nx\nbar\n\nafter");
    EXPECT(read_html("text <p") == CD_OK);
    EXPECT_SLICE(article.body.clean, "text <p");
}

static void every_byte_points_at_its_source(void)
{
    const char *html = "<p>Mr. <b>Ren&eacute;</b> Smith</p>\r\n<p>of   Par&#237;s &amp; Rome</p>";
    EXPECT(read_html(html) == CD_OK);
    const struct cd_text *body = &article.body;
    EXPECT_SLICE(body->clean, "Mr. Ren\xC3\xA9 Smith\n\nof Par\xC3\xADs & Rome");
    const char *names[][2] = {
        {"Ren\xC3\xA9 Smith", "Ren&eacute;</b> Smith"}, {"Par\xC3\xADs", "Par&#237;s"}, {"Rome", "Rome"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *found = memmem(body->clean.bytes, body->clean.length, names[i][0], strlen(names[i][0]));
        size_t begin = (size_t)(found - body->clean.bytes), end = begin + strlen(names[i][0]);
        EXPECT_SLICE(cd_slice_part(body->original, cd_text_original_offset(body, begin),
                                   cd_text_original_offset(body, end - 1) + 1),
                     names[i][1]);
    }
}

/* `count` times `piece`, then `tail`. */
static char *repeated(const char *piece, size_t count, const char *tail)
{
    size_t length = strlen(piece);
    char *text = malloc(length * count + strlen(tail) + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * length, piece, length);
    memcpy(text + length * count, tail, strlen(tail) + 1);
    return text;
}

static void deep_nesting_is_stripped_in_time(void)
{
    static const char *const pieces[] = {"<div>",           "<b>", "<p><b>x", "<font color=1>",
                                         "<table><tr><td>", "<a>"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        char *html = repeated(pieces[i], 20000, "end");
        uint64_t began_us = cd_monotonic_us();
        EXPECT(read_html(html) == CD_OK);
        EXPECT(cd_monotonic_us() - began_us < 3000000);
        EXPECT(article.body.clean.length >= 3 &&
               memcmp(article.body.clean.bytes + article.body.clean.length - 3, "end", 3) == 0);
        free(html);
    }
}

static void hostile_markup_takes_no_long_time(void)
{
    static const char *const pieces[] = {"<a ",       "<a =\"",   "<!-- ",         "<![CDATA[",  "&zz;",
                                         "<a<a",      "<script>", "</p>",          "<",          "&lt;p",
                                         "<p x=1 ",   "<b></p>",  "<div><script>", "<table><a>", "<li><ul>",
                                         "&amp;amp;", "<svg><p>", "<a b='>"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        char *html = repeated(pieces[i], 500000 / strlen(pieces[i]), "end <p>x</p> -- >");
        uint64_t began_us = cd_monotonic_us();
        EXPECT(read_html(html) == CD_OK);
        uint64_t took_ms = (cd_monotonic_us() - began_us) / 1000;
        if (took_ms > 4000)
            test_fail("\"%s\" took %d ms", pieces[i], (int)took_ms);
        free(html);
    }
}

int main(void)
{
    arena = cd_arena_new(0);
    TEST(paragraphs_are_parted_by_an_empty_line);
    TEST(breaks_are_line_ends);
    TEST(lists_and_tables_keep_their_lines);
    TEST(inline_elements_leave_no_trace);
    TEST(scripts_and_styles_are_dropped);
    TEST(line_feeds_between_inline_elements_are_paragraphs);
    TEST(blank_lines_in_the_flow_are_paragraphs);
    TEST(preformatted_text_keeps_its_spaces);
    TEST(escaped_tags_are_tags);
    TEST(cdata_sections_are_text);
    TEST(broken_markup_loses_no_text);
    TEST(every_byte_points_at_its_source);
    TEST(deep_nesting_is_stripped_in_time);
    TEST(hostile_markup_takes_no_long_time);
    cd_arena_free(arena);
    return TEST_RESULT();
}
