/* test_zone.c: time zones. The oracle is the C library's localtime_r, which reads the same files
 * with its own eyes and applies their rules without a table. */
#include "base/alloc.h"
#include "base/bytes.h"
#include "base/calendar.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/rng.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <tenure/limits.h>
#include <time.h>

static tn_zone *open_zone(const char *name) {
    tn_zone *zone = NULL;
    tn_error error;
    const tn_status status = tn_zone_open(name, &zone, &error);
    if (status == TN_NOT_FOUND) cr_skip_test("no zone files are installed");
    cr_assert(status == TN_OK, "%s: %s", name, error.message);
    return zone;
}

static int64_t utc_ms(const char *text) {
    tn_zone *utc = NULL;
    cr_assert(tn_zone_open("UTC", &utc, NULL) == TN_OK);
    int64_t out = 0;
    cr_assert(tn_time_parse(tn_str_of(text), utc, &out, NULL, NULL) == TN_OK, "%s", text);
    tn_zone_close(utc);
    return out;
}

Test(zone, utc_needs_no_files) {
    tn_fault_arm(TN_FAULT_FILE_OPEN, 1, ENOENT);
    tn_zone *zone = NULL;
    cr_assert(tn_zone_open("UTC", &zone, NULL) == TN_OK);
    cr_assert(tn_zone_is_utc(zone));
    cr_assert_str_eq(tn_zone_name(zone), "UTC");
    cr_assert(tn_zone_day(zone, -1) == -1 && tn_zone_day(zone, 0) == 0);
    cr_assert(tn_zone_day(zone, TN_DAY_MS - 1) == 0 && tn_zone_day(zone, TN_DAY_MS) == 1);
    cr_assert(tn_zone_day_start(zone, 5) == 5 * TN_DAY_MS);
    cr_assert(tn_zone_offset_ms(zone, 12345) == 0);
    cr_assert(tn_zone_table_view(zone).count == 0 && tn_zone_table_view(zone).offset_ms[0] == 0);
    tn_zone_close(zone);
    tn_zone_close(NULL);
}

Test(zone, names_that_lead_anywhere_else_are_refused) {
    static const char *const names[] = {
        "",
        "/etc/passwd",
        "../passwd",
        "Europe/../UTC",
        "Europe//Paris",
        "Europe/",
        "./UTC",
        "UTC\n",
        "Europe/Pari",
        "Europe",
        "tzdata.zi",
        "zone.tab",
        "leapseconds",
        "Etc/GMT+99",
        "A23456789012345678901234567890123456789012345678901234567890123456789"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        tn_zone *zone = NULL;
        tn_error error;
        cr_assert(tn_zone_open(names[i], &zone, &error) == TN_NOT_FOUND, "%s", names[i]);
        cr_assert(error.message[0] != '\0' && zone == NULL);
    }
}

Test(zone, knows_summer_time_now_and_in_170_years) {
    tn_zone *zone = open_zone("Europe/Paris");
    cr_assert(!tn_zone_is_utc(zone));
    cr_assert(tn_zone_offset_ms(zone, utc_ms("2026-01-15T12:00:00Z")) == 3600000);
    cr_assert(tn_zone_offset_ms(zone, utc_ms("2026-07-15T12:00:00Z")) == 7200000);
    cr_assert(tn_zone_offset_ms(zone, utc_ms("2026-03-29T00:59:59.999Z")) == 3600000);
    cr_assert(tn_zone_offset_ms(zone, utc_ms("2026-03-29T01:00:00Z")) == 7200000);
    cr_assert(tn_zone_offset_ms(zone, utc_ms("2200-07-15T12:00:00Z")) == 7200000);
    cr_assert(tn_zone_offset_ms(zone, utc_ms("2200-12-15T12:00:00Z")) == 3600000);
    cr_assert(tn_zone_day(zone, utc_ms("2026-06-30T21:59:59.999Z")) + 1 ==
              tn_zone_day(zone, utc_ms("2026-06-30T22:00:00Z")));
    tn_zone_close(zone);
}

