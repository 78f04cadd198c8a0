/* table_impl.h: what the table_*.c files share. No other file includes it. */
#ifndef TN_STORE_TABLE_IMPL_H
#define TN_STORE_TABLE_IMPL_H

#include "store/activity.h"
#include "store/ids.h"
#include "store/index.h"
#include "store/table.h"
#include "store/transactions.h"

typedef struct tn_table_attribute {
    tn_attribute_spec spec;
    tn_column *column;
    tn_column *validity; /* NULL: the null of the type says it */
    tn_dict *dict;       /* of a category */
} tn_table_attribute;

typedef struct tn_table_action {
    tn_activity activity;
    bool is_by_company;
} tn_table_action;

typedef struct tn_table_decay {
    tn_column *column;
    double half_life_ms;
} tn_table_decay;

struct tn_table {
    tn_heap *heap;
    tn_ids ids;
    tn_index index;
    uint32_t row_count;
    uint32_t customer_count;
    uint32_t free_row; /* first of the chain of removed rows, TN_NO_ROW at its end */

    /* Every column of customers, one after the other; the pointers below lead into it. */
    tn_column *columns;
    uint32_t column_count;
    uint32_t columns_taken; /* handed out so far, while the table is created */
    tn_column live;         /* BITS */
    size_t reserved_rows;   /* of every column */

    tn_table_attribute *attributes;
    uint32_t attribute_count;
    tn_table_action *actions;
    uint32_t action_count;
    tn_table_decay *decays;
    uint32_t decay_count;
    tn_column **plain;
    uint32_t plain_count;
    tn_column *joined;
    tn_column *last_seen;
    bool has_transactions;
    tn_transactions transactions;

    /* By chunk: the reference of each decay's sums, in half-lives. */
    int64_t **references;
    size_t reference_count;
    size_t reference_capacity;
};

/* table_layout.c: the columns that a schema asks for. On failure tn_table_layout_deinit undoes. */
tn_status tn_table_layout_init(tn_table *table, const tn_schema *schema,
                               const tn_hash_secret *secret) TN_MUST_CHECK;
void tn_table_layout_deinit(tn_table *table);
/* Chunks of every column for `rows` rows. */
tn_status tn_table_layout_reserve(tn_table *table, size_t rows) TN_MUST_CHECK;
/* A part of the work of reserving the chunk after that of `row`, so that its first row finds it. */
void tn_table_layout_reserve_ahead(tn_table *table, uint32_t row);

#endif
