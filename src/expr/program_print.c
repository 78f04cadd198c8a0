/* program_print.c: a program for people: one line an instruction. */
#include "expr/program_ir.h"

#include <math.h>

static const char *op_name(const tn_step *step) {
    static const char *const unary[TN_UNARY_COUNT] = {
        [TN_UNARY_NEG] = "neg",           [TN_UNARY_ABS] = "abs",
        [TN_UNARY_FLOOR] = "floor",       [TN_UNARY_CEIL] = "ceil",
        [TN_UNARY_ROUND] = "round",       [TN_UNARY_SQRT] = "sqrt",
        [TN_UNARY_LOG] = "log",           [TN_UNARY_LOG1P] = "log1p",
        [TN_UNARY_EXP] = "exp",           [TN_UNARY_EXPM1] = "expm1",
        [TN_UNARY_EXP2] = "exp2",         [TN_UNARY_TO_F32] = "to_f32",
        [TN_UNARY_TO_UNITS] = "to_units", [TN_UNARY_FROM_UNITS] = "from_units",
        [TN_UNARY_TO_DAY] = "day",
    };
    static const char *const binary[TN_BINARY_COUNT] = {
        [TN_BINARY_ADD] = "add", [TN_BINARY_SUB] = "sub", [TN_BINARY_MUL] = "mul",
        [TN_BINARY_DIV] = "div", [TN_BINARY_MIN] = "min", [TN_BINARY_MAX] = "max",
        [TN_BINARY_POW] = "pow",
    };
    static const char *const order[TN_ORDER_COUNT] = {
        [TN_ORDER_LT] = "lt", [TN_ORDER_LE] = "le", [TN_ORDER_EQ] = "eq",
        [TN_ORDER_NE] = "ne", [TN_ORDER_GE] = "ge", [TN_ORDER_GT] = "gt",
    };
    static const char *const names[] = {
        [TN_OP_NUMBER] = "number",
        [TN_OP_BOOL] = "bool",
        [TN_OP_TEXT] = "text",
        [TN_OP_LITERAL] = "literal",
        [TN_OP_PARAMETER] = "parameter",
        [TN_OP_NOW] = "now",
        [TN_OP_TODAY] = "today",
        [TN_OP_INPUT] = "input",
        [TN_OP_CLAMP] = "clamp",
        [TN_OP_BETWEEN] = "between",
        [TN_OP_IS_NULL] = "is_null",
        [TN_OP_IS_NULL_CODE] = "is_null",
        [TN_OP_AND] = "and",
        [TN_OP_OR] = "or",
        [TN_OP_AND_NOT] = "and_not",
        [TN_OP_NOT] = "not",
        [TN_OP_SELECT] = "select",
        [TN_OP_COALESCE] = "coalesce",
        [TN_OP_CODE_EQUAL] = "equal",
        [TN_OP_TEXT_TEST] = "text_test",
        [TN_OP_TEXT_PAIR_TEST] = "text_pair_test",
        [TN_OP_TEXT_MAP] = "text_map",
        [TN_OP_TEXT_PAIR_JOIN] = "text_join",
        [TN_OP_LEVEL_TEXT] = "level_text",
        [TN_OP_DAY] = "zone_day",
        [TN_OP_DAY_START] = "day_start",
        [TN_OP_ADD_MONTHS] = "add_months",
        [TN_OP_ANNIVERSARY] = "anniversary",
        [TN_OP_BIN] = "bin",
        [TN_OP_BUCKET] = "bucket",
        [TN_OP_RULE] = "rule",
        [TN_OP_ADD_WHERE] = "add_where",
        [TN_OP_P_ALIVE] = "p_alive",
        [TN_OP_CELL] = "cell",
        [TN_OP_CALL] = "call",
        [TN_OP_STORE] = "store",
    };
    if (step->op == TN_OP_UNARY) return unary[step->sub];
    if (step->op == TN_OP_BINARY) return binary[step->sub];
    if (step->op == TN_OP_ORDER) return order[step->sub];
    return names[step->op];
}

static const char *physical_name(unsigned physical) {
    static const char *const names[] = {
        [TN_PHYSICAL_F64] = "f64",     [TN_PHYSICAL_F32] = "f32",   [TN_PHYSICAL_I64] = "i64",
        [TN_PHYSICAL_I32] = "i32",     [TN_PHYSICAL_U32] = "u32",   [TN_PHYSICAL_U16] = "u16",
        [TN_PHYSICAL_U8] = "u8",       [TN_PHYSICAL_I8] = "i8",     [TN_PHYSICAL_CODE] = "code",
        [TN_PHYSICAL_UNITS] = "units", [TN_PHYSICAL_BITS] = "bits",
    };
    return names[physical];
}

static const char *change_name(unsigned change) {
    static const char *const names[] = {[TN_CHANGE_NONE] = "as is",
                                        [TN_CHANGE_LOWER] = "lower",
                                        [TN_CHANGE_APPEND] = "append",
                                        [TN_CHANGE_PREPEND] = "prepend"};
    return names[change];
}

