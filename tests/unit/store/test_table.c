/* The table as a whole: customers, attributes, events, columns. */
#include "store/table.h"

#include "base/bits.h"
#include "base/bytes.h"
#include "base/rng.h"

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

Test(table, customers_come_and_go_across_many_chunks_as_a_reference_says) {
    enum { KEYS = 60000, OPERATIONS = 400000 };
    const uint64_t seed = 99;
    printf("seed %llu\n", (unsigned long long)seed);
    tn_rng rng;
    tn_rng_init(&rng, seed);
    tn_table *table = table_new();
    static uint32_t row_of[KEYS];
    memset(row_of, 0xFF, sizeof row_of);
    uint32_t live = 0;
    char text[32];
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        const uint32_t key = (uint32_t)tn_rng_below(&rng, KEYS);
        const int size = snprintf(text, sizeof text, key % 4 ? "%u" : "a customer %u", key);
        const tn_str id = {text, (size_t)size};
        if (tn_rng_below(&rng, 3) > 0) {
            uint32_t row;
            bool created;
            cr_assert_eq(tn_table_put(table, id, &row, &created), TN_OK);
            cr_assert_eq(created, row_of[key] == TN_NO_ROW);
            if (!created) cr_assert_eq(row, row_of[key]);
            if (created) put(table, row, AGE, number(key));
            live += created;
            row_of[key] = row;
        } else if (row_of[key] != TN_NO_ROW) {
            tn_table_remove(table, row_of[key]);
            row_of[key] = TN_NO_ROW;
            live--;
        }
    }
    cr_assert_eq(tn_table_customer_count(table), live);
    uint32_t bits = 0;
    for (size_t chunk = 0; chunk < tn_table_chunk_count(table); chunk++)
        for (size_t word = 0; word < TN_CHUNK_ROWS / 64; word++)
            bits += tn_popcount(tn_table_live_words(table, chunk)[word]);
    cr_assert_eq(bits, live);
    for (uint32_t key = 0; key < KEYS; key++) {
        const int size = snprintf(text, sizeof text, key % 4 ? "%u" : "a customer %u", key);
        cr_assert_eq(tn_table_find(table, (tn_str){text, (size_t)size}), row_of[key]);
        if (row_of[key] == TN_NO_ROW) continue;
        cr_assert(tn_str_equal(tn_table_id(table, row_of[key]), (tn_str){text, (size_t)size}));
        cr_assert_eq(get(table, row_of[key], AGE).as.number, key);
    }
    tn_table_destroy(table);
}

Test(table, a_batch_with_repeated_ids_puts_each_customer_once) {
    tn_table *table = table_new();
    enum { BATCH = 1000, DIFFERENT = 70 };
    static char texts[BATCH][16];
    tn_str ids[BATCH];
    uint32_t rows[BATCH], found[BATCH];
    for (uint32_t i = 0; i < BATCH; i++)
        ids[i] = (tn_str){texts[i], (size_t)snprintf(texts[i], 16, "%u", i * i % DIFFERENT)};
    cr_assert_eq(tn_table_put_many(table, ids, BATCH, rows), TN_OK);
    tn_table_find_many(table, ids, BATCH, found);
    for (uint32_t i = 0; i < BATCH; i++) {
        cr_assert_eq(rows[i], found[i]);
        for (uint32_t j = 0; j < i; j++)
            cr_assert_eq(rows[i] == rows[j], tn_str_equal(ids[i], ids[j]));
    }
    tn_table_destroy(table);
}

