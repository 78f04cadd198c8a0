/* Lowering: a checked tree to values of a builder, children first.
 *
 * Nulls follow from the registers: NaN runs through arithmetic and makes comparisons false. Only
 * bools need care, because BITS know no null: a bool that may be null (a column, and what `if` and
 * `coalesce` make of one) is carried as F64 1, 0 or NaN until a yes or no is needed. */
#include "expr/lower.h"

#include "base/assert.h"

#include <math.h>

typedef struct lowerer {
    tn_builder *b;
    const tn_lowering *leaves;
} lowerer;

static tn_value_id lower(const lowerer *w, const tn_expr *e);

static tn_value_id unary(const lowerer *w, tn_math op, tn_value_id x) {
    if (x == TN_NO_VALUE) return TN_NO_VALUE;
    return tn_build_math(w->b, op, x, TN_NO_VALUE);
}

static tn_value_id binary(const lowerer *w, tn_math op, tn_value_id x, tn_value_id y) {
    if (x == TN_NO_VALUE || y == TN_NO_VALUE) return TN_NO_VALUE;
    return tn_build_math(w->b, op, x, y);
}

static tn_value_id compare(const lowerer *w, tn_comparison op, tn_value_id x, tn_value_id y) {
    if (x == TN_NO_VALUE || y == TN_NO_VALUE) return TN_NO_VALUE;
    return tn_build_compare(w->b, op, x, y);
}

static tn_value_id both(const lowerer *w, tn_value_id x, tn_value_id y) {
    if (x == TN_NO_VALUE || y == TN_NO_VALUE) return TN_NO_VALUE;
    return tn_build_and(w->b, x, y);
}

static tn_value_id either(const lowerer *w, tn_value_id x, tn_value_id y) {
    if (x == TN_NO_VALUE || y == TN_NO_VALUE) return TN_NO_VALUE;
    return tn_build_or(w->b, x, y);
}

static tn_value_id negate(const lowerer *w, tn_value_id x) {
    return x == TN_NO_VALUE ? TN_NO_VALUE : tn_build_not(w->b, x);
}

static tn_value_id choose(const lowerer *w, tn_value_id condition, tn_value_id x, tn_value_id y) {
    if (condition == TN_NO_VALUE || x == TN_NO_VALUE || y == TN_NO_VALUE) return TN_NO_VALUE;
    return tn_build_select(w->b, condition, x, y);
}

static tn_value_id number(const lowerer *w, double value) {
    return tn_build_number(w->b, value);
}

static tn_value_id leaf(const lowerer *w, const tn_expr *e, tn_value_id argument) {
    return w->leaves->leaf(w->leaves->context, w->b, e, argument);
}

/* The leaf of another kind or action that MEAN and AFTER are made of. */
static tn_value_id leaf_as(const lowerer *w, const tn_expr *e, tn_node_kind kind, bool second) {
    tn_expr part = *e;
    part.kind = kind;
    part.type = kind == TN_NODE_LAST ? TN_TYPE_TIME : TN_TYPE_NUMBER;
    if (second) {
        part.text = e->text_b;
        part.name = e->name_b;
        part.action = e->action_b;
    }
    return leaf(w, &part, TN_NO_VALUE);
}

/* ---- Bools ---- */

static bool is_bits(const lowerer *w, tn_value_id x) {
    return tn_builder_kind(w->b, x) == TN_REGISTER_BITS;
}

static tn_value_id as_f64(const lowerer *w, tn_value_id x) {
    if (x == TN_NO_VALUE || !is_bits(w, x)) return x;
    return choose(w, x, number(w, 1.0), number(w, 0.0));
}

static tn_value_id as_bits(const lowerer *w, tn_value_id x) {
    if (x == TN_NO_VALUE || is_bits(w, x)) return x;
    return compare(w, TN_IS_NE, x, number(w, 0.0));
}

static tn_value_id lower_logic(const lowerer *w, const tn_expr *e);

