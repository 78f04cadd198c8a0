/* program_fold.c: steps that need not be made: constants are computed, algebra that holds for nulls
 * too is applied, and steps that mean the same are brought into one form.
 *
 * Only what keeps every bit is done here: x + 0, x × 1 and the like hold for null, for infinities
 * do not occur in registers, and -0 and 0 are one number to everything that looks at numbers. */
#include "expr/program_ir.h"

#include <math.h>
#include <string.h>

static const tn_step *arg_of(const tn_builder *b, const tn_step *step, size_t i) {
    return tn_builder_step(b, step->args[i]);
}
static bool is_number(const tn_step *step, double value) {
    return step->op == TN_OP_NUMBER && step->imm[0] == value;
}
static bool is_null(const tn_step *step) {
    return (step->op == TN_OP_NUMBER && isnan(step->imm[0])) ||
           (step->op == TN_OP_TEXT && step->index == TN_CODE_NULL);
}
static bool is_bool(const tn_step *step, bool value) {
    return step->op == TN_OP_BOOL && step->index == value;
}

static size_t count_args(const tn_step *step) {
    size_t count = 0;
    for (size_t i = 0; i < TN_STEP_ARGS; i++)
        if (step->args[i] != TN_NO_VALUE) count = i + 1;
    return count;
}

/* ---- Constants ---- */

/* One block of rows of any kind. */
typedef union tn_block {
    double f64[TN_KERNEL_ROWS];
    uint32_t code[TN_KERNEL_ROWS];
    uint64_t bits[1];
} tn_block;

static void fill_block(tn_block *block, const tn_step *constant) {
    if (constant->op == TN_OP_BOOL) {
        block->bits[0] = constant->index ? ~0ull : 0;
        return;
    }
    for (size_t i = 0; i < TN_KERNEL_ROWS; i++) {
        if (constant->op == TN_OP_NUMBER)
            block->f64[i] = constant->imm[0];
        else
            block->code[i] = constant->index;
    }
}

static tn_value_id fold_constants(tn_builder *b, const tn_step *step) {
    const size_t count = count_args(step);
    if (count == 0 || step->kind == TN_REGISTER_CODE) return TN_NO_VALUE;
    tn_block args[TN_STEP_ARGS];
    tn_operand operands[TN_STEP_ARGS] = {{0}};
    for (size_t i = 0; i < count; i++) {
        operands[i] = (tn_operand){.data = &args[i], .step = 1};
        if (step->args[i] == TN_NO_VALUE) continue;
        if (!tn_step_is_constant(arg_of(b, step, i))) return TN_NO_VALUE;
        fill_block(&args[i], arg_of(b, step, i));
    }
    tn_block out;
    const tn_pure pure = {.kernels = tn_kernels_get(TN_ISA_BASE), .zone = b->zone};
    if (!tn_pure_run(&pure, step, operands, &out, TN_KERNEL_ROWS)) return TN_NO_VALUE;
    if (step->kind == TN_REGISTER_BITS) return tn_build_bool(b, out.bits[0] & 1);
    return tn_build_number(b, out.f64[0]);
}

/* ---- Null arguments ---- */

/* A null makes most steps null, and comparisons false. */
static tn_value_id fold_null(tn_builder *b, const tn_step *step) {
    switch (step->op) {
    case TN_OP_UNARY:
        if (step->sub == TN_UNARY_TO_UNITS) return TN_NO_VALUE;
        break;
    case TN_OP_BINARY:
    case TN_OP_CLAMP:
    case TN_OP_ORDER:
    case TN_OP_BETWEEN:
    case TN_OP_CODE_EQUAL:
    case TN_OP_DAY:
    case TN_OP_DAY_START:
    case TN_OP_ADD_MONTHS:
    case TN_OP_ANNIVERSARY:
    case TN_OP_BIN:
    case TN_OP_P_ALIVE:
    case TN_OP_CELL:
        break;
    case TN_OP_RULE:
        return is_null(arg_of(b, step, 1)) ? step->args[0] : TN_NO_VALUE;
    default:
        return TN_NO_VALUE;
    }
    for (size_t i = 0; i < TN_STEP_ARGS; i++) {
        if (step->args[i] == TN_NO_VALUE || !is_null(arg_of(b, step, i))) continue;
        if (step->kind == TN_REGISTER_BITS) return tn_build_bool(b, false);
        return tn_build_number(b, (double)NAN);
    }
    return TN_NO_VALUE;
}

