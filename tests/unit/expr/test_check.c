#include "unit/expr/expr_fixture.h"

#include "base/bytes.h"

#include <criterion/criterion.h>
#include <math.h>

typedef struct typed_case {
    const char *text;
    tn_type type;
    const char *shape; /* NULL: any */
} typed_case;

static void expect_types(const typed_case *cases, size_t count, const tn_scope *scope) {
    for (size_t i = 0; i < count; i++) {
        fixture_result r;
        char shape[512];
        fixture_check(&r, cases[i].text, scope);
        cr_assert_eq(r.status, TN_OK, "%s: %s", cases[i].text, r.error.message);
        cr_assert_eq(r.tree->type, cases[i].type, "%s is a %s", cases[i].text,
                     tn_type_name(r.tree->type));
        fixture_shape(r.tree, shape, sizeof shape);
        if (cases[i].shape != NULL)
            cr_assert_str_eq(shape, cases[i].shape, "%s gives %s", cases[i].text, shape);
        fixture_release(&r);
    }
}
#define EXPECT_TYPES(cases, scope) expect_types(cases, sizeof(cases) / sizeof(cases)[0], scope)

typedef struct refusal {
    const char *text;
    size_t offset;
    size_t length;
    const char *message;
} refusal;

static void expect_refusals(const refusal *cases, size_t count, const tn_scope *scope) {
    for (size_t i = 0; i < count; i++) {
        fixture_result r;
        fixture_check(&r, cases[i].text, scope);
        cr_assert_eq(r.status, TN_BAD_EXPRESSION, "%s", cases[i].text);
        cr_assert_str_eq(r.error.message, cases[i].message, "%s: %s", cases[i].text,
                         r.error.message);
        cr_assert(r.where.offset == cases[i].offset && r.where.length == cases[i].length,
                  "%s: at %zu+%zu", cases[i].text, r.where.offset, r.where.length);
        fixture_release(&r);
    }
}
#define EXPECT_REFUSALS(cases, scope)                                                              \
    expect_refusals(cases, sizeof(cases) / sizeof(cases)[0], scope)

Test(check, every_kind_of_node_has_its_type) {
    static const typed_case cases[] = {
        {"1", TN_TYPE_NUMBER, NULL},
        {"true", TN_TYPE_BOOL, NULL},
        {"'a'", TN_TYPE_TEXT, NULL},
        {"7d", TN_TYPE_DURATION, NULL},
        {"date '2026-01-31'", TN_TYPE_DATE, NULL},
        {"age", TN_TYPE_NUMBER, NULL},
        {"country", TN_TYPE_TEXT, NULL},
        {"newsletter", TN_TYPE_BOOL, NULL},
        {"born", TN_TYPE_DATE, NULL},
        {"grade.lead", TN_TYPE_LEVEL, NULL},
        {"trait.renewal", TN_TYPE_TIME, NULL},
        {"now", TN_TYPE_TIME, NULL},
        {"joined", TN_TYPE_TIME, NULL},
        {"last_seen", TN_TYPE_TIME, NULL},
        {"count(visit)", TN_TYPE_NUMBER, NULL},
        {"sum(purchase)", TN_TYPE_NUMBER, NULL},
        {"mean(purchase)", TN_TYPE_NUMBER, NULL},
        {"first(visit)", TN_TYPE_TIME, NULL},
        {"last(visit)", TN_TYPE_TIME, NULL},
        {"last_value(purchase)", TN_TYPE_NUMBER, NULL},
        {"decayed(visit, 90d)", TN_TYPE_NUMBER, NULL},
        {"after(visit, purchase)", TN_TYPE_BOOL, NULL},
        {"tile(age, 4)", TN_TYPE_NUMBER, NULL},
        {"tile(last(visit), 4)", TN_TYPE_NUMBER, NULL},
        {"bucket(10)", TN_TYPE_NUMBER, NULL},
        {"newsletter or segment.vip and not newsletter", TN_TYPE_BOOL, NULL},
        {"age is null", TN_TYPE_BOOL, NULL},
        {"stage.journey is not null", TN_TYPE_BOOL, NULL},
        {"newsletter is null", TN_TYPE_BOOL, NULL},
        {"if(newsletter, 1, 2)", TN_TYPE_NUMBER, NULL},
        {"if(newsletter, 'a', country)", TN_TYPE_TEXT, NULL},
        {"if(newsletter, grade.lead, grade.lead)", TN_TYPE_LEVEL, NULL},
        {"coalesce(country, 'none')", TN_TYPE_TEXT, NULL},
        {"coalesce(newsletter, false)", TN_TYPE_BOOL, NULL},
        {"min(1, age)", TN_TYPE_NUMBER, NULL},
        {"max(first(visit), joined)", TN_TYPE_TIME, NULL},
        {"min(born, warranty_ends)", TN_TYPE_DATE, NULL},
        {"max(7d, trait.pause)", TN_TYPE_DURATION, NULL},
        {"abs(age)", TN_TYPE_NUMBER, NULL},
        {"abs(trait.pause)", TN_TYPE_DURATION, NULL},
        {"floor(1) + ceil(1) + round(1) + log(1) + exp(1) + sqrt(1) + pow(1, 2)", TN_TYPE_NUMBER,
         NULL},
        {"lower(country)", TN_TYPE_TEXT, NULL},
        {"contains(country, 'D')", TN_TYPE_BOOL, NULL},
        {"starts_with(country, channel)", TN_TYPE_BOOL, NULL},
        {"join(country, channel)", TN_TYPE_TEXT, NULL},
        {"days_since(joined)", TN_TYPE_NUMBER, NULL},
        {"days_until(born)", TN_TYPE_NUMBER, NULL},
        {"days_to_anniversary(born)", TN_TYPE_NUMBER, NULL},
        {"days_to_anniversary(joined)", TN_TYPE_NUMBER, NULL},
        {"days(now - joined)", TN_TYPE_NUMBER, NULL},
    };
    EXPECT_TYPES(cases, fixture_scope());
}

