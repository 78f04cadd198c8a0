/* check.h: the parts of the type check. Private to the expression language. */
#ifndef TN_EXPR_CHECK_H
#define TN_EXPR_CHECK_H

#include "expr/ast.h"

typedef struct tn_checker {
    tn_arena *arena;
    const tn_scope *scope;
    tn_complaint complaint;
} tn_checker;

/* ---- check_names.c: what names mean ---- */

/* COLUMN, NOW, JOINED, LAST_SEEN. */
tn_status tn_check_name(const tn_checker *ck, tn_expr *node) TN_MUST_CHECK;
/* COUNT to AFTER. An unknown action becomes a literal where the scope wants it so. */
tn_status tn_check_action(const tn_checker *ck, tn_expr *node) TN_MUST_CHECK;
/* Refuses what an event does not know (`word` names it) where the scope is an event's. */
tn_status tn_check_beyond_event(const tn_checker *ck, const tn_expr *node) TN_MUST_CHECK;
/* Makes the TEXT literal a literal of `levels`. */
tn_status tn_check_level_literal(const tn_checker *ck, tn_expr *literal,
                                 const tn_levels *levels) TN_MUST_CHECK;

/* ---- check_types.c: which types go together ---- */

/* "a number", "a text" … */
const char *tn_type_phrase(tn_type type);
/* Refuses `node` where `want` stands; `who` ("log", "and") is quoted in the message. */
tn_status tn_check_refuse(const tn_checker *ck, const tn_expr *node, tn_type want, const char *who);
/* What to write to get from this node to `want`, with ": " in front; "" when there is nothing. */
const char *tn_type_advice(const tn_expr *node, tn_type want);
/* The node at *slot has type `want`, perhaps after a date became a time or a level a text. */
tn_status tn_check_want(const tn_checker *ck, tn_expr **slot, tn_type want,
                        const char *who) TN_MUST_CHECK;
/* Brings slots to one type (date to time, level to text). With `literals_are_levels`, text literals
 * beside a level are names of its levels. */
tn_status tn_check_unify(const tn_checker *ck, tn_expr **slots, uint32_t count,
                         bool literals_are_levels, const char *who) TN_MUST_CHECK;
/* EQ to IN. */
tn_status tn_check_comparison(const tn_checker *ck, tn_expr *node) TN_MUST_CHECK;

/* ---- check_arith.c: + - * / and unary minus, and duration literals folded ---- */

tn_status tn_check_arithmetic(const tn_checker *ck, tn_expr *node) TN_MUST_CHECK;

#endif
