/* Scores: what their rules, groups and ranges can add up to, as intervals. A null adds nothing, so
 * every rule may also give 0. */
#include "model/bounds.h"
#include "model/lint_list.h"
#include "model/reader.h"

#include <math.h>

typedef struct score_lint {
    tn_lint_list *list;
    tn_interval *derived; /* of each derived column so far */
    tn_interval *rules;   /* of each rule of the score at hand, without its cap */
    tn_bounds_scope scope;
} score_lint;

/* ---- Rules ---- */

static const tn_interval nothing = {0, 0};

/* The sum of the weights of events. */
static tn_interval weight_of(score_lint *lint, const tn_model_rule *rule) {
    tn_interval per = {1, 1};
    if (rule->per.tree != NULL) {
        tn_bounds_scope scope = lint->scope;
        scope.action = rule->action;
        per = tn_expr_bounds(&scope, rule->per.tree);
    }
    return tn_interval_multiply(tn_interval_hull(per, nothing), (tn_interval){0, HUGE_VAL});
}

static tn_interval bounds_of_rule(score_lint *lint, const tn_model_rule *rule) {
    const tn_interval points = {rule->points, rule->points};
    if (rule->action != TN_NONE) return tn_interval_multiply(points, weight_of(lint, rule));
    if (rule->points_expr.tree == NULL) return tn_interval_hull(points, nothing);
    return tn_interval_hull(tn_expr_bounds(&lint->scope, rule->points_expr.tree), nothing);
}

static void take_score(score_lint *lint, const tn_model_score *score) {
    for (uint32_t i = 0; i < score->rule_count; i++)
        lint->rules[i] = bounds_of_rule(lint, &score->rules[i]);
}

/* ---- Sums ---- */

static tn_interval sum_of_group(score_lint *lint, const tn_model_score *score, uint32_t group) {
    tn_interval sum = nothing;
    for (uint32_t i = 0; i < score->rule_count; i++) {
        const double cap = score->rules[i].cap;
        if (score->rules[i].group == group)
            sum = tn_interval_add(sum, tn_interval_clamp(lint->rules[i], -cap, cap));
    }
    return sum;
}

/* Before the range. */
static tn_interval sum_of_score(score_lint *lint, const tn_model_score *score) {
    tn_interval sum = sum_of_group(lint, score, TN_NONE);
    if (score->points.tree != NULL)
        return tn_interval_hull(tn_expr_bounds(&lint->scope, score->points.tree), nothing);
    for (uint32_t i = 0; i < score->group_count; i++) {
        const double cap = score->groups[i].cap;
        sum = tn_interval_add(sum, tn_interval_clamp(sum_of_group(lint, score, i), -cap, cap));
    }
    return sum;
}

/* What rounding each contribution to units may add. */
static double slack_of(const tn_model_score *score) {
    return (double)(score->rule_count + score->group_count + 1) / TN_SCORE_UNITS_PER_POINT;
}

/* ---- Grades ---- */

static tn_status lint_grades(score_lint *lint, const tn_model_score *score, tn_interval total) {
    const double slack = slack_of(score);
    /* Nothing is rounded below the range. */
    const double least = total.low == score->low ? total.low : total.low - slack;
    for (uint32_t i = 0; i < score->grade_count; i++) {
        const tn_model_grade *grade = &score->grades[i];
        if (grade->threshold > total.high + slack)
            TN_TRY(tn_lint_add(lint->list, grade->where,
                               "grade '%.*s' needs %g points, but score '%.*s' never has more "
                               "than %g",
                               TN_SHOWN(grade->name), grade->threshold, TN_SHOWN(score->name),
                               total.high));
        else if (i + 1 < score->grade_count && score->grades[i + 1].threshold <= least)
            TN_TRY(tn_lint_add(lint->list, grade->where,
                               "grade '%.*s' is never given: everybody reaches '%.*s' above it",
                               TN_SHOWN(grade->name), TN_SHOWN(score->grades[i + 1].name)));
    }
    return TN_OK;
}

/* ---- Caps ---- */

/* No rule that shares the limit with `rule` goes the other way, so a limit hides a higher cap. */
static bool all_go_one_way(score_lint *lint, const tn_model_score *score, uint32_t number) {
    const tn_model_rule *rule = &score->rules[number];
    const tn_interval own = lint->rules[number];
    if (own.low < 0 && own.high > 0) return false;
    for (uint32_t i = 0; i < score->rule_count; i++) {
        const tn_model_rule *other = &score->rules[i];
        if (rule->group != TN_NONE && other->group != rule->group) continue;
        const tn_interval bounds = lint->rules[i];
        if (own.high > 0 ? bounds.low < 0 : bounds.high > 0) return false;
    }
    return true;
}

static tn_status lint_rule_cap(score_lint *lint, const tn_model_score *score, uint32_t number) {
    const tn_model_rule *rule = &score->rules[number];
    const tn_interval own = lint->rules[number];
    if (rule->cap == HUGE_VAL) return TN_OK;
    if (own.low >= -rule->cap && own.high <= rule->cap)
        return tn_lint_add(lint->list, rule->where,
                           "the cap of rule '%.*s' never binds: the rule never gives that much",
                           TN_SHOWN(rule->name));
    if (!all_go_one_way(lint, score, number)) return TN_OK;
    const bool is_grouped = rule->group != TN_NONE;
    const double limit = is_grouped     ? score->groups[rule->group].cap
                         : own.high > 0 ? score->high
                                        : -score->low;
    if (rule->cap <= limit || limit <= 0 || (!is_grouped && !score->has_range)) return TN_OK;
    return tn_lint_add(lint->list, rule->where,
                       "the cap of rule '%.*s' never binds: %s allows no more than %g anyway",
                       TN_SHOWN(rule->name), is_grouped ? "its group" : "the range", limit);
}

