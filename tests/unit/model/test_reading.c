/* What a model file says is what the model holds. */
#include "unit/model/model_case.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#define DAY 864e5

/* The derived columns' names, a blank behind each. */
static const char *columns_of(const tn_model *model) {
    static char names[8192];
    names[0] = '\0';
    for (uint32_t i = 0; i < model->derived_count; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s ",
                 model->derived[i].name.data);
    return names;
}

Test(reading, the_example_of_the_specification_is_read_whole) {
    tn_model *m = model_of_file("share/models/grocery.yaml");
    cr_expect(tn_str_is(m->name, "grocery") && tn_str_is(m->currency, "EUR"));
    cr_expect_str_eq(tn_zone_name(m->zone), "UTC");
    cr_expect_eq(m->attribute_count, 9);
    cr_expect_eq(m->attributes[4].keep, TN_KEEP_FIRST);
    cr_expect_eq(m->attributes[4].family, TN_FAMILY_BEHAVIOURAL);
    cr_expect_eq(m->attributes[5].family, TN_FAMILY_NONE);
    cr_expect_eq(m->action_count, 11);
    const tn_model_action *fresh = &m->actions[8];
    cr_expect(tn_str_is(fresh->name, "fresh_bought"));
    cr_expect_eq(fresh->of, 6);
    cr_expect_eq(fresh->value, TN_VALUE_MONEY);
    cr_expect_eq(fresh->field_count, 1);
    cr_expect(m->actions[5].is_by_company);
    cr_expect(m->transactions.is_present && m->transactions.unit_is_week);
    cr_expect(m->transactions.action == 6 && m->transactions.minus == 7);
    cr_expect_eq(m->score_count, 3);
    const tn_model_score *engagement = &m->scores[0];
    cr_expect(engagement->has_range && engagement->low == 0 && engagement->high == 100);
    cr_expect_eq(engagement->rule_count, 6);
    cr_expect_eq(engagement->rules[0].half_life_ms, 90 * DAY);
    cr_expect_eq(engagement->rules[0].cap, 60);
    cr_expect_eq(engagement->rules[1].group, 0);
    cr_expect_eq(engagement->rules[2].cap, INFINITY);
    cr_expect_not_null(engagement->rules[3].per.tree);
    cr_expect_eq(engagement->rules[4].action, TN_NONE);
    cr_expect_eq(engagement->rules[4].points, -15);
    cr_expect_not_null(engagement->rules[5].condition.tree);
    cr_expect(!m->scores[2].has_range && m->scores[2].low == -32767);
    cr_expect(tn_str_is(m->scores[2].grades[0].name, "MQL"));
    cr_expect_eq(m->scores[2].grades[1].threshold, 55);
    cr_expect_eq(m->rfm.bins[2], 5);
    cr_expect_eq(m->rfm.levels.count, 2);
    cr_expect_eq(m->clv.horizon_ms, 364 * DAY);
    cr_expect_eq(m->clv.discount_per_year, 0.1);
    cr_expect_eq(m->clv.margin.tree->as.number, 0.3);
    cr_expect(m->clv.has_purchase_parameters && m->clv.has_spend_parameters);
    cr_expect_eq(m->clv.purchase_parameters.model, TN_MBG_NBD);
    cr_expect_eq(m->clv.purchase_parameters.p[3], 1.614);
    cr_expect_eq(m->clv.spend_parameters.p[2], 15.44);
    cr_expect_eq(m->stage_models[0].ladder_count, 6);
    cr_expect_eq(m->stage_models[0].stage_count, 7);
    cr_expect(m->stage_models[0].stages[6].is_exit);
    cr_expect_eq(m->segment_count, 5);
    cr_expect_str_eq(columns_of(m),
                     "score.engagement score.fit score.lead grade.lead rfm.recency rfm.frequency "
                     "rfm.monetary rfm.segment clv.p_alive clv.expected_purchases "
                     "clv.expected_spend clv.value trait.tier trait.value_decile stage.journey "
                     "segment.vip segment.lapsing segment.warranty_due segment.left_cart "
                     "segment.win_back ");
    tn_model_destroy(m);
}

Test(reading, the_shipped_models_have_no_warnings) {
    static const char *const files[] = {"share/models/retail.yaml", "share/models/cdnow.yaml"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        tn_model *model = model_of_file(files[i]);
        tn_buffer warnings = warnings_of(model);
        cr_expect_str_eq(warnings.data, "", "%s: %s", files[i], warnings.data);
        tn_buffer_deinit(&warnings);
        tn_model_destroy(model);
    }
}

