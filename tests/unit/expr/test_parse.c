#include "unit/expr/expr_fixture.h"

#include "base/bytes.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <tenure/limits.h>

typedef struct shape_case {
    const char *text;
    const char *shape;
} shape_case;

static void expect_shapes(const shape_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        fixture_result r;
        char shape[512];
        fixture_parse(&r, cases[i].text);
        cr_assert_eq(r.status, TN_OK, "%s: %s", cases[i].text, r.error.message);
        fixture_shape(r.tree, shape, sizeof shape);
        cr_assert_str_eq(shape, cases[i].shape, "%s gives %s", cases[i].text, shape);
        fixture_release(&r);
    }
}
#define EXPECT_SHAPES(cases) expect_shapes(cases, sizeof(cases) / sizeof(cases)[0])

Test(parse, operators_bind_by_the_table_of_precedence) {
    static const shape_case cases[] = {
        {"a or b and c", "(or a (and b c))"},
        {"a and b or c", "(or (and a b) c)"},
        {"not a and b", "(and (not a) b)"},
        {"not a or not b", "(or (not a) (not b))"},
        {"not a = b", "(not (= a b))"},
        {"not not a", "(not (not a))"},
        {"a and not b = c", "(and a (not (= b c)))"},
        {"a = b and c != d", "(and (= a b) (!= c d))"},
        {"a + b < c * d", "(< (+ a b) (* c d))"},
        {"a + b * c - d / e", "(- (+ a (* b c)) (/ d e))"},
        {"a - b - c", "(- (- a b) c)"},
        {"a / b * c", "(* (/ a b) c)"},
        {"-a * b", "(* (unary - a) b)"},
        {"a * -b", "(* a (unary - b))"},
        {"a - -b", "(- a (unary - b))"},
        {"--a", "(unary - (unary - a))"},
        {"-a < b", "(< (unary - a) b)"},
        {"(a + b) * c", "(* (+ a b) c)"},
        {"a between b + 1 and c - 1 and d", "(and (between a (+ b 1) (- c 1)) d)"},
        {"not a between b and c", "(not (between a b c))"},
        {"a + 1 in (b, c or d)", "(in (+ a 1) b (or c d))"},
        {"a is null and b is not null", "(and (is null a) (is not null b))"},
        {"not a is null", "(not (is null a))"},
        {"a + b is null", "(is null (+ a b))"},
        {"(a = b) = c", "(= (= a b) c)"},
        {"(a < b) is null", "(is null (< a b))"},
        {"a >= b or c <= d or e > f", "(or (or (>= a b) (<= c d)) (> e f))"},
    };
    EXPECT_SHAPES(cases);
}

Test(parse, literals_have_their_values) {
    static const shape_case cases[] = {
        {"12", "12"},
        {"3.5", "3.5"},
        {"1e6", "1000000"},
        {"2.5e-3", "0.0025"},
        {"10%", "0.1"},
        {"0.5%", "0.005"},
        {"1e2%", "1"},
        {"true", "true"},
        {"false", "false"},
        {"'text'", "'text'"},
        {"''", "''"},
        {"'it''s'", "'it's'"},
        {"''''", "'''"},
        {"'\xC3\xA9t\xC3\xA9'", "'\xC3\xA9t\xC3\xA9'"},
        {"30s", "0mo+30000ms=30000ms"},
        {"15min", "0mo+900000ms=900000ms"},
        {"12h", "0mo+43200000ms=43200000ms"},
        {"7d", "0mo+604800000ms=604800000ms"},
        {"4w", "0mo+2419200000ms=2419200000ms"},
        {"3mo", "3mo+0ms=7776000000ms"},
        {"1y", "12mo+0ms=31536000000ms"},
        {"1.5y", "18mo+0ms=47304000000ms"},
        {"1.5h", "0mo+5400000ms=5400000ms"},
        {"0d", "0mo+0ms=0ms"},
        {"date '2026-01-31'", "day 20484"},
        {"date '1970-01-01'", "day 0"},
        {"date'2024-02-29'", "day 19782"},
    };
    EXPECT_SHAPES(cases);
}

