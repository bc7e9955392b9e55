/* Dates as feeds write them. The text is read word by word into a set of fields, whatever their order, and
 * the fields are then checked as a whole; what is no date leaves a word that fits nowhere.
 *
 * Read: ISO 8601 (date, date and time, basic form, offsets), RFC 2822 and RFC 850, C's asctime, JavaScript's
 * Date, "March 20, 2024, 5:30 p.m. EDT", "20 March 2024", "20.03.2024 10:15", "03/20/2024", Unix seconds,
 * milliseconds, micro- and nanoseconds by their count of digits. A time without a zone is UTC.
 *
 * Two numbers that could each be the month: with "/" the month stands first (03/04/2024 is 4 March, as in the
 * United States), with "." or "-" the day does (03.04.2024 is 3 April, as in Europe). A year of two digits
 * lies in 1970 to 2069. */
#include "article_parts.h"

enum { UNSET = -1, YEAR_MIN = 1000, YEAR_MAX = 9999 };

struct fields {
    int year, month, day;
    int hour, minute, second, millisecond;
    int zone_minutes; /* east of UTC */
    bool has_zone, daylight_rule;
    int meridiem; /* 0: none, 1: a.m., 2: p.m. */
};

/* ---- calendar ------------------------------------------------------------------------------ */

/* Days from 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
static int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static bool is_date(int year, int month, int day)
{
    return year >= YEAR_MIN && year <= YEAR_MAX && month >= 1 && month <= 12 && day >= 1 &&
           day <= days_in_month(year, month);
}

/* The date of the nth Sunday of a month. */
static int nth_sunday(int year, int month, int nth)
{
    int weekday =
        (int)((days_from_civil(year, month, 1) + 4) % 7); /* 1970-01-01 was a Thursday; 0 is Sunday */
    if (weekday < 0)
        weekday += 7;
    return 1 + (7 - weekday) % 7 + 7 * (nth - 1);
}

/* Daylight saving in the United States since 2007: second Sunday of March to first Sunday of November (by
 * whole days, which is as exact as "ET" is). */
static bool is_summer_in_us(const struct fields *f)
{
    int today = f->month * 100 + f->day;
    return today >= 300 + nth_sunday(f->year, 3, 2) && today < 1100 + nth_sunday(f->year, 11, 1);
}

/* ---- reading characters -------------------------------------------------------------------- */

struct cursor {
    struct cd_slice text;
    size_t at;
};

static char peek(const struct cursor *cursor, size_t ahead)
{
    return cursor->at + ahead < cursor->text.length ? cursor->text.bytes[cursor->at + ahead] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static unsigned count_digits(const struct cursor *cursor)
{
    unsigned count = 0;
    while (is_digit(peek(cursor, count)))
        count++;
    return count;
}

static int64_t take_number(struct cursor *cursor, unsigned digits)
{
    int64_t value = 0;
    for (unsigned i = 0; i < digits; i++)
        value = value * 10 + (cursor->text.bytes[cursor->at++] - '0');
    return value;
}

static bool take(struct cursor *cursor, char c)
{
    if (peek(cursor, 0) != c)
        return false;
    cursor->at++;
    return true;
}

static bool set(int *field, int64_t value)
{
    if (*field != UNSET)
        return false;
    *field = (int)value;
    return true;
}

/* ---- words --------------------------------------------------------------------------------- */

static const char *const months[] = {"january", "february", "march",     "april",   "may",      "june",
                                     "july",    "august",   "september", "october", "november", "december"};
static const char *const weekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};
static const char *const fillers[] = {"at", "on", "of",   "the", "st", "nd",
                                      "rd", "th", "date", "hrs", "h",  "uhr"};

struct zone {
    const char *name;
    int16_t minutes;
    bool daylight_rule; /* an hour more in the summer of the United States */
};

