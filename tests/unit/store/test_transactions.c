/* The transaction summary in any order of arrival against a naive oracle that sorts all it was
 * told. */
#include "store/table.h"

#include "base/bytes.h"
#include "base/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

enum { EVENTS_MAX = 400, DAYS = 3000 };

typedef struct told {
    int32_t day;
    double value;
    bool is_refund;
} told;

/* What SPEC 5.3 says, computed from all events at once up to a day. */
typedef struct summary {
    uint32_t days;
    int32_t first, last;
    double repeat_value, monetary, magnitude;
    int32_t day[EVENTS_MAX];
    double value[EVENTS_MAX];
} summary;

static void summary_of(const told *events, size_t count, int32_t day_max, summary *out) {
    static long double value[DAYS], refund[DAYS];
    static bool bought[DAYS];
    memset(value, 0, sizeof value);
    memset(refund, 0, sizeof refund);
    memset(bought, 0, sizeof bought);
    *out = (summary){0};
    long double monetary = 0;
    long double magnitude = 0;
    for (size_t i = 0; i < count; i++) {
        if (events[i].day > day_max) continue;
        const long double told_value = (long double)events[i].value;
        magnitude += told_value;
        monetary += events[i].is_refund ? -told_value : told_value;
        if (events[i].is_refund) {
            refund[events[i].day] += told_value;
        } else {
            value[events[i].day] += told_value;
            bought[events[i].day] = true;
        }
    }
    long double repeat = 0;
    for (int32_t day = 0; day < DAYS; day++) {
        if (!bought[day]) continue;
        long double left = value[day];
        for (int32_t later = day; later < DAYS && (later == day || !bought[later]); later++)
            left -= refund[later];
        if (left < 0) left = 0;
        out->day[out->days] = day;
        out->value[out->days] = (double)left;
        if (out->days > 0) repeat += left;
        if (out->days++ == 0) out->first = day;
        out->last = day;
    }
    out->repeat_value = (double)repeat;
    out->monetary = (double)monetary;
    out->magnitude = (double)magnitude;
}

static tn_table *table_new(bool has_refunds) {
    static const tn_action_spec actions[2] = {{0, false}, {0, false}};
    const tn_schema schema = {.actions = actions,
                              .action_count = 2,
                              .has_transactions = true,
                              .has_refunds = has_refunds};
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, 1);
    tn_table *table = NULL;
    cr_assert_eq(tn_table_create(NULL, &schema, &secret, &table), TN_OK);
    return table;
}

static void *cell(const tn_table *table, tn_table_column_kind kind, uint32_t row) {
    tn_table_column column;
    cr_assert(tn_table_column_find(table, kind, 0, &column));
    const size_t bytes = tn_chunk_bytes(column.column->physical) / TN_CHUNK_ROWS;
    return (char *)tn_column_chunk(column.column, row / TN_CHUNK_ROWS) +
           row % TN_CHUNK_ROWS * bytes;
}

static void tell(tn_table *table, uint32_t row, const told *event) {
    const tn_event_update update = {.action = event->is_refund,
                                    .at_ms = event->day * 86400000ll,
                                    .value = event->value,
                                    .is_transaction = !event->is_refund,
                                    .is_refund = event->is_refund,
                                    .day = event->day};
    cr_assert_eq(tn_table_event_apply(table, row, &update), TN_OK);
}

typedef struct visited {
    const summary *expected;
    double tolerance;
    bool has_values;
    uint32_t count;
} visited;

static void visit(void *context, int32_t day, double value) {
    visited *v = context;
    cr_assert_lt(v->count, v->expected->days);
    cr_assert_eq(day, v->expected->day[v->count]);
    if (v->has_values || v->count == 0)
        cr_assert_float_eq(value, v->expected->value[v->count], v->tolerance);
    else
        cr_assert(isnan(value));
    v->count++;
}

static void check_visit(const tn_table *table, uint32_t row, const told *events, size_t count,
                        int32_t day_max, bool has_refunds) {
    static summary expected;
    summary_of(events, count, day_max, &expected);
    visited v = {
        .expected = &expected, .tolerance = 1e-12 * expected.magnitude, .has_values = has_refunds};
    tn_table_days_visit(table, row, day_max, visit, &v);
    cr_assert_eq(v.count, expected.days);
}

