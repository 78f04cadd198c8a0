/* bin.c: where a number stands among ascending cuts. A few cuts are counted one by one on lanes;
 * many are searched by halves without branches. */
#include "kernels/family.h"

enum { COUNTED_CUTS_MAX = 48, VECTORS = 4 };

/* Some vectors at a time, so that a cut is brought into a register once for all of them. */
TN_INLINE void count_cuts(double *out, tn_in_f64 x, const double *cuts, size_t count, size_t n,
                          tn_mask (*passed)(tn_vec, tn_vec)) {
    const tn_vec one = tn_vec_of(1.0);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(x, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += VECTORS * TN_LANES) {
            tn_vec v[VECTORS];
            tn_vec bin[VECTORS];
            for (size_t k = 0; k < VECTORS; k++) {
                v[k] = tn_vec_load(from + i + k * TN_LANES);
                bin[k] = one;
            }
            for (size_t c = 0; c < count; c++) {
                const tn_vec cut = tn_vec_of(cuts[c]);
                for (size_t k = 0; k < VECTORS; k++)
                    bin[k] = bin[k] + tn_vec_keep_where(passed(cut, v[k]), one);
            }
            for (size_t k = 0; k < VECTORS; k++)
                tn_vec_store(out + row + i + k * TN_LANES,
                             tn_vec_null_where(tn_vec_is_nan(v[k]), bin[k]));
        }
    }
}

/* The number of cuts below v, or not above it. The steps depend on `count` alone. */
TN_INLINE size_t search(const double *cuts, size_t count, double v, bool inclusive) {
    const double *base = cuts;
    while (count > 1) {
        const size_t half = count / 2;
        const bool passed = inclusive ? base[half - 1] <= v : base[half - 1] < v;
        base += passed ? half : 0;
        count -= half;
    }
    const bool passed = inclusive ? *base <= v : *base < v;
    return (size_t)(base - cuts) + passed;
}

static void search_cuts(double *out, tn_in_f64 x, const double *cuts, size_t count, bool inclusive,
                        size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(x, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i++) {
            const double v = from[i];
            const int32_t bin = 1 + (int32_t)search(cuts, count, v, inclusive);
            out[row + i] = v == v ? (double)bin : v;
        }
    }
}

static void bin(double *out, tn_in_f64 x, const double *cuts, size_t count, bool lower_inclusive,
                size_t n) {
    if (count > COUNTED_CUTS_MAX)
        search_cuts(out, x, cuts, count, lower_inclusive, n);
    else if (lower_inclusive)
        count_cuts(out, x, cuts, count, n, tn_vec_le);
    else
        count_cuts(out, x, cuts, count, n, tn_vec_lt);
}

const tn_bin_kernels TN_FAMILY(bin) = {.bin = bin};