static const struct zone zones[] = {
    {"z", 0, false},       {"utc", 0, false},     {"gmt", 0, false},    {"ut", 0, false},
    {"est", -300, false},  {"edt", -240, false},  {"cst", -360, false}, {"cdt", -300, false},
    {"mst", -420, false},  {"mdt", -360, false},  {"pst", -480, false}, {"pdt", -420, false},
    {"et", -300, true},    {"ct", -360, true},    {"mt", -420, true},   {"pt", -480, true},
    {"akst", -540, false}, {"akdt", -480, false}, {"hst", -600, false}, {"bst", 60, false},
    {"wet", 0, false},     {"west", 60, false},   {"cet", 60, false},   {"cest", 120, false},
    {"eet", 120, false},   {"eest", 180, false},  {"msk", 180, false},  {"ist", 330, false},
    {"pkt", 300, false},   {"hkt", 480, false},   {"sgt", 480, false},  {"jst", 540, false},
    {"kst", 540, false},   {"awst", 480, false},  {"acst", 570, false}, {"aest", 600, false},
    {"aedt", 660, false},  {"nzst", 720, false},  {"nzdt", 780, false}, {"sast", 120, false},
    {"wat", 60, false},    {"eat", 180, false},   {"cat", 120, false},
};

/* Letters of `word` in lower case; a word of the table, or (min_letters > 0) its beginning. */
static int find_word(const char *word, size_t length, const char *const *table, size_t count,
                     size_t min_letters)
{
    for (size_t i = 0; i < count; i++)
        if ((min_letters && length >= min_letters && strncmp(table[i], word, length) == 0) ||
            strcmp(table[i], word) == 0)
            return (int)i;
    return UNSET;
}

static bool set_zone(struct fields *f, const struct zone *zone)
{
    if (f->has_zone)
        return false;
    f->has_zone = true;
    f->zone_minutes = zone->minutes;
    f->daylight_rule = zone->daylight_rule;
    return true;
}

/* "a.m.", "PM": the two letters with or without periods. */
static bool take_meridiem(struct cursor *cursor, struct fields *f)
{
    char first = (char)(peek(cursor, 0) | 0x20);
    size_t dot = peek(cursor, 1) == '.';
    if ((first != 'a' && first != 'p') || (peek(cursor, 1 + dot) | 0x20) != 'm' ||
        is_letter(peek(cursor, 2 + dot)) || f->hour == UNSET || f->meridiem)
        return false;
    f->meridiem = first == 'a' ? 1 : 2;
    cursor->at += 2 + dot;
    if (dot)
        take(cursor, '.');
    return true;
}

static bool take_word(struct cursor *cursor, struct fields *f)
{
    char word[16];
    size_t length = 0;
    if (take_meridiem(cursor, f))
        return true;
    while (is_letter(peek(cursor, length)) && length < sizeof word - 1) {
        word[length] = (char)(peek(cursor, length) | 0x20);
        length++;
    }
    word[length] = '\0';
    if (is_letter(peek(cursor, length)))
        return false;
    cursor->at += length;
    int month = find_word(word, length, months, sizeof months / sizeof *months, 3);
    if (month == UNSET && strcmp(word, "sept") == 0)
        month = 8;
    if (month != UNSET) {
        take(cursor, '.');
        return set(&f->month, month + 1);
    }
    if (find_word(word, length, weekdays, sizeof weekdays / sizeof *weekdays, 3) != UNSET) {
        take(cursor, '.');
        return true;
    }
    if (find_word(word, length, fillers, sizeof fillers / sizeof *fillers, 0) != UNSET)
        return true;
    if (strcmp(word, "t") == 0)
        return f->day != UNSET && is_digit(peek(cursor, 0));
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (strcmp(zones[i].name, word) == 0)
            return set_zone(f, &zones[i]);
    return false;
}

/* ---- numbers ------------------------------------------------------------------------------- */

