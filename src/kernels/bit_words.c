/* bit_words.c: words of 64 rows. A tile has a few dozen of them: plain C is as fast as memory. */
#include "kernels/family.h"

TN_INLINE void combine(uint64_t *out, tn_in_bits x, tn_in_bits y, size_t n,
                       uint64_t (*op)(uint64_t, uint64_t)) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS)
        out[row / TN_KERNEL_ROWS] = op(tn_bits_word(x, row), tn_bits_word(y, row));
}

TN_INLINE uint64_t both(uint64_t x, uint64_t y) {
    return x & y;
}
TN_INLINE uint64_t either(uint64_t x, uint64_t y) {
    return x | y;
}
TN_INLINE uint64_t first_only(uint64_t x, uint64_t y) {
    return x & ~y;
}

static void and_(uint64_t *out, tn_in_bits x, tn_in_bits y, size_t n) {
    combine(out, x, y, n, both);
}
static void or_(uint64_t *out, tn_in_bits x, tn_in_bits y, size_t n) {
    combine(out, x, y, n, either);
}
static void and_not(uint64_t *out, tn_in_bits x, tn_in_bits y, size_t n) {
    combine(out, x, y, n, first_only);
}
static void not_(uint64_t *out, tn_in_bits x, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS)
        out[row / TN_KERNEL_ROWS] = ~tn_bits_word(x, row);
}
static void select_bits(uint64_t *out, tn_in_bits condition, tn_in_bits x, tn_in_bits y, size_t n) {
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const uint64_t word = tn_bits_word(condition, row);
        out[row / TN_KERNEL_ROWS] = (tn_bits_word(x, row) & word) | (tn_bits_word(y, row) & ~word);
    }
}

const tn_bits_kernels TN_FAMILY(bits) = {
    .and_ = and_,
    .or_ = or_,
    .and_not = and_not,
    .not_ = not_,
    .select = select_bits,
};
