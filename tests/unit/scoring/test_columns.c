/* Stages, traits, segments, RFM and CLV columns, and what becomes of rows between runs. */
#include "support/scoring_base.h"

#include "base/bytes.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

static const char model[] = "tenure: 1\n"
                            "name: test\n"
                            "timezone: Europe/Paris\n"
                            "attributes:\n"
                            "  age: {type: float}\n"
                            "  town: {type: category}\n"
                            "  born: {type: date}\n"
                            "actions:\n"
                            "  visit:\n"
                            "  buy: {value: money}\n"
                            "  back: {value: money}\n"
                            "transactions: {action: buy, minus: back, one_per: day, unit: week}\n"
                            "scores:\n"
                            "  s:\n"
                            "    rules: {v: {action: visit, points: 1, if: \"stage.m >= 'two'\"}}\n"
                            "rfm:\n"
                            "  cuts: {recency: [10, 20], frequency: [1, 2], monetary: [50, 100]}\n"
                            "  segments:\n"
                            "    Best: {recency: 3, frequency: [2, 3], monetary: 3}\n"
                            "    Good: {recency: [2, 3]}\n"
                            "clv:\n"
                            "  purchases: bg_nbd\n"
                            "  spend: gamma_gamma\n"
                            "  horizon: 39w\n"
                            "  discount: 10%\n"
                            "  margin: 30%\n"
                            "  parameters:\n"
                            "    bg_nbd: [0.2426, 4.4136, 0.7929, 2.4259]\n"
                            "    gamma_gamma: [6.25, 3.74, 15.44]\n"
                            "traits:\n"
                            "  half: \"age / 2\"\n"
                            "  adult: \"age >= 18\"\n"
                            "  place: \"join(lower(town), '!')\"\n"
                            "  seen: \"last(visit)\"\n"
                            "  since: \"now - last(visit)\"\n"
                            "  next: \"born + 1y\"\n"
                            "  where: \"stage.m\"\n"
                            "  third: \"tile(age, 3)\"\n"
                            "  third_of_half: \"tile(trait.half * 2, 3)\"\n"
                            "stages:\n"
                            "  m:\n"
                            "    - one: \"true\"\n"
                            "    - two: \"count(visit) > 0\"\n"
                            "    - three: \"count(buy) > 0\"\n"
                            "    - exits: {gone: \"age > 90\", lost: \"age > 80\"}\n"
                            "segments:\n"
                            "  old: \"age > 50\"\n"
                            "  young: \"not segment.old\"\n";

static void check_text(const scoring_base *base, const char *id, const char *column,
                       const char *want) {
    const tn_value value = scoring_base_value(base, id, column);
    cr_assert_eq(value.is_null, want == NULL, "%s of %s", column, id);
    if (want != NULL)
        cr_assert(tn_str_is(value.as.text, want), "%s of %s: %.*s", column, id,
                  (int)value.as.text.size, value.as.text.data);
}

static void check_null(const scoring_base *base, const char *id, const char *column) {
    cr_assert(scoring_base_value(base, id, column).is_null, "%s of %s", column, id);
}

Test(columns, traits_of_every_type_keep_their_type) {
    scoring_base base;
    scoring_base_open(&base, model, 1, TN_ISA_BASE);
    scoring_base_number(&base, "a", "age", 41);
    scoring_base_text(&base, "a", "town", "LYON");
    scoring_base_date(&base, "a", "born", "1984-02-29");
    scoring_base_do(&base, "a", "visit", "2026-03-01 12:30", NAN);
    scoring_base_row(&base, tn_str_of("empty"));
    scoring_base_as_of(&base, "2026-03-02");
    cr_assert(scoring_base_value(&base, "a", "trait.half").as.number == 20.5);
    cr_assert(scoring_base_value(&base, "a", "trait.adult").as.boolean);
    check_text(&base, "a", "trait.place", "lyon!");
    cr_assert(scoring_base_value(&base, "a", "trait.seen").as.time_ms ==
              scoring_base_time(&base, "2026-03-01 12:30"));
    cr_assert(scoring_base_value(&base, "a", "trait.since").as.duration_ms == 11.5 * 3600e3);
    int32_t next;
    cr_assert_eq(tn_date_parse(tn_str_of("1985-02-28"), &next, NULL), TN_OK);
    cr_assert_eq(scoring_base_value(&base, "a", "trait.next").as.date_days, next);
    check_text(&base, "a", "trait.where", "two");
    const char *null_of_empty[] = {"trait.half",  "trait.place", "trait.seen",
                                   "trait.since", "trait.next",  "trait.third"};
    for (size_t i = 0; i < sizeof null_of_empty / sizeof *null_of_empty; i++)
        check_null(&base, "empty", null_of_empty[i]);
    const tn_value adult = scoring_base_value(&base, "empty", "trait.adult");
    cr_assert(!adult.is_null && !adult.as.boolean);
    scoring_base_close(&base);
}