/* "hh:mm[:ss[.fff]]"; the cursor stands on the hour. */
static bool take_clock(struct cursor *cursor, struct fields *f, unsigned hour_digits)
{
    if (!set(&f->hour, take_number(cursor, hour_digits)) || !take(cursor, ':'))
        return false;
    if (count_digits(cursor) != 2)
        return false;
    f->minute = (int)take_number(cursor, 2);
    if (peek(cursor, 0) == ':' && is_digit(peek(cursor, 1))) {
        cursor->at++;
        if (count_digits(cursor) != 2)
            return false;
        f->second = (int)take_number(cursor, 2);
    }
    if ((peek(cursor, 0) == '.' || peek(cursor, 0) == ',') && is_digit(peek(cursor, 1)) &&
        f->second != UNSET) {
        cursor->at++;
        int scale = 100;
        f->millisecond = 0;
        for (; is_digit(peek(cursor, 0)); cursor->at++, scale /= 10)
            f->millisecond += scale * (peek(cursor, 0) - '0');
    }
    return true;
}

/* "+01:00", "-0500", "+1" behind a time or behind "GMT". */
static bool take_offset(struct cursor *cursor, struct fields *f)
{
    int sign = peek(cursor, 0) == '-' ? -1 : 1;
    cursor->at++;
    unsigned digits = count_digits(cursor);
    if (f->hour == UNSET || (f->has_zone && f->zone_minutes != 0) || digits == 0 || digits > 4 || digits == 3)
        return false;
    int hours = (int)take_number(cursor, digits == 1 ? 1 : 2), minutes = 0;
    if (digits == 4)
        minutes = (int)take_number(cursor, 2);
    else if (peek(cursor, 0) == ':' && is_digit(peek(cursor, 1)) && is_digit(peek(cursor, 2))) {
        cursor->at++;
        minutes = (int)take_number(cursor, 2);
    }
    f->has_zone = true;
    f->zone_minutes = sign * (hours * 60 + minutes);
    return hours <= 18 && minutes < 60;
}

static bool set_date(struct fields *f, int64_t year, int64_t month, int64_t day)
{
    return set(&f->year, year) && set(&f->month, month) && set(&f->day, day);
}

static int full_year(int64_t year, unsigned digits)
{
    return (int)(digits == 2 ? year + (year < 70 ? 2000 : 1900) : year);
}

/* The month's name between two hyphens: "20-Mar-24", "20-Mar-2024". */
static bool take_named_month_date(struct cursor *cursor, struct fields *f, int64_t day)
{
    cursor->at++;
    if (!take_word(cursor, f) || f->month == UNSET || !set(&f->day, day) || !take(cursor, '-'))
        return false;
    unsigned digits = count_digits(cursor);
    return (digits == 2 || digits == 4) && set(&f->year, full_year(take_number(cursor, digits), digits));
}

/* Three numbers with the same separator; see the rule at the top for which is the month. */
static bool take_numeric_date(struct cursor *cursor, struct fields *f, unsigned digits)
{
    int64_t first = take_number(cursor, digits);
    char separator = peek(cursor, 0);
    if (separator == '-' && is_letter(peek(cursor, 1)))
        return digits <= 2 && take_named_month_date(cursor, f, first);
    cursor->at++;
    unsigned second_digits = count_digits(cursor);
    if (second_digits == 0 || second_digits > 2)
        return false;
    int64_t second = take_number(cursor, second_digits);
    bool has_third = peek(cursor, 0) == separator && is_digit(peek(cursor, 1));
    if (digits == 4 && !has_third) /* "2024-03" */
        return separator == '-' && second_digits == 2 && set_date(f, first, second, 1);
    if (!has_third)
        return false;
    cursor->at++;
    unsigned third_digits = count_digits(cursor);
    int64_t third = take_number(cursor, third_digits > 4 ? 4 : third_digits);
    if (digits == 4)
        return third_digits <= 2 && set_date(f, first, second, third);
    if (digits > 2 || (third_digits != 2 && third_digits != 4))
        return false;
    int year = full_year(third, third_digits);
    bool month_first = separator == '/' ? first <= 12 : second > 12;
    return month_first ? set_date(f, year, first, second) : set_date(f, year, second, first);
}

