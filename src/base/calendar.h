/* calendar.h: the proleptic Gregorian calendar, IANA time zones, and the texts of dates and times.
 *
 * Dates are days since 1970-01-01, instants are milliseconds since 1970-01-01T00:00:00Z. A zone is
 * read from the system's zone files (TZif, RFC 8536) once, then immutable and free of threads. */
#ifndef TN_BASE_CALENDAR_H
#define TN_BASE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tenure/status.h>
#include <tenure/types.h>

#define TN_DAY_MS 86400000LL

typedef struct tn_civil {
    int32_t year;
    int32_t month; /* 1 to 12 */
    int32_t day;   /* 1 to 31 */
} tn_civil;

int32_t tn_days_from_civil(int32_t year, int32_t month, int32_t day);
tn_civil tn_civil_from_days(int32_t days);
bool tn_is_leap_year(int32_t year);
/* Calendar arithmetic: 31 Jan + 1 month = 28 or 29 Feb; 29 Feb + 12 months = 28 Feb. */
int32_t tn_days_add_months(int32_t days, int32_t months);
/* Days from `today` to the next anniversary of `date`, 0 on the day itself; an anniversary of
 * 29 Feb falls on 28 Feb in a common year. */
int32_t tn_days_to_anniversary(int32_t date, int32_t today);

typedef struct tn_zone tn_zone;

/* The offsets of a zone: from transition i on (instants in ms, ascending) the local time is UTC +
 * offset_ms[i + 1]; before the first it is UTC + offset_ms[0]. */
typedef struct tn_zone_table {
    const int64_t *transition_ms;
    const int64_t *offset_ms; /* count + 1 */
    size_t count;
} tn_zone_table;

/* `name` is an IANA name ("Europe/Paris", "UTC"). TN_NOT_FOUND for an unknown one, with a message.
 * Transitions are expanded up to 2201. */
tn_status tn_zone_open(const char *name, tn_zone **out, tn_error *error) TN_MUST_CHECK;
void tn_zone_close(tn_zone *zone); /* NULL is allowed */
const char *tn_zone_name(const tn_zone *zone);
tn_zone_table tn_zone_table_view(const tn_zone *zone);
/* True when local days are UTC days (one offset of 0 throughout). */
bool tn_zone_is_utc(const tn_zone *zone);
int64_t tn_zone_offset_ms(const tn_zone *zone, int64_t time_ms);
/* The calendar day of an instant. */
int32_t tn_zone_day(const tn_zone *zone, int64_t time_ms);
/* The first instant of a calendar day (the first that exists, where midnight is skipped). */
int64_t tn_zone_day_start(const tn_zone *zone, int32_t day);
/* The instant of a local wall-clock time, ms since 1970-01-01T00:00 local; the earlier of two; in a
 * gap, the instant shifted by the gap. */
int64_t tn_zone_instant(const tn_zone *zone, int64_t local_ms);
/* Adds calendar months in the zone, keeping the wall-clock time of day. */
int64_t tn_zone_add_months(const tn_zone *zone, int64_t time_ms, int32_t months);

/* YYYY-MM-DD or YYYYMMDD of 1800 to 2200 (a date of birth lies before 1970). */
tn_status tn_date_parse(tn_str text, int32_t *out, tn_error *error) TN_MUST_CHECK;
/* A date (the first instant of that day in the zone; *is_date true), RFC 3339 with T or a space and
 * an optional fraction and offset (in the zone without one), or epoch milliseconds (10 to 13 digits
 * with an optional sign; 8 digits are YYYYMMDD). 1970 to 2200. */
tn_status tn_time_parse(tn_str text, const tn_zone *zone, int64_t *out, bool *is_date,
                        tn_error *error) TN_MUST_CHECK;
enum { TN_TIME_TEXT_SIZE = 32 };
/* "YYYY-MM-DD", NUL-terminated; returns the length. */
size_t tn_date_format(int32_t days, char out[TN_TIME_TEXT_SIZE]);
/* RFC 3339 in UTC, "2026-01-31T12:00:00Z", with .mmm when it is not a whole second. */
size_t tn_time_format(int64_t time_ms, char out[TN_TIME_TEXT_SIZE]);

#endif