static tn_status lint_group(score_lint *lint, const tn_model_score *score, uint32_t number) {
    const tn_model_group *group = &score->groups[number];
    const tn_interval sum = sum_of_group(lint, score, number);
    uint32_t members = 0;
    for (uint32_t i = 0; i < score->rule_count; i++)
        members += score->rules[i].group == number;
    if (members == 0)
        return tn_lint_add(lint->list, group->where, "no rule is in group '%.*s'",
                           TN_SHOWN(group->name));
    if (sum.low < -group->cap || sum.high > group->cap) return TN_OK;
    return tn_lint_add(lint->list, group->where,
                       "the cap of group '%.*s' never binds: its rules never give that much",
                       TN_SHOWN(group->name));
}

/* ---- Actions ---- */

static tn_status lint_growth(score_lint *lint, const tn_model_rule *rule) {
    if (rule->action == TN_NONE || rule->half_life_ms > 0 || rule->cap != HUGE_VAL ||
        rule->group != TN_NONE || rule->points == 0)
        return TN_OK;
    return tn_lint_add(lint->list, rule->where,
                       "rule '%.*s' grows for ever: give it a half_life, a cap or a group",
                       TN_SHOWN(rule->name));
}

/* Each action that feeds a second rule, at that rule. */
static tn_status lint_twice(score_lint *lint, const tn_model_score *score) {
    const tn_model *model = lint->list->model;
    uint32_t first[TN_ACTIONS_MAX];
    for (uint32_t i = 0; i < model->action_count; i++)
        first[i] = TN_NONE;
    for (uint32_t i = 0; i < score->rule_count; i++) {
        const tn_model_rule *rule = &score->rules[i];
        if (rule->action == TN_NONE) continue;
        if (first[rule->action] == TN_NONE) {
            first[rule->action] = i;
            continue;
        }
        TN_TRY(tn_lint_add(lint->list, rule->where,
                           "action '%.*s' feeds two rules of score '%.*s': '%.*s' and '%.*s'",
                           TN_SHOWN(model->actions[rule->action].name), TN_SHOWN(score->name),
                           TN_SHOWN(score->rules[first[rule->action]].name), TN_SHOWN(rule->name)));
    }
    return TN_OK;
}

static tn_status lint_score(score_lint *lint, const tn_model_score *score, tn_interval total) {
    take_score(lint, score);
    for (uint32_t i = 0; i < score->group_count; i++)
        TN_TRY(lint_group(lint, score, i));
    for (uint32_t i = 0; i < score->rule_count; i++) {
        TN_TRY(lint_growth(lint, &score->rules[i]));
        TN_TRY(lint_rule_cap(lint, score, i));
    }
    TN_TRY(lint_twice(lint, score));
    return lint_grades(lint, score, total);
}

/* ---- All derived columns, each behind what it reads ---- */

static tn_interval bounds_of_column(score_lint *lint, const tn_derived *column) {
    const tn_model *model = lint->list->model;
    switch (column->kind) {
    case TN_DERIVED_SCORE: {
        const tn_model_score *score = &model->scores[column->index];
        take_score(lint, score);
        return tn_interval_clamp(sum_of_score(lint, score), score->low, score->high);
    }
    case TN_DERIVED_RFM_RECENCY:
    case TN_DERIVED_RFM_FREQUENCY:
    case TN_DERIVED_RFM_MONETARY:
        return (tn_interval){1, model->rfm.bins[column->kind - TN_DERIVED_RFM_RECENCY]};
    case TN_DERIVED_CLV_P_ALIVE:
        return (tn_interval){0, 1};
    case TN_DERIVED_CLV_EXPECTED_PURCHASES:
    case TN_DERIVED_CLV_EXPECTED_SPEND:
        return (tn_interval){0, HUGE_VAL};
    case TN_DERIVED_CLV_VALUE:
        return tn_interval_multiply(tn_expr_bounds(&lint->scope, model->clv.margin.tree),
                                    (tn_interval){0, HUGE_VAL});
    case TN_DERIVED_TRAIT:
        return tn_expr_bounds(&lint->scope, model->traits[column->index].expr.tree);
    default:
        return tn_interval_everything();
    }
}

tn_status tn_lint_scores(tn_lint_list *list) {
    const tn_model *model = list->model;
    score_lint lint = {.list = list, .scope = {.model = model, .action = TN_NONE}};
    lint.derived = tn_arena_array(list->arena, model->derived_count, sizeof *lint.derived);
    lint.rules = tn_arena_array(list->arena, TN_RULES_MAX, sizeof *lint.rules);
    if (lint.derived == NULL || lint.rules == NULL) return TN_OUT_OF_MEMORY;
    lint.scope.derived = lint.derived;
    for (uint32_t i = 0; i < model->derived_count; i++) {
        const uint32_t number = model->order[i];
        lint.derived[number] = bounds_of_column(&lint, &model->derived[number]);
    }
    for (uint32_t i = 0; i < model->derived_count; i++)
        if (model->derived[i].kind == TN_DERIVED_SCORE)
            TN_TRY(lint_score(&lint, &model->scores[model->derived[i].index], lint.derived[i]));
    return TN_OK;
}
