/* aggregate.c: many rows to one figure, in an order of additions that no instruction set changes.
 */
#include "kernels/family.h"

enum { SUMS = 8 };

static double sum(tn_in_f64 x, tn_in_bits where, size_t n) {
    tn_vec sums[SUMS / TN_LANES] = {{0}};
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(x, row);
        const uint64_t word = tn_bits_word(where, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_vec v = tn_vec_load(from + i);
            const tn_mask chosen =
                tn_mask_and(tn_mask_of_word(word, i), tn_mask_not(tn_vec_is_nan(v)));
            const size_t s = i % SUMS / TN_LANES;
            sums[s] = sums[s] + tn_vec_keep_where(chosen, v);
        }
    }
    double s[SUMS];
    memcpy(s, sums, sizeof s);
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

static size_t count_not_null(tn_in_f64 x, tn_in_bits where, size_t n) {
    size_t count = 0;
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(x, row);
        uint64_t nulls = 0;
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES)
            nulls |= (uint64_t)tn_mask_bits(tn_vec_is_nan(tn_vec_load(from + i))) << i;
        count += (size_t)__builtin_popcountll(tn_bits_word(where, row) & ~nulls);
    }
    return count;
}

static void range(tn_in_f64 x, double *least, double *largest, size_t n) {
    tn_vec low = tn_vec_of(__builtin_inf());
    tn_vec high = -low;
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(x, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_vec v = tn_vec_load(from + i) + tn_vec_of(0.0); /* no -0 */
            low = tn_vec_min(v, low);
            high = tn_vec_max(v, high);
        }
    }
    double lows[TN_LANES];
    double highs[TN_LANES];
    tn_vec_store(lows, low);
    tn_vec_store(highs, high);
    for (size_t i = 1; i < TN_LANES; i++) {
        if (lows[i] < lows[0]) lows[0] = lows[i];
        if (highs[i] > highs[0]) highs[0] = highs[i];
    }
    *least = lows[0];
    *largest = highs[0];
}

static void histogram(uint64_t *counts, tn_in_f64 x, tn_in_bits where, const tn_digit *digit,
                      size_t n) {
    const uint64_t mask = (1ull << digit->bits) - 1;
    const unsigned top = digit->shift + digit->bits;
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(x, row);
        const uint64_t word = tn_bits_word(where, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i++) {
            const uint64_t key = tn_key_of_f64(from[i]);
            const uint64_t prefix = top < 64 ? key >> top : 0;
            const bool counted = ((word >> i) & 1) && from[i] == from[i] && prefix == digit->prefix;
            counts[(key >> digit->shift) & mask] += counted;
        }
    }
}

const tn_aggregate_kernels TN_FAMILY(aggregate) = {
    .sum = sum,
    .count_not_null = count_not_null,
    .range = range,
    .histogram = histogram,
};