/* ---- Algebra ---- */

static tn_value_id fold_binary(const tn_builder *b, const tn_step *step) {
    const tn_step *y = arg_of(b, step, 1);
    switch (step->sub) {
    case TN_BINARY_ADD:
    case TN_BINARY_SUB:
        return is_number(y, 0.0) ? step->args[0] : TN_NO_VALUE;
    case TN_BINARY_MUL:
    case TN_BINARY_DIV:
    case TN_BINARY_POW:
        return is_number(y, 1.0) ? step->args[0] : TN_NO_VALUE;
    case TN_BINARY_MIN:
    case TN_BINARY_MAX:
        return step->args[0] == step->args[1] ? step->args[0] : TN_NO_VALUE;
    default:
        return TN_NO_VALUE;
    }
}

/* Twice the same: neg, and what changes nothing the second time. */
static tn_value_id fold_unary(const tn_builder *b, const tn_step *step) {
    const tn_step *x = arg_of(b, step, 0);
    if (x->op != TN_OP_UNARY || x->sub != step->sub) return TN_NO_VALUE;
    switch (step->sub) {
    case TN_UNARY_NEG:
        return x->args[0];
    case TN_UNARY_ABS:
    case TN_UNARY_FLOOR:
    case TN_UNARY_CEIL:
    case TN_UNARY_ROUND:
    case TN_UNARY_TO_F32:
        return step->args[0];
    default:
        return TN_NO_VALUE;
    }
}

/* x >= low and x <= high, of constants, is one step. */
static bool fuse_between(const tn_builder *b, tn_step *step) {
    const tn_step *low = arg_of(b, step, 0);
    const tn_step *high = arg_of(b, step, 1);
    if (low->op != TN_OP_ORDER || high->op != TN_OP_ORDER) return false;
    if (low->sub == TN_ORDER_LE) {
        const tn_step *swapped = low;
        low = high;
        high = swapped;
    }
    if (low->sub != TN_ORDER_GE || high->sub != TN_ORDER_LE || low->args[0] != high->args[0])
        return false;
    const tn_step *least = arg_of(b, low, 1);
    const tn_step *largest = arg_of(b, high, 1);
    if (least->op != TN_OP_NUMBER || largest->op != TN_OP_NUMBER) return false;
    tn_step between = tn_step_of(TN_OP_BETWEEN, TN_REGISTER_BITS);
    between.args[0] = low->args[0];
    between.imm[0] = least->imm[0];
    between.imm[1] = largest->imm[0];
    *step = between;
    return true;
}

/* and with a not becomes one step; constants and equal sides vanish. */
static tn_value_id fold_and(tn_builder *b, tn_step *step) {
    const tn_step *x = arg_of(b, step, 0);
    const tn_step *y = arg_of(b, step, 1);
    if (step->args[0] == step->args[1] || is_bool(y, true)) return step->args[0];
    if (is_bool(x, true)) return step->args[1];
    if (is_bool(x, false) || is_bool(y, false)) return tn_build_bool(b, false);
    if (fuse_between(b, step)) return TN_NO_VALUE;
    if (y->op == TN_OP_NOT) {
        step->op = TN_OP_AND_NOT;
        step->args[1] = y->args[0];
    } else if (x->op == TN_OP_NOT) {
        const uint32_t kept = step->args[1];
        step->op = TN_OP_AND_NOT;
        step->args[1] = x->args[0];
        step->args[0] = kept;
    }
    return step->args[0] == step->args[1] ? tn_build_bool(b, false) : TN_NO_VALUE;
}

static tn_value_id fold_or(tn_builder *b, const tn_step *step) {
    const tn_step *x = arg_of(b, step, 0);
    const tn_step *y = arg_of(b, step, 1);
    if (step->args[0] == step->args[1] || is_bool(y, false)) return step->args[0];
    if (is_bool(x, false)) return step->args[1];
    if (is_bool(x, true) || is_bool(y, true)) return tn_build_bool(b, true);
    return TN_NO_VALUE;
}

