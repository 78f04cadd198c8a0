/* Every case may answer with too much, never with too little: warnings built on it are no false
 * alarms. */
#include "model/bounds.h"

#include <math.h>

tn_interval tn_interval_everything(void) {
    return (tn_interval){-HUGE_VAL, HUGE_VAL};
}

static tn_interval from(double low) {
    return (tn_interval){low, HUGE_VAL};
}

static tn_interval between(double low, double high) {
    return (tn_interval){low, high};
}

/* Infinity less infinity says nothing. */
static tn_interval settled(double low, double high) {
    return between(isnan(low) ? -HUGE_VAL : low, isnan(high) ? HUGE_VAL : high);
}

tn_interval tn_interval_add(tn_interval a, tn_interval b) {
    return settled(a.low + b.low, a.high + b.high);
}

/* 0 times an unbounded value is 0. */
static double product(double a, double b) {
    return a == 0 || b == 0 ? 0 : a * b;
}

tn_interval tn_interval_multiply(tn_interval a, tn_interval b) {
    const double ends[] = {product(a.low, b.low), product(a.low, b.high), product(a.high, b.low),
                           product(a.high, b.high)};
    tn_interval out = between(ends[0], ends[0]);
    for (size_t i = 1; i < 4; i++) {
        out.low = fmin(out.low, ends[i]);
        out.high = fmax(out.high, ends[i]);
    }
    return out;
}

tn_interval tn_interval_hull(tn_interval a, tn_interval b) {
    return between(fmin(a.low, b.low), fmax(a.high, b.high));
}

tn_interval tn_interval_clamp(tn_interval a, double low, double high) {
    return between(fmin(fmax(a.low, low), high), fmin(fmax(a.high, low), high));
}

static tn_interval negated(tn_interval a) {
    return between(-a.high, -a.low);
}

static tn_interval quotient(tn_interval a, tn_interval b) {
    if (b.low <= 0 && b.high >= 0) return tn_interval_everything();
    return tn_interval_multiply(a, between(1 / b.high, 1 / b.low));
}

static tn_interval absolute(tn_interval a) {
    if (a.low >= 0) return a;
    if (a.high <= 0) return negated(a);
    return between(0, fmax(-a.low, a.high));
}

static tn_interval rounded(tn_interval a) {
    return between(a.low - 1, a.high + 1);
}

/* Where the argument of a logarithm or root is outside its domain, the result is null. */
static tn_interval logarithm(tn_interval a) {
    return settled(a.low > 0 ? log(a.low) : -HUGE_VAL, a.high > 0 ? log(a.high) : HUGE_VAL);
}

static tn_interval root(tn_interval a) {
    return between(a.low > 0 ? sqrt(a.low) : 0, a.high > 0 ? sqrt(a.high) : 0);
}

/* ---- Leaves ---- */

static tn_interval of_value(const tn_model_action *action) {
    return action->value == TN_VALUE_MONEY ? from(0) : tn_interval_everything();
}

static tn_interval of_column(const tn_bounds_scope *scope, const tn_expr *expr) {
    const uint32_t index = tn_column_ref_index(expr->column);
    switch (tn_column_ref_space(expr->column)) {
    case TN_SPACE_DERIVED:
        return scope->derived[index];
    case TN_SPACE_FIELD:
        return index == 0 ? of_value(&scope->model->actions[scope->action])
                          : tn_interval_everything();
    case TN_SPACE_ATTRIBUTE:
        break;
    }
    return tn_interval_everything();
}

/* ---- Operators over all their arguments ---- */

typedef tn_interval interval_pair(tn_interval a, tn_interval b);

static tn_interval least(tn_interval a, tn_interval b) {
    return between(fmin(a.low, b.low), fmin(a.high, b.high));
}

static tn_interval greatest(tn_interval a, tn_interval b) {
    return between(fmax(a.low, b.low), fmax(a.high, b.high));
}

static tn_interval difference(tn_interval a, tn_interval b) {
    return tn_interval_add(a, negated(b));
}

static tn_interval folded(const tn_bounds_scope *scope, const tn_expr *expr, uint32_t first,
                          interval_pair *pair) {
    tn_interval out = tn_expr_bounds(scope, expr->children[first]);
    for (uint32_t i = first + 1; i < expr->child_count; i++)
        out = pair(out, tn_expr_bounds(scope, expr->children[i]));
    return out;
}

static tn_interval of_one(const tn_bounds_scope *scope, const tn_expr *expr) {
    const tn_interval a = tn_expr_bounds(scope, expr->children[0]);
    switch (expr->kind) {
    case TN_NODE_NEG:
        return negated(a);
    case TN_NODE_ABS:
        return absolute(a);
    case TN_NODE_FLOOR:
    case TN_NODE_CEIL:
    case TN_NODE_ROUND:
        return rounded(a);
    case TN_NODE_LOG:
        return logarithm(a);
    case TN_NODE_EXP:
        return settled(exp(a.low), exp(a.high));
    case TN_NODE_SQRT:
        return root(a);
    default:
        return tn_interval_everything();
    }
}

tn_interval tn_expr_bounds(const tn_bounds_scope *scope, const tn_expr *expr) {
    if (expr->type != TN_TYPE_NUMBER) return tn_interval_everything();
    switch (expr->kind) {
    case TN_NODE_NUMBER:
        return isnan(expr->as.number) ? between(0, 0) : between(expr->as.number, expr->as.number);
    case TN_NODE_COLUMN:
        return of_column(scope, expr);
    case TN_NODE_COUNT:
    case TN_NODE_DECAYED:
        return from(0);
    case TN_NODE_SUM:
    case TN_NODE_MEAN:
    case TN_NODE_LAST_VALUE:
        return of_value(&scope->model->actions[expr->action]);
    case TN_NODE_TILE:
        return between(1, expr->as.count);
    case TN_NODE_BUCKET:
        return between(0, (double)expr->as.count - 1);
    case TN_NODE_DAYS_TO_ANNIVERSARY:
        return between(0, 366);
    case TN_NODE_ADD:
        return folded(scope, expr, 0, tn_interval_add);
    case TN_NODE_SUB:
        return folded(scope, expr, 0, difference);
    case TN_NODE_MUL:
        return folded(scope, expr, 0, tn_interval_multiply);
    case TN_NODE_DIV:
        return folded(scope, expr, 0, quotient);
    case TN_NODE_MIN:
        return folded(scope, expr, 0, least);
    case TN_NODE_MAX:
        return folded(scope, expr, 0, greatest);
    case TN_NODE_IF:
        return folded(scope, expr, 1, tn_interval_hull);
    case TN_NODE_COALESCE:
        return folded(scope, expr, 0, tn_interval_hull);
    default:
        return expr->child_count == 1 ? of_one(scope, expr) : tn_interval_everything();
    }
}
