/* oracle_parts.h: what model_oracle.c and oracle_worth.c share. */
#ifndef TESTS_SUPPORT_ORACLE_PARTS_H
#define TESTS_SUPPORT_ORACLE_PARTS_H

#include "support/model_oracle.h"

void *oracle_must(void *memory);
tn_oracle_value oracle_within(double number, double slack);
tn_oracle_value oracle_level(double rank);
/* Whether an event is one of an action: itself, or one derived from it. */
bool oracle_is_of(model_oracle *oracle, const oracle_event *event, uint32_t action);
tn_oracle_value oracle_customer_eval(model_oracle *oracle, const oracle_customer *customer,
                                     const tn_expr *expr, bool *is_unsure);
/* The type-7 quantiles of `numbers`, which are sorted in place. */
void oracle_cuts_fill(oracle_cuts *cuts, double *numbers, size_t count, uint32_t n,
                      tn_arena *arena);
tn_oracle_value oracle_bin(const oracle_cuts *cuts, tn_oracle_value x, bool lower_inclusive,
                           bool *is_unsure);

/* ---- oracle_worth.c: transactions, RFM and CLV (SPEC 5.3 to 5.8) ---- */

/* Cuts and means over the base. */
void oracle_worth_prepare(model_oracle *oracle);
/* An rfm or clv column. */
tn_oracle_value oracle_worth_of(model_oracle *oracle, const oracle_customer *customer,
                                tn_derived_kind kind, bool *is_unsure);

#endif