Test(check, times_dates_durations_and_numbers_combine_by_the_rules) {
    static const typed_case cases[] = {
        {"now - joined", TN_TYPE_DURATION, "(- now joined)"},
        {"now - born", TN_TYPE_DURATION, "(- now (date to time born))"},
        {"born - now", TN_TYPE_DURATION, "(- (date to time born) now)"},
        {"warranty_ends - born", TN_TYPE_DURATION, "(- warranty_ends born)"},
        {"now + trait.pause", TN_TYPE_TIME, "(+ now trait.pause)"},
        {"trait.pause + now", TN_TYPE_TIME, "(+ now trait.pause)"},
        {"now - trait.pause", TN_TYPE_TIME, NULL},
        {"trait.pause + 1d", TN_TYPE_DURATION, NULL},
        {"trait.pause - 1mo", TN_TYPE_DURATION, NULL},
        {"trait.pause * 2", TN_TYPE_DURATION, NULL},
        {"2 * trait.pause", TN_TYPE_DURATION, NULL},
        {"trait.pause / 2", TN_TYPE_DURATION, NULL},
        {"trait.pause / 1d", TN_TYPE_NUMBER, NULL},
        {"-trait.pause", TN_TYPE_DURATION, NULL},
        {"now > born", TN_TYPE_BOOL, "(> now (date to time born))"},
        {"born <= now", TN_TYPE_BOOL, "(<= (date to time born) now)"},
        {"born < warranty_ends", TN_TYPE_BOOL, "(< born warranty_ends)"},
        {"born between joined and warranty_ends", TN_TYPE_BOOL,
         "(between (date to time born) joined (date to time warranty_ends))"},
        {"joined in (born, now)", TN_TYPE_BOOL, "(in joined (date to time born) now)"},
        {"coalesce(born, joined)", TN_TYPE_TIME, "(coalesce (date to time born) joined)"},
        {"if(newsletter, now, born)", TN_TYPE_TIME, "(if newsletter now (date to time born))"},
        {"max(born, joined)", TN_TYPE_TIME, "(max (date to time born) joined)"},
    };
    EXPECT_TYPES(cases, fixture_scope());
}