/* "20240320", "202403201015", "20240320101500". */
static bool take_compact(struct cursor *cursor, struct fields *f, unsigned digits)
{
    int64_t year = take_number(cursor, 4), month = take_number(cursor, 2), day = take_number(cursor, 2);
    if (!set_date(f, year, month, day))
        return false;
    if (digits >= 12) {
        f->hour = (int)take_number(cursor, 2);
        f->minute = (int)take_number(cursor, 2);
    }
    if (digits == 14)
        f->second = (int)take_number(cursor, 2);
    return true;
}

/* "T101500" or "T1015" of the basic form, the cursor on its digits. */
static bool take_compact_time(struct cursor *cursor, struct fields *f, unsigned digits)
{
    if (!set(&f->hour, take_number(cursor, 2)))
        return false;
    f->minute = (int)take_number(cursor, 2);
    if (digits == 6)
        f->second = (int)take_number(cursor, 2);
    return true;
}

/* A number alone: a day, a year, or an hour before "p.m.". */
static bool take_bare_number(struct cursor *cursor, struct fields *f, unsigned digits)
{
    int64_t value = take_number(cursor, digits);
    if (digits == 4)
        return set(&f->year, value);
    if (digits > 2)
        return false;
    if (f->day == UNSET)
        return set(&f->day, value);
    if (f->year == UNSET && f->month != UNSET && digits == 2)
        return set(&f->year, full_year(value, 2));
    struct cursor ahead = *cursor;
    while (take(&ahead, ' '))
        ;
    struct fields trial = {.hour = (int)value};
    return take_meridiem(&ahead, &trial) && set(&f->hour, value);
}

static bool follows_t(const struct cursor *cursor)
{
    return cursor->at > 0 && (cursor->text.bytes[cursor->at - 1] | 0x20) == 't';
}

static bool take_digits(struct cursor *cursor, struct fields *f)
{
    enum { DIGITS_MAX = 14 };
    unsigned digits = count_digits(cursor);
    if (digits > DIGITS_MAX)
        return false;
    char next = peek(cursor, digits), after = peek(cursor, digits + 1);
    if (next == ':' && digits <= 2)
        return take_clock(cursor, f, digits);
    if (digits <= 4 && ((next == '-' && (is_digit(after) || is_letter(after))) ||
                        ((next == '/' || next == '.') && is_digit(after))))
        return take_numeric_date(cursor, f, digits);
    if ((digits == 4 || digits == 6) && follows_t(cursor))
        return take_compact_time(cursor, f, digits);
    if (digits == 8 || digits == 12 || digits == 14)
        return take_compact(cursor, f, digits);
    bool taken = take_bare_number(cursor, f, digits);
    if (taken && next == '.') /* "20. March 2024" */
        take(cursor, '.');
    return taken;
}

/* ---- the whole ----------------------------------------------------------------------------- */

/* "(Central European Standard Time)". */
static bool take_comment(struct cursor *cursor)
{
    const char *closing = memchr(cursor->text.bytes + cursor->at, ')', cursor->text.length - cursor->at);
    if (closing)
        cursor->at = (size_t)(closing - cursor->text.bytes) + 1;
    return closing != NULL;
}

static bool take_next(struct cursor *cursor, struct fields *f)
{
    char c = peek(cursor, 0);
    if (is_digit(c))
        return take_digits(cursor, f);
    if (is_letter(c))
        return take_word(cursor, f);
    if (c == '+' || (c == '-' && is_digit(peek(cursor, 1))))
        return take_offset(cursor, f);
    if (c == '(')
        return take_comment(cursor);
    if (!c || !strchr(" ,\t-|/", c))
        return false;
    cursor->at++;
    return true;
}

static bool to_hours_of_day(struct fields *f)
{
    if (!f->meridiem)
        return true;
    if (f->hour < 1 || f->hour > 12)
        return false;
    f->hour = f->hour % 12 + (f->meridiem == 2 ? 12 : 0);
    return true;
}

