/* program_build.c: what a builder can build of numbers, bits, days, scores and CLV. Each function
 * states one step; folding and numbering are behind tn_builder_value. */
#include "base/assert.h"
#include "expr/program_ir.h"

static bool has_kind(const tn_builder *b, tn_value_id value, tn_register_kind kind) {
    return value == TN_NO_VALUE || tn_builder_kind(b, value) == kind;
}

static tn_value_id build(tn_builder *b, tn_op op, tn_register_kind kind, tn_value_id x,
                         tn_value_id y) {
    tn_step step = tn_step_of(op, kind);
    step.args[0] = x;
    step.args[1] = y;
    return tn_builder_value(b, step, 2);
}

/* ---- Numbers ---- */

static tn_value_id unary(tn_builder *b, tn_unary op, tn_value_id x) {
    tn_step step = tn_step_of(TN_OP_UNARY, TN_REGISTER_F64);
    step.sub = (uint8_t)op;
    step.args[0] = x;
    return tn_builder_value(b, step, 1);
}

static tn_value_id binary(tn_builder *b, tn_binary op, tn_value_id x, tn_value_id y) {
    tn_step step = tn_step_of(TN_OP_BINARY, TN_REGISTER_F64);
    step.sub = (uint8_t)op;
    step.args[0] = x;
    step.args[1] = y;
    return tn_builder_value(b, step, 2);
}

tn_value_id tn_build_math(tn_builder *b, tn_math op, tn_value_id x, tn_value_id y) {
    static const struct {
        bool is_binary;
        uint8_t kernel;
    } maths[] = {
        [TN_MATH_ADD] = {true, TN_BINARY_ADD},
        [TN_MATH_SUB] = {true, TN_BINARY_SUB},
        [TN_MATH_MUL] = {true, TN_BINARY_MUL},
        [TN_MATH_DIV] = {true, TN_BINARY_DIV},
        [TN_MATH_MIN] = {true, TN_BINARY_MIN},
        [TN_MATH_MAX] = {true, TN_BINARY_MAX},
        [TN_MATH_POW] = {true, TN_BINARY_POW},
        [TN_MATH_NEG] = {false, TN_UNARY_NEG},
        [TN_MATH_ABS] = {false, TN_UNARY_ABS},
        [TN_MATH_FLOOR] = {false, TN_UNARY_FLOOR},
        [TN_MATH_CEIL] = {false, TN_UNARY_CEIL},
        [TN_MATH_ROUND] = {false, TN_UNARY_ROUND},
        [TN_MATH_LOG] = {false, TN_UNARY_LOG},
        [TN_MATH_EXP] = {false, TN_UNARY_EXP},
        [TN_MATH_SQRT] = {false, TN_UNARY_SQRT},
        [TN_MATH_TO_F32] = {false, TN_UNARY_TO_F32},
        [TN_MATH_TO_UNITS] = {false, TN_UNARY_TO_UNITS},
        [TN_MATH_FROM_UNITS] = {false, TN_UNARY_FROM_UNITS},
    };
    TN_ASSERT(has_kind(b, x, TN_REGISTER_F64));
    if (!maths[op].is_binary) return unary(b, (tn_unary)maths[op].kernel, x);
    TN_ASSERT(has_kind(b, y, TN_REGISTER_F64));
    return binary(b, (tn_binary)maths[op].kernel, x, y);
}

tn_value_id tn_build_clamp(tn_builder *b, tn_value_id x, double low, double high) {
    TN_ASSERT(has_kind(b, x, TN_REGISTER_F64) && low <= high);
    tn_step step = tn_step_of(TN_OP_CLAMP, TN_REGISTER_F64);
    step.args[0] = x;
    step.imm[0] = low;
    step.imm[1] = high;
    return tn_builder_value(b, step, 1);
}

/* ---- Bits ---- */

tn_value_id tn_build_compare(tn_builder *b, tn_comparison op, tn_value_id x, tn_value_id y) {
    static const uint8_t orders[] = {
        [TN_IS_LT] = TN_ORDER_LT, [TN_IS_LE] = TN_ORDER_LE, [TN_IS_EQ] = TN_ORDER_EQ,
        [TN_IS_NE] = TN_ORDER_NE, [TN_IS_GE] = TN_ORDER_GE, [TN_IS_GT] = TN_ORDER_GT,
    };
    TN_ASSERT(has_kind(b, x, TN_REGISTER_F64) && has_kind(b, y, TN_REGISTER_F64));
    tn_step step = tn_step_of(TN_OP_ORDER, TN_REGISTER_BITS);
    step.sub = orders[op];
    step.args[0] = x;
    step.args[1] = y;
    return tn_builder_value(b, step, 2);
}

