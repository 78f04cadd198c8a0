/* transactions.h: the transaction summary of each customer (SPEC 5.3), kept up to date event by
 * event in any order of arrival. One owner thread. */
#ifndef TN_STORE_TRANSACTIONS_H
#define TN_STORE_TRANSACTIONS_H

#include "store/column.h"
#include "store/days.h"
#include "store/ledger.h"

typedef struct tn_transactions {
    tn_day_heap heap;
    /* Public columns of the table. */
    tn_column *repeats;      /* U32 */
    tn_column *first_day;    /* I32 */
    tn_column *last_day;     /* I32 */
    tn_column *repeat_value; /* F64, null without transactions */
    tn_column *monetary;     /* F64, null without transactions */
    /* Private ones. */
    tn_column *first_value; /* F64: value of the first day, refunds not taken off */
    tn_column *days;        /* I64: a tn_days, the days between the first and the last */
    tn_column *ledgers;     /* I64: a tn_ledger *; NULL when the table keeps no refunds */
} tn_transactions;

/* A transaction or a refund of `value` on `day`, in two steps: after a reserve the add cannot fail.
 * TN_OUT_OF_MEMORY changes nothing; TN_BAD_ARGUMENT for a day beyond TN_DAY_MIN … TN_DAY_MAX. */
tn_status tn_transactions_reserve(tn_transactions *transactions, uint32_t row, int32_t day,
                                  bool is_refund) TN_MUST_CHECK;
void tn_transactions_add(tn_transactions *transactions, uint32_t row, int32_t day, double value,
                         bool is_refund);
/* Fetches the cache lines of a row's columns. */
void tn_transactions_prefetch(const tn_transactions *transactions, uint32_t row);
/* Releases what a row holds outside its columns; the columns are the caller's to clear. */
void tn_transactions_release(tn_transactions *transactions, uint32_t row);

/* Visits the transaction days up to day_max; refunds after day_max do not count. */
typedef void tn_transaction_visit(void *context, int32_t day, double value);
void tn_transactions_each(const tn_transactions *transactions, uint32_t row, int32_t day_max,
                          tn_transaction_visit *visit, void *context);

#endif
