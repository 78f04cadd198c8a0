/* arith.c: numbers to numbers. The loops are written once and take the operation of one vector. */
#include "kernels/family.h"
#include "kernels/lanes_math.h"

TN_INLINE void each(double *out, tn_in_f64 x, size_t n, tn_vec (*op)(tn_vec)) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(x, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES)
            tn_vec_store(out + row + i, op(tn_vec_load(from + i)));
    }
}

TN_INLINE void each_two(double *out, tn_in_f64 x, tn_in_f64 y, size_t n,
                        tn_vec (*op)(tn_vec, tn_vec)) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from_x = tn_f64_block(x, row);
        const double *from_y = tn_f64_block(y, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES)
            tn_vec_store(out + row + i, op(tn_vec_load(from_x + i), tn_vec_load(from_y + i)));
    }
}

/* ---- One vector of each operation ---- */

TN_INLINE tn_vec round_away(tn_vec x) {
    const tn_vec size = tn_vec_abs(x);
    const tn_vec whole = tn_vec_floor(size);
    const tn_mask up = tn_vec_le(tn_vec_of(0.5), size - whole);
    return tn_vec_copysign(whole + tn_vec_keep_where(up, tn_vec_of(1.0)), x);
}
TN_INLINE tn_vec finite_log(tn_vec x) {
    return tn_vec_finite(tn_vec_log(x));
}
TN_INLINE tn_vec finite_log1p(tn_vec x) {
    return tn_vec_finite(tn_vec_log1p(x));
}
TN_INLINE tn_vec finite_exp(tn_vec x) {
    return tn_vec_finite(tn_vec_exp(x));
}
TN_INLINE tn_vec finite_expm1(tn_vec x) {
    return tn_vec_finite(tn_vec_expm1(x));
}
TN_INLINE tn_vec finite_exp2(tn_vec x) {
    return tn_vec_finite(tn_vec_exp2(x));
}
TN_INLINE tn_vec to_f32(tn_vec x) {
    return tn_vec_finite(tn_vec_round_to_f32(x));
}
TN_INLINE tn_vec to_units(tn_vec x) {
    const tn_vec limit = tn_vec_of(TN_KERNEL_UNITS_MAX);
    const tn_vec units = tn_vec_max(-limit, tn_vec_min(limit, x * tn_vec_of(65536.0)));
    return tn_vec_keep_where(tn_mask_not(tn_vec_is_nan(x)), tn_vec_nearest_small(units));
}
TN_INLINE tn_vec from_units(tn_vec x) {
    return x * tn_vec_of(1.0 / 65536.0);
}
/* The product with the rounded reciprocal is within one of the day; whole days in ms are exact. */
TN_INLINE tn_vec to_day(tn_vec ms) {
    const tn_vec day = tn_vec_of(86400000.0);
    const tn_vec one = tn_vec_of(1.0);
    const tn_vec guess = tn_vec_floor(ms * tn_vec_of(1.0 / 86400000.0));
    const tn_vec start = guess * day;
    const tn_vec down = tn_vec_keep_where(tn_vec_lt(ms, start), one);
    const tn_vec up = tn_vec_keep_where(tn_vec_le(start + day, ms), one);
    const tn_mask beyond = tn_vec_lt(tn_vec_of(8.64e15), tn_vec_abs(ms));
    return tn_vec_null_where(beyond, (guess - down) + up);
}
TN_INLINE tn_vec add(tn_vec x, tn_vec y) {
    return tn_vec_finite(x + y);
}
TN_INLINE tn_vec sub(tn_vec x, tn_vec y) {
    return tn_vec_finite(x - y);
}
TN_INLINE tn_vec mul(tn_vec x, tn_vec y) {
    return tn_vec_finite(x * y);
}
TN_INLINE tn_vec quotient(tn_vec x, tn_vec y) {
    return tn_vec_finite(x / y);
}
TN_INLINE tn_vec smaller(tn_vec x, tn_vec y) {
    return tn_vec_null_where(tn_vec_is_nan(x), tn_vec_min(x, y));
}
TN_INLINE tn_vec greater(tn_vec x, tn_vec y) {
    return tn_vec_null_where(tn_vec_is_nan(x), tn_vec_max(x, y));
}
TN_INLINE tn_vec finite_pow(tn_vec x, tn_vec y) {
    return tn_vec_finite(tn_vec_pow(x, y));
}

/* ---- Kernels ---- */

