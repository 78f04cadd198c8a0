/* trust_text.c: predicted against actual. */
#include "trust_text.h"

#include "base/calendar.h"
#include "figures.h"
#include "fit_text.h"
#include "text_table.h"

#include <math.h>

static void append_row(tn_text_table *table, const char *name, const tn_trust_group *group,
                       bool has_money) {
    const double predicted = tn_total_value(&group->predicted_purchases);
    const double money = tn_total_value(&group->predicted_money);
    tn_text_table_cell(table, "%s", name);
    tn_text_table_cell(table, "%s", tn_figure_count(group->customers).text);
    tn_text_table_cell(table, "%s", tn_figure_decimal(predicted, 1).text);
    tn_text_table_cell(table, "%s", tn_figure_count(group->actual_purchases).text);
    tn_text_table_cell(table, "%s", has_money ? tn_figure_short(money).text : "–");
    tn_text_table_cell(table, "%s", tn_figure_short(tn_total_value(&group->actual_money)).text);
}

/* How far all predictions are off. */
static void append_error(const tn_trust *trust, tn_buffer *out) {
    const double actual = (double)trust->all.actual_purchases;
    const double money = tn_total_value(&trust->all.actual_money);
    if (!(actual > 0)) return;
    const double predicted = tn_total_value(&trust->all.predicted_purchases);
    tn_buffer_printf(out, "  purchases %s of actual",
                     tn_figure_signed_share(predicted / actual - 1).text);
    if (trust->has_money && money > 0) {
        const double share = tn_total_value(&trust->all.predicted_money) / money;
        tn_buffer_printf(out, ", money %s", tn_figure_signed_share(share - 1).text);
    }
    tn_buffer_append_char(out, '\n');
}

void tn_trust_append_text(const tn_trust *trust, const char *unit, unsigned width, tn_buffer *out) {
    static const char *const names[TN_TRUST_GROUPS] = {"0", "1", "2", "3", "4", "5", "6", "7+"};
    if (!trust->is_available) {
        tn_text_wrap(out, "  not tested: ", tn_str_of(trust->reason), width);
        return;
    }
    char learned[TN_TIME_TEXT_SIZE];
    char tested[TN_TIME_TEXT_SIZE];
    tn_date_format(trust->learned_until, learned);
    tn_date_format(trust->tested_until, tested);
    tn_buffer_printf(out, "  learned until %s, tested until %s (%.4g %s)\n", learned, tested,
                     trust->horizon, unit);
    tn_text_table table;
    tn_text_table_init(&table, "lrrrrr");
    tn_text_table_row(&table, (const char *const[]){"repeats", "customers", "predicted", "actual",
                                                    "money pred.", "actual"});
    for (size_t i = 0; i < TN_TRUST_GROUPS; i++)
        append_row(&table, names[i], &trust->groups[i], trust->has_money);
    append_row(&table, "all", &trust->all, trust->has_money);
    tn_text_table_render(&table, 2, out);
    tn_text_table_deinit(&table);
    append_error(trust, out);
}

static void put_number(tn_json *json, json_t *object, const char *key, double value) {
    tn_json_put(json, object, key, tn_json_number(json, value));
}

static void put_date(tn_json *json, json_t *object, const char *key, int32_t days) {
    char text[TN_TIME_TEXT_SIZE];
    tn_date_format(days, text);
    tn_json_put_text(json, object, key, text);
}

static json_t *group_json(const tn_trust *trust, const tn_trust_group *group, tn_json *json) {
    json_t *object = tn_json_object(json);
    tn_json_put(json, object, "customers", tn_json_count(json, group->customers));
    put_number(json, object, "predicted_purchases", tn_total_value(&group->predicted_purchases));
    tn_json_put(json, object, "actual_purchases", tn_json_count(json, group->actual_purchases));
    put_number(json, object, "predicted_money",
               trust->has_money ? tn_total_value(&group->predicted_money) : (double)NAN);
    put_number(json, object, "actual_money", tn_total_value(&group->actual_money));
    return object;
}

static void put_fits(const tn_trust *trust, json_t *object, tn_json *json) {
    const tn_fit_view purchases =
        tn_fit_view_purchases(&trust->purchases.parameters, &trust->purchases.report, (double)NAN);
    tn_json_put(json, object, "purchases", tn_fit_json(&purchases, json));
    if (!trust->has_money) return;
    const tn_fit_view spend =
        tn_fit_view_spend(&trust->spend.parameters, &trust->spend.report, (double)NAN);
    tn_json_put(json, object, "spend", tn_fit_json(&spend, json));
}

json_t *tn_trust_json(const tn_trust *trust, tn_json *json) {
    json_t *object = tn_json_object(json);
    if (!trust->is_available) {
        tn_json_put_text(json, object, "not_tested", trust->reason);
        return object;
    }
    put_date(json, object, "learned_until", trust->learned_until);
    put_date(json, object, "tested_until", trust->tested_until);
    put_number(json, object, "horizon", trust->horizon);
    put_fits(trust, object, json);
    json_t *groups = tn_json_array(json);
    for (size_t i = 0; i < TN_TRUST_GROUPS; i++) {
        json_t *group = group_json(trust, &trust->groups[i], json);
        tn_json_put(json, group, "repeats", tn_json_count(json, i));
        tn_json_append(json, groups, group);
    }
    tn_json_put(json, object, "by_repeats", groups);
    tn_json_put(json, object, "all", group_json(trust, &trust->all, json));
    return object;
}
