/* base/json.c beyond base_test.c, and text/utf8.c: what is written is valid JSON that Jansson reads back. */
#include "../test.h"

#include <jansson.h>
#include <math.h>

#include "copydesk/json.h"
#include "copydesk/utf8.h"

/* What Jansson reads of a string that we wrote. */
static void expect_round_trip(struct cd_slice text, struct cd_slice expected)
{
    struct cd_buffer out = {0};
    struct cd_json json = cd_json_into(&out);
    cd_json_string(&json, text);
    json_t *read = json_loadb(out.bytes, out.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    struct cd_slice back = {json_string_value(read), json_string_length(read)};
    EXPECT(read && cd_slice_equal(back, expected));
    json_decref(read);
    cd_buffer_free(&out);
}

static void every_code_point_comes_back(void)
{
    for (uint32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 97) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        char bytes[4];
        struct cd_slice text = {bytes, cd_utf8_encode(c, bytes)};
        unsigned size;
        EXPECT(cd_utf8_valid_prefix(text) == text.length);
        EXPECT(cd_utf8_decode(text, 0, &size) == c && size == text.length);
        EXPECT(cd_utf8_count(text) == 1 && cd_utf8_count_utf16(text) == (c > 0xFFFF ? 2 : 1));
        expect_round_trip(text, text);
    }
}

static void invalid_utf8_is_found_where_it_begins(void)
{
    static const struct {
        const char *text;
        size_t valid;
    } cases[] = {
        {"", 0},
        {"plain ASCII that is longer than eight", 37},
        {"ab\xC3", 2},
        {"12345678\x80", 8},
        {"\xC0\xAF", 0},
        {"a\xED\xA0\x80", 1},
        {"\xF4\x90\x80\x80", 0},
        {"\xF0\x80\x80\x80", 0},
        {"\xE0\x80\x80", 0},
        {"\xE2\x82\xAC\xE2\x82", 3},
        {"\xFF", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        EXPECT(cd_utf8_valid_prefix(cd_slice_of(cases[i].text)) == cases[i].valid);
}

static void bad_bytes_between_good_ones_become_replacements(void)
{
    expect_round_trip(cd_slice_of("a\xED\xA0\x80z"), cd_slice_of("a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz"));
    expect_round_trip((struct cd_slice){"a\0b", 3}, (struct cd_slice){"a\0b", 3});
}

static void nested_values_are_parted_by_commas(void)
{
    struct cd_buffer out = {0};
    struct cd_json json = cd_json_into(&out);
    cd_json_begin_array(&json);
    cd_json_begin_object(&json);
    cd_json_end_object(&json);
    cd_json_begin_array(&json);
    cd_json_end_array(&json);
    cd_json_raw(&json, cd_slice_of("{\"x\":1}"));
    cd_json_end_array(&json);
    EXPECT_STRING(out.bytes, "[{},[],{\"x\":1}]");
    cd_buffer_free(&out);
}

static void numbers_at_the_edges_are_valid(void)
{
    struct cd_buffer out = {0};
    struct cd_json json = cd_json_into(&out);
    cd_json_begin_array(&json);
    cd_json_integer(&json, INT64_MIN);
    cd_json_integer(&json, INT64_MAX);
    cd_json_number(&json, INFINITY, 2);
    cd_json_number(&json, 1e300, 2);
    cd_json_number(&json, -1.9e53, 6);
    cd_json_number(&json, 123456789012345.0, 2);
    cd_json_number(&json, 100, 2);
    cd_json_number(&json, -0.0, 0);
    cd_json_number(&json, 0.9999999, 3);
    cd_json_end_array(&json);
    EXPECT_STRING(out.bytes,
                  "[-9223372036854775808,9223372036854775807,null,null,null,123456789012345,100,0,1]");
    cd_buffer_free(&out);
}

static void times_far_away_are_valid(void)
{
    struct cd_buffer out = {0};
    struct cd_json json = cd_json_into(&out);
    cd_json_begin_array(&json);
    cd_json_time(&json, INT64_MAX);
    cd_json_time(&json, INT64_MIN);
    cd_json_time(&json, 951782400123);
    cd_json_end_array(&json);
    EXPECT(strstr(out.bytes, "\"2000-02-29T00:00:00.123Z\""));
    json_t *read = json_loadb(out.bytes, out.length, 0, NULL);
    EXPECT(json_array_size(read) == 3);
    json_decref(read);
    cd_buffer_free(&out);
}

int main(void)
{
    TEST(every_code_point_comes_back);
    TEST(invalid_utf8_is_found_where_it_begins);
    TEST(bad_bytes_between_good_ones_become_replacements);
    TEST(nested_values_are_parted_by_commas);
    TEST(numbers_at_the_edges_are_valid);
    TEST(times_far_away_are_valid);
    return TEST_RESULT();
}