static void kernel_neg(double *out, tn_in_f64 x, size_t n) {
    each(out, x, n, tn_vec_neg);
}
static void kernel_abs(double *out, tn_in_f64 x, size_t n) {
    each(out, x, n, tn_vec_abs);
}
static void kernel_floor(double *out, tn_in_f64 x, size_t n) {
    each(out, x, n, tn_vec_floor);
}
static void kernel_ceil(double *out, tn_in_f64 x, size_t n) {
    each(out, x, n, tn_vec_ceil);
}
static void kernel_round(double *out, tn_in_f64 x, size_t n) {
    each(out, x, n, round_away);
}
static void kernel_sqrt(double *out, tn_in_f64 x, size_t n) {
    each(out, x, n, tn_vec_sqrt);
}
static void kernel_log(double *out, tn_in_f64 x, size_t n) {
    each(out, x, n, finite_log);
}
static void kernel_log1p(double *out, tn_in_f64 x, size_t n) {
    each(out, x, n, finite_log1p);
}
static void kernel_exp(double *out, tn_in_f64 x, size_t n) {
    each(out, x, n, finite_exp);
}
static void kernel_expm1(double *out, tn_in_f64 x, size_t n) {
    each(out, x, n, finite_expm1);
}
static void kernel_exp2(double *out, tn_in_f64 x, size_t n) {
    each(out, x, n, finite_exp2);
}
static void kernel_to_f32(double *out, tn_in_f64 x, size_t n) {
    each(out, x, n, to_f32);
}
static void kernel_to_units(double *out, tn_in_f64 x, size_t n) {
    each(out, x, n, to_units);
}
static void kernel_from_units(double *out, tn_in_f64 x, size_t n) {
    each(out, x, n, from_units);
}
static void kernel_to_day(double *out, tn_in_f64 x, size_t n) {
    each(out, x, n, to_day);
}
static void kernel_add(double *out, tn_in_f64 x, tn_in_f64 y, size_t n) {
    each_two(out, x, y, n, add);
}
static void kernel_sub(double *out, tn_in_f64 x, tn_in_f64 y, size_t n) {
    each_two(out, x, y, n, sub);
}
static void kernel_mul(double *out, tn_in_f64 x, tn_in_f64 y, size_t n) {
    each_two(out, x, y, n, mul);
}
static void kernel_div(double *out, tn_in_f64 x, tn_in_f64 y, size_t n) {
    each_two(out, x, y, n, quotient);
}
static void kernel_min(double *out, tn_in_f64 x, tn_in_f64 y, size_t n) {
    each_two(out, x, y, n, smaller);
}
static void kernel_max(double *out, tn_in_f64 x, tn_in_f64 y, size_t n) {
    each_two(out, x, y, n, greater);
}
static void kernel_pow(double *out, tn_in_f64 x, tn_in_f64 y, size_t n) {
    each_two(out, x, y, n, finite_pow);
}

static void kernel_clamp(double *out, tn_in_f64 x, double low, double high, size_t n) {
    const tn_vec at_least = tn_vec_of(low);
    const tn_vec at_most = tn_vec_of(high);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(x, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            /* min and max give their second operand where one is NaN */
            const tn_vec v = tn_vec_min(at_most, tn_vec_load(from + i));
            tn_vec_store(out + row + i, tn_vec_max(at_least, v));
        }
    }
}

const tn_arith_kernels TN_FAMILY(arith) = {
    .unary =
        {
            [TN_UNARY_NEG] = kernel_neg,
            [TN_UNARY_ABS] = kernel_abs,
            [TN_UNARY_FLOOR] = kernel_floor,
            [TN_UNARY_CEIL] = kernel_ceil,
            [TN_UNARY_ROUND] = kernel_round,
            [TN_UNARY_SQRT] = kernel_sqrt,
            [TN_UNARY_LOG] = kernel_log,
            [TN_UNARY_LOG1P] = kernel_log1p,
            [TN_UNARY_EXP] = kernel_exp,
            [TN_UNARY_EXPM1] = kernel_expm1,
            [TN_UNARY_EXP2] = kernel_exp2,
            [TN_UNARY_TO_F32] = kernel_to_f32,
            [TN_UNARY_TO_UNITS] = kernel_to_units,
            [TN_UNARY_FROM_UNITS] = kernel_from_units,
            [TN_UNARY_TO_DAY] = kernel_to_day,
        },
    .binary =
        {
            [TN_BINARY_ADD] = kernel_add,
            [TN_BINARY_SUB] = kernel_sub,
            [TN_BINARY_MUL] = kernel_mul,
            [TN_BINARY_DIV] = kernel_div,
            [TN_BINARY_MIN] = kernel_min,
            [TN_BINARY_MAX] = kernel_max,
            [TN_BINARY_POW] = kernel_pow,
        },
    .clamp = kernel_clamp,
};