Test(zone, a_time_that_occurs_twice_is_the_earlier_one) {
    tn_zone *zone = open_zone("Europe/Paris");
    const int64_t local = utc_ms("2026-10-25T02:30:00Z");
    cr_assert(tn_zone_instant(zone, local) == utc_ms("2026-10-25T00:30:00Z"));
    tn_zone_close(zone);
}

Test(zone, a_time_that_is_skipped_moves_by_the_gap) {
    tn_zone *zone = open_zone("Europe/Paris");
    const int64_t local = utc_ms("2026-03-29T02:30:00Z");
    cr_assert(tn_zone_instant(zone, local) == utc_ms("2026-03-29T01:30:00Z"), "03:30 in summer");
    tn_zone_close(zone);
}

Test(zone, a_day_without_midnight_starts_when_it_starts) {
    tn_zone *zone = open_zone("America/Sao_Paulo");
    const int32_t day = tn_days_from_civil(2018, 11, 4); /* 00:00 became 01:00 */
    cr_assert(tn_zone_day_start(zone, day) == utc_ms("2018-11-04T03:00:00Z"));
    cr_assert(tn_zone_day(zone, tn_zone_day_start(zone, day)) == day);
    cr_assert(tn_zone_day(zone, tn_zone_day_start(zone, day) - 1) == day - 1);
    tn_zone_close(zone);
    zone = open_zone("Pacific/Apia"); /* 30 December 2011 was left out */
    const int32_t skipped = tn_days_from_civil(2011, 12, 30);
    cr_assert(tn_zone_day_start(zone, skipped) == utc_ms("2011-12-30T10:00:00Z"));
    cr_assert(tn_zone_day_start(zone, skipped) == tn_zone_day_start(zone, skipped + 1));
    tn_zone_close(zone);
}

Test(zone, months_keep_the_time_of_day) {
    tn_zone *zone = open_zone("Europe/Paris");
    const int64_t winter = utc_ms("2026-01-31T17:15:00Z"); /* 18:15 */
    cr_assert(tn_zone_add_months(zone, winter, 1) == utc_ms("2026-02-28T17:15:00Z"));
    cr_assert(tn_zone_add_months(zone, winter, 6) == utc_ms("2026-07-31T16:15:00Z"));
    cr_assert(tn_zone_add_months(zone, winter, -12) == utc_ms("2025-01-31T17:15:00Z"));
    const int64_t second = utc_ms("2026-10-25T01:30:00Z"); /* the later 02:30 */
    cr_assert(tn_zone_add_months(zone, second, 0) == second);
    tn_zone_close(zone);
}

/* The names in zone1970.tab, and some with rules of every odd kind. */
static size_t zone_names(char names[][64], size_t max) {
    static const char *const odd[] = {
        "Europe/Dublin",       "Africa/Casablanca", "America/Nuuk",     "Asia/Gaza", "Asia/Tehran",
        "Australia/Lord_Howe", "America/Havana",    "Antarctica/Troll", "EST5EDT",   "Etc/GMT+12"};
    size_t count = 0;
    for (; count < sizeof odd / sizeof odd[0]; count++)
        strcpy(names[count], odd[count]);
    tn_buffer table;
    tn_buffer_init(&table, NULL);
    if (tn_file_read("/usr/share/zoneinfo/zone1970.tab", 1 << 20, &table, NULL) == TN_OK) {
        tn_buffer_append_char(&table, '\0');
        char *rest = NULL;
        for (char *line = strtok_r(table.data, "\n", &rest); line != NULL && count < max;
             line = strtok_r(NULL, "\n", &rest)) {
            if (line[0] != '#' && sscanf(line, "%*s %*s %63s", names[count]) == 1) count++;
        }
    }
    tn_buffer_deinit(&table);
    return count;
}

