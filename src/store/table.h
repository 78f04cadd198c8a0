/* table.h: one shard's customers: index, ids, columns, accumulators, transaction days.
 *
 * One owner thread. A row number names a customer as long as it lives; removed rows are reused. The
 * schema is copied. Every write is whole or not at all: what can run out of memory is reserved
 * before anything is changed. */
#ifndef TN_STORE_TABLE_H
#define TN_STORE_TABLE_H

#include "base/hash.h"
#include "store/column.h"
#include "store/dict.h"
#include "store/schema.h"

#include <tenure/status.h>
#include <tenure/types.h>

#define TN_NO_ROW UINT32_MAX

typedef struct tn_table tn_table;

/* `secret` starts the index's hash; a re-key draws a new one from the operating system. */
tn_status tn_table_create(tn_heap *heap, const tn_schema *schema, const tn_hash_secret *secret,
                          tn_table **out) TN_MUST_CHECK;
void tn_table_destroy(tn_table *table); /* NULL is allowed */

/* ---- Customers ---- */

/* Rows ever used: every row is below this. */
uint32_t tn_table_row_count(const tn_table *table);
uint32_t tn_table_customer_count(const tn_table *table);
/* Live rows of a chunk as TN_CHUNK_ROWS bits. */
const uint64_t *tn_table_live_words(const tn_table *table, size_t chunk);
size_t tn_table_chunk_count(const tn_table *table);
bool tn_table_is_live(const tn_table *table, uint32_t row);

uint32_t tn_table_find(const tn_table *table, tn_str id);
/* rows[i] of ids[i], TN_NO_ROW where missing; looked up in sub-batches of 128 with prefetch. */
void tn_table_find_many(const tn_table *table, const tn_str *ids, size_t count, uint32_t *rows);
/* The row of `id`, created when it is new (*created, may be NULL). The id is 1 to TN_ID_SIZE_MAX
 * bytes, already validated. New ones past TN_CUSTOMERS_PER_SHARD_MAX: TN_TOO_LARGE. */
tn_status tn_table_put(tn_table *table, tn_str id, uint32_t *row, bool *created) TN_MUST_CHECK;
/* The same for many, with prefetch; on failure rows before the failing one exist. */
tn_status tn_table_put_many(tn_table *table, const tn_str *ids, size_t count,
                            uint32_t *rows) TN_MUST_CHECK;
void tn_table_remove(tn_table *table, uint32_t row);
/* Borrowed until the next change of the table. */
tn_str tn_table_id(const tn_table *table, uint32_t row);

/* ---- Attributes ---- */

/* A value of the attribute's type (NUMBER for int and float, TEXT for category), or a null, which
 * clears. `keep` decides. TN_BAD_ARGUMENT when a kept sum leaves the range of the type. */
tn_status tn_table_attribute_put(tn_table *table, uint32_t row, uint32_t attribute,
                                 const tn_value *value) TN_MUST_CHECK;
/* Everything that can fail in tn_table_attribute_put of this value to this row (TN_NO_ROW: a
 * customer to come), done before: afterwards the put succeeds. Changes nothing that can be read. */
tn_status tn_table_attribute_reserve(tn_table *table, uint32_t row, uint32_t attribute,
                                     const tn_value *value) TN_MUST_CHECK;
void tn_table_attribute_get(const tn_table *table, uint32_t row, uint32_t attribute, tn_value *out);
/* NULL when the attribute is not a category. */
const tn_dict *tn_table_attribute_dict(const tn_table *table, uint32_t attribute);

/* ---- Events ---- */

/* One event, whole: everything that it changes. */
typedef struct tn_decay_add {
    uint32_t sum;  /* decay index, or plain sum index */
    double weight; /* finite */
} tn_decay_add;
typedef struct tn_event_update {
    uint32_t action;
    int64_t at_ms;
    double value;               /* NaN for an action without value */
    const tn_decay_add *decays; /* the sums with half-life that it adds to */
    size_t decay_count;
    const tn_decay_add *plain; /* the sums without */
    size_t plain_count;
    bool is_transaction; /* `day` and `value` make a transaction … */
    bool is_refund;      /* … or reduce one */
    int32_t day;         /* the calendar day of at_ms in the model's zone */
} tn_event_update;

/* TN_OUT_OF_MEMORY changes nothing. The order of events does not matter (SPEC 5.1, 5.3, 8). */
tn_status tn_table_event_apply(tn_table *table, uint32_t row,
                               const tn_event_update *update) TN_MUST_CHECK;
/* Fetches the cache lines that an event will touch. */
void tn_table_event_prefetch(const tn_table *table, uint32_t row, uint32_t action);

/* ---- Columns for scans ---- */

typedef enum tn_table_column_kind {
    TN_TABLE_ATTRIBUTE,    /* index: attribute */
    TN_TABLE_COUNT,        /* U32; index: action */
    TN_TABLE_FIRST,        /* I64 ms; with TN_NEED_FIRST */
    TN_TABLE_LAST,         /* I64 ms */
    TN_TABLE_SUM,          /* F64, 0 without events; with TN_NEED_SUM */
    TN_TABLE_LAST_VALUE,   /* F64, NaN without; with TN_NEED_LAST_VALUE */
    TN_TABLE_DECAY,        /* F64 against the chunk's reference; index: decay */
    TN_TABLE_PLAIN,        /* F64; index: plain sum */
    TN_TABLE_JOINED,       /* I64 ms: first event by the customer */
    TN_TABLE_LAST_SEEN,    /* I64 ms: last event by the customer */
    TN_TABLE_REPEATS,      /* U32: x, transaction days less one; 0 without transactions */
    TN_TABLE_FIRST_DAY,    /* I32 days, null without transactions */
    TN_TABLE_LAST_DAY,     /* I32 days */
    TN_TABLE_REPEAT_VALUE, /* F64: value of the repeat transaction days, less refunds; null without
                              transactions */
    TN_TABLE_MONETARY,     /* F64: value of all transactions less all refunds; likewise */
} tn_table_column_kind;

typedef struct tn_table_column {
    const tn_column *column;
    const tn_column *validity; /* BITS: rows that are not null; NULL when none is kept */
} tn_table_column;

/* False when the table keeps no such column. */
bool tn_table_column_find(const tn_table *table, tn_table_column_kind kind, uint32_t index,
                          tn_table_column *out);
/* The factor 2^−((as_of − reference) / half-life) that turns a chunk's decayed sums into weights.
 */
double tn_table_decay_scale(const tn_table *table, uint32_t decay, size_t chunk, int64_t as_of_ms);

/* ---- Transaction days ---- */

/* The customer's transaction days up to and including `day_max`, ascending, with the value of each
 * less its refunds up to day_max; calls visit for each. Values are exact when the table keeps them
 * (has_refunds), else NaN except of the first day. */
typedef void tn_day_visit(void *context, int32_t day, double value);
void tn_table_days_visit(const tn_table *table, uint32_t row, int32_t day_max, tn_day_visit *visit,
                         void *context);

/* ---- Accounts ---- */

typedef struct tn_table_stats {
    size_t index_bytes, id_bytes, attribute_bytes, accumulator_bytes, day_bytes, dictionary_bytes;
    size_t raw_bytes; /* what ids and columns of the live customers need at the least */
    uint64_t index_slots;
    uint64_t rekeys, resizes;
    uint32_t moved_max; /* most slots moved by one operation while growing or re-keying */
    uint32_t probe_max; /* longest probe of an insert, in buckets */
} tn_table_stats;
void tn_table_stats_get(const tn_table *table, tn_table_stats *out);

#endif