static int or_zero(int field)
{
    return field == UNSET ? 0 : field;
}

static bool fields_to_time(struct fields *f, int64_t *time_ms)
{
    if (!is_date(f->year, f->month, f->day) || !to_hours_of_day(f))
        return false;
    int hour = or_zero(f->hour), minute = or_zero(f->minute), second = or_zero(f->second);
    bool midnight = hour == 24 && minute == 0 && second == 0;
    if ((hour > 23 && !midnight) || minute > 59 || second > 60)
        return false;
    int zone_minutes = f->zone_minutes + (f->daylight_rule && is_summer_in_us(f) ? 60 : 0);
    int64_t minutes = days_from_civil(f->year, f->month, f->day) * 1440 + hour * 60 + minute - zone_minutes;
    *time_ms = (minutes * 60 + second) * 1000 + or_zero(f->millisecond);
    return true;
}

/* Unix time: seconds (9 to 11 digits, with decimals or not), milliseconds, microseconds, nanoseconds. */
static bool parse_unix_time(struct cd_slice text, int64_t *time_ms)
{
    struct cursor cursor = {text, text.length && text.bytes[0] == '-'};
    unsigned digits = count_digits(&cursor);
    bool negative = cursor.at == 1;
    static const struct {
        unsigned digits_min, digits_max;
        int64_t per_second;
    } units[] = {{9, 11, 1}, {12, 13, 1000}, {15, 16, 1000000}, {18, 19, 1000000000}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (digits < units[i].digits_min || digits > units[i].digits_max)
            continue;
        if (digits == 19 && text.bytes[cursor.at] > '8')
            return false;
        int64_t value = take_number(&cursor, digits);
        *time_ms = units[i].per_second == 1 ? value * 1000 : value / (units[i].per_second / 1000);
        if (units[i].per_second == 1 && take(&cursor, '.')) {
            int scale = 100;
            for (; is_digit(peek(&cursor, 0)); cursor.at++, scale /= 10)
                *time_ms += scale * (peek(&cursor, 0) - '0');
        }
        *time_ms = negative ? -*time_ms : *time_ms;
        return cursor.at == text.length;
    }
    return false;
}

static struct fields no_fields(void)
{
    return (struct fields){.year = UNSET,
                           .month = UNSET,
                           .day = UNSET,
                           .hour = UNSET,
                           .minute = UNSET,
                           .second = UNSET,
                           .millisecond = UNSET};
}

bool cd_parse_date(struct cd_slice text, int64_t *time_ms)
{
    enum { DATE_BYTES_MAX = 120 };
    text = trimmed(text);
    if (text.length == 0 || text.length > DATE_BYTES_MAX)
        return false;
    struct fields fields = no_fields();
    struct cursor cursor = {text, 0};
    while (cursor.at < text.length)
        if (!take_next(&cursor, &fields))
            return parse_unix_time(text, time_ms);
    return fields_to_time(&fields, time_ms) || parse_unix_time(text, time_ms);
}

size_t parse_leading_date(struct cd_slice text, int64_t *time_ms)
{
    enum { WORDS_MAX = 9 };
    size_t ends[WORDS_MAX], count = 0;
    for (size_t at = 0; at <= text.length && count < WORDS_MAX; at++) {
        bool is_end = at == text.length || text.bytes[at] == ' ' || text.bytes[at] == '\n' ||
                      text.bytes[at] == '\r' || text.bytes[at] == '\t';
        if (is_end && at > 0 && text.bytes[at - 1] != ' ')
            ends[count++] = at;
        if (at < text.length && (text.bytes[at] == '\n' || text.bytes[at] == '\r'))
            break;
    }
    while (count-- > 0)
        if (cd_parse_date(cd_slice_part(text, 0, ends[count]), time_ms))
            return ends[count];
    return 0;
}