Test(columns, the_furthest_stage_holds_unless_the_first_exit_does) {
    scoring_base base;
    scoring_base_open(&base, model, 2, TN_ISA_BASE);
    const struct {
        const char *id;
        double age;
        bool visits, buys;
        const char *stage;
    } cases[] = {{"a", 20, false, false, "one"}, {"b", 20, true, false, "two"},
                 {"c", 20, true, true, "three"}, {"d", 20, false, true, "three"},
                 {"e", 85, true, true, "lost"},  {"f", 95, true, true, "gone"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scoring_base_number(&base, cases[i].id, "age", cases[i].age);
        if (cases[i].visits) scoring_base_do(&base, cases[i].id, "visit", "2026-01-01", NAN);
        if (cases[i].buys) scoring_base_do(&base, cases[i].id, "buy", "2026-01-01", 1);
    }
    scoring_base_as_of(&base, "2026-01-02");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_text(&base, cases[i].id, "stage.m", cases[i].stage);
        /* the gate of score s: an exit is off the ladder, so its order compares false */
        const bool counts = cases[i].visits && cases[i].age < 80;
        cr_assert(scoring_base_value(&base, cases[i].id, "score.s").as.number == counts);
    }
    scoring_base_close(&base);
}

Test(columns, rfm_bins_and_segments_follow_the_cuts) {
    scoring_base base;
    scoring_base_open(&base, model, 1, TN_ISA_BASE);
    scoring_base_do(&base, "best", "buy", "2026-01-25", 60);
    scoring_base_do(&base, "best", "buy", "2026-01-26", 60);
    scoring_base_do(&base, "edge", "buy", "2026-01-21", 50); /* 10 days: not above the cut */
    scoring_base_do(&base, "back", "buy", "2026-01-26", 80);
    scoring_base_do(&base, "back", "buy", "2026-01-26", 80);
    scoring_base_do(&base, "back", "back", "2026-01-27", 100);
    scoring_base_do(&base, "late", "buy", "2026-01-01", 500);
    scoring_base_do(&base, "none", "visit", "2026-01-26", NAN);
    scoring_base_as_of(&base, "2026-01-31");
    const struct {
        const char *id;
        double bins[3];
        const char *segment;
    } cases[] = {{"best", {3, 2, 3}, "Best"},
                 {"edge", {3, 1, 1}, "Good"},
                 {"back", {3, 2, 2}, "Good"}, /* 160 less 100; two purchases of one day */
                 {"late", {1, 1, 3}, "Others"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *names[3] = {"rfm.recency", "rfm.frequency", "rfm.monetary"};
        for (int k = 0; k < 3; k++) {
            const tn_value bin = scoring_base_value(&base, cases[i].id, names[k]);
            cr_assert(!bin.is_null && bin.as.number == cases[i].bins[k], "%s of %s: %g", names[k],
                      cases[i].id, bin.as.number);
        }
        check_text(&base, cases[i].id, "rfm.segment", cases[i].segment);
    }
    check_null(&base, "none", "rfm.recency");
    check_null(&base, "none", "rfm.frequency");
    check_null(&base, "none", "rfm.monetary");
    check_null(&base, "none", "rfm.segment");
    scoring_base_close(&base);
}

/* Within 1e-5 relative or 1e-6 absolute of the double path. */
static void check_near(const scoring_base *base, const char *id, const char *column, double want) {
    const tn_value value = scoring_base_value(base, id, column);
    cr_assert(!value.is_null, "%s of %s", column, id);
    cr_assert(fabs(value.as.number - want) <= fmax(1e-6, 1e-5 * fabs(want)),
              "%s of %s: %.9g instead of %.9g", column, id, value.as.number, want);
}

Test(columns, clv_columns_follow_the_double_path) {
    scoring_base base;
    scoring_base_open(&base, model, 2, TN_ISA_BASE);
    scoring_base_do(&base, "once", "buy", "2025-06-01", 25);
    for (int i = 0; i < 12; i++) {
        char day[32];
        snprintf(day, sizeof day, "2025-%02d-15", i + 1);
        scoring_base_do(&base, "often", "buy", day, 20 + i);
    }
    scoring_base_do(&base, "often", "back", "2025-12-20", 10);
    for (int i = 0; i < 300; i++) { /* beyond any table */
        const int64_t at = scoring_base_time(&base, "2025-01-01") + i * TN_DAY_MS;
        scoring_base_event(
            &base,
            &(scoring_event){.id = tn_str_of("daily"), .action = 1, .at_ms = at, .value = 5});
    }
    scoring_base_do(&base, "none", "visit", "2025-06-01", NAN);
    const int64_t as_of = scoring_base_time(&base, "2026-01-31");
    scoring_base_run(&base, as_of);
    const tn_purchase_parameters *p = tn_scorer_purchases(base.scorer);
    const tn_spend_parameters *s = tn_scorer_spend(base.scorer);
    tn_clv_terms terms;
    cr_assert_eq(tn_clv_terms_init(&terms, 39, 0.10, 365.0 / 7, 1), TN_OK);
    const char *ids[] = {"once", "often", "daily"};
    for (size_t i = 0; i < 3; i++) {
        const size_t shard = scoring_base_shard(&base, tn_str_of(ids[i]));
        tn_summary row;
        cr_assert(tn_scorer_summary(base.model, base.tables[shard],
                                    tn_table_find(base.tables[shard], tn_str_of(ids[i])), as_of,
                                    &row));
        check_near(&base, ids[i], "clv.p_alive", tn_p_alive(p, row.x, row.t_x, row.T));
        check_near(&base, ids[i], "clv.expected_purchases",
                   tn_expected_purchases(p, row.x, row.t_x, row.T, 39));
        check_near(&base, ids[i], "clv.expected_spend", tn_expected_spend(s, row.x, row.m));
        check_near(&base, ids[i], "clv.value", 0.3 * tn_clv(p, s, &terms, &row));
    }
    const char *columns[] = {"clv.p_alive", "clv.expected_purchases", "clv.expected_spend",
                             "clv.value"};
    for (size_t i = 0; i < 4; i++)
        check_null(&base, "none", columns[i]);
    scoring_base_close(&base);
}

Test(columns, tiles_of_a_column_and_of_an_expression_agree) {
    scoring_base base;
    scoring_base_open(&base, model, 3, TN_ISA_BASE);
    char ids[9][8];
    for (int i = 0; i < 9; i++) {
        snprintf(ids[i], sizeof ids[i], "id%d", i);
        scoring_base_number(&base, ids[i], "age", i);
    }
    scoring_base_row(&base, tn_str_of("empty"));
    cr_assert(tn_plan_pass_count(base.plan) >= 2);
    scoring_base_as_of(&base, "2026-01-02");
    for (int i = 0; i < 9; i++) {
        /* cuts at 8/3 and 16/3 */
        const double want = 1 + (i > 8.0 / 3) + (i > 16.0 / 3);
        cr_assert(scoring_base_value(&base, ids[i], "trait.third").as.number == want);
        cr_assert(scoring_base_value(&base, ids[i], "trait.third_of_half").as.number == want);
    }
    check_null(&base, "empty", "trait.third");
    check_null(&base, "empty", "trait.third_of_half");
    scoring_base_close(&base);
}

Test(columns, rows_put_or_removed_after_a_run_are_null) {
    scoring_base base;
    scoring_base_open(&base, model, 1, TN_ISA_BASE);
    scoring_base_number(&base, "a", "age", 60);
    scoring_base_number(&base, "b", "age", 60);
    cr_assert_eq(tn_scorer_epoch(base.scorer), 0);
    check_null(&base, "a", "segment.old");
    scoring_base_as_of(&base, "2026-01-02");
    cr_assert_eq(tn_scorer_epoch(base.scorer), 1);
    cr_assert(scoring_base_value(&base, "a", "segment.old").as.boolean);
    scoring_base_number(&base, "later", "age", 60);
    check_null(&base, "later", "segment.old");
    check_null(&base, "later", "score.s");
    scoring_base_remove(&base, tn_str_of("b"));
    scoring_base_number(&base, "reuses", "age", 60); /* takes the row of b */
    check_null(&base, "reuses", "segment.old");
    check_null(&base, "reuses", "trait.half");
    scoring_base_as_of(&base, "2026-01-03");
    cr_assert(scoring_base_value(&base, "later", "segment.old").as.boolean);
    cr_assert(scoring_base_value(&base, "reuses", "segment.old").as.boolean);
    scoring_base_remove(&base, tn_str_of("a"));
    scoring_base_as_of(&base, "2026-01-04"); /* runs over a removed row */
    uint32_t members = 0;
    for (uint32_t row = 0; row < tn_scorer_row_count(base.scorer, 0); row++) {
        tn_value value;
        tn_scorer_value(base.scorer, 0, row,
                        tn_model_find_derived(base.model, tn_str_of("segment.old")), &value);
        members += !value.is_null && value.as.boolean;
    }
    cr_assert_eq(members, 2);
    scoring_base_close(&base);
}

Test(columns, parameters_may_come_later) {
    static const char text[] = "tenure: 1\n"
                               "name: test\n"
                               "actions:\n"
                               "  buy: {value: money}\n"
                               "transactions: {action: buy, one_per: day, unit: day}\n"
                               "clv: {purchases: pareto_nbd, spend: mean, horizon: 30d, "
                               "discount: 0%, margin: \"1 / count(buy)\"}\n";
    scoring_base base;
    scoring_base_open(&base, text, 2, TN_ISA_BASE);
    scoring_base_do(&base, "one", "buy", "2026-01-01", 7);
    scoring_base_do(&base, "two", "buy", "2026-01-01", 7);
    scoring_base_do(&base, "two", "buy", "2026-01-05", 9);
    scoring_base_do(&base, "three", "buy", "2026-01-02", 7);
    scoring_base_do(&base, "three", "buy", "2026-01-06", 1);
    scoring_base_do(&base, "three", "buy", "2026-01-07", 3);
    scoring_base_as_of(&base, "2026-01-11");
    check_null(&base, "two", "clv.p_alive");
    check_null(&base, "two", "clv.value");
    /* the mean needs no parameters: 9 and 2, so 5.5 for those who never came back */
    cr_assert(scoring_base_value(&base, "one", "clv.expected_spend").as.number == 5.5);
    cr_assert(scoring_base_value(&base, "two", "clv.expected_spend").as.number == 9);
    cr_assert(scoring_base_value(&base, "three", "clv.expected_spend").as.number == 2);
    const tn_purchase_parameters p = {TN_PARETO_NBD, {0.55, 10.6, 0.61, 11.7}};
    tn_scorer_set_purchases(base.scorer, &p);
    scoring_base_as_of(&base, "2026-01-11");
    check_near(&base, "two", "clv.p_alive", tn_p_alive(&p, 1, 4, 10));
    check_near(&base, "two", "clv.value", 0.5 * 9 * tn_expected_purchases(&p, 1, 4, 10, 30));
    const tn_purchase_parameters other = {TN_BG_NBD, {1, 1, 1, 1}};
    tn_scorer_set_purchases(base.scorer, &other);
    tn_error error;
    cr_assert_eq(tn_scorer_run(base.scorer, 0, &tn_parallel_serial, &error), TN_BAD_ARGUMENT);
    cr_assert_eq(tn_scorer_epoch(base.scorer), 2);
    check_near(&base, "two", "clv.p_alive", tn_p_alive(&p, 1, 4, 10));
    scoring_base_close(&base);
}