static void compare_with_c_library(const char *name, tn_rng *rng, uint64_t seed) {
    tn_zone *zone = NULL;
    tn_error error;
    const tn_status status = tn_zone_open(name, &zone, &error);
    cr_assert(status == TN_OK, "%s: %s", name, error.message);
    setenv("TZ", name, 1);
    tzset();
    const tn_zone_table table = tn_zone_table_view(zone);
    for (size_t i = 1; i < table.count; i++)
        cr_assert(table.transition_ms[i - 1] < table.transition_ms[i], "%s", name);
    for (int i = 0; i < 3000; i++) {
        int64_t time_ms = (int64_t)tn_rng_below(rng, (uint64_t)TN_TIME_MS_MAX);
        if (i % 3 == 0 && table.count > 0) {
            time_ms = table.transition_ms[tn_rng_below(rng, table.count)] +
                      ((int64_t)tn_rng_below(rng, 5) - 2) * 1800000;
            if (time_ms < 0 || time_ms > TN_TIME_MS_MAX) continue;
        }
        const time_t seconds = (time_t)(time_ms / 1000);
        struct tm local;
        localtime_r(&seconds, &local);
        cr_assert(tn_zone_offset_ms(zone, time_ms) == local.tm_gmtoff * 1000,
                  "seed %" PRIu64 ": %s at %" PRId64, seed, name, time_ms);
        const int32_t day =
            tn_days_from_civil(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
        cr_assert(tn_zone_day(zone, time_ms) == day, "%s at %" PRId64, name, time_ms);
        const int64_t local_ms = time_ms + tn_zone_offset_ms(zone, time_ms);
        const int64_t back = tn_zone_instant(zone, local_ms);
        cr_assert(back <= time_ms && back + tn_zone_offset_ms(zone, back) == local_ms,
                  "%s at %" PRId64, name, time_ms);
        const int64_t start = tn_zone_day_start(zone, day);
        cr_assert(start <= time_ms && tn_zone_day(zone, start) == day &&
                      tn_zone_day(zone, start - 1) < day,
                  "%s, day %d", name, day);
    }
    tn_zone_close(zone);
}

Test(zone, every_zone_agrees_with_the_c_library_until_2200) {
    static char names[600][64];
    tn_zone_close(open_zone("Europe/Paris"));
    const size_t count = zone_names(names, 600);
    const uint64_t seed = 8;
    tn_rng rng;
    tn_rng_init(&rng, seed);
    for (size_t i = 0; i < count; i++)
        compare_with_c_library(names[i], &rng, seed);
    cr_assert(tn_heap_used_bytes(NULL) == 0);
}

Test(zone, far_instants_do_no_harm) {
    tn_zone *zone = open_zone("America/New_York");
    const int64_t far[] = {INT64_MIN, INT64_MIN + 1, -(1LL << 60), 1LL << 60, INT64_MAX};
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
        cr_assert((tn_zone_day(zone, far[i]) > 0) == (far[i] > 0));
        cr_assert((tn_zone_instant(zone, far[i]) > 0) == (far[i] > 0));
        cr_assert((tn_zone_add_months(zone, far[i], 1) > 0) == (far[i] > 0));
    }
    cr_assert(tn_zone_day_start(zone, INT32_MAX) > 0 && tn_zone_day_start(zone, INT32_MIN) < 0);
    tn_zone_close(zone);
}

Test(zone, running_out_of_memory_anywhere_is_reported_and_leaks_nothing) {
    tn_zone_close(open_zone("Europe/Paris"));
    for (uint64_t n = 1;; n++) {
        tn_zone *zone = NULL;
        tn_error error;
        tn_alloc_fail_at(n, false);
        const tn_status status = tn_zone_open("Europe/Paris", &zone, &error);
        tn_alloc_fail_at(0, false);
        if (status == TN_OK) {
            cr_assert(n > 3);
            tn_zone_close(zone);
            break;
        }
        cr_assert(status == TN_OUT_OF_MEMORY && zone == NULL, "allocation %" PRIu64, n);
        cr_assert(tn_heap_used_bytes(NULL) == 0, "allocation %" PRIu64, n);
    }
}