Test(check, a_date_moved_by_a_literal_of_whole_days_or_months_stays_a_date) {
    static const typed_case cases[] = {
        {"born + 18y", TN_TYPE_DATE, NULL},
        {"18y + born", TN_TYPE_DATE, NULL},
        {"warranty_ends - 30d", TN_TYPE_DATE, NULL},
        {"born + 2w", TN_TYPE_DATE, NULL},
        {"born + 48h", TN_TYPE_DATE, NULL},
        {"born + (1y + 2mo - 3d)", TN_TYPE_DATE, "(+ born 14mo+-259200000ms=36460800000ms)"},
        {"born - -1mo", TN_TYPE_DATE, NULL},
        {"born + 2 * 1mo", TN_TYPE_DATE, "(+ born 2mo+0ms=5184000000ms)"},
        {"born + 12h", TN_TYPE_TIME, "(+ (date to time born) 0mo+43200000ms=43200000ms)"},
        {"born + (1mo + 12h)", TN_TYPE_TIME, NULL},
        {"born + trait.pause", TN_TYPE_TIME, NULL},
        {"born + if(newsletter, 1d, 2d)", TN_TYPE_TIME, NULL},
        {"born + 1y / 2", TN_TYPE_TIME, NULL},
        {"joined + 1mo", TN_TYPE_TIME, "(+ joined 1mo+0ms=2592000000ms)"},
    };
    EXPECT_TYPES(cases, fixture_scope());
}

Test(check, durations_of_literals_are_one_literal) {
    static const typed_case cases[] = {
        {"1y + 2mo", TN_TYPE_DURATION, "14mo+0ms=36720000000ms"},
        {"1mo - 1d", TN_TYPE_DURATION, "1mo+-86400000ms=2505600000ms"},
        {"-(1y)", TN_TYPE_DURATION, "-12mo+0ms=-31536000000ms"},
        {"3 * 1mo", TN_TYPE_DURATION, "3mo+0ms=7776000000ms"},
        {"1mo * -2", TN_TYPE_DURATION, "-2mo+0ms=-5184000000ms"},
        {"1.5 * 1d", TN_TYPE_DURATION, "0mo+129600000ms=129600000ms"},
        {"1.5 * 1y", TN_TYPE_DURATION, "18mo+0ms=47304000000ms"},
        {"1.25 * 1mo", TN_TYPE_DURATION, "(* 1.25 1mo+0ms=2592000000ms)"},
        {"1mo / 2", TN_TYPE_DURATION, "(/ 1mo+0ms=2592000000ms 2)"},
        {"-(-(3))", TN_TYPE_NUMBER, "3"},
    };
    EXPECT_TYPES(cases, fixture_scope());
}

Test(check, levels_compare_by_rank_among_their_own_names_and_are_texts_elsewhere) {
    static const typed_case cases[] = {
        {"stage.journey >= 'retention'", TN_TYPE_BOOL, "(>= stage.journey 'retention')"},
        {"'retention' < stage.journey", TN_TYPE_BOOL, "(< 'retention' stage.journey)"},
        {"stage.journey between 'purchase' and 'loyalty'", TN_TYPE_BOOL, NULL},
        {"stage.journey = 'lapsed'", TN_TYPE_BOOL, "(= stage.journey 'lapsed')"},
        {"stage.journey != 'lapsed'", TN_TYPE_BOOL, NULL},
        {"stage.journey in ('lapsed', 'loyalty')", TN_TYPE_BOOL,
         "(in stage.journey 'lapsed' 'loyalty')"},
        {"stage.journey <= stage.journey", TN_TYPE_BOOL, NULL},
        {"stage.journey = grade.lead", TN_TYPE_BOOL,
         "(= (level to text stage.journey) (level to text grade.lead))"},
        {"stage.journey = country", TN_TYPE_BOOL, "(= (level to text stage.journey) country)"},
        {"stage.journey in (country, 'x')", TN_TYPE_BOOL,
         "(in (level to text stage.journey) country 'x')"},
        {"coalesce(grade.lead, 'none')", TN_TYPE_TEXT,
         "(coalesce (level to text grade.lead) 'none')"},
        {"join('stage ', stage.journey)", TN_TYPE_TEXT, NULL},
        {"contains(lower(stage.journey), 'x')", TN_TYPE_BOOL, NULL},
    };
    EXPECT_TYPES(cases, fixture_scope());
}

