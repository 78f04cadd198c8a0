#include "unit/expr/docs_reader.h"
#include "unit/expr/eval_fixture.h"
#include "unit/expr/expr_fixture.h"

#include "base/bytes.h"
#include "expr/lower.h"

#include <criterion/criterion.h>
#include <stdio.h>

typedef struct truth {
    const char *text;
    bool holds;
} truth;

static void expect_truths(const truth *cases, size_t count, const tn_scope *scope,
                          const char *zone) {
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(fixture_holds(cases[i].text, scope, zone), cases[i].holds, "%s",
                     cases[i].text);
}
#define EXPECT_TRUTHS(cases)                                                                       \
    expect_truths(cases, sizeof(cases) / sizeof(cases)[0], fixture_scope(), "UTC")

Test(lower, numbers_are_computed) {
    static const truth cases[] = {
        {"age = 30", true},
        {"age + 1 - 2 * 3 / 4 = 29.5", true},
        {"-age = 0 - 30", true},
        {"10% = 0.1", true},
        {"min(age, 3, 7) = 3 and max(age, 3, 7) = 30", true},
        {"abs(score.engagement) = 2.5", true},
        {"floor(score.engagement) = -3 and ceil(score.engagement) = -2", true},
        {"round(score.engagement) = -3 and round(2.5) = 3 and round(0.5) = 1", true},
        {"round(acquisition_cost / 7, 3) = 1.786", true},
        {"sqrt(acquisition_cost * 2) = 5 and pow(age, 2) = 900", true},
        {"abs(log(exp(age / 10)) - 3) < 0.000000001", true},
        {"age between 30 and 30 and not age between 31 and 40", true},
        {"age in (1, 2, 30)", true},
        {"age in (1, 2)", false},
        {"age != 30 or age < 30 or age > 30", false},
        {"age <= 30 and age >= 30", true},
    };
    EXPECT_TRUTHS(cases);
}

Test(lower, null_makes_comparisons_false_and_runs_through_everything_else) {
    static const truth cases[] = {
        {"income = income", false},
        {"income != 3", false},
        {"income < 3 or income >= 3", false},
        {"not (income <= 3)", true},
        {"income between 0 and 1e9", false},
        {"income in (income, 3)", false},
        {"income is null and income + 1 is null and -income is null", true},
        {"min(income, 3) is null and max(3, income) is null", true},
        {"coalesce(income, 7) = 7", true},
        {"coalesce(income, age) = 30 and coalesce(income, income) is null", true},
        {"if(income > 3, 1, 2) = 2", true},
        {"if(income is null, age, income) = 30", true},
        {"1 / 0 is null and 0 / 0 is null and sqrt(-1) is null and log(0) is null", true},
        {"exp(1000) is null and pow(-8, 0.5) is null", true},
        {"interest = 'x' or interest != 'x' or interest in ('x')", false},
        {"interest is null and lower(interest) is null", true},
        {"join('a', interest) is null", true},
        {"contains(interest, '') or starts_with(interest, '')", false},
        {"coalesce(interest, channel, 'none') = 'Web-Shop'", true},
        {"warranty_ends is null and days_until(warranty_ends) is null", true},
        {"last(refund) is null and first(refund) is null and mean(refund) is null", true},
        {"last_value(refund) is null and count(refund) = 0 and sum(refund) = 0", true},
        {"days_since(last(refund)) <= 90", false},
        {"rfm.segment is null", true},
        {"rfm.segment = 'Others' or rfm.segment != 'Others' or rfm.segment >= 'Others'", false},
        {"coalesce(rfm.segment, 'none') = 'none'", true},
    };
    EXPECT_TRUTHS(cases);
}

