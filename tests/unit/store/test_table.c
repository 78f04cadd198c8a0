/* The table as a whole: customers, attributes, events, columns. */
#include "store/table.h"

#include "base/bytes.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

static const tn_attribute_spec attributes[] = {
    {TN_ATTRIBUTE_INT, TN_KEEP_LAST},  {TN_ATTRIBUTE_FLOAT, TN_KEEP_SUM},
    {TN_ATTRIBUTE_BOOL, TN_KEEP_LAST}, {TN_ATTRIBUTE_CATEGORY, TN_KEEP_FIRST},
    {TN_ATTRIBUTE_DATE, TN_KEEP_MAX},  {TN_ATTRIBUTE_TIME, TN_KEEP_MIN},
    {TN_ATTRIBUTE_INT, TN_KEEP_SUM},
};
enum { AGE, SPENT, NEWS, CHANNEL, WARRANTY, SINCE, VISITS };

static const tn_action_spec actions[] = {
    {TN_NEED_FIRST | TN_NEED_SUM | TN_NEED_LAST_VALUE, false},
    {0, true},
};
static const tn_decay_spec decays[] = {{86400e3}};
static const tn_schema schema = {
    .attributes = attributes,
    .attribute_count = sizeof attributes / sizeof *attributes,
    .actions = actions,
    .action_count = 2,
    .decays = decays,
    .decay_count = 1,
    .plain_sum_count = 1,
    .has_transactions = true,
    .has_refunds = true,
};

static tn_table *table_new(void) {
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, 1);
    tn_table *table = NULL;
    cr_assert_eq(tn_table_create(NULL, &schema, &secret, &table), TN_OK);
    return table;
}

static double f64_at(const tn_table *table, tn_table_column_kind kind, uint32_t index,
                     uint32_t row) {
    tn_table_column column;
    cr_assert(tn_table_column_find(table, kind, index, &column));
    return ((double *)tn_column_chunk(column.column, row / TN_CHUNK_ROWS))[row % TN_CHUNK_ROWS];
}

static tn_value number(double x) {
    return (tn_value){.type = TN_TYPE_NUMBER, .as.number = x};
}

static tn_value get(const tn_table *table, uint32_t row, uint32_t attribute) {
    tn_value value;
    tn_table_attribute_get(table, row, attribute, &value);
    return value;
}

static void put(tn_table *table, uint32_t row, uint32_t attribute, tn_value value) {
    cr_assert_eq(tn_table_attribute_put(table, row, attribute, &value), TN_OK);
}

Test(table, a_customer_put_twice_is_one_row) {
    tn_table *table = table_new();
    uint32_t a, b;
    bool created;
    cr_assert_eq(tn_table_put(table, tn_str_of("ann"), &a, &created), TN_OK);
    cr_assert(created);
    cr_assert_eq(tn_table_put(table, tn_str_of("ann"), &b, &created), TN_OK);
    cr_assert_not(created);
    cr_assert_eq(a, b);
    cr_assert_eq(tn_table_customer_count(table), 1);
    cr_assert(tn_str_is(tn_table_id(table, a), "ann"));
    tn_table_destroy(table);
}

Test(table, keep_decides_what_a_second_value_does) {
    tn_table *table = table_new();
    uint32_t row;
    cr_assert_eq(tn_table_put(table, tn_str_of("ann"), &row, NULL), TN_OK);
    for (uint32_t i = 0; i < schema.attribute_count; i++)
        cr_assert(get(table, row, i).is_null);

    put(table, row, AGE, number(30));
    put(table, row, AGE, number(31));
    cr_assert_eq(get(table, row, AGE).as.number, 31);
    put(table, row, SPENT, number(1.5));
    put(table, row, SPENT, number(2));
    cr_assert_eq(get(table, row, SPENT).as.number, 3.5);
    put(table, row, CHANNEL, (tn_value){.type = TN_TYPE_TEXT, .as.text = tn_str_of("web")});
    put(table, row, CHANNEL, (tn_value){.type = TN_TYPE_TEXT, .as.text = tn_str_of("shop")});
    cr_assert(tn_str_is(get(table, row, CHANNEL).as.text, "web"));
    put(table, row, WARRANTY, (tn_value){.type = TN_TYPE_DATE, .as.date_days = 10});
    put(table, row, WARRANTY, (tn_value){.type = TN_TYPE_DATE, .as.date_days = 5});
    cr_assert_eq(get(table, row, WARRANTY).as.date_days, 10);
    put(table, row, SINCE, (tn_value){.type = TN_TYPE_TIME, .as.time_ms = 10});
    put(table, row, SINCE, (tn_value){.type = TN_TYPE_TIME, .as.time_ms = 5});
    cr_assert_eq(get(table, row, SINCE).as.time_ms, 5);
    put(table, row, NEWS, (tn_value){.type = TN_TYPE_BOOL, .as.boolean = true});
    put(table, row, NEWS, (tn_value){.type = TN_TYPE_BOOL, .as.boolean = false});
    cr_assert_not(get(table, row, NEWS).is_null);
    cr_assert_not(get(table, row, NEWS).as.boolean);

    put(table, row, CHANNEL, (tn_value){.type = TN_TYPE_TEXT, .is_null = true});
    cr_assert(get(table, row, CHANNEL).is_null, "an explicit null clears whatever keep says");
    put(table, row, NEWS, (tn_value){.type = TN_TYPE_BOOL, .is_null = true});
    cr_assert(get(table, row, NEWS).is_null);
    tn_table_destroy(table);
}