Test(parse, names_may_be_dotted_and_may_look_like_functions_or_date) {
    static const shape_case cases[] = {
        {"score.engagement", "score.engagement"},
        {"rfm.segment", "rfm.segment"},
        {"count", "count"},
        {"date", "date"},
        {"date = date '1970-01-02'", "(= date day 1)"},
        {"if", "if"},
        {"_x1", "_x1"},
        {"android", "android"},
        {"note", "note"},
        {"is_null", "is_null"},
        {"like", "like"},
        {"now", "now"},
        {"joined", "joined"},
        {"last_seen", "last_seen"},
        {"nowhere", "nowhere"},
    };
    EXPECT_SHAPES(cases);
}

Test(parse, every_function_is_a_node_of_its_own) {
    static const shape_case cases[] = {
        {"count(a)", "(count a)"},
        {"sum(a)", "(sum a)"},
        {"mean(a)", "(mean a)"},
        {"first(a)", "(first a)"},
        {"last(a)", "(last a)"},
        {"last_value(a)", "(last_value a)"},
        {"decayed(a, 90d)", "(decayed a)"},
        {"after(a, b)", "(after a b)"},
        {"tile(x + 1, 10)", "(tile (+ x 1))"},
        {"bucket(10)", "(bucket)"},
        {"bucket(10, 'salt')", "(bucket salt)"},
        {"if(c, 1, 2)", "(if c 1 2)"},
        {"coalesce(a, b, c)", "(coalesce a b c)"},
        {"min(1, 2)", "(min 1 2)"},
        {"max(1, 2, 3, 4, 5, 6)", "(max 1 2 3 4 5 6)"},
        {"abs(x)", "(abs x)"},
        {"floor(x)", "(floor x)"},
        {"ceil(x)", "(ceil x)"},
        {"round(x)", "(round x)"},
        {"round(x, 9)", "(round x)"},
        {"log(x)", "(log x)"},
        {"exp(x)", "(exp x)"},
        {"sqrt(x)", "(sqrt x)"},
        {"pow(x, y)", "(pow x y)"},
        {"lower(x)", "(lower x)"},
        {"contains(x, 'a')", "(contains x 'a')"},
        {"starts_with(x, 'a')", "(starts_with x 'a')"},
        {"join(x, y, z)", "(join x y z)"},
        {"days_since(x)", "(days_since x)"},
        {"days_until(x)", "(days_until x)"},
        {"days_to_anniversary(x)", "(days_to_anniversary x)"},
        {"days(x)", "(days x)"},
    };
    EXPECT_SHAPES(cases);
}

Test(parse, arguments_that_are_no_expressions_are_kept_in_the_node) {
    fixture_result r;
    fixture_parse(&r, "bucket(250, 'a''b')");
    cr_assert_eq(r.tree->as.count, 250);
    cr_assert(tn_str_is(r.tree->text, "a'b"));
    fixture_release(&r);
    fixture_parse(&r, "decayed(visit, 2w)");
    cr_assert_eq(r.tree->as.duration_ms, 14.0 * 86400000.0);
    cr_assert_eq(r.tree->name.offset, 8);
    cr_assert_eq(r.tree->name.length, 5);
    fixture_release(&r);
    fixture_parse(&r, "after(visit, purchase)");
    cr_assert_eq(r.tree->name_b.offset, 13);
    cr_assert_eq(r.tree->name_b.length, 8);
    fixture_release(&r);
    fixture_parse(&r, "round(1.234, 2)");
    cr_assert_eq(r.tree->as.count, 2);
    fixture_release(&r);
    fixture_parse(&r, "tile(age, 10000)");
    cr_assert_eq(r.tree->as.count, 10000);
    fixture_release(&r);
}

Test(parse, a_node_knows_its_place) {
    fixture_result r;
    fixture_parse(&r, "  (age + 1)  *\n\tlog( income ) ");
    const tn_expr *product = r.tree;
    cr_assert_eq(product->offset, 2);
    cr_assert_eq(product->length, 27);
    cr_assert_eq(product->children[0]->offset, 3);
    cr_assert_eq(product->children[0]->length, 7);
    cr_assert_eq(product->children[1]->offset, 16);
    cr_assert_eq(product->children[1]->length, 13);
    fixture_release(&r);
}

typedef struct refusal {
    const char *text;
    size_t offset;
    size_t length;
    const char *message;
} refusal;

