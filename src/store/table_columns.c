/* table_columns.c: columns by name for scans, and what they cost. */
#include "store/table_impl.h"

static const tn_column *action_column(const tn_activity *activity, tn_table_column_kind kind) {
    switch (kind) {
    case TN_TABLE_COUNT:
        return activity->count;
    case TN_TABLE_FIRST:
        return activity->first;
    case TN_TABLE_LAST:
        return activity->last;
    case TN_TABLE_SUM:
        return activity->sum;
    case TN_TABLE_LAST_VALUE:
        return activity->last_value;
    default:
        return NULL;
    }
}

static const tn_column *transaction_column(const tn_transactions *transactions,
                                           tn_table_column_kind kind) {
    switch (kind) {
    case TN_TABLE_REPEATS:
        return transactions->repeats;
    case TN_TABLE_FIRST_DAY:
        return transactions->first_day;
    case TN_TABLE_LAST_DAY:
        return transactions->last_day;
    case TN_TABLE_REPEAT_VALUE:
        return transactions->repeat_value;
    case TN_TABLE_MONETARY:
        return transactions->monetary;
    default:
        return NULL;
    }
}

static const tn_column *column_find(const tn_table *table, tn_table_column_kind kind,
                                    uint32_t index) {
    switch (kind) {
    case TN_TABLE_ATTRIBUTE:
        return index < table->attribute_count ? table->attributes[index].column : NULL;
    case TN_TABLE_COUNT:
    case TN_TABLE_FIRST:
    case TN_TABLE_LAST:
    case TN_TABLE_SUM:
    case TN_TABLE_LAST_VALUE:
        if (index >= table->action_count) return NULL;
        return action_column(&table->actions[index].activity, kind);
    case TN_TABLE_DECAY:
        return index < table->decay_count ? table->decays[index].column : NULL;
    case TN_TABLE_PLAIN:
        return index < table->plain_count ? table->plain[index] : NULL;
    case TN_TABLE_JOINED:
        return table->joined;
    case TN_TABLE_LAST_SEEN:
        return table->last_seen;
    case TN_TABLE_REPEATS:
    case TN_TABLE_FIRST_DAY:
    case TN_TABLE_LAST_DAY:
    case TN_TABLE_REPEAT_VALUE:
    case TN_TABLE_MONETARY:
        return transaction_column(&table->transactions, kind);
    }
    return NULL;
}

bool tn_table_column_find(const tn_table *table, tn_table_column_kind kind, uint32_t index,
                          tn_table_column *out) {
    const tn_column *column = column_find(table, kind, index);
    if (column == NULL) return false;
    const tn_column *validity =
        kind == TN_TABLE_ATTRIBUTE ? table->attributes[index].validity : NULL;
    *out = (tn_table_column){.column = column, .validity = validity};
    return true;
}

/* ---- Accounts ---- */

/* Bits that one customer takes in a column. */
static size_t row_bits(const tn_column *column) {
    return tn_chunk_bytes(column->physical) * 8 / TN_CHUNK_ROWS;
}

static void attributes_count(const tn_table *table, tn_table_stats *out) {
    for (uint32_t i = 0; i < table->attribute_count; i++) {
        const tn_table_attribute *attribute = &table->attributes[i];
        out->attribute_bytes += tn_column_bytes(attribute->column);
        if (attribute->validity != NULL)
            out->attribute_bytes += tn_column_bytes(attribute->validity);
        if (attribute->dict != NULL) out->dictionary_bytes += tn_dict_bytes(attribute->dict);
    }
}

static size_t id_bytes_live(const tn_table *table) {
    size_t bytes = 0;
    for (uint32_t row = 0; row < table->row_count; row++)
        if (tn_table_is_live(table, row)) bytes += tn_ids_get(&table->ids, row).size;
    return bytes;
}

void tn_table_stats_get(const tn_table *table, tn_table_stats *out) {
    *out = (tn_table_stats){
        .index_bytes = tn_index_bytes(&table->index),
        .id_bytes = tn_ids_bytes(&table->ids),
        .day_bytes = table->transactions.heap.bytes,
        .index_slots = tn_index_slots(&table->index),
        .rekeys = table->index.rekeys,
        .resizes = table->index.resizes,
        .moved_max = table->index.moved_max,
        .probe_max = table->index.probe_max,
    };
    attributes_count(table, out);
    size_t bits = 0;
    for (uint32_t i = 0; i < table->column_count; i++) {
        const tn_column *column = &table->columns[i];
        if (column == table->transactions.days || column == table->transactions.ledgers) {
            out->day_bytes += tn_column_bytes(column);
            continue;
        }
        out->accumulator_bytes += tn_column_bytes(column);
        bits += row_bits(column);
    }
    out->accumulator_bytes += tn_column_bytes(&table->live);
    out->accumulator_bytes -= out->attribute_bytes;
    out->raw_bytes = id_bytes_live(table) + table->customer_count * bits / 8;
}