Test(table, a_kept_int_sum_stays_within_two_to_the_53) {
    tn_table *table = table_new();
    uint32_t row;
    cr_assert_eq(tn_table_put(table, tn_str_of("ann"), &row, NULL), TN_OK);
    put(table, row, VISITS, number(0x1p53));
    tn_value one = number(1);
    tn_value half = number(0.5);
    tn_value minus = number(-1);
    cr_assert_eq(tn_table_attribute_put(table, row, VISITS, &half), TN_BAD_ARGUMENT);
    cr_assert_eq(get(table, row, VISITS).as.number, 0x1p53);
    cr_assert_eq(tn_table_attribute_put(table, row, VISITS, &minus), TN_OK);
    cr_assert_eq(tn_table_attribute_put(table, row, VISITS, &one), TN_OK);
    tn_value two = number(2);
    cr_assert_eq(tn_table_attribute_put(table, row, VISITS, &two), TN_BAD_ARGUMENT);
    cr_assert_eq(get(table, row, VISITS).as.number, 0x1p53);
    tn_table_destroy(table);
}

Test(table, a_removed_customer_leaves_nothing_in_the_row_that_is_reused) {
    tn_table *table = table_new();
    uint32_t row, other, again;
    cr_assert_eq(tn_table_put(table, tn_str_of("ann"), &row, NULL), TN_OK);
    cr_assert_eq(tn_table_put(table, tn_str_of("bob"), &other, NULL), TN_OK);
    put(table, row, AGE, number(30));
    put(table, row, NEWS, (tn_value){.type = TN_TYPE_BOOL, .as.boolean = true});
    const tn_decay_add weight = {0, 1.0};
    for (int32_t day = 100; day < 120; day++) {
        const tn_event_update event = {.at_ms = day * 86400000ll,
                                       .value = 5,
                                       .decays = &weight,
                                       .decay_count = 1,
                                       .plain = &weight,
                                       .plain_count = 1,
                                       .is_transaction = true,
                                       .day = day};
        cr_assert_eq(tn_table_event_apply(table, row, &event), TN_OK);
    }
    cr_assert_eq(f64_at(table, TN_TABLE_MONETARY, 0, row), 100);
    tn_table_remove(table, row);
    cr_assert_not(tn_table_is_live(table, row));
    cr_assert_eq(tn_table_find(table, tn_str_of("ann")), TN_NO_ROW);
    cr_assert_eq(tn_table_put(table, tn_str_of("carla"), &again, NULL), TN_OK);
    cr_assert_eq(again, row);
    for (uint32_t i = 0; i < schema.attribute_count; i++)
        cr_assert(get(table, row, i).is_null);
    cr_assert_eq(f64_at(table, TN_TABLE_SUM, 0, row), 0);
    cr_assert_eq(f64_at(table, TN_TABLE_DECAY, 0, row), 0);
    cr_assert_eq(f64_at(table, TN_TABLE_PLAIN, 0, row), 0);
    cr_assert(isnan(f64_at(table, TN_TABLE_MONETARY, 0, row)));
    cr_assert_eq(tn_table_row_count(table), 2);
    tn_table_destroy(table);
}