/* A bool as BITS where it is never null, otherwise as F64. */
static tn_value_id lower_bool(const lowerer *w, const tn_expr *e) {
    tn_value_id x, y, condition;
    switch (e->kind) {
    case TN_NODE_COLUMN:
        return leaf(w, e, TN_NO_VALUE);
    case TN_NODE_IF:
        condition = lower(w, e->children[0]);
        x = lower_bool(w, e->children[1]);
        y = lower_bool(w, e->children[2]);
        if (x == TN_NO_VALUE || y == TN_NO_VALUE) return TN_NO_VALUE;
        if (is_bits(w, x) && is_bits(w, y)) return choose(w, condition, x, y);
        return choose(w, condition, as_f64(w, x), as_f64(w, y));
    case TN_NODE_COALESCE:
        x = lower_bool(w, e->children[e->child_count - 1]);
        for (uint32_t i = e->child_count - 1; i-- > 0;) {
            y = lower_bool(w, e->children[i]);
            if (x == TN_NO_VALUE || y == TN_NO_VALUE) return TN_NO_VALUE;
            x = is_bits(w, y) ? y : tn_build_coalesce(w->b, y, as_f64(w, x));
        }
        return x;
    default:
        return lower_logic(w, e);
    }
}

/* ---- Comparisons ----
 * Each side is lowered once, whatever it is compared with: nested comparisons would otherwise take
 * time exponential in their depth. */

typedef struct side {
    const tn_expr *e;
    tn_value_id value; /* of a bool: as lower_bool gives it */
} side;

static side side_of(const lowerer *w, const tn_expr *e) {
    return (side){.e = e, .value = e->type == TN_TYPE_BOOL ? lower_bool(w, e) : lower(w, e)};
}

static bool is_usable(side a, side b) {
    return a.value != TN_NO_VALUE && b.value != TN_NO_VALUE;
}

static tn_value_id equal_bools(const lowerer *w, side a, side b, bool equal) {
    if (!is_bits(w, a.value) || !is_bits(w, b.value))
        return compare(w, equal ? TN_IS_EQ : TN_IS_NE, as_f64(w, a.value), as_f64(w, b.value));
    const tn_value_id differ =
        both(w, either(w, a.value, b.value), negate(w, both(w, a.value, b.value)));
    return equal ? negate(w, differ) : differ;
}

static tn_value_id present(const lowerer *w, side a) {
    if (a.e->kind == TN_NODE_TEXT) return tn_build_bool(w->b, true);
    return negate(w, tn_build_is_null(w->b, a.value));
}

/* a = b or a != b for any type; false for a null on either side. */
static tn_value_id equal_sides(const lowerer *w, side a, side b, bool equal) {
    if (!is_usable(a, b)) return TN_NO_VALUE;
    if (a.e->type == TN_TYPE_BOOL) return equal_bools(w, a, b, equal);
    if (a.e->type != TN_TYPE_TEXT) return compare(w, equal ? TN_IS_EQ : TN_IS_NE, a.value, b.value);
    const tn_value_id same = tn_build_text_test(w->b, TN_TEXT_EQUALS, a.value, b.value);
    if (equal) return same;
    return both(w, negate(w, same), both(w, present(w, a), present(w, b)));
}

/* True where the level is on the ladder. */
static tn_value_id on_ladder(const lowerer *w, side level) {
    const tn_levels *levels = level.e->levels;
    if (level.e->kind == TN_NODE_TEXT || levels->ladder_count == levels->count)
        return tn_build_bool(w->b, true);
    return compare(w, TN_IS_LT, level.value, number(w, (double)levels->ladder_count));
}

/* Ranks off the ladder are the highest, so that only the greater side needs a look. */
static tn_value_id order_sides(const lowerer *w, tn_comparison op, side a, side b) {
    const tn_value_id ordered = compare(w, op, a.value, b.value);
    if (a.e->type != TN_TYPE_LEVEL || ordered == TN_NO_VALUE) return ordered;
    const bool first_is_greater = op == TN_IS_GT || op == TN_IS_GE;
    return both(w, ordered, on_ladder(w, first_is_greater ? a : b));
}

static tn_value_id lower_order(const lowerer *w, tn_comparison op, const tn_expr *e) {
    const side a = side_of(w, e->children[0]);
    return order_sides(w, op, a, side_of(w, e->children[1]));
}

static tn_value_id lower_equal(const lowerer *w, const tn_expr *e) {
    const side a = side_of(w, e->children[0]);
    return equal_sides(w, a, side_of(w, e->children[1]), e->kind == TN_NODE_EQ);
}

static tn_value_id lower_between(const lowerer *w, const tn_expr *e) {
    const side x = side_of(w, e->children[0]);
    const tn_value_id above = order_sides(w, TN_IS_GE, x, side_of(w, e->children[1]));
    return both(w, above, order_sides(w, TN_IS_LE, x, side_of(w, e->children[2])));
}