Test(lower, a_null_bool_is_false_but_can_be_seen) {
    static const truth cases[] = {
        {"newsletter", false},
        {"not newsletter", true},
        {"newsletter or true", true},
        {"newsletter and true", false},
        {"newsletter is null", true},
        {"newsletter is not null", false},
        {"newsletter = true or newsletter = false or newsletter != true", false},
        {"newsletter in (true, false)", false},
        {"newsletter = newsletter", false},
        {"coalesce(newsletter, true)", true},
        {"coalesce(newsletter, newsletter) is null", true},
        {"coalesce(newsletter, segment.vip)", true},
        {"if(true, newsletter, true) is null", true},
        {"if(false, newsletter, true) is null", false},
        {"if(newsletter, 1, 2) = 2", true},
        {"segment.vip", true},
        {"segment.vip = true and segment.vip != false", true},
        {"segment.vip = false", false},
        {"segment.vip is null", false},
        {"(age > 3) = segment.vip", true},
        {"(age > 3) is null", false},
        {"segment.vip in (false, age > 3)", true},
        {"segment.vip = newsletter", false},
        {"coalesce(segment.vip, newsletter)", true},
        {"if(segment.vip, age = 30, age = 31)", true},
    };
    EXPECT_TRUTHS(cases);
}

Test(lower, texts_compare_exactly_and_are_made) {
    static const truth cases[] = {
        {"country = 'DE' and 'DE' = country", true},
        {"country = 'de'", false},
        {"country != 'FR'", true},
        {"country != 'DE'", false},
        {"country in ('FR', 'DE')", true},
        {"country = channel", false},
        {"country != channel", true},
        {"lower(country) = 'de'", true},
        {"contains(channel, 'b-S') and not contains(channel, 'b-s')", true},
        {"contains(channel, '') and starts_with(channel, 'Web')", true},
        {"starts_with(channel, 'Shop')", false},
        {"starts_with(join(country, channel), 'DEW')", true},
        {"join(country, '-', channel, '!') = 'DE-Web-Shop!'", true},
        {"contains(lower(join(channel, trait.tier)), 'shophigh')", true},
        {"if(age > 3, country, channel) = 'DE'", true},
        {"if(age > 3, 'x', country) in ('x')", true},
    };
    EXPECT_TRUTHS(cases);
}

Test(lower, levels_compare_by_rank_and_exits_have_no_order) {
    static const truth cases[] = {
        {"grade.lead >= 'MQL' and grade.lead > 'MQL' and grade.lead <= 'SQL'", true},
        {"grade.lead < 'SQL'", false},
        {"grade.lead = 'SQL' and grade.lead != 'MQL' and 'MQL' < grade.lead", true},
        {"grade.lead between 'MQL' and 'SQL'", true},
        {"grade.lead = grade.lead and grade.lead <= grade.lead", true},
        {"stage.journey = 'lapsed'", true},
        {"stage.journey != 'loyalty'", true},
        {"stage.journey in ('blocked', 'lapsed')", true},
        {"stage.journey >= 'awareness' or stage.journey > 'awareness'", false},
        {"stage.journey <= 'loyalty' or stage.journey < 'loyalty'", false},
        {"'awareness' <= stage.journey or 'loyalty' >= stage.journey", false},
        {"stage.journey between 'awareness' and 'loyalty'", false},
        {"stage.journey >= stage.journey or stage.journey <= stage.journey", false},
        {"stage.journey = stage.journey", true},
        {"stage.journey = grade.lead", false},
        {"stage.journey != grade.lead", true},
        {"join(stage.journey, '/', grade.lead) = 'lapsed/SQL'", true},
        {"stage.journey = lower('LAPSED')", true},
        {"if(true, stage.journey, 'none') = 'lapsed'", true},
        {"if(true, grade.lead, grade.lead) >= 'SQL'", true},
    };
    EXPECT_TRUTHS(cases);
}

Test(lower, actions_give_their_numbers_and_times) {
    static const truth cases[] = {
        {"count(visit) = 3 and count(email_open) = 0", true},
        {"sum(purchase) = 70 and mean(purchase) = 35 and last_value(purchase) = 40", true},
        {"decayed(visit, 7d) = 1.5", true},
        {"first(visit) = joined and last(visit) = last_seen", true},
        {"last(visit) - first(visit) = 21d + 4h", true},
        {"after(visit, refund)", true},
        {"after(refund, visit)", false},
        {"after(visit, purchase)", false},
        {"after(visit, visit)", false},
        {"tile(clv.value, 4) = 3", true},
        {"tile(income, 4) is null", true},
        {"bucket(10) = bucket(10) and bucket(10, 's') < 10 and bucket(1000000) >= 0", true},
        {"bucket(1000000, 'a') = bucket(1000000, 'b')", false},
    };
    EXPECT_TRUTHS(cases);
}

