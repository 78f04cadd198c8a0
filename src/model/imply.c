/* Conditions are taken apart at and / or; what is left are comparisons of one value with constants,
 * which are ranges and sets of that value: one implies another when it lies within. A comparison
 * with null is false, so a comparison also says that the value is there. */
#include "model/imply.h"

#include "base/bytes.h"

#include <math.h>

/* ---- The same tree ---- */

static bool same_literal(const tn_expr *a, const tn_expr *b) {
    switch (a->kind) {
    case TN_NODE_NUMBER:
        return a->as.number == b->as.number || (isnan(a->as.number) && isnan(b->as.number));
    case TN_NODE_BOOL:
        return a->as.boolean == b->as.boolean;
    case TN_NODE_DURATION:
    case TN_NODE_DECAYED:
        return a->as.duration_ms == b->as.duration_ms && a->months == b->months;
    case TN_NODE_DATE:
        return a->as.date_days == b->as.date_days;
    case TN_NODE_TEXT:
        return tn_str_equal(a->text, b->text);
    case TN_NODE_TILE:
    case TN_NODE_ROUND:
        return a->as.count == b->as.count;
    case TN_NODE_BUCKET:
        return a->as.count == b->as.count && tn_str_equal(a->text, b->text);
    default:
        return true;
    }
}

bool tn_expr_same(const tn_expr *a, const tn_expr *b) {
    if (a->kind != b->kind || a->type != b->type || a->child_count != b->child_count) return false;
    if (a->column != b->column || a->action != b->action || a->action_b != b->action_b)
        return false;
    if (!same_literal(a, b)) return false;
    for (uint32_t i = 0; i < a->child_count; i++)
        if (!tn_expr_same(a->children[i], b->children[i])) return false;
    return true;
}

/* ---- Constants and ranges ---- */

/* A constant on a scale that orders its type. */
static bool constant_of(const tn_expr *expr, double *out) {
    switch (expr->kind) {
    case TN_NODE_NUMBER:
        *out = expr->as.number;
        return !isnan(*out);
    case TN_NODE_DURATION:
        *out = expr->as.duration_ms;
        return true;
    case TN_NODE_DATE:
        *out = expr->as.date_days;
        return true;
    case TN_NODE_NEG:
        if (!constant_of(expr->children[0], out)) return false;
        *out = -*out;
        return true;
    default:
        return false;
    }
}

/* low ≤ subject ≤ high; an end that is open does not belong to it. */
typedef struct value_range {
    const tn_expr *subject;
    double low, high;
    bool low_is_open, high_is_open;
} value_range;

static bool is_whole(const tn_expr *subject) {
    switch (subject->kind) {
    case TN_NODE_COUNT:
    case TN_NODE_DAYS_SINCE:
    case TN_NODE_DAYS_UNTIL:
    case TN_NODE_DAYS_TO_ANNIVERSARY:
    case TN_NODE_TILE:
    case TN_NODE_BUCKET:
        return true;
    default:
        return false;
    }
}

/* Ends at the nearest values that there are: x > 1 is x ≥ 2 for a count, and a count is not below
 * 0. */
static void tighten(value_range *range) {
    if (!is_whole(range->subject)) return;
    if (isfinite(range->low))
        range->low = range->low_is_open ? floor(range->low) + 1 : ceil(range->low);
    if (isfinite(range->high))
        range->high = range->high_is_open ? ceil(range->high) - 1 : floor(range->high);
    range->low_is_open = range->high_is_open = false;
    if (range->subject->kind == TN_NODE_COUNT && range->low <= 0) range->low = -HUGE_VAL;
}

/* `a OP b` read from the other side. */
static tn_node_kind mirrored(tn_node_kind kind) {
    switch (kind) {
    case TN_NODE_LT:
        return TN_NODE_GT;
    case TN_NODE_LE:
        return TN_NODE_GE;
    case TN_NODE_GT:
        return TN_NODE_LT;
    case TN_NODE_GE:
        return TN_NODE_LE;
    default:
        return kind;
    }
}

