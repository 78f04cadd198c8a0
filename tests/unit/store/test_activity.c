/* Accumulators: what is kept of events does not depend on the order in which they arrive. */
#include "store/table.h"

#include "base/bytes.h"
#include "base/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

enum { BUY, CALL, MAIL, ACTIONS };

static tn_table *table_new(void) {
    static const tn_action_spec actions[ACTIONS] = {
        {TN_NEED_FIRST | TN_NEED_SUM | TN_NEED_LAST_VALUE, false}, {0, false}, {0, true}};
    const tn_schema schema = {.actions = actions, .action_count = ACTIONS, .plain_sum_count = 2};
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, 1);
    tn_table *table = NULL;
    cr_assert_eq(tn_table_create(NULL, &schema, &secret, &table), TN_OK);
    return table;
}

static void *cell(const tn_table *table, tn_table_column_kind kind, uint32_t index, uint32_t row) {
    tn_table_column column;
    cr_assert(tn_table_column_find(table, kind, index, &column));
    cr_assert_null(column.validity);
    const size_t bytes = tn_chunk_bytes(column.column->physical) / TN_CHUNK_ROWS;
    return (char *)tn_column_chunk(column.column, row / TN_CHUNK_ROWS) +
           row % TN_CHUNK_ROWS * bytes;
}

static int64_t time_of(const tn_table *table, tn_table_column_kind kind, uint32_t index,
                       uint32_t row) {
    return *(int64_t *)cell(table, kind, index, row);
}
static double number_of(const tn_table *table, tn_table_column_kind kind, uint32_t index,
                        uint32_t row) {
    return *(double *)cell(table, kind, index, row);
}

static uint32_t customer(tn_table *table, uint32_t number) {
    char text[16];
    const int size = snprintf(text, sizeof text, "%u", number);
    uint32_t row;
    cr_assert_eq(tn_table_put(table, (tn_str){text, (size_t)size}, &row, NULL), TN_OK);
    return row;
}

static void tell(tn_table *table, uint32_t row, uint32_t action, int64_t at_ms, double value) {
    const tn_event_update update = {.action = action, .at_ms = at_ms, .value = value};
    cr_assert_eq(tn_table_event_apply(table, row, &update), TN_OK);
}

Test(activity, only_what_is_needed_is_kept) {
    tn_table *table = table_new();
    tn_table_column column;
    cr_assert(tn_table_column_find(table, TN_TABLE_COUNT, CALL, &column));
    cr_assert(tn_table_column_find(table, TN_TABLE_LAST, CALL, &column));
    cr_assert_not(tn_table_column_find(table, TN_TABLE_FIRST, CALL, &column));
    cr_assert_not(tn_table_column_find(table, TN_TABLE_SUM, CALL, &column));
    cr_assert_not(tn_table_column_find(table, TN_TABLE_LAST_VALUE, CALL, &column));
    cr_assert_not(tn_table_column_find(table, TN_TABLE_COUNT, ACTIONS, &column));
    cr_assert_not(tn_table_column_find(table, TN_TABLE_DECAY, 0, &column));
    cr_assert_not(tn_table_column_find(table, TN_TABLE_PLAIN, 2, &column));
    cr_assert_not(tn_table_column_find(table, TN_TABLE_REPEATS, 0, &column));
    tn_table_destroy(table);
}

Test(activity, without_events_times_are_null_and_counts_and_sums_zero) {
    tn_table *table = table_new();
    const uint32_t row = customer(table, 1);
    cr_assert_eq(*(uint32_t *)cell(table, TN_TABLE_COUNT, BUY, row), 0);
    cr_assert_eq(time_of(table, TN_TABLE_FIRST, BUY, row), INT64_MIN);
    cr_assert_eq(time_of(table, TN_TABLE_LAST, BUY, row), INT64_MIN);
    cr_assert_eq(number_of(table, TN_TABLE_SUM, BUY, row), 0);
    cr_assert(isnan(number_of(table, TN_TABLE_LAST_VALUE, BUY, row)));
    cr_assert_eq(time_of(table, TN_TABLE_JOINED, 0, row), INT64_MIN);
    cr_assert_eq(time_of(table, TN_TABLE_LAST_SEEN, 0, row), INT64_MIN);
    tn_table_destroy(table);
}

