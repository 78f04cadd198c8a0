/* paretonbd.c: Pareto/NBD. A customer's rate is Gamma(r, alpha), his dropout rate Gamma(s, beta).
 * Everything rests on the integral over the unseen moment y of dropout,
 *
 *   I = s int over (t_x, T) of ((alpha+t_x)/(alpha+y))^R ((beta+t_x)/(beta+y))^s dy/(beta+y),
 *
 * R = r+x: the odds of being dead are I times ((alpha+T)/(alpha+t_x))^R ((beta+T)/(beta+t_x))^s,
 * and all derivatives of the likelihood are means over the same integrand. Two ways to it:
 *  - Fader and Hardie's 2F1 of |alpha-beta|, Euler-transformed to 2F1(1, .; R+s+1; .) with positive
 *    terms, as a difference of the integrals from t_x and from T to infinity: fast, and exact
 *    relative to 1 + odds, which is what P(alive) needs;
 *  - Gauss-Legendre in log(gamma+y), gamma = min(alpha, beta), in which the integrand's
 *    singularities stay pi away from the path: exact relative to I, and gives the derivatives. */
#include "btyd/purchases.h"
#include "btyd/special.h"

#include "base/assert.h"

#include <math.h>

tn_pareto_law tn_pareto_law_of(const tn_purchase_parameters *parameters) {
    TN_ASSERT(parameters->model == TN_PARETO_NBD);
    const double *p = parameters->p;
    const tn_pareto_law law = {.r = p[0], .alpha = p[1], .s = p[2], .beta = p[3]};
    return law;
}

/* ---- integral by quadrature ----------------------------------------------------------------- */

/* Falls of the log integrand, and lengths, that 12 nodes follow to 1e-16. */
static const double panel_fall_max = 10;
static const double panel_length_max = 2;
static const double negligible_fall = 48;

typedef struct dropout_path {
    double R;
    double s;
    double gamma_start; /* gamma + t_x */
    double t_x;
    double alpha_start; /* alpha + t_x */
    double beta_start;  /* beta + t_x */
    bool alpha_leads;   /* gamma = alpha */
} dropout_path;

/* All of the node but its weight; returns dy/dw. */
static double path_node(const dropout_path *path, double w, tn_pareto_node *node) {
    const double growth = expm1(w);
    const double since = path->gamma_start * growth; /* y - t_x */
    node->y = path->t_x + since;
    node->log_alpha = path->alpha_leads ? w : log1p(since / path->alpha_start);
    node->log_beta = path->alpha_leads ? log1p(since / path->beta_start) : w;
    return path->gamma_start * (1 + growth);
}

static double path_fall(const dropout_path *path, double w) {
    tn_pareto_node node;
    path_node(path, w, &node);
    return path->R * node.log_alpha + path->s * node.log_beta;
}

/* The w up to `end` at which the integrand has become negligible. */
static double path_cut(const dropout_path *path, double end) {
    if (path_fall(path, end) <= negligible_fall) return end;
    double low = 0;
    double high = end;
    for (int i = 0; i < 60 && high - low > 0.01 * high; i++) {
        const double middle = 0.5 * (low + high);
        if (path_fall(path, middle) <= negligible_fall)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static double panel_integral(const dropout_path *path, double from, double length,
                             tn_pareto_visit *visit, void *context) {
    double sum = 0;
    for (int i = 0; i < 2 * TN_GAUSS_PAIRS; i++) {
        const double at = i % 2 ? tn_gauss_node[i / 2] : -tn_gauss_node[i / 2];
        const double w = from + 0.5 * length * (1 + at);
        tn_pareto_node node;
        const double slope = path_node(path, w, &node) / (path->beta_start + (node.y - path->t_x));
        node.weight = 0.5 * length * tn_gauss_weight[i / 2] * path->s * slope *
                      exp(-path->R * node.log_alpha - path->s * node.log_beta);
        sum += node.weight;
        if (visit) visit(context, &node);
    }
    return sum;
}

double tn_pareto_dropout_integral(const tn_pareto_law *law, double x, double t_x, double T,
                                  tn_pareto_visit *visit, void *context) {
    const double since = x > 0 ? t_x : 0;
    const dropout_path path = {.R = law->r + x,
                               .s = law->s,
                               .gamma_start = fmin(law->alpha, law->beta) + since,
                               .t_x = since,
                               .alpha_start = law->alpha + since,
                               .beta_start = law->beta + since,
                               .alpha_leads = law->alpha <= law->beta};
    const double end = path_cut(&path, log1p((T - since) / path.gamma_start));
    const double panels =
        ceil(fmax(end / panel_length_max, path_fall(&path, end) / panel_fall_max));
    double sum = 0;
    for (double i = 0; i < panels; i += 1)
        sum += panel_integral(&path, end * (i / panels), end / panels, visit, context);
    return sum;
}

/* ---- predictions ---------------------------------------------------------------------------- */

/* The odds scaled away: s int from y to infinity of the integrand, relative to its value at y times
 * (beta+y). The two cases keep the argument of 2F1 within [0, 1). */
static double tail_integral(const tn_pareto_law *law, double R, double y) {
    const double a = law->alpha + y;
    const double b = law->beta + y;
    const double share = law->s / (R + law->s);
    if (a >= b) return share * tn_hypergeometric_one(R, R + law->s + 1, (a - b) / a);
    return share * (a / b) * tn_hypergeometric_one(law->s + 1, R + law->s + 1, (b - a) / b);
}

double tn_pareto_p_alive(const tn_pareto_law *law, double x, double t_x, double T) {
    const double series_argument_max = 0.9;
    const double since = x > 0 ? t_x : 0;
    if (T <= since) return 1;
    const double R = law->r + x;
    const double growth = exp(R * log1p((T - since) / (law->alpha + since)) +
                              law->s * log1p((T - since) / (law->beta + since)));
    const double wider = fmax(law->alpha, law->beta) + since;
    double odds;
    if (fabs(law->alpha - law->beta) <= series_argument_max * wider)
        odds = growth * tail_integral(law, R, since) - tail_integral(law, R, T);
    else
        odds = growth * tn_pareto_dropout_integral(law, x, since, T, NULL, NULL);
    return 1 / (1 + fmax(odds, 0));
}

double tn_pareto_given_alive(const tn_pareto_law *law, double x, double T, double t) {
    const double later = law->beta + T;
    return (law->r + x) * later / (law->alpha + T) * -tn_expm1_over(law->s - 1, -log1p(t / later));
}

/* Given alive, (R/(alpha+T)) times the mean of 1/(mu + rate), mu ~ Gamma(s, beta+T): with
 * y = rate (beta+T), (beta+T) int over (0, inf) of exp(-y w) (1+w)^-s dw, which is Tricomi's
 * U(1, 2-s, y) of the paper. Trapezoidal rule in v = log w: analytic for |Im v| < pi. */
double tn_pareto_residual_purchases(const tn_purchase_parameters *parameters, double x, double t_x,
                                    double T, double rate) {
    const tn_pareto_law law = tn_pareto_law_of(parameters);
    const double step = 0.125;
    const double y = rate * (law.beta + T);
    const double decay = y + law.s; /* exp(-y w) (1+w)^-s lies below exp(-decay w) near 0 */
    double sum = 0;
    for (double v = -39 - log1p(decay); v < 5 + log1p(1 / y); v += step) {
        const double w = exp(v);
        sum += step * w * exp(-y * w - law.s * log1p(w));
    }
    return tn_pareto_p_alive(&law, x, t_x, T) * (law.r + x) / (law.alpha + T) * (law.beta + T) *
           sum;
}
