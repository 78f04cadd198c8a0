/* score.c: rules of points, counted in whole units, so that their sum is exact in any order. The
 * rules of a score are taken together, block by block: the running sum stays in the nearest cache.
 */
#include "kernels/family.h"

TN_INLINE void add_rule(double *sum, const tn_score_rule *rule, size_t row) {
    const double bound = TN_KERNEL_UNITS_MAX / 65536.0;
    const tn_vec cap = tn_vec_of(rule->cap < bound ? rule->cap : bound);
    const tn_vec points = tn_vec_of(rule->points);
    const double *from = tn_f64_block(rule->x, row);
    const uint64_t gate = rule->gate.data ? tn_bits_word(rule->gate, row) : ~0ull;
    for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
        const tn_vec x = tn_vec_load(from + i);
        const tn_vec capped = tn_vec_max(-cap, tn_vec_min(cap, points * x));
        const tn_vec units = tn_vec_nearest_small(capped * tn_vec_of(65536.0));
        const tn_mask counts =
            tn_mask_and(tn_mask_of_word(gate, i), tn_mask_not(tn_vec_is_nan(units)));
        tn_vec_store(sum + i, tn_vec_load(sum + i) + tn_vec_keep_where(counts, units));
    }
}

static void rules(double *out, tn_in_f64 acc, const tn_score_rule *rule, size_t count, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        double sum[TN_KERNEL_ROWS];
        memcpy(sum, tn_f64_block(acc, row), sizeof sum);
        for (size_t r = 0; r < count; r++)
            add_rule(sum, &rule[r], row);
        memcpy(out + row, sum, sizeof sum);
    }
}

const tn_score_kernels TN_FAMILY(score) = {.rules = rules};