tn_value_id tn_build_is_null(tn_builder *b, tn_value_id x) {
    TN_ASSERT(x == TN_NO_VALUE || !has_kind(b, x, TN_REGISTER_BITS));
    const bool is_code = x != TN_NO_VALUE && has_kind(b, x, TN_REGISTER_CODE);
    tn_step step = tn_step_of(is_code ? TN_OP_IS_NULL_CODE : TN_OP_IS_NULL, TN_REGISTER_BITS);
    step.args[0] = x;
    return tn_builder_value(b, step, 1);
}

tn_value_id tn_build_and(tn_builder *b, tn_value_id x, tn_value_id y) {
    TN_ASSERT(has_kind(b, x, TN_REGISTER_BITS) && has_kind(b, y, TN_REGISTER_BITS));
    return build(b, TN_OP_AND, TN_REGISTER_BITS, x, y);
}

tn_value_id tn_build_or(tn_builder *b, tn_value_id x, tn_value_id y) {
    TN_ASSERT(has_kind(b, x, TN_REGISTER_BITS) && has_kind(b, y, TN_REGISTER_BITS));
    return build(b, TN_OP_OR, TN_REGISTER_BITS, x, y);
}

tn_value_id tn_build_not(tn_builder *b, tn_value_id x) {
    TN_ASSERT(has_kind(b, x, TN_REGISTER_BITS));
    tn_step step = tn_step_of(TN_OP_NOT, TN_REGISTER_BITS);
    step.args[0] = x;
    return tn_builder_value(b, step, 1);
}

/* ---- Choices ---- */

/* Brings two values of one kind together: texts into one dictionary. False when one is missing. */
static bool unify(tn_builder *b, tn_step *step, tn_value_id *x, tn_value_id *y) {
    if (*x == TN_NO_VALUE || *y == TN_NO_VALUE) return false;
    TN_ASSERT(tn_builder_kind(b, *x) == tn_builder_kind(b, *y));
    step->kind = (uint8_t)tn_builder_kind(b, *x);
    if (step->kind != TN_REGISTER_CODE) return true;
    uint32_t of_x = tn_builder_step(b, *x)->identity;
    const uint32_t of_y = tn_builder_step(b, *y)->identity;
    if (of_x != of_y && of_x != TN_IDENTITY_ANY && of_y != TN_IDENTITY_ANY) {
        *x = tn_builder_to_pool(b, *x);
        *y = tn_builder_to_pool(b, *y);
        of_x = TN_IDENTITY_POOL;
    }
    step->identity = of_x == TN_IDENTITY_ANY ? of_y : of_x;
    return *x != TN_NO_VALUE && *y != TN_NO_VALUE;
}

tn_value_id tn_build_select(tn_builder *b, tn_value_id condition, tn_value_id x, tn_value_id y) {
    TN_ASSERT(has_kind(b, condition, TN_REGISTER_BITS));
    tn_step step = tn_step_of(TN_OP_SELECT, TN_REGISTER_F64);
    if (!unify(b, &step, &x, &y)) return tn_builder_fail(b, TN_INTERNAL);
    step.args[0] = condition;
    step.args[1] = x;
    step.args[2] = y;
    return tn_builder_value(b, step, 3);
}

tn_value_id tn_build_coalesce(tn_builder *b, tn_value_id x, tn_value_id y) {
    tn_step step = tn_step_of(TN_OP_COALESCE, TN_REGISTER_F64);
    if (!unify(b, &step, &x, &y)) return tn_builder_fail(b, TN_INTERNAL);
    TN_ASSERT(step.kind != TN_REGISTER_BITS);
    step.args[0] = x;
    step.args[1] = y;
    return tn_builder_value(b, step, 2);
}

/* ---- Calendar ---- */

tn_value_id tn_build_day(tn_builder *b, tn_value_id time) {
    TN_ASSERT(has_kind(b, time, TN_REGISTER_F64));
    if (tn_zone_is_utc(b->zone)) return unary(b, TN_UNARY_TO_DAY, time);
    tn_step step = tn_step_of(TN_OP_DAY, TN_REGISTER_F64);
    step.args[0] = time;
    return tn_builder_value(b, step, 1);
}

