/* fit_verdict.h: what an optimum means, in a sentence. */
#ifndef TN_BTYD_FIT_VERDICT_H
#define TN_BTYD_FIT_VERDICT_H

#include "btyd/fit_newton.h"

#include <tenure/btyd.h>

/* Whether a parameter ended at a bound or beyond what any population looks like. */
bool tn_verdict_is_at_edge(tn_purchase_model model, const tn_newton_result *result);

/* Whether the data might be as likely without dropout: a (or s) is badly determined. */
bool tn_verdict_needs_dropout_test(const tn_newton_result *result);

/* Fills at_boundary and verdict; `dropout_gain` is what dropout adds to the log-likelihood. */
void tn_verdict_of_purchases(tn_purchase_model model, const tn_newton_result *result,
                             double repeats, double dropout_gain, tn_fit_report *report);
void tn_verdict_of_spend(const tn_newton_result *result, tn_fit_report *report);

#endif
