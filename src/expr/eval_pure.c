/* eval_pure.c: steps whose result depends on their arguments alone. Folding runs them on constants
 * with the base table, a program on tiles with the best one; the tables agree bit for bit, so
 * folding is evaluation. One function an operation, found by one look-up: a jump that is not
 * foreseen costs as much as a dozen rows. */
#include "expr/program_ir.h"

typedef void tn_pure_runner(const tn_pure *pure, const tn_step *step, const tn_operand *args,
                            void *out, size_t n);

/* ---- Numbers ---- */

static void run_unary(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                      size_t n) {
    pure->kernels->arith->unary[step->sub](out, tn_operand_f64(args[0]), n);
}

static void run_binary(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                       size_t n) {
    pure->kernels->arith->binary[step->sub](out, tn_operand_f64(args[0]), tn_operand_f64(args[1]),
                                            n);
}

static void run_clamp(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                      size_t n) {
    pure->kernels->arith->clamp(out, tn_operand_f64(args[0]), step->imm[0], step->imm[1], n);
}

static void run_rule(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                     size_t n) {
    const bool has_gate = step->args[2] != TN_NO_VALUE;
    const tn_score_rule rule = {.x = tn_operand_f64(args[1]),
                                .gate = has_gate ? tn_operand_bits(args[2]) : (tn_in_bits){0},
                                .points = step->imm[0],
                                .cap = step->imm[1]};
    pure->kernels->score->rules(out, tn_operand_f64(args[0]), &rule, 1, n);
}

static void run_add_where(const tn_pure *pure, const tn_step *step, const tn_operand *args,
                          void *out, size_t n) {
    pure->kernels->score->add_where(out, tn_operand_f64(args[0]), tn_operand_bits(args[1]),
                                    step->imm[0], n);
}

/* ---- Bits ---- */

static void run_order(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                      size_t n) {
    pure->kernels->compare->order[step->sub](out, tn_operand_f64(args[0]), tn_operand_f64(args[1]),
                                             n);
}

static void run_between(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                        size_t n) {
    pure->kernels->compare->between(out, tn_operand_f64(args[0]), step->imm[0], step->imm[1], n);
}

static void run_is_null(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                        size_t n) {
    (void)step;
    pure->kernels->compare->is_null(out, tn_operand_f64(args[0]), n);
}

static void run_is_null_code(const tn_pure *pure, const tn_step *step, const tn_operand *args,
                             void *out, size_t n) {
    (void)step;
    pure->kernels->codes->is_null(out, tn_operand_code(args[0]), n);
}

static void run_code_equal(const tn_pure *pure, const tn_step *step, const tn_operand *args,
                           void *out, size_t n) {
    (void)step;
    pure->kernels->codes->equal(out, tn_operand_code(args[0]), tn_operand_code(args[1]), n);
}

static void run_and(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                    size_t n) {
    (void)step;
    pure->kernels->bits->and_(out, tn_operand_bits(args[0]), tn_operand_bits(args[1]), n);
}

static void run_or(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                   size_t n) {
    (void)step;
    pure->kernels->bits->or_(out, tn_operand_bits(args[0]), tn_operand_bits(args[1]), n);
}

static void run_and_not(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                        size_t n) {
    (void)step;
    pure->kernels->bits->and_not(out, tn_operand_bits(args[0]), tn_operand_bits(args[1]), n);
}

static void run_not(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                    size_t n) {
    (void)step;
    pure->kernels->bits->not_(out, tn_operand_bits(args[0]), n);
}

/* ---- Choices of any kind ---- */

static void run_select(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                       size_t n) {
    const tn_kernels *kernels = pure->kernels;
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

static void run_coalesce(const tn_pure *pure, const tn_step *step, const tn_operand *args,
                         void *out, size_t n) {
    const tn_select_kernels *select = pure->kernels->select;
    if (step->kind == TN_REGISTER_F64)
        select->coalesce_f64(out, tn_operand_f64(args[0]), tn_operand_f64(args[1]), n);
    else
        select->coalesce_code(out, tn_operand_code(args[0]), tn_operand_code(args[1]), n);
}

bool tn_pure_run(const tn_pure *pure, const tn_step *step, const tn_operand *args, void *out,
                 size_t n) {
    static tn_pure_runner *const runners[] = {
        [TN_OP_UNARY] = run_unary,
        [TN_OP_BINARY] = run_binary,
        [TN_OP_CLAMP] = run_clamp,
        [TN_OP_ORDER] = run_order,
        [TN_OP_BETWEEN] = run_between,
        [TN_OP_IS_NULL] = run_is_null,
        [TN_OP_IS_NULL_CODE] = run_is_null_code,
        [TN_OP_AND] = run_and,
        [TN_OP_OR] = run_or,
        [TN_OP_AND_NOT] = run_and_not,
        [TN_OP_NOT] = run_not,
        [TN_OP_SELECT] = run_select,
        [TN_OP_COALESCE] = run_coalesce,
        [TN_OP_CODE_EQUAL] = run_code_equal,
        [TN_OP_DAY] = tn_run_day,
        [TN_OP_DAY_START] = tn_run_day_start,
        [TN_OP_ADD_MONTHS] = tn_run_add_months,
        [TN_OP_ANNIVERSARY] = tn_run_anniversary,
        [TN_OP_RULE] = run_rule,
        [TN_OP_ADD_WHERE] = run_add_where,
        [TN_OP_STORE] = NULL,
    };
    tn_pure_runner *run = runners[step->op];
    if (!run) return false;
    run(pure, step, args, out, n);
    return true;
}