static tn_value_id lower_in(const lowerer *w, const tn_expr *e) {
    const side x = side_of(w, e->children[0]);
    tn_value_id any = equal_sides(w, x, side_of(w, e->children[1]), true);
    for (uint32_t i = 2; i < e->child_count; i++)
        any = either(w, any, equal_sides(w, x, side_of(w, e->children[i]), true));
    return any;
}

static tn_value_id lower_is_null(const lowerer *w, const tn_expr *x) {
    const tn_value_id value = side_of(w, x).value;
    if (value == TN_NO_VALUE) return value;
    return is_bits(w, value) ? tn_build_bool(w->b, false) : tn_build_is_null(w->b, value);
}

static tn_value_id lower_text_test(const lowerer *w, tn_text_test op, const tn_expr *e) {
    const side a = side_of(w, e->children[0]);
    const side b = side_of(w, e->children[1]);
    return is_usable(a, b) ? tn_build_text_test(w->b, op, a.value, b.value) : TN_NO_VALUE;
}

/* A last did not happen, or before the last of a. */
static tn_value_id lower_after(const lowerer *w, const tn_expr *e) {
    const tn_value_id a = leaf_as(w, e, TN_NODE_LAST, false);
    const tn_value_id b = leaf_as(w, e, TN_NODE_LAST, true);
    if (a == TN_NO_VALUE || b == TN_NO_VALUE) return TN_NO_VALUE;
    const tn_value_id since = compare(w, TN_IS_GE, b, a);
    return both(w, negate(w, tn_build_is_null(w->b, a)), negate(w, since));
}

static tn_value_id lower_logic(const lowerer *w, const tn_expr *e) {
    tn_expr *const *child = e->children;
    switch (e->kind) {
    case TN_NODE_BOOL:
        return tn_build_bool(w->b, e->as.boolean);
    case TN_NODE_OR:
        return either(w, lower(w, child[0]), lower(w, child[1]));
    case TN_NODE_AND:
        return both(w, lower(w, child[0]), lower(w, child[1]));
    case TN_NODE_NOT:
        return negate(w, lower(w, child[0]));
    case TN_NODE_EQ:
    case TN_NODE_NE:
        return lower_equal(w, e);
    case TN_NODE_LT:
        return lower_order(w, TN_IS_LT, e);
    case TN_NODE_LE:
        return lower_order(w, TN_IS_LE, e);
    case TN_NODE_GT:
        return lower_order(w, TN_IS_GT, e);
    case TN_NODE_GE:
        return lower_order(w, TN_IS_GE, e);
    case TN_NODE_BETWEEN:
        return lower_between(w, e);
    case TN_NODE_IN:
        return lower_in(w, e);
    case TN_NODE_IS_NULL:
        return lower_is_null(w, child[0]);
    case TN_NODE_IS_NOT_NULL:
        return negate(w, lower_is_null(w, child[0]));
    case TN_NODE_AFTER:
        return lower_after(w, e);
    case TN_NODE_CONTAINS:
        return lower_text_test(w, TN_TEXT_CONTAINS, e);
    case TN_NODE_STARTS_WITH:
        return lower_text_test(w, TN_TEXT_STARTS_WITH, e);
    default:
        TN_ASSERT(false && "a kind that is no bool");
        return TN_NO_VALUE;
    }
}

/* ---- Arithmetic ---- */

/* x (a time, or a date with is_date) moved by a duration literal, months first. */
static tn_value_id move_by_literal(const lowerer *w, tn_value_id x, const tn_expr *duration,
                                   double sign, bool is_date) {
    if (x == TN_NO_VALUE) return x;
    const int32_t months = sign < 0 ? -duration->months : duration->months;
    if (months != 0) x = tn_build_add_months(w->b, x, months, is_date);
    if (duration->plain_ms == 0.0) return x;
    const double unit = is_date ? (double)TN_DAY_MS : 1.0;
    return binary(w, TN_MATH_ADD, x, number(w, sign * duration->plain_ms / unit));
}

