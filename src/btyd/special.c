/* special.c: digamma and trigamma climb to z >= 12 by their recurrences and use the asymptotic
 * series there (Abramowitz and Stegun 6.3.18, 6.4.12), whose first dropped term is below 1e-17. */
#include "btyd/special.h"

#include <float.h>
#include <math.h>

const double tn_gauss_node[TN_GAUSS_PAIRS] = {0.1252334085114689154724, 0.3678314989981801937527,
                                              0.5873179542866174472967, 0.7699026741943046870369,
                                              0.9041172563704748566785, 0.9815606342467192506905};
const double tn_gauss_weight[TN_GAUSS_PAIRS] = {
    0.2491470458134027850006, 0.2334925365383548087608, 0.2031674267230659217491,
    0.1600783285433462263347, 0.1069393259953184309603, 0.04717533638651182719462};

static const double asymptotic_from = 12.0; /* of digamma and trigamma */
static const double stirling_from = 16.0;   /* of tn_rising_add */

double tn_log_gamma(double z) {
    int sign;
    return lgamma_r(z, &sign);
}

double tn_digamma(double z) {
    double shift = 0;
    for (; z < asymptotic_from; z += 1)
        shift += 1 / z;
    const double y = 1 / (z * z);
    const double tail =
        y * (1.0 / 12 -
             y * (1.0 / 120 -
                  y * (1.0 / 252 -
                       y * (1.0 / 240 - y * (1.0 / 132 - y * (691.0 / 32760 - y * (1.0 / 12)))))));
    return log(z) - 0.5 / z - tail - shift;
}

double tn_trigamma(double z) {
    double shift = 0;
    for (; z < asymptotic_from; z += 1)
        shift += 1 / (z * z);
    const double y = 1 / (z * z);
    const double tail =
        y / z *
        (1.0 / 6 -
         y * (1.0 / 30 - y * (1.0 / 42 - y * (1.0 / 30 - y * (5.0 / 66 - y * (691.0 / 2730 -
                                                                              y * (7.0 / 6)))))));
    return 1 / z + 0.5 * y + tail + shift;
}

/* Stirling's correction log Gamma(z) - ((z - 1/2) log z - z + log(2 pi)/2) and its derivatives. */
static tn_rising stirling_correction(double z) {
    const double y = 1 / (z * z);
    const tn_rising c = {
        .value = (1.0 / 12 - y * (1.0 / 360 - y * (1.0 / 1260 - y * (1.0 / 1680 - y / 1188)))) / z,
        .first = -y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y * (1.0 / 240 - y / 132)))),
        .second = y / z * (1.0 / 6 - y * (1.0 / 30 - y * (1.0 / 42 - y * (1.0 / 30 - y * 5 / 66)))),
    };
    return c;
}

/* With w = z + n: value (z - 1/2) log(w/z) + n (log w - 1), first log(w/z) - (1/w - 1/z)/2, second
 * 1/w - 1/z + (1/w^2 - 1/z^2)/2, each plus the difference of Stirling's corrections. */
static void rising_add_stirling(tn_rising *sums, double z, double n) {
    const double w = z + n;
    const double log_ratio = log1p(n / z);
    const double inverse_step = -n / (w * z);
    const tn_rising low = stirling_correction(z);
    const tn_rising high = stirling_correction(w);
    sums->value += (z - 0.5) * log_ratio + n * (log(w) - 1) + (high.value - low.value);
    sums->first += log_ratio - 0.5 * inverse_step + (high.first - low.first);
    sums->second +=
        inverse_step + 0.5 * inverse_step * (1 / w + 1 / z) + (high.second - low.second);
}

void tn_rising_add(tn_rising *sums, double z, double n) {
    const double few = 16;
    while (n > 0 && (z < stirling_from || n <= few)) {
        sums->value += log(z);
        sums->first += 1 / z;
        sums->second -= 1 / (z * z);
        z += 1;
        n -= 1;
    }
    if (n > 0) rising_add_stirling(sums, z, n);
}

double tn_expm1_over(double e, double l) {
    return e == 0 ? l : expm1(e * l) / e;
}

double tn_log1p_exp(double d) {
    return d > 0 ? d + log1p(exp(-d)) : log1p(exp(d));
}

double tn_hypergeometric_one(double b, double c, double z) {
    enum { terms_max = 800 }; /* 0.95^800 < 2^-59 */
    const double stop = 0.25 * DBL_EPSILON * (1 - z);
    double term = 1;
    double sum = 1;
    for (int k = 0; k < terms_max && term > stop * sum; k++) {
        term *= (b + k) / (c + k) * z;
        sum += term;
    }
    return sum;
}