Test(reading, retail_has_every_part) {
    tn_model *m = model_of_file("share/models/retail.yaml");
    bool types[TN_ATTRIBUTE_TIME + 1] = {false}, families[TN_FAMILY_BEHAVIOURAL + 1] = {false};
    for (uint32_t i = 0; i < m->attribute_count; i++) {
        types[m->attributes[i].type] = true;
        families[m->attributes[i].family] = true;
    }
    for (size_t i = 0; i <= TN_ATTRIBUTE_TIME; i++)
        cr_expect(types[i], "attribute type %zu", i);
    for (size_t i = TN_FAMILY_DEMOGRAPHIC; i <= TN_FAMILY_BEHAVIOURAL; i++)
        cr_expect(families[i], "family %zu", i);
    cr_expect(m->transactions.minus != TN_NONE && m->rfm.is_present && m->clv.is_present);
    cr_expect(m->clv.has_purchase_parameters && m->clv.has_spend_parameters);
    cr_expect_geq(m->stage_model_count, 2);
    cr_expect_geq(m->segment_count, 12);
    cr_expect_gt(m->decay_count, 0);
    cr_expect_gt(m->plain_sum_count, 0);
    tn_model_destroy(m);
}

Test(reading, cdnow_reads_purchases_alone_and_leaves_its_parameters_to_be_fitted) {
    tn_model *m = model_of_file("share/models/cdnow.yaml");
    cr_expect_eq(m->attribute_count, 0);
    cr_expect_eq(m->action_count, 1);
    cr_expect(tn_str_is(m->currency, "USD"));
    cr_expect(m->clv.is_present && !m->clv.has_purchase_parameters);
    cr_expect(!m->clv.has_spend_parameters);
    tn_model_destroy(m);
}

Test(reading, the_smallest_model_has_no_columns) {
    tn_model *m = model_of("tenure: 1\nname: m\n");
    cr_expect_eq(m->derived_count, 0);
    cr_expect_eq(m->schema.action_count, 0);
    cr_expect_str_eq(tn_zone_name(m->zone), "UTC");
    cr_expect(!m->rfm.is_present && !m->clv.is_present && !m->metrics.is_present);
    tn_model_destroy(m);
}

Test(reading, words_that_other_readers_take_for_bools_are_text) {
    tn_model *m = model_of_lines("label: no\n"
                                 "attributes: {country: {type: category}}\n"
                                 "scores: {s: {points: 1e3, grades: {no: 1e1, on: 20%, ~: 30}}}\n"
                                 "segments: {norway: country in ('NO'), yes: true}\n");
    cr_expect(tn_str_is(m->label, "no"));
    cr_expect_eq(m->scores[0].points.tree->as.number, 1000);
    cr_expect_eq(m->scores[0].grade_count, 3);
    cr_expect(tn_str_is(m->scores[0].grades[0].name, "on"));
    cr_expect_eq(m->scores[0].grades[0].threshold, 0.2);
    cr_expect(tn_str_is(m->scores[0].grades[1].name, "no"));
    cr_expect_eq(m->scores[0].grades[1].threshold, 10);
    cr_expect(tn_str_is(m->scores[0].grades[2].name, "~"));
    cr_expect(tn_str_is(m->segments[1].name, "yes"));
    tn_model_destroy(m);
}

Test(reading, a_mapping_and_a_sequence_are_the_same_list) {
    tn_model *a = model_of_lines("actions: {visit: }\n"
                                 "stages: {j: {one: \"true\", two: \"count(visit) > 0\",\n"
                                 "             exits: {gone: \"false\"}, label: J}}\n"
                                 "scores: {s: {rules: {x: {points: \"1\"}, y: {points: \"2\"}},\n"
                                 "             grades: {A: 1, B: 2}}}\n");
    tn_model *b = model_of_lines("actions: [visit: ]\n"
                                 "stages: [j: [one: \"true\", two: \"count(visit) > 0\",\n"
                                 "             exits: [gone: \"false\"], label: J]]\n"
                                 "scores: [s: {rules: [x: {points: \"1\"}, y: {points: \"2\"}],\n"
                                 "             grades: [A: 1, B: 2]}]\n");
    cr_assert_eq(a->derived_count, b->derived_count);
    for (uint32_t i = 0; i < a->derived_count; i++)
        cr_expect(tn_str_equal(a->derived[i].name, b->derived[i].name));
    cr_expect_eq(a->stage_models[0].stage_count, b->stage_models[0].stage_count);
    for (uint32_t i = 0; i < a->stage_models[0].stage_count; i++)
        cr_expect(
            tn_str_equal(a->stage_models[0].stages[i].name, b->stage_models[0].stages[i].name));
    cr_expect(tn_str_is(a->stage_models[0].label, "J") && tn_str_is(b->stage_models[0].label, "J"));
    cr_expect(tn_str_is(b->scores[0].rules[1].name, "y"));
    tn_model_destroy(a);
    tn_model_destroy(b);
}

