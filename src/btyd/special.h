/* special.h: the special functions behind the purchase and spend models. All are pure, in double
 * precision, for finite arguments in the stated range. */
#ifndef TN_BTYD_SPECIAL_H
#define TN_BTYD_SPECIAL_H

/* log Gamma(z), z > 0, within 4 ulp of max(1, |result|). Unlike lgamma it writes no global. */
double tn_log_gamma(double z);
/* Derivative of log Gamma, z > 0, within 4e-16 (1 + |result|). */
double tn_digamma(double z);
/* Its derivative, z > 0, within 1e-15 relative. */
double tn_trigamma(double z);

/* log Gamma(z + n) - log Gamma(z) for whole n, and its first two derivatives by z, as running sums
 * over n: sums of log(z + i), 1/(z + i) and -1/(z + i)^2. */
typedef struct tn_rising {
    double value;
    double first;
    double second;
} tn_rising;

/* Advances `sums` from Gamma(z) to Gamma(z + n), z > 0, n >= 0 whole: adds the terms one by one
 * while z < 16 or few are left, the rest by Stirling's series. Absolute error below 1e-15 of the
 * largest term of the series, without the cancellation of two log Gammas. O(min(n, 32)). */
void tn_rising_add(tn_rising *sums, double z, double n);

/* expm1(e l)/e, and its limit l at e = 0. */
double tn_expm1_over(double e, double l);
/* log(1 + exp(d)) without overflow. */
double tn_log1p_exp(double d);

/* The hypergeometric function 2F1(1, b; c; z) by its series, all terms positive: 0 <= b < c,
 * 0 <= z <= 0.95. Within 1e-14 relative; at most 800 terms. */
double tn_hypergeometric_one(double b, double c, double z);

/* Nodes in (0, 1) and weights of the 12-point Gauss-Legendre rule on (-1, 1); each node stands for
 * itself and its mirror image. */
enum { TN_GAUSS_PAIRS = 6 };
extern const double tn_gauss_node[TN_GAUSS_PAIRS];
extern const double tn_gauss_weight[TN_GAUSS_PAIRS];

#endif
