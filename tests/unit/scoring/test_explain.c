/* Explanations: what each line says, and that the lines sum to the score. */
#include "support/scoring_base.h"

#include "base/bytes.h"

#include <criterion/criterion.h>
#include <math.h>

static const char model[] = "tenure: 1\n"
                            "name: test\n"
                            "attributes:\n"
                            "  age: {type: float}\n"
                            "actions:\n"
                            "  visit:\n"
                            "  open:\n"
                            "scores:\n"
                            "  s:\n"
                            "    range: [0, 20]\n"
                            "    groups: {g: {cap: 6}}\n"
                            "    rules:\n"
                            "      capped: {action: visit, points: 5, cap: 8}\n"
                            "      grouped: {action: open, points: 4, group: g}\n"
                            "      also: {if: \"age = 30\", points: 3, group: g}\n"
                            "      gated: {action: visit, points: 100, if: \"age > 30\"}\n"
                            "      expressed: {points: \"age / 3\"}\n"
                            "      empty: {points: \"1 / (age - 30)\"}\n"
                            "      decayed: {action: visit, points: 1, half_life: 1d}\n"
                            "      tiled: {points: \"10 * tile(age, 2)\"}\n"
                            "  t:\n"
                            "    points: \"score.s * 2\"\n"
                            "    range: [0, 35]\n";

static void check_item(const tn_explain_item *item, double weight, double points, double units,
                       double taken) {
    cr_assert(isnan(weight) ? isnan(item->weight) : item->weight == weight, "weight %g",
              item->weight);
    cr_assert(isnan(points) ? isnan(item->points) : item->points == points, "points %g",
              item->points);
    cr_assert_eq(item->units, (int64_t)(units * 65536), "units %lld", (long long)item->units);
    cr_assert_eq(item->taken, (int64_t)(taken * 65536), "taken %lld", (long long)item->taken);
}

Test(explain, every_line_says_what_it_adds_and_what_was_taken) {
    scoring_base base;
    scoring_base_open(&base, model, 2, TN_ISA_BASE);
    scoring_base_number(&base, "a", "age", 30);
    scoring_base_number(&base, "b", "age", 40);
    for (int i = 0; i < 2; i++)
        scoring_base_do(&base, "a", "visit", "2026-01-01", NAN);
    scoring_base_do(&base, "a", "open", "2026-01-01", NAN);
    scoring_base_as_of(&base, "2026-01-02");
    tn_arena arena;
    tn_arena_init(&arena, NULL);
    tn_explain_result *results;
    const size_t shard = scoring_base_shard(&base, tn_str_of("a"));
    const uint32_t row = tn_table_find(base.tables[shard], tn_str_of("a"));
    cr_assert_eq(tn_scorer_explain(base.scorer, shard, row, &arena, &results, NULL), TN_OK);
    const tn_explain_item *items = results[0].items;
    cr_assert_eq(results[0].item_count, 8 + 1 + 1);
    check_item(&items[0], 2, 10, 8, 2);
    check_item(&items[1], 1, 4, 4, 0);
    check_item(&items[2], NAN, 3, 3, 0);
    check_item(&items[3], 2, 200, 0, 0);
    cr_assert(items[3].is_gated_off && !items[0].is_gated_off);
    check_item(&items[4], NAN, 10, 10, 0);
    check_item(&items[5], NAN, NAN, 0, 0);
    check_item(&items[6], 1, 1, 1, 0);
    check_item(&items[7], NAN, 10, 10, 0);
    check_item(&items[8], NAN, NAN, -1, 1); /* the group: 7 to 6 */
    cr_assert(items[8].rule == TN_NONE && items[8].group == 0);
    check_item(&items[9], NAN, NAN, -15, 15); /* the range: 8 + 6 + 10 + 1 + 10 = 35 to 20 */
    cr_assert(items[9].rule == TN_NONE && items[9].group == TN_NONE && !items[9].is_expression);
    cr_assert_eq(results[0].units, 20 * 65536);
    cr_assert_eq(results[1].item_count, 2);
    cr_assert(results[1].items[0].is_expression);
    check_item(&results[1].items[0], NAN, 40, 40, 0);
    check_item(&results[1].items[1], NAN, NAN, -5, 5);
    cr_assert_eq(results[1].units, 35 * 65536);
    cr_assert(scoring_base_value(&base, "a", "score.s").as.number == 20);
    cr_assert(scoring_base_value(&base, "a", "score.t").as.number == 35);
    tn_arena_deinit(&arena);
    scoring_base_close(&base);
}