static bool range_of_pair(const tn_expr *expr, value_range *out) {
    double constant;
    tn_node_kind kind = expr->kind;
    const tn_expr *subject = expr->children[0];
    if (!constant_of(expr->children[1], &constant)) {
        if (!constant_of(subject, &constant)) return false;
        subject = expr->children[1];
        kind = mirrored(kind);
    }
    *out = (value_range){.subject = subject, .low = -HUGE_VAL, .high = HUGE_VAL};
    if (kind != TN_NODE_LT && kind != TN_NODE_LE) out->low = constant;
    if (kind != TN_NODE_GT && kind != TN_NODE_GE) out->high = constant;
    out->low_is_open = kind == TN_NODE_GT;
    out->high_is_open = kind == TN_NODE_LT;
    tighten(out);
    return true;
}

static bool range_of(const tn_expr *expr, value_range *out) {
    switch (expr->kind) {
    case TN_NODE_LT:
    case TN_NODE_LE:
    case TN_NODE_GT:
    case TN_NODE_GE:
    case TN_NODE_EQ:
        return range_of_pair(expr, out);
    case TN_NODE_BETWEEN:
        *out = (value_range){.subject = expr->children[0]};
        if (!constant_of(expr->children[1], &out->low) ||
            !constant_of(expr->children[2], &out->high))
            return false;
        tighten(out);
        return true;
    default:
        return false;
    }
}

static bool is_within(const value_range *a, const value_range *b) {
    if (a->low < b->low || a->high > b->high) return false;
    if (a->low == b->low && b->low_is_open && !a->low_is_open) return false;
    return !(a->high == b->high && b->high_is_open && !a->high_is_open);
}

static bool is_empty(const value_range *range) {
    return range->low > range->high ||
           (range->low == range->high && (range->low_is_open || range->high_is_open));
}

/* ---- Always and never ---- */

/* A comparison of two constants. */
static bool constant_verdict(const tn_expr *expr, bool *out) {
    value_range range;
    double value;
    if (!range_of(expr, &range) || !constant_of(range.subject, &value)) return false;
    const value_range point = {.subject = range.subject, .low = value, .high = value};
    *out = is_within(&point, &range);
    return true;
}

bool tn_expr_always(const tn_expr *condition) {
    value_range range;
    bool verdict;
    switch (condition->kind) {
    case TN_NODE_BOOL:
        return condition->as.boolean;
    case TN_NODE_NOT:
        return tn_expr_never(condition->children[0]);
    case TN_NODE_AND:
        for (uint32_t i = 0; i < condition->child_count; i++)
            if (!tn_expr_always(condition->children[i])) return false;
        return true;
    case TN_NODE_OR:
        for (uint32_t i = 0; i < condition->child_count; i++)
            if (tn_expr_always(condition->children[i])) return true;
        return false;
    default:
        if (constant_verdict(condition, &verdict)) return verdict;
        return range_of(condition, &range) && range.subject->kind == TN_NODE_COUNT &&
               range.low == -HUGE_VAL && range.high == HUGE_VAL;
    }
}

bool tn_expr_never(const tn_expr *condition) {
    value_range range;
    bool verdict;
    switch (condition->kind) {
    case TN_NODE_BOOL:
        return !condition->as.boolean;
    case TN_NODE_NOT:
        return tn_expr_always(condition->children[0]);
    case TN_NODE_AND:
        for (uint32_t i = 0; i < condition->child_count; i++)
            if (tn_expr_never(condition->children[i])) return true;
        return false;
    case TN_NODE_OR:
        for (uint32_t i = 0; i < condition->child_count; i++)
            if (!tn_expr_never(condition->children[i])) return false;
        return true;
    default:
        if (constant_verdict(condition, &verdict)) return !verdict;
        if (!range_of(condition, &range)) return false;
        return is_empty(&range) || (range.subject->kind == TN_NODE_COUNT && range.high < 0);
    }
}

/* ---- Implication ---- */

enum { STEPS_MAX = 1000 };

static bool is_comparison(tn_node_kind kind) {
    return kind >= TN_NODE_EQ && kind <= TN_NODE_IN;
}

