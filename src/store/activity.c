/* activity.c: every accumulator is a commutative fold, so late events need no history. */
#include "store/activity.h"

#include "store/cell.h"

#include <math.h>

/* The fold over (time, value) that keeps the value of the latest, and of these the largest. */
static void last_value_add(const tn_activity *activity, uint32_t row, int64_t at_ms, double value) {
    const int64_t last = *tn_cell_i64(activity->last, row);
    double *kept = tn_cell_f64(activity->last_value, row);
    if (at_ms > last || (at_ms == last && (isnan(*kept) || value > *kept))) *kept = value;
}

void tn_activity_add(const tn_activity *activity, uint32_t row, int64_t at_ms, double value) {
    uint32_t *count = tn_cell_u32(activity->count, row);
    if (*count < UINT32_MAX) ++*count;
    if (activity->last_value != NULL) last_value_add(activity, row, at_ms, value);
    int64_t *last = tn_cell_i64(activity->last, row);
    if (at_ms > *last) *last = at_ms; /* the null is the least of all */
    if (activity->first != NULL) {
        int64_t *first = tn_cell_i64(activity->first, row);
        if (*first == INT64_MIN || at_ms < *first) *first = at_ms;
    }
    if (activity->sum != NULL && !isnan(value)) *tn_cell_f64(activity->sum, row) += value;
}

void tn_activity_prefetch(const tn_activity *activity, uint32_t row) {
    __builtin_prefetch(tn_cell_u32(activity->count, row), 1);
    __builtin_prefetch(tn_cell_i64(activity->last, row), 1);
    if (activity->first != NULL) __builtin_prefetch(tn_cell_i64(activity->first, row), 1);
    if (activity->sum != NULL) __builtin_prefetch(tn_cell_f64(activity->sum, row), 1);
    if (activity->last_value != NULL) __builtin_prefetch(tn_cell_f64(activity->last_value, row), 1);
}

void tn_activity_seen(const tn_column *joined, const tn_column *last_seen, uint32_t row,
                      int64_t at_ms) {
    int64_t *first = tn_cell_i64(joined, row);
    int64_t *last = tn_cell_i64(last_seen, row);
    if (*first == INT64_MIN || at_ms < *first) *first = at_ms;
    if (at_ms > *last) *last = at_ms;
}
