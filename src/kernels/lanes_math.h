/* lanes_math.h: elementary functions on lanes, from + - * /, comparisons and integer operations
 * only, so that every instruction set gives the same bits.
 *
 * Largest error against the exact value, in units in the last place (ULP) of the result, as
 * measured by tests/unit/kernels against long double libm; the tests hold these bounds:
 *
 *     log    1.0      log1p  1.5      exp   1.0      expm1  2.0      exp2   1.0      pow    0.9
 *
 * Results below 2^-1022 are within 1 ULP of the subnormal. Polynomials are Chebyshev interpolants
 * of the functions named beside them, computed with 60 digits. */
#ifndef TN_KERNELS_LANES_MATH_H
#define TN_KERNELS_LANES_MATH_H

#include "kernels/lanes.h"

#define TN_LN2_HIGH 0x1.62e42fee00000p-1 /* 32 bits: times a whole number of 11 bits is exact */
#define TN_LN2_LOW  0x1.a39ef35793c76p-33
#define TN_LOG2_E   0x1.71547652b82fep+0

/* ---- Logarithms ---- */

/* x = m × 2^k with m in [√½, √2): x is positive, normal and finite. */
static inline tn_vec tn_vec_split(tn_vec x, tn_vec *k) {
    const tn_uvec bits = tn_vec_bits(x);
    /* 1.0 - √½ in bits lifts mantissas from √2 on into the next exponent. */
    const tn_uvec exponent = (bits + tn_uvec_of(0x00095F619980C433ull)) >> 52;
    *k = tn_vec_from_bits(exponent | tn_uvec_of(0x4330000000000000ull)) -
         tn_vec_of(4503599627370496.0 + 1023.0);
    return tn_vec_from_bits(bits - ((exponent - tn_uvec_of(1023)) << 52));
}

/* The same for every positive finite x, subnormal ones too. */
static inline tn_vec tn_vec_split_any(tn_vec x, tn_vec *k) {
    const tn_mask tiny = tn_vec_lt(x, tn_vec_of(0x1p-1022));
    const tn_vec lifted = tn_vec_select(tiny, x * tn_vec_of(0x1p54), x);
    const tn_vec m = tn_vec_split(lifted, k);
    *k = *k - tn_vec_keep_where(tiny, tn_vec_of(54.0));
    return m;
}

/* log(1 + f) + k ln 2 for 1 + f in [√½, √2). With s = f/(2+f), log(1+f) = 2s + s R(s²), rearranged
 * so that f itself, which is exact, is the leading term. */
static inline tn_vec tn_vec_log_core(tn_vec f, tn_vec k) {
    const tn_vec s = f / (tn_vec_of(2.0) + f);
    const tn_vec z = s * s;
    const tn_vec w = z * z;
    /* (log((1+s)/(1-s)) - 2s) / (s z) on [0, 0.0295]: even and odd powers apart */
    const tn_vec even =
        tn_vec_of(0x1.5555555555558p-1) +
        w * (tn_vec_of(0x1.2492492df148dp-2) +
             w * (tn_vec_of(0x1.7462b4ab2ef6bp-3) + w * tn_vec_of(0x1.2b584aae78a57p-3)));
    const tn_vec odd = tn_vec_of(0x1.99999999952e2p-2) +
                       w * (tn_vec_of(0x1.c71c62e5800a1p-3) + w * tn_vec_of(0x1.39fe606542ddep-3));
    const tn_vec r = z * (even + z * odd);
    const tn_vec half_square = tn_vec_of(0.5) * f * f;
    const tn_vec tail = s * (half_square + r) + k * tn_vec_of(TN_LN2_LOW);
    return k * tn_vec_of(TN_LN2_HIGH) - ((half_square - tail) - f);
}

/* NaN for x <= 0, NaN and infinity. */
static inline tn_vec tn_vec_log(tn_vec x) {
    tn_vec k;
    const tn_vec m = tn_vec_split_any(x, &k);
    const tn_vec log = tn_vec_log_core(m - tn_vec_of(1.0), k) + (x - x);
    return tn_vec_null_where(tn_vec_le(x, tn_vec_of(0.0)), log);
}

/* The same for positive, normal and finite x only. */
static inline tn_vec tn_vec_log_normal(tn_vec x) {
    tn_vec k;
    const tn_vec m = tn_vec_split(x, &k);
    return tn_vec_log_core(m - tn_vec_of(1.0), k);
}

