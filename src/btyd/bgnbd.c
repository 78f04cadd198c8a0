/* bgnbd.c: BG/NBD and MBG/NBD. Alive after x repeat purchases, a customer's rate is Gamma(R,
 * alpha+T), R = r+x, and independently his dropout probability p is Beta(a, b'), b' = b+x (MBG/NBD:
 * b+x+1); so he is expected to buy the mean over p of g(p) = (1 - (1 + p tau)^-R)/p more times in
 * t = tau (alpha+T). Fader, Hardie and Lee's closed form of that mean is computed in its Euler form
 * (tenure/btyd.h), a difference of two terms. Where b or r is so large that the difference loses
 * digits, or z so close to 1 that its series is slow, the mean is taken directly: the trapezoidal
 * rule in v = logit(p) converges geometrically, since the integrand is analytic in a strip around
 * the real line, and all its terms are positive. */
#include "btyd/purchases.h"
#include "btyd/special.h"

#include "base/assert.h"

#include <float.h>
#include <math.h>

enum { SERIES_TERMS_MAX = 4096 };
static const double digits_lost_max = 256; /* cancellation that the Euler form may show */

tn_beta_law tn_beta_law_of(const tn_purchase_parameters *parameters) {
    TN_ASSERT(parameters->model == TN_BG_NBD || parameters->model == TN_MBG_NBD);
    const double *p = parameters->p;
    const tn_beta_law law = {.r = p[0],
                             .alpha = p[1],
                             .a = p[2],
                             .b = p[3],
                             .first_toss = parameters->model == TN_MBG_NBD ? 1 : 0};
    return law;
}

double tn_beta_p_alive(const tn_beta_law *law, double x, double t_x, double T) {
    const double tosses = x + law->first_toss;
    if (tosses == 0) return 1;
    const double since = x > 0 ? t_x : 0;
    const double log_ratio = log1p((T - since) / (law->alpha + since));
    const double odds = law->a / (law->b + (tosses - 1)) * exp((law->r + x) * log_ratio);
    return 1 / (1 + odds);
}

void tn_beta_horizons_init(tn_beta_horizons *horizons, const tn_beta_law *law, double T,
                           const double *t, size_t count) {
    TN_ASSERT(count >= 1 && count <= TN_HORIZONS_MAX);
    const double age = law->alpha + T;
    horizons->count = count;
    horizons->longest = 0;
    horizons->a_minus_1 = law->a - 1;
    for (size_t i = 0; i < count; i++) {
        if (t[i] > t[horizons->longest]) horizons->longest = i;
        horizons->tau[i] = t[i] / age;
        horizons->z[i] = t[i] / (age + t[i]);
        /* log1p(-z) = -log1p(tau), which stays exact when z rounds to 1. */
        const double l = -log1p(horizons->tau[i]);
        horizons->first[i] = -tn_expm1_over(horizons->a_minus_1, l);
        horizons->power[i] = exp(horizons->a_minus_1 * l);
    }
}

/* ---- Euler form ----------------------------------------------------------------------------- */

/* The coefficients of S' one after the other, shared by all horizons. */
typedef struct euler_sum {
    double c;
    double c_plus_1; /* apart: for tiny a, b and x = 0 all its digits would be lost in c */
    double rise;     /* a+b-1-r */
    double a;
    double value[TN_HORIZONS_MAX];
    double size[TN_HORIZONS_MAX]; /* of the absolute values */
    double z_power[TN_HORIZONS_MAX];
} euler_sum;

static void euler_sum_init(euler_sum *sum, const tn_beta_law *law, size_t horizons, double x) {
    /* Whole numbers first: a and b may be tiny beside them. */
    sum->c = law->a + law->b + (x + law->first_toss - 1);
    sum->c_plus_1 = law->a + law->b + (x + law->first_toss);
    sum->rise = law->a + law->b - law->r + (law->first_toss - 1);
    sum->a = law->a;
    for (size_t i = 0; i < horizons; i++) {
        sum->value[i] = sum->size[i] = 0;
        sum->z_power[i] = 1;
    }
}

static void euler_sum_add(euler_sum *sum, const tn_beta_horizons *horizons, double coefficient) {
    const double magnitude = fabs(coefficient);
    for (size_t i = 0; i < horizons->count; i++) {
        sum->z_power[i] *= horizons->z[i];
        sum->value[i] += coefficient * sum->z_power[i];
        sum->size[i] += magnitude * sum->z_power[i];
    }
}

static double euler_value(const euler_sum *sum, const tn_beta_horizons *horizons, size_t i) {
    return sum->c * horizons->first[i] - horizons->power[i] * sum->value[i];
}

/* Whether the terms after the last one, `coefficient` z^k, no longer count for any horizon: their
 * ratio is at most max(|step|, 1) z. A horizon whose (1-z)^(a-1) is tiny is done early, so each has
 * to be asked. */
static bool euler_sum_is_done(const euler_sum *sum, const tn_beta_horizons *horizons,
                              double coefficient, double step) {
    for (size_t i = 0; i < horizons->count; i++) {
        const double ratio = fmax(fabs(step), 1) * horizons->z[i];
        const double term = fabs(coefficient) * sum->z_power[i] * horizons->power[i];
        const double total = fabs(euler_value(sum, horizons, i));
        if (!(ratio < 1 && term * ratio <= 0.25 * DBL_EPSILON * total * (1 - ratio))) return false;
    }
    return true;
}

