/* plan.c: a model becomes passes: every derived column, in an order in which each stands behind all
 * that it reads, is lowered into the first pass that has what it needs. */
#include "scoring/plan.h"

#include "base/error.h"

#include <math.h>

/* ---- What a derived column reads ---- */

static tn_status score_prepare(tn_compiler *c, const tn_model_score *score, uint32_t *pass,
                               tn_error *error) {
    TN_TRY(tn_compiler_prepare(c, score->points.tree, pass, error));
    for (uint32_t i = 0; i < score->rule_count; i++) {
        TN_TRY(tn_compiler_prepare(c, score->rules[i].condition.tree, pass, error));
        TN_TRY(tn_compiler_prepare(c, score->rules[i].points_expr.tree, pass, error));
    }
    return TN_OK;
}

static tn_status stages_prepare(tn_compiler *c, const tn_model_stages *stages, uint32_t *pass,
                                tn_error *error) {
    for (uint32_t i = 0; i < stages->stage_count; i++)
        TN_TRY(tn_compiler_prepare(c, stages->stages[i].guard.tree, pass, error));
    return TN_OK;
}

static uint32_t score_column(const tn_model *model, uint32_t score) {
    uint32_t i = 0;
    while (model->derived[i].kind != TN_DERIVED_SCORE || model->derived[i].index != score)
        i++;
    return i;
}

static tn_status derived_prepare(tn_compiler *c, const tn_derived *derived, uint32_t *pass,
                                 tn_error *error) {
    const tn_model *model = c->model;
    switch (derived->kind) {
    case TN_DERIVED_SCORE:
        return score_prepare(c, &model->scores[derived->index], pass, error);
    case TN_DERIVED_GRADE:
        *pass = c->derived_pass[score_column(model, derived->index)];
        break;
    case TN_DERIVED_CLV_VALUE:
        return tn_compiler_prepare(c, model->clv.margin.tree, pass, error);
    case TN_DERIVED_TRAIT:
        return tn_compiler_prepare(c, model->traits[derived->index].expr.tree, pass, error);
    case TN_DERIVED_STAGE:
        return stages_prepare(c, &model->stage_models[derived->index], pass, error);
    case TN_DERIVED_SEGMENT:
        return tn_compiler_prepare(c, model->segments[derived->index].expr.tree, pass, error);
    default:
        break;
    }
    return TN_OK;
}

/* ---- Lowering ---- */

/* The furthest stage whose guard holds, unless an exit's does: the first of those. */
static tn_value_id lower_stages(tn_compiler *c, const tn_model_stages *stages) {
    tn_builder *b = tn_compiler_builder(c);
    tn_value_id rank = tn_build_number(b, (double)NAN);
    for (uint32_t i = 0; i < stages->ladder_count; i++) {
        const tn_value_id holds = tn_compiler_lower(c, stages->stages[i].guard.tree);
        rank = tn_build_select(b, holds, tn_build_number(b, i), rank);
    }
    for (uint32_t i = stages->stage_count; i-- > stages->ladder_count;) {
        const tn_value_id holds = tn_compiler_lower(c, stages->stages[i].guard.tree);
        rank = tn_build_select(b, holds, tn_build_number(b, i), rank);
    }
    return rank;
}

/* What the rest of a pass reads of a value that a column stores: what the column will hold. Storing
 * rounds by itself, so this is computed only where it is read. */
static tn_value_id as_read(tn_builder *b, tn_value_id value, tn_physical physical) {
    if (physical == TN_PHYSICAL_F32) return tn_build_math(b, TN_MATH_TO_F32, value, TN_NO_VALUE);
    if (physical == TN_PHYSICAL_UNITS)
        return tn_build_math(b, TN_MATH_FROM_UNITS, value, TN_NO_VALUE);
    return value;
}

/* Times and dates are whole before they are stored: storing would round halves to even. */
static tn_value_id as_stored(tn_builder *b, tn_value_id value, tn_physical physical) {
    if (physical == TN_PHYSICAL_I64 || physical == TN_PHYSICAL_I32)
        return tn_build_math(b, TN_MATH_ROUND, value, TN_NO_VALUE);
    return value;
}

