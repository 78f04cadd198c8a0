/* table_layout.c: which columns a schema asks for, and their chunks.
 *
 * All columns lie in one array, so that reserving and clearing are loops. A new chunk of every
 * column at once would be megabytes of fresh memory for one insert; so while the second half of a
 * chunk fills, each insert reserves the next chunk of a few columns. */
#include "base/assert.h"
#include "base/error.h"
#include "store/decay.h"
#include "store/table_impl.h"

/* ---- Columns ---- */

static uint32_t columns_of_schema(const tn_schema *schema) {
    uint32_t count = 2 + schema->decay_count + schema->plain_sum_count; /* joined, last_seen */
    for (uint32_t i = 0; i < schema->attribute_count; i++)
        count += schema->attributes[i].type == TN_ATTRIBUTE_BOOL ? 2 : 1;
    for (uint32_t i = 0; i < schema->action_count; i++) {
        const uint32_t needs = schema->actions[i].needs;
        count += 2; /* count, last */
        count += (needs & TN_NEED_FIRST) != 0;
        count += (needs & TN_NEED_SUM) != 0;
        count += (needs & TN_NEED_LAST_VALUE) != 0;
    }
    if (schema->has_transactions) count += schema->has_refunds ? 8 : 7;
    return count;
}

static tn_column *column_take(tn_table *table, tn_physical physical) {
    tn_column *column = &table->columns[table->columns_taken++];
    tn_column_init(column, table->heap, physical);
    return column;
}

/* A column whose rows start at 0. */
static tn_column *column_take_zero(tn_table *table, tn_physical physical) {
    tn_column *column = &table->columns[table->columns_taken++];
    tn_column_init_zero(column, table->heap, physical);
    return column;
}

static tn_status attributes_init(tn_table *table, const tn_schema *schema,
                                 const tn_hash_secret *secret) {
    for (uint32_t i = 0; i < schema->attribute_count; i++) {
        tn_table_attribute *attribute = &table->attributes[i];
        attribute->spec = schema->attributes[i];
        attribute->column = column_take(table, tn_attribute_physical(attribute->spec.type));
        if (attribute->spec.type == TN_ATTRIBUTE_BOOL)
            attribute->validity = column_take(table, TN_PHYSICAL_BITS);
        if (attribute->spec.type == TN_ATTRIBUTE_CATEGORY)
            TN_TRY(tn_dict_create(table->heap, secret, &attribute->dict));
    }
    return TN_OK;
}

static void actions_init(tn_table *table, const tn_schema *schema) {
    for (uint32_t i = 0; i < schema->action_count; i++) {
        const tn_action_spec *spec = &schema->actions[i];
        tn_activity *activity = &table->actions[i].activity;
        table->actions[i].is_by_company = spec->is_by_company;
        activity->count = column_take(table, TN_PHYSICAL_U32);
        activity->last = column_take(table, TN_PHYSICAL_I64);
        if (spec->needs & TN_NEED_FIRST) activity->first = column_take(table, TN_PHYSICAL_I64);
        if (spec->needs & TN_NEED_SUM) activity->sum = column_take_zero(table, TN_PHYSICAL_F64);
        if (spec->needs & TN_NEED_LAST_VALUE)
            activity->last_value = column_take(table, TN_PHYSICAL_F64);
    }
}

static void transactions_init(tn_table *table, bool has_refunds) {
    table->has_transactions = true;
    table->transactions = (tn_transactions){
        .heap = {.heap = table->heap},
        .repeats = column_take(table, TN_PHYSICAL_U32),
        .first_day = column_take(table, TN_PHYSICAL_I32),
        .last_day = column_take(table, TN_PHYSICAL_I32),
        .repeat_value = column_take(table, TN_PHYSICAL_F64),
        .monetary = column_take(table, TN_PHYSICAL_F64),
        .first_value = column_take(table, TN_PHYSICAL_F64),
        .days = column_take_zero(table, TN_PHYSICAL_I64),
    };
    if (has_refunds) table->transactions.ledgers = column_take_zero(table, TN_PHYSICAL_I64);
}

/* ---- The whole ---- */

/* The arrays of the table; one element more than needed, because none may be empty. */
static tn_status arrays_create(tn_table *table, const tn_schema *schema) {
    tn_heap *heap = table->heap;
    table->column_count = columns_of_schema(schema);
    table->attribute_count = schema->attribute_count;
    table->action_count = schema->action_count;
    table->decay_count = schema->decay_count;
    table->plain_count = schema->plain_sum_count;
    table->columns = tn_alloc_array(heap, table->column_count + 1u, sizeof *table->columns);
    table->attributes =
        tn_alloc_array(heap, table->attribute_count + 1u, sizeof *table->attributes);
    table->actions = tn_alloc_array(heap, table->action_count + 1u, sizeof *table->actions);
    table->decays = tn_alloc_array(heap, table->decay_count + 1u, sizeof *table->decays);
    table->plain = tn_alloc_array(heap, table->plain_count + 1u, sizeof(tn_column *));
    const bool is_whole = table->columns != NULL && table->attributes != NULL &&
                          table->actions != NULL && table->decays != NULL && table->plain != NULL;
    return is_whole ? TN_OK : TN_OUT_OF_MEMORY;
}