Test(check, a_level_literal_knows_its_rank) {
    fixture_result r;
    fixture_check(&r, "stage.journey = 'lapsed'", fixture_scope());
    const tn_expr *literal = r.tree->children[1];
    cr_assert_eq(literal->kind, TN_NODE_TEXT);
    cr_assert_eq(literal->type, TN_TYPE_LEVEL);
    cr_assert_eq(literal->levels, &fixture_stages);
    cr_assert_eq(literal->as.count, 4);
    fixture_release(&r);
}

Test(check, unknown_names_are_refused_with_the_nearest_or_all_known_ones) {
    static const refusal cases[] = {
        {"1 + ag", 4, 2, "unknown name 'ag', did you mean 'age'?"},
        {"Age > 3", 0, 3, "unknown name 'Age', did you mean 'age'?"},
        {"score.engagment", 0, 15,
         "unknown name 'score.engagment', did you mean "
         "'score.engagement'?"},
        {"engagement > 1", 0, 10, "unknown name 'engagement', did you mean 'score.engagement'?"},
        {"last_sen", 0, 8, "unknown name 'last_sen', did you mean 'last_seen'?"},
        {"country = DE", 10, 2, "unknown name 'DE': text stands in quotes, 'DE'"},
        {"zzz", 0, 3,
         "unknown name 'zzz'; known are age, income, acquisition_cost, country, interest, channel, "
         "newsletter, born, warranty_ends, score.engagement, clv.value, clv.p_alive and 10 more"},
        {"purchase > 3", 0, 8,
         "'purchase' is an action: write count(purchase), last(purchase) "
         "\xE2\x80\xA6"},
        {"count > 3", 0, 5, "'count' is a function: write count(action)"},
        {"count(vist)", 6, 4, "unknown action 'vist', did you mean 'visit'?"},
        {"count(zzz)", 6, 3, "unknown action 'zzz'; known are visit, email_open, purchase, refund"},
        {"after(visit, purchas)", 13, 7, "unknown action 'purchas', did you mean 'purchase'?"},
        {"after(vist, purchase)", 6, 4, "unknown action 'vist', did you mean 'visit'?"},
        {"last(age)", 5, 3,
         "'age' is no action but a column; actions are visit, email_open, "
         "purchase, refund"},
    };
    EXPECT_REFUSALS(cases, fixture_scope());
}

Test(check, what_an_action_lacks_is_refused) {
    static const refusal cases[] = {
        {"sum(visit)", 4, 5,
         "'visit' has no value: declare the action with value: number or money, or use "
         "count(visit)"},
        {"mean(visit)", 5, 5,
         "'visit' has no value: declare the action with value: number or money, or use "
         "count(visit)"},
        {"last_value(visit)", 11, 5,
         "'visit' has no value: declare the action with value: number or money, or use "
         "count(visit)"},
        {"count(visit, 90d) > 3", 13, 3, "windows are not available yet"},
        {"1 + sum(purchase, 4w)", 18, 2, "windows are not available yet"},
    };
    EXPECT_REFUSALS(cases, fixture_scope());
}

Test(check, mixed_types_are_refused_at_the_side_that_does_not_fit) {
    static const refusal cases[] = {
        {"age = '3'", 6, 3,
         "'=' expects a number here, but this is a text: write it without quotes"},
        {"'x' = age", 0, 3, "'=' expects a number here, but this is a text"},
        {"country = 3", 10, 1, "'=' expects a text here, but this is a number: write it in quotes"},
        {"born > '1990-01-01'", 7, 12,
         "'>' expects a date here, but this is a text: write date '2026-01-31'"},
        {"born > 1990-01-01", 7, 10,
         "'>' expects a date here, but this is a number: write date '2026-01-31'"},
        {"now - joined < 30", 15, 2,
         "'<' expects a duration here, but this is a number: write a duration such as 30d"},
        {"30 > now - joined", 0, 2,
         "'>' expects a duration here, but this is a number: write a duration such as 30d"},
        {"age between 1 and 7d", 18, 2,
         "'between' expects a number here, but this is a duration: days(duration) is a number"},
        {"country in ('a', 3)", 17, 1,
         "'in' expects a text here, but this is a number: write it in quotes"},
        {"newsletter = 1", 13, 1,
         "'=' expects a bool here, but this is a number: compare it, as in x > 0"},
        {"stage.journey = 3", 16, 1,
         "'=' expects a text here, but this is a number: write it in quotes"},
        {"if(newsletter, 1, 'b')", 18, 3, "'if' expects a number here, but this is a text"},
        {"coalesce(age, country)", 14, 7, "'coalesce' expects a number here, but this is a text"},
        {"min(age, 3d)", 9, 2,
         "'min' expects a number here, but this is a duration: days(duration) is a number"},
        {"max(country, channel)", 4, 7, "'max' expects a number here, but this is a text"},
    };
    EXPECT_REFUSALS(cases, fixture_scope());
}

