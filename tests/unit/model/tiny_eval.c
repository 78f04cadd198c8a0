#include "unit/model/tiny_eval.h"

#include <criterion/criterion.h>
#include <math.h>

static double arg(const tn_expr *e, uint32_t i, const tiny_customer *c) {
    return tiny_eval(e->children[i], c);
}

static double all_of(const tn_expr *e, const tiny_customer *c, bool wants) {
    for (uint32_t i = 0; i < e->child_count; i++)
        if ((arg(e, i, c) != 0) != wants) return !wants;
    return wants;
}

static double is_in(const tn_expr *e, const tiny_customer *c) {
    for (uint32_t i = 1; i < e->child_count; i++)
        if (arg(e, 0, c) == arg(e, i, c)) return 1;
    return 0;
}

/* a happened, and b never did since. */
static double after(const tn_expr *e, const tiny_customer *c) {
    const double a = c->last_days[e->action], b = c->last_days[e->action_b];
    return !isnan(a) && (isnan(b) || b > a);
}

static bool any_null(const tn_expr *e, const tiny_customer *c) {
    for (uint32_t i = 0; i < e->child_count; i++)
        if (isnan(arg(e, i, c))) return true;
    return false;
}

static double column(const tn_expr *e, const tiny_customer *c) {
    const uint32_t index = tn_column_ref_index(e->column);
    return tn_column_ref_space(e->column) == TN_SPACE_ATTRIBUTE ? c->attributes[index]
                                                                : c->derived[index];
}

static double eval(const tn_expr *e, const tiny_customer *c) {
    switch (e->kind) {
    case TN_NODE_NUMBER:
        return e->as.number;
    case TN_NODE_BOOL:
        return e->as.boolean;
    case TN_NODE_COLUMN:
        return column(e, c);
    case TN_NODE_COUNT:
        return c->counts[e->action];
    case TN_NODE_LAST:
        return c->last_days[e->action];
    case TN_NODE_DAYS_SINCE:
        return arg(e, 0, c);
    case TN_NODE_AFTER:
        return after(e, c);
    case TN_NODE_OR:
        return all_of(e, c, false);
    case TN_NODE_AND:
        return all_of(e, c, true);
    case TN_NODE_NOT:
        return arg(e, 0, c) == 0;
    case TN_NODE_EQ:
        return arg(e, 0, c) == arg(e, 1, c);
    case TN_NODE_NE:
        return arg(e, 0, c) < arg(e, 1, c) || arg(e, 0, c) > arg(e, 1, c);
    case TN_NODE_LT:
        return arg(e, 0, c) < arg(e, 1, c);
    case TN_NODE_LE:
        return arg(e, 0, c) <= arg(e, 1, c);
    case TN_NODE_GT:
        return arg(e, 0, c) > arg(e, 1, c);
    case TN_NODE_GE:
        return arg(e, 0, c) >= arg(e, 1, c);
    case TN_NODE_BETWEEN:
        return arg(e, 0, c) >= arg(e, 1, c) && arg(e, 0, c) <= arg(e, 2, c);
    case TN_NODE_IN:
        return is_in(e, c);
    case TN_NODE_IS_NULL:
        return isnan(arg(e, 0, c));
    case TN_NODE_IS_NOT_NULL:
        return !isnan(arg(e, 0, c));
    case TN_NODE_ADD:
        return arg(e, 0, c) + arg(e, 1, c);
    case TN_NODE_SUB:
        return arg(e, 0, c) - arg(e, 1, c);
    case TN_NODE_MUL:
        return arg(e, 0, c) * arg(e, 1, c);
    case TN_NODE_DIV:
        return arg(e, 0, c) / arg(e, 1, c);
    case TN_NODE_NEG:
        return -arg(e, 0, c);
    case TN_NODE_MIN:
        return any_null(e, c) ? (double)NAN : fmin(arg(e, 0, c), arg(e, 1, c));
    case TN_NODE_MAX:
        return any_null(e, c) ? (double)NAN : fmax(arg(e, 0, c), arg(e, 1, c));
    case TN_NODE_ABS:
        return fabs(arg(e, 0, c));
    case TN_NODE_FLOOR:
        return floor(arg(e, 0, c));
    case TN_NODE_EXP:
        return exp(arg(e, 0, c));
    case TN_NODE_LOG:
        return log(arg(e, 0, c));
    case TN_NODE_SQRT:
        return sqrt(arg(e, 0, c));
    case TN_NODE_IF:
        return arg(e, 0, c) != 0 ? arg(e, 1, c) : arg(e, 2, c);
    case TN_NODE_COALESCE:
        return isnan(arg(e, 0, c)) ? arg(e, 1, c) : arg(e, 0, c);
    default:
        cr_assert_fail("the tiny evaluator does not know node kind %d", (int)e->kind);
        return (double)NAN;
    }
}

/* What is not finite is null. */
double tiny_eval(const tn_expr *expr, const tiny_customer *customer) {
    const double value = eval(expr, customer);
    return isfinite(value) ? value : (double)NAN;
}

uint32_t tiny_stage(const tn_model_stages *stages, const tiny_customer *customer) {
    for (uint32_t i = stages->ladder_count; i < stages->stage_count; i++)
        if (tiny_eval(stages->stages[i].guard.tree, customer) != 0) return i;
    for (uint32_t i = stages->ladder_count; i > 0; i--)
        if (tiny_eval(stages->stages[i - 1].guard.tree, customer) != 0) return i - 1;
    return TN_NONE;
}
