/* table_rows.c: customers come and go. A new customer takes the row that was freed last, or the
 * next fresh one. Whatever can run out of memory is reserved before the first change. */
#include "base/assert.h"
#include "base/bits.h"
#include "base/error.h"
#include "store/cell.h"
#include "store/table_impl.h"

enum { ID_CHUNK_SHIFT = 14 };

tn_status tn_table_create(tn_heap *heap, const tn_schema *schema, const tn_hash_secret *secret,
                          tn_table **out) {
    tn_table *table = tn_alloc_zero(heap, sizeof *table);
    if (table == NULL) return TN_OUT_OF_MEMORY;
    table->heap = heap;
    table->free_row = TN_NO_ROW;
    tn_ids_init(&table->ids, heap, ID_CHUNK_SHIFT);
    tn_status status = tn_index_init(&table->index, heap, &table->ids, secret);
    if (status == TN_OK) status = tn_table_layout_init(table, schema, secret);
    if (status == TN_OK) status = tn_table_layout_reserve(table, 1);
    if (status != TN_OK) {
        tn_table_destroy(table);
        return status;
    }
    *out = table;
    return TN_OK;
}

void tn_table_destroy(tn_table *table) {
    if (table == NULL) return;
    if (table->has_transactions)
        for (uint32_t row = 0; row < table->row_count; row++)
            tn_transactions_release(&table->transactions, row);
    tn_table_layout_deinit(table);
    tn_index_deinit(&table->index);
    tn_ids_deinit(&table->ids);
    tn_free(table->heap, table, sizeof *table);
}

/* ---- Rows ---- */

uint32_t tn_table_row_count(const tn_table *table) {
    return table->row_count;
}

uint32_t tn_table_customer_count(const tn_table *table) {
    return table->customer_count;
}

size_t tn_table_chunk_count(const tn_table *table) {
    return ((size_t)table->row_count + TN_CHUNK_ROWS - 1) / TN_CHUNK_ROWS;
}

const uint64_t *tn_table_live_words(const tn_table *table, size_t chunk) {
    return tn_column_chunk(&table->live, chunk);
}

bool tn_table_is_live(const tn_table *table, uint32_t row) {
    return row < table->row_count &&
           tn_bit_get(tn_cell_words(&table->live, row), row % TN_CHUNK_ROWS);
}

uint32_t tn_table_find(const tn_table *table, tn_str id) {
    return tn_index_find(&table->index, id);
}

void tn_table_find_many(const tn_table *table, const tn_str *ids, size_t count, uint32_t *rows) {
    tn_index_find_many(&table->index, ids, count, rows);
}

tn_str tn_table_id(const tn_table *table, uint32_t row) {
    return tn_ids_get(&table->ids, row);
}

/* ---- Coming ---- */

/* Adds an id that is not there. */
static tn_status customer_add(tn_table *table, tn_str id, uint32_t *out) {
    const bool reuses = table->free_row != TN_NO_ROW;
    const uint32_t row = reuses ? table->free_row : table->row_count;
    if (row >= TN_CUSTOMERS_PER_SHARD_MAX) return TN_TOO_LARGE;
    if (!reuses) TN_TRY(tn_table_layout_reserve(table, (size_t)row + 1));
    const uint32_t next_free = reuses ? tn_ids_link(&table->ids, row) : TN_NO_ROW;
    TN_TRY(tn_ids_put(&table->ids, row, id));
    const tn_status status = tn_index_put(&table->index, id, row);
    if (status != TN_OK) {
        tn_ids_remove(&table->ids, row);
        if (reuses) tn_ids_link_set(&table->ids, row, next_free);
        return status;
    }
    if (reuses)
        table->free_row = next_free;
    else
        table->row_count++;
    tn_bit_set(tn_cell_words(&table->live, row), row % TN_CHUNK_ROWS);
    table->customer_count++;
    if (!reuses) tn_table_layout_reserve_ahead(table, row);
    *out = row;
    return TN_OK;
}

tn_status tn_table_put(tn_table *table, tn_str id, uint32_t *row, bool *created) {
    TN_ASSERT(id.size >= 1 && id.size <= TN_ID_SIZE_MAX);
    uint32_t found = tn_index_find(&table->index, id);
    const bool is_new = found == TN_NO_ROW;
    if (is_new) TN_TRY(customer_add(table, id, &found));
    *row = found;
    if (created != NULL) *created = is_new;
    return TN_OK;
}

tn_status tn_table_put_many(tn_table *table, const tn_str *ids, size_t count, uint32_t *rows) {
    for (size_t from = 0; from < count; from += TN_INDEX_BATCH) {
        const size_t part = count - from < TN_INDEX_BATCH ? count - from : TN_INDEX_BATCH;
        tn_index_find_many(&table->index, ids + from, part, rows + from);
        /* A missing id may stand twice in a sub-batch: it is looked for again. */
        for (size_t i = from; i < from + part; i++)
            if (rows[i] == TN_NO_ROW) TN_TRY(tn_table_put(table, ids[i], &rows[i], NULL));
    }
    return TN_OK;
}

/* ---- Going ---- */

void tn_table_remove(tn_table *table, uint32_t row) {
    TN_ASSERT(tn_table_is_live(table, row));
    tn_index_remove(&table->index, row);
    tn_ids_remove(&table->ids, row);
    if (table->has_transactions) tn_transactions_release(&table->transactions, row);
    for (uint32_t i = 0; i < table->column_count; i++)
        tn_column_clear_row(&table->columns[i], row);
    tn_bit_clear(tn_cell_words(&table->live, row), row % TN_CHUNK_ROWS);
    tn_ids_link_set(&table->ids, row, table->free_row);
    table->free_row = row;
    table->customer_count--;
}
