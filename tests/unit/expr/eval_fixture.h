/* eval_fixture.h: one customer, against whom an expression is compiled and run. */
#ifndef TESTS_UNIT_EXPR_EVAL_FIXTURE_H
#define TESTS_UNIT_EXPR_EVAL_FIXTURE_H

#include "expr/expr.h"

/* The customer: age 30, no income, acquisition_cost 12.5, country 'DE', no interest, channel
 * 'Web-Shop', newsletter null, born 1990-02-28, no warranty_ends, score.engagement -2.5, clv.value
 * 250, clv.p_alive 0.75, grade.lead SQL, stage.journey lapsed (an exit), rfm.segment null,
 * trait.tier 'high', trait.renewal 2026-03-29 01:30:00 UTC, trait.pause 36 h, segment.vip true.
 * Visits: 3, first 2026-01-10 08:00, last 2026-01-31 12:00 UTC. Purchases: 2 worth 70, at the same
 * times as the visits, last value 40. No refund, no email_open. joined 2026-01-10 08:00, last_seen
 * 2026-01-31 12:00. decayed(x, h) is 1.5 for visits, 0 otherwise. Tiles: cuts at 100, 200, 300.
 * As-of 2026-03-28 23:30 UTC. The id is "c-1". */

/* Compiles and runs a bool expression in a zone; fails the test when it cannot. */
bool fixture_holds(const char *text, const tn_scope *scope, const char *zone);

#endif
