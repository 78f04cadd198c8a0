/* transactions.c: without refunds three numbers carry the values: that of the first day, that of
 * all repeat days, and their total; each only ever grows by what arrives, so nothing cancels. With
 * refunds the value of each day is kept, and from the customer's first refund on the summary is
 * added up anew from the days, in the order of days, after each of the customer's events. */
#include "store/transactions.h"

#include "base/assert.h"
#include "base/error.h"
#include "store/cell.h"

#include <math.h>

/* ---- The private columns ---- */

static tn_days days_get(const tn_transactions *p, uint32_t row) {
    return (tn_days)*tn_cell_i64(p->days, row);
}

static tn_ledger *ledger_get(const tn_transactions *p, uint32_t row) {
    if (p->ledgers == NULL) return NULL;
    return (tn_ledger *)(uintptr_t)*tn_cell_i64(p->ledgers, row);
}

/* Days between the first and the last. */
static uint32_t inner_count(const tn_transactions *p, uint32_t row) {
    const uint32_t repeats = *tn_cell_u32(p->repeats, row);
    return repeats == 0 ? 0 : repeats - 1;
}

/* ---- What a transaction does to the set of days ---- */

typedef enum day_change {
    DAY_KNOWN, /* one of the customer's transaction days already */
    DAY_ONLY,  /* the customer's first transaction */
    DAY_FIRST, /* before all others */
    DAY_LAST,  /* after all others */
    DAY_INNER,
} day_change;

typedef struct placed_day {
    day_change change;
    uint32_t number; /* its place among the days once it is put: 0 is the first */
    bool moves;      /* another day goes in between: `moved` */
    int32_t moved;
} placed_day;

static placed_day day_place(const tn_transactions *p, uint32_t row, int32_t day) {
    const int32_t first = *tn_cell_i32(p->first_day, row);
    const int32_t last = *tn_cell_i32(p->last_day, row);
    const uint32_t repeats = *tn_cell_u32(p->repeats, row);
    if (first == INT32_MIN) return (placed_day){.change = DAY_ONLY};
    if (day == first) return (placed_day){.change = DAY_KNOWN};
    if (day == last) return (placed_day){.change = DAY_KNOWN, .number = repeats};
    if (day < first) return (placed_day){.change = DAY_FIRST, .moves = repeats > 0, .moved = first};
    if (day > last)
        return (placed_day){
            .change = DAY_LAST, .number = repeats + 1, .moves = repeats > 0, .moved = last};
    uint32_t rank;
    const bool is_known = tn_days_find(days_get(p, row), repeats - 1, day, &rank);
    return (placed_day){.change = is_known ? DAY_KNOWN : DAY_INNER,
                        .number = rank + 1,
                        .moves = !is_known,
                        .moved = day};
}

tn_status tn_transactions_reserve(tn_transactions *p, uint32_t row, int32_t day, bool is_refund) {
    if (day < TN_DAY_MIN || day > TN_DAY_MAX) return TN_BAD_ARGUMENT;
    const uint32_t repeats = *tn_cell_u32(p->repeats, row);
    uint32_t values = repeats;
    if (!is_refund) {
        const placed_day placed = day_place(p, row, day);
        if (placed.change != DAY_KNOWN && placed.change != DAY_ONLY) values++;
        if (placed.moves) {
            tn_days days = days_get(p, row);
            TN_TRY(tn_days_reserve(&p->heap, &days, inner_count(p, row), placed.moved));
            *tn_cell_i64(p->days, row) = (int64_t)days;
        }
    }
    if (p->ledgers == NULL || (!is_refund && values == 0)) return TN_OK;
    tn_ledger *ledger = ledger_get(p, row);
    TN_TRY(tn_ledger_reserve(&p->heap, &ledger, repeats, values, is_refund ? day : INT32_MIN));
    *tn_cell_i64(p->ledgers, row) = (int64_t)(uintptr_t)ledger;
    return TN_OK;
}