static void expect_refusals(const refusal *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        fixture_result r;
        fixture_parse(&r, cases[i].text);
        cr_assert_eq(r.status, TN_BAD_EXPRESSION, "%s", cases[i].text);
        cr_assert_null(r.tree);
        cr_assert_str_eq(r.error.message, cases[i].message, "%s: %s", cases[i].text,
                         r.error.message);
        cr_assert(r.where.offset == cases[i].offset && r.where.length == cases[i].length,
                  "%s: at %zu+%zu", cases[i].text, r.where.offset, r.where.length);
        fixture_release(&r);
    }
}
#define EXPECT_REFUSALS(cases) expect_refusals(cases, sizeof(cases) / sizeof(cases)[0])

Test(parse, what_other_languages_write_is_met_with_what_to_write_here) {
    static const refusal cases[] = {
        {"a AND b", 2, 3, "unexpected 'AND': words are lower case: write 'and'"},
        {"a Or b", 2, 2, "unexpected 'Or': words are lower case: write 'or'"},
        {"NOT a", 0, 3, "unexpected 'NOT': words are lower case: write 'not'"},
        {"a IN (1)", 2, 2, "unexpected 'IN': words are lower case: write 'in'"},
        {"a IS null", 2, 2, "unexpected 'IS': words are lower case: write 'is'"},
        {"a BETWEEN 1 and 2", 2, 7, "unexpected 'BETWEEN': words are lower case: write 'between'"},
        {"a = TRUE", 4, 4, "unexpected 'TRUE': words are lower case: write 'true'"},
        {"a = NULL", 4, 4, "unexpected 'NULL': there is no null literal: write 'x is null'"},
        {"a = null", 4, 4, "there is no null literal: write 'x is null' or 'x is not null'"},
        {"a == b", 2, 2, "unexpected '==': equality is written ="},
        {"a <> b", 2, 2, "unexpected '<>': inequality is written !="},
        {"a => b", 2, 2, "unexpected '=>': write >="},
        {"a && b", 2, 2, "unexpected '&&': write 'and'"},
        {"a || b", 2, 2, "unexpected '||': write 'or' (and join(a, b) to put texts together)"},
        {"!a", 0, 1, "unexpected '!': write 'not'"},
        {"a ** b", 2, 2, "unexpected '**': write pow(x, y)"},
        {"a ^ b", 2, 1, "unexpected '^': write pow(x, y)"},
        {"a % b", 2, 1, "unexpected '%': a percent sign follows its number directly, as in 10%"},
        {"a = \"x\"", 4, 1, "unexpected '\"': text stands in single quotes: 'text'"},
        {"a = \xE2\x80\x9Cx\xE2\x80\x9D", 4, 3,
         "unexpected '\xE2\x80\x9C': text stands in straight single quotes: 'text'"},
        {"a \xE2\x89\xA4 b", 2, 3, "unexpected '\xE2\x89\xA4': write <="},
        {"caf\xC3\xA9", 3, 2,
         "unexpected '\xC3\xA9': names are made of a-z, 0-9 and _; text stands in single quotes"},
        {"a like 'x'", 2, 4,
         "unexpected 'like': write contains(text, 'part') or starts_with(text, 'part')"},
        {"CASE", 0, 4, "unexpected 'CASE': write if(condition, a, b)"},
        {"a not in (1)", 2, 3,
         "'not' stands in front: write 'not x in (\xE2\x80\xA6)' or 'not x between a and b'"},
        {"1 < a < 3", 6, 1,
         "comparisons do not chain: write 'x between a and b', join two with 'and', or use "
         "parentheses"},
        {"a is null is null", 10, 2,
         "comparisons do not chain: write 'x between a and b', join two with 'and', or use "
         "parentheses"},
        {"a = not b", 4, 3, "'not' needs parentheses here: (not \xE2\x80\xA6)"},
        {"+a", 0, 1, "there is no unary +: leave it out"},
        {".5", 0, 1, "unexpected '.': a number starts with a digit, as in 0.5"},
        {"LOG(1)", 0, 3, "words are lower case: write 'log'"},
        {"lgo(1)", 0, 3, "unknown function 'lgo', did you mean 'log'?"},
    };
    EXPECT_REFUSALS(cases);
}