Test(reading, labels_stand_wherever_there_is_a_name) {
    tn_model *m = model_of_lines(
        "label: M\n"
        "attributes: {a: {type: int, label: Ä}}\n"
        "actions: {v: {label: V, fields: {f: {type: int, label: F}}}, p: {value: money}}\n"
        "transactions: {action: p}\n"
        "scores:\n"
        "  s:\n"
        "    label: S\n"
        "    groups: {g: {cap: 1, label: G}}\n"
        "    rules: {r: {action: v, points: 1, group: g, label: R}}\n"
        "    grades: {A: {from: 1, label: Best}}\n"
        "rfm: {segments: {X: {recency: 5, label: RX}}}\n"
        "traits: {t: {expr: \"a + 1\", label: T}}\n"
        "stages: {j: {label: J, stages: [{x: {if: \"true\", label: LX}}],\n"
        "             exits: {y: {if: \"a > 5\", label: LY}}}}\n"
        "segments: {g: {if: \"a > 1\", label: \u0627\u0644\u0639\u0645\u0644\u0627\u0621}}\n");
    cr_expect(tn_str_is(m->label, "M") && tn_str_is(m->attributes[0].label, "Ä"));
    cr_expect(tn_str_is(m->actions[0].label, "V"));
    cr_expect(tn_str_is(m->actions[0].fields[0].label, "F"));
    cr_expect(tn_str_is(m->scores[0].label, "S") && tn_str_is(m->scores[0].groups[0].label, "G"));
    cr_expect(tn_str_is(m->scores[0].rules[0].label, "R"));
    cr_expect(tn_str_is(m->scores[0].grades[0].label, "Best"));
    cr_expect(tn_str_is(m->rfm.segments[0].label, "RX") && tn_str_is(m->traits[0].label, "T"));
    cr_expect(tn_str_is(m->stage_models[0].label, "J"));
    cr_expect(tn_str_is(m->stage_models[0].stages[0].label, "LX"));
    cr_expect(tn_str_is(m->stage_models[0].stages[1].label, "LY"));
    cr_expect_eq(tn_utf8_count(m->segments[0].label), 7);
    const uint32_t grade = tn_model_find_derived(m, tn_str_of("grade.s"));
    cr_expect(tn_str_is(m->derived[grade].label, "S"));
    tn_model_destroy(m);
}

Test(reading, durations_have_every_unit) {
    static const struct {
        const char *text;
        double ms;
    } cases[] = {{"30s", 30e3},     {"15min", 15 * 6e4},      {"12h", 12 * 36e5},
                 {"90d", 90 * DAY}, {"4w", 28 * DAY},         {"6mo", 180 * DAY},
                 {"1y", 365 * DAY}, {"1.5d", 1.5 * DAY},      {"\"7d\"", 7 * DAY},
                 {"0.001s", 1.0},   {"10000y", 3650000 * DAY}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char lines[256];
        snprintf(
            lines, sizeof lines,
            "actions: {v: }\nscores: {s: {rules: {r: {action: v, points: 1, half_life: %s}}}}\n",
            cases[i].text);
        tn_model *m = model_of_lines(lines);
        cr_expect_eq(m->scores[0].rules[0].half_life_ms, cases[i].ms, "%s", cases[i].text);
        tn_model_destroy(m);
    }
}

Test(reading, defaults_of_the_parts) {
    tn_model *m = model_of_lines("actions: {p: {value: money}}\n"
                                 "transactions: {action: p}\n"
                                 "rfm:\nclv:\nmetrics:\n");
    cr_expect(m->transactions.unit_is_week && m->transactions.minus == TN_NONE);
    cr_expect_eq(m->rfm.method, TN_RFM_QUANTILE);
    cr_expect_eq(m->rfm.bins[0], 5);
    cr_expect_eq(m->rfm.levels.count, 1);
    cr_expect(tn_str_is(m->rfm.levels.names[0], "Others"));
    cr_expect_eq(m->clv.purchases, TN_MBG_NBD);
    cr_expect_eq(m->clv.spend, TN_SPEND_GAMMA_GAMMA);
    cr_expect_eq(m->clv.horizon_ms, 364 * DAY);
    cr_expect_eq(m->clv.discount_per_year, 0.1);
    cr_expect_eq(m->clv.margin.tree->as.number, 1);
    cr_expect_eq(m->metrics.active_window_ms, 365 * DAY);
    cr_expect(m->metrics.nps == TN_NONE && m->metrics.engagement == TN_NONE);
    tn_model_destroy(m);
}

