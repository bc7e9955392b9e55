/* article/date.c: dates as feeds write them. */
#include "../test.h"

#include <inttypes.h>

#include "copydesk/article.h"

/* 2024-03-20 00:00 UTC. */
static const int64_t MIDNIGHT_MS = 1710892800000;

static void expect_date(const char *text, int64_t expected_ms)
{
    int64_t time_ms = 0;
    if (!cd_parse_date(cd_slice_of(text), &time_ms))
        test_fail("\"%s\" is not read", text);
    else if (time_ms != expected_ms)
        test_fail("\"%s\" gives %" PRId64 ", expected %" PRId64, text, time_ms, expected_ms);
}

static void expect_no_date(const char *text)
{
    int64_t time_ms = 0;
    if (cd_parse_date(cd_slice_of(text), &time_ms))
        test_fail("\"%s\" is taken for a date: %" PRId64, text, time_ms);
}

static int64_t at(int hour, int minute, int second)
{
    return MIDNIGHT_MS + ((hour * 60 + minute) * 60 + second) * INT64_C(1000);
}

static void iso_dates_are_midnight_utc(void)
{
    expect_date("2024-03-20", MIDNIGHT_MS);
    expect_date("20240320", MIDNIGHT_MS);
    expect_date("2024/03/20", MIDNIGHT_MS);
    expect_date(" 2024-3-20 ", MIDNIGHT_MS);
    expect_date("2024-02-29", MIDNIGHT_MS - 20 * INT64_C(86400000));
}

static void iso_times_may_lack_seconds_and_have_fractions(void)
{
    expect_date("2024-03-20T10:15", at(10, 15, 0));
    expect_date("2024-03-20T10:15:30Z", at(10, 15, 30));
    expect_date("2024-03-20 10:15:30.250", at(10, 15, 30) + 250);
    expect_date("2024-03-20T10:15:30,123456789Z", at(10, 15, 30) + 123);
    expect_date("20240320T101530Z", at(10, 15, 30));
    expect_date("20240320101530", at(10, 15, 30));
    expect_date("2024-03-20T24:00:00Z", at(24, 0, 0));
}

static void offsets_are_taken_off(void)
{
    expect_date("2024-03-20T10:15:00+01:00", at(9, 15, 0));
    expect_date("2024-03-20T10:15:00-0500", at(15, 15, 0));
    expect_date("2024-03-20T10:15:00+05:30", at(4, 45, 0));
    expect_date("2024-03-20T10:15:00+02", at(8, 15, 0));
    expect_date("2024-03-20T01:00:00+02:00", at(-1, 0, 0));
}

static void rfc_2822_dates_are_read(void)
{
    expect_date("Wed, 20 Mar 2024 10:15:30 +0100", at(9, 15, 30));
    expect_date("20 Mar 2024 10:15 GMT", at(10, 15, 0));
    expect_date("Wed, 20 Mar 2024 10:15:30 EST", at(15, 15, 30));
    expect_date("Wed, 20 Mar 2024 10:15:30 +0000 (UTC)", at(10, 15, 30));
}

static void rfc_850_and_asctime_are_read(void)
{
    expect_date("Wednesday, 20-Mar-24 10:15:30 GMT", at(10, 15, 30));
    expect_date("Wed Mar 20 10:15:30 2024", at(10, 15, 30));
    expect_date("Wed Mar 20 2024 10:15:30 GMT+0100 (Central European Standard Time)", at(9, 15, 30));
}

static void english_dates_are_read(void)
{
    expect_date("March 20, 2024", MIDNIGHT_MS);
    expect_date("20 March 2024", MIDNIGHT_MS);
    expect_date("Mar. 20, 2024", MIDNIGHT_MS);
    expect_date("20th of March 2024", MIDNIGHT_MS);
    expect_date("Wednesday, March 20th, 2024 at 5:30 PM", at(17, 30, 0));
    expect_date("March 20, 2024, 12:05 a.m. UTC", at(0, 5, 0));
    expect_date("March 20, 2024 5 p.m.", at(17, 0, 0));
}

static void american_zone_names_know_summer(void)
{
    expect_date("March 20, 2024 10:15 ET", at(14, 15, 0));
    expect_date("January 20, 2024 10:15 ET", at(15, 15, 0) - 60 * INT64_C(86400000));
    expect_date("March 20, 2024 10:15 PDT", at(17, 15, 0));
}

static void slashes_put_the_month_first(void)
{
    expect_date("03/20/2024", MIDNIGHT_MS);
    expect_date("20/03/2024", MIDNIGHT_MS);
    expect_date("03/04/2024", MIDNIGHT_MS - 16 * INT64_C(86400000)); /* 4 March */
    expect_date("3/20/24 10:15", at(10, 15, 0));
}

static void dots_and_hyphens_put_the_day_first(void)
{
    expect_date("20.03.2024", MIDNIGHT_MS);
    expect_date("20-03-2024", MIDNIGHT_MS);
    expect_date("03.04.2024", MIDNIGHT_MS + 14 * INT64_C(86400000)); /* 3 April */
    expect_date("03-20-2024", MIDNIGHT_MS);
    expect_date("20.03.2024 10:15 Uhr", at(10, 15, 0));
}

static void unix_times_are_told_apart_by_their_digits(void)
{
    expect_date("1710892800", MIDNIGHT_MS);
    expect_date("1710892800.5", MIDNIGHT_MS + 500);
    expect_date("1710892800123", MIDNIGHT_MS + 123);
    expect_date("1710892800123456", MIDNIGHT_MS + 123);
    expect_date("1710892800123456789", MIDNIGHT_MS + 123);
    expect_date("999999999", INT64_C(999999999000));
}

static void what_is_no_date_is_refused(void)
{
    static const char *const texts[] = {"",
                                        "yesterday",
                                        "2024",
                                        "12",
                                        "2024-13-01",
                                        "2023-02-29",
                                        "2024-03-20T25:00",
                                        "2024-03-20T10:75",
                                        "31/31/2024",
                                        "20 March",
                                        "2024-03-20 Amid the escalating violence",
                                        "2024-03-20 12",
                                        "99999999999999999999",
                                        "20111111111111111111111111111103-20",
                                        "13:30 p.m. March 20 2024",
                                        "-",
                                        "(((",
                                        "May may May 2024"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_no_date(texts[i]);
}

static void years_before_1970_are_negative(void)
{
    expect_date("1969-12-31T23:59:59Z", -1000);
    expect_date("1900-01-01", INT64_C(-2208988800000));
}

int main(void)
{
    TEST(iso_dates_are_midnight_utc);
    TEST(iso_times_may_lack_seconds_and_have_fractions);
    TEST(offsets_are_taken_off);
    TEST(rfc_2822_dates_are_read);
    TEST(rfc_850_and_asctime_are_read);
    TEST(english_dates_are_read);
    TEST(american_zone_names_know_summer);
    TEST(slashes_put_the_month_first);
    TEST(dots_and_hyphens_put_the_day_first);
    TEST(unix_times_are_told_apart_by_their_digits);
    TEST(what_is_no_date_is_refused);
    TEST(years_before_1970_are_negative);
    return TEST_RESULT();
}
