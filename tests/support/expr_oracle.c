#include "support/expr_oracle.h"

#include "base/bytes.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <tenure/limits.h>

static const double day_ms = 86400000.0;
/* How far log, exp and pow may be off, relative. */
static const double transcendental_slack = 1e-13;

typedef tn_oracle_value value;

value tn_oracle_null(tn_type type) {
    return (value){.type = type, .is_null = true};
}

static value typed(tn_type type, double number, double slack) {
    if (!isfinite(number)) return tn_oracle_null(type);
    return (value){.type = type, .number = number, .slack = slack};
}

value tn_oracle_number(double number) {
    return typed(TN_TYPE_NUMBER, number, 0.0);
}

value tn_oracle_bool(bool boolean) {
    return (value){.type = TN_TYPE_BOOL, .boolean = boolean};
}

value tn_oracle_text(tn_str text) {
    return (value){.type = TN_TYPE_TEXT, .text = text};
}

static bool yes(value v) {
    return !v.is_null && v.boolean;
}

/* ---- Functions of numbers, and how far their results may be off ---- */

typedef double unary_function(double x);
typedef double binary_function(double x, double y);

static double add(double x, double y) {
    return x + y;
}
static double subtract(double x, double y) {
    return x - y;
}
static double multiply(double x, double y) {
    return x * y;
}
static double divide(double x, double y) {
    return x / y;
}
static double smaller(double x, double y) {
    return x < y ? x : y;
}
static double greater(double x, double y) {
    return x > y ? x : y;
}
static double negated(double x) {
    return -x;
}
static double logarithm(double x) {
    return (double)logl((long double)x);
}
static double exponential(double x) {
    return (double)expl((long double)x);
}
static double power(double x, double y) {
    return (double)powl((long double)x, (long double)y);
}

/* Takes one more result at the edge of what the arguments may be into account. */
static void widen(tn_oracle *o, double centre, double corner, double *slack) {
    if (isfinite(centre) != isfinite(corner)) {
        o->unsure = true;
    } else if (isfinite(centre)) {
        *slack = fmax(*slack, fabs(corner - centre));
    }
}

static value apply(tn_oracle *o, unary_function *f, value x, tn_type type, double own) {
    if (x.is_null) return tn_oracle_null(type);
    const double centre = f(x.number);
    double slack = 0.0;
    if (x.slack > 0.0) {
        widen(o, centre, f(x.number - x.slack), &slack);
        widen(o, centre, f(x.number + x.slack), &slack);
    }
    return typed(type, centre, slack + own * fabs(centre));
}

static value combine(tn_oracle *o, binary_function *f, value x, value y, tn_type type) {
    if (x.is_null || y.is_null) return tn_oracle_null(type);
    const double centre = f(x.number, y.number);
    double slack = 0.0;
    if (x.slack > 0.0 || y.slack > 0.0)
        for (int i = 0; i < 4; i++)
            widen(
                o, centre,
                f(x.number + (i & 1 ? x.slack : -x.slack), y.number + (i & 2 ? y.slack : -y.slack)),
                &slack);
    return typed(type, centre, slack + (f == power ? transcendental_slack * fabs(centre) : 0.0));
}

/* A function with steps: sure only where no step lies within the slack. */
static value apply_step(tn_oracle *o, unary_function *f, value x) {
    value result = apply(o, f, x, TN_TYPE_NUMBER, 0.0);
    if (result.slack > 0.0) o->unsure = true;
    return result;
}

static value eval(tn_oracle *o, const tn_expr *e);

static value eval_round(tn_oracle *o, const tn_expr *e) {
    const value scale = tn_oracle_number((double)powl(10.0L, (long double)e->as.count));
    const value x = eval(o, e->children[0]);
    if (e->as.count == 0) return apply_step(o, round, x);
    const value scaled = combine(o, multiply, x, scale, TN_TYPE_NUMBER);
    return combine(o, divide, apply_step(o, round, scaled), scale, TN_TYPE_NUMBER);
}

static value eval_fold(tn_oracle *o, const tn_expr *e, binary_function *f) {
    value result = eval(o, e->children[0]);
    for (uint32_t i = 1; i < e->child_count; i++)
        result = combine(o, f, result, eval(o, e->children[i]), e->type);
    return result;
}