Test(activity, what_the_company_does_moves_neither_joined_nor_last_seen) {
    tn_table *table = table_new();
    const uint32_t row = customer(table, 1);
    tell(table, row, MAIL, 5, (double)NAN);
    cr_assert_eq(time_of(table, TN_TABLE_JOINED, 0, row), INT64_MIN);
    tell(table, row, CALL, 20, (double)NAN);
    tell(table, row, CALL, 10, (double)NAN);
    tell(table, row, MAIL, 50, (double)NAN);
    cr_assert_eq(time_of(table, TN_TABLE_JOINED, 0, row), 10);
    cr_assert_eq(time_of(table, TN_TABLE_LAST_SEEN, 0, row), 20);
    cr_assert_eq(time_of(table, TN_TABLE_LAST, MAIL, row), 50);
    tn_table_destroy(table);
}

Test(activity, the_last_value_at_equal_times_is_the_largest) {
    tn_table *table = table_new();
    const uint32_t row = customer(table, 1);
    tell(table, row, BUY, 10, 3);
    tell(table, row, BUY, 10, 7);
    tell(table, row, BUY, 10, 5);
    cr_assert_eq(number_of(table, TN_TABLE_LAST_VALUE, BUY, row), 7);
    tell(table, row, BUY, 11, -2);
    tell(table, row, BUY, 9, 100);
    cr_assert_eq(number_of(table, TN_TABLE_LAST_VALUE, BUY, row), -2);
    cr_assert_eq(number_of(table, TN_TABLE_SUM, BUY, row), 113);
    tn_table_destroy(table);
}

Test(activity, any_order_of_events_gives_the_same_accumulators) {
    enum { EVENTS = 40 };
    const uint64_t seed = 5;
    printf("seed %llu\n", (unsigned long long)seed);
    tn_rng rng;
    tn_rng_init(&rng, seed);
    tn_table *table = table_new();
    for (uint32_t round = 0; round < 500; round++) {
        int64_t at[EVENTS];
        double value[EVENTS];
        uint32_t order[EVENTS];
        const uint32_t count = 1 + (uint32_t)tn_rng_below(&rng, EVENTS);
        int64_t first = INT64_MAX;
        int64_t last = -1;
        double last_value = -1e9;
        long double sum = 0;
        for (uint32_t i = 0; i < count; i++) {
            at[i] = (int64_t)tn_rng_below(&rng, 30);
            value[i] = (double)tn_rng_below(&rng, 100000) / 100;
            order[i] = i;
            sum += (long double)value[i];
            if (at[i] < first) first = at[i];
            if (at[i] > last || (at[i] == last && value[i] > last_value)) last_value = value[i];
            if (at[i] > last) last = at[i];
        }
        for (uint32_t shuffle = 0; shuffle < 3; shuffle++) {
            const uint32_t row = customer(table, round * 3 + shuffle);
            for (uint32_t i = 0; i < count; i++)
                tell(table, row, BUY, at[order[i]], value[order[i]]);
            cr_assert_eq(*(uint32_t *)cell(table, TN_TABLE_COUNT, BUY, row), count);
            cr_assert_eq(time_of(table, TN_TABLE_FIRST, BUY, row), first);
            cr_assert_eq(time_of(table, TN_TABLE_LAST, BUY, row), last);
            cr_assert_eq(time_of(table, TN_TABLE_JOINED, 0, row), first);
            cr_assert_eq(time_of(table, TN_TABLE_LAST_SEEN, 0, row), last);
            cr_assert_eq(number_of(table, TN_TABLE_LAST_VALUE, BUY, row), last_value);
            cr_assert_float_eq(number_of(table, TN_TABLE_SUM, BUY, row), (double)sum,
                               1e-12 * (double)sum);
            for (uint32_t i = count; i > 1; i--) {
                const uint32_t j = (uint32_t)tn_rng_below(&rng, i);
                const uint32_t swap = order[i - 1];
                order[i - 1] = order[j];
                order[j] = swap;
            }
        }
    }
    tn_table_destroy(table);
}