Test(parse, numbers_and_durations_are_refused_with_their_place) {
    static const refusal cases[] = {
        {"1 + 5m", 4, 2, "a bare 'm' could be minutes or months: write 5min or 5mo"},
        {"7days", 0, 5, "unknown unit 'days', did you mean 7d?"},
        {"2.5Hours", 0, 8,
         "unknown unit 'Hours'; durations are written 30s 15min 12h 7d 4w 3mo 1y"},
        {"3q", 0, 2, "unknown unit 'q'; durations are written 30s 15min 12h 7d 4w 3mo 1y"},
        {"1h30min", 2, 1, "a duration has one unit: write a sum, such as 1h + 30min"},
        {"0.5mo", 0, 5, "a duration in mo or y is a whole number of months: write it in days"},
        {"10001y", 0, 6, "a duration is at most 10000 years"},
        {"1e300d", 0, 6, "a duration is at most 10000 years"},
        {"1e999", 0, 5, "the number is too large"},
        {"1.", 1, 1, "a digit must follow the point of a number"},
        {"7 d", 2, 1, "expected an operator or the end, but found 'd'"},
        {"a. b", 1, 1, "a name must follow the point, as in score.engagement"},
        {"date '2026-02-30'", 5, 12,
         "'2026-02-30' is no day of 1800 to 2200: write date '2026-01-31'"},
        {"date '1.5.2026'", 5, 10, "'1.5.2026' is no day of 1800 to 2200: write date '2026-01-31'"},
        {"'abc", 0, 1,
         "the text that starts here has no closing quote (a quote inside a text is doubled: "
         "'it''s')"},
        {"a \x01", 2, 1, "unexpected control character 0x01"},
        {"a + \xFF", 4, 1, "the expression is not valid UTF-8"},
        {"'\xC3\xA9\xC3' = a", 3, 1, "the expression is not valid UTF-8"},
    };
    EXPECT_REFUSALS(cases);
}

Test(parse, broken_syntax_is_refused_with_its_place) {
    static const refusal cases[] = {
        {"", 0, 0, "the expression is empty"},
        {" \n\t ", 4, 0, "the expression is empty"},
        {"a +", 3, 0, "expected a value, but the expression ends here"},
        {"a + * b", 4, 1, "expected a value, but found '*'"},
        {"(a + b", 6, 0, "expected ')', but the expression ends here"},
        {"a + b)", 5, 1, "this ')' closes nothing"},
        {"()", 1, 1, "expected a value, but found ')'"},
        {"a b", 2, 1, "expected an operator or the end, but found 'b'"},
        {"a 'b'", 2, 3, "expected an operator or the end, but found 'b'"},
        {"a between 1 or 2", 12, 2,
         "expected 'and' of 'between \xE2\x80\xA6 and \xE2\x80\xA6', "
         "but found 'or'"},
        {"a in 1", 5, 1, "expected a list in parentheses, as in ('a', 'b'), but found '1'"},
        {"a in ()", 6, 1, "expected a value, but found ')'"},
        {"a in (1, 2", 10, 0, "expected ',' or ')', but the expression ends here"},
        {"a is 1", 5, 1, "expected 'null' (equality is written =), but found '1'"},
        {"a is not 1", 9, 1, "expected 'null' (equality is written =), but found '1'"},
        {"log(1, 2)", 7, 1, "too many arguments: write log(x)"},
        {"log()", 4, 1, "too few arguments: write log(x)"},
        {"if(a, 1)", 7, 1, "too few arguments: write if(condition, a, b)"},
        {"min(1)", 5, 1, "too few arguments: write min(a, b)"},
        {"log(1", 5, 0, "expected ',' or ')', but the expression ends here"},
        {"log(1,)", 6, 1, "expected a value, but found ')'"},
        {"count()", 6, 1, "the name of an action is expected: write count(action)"},
        {"count('visit')", 6, 7,
         "the name of an action stands without quotes: write count(action)"},
        {"count(visit + 1)", 12, 1, "expected ',' or ')', but found '+'"},
        {"count(visit, 3)", 13, 1,
         "a positive duration such as 90d is expected: write "
         "count(action)"},
        {"mean(visit, 3d)", 10, 1, "too many arguments: write mean(action)"},
        {"decayed(visit)", 13, 1, "a half-life is expected: write decayed(action, 90d)"},
        {"decayed(visit, 0d)", 15, 2,
         "a positive duration such as 90d is expected: write decayed(action, 90d)"},
        {"decayed(visit, -3d)", 15, 1,
         "a positive duration such as 90d is expected: write decayed(action, 90d)"},
        {"after(visit)", 11, 1, "a second action is expected: write after(action, other_action)"},
        {"after(visit, 'b')", 13, 3,
         "the name of an action stands without quotes: write after(action, other_action)"},
        {"tile(a)", 6, 1, "a number of tiles is expected: write tile(x, 10)"},
        {"tile()", 5, 1, "too few arguments: write tile(x, 10)"},
        {"tile(a, 1)", 8, 1, "the number of tiles must be a literal whole number from 2 to 10000"},
        {"tile(a, 10001)", 8, 5,
         "the number of tiles must be a literal whole number from 2 to 10000"},
        {"tile(a, 2.5)", 8, 3,
         "the number of tiles must be a literal whole number from 2 to 10000"},
        {"tile(a, b)", 8, 1, "the number of tiles must be a literal whole number from 2 to 10000"},
        {"bucket()", 7, 1,
         "the number of buckets must be a literal whole number from 2 to 1000000000"},
        {"bucket(10, salt)", 11, 4, "expected a salt in quotes, but found 'salt'"},
        {"bucket(10, 's', 1)", 14, 1,
         "too many arguments: write bucket(100) or bucket(100, 'salt')"},
        {"round(a, 10)", 9, 2, "the number of decimals must be a literal whole number from 0 to 9"},
        {"round(a, -1)", 9, 1, "the number of decimals must be a literal whole number from 0 to 9"},
    };
    EXPECT_REFUSALS(cases);
}