static value eval_number(tn_oracle *o, const tn_expr *e) {
    switch (e->kind) {
    case TN_NODE_MUL:
        return eval_fold(o, e, multiply);
    case TN_NODE_DIV:
        return eval_fold(o, e, divide);
    case TN_NODE_MIN:
        return eval_fold(o, e, smaller);
    case TN_NODE_MAX:
        return eval_fold(o, e, greater);
    case TN_NODE_POW:
        return eval_fold(o, e, power);
    case TN_NODE_NEG:
        return apply(o, negated, eval(o, e->children[0]), e->type, 0.0);
    case TN_NODE_ABS:
        return apply(o, fabs, eval(o, e->children[0]), e->type, 0.0);
    case TN_NODE_FLOOR:
        return apply_step(o, floor, eval(o, e->children[0]));
    case TN_NODE_CEIL:
        return apply_step(o, ceil, eval(o, e->children[0]));
    case TN_NODE_LOG:
        return apply(o, logarithm, eval(o, e->children[0]), e->type, transcendental_slack);
    case TN_NODE_EXP:
        return apply(o, exponential, eval(o, e->children[0]), e->type, transcendental_slack);
    case TN_NODE_SQRT:
        return apply(o, sqrt, eval(o, e->children[0]), e->type, 0.0);
    case TN_NODE_DAYS:
        return combine(o, divide, eval(o, e->children[0]), tn_oracle_number(day_ms), e->type);
    default:
        abort();
    }
}

/* ---- Calendar ---- */

/* The calendar reaches 100 million days from 1970, as that of browsers does; beyond it is null. */
static bool is_beyond(value point) {
    const double days = point.type == TN_TYPE_DATE ? point.number : point.number / day_ms;
    return fabs(days) > 1e8;
}

/* The day of a time or a date. */
static value day_of(tn_oracle *o, value point) {
    if (point.is_null || point.type == TN_TYPE_DATE) return point;
    if (is_beyond(point)) return tn_oracle_null(TN_TYPE_DATE);
    const int64_t day = tn_oracle_day(o->zone, point.number);
    if (point.slack > 0.0 && (tn_oracle_day(o->zone, point.number - point.slack) != day ||
                              tn_oracle_day(o->zone, point.number + point.slack) != day))
        o->unsure = true;
    return typed(TN_TYPE_DATE, (double)day, 0.0);
}

static value to_time(tn_oracle *o, value date) {
    if (date.is_null || is_beyond(date)) return tn_oracle_null(TN_TYPE_TIME);
    return typed(TN_TYPE_TIME, tn_oracle_day_start(o->zone, (int64_t)date.number), 0.0);
}

static value eval_days(tn_oracle *o, const tn_expr *e) {
    const value day = day_of(o, eval(o, e->children[0]));
    const double today = (double)tn_oracle_day(o->zone, (double)o->as_of_ms);
    if (day.is_null) return tn_oracle_null(TN_TYPE_NUMBER);
    if (e->kind == TN_NODE_DAYS_SINCE) return tn_oracle_number(today - day.number);
    if (e->kind == TN_NODE_DAYS_UNTIL) return tn_oracle_number(day.number - today);
    if (is_beyond(day)) return tn_oracle_null(TN_TYPE_NUMBER);
    return tn_oracle_number(
        (double)tn_oracle_days_to_anniversary((int64_t)day.number, (int64_t)today));
}

/* Months are added within 70 million days; what comes of those between there and the end of the
 * calendar is left open. */
static bool is_far(value point) {
    const double far_days = 6.99e7;
    return fabs(point.type == TN_TYPE_DATE ? point.number : point.number / day_ms) > far_days;
}

static value move_months(tn_oracle *o, value point, int64_t months) {
    if (is_beyond(point)) return tn_oracle_null(point.type);
    if (is_far(point)) o->unsure = true;
    if (point.slack > 0.0) o->unsure = true;
    if (point.type == TN_TYPE_DATE)
        point.number = (double)tn_oracle_date_add_months((int64_t)point.number, months);
    else
        point.number = tn_oracle_add_months(o->zone, point.number, months);
    if (is_far(point)) o->unsure = true;
    /* A fraction of a millisecond is rounded on the way to local time and back. */
    if (point.number != floor(point.number)) point.slack = 4.0 * DBL_EPSILON * fabs(point.number);
    return is_beyond(point) ? tn_oracle_null(point.type) : point;
}

