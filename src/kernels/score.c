/* score.c: rules of points, counted in whole units, so that their sum is exact in any order. The
 * rules of a score are taken together, block by block: the running sum stays in the nearest cache.
 */
#include "kernels/family.h"

/* Points and caps in units: 65,536 is a power of two, so nothing is rounded by taking it first. */
typedef struct tn_rule_lanes {
    tn_vec points;
    tn_vec cap;
    const double *x;
    uint64_t gate;
} tn_rule_lanes;

TN_INLINE tn_rule_lanes rule_lanes(const tn_score_rule *rule, size_t row) {
    const double cap = rule->cap * 65536.0;
    return (tn_rule_lanes){
        .points = tn_vec_of(rule->points * 65536.0),
        .cap = tn_vec_of(cap < TN_KERNEL_UNITS_MAX ? cap : TN_KERNEL_UNITS_MAX),
        .x = tn_f64_block(rule->x, row),
        .gate = rule->gate.data ? tn_bits_word(rule->gate, row) : ~0ull,
    };
}

TN_INLINE tn_vec units_of(const tn_rule_lanes *rule, size_t i) {
    const tn_vec raw = rule->points * tn_vec_load(rule->x + i);
    const tn_vec capped = tn_vec_max(-rule->cap, tn_vec_min(rule->cap, raw));
    const tn_vec units = tn_vec_nearest_small(capped);
    return tn_vec_keep_where(tn_vec_eq(units, units), units);
}

/* to = from + what the rule gives for 64 rows. */
TN_INLINE void add_rule(double *to, const double *from, const tn_score_rule *rule, size_t row) {
    const tn_rule_lanes lanes = rule_lanes(rule, row);
    if (lanes.gate == ~0ull) {
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES)
            tn_vec_store(to + i, tn_vec_load(from + i) + units_of(&lanes, i));
        return;
    }
    for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
        const tn_vec units = tn_vec_keep_where(tn_mask_of_word(lanes.gate, i), units_of(&lanes, i));
        tn_vec_store(to + i, tn_vec_load(from + i) + units);
    }
}

/* Sums are kept aside until the end of a block, since the result may take the rows of an x. */
static void rules(double *out, tn_in_f64 acc, const tn_score_rule *rule, size_t count, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        double sum[TN_KERNEL_ROWS];
        const double *from = tn_f64_block(acc, row);
        for (size_t r = 0; r + 1 < count; r++) {
            add_rule(sum, from, &rule[r], row);
            from = sum;
        }
        if (count > 0)
            add_rule(out + row, from, &rule[count - 1], row);
        else
            memmove(out + row, from, sizeof sum);
    }
}

static void add_where(double *out, tn_in_f64 acc, tn_in_bits gate, double units, size_t n) {
    const tn_vec more = tn_vec_of(units);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(acc, row);
        const uint64_t word = tn_bits_word(gate, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_LANES) {
            const tn_vec gated = tn_vec_keep_where(tn_mask_of_word(word, i), more);
            tn_vec_store(out + row + i, tn_vec_load(from + i) + gated);
        }
    }
}

const tn_score_kernels TN_FAMILY(score) = {.rules = rules, .add_where = add_where};
