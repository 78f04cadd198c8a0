/* lifetime.c: the purchase models behind one door, and the lifetime value.
 *
 * The discounted sum over steps k of (E[k] - E[k-1]) v^k is taken in Abel's form,
 * sum over k < n of E[k] (v^k - v^(k+1)) + E[n] v^n: no differences of nearly equal expectations,
 * only positive terms. */
#include "btyd/lifetime.h"
#include "btyd/purchases.h"

#include "base/error.h"

#include <math.h>

double tn_p_alive(const tn_purchase_parameters *parameters, double x, double t_x, double T) {
    if (parameters->model == TN_PARETO_NBD) {
        const tn_pareto_law law = tn_pareto_law_of(parameters);
        return tn_pareto_p_alive(&law, x, t_x, T);
    }
    const tn_beta_law law = tn_beta_law_of(parameters);
    return tn_beta_p_alive(&law, x, t_x, T);
}

double tn_expected_given_alive(const tn_purchase_parameters *parameters, double x, double T,
                               double t) {
    double out = 0;
    if (parameters->model == TN_PARETO_NBD) {
        const tn_pareto_law law = tn_pareto_law_of(parameters);
        return tn_pareto_given_alive(&law, x, T, t);
    }
    const tn_beta_law law = tn_beta_law_of(parameters);
    tn_beta_horizons horizons;
    tn_beta_horizons_init(&horizons, &law, T, &t, 1);
    tn_beta_given_alive(&law, &horizons, x, &out);
    return out;
}

double tn_expected_purchases(const tn_purchase_parameters *parameters, double x, double t_x,
                             double T, double t) {
    return tn_p_alive(parameters, x, t_x, T) * tn_expected_given_alive(parameters, x, T, t);
}

/* A fresh customer is one with x = 0 at T = 0: alive, but for the coin that MBG/NBD tosses at the
 * first purchase. */
double tn_expected_purchases_new(const tn_purchase_parameters *parameters, double t) {
    return tn_expected_purchases(parameters, 0, 0, 0, t);
}

tn_status tn_clv_terms_init(tn_clv_terms *terms, double horizon, double discount_per_year,
                            double units_per_year, double step) {
    if (!isfinite(horizon) || !isfinite(discount_per_year) || !isfinite(units_per_year) ||
        !isfinite(step))
        return TN_BAD_ARGUMENT;
    if (horizon <= 0 || discount_per_year < 0 || units_per_year <= 0 || step <= 0)
        return TN_BAD_ARGUMENT;
    /* A horizon that is a whole number of steps but for rounding gets no sliver of a last one. */
    const double steps = fmax(1, ceil(horizon / step * (1 - 1e-12)));
    if (steps > TN_CLV_STEPS_MAX) return TN_BAD_ARGUMENT;
    terms->step = step;
    terms->steps = (unsigned)steps;
    terms->horizon = horizon;
    terms->discount_per_step = expm1(step / units_per_year * log1p(discount_per_year));
    return TN_OK;
}

tn_status tn_clv_terms_check(const tn_clv_terms *terms, tn_error *error) {
    if (!isfinite(terms->step) || terms->step <= 0)
        return tn_fail(error, TN_BAD_ARGUMENT, "the step of a CLV must be above 0");
    if (terms->steps < 1 || terms->steps > TN_CLV_STEPS_MAX)
        return tn_fail(error, TN_BAD_ARGUMENT, "a CLV has 1 to %u steps", TN_CLV_STEPS_MAX);
    if (!isfinite(terms->horizon) || terms->horizon <= (terms->steps - 1) * terms->step)
        return tn_fail(error, TN_BAD_ARGUMENT,
                       "the horizon of a CLV must end in its last step, number %u", terms->steps);
    if (!isfinite(terms->discount_per_step) || terms->discount_per_step < 0)
        return tn_fail(error, TN_BAD_ARGUMENT, "the discount of a CLV must not be below 0");
    return TN_OK;
}

void tn_clv_schedule(const tn_clv_terms *terms, unsigned from, size_t count, double *t,
                     double *weight) {
    const double log_step = log1p(terms->discount_per_step);
    const double share = terms->discount_per_step / (1 + terms->discount_per_step);
    for (size_t i = 0; i < count; i++) {
        const double k = (double)from + (double)i;
        const bool is_last = from + i == terms->steps;
        t[i] = is_last ? terms->horizon : k * terms->step;
        weight[i] = exp(-k * log_step) * (is_last ? 1 : share);
    }
}

static double beta_discounted(const tn_beta_law *law, const tn_clv_terms *terms, double x,
                              double T) {
    double t[TN_HORIZONS_MAX], weight[TN_HORIZONS_MAX], purchases[TN_HORIZONS_MAX];
    tn_beta_horizons horizons;
    double sum = 0;
    for (unsigned from = tn_clv_first_step(terms); from <= terms->steps; from += TN_HORIZONS_MAX) {
        const unsigned left = terms->steps - from + 1;
        const size_t count = left < TN_HORIZONS_MAX ? left : TN_HORIZONS_MAX;
        tn_clv_schedule(terms, from, count, t, weight);
        tn_beta_horizons_init(&horizons, law, T, t, count);
        tn_beta_given_alive(law, &horizons, x, purchases);
        for (size_t i = 0; i < count; i++)
            sum += weight[i] * purchases[i];
    }
    return sum;
}

static double pareto_discounted(const tn_pareto_law *law, const tn_clv_terms *terms, double x,
                                double T) {
    double sum = 0;
    for (unsigned k = tn_clv_first_step(terms); k <= terms->steps; k++) {
        double t, weight;
        tn_clv_schedule(terms, k, 1, &t, &weight);
        sum += weight * tn_pareto_given_alive(law, x, T, t);
    }
    return sum;
}

unsigned tn_clv_first_step(const tn_clv_terms *terms) {
    return terms->discount_per_step > 0 ? 1 : terms->steps;
}

double tn_discounted_given_alive(const tn_purchase_parameters *parameters,
                                 const tn_clv_terms *terms, double x, double T) {
    if (parameters->model == TN_PARETO_NBD) {
        const tn_pareto_law law = tn_pareto_law_of(parameters);
        return pareto_discounted(&law, terms, x, T);
    }
    const tn_beta_law law = tn_beta_law_of(parameters);
    return beta_discounted(&law, terms, x, T);
}

double tn_clv(const tn_purchase_parameters *purchases, const tn_spend_parameters *spend,
              const tn_clv_terms *terms, const tn_summary *row) {
    if (spend->model == TN_SPEND_NONE) return 0;
    return tn_expected_spend(spend, row->x, row->m) *
           tn_p_alive(purchases, row->x, row->t_x, row->T) *
           tn_discounted_given_alive(purchases, terms, row->x, row->T);
}