/* A point in time and a duration that is a literal: months first, then the rest. */
static value move(tn_oracle *o, value point, const tn_expr *duration, int sign) {
    if (point.is_null) return point;
    if (duration->months != 0) point = move_months(o, point, sign * (int64_t)duration->months);
    const double unit = point.type == TN_TYPE_DATE ? day_ms : 1.0;
    const value step = tn_oracle_number(sign * duration->plain_ms / unit);
    return combine(o, add, point, step, point.type);
}

static value eval_sum(tn_oracle *o, const tn_expr *e) {
    const int sign = e->kind == TN_NODE_SUB ? -1 : 1;
    const value x = eval(o, e->children[0]);
    const tn_expr *right = e->children[1];
    if (right->kind == TN_NODE_DURATION && (e->type == TN_TYPE_TIME || e->type == TN_TYPE_DATE))
        return move(o, x, right, sign);
    const value y = eval(o, right);
    const value result = combine(o, sign < 0 ? subtract : add, x, y, e->type);
    if (x.type == TN_TYPE_DATE && y.type == TN_TYPE_DATE)
        return combine(o, multiply, result, tn_oracle_number(day_ms), e->type);
    return result;
}

/* ---- Comparisons ---- */

static bool is_equal(tn_oracle *o, value x, value y) {
    if (x.type == TN_TYPE_BOOL) return x.boolean == y.boolean;
    if (x.type == TN_TYPE_TEXT) return tn_str_equal(x.text, y.text);
    if (x.slack + y.slack > 0.0 && fabs(x.number - y.number) <= x.slack + y.slack) o->unsure = true;
    return x.number == y.number;
}

static bool is_off_ladder(const tn_expr *e, value x) {
    return e->type == TN_TYPE_LEVEL && x.number >= (double)e->levels->ladder_count;
}

/* x < y, or x <= y; false for nulls and for levels without a place on the ladder. */
static bool is_before(tn_oracle *o, const tn_expr *a, value x, const tn_expr *b, value y,
                      bool or_equal) {
    if (x.is_null || y.is_null || is_off_ladder(a, x) || is_off_ladder(b, y)) return false;
    if (x.slack + y.slack > 0.0 && fabs(x.number - y.number) <= x.slack + y.slack) o->unsure = true;
    return or_equal ? x.number <= y.number : x.number < y.number;
}

static bool eval_in(tn_oracle *o, const tn_expr *e) {
    const value x = eval(o, e->children[0]);
    bool found = false;
    for (uint32_t i = 1; i < e->child_count; i++) {
        const value candidate = eval(o, e->children[i]);
        if (x.is_null || candidate.is_null) continue;
        if (is_equal(o, x, candidate)) found = true;
    }
    return found;
}

static bool eval_comparison(tn_oracle *o, const tn_expr *e) {
    const tn_expr *a = e->children[0];
    const tn_expr *b = e->children[1];
    const value x = eval(o, a);
    const value y = eval(o, b);
    const bool present = !x.is_null && !y.is_null;
    switch (e->kind) {
    case TN_NODE_EQ:
        return present && is_equal(o, x, y);
    case TN_NODE_NE:
        return present && !is_equal(o, x, y);
    case TN_NODE_LT:
        return is_before(o, a, x, b, y, false);
    case TN_NODE_LE:
        return is_before(o, a, x, b, y, true);
    case TN_NODE_GT:
        return is_before(o, b, y, a, x, false);
    case TN_NODE_GE:
        return is_before(o, b, y, a, x, true);
    default: {
        const value high = eval(o, e->children[2]);
        return is_before(o, b, y, a, x, true) && is_before(o, a, x, e->children[2], high, true);
    }
    }
}

/* ---- Leaves ---- */

static value leaf(tn_oracle *o, const tn_expr *e, value argument) {
    value result = o->leaf(o->context, e, argument);
    result.type = e->type;
    return result;
}