Test(lower, times_dates_and_durations_follow_the_calendar_of_the_zone) {
    static const truth cases[] = {
        {"days_since(last(visit)) = 56 and days_until(last(visit)) = -56", true},
        {"days_since(born) = 13177 and days_until(date '2026-04-01') = 4", true},
        {"days_to_anniversary(born) = 337 and days_to_anniversary(date '2020-03-28') = 0", true},
        {"days_to_anniversary(last(visit)) = 309", true},
        {"days(trait.pause) = 1.5 and trait.pause / 12h = 3 and trait.pause * 2 = 3d", true},
        {"trait.pause - 1d = 12h and -trait.pause < 0s and abs(-trait.pause) = 36h", true},
        {"born + 18y = date '2008-02-28' and born + 1d = date '1990-03-01'", true},
        {"born - 2mo = date '1989-12-28' and 1mo + born = date '1990-03-28'", true},
        {"date '2024-02-29' - born = 12419 * 1d", true},
        {"born < now and now > born and born < date '1990-03-01'", true},
        {"last(visit) between date '2026-01-31' and date '2026-02-01'", true},
        {"last(visit) - date '2026-01-31' = 12h", true},
        {"last(visit) + 1mo - date '2026-02-28' = 12h", true},
        {"last(visit) - (1mo + 12h) = date '2025-12-31'", true},
        {"now - trait.pause = date '2026-03-27' + 11.5h", true},
        {"max(born, joined) = joined and min(now, trait.renewal) = now", true},
        {"coalesce(warranty_ends, joined) = joined", true},
    };
    EXPECT_TRUTHS(cases);
    static const truth berlin[] = {
        /* as-of is 2026-03-29 00:30 in Berlin; at 02:00 clocks go to 03:00 */
        {"days_since(last(visit)) = 57", true},
        {"days_until(date '2026-03-29') = 0", true},
        {"now - date '2026-03-29' = 30min", true},
        {"date '2026-03-30' + 0s - date '2026-03-29' = 1d", true},
        {"(date '2026-03-30' + 1s) - (date '2026-03-29' + 1s) = 23h", true},
        {"last(visit) + 2mo - last(visit) = 59d - 1h", true},
        {"trait.renewal - 1y + 1y = trait.renewal", true},
        {"born + 0s = date '1990-02-28'", true},
    };
    expect_truths(berlin, sizeof berlin / sizeof berlin[0], fixture_scope(), "Europe/Berlin");
}

Test(lower, actions_that_never_happened_are_null_or_zero) {
    static const truth cases[] = {
        {"count(nope) = 0 and sum(nope) = 0 and decayed(nope, 1d) = 0", true},
        {"last(nope) is null and mean(nope) is null and last_value(nope) is null", true},
        {"days_since(last(nope)) <= 90 or last(nope) < now", false},
        {"coalesce(last(nope), joined) = joined", true},
        {"after(visit, nope) and not after(nope, visit)", true},
    };
    expect_truths(cases, 5, fixture_lenient_scope(), "UTC");
}

static void expect_value(const char *expression, const char *value) {
    char text[1024];
    if (strcmp(value, "null") == 0) {
        snprintf(text, sizeof text, "(%s) is null", expression);
    } else {
        snprintf(text, sizeof text, "(%s) = (%s)", expression, value);
    }
    cr_assert(fixture_holds(text, fixture_scope(), "UTC"), "%s", text);
}

Test(docs, examples_have_the_values_that_the_page_gives) {
    cr_assert_gt(docs_read("expr-value", expect_value), 40);
}

/* A leaf that runs out of memory. */
static tn_value_id no_leaf(void *context, tn_builder *b, const tn_expr *leaf,
                           tn_value_id argument) {
    (void)context;
    (void)b;
    (void)leaf;
    (void)argument;
    return TN_NO_VALUE;
}

