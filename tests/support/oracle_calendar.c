/* The oracle's calendar: years counted one by one, zones searched from their first transition. */
#include "support/expr_oracle.h"

#include <math.h>

typedef struct civil {
    int64_t year;
    int month; /* 0 to 11 */
    int day;   /* 0 to 30 */
} civil;

static bool is_leap(int64_t year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int64_t year, int month) {
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month] + (month == 1 && is_leap(year));
}

static int year_days(int64_t year) {
    return is_leap(year) ? 366 : 365;
}

/* 400 years are 146,097 days; the rest is counted. */
static civil civil_of(int64_t day) {
    civil c = {.year = 1970};
    while (day < 0) {
        day += 146097;
        c.year -= 400;
    }
    while (day >= 146097) {
        day -= 146097;
        c.year += 400;
    }
    while (day >= year_days(c.year))
        day -= year_days(c.year++);
    while (day >= month_days(c.year, c.month))
        day -= month_days(c.year, c.month++);
    c.day = (int)day;
    return c;
}

static int64_t day_of(civil c) {
    int64_t day = c.day;
    for (int month = 0; month < c.month; month++)
        day += month_days(c.year, month);
    int64_t year = c.year;
    while (year >= 2370) {
        year -= 400;
        day += 146097;
    }
    while (year < 1970) {
        year += 400;
        day -= 146097;
    }
    while (year > 1970)
        day += year_days(--year);
    return day;
}

int64_t tn_oracle_date_add_months(int64_t day, int64_t months) {
    civil c = civil_of(day);
    const int64_t total = c.year * 12 + c.month + months;
    c.month = (int)(((total % 12) + 12) % 12);
    c.year = (total - c.month) / 12;
    if (c.day >= month_days(c.year, c.month)) c.day = month_days(c.year, c.month) - 1;
    return day_of(c);
}

static void next_day(civil *c) {
    if (++c->day < month_days(c->year, c->month)) return;
    c->day = 0;
    if (++c->month < 12) return;
    c->month = 0;
    c->year++;
}

int64_t tn_oracle_days_to_anniversary(int64_t date, int64_t today) {
    const civil born = civil_of(date);
    civil c = civil_of(today);
    for (int64_t ahead = 0;; ahead++) {
        const int last = month_days(c.year, c.month) - 1;
        const int day = born.day > last ? last : born.day;
        if (c.month == born.month && c.day == day) return ahead;
        next_day(&c);
    }
}

/* A stretch of time with one offset. */
typedef struct stretch {
    double from;
    double to;
    double offset;
} stretch;

static stretch stretch_at(const tn_zone *zone, size_t i) {
    const tn_zone_table table = tn_zone_table_view(zone);
    return (stretch){
        .from = i == 0 ? -(double)INFINITY : (double)table.transition_ms[i - 1],
        .to = i == table.count ? (double)INFINITY : (double)table.transition_ms[i],
        .offset = (double)table.offset_ms[i],
    };
}

static size_t stretch_count(const tn_zone *zone) {
    return tn_zone_table_view(zone).count + 1;
}

static double offset_at(const tn_zone *zone, double time_ms) {
    for (size_t i = 0;; i++) {
        const stretch s = stretch_at(zone, i);
        if (time_ms < s.to) return s.offset;
    }
}

static const double day_ms = 86400000.0;

int64_t tn_oracle_day(const tn_zone *zone, double time_ms) {
    return (int64_t)floor((time_ms + offset_at(zone, time_ms)) / day_ms);
}

/* The earliest instant whose local day is `day`, or a later one where the zone skipped that day. */
double tn_oracle_day_start(const tn_zone *zone, int64_t day) {
    const double midnight = (double)day * day_ms;
    double earliest = (double)INFINITY;
    double later = (double)INFINITY;
    for (size_t i = 0; i < stretch_count(zone); i++) {
        const stretch s = stretch_at(zone, i);
        const double instant = fmax(s.from, midnight - s.offset);
        if (instant >= s.to) continue;
        later = fmin(later, instant);
        if (instant + s.offset < midnight + day_ms) earliest = fmin(earliest, instant);
    }
    return isfinite(earliest) ? earliest : later;
}

/* The instant at which clocks show `local`: the earlier of two, the shifted one in a gap. */
static double instant_of(const tn_zone *zone, double local) {
    for (size_t i = 0; i < stretch_count(zone); i++) {
        const stretch s = stretch_at(zone, i);
        const double instant = local - s.offset;
        if (instant >= s.from && instant < s.to) return instant;
        /* Past this stretch, but before the next one begins on its clocks. */
        if (instant >= s.to && local - stretch_at(zone, i + 1).offset < s.to) return instant;
    }
    return (double)NAN;
}

double tn_oracle_add_months(const tn_zone *zone, double time_ms, int64_t months) {
    const double local = time_ms + offset_at(zone, time_ms);
    const double day = floor(local / day_ms);
    const double moved = (double)tn_oracle_date_add_months((int64_t)day, months);
    return instant_of(zone, moved * day_ms + (local - day * day_ms));
}