/* Whether S' was summed up within the bound on terms. */
static bool euler_sum_run(euler_sum *sum, const tn_beta_horizons *horizons) {
    const int terms_a_check = 4;
    double coefficient = sum->rise;
    for (int k = 1; k <= SERIES_TERMS_MAX; k++) {
        const double step =
            (sum->rise + k) * (sum->a + (k - 1)) / ((sum->c_plus_1 + (k - 1)) * (k + 1.0));
        euler_sum_add(sum, horizons, coefficient);
        if (k % terms_a_check == 0 && euler_sum_is_done(sum, horizons, coefficient, step))
            return true;
        coefficient *= step;
    }
    return false;
}

/* out and true, or false when the series is too long or the difference loses digits. */
static bool euler_form(const tn_beta_law *law, const tn_beta_horizons *horizons, double x,
                       double *out) {
    euler_sum sum;
    euler_sum_init(&sum, law, horizons->count, x);
    if (!euler_sum_run(&sum, horizons)) return false;
    for (size_t i = 0; i < horizons->count; i++) {
        out[i] = euler_value(&sum, horizons, i);
        const double parts = fabs(sum.c * horizons->first[i]) + horizons->power[i] * sum.size[i];
        if (!(parts <= digits_lost_max * out[i])) return false;
    }
    return true;
}

/* ---- quadrature ----------------------------------------------------------------------------- */

typedef struct logit_rule {
    double a;
    double b; /* b' */
    double R;
    double mode;   /* logit of a/(a+b'), where the weight is largest */
    double step;   /* h */
    double low;    /* below this v, g is constant and the weight exp(a v) */
    double high;   /* above this v, g is constant and the weight exp(-b' v) */
    double weight; /* sum of the weights */
} logit_rule;

static logit_rule logit_rule_of(const tn_beta_law *law, double x, double tau_max) {
    logit_rule rule = {.a = law->a, .b = law->b + law->first_toss + x, .R = law->r + x};
    const double spread = sqrt(tn_trigamma(rule.a) + tn_trigamma(rule.b));
    rule.mode = log(rule.a / rule.b);
    rule.step = fmin(0.16, 0.5 * spread);
    rule.low = -36 - log1p((rule.R + 1) * tau_max + rule.a + rule.b);
    rule.high = 36 + log1p(rule.a + rule.b + rule.R);
    rule.weight = 0;
    return rule;
}

/* Log of the weight p^a (1-p)^b' at v, relative to that at the mode: from the side on which the
 * logarithm's argument stays away from -1. */
static double logit_log_weight(const logit_rule *rule, double v) {
    const double d = v - rule->mode;
    const double both = rule->a + rule->b;
    if (rule->a <= rule->b) return rule->a * d - both * log1p(rule->a / both * expm1(d));
    return -rule->b * d - both * log1p(rule->b / both * expm1(-d));
}

static double mean_purchases(double p, double R, double tau) {
    const double all = -expm1(-R * log1p(p * tau));
    return p * R * tau < 1e-300 ? R * tau : all / p;
}

static void logit_add(logit_rule *rule, const tn_beta_horizons *horizons, double v, double weight,
                      double *out) {
    const double p = 1 / (1 + exp(-v));
    rule->weight += weight;
    for (size_t i = 0; i < horizons->count; i++)
        out[i] += weight * mean_purchases(p, rule->R, horizons->tau[i]);
}

/* Walks from the mode outwards (direction 1 or -1) until the weights no longer count; past `end`
 * they fall geometrically by exp(-rate step) and are added at once. */
static void logit_walk(logit_rule *rule, const tn_beta_horizons *horizons, double direction,
                       double *out) {
    const double negligible = -46; /* log of 1e-20 */
    const double end = direction > 0 ? rule->high : rule->low;
    const double rate = direction > 0 ? rule->b : rule->a;
    for (double j = direction > 0 ? 0 : 1;; j += 1) {
        const double v = rule->mode + direction * j * rule->step;
        const double log_weight = logit_log_weight(rule, v);
        const bool is_past_end = (v - end) * direction > 0;
        double weight = exp(log_weight);
        if (is_past_end) weight /= -expm1(-rate * rule->step);
        if (is_past_end || log_weight > negligible) logit_add(rule, horizons, v, weight, out);
        if (is_past_end || log_weight <= negligible) return;
    }
}

void tn_beta_given_alive_quadrature(const tn_beta_law *law, const tn_beta_horizons *horizons,
                                    double x, double *out) {
    for (size_t i = 0; i < horizons->count; i++)
        out[i] = 0;
    logit_rule rule = logit_rule_of(law, x, horizons->tau[horizons->longest]);
    logit_walk(&rule, horizons, 1, out);
    logit_walk(&rule, horizons, -1, out);
    for (size_t i = 0; i < horizons->count; i++)
        out[i] /= rule.weight;
}

void tn_beta_given_alive(const tn_beta_law *law, const tn_beta_horizons *horizons, double x,
                         double *out) {
    if (horizons->tau[horizons->longest] == 0) {
        for (size_t i = 0; i < horizons->count; i++)
            out[i] = 0;
        return;
    }
    if (!euler_form(law, horizons, x, out)) tn_beta_given_alive_quadrature(law, horizons, x, out);
}
