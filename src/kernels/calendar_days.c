/* calendar_days.c: the proleptic Gregorian calendar on lanes.
 *
 * Years begin in March here, so that the leap day is the last of its year and every other date has
 * the same day of the year in all years. All quantities are whole numbers below 2^53, so that every
 * sum and product is exact; a quotient is taken as the floor of (n + ½) × 1/d, which for such n is
 * never near enough to a whole number to be rounded over it. */
#include "kernels/family.h"

TN_INLINE tn_vec whole_quotient(tn_vec n, double d) {
    return tn_vec_floor((n + tn_vec_of(0.5)) * tn_vec_of(1.0 / d));
}

/* Days from 1970-01-01 to 1 March of a year. */
TN_INLINE tn_vec year_start(tn_vec year) {
    const tn_vec leaps =
        whole_quotient(year, 4.0) - whole_quotient(year, 100.0) + whole_quotient(year, 400.0);
    return tn_vec_of(365.0) * year + leaps - tn_vec_of(719468.0);
}

/* The year that a day lies in. */
TN_INLINE tn_vec year_of(tn_vec day) {
    const tn_vec from_era = day + tn_vec_of(719468.0); /* since 1 March of the year 0 */
    const tn_vec era = whole_quotient(from_era, 146097.0);
    const tn_vec d = from_era - era * tn_vec_of(146097.0);
    const tn_vec leaps =
        whole_quotient(d, 1460.0) - whole_quotient(d, 36524.0) + whole_quotient(d, 146096.0);
    return era * tn_vec_of(400.0) + whole_quotient(d - leaps, 365.0);
}

/* Days before a month, 0 is March, in its year. */
TN_INLINE tn_vec month_start(tn_vec month) {
    return whole_quotient(month * tn_vec_of(153.0) + tn_vec_of(2.0), 5.0);
}

TN_INLINE tn_vec null_beyond(tn_vec by, double limit, tn_vec v) {
    return tn_vec_null_where(tn_vec_lt(tn_vec_of(limit), tn_vec_abs(by)), v);
}

/* What anniversaries need of today. */
typedef struct tn_today {
    tn_vec day;
    tn_vec start;      /* of its year */
    tn_vec next_start; /* of the next year */
    tn_vec last;       /* last day of its year, from 0 */
    tn_vec next_last;
} tn_today;

TN_INLINE tn_today today_of(tn_vec day) {
    const tn_vec one = tn_vec_of(1.0);
    const tn_vec year = year_of(day);
    tn_today today = {.day = day, .start = year_start(year), .next_start = year_start(year + one)};
    today.last = today.next_start - today.start - one;
    today.next_last = year_start(year + tn_vec_of(2.0)) - today.next_start - one;
    return today;
}

TN_INLINE tn_vec days_until(tn_vec date, const tn_today *today) {
    const tn_vec of_year = date - year_start(year_of(date));
    const tn_vec this_time = today->start + tn_vec_min(of_year, today->last);
    const tn_vec next_time = today->next_start + tn_vec_min(of_year, today->next_last);
    const tn_mask is_over = tn_vec_lt(this_time, today->day);
    const tn_vec days = tn_vec_select(is_over, next_time, this_time) - today->day;
    return null_beyond(today->day, TN_KERNEL_DAYS_MAX,
                       null_beyond(date, TN_KERNEL_DAYS_MAX, days + (date - date)));
}

static void anniversary(double *out, tn_in_f64 date, tn_in_f64 today, size_t n) {
    tn_today now = today_of(tn_vec_floor(tn_vec_load(today.data)));
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *dates = tn_f64_block(date, row);
        const double *todays = tn_f64_block(today, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            if (today.step) now = today_of(tn_vec_floor(tn_vec_load(todays + i)));
            tn_vec_store(out + row + i, days_until(tn_vec_floor(tn_vec_load(dates + i)), &now));
        }
    }
}

/* The same day of the month `months` later, or the last day of that month. */
TN_INLINE tn_vec months_later(tn_vec day, double months) {
    const tn_vec year = year_of(day);
    const tn_vec of_year = day - year_start(year);
    const tn_vec month = whole_quotient(of_year * tn_vec_of(5.0) + tn_vec_of(2.0), 153.0);
    const tn_vec of_month = of_year - month_start(month);
    const tn_vec total = year * tn_vec_of(12.0) + month + tn_vec_of(months);
    const tn_vec to_year = whole_quotient(total, 12.0);
    const tn_vec to_month = total - to_year * tn_vec_of(12.0);
    const tn_vec start = year_start(to_year);
    const tn_vec next = to_month + tn_vec_of(1.0);
    const tn_vec year_days = year_start(to_year + tn_vec_of(1.0)) - start;
    const tn_mask is_last = tn_vec_eq(next, tn_vec_of(12.0));
    const tn_vec first = month_start(to_month);
    const tn_vec end = tn_vec_select(is_last, year_days, month_start(next));
    const tn_vec last = end - first - tn_vec_of(1.0);
    const tn_vec later = start + first + tn_vec_min(of_month, last);
    return null_beyond(day, TN_KERNEL_MONTH_DAYS_MAX,
                       null_beyond(later, TN_KERNEL_MONTH_DAYS_MAX, later));
}

static void add_months(double *out, tn_in_f64 day, int32_t months, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(day, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES)
            tn_vec_store(out + row + i, months_later(tn_vec_floor(tn_vec_load(from + i)), months));
    }
}

static void steps_added(double *out, tn_in_f64 x, double scale, const tn_steps *steps, size_t n) {
    const tn_vec factor = tn_vec_of(scale);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(x, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_vec v = tn_vec_load(from + i);
            tn_vec sum = tn_vec_of(steps->base);
            for (size_t s = 0; s < steps->count; s++) {
                const tn_mask passed = tn_vec_le(tn_vec_of(steps->at[s]), v);
                sum = sum + tn_vec_keep_where(passed, tn_vec_of(steps->delta[s]));
            }
            tn_vec_store(out + row + i, tn_vec_finite(v * factor + sum));
        }
    }
}

const tn_calendar_kernels TN_FAMILY(calendar) = {
    .anniversary = anniversary,
    .add_months = add_months,
    .steps = steps_added,
};
