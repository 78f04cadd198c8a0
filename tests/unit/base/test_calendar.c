/* test_calendar.c: civil dates, and dates and times as text. The oracle for dates is timegm. */
#include "base/bytes.h"
#include "base/calendar.h"
#include "base/rng.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <tenure/limits.h>
#include <time.h>

Test(calendar, every_day_of_a_thousand_years_agrees_with_the_c_library) {
    for (int32_t day = -200000; day < 200000; day++) {
        const time_t seconds = (time_t)day * 86400;
        struct tm wanted;
        gmtime_r(&seconds, &wanted);
        const tn_civil civil = tn_civil_from_days(day);
        cr_assert(civil.year == wanted.tm_year + 1900 && civil.month == wanted.tm_mon + 1 &&
                      civil.day == wanted.tm_mday,
                  "day %d", day);
        cr_assert(tn_days_from_civil(civil.year, civil.month, civil.day) == day, "day %d", day);
    }
}

Test(calendar, leap_years_follow_the_rule_of_gregory) {
    cr_assert(tn_is_leap_year(2024) && tn_is_leap_year(2000) && tn_is_leap_year(-4));
    cr_assert(!tn_is_leap_year(2023) && !tn_is_leap_year(1900) && !tn_is_leap_year(2100));
}

static int32_t day_of(int32_t year, int32_t month, int32_t day) {
    return tn_days_from_civil(year, month, day);
}

Test(calendar, the_31st_plus_one_month_is_the_last_day_of_a_shorter_month) {
    cr_assert(tn_days_add_months(day_of(2026, 1, 31), 1) == day_of(2026, 2, 28));
    cr_assert(tn_days_add_months(day_of(2024, 1, 31), 1) == day_of(2024, 2, 29));
    cr_assert(tn_days_add_months(day_of(2026, 3, 31), 1) == day_of(2026, 4, 30));
    cr_assert(tn_days_add_months(day_of(2026, 3, 31), -1) == day_of(2026, 2, 28));
    cr_assert(tn_days_add_months(day_of(2026, 1, 15), -1) == day_of(2025, 12, 15));
    cr_assert(tn_days_add_months(day_of(2026, 12, 15), 1) == day_of(2027, 1, 15));
    cr_assert(tn_days_add_months(day_of(2026, 5, 5), 0) == day_of(2026, 5, 5));
}

Test(calendar, a_leap_day_plus_one_year_is_28_february) {
    cr_assert(tn_days_add_months(day_of(2024, 2, 29), 12) == day_of(2025, 2, 28));
    cr_assert(tn_days_add_months(day_of(2024, 2, 29), 48) == day_of(2028, 2, 29));
    cr_assert(tn_days_add_months(day_of(2024, 2, 29), -12) == day_of(2023, 2, 28));
}

Test(calendar, absurd_numbers_of_months_saturate) {
    cr_assert(tn_days_add_months(0, INT32_MAX) == tn_days_add_months(0, INT32_MAX - 5 * 12));
    cr_assert(tn_days_add_months(0, INT32_MAX) > tn_days_add_months(0, 1200000));
    cr_assert(tn_days_add_months(0, INT32_MIN) < tn_days_add_months(0, -1200000));
}

Test(calendar, an_anniversary_is_0_days_away_on_the_day_and_never_a_year_and_a_day) {
    cr_assert(tn_days_to_anniversary(day_of(1980, 5, 17), day_of(2026, 5, 17)) == 0);
    cr_assert(tn_days_to_anniversary(day_of(1980, 5, 17), day_of(2026, 5, 16)) == 1);
    cr_assert(tn_days_to_anniversary(day_of(1980, 5, 17), day_of(2026, 5, 18)) == 364);
    cr_assert(tn_days_to_anniversary(day_of(1980, 1, 1), day_of(2026, 12, 31)) == 1);
    cr_assert(tn_days_to_anniversary(day_of(1980, 2, 29), day_of(2026, 2, 28)) == 0);
    cr_assert(tn_days_to_anniversary(day_of(1980, 2, 29), day_of(2028, 2, 28)) == 1);
    cr_assert(tn_days_to_anniversary(day_of(1980, 2, 29), day_of(2026, 3, 1)) == 364);
    for (int32_t today = 0; today < 3000; today++) {
        const int32_t days = tn_days_to_anniversary(day_of(1980, 2, 29), today);
        const tn_civil civil = tn_civil_from_days(today + days);
        cr_assert(days >= 0 && days <= 366 && civil.month == 2 && civil.day >= 28);
    }
}

