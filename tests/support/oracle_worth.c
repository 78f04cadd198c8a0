/* oracle_worth.c: transactions, RFM and CLV of the oracle, by the definitions. */
#include "support/oracle_parts.h"

#include "base/assert.h"

#include <math.h>
#include <stdlib.h>

typedef tn_oracle_value value;

/* What the bulk kernels may differ from the double path by (issue: correctness to show). */
static const double clv_slack = 1e-5, clv_slack_absolute = 1e-6;

/* ---- Transactions ---- */

typedef struct purchase_day {
    int64_t day;
    double value;
} purchase_day;

/* The summary of SPEC 5.3, in days, and what RFM reads. */
typedef struct summary {
    size_t purchases;
    double x, t_x, T; /* days */
    double repeat_value;
    double monetary;
    double recency;
} summary;

static int by_day(const void *a, const void *b) {
    const int64_t x = ((const purchase_day *)a)->day, y = ((const purchase_day *)b)->day;
    return (x > y) - (x < y);
}

static size_t days_of(model_oracle *oracle, const oracle_customer *c, purchase_day *days,
                      double *monetary) {
    const uint32_t action = oracle->model->transactions.action;
    size_t count = 0;
    for (size_t i = 0; i < c->event_count; i++) {
        if (!oracle_is_of(oracle, &c->events[i], action)) continue;
        const int64_t day = tn_oracle_day(oracle->model->zone, (double)c->events[i].at_ms);
        size_t at = 0;
        while (at < count && days[at].day != day)
            at++;
        if (at == count) days[count++] = (purchase_day){.day = day};
        days[at].value += c->events[i].value;
        *monetary += c->events[i].value;
    }
    qsort(days, count, sizeof *days, by_day);
    return count;
}

static void take_refunds(model_oracle *oracle, const oracle_customer *c, purchase_day *days,
                         size_t count, double *monetary) {
    for (size_t i = 0; i < c->event_count; i++) {
        const oracle_event *event = &c->events[i];
        if (event->action != oracle->model->transactions.minus) continue;
        *monetary -= event->value;
        const int64_t day = tn_oracle_day(oracle->model->zone, (double)event->at_ms);
        size_t at = count;
        while (at > 0 && days[at - 1].day > day)
            at--;
        if (at > 0) days[at - 1].value -= event->value;
    }
}

static summary summary_of(model_oracle *oracle, const oracle_customer *c) {
    summary s = {0};
    if (!oracle->model->transactions.is_present || c->event_count == 0) return s;
    purchase_day *days = oracle_must(calloc(c->event_count, sizeof *days));
    const size_t count = days_of(oracle, c, days, &s.monetary);
    take_refunds(oracle, c, days, count, &s.monetary);
    for (size_t i = 0; i < c->event_count; i++)
        s.purchases += oracle_is_of(oracle, &c->events[i], oracle->model->transactions.action);
    if (count > 0) {
        const double today = (double)tn_oracle_day(oracle->model->zone, (double)oracle->as_of_ms);
        s.x = (double)count - 1;
        s.t_x = (double)(days[count - 1].day - days[0].day);
        s.T = today - (double)days[0].day;
        s.recency = today - (double)days[count - 1].day;
        for (size_t i = 1; i < count; i++)
            s.repeat_value += fmax(days[i].value, 0);
    }
    free(days);
    return s;
}

/* ---- RFM ---- */

static double rfm_number(const summary *s, int which) {
    return which == 0 ? s->recency : which == 1 ? (double)s->purchases : s->monetary;
}

static void rfm_prepare(model_oracle *oracle) {
    const tn_model_rfm *rfm = &oracle->model->rfm;
    double *numbers =
        oracle_must(tn_arena_array(&oracle->arena, oracle->customer_count + 1, sizeof *numbers));
    for (int which = 0; rfm->is_present && which < 3; which++) {
        oracle_cuts *cuts = &oracle->rfm[which];
        *cuts = (oracle_cuts){.count = 0};
        if (rfm->method == TN_RFM_CUTS) {
            cuts->count = rfm->bins[which] - 1;
            cuts->cuts = (double *)(uintptr_t)rfm->cuts[which];
            continue;
        }
        size_t count = 0;
        for (size_t i = 0; i < oracle->customer_count; i++) {
            if (!oracle->customers[i].is_live) continue;
            const summary s = summary_of(oracle, &oracle->customers[i]);
            if (s.purchases > 0) numbers[count++] = rfm_number(&s, which);
        }
        oracle_cuts_fill(cuts, numbers, count, rfm->bins[which], &oracle->arena);
        for (size_t i = 0; rfm->method == TN_RFM_PACKAGE && i < cuts->count; i++)
            cuts->cuts[i] += 1;
    }
}

static value rfm_bin(const model_oracle *oracle, const summary *s, int which) {
    const tn_model_rfm *rfm = &oracle->model->rfm;
    if (s->purchases == 0) return tn_oracle_null(TN_TYPE_NUMBER);
    bool is_unsure = false;
    value bin = tn_oracle_number(1);
    if (rfm->bins[which] > 1)
        bin = oracle_bin(&oracle->rfm[which], tn_oracle_number(rfm_number(s, which)),
                         rfm->method == TN_RFM_PACKAGE, &is_unsure);
    TN_ASSERT(!is_unsure);
    if (which == 0) bin.number = rfm->bins[0] + 1 - bin.number;
    return bin;
}

