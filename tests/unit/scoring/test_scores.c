/* Scores: each kind of rule, gates, caps, groups, ranges and grades (SPEC 5.1, 5.2). */
#include "support/scoring_base.h"

#include "base/bytes.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

static const char head[] = "tenure: 1\n"
                           "name: test\n"
                           "attributes:\n"
                           "  age: {type: float}\n"
                           "  member: {type: bool}\n"
                           "actions:\n"
                           "  visit:\n"
                           "  open:\n"
                           "  buy: {value: money}\n"
                           "scores:\n"
                           "  s:\n";

/* A base of `rules` (the inside of score s) with one customer 'a' and ten days to 2026-01-11. */
static void open_rules(scoring_base *base, const char *rules) {
    char text[4096];
    snprintf(text, sizeof text, "%s%s", head, rules);
    scoring_base_open(base, text, 1, TN_ISA_BASE);
    scoring_base_number(base, "a", "age", 30);
}

static void check_points(const scoring_base *base, const char *id, double points) {
    const tn_value value = scoring_base_value(base, id, "score.s");
    cr_assert(!value.is_null);
    cr_assert_float_eq(value.as.number, points, 1e-4, "%.9g instead of %.9g", value.as.number,
                       points);
}

Test(scores, an_action_without_half_life_counts_its_events) {
    scoring_base base;
    open_rules(&base, "    rules:\n      r: {action: visit, points: 3}\n");
    for (int i = 0; i < 4; i++)
        scoring_base_do(&base, "a", "visit", "2026-01-01", NAN);
    scoring_base_as_of(&base, "2026-01-11");
    check_points(&base, "a", 12);
    scoring_base_close(&base);
}

Test(scores, a_half_life_halves_the_weight) {
    scoring_base base;
    open_rules(&base, "    rules:\n      r: {action: visit, points: 8, half_life: 5d}\n");
    scoring_base_do(&base, "a", "visit", "2026-01-01", NAN);
    scoring_base_do(&base, "a", "visit", "2026-01-06", NAN);
    scoring_base_as_of(&base, "2026-01-11");
    check_points(&base, "a", 8 * (0.25 + 0.5));
    scoring_base_as_of(&base, "2026-01-16");
    check_points(&base, "a", 8 * (0.125 + 0.25));
    scoring_base_close(&base);
}

Test(scores, per_weighs_each_event) {
    scoring_base base;
    open_rules(&base, "    rules:\n"
                      "      p: {action: buy, points: 2, per: \"value / 10\"}\n"
                      "      d: {action: buy, points: 1, per: \"log(value)\", half_life: 10d}\n");
    scoring_base_do(&base, "a", "buy", "2026-01-01", 30);
    scoring_base_do(&base, "a", "buy", "2026-01-11", 10);
    scoring_base_do(&base, "a", "buy", "2026-01-11", 0); /* log(0) is null and adds 0 */
    scoring_base_as_of(&base, "2026-01-11");
    check_points(&base, "a", 2 * 4 + log(30) / 2 + log(10));
    scoring_base_close(&base);
}

Test(scores, a_cap_binds_from_both_sides) {
    scoring_base base;
    open_rules(&base, "    rules:\n"
                      "      up: {action: visit, points: 3, cap: 7}\n"
                      "      down: {action: open, points: -3, cap: 5}\n");
    for (int i = 0; i < 4; i++) {
        scoring_base_do(&base, "a", "visit", "2026-01-01", NAN);
        scoring_base_do(&base, "b", "open", "2026-01-01", NAN);
    }
    scoring_base_as_of(&base, "2026-01-11");
    check_points(&base, "a", 7);
    check_points(&base, "b", -5);
    scoring_base_close(&base);
}

Test(scores, a_condition_gives_its_points_or_nothing) {
    scoring_base base;
    open_rules(&base, "    rules:\n      r: {if: \"age >= 30\", points: -2.5}\n");
    scoring_base_number(&base, "b", "age", 29);
    scoring_base_row(&base, tn_str_of("no_age"));
    scoring_base_as_of(&base, "2026-01-11");
    check_points(&base, "a", -2.5);
    check_points(&base, "b", 0);
    check_points(&base, "no_age", 0);
    scoring_base_close(&base);
}

Test(scores, an_expression_gives_points_and_null_gives_nothing) {
    scoring_base base;
    open_rules(&base, "    rules:\n      r: {points: \"max(-9, min(9, age / 4))\"}\n");
    scoring_base_number(&base, "b", "age", 100);
    scoring_base_number(&base, "c", "age", -100);
    scoring_base_row(&base, tn_str_of("no_age"));
    scoring_base_as_of(&base, "2026-01-11");
    check_points(&base, "a", 7.5);
    check_points(&base, "b", 9);
    check_points(&base, "c", -9);
    check_points(&base, "no_age", 0);
    scoring_base_close(&base);
}

