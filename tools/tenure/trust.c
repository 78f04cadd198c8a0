/* trust.c: a holdout test. What a customer who is alive will buy depends on (x, T) only, so that it
 * is looked up in a table by day; sums are exact, so that the order of customers is of no matter.
 */
#include "trust.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/error.h"
#include "history.h"

#include <stdio.h>

enum { TABLE_X_MAX = 63 };

typedef struct prediction {
    const tn_trust *trust;
    tn_clv_table *table;
    tn_clv_table_view view;
    double days_per_unit;
} prediction;

static tn_status predictor_init(prediction *predictor, const tn_trust *trust, int32_t first_day,
                                double days_per_unit) {
    predictor->trust = trust;
    predictor->days_per_unit = days_per_unit;
    const tn_clv_table_shape shape = {
        .parameters = trust->purchases.parameters,
        .terms = {.step = trust->horizon, .steps = 1, .horizon = trust->horizon},
        .horizon = trust->horizon,
        .days_per_unit = (unsigned)days_per_unit,
        .day_max = (uint32_t)(trust->learned_until - first_day),
        .x_max = TABLE_X_MAX};
    TN_TRY(tn_clv_table_create(&shape, &predictor->table));
    predictor->view = tn_clv_table_view_of(predictor->table);
    return TN_OK;
}

static double predict(const prediction *predictor, const tn_summary *row) {
    const tn_purchase_parameters *parameters = &predictor->trust->purchases.parameters;
    const double alive = tn_p_alive(parameters, row->x, row->t_x, row->T);
    if (row->x > TABLE_X_MAX)
        return alive *
               tn_expected_given_alive(parameters, row->x, row->T, predictor->trust->horizon);
    const size_t day = (size_t)(row->T * predictor->days_per_unit + 0.5);
    return alive * predictor->view.expected[day * predictor->view.stride + (size_t)row->x];
}

static void group_add(tn_trust_group *group, double purchases, double money,
                      const tn_later *later) {
    group->customers++;
    group->actual_purchases += later->days;
    tn_total_add(&group->predicted_purchases, purchases);
    tn_total_add(&group->predicted_money, money);
    tn_total_add(&group->actual_money, later->value);
}

static void compare(tn_trust *trust, const prediction *predictor, const tn_history *history) {
    for (size_t i = 0; i < history->count; i++) {
        const tn_summary *row = &history->learned[i];
        const size_t group = row->x < TN_TRUST_GROUPS - 1 ? (size_t)row->x : TN_TRUST_GROUPS - 1;
        const double purchases = predict(predictor, row);
        double money = 0;
        if (trust->has_money)
            money = purchases * tn_expected_spend(&trust->spend.parameters, row->x, row->m);
        group_add(&trust->groups[group], purchases, money, &history->later[i]);
        group_add(&trust->all, purchases, money, &history->later[i]);
    }
}

static tn_status unavailable(tn_trust *trust, const char *reason) {
    trust->is_available = false;
    snprintf(trust->reason, sizeof trust->reason, "%.255s", reason);
    return TN_OK;
}

/* Too little to learn from is an answer, not a failure. */
static tn_status learn(tn_trust *trust, const tn_engine_info *info, const tn_history *history,
                       tn_error *error) {
    tn_error why = {0};
    tn_status status = tn_purchase_fit(info->purchases, history->learned, history->count, NULL,
                                       &trust->purchases, &why);
    if (status == TN_BAD_ARGUMENT) return unavailable(trust, why.message);
    if (status != TN_OK) return tn_fail(error, status, "%s", why.message);
    trust->is_available = true;
    if (info->spend == TN_SPEND_NONE) return TN_OK;
    status = tn_spend_fit(info->spend, history->learned, history->count, NULL, &trust->spend, &why);
    if (status != TN_OK && status != TN_BAD_ARGUMENT)
        return tn_fail(error, status, "%s", why.message);
    trust->has_money = status == TN_OK;
    return TN_OK;
}

static tn_status test(const tn_engine *engine, int32_t first_day, tn_trust *trust,
                      tn_error *error) {
    const tn_engine_info *info = tn_engine_info_view(engine);
    const double days_per_unit = info->unit_is_week ? 7 : 1;
    tn_history history;
    TN_TRY(tn_history_split(&history, engine, trust->learned_until, days_per_unit, error));
    trust->horizon = (double)(trust->tested_until - trust->learned_until) / days_per_unit;
    tn_status status = learn(trust, info, &history, error);
    prediction predictor = {0};
    if (status == TN_OK && trust->is_available) {
        status = predictor_init(&predictor, trust, first_day, days_per_unit);
        if (status == TN_OK)
            compare(trust, &predictor, &history);
        else
            tn_fail(error, status, "no table of predictions: %s", tn_status_text(status));
    }
    tn_clv_table_destroy(predictor.table);
    tn_history_deinit(&history);
    return status;
}

static tn_status choose_cut(tn_trust *trust, int32_t first_day, int32_t last_day, int32_t until_day,
                            tn_error *error) {
    trust->tested_until = last_day;
    trust->learned_until = first_day + (last_day - first_day) / 2;
    if (until_day == TN_TRUST_MIDDLE) return TN_OK;
    trust->learned_until = until_day;
    if (until_day >= first_day && until_day < last_day) return TN_OK;
    char first[TN_TIME_TEXT_SIZE];
    char last[TN_TIME_TEXT_SIZE];
    tn_date_format(first_day, first);
    tn_date_format(last_day, last);
    return tn_fail(error, TN_BAD_ARGUMENT,
                   "--holdout wants a day from %s on and before %s, the last transaction", first,
                   last);
}

tn_status tn_trust_test(const tn_engine *engine, int32_t until_day, tn_trust *trust,
                        tn_error *error) {
    const uint64_t started = tn_clock_monotonic_ns();
    *trust = (tn_trust){0};
    int32_t first_day = 0;
    int32_t last_day = 0;
    bool has_any = false;
    TN_TRY(tn_history_span(engine, &first_day, &last_day, &has_any, error));
    if (!has_any) return unavailable(trust, "there are no transactions");
    if (last_day - first_day < 2 && until_day == TN_TRUST_MIDDLE)
        return unavailable(trust, "the transactions span less than three days");
    TN_TRY(choose_cut(trust, first_day, last_day, until_day, error));
    TN_TRY(test(engine, first_day, trust, error));
    trust->seconds = (double)(tn_clock_monotonic_ns() - started) * 1e-9;
    return TN_OK;
}