static tn_value_id lower_sum(const lowerer *w, const tn_expr *e) {
    const tn_expr *a = e->children[0];
    const tn_expr *b = e->children[1];
    const double sign = e->kind == TN_NODE_SUB ? -1.0 : 1.0;
    const bool is_point = e->type == TN_TYPE_TIME || e->type == TN_TYPE_DATE;
    if (is_point && b->kind == TN_NODE_DURATION)
        return move_by_literal(w, lower(w, a), b, sign, e->type == TN_TYPE_DATE);
    const tn_value_id sum =
        binary(w, sign < 0 ? TN_MATH_SUB : TN_MATH_ADD, lower(w, a), lower(w, b));
    if (a->type == TN_TYPE_DATE && b->type == TN_TYPE_DATE)
        return binary(w, TN_MATH_MUL, sum, number(w, (double)TN_DAY_MS));
    return sum;
}

static tn_value_id lower_round(const lowerer *w, const tn_expr *e) {
    const tn_value_id x = lower(w, e->children[0]);
    if (e->as.count == 0) return unary(w, TN_MATH_ROUND, x);
    double scale = 1.0;
    for (uint32_t i = 0; i < e->as.count; i++)
        scale *= 10.0;
    const tn_value_id scaled = binary(w, TN_MATH_MUL, x, number(w, scale));
    return binary(w, TN_MATH_DIV, unary(w, TN_MATH_ROUND, scaled), number(w, scale));
}

static tn_value_id fold_left(const lowerer *w, tn_math op, const tn_expr *e) {
    tn_value_id x = lower(w, e->children[0]);
    for (uint32_t i = 1; i < e->child_count; i++)
        x = binary(w, op, x, lower(w, e->children[i]));
    return x;
}

static tn_value_id lower_math(const lowerer *w, const tn_expr *e) {
    switch (e->kind) {
    case TN_NODE_MUL:
        return fold_left(w, TN_MATH_MUL, e);
    case TN_NODE_DIV:
        return fold_left(w, TN_MATH_DIV, e);
    case TN_NODE_MIN:
        return fold_left(w, TN_MATH_MIN, e);
    case TN_NODE_MAX:
        return fold_left(w, TN_MATH_MAX, e);
    case TN_NODE_POW:
        return fold_left(w, TN_MATH_POW, e);
    case TN_NODE_NEG:
        return unary(w, TN_MATH_NEG, lower(w, e->children[0]));
    case TN_NODE_ABS:
        return unary(w, TN_MATH_ABS, lower(w, e->children[0]));
    case TN_NODE_FLOOR:
        return unary(w, TN_MATH_FLOOR, lower(w, e->children[0]));
    case TN_NODE_CEIL:
        return unary(w, TN_MATH_CEIL, lower(w, e->children[0]));
    case TN_NODE_LOG:
        return unary(w, TN_MATH_LOG, lower(w, e->children[0]));
    case TN_NODE_EXP:
        return unary(w, TN_MATH_EXP, lower(w, e->children[0]));
    case TN_NODE_SQRT:
        return unary(w, TN_MATH_SQRT, lower(w, e->children[0]));
    default:
        TN_ASSERT(false && "a kind that lowers to no mathematics");
        return TN_NO_VALUE;
    }
}

/* ---- Calendar ---- */

static tn_value_id lower_day(const lowerer *w, const tn_expr *point) {
    const tn_value_id x = lower(w, point);
    if (x == TN_NO_VALUE || point->type == TN_TYPE_DATE) return x;
    return tn_build_day(w->b, x);
}

static tn_value_id lower_calendar(const lowerer *w, const tn_expr *e) {
    const tn_value_id day = lower_day(w, e->children[0]);
    if (day == TN_NO_VALUE) return day;
    const tn_value_id today = tn_build_today(w->b);
    switch (e->kind) {
    case TN_NODE_DAYS_SINCE:
        return binary(w, TN_MATH_SUB, today, day);
    case TN_NODE_DAYS_UNTIL:
        return binary(w, TN_MATH_SUB, day, today);
    default:
        return today == TN_NO_VALUE ? today : tn_build_anniversary(w->b, day, today);
    }
}

/* ---- Texts, choices, leaves ---- */

static tn_value_id lower_join(const lowerer *w, const tn_expr *e) {
    tn_value_id x = lower(w, e->children[0]);
    for (uint32_t i = 1; i < e->child_count; i++) {
        const tn_value_id y = lower(w, e->children[i]);
        if (x == TN_NO_VALUE || y == TN_NO_VALUE) return TN_NO_VALUE;
        x = tn_build_text_join(w->b, x, y);
    }
    return x;
}