Test(scores, a_gate_lets_an_action_count_or_not) {
    scoring_base base;
    open_rules(&base, "    rules:\n      r: {action: visit, points: 3, if: \"member\"}\n");
    const char *ids[] = {"a", "yes", "no"};
    for (int i = 0; i < 3; i++)
        scoring_base_do(&base, ids[i], "visit", "2026-01-01", NAN);
    scoring_base_bool(&base, "yes", "member", true);
    scoring_base_bool(&base, "no", "member", false);
    scoring_base_as_of(&base, "2026-01-11");
    check_points(&base, "yes", 3);
    check_points(&base, "no", 0);
    check_points(&base, "a", 0); /* null is not true */
    scoring_base_close(&base);
}

Test(scores, a_group_is_clamped_as_a_whole_before_the_range) {
    scoring_base base;
    open_rules(&base, "    range: [-10, 20]\n"
                      "    groups: {g: {cap: 6}, h: {cap: 30}}\n"
                      "    rules:\n"
                      "      x: {action: visit, points: 5, group: g}\n"
                      "      y: {action: open, points: 4, group: g}\n"
                      "      z: {action: buy, points: -40, group: h}\n"
                      "      w: {if: \"age = 30\", points: 13}\n");
    scoring_base_do(&base, "a", "visit", "2026-01-01", NAN);
    scoring_base_do(&base, "a", "open", "2026-01-01", NAN);
    scoring_base_as_of(&base, "2026-01-11");
    check_points(&base, "a", 6 + 13);
    scoring_base_do(&base, "a", "buy", "2026-01-01", 1);
    scoring_base_as_of(&base, "2026-01-11");
    check_points(&base, "a", -10); /* 6 − 30 + 13 */
    scoring_base_close(&base);
}

Test(scores, each_contribution_is_rounded_to_units_by_itself) {
    scoring_base base;
    open_rules(&base, "    rules:\n"
                      "      a: {if: \"age = 30\", points: 0.1}\n"
                      "      b: {if: \"age > 0\", points: 0.1}\n"
                      "      c: {if: \"age > 1\", points: 0.1}\n");
    scoring_base_as_of(&base, "2026-01-11");
    const double unit = 1.0 / 65536;
    const double tenth = nearbyint(0.1 / unit) * unit;
    const tn_value value = scoring_base_value(&base, "a", "score.s");
    cr_assert(value.as.number == 3 * tenth);
    scoring_base_close(&base);
}

Test(scores, without_a_range_a_score_stops_at_32767) {
    scoring_base base;
    open_rules(&base, "    rules:\n      r: {points: \"age * 1e300\"}\n");
    scoring_base_number(&base, "b", "age", -7);
    scoring_base_as_of(&base, "2026-01-11");
    check_points(&base, "a", 32767);
    check_points(&base, "b", -32767);
    scoring_base_close(&base);
}

Test(scores, a_score_may_be_an_expression_of_scores) {
    scoring_base base;
    open_rules(&base, "    rules:\n"
                      "      r: {points: \"age\"}\n"
                      "  t: {points: \"score.s / 3 + 1\", range: [5, 12]}\n"
                      "  n: {points: \"age / 0\"}\n");
    scoring_base_number(&base, "b", "age", 60);
    scoring_base_number(&base, "c", "age", 0);
    scoring_base_as_of(&base, "2026-01-11");
    cr_assert(scoring_base_value(&base, "a", "score.t").as.number == 11);
    cr_assert(scoring_base_value(&base, "b", "score.t").as.number == 12);
    cr_assert(scoring_base_value(&base, "c", "score.t").as.number == 5);
    const tn_value none = scoring_base_value(&base, "a", "score.n");
    cr_assert(!none.is_null && none.as.number == 0);
    scoring_base_close(&base);
}

Test(scores, the_highest_threshold_reached_is_the_grade) {
    scoring_base base;
    open_rules(&base, "    points: \"age\"\n"
                      "    grades: {gold: 50, silver: 30, bronze: -1}\n");
    const struct {
        const char *id;
        double age;
        const char *grade;
    } cases[] = {{"g", 50, "gold"},         {"s", 49.99, "silver"}, {"t", 30, "silver"},
                 {"b", -1, "bronze"},       {"n", -2, NULL},        {"h", 1e6, "gold"},
                 {"u", 29.999999, "silver"} /* rounds up to 30 */};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const tn_value age = {.type = TN_TYPE_NUMBER, .as.number = cases[i].age};
        scoring_base_set(&base, tn_str_of(cases[i].id), 0, &age);
    }
    scoring_base_as_of(&base, "2026-01-11");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const tn_value grade = scoring_base_value(&base, cases[i].id, "grade.s");
        cr_assert_eq(grade.is_null, cases[i].grade == NULL, "%s", cases[i].id);
        if (cases[i].grade != NULL) cr_assert(tn_str_is(grade.as.text, cases[i].grade));
    }
    scoring_base_close(&base);
}