static tn_value_id fold_select(const tn_builder *b, const tn_step *step) {
    const tn_step *condition = arg_of(b, step, 0);
    if (step->args[1] == step->args[2]) return step->args[1];
    if (condition->op == TN_OP_BOOL) return step->args[condition->index ? 1 : 2];
    return TN_NO_VALUE;
}

static tn_value_id fold_coalesce(const tn_builder *b, const tn_step *step) {
    const tn_step *x = arg_of(b, step, 0);
    if (step->args[0] == step->args[1]) return step->args[0];
    if (is_null(x)) return step->args[1];
    if (is_null(arg_of(b, step, 1)) || tn_step_is_constant(x)) return step->args[0];
    return TN_NO_VALUE;
}

/* A rule of a constant adds a constant where its gate holds. */
static tn_value_id fold_rule(tn_builder *b, tn_step *step) {
    if (step->args[2] != TN_NO_VALUE && arg_of(b, step, 2)->op == TN_OP_BOOL) {
        if (is_bool(arg_of(b, step, 2), false)) return step->args[0];
        step->args[2] = TN_NO_VALUE;
    }
    if (arg_of(b, step, 1)->op != TN_OP_NUMBER) return TN_NO_VALUE;
    const tn_value_id zero = tn_build_number(b, 0.0);
    const tn_value_id units =
        tn_build_rule(b, zero, step->args[1], step->imm[0], step->imm[1], TN_NO_VALUE);
    if (units == TN_NO_VALUE) return TN_NO_VALUE;
    if (step->args[2] == TN_NO_VALUE) return tn_build_math(b, TN_MATH_ADD, step->args[0], units);
    tn_step where = tn_step_of(TN_OP_ADD_WHERE, TN_REGISTER_F64);
    where.args[0] = step->args[0];
    where.args[1] = step->args[2];
    where.imm[0] = tn_builder_step(b, units)->imm[0];
    *step = where;
    return TN_NO_VALUE;
}

/* Whole numbers by their column's type. */
static bool is_whole_input(const tn_step *step) {
    return step->op == TN_OP_INPUT &&
           (step->sub == TN_PHYSICAL_I64 || step->sub == TN_PHYSICAL_I32);
}

/* day(time) >= or < a whole day, of UTC: time against the start of that day. Times beyond ±8.64 ×
 * 10^15 ms have no day. */
static tn_value_id compare_day(tn_builder *b, tn_comparison op, tn_value_id time, tn_value_id day) {
    const bool is_from = op == TN_IS_GE;
    const tn_value_id end = tn_build_number(b, is_from ? 8.64e15 : -8.64e15);
    const tn_value_id has_day = tn_build_compare(b, is_from ? TN_IS_LE : TN_IS_GE, time, end);
    const tn_value_id holds = tn_build_compare(b, op, time, tn_build_day_start(b, day));
    return tn_build_and(b, holds, has_day);
}

/* Brings what is the same for all rows to one side:
 *     now - x >= c        is  x <= now - c
 *     today - day(x) > c  is  x < start of day (today - c)        in UTC
 * Whole numbers are exact on both sides, or so far away that rounding does not matter. */