/* log(1 + x); NaN for x <= -1, NaN and infinity. What rounding 1 + x loses is added back to f. */
static inline tn_vec tn_vec_log1p(tn_vec x) {
    const tn_vec one = tn_vec_of(1.0);
    const tn_vec u = one + x;
    const tn_vec lost =
        tn_vec_select(tn_vec_lt(x, one), x - (u - one), one - (u - x)); /* the smaller, less */
    tn_vec k;
    const tn_vec m = tn_vec_split(u, &k);
    /* 2^-k; 0 from k = 1023 on, where nothing that was lost can matter */
    const tn_vec exponent = tn_vec_max(tn_vec_of(1023.0) - k, tn_vec_of(0.0));
    const tn_vec scale = tn_vec_from_bits(tn_vec_to_i64_small(exponent) << 52);
    const tn_vec log = tn_vec_log_core((m - one) + lost * scale, k) + (x - x);
    return tn_vec_null_where(tn_vec_le(x, -one), log);
}

/* ---- Exponentials ---- */

/* p × 2^k for a whole number -1100 <= k <= 1100, in two steps, so that results below 2^-1022 round
 * once and 2^1024 may be met on the way. */
static inline tn_vec tn_vec_scale(tn_vec p, tn_vec k) {
    const tn_vec half = tn_vec_nearest_small(k * tn_vec_of(0.5));
    const tn_uvec one = tn_uvec_of(1023);
    const tn_vec first = tn_vec_from_bits((tn_vec_to_i64_small(half) + one) << 52);
    const tn_vec second = tn_vec_from_bits((tn_vec_to_i64_small(k - half) + one) << 52);
    return p * first * second;
}

/* (e^r - 1 - r) / r² on |r| <= ½ ln 2 */
static inline tn_vec tn_vec_exp_tail(tn_vec r) {
    const tn_vec z = r * r;
    const tn_vec even =
        tn_vec_of(0.5) + z * (tn_vec_of(0x1.5555555555556p-5) +
                              z * (tn_vec_of(0x1.6c16c16c162d2p-10) +
                                   z * (tn_vec_of(0x1.a01a01a6d9931p-16) +
                                        z * (tn_vec_of(0x1.27e4db6121beep-22) +
                                             z * tn_vec_of(0x1.1f730a202ec17p-29)))));
    const tn_vec odd =
        tn_vec_of(0x1.5555555555557p-3) +
        z * (tn_vec_of(0x1.11111111100d8p-7) +
             z * (tn_vec_of(0x1.a01a01abe9ce8p-13) +
                  z * (tn_vec_of(0x1.71de022bd5558p-19) + z * tn_vec_of(0x1.af4df5750ec30p-26))));
    return even + r * odd;
}

/* e^(high + low) = (1 + r + *tail) × 2^*k, for |high| <= 760 and a low of its rounding's size. */
static inline tn_vec tn_vec_exp_reduced(tn_vec high, tn_vec low, tn_vec *k, tn_vec *tail) {
    *k = tn_vec_nearest_small(high * tn_vec_of(TN_LOG2_E));
    const tn_vec exact = high - *k * tn_vec_of(TN_LN2_HIGH);
    const tn_vec small = low - *k * tn_vec_of(TN_LN2_LOW);
    const tn_vec r = exact + small;
    const tn_vec lost = (exact - r) + small;
    *tail = lost + r * r * tn_vec_exp_tail(r);
    return r;
}

/* 1 + r + tail, where the first sum is kept exactly until the last. */
static inline tn_vec tn_vec_one_and(tn_vec r, tn_vec tail) {
    const tn_vec one = tn_vec_of(1.0);
    const tn_vec sum = one + r;
    return sum + (((one - sum) + r) + tail);
}

/* Between the arguments from which on every result overflows, and underflows to 0; NaN stays. */
static inline tn_vec tn_vec_exp_bounded(tn_vec x) {
    return tn_vec_max(tn_vec_of(-750.0), tn_vec_min(tn_vec_of(720.0), x));
}

/* e^x: infinity above 709.78, 0 below -745.2. */
static inline tn_vec tn_vec_exp(tn_vec x) {
    tn_vec k;
    tn_vec tail;
    const tn_vec r = tn_vec_exp_reduced(tn_vec_exp_bounded(x), tn_vec_of(0.0), &k, &tail);
    return tn_vec_scale(tn_vec_one_and(r, tail), k);
}