static void check(const tn_table *table, uint32_t row, const told *events, size_t count,
                  bool has_refunds) {
    static summary expected;
    summary_of(events, count, DAYS, &expected);
    if (expected.days == 0) {
        cr_assert_eq(*(int32_t *)cell(table, TN_TABLE_FIRST_DAY, row), INT32_MIN);
        cr_assert_eq(*(uint32_t *)cell(table, TN_TABLE_REPEATS, row), 0);
        cr_assert(isnan(*(double *)cell(table, TN_TABLE_MONETARY, row)));
        return;
    }
    const double tolerance = 1e-12 * expected.magnitude;
    cr_assert_eq(*(uint32_t *)cell(table, TN_TABLE_REPEATS, row), expected.days - 1);
    cr_assert_eq(*(int32_t *)cell(table, TN_TABLE_FIRST_DAY, row), expected.first);
    cr_assert_eq(*(int32_t *)cell(table, TN_TABLE_LAST_DAY, row), expected.last);
    cr_assert_float_eq(*(double *)cell(table, TN_TABLE_REPEAT_VALUE, row), expected.repeat_value,
                       tolerance);
    cr_assert_float_eq(*(double *)cell(table, TN_TABLE_MONETARY, row), expected.monetary,
                       tolerance);
    check_visit(table, row, events, count, DAYS, has_refunds);
    check_visit(table, row, events, count, events[count / 2].day, has_refunds);
    check_visit(table, row, events, count, expected.first - 1, has_refunds);
}

static void shuffle(tn_rng *rng, told *events, size_t count) {
    for (size_t i = count; i > 1; i--) {
        const size_t j = tn_rng_below(rng, i);
        const told swap = events[i - 1];
        events[i - 1] = events[j];
        events[j] = swap;
    }
}

static size_t draw(tn_rng *rng, told *events, bool has_refunds) {
    const size_t count = 1 + tn_rng_below(rng, tn_rng_below(rng, 4) == 0 ? EVENTS_MAX : 12);
    const uint64_t span = 1 + tn_rng_below(rng, tn_rng_below(rng, 2) ? 30 : DAYS - 1);
    const double unit = tn_rng_below(rng, 3) == 0 ? 1e9 : 1;
    for (size_t i = 0; i < count; i++) {
        events[i].day = (int32_t)tn_rng_below(rng, span);
        events[i].is_refund = has_refunds && tn_rng_below(rng, 3) == 0;
        events[i].value = (double)tn_rng_below(rng, 20000) / 100 * (i % 5 ? 1 : unit);
    }
    return count;
}

static void property(bool has_refunds) {
    const uint64_t seed = has_refunds ? 41 : 42;
    printf("seed %llu\n", (unsigned long long)seed);
    tn_rng rng;
    tn_rng_init(&rng, seed);
    tn_table *table = table_new(has_refunds);
    static told events[EVENTS_MAX];
    for (uint32_t round = 0; round < 600; round++) {
        const size_t count = draw(&rng, events, has_refunds);
        for (uint32_t order = 0; order < 3; order++) {
            char text[16];
            const int size = snprintf(text, sizeof text, "%u.%u", round, order);
            uint32_t row;
            cr_assert_eq(tn_table_put(table, (tn_str){text, (size_t)size}, &row, NULL), TN_OK);
            for (size_t i = 0; i < count; i++) {
                tell(table, row, &events[i]);
                if (i < 20 || i + 1 == count) check(table, row, events, i + 1, has_refunds);
            }
            if (order == 1) tn_table_remove(table, row);
            shuffle(&rng, events, count);
        }
    }
    tn_table_destroy(table);
}

Test(transactions, any_order_of_arrival_gives_the_same_summary) {
    property(false);
}

Test(transactions, any_order_of_arrival_gives_the_same_summary_with_refunds_before_purchases_too) {
    property(true);
}

Test(transactions, a_refund_reduces_the_day_that_arrives_late_instead_of_the_one_before) {
    tn_table *table = table_new(true);
    uint32_t row;
    cr_assert_eq(tn_table_put(table, tn_str_of("ann"), &row, NULL), TN_OK);
    tell(table, row, &(told){10, 50, false});
    tell(table, row, &(told){20, 30, false});
    tell(table, row, &(told){25, 40, true});
    cr_assert_eq(*(double *)cell(table, TN_TABLE_REPEAT_VALUE, row), 0, "never below 0");
    cr_assert_eq(*(double *)cell(table, TN_TABLE_MONETARY, row), 40);
    tell(table, row, &(told){22, 100, false});
    cr_assert_eq(*(double *)cell(table, TN_TABLE_REPEAT_VALUE, row), 30 + 60);
    cr_assert_eq(*(double *)cell(table, TN_TABLE_MONETARY, row), 140);
    tn_table_destroy(table);
}

Test(transactions, the_first_day_joins_the_repeats_when_an_earlier_one_arrives) {
    tn_table *table = table_new(false);
    uint32_t row;
    cr_assert_eq(tn_table_put(table, tn_str_of("ann"), &row, NULL), TN_OK);
    tell(table, row, &(told){10, 1e15, false});
    tell(table, row, &(told){12, 0.01, false});
    cr_assert_eq(*(double *)cell(table, TN_TABLE_REPEAT_VALUE, row), 0.01,
                 "the repeat value is no difference of larger numbers");
    tell(table, row, &(told){5, 3, false});
    cr_assert_eq(*(int32_t *)cell(table, TN_TABLE_FIRST_DAY, row), 5);
    cr_assert_eq(*(double *)cell(table, TN_TABLE_REPEAT_VALUE, row), 1e15 + 0.01);
    tn_table_destroy(table);
}