Test(check, operators_and_functions_refuse_types_that_they_do_not_take) {
    static const refusal cases[] = {
        {"age and newsletter", 0, 3,
         "'and' expects a bool here, but this is a number: compare it, as in x > 0"},
        {"newsletter or country", 14, 7,
         "'or' expects a bool here, but this is a text: compare it, as in x = 'a'"},
        {"not last(visit)", 4, 11,
         "'not' expects a bool here, but this is a time: compare it, or "
         "write 'x is not null'"},
        {"if(age, 1, 2)", 3, 3,
         "'if' expects a bool here, but this is a number: compare it, as in x > 0"},
        {"country < 'DE'", 0, 14, "'<': text compares by =, != and in only"},
        {"country between 'A' and 'B'", 0, 27, "'between': text compares by =, != and in only"},
        {"newsletter >= true", 0, 18, "'>=': a bool compares by =, != and in only"},
        {"stage.journey < grade.lead", 0, 26, "'<': a level has an order among its own names only"},
        {"country + 'x'", 0, 7,
         "'+' expects a number here, but this is a text: join(a, b) puts texts together"},
        {"age + newsletter", 6, 10,
         "'+' expects a number here, but this is a bool: write if(condition, 1, 0)"},
        {"age - 7d", 6, 2,
         "'-' expects a number here, but this is a duration: days(duration) is a number"},
        {"now - 30", 6, 2,
         "'-' expects a duration here, but this is a number: write a duration such as 30d"},
        {"30 + born", 0, 2,
         "'+' expects a duration here, but this is a number: write a duration such as 30d"},
        {"now + joined", 6, 6, "'+' expects a duration here, but this is a time"},
        {"7d - now", 0, 2, "'-' expects a time here, but this is a duration"},
        {"7d * 2d", 5, 2,
         "'*' expects a number here, but this is a duration: days(duration) is a number"},
        {"1 / 2d", 4, 2,
         "'/' expects a number here, but this is a duration: days(duration) is a number"},
        {"now * 2", 0, 3,
         "'*' expects a number here, but this is a time: days_since(t) and "
         "days_until(t) are numbers"},
        {"-born", 1, 4,
         "'-' expects a number here, but this is a date: days_since(t) and "
         "days_until(t) are numbers"},
        {"-country", 1, 7, "'-' expects a number here, but this is a text"},
        {"log(country)", 4, 7, "'log' expects a number here, but this is a text"},
        {"abs(now)", 4, 3,
         "'abs' expects a number here, but this is a time: days_since(t) and "
         "days_until(t) are numbers"},
        {"floor(7d)", 6, 2,
         "'floor' expects a number here, but this is a duration: days(duration) is a number"},
        {"pow(age, country)", 9, 7, "'pow' expects a number here, but this is a text"},
        {"lower(age)", 6, 3, "'lower' expects a text here, but this is a number"},
        {"contains(country, 3)", 18, 1,
         "'contains' expects a text here, but this is a number: write it in quotes"},
        {"join(country, age)", 14, 3, "'join' expects a text here, but this is a number"},
        {"days_since(age)", 11, 3,
         "'days_since' expects a time here, but this is a number: write date '2026-01-31'"},
        {"days_to_anniversary(7d)", 20, 2,
         "'days_to_anniversary' expects a time here, but this is a duration"},
        {"days(age)", 5, 3,
         "'days' expects a duration here, but this is a number: write a duration such as 30d"},
        {"tile(country, 4)", 5, 7, "'tile' expects a number here, but this is a text"},
        {"9000y + 2000y", 0, 13, "a duration is at most 10000 years"},
        {"2 * 6000y", 0, 9, "a duration is at most 10000 years"},
    };
    EXPECT_REFUSALS(cases, fixture_scope());
}