/* "OPEN…OPEN x CLOSE…CLOSE" of `depth` levels. */
static void expect_depth(const char *open, const char *middle, const char *close, size_t depth,
                         bool accepted) {
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    for (size_t i = 0; i < depth; i++)
        tn_buffer_append_str(&text, open);
    tn_buffer_append_str(&text, middle);
    for (size_t i = 0; i < depth; i++)
        tn_buffer_append_str(&text, close);
    tn_buffer_append_char(&text, '\0');
    fixture_result r;
    fixture_parse(&r, text.data);
    cr_assert_eq(r.status, accepted ? TN_OK : TN_BAD_EXPRESSION, "%zu of %s: %s", depth, open,
                 r.error.message);
    if (!accepted) cr_assert_str_eq(r.error.message, "the expression nests deeper than 64 levels");
    fixture_release(&r);
    tn_buffer_deinit(&text);
}

Test(parse, nesting_has_a_limit_of_64_levels) {
    static const char *const nests[][3] = {
        {"(", "a", ")"},      {"-", "a", ""},        {"not ", "a", ""},      {"abs(", "a", ")"},
        {"1 in (", "a", ")"}, {"min(1, ", "a", ")"}, {"tile(", "a", ", 5)"},
    };
    for (size_t i = 0; i < sizeof nests / sizeof nests[0]; i++) {
        expect_depth(nests[i][0], nests[i][1], nests[i][2], TN_EXPR_DEPTH_MAX - 1, true);
        expect_depth(nests[i][0], nests[i][1], nests[i][2], TN_EXPR_DEPTH_MAX, true);
        expect_depth(nests[i][0], nests[i][1], nests[i][2], TN_EXPR_DEPTH_MAX + 1, false);
        expect_depth(nests[i][0], nests[i][1], nests[i][2], 3000, false);
    }
}

Test(parse, the_place_of_too_deep_nesting_is_where_the_limit_is_passed) {
    char text[80] = {0};
    memset(text, '(', 70);
    fixture_result r;
    fixture_parse(&r, text);
    cr_assert_eq(r.where.offset, 64);
    fixture_release(&r);
}

/* A list of as many nodes as asked for: 1 in (2, 2, …). */
static tn_status parse_nodes(size_t nodes, fixture_result *r) {
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    tn_buffer_append_str(&text, "1 in (2");
    for (size_t i = 3; i < nodes; i++)
        tn_buffer_append_str(&text, ",2");
    tn_buffer_append_str(&text, ")");
    tn_buffer_append_char(&text, '\0');
    fixture_parse(r, text.data);
    tn_buffer_deinit(&text);
    return r->status;
}

Test(parse, an_expression_has_at_most_1024_nodes) {
    fixture_result r;
    cr_assert_eq(parse_nodes(TN_EXPR_NODES_MAX - 1, &r), TN_OK);
    fixture_release(&r);
    cr_assert_eq(parse_nodes(TN_EXPR_NODES_MAX, &r), TN_OK);
    fixture_release(&r);
    cr_assert_eq(parse_nodes(TN_EXPR_NODES_MAX + 1, &r), TN_BAD_EXPRESSION);
    cr_assert_str_eq(r.error.message, "the expression has more than 1024 nodes");
    cr_assert_eq(r.where.offset, 7 + 2 * (TN_EXPR_NODES_MAX - 2) - 1);
    fixture_release(&r);
}

