/* Running out of memory at each allocation in turn: an error, nothing half-applied, no leak. */
#include "store/table.h"

#include "base/bytes.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static const tn_attribute_spec attributes[] = {{TN_ATTRIBUTE_INT, TN_KEEP_SUM},
                                               {TN_ATTRIBUTE_CATEGORY, TN_KEEP_LAST},
                                               {TN_ATTRIBUTE_BOOL, TN_KEEP_LAST}};
static const tn_action_spec actions[] = {{TN_NEED_FIRST | TN_NEED_SUM | TN_NEED_LAST_VALUE, false},
                                         {0, false}};
static const tn_decay_spec decays[] = {{86400e3}};
static const tn_schema schema = {.attributes = attributes,
                                 .attribute_count = 3,
                                 .actions = actions,
                                 .action_count = 2,
                                 .decays = decays,
                                 .decay_count = 1,
                                 .plain_sum_count = 1,
                                 .has_transactions = true,
                                 .has_refunds = true};

static tn_status table_create(tn_heap *heap, tn_table **out) {
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, 1);
    return tn_table_create(heap, &schema, &secret, out);
}

static tn_str id_of(uint32_t i, char *text) {
    const char *format = i % 3 ? "c%u" : "a long id of a customer %u";
    const int size = snprintf(text, 64, format, i);
    return (tn_str){text, (size_t)size};
}

/* ---- The whole state of a table, as text ---- */

static void dump_visit(void *context, int32_t day, double value) {
    tn_buffer_printf(context, " %d:%a", day, value);
}

static void dump_cell(const tn_column *column, uint32_t row, tn_buffer *out) {
    const size_t bytes = tn_chunk_bytes(column->physical) / TN_CHUNK_ROWS;
    const unsigned char *chunk = tn_column_chunk(column, row / TN_CHUNK_ROWS);
    const size_t at = row % TN_CHUNK_ROWS;
    tn_buffer_append_char(out, ' ');
    if (bytes == 0) tn_buffer_printf(out, "%d", chunk[at / 8] >> (at % 8) & 1);
    for (size_t i = 0; i < bytes; i++)
        tn_buffer_printf(out, "%02x", chunk[at * bytes + i]);
}

static void dump(const tn_table *table, tn_buffer *out) {
    tn_buffer_clear(out);
    tn_buffer_printf(out, "%u rows %u customers\n", tn_table_row_count(table),
                     tn_table_customer_count(table));
    for (uint32_t row = 0; row < tn_table_row_count(table); row++) {
        if (!tn_table_is_live(table, row)) continue;
        const tn_str id = tn_table_id(table, row);
        tn_buffer_append(out, id.data, id.size);
        if (tn_table_find(table, id) != row) tn_buffer_append_str(out, " LOST");
        for (tn_table_column_kind kind = TN_TABLE_ATTRIBUTE; kind <= TN_TABLE_MONETARY; kind++) {
            tn_table_column column;
            for (uint32_t i = 0; i < 3 && (i == 0 || kind < TN_TABLE_JOINED); i++) {
                if (!tn_table_column_find(table, kind, i, &column)) continue;
                dump_cell(column.column, row, out);
                if (column.validity != NULL) dump_cell(column.validity, row, out);
            }
        }
        tn_table_days_visit(table, row, INT32_MAX, dump_visit, out);
        tn_buffer_append_char(out, '\n');
    }
    tn_buffer_printf(out, "%u texts", tn_dict_count(tn_table_attribute_dict(table, 1)));
    cr_assert_not(out->failed);
}

/* ---- One operation after the other, each with every allocation failing in turn ---- */

/* The i-th operation of a script that makes everything grow. */
static tn_status operate(tn_table *table, uint32_t i) {
    char text[64];
    uint32_t row = i * 7919u % (tn_table_row_count(table) + 1);
    if (i % 4 == 0 || !tn_table_is_live(table, row))
        return tn_table_put(table, id_of(i, text), &row, NULL);
    if (i % 4 == 1) {
        const tn_value value = {.type = TN_TYPE_TEXT, .as.text = id_of(i, text)};
        return tn_table_attribute_put(table, row, 1, &value);
    }
    if (i % 37 == 2) {
        tn_table_remove(table, row);
        return TN_OK;
    }
    const bool is_refund = i % 8 == 3;
    const int32_t day = (int32_t)(i * 104729u % 3000);
    const tn_decay_add add = {0, 1.5};
    const tn_event_update update = {.action = is_refund,
                                    .at_ms = day * 86400000ll,
                                    .value = (double)(i % 100),
                                    .decays = &add,
                                    .decay_count = 1,
                                    .plain = &add,
                                    .plain_count = 1,
                                    .is_transaction = !is_refund,
                                    .is_refund = is_refund,
                                    .day = day};
    return tn_table_event_apply(table, row % 5, &update);
}

