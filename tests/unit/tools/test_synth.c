/* test_synth.c: vocabularies of a synthetic base, and the laws that its purchases follow. */
#include "tenure/synth.h"

#include <criterion/criterion.h>
#include <math.h>

static bool has_word(const tn_synth_words *words, const char *word) {
    for (size_t i = 0; i < words->count; i++) {
        if (tn_str_is(words->list[i], word)) return true;
    }
    return false;
}

Test(synth, a_category_holds_what_the_model_asks_for) {
    const tn_str model = tn_str_of("a: \"country in ('QQ', 'RR')\"\nb: \"my_country = 'no'\"\n"
                                   "c: \"country != 'SS' and kind = 'T t'\"");
    tn_arena arena;
    tn_arena_init(&arena, NULL);
    tn_synth_words words;
    cr_assert_eq(tn_synth_words_init(&words, tn_str_of("country"), model, &arena, NULL), TN_OK);
    cr_expect(has_word(&words, "QQ") && has_word(&words, "RR") && has_word(&words, "SS"));
    cr_expect(has_word(&words, "DE") && !has_word(&words, "no"));
    cr_assert_eq(tn_synth_words_init(&words, tn_str_of("kind"), model, &arena, NULL), TN_OK);
    cr_expect(has_word(&words, "T t") && words.count > 4);
    cr_expect_float_eq(tn_synth_largest_compared(tn_str_of("x"), tn_str_of("x >= 40 or x<7")), 40,
                       0);
    cr_expect_float_eq(tn_synth_largest_compared(tn_str_of("y"), tn_str_of("f(y) <= 9")), 9, 0);
    tn_arena_deinit(&arena);
}

Test(synth, a_part_of_a_name_must_start_with_the_word) {
    cr_expect(tn_synth_name_has(tn_str_of("warranty_ends"), "end expir"));
    cr_expect(tn_synth_name_has(tn_str_of("age"), "age"));
    cr_expect(!tn_synth_name_has(tn_str_of("page"), "age"));
    cr_expect(!tn_synth_name_has(tn_str_of("unsubscribe"), "join subscribe"));
}

/* E[X(t)] of BG/NBD and the mean spend, from 40,000 customers watched for a year. */
static void check_model(tn_purchase_model model, const double *parameters) {
    static tn_synth_purchase purchases[400];
    tn_synth_plan plan = {.customers = 40000,
                          .from_day = 9000,
                          .acquire_until_day = 9000,
                          .to_day = 9364,
                          .days_per_unit = 7};
    plan.purchases.model = model;
    memcpy(plan.purchases.p, parameters, sizeof plan.purchases.p);
    plan.spend = (tn_spend_parameters){.model = TN_SPEND_GAMMA_GAMMA, .p = {6.25, 3.74, 15.44}};
    tn_rng rng;
    tn_rng_init(&rng, 42);
    double repeats = 0;
    double cents = 0;
    double count = 0;
    for (uint64_t i = 0; i < plan.customers; i++) {
        tn_synth_life life = {.purchases = purchases};
        tn_synth_life_draw(&life, &plan, &rng);
        cr_assert(life.count >= 1 && purchases[0].day == 9000);
        for (size_t k = 1; k < life.count; k++)
            cr_assert(purchases[k].day > purchases[k - 1].day && purchases[k].day <= 9364);
        repeats += (double)(life.count - 1);
        cents += (double)purchases[0].cents;
        count++;
    }
    const double expected = tn_expected_purchases_new(&plan.purchases, 364.0 / 7);
    cr_expect_float_eq(repeats / count, expected, 0.04 * expected, "%s: %g repeats, not %g",
                       tn_purchase_model_name(model), repeats / count, expected);
    const double spend = 6.25 * 15.44 / 2.74;
    cr_expect_float_eq(cents / count / 100, spend, 0.03 * spend);
}

Test(synth, purchases_follow_their_model) {
    check_model(TN_BG_NBD, (const double[]){0.8, 6, 0.8, 2.4});
    check_model(TN_MBG_NBD, (const double[]){0.8, 6, 0.8, 2.4});
    check_model(TN_PARETO_NBD, (const double[]){0.8, 6, 0.6, 11.7});
}
