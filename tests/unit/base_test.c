/* base/: arena, buffer, JSON writer, hash, histogram. */
#include "../test.h"

#include <math.h>

#include "copydesk/arena.h"
#include "copydesk/buffer.h"
#include "copydesk/error.h"
#include "copydesk/hash.h"
#include "copydesk/json.h"
#include "copydesk/metrics.h"

static void arena_keeps_blocks_until_reset(void)
{
    struct cd_arena *arena = cd_arena_new(64);
    char *first = cd_arena_allocate(arena, 40), *second = cd_arena_allocate(arena, 4000);
    memset(first, 'a', 40);
    memset(second, 'b', 4000);
    EXPECT(first[39] == 'a' && second[3999] == 'b');
    EXPECT(cd_arena_used_bytes(arena) >= 4040);
    cd_arena_reset(arena, 0);
    EXPECT(cd_arena_used_bytes(arena) == 0);
    cd_arena_free(arena);
}

static void arena_grows_the_newest_block_in_place(void)
{
    struct cd_arena *arena = cd_arena_new(4096);
    char *block = cd_arena_allocate(arena, 16);
    EXPECT(cd_arena_grow(arena, block, 16, 64) == block);
    cd_arena_allocate(arena, 16);
    block[0] = 'x';
    char *moved = cd_arena_grow(arena, block, 64, 128);
    EXPECT(moved != block && moved[0] == 'x');
    cd_arena_free(arena);
}

static void arena_refuses_an_overflowing_product(void)
{
    struct cd_arena *arena = cd_arena_new(0);
    EXPECT(cd_arena_zeroed(arena, (size_t)1 << 40, (size_t)1 << 40) == NULL);
    cd_arena_free(arena);
}

static void json_escapes_what_must_be_escaped(void)
{
    struct cd_buffer out = {0};
    struct cd_json json = cd_json_into(&out);
    cd_json_string(&json, cd_slice_of("a\"b\\c\nd\x01"));
    EXPECT_STRING(out.bytes, "\"a\\\"b\\\\c\\nd\\u0001\"");
    cd_buffer_free(&out);
}

static void json_replaces_invalid_bytes(void)
{
    struct cd_buffer out = {0};
    struct cd_json json = cd_json_into(&out);
    cd_json_string(&json, cd_slice_of("a\xFF\xC3z"));
    EXPECT_STRING(out.bytes, "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\"");
    cd_buffer_free(&out);
}

static void json_puts_commas_between_values(void)
{
    struct cd_buffer out = {0};
    struct cd_json json = cd_json_into(&out);
    cd_json_begin_object(&json);
    cd_json_put_integer(&json, "a", -12);
    cd_json_key(&json, "b");
    cd_json_begin_array(&json);
    cd_json_null(&json);
    cd_json_bool(&json, true);
    cd_json_end_array(&json);
    cd_json_put_text(&json, "c", "");
    cd_json_end_object(&json);
    EXPECT_STRING(out.bytes, "{\"a\":-12,\"b\":[null,true],\"c\":null}");
    cd_buffer_free(&out);
}

static void json_numbers_drop_trailing_zeros(void)
{
    struct cd_buffer out = {0};
    struct cd_json json = cd_json_into(&out);
    cd_json_begin_array(&json);
    cd_json_number(&json, 0.5, 3);
    cd_json_number(&json, 10, 0);
    cd_json_number(&json, -0.0001, 2);
    cd_json_number(&json, NAN, 2);
    cd_json_end_array(&json);
    EXPECT_STRING(out.bytes, "[0.5,10,0,null]");
    cd_buffer_free(&out);
}

static void json_times_are_iso_8601(void)
{
    struct cd_buffer out = {0};
    struct cd_json json = cd_json_into(&out);
    cd_json_begin_array(&json);
    cd_json_time(&json, 1710892800000);
    cd_json_time(&json, -1);
    cd_json_end_array(&json);
    EXPECT_STRING(out.bytes, "[\"2024-03-20T00:00:00Z\",\"1969-12-31T23:59:59.999Z\"]");
    cd_buffer_free(&out);
}

static void hash_is_the_same_on_every_machine(void)
{
    EXPECT(cd_hash("", 0, 0) == cd_hash("", 0, 0));
    EXPECT(cd_hash("news", 4, 0) != cd_hash("news", 4, 1));
    EXPECT(cd_hash("a longer text than sixteen bytes", 32, 7) !=
           cd_hash("a longer text than sixteen bytez", 32, 7));
}

static void histogram_quantiles_are_within_seven_percent(void)
{
    static struct cd_histogram histogram;
    for (uint64_t i = 1; i <= 1000; i++)
        cd_histogram_record(&histogram, i * 10);
    uint64_t median_us = cd_histogram_quantile_us(&histogram, 0.5);
    EXPECT(median_us >= 4650 && median_us <= 5350);
    EXPECT(cd_histogram_quantile_us(&histogram, 1.0) == 10000);
    cd_histogram_reset(&histogram);
    EXPECT(cd_histogram_quantile_us(&histogram, 0.5) == 0);
}

static void error_is_cut_at_a_whole_character(void)
{
    struct cd_error error;
    char text[1000];
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xC3\xA9", 2);
    text[998] = '\0';
    EXPECT(cd_fail(&error, CD_INVALID, "x", "a%s", text) == CD_INVALID);
    EXPECT((unsigned char)error.message[strlen(error.message) - 1] == 0xA9);
}

int main(void)
{
    TEST(arena_keeps_blocks_until_reset);
    TEST(arena_grows_the_newest_block_in_place);
    TEST(arena_refuses_an_overflowing_product);
    TEST(json_escapes_what_must_be_escaped);
    TEST(json_replaces_invalid_bytes);
    TEST(json_puts_commas_between_values);
    TEST(json_numbers_drop_trailing_zeros);
    TEST(json_times_are_iso_8601);
    TEST(hash_is_the_same_on_every_machine);
    TEST(histogram_quantiles_are_within_seven_percent);
    TEST(error_is_cut_at_a_whole_character);
    return TEST_RESULT();
}