static const char *test_name(unsigned test) {
    static const char *const names[] = {[TN_TEXT_EQUALS] = "equals",
                                        [TN_TEXT_CONTAINS] = "contains",
                                        [TN_TEXT_STARTS_WITH] = "starts with"};
    return names[test];
}

static void print_text(tn_buffer *out, const tn_program *p, uint32_t literal) {
    const tn_str text = p->literals[literal];
    tn_buffer_append_str(out, " '");
    tn_buffer_append(out, text.data, text.size);
    tn_buffer_append_char(out, '\'');
}

static bool is_null_leaf(const tn_step *leaf) {
    return (leaf->op == TN_OP_NUMBER && isnan(leaf->imm[0])) ||
           (leaf->op == TN_OP_TEXT && leaf->index == TN_CODE_NULL);
}

/* A register: f3, c0, b12; or the leaf that fills it. */
static void print_register(tn_buffer *out, const tn_program *p, uint32_t reg) {
    for (size_t i = 0; i < p->leaf_count; i++) {
        const tn_step *leaf = &p->leaves[i];
        if (leaf->result != reg) continue;
        if (is_null_leaf(leaf))
            tn_buffer_append_str(out, " null");
        else if (leaf->op == TN_OP_NUMBER)
            tn_buffer_printf(out, " %.17g", leaf->imm[0]);
        else if (leaf->op == TN_OP_BOOL)
            tn_buffer_append_str(out, leaf->index ? " true" : " false");
        else if (leaf->op == TN_OP_TEXT || leaf->op == TN_OP_LITERAL)
            print_text(out, p, leaf->index);
        else if (leaf->op == TN_OP_PARAMETER)
            tn_buffer_printf(out, " parameter %u", (unsigned)leaf->index);
        else
            tn_buffer_printf(out, " %s", op_name(leaf));
        return;
    }
    static const char kinds[] = {
        [TN_REGISTER_F64] = 'f', [TN_REGISTER_CODE] = 'c', [TN_REGISTER_BITS] = 'b'};
    tn_buffer_printf(out, " %c%u", kinds[p->registers[reg].kind], (unsigned)reg);
}

/* What a step has besides registers. */
static void print_details(tn_buffer *out, const tn_program *p, const tn_step *step) {
    switch (step->op) {
    case TN_OP_INPUT:
        tn_buffer_printf(out, " key %u %s%s", (unsigned)p->input_keys[step->index],
                         physical_name(step->sub), step->extra ? " scaled" : "");
        break;
    case TN_OP_CLAMP:
    case TN_OP_BETWEEN:
        tn_buffer_printf(out, " %.17g to %.17g", step->imm[0], step->imm[1]);
        break;
    case TN_OP_RULE:
        tn_buffer_printf(out, " points %.17g cap %.17g", step->imm[0], step->imm[1]);
        break;
    case TN_OP_ADD_WHERE:
        tn_buffer_printf(out, " %.17g", step->imm[0]);
        break;
    case TN_OP_ADD_MONTHS:
        tn_buffer_printf(out, " %d", (int)(int32_t)step->index);
        break;
    case TN_OP_BIN:
    case TN_OP_CELL:
    case TN_OP_CALL:
        tn_buffer_printf(out, " slot %u", (unsigned)step->index);
        break;
    case TN_OP_BUCKET:
        tn_buffer_printf(out, " %u", (unsigned)step->extra);
        print_text(out, p, step->index);
        break;
    case TN_OP_TEXT_MAP:
        tn_buffer_printf(out, " %s", change_name(step->sub));
        if (step->sub == TN_CHANGE_APPEND || step->sub == TN_CHANGE_PREPEND)
            print_text(out, p, step->index);
        break;
    case TN_OP_TEXT_TEST:
        tn_buffer_printf(out, " %s%s", step->extra ? "of literal: " : "", test_name(step->sub));
        print_text(out, p, step->index);
        break;
    case TN_OP_TEXT_PAIR_TEST:
        tn_buffer_printf(out, " %s", test_name(step->sub));
        break;
    case TN_OP_STORE:
        tn_buffer_printf(out, " to key %u %s", (unsigned)p->outputs[step->index].key,
                         physical_name(step->sub));
        break;
    default:
        break;
    }
}

void tn_program_print(const tn_program *program, tn_buffer *out) {
    for (size_t at = 0; at < program->step_count; at++) {
        const tn_step *step = &program->steps[at];
        tn_buffer_printf(out, "%4zu", at);
        if (step->op != TN_OP_STORE) {
            print_register(out, program, step->result);
            tn_buffer_append_str(out, " =");
        }
        tn_buffer_printf(out, " %s", op_name(step));
        for (size_t i = 0; i < TN_STEP_ARGS; i++)
            if (step->args[i] != TN_NO_VALUE) print_register(out, program, step->args[i]);
        print_details(out, program, step);
        tn_buffer_append_char(out, '\n');
    }
}
