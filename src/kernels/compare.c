/* compare.c: numbers to bits, 64 rows to a word. */
#include "kernels/family.h"

TN_INLINE void compare_two(uint64_t *out, tn_in_f64 x, tn_in_f64 y, size_t n,
                           tn_mask (*op)(tn_vec, tn_vec)) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from_x = tn_f64_block(x, row);
        const double *from_y = tn_f64_block(y, row);
        uint64_t word = 0;
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_mask mask = op(tn_vec_load(from_x + i), tn_vec_load(from_y + i));
            word |= (uint64_t)tn_mask_bits(mask) << i;
        }
        out[row / TN_KERNEL_ROWS] = word;
    }
}

static void lt(uint64_t *out, tn_in_f64 x, tn_in_f64 y, size_t n) {
    compare_two(out, x, y, n, tn_vec_lt);
}
static void le(uint64_t *out, tn_in_f64 x, tn_in_f64 y, size_t n) {
    compare_two(out, x, y, n, tn_vec_le);
}
static void eq(uint64_t *out, tn_in_f64 x, tn_in_f64 y, size_t n) {
    compare_two(out, x, y, n, tn_vec_eq);
}
static void ne(uint64_t *out, tn_in_f64 x, tn_in_f64 y, size_t n) {
    compare_two(out, x, y, n, tn_vec_ne);
}
static void ge(uint64_t *out, tn_in_f64 x, tn_in_f64 y, size_t n) {
    compare_two(out, y, x, n, tn_vec_le);
}
static void gt(uint64_t *out, tn_in_f64 x, tn_in_f64 y, size_t n) {
    compare_two(out, y, x, n, tn_vec_lt);
}

static void between(uint64_t *out, tn_in_f64 x, double low, double high, size_t n) {
    const tn_vec least = tn_vec_of(low);
    const tn_vec largest = tn_vec_of(high);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(x, row);
        uint64_t word = 0;
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_vec v = tn_vec_load(from + i);
            const tn_mask inside = tn_mask_and(tn_vec_le(least, v), tn_vec_le(v, largest));
            word |= (uint64_t)tn_mask_bits(inside) << i;
        }
        out[row / TN_KERNEL_ROWS] = word;
    }
}

static void null_f64(uint64_t *out, tn_in_f64 x, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(x, row);
        uint64_t word = 0;
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES)
            word |= (uint64_t)tn_mask_bits(tn_vec_is_nan(tn_vec_load(from + i))) << i;
        out[row / TN_KERNEL_ROWS] = word;
    }
}

const tn_compare_kernels TN_FAMILY(compare) = {
    .order =
        {
            [TN_ORDER_LT] = lt,
            [TN_ORDER_LE] = le,
            [TN_ORDER_EQ] = eq,
            [TN_ORDER_NE] = ne,
            [TN_ORDER_GE] = ge,
            [TN_ORDER_GT] = gt,
        },
    .between = between,
    .is_null = null_f64,
};
