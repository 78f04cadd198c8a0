/* ledger.h: what a customer's transaction days were worth, where refunds may still reduce them: the
 * value of each day after the first, and the refunds by day. A refund counts against the latest
 * transaction day not after it; that day may yet arrive, so refunds are kept as they came.
 *
 * 16 bytes, 8 a repeat transaction day, 12 a day with refunds, with slack. Customers with one
 * transaction day and no refund have none. One owner thread. */
#ifndef TN_STORE_LEDGER_H
#define TN_STORE_LEDGER_H

#include "store/days.h"

typedef struct tn_ledger tn_ledger;

/* Room for `values` values and, when `refund_day` is one without refunds yet (INT32_MIN for none),
 * for it. The ledger, which may be NULL and holds `held` values, stays equal. */
tn_status tn_ledger_reserve(tn_day_heap *heap, tn_ledger **ledger, uint32_t held, uint32_t values,
                            int32_t refund_day) TN_MUST_CHECK;
void tn_ledger_release(tn_day_heap *heap, tn_ledger **ledger);

/* The values of the `held` repeat transaction days, in the order of days. NULL for no ledger. */
const double *tn_ledger_values(const tn_ledger *ledger);
void tn_ledger_value_add(tn_ledger *ledger, uint32_t index, double value);
void tn_ledger_value_put(tn_ledger *ledger, uint32_t held, uint32_t index, double value);
void tn_ledger_refund_add(tn_ledger *ledger, int32_t day, double amount);

/* Days with refunds; 0 for no ledger. */
uint32_t tn_ledger_refund_count(const tn_ledger *ledger);
int32_t tn_ledger_refund_day(const tn_ledger *ledger, uint32_t index); /* ascending */
double tn_ledger_refund(const tn_ledger *ledger, uint32_t index);

#endif
