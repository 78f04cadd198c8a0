/* codes.c: texts by their dictionary codes. What a text is has been worked out once per entry of
 * the dictionary; a row only looks it up. Look-ups are scalar: gathers are no faster on the
 * processors that were measured. */
#include "kernels/family.h"

static void null_code(uint64_t *out, tn_in_code x, size_t n) {
    const tn_codev null = tn_codev_of(TN_KERNEL_CODE_NULL);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const uint32_t *from = tn_code_block(x, row);
        uint64_t word = 0;
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_CODE_LANES)
            word |= tn_codemask_bits(tn_codev_eq(tn_codev_load(from + i), null)) << i;
        out[row / TN_KERNEL_ROWS] = word;
    }
}

static void equal(uint64_t *out, tn_in_code x, tn_in_code y, size_t n) {
    const tn_codev null = tn_codev_of(TN_KERNEL_CODE_NULL);
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const uint32_t *from_x = tn_code_block(x, row);
        const uint32_t *from_y = tn_code_block(y, row);
        uint64_t same = 0;
        uint64_t nulls = 0;
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_CODE_LANES) {
            const tn_codev v = tn_codev_load(from_x + i);
            same |= tn_codemask_bits(tn_codev_eq(v, tn_codev_load(from_y + i))) << i;
            nulls |= tn_codemask_bits(tn_codev_eq(v, null)) << i;
        }
        out[row / TN_KERNEL_ROWS] = same & ~nulls;
    }
}

/* Codes below `count` as they are, others as 0; the word says which are below. */
TN_INLINE uint64_t safe_codes(uint32_t *safe, const uint32_t *codes, size_t count) {
    const tn_codev limit = tn_codev_of(count < UINT32_MAX ? (uint32_t)count : UINT32_MAX);
    uint64_t inside = 0;
    for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_CODE_LANES) {
        const tn_codev v = tn_codev_load(codes + i);
        const tn_codemask below = tn_codev_lt(v, limit);
        tn_codev_store(safe + i, tn_codev_select(below, v, tn_codev_of(0)));
        inside |= tn_codemask_bits(below) << i;
    }
    return inside;
}

static void test(uint64_t *out, tn_in_code x, const uint64_t *table, size_t count, size_t n) {
    static const uint64_t nothing = 0;
    const uint64_t *bits = count ? table : &nothing;
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        uint32_t safe[TN_KERNEL_ROWS];
        const uint64_t inside = safe_codes(safe, tn_code_block(x, row), count);
        uint64_t word = 0;
        for (size_t i = 0; i < TN_KERNEL_ROWS; i++)
            word |= ((bits[safe[i] / 64] >> (safe[i] % 64)) & 1) << i;
        out[row / TN_KERNEL_ROWS] = word & inside;
    }
}

static bool map(uint32_t *out, tn_in_code x, const uint32_t *to, size_t count, size_t n) {
    static const uint32_t nothing = TN_KERNEL_CODE_NULL;
    const uint32_t *codes = count ? to : &nothing;
    const tn_codev null = tn_codev_of(TN_KERNEL_CODE_NULL);
    const tn_codev unknown = tn_codev_of(TN_KERNEL_CODE_UNKNOWN);
    uint64_t met = 0;
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        uint32_t safe[TN_KERNEL_ROWS];
        uint32_t found[TN_KERNEL_ROWS];
        const uint64_t inside = safe_codes(safe, tn_code_block(x, row), count);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i++)
            found[i] = codes[safe[i]];
        for (size_t i = 0; i < TN_KERNEL_ROWS; i += TN_CODE_LANES) {
            const tn_codemask below = tn_codemask_from_bits(inside >> i);
            const tn_codev v = tn_codev_select(below, tn_codev_load(found + i), null);
            met |= tn_codemask_bits(tn_codev_eq(v, unknown));
            tn_codev_store(out + row + i, v);
        }
    }
    return met != 0;
}

static void of_rank(uint32_t *out, tn_in_f64 x, const uint32_t *codes, size_t count, size_t n) {
    const double limit = (double)count;
    for (size_t row = 0; row < n; row += TN_KERNEL_ROWS) {
        const double *from = tn_f64_block(x, row);
        for (size_t i = 0; i < TN_KERNEL_ROWS; i++) {
            const bool inside = from[i] >= 0.0 && from[i] < limit;
            const uint32_t rank = inside ? (uint32_t)from[i] : 0;
            const bool whole = inside && (double)rank == from[i];
            out[row + i] = whole ? codes[rank] : TN_KERNEL_CODE_NULL;
        }
    }
}

const tn_codes_kernels TN_FAMILY(codes) = {
    .is_null = null_code,
    .equal = equal,
    .test = test,
    .map = map,
    .of_rank = of_rank,
};
