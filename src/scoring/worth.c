/* worth.c: the clv columns as operations of a program (SPEC 5.4 to 5.6).
 *
 * Given that a customer is alive, what is still to come depends on whole days of T and on x only:
 * it is looked up in a table. P(alive) depends on t_x too and is computed. */
#include "scoring/plan.h"

#include <math.h>

typedef struct lowered_summary {
    tn_value_id x, t_x, T; /* in units of the model */
    tn_value_id T_days;
} lowered_summary;

static tn_value_id in_units(const tn_compiler *compiler, tn_value_id days) {
    tn_builder *b = tn_compiler_builder(compiler);
    if (!compiler->model->transactions.unit_is_week) return days;
    return tn_build_math(b, TN_MATH_DIV, days, tn_build_number(b, 7));
}

/* As tn_scorer_summary: an as-of before the first purchase is taken as its day. */
static lowered_summary lower_summary(const tn_compiler *compiler) {
    tn_builder *b = tn_compiler_builder(compiler);
    const tn_value_id first =
        tn_compiler_column(compiler, tn_key_pack(TN_TABLE_FIRST_DAY, 0), false);
    const tn_value_id last = tn_compiler_column(compiler, tn_key_pack(TN_TABLE_LAST_DAY, 0), false);
    const tn_value_id life = tn_build_math(b, TN_MATH_SUB, tn_build_today(b), first);
    const tn_value_id T_days = tn_build_math(b, TN_MATH_MAX, life, tn_build_number(b, 0));
    const tn_value_id between = tn_build_math(b, TN_MATH_SUB, last, first);
    const tn_value_id t_x_days = tn_build_math(b, TN_MATH_MIN, between, T_days);
    return (lowered_summary){
        .x = tn_compiler_column(compiler, tn_key_pack(TN_TABLE_REPEATS, 0), false),
        .t_x = in_units(compiler, t_x_days),
        .T = in_units(compiler, T_days),
        .T_days = T_days};
}

static tn_value_id lower_p_alive(const tn_compiler *compiler, const lowered_summary *s) {
    tn_builder *b = tn_compiler_builder(compiler);
    if (compiler->model->clv.purchases == TN_PARETO_NBD)
        return tn_build_call(b, TN_CALL_P_ALIVE, s->x, s->t_x, s->T);
    return tn_build_p_alive(b, s->x, s->t_x, s->T);
}

/* p(v + x m) / (p x + q − 1), x m being the value of the repeat transaction days. */
static tn_value_id lower_gamma_gamma(const tn_compiler *compiler, tn_value_id x,
                                     tn_value_id repeat_value) {
    tn_builder *b = tn_compiler_builder(compiler);
    const tn_value_id p = tn_build_parameter(b, TN_PARAMETER_SPEND_P);
    const tn_value_id v = tn_build_parameter(b, TN_PARAMETER_SPEND_V);
    const tn_value_id q_less_1 = tn_build_parameter(b, TN_PARAMETER_SPEND_Q_LESS_1);
    const tn_value_id above =
        tn_build_math(b, TN_MATH_MUL, p, tn_build_math(b, TN_MATH_ADD, v, repeat_value));
    const tn_value_id below =
        tn_build_math(b, TN_MATH_ADD, tn_build_math(b, TN_MATH_MUL, p, x), q_less_1);
    return tn_build_math(b, TN_MATH_DIV, above, below);
}

/* m, and for x = 0 (where it would be 0 ÷ 0: null) the mean of m over the base. */
static tn_value_id lower_mean_spend(const tn_compiler *compiler, tn_value_id x,
                                    tn_value_id repeat_value) {
    tn_builder *b = tn_compiler_builder(compiler);
    const tn_value_id m = tn_build_math(b, TN_MATH_DIV, repeat_value, x);
    return tn_build_coalesce(b, m, tn_build_parameter(b, TN_PARAMETER_MEAN));
}

static tn_value_id lower_spend(const tn_compiler *compiler, const lowered_summary *s) {
    tn_builder *b = tn_compiler_builder(compiler);
    const tn_value_id repeat_value =
        tn_compiler_column(compiler, tn_key_pack(TN_TABLE_REPEAT_VALUE, 0), false);
    const tn_value_id spend = compiler->model->clv.spend == TN_SPEND_GAMMA_GAMMA
                                  ? lower_gamma_gamma(compiler, s->x, repeat_value)
                                  : lower_mean_spend(compiler, s->x, repeat_value);
    return tn_build_select(b, tn_build_is_null(b, s->T), tn_build_number(b, (double)NAN), spend);
}

static tn_value_id to_come(const tn_compiler *compiler, const lowered_summary *s, uint32_t table) {
    tn_builder *b = tn_compiler_builder(compiler);
    const tn_value_id if_alive = tn_build_table(b, table, s->T_days, s->x);
    return tn_build_math(b, TN_MATH_MUL, if_alive, lower_p_alive(compiler, s));
}

static tn_value_id lower_value(tn_compiler *compiler, const lowered_summary *s) {
    tn_builder *b = tn_compiler_builder(compiler);
    const tn_value_id margin = tn_compiler_lower(compiler, compiler->model->clv.margin.tree);
    const tn_value_id each = tn_build_math(b, TN_MATH_MUL, margin, lower_spend(compiler, s));
    return tn_build_math(b, TN_MATH_MUL, each, to_come(compiler, s, TN_TABLE_DISCOUNTED));
}

tn_value_id tn_lower_clv(tn_compiler *compiler, tn_derived_kind kind) {
    const lowered_summary s = lower_summary(compiler);
    switch (kind) {
    case TN_DERIVED_CLV_P_ALIVE:
        return lower_p_alive(compiler, &s);
    case TN_DERIVED_CLV_EXPECTED_PURCHASES:
        return to_come(compiler, &s, TN_TABLE_EXPECTED);
    case TN_DERIVED_CLV_EXPECTED_SPEND:
        return lower_spend(compiler, &s);
    default:
        return lower_value(compiler, &s);
    }
}
