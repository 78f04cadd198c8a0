/* expr_fixture.h: the scope that the tests of the language and the examples of docs/expressions.md
 * speak about. */
#ifndef TESTS_UNIT_EXPR_FIXTURE_H
#define TESTS_UNIT_EXPR_FIXTURE_H

#include "expr/expr.h"

/* Attributes: age, income, acquisition_cost (number), country, interest, channel (text), newsletter
 * (bool), born, warranty_ends (date). Derived: score.engagement, clv.value, clv.p_alive (number),
 * grade.lead (MQL < SQL), stage.journey (awareness < purchase < retention < loyalty, exits lapsed
 * and blocked), rfm.segment (Others < Champions), trait.tier (text), trait.renewal (time),
 * trait.pause (duration), segment.vip (bool). Actions: visit and email_open without, purchase and
 * refund with a value. */
const tn_scope *fixture_scope(void);
/* The same where undeclared actions never happened (presets). */
const tn_scope *fixture_lenient_scope(void);
/* An event's: value (number), category (text). */
const tn_scope *fixture_event_scope(void);

extern const tn_levels fixture_grades;
extern const tn_levels fixture_stages;

/* Parses and checks; on failure the tree is NULL. */
typedef struct fixture_result {
    tn_arena arena;
    tn_expr *tree;
    tn_status status;
    tn_expr_position where;
    tn_error error;
} fixture_result;

void fixture_parse(fixture_result *result, const char *text);
void fixture_check(fixture_result *result, const char *text, const tn_scope *scope);
void fixture_release(fixture_result *result);

/* The tree with its shape only, as "(+ a (* b c))"; into `out`, cut to size. */
void fixture_shape(const tn_expr *tree, char *out, size_t size);

#endif