/* The same for -708 <= x <= 709 only, where neither the result nor its scale leaves the normal
 * numbers. */
static inline tn_vec tn_vec_exp_normal(tn_vec x) {
    tn_vec k;
    tn_vec tail;
    const tn_vec r = tn_vec_exp_reduced(x, tn_vec_of(0.0), &k, &tail);
    const tn_uvec scale = (tn_vec_to_i64_small(k) + tn_uvec_of(1023)) << 52;
    return tn_vec_one_and(r, tail) * tn_vec_from_bits(scale);
}

/* e^x - 1. Up to 2^60 as 2^k rest + (2^k - 1), which is exact in its second term; beyond, the 1 is
 * lost to rounding anyway. */
static inline tn_vec tn_vec_expm1(tn_vec x) {
    const tn_vec one = tn_vec_of(1.0);
    const tn_vec bounded = tn_vec_max(tn_vec_of(-50.0), tn_vec_min(tn_vec_of(720.0), x));
    tn_vec k;
    tn_vec tail;
    const tn_vec r = tn_vec_exp_reduced(bounded, tn_vec_of(0.0), &k, &tail);
    const tn_vec rest = r + tail;
    const tn_vec big = tn_vec_scale(one + rest, k);
    const tn_vec k_small = tn_vec_min(tn_vec_of(60.0), k);
    const tn_vec power = tn_vec_from_bits((tn_vec_to_i64_small(k_small) + tn_uvec_of(1023)) << 52);
    const tn_vec small = power * rest + (power - one);
    return tn_vec_select(tn_vec_lt(tn_vec_of(60.0), k), big, small);
}

/* 2^x: infinity from 1024 on, 0 below -1075; exact for whole x. */
static inline tn_vec tn_vec_exp2(tn_vec x) {
    const tn_vec bounded = tn_vec_max(tn_vec_of(-1090.0), tn_vec_min(tn_vec_of(1030.0), x));
    const tn_vec k = tn_vec_nearest_small(bounded);
    const tn_vec d = bounded - k;
    const tn_vec r = d * tn_vec_of(0x1.62e42fefa39efp-1);
    return tn_vec_scale(tn_vec_one_and(r, r * r * tn_vec_exp_tail(r)), k);
}

/* ---- Powers: a logarithm and a product with about 65 bits each, then one exponential ---- */

/* A number as the unevaluated sum of two. */
typedef struct tn_pair {
    tn_vec high;
    tn_vec low;
} tn_pair;

/* a + b exactly, for |a| >= |b|. */
static inline tn_pair tn_pair_sum(tn_vec a, tn_vec b) {
    const tn_vec sum = a + b;
    return (tn_pair){sum, b - (sum - a)};
}
/* a × b exactly (Dekker), for |a|, |b| < 2^996. */
static inline tn_pair tn_pair_product(tn_vec a, tn_vec b) {
    const tn_vec splitter = tn_vec_of(134217729.0); /* 2^27 + 1 */
    const tn_vec a_wide = splitter * a;
    const tn_vec b_wide = splitter * b;
    const tn_vec a_high = a_wide - (a_wide - a);
    const tn_vec b_high = b_wide - (b_wide - b);
    const tn_vec a_low = a - a_high;
    const tn_vec b_low = b - b_high;
    const tn_vec product = a * b;
    const tn_vec low =
        ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
    return (tn_pair){product, low};
}

/* s = f / (2 + f) for f = m - 1. */
static inline tn_pair tn_pair_quotient(tn_vec m) {
    const tn_vec one = tn_vec_of(1.0);
    const tn_vec f = m - one;
    const tn_vec d = m + one;
    const tn_vec d_low = m - (d - one);
    const tn_vec high = f / d;
    const tn_pair back = tn_pair_product(high, d);
    return (tn_pair){high, (((f - back.high) - back.low) - high * d_low) / d};
}

