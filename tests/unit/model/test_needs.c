/* What the store must keep, and which sums are shared. */
#include "unit/model/model_case.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define DAY 864e5

#define SHOP                                                                                       \
    "actions: {v: , p: {value: money, fields: {n: int}}, r: {value: money}, q: {value: rating}}\n"

static uint32_t needs_of(const tn_model *model, const char *action) {
    return model->schema.actions[tn_model_find_action(model, tn_str_of(action))].needs;
}

Test(needs, follow_from_what_expressions_read) {
    static const struct {
        const char *expr;
        const char *action;
        uint32_t needs;
    } cases[] = {
        {"count(p)", "p", 0},
        {"days_since(last(p))", "p", 0},
        {"days_since(first(p))", "p", TN_NEED_FIRST},
        {"sum(p)", "p", TN_NEED_SUM},
        {"mean(q)", "q", TN_NEED_SUM},
        {"last_value(q)", "q", TN_NEED_LAST_VALUE},
        {"last_value(q) + mean(q) * days_since(first(q))", "q",
         TN_NEED_FIRST | TN_NEED_SUM | TN_NEED_LAST_VALUE},
        {"if(after(v, p), 1, 2)", "p", 0},
        {"tile(sum(p), 4)", "p", TN_NEED_SUM},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char lines[512];
        snprintf(lines, sizeof lines, SHOP "traits: {t: \"%s\"}\n", cases[i].expr);
        tn_model *model = model_of_lines(lines);
        cr_expect_eq(needs_of(model, cases[i].action), cases[i].needs, "%s", cases[i].expr);
        cr_expect_eq(needs_of(model, "r"), 0);
        tn_model_destroy(model);
    }
}

Test(needs, every_part_of_a_model_is_looked_at) {
    static const char *const parts[] = {
        "scores: {s: {points: \"sum(r)\"}}\n",
        "scores: {s: {rules: {a: {points: \"sum(r)\"}}}}\n",
        "scores: {s: {rules: {a: {if: \"sum(r) > 1\", points: 1}}}}\n",
        "scores: {s: {rules: {a: {action: v, if: \"sum(r) > 1\", points: 1, cap: 2}}}}\n",
        "segments: {s: \"sum(r) > 1\"}\n",
        "stages: {j: [{x: \"sum(r) > 1\"}]}\n",
        "stages: {j: [{x: \"true\"}, {exits: {y: \"sum(r) > 1\"}}]}\n",
        "stages: {j: {preset: clm5, guards: {loyalty: \"sum(r) > 1\"}}}\n",
        "transactions: {action: p}\nclv: {margin: \"if(sum(r) > 1, 0.1, 0.2)\"}\n",
        "transactions: {action: p, minus: r}\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char lines[512];
        snprintf(lines, sizeof lines, SHOP "%s", parts[i]);
        tn_model *model = model_of_lines(lines);
        cr_expect_eq(needs_of(model, "r"), TN_NEED_SUM, "%s", parts[i]);
        tn_model_destroy(model);
    }
}

Test(needs, transactions_need_the_sum_of_what_they_earn) {
    tn_model *model = model_of_lines(SHOP "transactions: {action: p}\n");
    cr_expect_eq(needs_of(model, "p"), TN_NEED_SUM);
    cr_expect(model->schema.has_transactions && !model->schema.has_refunds);
    tn_model_destroy(model);
    model = model_of_lines(SHOP "transactions: {action: p, minus: r}\n");
    cr_expect(model->schema.has_transactions && model->schema.has_refunds);
    tn_model_destroy(model);
    model = model_of_lines(SHOP);
    cr_expect(!model->schema.has_transactions && !model->schema.has_refunds);
    tn_model_destroy(model);
}

Test(needs, equal_sums_are_kept_once) {
    tn_model *m =
        model_of_lines(SHOP "scores:\n"
                            "  a:\n"
                            "    rules:\n"
                            "      one:   {action: p, points: 1, half_life: 90d}\n"
                            "      two:   {action: p, points: 5, half_life: 2160h, cap: 3}\n"
                            "      three: {action: p, points: 1, half_life: 90d, per: value}\n"
                            "      four:  {action: p, points: 1, half_life: 30d}\n"
                            "      five:  {action: v, points: 1, half_life: 90d}\n"
                            "      six:   {action: p, points: 1}\n"
                            "      seven: {action: p, points: 1, per: \"value * n\"}\n"
                            "  b:\n"
                            "    rules:\n"
                            "      one:   {action: p, points: 2, half_life: 90d, per: value}\n"
                            "      two:   {action: p, points: 2, per: \"value * n\"}\n"
                            "      three: {action: p, points: 2, per: \"value*n\"}\n"
                            "traits: {t: \"decayed(p, 90d) + decayed(r, 1y)\"}\n");
    const tn_model_rule *a = m->scores[0].rules, *b = m->scores[1].rules;
    cr_expect_eq(m->decay_count, 5);
    cr_expect_eq(m->schema.decay_count, 5);
    cr_expect(a[0].decay == a[1].decay && a[0].decay != TN_NONE && a[0].plain == TN_NONE);
    cr_expect(a[2].decay != a[0].decay && a[2].decay == b[0].decay);
    cr_expect(a[3].decay != a[0].decay && a[4].decay != a[0].decay);
    cr_expect(a[5].decay == TN_NONE && a[5].plain == TN_NONE);
    cr_expect(a[6].plain != TN_NONE && a[6].plain == b[1].plain && b[2].plain != a[6].plain);
    cr_expect_eq(m->plain_sum_count, 2);
    cr_expect_eq(m->schema.plain_sum_count, 2);
    cr_expect_eq(tn_model_find_decay(m, 1, 90 * DAY), a[0].decay);
    cr_expect_neq(tn_model_find_decay(m, 2, 365 * DAY), TN_NONE);
    cr_expect_eq(tn_model_find_decay(m, 2, 90 * DAY), TN_NONE);
    for (uint32_t i = 0; i < m->decay_count; i++)
        cr_expect_eq(m->schema.decays[i].half_life_ms, m->decays[i].half_life_ms);
    cr_expect_null(m->decays[a[0].decay].per);
    cr_expect(tn_str_is(m->decays[a[2].decay].per->text, "value"));
    tn_model_destroy(m);
}

Test(needs, the_schema_repeats_what_is_declared) {
    tn_model *m = model_of_file("share/models/retail.yaml");
    cr_assert_eq(m->schema.attribute_count, m->attribute_count);
    for (uint32_t i = 0; i < m->attribute_count; i++) {
        cr_expect_eq(m->schema.attributes[i].type, m->attributes[i].type);
        cr_expect_eq(m->schema.attributes[i].keep, m->attributes[i].keep);
    }
    const uint32_t survey = tn_model_find_action(m, tn_str_of("survey_sent"));
    for (uint32_t i = 0; i < m->action_count; i++)
        cr_expect_eq(m->schema.actions[i].is_by_company, i == survey);
    tn_model_destroy(m);
}