Test(check, level_literals_must_be_levels_and_have_an_order_where_one_is_asked) {
    static const refusal cases[] = {
        {"stage.journey = 'retension'", 16, 11,
         "'retension' is no level here, did you mean 'retention'? Levels are awareness, purchase, "
         "retention, loyalty, lapsed, blocked"},
        {"stage.journey in ('lapsed', 'x')", 28, 3,
         "'x' is no level here; levels are awareness, purchase, retention, loyalty, lapsed, "
         "blocked"},
        {"'gold' < grade.lead", 0, 6, "'gold' is no level here; levels are MQL, SQL"},
        {"stage.journey >= 'lapsed'", 17, 8,
         "'lapsed' is an exit, off the ladder, and has no order: compare it by =, != or in"},
        {"stage.journey between 'purchase' and 'blocked'", 37, 9,
         "'blocked' is an exit, off the ladder, and has no order: compare it by =, != or in"},
    };
    EXPECT_REFUSALS(cases, fixture_scope());
}

Test(check, an_event_knows_its_value_and_fields_only) {
    static const typed_case fine[] = {
        {"value > 3 and category = 'fresh'", TN_TYPE_BOOL, NULL},
        {"log(1 + value)", TN_TYPE_NUMBER, NULL},
    };
    EXPECT_TYPES(fine, fixture_event_scope());
    static const refusal cases[] = {
        {"count(visit)", 0, 12,
         "'count' is not available here: an event knows its own value and fields only"},
        {"value + decayed(visit, 1d)", 8, 18,
         "'decayed' is not available here: an event knows its own value and fields only"},
        {"after(a, b)", 0, 11,
         "'after' is not available here: an event knows its own value and fields only"},
        {"now", 0, 3, "'now' is not available here: an event knows its own value and fields only"},
        {"joined", 0, 6,
         "'joined' is not available here: an event knows its own value and fields only"},
        {"last_seen", 0, 9,
         "'last_seen' is not available here: an event knows its own value and fields only"},
        {"tile(value, 4)", 0, 14,
         "'tile' is not available here: an event knows its own value and fields only"},
        {"bucket(4)", 0, 9,
         "'bucket' is not available here: an event knows its own value and fields only"},
        {"days_since(date '2026-01-01')", 0, 29,
         "'days_since' is not available here: an event knows its own value and fields only"},
        {"valu", 0, 4, "unknown name 'valu', did you mean 'value'?"},
        {"zzz", 0, 3, "unknown name 'zzz'; known are value, category"},
    };
    EXPECT_REFUSALS(cases, fixture_event_scope());
}

Test(check, actions_that_never_happened_become_literals_where_the_scope_wants_it) {
    static const typed_case cases[] = {
        {"count(nope)", TN_TYPE_NUMBER, "0"},
        {"sum(nope)", TN_TYPE_NUMBER, "0"},
        {"decayed(nope, 7d)", TN_TYPE_NUMBER, "0"},
        {"after(nope, visit)", TN_TYPE_BOOL, "false"},
        {"after(nope, nope)", TN_TYPE_BOOL, "false"},
        {"after(visit, nope)", TN_TYPE_BOOL, "(is not null (last visit))"},
        {"days_since(last(nope)) <= 90", TN_TYPE_BOOL, NULL},
        {"first(nope) > born", TN_TYPE_BOOL, NULL},
        {"count(visit)", TN_TYPE_NUMBER, "(count visit)"},
    };
    EXPECT_TYPES(cases, fixture_lenient_scope());
    static const struct {
        const char *text;
        tn_type type;
    } nulls[] = {{"last(nope)", TN_TYPE_TIME},
                 {"first(nope)", TN_TYPE_TIME},
                 {"mean(nope)", TN_TYPE_NUMBER},
                 {"last_value(nope)", TN_TYPE_NUMBER}};
    for (size_t i = 0; i < 4; i++) {
        fixture_result r;
        fixture_check(&r, nulls[i].text, fixture_lenient_scope());
        cr_assert_eq(r.status, TN_OK);
        cr_assert(tn_expr_is_null_literal(r.tree), "%s", nulls[i].text);
        cr_assert_eq(r.tree->type, nulls[i].type, "%s", nulls[i].text);
        fixture_release(&r);
    }
    fixture_result r;
    fixture_check(&r, "count(nope)", fixture_lenient_scope());
    cr_assert_not(tn_expr_is_null_literal(r.tree));
    fixture_release(&r);
    static const refusal refused[] = {
        {"sum(visit)", 4, 5,
         "'visit' has no value: declare the action with value: number or money, or use "
         "count(visit)"},
        {"count(nope, 3d)", 12, 2, "windows are not available yet"},
    };
    EXPECT_REFUSALS(refused, fixture_lenient_scope());
}