/* log(m) + k ln 2 = 2s + s z (2/3 + z W(z)) + k ln 2, z = s². */
static inline tn_pair tn_pair_log(tn_vec m, tn_vec k) {
    const tn_pair s = tn_pair_quotient(m);
    tn_pair z = tn_pair_product(s.high, s.high);
    z.low = z.low + tn_vec_of(2.0) * s.high * s.low;
    const tn_vec t = z.high;
    /* ((log((1+s)/(1-s)) - 2s) / (s z) - 2/3) / z on [0, 0.0295] */
    const tn_vec w = tn_vec_of(0x1.999999999999ap-2) +
                     t * (tn_vec_of(0x1.2492492492521p-2) +
                          t * (tn_vec_of(0x1.c71c71c6eaa8dp-3) +
                               t * (tn_vec_of(0x1.745d177a8f200p-3) +
                                    t * (tn_vec_of(0x1.3b1395d4f9e5fp-3) +
                                         t * (tn_vec_of(0x1.1118c74823a2ep-3) +
                                              t * (tn_vec_of(0x1.df7ce9a6bcccbp-4) +
                                                   t * tn_vec_of(0x1.e02d197c00c78p-4)))))));
    tn_pair q = tn_pair_sum(tn_vec_of(0x1.5555555555555p-1), t * w);
    q.low = q.low + tn_vec_of(0x1.5555555555555p-55) + z.low * tn_vec_of(0.4);
    tn_pair zq = tn_pair_product(z.high, q.high);
    zq.low = zq.low + (z.high * q.low + z.low * q.high);
    tn_pair cubic = tn_pair_product(s.high, zq.high);
    cubic.low = cubic.low + (s.high * zq.low + s.low * zq.high);
    const tn_pair log_m = tn_pair_sum(tn_vec_of(2.0) * s.high, cubic.high);
    const tn_vec log_m_low = log_m.low + (cubic.low + tn_vec_of(2.0) * s.low);
    const tn_pair sum = tn_pair_sum(k * tn_vec_of(TN_LN2_HIGH), log_m.high);
    return tn_pair_sum(sum.high, sum.low + (log_m_low + k * tn_vec_of(TN_LN2_LOW)));
}

/* |x|^y for finite x ≠ 0 and finite y. */
static inline tn_vec tn_vec_pow_size(tn_vec x, tn_vec y) {
    tn_vec k;
    const tn_vec m = tn_vec_split_any(tn_vec_abs(x), &k);
    const tn_pair log = tn_pair_log(m, k);
    /* From 2^70 on every power but 1's is 0 or infinite, and y is even. */
    const tn_vec limit = tn_vec_of(0x1p70);
    const tn_vec y_bounded = tn_vec_max(-limit, tn_vec_min(limit, y));
    tn_pair product = tn_pair_product(log.high, y_bounded);
    product.low = product.low + log.low * y_bounded;
    const tn_vec bounded = tn_vec_exp_bounded(product.high);
    const tn_vec low = tn_vec_keep_where(tn_vec_eq(bounded, product.high), product.low);
    tn_vec tail;
    const tn_vec r = tn_vec_exp_reduced(bounded, low, &k, &tail);
    return tn_vec_scale(tn_vec_one_and(r, tail), k);
}

/* x^y. NaN for a NaN of either, and for a negative x with a y that is not whole; x^0 = 1; infinity
 * where it overflows and for 0 to a negative power; x and y are finite or NaN. */
static inline tn_vec tn_vec_pow(tn_vec x, tn_vec y) {
    const tn_vec zero = tn_vec_of(0.0);
    const tn_vec one = tn_vec_of(1.0);
    const tn_vec half_y = y * tn_vec_of(0.5);
    const tn_mask negative = tn_vec_lt(x, zero);
    const tn_mask whole = tn_vec_eq(tn_vec_floor(y), y);
    const tn_mask even = tn_vec_eq(tn_vec_floor(half_y), half_y);
    const tn_vec size = tn_vec_pow_size(x, y);
    const tn_vec sized = tn_vec_select(tn_mask_and(negative, tn_mask_not(even)), -size, size);
    const tn_vec of_zero = tn_vec_select(tn_vec_lt(zero, y), zero, tn_vec_of(__builtin_inf()));
    tn_vec power = tn_vec_select(tn_vec_eq(x, zero), of_zero, sized);
    power = tn_vec_null_where(tn_mask_and(negative, tn_mask_not(whole)), power);
    power = tn_vec_select(tn_vec_eq(y, zero), one, power);
    return tn_vec_null_where(tn_mask_or(tn_vec_is_nan(x), tn_vec_is_nan(y)), power);
}

#endif
