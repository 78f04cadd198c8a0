/* eval_pure.c: steps whose result depends on their arguments alone. Folding runs them on constants
 * with the base table, a program on tiles with the best one; the tables agree bit for bit, so
 * folding is evaluation. */
#include "expr/program_ir.h"

static void run_select(const tn_kernels *kernels, const tn_step *step, const tn_operand *args,
                       void *out, size_t n) {
    const tn_in_bits condition = tn_operand_bits(args[0]);
    if (step->kind == TN_REGISTER_F64)
        kernels->select->f64(out, condition, tn_operand_f64(args[1]), tn_operand_f64(args[2]), n);
    else if (step->kind == TN_REGISTER_CODE)
        kernels->select->code(out, condition, tn_operand_code(args[1]), tn_operand_code(args[2]),
                              n);
    else
        kernels->bits->select(out, condition, tn_operand_bits(args[1]), tn_operand_bits(args[2]),
                              n);
}

static void run_coalesce(const tn_kernels *kernels, const tn_step *step, const tn_operand *args,
                         void *out, size_t n) {
    if (step->kind == TN_REGISTER_F64)
        kernels->select->coalesce_f64(out, tn_operand_f64(args[0]), tn_operand_f64(args[1]), n);
    else
        kernels->select->coalesce_code(out, tn_operand_code(args[0]), tn_operand_code(args[1]), n);
}

static void run_rule(const tn_kernels *kernels, const tn_step *step, const tn_operand *args,
                     void *out, size_t n) {
    const bool has_gate = step->args[2] != TN_NO_VALUE;
    const tn_score_rule rule = {.x = tn_operand_f64(args[1]),
                                .gate = has_gate ? tn_operand_bits(args[2]) : (tn_in_bits){0},
                                .points = step->imm[0],
                                .cap = step->imm[1]};
    kernels->score->rules(out, tn_operand_f64(args[0]), &rule, 1, n);
}

static bool run_bits(const tn_kernels *kernels, const tn_step *step, const tn_operand *args,
                     uint64_t *out, size_t n) {
    const tn_bits_kernels *bits = kernels->bits;
    switch (step->op) {
    case TN_OP_AND:
        bits->and_(out, tn_operand_bits(args[0]), tn_operand_bits(args[1]), n);
        return true;
    case TN_OP_OR:
        bits->or_(out, tn_operand_bits(args[0]), tn_operand_bits(args[1]), n);
        return true;
    case TN_OP_AND_NOT:
        bits->and_not(out, tn_operand_bits(args[0]), tn_operand_bits(args[1]), n);
        return true;
    case TN_OP_NOT:
        bits->not_(out, tn_operand_bits(args[0]), n);
        return true;
    default:
        return false;
    }
}

static bool run_comparison(const tn_kernels *kernels, const tn_step *step, const tn_operand *args,
                           uint64_t *out, size_t n) {
    const tn_compare_kernels *compare = kernels->compare;
    switch (step->op) {
    case TN_OP_ORDER:
        compare->order[step->sub](out, tn_operand_f64(args[0]), tn_operand_f64(args[1]), n);
        return true;
    case TN_OP_BETWEEN:
        compare->between(out, tn_operand_f64(args[0]), step->imm[0], step->imm[1], n);
        return true;
    case TN_OP_IS_NULL:
        compare->is_null(out, tn_operand_f64(args[0]), n);
        return true;
    case TN_OP_IS_NULL_CODE:
        kernels->codes->is_null(out, tn_operand_code(args[0]), n);
        return true;
    case TN_OP_CODE_EQUAL:
        kernels->codes->equal(out, tn_operand_code(args[0]), tn_operand_code(args[1]), n);
        return true;
    default:
        return run_bits(kernels, step, args, out, n);
    }
}

bool tn_pure_run(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                 size_t n) {
    const tn_arith_kernels *arith = pure->kernels->arith;
    switch (step->op) {
    case TN_OP_UNARY:
        arith->unary[step->sub](out, tn_operand_f64(args[0]), n);
        return true;
    case TN_OP_BINARY:
        arith->binary[step->sub](out, tn_operand_f64(args[0]), tn_operand_f64(args[1]), n);
        return true;
    case TN_OP_CLAMP:
        arith->clamp(out, tn_operand_f64(args[0]), step->imm[0], step->imm[1], n);
        return true;
    case TN_OP_SELECT:
        run_select(pure->kernels, step, args, out, n);
        return true;
    case TN_OP_COALESCE:
        run_coalesce(pure->kernels, step, args, out, n);
        return true;
    case TN_OP_RULE:
        run_rule(pure->kernels, step, args, out, n);
        return true;
    case TN_OP_ADD_WHERE:
        pure->kernels->score->add_where(out, tn_operand_f64(args[0]), tn_operand_bits(args[1]),
                                        step->imm[0], n);
        return true;
    default:
        return run_comparison(pure->kernels, step, args, out, n) ||
               tn_calendar_run(pure, step, args, out, n);
    }
}