/* Whether `expr` is null unless `action` happened at least once. */
static bool needs_event(const tn_expr *expr, uint32_t action) {
    switch (expr->kind) {
    case TN_NODE_FIRST:
    case TN_NODE_LAST:
    case TN_NODE_MEAN:
    case TN_NODE_LAST_VALUE:
        return expr->action == action;
    case TN_NODE_DAYS_SINCE:
    case TN_NODE_DAYS_UNTIL:
    case TN_NODE_DAYS:
    case TN_NODE_ADD:
    case TN_NODE_SUB:
        for (uint32_t i = 0; i < expr->child_count; i++)
            if (needs_event(expr->children[i], action)) return true;
        return false;
    default:
        return false;
    }
}

/* `a` holds only for those who did `action` at least once. */
static bool implies_event(const tn_expr *a, uint32_t action) {
    if (a->kind == TN_NODE_AFTER) return a->action == action;
    if (a->kind == TN_NODE_IS_NOT_NULL) return needs_event(a->children[0], action);
    if (!is_comparison(a->kind)) return false;
    for (uint32_t i = 0; i < a->child_count; i++)
        if (needs_event(a->children[i], action) && (i == 0 || a->kind != TN_NODE_IN)) return true;
    return false;
}

/* x = 'a' and x in ('a', 'b') as sets of x. */
static bool is_subset(const tn_expr *a, const tn_expr *b) {
    const bool are_sets = (a->kind == TN_NODE_EQ || a->kind == TN_NODE_IN) &&
                          (b->kind == TN_NODE_EQ || b->kind == TN_NODE_IN);
    if (!are_sets || !tn_expr_same(a->children[0], b->children[0])) return false;
    for (uint32_t i = 1; i < a->child_count; i++) {
        bool is_found = false;
        for (uint32_t j = 1; j < b->child_count && !is_found; j++)
            is_found = tn_expr_same(a->children[i], b->children[j]);
        if (!is_found) return false;
    }
    return true;
}

static bool atom_implies(const tn_expr *a, const tn_expr *b) {
    value_range range_a, range_b;
    if (tn_expr_same(a, b) || is_subset(a, b)) return true;
    if (b->kind == TN_NODE_IS_NOT_NULL && is_comparison(a->kind))
        return tn_expr_same(a->children[0], b->children[0]);
    if (!range_of(b, &range_b)) return false;
    if (range_b.subject->kind == TN_NODE_COUNT && range_b.low <= 1 && range_b.high == HUGE_VAL &&
        implies_event(a, range_b.subject->action))
        return true;
    return range_of(a, &range_a) && tn_expr_same(range_a.subject, range_b.subject) &&
           is_within(&range_a, &range_b);
}

static bool implies(const tn_expr *a, const tn_expr *b, int *steps);

/* Whether implies holds for one of the children, or for all; of a, or of b. */
static bool over_children(const tn_expr *a, const tn_expr *b, bool of_a, bool wants_all,
                          int *steps) {
    const tn_expr *parent = of_a ? a : b;
    for (uint32_t i = 0; i < parent->child_count; i++) {
        const tn_expr *child = parent->children[i];
        const bool holds = of_a ? implies(child, b, steps) : implies(a, child, steps);
        if (holds != wants_all) return holds;
    }
    return wants_all;
}

static bool implies(const tn_expr *a, const tn_expr *b, int *steps) {
    if (--*steps < 0) return false;
    if (a->kind == TN_NODE_OR) return over_children(a, b, true, true, steps);
    if (b->kind == TN_NODE_AND) return over_children(a, b, false, true, steps);
    if (a->kind == TN_NODE_AND && over_children(a, b, true, false, steps)) return true;
    if (b->kind == TN_NODE_OR && over_children(a, b, false, false, steps)) return true;
    return atom_implies(a, b);
}

bool tn_expr_implies(const tn_expr *a, const tn_expr *b) {
    int steps = STEPS_MAX;
    if (tn_expr_always(b) || tn_expr_never(a)) return true;
    return implies(a, b, &steps);
}