tn_value_id tn_build_day_start(tn_builder *b, tn_value_id day) {
    TN_ASSERT(has_kind(b, day, TN_REGISTER_F64));
    tn_step step = tn_step_of(TN_OP_DAY_START, TN_REGISTER_F64);
    step.args[0] = day;
    return tn_builder_value(b, step, 1);
}

tn_value_id tn_build_add_months(tn_builder *b, tn_value_id x, int32_t months, bool is_date) {
    TN_ASSERT(has_kind(b, x, TN_REGISTER_F64));
    tn_step step = tn_step_of(TN_OP_ADD_MONTHS, TN_REGISTER_F64);
    step.args[0] = x;
    step.index = (uint32_t)months;
    step.extra = is_date;
    return tn_builder_value(b, step, 1);
}

tn_value_id tn_build_anniversary(tn_builder *b, tn_value_id date, tn_value_id today) {
    TN_ASSERT(has_kind(b, date, TN_REGISTER_F64) && has_kind(b, today, TN_REGISTER_F64));
    return build(b, TN_OP_ANNIVERSARY, TN_REGISTER_F64, date, today);
}

/* ---- Bins, splits, rules ---- */

tn_value_id tn_build_bin(tn_builder *b, tn_value_id x, uint32_t slot, bool lower_inclusive) {
    TN_ASSERT(has_kind(b, x, TN_REGISTER_F64));
    tn_step step = tn_step_of(TN_OP_BIN, TN_REGISTER_F64);
    step.args[0] = x;
    step.index = slot;
    step.extra = lower_inclusive;
    return tn_builder_value(b, step, 1);
}

tn_value_id tn_build_bucket(tn_builder *b, uint32_t n, tn_str salt) {
    TN_ASSERT(n > 0);
    tn_step step = tn_step_of(TN_OP_BUCKET, TN_REGISTER_F64);
    step.index = tn_builder_literal(b, salt);
    step.extra = n;
    if (step.index == TN_NO_VALUE) return TN_NO_VALUE;
    return tn_builder_value(b, step, 0);
}

tn_value_id tn_build_rule(tn_builder *b, tn_value_id acc, tn_value_id x, double points, double cap,
                          tn_value_id gate) {
    TN_ASSERT(has_kind(b, acc, TN_REGISTER_F64) && has_kind(b, x, TN_REGISTER_F64));
    TN_ASSERT(has_kind(b, gate, TN_REGISTER_BITS) && cap >= 0.0);
    tn_step step = tn_step_of(TN_OP_RULE, TN_REGISTER_F64);
    step.args[0] = acc;
    step.args[1] = x;
    step.args[2] = gate;
    step.imm[0] = points;
    step.imm[1] = cap;
    return tn_builder_value(b, step, 2);
}

/* ---- CLV ---- */

static tn_value_id of_three(tn_builder *b, tn_op op, uint32_t slot, const tn_value_id args[3]) {
    tn_step step = tn_step_of(op, TN_REGISTER_F64);
    step.index = slot;
    for (size_t i = 0; i < 3; i++) {
        TN_ASSERT(has_kind(b, args[i], TN_REGISTER_F64));
        step.args[i] = args[i];
    }
    return tn_builder_value(b, step, 3);
}

tn_value_id tn_build_p_alive(tn_builder *b, tn_value_id x, tn_value_id t_x, tn_value_id T) {
    return of_three(b, TN_OP_P_ALIVE, 0, (const tn_value_id[3]){x, t_x, T});
}

tn_value_id tn_build_call(tn_builder *b, uint32_t slot, tn_value_id x, tn_value_id y,
                          tn_value_id z) {
    return of_three(b, TN_OP_CALL, slot, (const tn_value_id[3]){x, y, z});
}

tn_value_id tn_build_table(tn_builder *b, uint32_t slot, tn_value_id row, tn_value_id column) {
    TN_ASSERT(has_kind(b, row, TN_REGISTER_F64) && has_kind(b, column, TN_REGISTER_F64));
    tn_step step = tn_step_of(TN_OP_CELL, TN_REGISTER_F64);
    step.args[0] = row;
    step.args[1] = column;
    step.index = slot;
    return tn_builder_value(b, step, 2);
}