/* ---- The values ---- */

/* All days of a row in order, each with what its refunds leave of its value. */
typedef struct value_walk {
    tn_days_walk inner;
    const double *values; /* NULL: unknown, except of the first day */
    const tn_ledger *ledger;
    uint32_t refund; /* the next */
    uint32_t number; /* of the next day */
    uint32_t count;
    int32_t first, last;
    int32_t next; /* the next day */
} value_walk;

static value_walk value_walk_of(const tn_transactions *p, uint32_t row) {
    const tn_ledger *ledger = ledger_get(p, row);
    const int32_t first = *tn_cell_i32(p->first_day, row);
    value_walk walk = {
        .inner = tn_days_walk_of(days_get(p, row), inner_count(p, row)),
        .values = tn_ledger_values(ledger),
        .ledger = ledger,
        .count = first == INT32_MIN ? 0 : *tn_cell_u32(p->repeats, row) + 1,
        .first = first,
        .last = *tn_cell_i32(p->last_day, row),
        .next = first,
    };
    if (walk.count == 0) return walk;
    const uint32_t refunds = tn_ledger_refund_count(ledger);
    while (walk.refund < refunds && tn_ledger_refund_day(ledger, walk.refund) < first)
        walk.refund++;
    return walk;
}

/* The refunds of days before `end`, from the walk's next on. */
static double refunds_until(value_walk *walk, int32_t end) {
    const uint32_t refunds = tn_ledger_refund_count(walk->ledger);
    double total = 0;
    for (; walk->refund < refunds; walk->refund++) {
        if (tn_ledger_refund_day(walk->ledger, walk->refund) >= end) break;
        total += tn_ledger_refund(walk->ledger, walk->refund);
    }
    return total;
}

/* The next day up to day_max and what is left of its value; false at the end. */
static bool value_walk_next(value_walk *walk, const double *first_value, int32_t day_max,
                            int32_t *day, double *value) {
    if (walk->number == walk->count || walk->next > day_max) return false;
    *day = walk->next;
    double gross = (double)NAN;
    if (walk->number == 0)
        gross = *first_value;
    else if (walk->values != NULL)
        gross = walk->values[walk->number - 1];
    walk->number++;
    if (walk->number < walk->count && !tn_days_next(&walk->inner, &walk->next))
        walk->next = walk->last;
    const bool has_next = walk->number < walk->count && walk->next <= day_max;
    const double refunds = refunds_until(walk, has_next ? walk->next : day_max + 1);
    const double left = gross - refunds;
    *value = left < 0 ? 0 : left;
    return true;
}

/* Adds the summary up from the days. */
static void summary_renew(tn_transactions *p, uint32_t row) {
    if (*tn_cell_i32(p->first_day, row) == INT32_MIN) return;
    const double *first_value = tn_cell_f64(p->first_value, row);
    value_walk walk = value_walk_of(p, row);
    double repeat_value = 0;
    int32_t day;
    double value;
    for (bool is_first = true; value_walk_next(&walk, first_value, TN_DAY_MAX, &day, &value);
         is_first = false)
        if (!is_first) repeat_value += value;
    double monetary = *first_value;
    for (uint32_t i = 0; i + 1 < walk.count; i++)
        monetary += walk.values[i];
    double refunds = 0;
    for (uint32_t i = 0; i < tn_ledger_refund_count(walk.ledger); i++)
        refunds += tn_ledger_refund(walk.ledger, i);
    *tn_cell_f64(p->repeat_value, row) = repeat_value;
    *tn_cell_f64(p->monetary, row) = monetary - refunds;
}

/* ---- Events ---- */