Test(table_memory, no_operation_is_half_applied_when_any_allocation_fails) {
    tn_table *table = NULL;
    cr_assert_eq(table_create(NULL, &table), TN_OK);
    tn_buffer before;
    tn_buffer after;
    tn_buffer_init(&before, NULL);
    tn_buffer_init(&after, NULL);
    uint32_t failures = 0;
    char text[64];
    uint32_t row;
    for (uint32_t i = 0; i < 5; i++)
        cr_assert_eq(tn_table_put(table, id_of(1000000 + i, text), &row, NULL), TN_OK);
    for (uint32_t i = 0; i < 1000; i++) {
        /* The rows that events go to stay. */
        if (i % 37 == 2 && i * 7919u % (tn_table_row_count(table) + 1) < 5) continue;
        dump(table, &before);
        for (uint64_t n = 1;; n++) {
            tn_alloc_fail_at(n, true);
            const tn_status status = operate(table, i);
            tn_alloc_fail_at(0, false);
            if (status == TN_OK) break;
            cr_assert_eq(status, TN_OUT_OF_MEMORY);
            failures++;
            dump(table, &after);
            cr_assert(
                tn_str_equal((tn_str){before.data, before.size}, (tn_str){after.data, after.size}),
                "operation %u, allocation %u", i, (unsigned)n);
        }
    }
    printf("%u failures\n", failures);
    cr_assert_gt(failures, 100);
    tn_buffer_deinit(&before);
    tn_buffer_deinit(&after);
    tn_table_destroy(table);
}

Test(table_memory, a_table_that_cannot_be_created_leaves_nothing) {
    tn_heap *heap = tn_heap_create(0);
    cr_assert_not_null(heap);
    uint64_t n = 1;
    for (;; n++) {
        tn_table *table = NULL;
        tn_alloc_fail_at(n, true);
        const tn_status status = table_create(heap, &table);
        tn_alloc_fail_at(0, false);
        if (status == TN_OK) {
            tn_table_destroy(table);
            break;
        }
        cr_assert_eq(status, TN_OUT_OF_MEMORY);
        cr_assert_null(table);
        cr_assert_eq(tn_heap_used_bytes(heap), 0);
    }
    cr_assert_gt(n, 20);
    cr_assert_eq(tn_heap_used_bytes(heap), 0);
    tn_heap_destroy(heap);
}

Test(table_memory, past_the_limit_of_the_heap_new_customers_are_refused_and_reads_go_on) {
    tn_heap *heap = tn_heap_create(0);
    tn_table *table = NULL;
    cr_assert_eq(table_create(heap, &table), TN_OK);
    tn_heap_limit_set(heap, tn_heap_used_bytes(heap) + 3000000);
    char text[64];
    uint32_t count = 0;
    uint32_t row;
    tn_status status;
    while ((status = tn_table_put(table, id_of(count, text), &row, NULL)) == TN_OK)
        count++;
    cr_assert_eq(status, TN_OUT_OF_MEMORY);
    cr_assert_gt(count, 4096);
    cr_assert_eq(tn_table_customer_count(table), count);
    for (uint32_t i = 0; i < count; i++)
        cr_assert_eq(tn_table_find(table, id_of(i, text)), i);
    cr_assert_eq(tn_table_find(table, id_of(count, text)), TN_NO_ROW);
    tn_heap_limit_set(heap, 0);
    cr_assert_eq(tn_table_put(table, id_of(count, text), &row, NULL), TN_OK);
    cr_assert_eq(row, count);
    tn_table_destroy(table);
    cr_assert_eq(tn_heap_used_bytes(heap), 0);
    tn_heap_destroy(heap);
}

/* ---- What a customer costs ---- */

Test(table_memory, a_million_customers_take_at_most_a_quarter_more_than_their_raw_bytes) {
    static const tn_attribute_spec wide[] = {
        {TN_ATTRIBUTE_INT, TN_KEEP_LAST},      {TN_ATTRIBUTE_FLOAT, TN_KEEP_LAST},
        {TN_ATTRIBUTE_CATEGORY, TN_KEEP_LAST}, {TN_ATTRIBUTE_CATEGORY, TN_KEEP_LAST},
        {TN_ATTRIBUTE_DATE, TN_KEEP_LAST},     {TN_ATTRIBUTE_BOOL, TN_KEEP_LAST}};
    static const tn_action_spec several[6] = {{TN_NEED_SUM, false}, {0, false}, {0, false}};
    const tn_schema retail = {.attributes = wide,
                              .attribute_count = 6,
                              .actions = several,
                              .action_count = 6,
                              .decays = decays,
                              .decay_count = 1,
                              .has_transactions = true};
    tn_hash_secret secret;
    tn_hash_secret_seeded(&secret, 1);
    tn_heap *heap = tn_heap_create(0);
    tn_table *table = NULL;
    cr_assert_eq(tn_table_create(heap, &retail, &secret, &table), TN_OK);
    char text[64];
    uint32_t row;
    for (uint32_t i = 0; i < 1000000; i++) {
        const int size = snprintf(text, sizeof text, "customer%u", i);
        cr_assert_eq(tn_table_put(table, (tn_str){text, (size_t)size}, &row, NULL), TN_OK);
    }
    tn_table_stats stats;
    tn_table_stats_get(table, &stats);
    const double ratio = (double)tn_heap_used_bytes(heap) / (double)stats.raw_bytes;
    const size_t parts = stats.index_bytes + stats.id_bytes + stats.attribute_bytes +
                         stats.accumulator_bytes + stats.day_bytes + stats.dictionary_bytes;
    printf("%.3f times the raw bytes\n", ratio);
    cr_assert_leq(ratio, 1.25);
    cr_assert_leq(parts, tn_heap_used_bytes(heap));
    cr_assert_geq((double)parts, 0.95 * (double)tn_heap_used_bytes(heap), "the parts are all");
    cr_assert_eq(stats.rekeys, 0);
    cr_assert_leq(stats.moved_max, 24);
    tn_table_destroy(table);
    tn_heap_destroy(heap);
}
