/* explain.c: every rule of every score, for one customer.
 *
 * A second program over the plan's own columns gives each rule's weight, its points before the cap
 * and its units after; groups and ranges are then clamped in whole units, as the plan does in whole
 * doubles. It is compiled when it is asked for: explanations are rare. */
#include "base/bits.h"
#include "base/error.h"
#include "scoring/scorer_impl.h"

#include <math.h>

/* Outputs of one rule, in this order. */
enum { OUT_WEIGHT, OUT_POINTS, OUT_UNITS, OUT_GATE, OUTS };

typedef struct explainer {
    const tn_scorer *scorer;
    size_t shard;
    uint32_t row;
    tn_arena *arena; /* of the result */
    tn_arena scratch;
    tn_passes passes;
    tn_sweep sweep;
    double (*numbers)[TN_BLOCK_ROWS]; /* by output; the gate's first word is bits */
    uint32_t rule_count;              /* of all scores; an expression counts as one */
} explainer;

/* ---- Compiling ---- */

static tn_value_id lower_points(tn_compiler *c, const tn_model_rule *rule, tn_value_id weight) {
    tn_builder *b = tn_compiler_builder(c);
    if (rule->points_expr.tree != NULL) return tn_compiler_lower(c, rule->points_expr.tree);
    const tn_value_id points = tn_build_number(b, rule->points);
    if (rule->action != TN_NONE) return tn_build_math(b, TN_MATH_MUL, points, weight);
    return tn_build_select(b, tn_compiler_lower(c, rule->condition.tree), points,
                           tn_build_number(b, 0));
}

static void output(tn_compiler *c, uint32_t rule, unsigned which, tn_value_id value) {
    tn_build_output(tn_compiler_builder(c), tn_key_pack(TN_KEY_RESULT, rule * OUTS + which), value,
                    which == OUT_GATE ? TN_PHYSICAL_BITS : TN_PHYSICAL_F64);
}

static void lower_outputs(tn_compiler *c, const tn_model_rule *rule, uint32_t number) {
    tn_builder *b = tn_compiler_builder(c);
    const bool is_action = rule->action != TN_NONE;
    const bool has_gate =
        rule->condition.tree != NULL && (is_action || rule->points_expr.tree != NULL);
    const tn_value_id weight =
        is_action ? tn_lower_weight(c, rule) : tn_build_number(b, (double)NAN);
    output(c, number, OUT_WEIGHT, weight);
    output(c, number, OUT_POINTS, lower_points(c, rule, weight));
    output(c, number, OUT_UNITS, tn_lower_rule(c, tn_build_number(b, 0), rule));
    output(c, number, OUT_GATE,
           has_gate ? tn_compiler_lower(c, rule->condition.tree) : tn_build_bool(b, true));
}

/* A score that is one expression, as a rule. */
static tn_model_rule rule_of_expression(const tn_model_score *score) {
    return (tn_model_rule){.action = TN_NONE,
                           .points_expr = score->points,
                           .cap = (double)INFINITY,
                           .group = TN_NONE,
                           .decay = TN_NONE,
                           .plain = TN_NONE};
}

static uint32_t rules_of(const tn_model_score *score) {
    return score->points.tree != NULL ? 1 : score->rule_count;
}

static tn_status lower_scores(explainer *e, tn_compiler *c, tn_error *error) {
    const tn_model *model = c->model;
    TN_TRY(tn_compiler_enter(c, 0, error));
    for (uint32_t s = 0; s < model->score_count; s++) {
        const tn_model_score *score = &model->scores[s];
        const tn_model_rule expression = rule_of_expression(score);
        for (uint32_t r = 0; r < rules_of(score); r++)
            lower_outputs(c, score->points.tree != NULL ? &expression : &score->rules[r],
                          e->rule_count++);
    }
    return tn_compiler_seal(c, error);
}

static tn_status compile(explainer *e, tn_error *error) {
    const tn_plan *plan = e->scorer->plan;
    tn_compiler compiler;
    tn_compiler_init(&compiler, plan->model, &e->scratch, &e->passes);
    compiler.reads_columns = true;
    compiler.derived_pass = plan->derived_pass;
    compiler.tiles = plan->tiles;
    compiler.cuts = plan->passes.cuts;
    const tn_status status = lower_scores(e, &compiler, error);
    tn_compiler_deinit(&compiler);
    return status;
}

/* ---- Running ---- */

static tn_status evaluate(explainer *e) {
    const tn_scorer *scorer = e->scorer;
    const tn_sweep_source source = tn_scorer_source(scorer, e->shard);
    TN_TRY(tn_sweep_init(&e->sweep, e->passes.programs[0], scorer->kernels, NULL));
    for (size_t slot = 0; slot < scorer->cut_count; slot++) {
        const tn_slot_cuts *cuts = &scorer->cuts[scorer->front][slot];
        tn_state_set_cuts(e->sweep.state, (uint32_t)slot, cuts->values, cuts->count);
    }
    TN_TRY(tn_state_prepare(e->sweep.state, scorer->shards[e->shard].dictionaries,
                            tn_scorer_dictionary_count(scorer), NULL));
    TN_TRY(tn_sweep_bind(&e->sweep, &source));
    const size_t outputs = (size_t)e->rule_count * OUTS;
    e->numbers = tn_arena_array(&e->scratch, outputs, sizeof *e->numbers);
    void **rows = tn_arena_array(&e->scratch, outputs, sizeof *rows);
    if (e->numbers == NULL || rows == NULL) return TN_OUT_OF_MEMORY;
    for (size_t i = 0; i < tn_program_output_count(e->passes.programs[0]); i++)
        rows[i] = e->numbers[tn_key_index(tn_program_output_key(e->passes.programs[0], i))];
    return tn_sweep_block(&e->sweep, e->row, rows, scorer->as_of_ms);
}