static tn_value_id lower_value(tn_compiler *c, const tn_plan *plan, const tn_derived *derived) {
    const tn_model *model = c->model;
    switch (derived->kind) {
    case TN_DERIVED_SCORE:
        return tn_lower_score(c, &model->scores[derived->index]);
    case TN_DERIVED_GRADE:
        return tn_lower_grade(c, &model->scores[derived->index],
                              c->derived_values[score_column(model, derived->index)]);
    case TN_DERIVED_RFM_RECENCY:
        return tn_lower_rfm_bin(c, TN_CUTS_RECENCY);
    case TN_DERIVED_RFM_FREQUENCY:
        return tn_lower_rfm_bin(c, TN_CUTS_FREQUENCY);
    case TN_DERIVED_RFM_MONETARY:
        return tn_lower_rfm_bin(c, TN_CUTS_MONETARY);
    case TN_DERIVED_RFM_SEGMENT:
        return tn_lower_rfm_segment(c, plan->rfm_cells != NULL);
    case TN_DERIVED_TRAIT:
        return tn_compiler_lower(c, model->traits[derived->index].expr.tree);
    case TN_DERIVED_STAGE:
        return lower_stages(c, &model->stage_models[derived->index]);
    case TN_DERIVED_SEGMENT:
        return tn_compiler_lower(c, model->segments[derived->index].expr.tree);
    default:
        return tn_lower_clv(c, derived->kind);
    }
}

/* Where a derived column is computed, while a plan is compiled. */
typedef struct places {
    uint32_t *pass;
    tn_value_id *value;
} places;

static tn_status lower_derived(tn_compiler *c, const tn_plan *plan, const places *put,
                               uint32_t index, tn_error *error) {
    const tn_derived *derived = &c->model->derived[index];
    uint32_t pass = 0;
    TN_TRY(derived_prepare(c, derived, &pass, error));
    TN_TRY(tn_compiler_enter(c, pass, error));
    put->pass[index] = pass;
    tn_builder *b = tn_compiler_builder(c);
    const tn_physical physical = tn_derived_physical(derived);
    const tn_value_id stored = as_stored(b, lower_value(c, plan, derived), physical);
    put->value[index] = as_read(b, stored, physical);
    tn_build_output(b, tn_key_pack(TN_KEY_DERIVED, index), stored, physical);
    return TN_OK;
}

static tn_status compile(tn_compiler *c, tn_plan *plan, tn_error *error) {
    const tn_model *model = c->model;
    const places put = {.pass = tn_arena_array(c->arena, model->derived_count, sizeof *put.pass),
                        .value = tn_arena_array(c->arena, model->derived_count, sizeof *put.value)};
    c->derived_pass = put.pass;
    c->derived_values = put.value;
    if (put.pass == NULL || put.value == NULL ||
        tn_rfm_cells_build(model, c->arena, &plan->rfm_cells) != TN_OK)
        return tn_fail_memory(error);
    TN_TRY(tn_compiler_enter(c, 0, error));
    for (uint32_t i = 0; i < model->derived_count; i++)
        TN_TRY(lower_derived(c, plan, &put, model->order[i], error));
    TN_TRY(tn_compiler_seal(c, error));
    plan->tiles = c->tiles;
    plan->buckets = c->buckets;
    plan->derived_pass = c->derived_pass;
    return TN_OK;
}

tn_status tn_plan_compile(const tn_model *model, tn_plan **out, tn_error *error) {
    tn_plan *plan = tn_alloc_zero(NULL, sizeof *plan);
    if (plan == NULL) return tn_fail_memory(error);
    plan->model = model;
    tn_arena_init(&plan->arena, NULL);
    tn_compiler compiler;
    tn_compiler_init(&compiler, model, &plan->arena, &plan->passes);
    const tn_status status = compile(&compiler, plan, error);
    tn_compiler_deinit(&compiler);
    if (status != TN_OK) {
        tn_plan_destroy(plan);
        return status;
    }
    *out = plan;
    return TN_OK;
}

void tn_plan_destroy(tn_plan *plan) {
    if (plan == NULL) return;
    tn_passes_deinit(&plan->passes);
    tn_arena_deinit(&plan->arena);
    tn_free(NULL, plan, sizeof *plan);
}

/* ---- What became of it ---- */

size_t tn_plan_pass_count(const tn_plan *plan) {
    return plan->passes.count;
}

size_t tn_plan_instruction_count(const tn_plan *plan) {
    size_t count = 0;
    for (size_t i = 0; i < plan->passes.count; i++)
        count += tn_program_instruction_count(plan->passes.programs[i]);
    return count;
}

size_t tn_plan_register_count(const tn_plan *plan) {
    size_t most = 0;
    for (size_t i = 0; i < plan->passes.count; i++) {
        const size_t count = tn_program_register_count(plan->passes.programs[i]);
        if (count > most) most = count;
    }
    return most;
}

void tn_plan_print(const tn_plan *plan, tn_buffer *out) {
    for (size_t i = 0; i < plan->passes.count; i++) {
        tn_buffer_printf(out, "pass %zu\n", i);
        tn_program_print(plan->passes.programs[i], out);
    }
}