tn_status tn_table_layout_init(tn_table *table, const tn_schema *schema,
                               const tn_hash_secret *secret) {
    tn_column_init(&table->live, table->heap, TN_PHYSICAL_BITS);
    TN_TRY(arrays_create(table, schema));
    TN_TRY(attributes_init(table, schema, secret));
    actions_init(table, schema);
    for (uint32_t i = 0; i < schema->decay_count; i++) {
        TN_ASSERT(schema->decays[i].half_life_ms > 0);
        table->decays[i].half_life_ms = schema->decays[i].half_life_ms;
        table->decays[i].column = column_take_zero(table, TN_PHYSICAL_F64);
    }
    for (uint32_t i = 0; i < schema->plain_sum_count; i++)
        table->plain[i] = column_take_zero(table, TN_PHYSICAL_F64);
    table->joined = column_take(table, TN_PHYSICAL_I64);
    table->last_seen = column_take(table, TN_PHYSICAL_I64);
    if (schema->has_transactions) transactions_init(table, schema->has_refunds);
    TN_ASSERT(table->columns_taken == table->column_count);
    return TN_OK;
}

void tn_table_layout_deinit(tn_table *table) {
    tn_heap *heap = table->heap;
    if (table->columns != NULL)
        for (uint32_t i = 0; i < table->column_count; i++)
            tn_column_deinit(&table->columns[i]);
    tn_column_deinit(&table->live);
    if (table->attributes != NULL)
        for (uint32_t i = 0; i < table->attribute_count; i++)
            tn_dict_destroy(table->attributes[i].dict);
    for (size_t i = 0; i < table->reference_count; i++)
        tn_free(heap, table->references[i], (table->decay_count + 1u) * sizeof(int64_t));
    tn_free(heap, table->references, table->reference_capacity * sizeof *table->references);
    tn_free(heap, table->columns, (table->column_count + 1u) * sizeof *table->columns);
    tn_free(heap, table->attributes, (table->attribute_count + 1u) * sizeof *table->attributes);
    tn_free(heap, table->actions, (table->action_count + 1u) * sizeof *table->actions);
    tn_free(heap, table->decays, (table->decay_count + 1u) * sizeof *table->decays);
    tn_free(heap, table->plain, (table->plain_count + 1u) * sizeof(tn_column *));
}

/* ---- Chunks ---- */

static tn_status references_reserve(tn_table *table, size_t rows) {
    const size_t want = (rows + TN_CHUNK_ROWS - 1) / TN_CHUNK_ROWS;
    while (table->reference_count < want) {
        void *list = table->references;
        if (!tn_array_reserve(table->heap, &list, &table->reference_capacity,
                              table->reference_count + 1, sizeof *table->references))
            return TN_OUT_OF_MEMORY;
        table->references = list;
        int64_t *references =
            tn_alloc_array(table->heap, table->decay_count + 1u, sizeof *references);
        if (references == NULL) return TN_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < table->decay_count; i++)
            references[i] = TN_DECAY_UNSET;
        table->references[table->reference_count++] = references;
    }
    return TN_OK;
}

tn_status tn_table_layout_reserve(tn_table *table, size_t rows) {
    if (rows <= table->reserved_rows) return TN_OK;
    TN_TRY(tn_ids_reserve(&table->ids, rows));
    TN_TRY(references_reserve(table, rows));
    for (uint32_t i = 0; i < table->column_count; i++)
        TN_TRY(tn_column_reserve(&table->columns[i], rows));
    TN_TRY(tn_column_reserve(&table->live, rows));
    table->reserved_rows = table->live.chunk_count * TN_CHUNK_ROWS;
    return TN_OK;
}

void tn_table_layout_reserve_ahead(tn_table *table, uint32_t row) {
    const uint32_t half = TN_CHUNK_ROWS / 2;
    const uint32_t offset = row % TN_CHUNK_ROWS;
    if (offset < half) return;
    const size_t rows = (size_t)row - offset + TN_CHUNK_ROWS + 1;
    const uint32_t from = (offset - half) * table->column_count / half;
    const uint32_t to = (offset - half + 1) * table->column_count / half;
    for (uint32_t i = from; i < to; i++)
        if (tn_column_reserve(&table->columns[i], rows) != TN_OK) return; /* tried again in time */
}