Test(reading, clv_and_rfm_take_every_choice) {
    tn_model *m =
        model_of_lines("actions: {p: {value: money}, r: {value: money}}\n"
                       "transactions: {action: p, minus: r, one_per: day, unit: day}\n"
                       "rfm: {cuts: {recency: [30, 90], frequency: [1, 2, 3], monetary: [10.5]},\n"
                       "      segments: {A: {recency: [2, 3], frequency: 4}, B: {}}}\n"
                       "clv: {purchases: pareto_nbd, spend: mean, horizon: 6mo, discount: 0.5,\n"
                       "      margin: \"if(count(p) > 3, 0.4, 0.2)\",\n"
                       "      parameters: {pareto_nbd: [0.5, 10, 0.6, 11]}}\n");
    cr_expect(!m->transactions.unit_is_week);
    cr_expect_eq(m->rfm.method, TN_RFM_CUTS);
    cr_expect(m->rfm.bins[0] == 3 && m->rfm.bins[1] == 4 && m->rfm.bins[2] == 2);
    cr_expect_eq(m->rfm.cuts[1][2], 3);
    cr_expect(m->rfm.segments[0].frequency.low == 4 && m->rfm.segments[0].frequency.high == 4);
    cr_expect(m->rfm.segments[1].monetary.low == 1 && m->rfm.segments[1].monetary.high == 2);
    cr_expect_eq(m->rfm.levels.ladder_count, 0);
    cr_expect_eq(m->clv.purchases, TN_PARETO_NBD);
    cr_expect_eq(m->clv.spend, TN_SPEND_MEAN);
    cr_expect(m->clv.has_purchase_parameters && !m->clv.has_spend_parameters);
    cr_expect_eq(m->clv.horizon_ms, 180 * DAY);
    tn_model_destroy(m);
}