typedef struct parsed {
    tn_status status;
    int64_t time_ms;
    bool is_date;
    tn_error error;
} parsed;

static parsed parse_in(const char *text, const char *zone_name) {
    tn_zone *zone = NULL;
    cr_assert(tn_zone_open(zone_name, &zone, NULL) == TN_OK);
    parsed out = {.time_ms = -7};
    out.status = tn_time_parse(tn_str_of(text), zone, &out.time_ms, &out.is_date, &out.error);
    tn_zone_close(zone);
    return out;
}

Test(time_text, is_read_in_every_form_of_the_specification) {
    static const struct {
        const char *text;
        int64_t time_ms;
        bool is_date;
    } cases[] = {
        {"1970-01-01", 0, true},
        {"19700102", 86400000, true},
        {"2026-01-31", 1769817600000, true},
        {"2026-01-31T12:00:00Z", 1769860800000, false},
        {"2026-01-31 12:00:00", 1769860800000, false},
        {"2026-01-31t12:00:00z", 1769860800000, false},
        {"2026-01-31T12:00:00.5Z", 1769860800500, false},
        {"2026-01-31T12:00:00.1239999Z", 1769860800123, false},
        {"2026-01-31T14:30:00+02:30", 1769860800000, false},
        {"2026-01-31 07:00:00-05:00", 1769860800000, false},
        {"2026-01-31 12:00", 1769860800000, false},
        {"2026-12-31T23:59:60Z", 1798761600000, false},
        {"1769860800123", 1769860800123, false},
        {"+1769860800123", 1769860800123, false},
        {"1000000000", 1000000000, false},
        {"2200-12-31T23:59:59.999Z", TN_TIME_MS_MAX, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const parsed got = parse_in(cases[i].text, "UTC");
        cr_assert(got.status == TN_OK, "%s: %s", cases[i].text, got.error.message);
        cr_assert(got.time_ms == cases[i].time_ms, "%s gave %" PRId64, cases[i].text, got.time_ms);
        cr_assert(got.is_date == cases[i].is_date, "%s", cases[i].text);
    }
}

Test(time_text, is_refused_with_a_reason_when_it_is_anything_else) {
    static const struct {
        const char *text;
        const char *reason;
    } cases[] = {
        {"", "is not a"},
        {"yesterday", "is not a"},
        {"2026-1-31", "is not a"},
        {"2026/01/31", "is not a"},
        {"2026-01-31T", "is not a"},
        {"2026-01-31Tx", "is not a"},
        {"2026-01-31T24:00:00Z", "is not a"},
        {"2026-01-31T12:60:00Z", "is not a"},
        {"2026-01-31T12:00:61Z", "is not a"},
        {"2026-01-31T12:00:00.Z", "is not a"},
        {"2026-01-31T12:00:00+0200", "is not a"},
        {"2026-01-31T12:00:00+24:00", "is not a"},
        {"2026-01-31T12:00:00Z ", "is not a"},
        {" 2026-01-31", "is not a"},
        {"2026-01-311", "is not a"},
        {"123456789", "is not a"},
        {"12345678901234", "is not a"},
        {"12345678", "does not exist"},
        {"2026-02-29", "does not exist"},
        {"2026-13-01", "does not exist"},
        {"2026-00-10", "does not exist"},
        {"20260132", "does not exist"},
        {"1969-12-31", "outside"},
        {"2201-01-01", "outside"},
        {"-1769860800123", "outside"},
        {"9999999999999", "outside"},
        {"1970-01-01T00:00:00+01:00", "outside"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const parsed got = parse_in(cases[i].text, "UTC");
        cr_assert(got.status == TN_BAD_ARGUMENT, "'%s' was accepted", cases[i].text);
        cr_assert(strstr(got.error.message, cases[i].reason) != NULL, "'%s': %s", cases[i].text,
                  got.error.message);
        cr_assert(got.time_ms == -7, "an out-parameter is written only on success");
    }
}

Test(time_text, a_long_text_is_cut_in_the_message) {
    char text[5000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (size_t i = 40; i < 200; i += 2)
        memcpy(text + i, "ä", 2);
    const parsed got = parse_in(text, "UTC");
    cr_assert(got.status == TN_BAD_ARGUMENT && strlen(got.error.message) < 200);
    cr_assert(tn_utf8_valid(tn_str_of(got.error.message)));
}

Test(time_text, a_time_without_an_offset_is_in_the_zone) {
    parsed got = parse_in("2026-07-01 12:00:00", "Europe/Paris");
    if (got.status != TN_OK) cr_skip_test("no zone files are installed");
    cr_assert(got.time_ms == parse_in("2026-07-01T10:00:00Z", "UTC").time_ms);
    got = parse_in("2026-07-01", "Europe/Paris");
    cr_assert(got.is_date && got.time_ms == parse_in("2026-06-30T22:00:00Z", "UTC").time_ms);
    got = parse_in("2026-07-01T12:00:00Z", "Europe/Paris");
    cr_assert(got.time_ms == parse_in("2026-07-01T12:00:00Z", "UTC").time_ms);
}

Test(time_text, what_is_written_reads_back) {
    const uint64_t seed = 4;
    tn_rng rng;
    tn_rng_init(&rng, seed);
    tn_zone *zone = NULL;
    cr_assert(tn_zone_open("UTC", &zone, NULL) == TN_OK);
    for (int i = 0; i < 200000; i++) {
        int64_t time_ms = (int64_t)tn_rng_below(&rng, (uint64_t)TN_TIME_MS_MAX + 1);
        if (i % 2 == 0) time_ms -= time_ms % 1000;
        char text[TN_TIME_TEXT_SIZE];
        const size_t length = tn_time_format(time_ms, text);
        cr_assert(length == strlen(text) && length == (time_ms % 1000 == 0 ? 20 : 24), "%s", text);
        int64_t back = 0;
        bool is_date = true;
        cr_assert(tn_time_parse(tn_str_of(text), zone, &back, &is_date, NULL) == TN_OK);
        cr_assert(back == time_ms && !is_date, "seed %" PRIu64 ": %s", seed, text);
        const int32_t day = (int32_t)(time_ms / TN_DAY_MS);
        int32_t day_back = 0;
        cr_assert(tn_date_format(day, text) == 10);
        cr_assert(tn_date_parse(tn_str_of(text), &day_back, NULL) == TN_OK && day_back == day);
    }
    tn_zone_close(zone);
}

Test(time_text, far_instants_are_written_without_harm) {
    char text[TN_TIME_TEXT_SIZE];
    tn_time_format(-1, text);
    cr_assert_str_eq(text, "1969-12-31T23:59:59.999Z");
    cr_assert(tn_time_format(INT64_MAX, text) < TN_TIME_TEXT_SIZE);
    cr_assert(tn_time_format(INT64_MIN, text) < TN_TIME_TEXT_SIZE);
    cr_assert(tn_date_format(INT32_MIN, text) < TN_TIME_TEXT_SIZE);
    cr_assert(tn_date_format(INT32_MAX, text) < TN_TIME_TEXT_SIZE);
}

Test(date_text, takes_dates_only) {
    int32_t day = -7;
    cr_assert(tn_date_parse(tn_str_of("2024-02-29"), &day, NULL) == TN_OK);
    cr_assert(day == day_of(2024, 2, 29));
    cr_assert(tn_date_parse(tn_str_of("20240229"), &day, NULL) == TN_OK);
    cr_assert(day == day_of(2024, 2, 29));
    static const char *const texts[] = {
        "2024-02-29T00:00:00Z", "2024-02-30", "1769860800123", "", "2024-0229", "202402-29"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        cr_assert(tn_date_parse(tn_str_of(texts[i]), &day, NULL) == TN_BAD_ARGUMENT, "%s",
                  texts[i]);
}

Test(calendar, a_birth_before_1970_is_a_date_but_no_instant) {
    int32_t day = 0;
    int64_t time_ms = 0;
    bool is_date = false;
    tn_zone *zone = NULL;
    tn_error error;
    cr_assert_eq(tn_date_parse(tn_str_of("1949-05-23"), &day, &error), TN_OK);
    cr_assert_eq(day, tn_days_from_civil(1949, 5, 23));
    cr_assert_eq(tn_date_parse(tn_str_of("1800-01-01"), &day, &error), TN_OK);
    cr_assert_eq(day, TN_DATE_DAYS_MIN);
    cr_assert_eq(tn_date_parse(tn_str_of("2200-12-31"), &day, &error), TN_OK);
    cr_assert_eq(day, TN_DATE_DAYS_MAX);
    cr_assert_eq(tn_date_parse(tn_str_of("1799-12-31"), &day, &error), TN_BAD_ARGUMENT);
    cr_assert_eq(tn_zone_open("UTC", &zone, &error), TN_OK);
    cr_assert_eq(tn_time_parse(tn_str_of("1949-05-23"), zone, &time_ms, &is_date, &error),
                 TN_BAD_ARGUMENT);
    tn_zone_close(zone);
}