Test(parse, a_long_chain_of_operators_does_not_nest) {
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    tn_buffer_append_str(&text, "a");
    for (int i = 0; i < 511; i++)
        tn_buffer_append_str(&text, " or b");
    tn_buffer_append_char(&text, '\0');
    fixture_result r;
    fixture_parse(&r, text.data);
    cr_assert_eq(r.status, TN_OK);
    fixture_release(&r);
    tn_buffer_deinit(&text);
}

/* A text literal that makes an expression of `size` bytes. */
static tn_status parse_sized(size_t size, fixture_result *r) {
    tn_buffer text;
    tn_buffer_init(&text, NULL);
    tn_buffer_append_char(&text, '\'');
    for (size_t i = 2; i < size; i++)
        tn_buffer_append_char(&text, 'x');
    tn_buffer_append_str(&text, "'");
    tn_buffer_append_char(&text, '\0');
    fixture_parse(r, text.data);
    tn_buffer_deinit(&text);
    return r->status;
}

Test(parse, an_expression_has_at_most_65536_bytes) {
    fixture_result r;
    cr_assert_eq(parse_sized(TN_EXPR_SIZE_MAX - 1, &r), TN_OK);
    fixture_release(&r);
    cr_assert_eq(parse_sized(TN_EXPR_SIZE_MAX, &r), TN_OK);
    cr_assert_eq(r.tree->text.size, TN_EXPR_SIZE_MAX - 2);
    fixture_release(&r);
    cr_assert_eq(parse_sized(TN_EXPR_SIZE_MAX + 1, &r), TN_BAD_EXPRESSION);
    cr_assert_str_eq(r.error.message, "the expression is longer than 65536 bytes");
    fixture_release(&r);
}

typedef struct seen_names {
    char text[256];
} seen_names;

static void note_name(void *context, tn_str name, bool is_action, const tn_expr *node) {
    seen_names *seen = context;
    const size_t used = strlen(seen->text);
    (void)node;
    snprintf(seen->text + used, sizeof seen->text - used, "%s%.*s ", is_action ? "@" : "",
             (int)name.size, name.data);
}

Test(parse, names_of_columns_and_actions_are_visited_in_order) {
    fixture_result r;
    seen_names seen = {{0}};
    fixture_parse(&r, "score.lead > count(visit) or after(b, c) and now > joined and "
                      "x in (y, tile(z, 2), decayed(d, 1d))");
    tn_expr_names(r.tree, note_name, &seen);
    cr_assert_str_eq(seen.text, "score.lead @visit @b @c x y z @d ");
    fixture_release(&r);
}

Test(parse, the_words_of_the_language_are_reserved) {
    static const char *const words[] = {"or",   "and",  "not",   "between", "in",     "is",
                                        "null", "true", "false", "now",     "joined", "last_seen"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        cr_assert(tn_expr_is_reserved(tn_str_of(words[i])), "%s", words[i]);
    cr_assert_not(tn_expr_is_reserved(tn_str_of("age")));
    cr_assert_not(tn_expr_is_reserved(tn_str_of("orders")));
}

Test(parse, a_caret_stands_below_the_place) {
    fixture_result r;
    const char *text = "true or\n\t'\xC3\xA9' <> country";
    fixture_parse(&r, text);
    tn_expr_point(tn_str_of(text), r.where, &r.error);
    cr_assert_eq(r.error.line, 2);
    cr_assert_eq(r.error.column, 6);
    cr_assert_str_eq(r.error.detail, "\t'\xC3\xA9' <> country\n\t    ^");
    fixture_release(&r);
}

Test(parse, running_out_of_memory_at_any_allocation_is_an_error_without_a_tree) {
    const char *text = "if(count(visit) > 3 and country in ('a', 'b', 'c', 'd', 'e'), 'it''s', "
                       "join(lower(country), 'x')) = bucket(10, 's')";
    for (uint64_t n = 1;; n++) {
        fixture_result r;
        tn_alloc_fail_at(n, false);
        fixture_parse(&r, text);
        tn_alloc_fail_at(0, false);
        const tn_status status = r.status;
        cr_assert(status == TN_OK || (status == TN_OUT_OF_MEMORY && r.tree == NULL));
        fixture_release(&r);
        if (status == TN_OK) {
            cr_assert_gt(n, 1);
            break;
        }
    }
}
