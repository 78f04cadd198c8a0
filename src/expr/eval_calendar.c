/* eval_calendar.c: days and months of a tile.
 *
 * Days and months are calendar arithmetic on lanes. What a zone adds is taken row by row from
 * calendar.h only in the last resort: a tile's instants lie between few transitions of a zone's
 * clocks, so that most of the work is adding the steps between the least and the largest of them.
 * Days and instants are null beyond ±10^8 days, ±8.64 × 10^15 ms; where months are added, beyond
 * ±7 × 10^7 days. */
#include "expr/program_ir.h"

#include <math.h>

#define DAY_MS 86400000.0
enum { DAY_LAST = 84371 /* 2200-12-31 */ };

/* ---- Row by row ---- */

static double day_of(const tn_zone *zone, double ms) {
    if (!(fabs(ms) <= TN_KERNEL_DAYS_MAX * DAY_MS)) return (double)NAN;
    return tn_zone_day(zone, (int64_t)floor(ms));
}

static double day_start(const tn_zone *zone, double day) {
    if (!(fabs(day) <= TN_KERNEL_DAYS_MAX)) return (double)NAN;
    return (double)tn_zone_day_start(zone, (int32_t)floor(day));
}

/* The fraction of a millisecond is kept. */
static double time_add_months(const tn_zone *zone, double ms, int32_t months) {
    const double limit = TN_KERNEL_MONTH_DAYS_MAX * DAY_MS;
    if (!(fabs(ms) <= limit)) return (double)NAN;
    const double whole = floor(ms);
    const double later = (double)tn_zone_add_months(zone, (int64_t)whole, months) + (ms - whole);
    return fabs(later) <= limit ? later : (double)NAN;
}

static double one_row(const tn_zone *zone, const tn_step *step, double x) {
    switch (step->op) {
    case TN_OP_DAY:
        return day_of(zone, x);
    case TN_OP_DAY_START:
        return day_start(zone, x);
    default:
        return time_add_months(zone, x, (int32_t)step->index);
    }
}

/* A uniform operand is one block for all. */
static void each_row(const tn_zone *zone, const tn_step *step, tn_in_f64 x, double *out, size_t n) {
    for (size_t block = 0; block < n; block += TN_KERNEL_ROWS)
        for (size_t i = 0; i < TN_KERNEL_ROWS; i++)
            out[block + i] = one_row(zone, step, x.data[block * x.step + i]);
}

/* ---- By steps ---- */

/* Number of steps at or before x. */
static size_t steps_until(const tn_shift *shift, double x) {
    size_t low = 0;
    size_t high = shift->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (shift->at[middle] <= x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* out = x × scale + the shift at x; false when x leaves the range that the shift is good for. */
static bool add_shift(const tn_kernels *kernels, const tn_shift *shift, tn_in_f64 x, double scale,
                      double *out, size_t n) {
    double least;
    double largest;
    kernels->aggregate->range(x, &least, &largest, n);
    if (least > largest) least = largest = shift->first; /* all null */
    if (least < shift->first || largest > shift->last) return false;
    const size_t from = steps_until(shift, least);
    const size_t to = steps_until(shift, largest);
    const tn_steps steps = {.at = shift->at + from,
                            .delta = shift->delta + from,
                            .count = to - from,
                            .base = shift->sum[from]};
    kernels->calendar->steps(out, x, scale, &steps, n);
    return true;
}

void tn_run_day(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                size_t n) {
    const tn_in_f64 time = tn_operand_f64(args[0]);
    if (!pure->zone_shift || !add_shift(pure->kernels, pure->zone_shift, time, 1.0, out, n)) {
        each_row(pure->zone, step, time, out, n);
        return;
    }
    const tn_in_f64 local = {.data = out, .step = 1};
    pure->kernels->arith->unary[TN_UNARY_TO_DAY](out, local, n);
}

void tn_run_day_start(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                      size_t n) {
    pure->kernels->arith->unary[TN_UNARY_FLOOR](out, tn_operand_f64(args[0]), n);
    const tn_in_f64 day = {.data = out, .step = 1};
    if (!pure->day_shift || !add_shift(pure->kernels, pure->day_shift, day, DAY_MS, out, n))
        each_row(pure->zone, step, day, out, n);
}

void tn_run_add_months(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                       size_t n) {
    const tn_in_f64 x = tn_operand_f64(args[0]);
    if (step->extra)
        pure->kernels->calendar->add_months(out, x, (int32_t)step->index, n);
    else
        each_row(pure->zone, step, x, out, n);
}

void tn_run_anniversary(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                        size_t n) {
    (void)step;
    pure->kernels->calendar->anniversary(out, tn_operand_f64(args[0]), tn_operand_f64(args[1]), n);
}

/* ---- Tables ---- */

static bool shift_alloc(tn_arena *arena, tn_shift *shift, size_t capacity) {
    shift->at = tn_arena_array(arena, capacity, sizeof *shift->at);
    shift->delta = tn_arena_array(arena, capacity, sizeof *shift->delta);
    shift->sum = tn_arena_array(arena, capacity + 1, sizeof *shift->sum);
    return shift->at && shift->delta && shift->sum;
}

static void shift_push(tn_shift *shift, double at, double value) {
    shift->at[shift->count] = at;
    shift->delta[shift->count] = value - shift->sum[shift->count];
    shift->sum[++shift->count] = value;
}

bool tn_shift_of_zone(tn_arena *arena, const tn_zone *zone, tn_shift *out) {
    const tn_zone_table table = tn_zone_table_view(zone);
    tn_shift shift = {.first = -4e15, .last = 4e15};
    if (!shift_alloc(arena, &shift, table.count)) return false;
    shift.sum[0] = (double)table.offset_ms[0];
    for (size_t i = 0; i < table.count; i++)
        shift_push(&shift, (double)table.transition_ms[i], (double)table.offset_ms[i + 1]);
    *out = shift;
    return true;
}

static double start_shift(const tn_zone *zone, int32_t day) {
    return (double)(tn_zone_day_start(zone, day) - day * TN_DAY_MS);
}

/* What a day's start differs by changes near transitions only: the days about each are looked at.
 */
bool tn_shift_of_days(tn_arena *arena, const tn_zone *zone, tn_shift *out) {
    const int32_t about = 3;
    const tn_zone_table table = tn_zone_table_view(zone);
    tn_shift shift = {.first = 0, .last = DAY_LAST};
    if (tn_zone_is_utc(zone)) {
        shift.first = -TN_KERNEL_DAYS_MAX;
        shift.last = TN_KERNEL_DAYS_MAX;
    }
    if (!shift_alloc(arena, &shift, table.count * (size_t)(2 * about + 1))) return false;
    shift.sum[0] = start_shift(zone, 0);
    int32_t seen = 0;
    for (size_t i = 0; i < table.count; i++) {
        const double at_day = floor((double)table.transition_ms[i] / DAY_MS);
        if (at_day < -about || at_day > DAY_LAST + about) continue;
        for (int32_t d = (int32_t)at_day - about; d <= (int32_t)at_day + about; d++) {
            if (d <= seen) continue;
            seen = d;
            const double value = start_shift(zone, d);
            if (value != shift.sum[shift.count]) shift_push(&shift, d, value);
        }
    }
    *out = shift;
    return true;
}