/* ---- Lines ---- */

static double number_at(const explainer *e, uint32_t rule, unsigned which) {
    return e->numbers[rule * OUTS + which][e->row % TN_BLOCK_ROWS];
}

static bool gate_at(const explainer *e, uint32_t rule) {
    const void *words = e->numbers[rule * OUTS + OUT_GATE];
    return tn_bit_get(words, e->row % TN_BLOCK_ROWS);
}

/* Units of points before any cap, for what a cap took away; far beyond any score they stop. */
static int64_t raw_units(double points) {
    const double most = 0x1p52;
    if (isnan(points)) return 0;
    return (int64_t)fmax(fmin(tn_units_of_points(points), most), -most);
}

static tn_explain_item item_of(const explainer *e, uint32_t number, uint32_t rule) {
    tn_explain_item item = {.rule = rule,
                            .group = TN_NONE,
                            .weight = number_at(e, number, OUT_WEIGHT),
                            .points = number_at(e, number, OUT_POINTS),
                            .is_gated_off = !gate_at(e, number),
                            .is_expression = rule == TN_NONE,
                            .units = (int64_t)number_at(e, number, OUT_UNITS)};
    if (!item.is_gated_off) item.taken = raw_units(item.points) - item.units;
    return item;
}

static int64_t clamp_units(int64_t units, double low, double high) {
    if (units < (int64_t)low) return (int64_t)low;
    return units > (int64_t)high ? (int64_t)high : units;
}

/* A line for what clamping `sum` takes away. */
static tn_explain_item clamp_item(uint32_t group, int64_t sum, double low, double high) {
    const int64_t clamped = clamp_units(sum, low, high);
    return (tn_explain_item){.rule = TN_NONE,
                             .group = group,
                             .weight = (double)NAN,
                             .points = (double)NAN,
                             .units = clamped - sum,
                             .taken = sum - clamped};
}

static int64_t sum_of_group(const tn_model_score *score, const tn_explain_item *items,
                            uint32_t group) {
    int64_t sum = 0;
    for (uint32_t r = 0; r < score->rule_count; r++)
        if (score->rules[r].group == group) sum += items[r].units;
    return sum;
}

/* `first` is the number of the score's first rule among all. */
static tn_status explain_score(const explainer *e, const tn_model_score *score, uint32_t first,
                               tn_explain_result *out) {
    const uint32_t rules = rules_of(score), groups = score->group_count;
    tn_explain_item *items = tn_arena_array(e->arena, (size_t)rules + groups + 1, sizeof *items);
    if (items == NULL) return TN_OUT_OF_MEMORY;
    size_t count = 0;
    int64_t sum = 0;
    for (uint32_t r = 0; r < rules; r++)
        items[count++] = item_of(e, first + r, score->points.tree != NULL ? TN_NONE : r);
    for (uint32_t g = 0; g < groups; g++) {
        const double cap = tn_units_of_points(tn_points_cap(score->groups[g].cap));
        items[count++] = clamp_item(g, sum_of_group(score, items, g), -cap, cap);
    }
    for (size_t i = 0; i < count; i++)
        sum += items[i].units;
    items[count++] =
        clamp_item(TN_NONE, sum, tn_units_of_points(score->low), tn_units_of_points(score->high));
    *out = (tn_explain_result){items, count, sum + items[count - 1].units};
    return TN_OK;
}

static tn_status explain(explainer *e, tn_explain_result **out, tn_error *error) {
    const tn_model *model = e->scorer->plan->model;
    TN_TRY(compile(e, error));
    if (evaluate(e) != TN_OK) return tn_fail_memory(error);
    tn_explain_result *results = tn_arena_array(e->arena, model->score_count, sizeof *results);
    if (results == NULL) return tn_fail_memory(error);
    uint32_t first = 0;
    for (uint32_t s = 0; s < model->score_count; s++) {
        if (explain_score(e, &model->scores[s], first, &results[s]) != TN_OK)
            return tn_fail_memory(error);
        first += rules_of(&model->scores[s]);
    }
    *out = results;
    return TN_OK;
}

tn_status tn_scorer_explain(const tn_scorer *scorer, size_t shard, uint32_t row, tn_arena *arena,
                            tn_explain_result **out, tn_error *error) {
    explainer e = {.scorer = scorer, .shard = shard, .row = row, .arena = arena};
    tn_arena_init(&e.scratch, NULL);
    const tn_status status = explain(&e, out, error);
    tn_sweep_deinit(&e.sweep);
    tn_passes_deinit(&e.passes);
    tn_arena_deinit(&e.scratch);
    return status;
}
