/* points.c: scores and grades as operations of a program (SPEC 5.2).
 *
 * Units are whole numbers in doubles. A contribution is at most TN_RULE_POINTS_MAX points, so any
 * sum of a score's rules is below 2^53 units: exact, in whatever order it is taken. */
#include "scoring/plan.h"

#include <math.h>

/* 2^26 points: 1,024 rules of it stay below 2^53 units. */
#define TN_RULE_POINTS_MAX 67108864.0

double tn_units_of_points(double points) {
    return nearbyint(points * TN_SCORE_UNITS_PER_POINT);
}

double tn_points_cap(double cap) {
    return fmin(cap, TN_RULE_POINTS_MAX);
}

tn_value_id tn_lower_weight(const tn_compiler *compiler, const tn_model_rule *rule) {
    uint32_t key = tn_key_pack(TN_TABLE_COUNT, rule->action);
    if (rule->half_life_ms > 0)
        key = tn_key_pack(TN_TABLE_DECAY, rule->decay);
    else if (rule->plain != TN_NONE)
        key = tn_key_pack(TN_TABLE_PLAIN, rule->plain);
    return tn_compiler_column(compiler, key, rule->half_life_ms > 0);
}

/* Every kind of rule is points × x where a gate holds: an action's weight, 1, or the expression. */
tn_value_id tn_lower_rule(tn_compiler *compiler, tn_value_id acc, const tn_model_rule *rule) {
    tn_builder *b = tn_compiler_builder(compiler);
    const double cap = tn_points_cap(rule->cap);
    const tn_value_id gate = rule->condition.tree != NULL
                                 ? tn_compiler_lower(compiler, rule->condition.tree)
                                 : TN_NO_VALUE;
    if (rule->points_expr.tree != NULL) {
        const tn_value_id points = tn_compiler_lower(compiler, rule->points_expr.tree);
        return tn_build_rule(b, acc, points, 1, cap, gate);
    }
    const tn_value_id weight =
        rule->action != TN_NONE ? tn_lower_weight(compiler, rule) : tn_build_number(b, 1);
    return tn_build_rule(b, acc, weight, rule->points, cap, gate);
}

/* acc plus the rules of a group (TN_NONE: those without). */
static tn_value_id lower_rules(tn_compiler *compiler, const tn_model_score *score, uint32_t group,
                               tn_value_id acc) {
    for (uint32_t i = 0; i < score->rule_count; i++)
        if (score->rules[i].group == group) acc = tn_lower_rule(compiler, acc, &score->rules[i]);
    return acc;
}

static tn_value_id lower_groups(tn_compiler *compiler, const tn_model_score *score,
                                tn_value_id acc) {
    tn_builder *b = tn_compiler_builder(compiler);
    for (uint32_t g = 0; g < score->group_count; g++) {
        const double cap = tn_units_of_points(tn_points_cap(score->groups[g].cap));
        const tn_value_id sum = lower_rules(compiler, score, g, tn_build_number(b, 0));
        acc = tn_build_math(b, TN_MATH_ADD, acc, tn_build_clamp(b, sum, -cap, cap));
    }
    return acc;
}

tn_value_id tn_lower_score(tn_compiler *compiler, const tn_model_score *score) {
    tn_builder *b = tn_compiler_builder(compiler);
    tn_value_id acc = tn_build_number(b, 0);
    if (score->points.tree != NULL) {
        const tn_value_id points = tn_compiler_lower(compiler, score->points.tree);
        acc = tn_build_rule(b, acc, points, 1, TN_RULE_POINTS_MAX, TN_NO_VALUE);
    } else {
        acc = lower_rules(compiler, score, TN_NONE, acc);
        acc = lower_groups(compiler, score, acc);
    }
    return tn_build_clamp(b, acc, tn_units_of_points(score->low), tn_units_of_points(score->high));
}

/* Points of whole units are exact doubles, so comparing points compares units. */
tn_value_id tn_lower_grade(const tn_compiler *compiler, const tn_model_score *score,
                           tn_value_id points) {
    tn_builder *b = tn_compiler_builder(compiler);
    tn_value_id rank = tn_build_number(b, (double)NAN);
    for (uint32_t i = 0; i < score->grade_count; i++) {
        const tn_value_id least = tn_build_number(b, score->grades[i].threshold);
        const tn_value_id reached = tn_build_compare(b, TN_IS_GE, points, least);
        rank = tn_build_select(b, reached, tn_build_number(b, i), rank);
    }
    return rank;
}
