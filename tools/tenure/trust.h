/* trust.h: can you trust it? Learns from the data up to a day and holds what it predicts against
 * what happened after. */
#ifndef TN_TOOLS_TRUST_H
#define TN_TOOLS_TRUST_H

#include "fixed.h"

#include <tenure/engine.h>

enum { TN_TRUST_GROUPS = 8, TN_TRUST_REASON_SIZE = 256 }; /* 0, 1, … 6, 7 and more repeats */

typedef struct tn_trust_group {
    uint64_t customers;
    uint64_t actual_purchases; /* transaction days after the cut */
    tn_total predicted_purchases;
    tn_total predicted_money, actual_money;
} tn_trust_group;

typedef struct tn_trust {
    bool is_available;
    char reason[TN_TRUST_REASON_SIZE];   /* why not */
    int32_t learned_until, tested_until; /* days, both included */
    double horizon;                      /* between them, in units */
    bool has_money;                      /* the spend model could be fitted */
    tn_purchase_fit_result purchases;
    tn_spend_fit_result spend;
    tn_trust_group groups[TN_TRUST_GROUPS]; /* by repeats up to the cut */
    tn_trust_group all;
    double seconds;
} tn_trust;

enum { TN_TRUST_MIDDLE = INT32_MIN };

/* `until_day`: the last day to learn from, or TN_TRUST_MIDDLE for the middle of the span of the
 * transactions. The engine keeps day values and has a CLV model. A day outside the span is
 * TN_BAD_ARGUMENT; data that cannot be learned from are no error: see `reason`. */
tn_status tn_trust_test(const tn_engine *engine, int32_t until_day, tn_trust *trust,
                        tn_error *error) TN_MUST_CHECK;

#endif
