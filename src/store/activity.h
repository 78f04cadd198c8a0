/* activity.h: what is kept of each action: its accumulators, and how an event changes them. The
 * order of events does not matter, except for the last bits of a sum. One owner thread. */
#ifndef TN_STORE_ACTIVITY_H
#define TN_STORE_ACTIVITY_H

#include "store/column.h"

/* The columns of one action; NULL where none is kept. */
typedef struct tn_activity {
    tn_column *count;      /* U32; stays at its largest value once it is reached */
    tn_column *last;       /* I64 ms */
    tn_column *first;      /* I64 ms */
    tn_column *sum;        /* F64, 0 without events */
    tn_column *last_value; /* F64: of the last event; at equal times the largest */
} tn_activity;

/* `value` NaN is an event without a value: it adds nothing to the sum. */
void tn_activity_add(const tn_activity *activity, uint32_t row, int64_t at_ms, double value);
void tn_activity_prefetch(const tn_activity *activity, uint32_t row);

/* The first and last event by the customer. */
void tn_activity_seen(const tn_column *joined, const tn_column *last_seen, uint32_t row,
                      int64_t at_ms);

#endif