static value leaf_as(tn_oracle *o, const tn_expr *e, tn_node_kind kind, uint32_t action) {
    tn_expr part = *e;
    part.kind = kind;
    part.type = kind == TN_NODE_LAST ? TN_TYPE_TIME : TN_TYPE_NUMBER;
    part.action = action;
    return leaf(o, &part, tn_oracle_null(TN_TYPE_NUMBER));
}

static value eval_after(tn_oracle *o, const tn_expr *e) {
    const value a = leaf_as(o, e, TN_NODE_LAST, e->action);
    const value b = leaf_as(o, e, TN_NODE_LAST, e->action_b);
    return tn_oracle_bool(!a.is_null && (b.is_null || b.number < a.number));
}

static value eval_leaf(tn_oracle *o, const tn_expr *e) {
    const value none = tn_oracle_null(TN_TYPE_NUMBER);
    switch (e->kind) {
    case TN_NODE_NOW:
        return typed(TN_TYPE_TIME, (double)o->as_of_ms, 0.0);
    case TN_NODE_MEAN:
        return combine(o, divide, leaf_as(o, e, TN_NODE_SUM, e->action),
                       leaf_as(o, e, TN_NODE_COUNT, e->action), e->type);
    case TN_NODE_AFTER:
        return eval_after(o, e);
    case TN_NODE_TILE:
        return leaf(o, e, eval(o, e->children[0]));
    default:
        return leaf(o, e, none);
    }
}

static value eval_literal(const tn_expr *e) {
    switch (e->kind) {
    case TN_NODE_BOOL:
        return tn_oracle_bool(e->as.boolean);
    case TN_NODE_TEXT:
        if (e->type == TN_TYPE_LEVEL) return typed(TN_TYPE_LEVEL, (double)e->as.count, 0.0);
        return tn_oracle_text(e->text);
    case TN_NODE_DURATION:
        return typed(TN_TYPE_DURATION, e->as.duration_ms, 0.0);
    case TN_NODE_DATE:
        return typed(TN_TYPE_DATE, (double)e->as.date_days, 0.0);
    default:
        return typed(e->type, e->as.number, 0.0);
    }
}

/* ---- Texts ---- */

static char *room(tn_oracle *o, size_t size) {
    char *memory = tn_arena_alloc(o->arena, size + 1);
    if (memory == NULL) abort();
    return memory;
}

/* A text that is too long for a column is null. */
static value made_text(tn_str text) {
    return text.size > TN_TEXT_SIZE_MAX ? tn_oracle_null(TN_TYPE_TEXT) : tn_oracle_text(text);
}

static value eval_lower(tn_oracle *o, const tn_expr *e) {
    const value x = eval(o, e->children[0]);
    if (x.is_null) return x;
    char *out = room(o, 2 * x.text.size);
    const size_t size = tn_utf8_lower(x.text, out, 2 * x.text.size);
    return made_text((tn_str){.data = out, .size = size});
}

static value eval_join(tn_oracle *o, const tn_expr *e) {
    tn_str joined = {.data = "", .size = 0};
    bool is_null = false;
    for (uint32_t i = 0; i < e->child_count; i++) {
        const value part = eval(o, e->children[i]);
        if (part.is_null) is_null = true;
        char *out = room(o, joined.size + part.text.size);
        memcpy(out, joined.data, joined.size);
        if (part.text.size > 0) memcpy(out + joined.size, part.text.data, part.text.size);
        joined = (tn_str){.data = out, .size = joined.size + part.text.size};
    }
    return is_null ? tn_oracle_null(TN_TYPE_TEXT) : made_text(joined);
}

static bool has_part_at(tn_str text, tn_str part, size_t at) {
    if (at + part.size > text.size) return false;
    for (size_t i = 0; i < part.size; i++)
        if (text.data[at + i] != part.data[i]) return false;
    return true;
}

static value eval_text_test(tn_oracle *o, const tn_expr *e) {
    const value text = eval(o, e->children[0]);
    const value part = eval(o, e->children[1]);
    if (text.is_null || part.is_null) return tn_oracle_bool(false);
    const size_t last = e->kind == TN_NODE_CONTAINS ? text.text.size : 0;
    for (size_t at = 0; at <= last; at++)
        if (has_part_at(text.text, part.text, at)) return tn_oracle_bool(true);
    return tn_oracle_bool(false);
}

