/* column_set.h: the derived columns of one shard as one epoch has them.
 *
 * A scorer has two sets a shard: one is published, the other one is written by the next run. Rows
 * that are not covered (removed, or put after the run) are null in every column; `covered` says so,
 * since a bool column has no null of its own. One owner thread, that of the shard. */
#ifndef TN_SCORING_COLUMN_SET_H
#define TN_SCORING_COLUMN_SET_H

#include "scoring/plan.h"

typedef struct tn_column_set {
    tn_heap *heap;
    tn_column *columns; /* derived, then hidden */
    uint32_t derived_count;
    uint32_t column_count;
    tn_column covered;  /* BITS */
    uint32_t row_count; /* that the last run went over */
} tn_column_set;

/* `derived` (may be NULL: none) are those of a model, `hidden_count` the F64 columns behind them.
 */
tn_status tn_column_set_init(tn_column_set *set, tn_heap *heap, const tn_model *derived,
                             uint32_t hidden_count) TN_MUST_CHECK;
void tn_column_set_deinit(tn_column_set *set);
/* Room for `rows` rows in every column; on TN_OUT_OF_MEMORY what is there stays as it is. */
tn_status tn_column_set_reserve(tn_column_set *set, uint32_t rows) TN_MUST_CHECK;
void tn_column_set_clear_row(tn_column_set *set, uint32_t row);
bool tn_column_set_covers(const tn_column_set *set, uint32_t row);
size_t tn_column_set_bytes(const tn_column_set *set);
tn_column *tn_column_set_derived(const tn_column_set *set, uint32_t index);
tn_column *tn_column_set_hidden(const tn_column_set *set, uint32_t index);

#endif
