/* bin.c: where a number stands among ascending cuts. A few cuts are counted one by one on lanes;
 * many are searched by halves without branches. */
#include "kernels/family.h"

enum { COUNTED_CUTS_MAX = 24 };

TN_INLINE void count_cuts(double *out, tn_in_f64 x, const double *cuts, size_t count, size_t n,
                          tn_mask (*passed)(tn_vec, tn_vec)) {
    const tn_vec one = tn_vec_of(1.0);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(x, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_vec v = tn_vec_load(from + i);
            tn_vec bin = one;
            for (size_t c = 0; c < count; c++)
                bin = bin + tn_vec_keep_where(passed(tn_vec_of(cuts[c]), v), one);
            tn_vec_store(out + row + i, tn_vec_null_where(tn_vec_is_nan(v), bin));
        }
    }
}

/* The number of cuts below v, or not above it. */
TN_INLINE size_t search(const double *cuts, size_t count, double v, bool inclusive) {
    size_t below = 0;
    while (count > 0) {
        const size_t half = (count + 1) / 2;
        const double cut = cuts[below + half - 1];
        const bool passed = inclusive ? cut <= v : cut < v;
        below += passed ? half : 0;
        count = passed ? count - half : half - 1;
    }
    return below;
}

static void search_cuts(double *out, tn_in_f64 x, const double *cuts, size_t count, bool inclusive,
                        size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(x, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i++) {
            const double v = from[i];
            const size_t bin = 1 + search(cuts, count, v, inclusive);
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