static value rfm_segment(const model_oracle *oracle, const summary *s) {
    const tn_model_rfm *rfm = &oracle->model->rfm;
    if (s->purchases == 0) return tn_oracle_null(TN_TYPE_LEVEL);
    for (uint32_t i = 0; i < rfm->segment_count; i++) {
        const tn_rfm_bounds bounds[3] = {rfm->segments[i].recency, rfm->segments[i].frequency,
                                         rfm->segments[i].monetary};
        bool matches = true;
        for (int which = 0; which < 3; which++) {
            const double bin = rfm_bin(oracle, s, which).number;
            matches &= bounds[which].low <= bin && bin <= bounds[which].high;
        }
        if (matches) return oracle_level(i);
    }
    return oracle_level(rfm->segment_count);
}

/* ---- CLV ---- */

static double unit_days(const model_oracle *oracle) {
    return oracle->model->transactions.unit_is_week ? 7 : 1;
}

static void mean_prepare(model_oracle *oracle) {
    long double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < oracle->customer_count; i++) {
        if (!oracle->customers[i].is_live) continue;
        const summary s = summary_of(oracle, &oracle->customers[i]);
        if (s.x <= 0) continue;
        sum += (long double)s.repeat_value / (long double)s.x;
        count++;
    }
    oracle->mean_of_repeaters = count > 0 ? (double)(sum / count) : (double)NAN;
}

static value spend_of(const model_oracle *oracle, const summary *s) {
    const double m = s->x > 0 ? s->repeat_value / s->x : 0;
    if (oracle->model->clv.spend == TN_SPEND_MEAN) {
        const double mean = s->x > 0 ? m : oracle->mean_of_repeaters;
        return oracle_within(mean, 1e-9 * mean);
    }
    if (oracle->spend == NULL) return tn_oracle_null(TN_TYPE_NUMBER);
    const double spend = tn_expected_spend(oracle->spend, s->x, m);
    return oracle_within(spend, 1e-12 * spend);
}

static value within_clv(double number) {
    return oracle_within(number, clv_slack * fabs(number) + clv_slack_absolute);
}

static value clv_value(model_oracle *oracle, const oracle_customer *c, const summary *s,
                       bool *is_unsure) {
    const double unit = unit_days(oracle);
    const value margin = oracle_customer_eval(oracle, c, oracle->model->clv.margin.tree, is_unsure);
    const value spend = spend_of(oracle, s);
    if (oracle->purchases == NULL || margin.is_null || spend.is_null)
        return tn_oracle_null(TN_TYPE_NUMBER);
    tn_clv_terms terms;
    const tn_status status =
        tn_clv_terms_init(&terms, oracle->model->clv.horizon_ms / 86400000.0 / unit,
                          oracle->model->clv.discount_per_year, 365.0 / unit, 1);
    TN_ASSERT(status == TN_OK);
    /* spend 1 a purchase, and the spend as a factor */
    const tn_spend_parameters one = {.model = TN_SPEND_MEAN, .mean_of_repeaters = 1};
    const tn_summary row = {.x = s->x, .t_x = s->t_x / unit, .T = s->T / unit, .m = 1};
    const double purchases = tn_clv(oracle->purchases, &one, &terms, &row);
    const double worth = margin.number * spend.number * purchases;
    return oracle_within(worth,
                         clv_slack * fabs(worth) +
                             clv_slack_absolute * fmax(1, fabs(margin.number * spend.number)) +
                             margin.slack * fabs(spend.number * purchases));
}

static value clv_of(model_oracle *oracle, const oracle_customer *c, const summary *s,
                    tn_derived_kind kind, bool *is_unsure) {
    const double unit = unit_days(oracle);
    if (s->purchases == 0) return tn_oracle_null(TN_TYPE_NUMBER);
    if (kind == TN_DERIVED_CLV_EXPECTED_SPEND) return spend_of(oracle, s);
    if (oracle->purchases == NULL) return tn_oracle_null(TN_TYPE_NUMBER);
    if (kind == TN_DERIVED_CLV_P_ALIVE)
        return within_clv(tn_p_alive(oracle->purchases, s->x, s->t_x / unit, s->T / unit));
    if (kind == TN_DERIVED_CLV_EXPECTED_PURCHASES)
        return within_clv(tn_expected_purchases(oracle->purchases, s->x, s->t_x / unit, s->T / unit,
                                                oracle->model->clv.horizon_ms / 86400000.0 / unit));
    return clv_value(oracle, c, s, is_unsure);
}

void oracle_worth_prepare(model_oracle *oracle) {
    rfm_prepare(oracle);
    mean_prepare(oracle);
}

value oracle_worth_of(model_oracle *oracle, const oracle_customer *customer, tn_derived_kind kind,
                      bool *is_unsure) {
    const summary s = summary_of(oracle, customer);
    switch (kind) {
    case TN_DERIVED_RFM_RECENCY:
        return rfm_bin(oracle, &s, 0);
    case TN_DERIVED_RFM_FREQUENCY:
        return rfm_bin(oracle, &s, 1);
    case TN_DERIVED_RFM_MONETARY:
        return rfm_bin(oracle, &s, 2);
    case TN_DERIVED_RFM_SEGMENT:
        return rfm_segment(oracle, &s);
    default:
        return clv_of(oracle, customer, &s, kind, is_unsure);
    }
}