Test(lower, a_leaf_without_a_value_leaves_the_expression_without_one) {
    static const char *const texts[] = {
        "age + 1 > 3",
        "country in ('a', 'b') or newsletter is null",
        "if(newsletter, born + 1mo, warranty_ends) > now",
        "coalesce(newsletter, segment.vip) = true",
        "after(visit, purchase)",
        "mean(purchase) > 1",
        "contains(lower(join(country, stage.journey)), 'x')",
        "stage.journey between 'awareness' and 'loyalty'",
        "tile(clv.value, 10) = bucket(3)",
        "days_to_anniversary(born) + days_since(joined) + days(trait.pause) > round(age, 2)",
    };
    const tn_lowering lowering = {.leaf = no_leaf};
    tn_zone *zone = NULL;
    cr_assert_eq(tn_zone_open("UTC", &zone, NULL), TN_OK);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        fixture_result r;
        fixture_check(&r, texts[i], fixture_scope());
        cr_assert_eq(r.status, TN_OK, "%s: %s", texts[i], r.error.message);
        tn_builder *builder = tn_builder_create(zone);
        cr_assert_eq(tn_expr_lower(builder, r.tree, &lowering), TN_NO_VALUE, "%s", texts[i]);
        tn_builder_destroy(builder);
        fixture_release(&r);
    }
    tn_zone_close(zone);
}

static tn_value_id number_leaf(void *context, tn_builder *b, const tn_expr *leaf,
                               tn_value_id argument) {
    (void)context;
    (void)argument;
    const bool is_text = leaf->type == TN_TYPE_TEXT;
    return tn_build_input(b, leaf->column, is_text ? TN_PHYSICAL_CODE : TN_PHYSICAL_F64, 0, false);
}

/* Parses, checks, lowers and seals while an allocation fails. */
static tn_status compile(const char *text, const tn_zone *zone) {
    fixture_result r;
    const tn_lowering lowering = {.leaf = number_leaf};
    tn_program *program = NULL;
    fixture_check(&r, text, fixture_scope());
    tn_status status = r.status;
    tn_builder *builder = status == TN_OK ? tn_builder_create(zone) : NULL;
    if (status == TN_OK && builder == NULL) status = TN_OUT_OF_MEMORY;
    if (status == TN_OK) {
        const tn_value_id value = tn_expr_lower(builder, r.tree, &lowering);
        if (value != TN_NO_VALUE) tn_build_output(builder, 0, value, TN_PHYSICAL_BITS);
        status = tn_builder_seal(builder, &program, NULL);
        cr_assert(value != TN_NO_VALUE || status != TN_OK);
    }
    tn_program_destroy(program);
    fixture_release(&r);
    return status;
}

Test(lower, running_out_of_memory_at_any_allocation_is_an_error) {
    const char *text = "if(newsletter, join(lower(country), 'x'), channel) in ('a', stage.journey) "
                       "or born + 1mo < now and mean(purchase) > round(age, 2) or "
                       "stage.journey >= 'retention' and after(visit, purchase)";
    tn_zone *zone = NULL;
    cr_assert_eq(tn_zone_open("UTC", &zone, NULL), TN_OK);
    uint64_t n = 1;
    for (bool failed = true; failed; n++) {
        tn_alloc_fail_at(n, false);
        const tn_status status = compile(text, zone);
        failed = tn_alloc_fail_at(0, false) >= n;
        cr_assert_eq(status, failed ? TN_OUT_OF_MEMORY : TN_OK, "allocation %d", (int)n);
    }
    cr_assert_gt(n, 5);
    tn_zone_close(zone);
}

/* Nested to the limit: lowering visits each node once, or this would not end. */
Test(lower, deep_nests_of_comparisons_are_lowered_in_linear_time) {
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    for (int i = 0; i < 60; i++)
        tn_buffer_append_str(&text, i % 2 ? "(" : "if(");
    tn_buffer_append_str(&text, "country != 'x'");
    for (int i = 0; i < 60; i++) {
        if (i % 2 == 0) {
            tn_buffer_append_str(&text, ") != (age between age and age)");
        } else {
            tn_buffer_append_str(&text, ", country, channel) != join(country, 'x')");
        }
    }
    tn_buffer_append_char(&text, '\0');
    fixture_holds(text.data, fixture_scope(), "UTC");
    tn_buffer_deinit(&text);
}