static tn_value_id fold_order(tn_builder *b, const tn_step *step) {
    static const tn_comparison mirrored[TN_ORDER_COUNT] = {
        [TN_ORDER_LT] = TN_IS_GT, [TN_ORDER_LE] = TN_IS_GE, [TN_ORDER_EQ] = TN_IS_EQ,
        [TN_ORDER_NE] = TN_IS_NE, [TN_ORDER_GE] = TN_IS_LE, [TN_ORDER_GT] = TN_IS_LT,
    };
    const tn_step *difference = arg_of(b, step, 0);
    const tn_step *limit = arg_of(b, step, 1);
    if (difference->op != TN_OP_BINARY || difference->sub != TN_BINARY_SUB ||
        limit->op != TN_OP_NUMBER || limit->imm[0] != floor(limit->imm[0]))
        return TN_NO_VALUE;
    const tn_value_id of_all = difference->args[0];
    const tn_value_id x = difference->args[1];
    const tn_op clock = (tn_op)tn_builder_step(b, of_all)->op;
    const double far = clock == TN_OP_NOW ? 1e15 : clock == TN_OP_TODAY ? 1e7 : 0.0;
    if (far == 0.0 || fabs(limit->imm[0]) > far) return TN_NO_VALUE;
    tn_comparison op = mirrored[step->sub];
    const tn_value_id bound = tn_build_math(b, TN_MATH_SUB, of_all, step->args[1]);
    const tn_step *of_x = tn_builder_step(b, x);
    if (is_whole_input(of_x)) return tn_build_compare(b, op, x, bound);
    const bool is_day = clock == TN_OP_TODAY && of_x->op == TN_OP_UNARY &&
                        of_x->sub == TN_UNARY_TO_DAY && is_whole_input(arg_of(b, of_x, 0));
    if (!is_day || op == TN_IS_EQ || op == TN_IS_NE) return TN_NO_VALUE;
    const tn_value_id time = of_x->args[0];
    const bool from_next = op == TN_IS_GT || op == TN_IS_LE;
    const tn_value_id day =
        from_next ? tn_build_math(b, TN_MATH_ADD, bound, tn_build_number(b, 1.0)) : bound;
    return compare_day(b, op == TN_IS_GE || op == TN_IS_GT ? TN_IS_GE : TN_IS_LT, time, day);
}

static tn_value_id fold_algebra(tn_builder *b, tn_step *step) {
    switch (step->op) {
    case TN_OP_UNARY:
        return fold_unary(b, step);
    case TN_OP_BINARY:
        return fold_binary(b, step);
    case TN_OP_AND:
        return fold_and(b, step);
    case TN_OP_OR:
        return fold_or(b, step);
    case TN_OP_NOT:
        return arg_of(b, step, 0)->op == TN_OP_NOT ? arg_of(b, step, 0)->args[0] : TN_NO_VALUE;
    case TN_OP_SELECT:
        return fold_select(b, step);
    case TN_OP_COALESCE:
        return fold_coalesce(b, step);
    case TN_OP_RULE:
        return fold_rule(b, step);
    case TN_OP_ORDER:
        return fold_order(b, step);
    default:
        return TN_NO_VALUE;
    }
}

/* ---- One form ---- */

static bool is_commutative(const tn_step *step) {
    switch (step->op) {
    case TN_OP_BINARY:
        return step->sub == TN_BINARY_ADD || step->sub == TN_BINARY_MUL;
    case TN_OP_AND:
    case TN_OP_OR:
    case TN_OP_ORDER: /* with the order turned round */
    case TN_OP_CODE_EQUAL:
        return true;
    default:
        return false;
    }
}

/* Constants to the right; otherwise the older value to the left. */
static void order_args(const tn_builder *b, tn_step *step) {
    static const uint8_t turned[TN_ORDER_COUNT] = {
        [TN_ORDER_LT] = TN_ORDER_GT, [TN_ORDER_LE] = TN_ORDER_GE, [TN_ORDER_EQ] = TN_ORDER_EQ,
        [TN_ORDER_NE] = TN_ORDER_NE, [TN_ORDER_GE] = TN_ORDER_LE, [TN_ORDER_GT] = TN_ORDER_LT,
    };
    if (!is_commutative(step)) return;
    const bool x_constant = tn_step_is_constant(arg_of(b, step, 0));
    const bool y_constant = tn_step_is_constant(arg_of(b, step, 1));
    const bool in_order = x_constant == y_constant ? step->args[0] <= step->args[1] : y_constant;
    if (in_order) return;
    const uint32_t x = step->args[0];
    step->args[0] = step->args[1];
    step->args[1] = x;
    if (step->op == TN_OP_ORDER) step->sub = turned[step->sub];
}

tn_value_id tn_builder_fold(tn_builder *b, tn_step *step) {
    order_args(b, step);
    tn_value_id value = fold_null(b, step);
    if (value == TN_NO_VALUE && b->failure == TN_OK) value = fold_constants(b, step);
    if (value == TN_NO_VALUE && b->failure == TN_OK) value = fold_algebra(b, step);
    return value;
}