Test(reading, a_trait_has_the_type_of_its_expression) {
    tn_model *m = model_of_lines("attributes: {born: {type: date}, c: {type: category}}\n"
                                 "actions: {v: }\n"
                                 "stages: {j: [{x: \"trait.flag\"}, {y: \"count(v) > 3\"}]}\n"
                                 "traits: {place: \"stage.j\", flag: \"trait.n > 1\", n: "
                                 "\"count(v) + 1\", word: \"lower(c)\",\n"
                                 "         day: \"born + 1y\", when: \"last(v)\", span: \"now - "
                                 "last(v)\", again: trait.place}\n");
    static const struct {
        const char *name;
        tn_type type;
    } cases[] = {{"trait.place", TN_TYPE_LEVEL},   {"trait.flag", TN_TYPE_BOOL},
                 {"trait.n", TN_TYPE_NUMBER},      {"trait.word", TN_TYPE_TEXT},
                 {"trait.day", TN_TYPE_DATE},      {"trait.when", TN_TYPE_TIME},
                 {"trait.span", TN_TYPE_DURATION}, {"trait.again", TN_TYPE_LEVEL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint32_t number = tn_model_find_derived(m, tn_str_of(cases[i].name));
        cr_assert_neq(number, TN_NONE);
        cr_expect_eq(m->derived[number].type, cases[i].type, "%s", cases[i].name);
    }
    const uint32_t again = tn_model_find_derived(m, tn_str_of("trait.again"));
    cr_expect_eq(m->derived[again].levels, &m->stage_models[0].levels);
    tn_model_destroy(m);
}

Test(reading, columns_are_sorted_behind_what_they_read) {
    tn_model *m = model_of_file("share/models/retail.yaml");
    uint32_t place[256];
    bool is_seen[256] = {false};
    cr_assert_lt(m->derived_count, 256);
    for (uint32_t i = 0; i < m->derived_count; i++) {
        cr_expect(!is_seen[m->order[i]]);
        is_seen[m->order[i]] = true;
        place[m->order[i]] = i;
    }
    static const char *const pairs[][2] = {{"stage.journey", "score.engagement"},
                                           {"score.engagement", "score.lead"},
                                           {"score.lead", "grade.lead"},
                                           {"rfm.monetary", "rfm.segment"},
                                           {"clv.expected_spend", "clv.value"},
                                           {"clv.value", "trait.value_decile"},
                                           {"trait.value_decile", "segment.top_tenth"},
                                           {"segment.vip", "segment.win_back"},
                                           {"segment.top_tenth", "segment.save_the_best"},
                                           {"rfm.segment", "segment.fans"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const uint32_t before = tn_model_find_derived(m, tn_str_of(pairs[i][0]));
        const uint32_t behind = tn_model_find_derived(m, tn_str_of(pairs[i][1]));
        cr_expect_lt(place[before], place[behind], "%s before %s", pairs[i][0], pairs[i][1]);
    }
    tn_model_destroy(m);
}

Test(reading, a_chain_of_thousands_of_columns_is_sorted) {
    enum { LENGTH = 4096 };
    tn_buffer text;
    tn_model *m = NULL;
    tn_error error = {0};
    tn_buffer_init(&text, NULL);
    tn_buffer_append_str(&text, "tenure: 1\nname: m\nsegments:\n");
    for (int i = 0; i + 1 < LENGTH; i++)
        tn_buffer_printf(&text, "  s%d: \"not segment.s%d\"\n", i, i + 1);
    tn_buffer_printf(&text, "  s%d: \"true\"\n", LENGTH - 1);
    cr_assert_eq(tn_model_parse("m", (tn_str){text.data, text.size}, &m, &error), TN_OK, "%s",
                 error.message);
    for (uint32_t i = 0; i < LENGTH; i++)
        cr_assert_eq(m->order[i], LENGTH - 1 - i);
    tn_model_destroy(m);
    /* The same chain closed to a circle: the message names the start and how many more there are.
     */
    text.size -= strlen("\"true\"\n");
    tn_buffer_append_str(&text, "\"segment.s0\"\n");
    cr_assert_eq(tn_model_parse("m", (tn_str){text.data, text.size}, &m, &error), TN_BAD_MODEL);
    cr_expect_not_null(strstr(error.message, "segment.s0 -> segment.s1 -> "), "%s", error.message);
    cr_expect_not_null(strstr(error.message, "(4084 more) -> segment.s0"), "%s", error.message);
    tn_buffer_deinit(&text);
}

Test(reading, an_expression_from_outside_is_compiled_over_the_model) {
    tn_model *m = model_of_file("share/models/grocery.yaml");
    tn_arena arena;
    tn_expr *tree = NULL;
    tn_error error = {0};
    tn_arena_init(&arena, NULL);
    cr_assert_eq(tn_model_compile(m, &arena, tn_str_of("segment.vip and age > 30"), TN_TYPE_BOOL,
                                  &tree, &error),
                 TN_OK);
    const tn_expr *age = tree->children[1]->children[0];
    cr_expect_eq(tn_column_ref_space(age->column), TN_SPACE_ATTRIBUTE);
    cr_expect_eq(tn_column_ref_index(age->column), 0);
    const tn_expr *vip = tree->children[0];
    cr_expect_eq(tn_column_ref_space(vip->column), TN_SPACE_DERIVED);
    cr_expect_eq(tn_column_ref_index(vip->column),
                 tn_model_find_derived(m, tn_str_of("segment.vip")));
    cr_expect_eq(tn_model_compile(m, &arena, tn_str_of("age"), TN_TYPE_BOOL, &tree, &error),
                 TN_BAD_EXPRESSION);
    cr_expect_eq(tn_model_compile(m, &arena, tn_str_of("1 + agee"), TN_TYPE_NUMBER, &tree, &error),
                 TN_BAD_EXPRESSION);
    cr_expect_eq(error.column, 5);
    cr_expect_not_null(strstr(error.message, "'age'"), "%s", error.message);
    tn_arena_deinit(&arena);
    tn_model_destroy(m);
}

Test(reading, a_file_that_is_not_there_is_reported) {
    tn_model *m = NULL;
    tn_error error = {0};
    cr_expect_eq(tn_model_read("/no/such/model.yaml", &m, &error), TN_NOT_FOUND);
    cr_expect_not_null(strstr(error.message, "/no/such/model.yaml"), "%s", error.message);
    cr_expect_eq(tn_model_read("/no/such/model.yaml", &m, NULL), TN_NOT_FOUND);
}

Test(reading, errors_may_go_unheard) {
    tn_model *m = NULL;
    cr_expect_eq(tn_model_parse("m", tn_str_of("tenure: 2\n"), &m, NULL), TN_BAD_MODEL);
    cr_expect_null(m);
    tn_model_destroy(NULL);
}