Test(table, an_insert_allocates_a_few_blocks_at_most_however_many_columns_there_are) {
    static tn_attribute_spec many[500];
    const tn_schema wide = {.attributes = many, .attribute_count = 500};
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, 1);
    tn_table *table = NULL;
    cr_assert_eq(tn_table_create(NULL, &wide, &secret, &table), TN_OK);
    char text[16];
    uint64_t most = 0;
    for (uint32_t i = 0; i < 20000; i++) {
        const int size = snprintf(text, sizeof text, "%u", i);
        uint32_t row;
        tn_alloc_fail_at(0, false);
        cr_assert_eq(tn_table_put(table, (tn_str){text, (size_t)size}, &row, NULL), TN_OK);
        const uint64_t allocations = tn_alloc_fail_at(0, false);
        if (allocations > most) most = allocations;
    }
    cr_assert_leq(most, 6);
    tn_table_destroy(table);
}

Test(table, a_value_of_another_type_or_out_of_range_is_refused_and_changes_nothing) {
    tn_table *table = table_new();
    uint32_t row;
    cr_assert_eq(tn_table_put(table, tn_str_of("ann"), &row, NULL), TN_OK);
    const tn_value text = {.type = TN_TYPE_TEXT, .as.text = tn_str_of("x")};
    const tn_value infinite = number((double)INFINITY);
    const tn_value nan = number((double)NAN);
    const tn_value huge = number(0x1p54);
    const tn_value large = number(1.7e308);
    cr_assert_eq(tn_table_attribute_put(table, row, AGE, &text), TN_BAD_ARGUMENT);
    cr_assert_eq(tn_table_attribute_put(table, row, AGE, &huge), TN_BAD_ARGUMENT);
    cr_assert_eq(tn_table_attribute_put(table, row, SPENT, &infinite), TN_BAD_ARGUMENT);
    cr_assert_eq(tn_table_attribute_put(table, row, SPENT, &nan), TN_BAD_ARGUMENT);
    cr_assert(get(table, row, AGE).is_null);
    put(table, row, SPENT, large);
    cr_assert_eq(tn_table_attribute_put(table, row, SPENT, &large), TN_BAD_ARGUMENT);
    cr_assert_eq(get(table, row, SPENT).as.number, 1.7e308);
    put(table, row, AGE, number(-0.0));
    cr_assert_not(signbit(get(table, row, AGE).as.number));
    tn_table_destroy(table);
}

Test(table, a_value_that_was_reserved_can_be_put_and_one_that_was_refused_cannot) {
    const uint64_t seed = 3;
    printf("seed %llu\n", (unsigned long long)seed);
    tn_rng rng;
    tn_rng_init(&rng, seed);
    tn_table *table = table_new();
    uint32_t row;
    cr_assert_eq(tn_table_put(table, tn_str_of("ann"), &row, NULL), TN_OK);
    const double numbers[] = {0, -1, 0.5, 0x1p53, -0x1p53, 0x1p52, 1e308, -1e308, (double)INFINITY};
    uint32_t refused = 0;
    for (uint32_t i = 0; i < 20000; i++) {
        const uint32_t attribute = (uint32_t)tn_rng_below(&rng, schema.attribute_count);
        tn_value value = number(numbers[tn_rng_below(&rng, 9)]);
        value.is_null = tn_rng_below(&rng, 10) == 0;
        if (attribute == CHANNEL)
            value = (tn_value){.type = TN_TYPE_TEXT, .as.text = tn_str_of(i % 2 ? "web" : "shop")};
        if (attribute == WARRANTY)
            value = (tn_value){.type = TN_TYPE_DATE, .as.date_days = i % 3 ? (int)i : INT32_MIN};
        if (attribute == NEWS) value = (tn_value){.type = TN_TYPE_BOOL, .as.boolean = i % 2};
        const tn_status reserved = tn_table_attribute_reserve(table, row, attribute, &value);
        tn_alloc_fail_at(1, true);
        const tn_status put_status = tn_table_attribute_put(table, row, attribute, &value);
        tn_alloc_fail_at(0, false);
        cr_assert_eq(put_status, reserved);
        refused += reserved != TN_OK;
    }
    cr_assert_gt(refused, 1000);
    tn_table_destroy(table);
}
