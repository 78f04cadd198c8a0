/* calendar.c: civil dates and the texts of dates and times.
 *
 * Dates are counted in years that begin in March, so that the leap day is the last day of a year,
 * and in eras of 400 years, after which the Gregorian calendar repeats. */
#include "base/calendar.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/number.h"

#include <tenure/limits.h>

enum {
    DAYS_OF_ERA = 146097,
    EPOCH_OF_ERA_0 = 719468, /* days from 0000-03-01 to 1970-01-01 */
    YEAR_FIRST = 1970,       /* of an instant */
    DATE_YEAR_FIRST = 1800,  /* of a date: births lie before 1970 */
    YEAR_LAST = 2200,
    YEAR_FAR = 200000 /* calendar arithmetic saturates here */
};

static int64_t floor_divide(int64_t a, int64_t b) {
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

bool tn_is_leap_year(int32_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int32_t days_in_month(int32_t year, int32_t month) {
    static const int8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && tn_is_leap_year(year) ? 29 : days[month - 1];
}

int32_t tn_days_from_civil(int32_t year, int32_t month, int32_t day) {
    const int32_t march_year = month <= 2 ? year - 1 : year;
    const int32_t march_month = month <= 2 ? month + 9 : month - 3; /* 0 is March */
    const int32_t era = (int32_t)floor_divide(march_year, 400);
    const int32_t year_of_era = march_year - era * 400;
    const int32_t day_of_year = (153 * march_month + 2) / 5 + day - 1;
    const int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100;
    return era * DAYS_OF_ERA + day_of_era + day_of_year - EPOCH_OF_ERA_0;
}

tn_civil tn_civil_from_days(int32_t days) {
    const int64_t shifted = (int64_t)days + EPOCH_OF_ERA_0;
    const int32_t era = (int32_t)floor_divide(shifted, DAYS_OF_ERA);
    const int32_t day_of_era = (int32_t)(shifted - (int64_t)era * DAYS_OF_ERA);
    const int32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int32_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int32_t march_month = (5 * day_of_year + 2) / 153;
    const int32_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    return (tn_civil){.year = era * 400 + year_of_era + (month <= 2),
                      .month = month,
                      .day = day_of_year - (153 * march_month + 2) / 5 + 1};
}

int32_t tn_days_add_months(int32_t days, int32_t months) {
    const tn_civil from = tn_civil_from_days(days);
    const int64_t total = (int64_t)from.year * 12 + (from.month - 1) + months;
    int64_t year = floor_divide(total, 12);
    const int32_t month = (int32_t)(total - year * 12) + 1;
    if (year > YEAR_FAR) year = YEAR_FAR;
    if (year < -YEAR_FAR) year = -YEAR_FAR;
    const int32_t last = days_in_month((int32_t)year, month);
    return tn_days_from_civil((int32_t)year, month, from.day < last ? from.day : last);
}

static int32_t anniversary_in(tn_civil date, int32_t year) {
    const int32_t last = days_in_month(year, date.month);
    return tn_days_from_civil(year, date.month, date.day < last ? date.day : last);
}

int32_t tn_days_to_anniversary(int32_t date, int32_t today) {
    const tn_civil civil = tn_civil_from_days(date);
    const int32_t year = tn_civil_from_days(today).year;
    const int32_t in_this_year = anniversary_in(civil, year);
    if (in_this_year >= today) return in_this_year - today;
    return anniversary_in(civil, year + 1) - today;
}

/* Reads exactly `count` digits at text[*at]; -1 when they are not there. */
static int32_t read_digits(tn_str text, size_t *at, size_t count) {
    if (text.size - *at < count) return -1;
    int32_t value = 0;
    for (size_t i = 0; i < count; i++) {
        const char c = text.data[*at + i];
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    *at += count;
    return value;
}

static bool read_char(tn_str text, size_t *at, char wanted) {
    if (*at >= text.size || text.data[*at] != wanted) return false;
    ++*at;
    return true;
}

/* A text cut for a message. */
enum { SHOWN_SIZE_MAX = 64 };

static int shown_size(tn_str text) {
    if (text.size <= SHOWN_SIZE_MAX) return (int)text.size;
    size_t size = SHOWN_SIZE_MAX;
    while (size > 0 && ((unsigned char)text.data[size] & 0xC0u) == 0x80u)
        size--;
    return (int)size;
}

static tn_status fail_not_a(tn_error *error, const char *what, tn_str text) {
    return tn_fail(error, TN_BAD_ARGUMENT, "'%.*s' is not a %s", shown_size(text), text.data, what);
}

static tn_status fail_outside(tn_error *error, tn_str text, int32_t year_first) {
    return tn_fail(error, TN_BAD_ARGUMENT, "'%.*s' lies outside the years %d to %d",
                   shown_size(text), text.data, year_first, YEAR_LAST);
}

/* The date at text[*at], with dashes or (only when it is the whole text) without. */
static tn_status read_date(tn_str text, size_t *at, int32_t *out, const char *what,
                           tn_error *error) {
    const bool has_dashes = text.size != 8;
    const int32_t year = read_digits(text, at, 4);
    if (year < 0 || (has_dashes && !read_char(text, at, '-'))) return fail_not_a(error, what, text);
    const int32_t month = read_digits(text, at, 2);
    if (month < 0 || (has_dashes && !read_char(text, at, '-')))
        return fail_not_a(error, what, text);
    const int32_t day = read_digits(text, at, 2);
    if (day < 0) return fail_not_a(error, what, text);
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return tn_fail(error, TN_BAD_ARGUMENT, "'%.*s' names a day that does not exist",
                       shown_size(text), text.data);
    if (year < DATE_YEAR_FIRST || year > YEAR_LAST)
        return fail_outside(error, text, DATE_YEAR_FIRST);
    *out = tn_days_from_civil(year, month, day);
    return TN_OK;
}

tn_status tn_date_parse(tn_str text, int32_t *out, tn_error *error) {
    static const char what[] = "date (YYYY-MM-DD)";
    size_t at = 0;
    int32_t days = 0;
    TN_TRY(read_date(text, &at, &days, what, error));
    if (at != text.size) return fail_not_a(error, what, text);
    *out = days;
    return TN_OK;
}

/* hh:mm, :ss unless the text ends or an offset follows, and a fraction, of which milliseconds
 * count; -1 when malformed. Second 60 is a leap second and counts as the next minute's first. */
static int64_t read_clock(tn_str text, size_t *at) {
    const int32_t hour = read_digits(text, at, 2);
    if (hour < 0 || hour > 23 || !read_char(text, at, ':')) return -1;
    const int32_t minute = read_digits(text, at, 2);
    if (minute < 0 || minute > 59) return -1;
    int64_t ms = (hour * 60LL + minute) * 60000;
    if (!read_char(text, at, ':')) return ms;
    const int32_t second = read_digits(text, at, 2);
    if (second < 0 || second > 60) return -1;
    ms += second * 1000LL;
    if (!read_char(text, at, '.')) return ms;
    int32_t digit = read_digits(text, at, 1);
    if (digit < 0) return -1;
    for (int32_t unit = 100; digit >= 0; unit /= 10) {
        ms += (int64_t)digit * unit;
        digit = read_digits(text, at, 1);
    }
    return ms;
}

/* Z or ±hh:mm; false when neither is there. */
static bool read_offset(tn_str text, size_t *at, int64_t *out_ms) {
    *out_ms = 0;
    if (read_char(text, at, 'Z') || read_char(text, at, 'z')) return true;
    const bool is_west = read_char(text, at, '-');
    if (!is_west && !read_char(text, at, '+')) return false;
    const int32_t hours = read_digits(text, at, 2);
    if (hours < 0 || hours > 23 || !read_char(text, at, ':')) return false;
    const int32_t minutes = read_digits(text, at, 2);
    if (minutes < 0 || minutes > 59) return false;
    const int64_t ms = (hours * 60LL + minutes) * 60000;
    *out_ms = is_west ? -ms : ms;
    return true;
}

static bool is_epoch_ms(tn_str text) {
    size_t at = text.size > 0 && (text.data[0] == '+' || text.data[0] == '-') ? 1 : 0;
    const size_t digits = text.size - at;
    if (digits < 10 || digits > 13) return false;
    for (; at < text.size; at++) {
        if (text.data[at] < '0' || text.data[at] > '9') return false;
    }
    return true;
}

tn_status tn_time_parse(tn_str text, const tn_zone *zone, int64_t *out, bool *is_date,
                        tn_error *error) {
    static const char what[] = "date or time (YYYY-MM-DD, YYYY-MM-DDThh:mm:ssZ, epoch ms)";
    int64_t time_ms = 0;
    bool date_only = false;
    if (is_epoch_ms(text)) {
        if (!tn_parse_int64(text, &time_ms)) return fail_not_a(error, what, text);
    } else {
        size_t at = 0;
        int32_t days = 0;
        TN_TRY(read_date(text, &at, &days, what, error));
        date_only = at == text.size;
        if (date_only) {
            time_ms = tn_zone_day_start(zone, days);
        } else {
            if (!read_char(text, &at, 'T') && !read_char(text, &at, 't') &&
                !read_char(text, &at, ' '))
                return fail_not_a(error, what, text);
            const int64_t clock_ms = read_clock(text, &at);
            if (clock_ms < 0) return fail_not_a(error, what, text);
            const int64_t local_ms = days * TN_DAY_MS + clock_ms;
            int64_t offset_ms = 0;
            if (at == text.size)
                time_ms = tn_zone_instant(zone, local_ms);
            else if (read_offset(text, &at, &offset_ms) && at == text.size)
                time_ms = local_ms - offset_ms;
            else
                return fail_not_a(error, what, text);
        }
    }
    if (time_ms < TN_TIME_MS_MIN || time_ms > TN_TIME_MS_MAX)
        return fail_outside(error, text, YEAR_FIRST);
    *out = time_ms;
    if (is_date != NULL) *is_date = date_only;
    return TN_OK;
}

static size_t put_padded(char *out, int32_t value, size_t width) {
    for (size_t i = width; i > 0; i--, value /= 10)
        out[i - 1] = (char)('0' + value % 10);
    return width;
}

static size_t put_year(char *out, int32_t year) {
    size_t length = 0;
    if (year < 0) out[length++] = '-';
    const int32_t magnitude = year < 0 ? -year : year;
    size_t width = 4;
    for (int32_t bound = 10000; width < 8 && magnitude >= bound; bound *= 10)
        width++;
    return length + put_padded(out + length, magnitude, width);
}

size_t tn_date_format(int32_t days, char out[TN_TIME_TEXT_SIZE]) {
    const tn_civil civil = tn_civil_from_days(days);
    size_t length = put_year(out, civil.year);
    out[length++] = '-';
    length += put_padded(out + length, civil.month, 2);
    out[length++] = '-';
    length += put_padded(out + length, civil.day, 2);
    out[length] = '\0';
    return length;
}

size_t tn_time_format(int64_t time_ms, char out[TN_TIME_TEXT_SIZE]) {
    int64_t days = floor_divide(time_ms, TN_DAY_MS);
    const int32_t ms = (int32_t)(((time_ms % TN_DAY_MS) + TN_DAY_MS) % TN_DAY_MS);
    if (days > INT32_MAX) days = INT32_MAX;
    if (days < INT32_MIN) days = INT32_MIN;
    size_t length = tn_date_format((int32_t)days, out);
    out[length++] = 'T';
    length += put_padded(out + length, ms / 3600000, 2);
    out[length++] = ':';
    length += put_padded(out + length, ms / 60000 % 60, 2);
    out[length++] = ':';
    length += put_padded(out + length, ms / 1000 % 60, 2);
    if (ms % 1000 != 0) {
        out[length++] = '.';
        length += put_padded(out + length, ms % 1000, 3);
    }
    out[length++] = 'Z';
    out[length] = '\0';
    return length;
}