/* The columns of days and the set between them. */
static void day_put(tn_transactions *p, uint32_t row, int32_t day, const placed_day *placed) {
    int32_t *first = tn_cell_i32(p->first_day, row);
    int32_t *last = tn_cell_i32(p->last_day, row);
    if (placed->change == DAY_KNOWN) return;
    if (placed->moves) {
        tn_days days = days_get(p, row);
        tn_days_put(&days, inner_count(p, row), placed->moved);
        *tn_cell_i64(p->days, row) = (int64_t)days;
    }
    if (placed->change == DAY_ONLY || placed->change == DAY_FIRST) *first = day;
    if (placed->change == DAY_ONLY || placed->change == DAY_LAST) *last = day;
    if (placed->change != DAY_ONLY) ++*tn_cell_u32(p->repeats, row);
}

/* The value of each day, where it is kept. `repeats` is the number before the event. */
static void ledger_put(tn_transactions *p, uint32_t row, double value, const placed_day *placed,
                       uint32_t repeats) {
    tn_ledger *ledger = ledger_get(p, row);
    if (ledger == NULL) return;
    if (placed->change == DAY_FIRST)
        tn_ledger_value_put(ledger, repeats, 0, *tn_cell_f64(p->first_value, row));
    else if (placed->change == DAY_LAST || placed->change == DAY_INNER)
        tn_ledger_value_put(ledger, repeats, placed->number - 1, value);
    else if (placed->number > 0)
        tn_ledger_value_add(ledger, placed->number - 1, value);
}

/* The three running sums of values. */
static void sums_put(tn_transactions *p, uint32_t row, double value, const placed_day *placed) {
    double *first = tn_cell_f64(p->first_value, row);
    double *repeat = tn_cell_f64(p->repeat_value, row);
    double *monetary = tn_cell_f64(p->monetary, row);
    if (placed->change == DAY_ONLY) {
        *first = value;
        *repeat = 0;
        *monetary = value;
        return;
    }
    *monetary += value;
    if (placed->change == DAY_FIRST) {
        *repeat += *first;
        *first = value;
    } else if (placed->number == 0) {
        *first += value;
    } else {
        *repeat += value;
    }
}

void tn_transactions_add(tn_transactions *p, uint32_t row, int32_t day, double value,
                         bool is_refund) {
    if (is_refund) {
        TN_ASSERT(p->ledgers != NULL);
        tn_ledger_refund_add(ledger_get(p, row), day, value);
    } else {
        const placed_day placed = day_place(p, row, day);
        const uint32_t repeats = *tn_cell_u32(p->repeats, row);
        ledger_put(p, row, value, &placed, repeats);
        day_put(p, row, day, &placed);
        sums_put(p, row, value, &placed);
    }
    if (tn_ledger_refund_count(ledger_get(p, row)) > 0) summary_renew(p, row);
}

void tn_transactions_prefetch(const tn_transactions *p, uint32_t row) {
    __builtin_prefetch(tn_cell_u32(p->repeats, row), 1);
    __builtin_prefetch(tn_cell_i32(p->first_day, row), 1);
    __builtin_prefetch(tn_cell_i32(p->last_day, row), 1);
    __builtin_prefetch(tn_cell_f64(p->repeat_value, row), 1);
    __builtin_prefetch(tn_cell_f64(p->monetary, row), 1);
    __builtin_prefetch(tn_cell_f64(p->first_value, row), 1);
    __builtin_prefetch(tn_cell_i64(p->days, row), 1);
}

void tn_transactions_release(tn_transactions *p, uint32_t row) {
    tn_days days = days_get(p, row);
    tn_days_release(&p->heap, &days);
    tn_ledger *ledger = ledger_get(p, row);
    tn_ledger_release(&p->heap, &ledger);
}

void tn_transactions_each(const tn_transactions *p, uint32_t row, int32_t day_max,
                          tn_transaction_visit *visit, void *context) {
    value_walk walk = value_walk_of(p, row);
    if (day_max > TN_DAY_MAX) day_max = TN_DAY_MAX;
    int32_t day;
    double value;
    while (value_walk_next(&walk, tn_cell_f64(p->first_value, row), day_max, &day, &value))
        visit(context, day, value);
}