static tn_status check_as(fixture_result *r, const char *text, tn_type want, const char *role) {
    fixture_parse(r, text);
    if (r->status != TN_OK) return r->status;
    r->status =
        tn_expr_check_as(&r->arena, r->tree, fixture_scope(), want, role, &r->where, &r->error);
    return r->status;
}

Test(check, a_result_of_the_wrong_type_is_refused_in_the_words_of_its_role) {
    fixture_result r;
    cr_assert_eq(check_as(&r, "age + 1", TN_TYPE_BOOL, "a segment"), TN_BAD_EXPRESSION);
    cr_assert_str_eq(r.error.message,
                     "a segment must be a bool, but this is a number: compare it, as in x > 0");
    cr_assert_eq(r.where.offset, 0);
    cr_assert_eq(r.where.length, 7);
    fixture_release(&r);
    cr_assert_eq(check_as(&r, "newsletter", TN_TYPE_NUMBER, "points"), TN_BAD_EXPRESSION);
    cr_assert_str_eq(r.error.message,
                     "points must be a number, but this is a bool: write if(condition, 1, 0)");
    fixture_release(&r);
    cr_assert_eq(check_as(&r, "age > 1", TN_TYPE_BOOL, "a segment"), TN_OK);
    fixture_release(&r);
}

Test(check, a_date_serves_as_a_time_and_a_level_as_a_text) {
    fixture_result r;
    char shape[64];
    cr_assert_eq(check_as(&r, "born", TN_TYPE_TIME, "a time"), TN_OK);
    fixture_shape(r.tree, shape, sizeof shape);
    cr_assert_str_eq(shape, "(date to time born)");
    cr_assert_eq(r.tree->type, TN_TYPE_TIME);
    fixture_release(&r);
    cr_assert_eq(check_as(&r, "grade.lead", TN_TYPE_TEXT, "a text"), TN_OK);
    fixture_shape(r.tree, shape, sizeof shape);
    cr_assert_str_eq(shape, "(level to text grade.lead)");
    fixture_release(&r);
}

Test(check, the_largest_expression_can_be_checked) {
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    tn_buffer_append_str(&text, "age");
    for (int i = 0; i < 511; i++)
        tn_buffer_append_str(&text, " + 1");
    tn_buffer_append_char(&text, '\0');
    fixture_result r;
    fixture_check(&r, text.data, fixture_scope());
    cr_assert_eq(r.status, TN_OK, "%s", r.error.message);
    fixture_release(&r);
    tn_buffer_deinit(&text);
}

/* Fails each allocation of parsing and checking in turn. */
static void expect_memory_errors(const char *text, const tn_scope *scope, tn_status in_the_end) {
    for (uint64_t n = 1;; n++) {
        fixture_result r;
        tn_alloc_fail_at(n, false);
        fixture_check(&r, text, scope);
        const bool failed = tn_alloc_fail_at(0, false) >= n;
        const tn_status status = r.status;
        fixture_release(&r);
        cr_assert_eq(status, failed ? TN_OUT_OF_MEMORY : in_the_end, "%s at %d", text, (int)n);
        if (!failed) break;
    }
}

Test(check, running_out_of_memory_at_any_allocation_is_an_error) {
    expect_memory_errors("coalesce(born, now) > joined and stage.journey = country or "
                         "after(visit, nope)",
                         fixture_lenient_scope(), TN_OK);
    expect_memory_errors("country = zzz", fixture_scope(), TN_BAD_EXPRESSION);
    expect_memory_errors("stage.journey = 'zzz'", fixture_scope(), TN_BAD_EXPRESSION);
}