static value eval_level_text(tn_oracle *o, const tn_expr *e) {
    const value level = eval(o, e->children[0]);
    if (level.is_null) return tn_oracle_null(TN_TYPE_TEXT);
    return tn_oracle_text(e->children[0]->levels->names[(size_t)level.number]);
}

/* ---- The whole ---- */

static value eval_coalesce(tn_oracle *o, const tn_expr *e) {
    value result = tn_oracle_null(e->type);
    for (uint32_t i = 0; i < e->child_count; i++) {
        const value x = eval(o, e->children[i]);
        if (result.is_null) result = x;
    }
    return result;
}

static value eval_if(tn_oracle *o, const tn_expr *e) {
    const value condition = eval(o, e->children[0]);
    const value a = eval(o, e->children[1]);
    const value b = eval(o, e->children[2]);
    return yes(condition) ? a : b;
}

static value eval_logic(tn_oracle *o, const tn_expr *e) {
    const bool a = yes(eval(o, e->children[0]));
    if (e->kind == TN_NODE_NOT) return tn_oracle_bool(!a);
    const bool b = yes(eval(o, e->children[1]));
    return tn_oracle_bool(e->kind == TN_NODE_AND ? a && b : a || b);
}

static value eval(tn_oracle *o, const tn_expr *e) {
    switch (e->kind) {
    case TN_NODE_NUMBER:
    case TN_NODE_BOOL:
    case TN_NODE_TEXT:
    case TN_NODE_DURATION:
    case TN_NODE_DATE:
        return eval_literal(e);
    case TN_NODE_COLUMN:
    case TN_NODE_NOW:
    case TN_NODE_JOINED:
    case TN_NODE_LAST_SEEN:
    case TN_NODE_COUNT:
    case TN_NODE_SUM:
    case TN_NODE_MEAN:
    case TN_NODE_FIRST:
    case TN_NODE_LAST:
    case TN_NODE_LAST_VALUE:
    case TN_NODE_DECAYED:
    case TN_NODE_AFTER:
    case TN_NODE_TILE:
    case TN_NODE_BUCKET:
        return eval_leaf(o, e);
    case TN_NODE_OR:
    case TN_NODE_AND:
    case TN_NODE_NOT:
        return eval_logic(o, e);
    case TN_NODE_EQ:
    case TN_NODE_NE:
    case TN_NODE_LT:
    case TN_NODE_LE:
    case TN_NODE_GT:
    case TN_NODE_GE:
    case TN_NODE_BETWEEN:
        return tn_oracle_bool(eval_comparison(o, e));
    case TN_NODE_IN:
        return tn_oracle_bool(eval_in(o, e));
    case TN_NODE_IS_NULL:
        return tn_oracle_bool(eval(o, e->children[0]).is_null);
    case TN_NODE_IS_NOT_NULL:
        return tn_oracle_bool(!eval(o, e->children[0]).is_null);
    case TN_NODE_ADD:
    case TN_NODE_SUB:
        return eval_sum(o, e);
    case TN_NODE_IF:
        return eval_if(o, e);
    case TN_NODE_COALESCE:
        return eval_coalesce(o, e);
    case TN_NODE_ROUND:
        return eval_round(o, e);
    case TN_NODE_LOWER:
        return eval_lower(o, e);
    case TN_NODE_JOIN:
        return eval_join(o, e);
    case TN_NODE_CONTAINS:
    case TN_NODE_STARTS_WITH:
        return eval_text_test(o, e);
    case TN_NODE_DAYS_SINCE:
    case TN_NODE_DAYS_UNTIL:
    case TN_NODE_DAYS_TO_ANNIVERSARY:
        return eval_days(o, e);
    case TN_NODE_TO_TIME:
        return to_time(o, eval(o, e->children[0]));
    case TN_NODE_LEVEL_TEXT:
        return eval_level_text(o, e);
    default:
        return eval_number(o, e);
    }
}

value tn_oracle_eval(tn_oracle *oracle, const tn_expr *expr) {
    return eval(oracle, expr);
}
