/* What `tenure check` prints. */
#include "unit/model/model_case.h"

#include "model/describe.h"

#include <criterion/criterion.h>

static tn_buffer described(const tn_model *model, tn_format format) {
    tn_buffer out;
    tn_buffer_init(&out, NULL);
    cr_assert_eq(tn_model_describe(model, format, &out), TN_OK);
    tn_buffer_append_char(&out, '\0');
    return out;
}

static void expect_text(const char *text, const char *part) {
    cr_expect_not_null(strstr(text, part), "'%s' is not in:\n%s", part, text);
}

Test(describe, a_terminal_sees_every_part) {
    tn_model *model = model_of_file("share/models/grocery.yaml");
    tn_buffer out = described(model, TN_FORMAT_TABLE);
    static const char *const parts[] = {
        "Model grocery, days in UTC, money in EUR\n",
        "\nAttributes (9)\n",
        "  channel          category first behavioural\n",
        "\nActions (11)\n",
        "  survey_sent                   by the company\n",
        "money  {category: category} transactions\n",
        "money  reduces transactions\n",
        "purchase where category = 'fresh'\n",
        "  engagement [0, 100]\n",
        "20 a purchase, half-life 90d, cap 60\n",
        "2 a purchase times log(1 + value), half-life 180d, cap 30\n",
        "10 a newsletter_join, group email\n",
        "1 a visit, cap 5 if stage.journey >= 'retention'\n",
        "    group email: cap 15\n",
        "  lead = 0.6 * score.engagement + 0.4 * score.fit\n",
        "    grades: SQL from 55, MQL from 35\n",
        "RFM by quantile, bins 5, 5, 5; segments: Champions, Others\n",
        "CLV by mbg_nbd (0.525, 6.183, 0.891, 1.614) and gamma_gamma (6.25, 3.74, 15.44)\n",
        "  horizon 364d in steps of a week, discount 10% a year, margin 30%\n",
        "         retention  count(purchase) >= 2\n",
        "    exit lapsed     count(purchase) > 0 and days_since(last(purchase)) > 180\n",
        "\nColumns (20)\n",
        "  segment.win_back       bool     segment.lapsing and not segment.vip\n",
        "\nA customer takes ",
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        expect_text(out.data, parts[i]);
    cr_expect_null(strstr(out.data, " \n"), "blanks at the end of a line");
    tn_buffer_deinit(&out);
    tn_model_destroy(model);
}

Test(describe, csv_has_a_line_a_column_with_quotes_where_needed) {
    tn_model *model = model_of_lines("label: x\n"
                                     "attributes: {c: {type: category}}\n"
                                     "scores: {s: {label: 'Say \"a, b\"', points: \"max(1, 2)\"}}\n"
                                     "segments: {g: {if: \"c = 'a\\\"b'\", label: plain}}\n");
    tn_buffer out = described(model, TN_FORMAT_CSV);
    cr_expect_str_eq(out.data, "name,type,label,expression\n"
                               "score.s,number,\"Say \"\"a, b\"\"\",\"max(1, 2)\"\n"
                               "segment.g,bool,plain,\"c = 'a\"\"b'\"\n");
    tn_buffer_deinit(&out);
    tn_model_destroy(model);
}

Test(describe, json_escapes_and_nests) {
    tn_model *model =
        model_of_lines("label: 'a \"b\" \\ ä'\n"
                       "attributes: {c: {type: category, family: geographic}}\n"
                       "actions: {v: {by: company}}\n"
                       "scores: {s: {rules: {r: {action: v, points: -0.5, half_life: 12h}}}}\n"
                       "stages: {j: [{a: \"c = 'x'\"}]}\n");
    tn_buffer out = described(model, TN_FORMAT_JSON);
    cr_expect_str_eq(
        out.data,
        "{\"name\":\"m\",\"label\":\"a \\\"b\\\" \\\\ ä\",\"timezone\":\"UTC\","
        "\"attributes\":[{\"name\":\"c\",\"type\":\"category\",\"keep\":\"last\","
        "\"family\":\"geographic\"}],"
        "\"actions\":[{\"name\":\"v\",\"value\":\"none\",\"by\":\"company\",\"fields\":[]}],"
        "\"scores\":[{\"name\":\"s\",\"groups\":[],\"rules\":[{\"name\":\"r\",\"action\":\"v\","
        "\"points\":-0.5,\"half_life_days\":0.5}],\"grades\":[]}],"
        "\"stages\":[{\"name\":\"j\",\"stages\":[{\"name\":\"a\",\"if\":\"c = 'x'\","
        "\"is_exit\":false}]}],"
        "\"columns\":[{\"name\":\"score.s\",\"type\":\"number\"},{\"name\":\"stage.j\","
        "\"type\":\"level\",\"levels\":[\"a\"]}],"
        "\"bytes_a_customer\":{\"attributes\":4,\"activity\":36,\"transactions\":0,\"columns\":10}}"
        "\n");
    tn_buffer_deinit(&out);
    tn_model_destroy(model);
}

Test(describe, the_footprint_counts_every_column) {
    tn_model *model = model_of_lines(
        "attributes: {a: {type: int}, b: {type: bool}, c: {type: date}, d: {type: time}}\n"
        "actions: {p: {value: money}, r: {value: money}}\n"
        "transactions: {action: p, minus: r}\n"
        "traits: {t: \"first(p)\", n: \"last_value(p)\"}\n"
        "segments: {s: \"b\"}\n");
    const tn_model_footprint f = tn_model_footprint_of(model);
    cr_expect_float_eq(f.attribute_bytes, 8 + 0.25 + 4 + 8, 1e-12);
    cr_expect_float_eq(f.activity_bytes, 16 + (12 + 24) + (12 + 8), 1e-12);
    cr_expect_float_eq(f.transaction_bytes, 52, 1e-12);
    cr_expect_float_eq(f.derived_bytes, 2 * (8 + 4 + 0.125), 1e-12);
    tn_model_destroy(model);
}
