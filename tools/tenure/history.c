/* history.c: summaries by day. */
#include "history.h"

#include "base/alloc.h"
#include "base/error.h"

typedef struct span {
    int32_t first, last;
    bool has_any;
} span;

static void visit_span(void *context, tn_str id, const int32_t *days, const double *values,
                       size_t count) {
    (void)id;
    (void)values;
    span *all = context;
    if (count == 0) return;
    if (!all->has_any || days[0] < all->first) all->first = days[0];
    if (!all->has_any || days[count - 1] > all->last) all->last = days[count - 1];
    all->has_any = true;
}

tn_status tn_history_span(const tn_engine *engine, int32_t *first_day, int32_t *last_day,
                          bool *has_any, tn_error *error) {
    span all = {0};
    TN_TRY(tn_engine_days_visit(engine, visit_span, &all, error));
    *first_day = all.first;
    *last_day = all.last;
    *has_any = all.has_any;
    return TN_OK;
}

static bool history_reserve(tn_history *history) {
    const size_t want = history->count + 1;
    return tn_array_reserve(NULL, (void **)&history->learned, &history->learned_capacity, want,
                            sizeof *history->learned) &&
           tn_array_reserve(NULL, (void **)&history->later, &history->later_capacity, want,
                            sizeof *history->later);
}

/* Transaction days up to and including `until`. */
static size_t count_until(const int32_t *days, size_t count, int32_t until) {
    size_t low = 0;
    while (low < count) {
        const size_t middle = low + (count - low) / 2;
        if (days[middle] <= until)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

static void visit_split(void *context, tn_str id, const int32_t *days, const double *values,
                        size_t count) {
    (void)id;
    tn_history *history = context;
    const size_t learned = count_until(days, count, history->until_day);
    if (learned == 0 || history->out_of_memory) return;
    if (!history_reserve(history)) {
        history->out_of_memory = true;
        return;
    }
    tn_summary summary = {.x = (double)(learned - 1), .weight = 1};
    summary.t_x = (double)(days[learned - 1] - days[0]) / history->days_per_unit;
    summary.T = (double)(history->until_day - days[0]) / history->days_per_unit;
    double repeats = 0;
    for (size_t i = 1; i < learned; i++)
        repeats += values[i];
    if (learned > 1) summary.m = repeats / summary.x;
    tn_later later = {.days = (uint32_t)(count - learned)};
    for (size_t i = learned; i < count; i++)
        later.value += values[i];
    history->learned[history->count] = summary;
    history->later[history->count] = later;
    history->count++;
}

tn_status tn_history_split(tn_history *history, const tn_engine *engine, int32_t until_day,
                           double days_per_unit, tn_error *error) {
    *history = (tn_history){.until_day = until_day, .days_per_unit = days_per_unit};
    tn_status status = tn_engine_days_visit(engine, visit_split, history, error);
    if (status == TN_OK && history->out_of_memory) status = tn_fail_memory(error);
    if (status != TN_OK) tn_history_deinit(history);
    return status;
}

void tn_history_deinit(tn_history *history) {
    tn_free(NULL, history->learned, history->learned_capacity * sizeof *history->learned);
    tn_free(NULL, history->later, history->later_capacity * sizeof *history->later);
    *history = (tn_history){0};
}