static tn_value_id lower_coalesce(const lowerer *w, const tn_expr *e) {
    tn_value_id x = lower(w, e->children[e->child_count - 1]);
    for (uint32_t i = e->child_count - 1; i-- > 0;) {
        const tn_value_id y = lower(w, e->children[i]);
        if (x == TN_NO_VALUE || y == TN_NO_VALUE) return TN_NO_VALUE;
        x = tn_build_coalesce(w->b, y, x);
    }
    return x;
}

static tn_value_id lower_level_text(const lowerer *w, const tn_expr *level) {
    const tn_value_id rank = lower(w, level);
    if (rank == TN_NO_VALUE) return rank;
    return tn_build_level_text(w->b, rank, level->levels->names, level->levels->count);
}

static tn_value_id lower_literal(const lowerer *w, const tn_expr *e) {
    switch (e->kind) {
    case TN_NODE_TEXT:
        if (e->type == TN_TYPE_LEVEL) return number(w, (double)e->as.count);
        return tn_build_text(w->b, e->text);
    case TN_NODE_DURATION:
        return number(w, e->as.duration_ms);
    case TN_NODE_DATE:
        return number(w, (double)e->as.date_days);
    default:
        return number(w, e->as.number);
    }
}

static tn_value_id lower_day_start(const lowerer *w, const tn_expr *date) {
    const tn_value_id day = lower(w, date);
    return day == TN_NO_VALUE ? day : tn_build_day_start(w->b, day);
}

static tn_value_id lower_text(const lowerer *w, const tn_expr *e) {
    const tn_value_id x = lower(w, e->children[0]);
    return x == TN_NO_VALUE ? x : tn_build_text_lower(w->b, x);
}

static tn_value_id lower_tile(const lowerer *w, const tn_expr *e) {
    const tn_value_id x = lower(w, e->children[0]);
    return x == TN_NO_VALUE ? x : leaf(w, e, x);
}

/* What is no bool. */
static tn_value_id lower_value(const lowerer *w, const tn_expr *e) {
    switch (e->kind) {
    case TN_NODE_NUMBER:
    case TN_NODE_TEXT:
    case TN_NODE_DURATION:
    case TN_NODE_DATE:
        return lower_literal(w, e);
    case TN_NODE_NOW:
        return tn_build_now(w->b);
    case TN_NODE_MEAN:
        return binary(w, TN_MATH_DIV, leaf_as(w, e, TN_NODE_SUM, false),
                      leaf_as(w, e, TN_NODE_COUNT, false));
    case TN_NODE_COLUMN:
    case TN_NODE_JOINED:
    case TN_NODE_LAST_SEEN:
    case TN_NODE_COUNT:
    case TN_NODE_SUM:
    case TN_NODE_FIRST:
    case TN_NODE_LAST:
    case TN_NODE_LAST_VALUE:
    case TN_NODE_DECAYED:
    case TN_NODE_BUCKET:
        return leaf(w, e, TN_NO_VALUE);
    case TN_NODE_TILE:
        return lower_tile(w, e);
    case TN_NODE_ADD:
    case TN_NODE_SUB:
        return lower_sum(w, e);
    case TN_NODE_IF:
        return choose(w, lower(w, e->children[0]), lower(w, e->children[1]),
                      lower(w, e->children[2]));
    case TN_NODE_COALESCE:
        return lower_coalesce(w, e);
    case TN_NODE_ROUND:
        return lower_round(w, e);
    case TN_NODE_LOWER:
        return lower_text(w, e);
    case TN_NODE_JOIN:
        return lower_join(w, e);
    case TN_NODE_DAYS_SINCE:
    case TN_NODE_DAYS_UNTIL:
    case TN_NODE_DAYS_TO_ANNIVERSARY:
        return lower_calendar(w, e);
    case TN_NODE_DAYS:
        return binary(w, TN_MATH_DIV, lower(w, e->children[0]), number(w, (double)TN_DAY_MS));
    case TN_NODE_TO_TIME:
        return lower_day_start(w, e->children[0]);
    case TN_NODE_LEVEL_TEXT:
        return lower_level_text(w, e->children[0]);
    default:
        return lower_math(w, e);
    }
}

static tn_value_id lower(const lowerer *w, const tn_expr *e) {
    if (e->type == TN_TYPE_BOOL) return as_bits(w, lower_bool(w, e));
    return lower_value(w, e);
}

tn_value_id tn_expr_lower(tn_builder *builder, const tn_expr *expr, const tn_lowering *lowering) {
    const lowerer w = {.b = builder, .leaves = lowering};
    return lower(&w, expr);
}
